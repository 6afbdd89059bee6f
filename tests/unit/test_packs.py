"""Packs for boards: their periods, what is asked for them, and what may be published."""

import re
from dataclasses import replace
from datetime import timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.feed import Indicator
from domain.errors import NotFoundError, UsageError
from domain.geography import UNKNOWN_AREA
from domain.periods import Month, ReportingYear
from domain.safeguarding import Board
from hub.packs.content import Edition, PackPeriod
from hub.packs.document import pack_pdf
from hub.packs.making import ENGLAND, Packs
from hub.packs.page import pack_html
from hub.packs.plan import sections_for
from hub.web.wording import figure_text
from projections.catalogue import all_views
from tests.unit.pack_examples import POSITION, MemoryViews, example_pack
from tests.unit.release_examples import REGISTER, TRUE_COUNTS, example_release

MARCH = PackPeriod.parse("2026-03")
BOARD = Board.SAFEGUARDING_PARTNERSHIP


@given(st.integers(2013, 2098))
def test_the_quarters_of_a_reporting_year_are_the_year_and_nothing_else(ending: int) -> None:
    quarters = [PackPeriod.parse(f"{ending}-Q{number}") for number in (1, 2, 3, 4)]
    year = PackPeriod.parse(str(ending))

    whole = ReportingYear(ending=ending)
    assert (year.first, year.last) == (whole.starts_on, whole.ends_on)
    assert (quarters[0].first, quarters[-1].last) == (year.first, year.last)
    for before, after in pairwise(quarters):
        assert after.first - before.last == timedelta(days=1)


@given(st.integers(2013, 2098), st.integers(1, 12))
def test_a_month_is_itself(year: int, number: int) -> None:
    period = PackPeriod.parse(f"{year}-{number:02}")

    month = Month(year=year, number=number)
    assert (period.first, period.last) == (month.starts_on, month.ends_on)


@pytest.mark.parametrize("text", ["", "2026-Q5", "2026-13", "26", "2026-3", "2026-Q", "march"])
def test_what_is_no_period_is_refused_with_the_forms_there_are(text: str) -> None:
    with pytest.raises(UsageError, match=r"2026-03"):
        PackPeriod.parse(text)


@pytest.mark.parametrize("board", Board)
def test_every_section_asks_for_what_a_view_has(board: Board) -> None:
    views = {each.name: each.about for each in all_views()}
    for wanted in sections_for(board):
        about = views[wanted.view]
        assert set(wanted.figures) <= {each.name for each in about.figures}
        assert wanted.by is None or wanted.by in {each.name for each in about.dimensions}
        assert not about.restricted, "a pack names no home and no single child"


def test_every_figure_of_a_restricted_pack_stands_at_one_position() -> None:
    views = MemoryViews()

    pack = Packs(views, tuple, REGISTER).make(
        area="886", board=BOARD, period=MARCH, edition=Edition.RESTRICTED
    )

    first, *others = views.asked
    assert first.as_of is None
    assert {each.as_of for each in others} == {POSITION}
    assert {(each.first_day, each.last_day) for each in views.asked} == {(MARCH.first, MARCH.last)}
    assert pack.position == POSITION
    assert pack.area == "Kent"
    assert len(pack.sections) == len(sections_for(BOARD))
    assert "2 children cannot be counted yet." in pack.notes


def test_an_authority_stands_beside_its_region_and_england() -> None:
    pack = Packs(MemoryViews(), tuple, REGISTER).make(
        area="886", board=BOARD, period=MARCH, edition=Edition.RESTRICTED
    )
    england = Packs(MemoryViews(), tuple, REGISTER).make(
        area=ENGLAND, board=BOARD, period=MARCH, edition=Edition.RESTRICTED
    )

    tables = [each.table for each in (pack.sections[0], england.sections[0])]
    assert [table and table.head for table in tables] == [
        ("Figure", "Kent", "South East", "England"),
        ("Figure", "England"),
    ]


def test_a_range_left_open_by_the_review_is_printed() -> None:
    pack = Packs(MemoryViews(), tuple, REGISTER).make(
        area="886", board=BOARD, period=MARCH, edition=Edition.RESTRICTED
    )

    by_month = next(each for each in pack.sections if each.title == "Month by month")
    assert by_month.table is not None
    assert by_month.table.rows == (("one", "11", "12"), ("two", "22 (22 to 23)", "23 (23 to 24)"))
    assert by_month.chart is not None
    assert by_month.chart.numbers == (11, 22)


def test_where_nothing_is_recorded_the_pack_says_so() -> None:
    pack = Packs(MemoryViews(empty=True), tuple, REGISTER).make(
        area="886", board=BOARD, period=MARCH, edition=Edition.RESTRICTED
    )

    by_month = next(each for each in pack.sections if each.title == "Month by month")
    assert (by_month.table, by_month.chart) == (None, None)
    assert by_month.notes[0] == "Nothing is recorded for this period."


def test_a_publishable_pack_holds_published_cells_and_nothing_else() -> None:
    release = example_release()
    pack = Packs(MemoryViews(), lambda: [release], REGISTER).make(
        area="886", board=BOARD, period=PackPeriod.parse("2026"), edition=Edition.PUBLISHABLE
    )

    areas = {each.name: each.figures for each in release.areas}
    assert [each.title for each in pack.sections] == ["England", "South East"]
    for section in pack.sections:
        published = [figure_text(areas[section.title][each]) for each in Indicator]
        assert section.table is not None
        assert section.table.rows == (("March 2026", *published),)
    told = pack_html(pack).decode()
    exact = {n for total, parts in TRUE_COUNTS.values() for n in (total, *parts)}
    digits = {int(each.replace(",", "")) for each in re.findall(r">([0-9,]+)<", told)}
    assert digits
    assert not digits & exact
    assert "May be published" in told


def test_the_last_release_of_a_month_is_shown_and_other_months_are_not() -> None:
    release = example_release()
    make = Packs(MemoryViews(), lambda: [release], REGISTER).make

    with pytest.raises(NotFoundError, match="hub release"):
        make(
            area="886",
            board=BOARD,
            period=PackPeriod.parse("2026-Q3"),
            edition=Edition.PUBLISHABLE,
        )
    with pytest.raises(UsageError, match="leave out as-of"):
        make(area="886", board=BOARD, period=MARCH, edition=Edition.PUBLISHABLE, as_of=3)


@pytest.mark.parametrize("area", ["999", UNKNOWN_AREA, "", "E10000016"])
def test_an_area_that_there_is_not_is_refused(area: str) -> None:
    with pytest.raises(UsageError, match="three-digit number"):
        Packs(MemoryViews(), tuple, REGISTER).make(
            area=area, board=BOARD, period=MARCH, edition=Edition.RESTRICTED
        )


def test_a_document_bears_the_time_of_its_last_record_in_whatever_zone_it_is_told() -> None:
    pack = example_pack()
    assert pack.recorded_until is not None
    elsewhere = pack.recorded_until.astimezone(timezone(timedelta(hours=1))) + timedelta(
        microseconds=7
    )

    assert pack_pdf(replace(pack, recorded_until=elsewhere)).startswith(b"%PDF-")


def test_words_are_never_taken_for_commands() -> None:
    pack = example_pack()

    html, pdf = pack_html(pack).decode(), pack_pdf(pack)

    assert "<script>" not in html
    assert "{{ 7 * 7 }}" in html
    assert pdf.startswith(b"%PDF-")
    assert b"/MarkInfo" in pdf
    assert (pack_html(pack).decode(), pack_pdf(pack)) == (html, pdf)
    assert html.count("Restricted: for the board") == 1
