"""From the facts of accounts to those of national episodes, and the ledger range each held for."""

from typing import LiteralString

_FACT: LiteralString = """
struct_pack(person_id, bucket, category, start_at, started_on, end_at, end_reason, returned_on,
    offered, declined, completed, within_72h, authority, host_authority, force, age, sex,
    placement_type, looked_after, findings)
"""

# Which accounts that count make one episode, and where each account stands.
GROUPS: LiteralString = """
CREATE OR REPLACE TEMP TABLE members AS
SELECT unnest(national_ids) AS national_id, * FROM source_facts WHERE countable;

CREATE OR REPLACE TEMP TABLE grouped AS
SELECT national_id, family, position, world, bool_or(in_review) AS in_review,
       bool_or(source = 'police') AS police, bool_or(source = 'authority') AS authority
  FROM members GROUP BY ALL;

CREATE OR REPLACE TEMP TABLE bucketed AS
WITH buckets AS (
SELECT members.fact_id, members.position, members.world,
       bool_or(grouped.police AND grouped.authority) AS matched
  FROM members JOIN grouped USING (national_id, position, world) GROUP BY ALL
)
SELECT source_facts.*,
       CASE WHEN in_review THEN 'in_review' WHEN matched THEN 'matched'
            WHEN source = 'police' THEN 'police_only' ELSE 'authority_only' END AS bucket
  FROM source_facts JOIN buckets USING (fact_id, position, world);
"""

NATIONAL_FACTS: LiteralString = """
CREATE OR REPLACE TEMP TABLE national_facts AS
WITH summed AS (
SELECT members.national_id, members.family, members.position, members.world,
       any_value(grouped.in_review) AS in_review,
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
       CASE WHEN bool_or(host_authority = 'restricted') THEN 'restricted'
            ELSE arg_min(host_authority, placed) FILTER (host_authority <> 'unknown')
       END AS host_authority,
       arg_min(age, placed) FILTER (age IS NOT NULL) AS age,
       arg_min(placement_type, placed) FILTER (placement_type <> 'unknown') AS placement_type,
       arg_min(looked_after, placed) FILTER (looked_after <> 'unknown') AS looked_after,
       flatten(list(findings)) AS findings
  FROM (SELECT *, (CASE WHEN source = 'authority' THEN '0' ELSE '1' END) || fact_id AS placed
          FROM members) AS members
  JOIN grouped USING (national_id, position, world)
 GROUP BY members.national_id, members.family, members.position, members.world
)
SELECT family, position, world, national_id AS fact_id, 'national' AS source,
       timed.person_id AS person_id,
       CASE WHEN in_review THEN 'in_review' WHEN police AND authority_side THEN 'matched'
            WHEN police THEN 'police_only' ELSE 'authority_only' END AS bucket,
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

TOLD_FACTS: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE told_facts AS
SELECT source, fact_id, family, position, world, """
    + _FACT
    + """ AS fact FROM bucketed
UNION ALL
SELECT source, fact_id, family, position, world, """
    + _FACT
    + """ AS fact FROM national_facts
"""
)

# One row for each range of positions in which a fact held; held_until: NULL while it still does.
# world: `both`, or the one of the two in which it holds.
FACTS: LiteralString = """
CREATE OR REPLACE TEMP TABLE facts AS
WITH apart AS (
SELECT coalesce(d.source, l.source) AS source, coalesce(d.fact_id, l.fact_id) AS fact_id,
       coalesce(d.family, l.family) AS family, coalesce(d.position, l.position) AS position,
       d.fact AS decided, l.fact AS linked
  FROM (SELECT told_facts.* FROM told_facts SEMI JOIN opened USING (family, position)
         WHERE world = 'decided') AS d
  FULL JOIN (SELECT * FROM told_facts WHERE world = 'linked') AS l
    ON l.source = d.source AND l.fact_id = d.fact_id AND l.position = d.position
), said AS (
SELECT source, fact_id, family, position, 'both' AS world, fact
  FROM told_facts ANTI JOIN opened USING (family, position)
UNION ALL
SELECT source, fact_id, family, position, 'both', decided
  FROM apart WHERE decided IS NOT DISTINCT FROM linked
UNION ALL
SELECT source, fact_id, family, position, 'decided', decided
  FROM apart WHERE decided IS NOT NULL AND decided IS DISTINCT FROM linked
UNION ALL
SELECT source, fact_id, family, position, 'linked', linked
  FROM apart WHERE linked IS NOT NULL AND decided IS DISTINCT FROM linked
), named AS (
SELECT DISTINCT source, fact_id, world, family FROM said
), grid AS (
SELECT named.source, named.fact_id, named.world, points.position, said.fact,
       lag(said.fact) OVER own AS before,
       row_number() OVER own AS nth
  FROM named
  JOIN points USING (family)
  LEFT JOIN said ON said.source = named.source AND said.fact_id = named.fact_id
   AND said.world = named.world AND said.position = points.position
WINDOW own AS (PARTITION BY named.source, named.fact_id, named.world ORDER BY points.position)
), ranges AS (
SELECT source, fact_id, world, fact, position AS held_from,
       lead(position) OVER (PARTITION BY source, fact_id, world ORDER BY position) AS held_until
  FROM grid
 WHERE nth = 1 OR fact IS DISTINCT FROM before
)
SELECT source, fact_id, world, held_from, held_until, unnest(fact)
  FROM ranges WHERE fact IS NOT NULL
"""

# The columns of the stored view, in their order.
ROWS: LiteralString = """
SELECT source, fact_id, world, held_from, held_until, person_id, bucket, category, start_at,
       started_on, strftime(started_on, '%Y-%m') AS month,
       CAST(year(started_on) + CASE WHEN month(started_on) >= 4 THEN 1 ELSE 0 END AS INTEGER)
           AS reporting_year,
       end_at, end_reason, returned_on, offered, declined, completed, within_72h,
       facts.authority, host_authority, coalesce(areas.region, 'unknown') AS region, force, age,
       age_band(age) AS age_band, sex, placement_type, looked_after, findings
  FROM facts LEFT JOIN areas ON areas.authority = facts.authority
 ORDER BY source, fact_id, world, held_from
"""
