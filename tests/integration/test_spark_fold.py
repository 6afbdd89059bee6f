"""The fold on Spark gives, row for row, what the engine of the hub gives from one definition."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from random import Random

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from msgspec.json import decode
from pyspark.sql import SparkSession

from contracts.register import read_register
from domain.errors import ArchiveUnusableError
from hub.archive.segments import ArchivedRecord
from hub.constant_tables import placement_groups, regions
from hub.projected_records import ABOUT_CHILDREN, ABOUT_EPISODES, ABOUT_STREAMS, TYPES
from hub.spark.archived import read_archive
from hub.spark.fold import SETTINGS, Definition, Fold
from projections.catalogue import all_relations
from projections.engine import RECORDS, EpisodeEngine
from projections.episode_sql import MACROS
from projections.kin import Kin
from projections.spark_rules import SPARK_FUNCTIONS
from projections.spark_sql import Translator
from projections.topics import PERSON_TYPES
from tests.unit.archived_nation import nation, write_archive
from tests.unit.spark_expressions import READ, queries, raw_rows

# Spark's own: of a library that it does not need here.
pytestmark = pytest.mark.filterwarnings("ignore:PySpark does not yet fully support pandas")

# A small session that begins to work soon, rather than one that works quickly later.
QUICK = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC",
    "spark.driver.memory": "1g",
    # A machine that is busy with other tests is not a lost executor.
    "spark.executor.heartbeatInterval": "30min",
    "spark.network.timeout": "1h",
    "spark.log.level": "ERROR",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
}


@pytest.fixture(scope="module")
def spark() -> Iterator[SparkSession]:
    """Give Spark on this machine alone."""
    builder = SparkSession.builder.master("local[2]")
    for name, value in (SETTINGS | QUICK).items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="module")
def records() -> list[ArchivedRecord]:
    """Give the records of a nation of 48 persons: late, corrected, voided, linked, split."""
    return nation(24, 50)


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory, records: list[ArchivedRecord]) -> Path:
    """Give the nation's archive, in several segments."""
    folder = tmp_path_factory.mktemp("spark") / "archive"
    write_archive(folder, records, segment=500)
    return folder


def definition() -> Definition:
    """Return everything that the hub computes."""
    return Definition(
        regions=regions(read_register()),
        placement_groups=placement_groups(),
        relations=all_relations(),
    )


def computed_by_the_hub(records: Sequence[ArchivedRecord]) -> dict[str, pa.Table]:
    """Return the rows of every view by the hub's own engine, all children at once."""
    whole = definition()
    engine = EpisodeEngine(whole.regions, whole.placement_groups, whole.relations)
    computed = engine.compute(told(records, TYPES), *kin_of(records).tables())
    return {
        "episode_facts_v1": computed.facts,
        "source_rows_v1": computed.source_rows,
        "findings_v1": computed.findings,
        "quality_cases_v1": computed.cases,
        **computed.relations,
        **engine.streams(told(records, ABOUT_STREAMS)),
    }


def told(records: Sequence[ArchivedRecord], types: Sequence[str]) -> pa.Table:
    """Return the records of some types as the engine takes them."""
    rows = [
        {
            "position": each.position,
            "topic": each.stored_type,
            "publisher": each.provenance.publisher,
            "submission": str(each.provenance.submission_id or ""),
            "occurred_at": each.provenance.occurred_at,
            "state": each.state.decode(),
        }
        for each in records
        if each.stored_type in types
    ]
    return pa.Table.from_pylist(rows, RECORDS)


def kin_of(records: Sequence[ArchivedRecord]) -> Kin:
    """Return who was ever whom, as the records say it one by one."""
    kin = Kin()
    for each in records:
        stream, state = str(each.stream), decode(each.state)
        if each.stored_type in ABOUT_EPISODES:
            kin.subject_of[stream] = state["subject_id"]
            kin.subjects.add(state["subject_id"])
        elif each.stored_type in ABOUT_CHILDREN:
            kin.subjects.add(stream)
        if each.stored_type in PERSON_TYPES:
            kin.persons.join(stream, state["person_id"])
            kin.subjects.add(state["person_id"])
        if each.stored_type == "episode-matched":
            for national in (*state["national_ids"], *state.get("proposed_ids", ())):
                kin.nationals.join(stream, national)
    return kin


