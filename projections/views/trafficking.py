"""Trafficked and unaccompanied children, and others of concern: how many, missing, not found."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.safeguarding import ConcernClosure
from domain.views import ViewQuery
from projections.standpoint import Standpoint
from projections.view import Dimension, Figure, View
from projections.views.care import CARE
from projections.views.concerns import CONCERNS

# What was recorded in error was never held. A child belongs to the authority that looked after it
# last, of those that began before the concern ended; else to the one that raised the concern; else
# to that of its last missing episode.
_ROWS: LiteralString = """
WITH worlds (world) AS (VALUES ('decided'), ('linked')),
bounds AS (
    SELECT coalesce(%(first)s::date, DATE '0001-01-01') AS first,
           least(%(last)s::date, (%(now)s::timestamptz AT TIME ZONE 'Europe/London')::date) AS last,
           least(%(now)s::timestamptz,
                 (%(last)s::date + 1)::timestamp AT TIME ZONE 'Europe/London') AS until
), concerns AS (
    SELECT w.world, c.person_id, c.concern, c.publisher, c.sex,
           coalesce(c.raised_at, '-infinity') AS raised_at,
           coalesce(c.raised_on, '-infinity') AS raised_on,
           coalesce(c.closed_at, 'infinity') AS closed_at,
           coalesce(c.closed_on, 'infinity') AS closed_on
      FROM worlds w JOIN projection.concerns_v1 c ON c.world IN ('both', w.world)
     WHERE c.build = %(build)s AND {held_c} AND {which}
       AND c.closed_for IS DISTINCT FROM {in_error}
       AND (c.raised_at < c.closed_at) IS NOT false
), absences AS (
    SELECT w.world, f.person_id, f.fact_id, f.authority, f.region, f.start_at, f.started_on,
           coalesce(f.end_at, 'infinity') AS end_at, f.findings
      FROM worlds w JOIN projection.episode_facts_v1 f ON f.world IN ('both', w.world)
     WHERE f.build = %(build)s AND f.source = %(source)s AND f.category = 'missing'
       AND f.age_band <> '18+' AND {held_f}
), last_absences AS (
    SELECT DISTINCT ON (world, person_id) world, person_id, authority, region
      FROM absences WHERE authority <> 'unknown'
     ORDER BY world, person_id, start_at DESC, fact_id
), cared AS (
    SELECT DISTINCT ON (c.world, c.person_id, c.closed_at) c.world, c.person_id, c.closed_at,
           k.authority, k.region
      FROM (SELECT DISTINCT world, person_id, closed_at FROM concerns) c
      JOIN projection.care_v1 k ON k.person_id = c.person_id AND k.world IN ('both', c.world)
       AND k.started_at < c.closed_at
     WHERE k.build = %(build)s AND {held_k} AND k.authority <> 'unknown'
     ORDER BY c.world, c.person_id, c.closed_at, k.started_at DESC, k.care_id
), own_areas AS (
    SELECT 'la-' || authority AS publisher, authority, region
      FROM unnest(%(areas)s::text[], %(area_regions)s::text[]) AS a (authority, region)
), held AS (
    SELECT c.*,
           coalesce(cared.authority, o.authority, l.authority, 'unknown') AS authority,
           coalesce(cared.region, o.region, l.region, 'unknown') AS region
      FROM concerns c
      LEFT JOIN cared USING (world, person_id, closed_at)
      LEFT JOIN own_areas o USING (publisher)
      LEFT JOIN last_absences l USING (world, person_id)
)
SELECT world, person_id, concern, sex, authority, region,
       greatest(raised_on, first, month::date) AS day, NULL::uuid AS fact_id, false AS gone,
       '' AS findings
  FROM held CROSS JOIN bounds, LATERAL {months}
 WHERE raised_on <= last AND closed_on >= first
 UNION ALL
SELECT h.world, h.person_id, h.concern, h.sex, h.authority, h.region, a.started_on, a.fact_id,
       a.end_at > bounds.until,
       CASE WHEN row_number() OVER (PARTITION BY {once} ORDER BY concern) = 1
            THEN a.findings ELSE '' END
  FROM held h CROSS JOIN bounds
  JOIN absences a ON a.world = h.world AND a.person_id = h.person_id
   AND h.raised_at < a.end_at AND a.start_at < h.closed_at
"""
# Only broken down by month or year does a concern stand in every month in which it was held.
_ONCE: LiteralString = "(VALUES (NULL::timestamp)) AS m (month)"
_EACH_MONTH: LiteralString = """
(SELECT generate_series(date_trunc('month', greatest(raised_on, first, {earliest})::timestamp),
                        least(closed_on, last)::timestamp, INTERVAL '1 month')) AS m (month)
"""
_EARLIEST: LiteralString = """
coalesce(least((SELECT min(started_on) FROM absences),
               (SELECT min(raised_on) FROM concerns WHERE raised_on > '-infinity')), last)
