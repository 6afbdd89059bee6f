"""Tiles and receipts have the names and forms of C2SP tlog-tiles and tlog-proof."""

from base64 import b64encode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.checkpoints import sign_checkpoint
from contracts.signed_notes import NoteSigner
from contracts.tiles import TileName, decode_tile, encode_tile, tiles_of
from contracts.tlog_proofs import TlogProof, check_proof, format_proof, parse_proof
from domain.merkle import inclusion_proof, leaf_hash, tree_root

SIGNER = NoteSigner(name="hub.example/ledger", seed=bytes(range(32)))
SIZE = 11
LEAVES = tuple(leaf_hash(bytes([number])) for number in range(SIZE))
CHECKPOINT = sign_checkpoint(SIGNER, SIZE, tree_root(LEAVES))
HASH = b64encode(LEAVES[0]).decode()


def proof(index: int) -> TlogProof:
    path = inclusion_proof(
        index, SIZE, lambda height, at: tree_root(LEAVES[at << height : (at + 1) << height])
    )
    return TlogProof(index=index, path=path, checkpoint=CHECKPOINT)


@pytest.mark.parametrize(
    ("name", "path"),
    [
        (TileName(level=0, index=0), "tile/0/000"),
        (TileName(level=0, index=273, width=112), "tile/0/273.p/112"),
        (TileName(level=3, index=1000), "tile/3/x001/000"),
        (TileName(level=63, index=1234067, width=1), "tile/63/x001/x234/067.p/1"),
    ],
)
def test_a_tile_is_named_as_the_specification_names_it(name: TileName, path: str) -> None:
    assert name.path == path
    assert TileName.parse(path) == name


@given(st.integers(0, 63), st.integers(0, 10**15), st.integers(1, 256))
def test_every_name_of_a_tile_is_read_back(level: int, index: int, width: int) -> None:
    name = TileName(level=level, index=index, width=width)

    assert TileName.parse(name.path) == name


@pytest.mark.parametrize(
    "path",
    [
        "",
        "tile/0/0",
        "tile/00/000",
        "tile/64/000",
        "tile/0/x000/001",
        "tile/0/1000",
        "tile/0/001/000",
        "tile/0/x001",
        "tile/0/000.p/0",
        "tile/0/000.p/256",
        "tile/0/000.p/07",
        "tile/0/000.p/",
        "tile/8/0/000",
        "tile/entries/000",
        "/tile/0/000",
        "tile/0/000\n",
        "tile/0/../000",
        "tile/0/\N{ARABIC-INDIC DIGIT ONE}00",
    ],
)
def test_a_path_that_names_no_tile_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="tile's path"):
        TileName.parse(path)


def test_a_log_serves_the_tiles_of_the_specifications_example() -> None:
    names = list(tiles_of(70_000))

    assert [name.path for name in names if name.width < 256] == [
        "tile/0/273.p/112",
        "tile/1/001.p/17",
        "tile/2/000.p/1",
    ]
    assert [name.level for name in names if name.width == 256] == [0] * 273 + [1]
    assert [name.path for name in tiles_of(256)] == ["tile/0/000", "tile/1/000.p/1"]
    assert list(tiles_of(0)) == []


def test_a_tile_is_whole_hashes_side_by_side() -> None:
    assert decode_tile(encode_tile(LEAVES)) == LEAVES
    for content in (b"", LEAVES[0][1:], LEAVES[0] * 257):
        with pytest.raises(ValueError, match="1 to 256 hashes"):
            decode_tile(content)


@pytest.mark.parametrize("extra", [None, b"", b"of the application"])
@pytest.mark.parametrize("index", range(SIZE))
def test_a_receipt_is_read_back_and_proves_its_entry(index: int, extra: bytes | None) -> None:
    made = TlogProof(index=index, path=proof(index).path, checkpoint=CHECKPOINT, extra=extra)

    read = parse_proof(format_proof(made).encode())

    assert read == made
    assert check_proof(read, LEAVES[index], SIGNER.verifier).size == SIZE


def test_a_receipt_has_the_form_of_the_specification() -> None:
    lines = format_proof(proof(10)).split("\n")

    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1] == "index 10"
    assert lines[2:4] == [b64encode(node).decode() for node in proof(10).path]
    assert lines[4] == ""
    assert "\n".join(lines[5:]) == CHECKPOINT


def test_a_receipt_proves_nothing_else() -> None:
    other = NoteSigner(name=SIGNER.name, seed=bytes(32))
    moved = TlogProof(index=3, path=proof(2).path, checkpoint=CHECKPOINT)

    with pytest.raises(ValueError, match="does not hold this entry"):
        check_proof(proof(2), LEAVES[3], SIGNER.verifier)
    with pytest.raises(ValueError, match="does not hold this entry"):
        check_proof(moved, LEAVES[2], SIGNER.verifier)
    with pytest.raises(ValueError, match="no known key"):
        check_proof(proof(2), LEAVES[2], other.verifier)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"\xff", "UTF-8"),
        (b"", "blank line"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\n", "blank line"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\n\n", "blank line"),
        (b"c2sp.org/tlog-proof@v2\nindex 0\n\nx\n", "begins with"),
        (b"c2sp.org/tlog-proof@v1\n\nx\n", "index of its entry"),
        (b"c2sp.org/tlog-proof@v1\nextra eA==\n\nx\n", "index of its entry"),
        (b"c2sp.org/tlog-proof@v1\nextra eA=\nindex 0\n\nx\n", "base64"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\nextra eA==\n\nx\n", "base64"),
        (b"c2sp.org/tlog-proof@v1\nindex 00\n\nx\n", "index"),
        (b"c2sp.org/tlog-proof@v1\nindex -1\n\nx\n", "index"),
        (b"c2sp.org/tlog-proof@v1\nindex 0\neA==\n\nx\n", "32 bytes"),
        (f"c2sp.org/tlog-proof@v1\nindex 0\n{(HASH + chr(10)) * 64}\nx\n".encode(), "at most 63"),
    ],
)
def test_a_receipt_that_is_not_formed_as_it_should_is_refused(text: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_proof(text)
