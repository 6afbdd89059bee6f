"""What records say of who is whom, and what is tallied of each publisher, over a slab of them.

Relation expected: heard(position, stream, topic, publisher, submission, occurred_at, recorded_at,
state), the records from the position `after` (itself included, for what follows it) on. Variables:
after, episode_types, child_types, person_types, stream_types. What every slab says is added up.
"""

from typing import LiteralString

from domain.quality_tallies import DELAY_BOUNDS, optional_fields

SUMS: LiteralString = """
CREATE OR REPLACE TABLE pairs (kind VARCHAR, member UUID, kin UUID);
CREATE OR REPLACE TABLE tallied (publisher VARCHAR, month VARCHAR, type VARCHAR, what VARCHAR,
    events BIGINT);
CREATE OR REPLACE TABLE declared (publisher VARCHAR, own_id VARCHAR, position BIGINT,
    from_date VARCHAR, to_date VARCHAR, rows_sent BIGINT);
CREATE OR REPLACE TABLE heard_hours (publisher VARCHAR, hour TIMESTAMPTZ, events BIGINT);
CREATE OR REPLACE TABLE sent_days (publisher VARCHAR, day DATE, messages BIGINT);
CREATE OR REPLACE TABLE met (publisher VARCHAR, first_position BIGINT);
"""

PAIRS: LiteralString = """
INSERT INTO pairs
WITH fresh AS (SELECT * FROM heard WHERE position > getvariable('after'))
SELECT 's', stream, stream
  FROM fresh WHERE list_contains(getvariable('child_types'), topic) GROUP BY ALL
UNION ALL
SELECT 'e', stream, CAST(state ->> '$.subject_id' AS UUID) AS kin
  FROM fresh WHERE list_contains(getvariable('episode_types'), topic) GROUP BY ALL
UNION ALL
SELECT 'p', stream, CAST(state ->> '$.person_id' AS UUID) AS kin
  FROM fresh WHERE list_contains(getvariable('person_types'), topic) GROUP BY ALL
UNION ALL
SELECT DISTINCT 'n', stream, unnest(list_concat(e.national_ids, e.proposed_ids)) AS kin
  FROM (SELECT stream, from_json(state, '{"national_ids":["UUID"],"proposed_ids":["UUID"]}') AS e
          FROM fresh WHERE topic = 'episode-matched');
"""

# Delays are whole hours, so that a delay's hours decide in which span it lies.
_DELAYS: LiteralString = """
INSERT INTO tallied
WITH counted AS (
SELECT publisher, topic, strftime(timezone('Europe/London', occurred_at), '%Y-%m') AS month,
       CASE WHEN recorded_at < occurred_at THEN -1
            ELSE (epoch_us(recorded_at) - epoch_us(occurred_at)) // 3600000000 END AS hours,
       count(*) AS events
  FROM heard WHERE position > getvariable('after') AND publisher <> 'hub' GROUP BY ALL
)
SELECT publisher, month, topic,
       'delay:' || CASE WHEN hours < 0 THEN 0
                        ELSE 1 + len(list_filter([{bounds}], lambda b: b <= hours)) END AS what,
       sum(events)
  FROM counted GROUP BY publisher, month, topic, what;
"""
_FILLED: LiteralString = """
INSERT INTO tallied
WITH optional (topic, name) AS (VALUES {optional}), counted AS (
SELECT publisher, topic, month, {filled}
  FROM (SELECT publisher, topic,
               strftime(timezone('Europe/London', occurred_at), '%Y-%m') AS month,
               from_json(state, '{{fields}}') AS e
          FROM heard
         WHERE position > getvariable('after') AND publisher <> 'hub'
           AND topic IN (SELECT topic FROM optional))
 GROUP BY ALL
), long AS (
UNPIVOT counted ON {names} INTO NAME name VALUE events
)
SELECT publisher, month, topic, 'field:' || name, events
  FROM long SEMI JOIN optional USING (topic, name) WHERE events > 0;
"""
DECLARED: LiteralString = """
INSERT INTO declared
SELECT publisher, state ->> '$.own_id' AS own_id, max(position),
       arg_max(state ->> '$.from_date', position), arg_max(state ->> '$.to_date', position),
       arg_max(CAST(state ->> '$.rows' AS BIGINT), position)
  FROM heard WHERE position > getvariable('after') AND topic = 'period-declared'
 GROUP BY publisher, own_id;
"""
HOURS: LiteralString = """
INSERT INTO heard_hours
SELECT publisher, date_trunc('hour', recorded_at) AS hour, count(*)
  FROM heard WHERE position > getvariable('after') AND publisher <> 'hub' GROUP BY publisher, hour;
"""
# The events of one message follow each other; it counts with the first of them.
DAYS: LiteralString = """
INSERT INTO sent_days
SELECT publisher, CAST(timezone('Europe/London', occurred_at) AS DATE) AS day, count(*)
  FROM (SELECT position, publisher, topic, occurred_at, submission,
               lag(submission) OVER (ORDER BY position) AS before
          FROM heard)
 WHERE position > getvariable('after') AND publisher <> 'hub' AND topic <> 'period-declared'
   AND submission IS DISTINCT FROM before
 GROUP BY publisher, day;
"""
MET: LiteralString = """
INSERT INTO met
SELECT publisher, min(position)
  FROM heard WHERE position > getvariable('after') AND publisher <> 'hub' GROUP BY publisher;
"""


def _delays() -> str:
    return _DELAYS.replace("{bounds}", ", ".join(map(str, DELAY_BOUNDS)))


def _filled() -> str:
    """Return what counts the filled fields of every type, each record read once."""
    named = [(kind, name) for kind, names in optional_fields().items() for name in names]
    names = sorted({name for _, name in named})
    parts = {
        "{optional}": ", ".join(f"('{kind}', '{name}')" for kind, name in named),
        "{filled}": ", ".join(
            f"count(*) FILTER (CAST(e.\"{name}\" AS VARCHAR) NOT IN ('null', '[]')) AS \"{name}\""
            for name in names
        ),
        "{fields}": ", ".join(f'"{name}":"JSON"' for name in names),
        "{names}": ", ".join(f'"{name}"' for name in names),
    }
    statement: str = _FILLED
    for place, text in parts.items():
        statement = statement.replace(place, text)
    return statement


LEARNING: tuple[str, ...] = (PAIRS, _delays(), _filled(), DECLARED, HOURS, DAYS, MET)

# The sums of all slabs, as the views have them.
SUMMED: dict[str, LiteralString] = {
    "kin_v1": """
        SELECT DISTINCT kind, CAST(member AS VARCHAR) AS member, CAST(kin AS VARCHAR) AS kin
          FROM pairs""",
    "publisher_tallies_v1": """
        SELECT publisher, month, type, what, CAST(sum(events) AS BIGINT) AS events
          FROM tallied GROUP BY publisher, month, type, what""",
    "declared_periods_v1": """
        SELECT publisher, own_id, max(position) AS position,
               arg_max(from_date, position) AS from_date, arg_max(to_date, position) AS to_date,
               arg_max(rows_sent, position) AS rows_sent
          FROM declared GROUP BY publisher, own_id""",
    "heard_v1": """
        SELECT publisher, hour, CAST(sum(events) AS BIGINT) AS events
          FROM heard_hours GROUP BY publisher, hour""",
    "sent_v1": """
        SELECT publisher, day, CAST(sum(messages) AS BIGINT) AS messages
          FROM sent_days GROUP BY publisher, day""",
    "publishers_v1": """
        SELECT publisher, min(first_position) AS first_position FROM met GROUP BY publisher""",
}
