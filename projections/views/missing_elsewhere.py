"""Episodes of children who live outside the area of the authority that is responsible for them."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.views import ViewQuery
from projections.counted_episodes import counted, named
from projections.placed_children import LIVED_DIMENSIONS, RESTRICTED_NOTE
from projections.standpoint import Standpoint
from projections.view import Dimension, Figure, View

_ROWS: LiteralString = """
SELECT counted.*, coalesce(CASE WHEN host_authority = 'restricted' THEN 'restricted'
                                ELSE listed.region END, 'outside') AS host_region,
       end_at IS NULL AS open
  FROM ({counted}) AS counted
  LEFT JOIN unnest(%(areas)s::text[], %(area_regions)s::text[]) AS listed (area, region)
    ON listed.area = host_authority
"""
_ELSEWHERE: LiteralString = (
    "f.looked_after = 'yes' AND f.authority <> 'unknown'"
    " AND f.host_authority NOT IN ('unknown', f.authority)"
)
_IN_ENGLAND: LiteralString = " AND f.host_authority NOT IN ('NIR', 'SCO', 'WAL')"
_TOLD: LiteralString = " AND f.host_authority <> 'restricted'"
_SHOWN_BY: Final = frozenset({"host_authority", "host_region"})
_SOURCE: Final = "¶77-79, 92"


def _hosted(at: Standpoint, query: ViewQuery) -> Composable:
    return _rows(at, query, _ELSEWHERE + _IN_ENGLAND)


def _elsewhere(at: Standpoint, query: ViewQuery) -> Composable:
    return _rows(at, query, _ELSEWHERE)


def _rows(at: Standpoint, query: ViewQuery, which: LiteralString) -> Composable:
    apart = named(query) & _SHOWN_BY
    episodes = counted(at, query, which=which if apart else which + _TOLD)
    return SQL(_ROWS).format(counted=episodes)


_INCIDENTS: LiteralString = "count(*) FILTER (WHERE {world} AND category = 'missing')"
_CHILDREN: LiteralString = (
    "count(DISTINCT person_id) FILTER (WHERE {world} AND category = 'missing')"
)


def _figure(
    name: str, title: str, definition: str, sql: LiteralString, unit: str = "episodes"
) -> Figure:
    return Figure(name=name, title=title, definition=definition, unit=unit, source=_SOURCE, sql=sql)


_FIGURES: Final = (
    _figure(
        "incidents",
        "Missing incidents",
        "Missing episodes that started in the period while the child lived there.",
        _INCIDENTS,
    ),
    _figure(
        "children",
        "Children with a missing incident",
        "Children with such an episode.",
        _CHILDREN,
        "children",
    ),
    _figure(
        "incidents_per_child",
        "Missing incidents per child who went missing",
        "Missing incidents divided by the children who had one, to two decimals.",
        "round(" + _INCIDENTS + "::numeric / nullif(" + _CHILDREN + ", 0), 2)",
        "episodes per child",
    ),
    _figure(
        "open",
        "Open missing episodes",
        "Such episodes that nobody has ended yet.",
        "count(*) FILTER (WHERE {world} AND category = 'missing' AND open)",
    ),
    _figure(
        "away_incidents",
        "Incidents away from placement without authorisation",
        "Away episodes that started in the period while the child lived there; never added to"
        " missing ones.",
        "count(*) FILTER (WHERE {world} AND category = 'away')",
    ),
)
_DIMENSIONS: Final = (
    *(each for each in LIVED_DIMENSIONS if each.name != "looked_after"),
    Dimension(
        name="host_region",
        text="Region of the host authority; outside: outside England.",
        sql="host_region",
    ),
)
_APART: Final = (
    "Episodes from protected placements are left out, unless the answer is by host_authority or"
    " host_region, where they stand apart."
)
_NOTES: Final = (
    RESTRICTED_NOTE,
    _APART,
    "Some authorities record every absence as missing: compare with care.",
)

VIEWS: Final = (
    View(
        name="missing-hosted",
        title="Missing from placements hosted here",
        definition="Episodes of looked-after children who lived in the area of the host authority"
        " at the start, while another authority was responsible for them.",
        source=_SOURCE,
        figures=_FIGURES,
        dimensions=_DIMENSIONS,
        rows=_hosted,
        day="started_on",
        has_findings=True,
        notes=_NOTES,
    ),
    View(
        name="missing-elsewhere",
        title="Our children missing from placements elsewhere",
        definition="Episodes of looked-after children who lived outside the area of the"
        " responsible authority at the start, in England or not.",
        source=_SOURCE,
        figures=_FIGURES,
        dimensions=_DIMENSIONS,
        rows=_elsewhere,
        day="started_on",
        has_findings=True,
        notes=_NOTES,
    ),
)
