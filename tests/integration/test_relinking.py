"""Linking everything again: the same records in any order are the same children and episodes."""

from collections.abc import Callable, Sequence
from random import Random

import pytest

from hub.wiring import Hub
from tests.relinking_steps import Outcome, Told, fresh_hub, nation, outcome, tell

Messages = Sequence[Told]


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> list[Told]:
    """What a small nation's publishers tell."""
    return nation(tmp_path_factory.mktemp("nation"))


@pytest.fixture(scope="module")
def together(
    told: list[Told], postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory
) -> Outcome:
    """What comes of it if everything arrives together."""
    with fresh_hub(postgres_dsn, tmp_path_factory.mktemp("hub")) as hub:
        tell(hub, told, at_once=len(told))
        found = outcome(hub, told)
    sizes = [len(each) for each in found.children]
    assert max(sizes) > 1, "nobody is linked: there is nothing to compare"
    assert max(len(members) for _, members in found.episodes) > 1
    return found


def shuffled(told: Messages) -> list[Told]:
    mixed = list(told)
    Random(1).shuffle(mixed)
    return mixed


def doubled(told: Messages) -> list[Told]:
    """Return every fourth message twice, the second time long after."""
    return [*told, *told[::4]]


def registered_late(told: Messages) -> list[Told]:
    """Return the messages as if every second publisher registered its children at the end."""
    publishers = sorted({each.child[0] for each in told})[::2]
    is_late = [each.episode is None and each.child[0] in publishers for each in told]
    punctual = [each for each, late in zip(told, is_late, strict=True) if not late]
    return [*punctual, *(each for each, late in zip(told, is_late, strict=True) if late)]


@pytest.mark.parametrize(
    ("change_order", "at_once"),
    [(list, 100), (shuffled, 250), (doubled, 400), (registered_late, 400)],
    ids=["small batches", "another order", "duplicated", "registered late"],
)
def test_the_same_records_are_the_same_children_and_episodes_after_relinking(
    hub: Hub,
    told: list[Told],
    together: Outcome,
    change_order: Callable[[Messages], list[Told]],
    at_once: int,
) -> None:
    tell(hub, change_order(told), at_once=at_once)

    hub.relinker.relink()
    again = hub.relinker.relink()

    assert outcome(hub, told) == together
    assert (again.decisions, again.changed_pairs, again.new_pairs, again.gone_pairs) == (0, 0, 0, 0)
