"""The relation of safeguards: risk assessments, risk plans and protection plans of each child.

It says in columns what `domain.safeguards` says, at every ledger position and in both worlds.
"""

from typing import Final, LiteralString

from projections.relation import About, Column, Relation, versions
from projections.views.care import STANDING

TOPICS: Final = (
    "risk-assessed",
    "risk-reassessed",
    "risk-plan-made",
    "risk-plan-updated",
    "protection-plan-started",
    "protection-plan-ended",
)
_TOLD: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE safeguards_v1_told AS
SELECT position, topic, """
    + STANDING
    + """ AS standing,
       from_json(state, '{"subject_id":"VARCHAR","plan_id":"VARCHAR","started":"VARCHAR",
           "ended":"VARCHAR","assessed":"VARCHAR","made":"VARCHAR","updated":"VARCHAR"}') AS e
  FROM told_records
 WHERE topic IN ('risk-assessed', 'risk-reassessed', 'risk-plan-made', 'risk-plan-updated',
                 'protection-plan-started', 'protection-plan-ended')
"""
)

# An assessment stands as it was told. Of several statements about a protection plan the one with
# the highest standing holds.
_STATED: LiteralString = """
CREATE OR REPLACE TEMP TABLE safeguards_v1_stated AS
WITH running AS (
SELECT e.subject_id AS subject_id, e.plan_id AS plan_id, position,
       arg_max(e.started, standing) FILTER (topic = 'protection-plan-started') OVER so_far
           AS started,
       arg_max(e.ended, standing) FILTER (topic = 'protection-plan-ended') OVER so_far AS ended,
       lead(position, 1, 9223372036854775807) OVER own AS until
  FROM safeguards_v1_told
 WHERE e.plan_id IS NOT NULL
WINDOW own AS (PARTITION BY e.subject_id, e.plan_id ORDER BY position),
       so_far AS (PARTITION BY e.subject_id, e.plan_id ORDER BY position
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
), risks AS (
SELECT e.subject_id AS subject_id, position, coalesce(e.assessed, e.made, e.updated) AS told,
       CASE WHEN e.assessed IS NULL THEN 'risk-plan' ELSE 'risk-assessment' END AS kind
  FROM safeguards_v1_told WHERE starts_with(topic, 'risk-')
)
SELECT subject_id, 'protection-plan' AS kind, plan_id AS safeguard, position, until,
       earliest(started) AS first_at, end_of(ended) AS last_at
  FROM running WHERE started IS NOT NULL
UNION ALL
SELECT subject_id, kind, CAST(position AS VARCHAR), position, 9223372036854775807,
       earliest(told), latest(told)
  FROM risks
"""

# A version may begin at its own records, and where it may change who the child is.
_SAID: LiteralString = """
CREATE OR REPLACE TEMP TABLE safeguards_v1_said AS
WITH firsts AS (
SELECT subject_id, kind, safeguard, min(position) AS first FROM safeguards_v1_stated GROUP BY ALL
), here AS (
SELECT subject_id, kind, safeguard, position FROM safeguards_v1_stated
UNION
SELECT subject_id, kind, safeguard, persons.position
  FROM firsts JOIN persons USING (subject_id) WHERE persons.position > first
), apart AS (
SELECT here.subject_id, here.kind, here.safeguard, here.position, stated.first_at, stated.last_at,
       any_value(persons.person_id) FILTER (world = 'decided') AS decided,
       any_value(persons.person_id) FILTER (world = 'linked') AS linked
  FROM here
  JOIN safeguards_v1_stated AS stated
    ON stated.subject_id = here.subject_id AND stated.kind = here.kind
   AND stated.safeguard = here.safeguard
   AND stated.position <= here.position AND here.position < stated.until
  JOIN persons ON persons.subject_id = here.subject_id
   AND persons.position <= here.position AND here.position < persons.until
 GROUP BY ALL
)
SELECT subject_id, kind, safeguard, world, position,
       CASE WHEN (world = 'both') = (decided = linked) THEN struct_pack(
           person_id := CASE WHEN world = 'linked' THEN linked ELSE decided END,
           first_at, last_at) END AS value
  FROM apart, (VALUES ('both'), ('decided'), ('linked')) AS worlds (world)
"""

_RANGES: LiteralString = "CREATE OR REPLACE TEMP TABLE safeguards_v1_ranges AS " + versions(
    "safeguards_v1_said", "subject_id, kind, safeguard, world", "value"
)

# safeguard: the plan, or the position of the record of an assessment. first_at, last_at: between
# which instants the assessment was made, or from when to when the protection plan lasts.
SAFEGUARDS: Final = Relation(
    name="safeguards_v1",
    columns=(
        Column(name="subject_id", type="uuid"),
        Column(name="kind", type="text"),
        Column(name="safeguard", type="text"),
        Column(name="world", type="text"),
        Column(name="held_from", type="bigint"),
        Column(name="held_until", type="bigint", required=False),
        Column(name="person_id", type="uuid"),
        Column(name="first_at", type="timestamptz"),
        Column(name="last_at", type="timestamptz", required=False),
    ),
    key=("subject_id", "kind", "safeguard", "world", "held_from"),
    about=About.CHILDREN,
    owner="subject_id",
    topics=TOPICS,
    alone=True,
    steps=(_TOLD, _STATED, _SAID, _RANGES),
    rows="""
SELECT subject_id, kind, safeguard, world, held_from, held_until, person_id, first_at, last_at
  FROM safeguards_v1_ranges ORDER BY subject_id, kind, safeguard, world, held_from
""",
    indexes=(("person_id",),),
)

RELATIONS: Final = (SAFEGUARDS,)
