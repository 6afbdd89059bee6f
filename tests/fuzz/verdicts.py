"""Compares the hub's verdict on a message with the authority's.

What is compared: too large, no JSON, wrong envelope, unknown type and wrong body must be the same.
What only the hub can tell, of publishers, calendars and code lists, must have a right form. Of a
text that is no JSON, or is nested beyond what parsers read, only that it is refused: the hub stops
at the first thing that is wrong, and that may stand before the place at which the text breaks.
"""

import json
from collections.abc import Mapping
from typing import Final

from contracts.facts import references_of
from contracts.outcomes import Rejection
from contracts.reasons import Reason
from contracts.submissions import Contract, Submission, read_submission
from tests.fuzz.authority import Opinion, opinion, strictly_parsed

LONGEST_ANSWER: Final = 1_000
_SOURCE: Final = "urn:missing-hub:publisher:la-330"

_OPINION_OF: Final[Mapping[Reason, Opinion]] = {
    Reason.TOO_LARGE: Opinion.TOO_LARGE,
    Reason.NOT_JSON: Opinion.NOT_JSON,
    Reason.ENVELOPE_INVALID: Opinion.ENVELOPE,
    Reason.UNKNOWN_TYPE: Opinion.UNKNOWN_TYPE,
    Reason.SCHEMA_INVALID: Opinion.BODY,
    Reason.IDENTITY_IN_CLEAR: Opinion.BODY,
    Reason.DATE_INVALID: Opinion.NOTHING,
    Reason.CODE_UNKNOWN: Opinion.NOTHING,
}


class DisagreementError(Exception):
    """The hub and the authority do not think the same of a message."""


def verdict(raw: bytes, contract: Contract) -> str:
    """Return the hub's verdict on a message: accepted, or the reason of the rejection.

    Raises DisagreementError if the authority's is another, and whatever the reader raises.
    """
    answer = read_submission(raw, sent_by=None, contract=contract)
    if isinstance(answer, Submission):
        references_of(answer)
        answer.content()
    elif not answer.message or len(answer.message + answer.pointer) > LONGEST_ANSWER:
        raise DisagreementError("the rejection does not say what is wrong in a few words")
    thought = opinion(raw)
    if thought in (Opinion.NOT_JSON, Opinion.TOO_DEEP):
        agreed = isinstance(answer, Rejection)
    elif isinstance(answer, Rejection) and answer.reason is Reason.UNKNOWN_PUBLISHER:
        agreed = thought in (Opinion.UNKNOWN_TYPE, Opinion.BODY, Opinion.NOTHING)
        verdict(_of_a_publisher(raw), contract)
    else:
        agreed = thought is _form(answer)
    if not agreed:
        raise DisagreementError(f"the hub says {_named(answer)}, the authority {thought}")
    return _named(answer)


def _form(answer: Submission | Rejection) -> Opinion | None:
    if isinstance(answer, Submission):
        return Opinion.NOTHING
    return _OPINION_OF.get(answer.reason)


def _named(answer: Submission | Rejection) -> str:
    return "accepted" if isinstance(answer, Submission) else str(answer.reason)


def _of_a_publisher(raw: bytes) -> bytes:
    """Return the message as if a registered publisher had sent it, so that its body is read."""
    return json.dumps({**strictly_parsed(raw), "source": _SOURCE}).encode()
