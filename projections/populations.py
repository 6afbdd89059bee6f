"""The populations in PostgreSQL: as loaded, and as they were at earlier positions."""

from collections.abc import Iterable
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.populations import Population
from projections.standpoint import stand

# What was loaded for the same years before is withdrawn from this position on: an answer as of an
# earlier one still divides by what held then.
_FORGET: LiteralString = """
DELETE FROM projection.populations
 WHERE year = ANY(%(years)s) AND held_until IS NULL AND held_from = %(position)s
"""
_WITHDRAW: LiteralString = """
UPDATE projection.populations SET held_until = %(position)s
 WHERE year = ANY(%(years)s) AND held_until IS NULL
"""
_COPY: LiteralString = """
COPY projection.populations (year, authority, region, age_band, sex, children, source, held_from)
    FROM STDIN
"""


def load_populations(
    connection: Connection[TupleRow], populations: Iterable[Population]
) -> tuple[int, tuple[int, ...]]:
    """Put the populations of some years in the place of those before.

    Give a connection in a transaction. Returns the position from which they hold, and the years.
    Raises UsageError if nothing has been counted yet.
    """
    given = tuple(populations)
    years = tuple(sorted({one.year for one in given}))
    position = stand(connection, None).position
    values = {"years": list(years), "position": position}
    connection.execute(_FORGET, values)
    connection.execute(_WITHDRAW, values)
    with connection.cursor() as cursor, cursor.copy(_COPY) as copy:
        for one in given:
            copy.write_row(
                (
                    one.year,
                    one.authority,
                    one.region,
                    one.age_band,
                    one.sex,
                    one.children,
                    one.source,
                    position,
                )
            )
    return position, years
