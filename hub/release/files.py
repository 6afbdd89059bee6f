"""Every file of a release as bytes: the same release always gives the same bytes."""

from collections.abc import Mapping
from typing import Final

import pyarrow as pa
from pyarrow import parquet

from contracts.ees import AREA_COLUMNS, DATA_FILE, META_FILE, area_cells, data_csv, meta_csv
from contracts.feed import Indicator, Release, release_json
from contracts.manifest import (
    CHECKSUM_FILE,
    JSON_FILE,
    MANIFEST_FILE,
    PAGE_FILE,
    PARQUET_FILE,
    FileEntry,
    Manifest,
    checksum_lines,
    file_entry,
    manifest_json,
)
from hub.release.chart import NARROW, WIDE, chart_svg
from hub.web.release_page import release_page

SYMBOL_SUFFIX: Final = "_symbol"


def release_files(release: Release) -> Mapping[str, bytes]:
    """Return the files of a release by name.

    The page names the sizes of the data files, the manifest covers both, and the list of
    checksums covers all but itself.
    """
    files = {
        DATA_FILE: data_csv(release),
        META_FILE: meta_csv(),
        PARQUET_FILE: _parquet(release),
        JSON_FILE: release_json(release),
        WIDE.name: chart_svg(release, WIDE),
        NARROW.name: chart_svg(release, NARROW),
    }
    files[PAGE_FILE] = release_page(release, _entries(files))
    files[MANIFEST_FILE] = _manifest(release, _entries(files))
    files[CHECKSUM_FILE] = checksum_lines(_entries(files))
    return files


def _entries(files: Mapping[str, bytes]) -> tuple[FileEntry, ...]:
    return tuple(file_entry(path, files[path]) for path in sorted(files))


def _manifest(release: Release, files: tuple[FileEntry, ...]) -> bytes:
    manifest = Manifest(
        release=release.id,
        definition_version=release.definition_version,
        rule_book_version=release.rule_book_version,
        position_at_most=release.position_at_most,
        synthetic=release.synthetic,
        files=files,
    )
    return manifest_json(manifest)


def _parquet(release: Release) -> bytes:
    # A symbol beside each number, so that numbers stay numbers.
    rows = [
        {
            **dict(zip(AREA_COLUMNS, area_cells(release, area), strict=True)),
            **{name: area.figures[name].number for name in Indicator},
            **{name + SYMBOL_SUFFIX: area.figures[name].symbol for name in Indicator},
        }
        for area in release.areas
    ]
    schema = pa.schema(
        [(name, pa.string()) for name in AREA_COLUMNS]
        + [(name, pa.int64()) for name in Indicator]
        + [(name + SYMBOL_SUFFIX, pa.string()) for name in Indicator]
    )
    sink = pa.BufferOutputStream()
    parquet.write_table(pa.Table.from_pylist(rows, schema=schema), sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content
