"""Which publishers declared a period complete: whole, in part, or not at all."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL

from projections.standpoint import Standpoint

_DECLARED: LiteralString = """
WITH asked AS (SELECT daterange(%(first)s::date, %(last)s::date, '[]') AS days),
said AS (
    SELECT publisher, range_agg(daterange(from_date, to_date, '[]')) AS days
      FROM projection.declarations_v1
     WHERE build = %(build)s AND {held}
     GROUP BY publisher
)
SELECT publisher, CASE WHEN said.days @> asked.days THEN 'full'
                       WHEN said.days && asked.days THEN 'partial' ELSE 'none' END
  FROM said, asked ORDER BY publisher
"""


class Declared(StrEnum):
    """How much of a period a publisher declared complete."""

    FULL = "full"
    PARTIAL = "partial"
    NONE = "none"


def declared_by(
    connection: Connection[TupleRow], at: Standpoint, first_day: date, last_day: date
) -> Mapping[str, Declared]:
    """Return how much of a period each publisher had declared; who is not in it declared nothing.

    first_day, last_day: London dates, both inside. What was not declared is unknown, and not zero.
    """
    values = {
        "build": at.build,
        "position": at.position,
        "first": first_day,
        "last": last_day,
    }
    found = connection.execute(SQL(_DECLARED).format(held=at.held), values)
    return {str(publisher): Declared(said) for publisher, said in found}
