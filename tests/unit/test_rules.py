"""DfE's rules about missing periods: one by one, and all of them against a slow second opinion."""

from collections.abc import Sequence
from datetime import date

import pytest

from domain.missing_periods import (
    CareSpell,
    Carried,
    Case,
    ChildRecord,
    MissingEntry,
    MissingPeriod,
    PlacementSpell,
    Unread,
)
from domain.periods import ReportingYear
from domain.rules import (
    ENTRY_RULES,
    NOT_CARRIED_ON,
    OUTSIDE_CARE,
    PERIOD_RULES,
    Effect,
    Rule,
    carried_findings,
    entry_findings,
    period_findings,
)
from domain.vocabulary import Classification

YEAR = ReportingYear(ending=2018)
BORN = date(2000, 6, 15)
EIGHTEEN = date(2018, 6, 15)


def period(start: str, end: str | None, born: date | None = None) -> MissingPeriod:
    return MissingPeriod(
        starts_on=date.fromisoformat(start),
        ends_on=None if end is None else date.fromisoformat(end),
        born_on=born,
    )


def spell(start: str, end: str | None, reason: str | None = None) -> CareSpell:
    ends_on = None if end is None else date.fromisoformat(end)
    return CareSpell(starts_on=date.fromisoformat(start), ends_on=ends_on, reason=reason)


def codes(
    *periods: MissingPeriod,
    care: Sequence[CareSpell] = (),
    placements: Sequence[PlacementSpell] = (),
    born_on: date | None = BORN,
    registered: bool = True,
) -> list[list[str]]:
    """Return the codes that each period breaks."""
    record = ChildRecord(
        registered=registered,
        born_on=born_on,
        periods=periods,
        care=tuple(care),
        placements=tuple(placements),
    )
    found = period_findings(record, YEAR)
    return [
        [each.rule.code for each in found if each.period == index] for index in range(len(periods))
    ]


@pytest.mark.parametrize(
    ("kind", "starts_on", "ends_on", "expected"),
    [
        (Classification.AWAY, date(2017, 5, 1), date(2017, 5, 2), []),
        (Classification.AWAY, date(2017, 5, 1), Unread.BLANK, []),
        (Classification.AWAY, Unread.BLANK, date(2017, 5, 2), ["564"]),
        (Classification.AWAY, Unread.INVALID, Unread.BLANK, ["1004"]),
        (Classification.AWAY, date(2017, 5, 1), Unread.INVALID, ["1005"]),
        (Unread.INVALID, date(2017, 5, 1), Unread.BLANK, ["1006"]),
        (Unread.BLANK, date(2017, 5, 1), Unread.BLANK, ["565"]),
        (Unread.BLANK, date(2017, 5, 1), date(2017, 5, 2), ["565", "566"]),
        (Unread.BLANK, Unread.BLANK, date(2017, 5, 2), ["564", "566"]),
        (Unread.BLANK, Unread.BLANK, Unread.BLANK, ["564"]),
        (Unread.INVALID, Unread.INVALID, Unread.INVALID, ["1004", "1005", "1006"]),
    ],
)
def test_a_row_that_is_no_period_names_every_rule_for_it(
    kind: Classification | Unread,
    starts_on: date | Unread,
    ends_on: date | Unread,
    expected: list[str],
) -> None:
    entry = MissingEntry(kind=kind, starts_on=starts_on, ends_on=ends_on)

    found = [rule.code for rule in entry_findings(entry)]

    assert found == expected


def test_a_period_inside_the_year_and_care_breaks_nothing() -> None:
    care = [spell("2016-01-01", None)]

    found = codes(period("2017-05-01", "2017-05-03", BORN), care=care)

    assert found == [[]]


def test_an_end_before_the_start_breaks_567() -> None:
    assert codes(period("2017-05-03", "2017-05-02")) == [["567"]]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2018-03-31", None, []),
        ("2017-03-30", "2017-04-01", []),
        ("2018-04-01", None, ["570"]),
        ("2018-03-31", "2018-03-31", []),
        ("2018-03-31", "2018-04-01", ["571"]),
        ("2017-03-30", "2017-03-31", ["571"]),
        ("2018-04-01", "2018-04-02", ["570", "571"]),
    ],
)
def test_the_collection_year_includes_both_its_days(
    start: str, end: str | None, expected: list[str]
) -> None:
    assert codes(period(start, end)) == [expected]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (("2017-05-01", "2017-05-05"), ("2017-05-05", "2017-05-06"), [[], []]),
        (("2017-05-01", "2017-05-05"), ("2017-05-04", "2017-05-06"), [[], ["574"]]),
        (("2017-05-04", "2017-05-06"), ("2017-05-01", "2017-05-05"), [["574"], []]),
        (("2017-05-01", None), ("2017-05-09", "2017-05-10"), [[], ["574"]]),
        (("2017-05-01", "2017-05-09"), ("2017-05-04", None), [[], ["574"]]),
        (("2017-05-01", "2017-05-01"), ("2017-05-01", None), [[], []]),
        (("2017-05-01", None), ("2017-05-01", "2017-05-02"), [["574"], []]),
        (("2017-05-01", "2017-05-03"), ("2017-05-01", "2017-05-03"), [[], ["574"]]),
    ],
)
def test_574_names_the_later_of_two_periods_and_lets_them_touch(
    first: tuple[str, str | None], second: tuple[str, str | None], expected: list[list[str]]
) -> None:
    assert codes(period(*first), period(*second)) == expected


