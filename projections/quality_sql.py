"""The relational definition of the data-quality findings: what `domain.quality_findings` says.

It runs after the facts, on their temporary tables, and says what holds at the last position only.
Relations expected besides: told_records, the same records with those that only quality reads.
"""

from datetime import timedelta
from typing import LiteralString

from domain.quality import (
    COUNTERPART_AFTER,
    DECISION_AFTER,
    HOST_TOLD_AFTER,
    LOCATED_ONLY_AFTER,
    OPEN_TOO_LONG_AFTER,
    RISK_STALE_AFTER,
    SHARED_AFTER,
)

# Records that say nothing about facts, and something about the quality of the data.
QUALITY_EPISODE_TYPES = (
    "safe-and-well-check-outcome-shared",
    "return-interview-findings-shared",
)
QUALITY_CHILD_TYPES = (
    "placement-host-notified",
    "placement-host-acknowledged",
    "risk-assessed",
    "risk-reassessed",
    "risk-plan-made",
    "risk-plan-updated",
)
QUALITY_TYPES = (*QUALITY_EPISODE_TYPES, *QUALITY_CHILD_TYPES)

LIMITS: dict[str, timedelta] = {
    "counterpart": COUNTERPART_AFTER,
    "decision": DECISION_AFTER,
    "shared": SHARED_AFTER,
    "host_told": HOST_TOLD_AFTER,
    "risk_stale": RISK_STALE_AFTER,
    "open": OPEN_TOO_LONG_AFTER,
    "located_only": LOCATED_ONLY_AFTER,
}

TOLD: LiteralString = """
CREATE OR REPLACE TEMP TABLE told AS
SELECT position, topic, publisher, occurred_at,
       concat(lpad(CAST(epoch_us(occurred_at) + 4000000000000000 AS VARCHAR), 18, '0'),
              submission) AS standing,
       from_json(state, '{"episode_id":"VARCHAR","subject_id":"VARCHAR","placement_id":"VARCHAR",
           "reported_by":"VARCHAR","checked":"VARCHAR","completed":"VARCHAR",
           "independent":"BOOLEAN","offered":"VARCHAR","declined":"VARCHAR","decided":"VARCHAR",
           "shared":"VARCHAR","named_missing":"BOOLEAN","group_id":"VARCHAR","was_missing":"BOOLEAN",
           "started":"VARCHAR","placing_authority":"VARCHAR","host_authority":"VARCHAR",
           "notified":"VARCHAR","acknowledged":"VARCHAR","assessed":"VARCHAR","made":"VARCHAR",
           "updated":"VARCHAR"}') AS e
  FROM told_records
 WHERE topic IN ('episode-reported', 'episode-grouped', 'attribution-corrected',
     'safe-and-well-check-done', 'safe-and-well-check-not-done',
     'safe-and-well-check-outcome-shared', 'return-interview-offered',
     'return-interview-not-offered', 'return-interview-declined', 'return-interview-completed',
     'return-interview-findings-shared', 'placement-started', 'placement-host-notified',
     'placement-host-acknowledged', 'risk-assessed', 'risk-reassessed', 'risk-plan-made',
     'risk-plan-updated');
"""

# What the records of each episode say of check and interview, and who reported it.
RESPONSES: LiteralString = """
CREATE OR REPLACE TEMP TABLE responses AS
WITH done AS (
SELECT position, topic, e, end_of(coalesce(e.checked, e.completed)) AS done_at,
       coalesce(e.offered, e.declined, e.completed, e.decided) AS interview_when,
       occurred_at, standing
  FROM told
 WHERE e.episode_id IS NOT NULL
)
SELECT e.episode_id AS episode_id,
       arg_max(e.reported_by, standing)
           FILTER (topic = 'episode-reported' AND e.reported_by IS NOT NULL) AS reported_by,
       coalesce(bool_or(e.was_missing), false) AS confirmed,
       min(e.group_id) FILTER (e.named_missing) AS group_id,
       min(CASE WHEN interview_when IS NULL THEN occurred_at ELSE earliest(interview_when) END)
           FILTER (starts_with(topic, 'return-interview-')
                   AND topic <> 'return-interview-findings-shared') AS interview_at,
       min(CASE WHEN e.checked IS NULL THEN occurred_at ELSE earliest(e.checked) END)
           FILTER (topic IN ('safe-and-well-check-done', 'safe-and-well-check-not-done'))
           AS check_at,
       min(struct_pack(done_at, position)) FILTER (topic = 'safe-and-well-check-done')
           AS first_check,
       min(struct_pack(done_at, position)) FILTER (topic = 'return-interview-completed')
           AS first_interview,
       min(earliest(e.shared)) FILTER (topic = 'safe-and-well-check-outcome-shared')
           AS check_shared_at,
       min(earliest(e.shared)) FILTER (topic = 'return-interview-findings-shared')
           AS interview_shared_at,
       min(position) FILTER (topic = 'return-interview-completed') AS held,
       coalesce(bool_or(e.independent), false) AS independent,
       min(position) FILTER (topic = 'return-interview-declined') AS declined_position,
       coalesce(bool_or(topic = 'return-interview-not-offered'), false) AS not_offered
  FROM done
 GROUP BY 1;
"""