"""

# Of the concerns about one absence, only one row bears its findings.
_ONCE_IN_ALL: LiteralString = "h.world, a.fact_id"
_ONCE_IN_EACH: LiteralString = "h.world, a.fact_id, concern"

_CHILDREN: LiteralString = "count(DISTINCT person_id) FILTER (WHERE {world})"
_MISSING: LiteralString = "count(DISTINCT person_id) FILTER (WHERE {world} AND fact_id IS NOT NULL)"
_INCIDENTS: LiteralString = "count(DISTINCT fact_id) FILTER (WHERE {world})"
_NOT_FOUND: LiteralString = "count(DISTINCT person_id) FILTER (WHERE {world} AND gone)"

_BOTH: LiteralString = "concern IN ('trafficking', 'unaccompanied-asylum-seeking')"
_ANY: LiteralString = "true"


def _of_both(at: Standpoint, query: ViewQuery) -> Composable:
    return _rows(_BOTH, at, query)


def _of_any(at: Standpoint, query: ViewQuery) -> Composable:
    return _rows(_ANY, at, query)


def _rows(which: LiteralString, at: Standpoint, query: ViewQuery) -> Composable:
    filtered = {name for name, _ in query.where}
    monthly = {"month", "reporting_year"} & {*query.by, *filtered}
    months = _EACH_MONTH.replace("{earliest}", _EARLIEST) if monthly else _ONCE
    return SQL(_ROWS).format(
        held_c=at.held_as("c"),
        held_f=at.held_as("f"),
        held_k=at.held_as("k"),
        which=SQL(which),
        in_error=ConcernClosure.RECORDED_IN_ERROR.value,
        months=SQL(months),
        once=SQL(_ONCE_IN_EACH if "concern" in filtered else _ONCE_IN_ALL),
    )


_FIGURES: Final = (
    Figure(
        name="children",
        title="Children about whom the concern was held",
        definition="Children about whom the concern was held on a day of the period.",
        unit="children",
        source="¶85-87",
        sql=_CHILDREN,
    ),
    Figure(
        name="missing_children",
        title="Of these, children who went missing",
        definition=(
            "Children with a missing episode that started in the period, while the concern was"
            " held or before it was raised and still open then."
        ),
        unit="children",
        source="¶85-87",
        sql=_MISSING,
    ),
    Figure(
        name="missing_share",
        title="Share of these children who went missing",
        definition="Children who went missing as a percentage of the children, to one decimal.",
        unit="percent",
        source="¶85: an estimate of 60 % of suspected victims in care",
        sql="round(100.0 * " + _MISSING + " / nullif(" + _CHILDREN + ", 0), 1)",
    ),
    Figure(
        name="incidents",
        title="Missing incidents",
        definition="Their missing episodes that started in the period.",
        unit="episodes",
        source="¶85-87",
        sql=_INCIDENTS,
    ),
    Figure(
        name="incidents_per_child",
        title="Missing incidents per child who went missing",
        definition="Incidents divided by the children who went missing, to two decimals.",
        unit="episodes per child",
        source="¶85-87; ECPAT UK and Missing People, 2017 and 2020",
        sql="round(" + _INCIDENTS + "::numeric / nullif(" + _MISSING + ", 0), 2)",
    ),
    Figure(
        name="not_found",
        title="Children not found",
        definition=(
            "Children with a missing episode that started in the period and was still open at the"
            " end of the period asked for, or when the answer stands if that is earlier."
        ),
        unit="children",
        source="¶86; ECPAT UK and Missing People, 2017",
        sql=_NOT_FOUND,
    ),
)
_DIMENSIONS: Final = (
    Dimension(name="concern", text="The concern; a child may have several.", sql="concern"),
    Dimension(
        name="authority",
        text=(
            "Authority that looked after the child last, else that raised the concern, else of the"
            " last missing episode; three-digit number."
        ),
        sql="authority",
    ),
    Dimension(name="region", text="Region of the authority, GSS code.", sql="region"),
    Dimension(name="sex", text="F, M, U.", sql="sex"),
)
_NOTES: Final = (
    "A child may have several concerns and stands under each: concerns do not add up to a total.",
    "What was not raised as a concern is not here: authorities differ in how they look for it.",
    "An unaccompanied child is one registered so, or about whom that concern is held.",
    "A concern recorded in error never counts; an unfounded one counts until it was closed.",
)

VIEWS: Final = (
    View(
        name="trafficking",
        title="Trafficked and unaccompanied children who go missing",
        definition=(
            "Children suspected to be trafficked, and unaccompanied asylum-seeking children: how"
            " many, how many went missing, how often, and who was not found."
        ),
        source="¶85-87",
        figures=_FIGURES,
        dimensions=_DIMENSIONS,
        relations=(CONCERNS, CARE),
        rows=_of_both,
        day="day",
        has_findings=True,
        notes=_NOTES,
    ),
    View(
        name="concerns",
        title="Children about whom there are concerns, and their missing episodes",
        definition="As `trafficking`, for every concern that publishers raise about children.",
        source="¶7-8, 20-22, 85-88, box after ¶95",
        figures=_FIGURES,
        dimensions=_DIMENSIONS,
        relations=(CONCERNS, CARE),
        rows=_of_any,
        day="day",
        has_findings=True,
        notes=_NOTES,
    ),
)
