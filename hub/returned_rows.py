"""Remembers what publishers' returns said, sealed under the key of the child that it is about."""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from typing import LiteralString
from uuid import UUID

from msgspec.json import Decoder, Encoder
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.facts import CHILD
from contracts.imports import HeldRow, QuestionEntry
from contracts.returned_rows import IDENTITY, KnownRow, RowMemory
from domain.errors import NotFoundError
from domain.identifiers import PublisherId
from hub.database import Database
from hub.identity.keys import Keys
from hub.identity.reading_log import record_read
from hub.identity.vault import decrypt, encrypt

_LOAD: LiteralString = """
SELECT r.row_id, r.subject_id, s.wrapped_key, r.sealed
  FROM vault.returned_rows r
  JOIN vault.subjects s ON s.subject_id = r.subject_id
 WHERE r.publisher = %(publisher)s AND r.adapter = %(adapter)s
   AND r.sealed IS NOT NULL AND s.wrapped_key IS NOT NULL
 ORDER BY r.row_id
"""
_ERASED: LiteralString = """
SELECT said_key FROM vault.returned_rows
 WHERE publisher = %(publisher)s AND adapter = %(adapter)s AND sealed IS NULL
 ORDER BY said_key
"""
_ADAPTERS: LiteralString = """
SELECT DISTINCT adapter FROM vault.returned_rows WHERE publisher = %(publisher)s ORDER BY adapter
"""
_ADAPTER_OF: LiteralString = """
SELECT adapter FROM vault.returned_rows WHERE publisher = %(publisher)s AND row_id = %(row)s
"""
_CHILDREN: LiteralString = """
SELECT o.reference_key, s.subject_id, s.wrapped_key
  FROM vault.own_references o
  JOIN vault.subjects s ON s.subject_id = o.subject_id
 WHERE o.reference_key = ANY (%(keys)s) AND s.wrapped_key IS NOT NULL
 ORDER BY o.reference_key
"""
_FORGET_HELD: LiteralString = """
DELETE FROM vault.returned_rows
 WHERE publisher = %(publisher)s AND adapter = %(adapter)s AND held_for = %(scope)s
"""
_REMEMBER: LiteralString = """
INSERT INTO vault.returned_rows
    (row_id, publisher, adapter, subject_id, said_key, held_for, sealed, recorded_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (row_id) DO UPDATE
   SET subject_id = excluded.subject_id, said_key = excluded.said_key,
       held_for = excluded.held_for, sealed = excluded.sealed,
       recorded_at = excluded.recorded_at
"""

_Sealed = tuple[UUID, str, str, UUID, bytes, str | None, bytes, datetime]

_ENCODER = Encoder(order="deterministic")
_ROWS = Decoder(KnownRow)


