"""Two publishers with topics of their own, and a hub that reads these two alone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Event
from time import monotonic, sleep
from typing import Final

from domain.geography import Register
from hub.database import Database, Role
from hub.identity.keys import key_check
from hub.intake import Intake
from hub.kafka_intake import KafkaIntake
from hub.wiring import Hub
from tests.examples import message
from tests.hub_steps import rows

PATIENCE_SECONDS: Final = 60.0
RECORDS = """
SELECT publisher, count(*) FROM ledger.stored_events
 WHERE publisher <> 'hub' GROUP BY publisher ORDER BY publisher
"""


@dataclass(frozen=True, kw_only=True)
class Nation:
    """Two publishers that no other test uses, on the shared broker, and a hub for them alone."""

    hub: Hub
    bootstrap: str
    publishers: tuple[str, str]
    register: Register
    seconds: list[float]
    term: timedelta = timedelta(seconds=15)

    def intake(self, intake: Intake | None = None) -> KafkaIntake:
        """Return an intake role that reads these two topics."""
        database = Database(self.hub.database_url, Role.INTAKE)
        self.hub._stack.callback(database.close)
        return KafkaIntake(
            database,
            intake or self.hub.intake,
            self.register,
            self.bootstrap,
            observe_commit=self.seconds.append,
            keyed=self.hub.keys.content_key,
            term=self.term,
        )

    def made(self, kind: type[Intake], database: Database | None = None) -> Intake:
        """Return an intake of another kind."""
        check = key_check(self.hub.keys)
        used = database or Database(self.hub.database_url, Role.INTAKE, key_check=check)
        self.hub._stack.callback(used.close)
        return kind(used, self.hub.keys, self.hub.contract, self.hub.clock)

    def read(self, intake: Intake | None = None) -> None:
        """Read until nothing is left."""
        self.intake(intake).run(Event(), poll_seconds=0.3, once=True)

    def recorded(self) -> list[tuple[object, ...]]:
        """Return how many messages of each publisher the ledger holds."""
        return rows(self.hub, RECORDS)


def messages(publisher: str, size: int, prefix: str = "") -> list[bytes]:
    return [
        message(publisher=publisher, event_id=f"{prefix}{number}", subject=f"E-{number}")
        for number in range(size)
    ]


def until(reached: Callable[[], bool]) -> None:
    """Wait until something is so."""
    deadline = monotonic() + PATIENCE_SECONDS
    while not reached():
        assert monotonic() < deadline
        sleep(0.02)
