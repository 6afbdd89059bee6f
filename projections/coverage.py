"""Whose records an answer rests on, as of the position that it stands at."""

from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow

from projections.standpoint import Standpoint

# A child that cannot be computed now is in no answer, whatever moment it is about.
_COVERAGE: LiteralString = """
SELECT (SELECT count(*) FROM projection.publishers_v1
         WHERE build = %(build)s AND first_position <= %(position)s),
       (SELECT count(*) FROM projection.parked_v1 WHERE build = %(build)s)
"""


def heard_and_parked(connection: Connection[TupleRow], at: Standpoint) -> tuple[int, int]:
    """Return how many publishers had been heard from, and how many children are parked."""
    values = {"build": at.build, "position": at.position}
    row = connection.execute(_COVERAGE, values).fetchone() or (0, 0)
    return int(str(row[0])), int(str(row[1]))
