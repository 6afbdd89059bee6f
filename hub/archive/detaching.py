"""Takes the payloads of old partitions out of the ledger, and brings them back, bit for bit.

A partition is built anew beside the old one and swapped with it in the same transaction, so that a
kill leaves nothing. Its rows are frozen: a reader with an older snapshot sees them as well.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from hashlib import file_digest
from time import sleep
from typing import Final, LiteralString

from psycopg import Connection, Cursor
from psycopg.errors import LockNotAvailable
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Identifier

from domain.errors import ArchiveUnusableError, UsageError
from hub.archive.partitions import Partition, Reached, partitions_of, reached
from hub.archive.segments import ArchivedRecord
from hub.archive.store import Archive
from hub.archive.writing import LOCK_ARCHIVE
from hub.database import explained

Progress = Callable[[int, int, str], None]

# Rare and small, and what the sums of `hub status` rest on: these payloads stay.
KEPT_TYPES: Final = ("attribution-corrected", "episode-corrected")

# Writers and readers wait no longer than this for the swap; whoever is in the way gets its turn.
_LOCK_SECONDS: Final = 0.5
ATTEMPTS: Final = 60

_ROWS: LiteralString = """
SELECT notification_id, originator_id, topic, state, publisher, submission_id, occurred_at,
       recorded_at, leaf_hash
  FROM ledger.stored_events
 WHERE notification_id >= %(first)s AND notification_id <= %(last)s
 ORDER BY notification_id
"""
_STRIPPED: LiteralString = """
COPY (SELECT notification_id, originator_id, topic, CASE WHEN topic = ANY({kept}) THEN state END,
             publisher, submission_id, occurred_at, recorded_at, leaf_hash
        FROM {old} ORDER BY notification_id) TO STDOUT (FORMAT BINARY)
"""
_FILL: LiteralString = """
COPY {new} (notification_id, originator_id, topic, state, publisher, submission_id, occurred_at,
    recorded_at, leaf_hash) FROM STDIN (FORMAT BINARY, FREEZE)
"""
_TYPES = ("int8", "uuid", "text", "bytea", "text", "uuid", "timestamptz", "timestamptz", "bytea")
# As ledger.make_room makes them; the check spares the swap a look at every row.
_CREATE: tuple[LiteralString, ...] = (
    """
    CREATE TABLE {new} (LIKE ledger.stored_events INCLUDING ALL, CONSTRAINT in_range CHECK
        (notification_id >= {first} AND notification_id < {beyond}))
        WITH (autovacuum_vacuum_insert_scale_factor = 0.05)
    """,
    """
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {new}
        FOR EACH STATEMENT EXECUTE FUNCTION ledger.refuse_change()
    """,
    "GRANT SELECT ON {new} TO hub_intake, hub_vault, hub_review, hub_project, hub_read",
)
_LOCK: LiteralString = "LOCK TABLE ledger.stored_events IN ACCESS EXCLUSIVE MODE"
_SWAP: tuple[LiteralString, ...] = (
    "ALTER TABLE ledger.stored_events DETACH PARTITION {old}",
    "DROP TABLE {old}",
    """
    ALTER TABLE ledger.stored_events ATTACH PARTITION {new} FOR VALUES FROM ({first}) TO ({beyond})
    """,
    "ALTER TABLE {new} DROP CONSTRAINT in_range",
    "ALTER TABLE {new} RENAME TO {name}",
    "UPDATE ledger.partitions SET detached_at = {detached_at} WHERE number = {number}",
)


@contextmanager
def owner_of(url: str) -> Iterator[Connection[TupleRow]]:
    """Give a connection in a transaction of the database's owner, who alone may swap partitions."""
    with explained(url), Connection.connect(url, connect_timeout=5) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.commit()
        with connection.transaction():
            yield connection


def candidates(
    url: str, archive: Archive, filled_before: datetime
) -> tuple[tuple[Partition, str | None], ...]:
    """Return the partitions that are old enough, and why each cannot be detached yet, if so."""
    with owner_of(url) as connection:
        far: Reached = reached(connection, archive.extent())
        return tuple(
            (each, far.hindrance(each))
            for each in partitions_of(connection)
            if each.detached_at is None
            and each.filled_at is not None
            and each.filled_at < filled_before
        )


