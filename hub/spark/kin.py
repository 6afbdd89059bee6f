"""Who was ever whom, on Spark: sets of identifiers are joined on the driver, all else is spread.

What is joined is two identifiers for each link between accounts or persons, never a record: some
hundred megabytes for ten years of England. Label propagation on the cluster would take a pass over
all links for every step between the two ends of the longest chain.
"""

from collections.abc import Iterator
from typing import Final

from pyspark.sql import DataFrame, SparkSession

from projections.kin import Sets

_LINKS: Final = """
SELECT DISTINCT kind, member, kin FROM pairs WHERE kind IN ('n', 'p') AND member <> kin
"""
# Two sets that come to share a number are computed together, which changes no row.
_SUBJECTS: Final = """
WITH named AS (
SELECT kin AS subject_id FROM pairs WHERE kind IN ('e', 'p')
UNION SELECT member FROM pairs WHERE kind IN ('s', 'p')
)
SELECT subject_id, xxhash64(coalesce(root, subject_id)) AS cluster
  FROM named LEFT JOIN roots ON roots.kind = 'p' AND roots.node = subject_id
"""
_FAMILIES: Final = """
WITH own AS (
SELECT member AS episode_id, max(kin) AS subject_id FROM pairs WHERE kind = 'e' GROUP BY member
)
SELECT episode_id, own.subject_id, xxhash64(coalesce(root, episode_id)) AS family, cluster
  FROM own
  JOIN subjects ON subjects.subject_id = own.subject_id
  LEFT JOIN roots ON roots.kind = 'n' AND roots.node = episode_id
"""


def find_kin(spark: SparkSession, pairs: DataFrame) -> Iterator[tuple[str, DataFrame]]:
    """Give subjects(subject_id, cluster), then families(.., family, cluster), which needs it.

    pairs: (kind, member, kin), as `projections.heard_sql` says them.
    """
    pairs.createOrReplaceTempView("pairs")
    sets = {"n": Sets(), "p": Sets()}
    nodes: dict[tuple[str, str], None] = {}
    for kind, member, kin in spark.sql(_LINKS).toLocalIterator():
        sets[kind].join(member, kin)
        nodes |= {(kind, member): None, (kind, kin): None}
    roots = [(kind, node, sets[kind].find(node)) for kind, node in nodes]
    frame = spark.createDataFrame(roots, "kind STRING, node STRING, root STRING")
    frame.createOrReplaceTempView("roots")
    yield "subjects", spark.sql(_SUBJECTS)
    yield "families", spark.sql(_FAMILIES)
