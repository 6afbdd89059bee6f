"""What is known of placed children in one world, worked out by hand from nothing but records."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.episodes import facts_if_linked, facts_of
from domain.facts import fold_episode
from domain.measures import Source
from domain.national import EpisodeFacts
from domain.records import RecordedEvent
from domain.views import ViewQuery
from tests.integration.placed_story import AREAS, OUTSIDE
from tests.unit.care_oracle import care_rows, placement_rows

LONDON = ZoneInfo("Europe/London")
EVER = datetime(1900, 1, 1, tzinfo=UTC)
REGIONS = {**AREAS, **OUTSIDE}
Row = dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A period: how it is called, from when, and the instant at which it is over."""

    label: str
    begins: datetime
    ends: datetime


def midnight(day: date) -> datetime:
    """The first instant of a day of London."""
    return datetime(day.year, day.month, day.day, tzinfo=LONDON).astimezone(UTC)


def london(instant: datetime) -> date:
    """The day of London in which an instant lies."""
    return instant.astimezone(LONDON).date()


def moments(query: ViewQuery, now: datetime) -> Iterator[Moment]:
    """The periods of a question whose ends have come; ask for months from a first day."""
    last = min(query.last_day or london(now), london(now))
    if not {"month", "reporting_year"} & {*query.by}:
        begins = EVER if query.first_day is None else midnight(query.first_day)
        ends = now if query.last_day is None else min(now, midnight(last + timedelta(days=1)))
        yield Moment(label="", begins=begins, ends=ends)
        return
    first = query.first_day or last
    months = [(year, month) for year in range(2023, 2028) for month in range(1, 13)]
    for at, (year, month) in enumerate(months[:-12]):
        by_month = "month" in query.by
        if not by_month and month != 4:
            continue
        begin, until = date(year, month, 1), date(*months[at + (1 if by_month else 12)], 1)
        if until > first and until - timedelta(days=1) <= last and midnight(until) <= now:
            label = f"{begin:%Y-%m}" if by_month else str(year + 1)
            yield Moment(label=label, begins=midnight(max(begin, first)), ends=midnight(until))


@dataclass(frozen=True)
class Known:
    """What is known in a world at a position, and when that is."""

    records: Sequence[RecordedEvent]
    world: str
    now: datetime

    @cached_property
    def care(self) -> list[Row]:
        """The periods of care."""
        return care_rows(self.records, self.world)

    @cached_property
    def placements(self) -> list[Row]:
        """The placements, with the regions of their areas."""
        return [
            row
            | {
                "region": REGIONS.get(row["authority"], "unknown"),
                "host_region": "restricted"
                if row["restricted"]
                else REGIONS.get(row["host_authority"], "unknown"),
            }
            for row in placement_rows(self.records, self.world)
        ]

    @cached_property
    def facts(self) -> list[EpisodeFacts]:
        """The facts of every source."""
        read = facts_of if self.world == "decided" else facts_if_linked
        return list(read(self.records))

    def episodes(self, source: Source) -> list[EpisodeFacts]:
        """The episodes of children that count for a source."""
        return [each for each in self.facts if each.source is source and (each.age or 0) < 18]

    def accounts_of(self, fact: EpisodeFacts) -> set[UUID]:
        """The accounts that make an episode, itself if it is one."""
        counted = {each.fact_id for each in self.facts if each.source is not Source.NATIONAL}
        if fact.source is not Source.NATIONAL:
            return {fact.fact_id}
        return {
            episode_id
            for episode_id, nationals in self._nationals.items()
            if fact.fact_id in nationals and episode_id in counted
        }

    @cached_property
    def _nationals(self) -> dict[UUID, set[UUID]]:
        told: dict[UUID, list[RecordedEvent]] = {}
        for record in self.records:
            if type(record.event).__name__.startswith(("Episode", "Child")):
                told.setdefault(record.event.episode_id, []).append(record)  # type: ignore[union-attr]
        found = {}
        for episode_id, records in told.items():
            account = fold_episode(records)
            ids = account.national_ids or (episode_id,)
            found[episode_id] = {*(account.proposed_ids or ids if self.world == "linked" else ids)}
        return found

    def lasting(self, rows: Iterable[Row], moment: datetime) -> dict[str, Row]:
        """The row of each person that lasts over a moment; of several, the one begun last."""
        found: dict[str, Row] = {}
        for row in sorted(rows, key=lambda row: (row["started_at"], _own(row))):
            if row["started_at"] < moment and (row["ended_at"] is None or row["ended_at"] > moment):
                found[row["person_id"]] = row
        return found

    def placement_at(self, person: UUID, instant: datetime) -> Row | None:
        """The placement of a person that covers an instant; of several, the one begun last."""
        rows = [
            row
            for row in self.placements
            if row["person_id"] == str(person)
            and row["started_at"] <= instant
            and (row["ended_at"] is None or row["ended_at"] > instant)
        ]
        return max(rows, key=lambda row: (row["started_at"], _own(row)), default=None)


def _own(row: Row) -> str:
    return str(row.get("placement_id") or row["care_id"])
