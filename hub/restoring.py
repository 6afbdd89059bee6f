"""What happens between a database's own recovery and the moment that the hub may serve again."""

from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import LiteralString
from uuid import UUID

from domain.decisions import IdentityErased
from domain.errors import KeyMissingError, RestoreRefusedError
from domain.vocabulary import ErasureReason
from hub.archive.store import Archive
from hub.backup.filling import fill
from hub.backup.guarding import root_of, signed_checkpoint
from hub.database import Database
from hub.identity.erasure_journal import Journalled
from hub.identity.keys import Keys
from hub.identity.vault import decrypt
from hub.wiring import Hub

Progress = Callable[[int, int, str], None]

STEP = 10_000

_LEAVES: LiteralString = """
SELECT notification_id, leaf_hash FROM ledger.stored_events
 WHERE notification_id <= %(until)s ORDER BY notification_id
"""
_SEALED: LiteralString = """
SELECT subject_id, wrapped_key FROM vault.subjects WHERE wrapped_key IS NOT NULL LIMIT 1
"""
_HEAD: LiteralString = """
SELECT position, CASE WHEN isfinite(recorded_at) THEN recorded_at END FROM ledger.head
"""
_ERASURES: LiteralString = """
SELECT e.originator_id, e.occurred_at, convert_from(e.state, 'UTF8')::jsonb ->> 'reason'
  FROM ledger.stored_events e
  LEFT JOIN vault.subjects s ON s.subject_id = e.originator_id
 WHERE e.topic = %(erased)s AND e.state IS NOT NULL AND s.erased_at IS NULL
 ORDER BY e.notification_id
"""
_KNOWN_SIZES: LiteralString = "SELECT size FROM ledger.checkpoints"
_ADD_CHECKPOINT: LiteralString = """
INSERT INTO ledger.checkpoints (size, root, note, made_at, public)
VALUES (%(size)s, %(root)s, %(note)s, %(made_at)s,
        EXISTS (SELECT FROM ledger.paddings WHERE size = %(size)s))
ON CONFLICT DO NOTHING
"""
_LOST: LiteralString = """
SELECT publisher, submission_id, position, registers FROM intake.lost_identities
 WHERE NOT healed ORDER BY publisher, position
"""


@dataclass(frozen=True, kw_only=True)
class Lost:
    """A submission that its publisher must send again, so that the vault knows what it names."""

    publisher: str
    submission_id: UUID
    position: int
    registers: bool


@dataclass(frozen=True, kw_only=True)
class Reconciled:
    """Where a restored ledger stands.

    position, root, recorded_at: of its last record; recorded_at None: it is empty. database: how
    far the database came by itself. archived: how far the archive reaches. erased: erasures that
    were done again. decided: records that the linker had still to add.
    """

    position: int
    root: str
    recorded_at: datetime | None
    database: int
    archived: int
    erased: int
    decided: int
    lost: tuple[Lost, ...]


def reconcile(hub: Hub, progress: Progress | None = None) -> Reconciled:
    """Bring a restored database to what archive and journal know, and every view up to date.

    Safe to do again. Raises RestoreRefusedError if the vault's keys are not the right ones, or if
    archive and ledger contradict each other; then nothing was changed.
    """
    tell = progress or _silent
    _check_keys(hub)
    archive = hub.archive
    before = _head(hub.reader)[0]
    archived = archive.extent()
    _compare(hub.reader, archive, min(before, archived), tell)
    if archived > before:
        fill(hub.database_url, archive, before, lambda at, of: tell(at, of, "from the archive"))
    _check_signed(hub, archive)
    _keep_checkpoints(hub, archive)
    erased = _erase_again(hub)
    undecided = _head(hub.reader)[0]
    hub.linker.catch_up(lambda at, of: tell(at, of, "links"))
    decided = _head(hub.reader)[0] - undecided
    build = hub.projector.active_build()
    hub.projector.catch_up(build, lambda at, of: tell(at, of, "views"))
    position, recorded_at = _head(hub.reader)
    return Reconciled(
        position=position,
        root=b64encode(root_of(hub.ledger_database, position)).decode(),
        recorded_at=recorded_at,
        database=before,
        archived=archived,
        erased=erased,
        decided=decided,
        lost=lost_submissions(hub.reader),
    )


