"""The form in which events are kept for ever: permanent type names and plain JSON.

A stored form never changes its meaning; a new meaning is a new class with a new name, and a step
in `upcasting` from the old form to the new one.
"""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Any, get_args, get_type_hints
from uuid import UUID

from msgspec import convert
from msgspec.json import Encoder, decode

from contracts.upcasting import UPCASTERS, Upcasters
from domain.about import When
from domain.events import EpisodeEvent, Event, HousekeepingEvent, PublisherEvent, SubjectEvent
from domain.merkle import leaf_hash
from domain.records import Provenance, RecordedEvent

# The stream of the records that belong to no child.
HUB_STREAM = UUID("00000000-0000-4000-8000-000000000001")
HUB = "hub"

TYPES: dict[str, type[Event]] = {
    kind.type: kind
    for kind in (
        *get_args(EpisodeEvent),
        *get_args(SubjectEvent),
        *get_args(PublisherEvent),
        *get_args(HousekeepingEvent),
    )
}

_ENCODER = Encoder()
_STREAM_FIELD: dict[type[Event], str] = {
    **dict.fromkeys(get_args(EpisodeEvent), "episode_id"),
    **dict.fromkeys(get_args(SubjectEvent), "subject_id"),
}


def encode_event(event: Event) -> bytes:
    """Return the JSON of an event; fields without a value are left out."""
    return _ENCODER.encode({key: value for key, value in vars(event).items() if value is not None})


def decode_event(
    stored_type: str,
    state: bytes,
    *,
    kinds: Mapping[str, type[Event]] = TYPES,
    upcasters: Upcasters = UPCASTERS,
) -> Event:
    """Return the event that was stored, in the form of today if its own is no longer written.

    Raises ValueError if the type was never written.
    """
    values: dict[str, Any] = decode(state)
    kind = kinds.get(stored_type)
    if kind is None:
        present, values = upcasters.present(stored_type, values)
        kind = kinds.get(present)
    if kind is None:
        raise ValueError(f"the ledger holds a type that this version does not know: {stored_type}")
    readers = _READERS.get(kind) or _readers(kind)
    return kind(**{name: readers[name](value) for name, value in values.items()})


def stream_of(event: Event) -> UUID:
    """Return the stream of an event: its source episode, else its child, else the hub's own."""
    field = _STREAM_FIELD.get(type(event))
    if field is None:
        return HUB_STREAM
    stream: UUID = getattr(event, field)
    return stream


def record_hash(
    position: int,
    recorded_at: datetime,
    stream: UUID,
    stored_type: str,
    state: bytes,
    provenance: Provenance,
) -> bytes:
    """Return the RFC 6962 leaf hash of a record.

    The entry is one JSON array of position, stream, type, publisher, submission, time of
    occurrence, time of recording and state, so the parts cannot run into each other.
    """
    return record_hashes(recorded_at)(position, stream, stored_type, state, provenance)


def record_hashes(
    recorded_at: datetime,
) -> Callable[[int, UUID, str, bytes, Provenance], bytes]:
    """Return what gives the hashes of records that are recorded at one time.

    Every record of the country passes there, so little is called for each.
    """
    recorded = _instant(recorded_at)

    def hashed(
        position: int, stream: UUID, stored_type: str, state: bytes, provenance: Provenance
    ) -> bytes:
        head = _ENCODER.encode(
            (position, stream, stored_type, provenance.publisher, provenance.submission_id or "")
        )
        occurred = _instant(provenance.occurred_at)
        return leaf_hash(b'%b,"%b","%b",%b]' % (head[:-1], occurred, recorded, state))

    return hashed


def _instant(value: datetime) -> bytes:
    """Return what `isoformat` writes, five times as fast for an instant in UTC."""
    text = _ENCODER.encode(value)
    return text[1:-2] + b"+00:00" if text.endswith(b'Z"') else value.isoformat().encode()


def recorded_event(
    position: int,
    recorded_at: datetime,
    provenance: Provenance,
    stored_type: str,
    state: bytes,
) -> RecordedEvent:
    """Return a record in the words of the domain."""
    return RecordedEvent(
        position=position,
        recorded_at=recorded_at,
        provenance=provenance,
        event=decode_event(stored_type, state),
    )


def read_when(text: str) -> When:
    """Return what `encode_event` wrote for a When: a London date, or an instant in UTC."""
    if len(text) == 10:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(UTC)


def _reader(hint: Any) -> Callable[[Any], Any]:
    """Return the function that turns a JSON value into what a field's type asks for."""
    options = [option for option in get_args(hint) if option is not type(None)]
    plain = options[0] if len(options) == 1 else hint
    if datetime in options:
        return read_when
    if plain is UUID:
        return UUID
    if plain is date:
        return date.fromisoformat
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        return plain
    if plain in (str, int, float, bool):
        return _as_is
    return lambda value: convert(value, hint)


def _as_is(value: Any) -> Any:
    return value


def _readers(kind: type[Event]) -> Mapping[str, Callable[[Any], Any]]:
    hints = get_type_hints(kind)
    return {field.name: _reader(hints[field.name]) for field in fields(kind)}


_READERS: dict[type[Event], Mapping[str, Callable[[Any], Any]]] = {
    kind: _readers(kind) for kind in TYPES.values()
}
