"""The checker that publishers run agrees with the hub's own proofs, and believes nothing else."""

import runpy
from base64 import b64decode, b64encode
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.checkpoints import open_checkpoint, sign_checkpoint
from contracts.growth_proofs import GrowthProof, check_growth, format_growth, parse_growth
from contracts.signed_notes import NoteSigner
from contracts.tlog_proofs import TlogProof, format_proof
from domain.merkle import consistency_proof, inclusion_proof, leaf_hash, tree_root

CHECKER: Final[dict[str, Any]] = runpy.run_path(
    str(Path(__file__).parents[2] / "deploy" / "clients" / "hub_receipt.py")
)
NOT_PROVED: Final[type[Exception]] = CHECKER["NotProved"]
SIGNER: Final = NoteSigner(name="hub.example/ledger", seed=bytes(range(32)))
KEY: Final = CHECKER["read_key"](str(SIGNER.verifier))
LEAVES: Final = [leaf_hash(bytes([number])) for number in range(70)]
SIZES: Final = st.integers(min_value=1, max_value=len(LEAVES))


def subtree(height: int, index: int) -> bytes:
    return tree_root(LEAVES[index << height : (index + 1) << height])


def note(size: int, signer: NoteSigner = SIGNER) -> str:
    return sign_checkpoint(signer, size, tree_root(LEAVES[:size]))


def receipt(index: int, size: int) -> TlogProof:
    path = inclusion_proof(index, size, subtree)
    return TlogProof(index=index, path=path, checkpoint=note(size), extra=LEAVES[index])


def growth(old: int, new: int) -> GrowthProof:
    path = consistency_proof(old, new, subtree)
    return GrowthProof(old=old, path=path, checkpoint=note(new))


def believed(proof: TlogProof) -> bool:
    try:
        CHECKER["check_receipt"](format_proof(proof), KEY)
    except NOT_PROVED:
        return False
    return True


def believed_growth(older: str, proof: GrowthProof) -> bool:
    """Tell whether both checkers, that of publishers and our own, take a proof of growth."""
    known = open_checkpoint(older.encode(), SIGNER.verifier)
    answers = set()
    try:
        check_growth(parse_growth(format_growth(proof).encode()), known, SIGNER.verifier)
        answers.add(True)
    except ValueError:
        answers.add(False)
    try:
        CHECKER["check_growth"](older, format_growth(proof), KEY)
        answers.add(True)
    except NOT_PROVED:
        answers.add(False)
    (agreed,) = answers
    return agreed


@given(SIZES, st.data())
def test_every_record_is_proved_at_its_own_place_only(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    other = data.draw(st.integers(min_value=0, max_value=2 * size).filter(lambda n: n != index))
    proof = receipt(index, size)

    proved = CHECKER["check_receipt"](format_proof(proof), KEY)

    assert (proved.position, proved.leaf, proved.checkpoint.size) == (
        index + 1,
        LEAVES[index],
        size,
    )
    assert not believed(replace(proof, index=other))


@given(SIZES, st.data())
def test_a_receipt_with_any_part_changed_is_not_believed(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(min_value=0, max_value=size - 1))
    proof = receipt(index, size)
    longer = replace(proof, path=(*proof.path, LEAVES[0]))
    forged = [longer, replace(proof, extra=leaf_hash(b"forged"))]
    forged.append(replace(proof, checkpoint=note(size, replace(SIGNER, seed=bytes(32)))))
    forged.append(replace(proof, checkpoint=note(size, replace(SIGNER, name="other.example/log"))))
    forged.append(replace(proof, checkpoint=flipped(proof.checkpoint)))
    if proof.path:
        at = data.draw(st.integers(min_value=0, max_value=len(proof.path) - 1))
        forged.append(replace(proof, path=proof.path[:at] + proof.path[at + 1 :]))
        forged.append(replace(proof, path=(*proof.path[:at], LEAVES[69], *proof.path[at + 1 :])))

    assert [believed(each) for each in forged] == [False] * len(forged)


@given(SIZES, SIZES, st.data())
def test_growth_is_believed_with_its_whole_proof_and_not_otherwise(
    one: int, other: int, data: st.DataObject
) -> None:
    old, new = sorted((one, other))
    proof = growth(old, new)
    forged = [replace(proof, path=(*proof.path, LEAVES[0])), replace(proof, old=old + 1)]
    if proof.path:
        at = data.draw(st.integers(min_value=0, max_value=len(proof.path) - 1))
        forged.append(replace(proof, path=proof.path[:at] + proof.path[at + 1 :]))
        forged.append(replace(proof, path=(*proof.path[:at], LEAVES[0], *proof.path[at + 1 :])))
    if old != new:
        forged.append(replace(proof, checkpoint=note(old)))

    assert believed_growth(note(old), proof)
    assert [believed_growth(note(old), each) for each in forged] == [False] * len(forged)


@given(st.text(max_size=300) | st.binary(max_size=300).map(lambda raw: raw.decode("latin-1")))
def test_any_text_is_refused_in_words_and_never_breaks_the_checker(text: str) -> None:
    for damaged in (text, format_proof(receipt(3, 9)).replace("\n", text, 1)):
        with pytest.raises(NOT_PROVED):
            CHECKER["check_receipt"](damaged, KEY)
    with pytest.raises(NOT_PROVED):
        CHECKER["check_growth"](note(3), text, KEY)


@pytest.mark.parametrize(
    "text", ["", "name", "name+00000000+AAAA", str(SIGNER.verifier).replace("+", "+0", 1)]
)
def test_what_is_no_verifier_key_is_refused(text: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - the library's own words
        CHECKER["read_key"](text)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"\xff\n\nnote", "UTF-8"),
        (b"old 3\n", "blank line"),
        (b"new 3\n\nnote", "old size"),
        (b"old 03\n\nnote", "the old size"),
        (b"old 3\nAAAA\n\nnote", "32 bytes"),
        (b"old 3\n" + b64encode(bytes(32)) * 1 + b"\n" * 1 + b"!\n\nnote", "base64"),
        (b"old 3\n" + (b64encode(bytes(32)) + b"\n") * 64 + b"\nnote", "at most 63"),
    ],
)
def test_a_proof_of_growth_has_one_form(text: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_growth(text)


@given(SIZES, SIZES)
def test_a_proof_of_growth_is_read_as_it_was_written(one: int, other: int) -> None:
    proof = growth(*sorted((one, other)))

    assert parse_growth(format_growth(proof).encode()) == proof


def flipped(checkpoint: str) -> str:
    """Return a checkpoint with one bit of its root changed."""
    root = checkpoint.split("\n")[2]
    value = bytearray(b64decode(root))
    value[5] ^= 1
    return checkpoint.replace(root, b64encode(bytes(value)).decode(), 1)