def lost_submissions(database: Database) -> tuple[Lost, ...]:
    """Return what publishers must send again, by publisher and position."""
    with database.snapshot() as connection:
        return tuple(
            Lost(publisher=row[0], submission_id=row[1], position=row[2], registers=row[3])
            for row in connection.execute(_LOST)
        )


def _silent(_done: int, _total: int, _at_what: str) -> None:
    pass


def _check_keys(hub: Hub) -> None:
    """Refuse keys that do not open the vault: identity would stay closed, and splits be wrong."""
    with hub.vault_database.snapshot() as connection:
        row = connection.execute(_SEALED).fetchone()
    if row is not None:
        opened_by(hub.keys, row[0], bytes(row[1]))


def opened_by(keys: Keys, subject_id: UUID, wrapped_key: bytes) -> None:
    """Raise RestoreRefusedError if keys do not open a child's key."""
    try:
        decrypt(keys.wrap, subject_id, wrapped_key)
    except KeyMissingError as error:
        raise RestoreRefusedError(
            "The keys at hand do not open the restored vault. Put the copy of this hub's keys into"
            " the folder keys of its data directory, then run hub restore --check."
        ) from error


def _compare(database: Database, archive: Archive, until: int, tell: Progress) -> None:
    """Refuse if archive and ledger have different records at one position."""
    with database.snapshot() as connection, connection.cursor("compare", binary=True) as cursor:
        cursor.itersize = STEP
        cursor.execute(_LEAVES, {"until": until})
        # Iterated over: it then fetches many rows at a time.
        archived, stored = archive.records(0, until), iter(cursor)
        for expected in range(1, until + 1):
            record, row = next(archived, None), next(stored, None)
            if record is None or row is None or row != (expected, record.leaf_hash):
                raise RestoreRefusedError(
                    f"Position {expected} is one record in the restored ledger and another in the"
                    " archive. Nothing was changed. Choose a backup of this hub with --at, or let"
                    " HUB_ARCHIVE_DIR name this hub's archive; hub verify says which of them fits"
                    " the signatures."
                )
            if expected % STEP == 0:
                tell(expected, until, "compared with the archive")


def _check_signed(hub: Hub, archive: Archive) -> None:
    signed = signed_checkpoint(archive)
    if signed is None:
        return
    position, _ = _head(hub.reader)
    if position < signed.size:
        raise RestoreRefusedError(
            f"The ledger ends at position {position}, and checkpoint {signed.size} was signed: the"
            " archive that it was signed for is missing. Mount it, or its copy, where"
            " HUB_ARCHIVE_DIR says; to go on without it would give positions a second time."
        )
    if root_of(hub.ledger_database, signed.size) != signed.root:
        raise RestoreRefusedError(
            f"The restored ledger is not the one that checkpoint {signed.size} was signed for:"
            " choose a backup of this hub with --at, and run hub verify."
        )


def _keep_checkpoints(hub: Hub, archive: Archive) -> None:
    """Let the database know of every checkpoint that was signed after it was copied."""
    with hub.reader.snapshot() as connection:
        known = {row[0] for row in connection.execute(_KNOWN_SIZES)}
    for size in archive.checkpoint_sizes():
        note = None if size in known else archive.checkpoint(size)
        if note is None:
            continue
        made = (archive.checkpoint_dir / f"{size:012d}").stat().st_mtime
        values = {
            "size": size,
            "root": root_of(hub.ledger_database, size),
            "note": note,
            "made_at": datetime.fromtimestamp(made, UTC),
        }
        with hub.ledger_database.transaction() as connection:
            connection.execute(_ADD_CHECKPOINT, values)


def _erase_again(hub: Hub) -> int:
    """Do again what journal and ledger say was erased; return how many children that were."""
    with hub.vault_database.snapshot() as connection:
        recorded = connection.execute(_ERASURES, {"erased": IdentityErased.type}).fetchall()
    for subject_id, erased_at, reason in recorded:
        hub.erasure_journal.add(
            Journalled(subject_id=subject_id, reason=ErasureReason(reason), erased_at=erased_at)
        )
    return hub.replay_erasures()


def _head(database: Database) -> tuple[int, datetime | None]:
    with database.snapshot() as connection:
        row = connection.execute(_HEAD).fetchone()
    return (0, None) if row is None else (int(row[0]), row[1])
