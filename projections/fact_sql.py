"""From accounts to facts: what counts, when it was known, and which ledger range it held for."""

from typing import LiteralString

_FACT: LiteralString = """
struct_pack(person_id, bucket, category, start_at, started_on, end_at, end_reason, returned_on,
    offered, declined, completed, within_72h, authority, host_authority, force, age, sex,
    placement_type, looked_after, findings)
"""

# Where a family's facts may change: at its own records, and at its children's. An account that
# says the same as before (a check, a risk level that changes nothing) makes no point.
POINTS: LiteralString = """
CREATE OR REPLACE TEMP TABLE changed AS
WITH compared AS (
SELECT accounts, lag(struct_pack(a := source, b := category, c := start_at, d := ended,
           e := countable, f := returned, g := offered, h := declined, i := completed,
           j := within_72h, k := findings, l := looked_after, m := responsible_authority,
           n := home_authority, o := host_authority, p := placement_type, q := age,
           r := national_ids)) OVER own AS before,
       struct_pack(a := source, b := category, c := start_at, d := ended,
           e := countable, f := returned, g := offered, h := declined, i := completed,
           j := within_72h, k := findings, l := looked_after, m := responsible_authority,
           n := home_authority, o := host_authority, p := placement_type, q := age,
           r := national_ids) AS after
  FROM accounts
WINDOW own AS (PARTITION BY episode_id ORDER BY position)
), kept AS (
SELECT unnest(accounts) FROM compared WHERE before IS NULL OR before IS DISTINCT FROM after
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

# Every account at every point of its family, with what is known of the child at that point.
AT_POINTS: LiteralString = """
CREATE OR REPLACE TEMP TABLE standing_at AS
SELECT changed.* EXCLUDE (position, until), points.position AS position, persons.person_id
  FROM points
  JOIN changed ON changed.family = points.family
   AND changed.position <= points.position AND points.position < changed.until
  JOIN persons ON persons.subject_id = changed.subject_id
   AND persons.position <= points.position AND points.position < persons.until
 WHERE countable;

CREATE OR REPLACE TEMP TABLE care_at AS
SELECT here.episode_id, here.position,
       true AS any_care,
       arg_max(struct_pack(authority := care.authority),
               struct_pack(a := care.begin_at, b := care.own_id))
           FILTER (care.begin_at <= here.start_at
                   AND (care.end_at IS NULL OR here.start_at < care.end_at)) AS covering
  FROM standing_at AS here
  JOIN care ON care.cluster = here.cluster
   AND care.position <= here.position AND here.position < care.until
  JOIN persons ON persons.subject_id = care.subject_id AND persons.person_id = here.person_id
   AND persons.position <= here.position AND here.position < persons.until
 GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE placed_at AS
SELECT here.episode_id, here.position,
       arg_max(struct_pack(code := placements.code, host := placements.host),
               struct_pack(a := placements.begin_at, b := placements.own_id)) AS covering
  FROM standing_at AS here
  JOIN placements ON placements.cluster = here.cluster
   AND placements.position <= here.position AND here.position < placements.until
   AND placements.begin_at <= here.start_at
   AND (placements.end_at IS NULL OR here.start_at < placements.end_at)
  JOIN persons ON persons.subject_id = placements.subject_id
   AND persons.person_id = here.person_id
   AND persons.position <= here.position AND here.position < persons.until
 GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE child_at AS
SELECT here.episode_id, here.position,
       arg_max(sexes.sex, sexes.weight) AS sex
  FROM standing_at AS here
  JOIN sexes ON sexes.cluster = here.cluster AND sexes.position <= here.position
  JOIN persons ON persons.subject_id = sexes.subject_id AND persons.person_id = here.person_id
   AND persons.position <= here.position AND here.position < persons.until
 GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE adult_at AS
SELECT here.episode_id, here.position, arg_max(birthdays.birthday, birthdays.position) AS birthday
  FROM standing_at AS here
  JOIN birthdays ON birthdays.cluster = here.cluster AND birthdays.position <= here.position
  JOIN persons ON persons.subject_id = birthdays.subject_id AND persons.person_id = here.person_id
   AND persons.position <= here.position AND here.position < persons.until
 GROUP BY ALL;
