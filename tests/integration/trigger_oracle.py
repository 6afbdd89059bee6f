"""Triggers by brute force: every child on every day that an answer speaks of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.views import ViewQuery
from tests.integration.incident_oracle import (
    Figures,
    Known,
    cell_of,
    group,
    inside,
    person_starts,
    range_of,
)
from tests.integration.incident_story import Fact, london
from tests.integration.trend_oracle import names, period_ends

DAY = timedelta(days=1)
NINETY = timedelta(days=90)
LONG = timedelta(hours=72)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A child on a day: newly under a trigger, standing under it, or perhaps."""

    kind: str
    trigger: str
    person_id: UUID


def triggers(known: Known, query: ViewQuery) -> dict[Any, Figures]:
    """Figures of each cell, and of one that is empty."""
    wanted = [
        fact
        for fact in known.facts
        if fact.source == query.source and fact.category == "missing" and fact.age_band != "18+"
    ]
    found = []
    for kind, trigger, fact, day in (*_three(known, query, wanted), *_long(known, query, wanted)):
        apart = {"authority", "region"} & names(query)
        if inside(day, query) and (apart or fact.region != "outside"):
            entry = Entry(kind=kind, trigger=trigger, person_id=fact.person_id)
            found.append((cell_of(fact, query, day, trigger=trigger), entry))
    cells = group(found, query)
    return {cell: _figures(told) for cell, told in cells.items()} | {None: _figures([])}


Found = Iterator[tuple[str, str, Fact, date]]


def _three(known: Known, query: ViewQuery, wanted: list[Fact]) -> Found:
    for facts in person_starts(wanted).values():
        for place, fact in enumerate(facts):
            near = [each for each in facts[:place] if each.started_on >= fact.started_on - NINETY]
            if len(near) == 2 and fact.start_at <= known.now:
                yield "new", "three_in_90_days", fact, fact.started_on
        for ends_on, boundary in period_ends(known, query):
            before = [
                each
                for each in facts
                if (each.start_at < boundary or each.start_at == known.now)
                and each.started_on >= ends_on - NINETY
            ]
            if len(before) >= 3:
                yield "standing", "three_in_90_days", before[-1], ends_on


def _long(known: Known, query: ViewQuery, wanted: list[Fact]) -> Found:
    certain: dict[Fact, datetime] = {}
    for fact in wanted:
        dated = fact.start_at == london(fact.started_on)
        true_at = (london(fact.started_on + DAY) if dated else fact.start_at) + LONG
        if "567" in fact.findings or true_at > known.now:
            continue
        hours = range_of(fact)
        day = _day(true_at)
        if fact.end_at is None or (hours and hours[0] >= 72):
            certain[fact] = true_at
            yield "new", "extended", fact, day
        elif hours and hours[1] >= 72:
            yield "unsure", "extended", fact, day
    for facts in person_starts(certain).values():
        for ends_on, boundary in period_ends(known, query):
            standing = [
                fact
                for fact in facts
                if (certain[fact] < boundary or certain[fact] == known.now)
                and (fact.end_at is None or fact.end_at > boundary)
            ]
            if standing:
                yield "standing", "extended", standing[-1], ends_on


def _day(instant: datetime) -> date:
    day = instant.date() - DAY
    while london(day + DAY) <= instant:
        day += DAY
    return day


def _figures(told: list[Entry]) -> Figures:
    def persons(kind: str, *triggers: str) -> int:
        return len(
            {each.person_id for each in told if each.kind == kind and each.trigger in triggers}
        )

    def entries(kind: str, trigger: str) -> int:
        return sum(each.kind == kind and each.trigger == trigger for each in told)

    three, long = "three_in_90_days", "extended"
    return {
        "new_three_in_90_days": entries("new", three),
        "new_extended": entries("new", long),
        "children_newly_under": persons("new", three, long),
        "children_three_in_90_days": persons("standing", three),
        "children_extended": persons("standing", long),
        "children_under": persons("standing", three, long),
        "extended_not_computable": entries("unsure", long),
    }
