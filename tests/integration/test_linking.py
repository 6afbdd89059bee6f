"""From a pair to a person: what a verdict, an open question and a change of mind do to episodes."""

from uuid import UUID

import pytest

from domain.events import Event
from domain.linkage import PairScore
from domain.linkage_events import (
    EpisodeMatched,
    PersonLinked,
    PersonLinkProposed,
    PersonMerged,
    PersonSplit,
)
from hub.ledger.reading import read_from
from hub.linkage.pairs import put_review, put_scores
from hub.linkage.relearning import relearn
from hub.wiring import Hub
from tests.examples import BIRMINGHAM, COVENTRY, WEST_MIDLANDS, identity, message, registration
from tests.hub_steps import change, episode_of, rows, settle, subject_of

PUBLISHERS = (COVENTRY, WEST_MIDLANDS, BIRMINGHAM)
CERTAIN, DOUBTFUL = 0.9999, 0.9


class Family:
    """Three publishers' registrations of children who have nothing in common."""

    def __init__(self, hub: Hub) -> None:
        """Register them, and let each publisher tell of an absence of the same evening."""
        self._hub = hub
        for number, publisher in enumerate(PUBLISHERS, 1):
            left = "2026-03-13T20:00:00Z"
            settle(
                hub,
                registration(identity(number), hub.keys.sealing, child="C-1", publisher=publisher),
                message(subject="E-1", child="C-1", publisher=publisher, left=left),
            )
        hub.linker.catch_up()
        self.children = [subject_of(hub, "C-1", each) for each in PUBLISHERS]
        self.episodes = [episode_of(hub, "E-1", each) for each in PUBLISHERS]

    def score(self, one: int, other: int, probability: float) -> None:
        """Let the model have compared two of them, and the linker look again."""
        low, high = sorted((self.children[one], self.children[other]))
        weight = 20.0 if probability == CERTAIN else 3.2
        score = PairScore(
            low=low,
            high=high,
            basis="model",
            probability=probability,
            weight=weight,
            conflict=None,
        )
        with self._hub.vault_database.transaction() as connection:
            put_scores(connection, [], [score], model="test")
        self._hub.linker.look_again(self.children)

    def review(self, one: int, other: int, verdict: str) -> None:
        """Let a reviewer decide, and the linker look again."""
        children = self.children[one], self.children[other]
        with self._hub.vault_database.transaction() as connection:
            put_review(connection, *children, verdict, "r-one", self._hub.clock(), 0.9)
        self._hub.linker.look_again(children)

    @property
    def persons(self) -> list[int]:
        """Which of them each is said to be."""
        found = dict(rows(self._hub, "SELECT subject_id, person_id FROM link.persons"))
        return [self.children.index(found[each]) for each in self.children]

    @property
    def standing(self) -> list[tuple[list[int], list[int], bool]]:
        """Where each account stands: its episode now, and if all were linked; in review?"""
        query = "SELECT episode_id, national_ids, proposed_ids, in_review FROM link.episodes"
        found = {row[0]: row[1:] for row in rows(self._hub, query)}
        return [
            (self._numbers(found[each][0]), self._numbers(found[each][1]), found[each][2])
            for each in self.episodes
        ]

    def recorded(self, *kinds: type[Event]) -> list[Event]:
        """Return the linker's decisions of some kinds."""
        with self._hub.reader.snapshot() as connection:
            records = list(read_from(connection, self._hub.archive, after=0, until=10_000))
        return [record.event for record in records if isinstance(record.event, kinds)]

    def _numbers(self, episodes: list[UUID]) -> list[int]:
        return [self.episodes.index(each) for each in episodes]


@pytest.fixture
def family(hub: Hub) -> Family:
    """Three children who are nobody else, as yet."""
    found = Family(hub)
    assert found.persons == [0, 1, 2]
    return found


def test_a_pair_in_review_puts_the_accounts_that_it_would_join_in_review(family: Family) -> None:
    family.score(0, 1, DOUBTFUL)

    assert family.persons == [0, 1, 2]
    assert family.standing == [([0], [0], True), ([1], [0], True), ([2], [2], False)]
    assert family.recorded(PersonLinkProposed) == [
        PersonLinkProposed(
            subject_id=family.children[1],
            person_id=family.children[0],
            basis="model",
            score=DOUBTFUL,
            model="test",
        )
    ]


def test_a_reviewers_yes_makes_one_person_and_one_episode_and_ends_the_question(
    family: Family,
) -> None:
    family.score(0, 1, DOUBTFUL)

    family.review(0, 1, "linked")

    assert family.persons == [0, 0, 2]
    assert family.standing[:2] == [([0], [0], False), ([0], [0], False)]
    (linked,) = family.recorded(PersonLinked)
    assert isinstance(linked, PersonLinked)
    assert (linked.subject_id, linked.decider) == (family.children[1], "r-one")


def test_a_reviewers_no_parts_what_was_linked_and_their_yes_joins_it_again(
    family: Family,
) -> None:
    family.score(0, 1, CERTAIN)
    linked = family.persons, family.standing[1]

    family.review(0, 1, "refused")
    parted = family.persons, family.standing[1]
    family.review(0, 1, "linked")

    assert linked == ([0, 0, 2], ([0], [0], False))
    assert parted == ([0, 1, 2], ([1], [1], False))
    assert (family.persons, family.standing[1]) == linked
    (split,) = family.recorded(PersonSplit)
    assert isinstance(split, PersonSplit)
    assert (split.decider, split.withdrawn) == ("r-one", (family.children[0],))


def test_a_whole_person_moves_when_it_turns_out_to_be_another(family: Family) -> None:
    family.score(1, 2, CERTAIN)
    before = family.persons

    family.score(0, 2, CERTAIN)

    assert before == [0, 1, 1]
    assert family.persons == [0, 0, 0]
    merged = family.recorded(PersonMerged)
    assert {each.subject_id for each in merged if isinstance(each, PersonMerged)} == set(
        family.children[1:]
    )


def test_what_has_not_changed_is_not_recorded_again(hub: Hub, family: Family) -> None:
    family.score(0, 1, CERTAIN)
    family.score(1, 2, DOUBTFUL)
    before = len(family.recorded(PersonLinked, PersonLinkProposed, EpisodeMatched))

    again = hub.linker.look_again(family.children)
    hub.linker.catch_up()

    assert again == 0
    assert len(family.recorded(PersonLinked, PersonLinkProposed, EpisodeMatched)) == before


def test_what_was_decided_is_known_again_from_the_records_alone(hub: Hub, family: Family) -> None:
    family.score(0, 1, CERTAIN)
    family.score(1, 2, DOUBTFUL)
    with hub.reader.snapshot() as connection:
        records = list(read_from(connection, hub.archive, after=0, until=10_000))
    known = family.persons, family.standing, proposals(hub)
    change(hub, "TRUNCATE link.persons, link.episodes, link.pairs, link.match_pairs")

    with hub.vault_database.transaction() as connection:
        relearn(
            connection,
            [(each.position, each.provenance.occurred_at, each.event) for each in records],
        )

    assert (family.persons, family.standing, proposals(hub)) == known


def proposals(hub: Hub) -> list[tuple[UUID, UUID]]:
    """Return who was said to be whom if all in review were linked."""
    query = "SELECT subject_id, proposed_id FROM link.persons WHERE proposed_id IS NOT NULL"
    return sorted((row[0], row[1]) for row in rows(hub, query))
