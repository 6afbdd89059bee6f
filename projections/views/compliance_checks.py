"""The figures of returns, and of the safe-and-well check after each."""

from typing import Final, LiteralString

from projections.views.compliance_figures import (
    RECIPIENTS,
    RETURNS,
    episodes,
    of_returns,
    rate,
)
from projections.views.compliance_rows import SHARED

_NOT_DONE: Final[LiteralString] = "NOT check_done AND check_not_done_reason IS NOT NULL"

_RETURNED: Final = (
    episodes(
        "returns",
        "Returns",
        "Missing episodes whose child returned in the period, had not died and was under 18: the"
        " denominator of all that follows, unless another is named.",
        "¶26, 38",
        RETURNS,
    ),
    episodes(
        "returns_of_silent_publishers",
        "Returns told of by publishers that never sent a response",
        "Returns of which only publishers tell that never sent a check, interview, notification or"
        " search lead. What they did is not recorded, which is not the same as not done.",
        "¶69, 91; ours",
        RETURNS + " AND never_sent",
    ),
    episodes(
        "ended_without_return",
        "Episodes that ended without a return",
        "Missing episodes of children under 18 that ended in the period without a return: nobody"
        " told of it, as an SSDA903 file cannot, or the child died. They are in no denominator.",
        "ours",
        "NOT returned",
    ),
)

CHECK_FIGURES: Final = (
    *_RETURNED,
    of_returns(
        "checks_done",
        "Safe-and-well checks done",
        "Returns with a check after the end of the episode that the check's own publisher tells"
        " of, and before the child's next start.",
        "¶26-27",
        "check_done",
    ),
    of_returns(
        "checks_not_done",
        "Safe-and-well checks decided against",
        "Returns without such a check for which somebody decided, for a reason, that there is"
        " none; ask by check_not_done_reason or check_not_done_decider.",
        "¶28-29",
        _NOT_DONE,
    ),
    of_returns(
        "checks_at_another_time",
        "Safe-and-well checks at another time only",
        "Returns with neither, but with a check before the end or after the child's next start.",
        "¶26-29; ours",
        "NOT check_done AND check_not_done_reason IS NULL AND check_recorded",
    ),
    of_returns(
        "checks_not_recorded",
        "Returns without a record of a check or a decision",
        "Returns for which nothing about a safe-and-well check is recorded.",
        "¶27-29",
        "check_not_done_reason IS NULL AND check_recorded IS NOT true",
    ),
    rate("check_rate", "Safe-and-well checks done", "returns", "¶26-27", "check_done", RETURNS),
    of_returns(
        "checks_shared",
        "Checks whose outcome was shared",
        "Returns with a check done whose outcome was passed on to anybody.",
        "¶24, 27, 34",
        "check_done AND check_shared",
    ),
    rate(
        "check_shared_rate",
        "Checks whose outcome was shared",
        "returns with a check done",
        "¶27, 34",
        "check_shared",
        "returned AND check_done",
    ),
    *(
        of_returns(
            f"checks_shared_with_{name}",
            f"Checks whose outcome was shared with {RECIPIENTS[name]}",
            f"Returns with a check done whose outcome was passed on to {RECIPIENTS[name]}.",
            "¶24, 27, 34",
            "check_done AND check_to_" + name,
        )
        for name in SHARED
    ),
)
