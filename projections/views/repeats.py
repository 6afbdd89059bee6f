"""Repeat missing: children by how many episodes they had in the reporting year."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable, Composed

from domain.views import ViewQuery
from projections.counted_episodes import EPISODE_DIMENSIONS, counted
from projections.standpoint import Standpoint
from projections.view import Dimension, Figure, View

# Along a child's episodes of one reporting year, as far as they lie in the range asked for.
_ROWS: LiteralString = """
SELECT counted.*, count(*) OVER own AS times
  FROM ({counted}) AS counted
 WHERE {period}
WINDOW own AS (PARTITION BY world, person_id, reporting_year, region = 'outside')
"""
_BAND: LiteralString = """
CASE WHEN times >= 10 THEN '10+' WHEN times >= 6 THEN '6-9' WHEN times >= 3 THEN '3-5'
     ELSE times::text END
"""
_SOURCE: Final = "¶48, box after ¶57; DfE, children looked after; bands: ours"


def _rows(at: Standpoint, query: ViewQuery) -> Composable:
    return SQL(_ROWS).format(counted=counted(at, query, apart=True), period=_period(query))


def _period(query: ViewQuery) -> Composed:
    parts: list[Composable] = [SQL("true")]
    if query.first_day is not None:
        parts.append(SQL("started_on >= %(first)s"))
    if query.last_day is not None:
        parts.append(SQL("started_on <= %(last)s"))
    return SQL(" AND ").join(parts)


def _children(which: LiteralString) -> LiteralString:
    return "count(DISTINCT person_id) FILTER (WHERE {world} AND " + which + ")"


def _share(part: LiteralString, whole: LiteralString) -> LiteralString:
    return "round(100.0 * " + part + " / nullif(" + whole + ", 0), 1)"


def _figure(
    name: str, title: str, definition: str, sql: LiteralString, unit: str = "children"
) -> Figure:
    return Figure(name=name, title=title, definition=definition, unit=unit, source=_SOURCE, sql=sql)


_BANDS: Final[tuple[tuple[str, str, LiteralString], ...]] = (
    ("1", "one missing episode", "times = 1"),
    ("2", "two missing episodes", "times = 2"),
    ("3_to_5", "three to five missing episodes", "times BETWEEN 3 AND 5"),
    ("6_to_9", "six to nine missing episodes", "times BETWEEN 6 AND 9"),
    ("10_or_more", "ten missing episodes or more", "times >= 10"),
)
_ALL: LiteralString = _children("true")
_EPISODES: LiteralString = "count(*) FILTER (WHERE {world})"

_FIGURES: Final = (
    _figure(
        "children",
        "Children with a missing episode",
        "Children with a missing episode that started in the period.",
        _ALL,
    ),
    *(
        _figure(
            f"children_{band}",
            f"Children with {words}",
            f"Children with {words} in the reporting year, as far as it lies in the period.",
            _children(which),
        )
        for band, words, which in _BANDS
    ),
    *(
        _figure(
            f"share_{band}",
            f"Share of children with {words}",
            f"Children with {words} in percent of the children of the cell, to one decimal.",
            _share(_children(which), _ALL),
            "percent",
        )
        for band, words, which in _BANDS
    ),
    _figure(
        "repeat_children",
        "Children who went missing again",
        "Children with two missing episodes or more in the reporting year.",
        _children("times >= 2"),
    ),
    _figure(
        "repeat_share",
        "Share of children who went missing again",
        "Children with two missing episodes or more in percent of the children of the cell.",
        _share(_children("times >= 2"), _ALL),
        "percent",
    ),
    _figure(
        "episodes",
        "Missing episodes",
        "Missing episodes that started in the period.",
        _EPISODES,
        "episodes",
    ),
    _figure(
        "episodes_of_frequent",
        "Missing episodes of children with ten or more",
        "Missing episodes of children with ten missing episodes or more in the reporting year.",
        "count(*) FILTER (WHERE {world} AND times >= 10)",
        "episodes",
    ),
)

VIEWS: Final = (
    View(
        name="repeat",
        title="Repeat missing",
        definition="Children by the number of their missing episodes in the reporting year: 1, 2,"
        " 3-5, 6-9, 10 or more. All episodes of a child in England count towards its number,"
        " wherever it was; the child stands in each cell in which it has one. Its number is that"
        " of the person whom its records are linked to, in each world by itself.",
        source=_SOURCE,
        figures=_FIGURES,
        dimensions=(
            *EPISODE_DIMENSIONS,
            Dimension(
                name="times",
                text="Missing episodes of the child in the reporting year: 1, 2, 3-5, 6-9, 10+.",
                sql=_BAND,
            ),
        ),
        rows=_rows,
        day="started_on",
        has_findings=True,
        notes=(
            "Over several reporting years, a child stands in its band of each of them.",
            "A range that cuts a reporting year counts only what lies in the range.",
            "Episodes outside England make a number of their own, shown by authority or region.",
        ),
    ),
)
