"""Folds an archive into the rows of every view, with the definition that the hub itself runs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from pyspark.sql import DataFrame, SparkSession

from hub.projected_records import ABOUT_CHILDREN, ABOUT_EPISODES, ABOUT_STREAMS
from hub.spark.archived import read_archive
from hub.spark.kin import find_kin
from projections.definition import FACT_STEPS, FACT_TYPES, LATER_STEPS, RESULTS
from projections.episode_sql import MACROS
from projections.heard_sql import PAIRS
from projections.quality_sql import LIMITS
from projections.relation import Relation
from projections.spark_sql import Translator, Value
from projections.topics import PERSON_TYPES

# Without these Spark would mean something else by a time, or pass over what cannot be read.
SETTINGS: Final = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",
    "spark.sql.parquet.outputTimestampType": "TIMESTAMP_MICROS",
}


@dataclass(frozen=True, kw_only=True)
class Definition:
    """What is computed: constant tables of areas and placement groups, and declared relations."""

    regions: Mapping[str, str]
    placement_groups: Mapping[str, str]
    relations: Sequence[Relation]


class Fold:
    """One run over one archive; the session's temporary views are its working tables."""

    def __init__(self, spark: SparkSession, definition: Definition) -> None:
        """Work in a session that has SETTINGS."""
        self._spark = spark
        self._definition = definition
        variables: dict[str, Value] = {
            **LIMITS,
            "after": 0,
            "episode_types": ABOUT_EPISODES,
            "child_types": ABOUT_CHILDREN,
            "person_types": PERSON_TYPES,
        }
        self._translator = Translator(MACROS, variables)

    def run(self, archive: str, out: str) -> tuple[str, ...]:
        """Write every view's rows as Parquet below `out`, which must be new; return their names.

        A record that cannot be read stops the run; the hub would park its child. Raises
        ArchiveUnusableError if the archive does not fit its manifests.
        """
        self._load(archive)
        for step in (*FACT_STEPS, *LATER_STEPS):
            self._step(step)
        for name, query in RESULTS.items():
            self._write(query, f"{out}/{name}")
        for relation in self._definition.relations:
            for step in relation.steps:
                self._step(step)
            self._write(relation.rows, f"{out}/{relation.name}")
        return (*RESULTS, *(each.name for each in self._definition.relations))

    def _load(self, archive: str) -> None:
        heard = read_archive(self._spark, archive)
        read = {*ABOUT_EPISODES, *ABOUT_CHILDREN, *ABOUT_STREAMS}
        heard = heard.where(heard.topic.isin(sorted(read)))
        heard.createOrReplaceTempView("heard")
        heard.drop("stream").createOrReplaceTempView("told_records")
        heard.drop("stream").where(heard.topic.isin(list(FACT_TYPES))).createOrReplaceTempView(
            "records"
        )
        self._table("areas", "authority", "region", self._definition.regions)
        self._table("placement_groups", "code", "name", self._definition.placement_groups)
        (pairs,) = self._translator.statements(PAIRS)
        told = self._spark.sql(pairs.sql).toDF("kind", "member", "kin").distinct()
        for name, frame in find_kin(self._spark, told.localCheckpoint()):
            self._keep(name, frame)

    def _step(self, step: str) -> None:
        for each in self._translator.statements(step):
            if each.name is None:
                raise ValueError("a step of the definition makes no relation")
            self._keep(each.name, self._spark.sql(each.sql))

    def _keep(self, name: str, frame: DataFrame) -> None:
        """Compute a relation now: a plan that held all before it would outgrow the planner."""
        frame.localCheckpoint().createOrReplaceTempView(name)

    def _write(self, query: str, path: str) -> None:
        (rows,) = self._translator.statements(query)
        self._spark.sql(rows.sql).write.parquet(path)

    def _table(self, name: str, key: str, value: str, rows: Mapping[str, str]) -> None:
        frame = self._spark.createDataFrame(sorted(rows.items()), f"{key} STRING, {value} STRING")
        frame.localCheckpoint().createOrReplaceTempView(name)
