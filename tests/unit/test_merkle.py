"""Trees and proofs, held against the recursion in the text of RFC 6962."""

from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from domain.merkle import (
    EMPTY_ROOT,
    TILE_WIDTH,
    RightEdge,
    Subtree,
    Tile,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    leaf_hash,
    root_at,
    root_by_inclusion,
    subtree_of_tiles,
    tree_root,
)
from tests.unit import merkle_oracle as rfc

MOST = 70_000
EDGES = (0, 1, 2, 3, 4, 5, 255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537, MOST)
SMALL = 600

sizes = st.one_of(st.sampled_from(EDGES), st.integers(0, SMALL))


@cache
def entries() -> tuple[bytes, ...]:
    return tuple(number.to_bytes(4, "big") for number in range(MOST))


@cache
def leaves() -> tuple[bytes, ...]:
    return tuple(map(leaf_hash, entries()))


@cache
def true_root(size: int) -> bytes:
    return rfc.root(entries()[:size])


@cache
def grown() -> tuple[dict[tuple[int, int], tuple[bytes, ...]], tuple[Tile, ...]]:
    """All tiles of the largest tree, the partial ones as narrow as they are."""
    full = tuple(RightEdge().extend(leaves()))
    tiles = {(tile.level, tile.index): tile.hashes for tile in full}
    for level in range(3):
        below = leaves() if level == 0 else [t.root for t in full if t.level == level - 1]
        whole = len(below) // TILE_WIDTH
        if below[whole * TILE_WIDTH :]:
            tiles[level, whole] = tuple(below[whole * TILE_WIDTH :])
    return tiles, full


def tiled() -> Subtree:
    tiles = grown()[0]
    return subtree_of_tiles(lambda level, index: tiles.get((level, index), ()))


