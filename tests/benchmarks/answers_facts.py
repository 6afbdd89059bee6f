"""What `make bench-answers` counts: facts of a year at random, and all that is kept of them."""

from typing import Final, LiteralString

from psycopg import Connection
from psycopg.sql import SQL, Identifier, Literal

from hub.settings import Settings
from hub.wiring import open_hub
from projections.episodes import TABLES
from projections.summaries import fill_statements

# A child that goes missing does so some three times a year; few do very often.
_FACTS: LiteralString = """
INSERT INTO projection.episode_facts_v1 (build, source, fact_id, world, held_from, held_until,
    person_id, bucket, category, start_at, started_on, month, reporting_year, end_at, end_reason,
    returned_on, offered, declined, completed, within_72h, authority, host_authority, region,
    force, age, age_band, sex, placement_type, looked_after, findings)
SELECT %(build)s, source, gen_random_uuid(), CASE WHEN random() < 0.98 THEN 'both' ELSE 'decided'
       END, 1, CASE WHEN random() < 0.3 THEN 9 END, md5(child::text)::uuid, 'matched',
       CASE WHEN random() < 0.85 THEN 'missing' ELSE 'away' END, day, day, to_char(day, 'YYYY-MM'),
       2026, day + INTERVAL '9 hours', 'located', day, random() < 0.6, false, random() < 0.5,
       'yes', areas[1 + child %% cardinality(areas)],
       areas[1 + (child * 7) %% cardinality(areas)], 'E1200000' || (1 + child %% 9),
       'E230000' || (10 + child %% 39), 15, CASE WHEN child %% 3 = 0 THEN '16-17' ELSE '10-15' END,
       CASE WHEN child %% 2 = 0 THEN 'F' ELSE 'M' END,
       (ARRAY['foster_care', 'childrens_home', 'supported_accommodation'])[1 + child %% 3], 'yes',
       CASE WHEN random() < 0.02 THEN '567' ELSE '' END
  FROM (SELECT number, source, (random() ^ 2 * %(children)s)::int AS child,
               DATE '2025-04-01' + (random() * 364)::int AS day
          FROM generate_series(1, %(episodes)s) AS number,
               unnest(ARRAY['national', 'police', 'authority']) AS source) AS drawn,
       (SELECT %(areas)s::text[] AS areas) AS named
"""
_CELLS: Final = (
    "source, category, started_on, authority, host_authority, region, force, age_band, sex,"
    " placement_type, looked_after"
)
_COUNTS: LiteralString = (
    "INSERT INTO projection.incident_counts_v1 (build, "
    + _CELLS
    + ", episodes, if_linked) SELECT build, "
    + _CELLS
    + ", count(*) FILTER (WHERE world <> 'linked'), count(*) FILTER (WHERE world <> 'decided')"
    " FROM projection.episode_facts_v1 WHERE held_until IS NULL GROUP BY build, " + _CELLS
)


def fill(settings: Settings, episodes: int) -> int:
    """Make a build of a national year, with everything that is kept of it; return its number."""
    with open_hub(settings) as hub:
        build = hub.projector.active_build()
        areas = [each.number for each in hub.register.authorities]
    values = {"build": build, "episodes": episodes, "children": episodes // 3, "areas": areas}
    with Connection.connect(settings.database_url or "") as connection:
        connection.execute(_FACTS, values)
        connection.execute(_COUNTS)
        _summarise(connection, build)
    with Connection.connect(settings.database_url or "", autocommit=True) as connection:
        for table in TABLES:
            connection.execute(SQL("VACUUM ANALYZE projection.{}").format(Identifier(table)))
    return build


def _summarise(connection: Connection[tuple[object, ...]], build: int) -> None:
    names = [f"{table}_b{build}" for table in ("child_months_v1", "area_months_v1")]
    for name in names:
        default = SQL("ALTER TABLE projection.{} ALTER COLUMN build SET DEFAULT {}")
        connection.execute(default.format(Identifier(name), Literal(build)))
    statements = fill_statements(
        facts=f"episode_facts_v1_b{build}", children=names[0], areas=names[1]
    )
    for statement in statements:
        connection.execute(statement)
