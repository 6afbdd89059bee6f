"""The row of every source episode ever heard of: its bucket, and the cell in which it stands.

It runs after the facts, on their temporary tables, and says what `domain.source_rows` says.
Relations expected besides: told_records, the same records with those that only quality reads.
"""

from typing import LiteralString

SOURCE_ROWS: LiteralString = """
CREATE OR REPLACE TEMP TABLE source_rows AS
WITH heard AS (
SELECT state ->> '$.episode_id' AS episode_id, min(position) AS position,
       arg_min(publisher, position) FILTER (publisher <> 'hub') AS publisher
  FROM told_records
 WHERE topic IN ('safe-and-well-check-outcome-shared', 'return-interview-findings-shared')
 GROUP BY 1
), firsts AS (
SELECT episode_id, min(position) AS position FROM changed GROUP BY 1
), said AS (
SELECT here.fact_id AS episode_id, here.position,
       struct_pack(source := here.source,
           bucket := CASE WHEN here.void THEN 'void' ELSE coalesce(bucketed.bucket, 'held') END,
           category := CASE WHEN here.countable THEN whole.category ELSE here.category END,
           started_on := CASE WHEN here.countable THEN whole.started_on ELSE here.started_on END,
           authority := CASE WHEN here.countable THEN whole.authority ELSE here.authority END,
           force := CASE WHEN here.countable THEN whole.force ELSE here.force END,
           age := CASE WHEN here.countable THEN whole.age ELSE here.age END) AS cell
  FROM source_facts AS here
  LEFT JOIN bucketed ON bucketed.fact_id = here.fact_id AND bucketed.position = here.position
   AND bucketed.world = 'decided'
  LEFT JOIN national_facts AS whole ON whole.fact_id = here.national_ids[1]
   AND whole.position = here.position AND whole.world = 'decided'
 WHERE here.world = 'decided'
UNION ALL
SELECT heard.episode_id, heard.position,
       struct_pack(
           source := CASE WHEN starts_with(publisher, 'pf-') THEN 'police' ELSE 'authority' END,
           bucket := 'held', category := 'missing', started_on := CAST(NULL AS DATE),
           authority := CASE WHEN starts_with(publisher, 'la-') THEN substr(publisher, 4)
                             ELSE 'unknown' END,
           force := CASE WHEN starts_with(publisher, 'pf-') THEN substr(publisher, 4)
                         ELSE 'none' END,
           age := CAST(NULL AS INTEGER))
  FROM heard LEFT JOIN firsts USING (episode_id)
 WHERE firsts.position IS NULL OR heard.position < firsts.position
), compared AS (
SELECT said.*, lag(cell) OVER (PARTITION BY episode_id ORDER BY position) AS before
  FROM said
), ranges AS (
SELECT episode_id, cell, position AS held_from,
       lead(position) OVER (PARTITION BY episode_id ORDER BY position) AS held_until
  FROM compared
 WHERE before IS NULL OR cell IS DISTINCT FROM before
)
SELECT episode_id, held_from, held_until, unnest(cell) FROM ranges;
"""

# The columns of the stored view, in their order.
SOURCE_ROW_ROWS: LiteralString = """
SELECT episode_id, held_from, held_until, source, bucket, category, started_on,
       source_rows.authority, coalesce(areas.region, 'unknown') AS region, force, age,
       age_band(age) AS age_band
  FROM source_rows LEFT JOIN areas ON areas.authority = source_rows.authority
 ORDER BY episode_id, held_from
"""