def flipped(value: bytes, bit: int) -> bytes:
    changed = bytearray(value)
    changed[bit // 8 % len(changed)] ^= 1 << bit % 8
    return bytes(changed)


def damaged(path: Sequence[bytes], data: st.DataObject) -> tuple[bytes, ...]:
    """The path with a flipped bit, a hash too many or too few, or two hashes swapped."""
    kind = data.draw(st.sampled_from(("flip", "drop", "add", "swap")))
    nodes = list(path)
    at = data.draw(st.integers(0, max(len(nodes) - 1, 0)))
    if kind == "flip" and nodes:
        nodes[at] = flipped(nodes[at], data.draw(st.integers(0, 255)))
    elif kind == "drop" and nodes:
        del nodes[at]
    elif kind == "swap" and len(nodes) > 1:
        nodes[at], nodes[at - 1] = nodes[at - 1], nodes[at]
    else:
        nodes.insert(at, leaf_hash(b"another"))
    return tuple(nodes)


@pytest.mark.parametrize("size", EDGES)
def test_a_root_is_that_of_the_rfc_at_every_edge_of_a_tile(size: int) -> None:
    edge = RightEdge()
    edge.extend(leaves()[:size])

    assert edge.root() == true_root(size)
    assert tree_root(leaves()[:size]) == true_root(size)
    assert root_at(size, tiled()) == true_root(size)


@given(size=sizes, data=st.data())
@settings(max_examples=100, deadline=None)
def test_a_leaf_is_proved_as_the_rfc_proves_it(size: int, data: st.DataObject) -> None:
    size = max(size, 1)
    index = data.draw(st.integers(0, size - 1))

    path = inclusion_proof(index, size, tiled())

    if size <= SMALL:
        assert list(path) == rfc.path(index, entries()[:size])
    assert root_by_inclusion(leaves()[index], index, size, path) == true_root(size)
    assert rfc.path_leads_to(true_root(size), leaves()[index], index, size, path)


@given(size=sizes, data=st.data())
@settings(max_examples=100, deadline=None)
def test_no_other_leaf_index_or_path_leads_to_the_root(size: int, data: st.DataObject) -> None:
    size = max(size, 2)
    index = data.draw(st.integers(0, size - 1))
    other = data.draw(st.integers(0, size - 1).filter(lambda each: each != index))
    path = inclusion_proof(index, size, tiled())
    attempts = (
        (flipped(leaves()[index], data.draw(st.integers(0, 255))), index, path),
        (leaves()[index], other, path),
        (leaves()[index], index, damaged(path, data)),
    )

    for leaf, place, nodes in attempts:
        assert not leads(leaf, place, size, nodes)
        assert not rfc.path_leads_to(true_root(size), leaf, place, size, nodes)


def leads(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bool:
    try:
        return root_by_inclusion(leaf, index, size, path) == true_root(size)
    except ValueError:
        return False


@given(old=sizes, new=sizes)
@example(old=65_536, new=MOST)
@example(old=65_535, new=65_536)
@settings(max_examples=100, deadline=None)
def test_growth_is_proved_as_the_rfc_proves_it(old: int, new: int) -> None:
    old, new = sorted((old, new))

    path = consistency_proof(old, new, tiled())

    assert is_consistent(old, true_root(old), new, true_root(new), path)
    if 0 < old < new:
        assert rfc.grew(old, true_root(old), new, true_root(new), path)
        if new <= SMALL:
            assert list(path) == rfc.proof(old, entries()[:new])
    else:
        assert path == ()


@given(old=st.integers(1, SMALL), more=st.integers(1, SMALL), data=st.data())
@settings(max_examples=200, deadline=None)
def test_a_fork_or_a_false_proof_of_growth_is_refused(
    old: int, more: int, data: st.DataObject
) -> None:
    new = old + more
    path = consistency_proof(old, new, tiled())
    changed = data.draw(st.integers(0, old - 1))
    forked = [*leaves()[:changed], leaf_hash(b"forged"), *leaves()[changed + 1 : new]]
    fork = RightEdge()
    fork.extend(forked)
    forked_path = consistency_proof(old, new, subtree_of_list(forked))

    attempts = (
        (true_root(old), fork.root(), path),
        (true_root(old), fork.root(), forked_path),
        (true_root(old), true_root(new), damaged(path, data)),
        (flipped(true_root(old), data.draw(st.integers(0, 255))), true_root(new), path),
        (true_root(new), true_root(old), path),
    )

    for before, after, nodes in attempts:
        assert not is_consistent(old, before, new, after, nodes)
        assert not rfc.grew(old, before, new, after, nodes)


def subtree_of_list(hashes: Sequence[bytes]) -> Subtree:
    return lambda height, index: tree_root(hashes[index << height : (index + 1) << height])


@given(cuts=st.lists(st.integers(0, SMALL), max_size=6))
@settings(max_examples=50, deadline=None)
def test_a_tree_grown_in_any_steps_has_the_same_root_and_tiles(cuts: list[int]) -> None:
    edge = RightEdge()
    tiles: list[Tile] = []

    for first, last in zip([0, *sorted(cuts)], [*sorted(cuts), SMALL], strict=True):
        tiles += edge.extend(leaves()[first:last])
        assert edge.root() == true_root(last)

    assert edge.size == SMALL
    assert tiles == RightEdge().extend(leaves()[:SMALL])


def test_tiles_close_from_the_bottom_up_and_carry_the_roots_below() -> None:
    tiles, full = grown()

    assert [(t.level, t.index) for t in full if t.end == 65_536] == [(0, 255), (1, 0)]
    assert [t.index for t in full if t.level == 0] == list(range(273))
    assert tiles[1, 0] == tuple(t.root for t in full if t.level == 0)[:256]
    assert [len(tiles[level, index]) for level, index in ((0, 273), (1, 1), (2, 0))] == [112, 17, 1]
    assert next(t for t in full if t.level == 1).root == true_root(65_536)


def test_a_tree_goes_on_from_its_partial_tiles_and_from_no_others() -> None:
    tiles, _ = grown()
    partial = [tiles[0, 273], tiles[1, 1], tiles[2, 0]]

    assert RightEdge(MOST, partial).root() == true_root(MOST)
    assert RightEdge().root() == EMPTY_ROOT
    for size, given_tiles in ((MOST, partial[:2]), (MOST - 1, partial), (0, partial), (1, [])):
        with pytest.raises(ValueError, match="partial tiles"):
            RightEdge(size, given_tiles)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_a_leaf_outside_the_tree_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(index, size, tiled())
    with pytest.raises(ValueError, match="no leaf"):
        root_by_inclusion(EMPTY_ROOT, index, size, ())


def test_a_tree_does_not_shrink() -> None:
    with pytest.raises(ValueError, match="cannot grow"):
        consistency_proof(3, 2, tiled())
    assert not is_consistent(3, true_root(3), 2, true_root(2), ())
    assert not is_consistent(3, true_root(3), 4, true_root(4), ())
    assert not is_consistent(3, true_root(3), 3, true_root(4), ())
    assert not is_consistent(0, true_root(1), 4, true_root(4), ())
    assert not is_consistent(0, EMPTY_ROOT, 0, true_root(4), ())


@pytest.mark.parametrize(
    ("size", "path", "says"),
    [(1, (EMPTY_ROOT,), "too long"), (2, (), "too short"), (2, (EMPTY_ROOT,) * 2, "too long")],
)
def test_a_proof_of_the_wrong_length_is_named(
    size: int, path: tuple[bytes, ...], says: str
) -> None:
    with pytest.raises(ValueError, match=says):
        root_by_inclusion(leaves()[0], 0, size, path)


def test_tiles_that_are_too_narrow_prove_nothing() -> None:
    with pytest.raises(ValueError, match="too narrow"):
        root_at(MOST + 1, tiled())
