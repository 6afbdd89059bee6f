"""Who was ever whom comes out alike on columns, for all at once, and set by set."""

from uuid import UUID

import duckdb
from hypothesis import given, settings
from hypothesis import strategies as st

from projections.heard_sql import SUMS
from projections.kin import Sets
from projections.kinship import find_kin, part_kin

NUMBERS = st.integers(0, 12)
PAIRS = st.lists(st.tuples(NUMBERS, NUMBERS), max_size=20)
PARTS = 3


def subject(number: int) -> str:
    return str(UUID(int=number + 1))


def episode(number: int) -> str:
    return str(UUID(int=number + 1_000))


def sets_of(names: list[str], pairs: list[tuple[str, str]]) -> set[frozenset[str]]:
    """Return which names are one, joined pair by pair."""
    sets = Sets()
    for one, other in pairs:
        sets.join(one, other)
    found: dict[str, set[str]] = {}
    for name in names:
        found.setdefault(sets.find(name), set()).add(name)
    return {frozenset(each) for each in found.values()}


@settings(max_examples=30)
@given(persons=PAIRS, nationals=PAIRS, owners=st.lists(NUMBERS, min_size=13, max_size=13))
def test_clusters_and_families_are_the_sets_that_the_pairs_join(
    persons: list[tuple[int, int]], nationals: list[tuple[int, int]], owners: list[int]
) -> None:
    who = [(subject(one), subject(other)) for one, other in persons]
    what = [(episode(one), episode(other)) for one, other in nationals]
    owned = [(episode(number), subject(owner)) for number, owner in enumerate(owners)]
    told = [
        (kind, *pair)
        for kind, pairs in zip("pne", (who, what, owned), strict=True)
        for pair in pairs
    ]
    database = duckdb.connect()
    database.execute(SUMS)
    database.execute(
        "INSERT INTO pairs SELECT * FROM (SELECT unnest(?), unnest(?), unnest(?))",
        [list(each) for each in zip(*told, strict=True)],
    )

    find_kin(database)
    part_kin(database, PARTS)

    people = {str(name): number for name, number in database.table("people").fetchall()}
    episodes = {str(row[0]): row for row in database.table("episodes").fetchall()}
    parts = {str(row[0]): row[2] for row in database.table("streams").fetchall()}
    database.close()
    named = sorted({name for pair in (*who, *((s, s) for _, s in owned)) for name in pair})
    assert grouped(people) == sets_of(named, who)
    families = {name: row[2] for name, row in episodes.items()}
    assert grouped(families) == sets_of([name for name, _ in owned], what)
    assert {name: str(row[1]) for name, row in episodes.items()} == dict(owned)
    for together in (*grouped(people), *grouped(families)):
        assert len({parts[name] for name in together}) == 1
    for name, row in episodes.items():
        assert people[str(row[1])] == row[3]
        assert parts[name] == parts[str(row[1])]


def grouped(numbers: dict[str, int]) -> set[frozenset[str]]:
    found: dict[int, set[str]] = {}
    for name, number in numbers.items():
        found.setdefault(number, set()).add(name)
    return {frozenset(each) for each in found.values()}
