"""The page about a publisher's data: its headings say what was found, whatever was sent."""

import re

from contracts.quality_answers import parse_quality_query, quality_document
from domain.quality_figures import Figures, Part
from domain.quality_tallies import Delays
from hub.web.quality_page import (
    declared_words,
    filled_words,
    late_words,
    number,
    percent,
    quality_page,
    sent_words,
)
from tests.unit.quality_examples import answer, figures

QUERY = parse_quality_query("la-318")
NOTHING = Figures(publisher="la-318")


def text(html: bytes) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.decode()))


def test_headings_state_the_finding() -> None:
    document = quality_document(answer(QUERY))

    assert late_words(document) == (
        "21% of events were recorded within 24 hours; the national median is 21%"
    )
    assert filled_words(document.completeness) == (
        "1 of 2 optional fields is filled in fewer than half of the events"
    )
    assert sent_words(document) == "3 of 200 submissions were rejected"
    assert declared_words(document) == "1 closed month was not declared complete"


def test_a_publisher_that_sent_nothing_has_a_page_too() -> None:
    silent = answer(
        QUERY,
        figures=NOTHING,
        others={},
        volumes=(),
        declared=(),
        undeclared=(),
        last_heard=None,
        silent_from=None,
    )

    page = text(quality_page(quality_document(silent), name="Richmond upon Thames"))

    for words in (
        "No rule is found broken",
        "No event has been recorded",
        "No optional field was sent",
        "Nothing has been sent",
        "Every closed month was declared complete",
        "Never",
    ):
        assert words in page


def test_the_chart_has_a_text_for_who_cannot_see_it_and_a_table_twin() -> None:
    html = quality_page(quality_document(answer(QUERY)), name="Richmond").decode()

    label = re.search(r'role="img" aria-label="([^"]*)"', html)

    assert label is not None
    assert "Not done, without a decision 22%, national median 22%" in label[1]
    assert re.search(r"DQ9 Not done, without a decision\s*</th>", html)


def test_names_are_escaped() -> None:
    html = quality_page(quality_document(answer(QUERY)), name="<b>Richmond</b>").decode()

    assert "&lt;b&gt;Richmond" in html
    assert "<b>Richmond" not in html


def test_what_is_not_known_is_a_dash() -> None:
    assert (percent(None), number(None)) == ("\u2013", "\u2013")
    assert (percent(0.5), number(1234.4)) == ("50%", "1,234")


def test_months_without_declarations_are_counted_in_words() -> None:
    many = quality_document(answer(QUERY, undeclared=()))
    full = quality_document(
        answer(QUERY, figures=figures(fields={("a", "b"): Part(cases=1, of=1)}, delays=Delays()))
    )

    assert declared_words(many) == "Every closed month was declared complete"
    assert late_words(full) == "No event has been recorded"
