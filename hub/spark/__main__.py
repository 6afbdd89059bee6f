"""`python -m hub.spark ARCHIVE OUT`, which spark-submit runs as well."""

import sys
from typing import Final

from pyspark.sql import SparkSession

from contracts.register import read_register
from domain.errors import HubError
from hub.constant_tables import placement_groups, regions
from hub.spark.fold import SETTINGS, Definition, Fold
from projections.catalogue import all_relations

USAGE: Final = """\
usage: python -m hub.spark ARCHIVE OUT

Folds an archive of the ledger into the rows of every view, as Parquet below OUT, which must not
exist yet. ARCHIVE and OUT: paths or URIs that the driver and every executor can read and write.
"""


def main(arguments: list[str]) -> int:
    """Run the fold; return the status of the process."""
    if len(arguments) != 2 or any(each.startswith("-") for each in arguments):
        sys.stderr.write(USAGE)
        return 2
    archive, out = arguments
    builder = SparkSession.builder.appName("missing-children-hub fold")
    for name, value in SETTINGS.items():
        builder = builder.config(name, value)
    spark = builder.getOrCreate()
    definition = Definition(
        regions=regions(read_register()),
        placement_groups=placement_groups(),
        relations=all_relations(),
    )
    try:
        views = Fold(spark, definition).run(archive, out)
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        spark.stop()
    sys.stdout.write("".join(f"{out}/{view}\n" for view in views))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
