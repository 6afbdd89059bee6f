"""What is known of a child beside its episodes: sex, care, placements, the eighteenth birthday."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from uuid import UUID

from domain.about import When
from domain.care_events import CareEnded, CareStarted, PlacementEnded, PlacementStarted
from domain.decisions import ChildReachedEighteen
from domain.episode_events import SubjectRegistered
from domain.facts import Standing, day_of, earliest, end_of, standing
from domain.identifiers import publisher_kind
from domain.linkage_events import PersonLinked, PersonLinkProposed, PersonMerged, PersonSplit
from domain.records import RecordedEvent
from domain.vocabulary import Sex


@dataclass(frozen=True, kw_only=True)
class CarePeriod:
    """A period in which a child was looked after; ended: None while it lasts.

    end_reason: SSDA903 `REC` code.
    """

    care_id: UUID
    started: When
    ended: When | None
    end_reason: str | None
    responsible_authority: str | None


@dataclass(frozen=True, kw_only=True)
class Placement:
    """A placement; ended: None while it lasts. restricted: where it is must not be told (¶82)."""

    placement_id: UUID
    started: When
    ended: When | None
    placement_type: str
    host_authority: str | None
    restricted: bool


Period = TypeVar("Period", CarePeriod, Placement)

_DIED = "E2"
# What says which person a subject is from now on.
_DECISIONS = (PersonLinked, PersonMerged, PersonSplit)


@dataclass(frozen=True, kw_only=True)
class PersonContext:
    """What a person's records say outside the episodes.

    sex: U if nobody recorded it. birthday: the eighteenth, None until the vault announces it.
    """

    sex: Sex
    birthday: date | None
    care: tuple[CarePeriod, ...]
    placements: tuple[Placement, ...]

    @property
    def died_on(self) -> date | None:
        """The London date on which care ended by death; None: it did not, as far as is known."""
        ends = [each.ended for each in self.care if each.end_reason == _DIED]
        return min((day_of(when) for when in ends if when is not None), default=None)

    def care_at(self, instant: datetime) -> CarePeriod | None:
        """Return the period of care that covers an instant; of several, the one begun last."""
        return _covering(self.care, instant, lambda each: each.care_id)

    def placement_at(self, instant: datetime) -> Placement | None:
        """Return the placement that covers an instant; of several, the one begun last."""
        return _covering(self.placements, instant, lambda each: each.placement_id)


def person_of(subject_id: UUID, records: Iterable[RecordedEvent]) -> UUID:
    """Return the person that a subject is, by the last decision; itself if there was none."""
    decided = _last_person(subject_id, records, _DECISIONS)
    return subject_id if decided is None else decided


def person_if_linked(subject_id: UUID, records: Sequence[RecordedEvent]) -> UUID:
    """Return the person that a subject would be if everything in review were linked.

    Of a subject of which nothing was ever proposed, it is the person that it is.
    """
    proposed = _last_person(subject_id, records, (PersonLinkProposed,))
    return person_of(subject_id, records) if proposed is None else proposed


def _last_person(
    subject_id: UUID, records: Iterable[RecordedEvent], kinds: tuple[type[Any], ...]
) -> UUID | None:
    """Return the person that the last event of these kinds names for a subject."""
    said = [
        (record.position, record.event.person_id)
        for record in records
        if isinstance(record.event, kinds) and record.event.subject_id == subject_id
    ]
    return max(said)[1] if said else None


def person_context(records: Sequence[RecordedEvent]) -> PersonContext:
    """Return the context of a person from the records of all its subjects, in any order.

    An authority's word on sex goes before a force's.
    """
    birthdays = [
        (record.position, record.event.birthday)
        for record in records
        if isinstance(record.event, ChildReachedEighteen)
    ]
    return PersonContext(
        sex=_sex(records),
        birthday=max(birthdays)[1] if birthdays else None,
        care=tuple(_care(records)),
        placements=tuple(_placements(records)),
    )


def _sex(records: Sequence[RecordedEvent]) -> Sex:
    known: list[tuple[bool, Standing, Sex]] = [
        (
            publisher_kind(record.provenance.publisher) == "local-authority",  # type: ignore[arg-type]
            standing(record),
            record.event.sex,
        )
        for record in records
        if isinstance(record.event, SubjectRegistered)
        and record.event.sex not in (None, Sex.UNKNOWN)
        and record.event.sex is not None
    ]
    return max(known)[2] if known else Sex.UNKNOWN


def _last(records: Iterable[RecordedEvent], kind: type[Any], key: str) -> dict[UUID, Any]:
    """Return, by identifier, the event of a kind with the highest standing."""
    best: dict[UUID, tuple[Standing, Any]] = {}
    for record in records:
        if isinstance(record.event, kind):
            own = getattr(record.event, key)
            rank = standing(record)
            if own not in best or rank > best[own][0]:
                best[own] = (rank, record.event)
    return {own: event for own, (_, event) in best.items()}


def _care(records: Sequence[RecordedEvent]) -> Iterable[CarePeriod]:
    ends: dict[UUID, CareEnded] = _last(records, CareEnded, "care_id")
    starts: dict[UUID, CareStarted] = _last(records, CareStarted, "care_id")
    for care_id, begun in sorted(starts.items()):
        yield CarePeriod(
            care_id=care_id,
            started=begun.started,
            ended=ends[care_id].ended if care_id in ends else None,
            end_reason=ends[care_id].reason if care_id in ends else None,
            responsible_authority=begun.responsible_authority,
        )


def _placements(records: Sequence[RecordedEvent]) -> Iterable[Placement]:
    ends: dict[UUID, PlacementEnded] = _last(records, PlacementEnded, "placement_id")
    starts: dict[UUID, PlacementStarted] = _last(records, PlacementStarted, "placement_id")
    for placement_id, begun in sorted(starts.items()):
        yield Placement(
            placement_id=placement_id,
            started=begun.started,
            ended=ends[placement_id].ended if placement_id in ends else None,
            placement_type=begun.placement_type,
            host_authority=begun.host_authority,
            restricted=begun.location_restricted,
        )


def _covering(
    periods: Sequence[Period], instant: datetime, key: Callable[[Period], UUID]
) -> Period | None:
    covering = [
        period
        for period in periods
        if earliest(period.started) <= instant
        and (period.ended is None or instant < end_of(period.ended))
    ]
    return max(covering, key=lambda each: (earliest(each.started), key(each)), default=None)
