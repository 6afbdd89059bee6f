"""A compact range has the roots of the whole tree, wherever it was taken up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.compact_range import CompactRange
from domain.merkle import EMPTY_ROOT, leaf_hash, tree_root

LEAVES = [leaf_hash(bytes([number % 256, number // 256])) for number in range(300)]


@given(st.integers(0, 300), st.integers(0, 300))
def test_it_goes_on_from_anywhere_to_the_root_of_the_whole_tree(one: int, other: int) -> None:
    before, size = sorted((one, other))
    first = CompactRange()
    first.extend(LEAVES[:before])

    later = CompactRange(before, first.hashes)
    later.extend(LEAVES[before:size])

    assert later.size == size
    assert first.root() == tree_root(LEAVES[:before])
    assert later.root() == tree_root(LEAVES[:size])


def test_an_empty_range_has_the_empty_root() -> None:
    assert CompactRange().root() == EMPTY_ROOT


@pytest.mark.parametrize(("size", "hashes"), [(1, 0), (3, 1), (4, 2), (-1, 1)])
def test_a_size_has_one_number_of_hashes(size: int, hashes: int) -> None:
    with pytest.raises(ValueError, match="another number"):
        CompactRange(size, LEAVES[:hashes])
