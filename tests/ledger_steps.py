"""Steps that tests of the ledger's tree and its checkpoints share."""

from functools import cache
from typing import LiteralString

from contracts.signed_notes import NoteSigner
from contracts.stored import HUB
from domain.merkle import leaf_hash
from domain.records import Provenance
from hub.ledger.appending import Draft, append, encoded, lock_head
from hub.wiring import Hub
from tests.examples import NOON, event
from tests.hub_steps import change

SIGNER = NoteSigner(name="hub.example/ledger", seed=bytes(range(32)))
# What is said of the ledger's table is said to it alone: each partition has a trigger of its own.
_UNLOCKED: tuple[LiteralString, ...] = (
    "ALTER TABLE ledger.stored_events DISABLE TRIGGER append_only",
    """
    DO $$ DECLARE made integer; BEGIN
        FOR made IN SELECT number FROM ledger.partitions LOOP
            EXECUTE format('ALTER TABLE ledger.stored_events_%s DISABLE TRIGGER append_only', made);
        END LOOP;
    END $$
    """,
    "ALTER TABLE ledger.tiles DISABLE TRIGGER append_only",
    "ALTER TABLE ledger.checkpoints DISABLE TRIGGER append_only",
)

_MAKE_ROOM: LiteralString = "SELECT ledger.make_room(position + %s) FROM ledger.head"
# Rows with the leaf hash of their position and nothing behind it: enough for a tree.
_HOLLOW: LiteralString = """
INSERT INTO ledger.stored_events
SELECT n, gen_random_uuid(), 'hollow', '', 'hub', NULL, now(), now(),
       sha256('\\x00'::bytea || int8send(n))
  FROM ledger.head h, generate_series(h.position + 1, h.position + %s) n
"""
_MOVE_HEAD: LiteralString = "UPDATE ledger.head SET position = position + %s"


def write(hub: Hub, size: int) -> None:
    """Append records as intake would."""
    origin = Provenance(publisher=HUB, submission_id=None, occurred_at=NOON)
    drafts = [encoded(Draft(event=event("episode-aged", age=1), provenance=origin))] * size
    with hub.ledger_database.transaction() as connection:
        append(connection, lock_head(connection), drafts, now=NOON)


def write_hollow(hub: Hub, size: int) -> None:
    """Append many rows fast, whose leaf hashes `hollow_leaves` gives."""
    change(hub, _MAKE_ROOM, [size])
    change(hub, _HOLLOW, [size])
    change(hub, _MOVE_HEAD, [size])


@cache
def hollow_leaves(size: int) -> tuple[bytes, ...]:
    """Return the leaf hashes of a ledger that holds hollow rows only."""
    return tuple(leaf_hash(position.to_bytes(8, "big")) for position in range(1, size + 1))


def unlock(hub: Hub) -> None:
    """Let the owner of the database change what must never change."""
    for statement in _UNLOCKED:
        change(hub, statement)
