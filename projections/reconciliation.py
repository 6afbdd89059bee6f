"""Why police and authorities count differently, cell by cell, from the source rows."""

from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composable, Composed

from domain.reconciliation_terms import (
    TERMS,
    ReconciliationAnswer,
    ReconciliationCell,
    ReconciliationQuery,
    Terms,
)
from projections.source_rows import count_source_rows
from projections.standpoint import Standpoint, stand

_PARKED: LiteralString = "SELECT count(*) FROM projection.parked_v1 WHERE build = %(build)s"
# The totals are counted apart from the buckets, so that a row in none of them would be noticed.
_TERMS: LiteralString = """
SELECT {columns}
       count(*) FILTER (WHERE source = 'police' AND bucket NOT IN ('held', 'void')),
       count(*) FILTER (WHERE source = 'authority' AND bucket NOT IN ('held', 'void')),
       count(*) FILTER (WHERE source = 'national'),
       count(*) FILTER (WHERE source = 'police' AND bucket = 'matched'),
       count(*) FILTER (WHERE source = 'authority' AND bucket = 'matched'),
       count(*) FILTER (WHERE source <> 'national' AND bucket = 'police_only'),
       count(*) FILTER (WHERE source <> 'national' AND bucket = 'authority_only'),
       count(*) FILTER (WHERE source = 'police' AND bucket = 'in_review'),
       count(*) FILTER (WHERE source = 'authority' AND bucket = 'in_review'),
       count(*) FILTER (WHERE source = 'police' AND bucket = 'held'),
       count(*) FILTER (WHERE source = 'authority' AND bucket = 'held'),
       count(*) FILTER (WHERE source = 'police' AND bucket = 'void'),
       count(*) FILTER (WHERE source = 'authority' AND bucket = 'void')
  FROM (SELECT source, bucket, started_on, authority, region, force
          FROM projection.source_rows_v1
         WHERE build = %(build)s AND category = %(category)s AND age_band <> '18+' AND {held}
         UNION ALL
        SELECT source, bucket, started_on, authority, region, force
          FROM projection.episode_facts_v1
         WHERE build = %(build)s AND category = %(category)s AND age_band <> '18+' AND {held}
           AND source = 'national' AND world <> 'linked') AS told
 WHERE {inside} AND {period}
 {grouped}
"""
_COLUMN: dict[str, LiteralString] = {
    "month": "coalesce(to_char(started_on, 'YYYY-MM'), 'unknown')",
    # Three months on, the calendar year is the one in which the reporting year ends, less 1.
    "reporting_year": "coalesce(to_char(started_on + INTERVAL '9 months', 'YYYY'), 'unknown')",
    "authority": "authority",
    "region": "region",
    "force": "force",
}


class ReconciliationView:
    """Answers what makes up the difference between the sources, at one ledger position."""

    def answer(
        self, connection: Connection[TupleRow], query: ReconciliationQuery
    ) -> ReconciliationAnswer:
        """Return the terms asked for; give a connection whose reads see one snapshot.

        Raises UsageError if the position or date asked for is not covered by the ledger.
        """
        at = stand(connection, query.as_of)
        values = {
            "build": at.build,
            "position": at.position,
            "category": query.category.value,
            "first": query.first_day,
            "last": query.last_day,
        }
        found = connection.execute(_statement(query, at), values).fetchall()
        parked = connection.execute(_PARKED, {"build": at.build}).fetchone() or (0,)
        return ReconciliationAnswer(
            query=query,
            as_of_position=at.position,
            as_of_time=at.time,
            definition_version=at.version,
            cells=tuple(_cell(row, len(query.by)) for row in found),
            source_episodes=count_source_rows(connection, at),
            parked_children=int(str(parked[0])),
        )


def _statement(query: ReconciliationQuery, at: Standpoint) -> Composed:
    columns = [SQL(_COLUMN[name]) for name in query.by]
    listed = SQL(", ").join(SQL(str(number)) for number in range(1, len(columns) + 1))
    apart = {"authority", "region"}.intersection(query.by)
    return SQL(_TERMS).format(
        columns=SQL("").join(SQL("{}, ").format(column) for column in columns),
        held=at.held,
        # What is outside England is left out, unless the answer shows it apart.
        inside=SQL("true") if apart else SQL("region <> 'outside'"),
        period=_period(query),
        grouped=SQL("GROUP BY {0} ORDER BY {0}").format(listed) if columns else SQL(""),
    )


def _period(query: ReconciliationQuery) -> Composable:
    parts: list[Composable] = [SQL("true")]
    if query.first_day is not None:
        parts.append(SQL("started_on >= %(first)s"))
    if query.last_day is not None:
        parts.append(SQL("started_on <= %(last)s"))
    return SQL(" AND ").join(parts)


def _cell(row: TupleRow, dimensions: int) -> ReconciliationCell:
    numbers = [int(str(each)) for each in row[dimensions:]]
    return ReconciliationCell(
        dimensions=tuple(str(each) for each in row[:dimensions]),
        terms=Terms(**{term.name: number for term, number in zip(TERMS, numbers, strict=True)}),
    )
