"""Rates of sub-groups by brute force: every child in care on every day that is asked about."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID

from domain.views import ViewQuery
from tests.integration.care_story import Concern, People, Span
from tests.integration.incident_oracle import Figures, Known, cell_of, counts, group, inside
from tests.integration.incident_story import Fact
from tests.integration.trend_oracle import names, period_of

DAY = timedelta(days=1)
NAMES = ("looked_after_during", "looked_after_on_day", "population")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What stands in a cell: an episode, a child in care, or a number of children."""

    kind: str
    period: date | None
    of: Any


@dataclass(frozen=True, kw_only=True)
class Denominators:
    """What rates are divided by, in one world at one position; since: the first day of all."""

    spans: Sequence[Span]
    people: Sequence[People]
    since: date
    concerns: Sequence[Concern]

    def unaccompanied(self, person_id: UUID, first: date, last: date) -> str:
        """Return whether a child was recorded as unaccompanied on a day between two."""
        said = any(
            each.person_id == person_id
            and each.concern == "unaccompanied-asylum-seeking"
            and (each.raised_on or date.min) <= last
            and first <= (each.closed_on or date.max)
            for each in self.concerns
        )
        return "yes" if said else "not_recorded"


def subgroups(known: Known, told: Denominators, query: ViewQuery) -> dict[Any, Figures]:
    """Figures of each cell, and of one that is empty."""
    found = []
    for fact in known.facts:
        if counts(fact, query) and inside(fact.started_on, query):
            entry = Entry(kind="episode", period=_period(query, fact.started_on), of=fact)
            day = fact.started_on
            alone = told.unaccompanied(fact.person_id, day, day)
            found.append((cell_of(fact, query, day, unaccompanied=alone), entry))
    for first, last in _spans(known, told, query):
        for kind, values, of in _standing(told, query, first, last):
            entry = Entry(kind=kind, period=_period(query, first), of=of)
            wanted = names(query)
            of_day = {
                "month": f"{first:%Y-%m}",
                "reporting_year": str(first.year + (first.month >= 4)),
            }
            cell = {name: {**of_day, **values}.get(name, "unknown") for name in wanted}
            if "looked_after" in wanted and kind != "population":
                cell["looked_after"] = "yes"
            found.append((cell, entry))
    cells = group(found, query)
    shown = {cell: _figures(entries) for cell, entries in cells.items()}
    for cell, entries in cells.items():
        _rank(cell, entries, cells, shown)
    return shown | {None: _figures([])}


def _period(query: ViewQuery, day: date) -> date | None:
    return period_of(query, day)[0] if names(query) & {"month", "reporting_year"} else None


def _spans(known: Known, told: Denominators, query: ViewQuery) -> Iterator[tuple[date, date]]:
    first = query.first_day or told.since
    last = min(query.last_day or known.today, known.today)
    if not names(query) & {"month", "reporting_year"}:
        if first <= last:
            yield first, last
        return
    day = first
    while day <= last:
        ends = period_of(query, day)[1]
        assert ends is not None
        yield day, min(ends, last)
        day = ends + DAY


def _standing(
    told: Denominators, query: ViewQuery, first: date, last: date
) -> Iterator[tuple[str, dict[str, str], Any]]:
    asked = names(query)
    placed = bool(asked & {"host_authority", "placement_type"})
    known = not asked & ({"force", "age_band", "sex"} if placed else {"force", "age_band"})
    for span in told.spans if known else ():
        short = not span.placed and span.legal_status in ("V3", "V4")
        hidden = span.region == "outside" and not asked & {"authority", "region"}
        days = [span.started_on, span.ended_on or date.max]
        if span.placed is placed and not short and not hidden and days[0] <= last <= date.max:
            values = {"authority": span.authority, "region": span.region, "sex": span.sex}
            values |= {"host_authority": span.host_authority}
            values |= {"placement_type": span.placement_type}
            values |= {"unaccompanied": told.unaccompanied(span.person_id, first, last)}
            if days[1] >= first:
                yield "during", values, span.person_id
            if days[1] > last:
                yield "on_day", values, span.person_id
    estimates = {_june(first), _june(last)}
    if asked & {"host_authority", "force", "placement_type", "looked_after", "unaccompanied"}:
        return
    for each in told.people:
        if estimates == {each.year}:
            values = {"authority": each.authority, "region": each.region, "sex": each.sex}
            yield "population", values | {"age_band": each.age_band}, each


def _june(day: date) -> int:
    """Return the year whose 30 June lies in the reporting year of a day."""
    return day.year - (day.month < 4)


def _rate(number: int, denominator: int | None) -> float | None:
    if not denominator:
        return None
    exact = Decimal(1000 * number) / denominator
    return float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))


def _figures(entries: list[Entry]) -> Figures:
    facts: list[Fact] = [each.of for each in entries if each.kind == "episode"]
    in_care = [fact for fact in facts if fact.looked_after == "yes"]
    numbers = [each.of for each in entries if each.kind == "population"]
    whole: dict[str, int | None] = {
        "looked_after_during": len({each.of for each in entries if each.kind == "during"}) or None,
        "looked_after_on_day": len({each.of for each in entries if each.kind == "on_day"}) or None,
        "population": sum(each.children for each in numbers) if numbers else None,
    }
    figures: Figures = {
        "incidents": len(facts),
        "children": len({fact.person_id for fact in facts}),
        "looked_after_incidents": len(in_care),
        "looked_after_children": len({fact.person_id for fact in in_care}),
        "population_year": min((each.year for each in numbers), default=None),
        **whole,
    }
    for name in NAMES:
        own = facts if name == "population" else in_care
        figures[f"incidents_per_1000_{name}"] = _rate(len(own), whole[name])
        figures[f"children_per_1000_{name}"] = _rate(
            len({fact.person_id for fact in own}), whole[name]
        )
        figures[f"rank_by_{name}"] = None
    return figures


def _rank(
    cell: Any, entries: list[Entry], cells: dict[Any, list[Entry]], shown: dict[Any, Figures]
) -> None:
    """Say how many cells of the same period have a higher rate."""
    period = entries[0].period if entries else None
    for name in NAMES:
        mine = shown[cell][f"children_per_1000_{name}"]
        if mine is None:
            continue
        others = [
            shown[other][f"children_per_1000_{name}"]
            for other, told in cells.items()
            if told and told[0].period == period
        ]
        higher = sum(rate is not None and rate > mine for rate in others)
        shown[cell][f"rank_by_{name}"] = 1 + higher
