"""C2SP tlog-proof: a receipt that shows, without asking anyone, that a log holds an entry.

As c2sp.org/tlog-proof says: the entry's index, its inclusion proof, and a checkpoint.
"""

from base64 import b64encode
from dataclasses import dataclass

from contracts.checkpoints import Checkpoint, open_checkpoint, parse_count
from contracts.signed_notes import NoteVerifier, decode_base64
from domain.merkle import HASH_BYTES, root_by_inclusion

# A proof in a tree of 2**63 leaves.
MOST_HASHES = 63

_HEADER = "c2sp.org/tlog-proof@v1"
_EXTRA = "extra "
_INDEX = "index "


@dataclass(frozen=True, kw_only=True)
class TlogProof:
    """The parts of a receipt, none of them checked.

    index: of the leaf, from 0. path: from the leaf's neighbour up. checkpoint: the signed note.
    extra: what the log says besides, which nothing proves; None: nothing.
    """

    index: int
    path: tuple[bytes, ...]
    checkpoint: str
    extra: bytes | None = None


def format_proof(proof: TlogProof) -> str:
    """Return the text of a receipt."""
    extra = [] if proof.extra is None else [f"{_EXTRA}{_base64(proof.extra)}"]
    head = [_HEADER, *extra, f"{_INDEX}{proof.index}", *map(_base64, proof.path)]
    return "\n".join([*head, "", proof.checkpoint])


def parse_proof(text: bytes) -> TlogProof:
    """Take a receipt apart, checking its form only. Raises ValueError if it has not that form."""
    try:
        head, blank, checkpoint = text.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError:
        raise ValueError("a proof is UTF-8") from None
    if not blank or not checkpoint:
        raise ValueError("a proof ends in a blank line and a checkpoint")
    header, *lines = head.split("\n")
    if header != _HEADER:
        raise ValueError(f"a proof begins with the line {_HEADER}")
    extra = None
    if lines and lines[0].startswith(_EXTRA):
        extra = decode_base64(lines.pop(0).removeprefix(_EXTRA))
    if not lines or not lines[0].startswith(_INDEX):
        raise ValueError("a proof has a line with the index of its entry")
    index = parse_count(lines.pop(0).removeprefix(_INDEX), "the index of an entry")
    path = tuple(map(decode_base64, lines))
    if len(path) > MOST_HASHES or any(len(each) != HASH_BYTES for each in path):
        raise ValueError(f"a proof has at most {MOST_HASHES} hashes, each of 32 bytes")
    return TlogProof(index=index, path=path, checkpoint=checkpoint, extra=extra)


def check_proof(proof: TlogProof, leaf: bytes, verifier: NoteVerifier) -> Checkpoint:
    """Return the checkpoint under which a leaf hash is proved to stand in the verifier's log.

    Raises ValueError if the checkpoint is not the log's, or if the leaf is not at that index.
    """
    checkpoint = open_checkpoint(proof.checkpoint.encode(), verifier)
    if root_by_inclusion(leaf, proof.index, checkpoint.size, proof.path) != checkpoint.root:
        raise ValueError("the log does not hold this entry at this index")
    return checkpoint


def _base64(value: bytes) -> str:
    return b64encode(value).decode("ascii")
