"""Whether the authority in which a child was placed was told of it, and how late (¶78)."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.quality import HOST_TOLD_AFTER
from domain.views import ViewQuery
from projections.placed_children import PLACED_DIMENSIONS
from projections.standpoint import Standpoint
from projections.view import Dimension, Figure, View
from projections.views.placements import PLACEMENTS

# An acknowledgement says that the host was told, even where nobody recorded the notice.
_ROWS: LiteralString = """
SELECT p.*, acknowledged_at IS NOT NULL AS acknowledged,
       (least(notified_at, acknowledged_at) AT TIME ZONE 'Europe/London')::date - started_on
           AS days_after,
       started_at + make_interval(days => {due_days} + 1) <= %(now)s AS due
  FROM projection.placements_v1 AS p
 WHERE p.build = %(build)s AND {held} AND area = 'out_of_area' AND host_authority <> 'unknown'
"""
_SOURCE: Final = "¶78; Care Planning, Placement and Case Review Regulations 2010"
_DAYS: Final = HOST_TOLD_AFTER.days
_BAND: LiteralString = """
CASE WHEN days_after <= 0 THEN '0' WHEN days_after <= 7 THEN '1-7'
     WHEN days_after <= 28 THEN '8-28' WHEN days_after > 28 THEN '29+' ELSE 'not_told' END
"""
_PLACEMENTS: LiteralString = "count(*) FILTER (WHERE {world})"


def _rows(at: Standpoint, _query: ViewQuery) -> Composable:
    return SQL(_ROWS).format(held=at.held_as("p"), due_days=SQL(str(_DAYS)))


def _count(name: str, title: str, definition: str, which: LiteralString) -> Figure:
    sql: LiteralString = "count(*) FILTER (WHERE {world} AND " + which + ")"
    return _figure(name, title, definition, sql)


def _figure(
    name: str, title: str, definition: str, sql: LiteralString, unit: str = "placements"
) -> Figure:
    return Figure(name=name, title=title, definition=definition, unit=unit, source=_SOURCE, sql=sql)


_FIGURES: Final = (
    _figure(
        "placements",
        "Placements in another authority",
        "Placements that began in the period in another authority of England.",
        _PLACEMENTS,
    ),
    _figure(
        "children",
        "Children placed in another authority",
        "Children with such a placement.",
        "count(DISTINCT person_id) FILTER (WHERE {world})",
        "children",
    ),
    _count(
        "notified",
        "Host told",
        "Such placements of which the host was told, however late.",
        "days_after IS NOT NULL",
    ),
    _count(
        "notified_by_the_start",
        "Host told by the day of the start",
        "Such placements of which the host was told on the day of the start or before.",
        "days_after <= 0",
    ),
    _count(
        "notified_late",
        "Host told late",
        f"Such placements of which the host was told more than {_DAYS} days after the start.",
        f"days_after > {_DAYS}",
    ),
    _count(
        "not_notified",
        "Host not told",
        "Such placements of which nobody recorded that the host was told.",
        "days_after IS NULL",
    ),
    _count(
        "overdue",
        "Host not told in time, and still not told",
        f"Such placements that began more than {_DAYS} days ago, and of which nobody recorded that"
        " the host was told.",
        "days_after IS NULL AND due",
    ),
    _count(
        "acknowledged",
        "Notice acknowledged",
        "Such placements of which the host confirmed that it was told.",
        "acknowledged",
    ),
    _figure(
        "notified_share",
        "Share of placements of which the host was told",
        "Placements of which the host was told in percent of such placements, to one decimal.",
        "round(100.0 * count(*) FILTER (WHERE {world} AND days_after IS NOT NULL)"
        " / nullif(" + _PLACEMENTS + ", 0), 1)",
        "percent of such placements",
    ),
    _figure(
        "median_days",
        "Days until the host was told",
        "Median of the days from the start of the placement until the host was told; before the"
        " start: below zero. Placements of which it was never told are left out.",
        "percentile_cont(0.5) WITHIN GROUP (ORDER BY days_after) FILTER (WHERE {world})",
        "days",
    ),
)

VIEWS: Final = (
    View(
        name="placement-notifications",
        title="Notices of placements to the host authority",
        definition="Placements that began in the period in another authority of England, and"
        " whether and when that authority was told.",
        source=_SOURCE,
        figures=_FIGURES,
        dimensions=(
            *(each for each in PLACED_DIMENSIONS if each.name != "placed_in"),
            Dimension(
                name="days_after",
                text="Days after the start on which the host was told: 0 (or before), 1-7, 8-28,"
                " 29+, not_told.",
                sql=_BAND,
            ),
        ),
        relations=(PLACEMENTS,),
        rows=_rows,
        day="started_on",
        notes=(
            "Protected placements and those whose place is not known are left out.",
            f"Late means after {_DAYS} days, as data-quality rule DQ11 has it: ours.",
        ),
    ),
)
