"""Hubs that are wrong in one way each: what the harness must find out about."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property
from threading import Thread
from time import sleep
from typing import Any, Final, LiteralString, cast

from psycopg.conninfo import make_conninfo

from contracts.outcomes import Receipt, Settled
from domain.errors import StorageFullError
from domain.identifiers import PublisherId
from hub.database import Database, Role
from hub.foundations import Clock
from hub.gateway import KafkaGateway, LocalGateway
from hub.identity.keys import key_check
from hub.identity.sealing import seal_if_open
from hub.intake import Batch, Intake
from hub.linker import Linker
from hub.message_reading import Message
from hub.offsets import move_offsets
from hub.projector import Projector
from hub.settings import Settings
from tests.faults.hubs import Rewrite, SmallHub, WatchedDatabase

# Longer than any play lasts.
NEVER_SECONDS: Final = 3600.0
LATE_SECONDS: Final = 0.2
HEAD: Final[LiteralString] = "SELECT position FROM ledger.head"
MOVE: Final[LiteralString] = """
UPDATE projection.builds SET position = %(position)s WHERE build = %(build)s
"""
LINKED: Final[LiteralString] = "SELECT position FROM link.progress FOR UPDATE"
MOVE_LINKED: Final[LiteralString] = "UPDATE link.progress SET position = %(position)s"
WHERE_IS: Final[LiteralString] = """
SELECT position FROM projection.builds WHERE build = %(build)s
"""


class OffsetsFirst(Intake):
    """Commits the offsets before the rows."""

    def settle(self, batch: Batch) -> list[Settled]:
        """Settle in two transactions."""
        with self._database.transaction() as connection:
            move_offsets(connection, batch.offsets, batch.leases)
        return super().settle(replace(batch, offsets=(), leases=()))


class RowsFirst(Intake):
    """Commits the rows before the offsets."""

    def settle(self, batch: Batch) -> list[Settled]:
        """Settle in two transactions."""
        settled = super().settle(replace(batch, offsets=(), leases=()))
        with self._database.transaction() as connection:
            move_offsets(connection, batch.offsets, batch.leases)
        return settled


class Forgetful(Intake):
    """Forgets the last message of a batch."""

    def settle(self, batch: Batch) -> list[Settled]:
        """Settle all but one."""
        return super().settle(
            replace(batch, messages=batch.messages[:-1], read=None, places=batch.places[:-1])
        )


class _WrongIntakeHub(SmallHub):
    kind: type[Intake] = Intake

    @cached_property
    def intake(self) -> Intake:
        """The wrong one."""
        database = self._database(Role.INTAKE, key_check=key_check(self.keys))
        return self.kind(database, self.keys, self.contract, self.clock)


class OffsetsFirstHub(_WrongIntakeHub):
    """Commits the offsets before the rows."""

    kind = OffsetsFirst


class RowsFirstHub(_WrongIntakeHub):
    """Commits the rows before the offsets."""

    kind = RowsFirst


class ForgetfulHub(_WrongIntakeHub):
    """Forgets the last message of each batch."""

    kind = Forgetful


class BlindHub(SmallHub):
    """Does not look whether it knows a submission."""

    rewrites = (
        Rewrite(
            role=Role.INTAKE,
            pattern=r"(WHERE source_key = ANY\(%\(keys\)b\))",
            instead=r"\1 AND false",
        ),
    )


class UnlockedHub(SmallHub):
    """Gives positions without the lock on the head."""

    rewrites = (Rewrite(role=Role.INTAKE, pattern=r"(ledger\.head) FOR UPDATE", instead=r"\1"),)


class UnfencedHub(SmallHub):
    """Asks neither for its leases nor for the offset that it expects, and cuts nobody off."""

    rewrites = (
        Rewrite(role=Role.INTAKE, pattern=r" AND o\.next_offset = m\.expected", instead=""),
        Rewrite(role=Role.INTAKE, pattern=r"USING \(name, holder, epoch\)", instead="USING (name)"),
        Rewrite(
            role=Role.INTAKE, pattern=r"SELECT intake\.end_silent_processes\(\)", instead="SELECT 0"
        ),
    )


class LenientHub(SmallHub):
    """Cuts nobody off, but is sound otherwise: what takes over from the one above."""

    rewrites = (
        Rewrite(
            role=Role.INTAKE, pattern=r"SELECT intake\.end_silent_processes\(\)", instead="SELECT 0"
        ),
    )


class TrustingHub(SmallHub):
    """Takes a topic for the one that it knew, whatever its id and its last message."""

    rewrites = (
        Rewrite(role=Role.INTAKE, pattern=r" AND o\.topic_id = m\.topic_id", instead=""),
        Rewrite(
            role=Role.INTAKE,
            pattern=r"SELECT topic, topic_id, next_offset, last_message FROM intake\.offsets",
            instead="SELECT topic, NULL::uuid, next_offset, NULL::bytea FROM intake.offsets",
        ),
    )


class BackdatingHub(SmallHub):
    """Records at the time that its clock shows, also if that is before the last record."""

    rewrites = (
        Rewrite(
            role=Role.INTAKE,
            pattern=r"CASE WHEN isfinite\(recorded_at\) THEN recorded_at END",
            instead="NULL::timestamptz",
        ),
    )


class HastyProjector(Projector):
    """Moves its position before it has written the rows."""

    def catch_up(self, build: int, progress: Any = None) -> int:
        """Move the position, then work."""
        del progress
        with self._database.transaction() as connection:
            (before,) = connection.execute(WHERE_IS, {"build": build}).fetchone() or (0,)
            (head,) = connection.execute(HEAD).fetchone() or (0,)
            connection.execute(MOVE, {"build": build, "position": head})
        with self._database.transaction() as connection:
            connection.execute(MOVE, {"build": build, "position": before})
            return self.advance(connection, build).after


class HastyProjectorHub(SmallHub):
    """Moves the views' position before it has written them."""

    @cached_property
    def projector(self) -> Projector:
        """The wrong one."""
        return HastyProjector(self.project_database, self.engine, self.archive)


