"""Accounts of one child made from a few words, and what reconciliation makes of them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from uuid import UUID

from domain.about import When
from domain.facts import SourceEpisode, fold_episode
from domain.reconciliation import reconcile
from tests.unit.records import reported, uuid_of

NOON = datetime(2026, 3, 14, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
AUTHORITIES = ("la-330", "la-331")
FORCES = ("pf-E23000014", "pf-btp", "pf-E23000001")

Groups = dict[int, tuple[int, ...]]


def account(
    number: int, left: When | None, ended: When | None = None, publisher: str = "la-330"
) -> SourceEpisode:
    """An account by the authority unless a force is named; recorded in the order of its number."""
    given_at = NOON.replace(year=2020) if left is None else NOON
    episode = fold_episode([reported(number, episode=number, at=given_at, publisher=publisher)])
    return replace(episode, left=left, located=ended)


def police(number: int, left: When, ended: When | None = None, force: int = 0) -> SourceEpisode:
    """An account by the first force, or another."""
    return account(number, left, ended, FORCES[force])


def instant(day: int, hour: int, minute: int = 0) -> datetime:
    """An instant of March 2026, UTC, which is London's time until the 29th."""
    return datetime(2026, 3, day, hour, minute, tzinfo=UTC)


def pairs(*decided: tuple[int, int]) -> frozenset[frozenset[UUID]]:
    """Pairs of accounts by number."""
    return frozenset(frozenset(map(uuid_of, pair)) for pair in decided)


def groups(
    *episodes: SourceEpisode,
    same: frozenset[frozenset[UUID]] = frozenset(),
    apart: frozenset[frozenset[UUID]] = frozenset(),
    now: datetime | None = None,
) -> Groups:
    """Return the national episodes of each account, by number."""
    decided = answers(same, apart)
    return {
        match.episode_id.int: tuple(each.int for each in match.national_ids)
        for match in reconcile(episodes, decided=decided, now=now)
    }


def proposed(*episodes: SourceEpisode) -> Groups:
    """Return the national episodes of each account if everything in review were linked."""
    return {
        match.episode_id.int: tuple(each.int for each in match.proposed_ids)
        for match in reconcile(episodes)
    }


def in_review(*episodes: SourceEpisode) -> set[int]:
    """Return the accounts that await a reviewer."""
    return {match.episode_id.int for match in reconcile(episodes) if match.in_review}


def basis(*episodes: SourceEpisode) -> list[str]:
    """Return the rule by which each account was placed."""
    return [match.basis for match in reconcile(episodes)]


def answers(
    same: frozenset[frozenset[UUID]], apart: frozenset[frozenset[UUID]]
) -> Mapping[frozenset[UUID], bool]:
    """Return what reviewers decided, as reconciliation takes it."""
    return {**dict.fromkeys(same, True), **dict.fromkeys(apart, False)}


def random_accounts(random: Random, number: int, *, days: int = 6) -> list[SourceEpisode]:
    """Accounts of one child in some days, of all sources, some open, void or without a start."""
    made = []
    for each in range(1, number + 1):
        begun = NOON + timedelta(hours=random.randrange(0, 24 * days))
        long = random.choice([1, 3, 9, 20, 40])
        lasted = timedelta(hours=random.randrange(-1 if long == 1 else 0, long))
        left = _told(random, begun)
        episode = account(
            each,
            None if random.random() < 0.1 else left,
            None if random.random() < 0.2 else _told(random, begun + lasted),
            random.choice(AUTHORITIES + FORCES),
        )
        waits = episode.left is None and random.random() < 0.5
        made.append(
            replace(
                episode,
                void=random.random() < 0.08,
                returned=_told(random, begun + 2 * lasted) if random.random() < 0.2 else None,
                reported=_told(random, begun) if random.random() < 0.2 else None,
                reported_at=None if waits else begun,
                first_position=random.randrange(1, 5),
            )
        )
    return made


def random_answers(
    random: Random, episodes: list[SourceEpisode], number: int
) -> dict[frozenset[UUID], bool]:
    """Some answers of reviewers about these accounts."""
    names = [each.episode_id for each in episodes]
    return {
        frozenset(random.sample(names, 2)): random.random() < 0.5
        for _ in range(number if len(names) > 1 else 0)
    }


def _told(random: Random, at: datetime) -> When:
    return at if random.random() < 0.6 else at.date()
