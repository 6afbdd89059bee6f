"""The relation of concerns about children: every version of each, with who the child then is."""

from typing import Final, LiteralString

from projections.relation import About, Column, Relation
from projections.whose import KEY, STANDING, WHOSE, told_of_children

# A registration that says so is a concern of its own, without a day: it holds from the beginning.
_STATED: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE concerns_v1_stated AS
WITH told AS (
SELECT position, topic, publisher, """
    + STANDING
    + """ AS standing,
       from_json(state, '{"subject_id":"VARCHAR","concern_id":"VARCHAR","concern":"VARCHAR",
           "raised":"VARCHAR","closed":"VARCHAR","reason":"VARCHAR",
           "unaccompanied":"BOOLEAN"}') AS e
  FROM told_records
 WHERE topic IN ('concern-raised', 'concern-closed', 'subject-registered')
), running AS (
SELECT e.subject_id AS subject_id, e.concern_id AS own, position,
       arg_max(struct_pack(publisher := publisher, concern := e.concern, raised := e.raised),
               standing) FILTER (topic = 'concern-raised') OVER so_far AS s,
       arg_max(struct_pack(closed := e.closed, reason := e.reason), standing)
           FILTER (topic = 'concern-closed') OVER so_far AS x
  FROM told
 WHERE e.concern_id IS NOT NULL
WINDOW so_far AS (PARTITION BY e.subject_id, e.concern_id ORDER BY position
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
), registered AS (
SELECT e.subject_id AS subject_id, position,
       arg_max(struct_pack(said := e.unaccompanied, publisher := publisher),
               concat(CASE WHEN starts_with(publisher, 'pf-') THEN '0' ELSE '1' END, standing))
           OVER (PARTITION BY e.subject_id ORDER BY position
                 ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS s
  FROM told
 WHERE topic = 'subject-registered' AND e.unaccompanied IS NOT NULL
)
SELECT subject_id, own, position,
       CASE WHEN s IS NOT NULL THEN struct_pack(
           publisher := s.publisher, concern := s.concern,
           raised_at := earliest(s.raised), raised_on := day_of(s.raised),
           closed_at := end_of(x.closed), closed_on := day_of(x.closed),
           closed_for := x.reason) END AS stated
  FROM running
UNION ALL
SELECT subject_id, subject_id, position,
       CASE WHEN s.said THEN struct_pack(
           publisher := s.publisher, concern := 'unaccompanied-asylum-seeking',
           raised_at := CAST(NULL AS TIMESTAMPTZ), raised_on := CAST(NULL AS DATE),
           closed_at := CAST(NULL AS TIMESTAMPTZ), closed_on := CAST(NULL AS DATE),
           closed_for := CAST(NULL AS VARCHAR)) END
  FROM registered
"""
)

# own: the concern, or the subject of whom a registration says that it is unaccompanied.
CONCERNS: Final = Relation(
    name="concerns_v1",
    columns=(
        *WHOSE,
        Column(name="publisher", type="text"),
        Column(name="concern", type="text"),
        Column(name="raised_at", type="timestamptz", required=False),
        Column(name="raised_on", type="date", required=False),
        Column(name="closed_at", type="timestamptz", required=False),
        Column(name="closed_on", type="date", required=False),
        Column(name="closed_for", type="text", required=False),
    ),
    key=KEY,
    about=About.CHILDREN,
    owner="subject_id",
    topics=("concern-raised", "concern-closed"),
    steps=(_STATED, told_of_children("concerns_v1")),
    rows="""
SELECT subject_id, own, world, held_from, held_until, person_id, sex, stated.publisher,
       stated.concern, stated.raised_at, stated.raised_on, stated.closed_at, stated.closed_on,
       stated.closed_for
  FROM concerns_v1_ranges ORDER BY subject_id, own, world, held_from
""",
    indexes=(("concern",),),
)

RELATIONS: Final = (CONCERNS,)
