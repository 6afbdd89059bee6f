"""How large an answer may become, told before it is computed."""

from collections.abc import Iterable, Mapping
from datetime import date
from math import prod
from typing import Final, LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composable

from domain.errors import UsageError

_COUNT: LiteralString = "SELECT count(*) FROM ({cells} LIMIT %(enough)s) AS cells"

# No dimension has more values than this; of one that is not named here nothing is known.
_VALUES: Final = {
    "authority": 200,
    "host_authority": 200,
    "region": 15,
    "host_region": 15,
    "force": 50,
    "age_band": 8,
    "sex": 4,
    "placement_type": 15,
    "looked_after": 4,
}
_UNKNOWN: Final = 1_000_000


def most_cells(by: Iterable[str], first: date | None, last: date | None) -> int:
    """Return what an answer cannot exceed; it is often far less."""
    months = _UNKNOWN
    if first is not None and last is not None:
        months = (last.year - first.year) * 12 + last.month - first.month + 1
    known = {**_VALUES, "month": months, "reporting_year": months // 12 + 2}
    return prod(known.get(name, _UNKNOWN) for name in by)


def refuse_too_many(
    connection: Connection[TupleRow],
    cells: Composable,
    values: Mapping[str, object],
    *,
    largest: int,
) -> None:
    """Raise UsageError if a statement that gives one row for each cell gives too many of them."""
    statement = SQL(_COUNT).format(cells=cells)
    row = connection.execute(statement, {**values, "enough": largest + 1}).fetchone()
    if row is not None and int(str(row[0])) > largest:
        raise UsageError(
            f"This breakdown has more than {largest:,} cells. Ask for fewer dimensions in `by`, a"
            " shorter period with `from` and `to`, or one value of a dimension, authority=330 for"
            " example."
        )
