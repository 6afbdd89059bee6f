"""Reads a message into a typed submission, or says why it cannot be taken."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import cache
from typing import NamedTuple, get_type_hints

from msgspec import DecodeError, Struct, ValidationError
from msgspec.json import Decoder, Encoder

from contracts.accepted_types import ACCEPTED, AcceptedTypes
from contracts.bodies import Body
from contracts.care_messages import EpisodeCountStatedBody
from contracts.coded_fields import coded_fields, unlisted_code
from contracts.envelope import MAX_MESSAGE_BYTES, Envelope
from contracts.episode_messages import SubjectRegisteredBody
from contracts.fields import (
    AreaCode,
    AuthorityCode,
    DateText,
    PublisherCode,
    WhenText,
)
from contracts.outcomes import Rejection
from contracts.publisher_messages import (
    BoardReportPresentedBody,
    PeriodDeclaredBody,
    ProviderReturnReceivedBody,
)
from contracts.reasons import MEANING, Reason
from contracts.register import why_not_sent
from contracts.schemas import expected_in
from contracts.unique_names import repeats_a_name, surely_unique_message
from domain.about import When
from domain.codes import CodeList
from domain.geography import Register
from domain.identifiers import PublisherId, publisher_from_urn
from domain.periods import london_date

_PERIODS = (
    BoardReportPresentedBody,
    EpisodeCountStatedBody,
    PeriodDeclaredBody,
    ProviderReturnReceivedBody,
)
OUTSIDE_ENGLAND = frozenset({"SCO", "NIR", "WAL"})

_PLACES = re.compile(r"\.([A-Za-z_][A-Za-z0-9_]*)|\[([0-9]+|\.\.\.)\]")
_MISSING_FIELD = re.compile(r"Object missing required field `([a-z_]+)`")
_UNKNOWN_FIELD = "Object contains unknown field "
_KINDS = {"str": "string", "int": "number", "float": "number", "bool": "boolean"}
_FOUND_KIND = re.compile(r"^Expected `([a-z |]+)`, got `([a-z]+)`")


class Submission(Struct, frozen=True, kw_only=True, gc=False):
    """A message that satisfies its contract.

    occurred_at: UTC. subject: the publisher's own reference of the episode or child. written: the
    body as `content` writes it, if that was done already.
    """

    publisher: PublisherId
    event_id: str
    event_type: str
    occurred_at: datetime
    subject: str
    body: Body
    written: bytes = b""

    def content(self, identity: bytes = b"") -> bytes:
        """Return the canonical bytes; a registration's opened identity replaces its seal."""
        body = self.body
        if isinstance(body, SubjectRegisteredBody):
            open_part = (body.sex, body.ethnicity, body.unaccompanied)
            encoded = identity + _ENCODER.encode(open_part)
        else:
            encoded = self.written or _ENCODER.encode(body)
        head = f"{self.event_type}\n{self.subject}\n".encode()
        return b"%b%b\n%b" % (head, _ENCODER.encode(self.occurred_at), encoded)


@dataclass(frozen=True, kw_only=True)
class Contract:
    """What a submission is checked against."""

    register: Register
    code_lists: Mapping[str, CodeList]
    types: AcceptedTypes = ACCEPTED


_ENCODER = Encoder(order="deterministic")
_ENVELOPES = Decoder(Envelope)


class _Checked(NamedTuple):
    """The fields of a body that are checked beyond their form."""

    whens: tuple[str, ...]
    areas: tuple[str, ...]
    publishers: tuple[str, ...]


@cache
def _checked(body: type[Body]) -> _Checked:
    hints = get_type_hints(body, include_extras=True)

    def fields(*annotations: object) -> tuple[str, ...]:
        """Return the fields that carry an annotation, alone or beside None."""
        return tuple(
            name
            for name, hint in hints.items()
            if any(each in (hint, *getattr(hint, "__args__", ())) for each in annotations)
        )

    return _Checked(
        whens=fields(WhenText, DateText),
        areas=(*fields(AreaCode), *fields(AuthorityCode)),
        publishers=fields(PublisherCode),
    )


def parse_when(text: str) -> When:
    """Return a London date, or an instant in UTC. Raises ValueError if there is no such day."""
    if len(text) == 10:
        return date.fromisoformat(text)
    return datetime.fromisoformat(text).astimezone(UTC)


def read_submission(
    raw: bytes, *, sent_by: PublisherId | None, contract: Contract, on: date | None = None
) -> Submission | Rejection:
    """Read one message; `sent_by` is the publisher that the transport vouches for.

    None: the transport vouches for any publisher (the local operator). on: the London day of
    arrival, on which the sender's delegations are judged; None: it sends for itself only.
    """
    if len(raw) > MAX_MESSAGE_BYTES:
        return _reject(Reason.TOO_LARGE, "", f"{len(raw)} bytes; at most {MAX_MESSAGE_BYTES}.")
    envelope = _read_envelope(raw)
    if isinstance(envelope, Rejection):
        return envelope
    publisher = _read_publisher(envelope, sent_by, contract.register, on)
    if isinstance(publisher, Rejection):
        return publisher
    body = _read_body(envelope, contract.types, on)
    if isinstance(body, Rejection):
        return body
    written = _ENCODER.encode(body)
    if not surely_unique_message(raw, envelope, written) and repeats_a_name(raw):
        return _reject(Reason.NOT_JSON, "", MEANING[Reason.NOT_JSON])
    try:
        occurred_at = datetime.fromisoformat(envelope.time).astimezone(UTC)
    except (ValueError, OverflowError):
        return _reject(Reason.DATE_INVALID, "/time", "The time does not exist in the calendar.")
    problem = _check_dates(body) or _check_codes(body, occurred_at, on, contract)
    if problem is not None:
        return problem
    return Submission(
        publisher=publisher,
        event_id=envelope.id,
        event_type=envelope.type,
        occurred_at=occurred_at,
        subject=envelope.subject,
        body=body,
        written=written,
    )


