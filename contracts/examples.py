"""A valid example of every message type, made from the types themselves; of no real child."""

from enum import StrEnum
from functools import cache
from typing import Annotated, Any, Final, get_args, get_origin, get_type_hints

from msgspec import Meta, Struct

from contracts.bodies import EPISODE, Body, EpisodeBody, PublisherBody
from contracts.care_messages import CareEndedBody, PlacementEndedBody
from contracts.fields import DateText, ListCode, SealedIdentity, WhenText
from domain.identifiers import URN_PREFIX

PUBLISHER: Final = "la-330"
WHEN: Final = "2026-03-14T22:05:00Z"

_SEAL: Final = "eyJhbGciOiJFQ0RILUVTIn0..AAAA.AAAA.AAAA"
_CODE_OF_FIELD: Final = {
    "placement_type": "U4",
    "provider": "PR1",
    "legal_status": "C2",
    "ethnicity": "WBRI",
}
_CODE_OF_REASON: Final[dict[type[Body], str]] = {
    PlacementEndedBody: "CARPL",
    CareEndedBody: "E8",
}
_REFERENCE: Final = {"child": "C-1042", EPISODE: "E-2093", "into": "E-2094", "to_lead": "la-331"}
_CHOSEN: Final = {"risk": "medium", "level": "medium"}
_DATE: Final = {"from_date": "2026-02-01", "to_date": "2026-02-28", "due": "2026-04-01"}


@cache
def example_message(body: type[Body]) -> dict[str, Any]:
    """Return a whole message of a type, with every field of its body, as JSON holds it."""
    if issubclass(body, EpisodeBody):
        subject = "E-2093"
    elif issubclass(body, PublisherBody):
        subject = "R-7"
    else:
        subject = "C-1042"
    return {
        "specversion": "1.0",
        "id": f"example-{body.event_type.removeprefix('missing.')}",
        "source": URN_PREFIX + PUBLISHER,
        "type": body.event_type,
        "time": WHEN,
        "subject": subject,
        "datacontenttype": "application/json",
        "data": example_body(body),
    }


def example_body(body: type[Body]) -> dict[str, Any]:
    """Return the data of a message of a type, with every field."""
    hints = get_type_hints(body, include_extras=True)
    return {name: _value(body, name, hints[name]) for name in body.__struct_fields__}


def _value(body: type[Body], name: str, hint: Any) -> Any:
    options = [each for each in get_args(hint) if each is not type(None)]
    optional = len(options) < len(get_args(hint))
    if optional:
        hint = options[0]
    if hint == SealedIdentity:
        return _SEAL
    if hint == WhenText:
        return WHEN
    if hint == DateText:
        return _DATE[name]
    if hint == ListCode:
        return _CODE_OF_FIELD.get(name) or _CODE_OF_REASON[body]
    chosen = _REFERENCE.get(name) or _CHOSEN.get(name)
    if chosen is not None:
        return chosen
    return _plain(body, name, hint)


def _plain(body: type[Body], name: str, hint: Any) -> Any:
    """Return a value of a type that its own description shows."""
    annotated = get_origin(hint) is Annotated
    plain = get_args(hint)[0] if annotated else hint
    notes = get_args(hint)[1:] if annotated else ()
    shown = [value for note in notes if isinstance(note, Meta) for value in note.examples or ()]
    if shown:
        return shown[0]
    if get_origin(plain) is tuple:
        return _several(body, name, get_args(plain)[0], notes)
    if isinstance(plain, type) and issubclass(plain, StrEnum):
        return next(iter(plain)).value
    if plain is bool:
        return True
    raise TypeError(f"{body.event_type} has a field {name} that no example was thought of for")


def _several(body: type[Body], name: str, item: Any, notes: tuple[Any, ...]) -> list[Any]:
    """Return as many items as a list asks for at least, but one."""
    least = max((note.min_length or 1 for note in notes if isinstance(note, Meta)), default=1)
    if isinstance(item, type) and issubclass(item, Struct):
        return [
            {"child": f"C-201{at}", "episode": f"E-301{at}", "named_missing": at == 1}
            for at in range(1, least + 1)
        ]
    return [_value(body, name, item)]
