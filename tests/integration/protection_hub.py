"""A hub that was told of some children whom agencies worry about, for tests that only read it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from psycopg import connect
from psycopg.sql import SQL, Identifier

from domain.records import Provenance, RecordedEvent
from domain.views import ViewAnswer, ViewQuery
from hub.ledger.appending import Draft, append, encoded, lock_head
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from projections.catalogue import all_views
from projections.view import Registered
from projections.view_answers import answer
from tests.hub_steps import SettableClock
from tests.integration.protection_oracle import AREAS
from tests.integration.protection_story import DAYS, FIRST, PUBLISHERS, Story, Told
from tests.integration.undecided import ledger


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A hub that was told a story, and its ledger."""

    hub: Hub
    records: list[RecordedEvent]

    def answer(self, query: ViewQuery) -> ViewAnswer:
        view = next(each for each in all_views() if each.name == query.view)
        registered = Registered(areas=AREAS, publishers=PUBLISHERS)
        with self.hub.reader.snapshot() as connection:
            return answer(connection, view, query, registered)

    def figures(self, query: ViewQuery) -> dict[Any, Any]:
        return {
            (row.dimensions, row.figure): (row.value, row.low, row.high)
            for row in self.answer(query).rows
        }


def tell(hub: Hub, told: list[Told], at: datetime) -> None:
    """Append what was told, past the vault and the linker, and project it."""
    drafts = [
        encoded(
            Draft(
                event=event,
                provenance=Provenance(
                    publisher=publisher,
                    submission_id=None if publisher == "hub" else uuid4(),
                    occurred_at=at - timedelta(minutes=number),
                ),
            )
        )
        for number, (event, publisher) in enumerate(told)
    ]
    with hub.ledger_database.transaction() as connection:
        append(connection, lock_head(connection), drafts, now=at)
    hub.projector.catch_up(hub.projector.active_build())


@contextmanager
def told_hub(postgres_dsn: str, data_dir: Path) -> Iterator[Asked]:
    """Give a hub that was told of sixteen children in three parts, in a database of its own."""
    name = f"protection_{uuid4().hex}"
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    url = postgres_dsn.replace("@/hub?", f"@/{name}?")
    settings = Settings(database_url=url, data_dir=data_dir)
    with open_hub(settings, clock=SettableClock()) as hub:
        told = Story(3).told(children=16)
        part = len(told) // 3
        for number in range(3):
            end = None if number == 2 else (number + 1) * part
            tell(hub, told[number * part : end], FIRST + timedelta(days=DAYS - 60 + 45 * number))
        yield Asked(hub=hub, records=ledger(hub))
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))
