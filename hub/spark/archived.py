"""The archive as Spark reads it: on any file system of the cluster's, and by its manifests."""

from typing import Final

from pyspark.sql import DataFrame, SparkSession

from contracts.archive_manifest import SegmentManifest, manifest_hash, read_manifest
from domain.errors import ArchiveUnusableError
from hub.archive.segments import parse_manifest_name

# Identifiers as text, as everything behind this reads them.
_UUID: Final = (
    "regexp_replace(lower(hex({0})), '(.{{8}})(.{{4}})(.{{4}})(.{{4}})(.{{12}})', '$1-$2-$3-$4-$5')"
)
_COLUMNS: Final = (
    "position",
    _UUID.format("stream") + " AS stream",
    "topic",
    "publisher",
    f"coalesce({_UUID.format('submission_id')}, '') AS submission",
    "occurred_at",
    "state",
)


def read_archive(spark: SparkSession, archive: str) -> DataFrame:
    """Return the archived records, in the columns that the definition reads, and their streams.

    Manifests are held against each other, and every file against its manifest; leaf hashes, roots
    and signatures are not looked at: `hub verify archive` does that. Raises ArchiveUnusableError.
    """
    segments = f"{archive.rstrip('/')}/ledger/segments"
    manifests = _manifests(spark, segments)
    files = [f"{segments}/{each.segment.name}" for each in manifests]
    digests = {
        _name(row.path): row.digest
        for row in spark.read.format("binaryFile")
        .load(files)
        .selectExpr("path", "sha2(content, 256) AS digest")
        .collect()
    }
    for each in manifests:
        if digests.get(each.segment.name) != each.segment.sha256:
            raise _damaged(each.segment.name, "its bytes are not those that its manifest names")
    return spark.read.parquet(*files).selectExpr(*_COLUMNS)


def _manifests(spark: SparkSession, segments: str) -> list[SegmentManifest]:
    rows = (
        spark.read.format("binaryFile")
        .option("pathGlobFilter", "*.json")
        .load(segments)
        .select("path", "content")
        .collect()
    )
    documents = sorted((_name(row.path), bytes(row.content)) for row in rows)
    found: list[SegmentManifest] = []
    previous = None
    for name, document in documents:
        try:
            manifest = read_manifest(document)
        except ValueError as error:
            raise _damaged(name, "it is not a manifest of this format") from error
        segment = parse_manifest_name(name)
        last = found[-1].last if found else 0
        if (
            segment is None
            or (manifest.first, manifest.last) != (segment.first, segment.last)
            or manifest.segment.name != segment.records
            or manifest.first != last + 1
        ):
            raise _damaged(name, "it is not of the positions that follow the segment before")
        if manifest.previous != previous:
            raise _damaged(name, "it does not follow from the manifest before it")
        previous = manifest_hash(document)
        found.append(manifest)
    if not found:
        raise ArchiveUnusableError("The archive has no segments: name the directory of an archive.")
    return found


def _name(path: str) -> str:
    return path.rsplit("/", 1)[-1]


def _damaged(name: str, problem: str) -> ArchiveUnusableError:
    return ArchiveUnusableError(
        f"The archive is damaged: {name}: {problem}. Run hub verify archive, and restore the file"
        " from its copy."
    )
