"""The rows of the view of compliance: each missing episode that ended, with what was done."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable, Composed

from domain.measures import Source
from domain.views import ViewQuery
from projections.counted_episodes import inside
from projections.standpoint import Standpoint

# Who is to be told of an episode, and in which cases.
NOTIFIED: Final[dict[LiteralString, LiteralString]] = {
    "reviewing_officer": "looked_after = 'yes'",
    "protection_chair": "on_plan",
    "host_authority": "placed_out",
    "responsible_authority": "placed_out",
    "allocated_worker": "(looked_after = 'yes' OR on_plan)",
}
# To whom the outcome of a check is passed on, and the codes of the recipients.
SHARED: Final[dict[LiteralString, LiteralString]] = {
    "allocated_worker": "allocated-worker",
    "reviewing_officer": "independent-reviewing-officer",
    "protection_chair": "child-protection-chair",
    "host_authority": "host-authority",
    "parent_or_carer": "parent-or-carer",
}

# An episode stands on the day of its return; where nobody told of the return, of its end.
_ENDED: LiteralString = """
SELECT w.world, f.fact_id, f.person_id, f.start_at, f.reporting_year, f.end_at,
       f.returned_on IS NOT NULL AS returned,
       coalesce(f.returned_on, ((f.end_at - INTERVAL '1 microsecond')
                                AT TIME ZONE 'Europe/London')::date) AS day,
       f.offered OR f.declined OR f.completed AS offered, f.declined, f.completed, f.within_72h,
       f.authority, f.host_authority, f.region, f.force, f.age_band, f.sex, f.placement_type,
       f.looked_after, f.findings AS facts_findings,
       f.looked_after = 'yes' AND f.authority NOT IN ('unknown', f.host_authority)
           AND f.host_authority NOT IN ('unknown', 'restricted', 'SCO', 'NIR', 'WAL') AS placed_out
  FROM projection.episode_facts_v1 AS f
  JOIN (VALUES ('decided'), ('linked')) AS w (world) ON f.world IN ('both', w.world)
 WHERE f.build = %(build)s AND f.source = %(source)s AND f.category = 'missing'
   AND f.age_band <> '18+' AND {held} AND {inside}
   AND (f.returned_on IS NOT NULL OR f.end_reason <> 'reached-eighteen')
"""
# What the accounts of an episode tell together; a source's own episode is told of by itself.
_TOLD: LiteralString = """
SELECT bool_or(a.publisher = ANY(ARRAY(SELECT publisher FROM responders))) IS NOT true
           AS never_sent,
       bool_or(check_recorded) AS check_recorded, min(check_from) AS check_from,
       min(check_not_done_reason) AS check_not_done_reason,
       min(check_not_done_decider) AS check_not_done_decider,
       bool_or(check_shared_at IS NOT NULL) AS check_shared,
       min(not_offered_reason) AS not_offered_reason,
       min(not_offered_decider) AS not_offered_decider,
       bool_or(a.declined AND (not_offered_reason IS NOT NULL OR NOT a.offered)) AS unoffered,
       min(declined_by) AS declined_by, min(interviewer) AS interviewer,
       bool_or(independent) AS independent,
       bool_or(findings_shared_at IS NOT NULL) AS findings_shared {shared} {told}
  FROM {accounts}
"""
_BY_MEMBERS: LiteralString = """
projection.members_v1 AS m
  JOIN projection.responses_v1 AS a ON a.episode_id = m.episode_id
 WHERE m.build = %(build)s AND m.national_id = spans.fact_id AND m.world IN ('both', spans.world)
   AND {members_held} AND a.build = %(build)s AND {accounts_held}
"""
_BY_ITSELF: LiteralString = """
projection.responses_v1 AS a
 WHERE a.build = %(build)s AND a.episode_id = spans.fact_id AND {accounts_held}
"""
_SHARED: LiteralString = ", bool_or('{code}' = ANY(check_shared_with)) AS check_to_{name}"
_FIRST: LiteralString = ", min({name}_from) AS {name}_from, min({name}_until) AS {name}_until"

# What was done for the child between the start and the next one, and whether it had a plan.
_GUARDED: LiteralString = """
SELECT bool_or(s.kind = 'risk-assessment' AND s.last_at >= start_at
               AND s.first_at < coalesce(next_start, 'infinity')) AS assessed,
       bool_or(s.kind = 'risk-plan' AND s.last_at >= start_at
               AND s.first_at < coalesce(next_start, 'infinity')) AS planned,
       bool_or(s.kind = 'protection-plan' AND s.first_at <= start_at
               AND start_at < coalesce(s.last_at, 'infinity')) AS on_plan
  FROM projection.safeguards_v1 AS s
 WHERE s.build = %(build)s AND s.person_id = spans.person_id AND s.world IN ('both', spans.world)
   AND {safeguards_held}
