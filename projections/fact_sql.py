"""From accounts to the facts of each: what is known at every point, in both worlds."""

from typing import LiteralString

# Where a family's facts may change: at its own records, and at its children's. An account that
# says the same as before (a check, a risk level that changes nothing) makes no point.
POINTS: LiteralString = """
CREATE OR REPLACE TEMP TABLE changed AS
WITH compared AS (
SELECT *, lag(struct_pack(a := source, b := category, c := start_at, d := ended,
           e := countable, f := returned, g := offered, h := declined, i := completed,
           j := within_72h, k := findings, l := looked_after, m := responsible_authority,
           n := home_authority, o := host_authority, p := placement_type, q := age,
           r := national_ids, s := proposed_ids, t := in_review, u := void)) OVER own AS before,
       struct_pack(a := source, b := category, c := start_at, d := ended,
           e := countable, f := returned, g := offered, h := declined, i := completed,
           j := within_72h, k := findings, l := looked_after, m := responsible_authority,
           n := home_authority, o := host_authority, p := placement_type, q := age,
           r := national_ids, s := proposed_ids, t := in_review, u := void) AS after
  FROM accounts
WINDOW own AS (PARTITION BY episode_id ORDER BY position)
), kept AS (
SELECT * EXCLUDE (before, after)
  FROM compared WHERE before IS NULL OR before IS DISTINCT FROM after
)
SELECT kept.*, family, subject_id, cluster,
       lead(position, 1, 9223372036854775807)
           OVER (PARTITION BY episode_id ORDER BY position) AS until
  FROM kept JOIN families USING (episode_id);

CREATE OR REPLACE TEMP TABLE points AS
WITH firsts AS (
SELECT family, cluster, min(position) AS position FROM changed GROUP BY ALL
), own AS (
SELECT DISTINCT family, position FROM changed
), about AS (
SELECT DISTINCT firsts.family, parsed.position
  FROM parsed
  JOIN subjects ON subjects.subject_id = parsed.e.subject_id
  JOIN firsts ON firsts.cluster = subjects.cluster AND parsed.position > firsts.position
 WHERE parsed.e.episode_id IS NULL
)
SELECT family, position FROM own UNION SELECT family, position FROM about;
"""

# The worlds at every point of a family: as decided; and, where anything is in review, as it would
# be if all of it were linked.
WORLDS: LiteralString = """
CREATE OR REPLACE TEMP TABLE opened AS
WITH doubted AS (
SELECT cluster, decided.position, decided.until
  FROM persons AS decided JOIN persons AS linked USING (subject_id, cluster, position)
 WHERE decided.world = 'decided' AND linked.world = 'linked'
   AND decided.person_id <> linked.person_id
), whose AS (
SELECT DISTINCT family, cluster FROM changed
)
SELECT points.family, points.position
  FROM points JOIN changed ON changed.family = points.family
   AND changed.position <= points.position AND points.position < changed.until
 WHERE changed.in_review OR changed.proposed_ids <> changed.national_ids
UNION
SELECT points.family, points.position
  FROM doubted
  JOIN whose USING (cluster)
  JOIN points ON points.family = whose.family
   AND doubted.position <= points.position AND points.position < doubted.until;

CREATE OR REPLACE TEMP TABLE worlds AS
SELECT family, position, 'decided' AS world FROM points
UNION ALL
SELECT family, position, 'linked' FROM opened;
"""

