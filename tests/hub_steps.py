"""Steps that several tests of a whole hub share."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from psycopg import connect
from psycopg.sql import Composed

from contracts.bodies import EPISODE
from contracts.facts import CHILD
from contracts.outcomes import Settled
from domain.identifiers import PublisherId
from hub.identity.sealing import seal_if_open
from hub.intake import Batch
from hub.message_reading import Message
from hub.wiring import Hub
from tests.examples import BIRMINGHAM, NOON


@dataclass
class SettableClock:
    """A clock that stands still until a test moves it."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        """Return the time."""
        return self.now

    def move(self, by: timedelta) -> None:
        """Go forwards, or back."""
        self.now += by


def settle(hub: Hub, *raw: bytes, sent_by: str | None = None, sealed: bool = True) -> list[Settled]:
    """Settle messages as one batch; sealed: False: identity in clear is sealed first."""
    publisher = None if sent_by is None else PublisherId(sent_by)
    given = raw if sealed else tuple(seal_if_open(each, hub.keys.sealing) for each in raw)
    messages = [Message(raw=each, sent_by=publisher) for each in given]
    return hub.intake.settle(Batch(messages=messages, transport="https"))


def follow(hub: Hub) -> int:
    """Link and project what the ledger holds; return the position that the views reached."""
    hub.linker.catch_up()
    return hub.projector.catch_up(hub.projector.active_build())


def rows(
    hub: Hub, query: LiteralString | Composed, values: Sequence[Any] = ()
) -> list[tuple[Any, ...]]:
    """Return what the database's owner sees, whatever the roles may."""
    with connect(hub.database_url, autocommit=True) as connection:
        return connection.execute(query, values or None).fetchall()


def change(hub: Hub, statement: LiteralString | Composed, values: Sequence[Any] = ()) -> None:
    """Change the database as its owner could."""
    with connect(hub.database_url, autocommit=True) as connection:
        connection.execute(statement, values or None)


def subject_of(hub: Hub, child: str, publisher: str = BIRMINGHAM) -> UUID:
    """Return the subject that stands for a publisher's reference."""
    return _find(hub, CHILD, publisher, child)


def episode_of(hub: Hub, episode: str, publisher: str = BIRMINGHAM) -> UUID:
    """Return the identifier that stands for a publisher's episode reference."""
    return _find(hub, EPISODE, publisher, episode)


def _find(hub: Hub, kind: str, publisher: str, reference: str) -> UUID:
    key = hub.keys.reference_key(kind, publisher, reference)
    ((found,),) = rows(hub, "SELECT id FROM vault.own_references WHERE reference_key = %s", [key])
    assert isinstance(found, UUID)
    return found
