"""The relation of periods of care: every version of each, with who the child is in both worlds."""

from typing import Final, LiteralString

from projections.relation import About, Column, Relation, versions

# When a statement was made decides which holds, as among those about episodes.
STANDING: Final[LiteralString] = (
    "concat('0', lpad(CAST(epoch_us(occurred_at) + 4000000000000000 AS VARCHAR), 18, '0'),"
    " submission)"
)
_TOLD: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE care_v1_told AS
SELECT position, topic, publisher, """
    + STANDING
    + """ AS standing,
       from_json(state, '{"subject_id":"VARCHAR","care_id":"VARCHAR","started":"VARCHAR",
           "responsible_authority":"VARCHAR","legal_status":"VARCHAR","changed":"VARCHAR",
           "ended":"VARCHAR","reason":"VARCHAR"}') AS e
  FROM told_records
 WHERE topic IN ('care-started', 'care-status-changed', 'care-ended')
"""
)

# Of several statements about one day's legal status, the one with the highest standing holds.
_STATED: LiteralString = """
CREATE OR REPLACE TEMP TABLE care_v1_stated AS
WITH running AS (
SELECT e.subject_id AS subject_id, e.care_id AS care_id, position,
       arg_max(struct_pack(started := e.started, authority := e.responsible_authority,
                           legal_status := e.legal_status, publisher := publisher), standing)
           FILTER (topic = 'care-started') OVER so_far AS s,
       arg_max(struct_pack(ended := e.ended, reason := e.reason), standing)
           FILTER (topic = 'care-ended') OVER so_far AS x,
       list(struct_pack(since := earliest(e.changed), standing := standing,
                        status := e.legal_status))
           FILTER (topic = 'care-status-changed') OVER so_far AS changes,
       lead(position, 1, 9223372036854775807) OVER own AS until
  FROM care_v1_told
WINDOW own AS (PARTITION BY e.subject_id, e.care_id ORDER BY position),
       so_far AS (PARTITION BY e.subject_id, e.care_id ORDER BY position
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT running.subject_id, cluster, care_id, position, until,
       struct_pack(
           publisher := s.publisher,
           authority := coalesce(s.authority, CASE WHEN starts_with(s.publisher, 'la-')
                                                   THEN substr(s.publisher, 4) END, 'unknown'),
           started_at := earliest(s.started), started_on := day_of(s.started),
           ended_at := end_of(x.ended), ended_on := day_of(x.ended), end_reason := x.reason,
           legal_status := s.legal_status,
           status_changes := coalesce(array_to_string(list_transform(
               list_filter(list_sort(changes), lambda this, i:
                   this.since >= earliest(s.started)
                   AND this.since IS DISTINCT FROM list_sort(changes)[i + 1].since),
               lambda this: concat(epoch_us(this.since), ' ', this.status)), ','), '')) AS stated
  FROM running JOIN subjects USING (subject_id)
 WHERE s IS NOT NULL
"""

# Where a version may begin: at its own records, and where it may change who the child is, or what
# is known of the sex of whoever that is.
_SAID: LiteralString = """
CREATE OR REPLACE TEMP TABLE care_v1_points AS
WITH firsts AS (
SELECT subject_id, cluster, care_id, min(position) AS first FROM care_v1_stated GROUP BY ALL
)
SELECT subject_id, care_id, position FROM care_v1_stated
UNION
SELECT firsts.subject_id, care_id, persons.position
  FROM firsts JOIN persons ON persons.cluster = firsts.cluster AND persons.position > first
UNION
SELECT firsts.subject_id, care_id, sexes.position
  FROM firsts JOIN sexes ON sexes.cluster = firsts.cluster AND sexes.position > first;

CREATE OR REPLACE TEMP TABLE care_v1_who AS
SELECT here.subject_id, points.position, here.world, here.person_id,
       coalesce(arg_max(sexes.sex, sexes.weight), 'U') AS sex
  FROM (SELECT DISTINCT subject_id, position FROM care_v1_points) AS points
  JOIN persons AS here ON here.subject_id = points.subject_id
   AND here.position <= points.position AND points.position < here.until
  JOIN persons AS same ON same.cluster = here.cluster AND same.world = here.world
   AND same.person_id = here.person_id
   AND same.position <= points.position AND points.position < same.until
  LEFT JOIN sexes ON sexes.subject_id = same.subject_id AND sexes.position <= points.position
 GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE care_v1_said AS
WITH valued AS (
SELECT points.subject_id, points.care_id, points.position, who.world,
       struct_pack(person_id := who.person_id, sex := who.sex, stated := stated.stated) AS value
  FROM care_v1_points AS points
  JOIN care_v1_stated AS stated
    ON stated.subject_id = points.subject_id AND stated.care_id = points.care_id
   AND stated.position <= points.position AND points.position < stated.until
  JOIN care_v1_who AS who
    ON who.subject_id = points.subject_id AND who.position = points.position
), apart AS (
SELECT subject_id, care_id, position,
       any_value(value) FILTER (world = 'decided') AS decided,
       any_value(value) FILTER (world = 'linked') AS linked
  FROM valued GROUP BY ALL
), compared AS (
SELECT *, bool_or(decided IS DISTINCT FROM linked)
              OVER (PARTITION BY subject_id, care_id) AS doubted
  FROM apart
)
SELECT subject_id, care_id, 'both' AS world, position,
       CASE WHEN decided IS NOT DISTINCT FROM linked THEN decided END AS value FROM compared
UNION ALL
SELECT subject_id, care_id, 'decided', position,
       CASE WHEN decided IS DISTINCT FROM linked THEN decided END FROM compared WHERE doubted
UNION ALL
SELECT subject_id, care_id, 'linked', position,
       CASE WHEN decided IS DISTINCT FROM linked THEN linked END FROM compared WHERE doubted
"""

_RANGES: LiteralString = "CREATE OR REPLACE TEMP TABLE care_v1_ranges AS " + versions(
    "care_v1_said", "subject_id, care_id, world", "value"
)

_ROWS: LiteralString = """
SELECT subject_id, care_id, world, held_from, held_until, person_id, stated.publisher,
       stated.authority, coalesce(areas.region, 'unknown') AS region, stated.started_at,
       stated.started_on, stated.ended_at, stated.ended_on, stated.end_reason,
       stated.legal_status, stated.status_changes, sex
  FROM care_v1_ranges AS r LEFT JOIN areas ON areas.authority = r.stated.authority
 ORDER BY subject_id, care_id, world, held_from
"""

# authority: the responsible one, else that of the publisher, else `unknown`. legal_status: that
# the care began with. status_changes: the later ones, each as the microseconds of its instant
# since 1970, a space and the code, joined by commas in the order of time; empty: none.
CARE: Final = Relation(
    name="care_v1",
    columns=(
        Column(name="subject_id", type="uuid"),
        Column(name="care_id", type="uuid"),
        Column(name="world", type="text"),
        Column(name="held_from", type="bigint"),
        Column(name="held_until", type="bigint", required=False),
        Column(name="person_id", type="uuid"),
        Column(name="publisher", type="text"),
        Column(name="authority", type="text"),
        Column(name="region", type="text"),
        Column(name="started_at", type="timestamptz"),
        Column(name="started_on", type="date"),
        Column(name="ended_at", type="timestamptz", required=False),
        Column(name="ended_on", type="date", required=False),
        Column(name="end_reason", type="text", required=False),
        Column(name="legal_status", type="text", required=False),
        Column(name="status_changes", type="text"),
        Column(name="sex", type="text"),
    ),
    key=("subject_id", "care_id", "world", "held_from"),
    about=About.CHILDREN,
    owner="subject_id",
    topics=("care-started", "care-status-changed", "care-ended"),
    alone=True,
    steps=(_TOLD, _STATED, _SAID, _RANGES),
    rows=_ROWS,
    indexes=(("person_id",), ("started_on",)),
)

RELATIONS: Final = (CARE,)