class HastyLinker(Linker):
    """Moves its progress before it has recorded its decisions."""

    def catch_up(self, progress: Any = None) -> int:
        """Move the progress, then decide."""
        del progress
        with self._database.transaction() as connection:
            (before,) = connection.execute(LINKED).fetchone() or (0,)
            (head,) = connection.execute(HEAD).fetchone() or (0,)
            connection.execute(MOVE_LINKED, {"position": head})
        with self._database.transaction() as connection:
            connection.execute(MOVE_LINKED, {"position": before})
            return self._advance(connection)[0]


class HastyLinkerHub(SmallHub):
    """Moves the linker's progress before it has recorded its decisions."""

    @cached_property
    def linker(self) -> Linker:
        """The wrong one."""
        return HastyLinker(self.vault_database, self.keys, self.archive, self.clock, self.comparing)


class DeafHub(SmallHub):
    """Waits for wake-up calls alone, and never looks by itself."""

    def __init__(self, settings: Settings, database_url: str, clock: Clock) -> None:
        """Take settings, and poll never."""
        patient = settings.model_copy(update={"poll_seconds": NEVER_SECONDS})
        super().__init__(patient, database_url, clock)


class _Door:
    """A gateway that stands before the right one."""

    def __init__(self, hub: SmallHub, right: LocalGateway | KafkaGateway) -> None:
        self.hub = hub
        self.right = right

    def __getattr__(self, name: str) -> Any:
        return getattr(self.right, name)

    def receipts(self, messages: Sequence[bytes], sent_by: PublisherId | None) -> list[Receipt]:
        """Return receipts for messages that nobody has stored."""
        key = self.hub.keys.sealing
        sealed = [Message(raw=seal_if_open(raw, key), sent_by=sent_by) for raw in messages]
        addresses = self.hub.intake.address(sealed)
        return [Receipt(submission_id=each.submission_id) for each in addresses]


class EarlyDoor(_Door):
    """Acknowledges before the commit."""

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Settle later."""

        def later() -> None:
            sleep(LATE_SECONDS)
            self.right.receive(messages, sent_by=sent_by, wait_seconds=wait_seconds)

        Thread(target=later).start()
        return self.receipts(messages, sent_by)


class CarelessDoor(_Door):
    """Acknowledges what there was no room for."""

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Settle, or act as if."""
        try:
            return self.right.receive(messages, sent_by=sent_by, wait_seconds=wait_seconds)
        except StorageFullError:
            return self.receipts(messages, sent_by)


class _WrongDoorHub(SmallHub):
    door: type[_Door] = _Door

    def gateway(self, transport: str) -> LocalGateway | KafkaGateway:
        """Return the wrong one."""
        return cast(LocalGateway, self.door(self, super().gateway(transport)))


class EarlyHub(_WrongDoorHub):
    """Acknowledges before the commit."""

    door = EarlyDoor


class CarelessHub(_WrongDoorHub):
    """Acknowledges what there was no room for."""

    door = CarelessDoor


class UnflushedHub(SmallHub):
    """Does not wait until its commits are on disk."""

    def _database(self, role: Role, *, connections: int = 4, key_check: str = "") -> Database:
        url = make_conninfo(self.database_url, options="-c synchronous_commit=off")
        database = WatchedDatabase(url, role, connections=connections, key_check=key_check)
        self._stack.callback(database.close)
        return database
