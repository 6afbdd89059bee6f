"""Triggers of the founding report: three episodes in 90 days, and missing for an extended time."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.views import ViewQuery
from projections.compared_periods import grain, period_ends
from projections.counted_episodes import EPISODE_DIMENSIONS, counted, inside
from projections.episode_times import EARLIEST_END, LATEST_START
from projections.standpoint import Standpoint
from projections.view import Dimension, Figure, View

# A start is the third within 90 days of the first if the start before the last one is that near;
# it is new if the one before that is not, for else the child has stood there since that day.
# Whether 72 hours have passed is a question of time alone: the instant is compared with now.
_ROWS: LiteralString = """
WITH counted AS ({counted}), ends AS ({ends}), starts AS (
SELECT counted.*, lag(started_on, 2) OVER own AS first_of_three,
       lag(started_on, 3) OVER own AS one_earlier
  FROM counted
 WHERE {recent}
WINDOW own AS (PARTITION BY world, person_id ORDER BY start_at, fact_id)
), three AS (
SELECT starts.*, first_of_three + 90 AS until_on,
       coalesce(started_on - one_earlier > 90, true) AS fresh
  FROM starts
 WHERE started_on - first_of_three <= 90 AND start_at <= %(now)s
), spells AS (
SELECT three.*, start_at AS true_at,
       max(start_at) FILTER (WHERE fresh)
           OVER (PARTITION BY world, person_id ORDER BY start_at, fact_id) AS since
  FROM three
), bounded AS (
SELECT counted.*, {earliest_end} AS earliest_end,
       {latest_start} + INTERVAL '72 hours' AS true_at
  FROM counted
), extended AS (
SELECT bounded.*, end_at IS NULL OR earliest_end >= true_at AS certain,
       end_at >= start_at + INTERVAL '72 hours' AS possible
  FROM bounded
 WHERE true_at <= %(now)s AND NOT string_to_array(findings, ',') && ARRAY['567', '586']
), stood AS (
SELECT 'new' AS kind, 'three_in_90_days' AS trigger, {columns}, start_at AS since,
       started_on AS day
  FROM spells WHERE fresh
UNION ALL
SELECT CASE WHEN certain THEN 'new' ELSE 'unsure' END, 'extended', {columns}, true_at,
       (true_at AT TIME ZONE 'Europe/London')::date
  FROM extended WHERE certain OR possible
UNION ALL
SELECT 'standing', 'three_in_90_days', * FROM (
    SELECT DISTINCT ON (world, person_id, ends_on) {columns}, since, ends_on
      FROM {spells_at_ends} AND true_at < boundary AND until_on >= ends_on
     ORDER BY world, person_id, ends_on, start_at DESC, fact_id DESC) AS latest
UNION ALL
SELECT 'standing', 'extended', * FROM (
    SELECT DISTINCT ON (world, person_id, ends_on) {columns}, true_at, ends_on
      FROM ends JOIN extended ON certain AND true_at < boundary
       AND (end_at IS NULL OR end_at > boundary)
     ORDER BY world, person_id, ends_on, start_at DESC, fact_id DESC) AS latest
)
SELECT * FROM stood WHERE {inside}
"""
# A spell of ninety days lasts over a few ends of months: it looks them up.
_AT_MONTH_ENDS: LiteralString = """
spells CROSS JOIN LATERAL generate_series(
    date_trunc('month', started_on), until_on::timestamp, INTERVAL '1 month') AS at (month)
  JOIN ends ON ends_on = (at.month + INTERVAL '1 month' - INTERVAL '1 day')::date
