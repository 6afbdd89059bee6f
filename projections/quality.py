"""The views of data quality in PostgreSQL: findings, cases, tallies, and how they change."""

from collections.abc import Mapping, Sequence
from typing import LiteralString

import pyarrow as pa
from psycopg import Connection
from psycopg.rows import TupleRow

from domain.quality_tallies import DELAY_BOUNDS, optional_fields
from projections.engine import Computed

# A row of a view in the order of its columns.
Row = tuple[object, ...]

QUALITY_TABLES: tuple[LiteralString, ...] = (
    "findings_v1",
    "quality_cases_v1",
    "publisher_tallies_v1",
    "declared_periods_v1",
    "heard_v1",
    "sent_v1",
    "publishers_v1",
)
_FINDING: LiteralString = (
    "publisher, code, subject_id, episode_id, position, month, true_from, true_until"
)
_CASE: LiteralString = (
    "publisher, subject_id, episode_id, position, month, start_at, category, matched,"
    " looked_after, ended, responded, alike"
)
QUALITY_VIEWS: tuple[tuple[LiteralString, LiteralString], ...] = (
    ("findings_v1", _FINDING),
    ("quality_cases_v1", _CASE),
    ("publisher_tallies_v1", "publisher, month, type, what, events"),
    ("declared_periods_v1", "publisher, own_id, position, from_date, to_date, rows_sent"),
    ("heard_v1", "publisher, hour, events"),
    ("sent_v1", "publisher, day, messages"),
    ("publishers_v1", "publisher, first_position"),
)

_STORED_FINDINGS: LiteralString = """
SELECT publisher, code, subject_id::text, episode_id::text, position, month, true_from, true_until
  FROM projection.findings_v1 WHERE build = %(build)s AND episode_id = ANY(%(episodes)s::uuid[])
 UNION ALL
SELECT publisher, code, subject_id::text, NULL, position, month, true_from, true_until
  FROM projection.findings_v1
 WHERE build = %(build)s AND episode_id IS NULL AND subject_id = ANY(%(subjects)s::uuid[])
"""
_STORED_CASES: LiteralString = """
SELECT publisher, subject_id::text, episode_id::text, position, month, start_at, category, matched,
       looked_after, ended, responded, alike
  FROM projection.quality_cases_v1
 WHERE build = %(build)s AND episode_id = ANY(%(episodes)s::uuid[])
"""
_REMOVE_FINDINGS: LiteralString = """
DELETE FROM projection.findings_v1 AS f
 USING unnest(%(codes)s::text[], %(subjects)s::uuid[], %(episodes)s::uuid[],
           %(positions)s::bigint[], %(froms)s::timestamptz[], %(untils)s::timestamptz[])
           AS gone (c, s, e, p, a, b)
 WHERE f.build = %(build)s AND f.subject_id = gone.s AND f.code = gone.c AND f.position = gone.p
   AND f.episode_id IS NOT DISTINCT FROM gone.e
   AND f.true_from IS NOT DISTINCT FROM gone.a AND f.true_until IS NOT DISTINCT FROM gone.b
"""
_REMOVE_CASES: LiteralString = """
DELETE FROM projection.quality_cases_v1
 WHERE build = %(build)s AND episode_id = ANY(%(episodes)s::uuid[])
"""
_COPY_FINDINGS: LiteralString = """
COPY projection.findings_v1 (build, publisher, code, subject_id, episode_id, position, month,
    true_from, true_until) FROM STDIN
"""
_COPY_CASES: LiteralString = """
COPY projection.quality_cases_v1 (build, publisher, subject_id, episode_id, position, month,
    start_at, category, matched, looked_after, ended, responded, alike) FROM STDIN
"""
# Exact sums over a range of positions: ranges may be cut anywhere, and give the same in the end.
_TALLY: LiteralString = """
INSERT INTO projection.publisher_tallies_v1 AS t (build, publisher, month, type, what, events)
WITH archived AS (
    SELECT position, state FROM unnest(%(archived)s::bigint[], %(states)s::bytea[])
        AS a (position, state)
), fresh AS MATERIALIZED (
    SELECT publisher, topic, to_char(occurred_at AT TIME ZONE 'Europe/London', 'YYYY-MM') AS month,
           width_bucket(extract(epoch FROM recorded_at - occurred_at), %(bounds)s::numeric[])
               AS span, coalesce(e.state, a.state) AS state
      FROM ledger.stored_events e LEFT JOIN archived a ON a.position = e.notification_id
     WHERE notification_id > %(after)s AND notification_id <= %(until)s AND publisher <> 'hub'
), counted AS (
    SELECT publisher, month, topic, 'delay:' || span AS what, count(*) AS events
      FROM fresh GROUP BY publisher, month, topic, span
     UNION ALL
    SELECT publisher, month, topic, 'field:' || filled.key, count(*)
      FROM fresh, jsonb_each(convert_from(state, 'UTF8')::jsonb) AS filled
     WHERE filled.value NOT IN ('null', '[]')
       AND topic || '/' || filled.key = ANY(%(fields)s)
     GROUP BY publisher, month, topic, filled.key
)
SELECT %(build)s, publisher, month, topic, what, events FROM counted
ON CONFLICT (build, publisher, month, type, what) DO UPDATE SET events = t.events + excluded.events
"""
_DECLARE: LiteralString = """
INSERT INTO projection.declared_periods_v1 AS d
    (build, publisher, own_id, position, from_date, to_date, rows_sent)
SELECT DISTINCT ON (publisher, e ->> 'own_id') %(build)s, publisher, (e ->> 'own_id')::uuid,
       notification_id, (e ->> 'from_date')::date, (e ->> 'to_date')::date, (e ->> 'rows')::bigint
  FROM (SELECT publisher, notification_id,
               convert_from(coalesce(s.state, a.state), 'UTF8')::jsonb AS e
          FROM ledger.stored_events s
          LEFT JOIN unnest(%(archived)s::bigint[], %(states)s::bytea[]) AS a (position, state)
            ON a.position = s.notification_id
         WHERE notification_id > %(after)s AND notification_id <= %(until)s
           AND topic = 'period-declared') AS told
 ORDER BY publisher, e ->> 'own_id', notification_id DESC
ON CONFLICT (build, publisher, own_id) DO UPDATE
   SET position = excluded.position, from_date = excluded.from_date, to_date = excluded.to_date,
       rows_sent = excluded.rows_sent
 WHERE excluded.position > d.position
"""
_HEAR: LiteralString = """
INSERT INTO projection.heard_v1 AS h (build, publisher, hour, events)
SELECT %(build)s, publisher, date_trunc('hour', recorded_at, 'UTC'), count(*)
  FROM ledger.stored_events
 WHERE notification_id > %(after)s AND notification_id <= %(until)s AND publisher <> 'hub'
 GROUP BY 2, 3
ON CONFLICT (build, publisher, hour) DO UPDATE SET events = h.events + excluded.events
"""
# The events of one message follow each other; it counts with the first of them.
_SEND: LiteralString = """
INSERT INTO projection.sent_v1 AS s (build, publisher, day, messages)
SELECT %(build)s, publisher, (occurred_at AT TIME ZONE 'Europe/London')::date, count(*)
  FROM (SELECT notification_id, publisher, topic, occurred_at, submission_id,
               lag(submission_id) OVER (ORDER BY notification_id) AS before
          FROM ledger.stored_events
         WHERE notification_id >= %(after)s AND notification_id <= %(until)s) AS told
 WHERE notification_id > %(after)s AND publisher <> 'hub' AND topic <> 'period-declared'
   AND submission_id IS DISTINCT FROM before
 GROUP BY 2, 3
ON CONFLICT (build, publisher, day) DO UPDATE SET messages = s.messages + excluded.messages
"""
_MEET: LiteralString = """
INSERT INTO projection.publishers_v1 AS p (build, publisher, first_position)
SELECT %(build)s, publisher, min(notification_id)
  FROM ledger.stored_events
 WHERE notification_id > %(after)s AND notification_id <= %(until)s AND publisher <> 'hub'
 GROUP BY publisher
ON CONFLICT (build, publisher) DO UPDATE
   SET first_position = least(p.first_position, excluded.first_position)
"""


