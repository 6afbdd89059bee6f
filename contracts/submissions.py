"""Reads a message into a typed submission, or says why it cannot be taken."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import get_type_hints

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder, Encoder

from contracts.envelope import MAX_MESSAGE_BYTES, Envelope
from contracts.fields import AreaCode, AuthorityCode, ListCode, WhenText
from contracts.messages import Body, CareEndedBody, PlacementEndedBody, SubjectRegisteredBody
from contracts.outcomes import Rejection
from contracts.reasons import MEANING, Reason
from contracts.schemas import BODY_OF_TYPE, expected_at
from domain.codes import CodeList, valid_in
from domain.events import When
from domain.geography import Register
from domain.identifiers import PublisherId, publisher_from_urn
from domain.periods import ReportingYear, london_date

OUTSIDE_ENGLAND = frozenset({"SCO", "NIR", "WAL"})

_PLACES = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[([0-9]+|\.\.\.)\]")
_MISSING_FIELD = re.compile(r"Object missing required field `([a-z_]+)`")
_UNKNOWN_FIELD = "Object contains unknown field "
_KINDS = {"str": "string", "int": "number", "float": "number", "bool": "boolean"}
_FOUND_KIND = re.compile(r"^Expected `([a-z |]+)`, got `([a-z]+)`")
_LIST_OF_FIELD = {
    "placement_type": "placement_type",
    "provider": "placement_provider",
    "legal_status": "legal_status",
    "ethnicity": "ethnicity",
}
_LIST_OF_REASON: dict[type[Body], str] = {
    PlacementEndedBody: "reason_place_change",
    CareEndedBody: "reason_episode_ceased",
}


class Submission(Struct, frozen=True, kw_only=True, gc=False):
    """A message that satisfies its contract.

    occurred_at: UTC. subject: the publisher's own reference of the episode or child.
    """

    publisher: PublisherId
    event_id: str
    event_type: str
    occurred_at: datetime
    subject: str
    body: Body

    def content(self, identity: bytes = b"") -> bytes:
        """Return the canonical bytes; a registration's opened identity replaces its seal."""
        body = self.body
        if isinstance(body, SubjectRegisteredBody):
            open_part = (body.sex, body.ethnicity, body.unaccompanied)
            encoded = identity + _ENCODER.encode(open_part)
        else:
            encoded = _ENCODER.encode(body)
        head = f"{self.event_type}\n{self.occurred_at.isoformat()}\n{self.subject}\n"
        return head.encode() + encoded


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What a submission is checked against besides its schema."""

    register: Register
    code_lists: Mapping[str, CodeList]


_ENCODER = Encoder(order="deterministic")
_ENVELOPES = Decoder(Envelope)
_BODIES: dict[str, Decoder[Body]] = {name: Decoder(body) for name, body in BODY_OF_TYPE.items()}


def _fields_of(annotation: object) -> dict[type[Body], tuple[str, ...]]:
    """Return, for each body, the fields that carry an annotation, alone or beside None."""

    def carries(hint: object) -> bool:
        return hint == annotation or annotation in getattr(hint, "__args__", ())

    return {
        body: tuple(
            name
            for name, hint in get_type_hints(body, include_extras=True).items()
            if carries(hint)
        )
        for body in BODY_OF_TYPE.values()
    }


_WHENS = _fields_of(WhenText)
_AREAS = _fields_of(AreaCode)
_AUTHORITIES = _fields_of(AuthorityCode)
_CODES = _fields_of(ListCode)


def parse_when(text: str) -> When:
    """Return a London date, or an instant in UTC. Raises ValueError if there is no such day."""
    if len(text) == 10:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(UTC)


def read_submission(
    raw: bytes, *, sent_by: PublisherId | None, contract: Contract
) -> Submission | Rejection:
    """Read one message; `sent_by` is the publisher that the transport vouches for.

    None: the transport vouches for any publisher (the local operator).
    """
    if len(raw) > MAX_MESSAGE_BYTES:
        return _reject(Reason.TOO_LARGE, "", f"{len(raw)} bytes; at most {MAX_MESSAGE_BYTES}.")
    envelope = _read_envelope(raw)
    if isinstance(envelope, Rejection):
        return envelope
    publisher = _read_publisher(envelope, sent_by, contract.register)
    if isinstance(publisher, Rejection):
        return publisher
    body = _read_body(envelope)
    if isinstance(body, Rejection):
        return body
    try:
        occurred_at = datetime.fromisoformat(envelope.time).astimezone(UTC)
    except (ValueError, OverflowError):
        return _reject(Reason.DATE_INVALID, "/time", "The time does not exist in the calendar.")
    problem = _check_dates(body) or _check_codes(body, occurred_at, contract)
    if problem is not None:
        return problem
    return Submission(
        publisher=publisher,
        event_id=envelope.id,
        event_type=envelope.type,
        occurred_at=occurred_at,
        subject=envelope.subject,
        body=body,
    )


def _read_envelope(raw: bytes) -> Envelope | Rejection:
    try:
        return _ENVELOPES.decode(raw)
    except ValidationError as error:
        return _explain(Reason.ENVELOPE_INVALID, str(error), "", "")
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return _reject(Reason.NOT_JSON, "", MEANING[Reason.NOT_JSON])


def _read_publisher(
    envelope: Envelope, sent_by: PublisherId | None, register: Register
) -> PublisherId | Rejection:
    publisher = publisher_from_urn(envelope.source)
    if publisher is None or register.publisher(publisher) is None:
        message = (
            "The source names no registered publisher; write urn:missing-hub:publisher:la-330."
        )
        return _reject(Reason.UNKNOWN_PUBLISHER, "/source", message)
    if sent_by is not None and publisher != sent_by:
        message = f"The message was sent by {sent_by}, but its source is another publisher."
        return _reject(Reason.SOURCE_MISMATCH, "/source", message)
    return publisher


def _read_body(envelope: Envelope) -> Body | Rejection:
    decoder = _BODIES.get(envelope.type)
    if decoder is None:
        message = "No such type is accepted; see /v1/contracts for the list."
        return _reject(Reason.UNKNOWN_TYPE, "/type", message)
    raw = bytes(envelope.data)
    try:
        return decoder.decode(raw)
    except ValidationError as error:
        text = str(error)
        if text.endswith("`$.identity`") and "got `object`" in text:
            message = "Seal the identity to the vault's key before it reaches a topic."
            return _reject(Reason.IDENTITY_IN_CLEAR, "/data/identity", message)
        return _explain(Reason.SCHEMA_INVALID, text, "/data", envelope.type)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return _reject(Reason.NOT_JSON, "/data", MEANING[Reason.NOT_JSON])


def _check_dates(body: Body) -> Rejection | None:
    for field in _WHENS[type(body)]:
        text = getattr(body, field)
        if text is None:
            continue
        try:
            parse_when(text)
        except (ValueError, OverflowError):
            message = "The date or time does not exist in the calendar."
            return _reject(Reason.DATE_INVALID, f"/data/{field}", message)
    return None


def _check_codes(body: Body, occurred_at: datetime, contract: Contract) -> Rejection | None:
    kind = type(body)
    for field in (*_AREAS[kind], *_AUTHORITIES[kind]):
        code = getattr(body, field)
        if code is None or code in OUTSIDE_ENGLAND or contract.register.authority(code) is not None:
            continue
        message = "There is no children's services authority with this number."
        return _reject(Reason.CODE_UNKNOWN, f"/data/{field}", message)
    for field in _CODES[kind]:
        code = getattr(body, field)
        if code is None:
            continue
        listed = contract.code_lists[_LIST_OF_FIELD.get(field) or _LIST_OF_REASON[kind]]
        year = ReportingYear.of(london_date(occurred_at)).ending
        if not valid_in(listed, code, year):
            message = f"The code is not in the list {listed.name} for the year to March {year}."
            return _reject(Reason.CODE_UNKNOWN, f"/data/{field}", message)
    return None


def _explain(reason: Reason, text: str, prefix: str, event_type: str) -> Rejection:
    """Turn a decoder's message into ours, which never repeats a value that was sent."""
    names = _field_names(event_type)
    # Only library text may be read here: a value or a name that was sent may look like it.
    if text.startswith(_UNKNOWN_FIELD):
        return _reject(
            reason, prefix, f"A field is not in the contract; it has {', '.join(names)}."
        )
    missing = _MISSING_FIELD.match(text)
    if missing:
        return _reject(reason, f"{prefix}/{missing[1]}", "This field is required.")
    what, _, where = text.rpartition(" - at `$")
    what = what or text
    steps = [name or index for name, index in _PLACES.findall(where)]
    pointer = prefix + "".join(f"/{'-' if step == '...' else step}" for step in steps)
    field = steps[0] if steps else ""
    expected = expected_at(event_type, field) if event_type else ""
    kinds = _FOUND_KIND.match(what)
    found = f" Found a JSON {_KINDS.get(kinds[2], kinds[2])}." if kinds else ""
    asked = f" Expected: {expected}" if expected else ""
    return _reject(reason, pointer, f"The value does not have the form asked for.{asked}{found}")


def _field_names(event_type: str) -> tuple[str, ...]:
    body = BODY_OF_TYPE.get(event_type)
    return Envelope.__struct_fields__ if body is None else body.__struct_fields__


def _reject(reason: Reason, pointer: str, message: str) -> Rejection:
    return Rejection(reason=reason, pointer=pointer, message=message)
