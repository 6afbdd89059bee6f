"""Fills a ledger that is shorter than its archive, from the archive.

Records come back, what finds submissions again, the tallies, and what the linker had decided. What
only the vault knew does not: those submissions are listed, for their publishers to send again.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, LiteralString
from uuid import UUID

from msgspec.json import decode
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.stored import decode_event
from domain.decisions import LedgerPadded, SubmissionsSettled
from domain.episode_events import SubjectRegistered
from hub.accounts import tally
from hub.archive.segments import ArchivedRecord
from hub.archive.store import Archive
from hub.database import explained
from hub.ledger.appending import lock_head
from hub.linkage.relearning import relearn

Progress = Callable[[int, int], None]

CHUNK = 10_000
# How those submissions came in is not on record.
TRANSPORT = "restored"
# These stand for what is about no child, or follow from others; the vault does not keep them.
_NOT_IN_VAULT = frozenset({"group_id", "programme_id", "own_id", "person_id"})

_MAKE_ROOM: LiteralString = "SELECT ledger.make_room(%(until)s)"
_COPY: LiteralString = """
COPY ledger.stored_events (notification_id, originator_id, topic, state, publisher,
    submission_id, occurred_at, recorded_at, leaf_hash) FROM STDIN (FORMAT BINARY)
"""
_TYPES = ("int8", "uuid", "text", "bytea", "text", "uuid", "timestamptz", "timestamptz", "bytea")
_MOVE_HEAD: LiteralString = """
UPDATE ledger.head SET position = %(position)s, recorded_at = %(recorded_at)s
"""
_ADD_PADDING: LiteralString = """
INSERT INTO ledger.paddings (size, due_at) VALUES (%(size)s, %(due_at)s) ON CONFLICT DO NOTHING
"""
_ADD_SUBMISSION: LiteralString = """
INSERT INTO intake.submissions (source_key, content_key, position)
VALUES (%(source_key)s, %(content_key)s, %(position)s) ON CONFLICT DO NOTHING
"""
_KNOWN: LiteralString = """
SELECT id FROM vault.own_references WHERE subject_id = ANY(%(subjects)s)
"""
_ERASED: LiteralString = """
SELECT subject_id FROM vault.subjects
 WHERE subject_id = ANY(%(subjects)s) AND erased_at IS NOT NULL
"""
_ADD_LOST: LiteralString = """
INSERT INTO intake.lost_identities AS l
    (source_key, submission_id, publisher, subject_ids, position, registers)
VALUES (%(source_key)s, %(submission)s, %(publisher)s, ARRAY[%(subject)s::uuid], %(position)s,
        %(registers)s)
ON CONFLICT (source_key) DO UPDATE
   SET subject_ids = array_append(array_remove(l.subject_ids, %(subject)s), %(subject)s),
       position = least(l.position, excluded.position)
