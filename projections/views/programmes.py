"""The relations of local programmes, and of the children that take part in them."""

from typing import Final, LiteralString

from projections.relation import About, Column, Relation
from projections.streams import RANGED, ranged
from projections.whose import KEY, STANDING, WHOSE, told_of_children

_STATED: LiteralString = """
CREATE OR REPLACE TEMP TABLE programmes_v1_stated AS
WITH told AS (
SELECT position, topic, publisher, {standing} AS standing,
       from_json(state, '{"own_id":"VARCHAR","programme":"VARCHAR","started":"VARCHAR",
           "area":"VARCHAR","ended":"VARCHAR"}') AS e
  FROM told_records WHERE topic IN ('programme-started', 'programme-ended')
), running AS (
SELECT e.own_id AS own_id, position,
       arg_max(struct_pack(publisher := publisher, programme := e.programme, area := e.area,
                           started := e.started), standing)
           FILTER (topic = 'programme-started') OVER so_far AS s,
       arg_max(struct_pack(ended := e.ended), standing)
           FILTER (topic = 'programme-ended') OVER so_far AS x
  FROM told
WINDOW so_far AS (PARTITION BY e.own_id ORDER BY position
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT own_id, position,
       CASE WHEN s IS NOT NULL THEN struct_pack(
           publisher := s.publisher, programme := s.programme, area := s.area,
           started_on := day_of(s.started), ended_on := day_of(x.ended)) END AS stated
  FROM running
"""

PROGRAMMES: Final = Relation(
    name="programmes_v1",
    columns=(
        *RANGED,
        Column(name="publisher", type="text"),
        Column(name="programme", type="text"),
        Column(name="area", type="text"),
        Column(name="started_on", type="date"),
        Column(name="ended_on", type="date", required=False),
    ),
    key=("own_id", "held_from"),
    about=About.STREAMS,
    owner="own_id",
    topics=("programme-started", "programme-ended"),
    steps=ranged("programmes_v1", _STATED),
    rows="""
SELECT own_id, held_from, held_until, publisher, programme, area, started_on, ended_on
  FROM programmes_v1_ranges ORDER BY own_id, held_from
""",
)

_JOINED: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE programme_children_v1_stated AS
WITH told AS (
SELECT position, topic, publisher, """
    + STANDING
    + """ AS standing,
       from_json(state, '{"subject_id":"VARCHAR","programme_id":"VARCHAR","programme":"VARCHAR",
           "joined":"VARCHAR","left_on":"VARCHAR"}') AS e
  FROM told_records WHERE topic IN ('programme-child-joined', 'programme-child-left')
), running AS (
SELECT e.subject_id AS subject_id, e.programme_id AS own, position,
       arg_max(struct_pack(publisher := publisher, programme := e.programme, joined := e.joined),
               standing) FILTER (topic = 'programme-child-joined') OVER so_far AS s,
       arg_max(struct_pack(left_on := e.left_on), standing)
           FILTER (topic = 'programme-child-left') OVER so_far AS x
  FROM told
WINDOW so_far AS (PARTITION BY e.subject_id, e.programme_id ORDER BY position
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT subject_id, own, position,
       CASE WHEN s IS NOT NULL THEN struct_pack(
           publisher := s.publisher, programme := s.programme, joined_until := end_of(s.joined),
           joined_on := day_of(s.joined), left_on := day_of(x.left_on)) END AS stated
  FROM running
"""
)

# own: the programme. joined_until: the instant by which the child had joined.
PARTICIPANTS: Final = Relation(
    name="programme_children_v1",
    columns=(
        *WHOSE,
        Column(name="publisher", type="text"),
        Column(name="programme", type="text"),
        Column(name="joined_until", type="timestamptz"),
        Column(name="joined_on", type="date"),
        Column(name="left_on", type="date", required=False),
    ),
    key=KEY,
    about=About.CHILDREN,
    owner="subject_id",
    topics=("programme-child-joined", "programme-child-left"),
    alone=True,
    steps=(_JOINED, told_of_children("programme_children_v1")),
    rows="""
SELECT subject_id, own, world, held_from, held_until, person_id, sex, stated.publisher,
       stated.programme, stated.joined_until, stated.joined_on, stated.left_on
  FROM programme_children_v1_ranges ORDER BY subject_id, own, world, held_from
""",
    indexes=(("own",),),
)

RELATIONS: Final = (PROGRAMMES, PARTICIPANTS)
