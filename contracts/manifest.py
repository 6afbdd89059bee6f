"""The manifest of a release: its files and their hashes; its own hash stands for the whole."""

from dataclasses import dataclass
from hashlib import sha256
from typing import Final, Literal

from msgspec import Struct
from msgspec.json import decode, encode

from contracts.feed import FORMAT, ReleaseId

PAGE_FILE: Final = "index.html"
JSON_FILE: Final = "missing-children-monthly.json"
PARQUET_FILE: Final = "missing-children-monthly.parquet"
CHART_FILE: Final = "chart.svg"
NARROW_CHART_FILE: Final = "chart-narrow.svg"
MANIFEST_FILE: Final = "manifest.json"
CHECKSUM_FILE: Final = "SHA256SUMS"


@dataclass(frozen=True, kw_only=True)
class FileEntry:
    """A file of a release: its name inside the release, its SHA-256 in hex, its size."""

    path: str
    sha256: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a release consists of, and what it was made under. Files by name."""

    release: ReleaseId
    definition_version: str
    rule_book_version: str
    position_at_most: int
    synthetic: bool
    files: tuple[FileEntry, ...]


class _File(Struct, forbid_unknown_fields=True):
    path: str
    sha256: str
    bytes: int


class _Document(Struct, forbid_unknown_fields=True):
    format: Literal[1]
    release: str
    stage: str
    definition_version: str
    rule_book_version: str
    ledger_position_at_most: int
    synthetic: bool
    files: list[_File]


def file_entry(path: str, content: bytes) -> FileEntry:
    """Return the entry of a file with this content."""
    return FileEntry(path=path, sha256=sha256(content).hexdigest(), size_bytes=len(content))


def manifest_json(manifest: Manifest) -> bytes:
    """Return a manifest as canonical JSON: sorted keys, no spaces, UTF-8."""
    document = _Document(
        format=FORMAT,
        release=str(manifest.release),
        stage=manifest.release.stage,
        definition_version=manifest.definition_version,
        rule_book_version=manifest.rule_book_version,
        ledger_position_at_most=manifest.position_at_most,
        synthetic=manifest.synthetic,
        files=[
            _File(path=each.path, sha256=each.sha256, bytes=each.size_bytes)
            for each in manifest.files
        ],
    )
    return encode(document, order="sorted")


def read_manifest(document: bytes) -> Manifest:
    """Return the manifest that `manifest_json` wrote. Raises ValueError if it is not one."""
    read = decode(document, type=_Document)
    return Manifest(
        release=ReleaseId.parse(read.release),
        definition_version=read.definition_version,
        rule_book_version=read.rule_book_version,
        position_at_most=read.ledger_position_at_most,
        synthetic=read.synthetic,
        files=tuple(
            FileEntry(path=each.path, sha256=each.sha256, size_bytes=each.bytes)
            for each in read.files
        ),
    )


def checksum_lines(entries: tuple[FileEntry, ...]) -> bytes:
    """Return the entries in the form that `sha256sum --check` reads."""
    return "".join(f"{each.sha256}  {each.path}\n" for each in entries).encode()
