"""The relational definition of the episode facts: every version of every fact, in one pass.

It says in columns what `domain.facts`, `domain.person` and `domain.national` say for one child,
for every ledger position at once; a property test holds the two equal. The dialect is DuckDB's;
live batches, catch-up and rebuilds run these same statements over fewer or more records.

Relations expected: records(position, topic, publisher, submission, occurred_at, state),
families(episode_id, subject_id, family, cluster), subjects(subject_id, cluster),
areas(authority, region), placement_groups(code, name). Clusters hold the subjects that were ever
one person, families the episodes that were ever one national episode.
"""

from typing import LiteralString

# A `When` is ten characters long if it is a London date.
MACROS: LiteralString = """
CREATE OR REPLACE MACRO midnight(day) AS timezone('Europe/London', CAST(day AS TIMESTAMP));
CREATE OR REPLACE MACRO earliest(w) AS
    CASE WHEN length(w) = 10 THEN midnight(w) ELSE CAST(w AS TIMESTAMPTZ) END;
CREATE OR REPLACE MACRO end_of(w) AS
    CASE WHEN length(w) = 10 THEN midnight(CAST(w AS DATE) + 1) ELSE CAST(w AS TIMESTAMPTZ) END;
CREATE OR REPLACE MACRO latest(w) AS
    CASE WHEN length(w) = 10 THEN end_of(w) - INTERVAL 1 MICROSECOND
         ELSE CAST(w AS TIMESTAMPTZ) END;
CREATE OR REPLACE MACRO london_date(instant) AS CAST(timezone('Europe/London', instant) AS DATE);
CREATE OR REPLACE MACRO day_of(w) AS
    CASE WHEN length(w) = 10 THEN CAST(w AS DATE)
         ELSE london_date(CAST(w AS TIMESTAMPTZ)) END;
CREATE OR REPLACE MACRO side(source) AS CASE WHEN source = 'police' THEN '0' ELSE '1' END;
CREATE OR REPLACE MACRO age_band(age) AS
    CASE WHEN age IS NULL OR age < 0 THEN 'unknown' WHEN age = 0 THEN '0'
         WHEN age <= 4 THEN '1-4' WHEN age <= 9 THEN '5-9' WHEN age <= 15 THEN '10-15'
         WHEN age <= 17 THEN '16-17' ELSE '18+' END;
CREATE OR REPLACE MACRO within_72h(returned, completed) AS
    CASE
        WHEN returned IS NULL OR completed IS NULL THEN NULL
        WHEN length(returned) = 10 AND length(completed) = 10 THEN
            CASE
                WHEN CAST(completed AS DATE) - CAST(returned AS DATE) BETWEEN 0 AND 2 THEN 'yes'
                WHEN CAST(completed AS DATE) - CAST(returned AS DATE) >= 4 THEN 'no'
                ELSE 'not_computable'
            END
        WHEN latest(completed) < earliest(returned) THEN 'not_computable'
        WHEN latest(completed) - INTERVAL 72 HOUR <= earliest(returned) THEN 'yes'
        WHEN earliest(completed) - INTERVAL 72 HOUR > latest(returned) THEN 'no'
        ELSE 'not_computable'
    END;
"""

PARSED: LiteralString = """
CREATE OR REPLACE TEMP TABLE parsed AS
SELECT position, topic, publisher, starts_with(publisher, 'pf-') AS police,
       -- Standing of a statement: a correction first, then its time, then its submission. The
       -- shift keeps times before 1970 positive, so that text sorts as numbers do.
       concat(CASE WHEN topic = 'episode-corrected' THEN '1' ELSE '0' END,
              lpad(CAST(epoch_us(occurred_at) + 4000000000000000 AS VARCHAR), 18, '0'),
              submission) AS standing,
       occurred_at,
       from_json(state, '{"episode_id":"VARCHAR","subject_id":"VARCHAR","classification":"VARCHAR",
           "risk":"VARCHAR","left":"VARCHAR","last_seen":"VARCHAR","reported":"VARCHAR",
           "located":"VARCHAR","returned":"VARCHAR","looked_after":"BOOLEAN",
           "responsible_authority":"VARCHAR","home_authority":"VARCHAR","host_authority":"VARCHAR",
           "placement_type":"VARCHAR","completed":"VARCHAR","age":"INTEGER",
           "national_ids":["VARCHAR"],"proposed_ids":["VARCHAR"],"in_review":"BOOLEAN",
           "held":"BOOLEAN","named_missing":"BOOLEAN","cleared":["VARCHAR"],"care_id":"VARCHAR",
           "placement_id":"VARCHAR","started":"VARCHAR","ended":"VARCHAR","sex":"VARCHAR",
           "birthday":"VARCHAR","person_id":"VARCHAR","was_missing":"BOOLEAN",
           "location_restricted":"BOOLEAN","reason":"VARCHAR"}') AS e
  FROM records
 WHERE topic NOT IN ('submissions-settled', 'ledger-padded')
"""


