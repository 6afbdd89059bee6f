"""Trends by brute force: each period beside the same days of a year and a month before."""

from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from domain.views import ViewQuery
from tests.integration.incident_oracle import (
    DAY,
    Figures,
    Known,
    cell_of,
    counts,
    group,
    inside,
    share,
)
from tests.integration.incident_story import LONDON, Fact, london

SPANS = ("year", "month")


@dataclass(frozen=True, kw_only=True)
class Entry:
    """An episode on a day: its own, or that with which it is compared."""

    fact: Fact
    kind: str
    compared: str
    year_covered: bool
    month_covered: bool


def trends(known: Known, query: ViewQuery) -> dict[Any, Figures]:
    """Figures of each cell, and of one that is empty."""
    monthly = "month" in names(query)
    found = []
    for category in ("missing", "away"):
        for fact in known.facts:
            if counts(fact, query, category):
                for kind, compared, day in _days(known, query, fact):
                    if inside(day, query):
                        entry = _entry(known, query, fact, day, kind=kind, compared=compared)
                        found.append((cell_of(fact, query, day), entry))
    cells = group(found, query)
    shown = {cell: _figures(told, monthly=monthly and bool(told)) for cell, told in cells.items()}
    return shown | {None: _figures([], monthly=monthly)}


def names(query: ViewQuery) -> set[str]:
    """Return the dimensions that a question names."""
    return {*query.by, *(name for name, _ in query.where)}


def a_year_on(day: date) -> date:
    """Return the same day of the next year."""
    return (
        date(day.year + 1, 2, 28) if f"{day:%m-%d}" == "02-29" else day.replace(year=day.year + 1)
    )


def a_month_on(day: date) -> date:
    """Return the same day of the next month, or its last."""
    year, month = (day.year + 1, 1) if day.month == 12 else (day.year, day.month + 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def period_of(query: ViewQuery, day: date) -> tuple[date | None, date | None]:
    """Return the first and the last day of the period that a day stands in."""
    first, last = query.first_day, query.last_day
    if "month" in names(query):
        ends = day.replace(day=monthrange(day.year, day.month)[1])
        begins = day.replace(day=1)
    elif "reporting_year" in names(query):
        year = day.year + (day.month >= 4)
        begins, ends = date(year - 1, 4, 1), date(year, 3, 31)
    else:
        return first, last
    return max(begins, first or date.min), min(ends, last or date.max)


def period_ends(known: Known, query: ViewQuery) -> Iterator[tuple[date, datetime]]:
    """Yield the last days of periods, and the instants at which stocks are taken."""
    today = known.today
    if not {"month", "reporting_year"} & names(query):
        last = min(query.last_day or today, today)
        ended = query.last_day is not None and query.last_day < today
        yield last, london(last + DAY) if ended else known.now
        return
    day = query.first_day or date(2022, 1, 1)
    while day < today and day <= (query.last_day or date.max):
        ends_month = (day + DAY).day == 1
        if ends_month and ("month" in names(query) or day.month == 3):
            yield day, london(day + DAY)
        day += DAY


def _days(known: Known, query: ViewQuery, fact: Fact) -> Iterator[tuple[str, str, date]]:
    on = {"year": a_year_on, "month": a_month_on}
    spans = [span for span in SPANS if span == "year" or "month" in names(query)]
    yield "flow", "now", fact.started_on
    for span in spans:
        if on[span](fact.started_on) <= known.today:
            yield "flow", span, on[span](fact.started_on)
    for ends_on, boundary in period_ends(known, query):
        for compared in ("now", *spans):
            if _is_open(fact, _before(query, ends_on, boundary, compared)):
                yield "stock", compared, ends_on


def _before(query: ViewQuery, ends_on: date, boundary: datetime, compared: str) -> datetime:
    if compared == "now":
        return boundary
    if compared == "month":
        return london(ends_on.replace(day=1))
    if {"month", "reporting_year"} & names(query):
        year = ends_on.year - 1
        return london(date(year, ends_on.month, monthrange(year, ends_on.month)[1]) + DAY)
    if boundary == london(ends_on + DAY):
        clamped = 28 if f"{ends_on:%m-%d}" == "02-29" else ends_on.day
        return london(ends_on.replace(year=ends_on.year - 1, day=clamped) + DAY)
    local = boundary.astimezone(LONDON)
    return london(local.date().replace(year=local.year - 1), local.time())


def _is_open(fact: Fact, instant: datetime) -> bool:
    return fact.start_at < instant and (fact.end_at is None or fact.end_at > instant)


def _entry(
    known: Known, query: ViewQuery, fact: Fact, day: date, *, kind: str, compared: str
) -> Entry:
    since = [
        known.covered[publisher]
        for publisher, source in (
            (f"la-{fact.authority}", "police"),
            (f"pf-{fact.force}", "authority"),
        )
        if publisher in known.covered and query.source != source
    ]
    first, last = period_of(query, day)

    def covered(apart: timedelta) -> bool:
        """Both periods: `apart` is the least that lies between them."""
        if last is None or last >= known.today or not since:
            return False
        begins = last if kind == "stock" else first
        return begins is not None and max(since) <= _back(begins, apart)

    return Entry(
        fact=fact,
        kind=kind,
        compared=compared,
        year_covered=covered(timedelta(days=365)),
        month_covered="month" in names(query) and covered(timedelta(days=30)),
    )


def _back(day: date, apart: timedelta) -> date:
    """Return the day a year or a month before: the latest that is not after it in its month."""
    year, month = day.year, day.month
    if apart.days > 300:
        year -= 1
    else:
        year, month = (year - 1, 12) if month == 1 else (year, month - 1)
    return date(year, month, min(day.day, monthrange(year, month)[1]))


def _figures(told: list[Entry], *, monthly: bool) -> Figures:
    figures: Figures = {}
    for name, kind, category, distinct in (
        ("incidents", "flow", "missing", False),
        ("children", "flow", "missing", True),
        ("open_episodes", "stock", "missing", False),
        ("away_incidents", "flow", "away", False),
        ("away_children", "flow", "away", True),
    ):
        of_kind = [each for each in told if each.kind == kind]
        mine = [each for each in of_kind if each.fact.category == category]
        now = _size(mine, "now", distinct=distinct)
        figures[name] = now
        for span in SPANS:
            before = _size(mine, span, distinct=distinct)
            known = of_kind and all(getattr(each, f"{span}_covered") for each in of_kind)
            shown = span == "year" or monthly
            figures[f"{name}_{span}_before"] = before if shown else None
            figures[f"{name}_{span}_change"] = now - before if known else None
            figures[f"{name}_{span}_change_percent"] = (
                share(now - before, before) if known else None
            )
    return figures


def _size(told: list[Entry], compared: str, *, distinct: bool) -> int:
    found = [each.fact for each in told if each.compared == compared]
    return len({fact.person_id for fact in found}) if distinct else len(found)