"""

# The next start is the first at or after the end: an account of the same absence that nobody
# linked begins before it. The number is that of the child's missing episodes of a reporting year.
# Both are counted along the starts of the child, among which each episode stands at its end, too.
# Accounts and safeguards are looked up by index, row by row: the planner knows nothing of how many
# rows a WITH has, and would join two of them by trying every pair.
_ROWS: LiteralString = """
WITH RECURSIVE responders AS (
(SELECT a.publisher FROM projection.responses_v1 AS a
  WHERE a.build = %(build)s AND a.responded AND {accounts_held} ORDER BY a.publisher LIMIT 1)
UNION ALL
SELECT (SELECT a.publisher FROM projection.responses_v1 AS a
         WHERE a.build = %(build)s AND a.responded AND a.publisher > r.publisher
           AND {accounts_held} ORDER BY a.publisher LIMIT 1)
  FROM responders AS r WHERE r.publisher IS NOT NULL
), ended AS ({ended}), moments AS (
SELECT ended.*, greatest(end_at, start_at + INTERVAL '1 microsecond') AS at,
       NULL::timestamptz AS begun, false AS numbered
  FROM ended
UNION ALL
SELECT {nothing}, f.start_at, f.start_at, f.category = 'missing' AND f.age_band <> '18+'
  FROM projection.episode_facts_v1 AS f
  JOIN (VALUES ('decided'), ('linked')) AS w (world) ON f.world IN ('both', w.world)
 WHERE f.build = %(build)s AND f.source = %(source)s AND {held}
   AND f.person_id IN (SELECT person_id FROM ended)
), spans AS (
SELECT *
  FROM (SELECT *,
               min(begun) OVER (PARTITION BY world, person_id ORDER BY at DESC) AS next_start,
               count(*) FILTER (WHERE numbered)
                   OVER (PARTITION BY world, person_id, reporting_year
                         ORDER BY start_at, fact_id) AS nth
          FROM moments) AS m
 WHERE begun IS NULL
)
SELECT *, coalesce(check_from < coalesce(next_start, 'infinity'), false) AS check_done,
       concat_ws(',', nullif(facts_findings, ''),
           CASE WHEN completed AND NOT independent THEN 'DQ8' END,
           CASE WHEN unoffered THEN 'DQ12' END,
           CASE WHEN NOT returned THEN 'return-not-told' END,
           CASE WHEN never_sent THEN 'responses-never-sent' END) AS findings
  FROM spans CROSS JOIN LATERAL ({told}) AS told CROSS JOIN LATERAL ({guarded}) AS guarded
"""
# The columns of an ended episode, of which a start has the first few.
_KNOWN: Final[tuple[LiteralString, ...]] = (
    "w.world",
    "f.fact_id",
    "f.person_id",
    "f.start_at",
    "f.reporting_year",
)
_ABSENT: Final[tuple[LiteralString, ...]] = ("NULL",) * 17


def rows(at: Standpoint, query: ViewQuery) -> Composable:
    """Return the SQL of the missing episodes that ended, in both worlds apart."""
    held = at.held_as("f")
    ended = SQL("SELECT * FROM ({}) AS e WHERE {}").format(
        SQL(_ENDED).format(held=held, inside=SQL(inside(query, "f.region"))), _period(query)
    )
    by: LiteralString = _BY_MEMBERS if query.source is Source.NATIONAL else _BY_ITSELF
    told = SQL(_TOLD).format(
        shared=SQL("").join(
            SQL(_SHARED).format(code=SQL(code), name=SQL(name)) for name, code in SHARED.items()
        ),
        told=SQL("").join(SQL(_FIRST).format(name=SQL(name)) for name in NOTIFIED),
        accounts=SQL(by).format(members_held=at.held_as("m"), accounts_held=at.held_as("a")),
    )
    return SQL(_ROWS).format(
        ended=ended,
        nothing=SQL(", ").join(SQL(each) for each in (*_KNOWN, *_ABSENT)),
        told=told,
        guarded=SQL(_GUARDED).format(safeguards_held=at.held_as("s")),
        held=held,
        accounts_held=at.held_as("a"),
    )


def _period(query: ViewQuery) -> Composed:
    parts: list[Composable] = [SQL("true")]
    if query.first_day is not None:
        parts.append(SQL("day >= %(first)s"))
    if query.last_day is not None:
        parts.append(SQL("day <= %(last)s"))
    return SQL(" AND ").join(parts)
