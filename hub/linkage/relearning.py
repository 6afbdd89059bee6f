"""Gives the linker back what it had decided, from its recorded decisions.

It decides again only what differs from that, so that nothing is recorded twice. Where it stands is
not touched: it goes over the same records once more.
"""

from collections.abc import Iterable, Sequence
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.decisions import ChildReachedEighteen, EpisodeAged, EpisodeMatched, PersonLinked
from domain.events import AccountEvent, Event
from hub.identity.linking import admit, announce

_EPISODE: LiteralString = """
INSERT INTO link.episodes (episode_id, subject_id, first_position, national_ids, open)
VALUES (%(episode)s, %(subject)s, %(position)s, ARRAY[%(episode)s::uuid], false)
ON CONFLICT DO NOTHING
"""
_AGED: LiteralString = "UPDATE link.episodes SET age = %(age)s WHERE episode_id = %(episode)s"
_MATCHED: LiteralString = """
UPDATE link.episodes SET national_ids = %(nationals)s WHERE episode_id = %(episode)s
"""
_LINKED: LiteralString = """
UPDATE link.persons SET person_id = %(person)s WHERE subject_id = %(subject)s
"""


def relearn(connection: Connection[TupleRow], records: Sequence[tuple[int, Event]]) -> None:
    """Take over the decisions among some records, given in order with their positions."""
    firsts: dict[UUID, int] = {}
    for position, event in records:
        subject_id = getattr(event, "subject_id", None)
        if subject_id is not None:
            firsts.setdefault(subject_id, position)
    admit(connection, sorted(firsts.items(), key=lambda each: each[1]))
    with connection.cursor() as cursor:
        cursor.executemany(_EPISODE, list(_episodes(records)))
    for _, event in records:
        _take_over(connection, event)


def _episodes(records: Iterable[tuple[int, Event]]) -> Iterable[dict[str, object]]:
    seen: set[UUID] = set()
    for position, event in records:
        if isinstance(event, AccountEvent) and event.episode_id not in seen:
            seen.add(event.episode_id)
            yield {
                "episode": event.episode_id,
                "subject": event.subject_id,
                "position": position,
            }


def _take_over(connection: Connection[TupleRow], event: Event) -> None:
    match event:
        case PersonLinked():
            connection.execute(_LINKED, {"subject": event.subject_id, "person": event.person_id})
        case ChildReachedEighteen():
            announce(connection, event.subject_id, event.birthday)
        case EpisodeAged():
            connection.execute(_AGED, {"episode": event.episode_id, "age": event.age})
        case EpisodeMatched():
            nationals = list(event.national_ids)
            connection.execute(_MATCHED, {"episode": event.episode_id, "nationals": nationals})
        case _:
            pass
