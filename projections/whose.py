"""What is told of children, in every version: the thing as stated, and who the child then is."""

from typing import Final, LiteralString

from projections.relation import Column, versions

# When a statement was made decides which of several about one thing holds.
STANDING: Final[LiteralString] = (
    "concat(lpad(CAST(epoch_us(occurred_at) + 4000000000000000 AS VARCHAR), 18, '0'), submission)"
)

# The columns that every such relation begins with; `own` names what is told of.
WHOSE: Final = (
    Column(name="subject_id", type="uuid"),
    Column(name="own", type="text"),
    Column(name="world", type="text"),
    Column(name="held_from", type="bigint"),
    Column(name="held_until", type="bigint", required=False),
    Column(name="person_id", type="uuid"),
    Column(name="sex", type="text"),
)
KEY: Final[tuple[LiteralString, ...]] = ("subject_id", "own", "world", "held_from")

_POINTS: LiteralString = """
CREATE OR REPLACE TEMP TABLE {name}_points AS
WITH firsts AS (
SELECT subject_id, cluster, own, min(position) AS first
  FROM {name}_stated JOIN subjects USING (subject_id) GROUP BY ALL
)
SELECT subject_id, own, position FROM {name}_stated
UNION
SELECT firsts.subject_id, own, persons.position
  FROM firsts JOIN persons ON persons.cluster = firsts.cluster AND persons.position > first
UNION
SELECT firsts.subject_id, own, sexes.position
  FROM firsts JOIN sexes ON sexes.cluster = firsts.cluster AND sexes.position > first;

CREATE OR REPLACE TEMP TABLE {name}_who AS
SELECT here.subject_id, points.position, here.world, here.person_id,
       coalesce(arg_max(sexes.sex, sexes.weight), 'U') AS sex
  FROM (SELECT DISTINCT subject_id, position FROM {name}_points) AS points
  JOIN persons AS here ON here.subject_id = points.subject_id
   AND here.position <= points.position AND points.position < here.until
  JOIN persons AS same ON same.cluster = here.cluster AND same.world = here.world
   AND same.person_id = here.person_id
   AND same.position <= points.position AND points.position < same.until
  LEFT JOIN sexes ON sexes.subject_id = same.subject_id AND sexes.position <= points.position
 GROUP BY ALL;
"""
_SAID: LiteralString = """
CREATE OR REPLACE TEMP TABLE {name}_said AS
WITH lasting AS (
SELECT *, lead(position, 1, 9223372036854775807)
              OVER (PARTITION BY subject_id, own ORDER BY position) AS until
  FROM {name}_stated
), valued AS (
SELECT points.subject_id, points.own, points.position, who.world,
       CASE WHEN lasting.stated IS NOT NULL
            THEN struct_pack(person_id := who.person_id, sex := who.sex,
                             stated := lasting.stated) END AS value
  FROM {name}_points AS points
  JOIN lasting ON lasting.subject_id = points.subject_id AND lasting.own = points.own
   AND lasting.position <= points.position AND points.position < lasting.until
  JOIN {name}_who AS who
    ON who.subject_id = points.subject_id AND who.position = points.position
), apart AS (
SELECT subject_id, own, position,
       any_value(value) FILTER (world = 'decided') AS decided,
       any_value(value) FILTER (world = 'linked') AS linked
  FROM valued GROUP BY ALL
)
SELECT subject_id, own, 'both' AS world, position,
       CASE WHEN decided IS NOT DISTINCT FROM linked THEN decided END AS value FROM apart
UNION ALL
SELECT subject_id, own, 'decided', position,
       CASE WHEN decided IS DISTINCT FROM linked THEN decided END FROM apart
UNION ALL
SELECT subject_id, own, 'linked', position,
       CASE WHEN decided IS DISTINCT FROM linked THEN linked END FROM apart;

CREATE OR REPLACE TEMP TABLE {name}_ranges AS
{ranges}
"""


def told_of_children(name: LiteralString) -> LiteralString:
    """Return the statements that make `<name>_ranges` out of `<name>_stated`.

    `<name>_stated`: (subject_id, own, position, stated): what is stated of each thing from a
    position on; a struct, or NULL where the thing does not exist. The ranges are in both worlds and
    have the columns WHOSE and the struct as `stated`.
    """
    ranges = versions("{name}_said", "subject_id, own, world", "value")
    return (_POINTS + _SAID.replace("{ranges}", ranges)).replace("{name}", name)
