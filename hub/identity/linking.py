"""Decides, inside the vault, which subjects are one person; records how old a child was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import LiteralString
from uuid import UUID

from msgspec.json import decode
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.identity import Identity
from hub.identity.keys import Keys
from hub.identity.link_keys import RULES
from hub.identity.vault import decrypt

_SUBJECTS: LiteralString = """
INSERT INTO link.persons (subject_id, person_id, first_position)
SELECT s, s, p FROM unnest(%(subjects)s::uuid[], %(positions)s::bigint[]) AS fresh (s, p)
ON CONFLICT DO NOTHING
"""
_SAME: LiteralString = """
SELECT mine.subject_id, other.person_id, k.rule
  FROM unnest(%(subjects)s::uuid[]) AS mine (subject_id)
  JOIN vault.link_keys m ON m.subject_id = mine.subject_id
  JOIN vault.link_keys k ON k.rule = m.rule AND k.link_key = m.link_key
  JOIN link.persons self ON self.subject_id = mine.subject_id
  JOIN link.persons other ON other.subject_id = k.subject_id
   AND other.person_id <> self.person_id
 ORDER BY mine.subject_id, k.rule, other.person_id
"""
_PERSONS: LiteralString = """
SELECT subject_id, person_id, first_position, birthday
  FROM link.persons WHERE person_id = ANY(%(persons)s)
 ORDER BY first_position, subject_id
"""
_PERSON_OF: LiteralString = """
SELECT DISTINCT person_id FROM link.persons WHERE subject_id = ANY(%(subjects)s) ORDER BY person_id
"""
_MOVE: LiteralString = """
UPDATE link.persons SET person_id = %(person)s WHERE subject_id = ANY(%(subjects)s)
"""
_ANNOUNCE: LiteralString = """
UPDATE link.persons SET birthday = %(birthday)s WHERE subject_id = %(subject)s
"""
_IDENTITIES: LiteralString = """
SELECT i.id, i.subject_id, i.sealed, s.wrapped_key
  FROM vault.identities i
  JOIN vault.subjects s ON s.subject_id = i.subject_id
 WHERE i.subject_id = ANY(%(subjects)s) AND s.wrapped_key IS NOT NULL
 ORDER BY i.subject_id, i.position
"""
_HEALED: LiteralString = """
DELETE FROM intake.lost_identities WHERE healed RETURNING subject_ids
"""


@dataclass(frozen=True, kw_only=True)
class LinkDecision:
    """A subject is, by a rule, a person known before."""

    subject_id: UUID
    person_id: UUID
    basis: str


@dataclass(frozen=True, kw_only=True)
class KnownSubject:
    """A subject that is part of a person; birthday: the eighteenth, once it was announced."""

    subject_id: UUID
    person_id: UUID
    first_position: int
    birthday: date | None


def admit(connection: Connection[TupleRow], firsts: Sequence[tuple[UUID, int]]) -> None:
    """Let new subjects be persons of their own, each from its first position on."""
    if firsts:
        connection.execute(
            _SUBJECTS,
            {"subjects": [each for each, _ in firsts], "positions": [at for _, at in firsts]},
        )


def link(connection: Connection[TupleRow], subjects: Sequence[UUID]) -> list[LinkDecision]:
    """Link subjects whose identity equals another's by a deterministic rule; return what changed.

    All who are equal become the person of the member that was recorded first, so the result
    does not depend on the order in which subjects are looked at.
    """
    decisions: list[LinkDecision] = []
    rows = connection.execute(_SAME, {"subjects": sorted(subjects)}).fetchall()
    rules: dict[UUID, dict[UUID, str]] = {}
    for subject, person, rule in rows:
        known = rules.setdefault(subject, {})
        best = known.get(person)
        if best is None or RULES.index(str(rule)) < RULES.index(best):
            known[person] = str(rule)
    for subject in sorted(rules):
        own = persons_of(connection, [subject])
        members = members_of(connection, [*own, *persons_of(connection, rules[subject])])
        if len({each.person_id for each in members}) < 2:
            continue
        first = members[0].subject_id
        moved = [each.subject_id for each in members if each.person_id != first]
        basis = min(rules[subject].values(), key=RULES.index)
        connection.execute(_MOVE, {"person": first, "subjects": moved})
        decisions.extend(
            LinkDecision(subject_id=each, person_id=first, basis=basis) for each in moved
        )
    return decisions


def healed(connection: Connection[TupleRow]) -> set[UUID]:
    """Return the children of whom the vault knows again, once: what follows from it is due now."""
    return {each for row in connection.execute(_HEALED) for each in row[0]}


def persons_of(connection: Connection[TupleRow], subjects: Iterable[UUID]) -> list[UUID]:
    """Return the persons that these subjects are."""
    rows = connection.execute(_PERSON_OF, {"subjects": sorted(subjects)})
    return [row[0] for row in rows]


def members_of(connection: Connection[TupleRow], persons: Iterable[UUID]) -> list[KnownSubject]:
    """Return the subjects of these persons, the one recorded first at the head."""
    rows = connection.execute(_PERSONS, {"persons": sorted(set(persons))})
    return [
        KnownSubject(subject_id=row[0], person_id=row[1], first_position=row[2], birthday=row[3])
        for row in rows
    ]


def announce(connection: Connection[TupleRow], subject_id: UUID, birthday: date) -> None:
    """Remember that a child's eighteenth birthday has been recorded."""
    connection.execute(_ANNOUNCE, {"subject": subject_id, "birthday": birthday})


def birth_dates(
    connection: Connection[TupleRow], keys: Keys, subjects: Iterable[UUID]
) -> dict[UUID, date]:
    """Return the birth dates that the vault knows, by subject: the last one registered."""
    found: dict[UUID, date] = {}
    rows = connection.execute(_IDENTITIES, {"subjects": sorted(subjects)})
    for row_id, subject_id, sealed, wrapped in rows:
        key = decrypt(keys.wrap, subject_id, bytes(wrapped))
        identity = decode(decrypt(key, row_id, bytes(sealed)), type=Identity)
        if identity.birth_date is not None:
            found[subject_id] = date.fromisoformat(identity.birth_date)
    return found
