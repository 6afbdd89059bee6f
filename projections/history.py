"""Answers how a count changed from one ledger position to another, and because of what."""

from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import LiteralString

from psycopg import Connection
from psycopg.rows import TupleRow
from psycopg.sql import SQL, Composable, Composed

from domain.errors import UsageError
from domain.history import (
    Cause,
    ChangeKind,
    HistoryAnswer,
    HistoryQuery,
    HistoryRow,
    HistoryStep,
    kind_of,
)
from domain.measures import MEASURES, MOST_CELLS, Bucket, Clock
from domain.periods import day_bounds
from projections.coverage import heard_and_parked
from projections.measured import inside, period, values_of, where, which
from projections.standpoint import Standpoint, stand

# A version of a fact comes into a count at one position and leaves it at another. A child counts
# while it has an episode that does, so its own balance is kept at every position that moves it.
# Each position is one record, which is what the figure changed by; others change nothing.
_STEPS: LiteralString = """
WITH told AS (
SELECT person_id, held_from, held_until
  FROM projection.episode_facts_v1
 WHERE build = %(build)s AND source = %(source)s AND category = %(category)s
   AND age_band <> '18+' AND world <> 'linked' AND held_from <= %(position)s
   AND {inside} AND {period} AND {which} AND {where}
), moves AS (
SELECT person_id, held_from AS position, 1 AS move FROM told
 UNION ALL
SELECT person_id, held_until, -1 FROM told WHERE held_until <= %(position)s
), balances AS (
SELECT person_id, position, sum(move) AS moved,
       sum(sum(move)) OVER (PARTITION BY person_id ORDER BY position) AS episodes
  FROM moves GROUP BY person_id, position
), levels AS (
SELECT position, sum(sum(moved)) OVER so_far AS episodes,
       sum(sum((episodes > 0)::int - (episodes - moved > 0)::int)) OVER so_far AS children
  FROM balances GROUP BY position WINDOW so_far AS (ORDER BY position)
), stepped AS (
SELECT position, {value} - lag({value}, 1, 0::numeric) OVER (ORDER BY position) AS change
  FROM levels
), steps AS (
SELECT position, change,
       CASE WHEN position > %(since)s THEN position END AS told_at
  FROM stepped WHERE change <> 0
)
SELECT {shown}, (recorded_at AT TIME ZONE 'Europe/London')::date, topic, was.bucket,
       became.bucket, change > 0, count(*), sum(change)
  FROM steps
  LEFT JOIN ledger.stored_events e ON e.notification_id = told_at
  LEFT JOIN projection.source_rows_v1 was
    ON was.build = %(build)s AND was.episode_id = e.originator_id AND was.held_until = told_at
   AND topic = 'episode-matched'
  LEFT JOIN projection.source_rows_v1 became
    ON became.build = %(build)s AND became.episode_id = e.originator_id
   AND became.held_from = told_at AND topic = 'episode-matched'
 GROUP BY 1, 2, 3, 4, 5, 6
 ORDER BY 1, 2, 3, 4, 5, 6
 LIMIT %(enough)s
"""
_OPEN_AT: LiteralString = "start_at < %(moment)s AND (end_at IS NULL OR end_at > %(moment)s)"
_EPISODES: LiteralString = "episodes"
_CHILDREN: LiteralString = "children"
_PER_CHILD: LiteralString = "coalesce(round(episodes::numeric / nullif(children, 0), 2), 0)"


