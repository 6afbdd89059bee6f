"""Who was ever whom, over the whole ledger at once: clusters, families, and parts to work on.

It says what `projections.kin` says of the same pairs; those tables are held equal by tests.
"""

from typing import LiteralString

from duckdb import DuckDBPyConnection

# A node of several takes the lowest label among its neighbours, and then that label's own: the
# paths between nodes become half as long each time.
_LINKS: LiteralString = """
CREATE OR REPLACE TEMP TABLE links AS
SELECT a, b FROM edges WHERE a <> b UNION SELECT b, a FROM edges WHERE a <> b;
CREATE OR REPLACE TEMP TABLE labels AS SELECT DISTINCT a AS node, a AS label FROM links;
"""
_LOWER: LiteralString = """
CREATE OR REPLACE TEMP TABLE nearer AS
SELECT own.node, least(own.label, min(other.label)) AS label
  FROM labels AS own JOIN links ON links.a = own.node JOIN labels AS other ON other.node = links.b
 GROUP BY own.node, own.label;
CREATE OR REPLACE TEMP TABLE jumped AS
SELECT nearer.node, above.label FROM nearer JOIN nearer AS above ON above.node = nearer.label;
"""
_CHANGED: LiteralString = """
SELECT count(*) FROM labels JOIN jumped USING (node) WHERE labels.label <> jumped.label
"""
_PERSON_EDGES: LiteralString = """
CREATE OR REPLACE TEMP VIEW edges AS SELECT member AS a, kin AS b FROM pairs WHERE kind = 'p'
"""
_PEOPLE: LiteralString = """
CREATE OR REPLACE TABLE people AS
WITH named AS (
SELECT kin AS subject_id FROM pairs WHERE kind IN ('e', 'p')
UNION SELECT member FROM pairs WHERE kind IN ('s', 'p')
), rooted AS (
SELECT subject_id, coalesce(label, subject_id) AS root
  FROM named LEFT JOIN labels ON labels.node = subject_id
), roots AS (
SELECT root, row_number() OVER (ORDER BY root) AS cluster FROM (SELECT DISTINCT root FROM rooted)
)
SELECT subject_id, cluster FROM rooted JOIN roots USING (root);
"""
_EPISODE_EDGES: LiteralString = """
CREATE OR REPLACE TEMP VIEW edges AS SELECT member AS a, kin AS b FROM pairs WHERE kind = 'n'
"""
_EPISODES: LiteralString = """
CREATE OR REPLACE TABLE episodes AS
WITH own AS (
SELECT member AS episode_id, max(kin) AS subject_id FROM pairs WHERE kind = 'e' GROUP BY member
), rooted AS (
SELECT own.*, coalesce(label, episode_id) AS root
  FROM own LEFT JOIN labels ON labels.node = episode_id
), roots AS (
SELECT root, row_number() OVER (ORDER BY root) AS family FROM (SELECT DISTINCT root FROM rooted)
)
SELECT episode_id, subject_id, family, cluster
  FROM rooted JOIN roots USING (root) JOIN people USING (subject_id);
"""
# Clusters that share a family must be computed together.
_CLUSTER_EDGES: LiteralString = """
CREATE OR REPLACE TEMP TABLE edges_of_clusters AS
SELECT DISTINCT min(cluster) OVER (PARTITION BY family) AS a, cluster AS b FROM episodes;
CREATE OR REPLACE TEMP VIEW edges AS SELECT a, b FROM edges_of_clusters;
"""
_PARTS: LiteralString = """
CREATE OR REPLACE TABLE clusters AS
SELECT cluster, CAST(hash(coalesce(label, cluster)) % getvariable('parts') AS INTEGER) AS part
  FROM (SELECT DISTINCT cluster FROM people) LEFT JOIN labels ON labels.node = cluster;
CREATE OR REPLACE TABLE streams AS
SELECT episode_id AS stream, cluster, part FROM episodes JOIN clusters USING (cluster)
UNION ALL
SELECT subject_id, cluster, part FROM people JOIN clusters USING (cluster);
"""


def find_kin(database: DuckDBPyConnection) -> None:
    """Make people(subject_id, cluster) and episodes(.., family, cluster) from pairs."""
    database.execute(_PERSON_EDGES)
    _join(database)
    database.execute(_PEOPLE)
    database.execute(_EPISODE_EDGES)
    _join(database)
    database.execute(_EPISODES)


def part_kin(database: DuckDBPyConnection, parts: int) -> None:
    """Make streams(stream, cluster, part): in which of so many parts each record's stream lies.

    A part holds whole clusters, and whole families.
    """
    database.execute(f"SET VARIABLE parts = {parts}")
    database.execute(_CLUSTER_EDGES)
    _join(database)
    database.execute(_PARTS)


def _join(database: DuckDBPyConnection) -> None:
    """Make labels(node, label): the sets that the edges join, each named by its lowest node."""
    database.execute(_LINKS)
    while True:
        database.execute(_LOWER)
        ((changed,),) = database.sql(_CHANGED).fetchall()
        database.execute("CREATE OR REPLACE TEMP TABLE labels AS FROM jumped")
        if not changed:
            return
