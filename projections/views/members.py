"""Which accounts make which national episode, at every ledger position and in both worlds."""

from typing import Final, LiteralString

from projections.relation import About, Column, Relation

# It stands in a row of the points of its family for as long as it is a member without a break.
_SPELLS: LiteralString = """
CREATE OR REPLACE TEMP TABLE members_v1_spells AS
WITH numbered AS (
SELECT family, position, row_number() OVER own AS nth, lead(position) OVER own AS next_position
  FROM points
WINDOW own AS (PARTITION BY family ORDER BY position)
), pairs AS (
SELECT DISTINCT national_id, fact_id AS episode_id, family, position, world FROM members
), labelled AS (
SELECT national_id, episode_id, pairs.family, pairs.position,
       CASE WHEN opened.position IS NULL OR count(*) = 2 THEN 'both'
            ELSE any_value(pairs.world) END AS world
  FROM pairs
  LEFT JOIN opened ON opened.family = pairs.family AND opened.position = pairs.position
 GROUP BY national_id, episode_id, pairs.family, pairs.position, opened.position
), placed AS (
SELECT labelled.*, next_position,
       nth - row_number() OVER (PARTITION BY national_id, episode_id, world ORDER BY nth) AS spell
  FROM labelled JOIN numbered USING (family, position)
)
SELECT national_id, episode_id, world, min(position) AS held_from,
       CASE WHEN bool_and(next_position IS NOT NULL) THEN max(next_position) END AS held_until
  FROM placed
 GROUP BY national_id, episode_id, world, spell
"""

MEMBERS: Final = Relation(
    name="members_v1",
    columns=(
        Column(name="national_id", type="uuid"),
        Column(name="episode_id", type="uuid"),
        Column(name="world", type="text"),
        Column(name="held_from", type="bigint"),
        Column(name="held_until", type="bigint", required=False),
    ),
    key=("national_id", "episode_id", "world", "held_from"),
    about=About.EPISODES,
    owner="episode_id",
    topics=(),
    steps=(_SPELLS,),
    rows="""
SELECT national_id, episode_id, world, held_from, held_until
  FROM members_v1_spells ORDER BY national_id, episode_id, world, held_from
""",
    indexes=(("episode_id",),),
)

RELATIONS = (MEMBERS,)
