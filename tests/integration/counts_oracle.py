"""Counts by hand, apart from the code that the hub counts with."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from zoneinfo import ZoneInfo

from domain.episodes import facts_if_linked, facts_of
from domain.measures import MEASURES, CountsQuery
from domain.national import EpisodeFacts
from domain.records import RecordedEvent
from domain.vocabulary import Category
from hub.wiring import Hub

LONDON = ZoneInfo("Europe/London")
CATEGORY = {
    "away_incidents": Category.AWAY,
    "away_children": Category.AWAY,
    "no_apparent_risk_incidents": Category.NO_APPARENT_RISK,
}
Cells = dict[tuple[str, ...], float]
# The value of each cell, and its range.
Ranges = dict[tuple[str, ...], tuple[float, float, float]]


class Oracle:
    """Counts by hand from the facts that follow from the first records."""

    def __init__(self, hub: Hub, records: list[RecordedEvent]) -> None:
        """Take the whole ledger."""
        self.records = records
        self._facts: dict[int, tuple[EpisodeFacts, ...]] = {}
        self._linked: dict[int, tuple[EpisodeFacts, ...]] = {}
        register = hub.register
        self._regions = {
            each.number: each.region_code for each in (*register.authorities, *register.abolished)
        } | dict.fromkeys(("SCO", "NIR", "WAL"), "outside")

    def facts(self, position: int) -> tuple[EpisodeFacts, ...]:
        """Return the facts as they stood at a position."""
        if position not in self._facts:
            self._facts[position] = facts_of(self.records[:position])
        return self._facts[position]

    def facts_if_linked(self, position: int) -> tuple[EpisodeFacts, ...]:
        """Return the facts as they would have stood if all in review had been linked."""
        if position not in self._linked:
            self._linked[position] = facts_if_linked(self.records[:position])
        return self._linked[position]

    def ranges(self, query: CountsQuery, position: int) -> Ranges:
        """Return every cell that is not empty in both worlds."""
        decided = self._cells(query, position, self.facts(position))
        linked = self._cells(query, position, self.facts_if_linked(position))
        found: Ranges = {}
        for cell in {*decided, *linked}:
            ends = (decided.get(cell, 0), linked.get(cell, 0))
            found[cell] = (ends[0], min(ends), max(ends))
        return found

    def _cells(self, query: CountsQuery, position: int, facts: tuple[EpisodeFacts, ...]) -> Cells:
        groups: dict[tuple[str, ...], list[EpisodeFacts]] = defaultdict(list)
        for fact in facts:
            if self._wanted(fact, query):
                for clock in self._clocks(fact, query, position):
                    groups[self._cell(fact, query, clock)].append(fact)
        measure = MEASURES[query.measure]
        cells: Cells = {}
        for cell, found in groups.items():
            persons = len({fact.person_id for fact in found})
            cells[cell] = persons if measure.distinct else len(found)
            if measure.name == "missing_incidents_per_child":
                ratio = Decimal(len(found)) / Decimal(persons)
                cells[cell] = float(ratio.quantize(Decimal("0.01"), ROUND_HALF_UP))
        return cells if cells or query.by else {(): 0}

    def _wanted(self, fact: EpisodeFacts, query: CountsQuery) -> bool:
        outside = self._region(fact) == "outside"
        apart = "authority" in query.by or "region" in query.by
        return (
            fact.source is query.source
            and fact.category is CATEGORY.get(query.measure, Category.MISSING)
            and (fact.age is None or fact.age < 18)
            and (apart or not outside)
            and self._which(fact, query.measure)
        )

    @staticmethod
    def _which(fact: EpisodeFacts, measure: str) -> bool:
        approached = fact.offered or fact.declined or fact.completed
        return {
            "return_interviews_offered": approached,
            "return_interviews_not_offered": not approached,
            "return_interviews_declined": fact.declined and not fact.completed,
            "return_interviews_completed": fact.completed,
            "return_interviews_within_72h": fact.within_72h == "yes",
            "return_interviews_not_computable": fact.within_72h == "not_computable",
        }.get(measure, True)

    def _clocks(
        self, fact: EpisodeFacts, query: CountsQuery, position: int
    ) -> Iterator[date | None]:
        """Yield the days on which a fact counts: of its start, its return, or each period's end."""
        clock = MEASURES[query.measure].clock
        if clock == "stock":
            yield from (
                day for day, instant in self._boundaries(query, position) if is_open(fact, instant)
            )
            return
        day = fact.started_on if clock == "start" else fact.returned_on
        if day is not None and (query.first_day or date.min) <= day <= (query.last_day or date.max):
            yield day

    def _boundaries(
        self, query: CountsQuery, position: int
    ) -> Iterator[tuple[date | None, datetime]]:
        if position == 0:
            return
        now = self.records[position - 1].recorded_at
        if not {"month", "reporting_year"} & set(query.by):
            yield None, now if query.last_day is None else min(now, midnight_after(query.last_day))
            return
        day = query.first_day or date(2025, 1, 1)
        first = (
            day.replace(day=1) if "month" in query.by else date(day.year - (day.month < 4), 4, 1)
        )
        for offset in range(1500):
            last = first + timedelta(days=offset)
            ends = (last + timedelta(days=1)).day == 1
            ends_year = (last.month, last.day) == (3, 31)
            due = midnight_after(last) <= now and last <= (query.last_day or date.max)
            if due and (ends_year if "reporting_year" in query.by else ends):
                yield last, midnight_after(last)

    def _cell(self, fact: EpisodeFacts, query: CountsQuery, day: date | None) -> tuple[str, ...]:
        return tuple(self._dimension(fact, name, day) for name in query.by)

    def _dimension(self, fact: EpisodeFacts, name: str, day: date | None) -> str:
        if name == "month":
            assert day is not None
            return f"{day.year}-{day.month:02d}"
        if name == "reporting_year":
            assert day is not None
            return str(day.year + 1 if day >= date(day.year, 4, 1) else day.year)
        if name == "region":
            return self._region(fact)
        if name == "age_band":
            bands = ((0, "0"), (4, "1-4"), (9, "5-9"), (15, "10-15"), (17, "16-17"))
            age = -1 if fact.age is None else fact.age
            return "unknown" if age < 0 else next(band for top, band in bands if age <= top)
        return str(getattr(fact, name))

    def _region(self, fact: EpisodeFacts) -> str:
        return self._regions.get(fact.authority, "unknown")


def midnight_after(day: date) -> datetime:
    """Return 24:00 in London on a day."""
    following = day + timedelta(days=1)
    local = datetime(following.year, following.month, following.day, tzinfo=LONDON)
    return local.astimezone(UTC)


def is_open(fact: EpisodeFacts, instant: datetime) -> bool:
    """Return whether an absence lasts over an instant."""
    return fact.start_at < instant and (fact.end_at is None or fact.end_at > instant)
