"""Two records side by side, and the evidence as a waterfall."""

from datetime import date
from functools import cache
from uuid import UUID
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.linkage.records import LinkRecord
from hub.linkage.scoring import Evidence
from hub.review.comparing import Mark, compare_children, edits, mark_days
from hub.review.waterfall import NARROW, WIDE, bits, steps_of, total_of, waterfall_svg
from tests.unit.review_bench import EVIDENCE

SHORT = st.text("ab1", max_size=5)


def record(number: int = 1, **fields: object) -> LinkRecord:
    return LinkRecord(subject_id=UUID(int=number), publisher="la-330", **fields)  # type: ignore[arg-type]


def mark(field: str, one: object, other: object) -> Mark:
    rows = compare_children(record(1, **{field: one}), record(2, **{field: other}))
    (told,) = (row.mark for row in rows if row.mark is not Mark.MISSING)
    return told


@pytest.mark.parametrize(
    ("field", "one", "other", "expected"),
    [
        ("forenames", "Zoë Anne", "ZOE ANNE", Mark.SAME),
        ("forenames", "Anne Marie", "Marie", Mark.SIMILAR),
        ("forenames", "Katherine", "Kathrine", Mark.SIMILAR),
        ("forenames", "Al", "Bo", Mark.DIFFERS),
        ("surname", "O'Quill-Drake", "oquill drake", Mark.SAME),
        ("surname", "Quill-Drake", "Drake", Mark.SIMILAR),
        ("surname", "Quill", "Drake", Mark.DIFFERS),
        ("birth_date", date(2012, 3, 5), date(2012, 5, 3), Mark.SIMILAR),
        ("birth_date", date(2012, 3, 5), date(2012, 3, 6), Mark.SIMILAR),
        ("birth_date", date(2012, 3, 5), date(2011, 3, 16), Mark.DIFFERS),
        ("sex", "F", "M", Mark.DIFFERS),
        ("nhs_number", "9990000019", "9990000091", Mark.SIMILAR),
        ("nhs_number", "9990000019", "9990000450", Mark.DIFFERS),
        ("postcode", "b8 1aa", "B81AA", Mark.SAME),
        ("postcode", "B8 1AA", "B8 3ZZ", Mark.SIMILAR),
        ("postcode", "B8 1AA", "B9 1AA", Mark.DIFFERS),
    ],
)
def test_a_word_says_how_two_values_compare(
    field: str, one: object, other: object, expected: Mark
) -> None:
    assert mark(field, one, other) is expected
    assert mark(field, other, one) is expected


def test_what_one_record_does_not_say_is_missing() -> None:
    rows = compare_children(record(1, surname="Quill"), record(2, surname=""))

    assert {row.mark for row in rows} == {Mark.MISSING}


def test_days_of_episodes_compare_to_a_day() -> None:
    one, next_day, far = date(2026, 3, 1), date(2026, 3, 2), date(2026, 4, 1)

    assert mark_days((one,), (one,)) is Mark.SAME
    assert mark_days((one, far), (next_day,)) is Mark.SIMILAR
    assert mark_days((one,), (far,)) is Mark.DIFFERS
    assert mark_days((one,), ()) is Mark.MISSING


def edits_by_definition(one: str, other: str) -> int:
    """Return the least number of edits, by trying each at the end of both words."""

    @cache
    def least(a: int, b: int) -> int:
        if not a or not b:
            return a + b
        ways = [least(a - 1, b) + 1, least(a, b - 1) + 1]
        ways.append(least(a - 1, b - 1) + (one[a - 1] != other[b - 1]))
        if a > 1 and b > 1 and one[a - 1] == other[b - 2] and one[a - 2] == other[b - 1]:
            ways.append(least(a - 2, b - 2) + 1)
        return min(ways)

    return least(len(one), len(other))


@given(SHORT, SHORT)
def test_edits_are_counted_as_defined(one: str, other: str) -> None:
    assert edits(one, other) == edits_by_definition(one, other)


def test_the_steps_of_a_waterfall_join_and_end_at_the_sum() -> None:
    steps = steps_of(EVIDENCE)

    assert [each.before for each in steps[1:]] == [each.after for each in steps[:-1]]
    assert steps[0].before == 0.0
    assert steps[-1].after == pytest.approx(total_of(EVIDENCE))
    assert [bits(each.weight) for each in steps] == [
        "\u221218.2",
        "+3.9",
        "+8.2",
        "+12.3",
        "0.0",
        "\u22123.3",
    ]


@pytest.mark.parametrize("drawing", [WIDE, NARROW])
def test_the_drawing_names_what_says_something_and_its_bits(drawing: object) -> None:
    svg = waterfall_svg(EVIDENCE, drawing)  # type: ignore[arg-type]

    words = {each.text for each in ElementTree.fromstring(svg).iter() if each.text}
    assert {"Forenames", "+3.9", "\u22123.3", "Together", "+2.9"} <= words
    assert "Sex" not in words


def test_evidence_that_says_nothing_at_all_can_be_drawn() -> None:
    nothing = (Evidence(comparison="sex", label="Sex", level="missing", weight=0.0),)

    assert b"Together" in waterfall_svg(nothing, WIDE)