"""

SOURCE_FACTS: LiteralString = """
CREATE OR REPLACE TEMP TABLE source_facts AS
WITH joined AS (
SELECT here.*, substr(here.publisher, 4) AS own_area,
       care_at.covering AS in_care, care_at.any_care AS any_care, placed_at.covering AS placed,
       coalesce(child_at.sex, 'U') AS sex, midnight(adult_at.birthday) AS adult_at
  FROM standing_at AS here
  LEFT JOIN care_at USING (episode_id, position)
  LEFT JOIN placed_at USING (episode_id, position)
  LEFT JOIN child_at USING (episode_id, position)
  LEFT JOIN adult_at USING (episode_id, position)
), cared AS (
SELECT * REPLACE (
           CASE WHEN looked_after THEN 'yes' WHEN NOT looked_after THEN 'no'
                WHEN in_care IS NOT NULL THEN 'yes' WHEN any_care THEN 'no'
                ELSE 'unknown' END AS looked_after),
       CASE WHEN source = 'authority' THEN own_area END AS own_authority,
       adult_at IS NOT NULL AND (ended IS NULL OR end_of(ended) > adult_at) AS adult
  FROM joined
)
SELECT family, position, episode_id AS fact_id, source, national_ids, person_id, category,
       start_at, london_date(start_at) AS started_on,
       CASE WHEN adult THEN adult_at ELSE end_of(ended) END AS end_at,
       CASE WHEN adult THEN 'reached-eighteen' WHEN ended IS NULL THEN NULL
            WHEN category = 'away' THEN 'returned' ELSE 'located' END AS end_reason,
       CASE WHEN NOT adult THEN day_of(returned) END AS returned_on,
       offered, declined, completed, within_72h,
       coalesce(CASE WHEN looked_after = 'yes' THEN coalesce(responsible_authority,
                    in_care.authority, own_authority)
                ELSE coalesce(home_authority, own_authority) END, 'unknown') AS authority,
       coalesce(host_authority, placed.host, 'unknown') AS host_authority,
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

CREATE OR REPLACE TEMP TABLE members AS
SELECT unnest(national_ids) AS national_id, * FROM source_facts;

CREATE OR REPLACE TEMP TABLE grouped AS
SELECT national_id, family, position,
       bool_or(source = 'police') AS police, bool_or(source = 'authority') AS authority
  FROM members GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE bucketed AS
WITH buckets AS (
SELECT members.fact_id, members.position,
       bool_or(grouped.police AND grouped.authority) AS matched
  FROM members JOIN grouped USING (national_id, position) GROUP BY ALL
)
SELECT source_facts.*,
       CASE WHEN matched THEN 'matched' WHEN source = 'police' THEN 'police_only'
            ELSE 'authority_only' END AS bucket
  FROM source_facts JOIN buckets USING (fact_id, position);
