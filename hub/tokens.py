"""Who holds which token: the embedded profile has one, the local operator's."""

import hmac

from hub.api.services import Caller


class OperatorToken:
    """The one token of the embedded profile, from a file that only its owner may read."""

    def __init__(self, token: str) -> None:
        """Take the token that was made with the keys."""
        self._token = token.encode()

    def check(self, token: str) -> Caller | None:
        """Return the operator for its token, compared in constant time; None for any other."""
        if hmac.compare_digest(token.encode(), self._token):
            return Caller(role="operator")
        return None