def detach(
    url: str,
    archive: Archive,
    partition: Partition,
    now: datetime,
    progress: Progress,
    *,
    attempts: int = ATTEMPTS,
) -> None:
    """Leave the payloads of a partition to the archive, after every record was compared with it.

    Raises ArchiveUnusableError if the archive is not, byte for byte, what the ledger holds, and
    UsageError if the ledger is in use for so long that the partitions cannot be swapped. Nothing
    has changed then.
    """
    with owner_of(url) as connection:
        connection.execute(LOCK_ARCHIVE)
        _compare(connection, archive, partition, progress)
        names = _names(partition, now)
        _create(connection, names)
        with owner_of(url) as other, connection.cursor() as cursor:
            out = other.cursor()
            statement = SQL(_STRIPPED).format(kept=list(KEPT_TYPES), **names)
            with out.copy(statement) as given, cursor.copy(SQL(_FILL).format(**names)) as taken:
                for chunk in given:
                    taken.write(chunk)
            _check_count(cursor, partition)
        progress(partition.records, partition.records, f"partition {partition.number}: swapping")
        _swap(connection, names, attempts)


def attach(url: str, archive: Archive, partition: Partition, progress: Progress) -> None:
    """Bring the payloads of a partition back, each held against the leaf hash in the ledger.

    Raises ArchiveUnusableError if one is not in the archive as the ledger knew it, and UsageError
    as `detach` does. Nothing has changed then.
    """
    with owner_of(url) as connection:
        connection.execute(LOCK_ARCHIVE)
        names = _names(partition, None)
        _create(connection, names)
        with owner_of(url) as other, connection.cursor() as cursor:
            with cursor.copy(SQL(_FILL).format(**names)) as taken:
                taken.set_types(_TYPES)
                for record in _pairs(other, archive, partition, progress, "bringing back"):
                    taken.write_row(record.row())
            _check_count(cursor, partition)
        _swap(connection, names, ATTEMPTS)


def _compare(
    connection: Connection[TupleRow], archive: Archive, partition: Partition, progress: Progress
) -> None:
    """Hold the archive against the ledger: files against their manifests, then every record."""
    for segment in archive.segments():
        if segment.last < partition.first or segment.first > partition.last:
            continue
        manifest = archive.manifest(segment)
        for entry in (manifest.segment, manifest.subjects):
            path = archive.segment_dir / entry.name
            with path.open("rb") as file:
                if file_digest(file, "sha256").hexdigest() != entry.sha256:
                    raise ArchiveUnusableError(
                        f"The archive is damaged: {entry.name} is not what its manifest says."
                        " Nothing was detached. Run hub verify, and restore the file."
                    )
    for _ in _pairs(connection, archive, partition, progress, "comparing with the archive"):
        continue


def _pairs(
    connection: Connection[TupleRow],
    archive: Archive,
    partition: Partition,
    progress: Progress,
    text: str,
) -> Iterator[ArchivedRecord]:
    """Give the archived records of a partition, each after it was compared with the ledger's."""
    records = archive.records(partition.first - 1, partition.last)
    with connection.cursor("pairs", binary=True) as cursor:
        cursor.itersize = 4_096
        cursor.execute(_ROWS, {"first": partition.first, "last": partition.last})
        for done, (record, row) in enumerate(zip(records, cursor, strict=True), 1):
            held = record.row()
            if held[:3] + held[4:] != (*row[:3], *row[4:]) or row[3] not in (None, held[3]):
                raise ArchiveUnusableError(
                    f"The archive's record at position {record.position} is not the ledger's."
                    " Nothing has changed. Run hub verify, and restore the one that is wrong."
                )
            if done % 4_096 == 0:
                progress(done, partition.records, f"partition {partition.number}: {text}")
            yield record


def _names(partition: Partition, detached_at: datetime | None) -> dict[str, object]:
    name = f"stored_events_{partition.number}"
    return {
        "old": Identifier("ledger", name),
        "new": Identifier("ledger", f"{name}_anew"),
        "name": Identifier(name),
        "first": partition.first,
        "beyond": partition.last + 1,
        "number": partition.number,
        "detached_at": detached_at,
    }


def _create(connection: Connection[TupleRow], names: dict[str, object]) -> None:
    for statement in _CREATE:
        connection.execute(SQL(statement).format(**names))


def _check_count(cursor: Cursor[TupleRow], partition: Partition) -> None:
    if cursor.rowcount != partition.records:
        raise ArchiveUnusableError(
            f"Partition {partition.number} has not all its records. Nothing has changed. Run hub"
            " verify, which names the first that is missing."
        )


def _swap(connection: Connection[TupleRow], names: dict[str, object], attempts: int) -> None:
    connection.execute(SQL("ANALYZE {new}").format(**names))
    connection.execute(SQL("SET LOCAL lock_timeout = {}").format(f"{_LOCK_SECONDS}s"))
    for attempt in range(attempts):
        try:
            with connection.transaction():
                connection.execute(_LOCK)
            break
        except LockNotAvailable:
            sleep(min(_LOCK_SECONDS * (attempt + 1), 2.0))
    else:
        raise UsageError(
            "The ledger is in use all the time, by a rebuild or hub verify: nothing has changed,"
            " try again when that has ended."
        )
    for statement in _SWAP:
        connection.execute(SQL(statement).format(**names))
