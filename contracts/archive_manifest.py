"""The manifest of a segment of the ledger's archive; each holds the hash of the one before it."""

from hashlib import sha256
from typing import Annotated, Final, Literal

from msgspec import Meta, Struct
from msgspec.json import decode, encode

from domain.compact_range import CompactRange

FORMAT: Final = "missing-children-hub/ledger-segment/1"

Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]
Position = Annotated[int, Meta(ge=1)]


class ArchivedFile(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of a segment: its name beside the manifest, its size, its SHA-256 in hex."""

    name: str
    bytes: int
    sha256: Sha256


class SegmentManifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a segment consists of, and what the whole archive comes to at its last position.

    root: of the RFC 6962 tree over the leaf hashes of positions 1 to `last`; edge: the hashes of
    that tree's complete subtrees, largest first, from which the next segment goes on. previous:
    hash of the manifest before, None: of the first segment.
    """

    format: Literal["missing-children-hub/ledger-segment/1"] = FORMAT
    first: Position
    last: Position
    records: Position
    segment: ArchivedFile
    subjects: ArchivedFile
    root: Sha256
    edge: tuple[Sha256, ...]
    previous: Sha256 | None

    def tree(self) -> CompactRange:
        """Return the tree at `last`. Raises ValueError if the edge is not one of that size."""
        return CompactRange(self.last, [bytes.fromhex(each) for each in self.edge])


def archived_file(name: str, content_sha256: str, size: int) -> ArchivedFile:
    """Return the entry of a file."""
    return ArchivedFile(name=name, bytes=size, sha256=content_sha256)


def manifest_json(manifest: SegmentManifest) -> bytes:
    """Return a manifest as canonical JSON: sorted keys, no spaces, UTF-8, one line."""
    return encode(manifest, order="sorted") + b"\n"


def read_manifest(document: bytes) -> SegmentManifest:
    """Return the manifest that `manifest_json` wrote.

    Raises ValueError if it is none, or contradicts itself.
    """
    manifest = decode(document, type=SegmentManifest)
    if manifest_json(manifest) != document:
        raise ValueError("the manifest is not in canonical form")
    if manifest.records != manifest.last - manifest.first + 1:
        raise ValueError("the manifest's number of records is not that of its positions")
    if manifest.tree().root().hex() != manifest.root:
        raise ValueError("the manifest's root is not what its edge leads to")
    return manifest


def manifest_hash(document: bytes) -> str:
    """Return the hash that the next manifest names this one by."""
    return sha256(document).hexdigest()
