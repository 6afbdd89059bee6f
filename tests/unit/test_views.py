"""Views as questions and as answers: the same numbers in every form, and a page that is current."""

import csv
import json
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from pyarrow import ipc, parquet

from contracts.tables import METADATA_KEY
from contracts.views import (
    parse_view_query,
    view_arrow,
    view_csv,
    view_document,
    view_json,
    view_parquet,
    views_document,
)
from contracts.views_page import views_page
from domain.errors import UsageError
from domain.measures import Source
from domain.views import ViewQuery
from hub.commands.viewing import TESTS, files_that_ask
from projections.catalogue import all_views
from tests.unit.api_figures import VIEWS, MemoryViews

HOMES = VIEWS[1]
TAKEN = {"by", "figures", "from", "to", "as_of", "source", "definition_version", "view"}


def test_every_part_of_a_question_is_read() -> None:
    query = parse_view_query(
        HOMES,
        by="ending,authority",
        figures="share",
        first="2025-04-01",
        last="2026-03-31",
        as_of="2026-05-01",
        source="police",
        where={"authority": "330"},
        definition_version="2026.3",
    )

    assert query == ViewQuery(
        view="homes",
        by=("ending", "authority"),
        figures=("share",),
        first_day=date(2025, 4, 1),
        last_day=date(2026, 3, 31),
        as_of=date(2026, 5, 1),
        source=Source.POLICE,
        where=(("authority", "330"),),
        definition_version="2026.3",
    )


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"by": "endings"}, "Did you mean ending?"),
        ({"by": "ending,ending"}, "twice"),
        ({"by": "a,b,c,d"}, "each once: authority, ending"),
        ({"figures": "shares"}, "Did you mean share?"),
        ({"where": {"authority": "x"}}, "three-digit"),
        ({"where": {"ending": "<script>"}}, "one of the values in the answer"),
        ({"where": {"sex": "F"}}, "Choices: authority, ending"),
        ({"first": "2026-04-01", "last": "2026-03-31"}, "`to` lies before `from`"),
        ({"first": "2026-02-30"}, "`from` is not a date"),
        ({"source": "both"}, "national, police, authority"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_the_choices(
    question: dict[str, Any], said: str
) -> None:
    with pytest.raises(UsageError) as caught:
        parse_view_query(HOMES, **question)

    assert said in str(caught.value)


def test_every_form_of_an_answer_holds_the_same_values() -> None:
    answer = MemoryViews().answer(ViewQuery(view="homes", by=("authority",)))

    document = json.loads(view_json(answer))
    by_csv = list(csv.DictReader(StringIO(view_csv(answer))))
    tables = (
        parquet.read_table(BytesIO(view_parquet(answer))),
        ipc.open_file(BytesIO(view_arrow(answer))).read_all(),
    )

    assert document["rows"] == [
        {"authority": "330", "figure": "done", "value": 7, "low": 7, "high": 8},
        {"authority": "330", "figure": "share", "value": None, "low": None, "high": 0.5},
    ]
    assert [(row["figure"], row["value"], row["high"], row["unit"]) for row in by_csv] == [
        ("done", "7", "8", "episodes"),
        ("share", "", "0.5", "%"),
    ]
    for table in tables:
        assert table["value"].to_pylist() == [7.0, None]
        described = json.loads(table.schema.metadata[METADATA_KEY])
        assert described == {**document, "rows": []}


def test_an_answer_states_its_definition_its_notes_and_that_it_is_restricted() -> None:
    document = view_document(MemoryViews().answer(ViewQuery(view="homes", figures=("share",))))

    assert (document.definition, document.definition_source) == ("What it answers.", "¶26")
    assert [figure.name for figure in document.figures] == ["share"]
    assert document.restricted
    assert any("Compare with care" in note for note in document.notes)
    assert any("never part of what is published" in note for note in document.notes)
    assert document.coverage.findings == {"574": 1}


def test_every_view_says_where_its_figures_come_from_and_takes_no_name_of_a_parameter() -> None:
    for view in all_views():
        about = view.about
        dimensions = [each.name for each in about.dimensions]
        assert about.title, about.name
        assert about.source, about.name
        assert about.figures, about.name
        assert all(each.definition and each.unit and each.source for each in about.figures)
        assert len({each.name for each in about.figures}) == len(about.figures), about.name
        assert len(set(dimensions)) == len(dimensions), about.name
        assert not {*dimensions, *(each.name for each in about.figures)} & TAKEN, about.name
        assert not {"figure", "unit", "value", "low", "high"} & set(dimensions), about.name


def test_the_page_of_the_views_is_as_hub_views_writes_it() -> None:
    document = views_document([view.about for view in all_views()])
    page = Path(__file__).parents[2] / "projections" / "VIEWS.md"

    written = views_page(document, files_that_ask([each.name for each in document.views], TESTS))

    assert page.read_text(encoding="utf-8") == written


def test_every_view_is_asked_by_a_test() -> None:
    names = [view.name for view in all_views()]

    assert [name for name, files in files_that_ask(names, TESTS).items() if not files] == []