def test_574_looks_past_a_short_period_to_a_long_one_before_it() -> None:
    long, short = period("2017-05-01", "2017-05-31"), period("2017-05-02", "2017-05-03")

    found = codes(long, short, period("2017-05-20", "2017-05-21"))

    assert found == [[], ["574"], ["574"]]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2017-05-10", None, ["575"]),
        ("2017-05-01", None, ["575"]),
        ("2017-05-20", None, ["575"]),
        ("2017-05-21", None, []),
        ("2017-04-30", None, []),
        ("2017-05-10", "2017-06-30", []),
    ],
)
def test_575_is_about_open_periods_that_began_in_a_placement_that_has_ended(
    start: str, end: str | None, expected: list[str]
) -> None:
    ended = PlacementSpell(starts_on=date(2017, 5, 1), ends_on=date(2017, 5, 20))
    current = PlacementSpell(starts_on=date(2017, 5, 20), ends_on=None)

    assert codes(period(start, end), placements=[ended, current]) == [expected]


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2017-05-10", "2017-05-20", []),
        ("2017-05-10", "2017-05-21", ["577"]),
        ("2017-05-10", None, ["577"]),
        ("2017-05-20", "2017-05-20", []),
        ("2017-05-21", "2017-05-22", ["577", "578", "581"]),
        ("2017-05-21", None, ["577", "578", "581"]),
        ("2017-04-28", "2017-04-29", ["581"]),
        ("2017-04-28", "2017-05-02", ["581"]),
        ("2017-05-10", "2017-09-02", []),
        ("2017-09-01", None, []),
    ],
)
def test_care_that_ended_and_began_again_is_not_care_in_between(
    start: str, end: str | None, expected: list[str]
) -> None:
    care = [spell("2017-05-01", "2017-05-20", "E4A"), spell("2017-09-01", None)]

    assert codes(period(start, end), care=care) == [expected]


def test_a_period_after_all_care_started_after_it_and_not_before_it() -> None:
    care = [spell("2016-05-01", "2017-05-20", "E4A")]

    found = codes(period("2017-06-01", "2017-06-02"), care=care)

    assert found == [["577", "578"]]


def test_an_open_period_from_before_the_only_care_is_not_past_care() -> None:
    assert codes(period("2017-06-01", None), care=[spell("2017-07-01", None)]) == [["581"]]


def test_a_child_without_episodes_breaks_no_rule_about_care() -> None:
    assert codes(period("2017-06-01", None)) == [[]]


def test_a_child_who_starts_again_on_the_day_of_ceasing_never_left_care() -> None:
    care = [spell("2016-05-01", "2017-05-20", "E4A"), spell("2017-05-20", None)]

    found = codes(period("2017-05-10", None), care=care)

    assert found == [[]]


@pytest.mark.parametrize(
    ("start", "end", "reason", "expected"),
    [
        ("2018-06-01", "2018-06-15", "E7", True),
        ("2018-06-01", "2018-06-15", None, True),
        ("2018-06-01", "2018-06-15", "E8", False),
        ("2018-06-01", None, "E7", True),
        ("2018-06-01", "2018-06-14", "E7", False),
        ("2018-06-16", None, "E7", False),
    ],
)
def test_580_asks_for_e8_when_a_missing_child_turns_eighteen(
    start: str, end: str | None, reason: str | None, expected: bool
) -> None:
    care = [CareSpell(starts_on=date(2016, 1, 1), ends_on=EIGHTEEN, reason=reason)]

    (found,) = codes(period(start, end), care=care)

    assert ("580" in found) is expected


def test_580_does_not_speak_when_care_ended_on_another_day_or_the_birth_is_unknown() -> None:
    other_day = [spell("2016-01-01", "2018-06-14", "E7")]
    birthday = [spell("2016-01-01", "2018-06-15", "E7")]

    (late,) = codes(period("2018-06-01", "2018-06-15"), care=other_day)
    (unknown,) = codes(period("2018-06-01", "2018-06-15"), care=birthday, born_on=None)

    assert "580" not in late
    assert "580" not in unknown


def test_dates_before_birth_break_586_and_the_day_of_birth_does_not() -> None:
    born = date(2017, 5, 1)

    found = codes(
        period("2017-04-30", "2017-05-01", born),
        period("2017-05-01", "2017-05-02", born),
        born_on=None,
    )

    assert found == [["586"], []]


def test_the_birth_date_of_the_header_serves_where_the_row_has_none() -> None:
    assert codes(period("2017-04-30", "2017-04-30"), born_on=date(2017, 5, 1)) == [["586"]]


def test_a_child_unknown_to_the_header_and_one_of_another_birth_date_are_named() -> None:
    unknown = codes(period("2017-05-01", "2017-05-02"), registered=False)
    other = codes(period("2017-05-01", "2017-05-02", date(2000, 6, 16)))

    assert unknown == [["INT04"]]
    assert other == [["INT13"]]


def test_576_names_periods_left_open_last_year_and_not_gone_on_with() -> None:
    last_year = [
        period("2017-03-20", None),
        period("2017-03-22", None),
        period("2017-03-01", "2017-03-02"),
    ]

    found = carried_findings(last_year, [period("2017-03-20", "2017-04-05")])

    assert found == (1,)


def test_every_rule_has_its_own_code_a_source_and_one_effect() -> None:
    rules: list[Rule[MissingEntry] | Rule[Case] | Rule[Carried]]
    rules = [*ENTRY_RULES, *PERIOD_RULES, NOT_CARRIED_ON]

    assert len({rule.code for rule in rules}) == len(rules) == 19
    assert all(rule.source.endswith(rule.code) for rule in rules)
    assert all((rule.effect is Effect.REJECT) == (rule in ENTRY_RULES) for rule in rules)
    assert {rule.code for rule in rules} > OUTSIDE_CARE