class RowStore:
    """The memory of returned rows; works under the vault's role.

    Erasing a child destroys the key of its rows. What it holds follows from messages that are
    durable before it is written: after a crash in between, sending the same return again puts it
    right, since every message of it ends as a duplicate.
    """

    def __init__(self, database: Database, keys: Keys, clock: Callable[[], datetime]) -> None:
        """Take the vault's database and keys; `clock` gives the time."""
        self._database = database
        self._keys = keys
        self._clock = clock

    def load(self, publisher: PublisherId, adapter: str) -> tuple[KnownRow, ...]:
        """Return every row that a publisher's returns in one format ever had."""
        with self._database.transaction() as connection:
            return self._load(connection, publisher, adapter)

    def save(self, publisher: PublisherId, memory: RowMemory) -> None:
        """Remember rows; one whose child the vault does not know yet waits for the next time."""
        values = {"publisher": publisher, "adapter": memory.adapter, "scope": memory.scope}
        with self._database.transaction() as connection:
            before = {
                self._row_id(publisher, memory.adapter, row): row
                for row in self._load(connection, publisher, memory.adapter)
                if not row.held
            }
            connection.execute(_FORGET_HELD, values)
            changed = [
                row
                for row in memory.rows
                if before.get(self._row_id(publisher, memory.adapter, row)) != row
            ]
            rows = self._sealed(connection, publisher, memory, changed)
            connection.cursor().executemany(_REMEMBER, rows)

    def erased(self, publisher: PublisherId, memory: RowMemory) -> frozenset[str]:
        """Return which rows of a return are old ones of children who were erased, by `about`.

        They stay suppressed; whatever else is said of such a child is news of a child unknown.
        """
        values = {"publisher": publisher, "adapter": memory.adapter}
        with self._database.snapshot() as connection:
            keys = {bytes(row[0]) for row in connection.execute(_ERASED, values)}
        if not keys:
            return frozenset()
        return frozenset(
            row.about
            for row in memory.rows
            if len(row.statements) == 1 and self._said_key(publisher, memory, row) in keys
        )

    def adapters(self, publisher: PublisherId) -> list[str]:
        """Return the formats in which a publisher's rows are remembered."""
        with self._database.snapshot() as connection:
            rows = connection.execute(_ADAPTERS, {"publisher": publisher}).fetchall()
        return [str(row[0]) for row in rows]

    def find(self, publisher: PublisherId, question: str) -> tuple[str, KnownRow]:
        """Return the format and the row that a question is about.

        Raises NotFoundError if nothing is asked under this id.
        """
        adapter = self._adapter_of(publisher, question)
        rows = () if adapter is None else self.load(publisher, adapter)
        for row in rows:
            if adapter and row.asked and self.question_id(publisher, adapter, row) == question:
                return adapter, row
        raise NotFoundError(
            f"No question to {publisher} has this id; hub import questions lists them."
        )

    def questions(self, publisher: PublisherId, memory: RowMemory) -> tuple[QuestionEntry, ...]:
        """Return what the publisher must answer about the return of a scope."""
        asked = [row for row in memory.rows if memory.scope in row.asked and not row.void]
        held = [row for row in memory.rows if row.held and row.last_in(memory.scope) is not None]
        return tuple(
            self._question(publisher, memory, row, held)
            for row in sorted(asked, key=lambda row: _place(row, memory.scope))
        )

    def question_id(self, publisher: PublisherId, adapter: str, row: KnownRow) -> str:
        """Return the id under which a publisher answers for a row; it tells nothing of it."""
        return str(self._row_id(publisher, adapter, row))

    def _question(
        self,
        publisher: PublisherId,
        memory: RowMemory,
        row: KnownRow,
        held: Iterable[KnownRow],
    ) -> QuestionEntry:
        file, number = _place(row, memory.scope)
        waiting = [each for each in held if (each.child, each.kind) == (row.child, row.kind)]
        return QuestionEntry(
            id=self.question_id(publisher, memory.adapter, row),
            adapter=memory.adapter,
            scope=memory.scope,
            file=file,
            row=number,
            held=tuple(
                HeldRow(file=each[0], row=each[1])
                for each in sorted(_place(other, memory.scope) for other in waiting)
            ),
        )

    def _adapter_of(self, publisher: PublisherId, question: str) -> str | None:
        try:
            row_id = UUID(question)
        except ValueError:
            return None
        with self._database.snapshot() as connection:
            found = connection.execute(
                _ADAPTER_OF, {"publisher": publisher, "row": row_id}
            ).fetchone()
        return None if found is None else str(found[0])

    def _load(
        self, connection: Connection[TupleRow], publisher: PublisherId, adapter: str
    ) -> tuple[KnownRow, ...]:
        values = {"publisher": publisher, "adapter": adapter}
        keys: dict[UUID, bytes] = {}
        rows = []
        stored = connection.execute(_LOAD, values).fetchall()
        whose = [row[1] for row in stored]
        record_read(connection, reader="import", purpose="returned-rows", subjects=whose)
        for row_id, subject_id, wrapped, sealed in stored:
            if subject_id not in keys:
                keys[subject_id] = decrypt(self._keys.wrap, subject_id, bytes(wrapped))
            rows.append(_ROWS.decode(decrypt(keys[subject_id], row_id, bytes(sealed))))
        return tuple(rows)

    def _sealed(
        self,
        connection: Connection[TupleRow],
        publisher: PublisherId,
        memory: RowMemory,
        rows: Sequence[KnownRow],
    ) -> list[_Sealed]:
        now = self._clock().astimezone(UTC)
        of_child = {
            row.child: self._keys.reference_key(CHILD, publisher, row.child) for row in rows
        }
        known = {
            bytes(key): (subject_id, decrypt(self._keys.wrap, subject_id, bytes(wrapped)))
            for key, subject_id, wrapped in connection.execute(
                _CHILDREN, {"keys": sorted(set(of_child.values()))}
            )
        }
        sealed: list[_Sealed] = []
        for row in rows:
            child = known.get(of_child[row.child])
            if child is None:
                continue
            row_id = self._row_id(publisher, memory.adapter, row)
            content = encrypt(child[1], row_id, _ENCODER.encode(row))
            held_for = memory.scope if row.held else None
            said = self._said_key(publisher, memory, row)
            sealed.append(
                (row_id, publisher, memory.adapter, child[0], said, held_for, content, now)
            )
        return sealed

    def _said_key(self, publisher: PublisherId, memory: RowMemory, row: KnownRow) -> bytes:
        said = row.last_in(memory.scope) or row.statements[-1]
        identity = str(said.attributes.get(IDENTITY, ""))
        content = "\n".join((row.child, row.kind, said.start, said.end or "", identity))
        return self._keys.row_key(f"said-{memory.adapter}", publisher, content)

    def _row_id(self, publisher: PublisherId, adapter: str, row: KnownRow) -> UUID:
        key = self._keys.row_key(f"returned-{adapter}-{row.kind}", publisher, row.reference)
        return UUID(bytes=key)


def _place(row: KnownRow, scope: str) -> tuple[str, int]:
    """Return where the return of a scope had a row last."""
    place = (row.last_in(scope) or row.statements[-1]).place
    return place.file, place.row
