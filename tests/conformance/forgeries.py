"""What must be refused: flipped bits, truncated trees, forks."""

import os
import shutil
from base64 import b64decode, b64encode
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

from contracts.checkpoints import sign_checkpoint
from contracts.signed_notes import NoteSigner
from contracts.tiles import tiles_of
from domain.merkle import HASH_BYTES, consistency_proof, leaf_hash, tree_root
from tests.conformance.evidence import SIZES, Evidence, Stage, receipt_case, tiles_case
from tests.conformance.judging import Case
from tests.ledger_steps import SIGNER, hollow_leaves

IMPOSTOR = NoteSigner(name=SIGNER.name, seed=bytes(32))


def forgeries(evidence: Evidence, folder: Path) -> Iterator[Case]:
    """Give things that must be refused, each under a name of its own."""
    for stage in evidence.stages:
        yield from _false_notes(stage)
        yield from _false_tiles(stage, folder / f"false-{stage.size}")
        yield from _false_receipts(stage)
    for old, new in evidence.growth:
        if old < new:
            yield from _false_growth(evidence, old, new)


def _false_notes(stage: Stage) -> Iterator[Case]:
    size, note = stage.size, stage.note
    root = b64decode(note.split("\n")[2])
    notes = {
        "signature": _flipped_text(note, note.rindex("\n", 0, -1) + len(SIGNER.name) + 20),
        "root": note.replace(note.split("\n")[2], b64encode(_flipped(root, 77)).decode(), 1),
        "size": note.replace(f"\n{size}\n", f"\n{size + 1}\n", 1),
        "origin": note.replace(SIGNER.name, "other.example/log", 1),
        "impostor": sign_checkpoint(IMPOSTOR, size, root),
        "unsigned": note.partition("\n\n")[0] + "\n",
    }
    for what, forged in notes.items():
        yield Case(name=f"false {what} of {size}", kind="checkpoint", note=forged)
    if size > 1:
        # Signed by the log itself, and yet not the tree of these records.
        short = sign_checkpoint(SIGNER, size, tree_root(hollow_leaves(size)[:-1]))
        yield Case(name=f"truncated root of {size}", kind="checkpoint", note=short)
    fork = sign_checkpoint(SIGNER, size, tree_root(_forked(size)))
    yield Case(name=f"forked root of {size}", kind="checkpoint", note=fork)


def _false_tiles(stage: Stage, folder: Path) -> Iterator[Case]:
    names = [name.path for name in tiles_of(stage.size)]
    for number, path in enumerate({names[0], names[len(names) // 2], names[-1]}):
        content = (stage.folder / path).read_bytes()
        contents = {
            "flipped bit in": _flipped(content, len(content) * 4 + 3),
            "truncated": content[:-HASH_BYTES],
            "empty": b"",
        }
        for how, forged in contents.items():
            served = folder / f"{how}-{number}"
            shutil.copytree(stage.folder, served, copy_function=os.link)
            (served / path).unlink()
            (served / path).write_bytes(forged)
            yield tiles_case(f"{how} {path} of {stage.size}", stage.note, served)


def _false_receipts(stage: Stage) -> Iterator[Case]:
    for position, receipt in stage.receipts.items():
        what = f"receipt {position} of {stage.size}"
        lines = receipt.split("\n")
        blank = lines.index("")
        index = next(at for at, line in enumerate(lines) if line.startswith("index "))
        moved = [*lines[:index], f"index {position}", *lines[index + 1 :]]
        attempts = {"other record": (receipt, position + 1), "moved": ("\n".join(moved), position)}
        for at in range(index + 1, blank):
            node = b64encode(_flipped(b64decode(lines[at]), at * 31 % 256)).decode()
            changed = [*lines[:at], node, *lines[at + 1 :]]
            attempts[f"flipped {at}"] = ("\n".join(changed), position)
            attempts[f"without {at}"] = ("\n".join(lines[:at] + lines[at + 1 :]), position)
        longer = [*lines[:blank], b64encode(leaf_hash(b"more")).decode(), *lines[blank:]]
        attempts["longer"] = ("\n".join(longer), position)
        for how, (forged, record) in attempts.items():
            yield receipt_case(f"{how}: {what}", stage.note, forged, record)


def _false_growth(evidence: Evidence, old: int, new: int) -> Iterator[Case]:
    proof = evidence.growth[old, new]
    honest = evidence.growth_case(f"{old} to {new}", old, new, proof)
    flipped = [b64encode(_flipped(b64decode(proof[-1]), old % 256)).decode()]
    attempts = {
        "flipped": replace(honest, proof=(*proof[:-1], *flipped)),
        "truncated": replace(honest, proof=proof[:-1]),
        "longer": replace(honest, proof=(*proof, proof[-1])),
        "backwards": replace(honest, old=honest.note, note=honest.old),
    }
    if new in (SIZES[-1], SIZES[SIZES.index(old) + 1]):
        fork = _forked(old) + hollow_leaves(new)[old:]
        # The log signs a second history, in which one of the first `old` records is another.
        second = replace(honest, note=sign_checkpoint(SIGNER, new, tree_root(fork)))
        attempts["fork"] = second
        attempts["fork with its own proof"] = replace(second, proof=_own_proof(old, new, fork))
    for how, case in attempts.items():
        yield replace(case, name=f"{how}: {honest.name}")


def _own_proof(old: int, new: int, leaves: Sequence[bytes]) -> tuple[str, ...]:
    def subtree(height: int, index: int) -> bytes:
        return tree_root(leaves[index << height : (index + 1) << height])

    return tuple(b64encode(each).decode() for each in consistency_proof(old, new, subtree))


@cache
def _forked(size: int) -> tuple[bytes, ...]:
    """Return the leaves of a ledger in whose middle one record was replaced."""
    assert size in SIZES
    leaves = hollow_leaves(size)
    middle = size // 2
    return (*leaves[:middle], leaf_hash(b"forged"), *leaves[middle + 1 :])


def _flipped(content: bytes, bit: int) -> bytes:
    changed = bytearray(content)
    changed[bit // 8 % len(content)] ^= 1 << bit % 8
    return bytes(changed)


def _flipped_text(text: str, at: int) -> str:
    other = "A" if text[at] != "A" else "B"
    return f"{text[:at]}{other}{text[at + 1 :]}"
