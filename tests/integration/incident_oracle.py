"""The figures about incidents by brute force, one cell at a time, apart from the hub's SQL."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from domain.views import ViewQuery
from tests.integration.incident_story import LONDON, Fact, london

DAY = timedelta(days=1)
Figures = dict[str, float | None]


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is known where a question stands: facts of one world, now, and who is covered since."""

    facts: Sequence[Fact]
    now: datetime
    covered: Mapping[str, date]

    @property
    def today(self) -> date:
        """The London date of now."""
        return self.now.astimezone(LONDON).date()


def of_world(facts: Iterable[Fact], world: str, position: int) -> list[Fact]:
    """Return the facts that held in a world at a position."""
    other = {"decided": "linked", "linked": "decided"}[world]
    return [
        fact
        for fact in facts
        if fact.world != other
        and fact.held_from <= position
        and (fact.held_until is None or fact.held_until > position)
    ]


def counts(fact: Fact, query: ViewQuery, category: str = "missing") -> bool:
    """Whether a fact counts at all; areas outside England do where areas are told apart."""
    named = {*query.by, *(name for name, _ in query.where)}
    return (
        fact.source == query.source
        and fact.category == category
        and fact.age_band != "18+"
        and (fact.region != "outside" or bool(named & {"authority", "region"}))
    )


def cell_of(fact: Fact, query: ViewQuery, day: date, **more: str) -> dict[str, str]:
    """Return the value of each dimension that a question names."""
    names = {*query.by, *(name for name, _ in query.where)}
    of_day = {
        "month": f"{day:%Y-%m}",
        "reporting_year": str(day.year + (day.month >= 4)),
    }
    return {name: {**of_day, **more}.get(name) or str(getattr(fact, name)) for name in names}


def group(found: Iterable[tuple[dict[str, str], Any]], query: ViewQuery) -> dict[Any, list[Any]]:
    """Return what stands in each cell, after the filters."""
    cells: dict[Any, list[Any]] = {} if query.by else {(): []}
    for cell, value in found:
        if all(cell[name] == wanted for name, wanted in query.where):
            cells.setdefault(tuple(cell[name] for name in query.by), []).append(value)
    return cells


def inside(day: date, query: ViewQuery) -> bool:
    """Whether a day lies in the range asked for."""
    return (query.first_day or date.min) <= day <= (query.last_day or date.max)


def share(part: int, whole: int, places: str = "0.1") -> float | None:
    """Return part of whole in percent."""
    if not whole:
        return None
    return float((Decimal(100 * part) / whole).quantize(Decimal(places), ROUND_HALF_UP))


def children(facts: Iterable[Fact]) -> int:
    """Return how many children the facts are about."""
    return len({fact.person_id for fact in facts})


def repeats(known: Known, query: ViewQuery) -> dict[Any, Figures]:
    """Children by their number of episodes in the reporting year."""
    wanted = [
        fact for fact in known.facts if counts(fact, query) and inside(fact.started_on, query)
    ]
    found = []
    for fact in wanted:
        alike = [
            each
            for each in wanted
            if (each.person_id, each.year) == (fact.person_id, fact.year)
            and (each.region == "outside") == (fact.region == "outside")
        ]
        bands = {1: "1", 2: "2", 3: "3-5", 4: "3-5", 5: "3-5"} | dict.fromkeys(range(6, 10), "6-9")
        times = bands.get(len(alike), "10+")
        found.append((cell_of(fact, query, fact.started_on, times=times), (fact, times)))
    cells = group(found, query)
    return {cell: _repeat(told) for cell, told in cells.items()} | {None: _repeat([])}


def _repeat(told: Sequence[tuple[Fact, str]]) -> Figures:
    everybody = children(fact for fact, _ in told)
    names = {"1": "1", "2": "2", "3-5": "3_to_5", "6-9": "6_to_9", "10+": "10_or_more"}
    figures: Figures = {"children": everybody, "episodes": len(told)}
    for band, name in names.items():
        some = children(fact for fact, times in told if times == band)
        figures |= {f"children_{name}": some, f"share_{name}": share(some, everybody)}
    again = children(fact for fact, times in told if times != "1")
    figures |= {"repeat_children": again, "repeat_share": share(again, everybody)}
    figures["episodes_of_frequent"] = sum(times == "10+" for _, times in told)
    return figures


