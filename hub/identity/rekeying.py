"""Makes the vault's rows anew with another key, all of a kind in the caller's transaction."""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Any, LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.errors import KeyMissingError
from hub.identity.keys import Keys
from hub.identity.vault import decrypt, encrypt

BATCH = 10_000

_WRAPPED: LiteralString = """
SELECT subject_id, wrapped_key FROM vault.subjects WHERE wrapped_key IS NOT NULL
 ORDER BY subject_id
"""
_WRAP: LiteralString = """
UPDATE vault.subjects s SET wrapped_key = n.wrapped
  FROM unnest(%(one)b::uuid[], %(other)b::bytea[]) AS n (subject_id, wrapped)
 WHERE s.subject_id = n.subject_id
"""
_REFERENCES: LiteralString = """
SELECT r.reference_key, r.kind, r.id, r.sealed, s.subject_id, s.publisher, s.wrapped_key
  FROM vault.own_references r JOIN vault.subjects s USING (subject_id)
 ORDER BY s.subject_id, r.id
"""
_REFER: LiteralString = """
UPDATE vault.own_references r SET reference_key = n.fresh
  FROM unnest(%(one)b::bytea[], %(other)b::bytea[]) AS n (stale, fresh)
 WHERE r.reference_key = n.stale
"""
_REFUSED: LiteralString = """
SELECT submission_id, sealed FROM vault.refused_messages ORDER BY submission_id
"""
_REFUSE: LiteralString = """
UPDATE vault.refused_messages m SET sealed = n.sealed
  FROM unnest(%(one)b::uuid[], %(other)b::bytea[]) AS n (submission_id, sealed)
 WHERE m.submission_id = n.submission_id
"""

_MODELS: LiteralString = "SELECT id, sealed FROM vault.models ORDER BY id"
_MODEL: LiteralString = """
UPDATE vault.models m SET sealed = n.sealed
  FROM unnest(%(one)b::uuid[], %(other)b::bytea[]) AS n (id, sealed)
 WHERE m.id = n.id
"""

Rekeying = Callable[[Connection[TupleRow], Keys, Keys], int]


def rewrap(connection: Connection[TupleRow], old: Keys, new: Keys) -> int:
    """Wrap every child's key, and seal every linkage model, with the new key; return how many."""

    def fresh(row: TupleRow) -> tuple[Any, bytes]:
        subject_id, wrapped = row
        return subject_id, encrypt(new.wrap, subject_id, decrypt(old.wrap, subject_id, wrapped))

    def sealed_anew(row: TupleRow) -> tuple[Any, bytes]:
        row_id, sealed = row
        return row_id, encrypt(new.wrap, row_id, decrypt(old.wrap, row_id, sealed))

    children = _change(connection, _WRAPPED, fresh, _WRAP)
    return children + _change(connection, _MODELS, sealed_anew, _MODEL)


def refer_anew(connection: Connection[TupleRow], old: Keys, new: Keys) -> int:
    """Let every reference be found by the new key's hash; return how many.

    Raises KeyMissingError, so that nothing is changed, if one is not found by the old key's.
    """

    def fresh(row: TupleRow) -> tuple[Any, bytes]:
        stale, kind, own_id, sealed, subject_id, publisher, wrapped = row
        key = decrypt(old.wrap, subject_id, wrapped)
        reference = decrypt(key, own_id, sealed).decode()
        if old.reference_key(kind, publisher, reference) != bytes(stale):
            raise KeyMissingError("A reference was not made with the key at hand: restore it.")
        return stale, new.reference_key(kind, publisher, reference)

    return _change(connection, _REFERENCES, fresh, _REFER)


def reseal_refused(connection: Connection[TupleRow], old: Keys, new: Keys) -> int:
    """Seal every refused message with the new key; return how many."""

    def fresh(row: TupleRow) -> tuple[Any, bytes]:
        submission_id, sealed = row
        plain = decrypt(old.refused, submission_id, sealed)
        return submission_id, encrypt(new.refused, submission_id, plain)

    return _change(connection, _REFUSED, fresh, _REFUSE)


def _change(
    connection: Connection[TupleRow],
    query: LiteralString,
    fresh: Callable[[TupleRow], tuple[Any, bytes]],
    update: LiteralString,
) -> int:
    """Put new values for old rows, a batch at a time; return how many."""
    number = 0
    with connection.cursor("rekeyed", binary=True) as rows:
        rows.itersize = BATCH
        rows.execute(query)
        for batch in _batches(iter(rows)):
            one, other = zip(*(fresh(row) for row in batch), strict=True)
            done = connection.execute(update, {"one": list(one), "other": list(other)})
            number += done.rowcount
    return number


def _batches(rows: Iterator[TupleRow]) -> Iterator[Sequence[TupleRow]]:
    while batch := list(islice(rows, BATCH)):
        yield batch
