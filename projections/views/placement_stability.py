"""Placement stability and missing: moves around episodes, and children moved often (¶72-73)."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.views import ViewQuery
from projections.counted_episodes import MISSING, counted
from projections.placed_children import (
    LIVED_DIMENSIONS,
    PLACED_DIMENSIONS,
    RESTRICTED_NOTE,
    placed,
    placed_figure,
)
from projections.standpoint import Standpoint
from projections.view import Dimension, Figure, View
from projections.views.care import CARE
from projections.views.placements import PLACEMENTS

# A move: a placement that begins while another of the child's lasts, or within a day of its end.
_AROUND: LiteralString = """
WITH counted AS ({counted}), placements AS (
SELECT w.world, p.person_id, p.started_at,
       max(coalesce(p.ended_at, 'infinity')) OVER (
           PARTITION BY w.world, p.person_id ORDER BY p.started_at, p.placement_id
           ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS placed_until
  FROM projection.placements_v1 AS p
  JOIN (VALUES ('decided'), ('linked')) AS w (world) ON p.world IN ('both', w.world)
 WHERE p.build = %(build)s AND {held}
), moved AS (
SELECT counted.world, counted.fact_id,
       count(*) FILTER (WHERE started_at < start_at) AS before,
       count(*) FILTER (WHERE started_at >= start_at) AS after
  FROM counted
  JOIN placements ON placements.world = counted.world AND placements.person_id = counted.person_id
   AND started_at >= start_at - INTERVAL '90 days' AND started_at < start_at + INTERVAL '90 days'
 WHERE placed_until >= started_at - INTERVAL '1 day'
 GROUP BY counted.world, counted.fact_id
)
SELECT counted.*, coalesce(before, 0) AS before, coalesce(after, 0) AS after,
       start_at + INTERVAL '90 days' <= %(now)s AS followed
  FROM counted LEFT JOIN moved USING (world, fact_id)
"""
_SOURCE: Final = "¶72-73; 90 days: ours"
_EPISODES: LiteralString = "count(*) FILTER (WHERE {world})"
_FOLLOWED: LiteralString = "count(*) FILTER (WHERE {world} AND followed)"
_MOVED_BEFORE: LiteralString = "count(*) FILTER (WHERE {world} AND before > 0)"
_MOVED_AFTER: LiteralString = "count(*) FILTER (WHERE {world} AND followed AND after > 0)"


def _around(at: Standpoint, query: ViewQuery) -> Composable:
    which: LiteralString = MISSING + " AND f.looked_after = 'yes'"
    return SQL(_AROUND).format(
        counted=counted(at, query, which=which, apart=True), held=at.held_as("p")
    )


def _placed(at: Standpoint, _query: ViewQuery) -> Composable:
    return placed(at)


def _figure(
    name: str, title: str, definition: str, sql: LiteralString, unit: str = "episodes"
) -> Figure:
    return Figure(name=name, title=title, definition=definition, unit=unit, source=_SOURCE, sql=sql)


def _share(part: LiteralString, whole: LiteralString) -> LiteralString:
    return "round(100.0 * " + part + " / nullif(" + whole + ", 0), 1)"


_AROUND_FIGURES: Final = (
    _figure(
        "episodes",
        "Missing episodes of looked-after children",
        "Missing episodes that started in the period, of children then looked after.",
        _EPISODES,
    ),
    _figure(
        "moves_before",
        "Moves before",
        "Moves of the child in the 90 days before the start of such an episode.",
        "coalesce(sum(before) FILTER (WHERE {world}), 0)",
        "moves",
    ),
    _figure(
        "episodes_after_a_move",
        "Episodes after a move",
        "Such episodes of children who had moved in the 90 days before.",
        _MOVED_BEFORE,
    ),
    _figure(
        "share_after_a_move",
        "Share of episodes after a move",
        "Episodes after a move in percent of such episodes.",
        _share(_MOVED_BEFORE, _EPISODES),
        "percent of such episodes",
    ),
    _figure(
        "followed",
        "Episodes followed for 90 days",
        "Such episodes that started 90 days ago or earlier: of these it is known what came after.",
        _FOLLOWED,
    ),
    _figure(
        "moves_after",
        "Moves after",
        "Moves of the child in the 90 days from the start of an episode followed for 90 days.",
        "coalesce(sum(after) FILTER (WHERE {world} AND followed), 0)",
        "moves",
    ),
    _figure(
        "episodes_before_a_move",
        "Episodes before a move",
        "Episodes followed for 90 days whose child moved in that time.",
        _MOVED_AFTER,
    ),
    _figure(
        "share_before_a_move",
        "Share of episodes before a move",
        "Episodes before a move in percent of the episodes followed for 90 days.",
        _share(_MOVED_AFTER, _FOLLOWED),
        "percent of the episodes followed",
    ),
)
_CHILDREN: LiteralString = "count(DISTINCT person_id) FILTER (WHERE {world})"
_OFTEN: LiteralString = "count(DISTINCT person_id) FILTER (WHERE {world} AND of_child >= 3)"
_SELDOM: LiteralString = "count(DISTINCT person_id) FILTER (WHERE {world} AND of_child < 3)"
_OFTEN_MISSING: LiteralString = (
    "count(DISTINCT person_id) FILTER (WHERE {world} AND of_child >= 3 AND incidents > 0)"
)
_SELDOM_MISSING: LiteralString = (
    "count(DISTINCT person_id) FILTER (WHERE {world} AND of_child < 3 AND incidents > 0)"
)
_STABILITY: Final = "¶72-73; DfE, children looked after: three placements or more in the year"
_PERCENT: Final = "percent of these children"

_CHILD_FIGURES: Final = (
    placed_figure(
        "children",
        "Children placed in the period",
        "Children in a placement at any time of the period.",
        _CHILDREN,
        source=_STABILITY,
    ),
    placed_figure(
        "children_3_or_more",
        "Children with three placements or more",
        "Children with three placements or more in the period, wherever these were.",
        _OFTEN,
        source=_STABILITY,
    ),
    placed_figure(
        "share_3_or_more",
        "Share of children with three placements or more",
        "Children with three placements or more in percent of the children placed in the period.",
        _share(_OFTEN, _CHILDREN),
        unit=_PERCENT,
        source=_STABILITY,
    ),
    placed_figure(
        "missing_rate_3_or_more",
        "Share who went missing, of children with three placements or more",
        "Children with a missing episode from a placement of the cell, in percent of those with"
        " three placements or more in the period.",
        _share(_OFTEN_MISSING, _OFTEN),
        unit=_PERCENT,
        source=_STABILITY,
    ),
    placed_figure(
        "missing_rate_fewer",
        "Share who went missing, of children with one placement or two",
        "Children with a missing episode from a placement of the cell, in percent of those with"
        " one placement or two in the period.",
        _share(_SELDOM_MISSING, _SELDOM),
        unit=_PERCENT,
        source=_STABILITY,
    ),
)


def _band(name: LiteralString, column: LiteralString, text: str) -> Dimension:
    sql: LiteralString = "CASE WHEN " + column + " >= 3 THEN '3+' ELSE " + column + "::text END"
    return Dimension(name=name, text=text, sql=sql)


VIEWS: Final = (
    View(
        name="placement-instability",
        title="Moves before and after missing episodes",
        definition="Missing episodes of looked-after children, with the child's moves from one"
        " placement to another in the 90 days before and after the start.",
        source=_SOURCE,
        figures=_AROUND_FIGURES,
        dimensions=(
            *LIVED_DIMENSIONS,
            _band("moves_before", "before", "Moves in the 90 days before: 0, 1, 2, 3+."),
            _band("moves_after", "after", "Moves in the 90 days after, so far: 0, 1, 2, 3+."),
        ),
        relations=(PLACEMENTS,),
        rows=_around,
        day="started_on",
        has_findings=True,
        notes=(
            "A child's first placement in care is no move.",
            "Episodes and moves go together; which leads to which, the figures cannot tell.",
        ),
    ),
    View(
        name="placement-stability",
        title="Children with three placements or more",
        definition="Children by the number of their placements in the period, and those of them"
        " who went missing. Ask for a reporting year for the figure that DfE publishes.",
        source=_STABILITY,
        figures=_CHILD_FIGURES,
        dimensions=PLACED_DIMENSIONS,
        relations=(CARE, PLACEMENTS),
        rows=_placed,
        notes=(
            RESTRICTED_NOTE,
            "DfE counts the children looked after on 31 March; this is about all of the period.",
        ),
    ),
)
