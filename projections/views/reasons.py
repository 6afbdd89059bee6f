"""Why children went missing, as they said in return interviews: push and pull, several at once."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.measures import Source
from domain.views import ViewQuery
from projections.relation import About, Column, Relation, versions
from projections.standpoint import Standpoint
from projections.view import Dimension, Figure, View
from projections.views.members import MEMBERS
from projections.whose import STANDING

# Statements of one publisher about one episode that name the same time are about one interview.
_SAID: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE interviews_v1_said AS
WITH told AS (
SELECT position, publisher, """
    + STANDING
    + """ AS standing,
       from_json(state, '{"episode_id":"VARCHAR","completed":"VARCHAR","interviewer":"VARCHAR",
           "independent":"BOOLEAN","reasons":["VARCHAR"]}') AS e
  FROM told_records
 WHERE topic = 'return-interview-completed'
)
SELECT e.episode_id AS episode_id, publisher, e.completed AS completed, position,
       arg_max(struct_pack(interviewer := e.interviewer, independent := e.independent,
                           reasons := coalesce(array_to_string(
                               list_sort(list_distinct(e.reasons)), ','), '')), standing)
           OVER (PARTITION BY e.episode_id, publisher, e.completed ORDER BY position
                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS value
  FROM told;

CREATE OR REPLACE TEMP TABLE interviews_v1_ranges AS
"""
    + versions("interviews_v1_said", "episode_id, publisher, completed", "value")
)

# completed: as recorded, a time or a day. reasons: codes in order, joined by commas; empty: none
# recorded.
INTERVIEWS: Final = Relation(
    name="interviews_v1",
    columns=(
        Column(name="episode_id", type="uuid"),
        Column(name="publisher", type="text"),
        Column(name="completed", type="text"),
        Column(name="held_from", type="bigint"),
        Column(name="held_until", type="bigint", required=False),
        Column(name="completed_on", type="date"),
        Column(name="interviewer", type="text"),
        Column(name="independent", type="boolean"),
        Column(name="reasons", type="text"),
    ),
    key=("episode_id", "publisher", "completed", "held_from"),
    about=About.EPISODES,
    owner="episode_id",
    topics=("return-interview-completed",),
    alone=True,
    steps=(_SAID,),
    rows="""
SELECT episode_id, publisher, completed, held_from, held_until,
       day_of(completed) AS completed_on, interviewer, independent, reasons
  FROM interviews_v1_ranges ORDER BY episode_id, publisher, completed, held_from
""",
    indexes=(("completed_on",),),
)

# What two publishers recorded of one national episode on one day is one interview. An interview
# without reasons is a row as well, so that silence shows.
_ROWS: LiteralString = """
WITH worlds (world) AS (VALUES ('decided'), ('linked')),
facts AS (
    SELECT w.world, f.fact_id, {episode} AS episode_id, f.person_id, f.age_band, f.sex,
           f.authority, f.host_authority, f.region, f.placement_type, f.looked_after, f.findings
      FROM worlds w
      JOIN projection.episode_facts_v1 f ON f.world IN ('both', w.world)
      {members}
     WHERE f.build = %(build)s AND f.source = %(source)s AND f.category = 'missing'
       AND f.age_band <> '18+' AND {held_f}
), held AS (
    SELECT f.*, i.completed_on, i.independent,
           string_to_array(nullif(i.reasons, ''), ',') AS reasons
      FROM facts f JOIN projection.interviews_v1 i ON i.episode_id = f.episode_id
     WHERE i.build = %(build)s AND {held_i}
)
SELECT held.world, fact_id, person_id, completed_on AS day, age_band, sex, authority,
       host_authority, region, placement_type, looked_after, independent,
       fact_id::text || completed_on AS interview,
       coalesce(reason, 'not-recorded') AS reason,
       CASE left(reason, 4) WHEN 'PUSH' THEN 'push' WHEN 'PULL' THEN 'pull'
            ELSE 'not-recorded' END AS factor,
       EXISTS (SELECT FROM unnest(reasons) AS r (code) WHERE starts_with(code, 'PUSH')) AS pushed,
       EXISTS (SELECT FROM unnest(reasons) AS r (code) WHERE starts_with(code, 'PULL')) AS pulled,
       CASE WHEN row_number() OVER (PARTITION BY {once}) = 1
            THEN findings ELSE '' END AS findings
  FROM held LEFT JOIN LATERAL unnest(reasons) AS each_reason (reason) ON true
"""
_BY_MEMBERS: LiteralString = """
JOIN projection.members_v1 m ON m.national_id = f.fact_id AND m.world IN ('both', w.world)
 AND m.build = f.build AND {held_m}
"""
_ONCE_IN_ALL: LiteralString = "held.world, fact_id ORDER BY completed_on, reason"
_ONCE_IN_EACH: LiteralString = "held.world, fact_id, reason ORDER BY completed_on"