"""
_AT_ENDS: LiteralString = "ends JOIN spells ON true"
# No start before makes a trigger new on a day that is asked for, nor a child stand there then.
_RECENT: LiteralString = "started_on >= %(first)s::date - 91"
_COLUMNS: LiteralString = (
    "world, person_id, authority, host_authority, region, force, age_band, sex, placement_type,"
    " looked_after"
)
_BOX: Final = "box after ¶57"
_SOURCE: Final = f"{_BOX}; 72 hours: ours"


def _rows(at: Standpoint, query: ViewQuery) -> Composable:
    return _triggers(at, query, recent=_RECENT if query.first_day else "true")


def _standing_rows(at: Standpoint, query: ViewQuery) -> Composable:
    # Since when a child stands there may be long before any day that is asked for.
    everything = _triggers(at, query, recent="true")
    return SQL("SELECT * FROM ({}) AS all_kinds WHERE kind = 'standing'").format(everything)


def _triggers(at: Standpoint, query: ViewQuery, *, recent: LiteralString) -> Composable:
    return SQL(_ROWS).format(
        counted=counted(at, query, apart=True, everywhere=True),
        ends=period_ends(query),
        recent=SQL(recent),
        spells_at_ends=SQL(_AT_MONTH_ENDS if grain(query) == "month" else _AT_ENDS),
        earliest_end=SQL(EARLIEST_END),
        latest_start=SQL(LATEST_START),
        columns=SQL(_COLUMNS),
        inside=SQL(inside(query)),
    )


def _count(what: LiteralString, which: LiteralString) -> LiteralString:
    return "count(" + what + ") FILTER (WHERE {world} AND " + which + ")"


def _figure(
    name: str, title: str, definition: str, sql: LiteralString, *, unit: str, source: str = _SOURCE
) -> Figure:
    return Figure(name=name, title=title, definition=definition, unit=unit, source=source, sql=sql)


_PERSONS: LiteralString = "DISTINCT person_id"
_STANDING: Final = (
    "on the last day of the period: at its end, or now if it has not ended and neither months nor"
    " years are asked for"
)
_FIGURES: Final = (
    _figure(
        "new_three_in_90_days",
        "New: three episodes in 90 days",
        "Third starts within 90 days of the first, in the period, of children who did not stand"
        " under this trigger already.",
        _count("*", "kind = 'new' AND trigger = 'three_in_90_days'"),
        unit="triggers",
        source=_BOX,
    ),
    _figure(
        "new_extended",
        "New: missing for 72 hours",
        "Episodes that became 72 hours long in the period, certainly.",
        _count("*", "kind = 'new' AND trigger = 'extended'"),
        unit="triggers",
    ),
    _figure(
        "children_newly_under",
        "Children newly under a trigger",
        "Children for whom a trigger became true in the period.",
        _count(_PERSONS, "kind = 'new'"),
        unit="children",
    ),
    _figure(
        "children_three_in_90_days",
        "Children with three episodes in 90 days",
        f"Children with three starts or more in the last 90 days, {_STANDING}.",
        _count(_PERSONS, "kind = 'standing' AND trigger = 'three_in_90_days'"),
        unit="children",
        source=_BOX,
    ),
    _figure(
        "children_extended",
        "Children missing for 72 hours or more",
        f"Children whose open episode is 72 hours long, certainly, {_STANDING}.",
        _count(_PERSONS, "kind = 'standing' AND trigger = 'extended'"),
        unit="children",
    ),
    _figure(
        "children_under",
        "Children under a trigger",
        f"Children under one trigger or both, {_STANDING}.",
        _count(_PERSONS, "kind = 'standing'"),
        unit="children",
    ),
    _figure(
        "extended_not_computable",
        "Perhaps missing for 72 hours",
        "Ended episodes known by dates alone that may have lasted 72 hours or not; not triggers.",
        _count("*", "kind = 'unsure'"),
        unit="episodes",
    ),
)
_TRIGGER: Final = Dimension(name="trigger", text="three_in_90_days, extended.", sql="trigger")
_NOTES: Final = (
    "Three in 90 days goes by London dates: the ninetieth day after the first start is within.",
    "It counts a child's episodes wherever they were; the trigger stands in the cell of the last.",
    "Children under both triggers stand in both cells of `trigger`.",
)

VIEWS: Final = (
    View(
        name="repeat-triggers",
        title="Triggers: three in 90 days, and extended",
        definition="Triggers by the London date on which each became true: a child's third missing"
        " episode within 90 days of the first, and an episode that has lasted 72 hours. A child"
        " stands under the first while three of its starts lie in the last 90 days, and under the"
        " second until the episode ends.",
        source=_SOURCE,
        figures=_FIGURES,
        dimensions=(*EPISODE_DIMENSIONS, _TRIGGER),
        rows=_rows,
        day="day",
        notes=_NOTES,
    ),
    View(
        name="children-on-triggers",
        title="Children under a trigger, one by one",
        definition="Who stands under a trigger now, or at the end of the last day asked for, since"
        " when, and whose child it is. A person is named by the hub's own identifier.",
        source=_SOURCE,
        figures=(
            _figure(
                "triggers",
                "Triggers",
                "Under how many triggers the child stands in this cell.",
                _count("DISTINCT trigger", "true"),
                unit="triggers",
            ),
        ),
        dimensions=(
            Dimension(
                name="person",
                text="The hub's identifier of the person, as linked when the answer stands.",
                sql="person_id::text",
            ),
            _TRIGGER,
            Dimension(
                name="since",
                text="When the trigger became true, UTC.",
                sql="to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')",
            ),
            *EPISODE_DIMENSIONS,
        ),
        rows=_standing_rows,
        day="day",
        restricted=True,
        notes=_NOTES,
    ),
)
