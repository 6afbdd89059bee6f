"""The answer about a publisher's data: its document, its table, its rules, its question."""

import csv
from io import StringIO

import pytest

from contracts.quality import QualityDocument, rules_document
from contracts.quality_answers import (
    COLUMNS,
    parse_quality_query,
    quality_csv,
    quality_document,
)
from domain.errors import UsageError
from domain.periods import Month
from domain.quality import QUALITY_RULES
from domain.rules import ENTRY_RULES, PERIOD_RULES
from tests.unit.quality_examples import answer, figures

QUERY = parse_quality_query("la-318", "2026-03", "2026-04")


@pytest.fixture
def document() -> QualityDocument:
    return quality_document(answer(QUERY))


def test_a_question_names_a_publisher_and_months() -> None:
    assert (QUERY.publisher, QUERY.first) == ("la-318", Month(year=2026, number=3))


@pytest.mark.parametrize(
    ("publisher", "first", "last"),
    [
        ("318", None, None),
        ("la-318", "March", None),
        ("la-318", None, "2026-13"),
        ("la-318", "2026-04", "2026-03"),
    ],
)
def test_what_is_no_question_is_refused(publisher: str, first: str, last: str) -> None:
    with pytest.raises(UsageError):
        parse_quality_query(publisher, first, last)


def test_every_rule_is_told_with_its_source_meaning_and_effect(document: QualityDocument) -> None:
    rules = {each.code: each for each in rules_document().rules}

    assert set(QUALITY_RULES) <= set(rules)
    assert {each.code for each in (*ENTRY_RULES, *PERIOD_RULES)} <= set(rules)
    assert {each.rule.code for each in document.findings} == {*QUALITY_RULES, "567"}
    assert all(each.source and each.says and each.title for each in rules.values())
    assert {each.effect.value for each in rules.values()} == {
        "reject",
        "count",
        "count-without-duration",
    }


def test_shares_stand_beside_the_national_median(document: QualityDocument) -> None:
    found = {each.rule.code: each for each in document.findings}
    late = document.timeliness

    assert (found["DQ9"].cases, found["DQ9"].of, found["DQ9"].share) == (9, 40, 0.225)
    assert found["DQ9"].found
    assert found["DQ9"].national_median == 0.225
    assert not found["DQ7"].found
    assert (late.median_hours, late.p90_hours, late.within_24_hours) == (48, 168, 0.2105)
    assert [each.name for each in document.rejects] == ["code-unknown", "date-invalid"]
    assert document.undeclared_months == ("2026-04",)


def test_no_median_is_told_of_too_few_publishers() -> None:
    own = figures("la-318")

    alone = quality_document(answer(QUERY, others={"la-318": own, "la-330": own}))

    assert {each.national_median for each in alone.findings} == {None}
    assert alone.timeliness.within_24_hours_national is None


def test_the_table_has_a_row_for_every_number(document: QualityDocument) -> None:
    rows = list(csv.DictReader(StringIO(quality_csv(document))))

    assert tuple(rows[0]) == COLUMNS
    sections = {row["section"] for row in rows}
    assert sections == {
        *("volume", "timeliness", "completeness", "outcome"),
        *("reject", "finding", "declared", "undeclared"),
    }
    (undecided,) = (row for row in rows if row["name"] == "DQ9")
    assert (undecided["cases"], undecided["of"], undecided["value"]) == ("9", "40", "0.225")
