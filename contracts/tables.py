"""How a table leaves the hub: as CSV, as a Parquet file, as an Arrow IPC file."""

import csv
from collections.abc import Collection
from datetime import datetime
from io import BytesIO, StringIO
from typing import Final

import pyarrow as pa
from pyarrow import ipc, parquet

# Under this key a schema's metadata hold the JSON answer without its rows.
METADATA_KEY: Final = b"hub"


def table_csv(table: pa.Table, *, whole: Collection[str] = ()) -> str:
    """Return a table as CSV: a header, a comma, lines that end in a line feed.

    whole: columns of numbers of which those without a fraction are written without a point.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(table.column_names)
    for row in table.to_pylist():
        writer.writerow(
            _plain(int(value) if name in whole and _is_whole(value) else value)
            for name, value in row.items()
        )
    return text.getvalue()


def table_parquet(table: pa.Table) -> bytes:
    """Return a table as a Parquet file; the same table gives the same bytes."""
    buffer = BytesIO()
    parquet.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def table_arrow(table: pa.Table) -> bytes:
    """Return a table as an Arrow IPC file."""
    buffer = BytesIO()
    with ipc.new_file(buffer, table.schema) as writer:
        writer.write_table(table)
    return buffer.getvalue()


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def _is_whole(value: object) -> bool:
    return isinstance(value, float) and value.is_integer()