# Every account that counts now, with its facts and its responses.
CASES: LiteralString = """
CREATE OR REPLACE TEMP TABLE cases AS
WITH last AS (
SELECT * FROM accounts
QUALIFY row_number() OVER (PARTITION BY episode_id ORDER BY position DESC) = 1
), firsts AS (
SELECT e.episode_id AS episode_id, min(position) AS first_position
  FROM parsed WHERE publisher <> 'hub' AND e.episode_id IS NOT NULL GROUP BY 1
)
SELECT last.episode_id, families.subject_id, families.family, first_position, last.publisher,
       last.source, last.category, last.start_at, last.ended, last.returned, last.offered,
       last.findings, facts.looked_after, last.national_ids, facts.end_at, facts.end_reason,
       facts.bucket, facts.authority, facts.host_authority, facts.placement_type,
       strftime(facts.started_on, '%Y-%m') AS month,
       responses.* EXCLUDE (episode_id),
       CASE WHEN last.source = 'authority' THEN interview_at ELSE check_at END AS decided_at,
       CASE WHEN last.source = 'authority'
            THEN coalesce(last.returned, CASE WHEN length(last.ended) <> 10 THEN last.ended END)
            ELSE last.ended END AS owed_from
  FROM last
  JOIN facts ON facts.fact_id = last.episode_id AND facts.source <> 'national'
   AND facts.held_until IS NULL AND facts.world <> 'linked'
  JOIN families ON families.episode_id = last.episode_id
  JOIN firsts ON firsts.episode_id = last.episode_id
  LEFT JOIN responses ON responses.episode_id = last.episode_id;
"""

_ABOUT_EPISODES: LiteralString = """
SELECT '567' AS code, episode_id, first_position AS position,
       CAST(NULL AS TIMESTAMPTZ) AS true_from, CAST(NULL AS TIMESTAMPTZ) AS true_until
  FROM cases WHERE list_contains(findings, '567')
UNION ALL
SELECT 'DQ5', episode_id, first_position, start_at + getvariable('counterpart'), NULL
  FROM cases
 WHERE category = 'missing' AND bucket IN ('police_only', 'authority_only')
UNION ALL
SELECT 'DQ7', checks.e.episode_id, min(checks.position), NULL, NULL
  FROM told AS checks
  JOIN told AS interviews ON interviews.e.episode_id = checks.e.episode_id
   AND interviews.topic = 'return-interview-completed'
   AND earliest(interviews.e.completed) = earliest(checks.e.checked)
   AND (length(interviews.e.completed) = 10) = (length(checks.e.checked) = 10)
 WHERE checks.topic = 'safe-and-well-check-done'
 GROUP BY checks.e.episode_id
UNION ALL
SELECT 'DQ8', episode_id, held, NULL, NULL
  FROM cases WHERE held IS NOT NULL AND NOT independent
UNION ALL
SELECT 'DQ9', episode_id, first_position,
       end_of(owed_from) + getvariable('decision'), decided_at
  FROM cases
 WHERE category = 'missing' AND end_reason IS DISTINCT FROM 'reached-eighteen'
   AND owed_from IS NOT NULL
UNION ALL
SELECT 'DQ10', episode_id, first_check.position, first_check.done_at + getvariable('shared'),
       check_shared_at
  FROM cases WHERE first_check IS NOT NULL
UNION ALL
SELECT 'DQ10', episode_id, first_interview.position,
       first_interview.done_at + getvariable('shared'), interview_shared_at
  FROM cases WHERE first_interview IS NOT NULL
UNION ALL
SELECT 'DQ12', episode_id, declined_position, NULL, NULL
  FROM cases WHERE declined_position IS NOT NULL AND (not_offered OR NOT offered)
UNION ALL
SELECT 'DQ16', episode_id, first_position, start_at + getvariable('open'), end_at
  FROM cases WHERE category <> 'no_apparent_risk'
UNION ALL
SELECT 'DQ16', episode_id, first_position, earliest(ended) + getvariable('located_only'),
       earliest(returned)
  FROM cases
 WHERE category = 'missing' AND length(ended) <> 10
   AND end_reason IS DISTINCT FROM 'reached-eighteen'
"""