def account_of(
    raw: bytes, *, sent_by: PublisherId | None, contract: Contract, on: date
) -> PublisherId | None:
    """Return whose a message is that cannot be taken, so that its publisher sees the rejection.

    That is its source if the sender may send for it, else the sender; None: nobody is known.
    """
    envelope = _read_envelope(raw) if len(raw) <= MAX_MESSAGE_BYTES else None
    if not isinstance(envelope, Envelope):
        return sent_by
    publisher = _read_publisher(envelope, sent_by, contract.register, on)
    return sent_by if isinstance(publisher, Rejection) else publisher


def _read_envelope(raw: bytes) -> Envelope | Rejection:
    try:
        return _ENVELOPES.decode(raw)
    except ValidationError as error:
        return _explain(Reason.ENVELOPE_INVALID, str(error), "", None)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return _reject(Reason.NOT_JSON, "", MEANING[Reason.NOT_JSON])


def _read_publisher(
    envelope: Envelope, sent_by: PublisherId | None, register: Register, on: date | None
) -> PublisherId | Rejection:
    publisher = publisher_from_urn(envelope.source)
    if publisher is None or register.publisher(publisher) is None:
        message = (
            "The source names no registered publisher; write urn:missing-hub:publisher:la-330."
        )
        return _reject(Reason.UNKNOWN_PUBLISHER, "/source", message)
    if sent_by is None or publisher == sent_by:
        return publisher
    if on is not None and register.may_send(sent_by, publisher, on=on):
        return publisher
    return _reject(Reason.SOURCE_MISMATCH, "/source", why_not_sent(register, sent_by, publisher))


def _read_body(envelope: Envelope, types: AcceptedTypes, on: date | None) -> Body | Rejection:
    accepted = types.get(envelope.type)
    if accepted is None:
        message = "No such type is accepted; see /v1/contracts for the list."
        return _reject(Reason.UNKNOWN_TYPE, "/type", message)
    ended = accepted.why_ended(on)
    if ended:
        return _reject(Reason.UNKNOWN_TYPE, "/type", ended)
    raw = bytes(envelope.data)
    try:
        return accepted.decode(raw)
    except ValidationError as error:
        text = str(error)
        if text.endswith("`$.identity`") and "got `object`" in text:
            message = "Seal the identity to the vault's key before it reaches a topic."
            return _reject(Reason.IDENTITY_IN_CLEAR, "/data/identity", message)
        return _explain(Reason.SCHEMA_INVALID, text, "/data", accepted.body)
    except (DecodeError, UnicodeDecodeError, RecursionError):
        return _reject(Reason.NOT_JSON, "/data", MEANING[Reason.NOT_JSON])


def _check_dates(body: Body) -> Rejection | None:
    for field in _checked(type(body)).whens:
        text = getattr(body, field)
        if text is None:
            continue
        try:
            parse_when(text)
        except (ValueError, OverflowError):
            message = "The date or time does not exist in the calendar."
            return _reject(Reason.DATE_INVALID, f"/data/{field}", message)
    if isinstance(body, _PERIODS) and body.to_date < body.from_date:
        message = "The period ends before it begins."
        return _reject(Reason.DATE_INVALID, "/data/to_date", message)
    return None


def _check_codes(
    body: Body, occurred_at: datetime, arrived_on: date | None, contract: Contract
) -> Rejection | None:
    checked = _checked(type(body))
    for field in checked.areas:
        code = getattr(body, field)
        if code is None or code in OUTSIDE_ENGLAND or contract.register.authority(code) is not None:
            continue
        message = "There is no children's services authority with this number."
        return _reject(Reason.CODE_UNKNOWN, f"/data/{field}", message)
    for field in checked.publishers:
        if contract.register.publisher(getattr(body, field)) is None:
            message = "There is no registered publisher with this id; write la-330, for example."
            return _reject(Reason.CODE_UNKNOWN, f"/data/{field}", message)
    if not coded_fields(type(body)):
        return None
    unlisted = unlisted_code(body, london_date(occurred_at), arrived_on, contract.code_lists)
    if unlisted is not None:
        field, message = unlisted
        return _reject(Reason.CODE_UNKNOWN, f"/data/{field}", message)
    return None


def _explain(reason: Reason, text: str, prefix: str, body: type[Body] | None) -> Rejection:
    """Turn a decoder's message into ours, which never repeats a value that was sent."""
    names = (body or Envelope).__struct_fields__
    # Only library text may be read here: a value or a name that was sent may look like it.
    if text.startswith(_UNKNOWN_FIELD):
        return _reject(
            reason, prefix, f"A field is not in the contract; it has {', '.join(names)}."
        )
    what, _, where = text.rpartition(" - at `$")
    what = what or text
    steps = [name or index for name, index in _PLACES.findall(where)]
    pointer = prefix + "".join(f"/{'-' if step == '...' else step}" for step in steps)
    missing = _MISSING_FIELD.match(text)
    if missing:
        return _reject(reason, f"{pointer}/{missing[1]}", "This field is required.")
    field = steps[0] if steps else ""
    expected = expected_in(body, field) if body is not None else ""
    kinds = _FOUND_KIND.match(what)
    found = f" Found a JSON {_KINDS.get(kinds[2], kinds[2])}." if kinds else ""
    asked = f" Expected: {expected}" if expected else ""
    return _reject(reason, pointer, f"The value does not have the form asked for.{asked}{found}")


def _reject(reason: Reason, pointer: str, message: str) -> Rejection:
    return Rejection(reason=reason, pointer=pointer, message=message)
