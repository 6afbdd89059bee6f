"""The views about protection by hand, from the readable folds, apart from the code of the hub."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from domain.care_events import CareStarted
from domain.episodes import facts_if_linked, facts_of
from domain.linkage_events import EpisodeMatched
from domain.measures import Source
from domain.national import EpisodeFacts
from domain.periods import London
from domain.person import person_if_linked, person_of
from domain.records import RecordedEvent
from domain.told_of_children import told_of_children
from domain.views import ViewQuery
from domain.vocabulary import Category
from domain.whose import whose

AREAS = {"330": "E12000005", "331": "E12000005", "317": "E12000007"}
LONDON = ZoneInfo("Europe/London")
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
NEVER = datetime(9999, 12, 1, tzinfo=UTC)

Row = Mapping[str, Any]
Figure = Callable[[Sequence[Row]], Any]


def midnight(day: date) -> datetime:
    """The first instant of a day of London."""
    return datetime(day.year, day.month, day.day, tzinfo=London).astimezone(UTC)


def share(part: int, whole: int, places: str) -> float | None:
    """A rounded quotient; None: of nothing."""
    if not whole:
        return None
    return float((Decimal(part) / Decimal(whole)).quantize(Decimal(places), ROUND_HALF_UP))


@dataclass(frozen=True, kw_only=True)
class World:
    """What is known in one world, as of the last of some records."""

    records: Sequence[RecordedEvent]
    linked: bool
    now: datetime

    @property
    def _read(self) -> Any:
        return person_if_linked if self.linked else person_of

    def told(self, kind: type[Any]) -> Sequence[Any]:
        """What is told of children."""
        return told_of_children(self.records, kind, self._read)

    def missing(self, source: Source) -> list[EpisodeFacts]:
        """The missing episodes of a source."""
        facts = (facts_if_linked if self.linked else facts_of)(self.records)
        return [
            each for each in facts if each.source is source and each.category is Category.MISSING
        ]

    def accounts(self, fact: EpisodeFacts) -> set[UUID]:
        """The accounts that make an episode."""
        if fact.source is not Source.NATIONAL:
            return {fact.fact_id}
        matched = {
            each.event.episode_id: each.event
            for each in self.records
            if isinstance(each.event, EpisodeMatched)
        }
        told = {each.event.episode_id for each in self.records if hasattr(each.event, "episode_id")}
        found = set()
        for episode in told:
            match = matched.get(episode)
            ids = match.national_ids if match else (episode,)
            if self.linked and match and match.proposed_ids:
                ids = match.proposed_ids
            if fact.fact_id in ids:
                found.add(episode)
        return found

    def care_authority(self, person_id: UUID, before: datetime) -> str | None:
        """The authority of the period of care begun last before an instant."""
        people = whose(self.records, self._read)
        begun = [
            (midnight_of(each.event.started), each.event.responsible_authority)
            for each in self.records
            if isinstance(each.event, CareStarted)
            and people[each.event.subject_id].person_id == person_id
            and midnight_of(each.event.started) < before
        ]
        return max(begun)[1] if begun else None


def midnight_of(when: datetime | date) -> datetime:
    """The first instant that a time can mean."""
    return when if isinstance(when, datetime) else midnight(when)


def cells(
    rows: Iterable[Row], query: ViewQuery, figures: Mapping[str, Figure]
) -> dict[tuple[tuple[str, ...], str], Any]:
    """The figures of each cell of the rows in the period."""
    grouped: dict[tuple[str, ...], list[Row]] = defaultdict(list)
    if not query.by:
        grouped[()] = []
    for row in rows:
        if (query.first_day or row["day"]) <= row["day"] <= (query.last_day or row["day"]):
            named = {**row, "month": row["day"].isoformat()[:7]}
            grouped[tuple(str(named[name]) for name in query.by)].append(row)
    return {
        (cell, name): figure(found)
        for cell, found in grouped.items()
        for name, figure in figures.items()
    }
