"""Counts as questions and as answers: one query for every door, the same numbers in every form."""

import csv
import json
from datetime import UTC, date, datetime
from io import BytesIO, StringIO
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import ipc, parquet

from contracts.counts import (
    DISTINCT_NOTE,
    RANGE_NOTE,
    counts_arrow,
    counts_csv,
    counts_document,
    counts_json,
    counts_parquet,
    counts_table,
    parse_counts_query,
)
from contracts.measures import SOURCE_MEANING, measures_document
from contracts.tables import METADATA_KEY
from domain.measures import (
    DEFINITION_VERSION,
    DIMENSIONS,
    MEASURES,
    CountRow,
    CountsAnswer,
    CountsQuery,
    Coverage,
    Source,
)

NOON = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
COVERAGE = Coverage(
    publishers_heard=190,
    publishers_registered=193,
    parked_children=1,
    findings=(("class-conflict", 12), ("574", 3)),
)
MEMBERS = [
    "measure",
    "source",
    "as_of_position",
    "as_of_time",
    "definition_version",
    "dimensions",
    "rows",
    "coverage",
]


def answer(*rows: CountRow, **query: Any) -> CountsAnswer:
    return CountsAnswer(
        query=CountsQuery(**{"measure": "missing_incidents", **query}),
        as_of_position=1200,
        as_of_time=NOON,
        definition_version=DEFINITION_VERSION,
        rows=rows,
        coverage=COVERAGE,
    )


def row(*dimensions: str, value: float = 7) -> CountRow:
    return CountRow(dimensions=dimensions, value=value, low=value - 1, high=value + 1)


@st.composite
def answers(draw: st.DrawFn) -> CountsAnswer:
    measure = draw(st.sampled_from(sorted(MEASURES)))
    by = draw(st.lists(st.sampled_from(sorted(DIMENSIONS)), unique=True, max_size=3))
    counts = st.integers(0, 10**9)
    values = counts.map(lambda n: n / 4) if "per_child" in measure else counts
    rows = draw(
        st.lists(
            st.builds(
                CountRow,
                dimensions=st.tuples(*(st.text("abc,\"'=\né ", max_size=8) for _ in by)),
                value=values,
                low=values,
                high=values,
            ),
            max_size=6,
        )
    )
    return answer(*rows, measure=measure, by=tuple(by))


@given(answer=answers())
def test_a_measure_of_the_answer_can_be_asked_for_again(answer: CountsAnswer) -> None:
    query = answer.query

    again = parse_counts_query(query.measure, ",".join(query.by), source=query.source.value)

    assert again == query


def test_the_json_answer_has_the_agreed_members_in_their_order() -> None:
    document = json.loads(
        counts_json(answer(row("E12000001"), row("E12000002", value=11), by=("region",)))
    )

    assert list(document)[: len(MEMBERS)] == MEMBERS
    assert document["as_of_time"] == "2026-03-14T12:00:00Z"
    assert document["dimensions"] == ["region"]
    assert document["rows"] == [
        {"region": "E12000001", "value": 7, "low": 6, "high": 8},
        {"region": "E12000002", "value": 11, "low": 10, "high": 12},
    ]
    assert document["coverage"] == {
        "publishers_heard": 190,
        "publishers_registered": 193,
        "parked_children": 1,
        "findings": {"class-conflict": 12, "574": 3},
    }


def test_the_json_answer_says_what_period_it_was_asked_for() -> None:
    document = json.loads(counts_json(answer(first_day=date(2026, 3, 1))))

    assert (document["from"], document["to"]) == ("2026-03-01", None)


def test_an_answer_whose_cells_do_not_add_up_says_so() -> None:
    children = counts_document(answer(measure="missing_children"))
    incidents = counts_document(answer(measure="missing_incidents"))

    assert children.notes == (RANGE_NOTE, DISTINCT_NOTE)
    assert incidents.notes == (RANGE_NOTE,)


def test_a_row_with_another_number_of_dimensions_is_never_written() -> None:
    with pytest.raises(ValueError, match="zip"):
        counts_document(answer(row("one", "two"), by=("region",)))