def kinds(rows: pa.Table) -> list[str]:
    """Return the types of the columns; what a list's items are called in a file is its own."""
    return [
        f"list of {each.value_type}" if pa.types.is_list(each) else str(each)
        for each in rows.schema.types
    ]


def in_order(rows: pa.Table) -> list[str]:
    """Return the rows of a table so that two tables of the same rows are equal."""
    return sorted(map(repr, rows.to_pylist()))


# A hundred small steps, most of which Spark spends on planning: a minute or more on two busy cores.
@pytest.mark.timeout(900)
def test_spark_gives_the_rows_of_every_view_as_the_hub_does(
    spark: SparkSession, archive: Path, records: list[ArchivedRecord], tmp_path: Path
) -> None:
    expected = computed_by_the_hub(records)

    views = Fold(spark, definition()).run(str(archive), str(tmp_path / "out"))

    found = {view: pq.read_table(tmp_path / "out" / view) for view in views}
    assert found.keys() == expected.keys()
    for view, rows in expected.items():
        assert rows.num_rows > 0, view
        assert found[view].schema.names == rows.schema.names, view
        assert kinds(found[view]) == kinds(rows), view
        assert in_order(found[view]) == in_order(rows), view


def test_the_nation_has_what_makes_a_fold_difficult(records: list[ArchivedRecord]) -> None:
    facts = computed_by_the_hub(records)["episode_facts_v1"]

    assert set(facts.column("world").to_pylist()) == {"both", "decided", "linked"}
    assert set(facts.column("bucket").to_pylist()) > {"matched", "in_review"}
    assert pc.sum(pc.is_valid(facts.column("held_until"))).as_py() > 100
    assert {each.stored_type for each in records} > {
        "episode-corrected",
        "episode-voided",
        "person-linked",
        "person-split",
    }


def test_spark_reads_no_file_that_is_not_what_its_manifest_says(
    spark: SparkSession, tmp_path: Path
) -> None:
    write_archive(tmp_path, nation(2, 30), segment=20)
    segments = tmp_path / "ledger" / "segments"
    first, second, *_ = sorted(segments.glob("?" * 12 + "-" + "?" * 12 + ".parquet"))
    content = second.read_bytes()
    second.write_bytes(first.read_bytes())

    with pytest.raises(ArchiveUnusableError, match=f"{second.name}: its bytes are not those"):
        read_archive(spark, str(tmp_path))

    second.write_bytes(content)
    first.with_suffix(".json").unlink()
    with pytest.raises(ArchiveUnusableError, match="not of the positions that follow"):
        read_archive(spark, str(tmp_path))


def test_every_expression_means_to_spark_what_it_means_to_the_engine(spark: SparkSession) -> None:
    limit = timedelta(hours=72)
    rows = raw_rows(Random(6), 240)
    spark.createDataFrame(rows, "id BIGINT, part BIGINT, state STRING").createOrReplaceTempView(
        "raw"
    )
    translator = Translator(MACROS, {"limit": limit})

    with duckdb.connect(":memory:") as database:
        database.execute("SET TimeZone = 'UTC'; SET VARIABLE \"limit\" = INTERVAL 72 HOUR")
        database.execute(MACROS + "CREATE TABLE raw (id BIGINT, part BIGINT, state VARCHAR)")
        database.executemany("INSERT INTO raw VALUES (?, ?, ?)", rows)
        database.execute(READ)
        (given,) = translator.statements(READ)
        spark.sql(given.sql).localCheckpoint().createOrReplaceTempView("given")

        for kind, query in queries().items():
            expected = database.sql(query).to_arrow_table().to_pylist()
            (statement,) = translator.statements(query)
            found = [row.asDict(recursive=True) for row in spark.sql(statement.sql).collect()]
            assert len(expected) > 50 or kind == "listed"
            for column in expected[0]:
                assert [row[column] for row in found] == [row[column] for row in expected], (
                    kind,
                    column,
                    statement.sql,
                )


def test_every_function_that_a_translation_may_call_is_one_of_sparks(spark: SparkSession) -> None:
    known = {row.function for row in spark.sql("SHOW SYSTEM FUNCTIONS").collect()}

    assert known >= SPARK_FUNCTIONS