"""


def fill(url: str, archive: Archive, after: int, progress: Progress | None = None) -> int:
    """Append what the archive holds after a position; return how many records that were.

    Every record is held against its leaf hash. Each chunk is one transaction, so that a restore
    that is interrupted goes on from there.
    """
    until = archive.extent()
    records = archive.records(after, until)
    filled = 0
    with explained(url), Connection.connect(url, connect_timeout=5) as connection:
        while chunk := list(islice(records, CHUNK)):
            with connection.transaction():
                _fill(connection, chunk)
            filled += len(chunk)
            if progress is not None:
                progress(chunk[-1].position - after, until - after)
    return filled


def _fill(connection: Connection[TupleRow], chunk: Sequence[ArchivedRecord]) -> None:
    last = chunk[-1]
    head = lock_head(connection)
    if chunk[0].position != head.position + 1:
        raise RuntimeError("the ledger is being written during a restore")
    connection.execute(_MAKE_ROOM, {"until": last.position})
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        copy.set_types(_TYPES)
        for each in chunk:
            copy.write_row(_row(each))
    connection.execute(_MOVE_HEAD, {"position": last.position, "recorded_at": last.recorded_at})
    _find_again(connection, chunk)
    _account(connection, chunk)
    _list_lost(connection, chunk)
    relearn(
        connection,
        [
            (
                each.position,
                each.provenance.occurred_at,
                decode_event(each.stored_type, each.state),
            )
            for each in chunk
        ],
    )


def _row(record: ArchivedRecord) -> tuple[Any, ...]:
    origin = record.provenance
    return (
        record.position,
        record.stream,
        record.stored_type,
        record.state,
        origin.publisher,
        origin.submission_id,
        origin.occurred_at,
        record.recorded_at,
        record.leaf_hash,
    )


def _find_again(connection: Connection[TupleRow], chunk: Sequence[ArchivedRecord]) -> None:
    """Keep the keys of accepted submissions, as far as their receipts tell them.

    A receipt is the whole of the one key and the first bytes of the other. The first record of a
    submission is the one that counts.
    """
    with connection.cursor() as cursor:
        cursor.executemany(
            _ADD_SUBMISSION,
            [
                {
                    "source_key": receipt.bytes[:10],
                    "content_key": receipt.bytes[10:],
                    "position": each.position,
                }
                for each in chunk
                if (receipt := each.provenance.submission_id) is not None
            ],
        )


def _account(connection: Connection[TupleRow], chunk: Sequence[ArchivedRecord]) -> None:
    """Add to the tallies what the batches' own records say, and the sizes of paddings."""
    for each in chunk:
        if each.stored_type == LedgerPadded.type:
            padded = decode_event(each.stored_type, each.state)
            if isinstance(padded, LedgerPadded) and padded.size == each.position:
                values = {"size": padded.size, "due_at": each.provenance.occurred_at}
                connection.execute(_ADD_PADDING, values)
        if each.stored_type != SubmissionsSettled.type:
            continue
        settled = decode_event(each.stored_type, each.state)
        if isinstance(settled, SubmissionsSettled):
            received: Counter[str] = Counter()
            for one in settled.outcomes:
                received[one.publisher] += one.count
            tally(
                connection,
                received,
                settled.outcomes,
                transport=TRANSPORT,
                now=each.recorded_at,
            )


def _list_lost(connection: Connection[TupleRow], chunk: Sequence[ArchivedRecord]) -> None:
    """List the submissions whose references or identity the restored vault does not know."""
    named = [(each, ids) for each in chunk if (ids := _vault_ids(each))]
    values = {"subjects": list({ids["subject_id"] for _, ids in named})}
    known = {row[0] for row in connection.execute(_KNOWN, values)}
    erased = {row[0] for row in connection.execute(_ERASED, values)}
    with connection.cursor() as cursor:
        cursor.executemany(_ADD_LOST, list(_lost(named, known, erased)))


def _lost(
    named: Sequence[tuple[ArchivedRecord, dict[str, UUID]]], known: set[UUID], erased: set[UUID]
) -> Iterator[dict[str, object]]:
    for each, ids in named:
        receipt = each.provenance.submission_id
        registers = each.stored_type == SubjectRegistered.type
        if receipt is None or ids["subject_id"] in erased:
            continue
        if registers or not known.issuperset(ids.values()):
            yield {
                "source_key": receipt.bytes[:10],
                "submission": receipt,
                "publisher": each.provenance.publisher,
                "subject": ids["subject_id"],
                "position": each.position,
                "registers": registers,
            }


def _vault_ids(record: ArchivedRecord) -> dict[str, UUID]:
    """Return the identifiers in a publisher's record that stand for references about a child."""
    if record.provenance.submission_id is None:
        return {}
    state: dict[str, Any] = decode(record.state)
    ids = {
        name: UUID(value)
        for name, value in state.items()
        if name.endswith("_id") and name not in _NOT_IN_VAULT
    }
    return ids if "subject_id" in ids else {}
