"""Messages on their way to a file: drafted as bodies of the contract, encoded as CloudEvents."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from msgspec import Raw, Struct
from msgspec.json import Encoder

from contracts.bodies import Body
from contracts.envelope import Envelope
from contracts.episode_messages import SubjectAmendedBody, SubjectRegisteredBody
from contracts.identity import Identity
from domain.identifiers import PublisherId, publisher_urn
from domain.vocabulary import Sex
from hub.synthetic.clock import instant_text
from hub.synthetic.numbers import message_id

_ENCODER = Encoder()


class ClearRegistration(
    Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A registration as a publisher hands it over TLS: the gateway seals `identity` first."""

    event_type: ClassVar[str] = SubjectRegisteredBody.event_type

    identity: Identity
    sex: Sex | None = None
    ethnicity: str | None = None
    unaccompanied: bool | None = None


class ClearAmendment(ClearRegistration, frozen=True, kw_only=True):
    """A registration put right, identity in clear."""

    event_type: ClassVar[str] = SubjectAmendedBody.event_type


AnyBody = Body | ClearRegistration


@dataclass(frozen=True, kw_only=True, slots=True)
class Draft:
    """A message before it is encoded.

    at: when its publisher recorded the fact, seconds UTC. subject: the publisher's reference.
    number: tells the message from the others about its subject, whether or not all are sent.
    """

    at: int
    subject: str
    number: int | str
    body: AnyBody


@dataclass(frozen=True, kw_only=True, slots=True)
class Message:
    """An encoded message and when it was recorded."""

    at: int
    type: str
    line: bytes


def encoded(publisher: PublisherId, drafts: Iterable[Draft]) -> list[Message]:
    """Return the messages of a publisher in the order of their time."""
    source = publisher_urn(publisher)
    return [
        Message(at=each.at, type=each.body.event_type, line=_line(source, each))
        for each in sorted(drafts, key=lambda draft: draft.at)
    ]


def _line(source: str, draft: Draft) -> bytes:
    envelope = Envelope(
        specversion="1.0",
        id=message_id(source, draft.subject, draft.number),
        source=source,
        type=draft.body.event_type,
        time=instant_text(draft.at),
        subject=draft.subject,
        data=Raw(_ENCODER.encode(draft.body)),
    )
    return _ENCODER.encode(envelope)