def test_the_table_names_what_every_row_shares() -> None:
    table = counts_table(answer(row("2026-03"), by=("month",), source=Source.POLICE))

    assert table.to_pylist() == [
        {
            "month": "2026-03",
            "value": 7,
            "low": 6,
            "high": 8,
            "measure": "missing_incidents",
            "source": "police",
            "as_of_position": 1200,
            "as_of_time": NOON,
            "definition_version": DEFINITION_VERSION,
        }
    ]


def test_the_types_of_a_table_do_not_depend_on_its_rows() -> None:
    empty = counts_table(answer(by=("month",)))
    full = counts_table(answer(row("2026-03"), by=("month",)))
    ratio = counts_table(answer(row(value=2), measure="missing_incidents_per_child"))

    assert empty.schema.remove_metadata() == full.schema.remove_metadata()
    assert empty.schema.field("value").type == pa.int64()
    assert ratio.schema.field("value").type == pa.float64()


def test_a_table_carries_the_answer_around_its_rows() -> None:
    table = counts_table(answer(row("2026-03"), by=("month",)))

    around = json.loads(table.schema.metadata[METADATA_KEY])

    assert around["rows"] == []
    assert around["coverage"]["publishers_heard"] == 190


def test_the_csv_has_a_header_and_a_line_for_each_row() -> None:
    text = counts_csv(answer(row("one, two"), row('"quoted"'), by=("force",)))

    shared = f"missing_incidents,national,1200,2026-03-14T12:00:00+00:00,{DEFINITION_VERSION}"
    assert text == (
        "force,value,low,high,measure,source,as_of_position,as_of_time,definition_version\n"
        f'"one, two",7,6,8,{shared}\n'
        f'"""quoted""",7,6,8,{shared}\n'
    )


def test_an_answer_from_an_empty_ledger_has_no_time() -> None:
    empty = CountsAnswer(
        query=CountsQuery(measure="missing_incidents"),
        as_of_position=0,
        as_of_time=None,
        definition_version=DEFINITION_VERSION,
        rows=(row(value=1),),
        coverage=COVERAGE,
    )

    assert counts_document(empty).as_of_time is None
    line = counts_csv(empty).splitlines()[1]
    assert line == f"1,0,2,missing_incidents,national,0,,{DEFINITION_VERSION}"


@given(answer=answers())
def test_every_form_holds_the_same_numbers(answer: CountsAnswer) -> None:
    by_json = json.loads(counts_json(answer))["rows"]
    by_csv = list(csv.DictReader(StringIO(counts_csv(answer), newline="")))
    by_parquet = parquet.read_table(BytesIO(counts_parquet(answer))).to_pylist()
    by_arrow = ipc.open_file(BytesIO(counts_arrow(answer))).read_all().to_pylist()

    names = (*answer.query.by, "value", "low", "high")
    expected = [tuple(each[name] for name in names) for each in by_json]
    assert [tuple(each[name] for name in names) for each in by_parquet] == expected
    assert [tuple(each[name] for name in names) for each in by_arrow] == expected
    numbers = [tuple(float(each[name]) for name in names[-3:]) for each in by_csv]
    assert numbers == [each[-3:] for each in expected]
    assert [tuple(each[name] for name in answer.query.by) for each in by_csv] == [
        each[:-3] for each in expected
    ]


@given(answer=answers())
def test_the_same_answer_gives_the_same_bytes(answer: CountsAnswer) -> None:
    assert counts_parquet(answer) == counts_parquet(answer)
    assert counts_arrow(answer) == counts_arrow(answer)


def test_everything_that_can_be_asked_is_listed_with_its_meaning() -> None:
    document = measures_document()

    assert {each.name for each in document.measures} == set(MEASURES)
    assert {each.name for each in document.dimensions} == set(DIMENSIONS)
    assert {each.name for each in document.sources} == set(Source) == set(SOURCE_MEANING)
    assert all(each.definition and each.source for each in document.measures)
    assert all(each.definition for each in document.dimensions)
