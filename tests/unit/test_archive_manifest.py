"""The manifest of an archived segment: one spelling, and no contradictions."""

import pytest
from msgspec.json import decode, encode

from contracts.archive_manifest import (
    SegmentManifest,
    archived_file,
    manifest_hash,
    manifest_json,
    read_manifest,
)
from domain.compact_range import CompactRange
from domain.merkle import leaf_hash


def manifest() -> SegmentManifest:
    tree = CompactRange()
    tree.extend(leaf_hash(bytes([number])) for number in range(6))
    return SegmentManifest(
        first=4,
        last=6,
        records=3,
        segment=archived_file("a.parquet", "0" * 64, 7),
        subjects=archived_file("a.subjects.parquet", "1" * 64, 8),
        root=tree.root().hex(),
        edge=tuple(each.hex() for each in tree.hashes),
        previous="2" * 64,
    )


def test_what_is_written_is_read_and_says_its_format() -> None:
    written = manifest_json(manifest())

    assert read_manifest(written) == manifest()
    assert decode(written)["format"] == "missing-children-hub/ledger-segment/1"
    assert len(manifest_hash(written)) == 64


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("format", "missing-children-hub/ledger-segment/2"),
        ("records", 4),
        ("root", "0" * 64),
        ("edge", []),
        ("edge", ["0" * 64, "1" * 64]),
        ("first", 0),
        ("previous", "2" * 63 + "G"),
        ("unknown", 1),
    ],
)
def test_what_contradicts_itself_is_refused(name: str, value: object) -> None:
    document = encode({**decode(manifest_json(manifest())), name: value}, order="sorted") + b"\n"

    with pytest.raises(ValueError):  # noqa: PT011 - each has its own words
        read_manifest(document)


def test_another_spelling_is_refused() -> None:
    written = manifest_json(manifest())

    for other in (written[:-1], b" " + written, written + b"\n", written.replace(b":", b": ", 1)):
        with pytest.raises(ValueError, match="canonical"):
            read_manifest(other)
