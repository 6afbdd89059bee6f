"""The questions that the answers about data quality put to the views; one snapshot answers all.

kind: how the ids of publishers of one kind begin. first, last: months of occurrence, or NULL.
time: the instant as of which findings hold.
"""

from typing import LiteralString

BUILD: LiteralString = """
SELECT b.build, b.position, b.definition_version, e.recorded_at
  FROM projection.active_build a
  JOIN projection.builds b USING (build)
  LEFT JOIN ledger.stored_events e ON e.notification_id = b.position
"""
# The number of an episode is among all missing ones of the child at the publisher.
CASES: LiteralString = """
WITH numbered AS (
    SELECT *, row_number() OVER (PARTITION BY publisher, subject_id, category
                                     ORDER BY start_at, episode_id) AS nth
      FROM projection.quality_cases_v1
     WHERE build = %(build)s AND starts_with(publisher, %(kind)s)
), inside AS (
    SELECT *, category = 'missing' AND ended AS owed,
           category = 'missing' AND (looked_after OR %(kind)s = 'la-') AS shared,
           alike IS NOT NULL
               AND min(subject_id::text) OVER same < max(subject_id::text) OVER same AS together
      FROM numbered
     WHERE (%(first)s::text IS NULL OR month >= %(first)s)
       AND (%(last)s::text IS NULL OR month <= %(last)s)
    WINDOW same AS (PARTITION BY publisher, alike)
)
SELECT publisher, count(*), count(*) FILTER (WHERE together),
       count(*) FILTER (WHERE shared AND matched), count(*) FILTER (WHERE shared),
       count(*) FILTER (WHERE category = 'away'),
       count(*) FILTER (WHERE category = 'away' OR category = 'missing' AND looked_after),
       count(*) FILTER (WHERE owed AND responded), count(*) FILTER (WHERE owed),
       count(*) FILTER (WHERE owed AND responded AND nth <= %(early)s),
       count(*) FILTER (WHERE owed AND nth <= %(early)s),
       count(*) FILTER (WHERE owed AND responded AND nth >= %(later)s),
       count(*) FILTER (WHERE owed AND nth >= %(later)s)
  FROM inside GROUP BY publisher ORDER BY publisher
"""
FINDINGS: LiteralString = """
SELECT publisher, code, count(DISTINCT coalesce(episode_id::text, position::text))
  FROM projection.findings_v1
 WHERE build = %(build)s AND starts_with(publisher, %(kind)s)
   AND (%(first)s::text IS NULL OR month >= %(first)s)
   AND (%(last)s::text IS NULL OR month <= %(last)s)
   AND (true_from IS NULL OR true_from <= %(time)s)
   AND (true_until IS NULL OR %(time)s < true_until)
 GROUP BY publisher, code ORDER BY publisher, code
"""
TALLIES: LiteralString = """
SELECT publisher, CASE WHEN starts_with(what, 'delay:') THEN '' ELSE type END AS kind, what,
       sum(events)::bigint
  FROM projection.publisher_tallies_v1
 WHERE build = %(build)s AND starts_with(publisher, %(kind)s)
   AND (%(first)s::text IS NULL OR month >= %(first)s)
   AND (%(last)s::text IS NULL OR month <= %(last)s)
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
BY_TYPE: LiteralString = """
SELECT publisher, type, sum(events)::bigint
  FROM projection.publisher_tallies_v1
 WHERE build = %(build)s AND starts_with(publisher, %(kind)s) AND starts_with(what, 'delay:')
   AND (%(first)s::text IS NULL OR month >= %(first)s)
   AND (%(last)s::text IS NULL OR month <= %(last)s)
 GROUP BY 1, 2 ORDER BY 1, 2
"""
VOLUMES: LiteralString = """
WITH sent AS (
    SELECT publisher, month, type, sum(events)::bigint AS events
      FROM projection.publisher_tallies_v1
     WHERE build = %(build)s AND starts_with(publisher, %(kind)s) AND starts_with(what, 'delay:')
       AND (%(first)s::text IS NULL OR month >= %(first)s)
       AND (%(last)s::text IS NULL OR month <= %(last)s)
     GROUP BY publisher, month, type
), usual AS (
    SELECT month, type, percentile_cont(0.5) WITHIN GROUP (ORDER BY events) AS events
      FROM sent GROUP BY month, type HAVING count(*) >= %(publishers)s
)
SELECT month, type, sent.events, usual.events
  FROM sent LEFT JOIN usual USING (month, type)
 WHERE publisher = %(publisher)s ORDER BY month, type
"""
OUTCOMES: LiteralString = """
SELECT publisher, outcome, reason, sum(submissions)::bigint
  FROM intake.outcomes WHERE starts_with(publisher, %(kind)s)
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""
DECLARED: LiteralString = """
SELECT from_date, to_date, rows_sent,
       (SELECT coalesce(sum(s.messages), 0)::bigint FROM projection.sent_v1 s
         WHERE s.build = d.build AND s.publisher = d.publisher
           AND s.day BETWEEN d.from_date AND d.to_date)
  FROM projection.declared_periods_v1 d
 WHERE build = %(build)s AND publisher = %(publisher)s
 ORDER BY from_date, to_date, own_id
"""
# Care and placements reach years back; a publisher's account of absences begins with the first.
FIRST_MONTH: LiteralString = """
SELECT min(month) FROM projection.publisher_tallies_v1
 WHERE build = %(build)s AND publisher = %(publisher)s AND type = 'episode-reported'
"""
LAST_HEARD: LiteralString = """
SELECT max(last_at) FROM intake.received WHERE publisher = %(publisher)s
"""
HOURS: LiteralString = """
SELECT hour FROM projection.heard_v1
 WHERE build = %(build)s AND publisher = %(publisher)s AND hour > %(since)s ORDER BY hour
"""
POINTED_AT: LiteralString = """
SELECT f.position, e.submission_id, f.month, f.true_from
  FROM projection.findings_v1 f
  JOIN projection.active_build a USING (build)
  JOIN ledger.stored_events e ON e.notification_id = f.position
 WHERE f.publisher = %(publisher)s AND f.code = %(code)s
   AND (%(first)s::text IS NULL OR f.month >= %(first)s)
   AND (%(last)s::text IS NULL OR f.month <= %(last)s)
   AND (f.true_from IS NULL OR f.true_from <= %(time)s)
   AND (f.true_until IS NULL OR %(time)s < f.true_until)
 ORDER BY f.position, f.true_from
"""
ALIKE: LiteralString = """
WITH inside AS (
    SELECT c.* FROM projection.quality_cases_v1 c JOIN projection.active_build a USING (build)
     WHERE c.publisher = %(publisher)s
       AND (%(first)s::text IS NULL OR c.month >= %(first)s)
       AND (%(last)s::text IS NULL OR c.month <= %(last)s)
), groups AS (
    SELECT alike FROM inside WHERE alike IS NOT NULL
     GROUP BY alike HAVING count(DISTINCT subject_id) > 1
)
SELECT i.position, e.submission_id, i.month, NULL::timestamptz
  FROM inside i
  JOIN groups USING (alike)
  JOIN ledger.stored_events e ON e.notification_id = i.position
 ORDER BY i.start_at, alike, i.position
"""
