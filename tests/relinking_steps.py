"""Steps of tests that link a small nation: what it was told, in what order, and what came of it."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, LiteralString
from uuid import UUID, uuid4

from msgspec.json import decode
from psycopg import connect
from psycopg.sql import SQL, Identifier

from contracts.bodies import EPISODE
from contracts.facts import CHILD
from domain.identifiers import URN_PREFIX
from hub.settings import Settings
from hub.synthetic.generation import generate
from hub.synthetic.options import Options
from hub.wiring import Hub, open_hub
from tests.hub_steps import SettableClock, rows, settle

NATION = Options(year=2026, scale=0.001, seed=3)
# What links and matches; the rest of what publishers send only costs time here.
_KINDS = tuple(f"missing.{kind}" for kind in ("subject.", "episode.", "placement.started"))

_PERSONS: LiteralString = """
SELECT subject_id, person_id, coalesce(proposed_id, person_id) FROM link.persons
"""
_QUESTIONS: LiteralString = "SELECT low, high FROM link.pairs WHERE verdict = 'review'"
_ACCOUNTS: LiteralString = """
SELECT episode_id, national_ids, proposed_ids, in_review, held FROM link.episodes
"""

Named = tuple[str, str]


@dataclass(frozen=True, kw_only=True)
class Told:
    """A message, and whom or what it names: publisher and reference."""

    raw: bytes
    at: str
    child: Named
    episode: Named | None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Who is whom and what is one episode, in the publishers' own references.

    questions: pairs in review. standing: of each account: in review, held, and its proposal.
    """

    children: frozenset[frozenset[Named]]
    would_be: frozenset[frozenset[Named]]
    questions: frozenset[frozenset[Named]]
    episodes: frozenset[tuple[Named, frozenset[Named]]]
    standing: frozenset[tuple[Named, bool, bool, frozenset[Named]]]


def nation(folder: Path) -> list[Told]:
    """Return what the publishers of a small nation tell, in the order in which they knew it."""
    generate(NATION, folder)
    lines = [
        line for path in sorted(folder.glob("*.ndjson")) for line in path.read_bytes().splitlines()
    ]
    found = [_told(line, decode(line)) for line in lines]
    return sorted((each for each in found if each is not None), key=lambda each: each.at)


def tell(hub: Hub, messages: Sequence[Told], *, at_once: int) -> None:
    """Let the hub take messages in batches, and link after each."""
    for first in range(0, len(messages), at_once):
        batch = [each.raw for each in messages[first : first + at_once]]
        for settled in settle(hub, *batch, sealed=False):
            assert settled.outcome.value in ("accepted", "duplicate")
        hub.linker.catch_up()


def outcome(hub: Hub, messages: Iterable[Told]) -> Outcome:
    """Return what the linker holds, whatever identifiers it has given."""
    named = _names(hub, messages)
    persons = rows(hub, _PERSONS)
    pairs = rows(hub, _QUESTIONS)
    accounts = rows(hub, _ACCOUNTS)
    nationals = {row[0]: row[1] for row in accounts}
    proposals = {row[0]: row[2] for row in accounts}
    return Outcome(
        children=_groups(named, {row[0]: [row[1]] for row in persons}),
        would_be=_groups(named, {row[0]: [row[2]] for row in persons}),
        questions=frozenset(frozenset({named[low], named[high]}) for low, high in pairs),
        episodes=frozenset((named[each], _fellows(named, nationals, each)) for each in nationals),
        standing=frozenset(
            (named[row[0]], row[3], row[4], _fellows(named, proposals, row[0])) for row in accounts
        ),
    )


@contextmanager
def fresh_hub(dsn: str, folder: Path) -> Iterator[Hub]:
    """Give a hub on a new, empty database with keys of its own."""
    name = f"test_{uuid4().hex}"
    with connect(dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    settings = Settings(database_url=dsn.replace("@/hub?", f"@/{name}?"), data_dir=folder)
    with open_hub(settings, clock=SettableClock()) as hub:
        yield hub
    with connect(dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _told(line: bytes, message: dict[str, Any]) -> Told | None:
    if not message["type"].startswith(_KINDS):
        return None
    publisher = message["source"].removeprefix(URN_PREFIX)
    child = message["data"].get("child", message["subject"])
    about_episode = "child" in message["data"]
    return Told(
        raw=line,
        at=message["time"],
        child=(publisher, child),
        episode=(publisher, message["subject"]) if about_episode else None,
    )


def _names(hub: Hub, messages: Iterable[Told]) -> dict[UUID, Named]:
    """Return whose or what each identifier is."""
    found: dict[UUID, bytes] = dict(rows(hub, "SELECT id, reference_key FROM vault.own_references"))
    known = {bytes(key): identifier for identifier, key in found.items()}
    named: dict[UUID, Named] = {}
    for each in messages:
        for kind, reference in ((CHILD, each.child), (EPISODE, each.episode)):
            if reference is not None:
                identifier = known.get(hub.keys.reference_key(kind, *reference))
                if identifier is not None:
                    named[identifier] = reference
    return named


def _groups(named: dict[UUID, Named], ids: dict[UUID, list[UUID]]) -> frozenset[frozenset[Named]]:
    return frozenset(_fellows(named, ids, each) for each in ids)


def _fellows(named: dict[UUID, Named], ids: dict[UUID, list[UUID]], own: UUID) -> frozenset[Named]:
    """Return all who share an identifier with one."""
    return frozenset(named[each] for each in ids if set(ids[each]) & set(ids[own]))
