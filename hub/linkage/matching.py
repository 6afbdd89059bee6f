"""Which accounts are one episode, as things stand and if everything in review were linked."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import LiteralString
from uuid import UUID

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.facts import SourceEpisode
from domain.reconciliation import Match, reconcile

_DECIDED: LiteralString = """
SELECT low, high, same FROM link.match_pairs WHERE low = ANY(%(episodes)s)
 UNION
SELECT low, high, same FROM link.match_pairs WHERE high = ANY(%(episodes)s)
 ORDER BY low, high
"""

_PUT: LiteralString = """
INSERT INTO link.match_pairs (low, high, same, reviewer, reviewed_at)
VALUES (%(low)s, %(high)s, %(same)s, %(reviewer)s, %(at)s)
ON CONFLICT (low, high) DO UPDATE
   SET same = excluded.same, reviewer = excluded.reviewer, reviewed_at = excluded.reviewed_at
"""

Decided = Mapping[frozenset[UUID], bool]


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where an account stands: see the event EpisodeMatched."""

    national_ids: tuple[UUID, ...]
    basis: str
    proposed_ids: tuple[UUID, ...]
    in_review: bool
    held: bool


def decided_matches(connection: Connection[TupleRow], episodes: Iterable[UUID]) -> Decided:
    """Return the pairs of these accounts that reviewers have decided: whether they are one."""
    rows = connection.execute(_DECIDED, {"episodes": sorted(episodes)})
    return {frozenset((low, high)): same for low, high, same in rows}


def put_match_review(
    connection: Connection[TupleRow],
    one: UUID,
    other: UUID,
    same: bool,
    reviewer: str,
    at: datetime,
) -> None:
    """Let it hold that a reviewer has said two accounts to be one episode, or two."""
    low, high = sorted((one, other))
    connection.execute(
        _PUT, {"low": low, "high": high, "same": same, "reviewer": reviewer, "at": at}
    )


def standings(
    persons: Sequence[Sequence[SourceEpisode]], decided: Decided, now: datetime
) -> dict[UUID, Standing]:
    """Return where each account stands whose children would be one if all in review were linked.

    persons: the accounts of each person as things stand.
    """
    matches: dict[UUID, Match] = {}
    for episodes in persons:
        for match in reconcile(episodes, decided=decided, now=now):
            matches[match.episode_id] = match
    would_be = {name: match.proposed_ids for name, match in matches.items()}
    if len(persons) > 1:
        together = [each for episodes in persons for each in episodes]
        would_be = {
            match.episode_id: match.proposed_ids
            for match in reconcile(together, decided=decided, now=now)
        }
    as_is = _fellows({name: match.national_ids for name, match in matches.items()})
    then = _fellows(would_be)
    return {
        name: Standing(
            national_ids=match.national_ids,
            basis=match.basis,
            proposed_ids=would_be[name],
            in_review=not match.held and as_is[name] != then[name],
            held=match.held,
        )
        for name, match in matches.items()
    }


def _fellows(nationals: Mapping[UUID, tuple[UUID, ...]]) -> dict[UUID, frozenset[frozenset[UUID]]]:
    """Return, for each account, who the members are of the episodes that it belongs to."""
    members: dict[UUID, set[UUID]] = defaultdict(set)
    for name, ids in nationals.items():
        for national in ids:
            members[national].add(name)
    fixed = {national: frozenset(names) for national, names in members.items()}
    return {name: frozenset(fixed[each] for each in ids) for name, ids in nationals.items()}