def _rows(at: Standpoint, query: ViewQuery) -> Composable:
    national = query.source is Source.NATIONAL
    filtered = {name for name, _ in query.where} & {"reason", "factor"}
    return SQL(_ROWS).format(
        episode=SQL("m.episode_id" if national else "f.fact_id"),
        members=SQL(_BY_MEMBERS).format(held_m=at.held_as("m")) if national else SQL(""),
        held_f=at.held_as("f"),
        held_i=at.held_as("i"),
        once=SQL(_ONCE_IN_EACH if filtered else _ONCE_IN_ALL),
    )


def _count(what: LiteralString, condition: LiteralString = "true") -> LiteralString:
    return "count(DISTINCT " + what + ") FILTER (WHERE {world} AND " + condition + ")"


_INTERVIEWS = _count("interview")


def _figure(
    name: str, title: str, definition: str, sql: LiteralString, *, unit: str = "interviews"
) -> Figure:
    return Figure(
        name=name, title=title, definition=definition, unit=unit, source="¶20-22, 39-40", sql=sql
    )


VIEWS: Final = (
    View(
        name="reasons",
        title="Reasons for going missing, from return interviews",
        definition=(
            "What children said in completed return interviews about why they had gone missing:"
            " what pushed them away and what pulled them, in the codes of `push_pull_reason`."
        ),
        source="¶20-22, 39-40",
        figures=(
            _figure(
                "interviews",
                "Interviews",
                "Return interviews about missing episodes, completed in the period; under each"
                " reason, those that name it.",
                _INTERVIEWS,
            ),
            _figure(
                "children",
                "Children interviewed",
                "Children with such an interview; under each reason, those who gave it.",
                _count("person_id"),
                unit="children",
            ),
            _figure(
                "with_reasons",
                "Interviews that record a reason",
                "Interviews with at least one reason.",
                _count("interview", "reason <> 'not-recorded'"),
            ),
            _figure(
                "push",
                "Interviews that name a push factor",
                "Interviews with a reason to get away from something or somebody.",
                _count("interview", "pushed"),
            ),
            _figure(
                "pull",
                "Interviews that name a pull factor",
                "Interviews with a reason to go to something or somebody.",
                _count("interview", "pulled"),
            ),
            _figure(
                "push_and_pull",
                "Interviews that name both",
                "Interviews with push and pull factors at once.",
                _count("interview", "pushed AND pulled"),
            ),
            _figure(
                "not_independent",
                "Interviews not held by an independent person",
                "Interviews whose interviewer was of the placement or its staff (¶47).",
                _count("interview", "NOT independent"),
            ),
        ),
        dimensions=(
            Dimension(
                name="reason", text="Code of `push_pull_reason`; not-recorded.", sql="reason"
            ),
            Dimension(name="factor", text="push, pull, not-recorded.", sql="factor"),
            Dimension(name="age_band", text="Age at the start of the episode.", sql="age_band"),
            Dimension(name="sex", text="F, M, U.", sql="sex"),
            Dimension(
                name="authority",
                text="Responsible authority, or that of the home; three-digit number.",
                sql="authority",
            ),
            Dimension(
                name="host_authority",
                text="Authority in which the child lived at the start.",
                sql="host_authority",
            ),
            Dimension(name="region", text="Region of the authority, GSS code.", sql="region"),
            Dimension(
                name="placement_type",
                text="Placement at the start, in groups.",
                sql="placement_type",
            ),
            Dimension(
                name="looked_after", text="yes, no, unknown, at the start.", sql="looked_after"
            ),
        ),
        relations=(INTERVIEWS, MEMBERS),
        rows=_rows,
        day="day",
        has_findings=True,
        notes=(
            "An interview names several reasons and counts under each: reasons do not add up.",
            "Reasons are known of children who were interviewed and answered, and of no others.",
            "One interview about several episodes counts with each of them.",
        ),
    ),
)
RELATIONS: Final = (INTERVIEWS,)
