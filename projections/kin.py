"""Who was ever whom: the sets of records that must be looked at together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import LiteralString

import pyarrow as pa
from psycopg import Connection
from psycopg.rows import TupleRow

from projections.engine import FAMILIES, SUBJECTS

# archived, states: what the ledger's rows lack, because it was detached from them.
LEARN: LiteralString = """
INSERT INTO projection.kin_v1 (build, kind, member, kin)
WITH archived AS (
    SELECT position, state FROM unnest(%(archived)s::bigint[], %(states)s::bytea[])
        AS a (position, state)
), fresh AS (
    SELECT e.originator_id, e.topic, coalesce(e.state, a.state) AS state
      FROM ledger.stored_events e LEFT JOIN archived a ON a.position = e.notification_id
     WHERE notification_id > %(after)s AND notification_id <= %(until)s
       AND topic = ANY(%(topics)s)
)
SELECT DISTINCT %(build)s, 's', originator_id, originator_id
  FROM fresh WHERE topic = ANY(%(child_types)s)
 UNION
SELECT DISTINCT %(build)s, 'e', originator_id,
       (convert_from(state, 'UTF8')::jsonb ->> 'subject_id')::uuid
  FROM fresh WHERE topic = ANY(%(episode_types)s)
 UNION
SELECT DISTINCT %(build)s, 'n', originator_id, national_id::uuid
  FROM fresh,
       unnest(ARRAY['national_ids', 'proposed_ids']) AS field,
       jsonb_array_elements_text(convert_from(state, 'UTF8')::jsonb -> field) AS national_id
 WHERE topic = 'episode-matched'
 UNION
SELECT DISTINCT %(build)s, 'p', originator_id,
       (convert_from(state, 'UTF8')::jsonb ->> 'person_id')::uuid
  FROM fresh WHERE topic = ANY(%(person_types)s)
ON CONFLICT DO NOTHING
"""
_FORWARD: LiteralString = """
SELECT member::text, kin::text FROM projection.kin_v1
 WHERE build = %(build)s AND kind = %(kind)s AND member = ANY(%(ids)s::uuid[])
"""
_BACKWARD: LiteralString = """
SELECT member::text, kin::text FROM projection.kin_v1
 WHERE build = %(build)s AND kind = %(kind)s AND kin = ANY(%(ids)s::uuid[])
"""


class Sets:
    """Disjoint sets of identifiers, joined pair by pair."""

    def __init__(self) -> None:
        """Start with every identifier on its own."""
        self._parent: dict[str, str] = {}

    def find(self, name: str) -> str:
        """Return the name of the set that holds an identifier: its lowest member."""
        root = name
        while (above := self._parent.get(root, root)) != root:
            root = above
        while (above := self._parent.get(name, name)) != root:
            self._parent[name] = root
            name = above
        return root

    def join(self, one: str, other: str) -> None:
        """Make two sets one."""
        low, high = sorted((self.find(one), self.find(other)))
        self._parent[high] = low


@dataclass(kw_only=True)
class Kin:
    """Whole clusters: the subject of each episode, and what was ever one person or one episode."""

    subject_of: dict[str, str] = field(default_factory=dict)
    subjects: set[str] = field(default_factory=set)
    persons: Sets = field(default_factory=Sets)
    nationals: Sets = field(default_factory=Sets)

    def tables(self) -> tuple[pa.Table, pa.Table]:
        """Return families and subjects for the engine; numbers name families and clusters."""
        clusters = _numbered(self.persons.find(each) for each in self.subjects)
        families = _numbered(self.nationals.find(each) for each in self.subject_of)
        family_rows = {
            "episode_id": list(self.subject_of),
            "subject_id": list(self.subject_of.values()),
            "family": [families[self.nationals.find(each)] for each in self.subject_of],
            "cluster": [clusters[self.persons.find(each)] for each in self.subject_of.values()],
        }
        subject_rows = {
            "subject_id": sorted(self.subjects),
            "cluster": [clusters[self.persons.find(each)] for each in sorted(self.subjects)],
        }
        return (
            pa.Table.from_pydict(family_rows, FAMILIES),
            pa.Table.from_pydict(subject_rows, SUBJECTS),
        )

    def clusters(self) -> list[frozenset[str]]:
        """Return the subjects of each cluster, in a fixed order."""
        members: dict[str, set[str]] = {}
        for subject in self.subjects:
            members.setdefault(self.persons.find(subject), set()).add(subject)
        return [frozenset(members[name]) for name in sorted(members)]

    def part(self, subjects: frozenset[str]) -> "Kin":
        """Return the kin of some whole clusters only."""
        return Kin(
            subject_of={
                episode: subject
                for episode, subject in self.subject_of.items()
                if subject in subjects
            },
            subjects=set(subjects),
            persons=self.persons,
            nationals=self.nationals,
        )


def related(
    connection: Connection[TupleRow],
    build: int,
    *,
    episodes: Iterable[str],
    subjects: Iterable[str],
) -> Kin:
    """Return what must be computed again when these episodes and children were touched.

    A touched child brings all its episodes; a touched episode only those that were ever one
    national episode with it, and the other records of its children.
    """
    kin = Kin()
    _add_persons(connection, build, kin, set(subjects))
    wanted = set(episodes)
    wanted |= {member for member, _ in _links(connection, build, "e", kin.subjects, back=True)}
    found: set[str] = set()
    while wanted - found:
        fresh = wanted - found
        found |= fresh
        forward = _links(connection, build, "n", fresh)
        nationals = {national for _, national in forward} | fresh
        backward = _links(connection, build, "n", nationals, back=True)
        for episode, national in (*forward, *backward):
            kin.nationals.join(episode, national)
            wanted.update((episode, national))
    for episode, subject in _links(connection, build, "e", found):
        kin.subject_of[episode] = subject
    _add_persons(connection, build, kin, set(kin.subject_of.values()) - kin.subjects)
    return kin


def _add_persons(connection: Connection[TupleRow], build: int, kin: Kin, wanted: set[str]) -> None:
    """Add subjects, and whoever was ever one person with them."""
    fresh = wanted - kin.subjects
    while fresh:
        kin.subjects |= fresh
        forward = _links(connection, build, "p", fresh)
        persons = {person for _, person in forward} | fresh
        backward = _links(connection, build, "p", persons, back=True)
        for subject, person in (*forward, *backward):
            kin.persons.join(subject, person)
        fresh = {name for pair in (*forward, *backward) for name in pair} - kin.subjects


def _links(
    connection: Connection[TupleRow],
    build: int,
    kind: str,
    ids: Iterable[str],
    *,
    back: bool = False,
) -> list[tuple[str, str]]:
    names = sorted(ids)
    if not names:
        return []
    rows = connection.execute(
        _BACKWARD if back else _FORWARD, {"build": build, "kind": kind, "ids": names}
    )
    return [(str(member), str(kin)) for member, kin in rows]


def _numbered(names: Iterable[str]) -> Mapping[str, int]:
    return {name: number for number, name in enumerate(sorted(set(names)))}