"""

NATIONAL_FACTS: LiteralString = """
CREATE OR REPLACE TEMP TABLE national_facts AS
WITH summed AS (
SELECT members.national_id, members.family, members.position,
       any_value(grouped.police) AS police, any_value(grouped.authority) AS authority_side,
       arg_min(struct_pack(person_id, start_at, started_on, force, sex),
               struct_pack(a := side(source), b := start_at, c := fact_id)) AS timed,
       arg_min(returned_on, side(source) || fact_id) FILTER (returned_on IS NOT NULL)
           AS returned_on,
       any_value(category) AS category, count(DISTINCT category) > 1 AS conflict,
       bool_and(end_at IS NOT NULL) FILTER (source = 'police') AS police_ended,
       bool_and(end_at IS NOT NULL) FILTER (source = 'authority') AS authority_ended,
       arg_max(struct_pack(end_at, end_reason), struct_pack(a := end_at, b := fact_id))
           FILTER (source = 'police' AND end_at IS NOT NULL) AS police_end,
       arg_max(struct_pack(end_at, end_reason), struct_pack(a := end_at, b := fact_id))
           FILTER (source = 'authority' AND end_at IS NOT NULL) AS authority_end,
       bool_or(offered) AS offered, bool_or(declined) AS declined,
       bool_or(completed) AS completed,
       CASE WHEN bool_or(within_72h = 'yes') THEN 'yes' WHEN bool_or(within_72h = 'no') THEN 'no'
            ELSE max(within_72h) END AS within_72h,
       arg_min(members.authority, placed) FILTER (members.authority <> 'unknown') AS authority,
       arg_min(host_authority, placed) FILTER (host_authority <> 'unknown') AS host_authority,
       arg_min(age, placed) FILTER (age IS NOT NULL) AS age,
       arg_min(placement_type, placed) FILTER (placement_type <> 'unknown') AS placement_type,
       arg_min(looked_after, placed) FILTER (looked_after <> 'unknown') AS looked_after,
       flatten(list(findings)) AS findings
  FROM (SELECT *, (CASE WHEN source = 'authority' THEN '0' ELSE '1' END) || fact_id AS placed
          FROM members) AS members
  JOIN grouped USING (national_id, position)
 GROUP BY members.national_id, members.family, members.position
)
SELECT family, position, national_id AS fact_id, 'national' AS source,
       timed.person_id AS person_id,
       CASE WHEN police AND authority_side THEN 'matched' WHEN police THEN 'police_only'
            ELSE 'authority_only' END AS bucket,
       CASE WHEN conflict THEN 'missing' ELSE category END AS category,
       timed.start_at AS start_at, timed.started_on AS started_on,
       CASE WHEN police_ended THEN police_end.end_at
            WHEN authority_ended THEN authority_end.end_at END AS end_at,
       CASE WHEN police_ended THEN police_end.end_reason
            WHEN authority_ended THEN authority_end.end_reason END AS end_reason,
       returned_on, offered, declined, completed, within_72h,
       coalesce(authority, 'unknown') AS authority,
       coalesce(host_authority, 'unknown') AS host_authority,
       timed.force AS force, age, timed.sex AS sex,
       coalesce(placement_type, 'unknown') AS placement_type,
       coalesce(looked_after, 'unknown') AS looked_after,
       list_sort(list_distinct(list_concat(findings,
           CASE WHEN conflict THEN ['class-conflict'] ELSE CAST([] AS VARCHAR[]) END))) AS findings
  FROM summed;
"""

# One row for each range of positions in which a fact held; held_until: NULL while it still does.
FACTS: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE facts AS
WITH said AS (
SELECT source, fact_id, family, position, """
    + _FACT
    + """ AS fact FROM bucketed
UNION ALL BY NAME
SELECT source, fact_id, family, position, """
    + _FACT
    + """ AS fact FROM national_facts
), named AS (
SELECT DISTINCT source, fact_id, family FROM said
), grid AS (
SELECT named.source, named.fact_id, points.position, said.fact,
       lag(said.fact) OVER own AS before,
       row_number() OVER own AS nth
  FROM named
  JOIN points USING (family)
  LEFT JOIN said ON said.source = named.source AND said.fact_id = named.fact_id
   AND said.position = points.position
WINDOW own AS (PARTITION BY named.source, named.fact_id ORDER BY points.position)
), ranges AS (
SELECT source, fact_id, fact, position AS held_from,
       lead(position) OVER (PARTITION BY source, fact_id ORDER BY position) AS held_until
  FROM grid
 WHERE nth = 1 OR fact IS DISTINCT FROM before
)
SELECT source, fact_id, held_from, held_until, unnest(fact)
  FROM ranges WHERE fact IS NOT NULL
"""
)

# The columns of the stored view, in their order.
ROWS: LiteralString = """
SELECT source, fact_id, held_from, held_until, person_id, bucket, category, start_at, started_on,
       strftime(started_on, '%Y-%m') AS month,
       CAST(year(started_on) + CASE WHEN month(started_on) >= 4 THEN 1 ELSE 0 END AS INTEGER)
           AS reporting_year,
       end_at, end_reason, returned_on, offered, declined, completed, within_72h,
       facts.authority, host_authority, coalesce(areas.region, 'unknown') AS region, force, age,
       CASE WHEN age IS NULL OR age < 0 THEN 'unknown' WHEN age = 0 THEN '0'
            WHEN age <= 4 THEN '1-4' WHEN age <= 9 THEN '5-9' WHEN age <= 15 THEN '10-15'
            WHEN age <= 17 THEN '16-17' ELSE '18+' END AS age_band,
       sex, placement_type, looked_after, findings
  FROM facts LEFT JOIN areas ON areas.authority = facts.authority
 ORDER BY source, fact_id, held_from
"""
