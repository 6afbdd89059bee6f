"""The assignment of least cost, beside one that tries every assignment there is."""

from random import Random

from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.assignment import Assignment, assign, connected
from tests.unit.reconciliation_oracle import best, together

Costs = dict[tuple[int, int], int]


def random_costs(random: Random, rows: int, columns: int) -> Costs:
    """Costs of some of the pairs, often equal, so that ties come about."""
    return {
        (row, column): random.randrange(4)
        for row in range(rows)
        for column in range(columns)
        if random.random() < 0.7
    }


@settings(max_examples=400, deadline=None)
@given(seed=st.integers(0, 2**32), rows=st.integers(0, 5), columns=st.integers(0, 5))
def test_the_assignment_is_the_best_of_all(seed: int, rows: int, columns: int) -> None:
    random = Random(seed)
    costs = random_costs(random, rows, columns)
    row_kinds = [random.randrange(3) for _ in range(rows)]
    column_kinds = [random.randrange(3) for _ in range(columns)]

    found = assign(costs, row_kinds, column_kinds)

    pairs, certain = best(costs, row_kinds, column_kinds)
    assert found == Assignment(pairs=tuple(pairs), certain=certain)


@settings(max_examples=8, deadline=None)
@given(seed=st.integers(0, 2**32))
@example(seed=1)
def test_six_by_six_is_looked_at_whole(seed: int) -> None:
    random = Random(seed)
    costs = {(row, column): random.randrange(9) for row in range(6) for column in range(6)}

    found = assign(costs, range(6), range(6))

    pairs, certain = best(costs, range(6), range(6))
    assert found == Assignment(pairs=tuple(pairs), certain=certain)


def test_the_least_total_goes_before_the_single_best_pair() -> None:
    costs = {(0, 0): 1, (0, 1): 2, (1, 0): 3, (1, 1): 9}

    assert assign(costs, "ab", "xy").pairs == ((0, 1), (1, 0))


def test_to_leave_fewer_over_goes_before_the_least_total() -> None:
    assert assign({(0, 0): 0, (0, 1): 50, (1, 0): 50}, "ab", "xy").pairs == ((0, 1), (1, 0))


def test_a_tie_is_uncertain_and_broken_in_order() -> None:
    costs = dict.fromkeys([(0, 0), (0, 1), (1, 0), (1, 1)], 5)

    assert assign(costs, "ab", "xy") == Assignment(pairs=((0, 0), (1, 1)), certain=False)


def test_to_exchange_what_is_alike_is_no_tie() -> None:
    costs = dict.fromkeys([(0, 0), (0, 1), (1, 0), (1, 1)], 5)

    assert assign(costs, "aa", "xy") == Assignment(pairs=((0, 0), (1, 1)), certain=True)
    assert assign({(0, 0): 5, (0, 1): 5}, "a", "xx") == Assignment(pairs=((0, 0),), certain=True)


def test_more_than_six_are_paired_cheapest_first_and_never_certain() -> None:
    costs = {(row, row): row for row in range(7)} | {(0, 6): 0, (6, 0): 99}

    found = assign(costs, range(7), range(7))

    assert found.pairs == tuple((row, row) for row in range(7))
    assert not found.certain
    assert not assign({(0, 0): 1}, range(7), range(1)).certain


@settings(max_examples=200, deadline=None)
@given(seed=st.integers(0, 2**32), size=st.integers(0, 8))
def test_what_hangs_together_is_found_whole(seed: int, size: int) -> None:
    random = Random(seed)
    pairs = sorted({(random.randrange(8), random.randrange(8)) for _ in range(size)})

    found = [([*rows], [*columns]) for rows, columns in connected(pairs)]

    links = {frozenset((row, 8 + column)) for row, column in pairs}
    expected = [
        ([each for each in nodes if each < 8], [each - 8 for each in nodes if each >= 8])
        for nodes in together(range(16), links)
        if len(nodes) > 1
    ]
    assert found == expected