def tally(
    connection: Connection[TupleRow],
    build: int,
    archived: Mapping[int, bytes],
    *,
    after: int,
    until: int,
) -> None:
    """Add a range of positions to what is tallied of each publisher.

    archived: the states, by position, that the ledger's rows lack.
    """
    values = {
        "build": build,
        "archived": list(archived),
        "states": list(archived.values()),
        "after": after,
        "until": until,
        "bounds": [0, *(hours * 3600 for hours in DELAY_BOUNDS)],
        "fields": [f"{kind}/{name}" for kind, names in optional_fields().items() for name in names],
    }
    for statement in (_TALLY, _DECLARE, _HEAR, _SEND, _MEET):
        connection.execute(statement, values)


def apply_quality(
    connection: Connection[TupleRow],
    build: int,
    computed: Computed | None,
    *,
    episodes: Sequence[str],
    subjects: Sequence[str],
) -> int:
    """Change the stored findings and cases of these episodes and children; return rows changed.

    computed: None: they could not be computed, so what was stored of them is withdrawn.
    """
    whose = {"build": build, "episodes": list(episodes), "subjects": list(subjects)}
    findings = _rows(computed.findings if computed else None)
    cases = _rows(computed.cases if computed else None)
    gone, new = _differences(set(connection.execute(_STORED_FINDINGS, whose)), findings)
    if gone:
        _, codes, of_subjects, of_episodes, positions, _, froms, untils = zip(*gone, strict=True)
        values = {
            "build": build,
            "codes": list(codes),
            "subjects": list(of_subjects),
            "episodes": list(of_episodes),
            "positions": list(positions),
            "froms": list(froms),
            "untils": list(untils),
        }
        connection.execute(_REMOVE_FINDINGS, values)
    _copy(connection, _COPY_FINDINGS, build, new)
    old, changed = _differences(set(connection.execute(_STORED_CASES, whose)), cases)
    if old:
        values = {"build": build, "episodes": [row[2] for row in old]}
        connection.execute(_REMOVE_CASES, values)
    _copy(connection, _COPY_CASES, build, changed)
    return len(gone) + len(new) + len(old) + len(changed)


def _rows(table: pa.Table | None) -> list[Row]:
    """Return the rows of an answer of the engine, each once."""
    if table is None:
        return []
    columns = [column.to_pylist() for column in table.columns]
    return list(dict.fromkeys(zip(*columns, strict=True)))


def _differences(before: set[Row], after: Sequence[Row]) -> tuple[list[Row], list[Row]]:
    return list(before.difference(after)), [row for row in after if row not in before]


def _copy(
    connection: Connection[TupleRow], statement: LiteralString, build: int, rows: Sequence[Row]
) -> None:
    if rows:
        with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row((build, *row))
