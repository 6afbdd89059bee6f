"""What the rules about publishers are judged by, and how one stands beside the others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from domain.quality import (
    AWAY_SHARE,
    KEY_FIELDS,
    LEAST_CASES,
    LEAST_COMPLETE,
    LEAST_MATCHED,
    LEAST_OF_FIRST,
    LEAST_PUBLISHERS,
    LEAST_RESPONDED,
    MOST_REJECTED,
    QUALITY_RULES,
    SILENCE_AT_LEAST,
    SILENCE_GAPS,
    Level,
)
from domain.quality_tallies import Delays

REPORT = "episode-reported"


@dataclass(frozen=True, kw_only=True)
class Part:
    """Some cases of a number of them."""

    cases: int = 0
    of: int = 0

    @property
    def share(self) -> float | None:
        """The share; None: of nothing."""
        return self.cases / self.of if self.of else None


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One publisher in one period.

    alike: accounts of children recorded alike, of all. matched: missing episodes with a
    counterpart, of those that should have one. away: of missing and away of looked-after children.
    responded, first, later: ended missing episodes that show a check (force) or an interview
    (authority); all, a child's first two, and from its sixth on. found: cases by code, of
    findings. fields: filled, by type and field.
    """

    publisher: str
    accounts: int = 0
    alike: int = 0
    matched: Part = field(default_factory=Part)
    away: Part = field(default_factory=Part)
    responded: Part = field(default_factory=Part)
    first: Part = field(default_factory=Part)
    later: Part = field(default_factory=Part)
    found: Mapping[str, int] = field(default_factory=dict)
    outcomes: Mapping[str, int] = field(default_factory=dict)
    reasons: Mapping[str, int] = field(default_factory=dict)
    fields: Mapping[tuple[str, str], Part] = field(default_factory=dict)
    delays: Delays = field(default_factory=Delays)

    @property
    def settled(self) -> int:
        """How many submissions were settled, in whatever way."""
        return sum(self.outcomes.values())

    @property
    def rejected(self) -> Part:
        """The submissions rejected."""
        return Part(cases=self.outcomes.get("rejected", 0), of=self.settled)


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """How often a publisher's records break a rule. found: whether that is a finding."""

    code: str
    part: Part
    found: bool


def judgements(figures: Figures) -> tuple[Judgement, ...]:
    """Return one judgement for each rule, in the order of QUALITY_RULES, then 567."""
    return tuple(_judgement(code, figures) for code in (*QUALITY_RULES, "567"))


def _judgement(code: str, figures: Figures) -> Judgement:
    rule = QUALITY_RULES.get(code)
    if rule is None or rule.level is not Level.PUBLISHER:
        cases = figures.found.get(code, 0)
        return Judgement(code=code, part=Part(cases=cases, of=figures.accounts), found=cases > 0)
    part, found = _of_publisher(code, figures)
    return Judgement(code=code, part=part, found=found)


def _of_publisher(code: str, figures: Figures) -> tuple[Part, bool]:
    """Return what a rule about publishers counts, and whether the publisher breaks it."""
    match code:
        case "DQ1":
            return Part(cases=figures.alike, of=figures.accounts), figures.alike > 0
        case "DQ3":
            return _rest(figures.matched), _below(figures.matched, LEAST_MATCHED)
        case "DQ4":
            rejected = figures.rejected
            poor = _enough(rejected) and rejected.cases > MOST_REJECTED * rejected.of
            return rejected, poor or any(_below(each, LEAST_COMPLETE) for each in _keys(figures))
        case "DQ6":
            return _rest(figures.responded), _below(figures.responded, LEAST_RESPONDED)
        case "DQ13":
            first, later = figures.first.share or 0.0, figures.later
            falls = _enough(figures.first) and _below(later, LEAST_OF_FIRST * first)
            return _rest(later), falls
        case _:
            low, high = AWAY_SHARE
            away = figures.away
            outside = not low * away.of <= away.cases <= high * away.of
            authority = figures.publisher.startswith("la-")
            return away, authority and _enough(away) and outside


def _keys(figures: Figures) -> Iterable[Part]:
    return [part for (kind, name), part in figures.fields.items() if _is_key(kind, name)]


def _is_key(kind: str, name: str) -> bool:
    return kind == REPORT and name in KEY_FIELDS


def _enough(part: Part) -> bool:
    return part.of >= LEAST_CASES


def _below(part: Part, least: float) -> bool:
    return _enough(part) and part.cases < least * part.of


def _rest(part: Part) -> Part:
    return Part(cases=part.of - part.cases, of=part.of)


def median_of(values: Iterable[float | None]) -> float | None:
    """Return the median of what is known; None: it would rest on too few publishers."""
    known = [value for value in values if value is not None]
    return float(median(known)) if len(known) >= LEAST_PUBLISHERS else None


def silent_from(hours: Iterable[datetime], last_heard: datetime) -> datetime:
    """Return when a publisher counts as silent, by its own rhythm.

    hours: in which its records arrived, in order.
    """
    gaps = [(after - before).total_seconds() for before, after in pairwise(hours)]
    usual = timedelta(seconds=median(gaps) if gaps else 0.0)
    return last_heard + max(SILENCE_AT_LEAST, SILENCE_GAPS * usual)
