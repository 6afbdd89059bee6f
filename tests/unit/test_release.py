"""A month is released once it is closed, once, and only if its counts are fit."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from contracts.feed import POSITION_BLOCK, Indicator, position_block
from domain.disclosure import Published, Symbol
from domain.errors import ReleaseRefusedError, UsageError
from domain.geography import ENGLAND_CODE
from domain.measures import CountsAnswer
from tests.unit.release_examples import (
    APRIL,
    LATER,
    MARCH,
    POSITION,
    REGISTER,
    TRUE_COUNTS,
    FakeCounts,
    contents,
    example_release,
    publish,
    with_coverage,
)


def test_a_month_is_refused_while_late_rows_are_awaited(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"open until the end of 14 April 2026") as refusal:
        publish(tmp_path / "feed", today=date(2026, 4, 14))

    assert "from 15 April 2026" in str(refusal.value)
    assert not (tmp_path / "feed").exists()


def test_a_month_can_be_released_on_the_day_after_it_closed(tmp_path: Path) -> None:
    result = publish(tmp_path, today=date(2026, 4, 15))

    assert result.path == tmp_path / "releases" / "2026-03-P"
    assert not result.already


def test_a_month_is_released_once_and_never_counted_again(tmp_path: Path) -> None:
    first = publish(tmp_path)
    before = contents(tmp_path)
    counts = FakeCounts()

    again = publish(tmp_path, counts=counts, synthetic=True)

    assert again.already
    assert again.manifest_sha256 == first.manifest_sha256
    assert counts.queries == []
    assert contents(tmp_path) == before


def test_the_exact_position_is_for_the_hub_and_whole_blocks_are_for_the_public(
    tmp_path: Path,
) -> None:
    result = publish(tmp_path)

    assert result.position == POSITION
    assert example_release().position_at_most == position_block(POSITION) == 2 * POSITION_BLOCK
    assert publish(tmp_path).position is None


def test_all_questions_are_about_the_month_at_the_position_of_the_first_answer() -> None:
    counts = FakeCounts()

    example_release(counts)

    assert [query.as_of for query in counts.queries] == [None] + [POSITION] * 7
    assert {(query.first_day, query.last_day) for query in counts.queries} == {
        (MARCH.starts_on, MARCH.ends_on)
    }
    assert {(query.measure, query.by) for query in counts.queries} == {
        (measure, by) for measure in TRUE_COUNTS for by in ((), ("region",))
    }


def test_england_is_its_own_count_and_not_the_sum_of_its_regions() -> None:
    england = example_release().england

    assert england.code == ENGLAND_CODE
    assert england.figures == {
        Indicator.MISSING_EPISODES: Published(number=6640),
        Indicator.MISSING_CHILDREN: Published(number=2570),
        Indicator.AWAY_EPISODES: Published(number=740),
        Indicator.AWAY_CHILDREN: Published(number=340),
    }


def test_every_region_is_there_and_unknown_ones_are_not() -> None:
    codes = [area.code for area in example_release().regions]

    assert codes == [region.code for region in REGISTER.regions]


def test_a_region_without_a_row_is_confidential_like_any_small_one() -> None:
    def without_regions(answer: CountsAnswer) -> CountsAnswer:
        return replace(answer, rows=answer.rows if answer.query.by == () else ())

    release = example_release(FakeCounts(change=without_regions))

    shown = {figure for area in release.regions for figure in area.figures.values()}
    assert shown == {Published(symbol=Symbol.CONFIDENTIAL)}


def test_a_month_without_a_single_row_is_released_as_confidential() -> None:
    release = example_release(FakeCounts(change=lambda answer: replace(answer, rows=())))

    assert set(release.england.figures.values()) == {Published(symbol=Symbol.CONFIDENTIAL)}


def test_nothing_is_released_while_a_child_is_parked(tmp_path: Path) -> None:
    with pytest.raises(ReleaseRefusedError, match="cannot be counted yet"):
        publish(tmp_path, counts=with_coverage(parked=1))

    assert not (tmp_path / "index.html").exists()
    assert contents(tmp_path / "releases") == {}


def test_nothing_is_released_when_no_publisher_was_heard(tmp_path: Path) -> None:
    with pytest.raises(ReleaseRefusedError, match="No publisher"):
        publish(tmp_path, counts=with_coverage(heard=0))


def test_nothing_is_released_when_the_answers_are_of_two_states(tmp_path: Path) -> None:
    def drifting(answer: CountsAnswer) -> CountsAnswer:
        return replace(answer, definition_version="" if answer.query.by else "2026.1")

    with pytest.raises(ReleaseRefusedError, match="changed while they were read"):
        publish(tmp_path, counts=FakeCounts(change=drifting))


@pytest.mark.parametrize(
    ("measure", "figures", "complaint"),
    [
        ("missing_children", (6650, TRUE_COUNTS["missing_children"][1]), "children than episodes"),
        ("away_incidents", (336, TRUE_COUNTS["away_incidents"][1]), "exceeds England"),
    ],
)
def test_figures_that_cannot_be_are_not_released(
    tmp_path: Path, measure: str, figures: tuple[int, tuple[int, ...]], complaint: str
) -> None:
    smaller_children = {"away_children": (300, TRUE_COUNTS["away_children"][1])}
    counts = FakeCounts(true_counts={**TRUE_COUNTS, **smaller_children, measure: figures})

    with pytest.raises(ReleaseRefusedError, match=complaint):
        publish(tmp_path, counts=counts)


def test_an_older_month_can_be_released_after_a_newer_one(tmp_path: Path) -> None:
    publish(tmp_path, APRIL)
    front = (tmp_path / "index.html").read_text(encoding="utf-8")

    publish(tmp_path, MARCH, today=LATER)

    later_front = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "<h1" in later_front
    assert "Missing children in England, April 2026</h1>" in front
    assert "Missing children in England, April 2026</h1>" in later_front
    assert "releases/2026-03-P/index.html" in later_front