# Every account at every point of its family, with what is known of the child at that point.
AT_POINTS: LiteralString = """
CREATE OR REPLACE TEMP TABLE standing_at AS
SELECT changed.* EXCLUDE (position, until, national_ids, proposed_ids, in_review),
       worlds.position, worlds.world, persons.person_id,
       CASE WHEN worlds.world = 'linked' THEN proposed_ids ELSE national_ids END AS national_ids,
       in_review AND worlds.world = 'decided' AS in_review
  FROM worlds
  JOIN changed ON changed.family = worlds.family
   AND changed.position <= worlds.position AND worlds.position < changed.until
  JOIN persons ON persons.subject_id = changed.subject_id AND persons.world = worlds.world
   AND persons.position <= worlds.position AND worlds.position < persons.until;

CREATE OR REPLACE TEMP TABLE care_at AS
SELECT here.episode_id, here.position, here.world,
       true AS any_care, min(care.died_on) AS died_on,
       arg_max(struct_pack(authority := care.authority),
               struct_pack(a := care.begin_at, b := care.own_id))
           FILTER (care.begin_at <= here.start_at
                   AND (care.end_at IS NULL OR here.start_at < care.end_at)) AS covering
  FROM standing_at AS here
  JOIN care ON care.cluster = here.cluster
   AND care.position <= here.position AND here.position < care.until
  JOIN persons ON persons.subject_id = care.subject_id AND persons.person_id = here.person_id
   AND persons.world = here.world
   AND persons.position <= here.position AND here.position < persons.until
 GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE placed_at AS
SELECT here.episode_id, here.position, here.world,
       arg_max(struct_pack(code := placements.code, host := placements.host),
               struct_pack(a := placements.begin_at, b := placements.own_id)) AS covering
  FROM standing_at AS here
  JOIN placements ON placements.cluster = here.cluster
   AND placements.position <= here.position AND here.position < placements.until
   AND placements.begin_at <= here.start_at
   AND (placements.end_at IS NULL OR here.start_at < placements.end_at)
  JOIN persons ON persons.subject_id = placements.subject_id
   AND persons.person_id = here.person_id AND persons.world = here.world
   AND persons.position <= here.position AND here.position < persons.until
 GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE child_at AS
SELECT here.episode_id, here.position, here.world,
       arg_max(sexes.sex, sexes.weight) AS sex
  FROM standing_at AS here
  JOIN sexes ON sexes.cluster = here.cluster AND sexes.position <= here.position
  JOIN persons ON persons.subject_id = sexes.subject_id AND persons.person_id = here.person_id
   AND persons.world = here.world
   AND persons.position <= here.position AND here.position < persons.until
 GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE adult_at AS
SELECT here.episode_id, here.position, here.world,
       arg_max(birthdays.birthday, birthdays.position) AS birthday
  FROM standing_at AS here
  JOIN birthdays ON birthdays.cluster = here.cluster AND birthdays.position <= here.position
  JOIN persons ON persons.subject_id = birthdays.subject_id AND persons.person_id = here.person_id
   AND persons.world = here.world
   AND persons.position <= here.position AND here.position < persons.until
 GROUP BY ALL;
"""

SOURCE_FACTS: LiteralString = """
CREATE OR REPLACE TEMP TABLE source_facts AS
WITH joined AS (
SELECT here.*, substr(here.publisher, 4) AS own_area,
       care_at.covering AS in_care, care_at.any_care AS any_care, care_at.died_on AS died_on,
       placed_at.covering AS placed,
       coalesce(child_at.sex, 'U') AS sex, midnight(adult_at.birthday) AS adult_at
  FROM standing_at AS here
  LEFT JOIN care_at USING (episode_id, position, world)
  LEFT JOIN placed_at USING (episode_id, position, world)
  LEFT JOIN child_at USING (episode_id, position, world)
  LEFT JOIN adult_at USING (episode_id, position, world)
), cared AS (
SELECT * REPLACE (
           CASE WHEN looked_after THEN 'yes' WHEN NOT looked_after THEN 'no'
                WHEN in_care IS NOT NULL THEN 'yes' WHEN any_care THEN 'no'
                ELSE 'unknown' END AS looked_after),
       CASE WHEN source = 'authority' THEN own_area END AS own_authority,
       adult_at IS NOT NULL AND (ended IS NULL OR end_of(ended) > adult_at) AS adult
  FROM joined
)
SELECT family, position, world, episode_id AS fact_id, source, void, countable, in_review,
       national_ids, person_id, category, start_at, london_date(start_at) AS started_on,
       CASE WHEN adult THEN adult_at ELSE end_of(ended) END AS end_at,
       CASE WHEN adult THEN 'reached-eighteen' WHEN ended IS NULL THEN NULL
            WHEN category = 'away' THEN 'returned' ELSE 'located' END AS end_reason,
       CASE WHEN NOT adult AND NOT coalesce(died_on <= day_of(returned), false)
            THEN day_of(returned) END AS returned_on,
       offered, declined, completed, within_72h,
       coalesce(CASE WHEN looked_after = 'yes' THEN coalesce(responsible_authority,
                    in_care.authority, own_authority)
                ELSE coalesce(home_authority, own_authority) END, 'unknown') AS authority,
       CASE WHEN placed.host = 'restricted' THEN 'restricted'
            ELSE coalesce(host_authority, placed.host, 'unknown') END AS host_authority,
       CASE WHEN source = 'police' THEN own_area ELSE 'none' END AS force,
       age, sex,
       CASE WHEN placement_type IS NOT NULL THEN coalesce(stated.name, 'unknown')
            WHEN placed IS NOT NULL THEN coalesce(lasting.name, 'unknown')
            WHEN looked_after = 'no' THEN 'not_looked_after'
            ELSE 'unknown' END AS placement_type,
       looked_after, findings
  FROM cared
  LEFT JOIN placement_groups AS stated ON stated.code = cared.placement_type
  LEFT JOIN placement_groups AS lasting ON lasting.code = cared.placed.code;
"""