def _stated(attribute: LiteralString) -> LiteralString:
    """Return the winning value of an attribute so far; a clearing correction wins with NULL."""
    return (
        'arg_max(struct_pack(v := e."' + attribute + '"), standing) FILTER ('
        "topic IN ('episode-reported', 'episode-classified', 'episode-reclassified',"
        " 'child-located', 'child-returned', 'episode-corrected', 'episode-grouped')"
        ' AND (e."' + attribute + '" IS NOT NULL'
        " OR list_contains(e.cleared, '" + attribute + "'))) OVER so_far AS s_" + attribute
    )


_ATTRIBUTES: tuple[LiteralString, ...] = (
    "classification",
    "risk",
    "left",
    "last_seen",
    "reported",
    "located",
    "returned",
    "looked_after",
    "responsible_authority",
    "home_authority",
    "host_authority",
    "placement_type",
)
_STATED: LiteralString = ",\n       ".join(_stated(name) for name in _ATTRIBUTES)
_VALUES: LiteralString = ", ".join("s_" + name + '.v AS "' + name + '"' for name in _ATTRIBUTES)

# Every version of every source episode: its account after each of its own records.
ACCOUNTS: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE accounts AS
WITH running AS (
SELECT e.episode_id AS episode_id, position,
       arg_min(publisher, position) FILTER (publisher <> 'hub') OVER so_far AS publisher,
       coalesce(max(occurred_at) FILTER (topic = 'episode-reported') OVER so_far,
                max(occurred_at) FILTER (topic = 'episode-grouped') OVER so_far) AS reported_at,
       coalesce(bool_or(topic IN ('episode-voided', 'episode-merged')) OVER so_far, false)
           OR NOT coalesce(arg_max(e.was_missing, standing)
                   FILTER (topic = 'attribution-corrected') OVER so_far, true) AS void,
       coalesce(bool_or(topic = 'return-interview-offered') OVER so_far, false) AS offered,
       coalesce(bool_or(topic = 'return-interview-declined') OVER so_far, false)
           AND (coalesce(bool_or(topic = 'return-interview-offered') OVER so_far, false)
                OR NOT coalesce(bool_or(topic = 'return-interview-not-offered') OVER so_far, false))
           AS declined,
       arg_min(e.completed, struct_pack(a := earliest(e.completed), b := end_of(e.completed)))
           FILTER (topic = 'return-interview-completed') OVER so_far AS completed,
       arg_max(e.age, position) FILTER (topic = 'episode-aged') OVER so_far AS age,
       arg_max(struct_pack(ids := e.national_ids, proposed := e.proposed_ids,
                           in_review := e.in_review, held := e.held), position)
           FILTER (topic = 'episode-matched') OVER so_far AS match,
       coalesce(bool_and(topic <> 'episode-reported' AND topic <> 'attribution-corrected'
                         AND e.named_missing IS NOT true) OVER so_far
                AND bool_or(topic = 'episode-grouped') OVER so_far, false) AS unnamed,
       """
    + _STATED
    + """
  FROM parsed
 WHERE e.episode_id IS NOT NULL
WINDOW so_far AS (PARTITION BY e.episode_id ORDER BY position
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
), plain AS (
SELECT episode_id, position, publisher, reported_at, void, offered, declined, completed, age,
       coalesce(match.ids, [episode_id]) AS national_ids,
       CASE WHEN len(match.proposed) > 0 THEN match.proposed
            ELSE coalesce(match.ids, [episode_id]) END AS proposed_ids,
       coalesce(match.in_review, false) AS in_review,
       CASE WHEN match IS NULL THEN unnamed ELSE coalesce(match.held, false) END AS held, """
    + _VALUES
    + """
  FROM running
), judged AS (
SELECT *,
       CASE WHEN starts_with(publisher, 'pf-') THEN 'police' ELSE 'authority' END AS source,
       CASE WHEN classification IN ('missing-from-care', 'missing-from-home') THEN 'missing'
            WHEN classification = 'away' THEN 'away'
            WHEN classification = 'no-apparent-risk'
              OR risk IN ('absent', 'no-apparent-risk') THEN 'no_apparent_risk'
            ELSE 'missing' END AS category,
       coalesce(greatest(earliest("left"), earliest(last_seen)), earliest(reported), reported_at)
           AS start_at
  FROM plain
), ended AS (
SELECT *,
       CASE WHEN category = 'away' THEN returned ELSE coalesce(located, returned) END AS ended
  FROM judged
)
SELECT episode_id, position, publisher, source, category, start_at, ended, void,
       NOT void AND NOT held AND start_at IS NOT NULL AS countable,
       returned, offered, declined, completed IS NOT NULL AS completed,
       within_72h(returned, completed) AS within_72h,
       CASE WHEN start_at > end_of(ended) THEN ['567'] ELSE CAST([] AS VARCHAR[]) END AS findings,
       looked_after, responsible_authority, home_authority, host_authority, placement_type, age,
       national_ids, proposed_ids, in_review
  FROM ended
"""
)

# What the subjects' own records say, each with the positions between which it held. If everything
# in review were linked, a subject would be whom the last proposal names, if there ever was one.
CONTEXT: LiteralString = """
CREATE OR REPLACE TEMP TABLE persons AS
WITH told AS (
SELECT subject_id, subject_id AS person_id, CAST(0 AS BIGINT) AS position, false AS proposed
  FROM subjects
UNION ALL
SELECT e.subject_id, e.person_id, position, topic = 'person-link-proposed'
  FROM parsed
 WHERE topic IN ('person-linked', 'person-merged', 'person-split', 'person-link-proposed')
), both_ways AS (
SELECT told.subject_id, cluster, position,
       arg_max(person_id, position) FILTER (NOT proposed) OVER so_far AS decided_id,
       arg_max(person_id, position) FILTER (proposed) OVER so_far AS proposed_id,
       lead(position, 1, 9223372036854775807)
           OVER (PARTITION BY told.subject_id ORDER BY position) AS until
  FROM told JOIN subjects USING (subject_id)
WINDOW so_far AS (PARTITION BY told.subject_id ORDER BY position
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT subject_id, cluster, position, until, 'decided' AS world, decided_id AS person_id
  FROM both_ways
UNION ALL
SELECT subject_id, cluster, position, until, 'linked', coalesce(proposed_id, decided_id)
  FROM both_ways;

CREATE OR REPLACE TEMP TABLE sexes AS
SELECT cluster, subjects.subject_id, position, e.sex AS sex,
       concat(CASE WHEN police THEN '0' ELSE '1' END, standing, e.sex) AS weight
  FROM parsed JOIN subjects ON subjects.subject_id = e.subject_id
 WHERE topic = 'subject-registered' AND e.sex IN ('F', 'M');

CREATE OR REPLACE TEMP TABLE birthdays AS
SELECT cluster, subjects.subject_id, position, e.birthday AS birthday
  FROM parsed JOIN subjects ON subjects.subject_id = e.subject_id
 WHERE topic = 'child-reached-eighteen';

CREATE OR REPLACE TEMP TABLE care AS
WITH running AS (
SELECT e.subject_id AS subject_id, e.care_id AS own_id, position,
       arg_max(e.started, standing) FILTER (topic = 'care-started') OVER so_far AS started,
       arg_max(struct_pack(v := e.responsible_authority), standing)
           FILTER (topic = 'care-started') OVER so_far AS by_authority,
       arg_max(e.ended, standing) FILTER (topic = 'care-ended') OVER so_far AS ended,
       arg_max(struct_pack(v := e.reason), standing) FILTER (topic = 'care-ended') OVER so_far
           AS why,
       lead(position, 1, 9223372036854775807)
           OVER (PARTITION BY e.care_id ORDER BY position) AS until
  FROM parsed
 WHERE e.care_id IS NOT NULL
WINDOW so_far AS (PARTITION BY e.care_id ORDER BY position
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT cluster, running.subject_id, own_id, position, until, by_authority.v AS authority,
       earliest(started) AS begin_at, end_of(ended) AS end_at,
       CASE WHEN why.v = 'E2' THEN day_of(ended) END AS died_on
  FROM running JOIN subjects USING (subject_id)
 WHERE started IS NOT NULL;

CREATE OR REPLACE TEMP TABLE placements AS
WITH running AS (
SELECT e.subject_id AS subject_id, e.placement_id AS own_id, position,
       arg_max(struct_pack(started := e.started, code := e.placement_type,
                           host := CASE WHEN e.location_restricted THEN 'restricted'
                                        ELSE e.host_authority END), standing)
           FILTER (topic = 'placement-started') OVER so_far AS s,
       arg_max(e.ended, standing) FILTER (topic = 'placement-ended') OVER so_far AS ended,
       lead(position, 1, 9223372036854775807)
           OVER (PARTITION BY e.placement_id ORDER BY position) AS until
  FROM parsed
 WHERE e.placement_id IS NOT NULL
WINDOW so_far AS (PARTITION BY e.placement_id ORDER BY position
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT cluster, running.subject_id, own_id, position, until, s.code AS code, s.host AS host,
       earliest(s.started) AS begin_at, end_of(ended) AS end_at
  FROM running JOIN subjects USING (subject_id)
 WHERE s IS NOT NULL;
"""