FOUND: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE second AS
WITH members AS (
SELECT unnest(national_ids) AS national_id, family, episode_id, publisher, first_position FROM cases
)
SELECT DISTINCT later.episode_id, later.first_position
  FROM members AS later
  JOIN members AS earlier ON earlier.family = later.family
   AND earlier.national_id = later.national_id AND earlier.publisher <> later.publisher
   AND earlier.first_position < later.first_position;

CREATE OR REPLACE TEMP TABLE placed AS
SELECT e.placement_id AS placement_id,
       arg_max(struct_pack(subject_id := e.subject_id, started := e.started,
                           sender := e.placing_authority, host := e.host_authority), standing)
           FILTER (topic = 'placement-started') AS s,
       min(position) FILTER (topic = 'placement-started') AS position,
       arg_min(publisher, position) FILTER (topic = 'placement-started') AS publisher,
       min(earliest(coalesce(e.notified, e.acknowledged))) AS told_at
  FROM told
 WHERE e.placement_id IS NOT NULL
 GROUP BY 1;

CREATE OR REPLACE TEMP TABLE risk AS
WITH assessed AS (
SELECT e.subject_id AS subject_id, coalesce(e.assessed, e.made, e.updated) AS assessed_when
  FROM told WHERE starts_with(topic, 'risk-')
)
SELECT episode_id, first_position AS position, start_at,
       min(earliest(assessed_when)) FILTER (latest(assessed_when) >= start_at) AS renewed_at
  FROM cases JOIN assessed USING (subject_id)
 WHERE category = 'missing'
 GROUP BY ALL
HAVING bool_or(latest(assessed_when) < start_at);

CREATE OR REPLACE TEMP TABLE findings AS
WITH about_episodes AS ("""
    + _ABOUT_EPISODES
    + """
UNION ALL
SELECT 'DQ2', episode_id, first_position, NULL, NULL FROM second
UNION ALL
SELECT 'DQ15', episode_id, position, start_at + getvariable('risk_stale'), renewed_at FROM risk
), found AS (
SELECT cases.publisher, code, cases.subject_id, about_episodes.episode_id, position, cases.month,
       true_from, true_until
  FROM about_episodes JOIN cases ON cases.episode_id = about_episodes.episode_id
UNION ALL
SELECT publisher, 'DQ11', s.subject_id, NULL, position,
       strftime(london_date(earliest(s.started)), '%Y-%m'),
       end_of(s.started) + getvariable('host_told'), told_at
  FROM placed
 WHERE s IS NOT NULL AND s.sender <> s.host AND s.host NOT IN ('SCO', 'NIR', 'WAL')
)
SELECT * FROM found WHERE true_from IS NULL OR true_until IS NULL OR true_from < true_until;
"""
)

FINDING_ROWS: LiteralString = """
SELECT publisher, code, subject_id, episode_id, position, month, true_from, true_until
  FROM findings ORDER BY code, position, true_from NULLS FIRST
"""

# What the rules about publishers are computed from: one row for each account that counts.
CASE_ROWS: LiteralString = """
SELECT publisher, subject_id, episode_id, first_position AS position, month, start_at, category,
       bucket = 'matched' AS matched, looked_after = 'yes' AS looked_after,
       ended IS NOT NULL AS ended, decided_at IS NOT NULL AS responded,
       CASE WHEN coalesce(confirmed, false) THEN NULL
            WHEN group_id IS NOT NULL THEN 'group|' || group_id
            WHEN length(ended) <> 10 THEN
                concat_ws('|', epoch_us(start_at), epoch_us(earliest(ended)), category)
            WHEN ended IS NOT NULL THEN
                concat_ws('|', epoch_us(start_at), epoch_us(earliest(ended)), category,
                    coalesce(reported_by, ''), authority, host_authority, placement_type)
       END AS alike
  FROM cases ORDER BY episode_id
"""
