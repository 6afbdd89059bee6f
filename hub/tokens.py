"""Who holds which token: the local operator, and the reviewers."""

import hmac

from hub.api.services import Caller
from hub.review.reviewers import Reviewers


class HubTokens:
    """The operator's token, from a file that only its owner may read, and those of reviewers."""

    def __init__(self, operator_token: str, reviewers: Reviewers) -> None:
        """Take the token that was made with the keys, and who reviews."""
        self._operator_token = operator_token.encode()
        self._reviewers = reviewers

    def check(self, token: str) -> Caller | None:
        """Return who holds a token, compared in constant time; None: nobody does."""
        if hmac.compare_digest(token.encode(), self._operator_token):
            return Caller(role="operator")
        reviewer = self._reviewers.holder(token)
        return None if reviewer is None else Caller(role="reviewer", reviewer=reviewer)
