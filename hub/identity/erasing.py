"""What an erasure destroys, and what stands against one."""

from collections import defaultdict
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.stored import HUB
from domain.decisions import IdentityErased
from domain.facts import fold_episode
from domain.records import Provenance, RecordedEvent
from hub.archive.filling import Payloads
from hub.identity.erasure_journal import Journalled
from hub.identity.keys import Keys
from hub.identity.refused import forget_refused
from hub.ledger.appending import Draft, Head, append, encoded
from hub.ledger.reading import read_streams

_DESTROY_KEY: LiteralString = """
UPDATE vault.subjects SET wrapped_key = NULL, erased_at = %(now)s WHERE subject_id = %(subject)s
"""
_ERASE: tuple[LiteralString, ...] = (
    "DELETE FROM vault.link_keys WHERE subject_id = %(subject)s",
    "DELETE FROM vault.identities WHERE subject_id = %(subject)s",
    "DELETE FROM vault.own_references WHERE subject_id = %(subject)s",
    "UPDATE vault.returned_rows SET sealed = NULL, held_for = NULL WHERE subject_id = %(subject)s",
    _DESTROY_KEY,
)
# A child of whom a restored database knows nothing but its records: its rows are not to come back.
_ENTOMB: LiteralString = """
INSERT INTO vault.subjects (subject_id, publisher, erased_at)
VALUES (%(subject)s, 'hub', %(now)s) ON CONFLICT DO NOTHING
"""
_LET_GO: tuple[LiteralString, ...] = (
    """
    UPDATE intake.lost_identities SET subject_ids = array_remove(subject_ids, %(subject)s)
     WHERE subject_ids @> ARRAY[%(subject)s::uuid]
    """,
    "DELETE FROM intake.lost_identities WHERE subject_ids = '{}'",
)
_RECORDED: LiteralString = """
SELECT count(*), count(*) FILTER (WHERE topic = %(erased)s)
  FROM ledger.stored_events WHERE originator_id = %(subject)s
"""
_STREAMS: LiteralString = """
SELECT id FROM vault.own_references WHERE subject_id = %(subject)s AND kind = 'episode' ORDER BY id
"""


def destroy(connection: Connection[TupleRow], head: Head, keys: Keys, erasure: Journalled) -> Head:
    """Erase a child in the caller's transaction, which holds the head; return the new head.

    It is recorded once, and only of a child of whom the ledger has heard.
    """
    values = {
        "subject": erasure.subject_id,
        "now": erasure.erased_at,
        "erased": IdentityErased.type,
    }
    forget_refused(connection, keys, erasure.subject_id)
    for statement in (*_ERASE, _ENTOMB, *_LET_GO):
        connection.execute(statement, values)
    records, erasures = connection.execute(_RECORDED, values).fetchone() or (0, 0)
    if erasures or not records:
        return head
    event = IdentityErased(subject_id=erasure.subject_id, reason=erasure.reason)
    origin = Provenance(publisher=HUB, submission_id=None, occurred_at=erasure.erased_at)
    drafts = [encoded(Draft(event=event, provenance=origin))]
    return append(connection, head, drafts, now=erasure.erased_at)


def has_open_episode(
    connection: Connection[TupleRow], payloads: Payloads, subject_id: UUID
) -> bool:
    """Return whether the ledger, which the linker may lag behind, has an episode without an end."""
    streams = episode_streams(connection, subject_id)
    episodes: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for record in read_streams(connection, payloads, streams):
        episodes[record.event.episode_id].append(record)  # type: ignore[union-attr]
    folded = [fold_episode(records) for records in episodes.values()]
    return any(each.counts and each.ended is None for each in folded)


def episode_streams(connection: Connection[TupleRow], subject_id: UUID) -> list[UUID]:
    """Return the ledger's streams of a child's episodes."""
    return [row[0] for row in connection.execute(_STREAMS, {"subject": subject_id})]
