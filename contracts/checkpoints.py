"""C2SP checkpoints: the signed statement how large a log is and which root it has.

As c2sp.org/tlog-checkpoint says; the origin is the name of the key that signs.
"""

import re
from base64 import b64encode
from dataclasses import dataclass
from typing import Final

from contracts.signed_notes import NoteSigner, NoteVerifier, decode_base64, open_note, sign_note
from domain.merkle import HASH_BYTES

# A tree of 2**63 leaves is more than any other implementation counts.
MOST_LEAVES = 2**63 - 1

_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


@dataclass(frozen=True, kw_only=True)
class Checkpoint:
    """The state of a log: its origin, how many leaves it has, and the root over them.

    extensions: further lines, which mean nothing to us; ours have none.
    """

    origin: str
    size: int
    root: bytes
    extensions: tuple[str, ...] = ()


def sign_checkpoint(signer: NoteSigner, size: int, root: bytes) -> str:
    """Return the note in which a log says how large it is, and under which root."""
    if len(root) != HASH_BYTES or not 0 <= size <= MOST_LEAVES:
        raise ValueError("a checkpoint has a size of at least zero, and a root of 32 bytes")
    return sign_note(f"{signer.name}\n{size}\n{b64encode(root).decode('ascii')}\n", [signer])


def open_checkpoint(note: bytes, verifier: NoteVerifier) -> Checkpoint:
    """Return what a log says of itself, after checking that it says so.

    Raises ValueError if the note is malformed, is of another log, or its signature is false.
    """
    checkpoint = parse_checkpoint(open_note(note, [verifier]))
    if checkpoint.origin != verifier.name:
        raise ValueError(f"the checkpoint is of another log than {verifier.name}")
    return checkpoint


def parse_checkpoint(text: str) -> Checkpoint:
    """Read the text of a checkpoint, checking its form only. Raises ValueError."""
    if not text.endswith("\n"):
        raise ValueError("a checkpoint's text ends in a newline")
    lines = text.removesuffix("\n").split("\n")
    if len(lines) < len(("origin", "size", "root")) or not all(lines):
        raise ValueError("a checkpoint has an origin, a size and a root, and no empty line")
    origin, size, root, *extensions = lines
    decoded = decode_base64(root)
    if len(decoded) != HASH_BYTES:
        raise ValueError("a checkpoint's root has 32 bytes")
    return Checkpoint(
        origin=origin,
        size=parse_count(size, "a checkpoint's size"),
        root=decoded,
        extensions=tuple(extensions),
    )


def parse_count(text: str, what: str) -> int:
    """Return a number of leaves in its one spelling: ASCII digits, no zero in front."""
    if _DECIMAL.fullmatch(text) is None or int(text) > MOST_LEAVES:
        raise ValueError(f"{what} is a decimal number without zeros in front")
    return int(text)
