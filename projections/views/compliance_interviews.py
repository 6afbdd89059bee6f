"""The figures of the return interview, which are always shown together."""

from typing import Final

from projections.views.compliance_figures import RETURNS, of_returns, rate

# Never one without the others (definitions): asking for one of these brings all of them.
_COUNTS: Final = (
    of_returns(
        "interviews_not_offered",
        "Return interviews not offered",
        "Returns for which no interview was offered: by a decision, or without a record of one.",
        "¶37-45",
        "NOT offered",
    ),
    of_returns(
        "interviews_decided_against",
        "Return interviews not offered, by a decision",
        "Of those not offered, returns for which somebody decided so for a reason; ask by"
        " not_offered_reason or not_offered_decider.",
        "¶37-45",
        "NOT offered AND not_offered_reason IS NOT NULL",
    ),
    of_returns(
        "interviews_offered",
        "Return interviews offered",
        "Returns for which an interview was offered; one that was declined or completed was.",
        "¶37-48",
        "offered",
    ),
    of_returns(
        "interviews_declined",
        "Return interviews declined",
        "Returns whose interview was declined and did not take place; ask by declined_by.",
        "¶44-45",
        "declined AND NOT completed",
    ),
    of_returns(
        "interviews_completed",
        "Return interviews completed",
        "Returns followed by an interview, however late; ask by interviewer.",
        "¶37-48",
        "completed",
    ),
    of_returns(
        "interviews_within_72h",
        "Return interviews within 72 hours",
        "Returns whose interview was completed within 72 hours. An interview about several"
        " episodes is tested against each return.",
        "¶38",
        "within_72h = 'yes'",
    ),
    of_returns(
        "interviews_not_computable",
        "Return interviews whose 72 hours cannot be computed",
        "Returns with an interview known only by dates three days apart, or out of order.",
        "¶38; dates rule: ours",
        "within_72h = 'not_computable'",
    ),
)
INTERVIEW_FIGURES: Final = (
    *_COUNTS,
    of_returns(
        "interviews_independent",
        "Independent return interviews",
        "Returns with an interview by somebody independent of the placement and its staff.",
        "¶38, 47",
        "completed AND independent",
    ),
    of_returns(
        "interviews_shared",
        "Return interviews whose findings were shared",
        "Returns with a completed interview whose findings were passed on to anybody.",
        "¶38-40",
        "completed AND findings_shared",
    ),
    rate("offered_rate", "Return interviews offered", "returns", "¶37", "offered", RETURNS),
    rate("completed_rate", "Return interviews completed", "returns", "¶37", "completed", RETURNS),
    rate(
        "within_72h_rate",
        "Return interviews within 72 hours",
        "returns",
        "¶38",
        "within_72h = 'yes'",
        RETURNS,
    ),
    rate(
        "independent_rate",
        "Independent return interviews",
        "returns with a completed interview",
        "¶47",
        "independent",
        "returned AND completed",
    ),
    rate(
        "interview_shared_rate",
        "Return interviews whose findings were shared",
        "returns with a completed interview",
        "¶38-40",
        "findings_shared",
        "returned AND completed",
    ),
)

TOGETHER: Final = frozenset(each.name for each in _COUNTS)
