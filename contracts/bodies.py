"""What every message body shares: closed, immutable, and what it is about."""

from datetime import date
from typing import ClassVar

from msgspec import Struct

from contracts.fields import Ref
from domain.events import Event

EPISODE = "episode"


class Body(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The `data` of one message type: an unknown field is refused, so no identity slips in unseen.

    event_type, title: its name, and what it says in a line. source: where the founding report, or
    a rule, asks for it. event: what the ledger keeps of it. accepted_until, successor: the
    last day of a version that ends, twelve months after the next one came, and the next one. own:
    what it is about besides the child. own_field: the field that holds the publisher's own
    reference of it; empty: `subject` of the envelope is that reference.
    """

    event_type: ClassVar[str]
    title: ClassVar[str]
    source: ClassVar[str]
    event: ClassVar[type[Event]]
    accepted_until: ClassVar[date | None] = None
    successor: ClassVar[str] = ""
    own: ClassVar[str] = ""
    own_field: ClassVar[str] = ""


class EpisodeBody(Body, frozen=True):
    """A body about one source episode; `subject` of the envelope is the episode's reference."""

    own = EPISODE

    child: Ref


class ChildBody(Body, frozen=True):
    """A body about a child; `subject` of the envelope is the child's reference."""


class PublisherBody(Body, frozen=True):
    """A body about no child; `subject` is the publisher's reference of what it is about."""
