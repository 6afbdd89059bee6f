"""P10: how fast a ledger grows that is big already, beside one that is small."""

import argparse
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import LiteralString

from psycopg import Connection

from hub.database import Database, Role, migrate
from tests.benchmarks.ledger_rows import make_drafts, make_keys, record_leg
from tests.benchmarks.measuring import Goal, Leg, database_on, drop_database, take_turns

GOALS = (Goal(number="P10", leg="big", peer="small", floor=0.8, stretch=0.95),)
A_COMMIT = 5_000
STEP = 1_000_000

# Built when all is there, as full as an index is that grew by itself.
_BEFORE: LiteralString = "ALTER TABLE intake.submissions DROP CONSTRAINT submissions_pkey"
_AFTER: LiteralString = """
ALTER TABLE intake.submissions ADD CONSTRAINT submissions_pkey
    PRIMARY KEY (source_key) WITH (fillfactor = 70)
"""
_ROOM: LiteralString = "SELECT ledger.make_room(%(last)s)"
_RECORDS: LiteralString = """
INSERT INTO ledger.stored_events
SELECT n, gen_random_uuid(), 'episode-reported', %(state)s, 'la-' || 200 + n %% 191,
       gen_random_uuid(), '2026-03-14Z', '2026-03-14Z', sha256(int8send(n))
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
_KEYS: LiteralString = """
INSERT INTO intake.submissions (source_key, content_key, position)
SELECT substr(sha256('s' || int8send(n)), 1, 10), substr(sha256('c' || int8send(n)), 1, 16), n
  FROM generate_series(%(first)s::bigint, %(last)s::bigint) n
"""
_HEAD: LiteralString = "UPDATE ledger.head SET position = %(last)s, recorded_at = '2026-03-14Z'"
_SIZES: LiteralString = """
SELECT pg_size_pretty(pg_database_size(current_database())),
       pg_size_pretty(pg_relation_size('intake.submissions_pkey'))
"""


def measure_growth(
    asked: argparse.Namespace, server: str, folder: Path
) -> tuple[Mapping[str, Sequence[Leg]], Sequence[Goal]]:
    """Fill two ledgers, then append to them in turn."""
    keys = make_keys(folder / "keys")
    drafts = make_drafts(asked.events, seed=2)
    databases = {
        name: Database(filled(server, name, size), Role.INTAKE)
        for name, size in (("small", asked.small), ("big", asked.big))
    }

    def appending_to(name: str) -> Callable[[int], Leg]:
        return lambda _number: record_leg(name, databases[name], keys, drafts, A_COMMIT)

    try:
        legs = take_turns({name: appending_to(name) for name in databases}, asked.rounds)
    finally:
        for name, database in databases.items():
            database.close()
            drop_database(server, name)
    return legs, GOALS


def filled(server: str, name: str, size: int) -> str:
    """Return the address of a hub's database with so many records and their keys."""
    url = database_on(server, name)
    migrate(url)
    state = make_drafts(1, seed=0)[0].state
    with Connection.connect(url, autocommit=True) as connection:
        connection.execute(_BEFORE)
        for first in range(1, size + 1, STEP):
            part = {"first": first, "last": min(size, first + STEP - 1), "state": state}
            connection.execute(_ROOM, part)
            connection.execute(_RECORDS, part)
            connection.execute(_KEYS, part)
            print(f"{name}: {part['last']:,} of {size:,}", file=sys.stderr)
        connection.execute(_AFTER)
        connection.execute(_HEAD, {"last": size})
        connection.execute("VACUUM (ANALYZE) intake.submissions")
        connection.execute("ANALYZE ledger.stored_events")
        connection.execute("CHECKPOINT")
        sizes = connection.execute(_SIZES).fetchone()
    print(f"{name}: database and index of keys take {sizes}", file=sys.stderr)
    return url