class HistoryView:
    """Answers how counts came to be what they are."""

    def __init__(self, *, largest: int = MOST_CELLS) -> None:
        """Take how many rows one answer may have."""
        self._largest = largest

    def answer(self, connection: Connection[TupleRow], query: HistoryQuery) -> HistoryAnswer:
        """Return every change in its order; give a connection whose reads see one snapshot.

        Raises UsageError if there is nothing to start from, the moments are the wrong way round,
        or the ledger does not cover them.
        """
        asked = query.counts
        at = stand(connection, asked.as_of, under=asked.definition_version)
        since = _start(connection, query, at)
        values = values_of(asked, at) | {
            "since": since.position,
            "moment": _moment(query, since),
            "enough": self._largest + 1,
        }
        found = connection.execute(_statement(query), values).fetchall()
        if len(found) > self._largest:
            raise UsageError(
                f"This history has more than {self._largest:,} rows. Ask by day, for a shorter"
                " period, or for one value of a dimension, authority=330 for example."
            )
        start = sum((Decimal(row[-1]) for row in found if row[1] is None), Decimal(0))
        rows = _rows(query, [row for row in found if row[1] is not None], start)
        _, parked = heard_and_parked(connection, at)
        return HistoryAnswer(
            query=query,
            since_position=since.position,
            since_time=since.time,
            as_of_position=at.position,
            as_of_time=at.time,
            definition_version=at.version,
            start=_number(start),
            end=rows[-1].value if rows else _number(start),
            rows=rows,
            parked_children=parked,
        )


def _start(connection: Connection[TupleRow], query: HistoryQuery, at: Standpoint) -> Standpoint:
    since: int | date | None = query.since
    if since is None:
        since = query.closes_on
    if since is None:
        raise UsageError(
            "Say where the history starts: `since`, a position or a date, or `to`, the last day of"
            " a period, which closes 14 days later."
        )
    try:
        start = stand(connection, since, option="since")
    except UsageError as error:
        if query.since is not None:
            raise
        raise UsageError(
            f"The period closes on {since}, which the ledger does not hold; say `since`. {error}"
        ) from None
    if start.position > at.position:
        raise UsageError(
            f"The history starts at position {start.position}, after its end at {at.position}: say"
            " an earlier `since`, or a later `as_of`."
        )
    return start


def _moment(query: HistoryQuery, since: Standpoint) -> object:
    """Return when a stock is taken; None: the measure is none.

    Raises UsageError unless that moment had come when the history starts: before, it would move.
    """
    asked = query.counts
    if MEASURES[asked.measure].clock is not Clock.STOCK:
        return None
    if asked.last_day is None:
        raise UsageError("A stock has a history of one moment: say it as `to`.")
    moment = day_bounds(asked.last_day)[1]
    if since.time is None or since.time < moment:
        raise UsageError("The history of a stock starts after its moment: say a later `since`.")
    return moment


def _statement(query: HistoryQuery) -> Composed:
    asked = query.counts
    measure = MEASURES[asked.measure]
    value: LiteralString = _CHILDREN if measure.distinct else _EPISODES
    if measure.name == "missing_incidents_per_child":
        value = _PER_CHILD
    stock = measure.clock is Clock.STOCK
    dated: Composable = SQL(_OPEN_AT) if stock else period(asked, measure.clock)
    return SQL(_STEPS).format(
        inside=inside(asked),
        period=dated,
        which=which(asked),
        where=where(asked),
        value=SQL(value),
        shown=SQL("told_at" if query.by is HistoryStep.POSITION else "NULL::bigint"),
    )


def _rows(query: HistoryQuery, found: Iterable[TupleRow], start: Decimal) -> tuple[HistoryRow, ...]:
    """Return steps with the value after each; causes of one kind are one step."""
    records: Counter[tuple[date, int, ChangeKind]] = Counter()
    changes: dict[tuple[date, int, ChangeKind], Decimal] = {}
    for position, day, topic, before, after, rose, number, change in found:
        late = query.closes_on is not None and day > query.closes_on
        cause = Cause(
            type=topic, late=late, before=_bucket(before), after=_bucket(after), rose=rose
        )
        step = (day, position or 0, kind_of(cause))
        records[step] += number
        changes[step] = changes.get(step, Decimal(0)) + Decimal(change)
    rows = []
    value = start
    order = list(ChangeKind)
    for day, position, kind in sorted(changes, key=lambda each: (*each[:2], order.index(each[2]))):
        change = changes[day, position, kind]
        value += change
        rows.append(
            HistoryRow(
                recorded_on=day,
                position=position or None,
                kind=kind,
                records=records[day, position, kind],
                change=_number(change),
                value=_number(value),
            )
        )
    return tuple(rows)


def _bucket(text: object) -> Bucket | None:
    return None if text is None else Bucket(str(text))


def _number(value: Decimal) -> int | float:
    return float(value) if value % 1 else int(value)
