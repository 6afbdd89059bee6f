"""The proof that a log grew by adding only, in the form in which C2SP tlog-witness takes it.

As c2sp.org/tlog-witness says of `add-checkpoint`: the old size, the hashes of RFC 6962, 2.1.2, a
blank line, and the newer checkpoint. So an answer of ours can be handed to any witness as it is.
"""

from base64 import b64encode
from dataclasses import dataclass

from contracts.checkpoints import Checkpoint, open_checkpoint, parse_count
from contracts.signed_notes import NoteVerifier, decode_base64
from domain.merkle import HASH_BYTES, is_consistent

# As many as a witness takes.
MOST_HASHES = 63

_OLD = "old "


@dataclass(frozen=True, kw_only=True)
class GrowthProof:
    """The parts of a proof of growth, none of them checked.

    old: the size of the older checkpoint. checkpoint: the newer one, a signed note.
    """

    old: int
    path: tuple[bytes, ...]
    checkpoint: str


def format_growth(proof: GrowthProof) -> str:
    """Return the text of a proof of growth."""
    hashes = [b64encode(each).decode("ascii") for each in proof.path]
    return "\n".join([f"{_OLD}{proof.old}", *hashes, "", proof.checkpoint])


def parse_growth(text: bytes) -> GrowthProof:
    """Take a proof apart, checking its form only. Raises ValueError if it has not that form."""
    try:
        head, blank, checkpoint = text.decode("utf-8").partition("\n\n")
    except UnicodeDecodeError:
        raise ValueError("a proof of growth is UTF-8") from None
    first, *lines = head.split("\n")
    if not blank or not checkpoint or not first.startswith(_OLD):
        raise ValueError("a proof of growth has an old size, hashes, a blank line, a checkpoint")
    path = tuple(map(decode_base64, lines))
    if len(path) > MOST_HASHES or any(len(each) != HASH_BYTES for each in path):
        raise ValueError(f"a proof has at most {MOST_HASHES} hashes, each of 32 bytes")
    old = parse_count(first.removeprefix(_OLD), "the old size")
    return GrowthProof(old=old, path=path, checkpoint=checkpoint)


def check_growth(proof: GrowthProof, known: Checkpoint, verifier: NoteVerifier) -> Checkpoint:
    """Return the newer checkpoint, which is proved to extend one that is known and trusted.

    Raises ValueError if it is not signed by the log, or does not extend what is known.
    """
    newer = open_checkpoint(proof.checkpoint.encode(), verifier)
    if proof.old != known.size or not is_consistent(
        known.size, known.root, newer.size, newer.root, proof.path
    ):
        raise ValueError("the newer checkpoint is not proved to extend the one that is known")
    return newer
