"""Gives the linker back what it had decided, from its recorded decisions.

It decides again only what differs from that, so that nothing is recorded twice. Where it stands is
not touched: it goes over the same records once more.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.decisions import ChildReachedEighteen, EpisodeAged
from domain.events import AccountEvent, Event
from domain.linkage_events import (
    EpisodeMatched,
    EpisodeMatchRefused,
    PersonLinked,
    PersonLinkProposed,
    PersonLinkRefused,
    PersonMerged,
    PersonSplit,
)
from hub.linkage.matching import put_match_review
from hub.linkage.pairs import put_review
from hub.linkage.people import admit, announce, note_proposal, place
from hub.linkage.settling import admit_episodes

_AGED: LiteralString = "UPDATE link.episodes SET age = %(age)s WHERE episode_id = %(episode)s"
_MATCHED: LiteralString = """
UPDATE link.episodes
   SET national_ids = %(nationals)s, proposed_ids = %(proposed)s, in_review = %(in_review)s,
       held = %(held)s
 WHERE episode_id = %(episode)s
"""


def relearn(
    connection: Connection[TupleRow], records: Sequence[tuple[int, datetime, Event]]
) -> None:
    """Take over the decisions among some records, given in order: position, occurrence, event."""
    firsts: dict[UUID, int] = {}
    for position, _, event in records:
        subject_id = getattr(event, "subject_id", None)
        if subject_id is not None:
            firsts.setdefault(subject_id, position)
    admit(connection, sorted(firsts.items(), key=lambda each: each[1]))
    admit_episodes(connection, list(_accounts(records)))
    for _, occurred_at, event in records:
        _take_over(connection, event)
        _take_over_review(connection, event, occurred_at)


def _accounts(
    records: Iterable[tuple[int, datetime, Event]],
) -> Iterable[tuple[int, AccountEvent]]:
    for position, _, event in records:
        if isinstance(event, AccountEvent):
            yield position, event


def _take_over(connection: Connection[TupleRow], event: Event) -> None:
    match event:
        case PersonLinked() | PersonMerged() | PersonSplit():
            place(connection, event.subject_id, event.person_id)
        case PersonLinkProposed():
            note_proposal(connection, event.subject_id, event.person_id)
        case ChildReachedEighteen():
            announce(connection, event.subject_id, event.birthday)
        case EpisodeAged():
            connection.execute(_AGED, {"episode": event.episode_id, "age": event.age})
        case EpisodeMatched():
            values = {
                "episode": event.episode_id,
                "nationals": list(event.national_ids),
                "proposed": list(event.proposed_ids or event.national_ids),
                "in_review": bool(event.in_review),
                "held": bool(event.held),
            }
            connection.execute(_MATCHED, values)
        case _:
            pass


def _take_over_review(
    connection: Connection[TupleRow], event: Event, occurred_at: datetime
) -> None:
    """Keep what a reviewer decided; the scores come back when the pair is compared again."""
    match event:
        case PersonLinked(other_subject_id=UUID() as other, decider=str() as reviewer):
            put_review(
                connection, event.subject_id, other, "linked", reviewer, occurred_at, event.score
            )
        case PersonLinkRefused(decider=str() as reviewer):
            put_review(
                connection,
                event.subject_id,
                event.other_subject_id,
                "refused",
                reviewer,
                occurred_at,
                event.score,
            )
        case EpisodeMatched(other_episode_id=UUID() as other, decider=str() as reviewer):
            put_match_review(connection, event.episode_id, other, True, reviewer, occurred_at)
        case EpisodeMatchRefused(decider=str() as reviewer):
            put_match_review(
                connection, event.episode_id, event.other_episode_id, False, reviewer, occurred_at
            )
        case _:
            pass
