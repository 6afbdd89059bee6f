"""The figures of who was told of an episode, and of risk assessments looked at again."""

from collections.abc import Iterator
from typing import Final, LiteralString

from projections.view import Figure
from projections.views.compliance_figures import RECIPIENTS, RETURNS, of_returns, rate
from projections.views.compliance_rows import NOTIFIED

_DUE: Final = {
    "reviewing_officer": ("looked-after children", "¶24, 75"),
    "protection_chair": ("children on a child protection plan at the start", "¶24"),
    "host_authority": ("looked-after children placed in another English authority", "¶78-80"),
    "responsible_authority": (
        "looked-after children placed in another English authority",
        "¶79-81",
    ),
    "allocated_worker": ("looked-after children and children on a protection plan", "¶24-25"),
}


def _notices(name: str, who: LiteralString, due: LiteralString) -> Iterator[Figure]:
    children, source = _DUE[name]
    words = RECIPIENTS[name]
    told: LiteralString = who + "_from IS NOT NULL"
    yield of_returns(
        f"{name}_due",
        f"Returns of which {words} was to be told",
        f"Returns of {children}.",
        source,
        due,
    )
    yield of_returns(
        f"{name}_told",
        f"Returns of which {words} was told",
        f"Returns of {children} of whose episode {words} was told, or is known to have heard.",
        source,
        due + " AND " + told,
    )
    yield rate(
        f"{name}_told_rate",
        f"Returns of which {words} was told",
        f"returns of {children}",
        source,
        told,
        RETURNS + " AND " + due,
    )
    yield Figure(
        name=f"{name}_median_delay",
        title=f"Median delay until {words} was told",
        definition=f"Median hours from the start of the episode until {words} was first told, of"
        f" returns of {children}, where the time of day is known; before the start counts as 0.",
        unit="hours",
        source=f"{source}; median: ours",
        sql="round((percentile_cont(0.5) WITHIN GROUP (ORDER BY greatest(0, extract(epoch FROM "
        + who
        + "_from - start_at) / 3600)) FILTER (WHERE {world} AND returned AND "
        + due
        + " AND "
        + who
        + "_from = "
        + who
        + "_until))::numeric, 1)",
    )


NOTICE_FIGURES: Final = tuple(
    figure for who, due in NOTIFIED.items() for figure in _notices(who, who, due)
)

RISK_FIGURES: Final = (
    of_returns(
        "risk_assessed",
        "Returns with a fresh risk assessment",
        "Returns whose child's risk assessment was made or updated after the start of the episode"
        " and before the child's next start.",
        "¶61-64",
        "assessed",
    ),
    rate("risk_assessed_rate", "Fresh risk assessments", "returns", "¶63", "assessed", RETURNS),
    of_returns(
        "risk_planned",
        "Returns with a fresh risk management plan",
        "Returns whose child's risk management plan was made or updated after the start of the"
        " episode and before the child's next start.",
        "¶63-68",
        "planned",
    ),
    rate("risk_planned_rate", "Fresh risk plans", "returns", "¶63", "planned", RETURNS),
)
