"""What can be counted, by what, and what each answer carries; the wording follows definitions."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

# More than anyone reads, and as much as one answer may hold: ours.
MOST_CELLS: Final = 100_000

# A change of any rule that changes a published figure changes this version.
DEFINITION_VERSION: Final = "2026.3"


class Source(StrEnum):
    """Whose records are counted: both reconciled, the police's own, the authorities' own."""

    NATIONAL = "national"
    POLICE = "police"
    AUTHORITY = "authority"


class Bucket(StrEnum):
    """Where a source row stands after reconciliation; every row is in exactly one."""

    MATCHED = "matched"
    POLICE_ONLY = "police_only"
    AUTHORITY_ONLY = "authority_only"
    IN_REVIEW = "in_review"
    HELD = "held"
    VOID = "void"


class Clock(StrEnum):
    """Which date puts an episode into a period: its start, its return, or a month's last moment."""

    START = "start"
    RETURN = "return"
    STOCK = "stock"


@dataclass(frozen=True, kw_only=True)
class Measure:
    """One count that can be asked for.

    unit: what one is. distinct: a child counts once in each cell and once in each total, so cells
    do not add up. source: the rule's origin (¶: founding report; ours: to be confirmed).
    """

    name: str
    title: str
    definition: str
    unit: str
    clock: Clock
    distinct: bool
    source: str


def _measure(
    name: str,
    title: str,
    definition: str,
    *,
    clock: Clock = Clock.START,
    unit: str = "episodes",
    distinct: bool = False,
    source: str = "statutory guidance 2014; DfE, children looked after",
) -> Measure:
    return Measure(
        name=name,
        title=title,
        definition=definition,
        unit=unit,
        clock=clock,
        distinct=distinct,
        source=source,
    )


_INTERVIEW = "¶37-48; statutory guidance 2014"

MEASURES: Final = {
    measure.name: measure
    for measure in (
        _measure(
            "missing_incidents",
            "Missing incidents",
            "Missing episodes that started in the period; episodes outside care count too.",
        ),
        _measure(
            "missing_children",
            "Children with a missing incident",
            "Children with at least one missing episode that started in the period.",
            unit="children",
            distinct=True,
        ),
        _measure(
            "away_incidents",
            "Incidents away from placement without authorisation",
            "Away episodes that started in the period; never added to missing ones.",
        ),
        _measure(
            "away_children",
            "Children away from placement without authorisation",
            "Children with at least one away episode that started in the period.",
            unit="children",
            distinct=True,
        ),
        _measure(
            "missing_incidents_per_child",
            "Missing incidents per child who went missing",
            "Missing incidents divided by children with one, in the same cell, to two decimals.",
            unit="episodes per child",
            distinct=True,
        ),
        _measure(
            "no_apparent_risk_incidents",
            "Police incidents of no apparent risk",
            "Episodes that only the police recorded, as absent or of no apparent risk.",
        ),
        _measure(
            "open_episodes",
            "Open missing episodes",
            "Missing episodes open at 24:00 London on the last day of the period.",
            clock=Clock.STOCK,
        ),
        _measure(
            "returns",
            "Returns from a missing episode",
            "Missing episodes whose child returned in the period and was under 18.",
            clock=Clock.RETURN,
            source=_INTERVIEW,
        ),
        _measure(
            "return_interviews_offered",
            "Return interviews offered",
            "Returns in the period for which an interview was offered.",
            clock=Clock.RETURN,
            source=_INTERVIEW,
        ),
        _measure(
            "return_interviews_not_offered",
            "Return interviews not offered",
            "Returns in the period without a recorded offer, refusal or interview.",
            clock=Clock.RETURN,
            source=_INTERVIEW,
        ),
        _measure(
            "return_interviews_declined",
            "Return interviews declined",
            "Returns in the period whose interview was declined and never held.",
            clock=Clock.RETURN,
            source=_INTERVIEW,
        ),
        _measure(
            "return_interviews_completed",
            "Return interviews completed",
            "Returns in the period followed by an interview, however late.",
            clock=Clock.RETURN,
            source=_INTERVIEW,
        ),
        _measure(
            "return_interviews_within_72h",
            "Return interviews within 72 hours",
            "Returns in the period whose interview was completed within 72 hours.",
            clock=Clock.RETURN,
            source="¶38",
        ),
        _measure(
            "return_interviews_not_computable",
            "Return interviews whose 72 hours cannot be computed",
            "Returns in the period with an interview known only by dates three days apart.",
            clock=Clock.RETURN,
            source="¶38; dates rule: ours",
        ),
    )
}

DIMENSIONS: Final = {
    "month": "Month of the London date, YYYY-MM.",
    "reporting_year": "1 April to 31 March, named by its end.",
    "authority": "Responsible authority, or that of the home; three-digit number.",
    "host_authority": "Authority in which the child lived at the start.",
    "region": "Region of the authority, GSS code.",
    "force": "Police force that reported, by ONS code; none: no force did.",
    "age_band": "Age at the start: 0, 1-4, 5-9, 10-15, 16-17.",
    "sex": "F, M, U.",
    "placement_type": "Placement at the start, in groups.",
    "looked_after": "yes, no, unknown, at the start.",
}


@dataclass(frozen=True, kw_only=True)
class CountsQuery:
    """A question for counts.

    by: dimensions, in the order of the answer's columns. first_day, last_day: London dates, both
    inclusive; None: open. as_of: a ledger position, or the end of a London date; None: now. where:
    dimensions with the one value that each shall have. definition_version: the answer must be made
    under it; None: whichever the hub runs.
    """

    measure: str
    by: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    as_of: int | date | None = None
    source: Source = Source.NATIONAL
    where: tuple[tuple[str, str], ...] = ()
    definition_version: str | None = None


@dataclass(frozen=True, kw_only=True)
class CountRow:
    """One cell: its dimension values in the order of the question, the count, and its range.

    low, high: the count while nothing in review is linked, which is the value, and the count if all
    of it were, whichever is less first.
    """

    dimensions: tuple[str, ...]
    value: int | float
    low: int | float
    high: int | float


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Whose records an answer rests on: publishers heard from, of all; children parked; findings.

    findings: number of counted episodes by finding code.
    """

    publishers_heard: int
    publishers_registered: int
    parked_children: int
    findings: tuple[tuple[str, int], ...]


@dataclass(frozen=True, kw_only=True)
class CountsAnswer:
    """Counts as they stood at one ledger position; rows in the order of their dimensions."""

    query: CountsQuery
    as_of_position: int
    as_of_time: datetime | None
    definition_version: str
    rows: tuple[CountRow, ...]
    coverage: Coverage
