"""The rows of care and placements of one world, from nothing but the records up to a position."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from domain.about import When
from domain.care_events import (
    CareEnded,
    CareStarted,
    CareStatusChanged,
    PlacementEnded,
    PlacementHostAcknowledged,
    PlacementHostNotified,
    PlacementStarted,
)
from domain.codes import placement_group
from domain.cross_boundary import location_of
from domain.facts import earliest, end_of, standing
from domain.periods import london_date
from domain.person import PersonContext, person_context, person_if_linked, person_of
from domain.records import RecordedEvent

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
WORLDS: Mapping[str, Callable[[UUID, Sequence[RecordedEvent]], UUID]] = {
    "decided": person_of,
    "linked": person_if_linked,
}
Row = dict[str, Any]


def care_rows(known: Sequence[RecordedEvent], world: str) -> list[Row]:
    """Every period of care that anybody told the beginning of."""
    people = _people(known, world)
    rows = []
    for (subject_id, care_id), told in _by_thing(known, CareStarted, "care_id").items():
        begun = max((each for each in told if isinstance(each.event, CareStarted)), key=standing)
        event: Any = begun.event
        own = begun.provenance.publisher
        rows.append(
            {
                "subject_id": str(subject_id),
                "care_id": str(care_id),
                "person_id": str(people[subject_id]),
                "publisher": own,
                "authority": event.responsible_authority or _area(own) or "unknown",
                "legal_status": event.legal_status,
                "status_changes": _changes(told, earliest(event.started)),
                "sex": _context(known, people, subject_id).sex.value,
                **_times(event.started, _last(told, CareEnded)),
            }
        )
    return sorted(rows, key=lambda row: (row["subject_id"], row["care_id"]))


def placement_rows(known: Sequence[RecordedEvent], world: str) -> list[Row]:
    """Every placement that anybody told the beginning of."""
    people = _people(known, world)
    rows = []
    for (subject_id, own), told in _by_thing(known, PlacementStarted, "placement_id").items():
        begun = max(
            (each for each in told if isinstance(each.event, PlacementStarted)), key=standing
        )
        event: Any = begun.event
        care = _context(known, people, subject_id).care_at(earliest(event.started))
        authority = (
            event.placing_authority
            or (care.responsible_authority if care else None)
            or _area(begun.provenance.publisher)
            or "unknown"
        )
        where = location_of(
            authority,
            event.host_authority,
            restricted=event.location_restricted,
            reason=event.out_of_area_reason,
        )
        rows.append(
            {
                "subject_id": str(subject_id),
                "placement_id": str(own),
                "person_id": str(people[subject_id]),
                "publisher": begun.provenance.publisher,
                "authority": authority,
                "host_authority": where.host,
                "area": where.placed_in.value,
                "placement_code": event.placement_type,
                "placement_type": placement_group(event.placement_type).value,
                "provider": event.provider,
                "provider_urn": None if event.location_restricted else event.provider_urn,
                "restricted": event.location_restricted,
                "out_of_area_reason": event.out_of_area_reason,
                "notified_at": _first(told, PlacementHostNotified, "notified"),
                "acknowledged_at": _first(told, PlacementHostAcknowledged, "acknowledged"),
                **_times(event.started, _last(told, PlacementEnded)),
            }
        )
    return sorted(rows, key=lambda row: (row["subject_id"], row["placement_id"]))


def _people(known: Sequence[RecordedEvent], world: str) -> dict[UUID, UUID]:
    subjects = {record.event.subject_id for record in known if hasattr(record.event, "subject_id")}
    return {subject_id: WORLDS[world](subject_id, known) for subject_id in subjects}


def _context(
    known: Sequence[RecordedEvent], people: Mapping[UUID, UUID], subject_id: UUID
) -> PersonContext:
    same = {each for each in people if people[each] == people[subject_id]}
    return person_context(
        [record for record in known if getattr(record.event, "subject_id", None) in same]
    )


def _by_thing(
    known: Iterable[RecordedEvent], start: type[Any], key: str
) -> dict[tuple[UUID, UUID], list[RecordedEvent]]:
    found: dict[tuple[UUID, UUID], list[RecordedEvent]] = {}
    for record in known:
        own = getattr(record.event, key, None)
        if own is not None:
            found.setdefault((record.event.subject_id, own), []).append(record)  # type: ignore[union-attr]
    return {
        thing: told
        for thing, told in found.items()
        if any(isinstance(each.event, start) for each in told)
    }


def _last(told: Iterable[RecordedEvent], kind: type[Any]) -> Any:
    said = [each for each in told if isinstance(each.event, kind)]
    return max(said, key=standing).event if said else None


def _first(told: Iterable[RecordedEvent], kind: type[Any], field: str) -> datetime | None:
    said = (getattr(each.event, field) for each in told if isinstance(each.event, kind))
    return min(map(earliest, said), default=None)


def _times(started: When, ended: Any) -> Row:
    return {
        "started_at": earliest(started),
        "started_on": _day(started),
        "ended_at": None if ended is None else end_of(ended.ended),
        "ended_on": None if ended is None else _day(ended.ended),
        "end_reason": None if ended is None else ended.reason,
    }


def _changes(told: Sequence[RecordedEvent], start: datetime) -> str:
    best: dict[datetime, RecordedEvent] = {}
    for record in told:
        if isinstance(record.event, CareStatusChanged):
            since = earliest(record.event.changed)
            if since not in best or standing(record) > standing(best[since]):
                best[since] = record
    return ",".join(
        f"{round((since - EPOCH).total_seconds() * 1_000_000)} {best[since].event.legal_status}"  # type: ignore[union-attr]
        for since in sorted(best)
        if since >= start
    )


def _area(publisher: str) -> str | None:
    return publisher.removeprefix("la-") if publisher.startswith("la-") else None


def _day(when: When) -> date:
    return london_date(when) if isinstance(when, datetime) else when