def durations(known: Known, query: ViewQuery) -> dict[Any, Figures]:
    """How long incidents lasted."""
    found = []
    for fact in known.facts:
        if counts(fact, query) and inside(fact.started_on, query):
            length = _length(fact)
            found.append((cell_of(fact, query, fact.started_on, length=length), (fact, length)))
    cells = group(found, query)
    return {cell: _duration(told) for cell, told in cells.items()} | {None: _duration([])}


LENGTHS: tuple[tuple[str, Callable[[float], bool]], ...] = (
    ("under_6_hours", lambda hours: hours < 6),
    ("6_to_24_hours", lambda hours: 6 <= hours < 24),
    ("1_to_2_days", lambda hours: 24 <= hours <= 48),
    ("2_to_7_days", lambda hours: 48 < hours <= 168),
    ("7_to_30_days", lambda hours: 168 < hours <= 720),
    ("over_30_days", lambda hours: hours > 720),
)


def range_of(fact: Fact) -> tuple[float, float] | None:
    """Return the hours between which a duration lies; None: there is none."""
    if fact.end_at is None or "567" in fact.findings or fact.end_at < fact.start_at:
        return None
    starts, ends = [fact.start_at], [fact.end_at]
    day = fact.started_on
    if fact.start_at == london(day):
        starts.append(london(day + DAY))
    end_day = fact.end_at.astimezone(LONDON).date()
    if fact.end_at == london(end_day) and fact.end_reason != "reached-eighteen":
        ends.append(london(end_day - DAY))
    gaps = [(end - start).total_seconds() / 3600 for start in starts for end in ends]
    return max(min(gaps), 0), max(gaps)


def _length(fact: Fact) -> str:
    if "567" in fact.findings:
        return "not_computable"
    if fact.end_at is None:
        return "still_open"
    hours = range_of(fact)
    for name, holds in LENGTHS if hours else ():
        if hours and holds(hours[0]) and holds(hours[1]):
            return name
    return "not_computable"


def _duration(told: Sequence[tuple[Fact, str]]) -> Figures:
    lengths = [length for _, length in told]
    figures: Figures = {"incidents": len(told)}
    for name in (*(name for name, _ in LENGTHS), "still_open", "not_computable"):
        known = name if name in ("still_open", "not_computable") else f"lasted_{name}"
        figures[known] = lengths.count(name)
    spans = [span for span in (range_of(fact) for fact, _ in told) if span]
    short, long = sum(high <= 48 for _, high in spans), sum(low > 48 for low, _ in spans)
    figures["share_within_48_hours"] = share(short, short + long)
    apart = [_dates(fact) for fact, _ in told if range_of(fact)]
    for name, first, last in (
        ("same_day", 0, 0),
        ("next_day", 1, 1),
        ("two_days_on", 2, 2),
        ("3_to_7_days_on", 3, 7),
        ("8_to_30_days_on", 8, 30),
        ("over_30_days_on", 31, 10**6),
    ):
        figures[f"ended_{name}"] = sum(first <= days <= last for days in apart)
    figures["share_within_two_days"] = share(sum(days <= 2 for days in apart), len(apart))
    exact = sorted(high for low, high in spans if low == high)
    figures["incidents_timed"] = len(exact)
    figures["median_hours"] = percentile(exact, 0.5)
    figures["ninetieth_percentile_hours"] = percentile(exact, 0.9)
    return figures


def _dates(fact: Fact) -> int:
    assert fact.end_at is not None
    last = (fact.end_at - timedelta(microseconds=1)).astimezone(LONDON).date()
    return max((last - fact.started_on).days, 0)


def percentile(values: Sequence[float], at: float) -> float | None:
    """Return a percentile, between two values as far as it lies between them."""
    if not values:
        return None
    place = at * (len(values) - 1)
    low = int(place)
    high = min(low + 1, len(values) - 1)
    found = values[low] + (values[high] - values[low]) * (place - low)
    return float(Decimal(str(round(found, 9))).quantize(Decimal("0.1"), ROUND_HALF_UP))


def person_starts(facts: Iterable[Fact]) -> dict[UUID, list[Fact]]:
    """Return each child's facts in the order of their starts."""
    found: dict[UUID, list[Fact]] = {}
    for fact in sorted(facts, key=lambda each: (each.start_at, str(each.fact_id))):
        found.setdefault(fact.person_id, []).append(fact)
    return found
