"""The rules about missing periods beside a slow second opinion that counts half-days."""

from collections.abc import Sequence
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.missing_periods import CareSpell, ChildRecord, MissingPeriod, PlacementSpell
from domain.periods import ReportingYear
from domain.rules import period_findings

YEAR = ReportingYear(ending=2018)
# Days are counted from here; the year ends on day 20, so that periods fall on both sides.
ORIGIN = date(2018, 3, 11)
LAST_DAY = 20
FOREVER = 200

days = st.integers(min_value=0, max_value=40)
Span = tuple[int, int | None]


@st.composite
def spans(draw: st.DrawFn) -> Span:
    """Draw a span that may be open but does not end before it starts."""
    start = draw(days)
    length = draw(st.none() | st.integers(min_value=0, max_value=15))
    return start, None if length is None else start + length


def day(number: int) -> date:
    return ORIGIN + timedelta(days=number)


def end(number: int | None) -> date | None:
    return None if number is None else day(number)


def half_days(span: Span) -> set[int]:
    """Return the half-days of a span: 2n is day n, 2n + 1 the night after it."""
    return set(range(2 * span[0], 2 * (FOREVER if span[1] is None else span[1]) + 1))


def looked_after(care: Sequence[Span]) -> set[int]:
    """Return the half-days in care; a spell left open lasts until the next begins."""
    ordered = sorted(care, key=lambda each: (each[0], FOREVER if each[1] is None else each[1]))
    covered: set[int] = set()
    for at, (start, stop) in enumerate(ordered):
        if stop is None and at + 1 < len(ordered):
            stop = ordered[at + 1][0]
        covered |= half_days((start, stop))
    return covered


def overlaps_an_earlier_one(at: int, periods: Sequence[Span]) -> bool:
    """Return whether any period, by start, end and place before this one, still lasts."""

    def key(index: int) -> tuple[int, int, int]:
        start, stop = periods[index]
        return start, FOREVER if stop is None else stop, index

    return any(
        key(other) < key(at) and key(at)[0] < key(other)[1]
        for other in range(len(periods))
        if other != at
    )


def runs_past_care(span: Span, care: Sequence[Span]) -> bool:
    """Return whether care ended and the period, followed half-day by half-day, did not."""
    covered = looked_after(care)
    start, stop = span
    if stop is not None:
        return 2 * stop not in covered and any(half < 2 * stop for half in covered)
    gaps = [half for half in range(min(covered), 2 * FOREVER) if half not in covered]
    back_in_care = 2 * FOREVER in covered and (not gaps or max(gaps) < 2 * start)
    return bool(gaps) and not back_in_care


def expected(
    at: int, periods: Sequence[Span], care: Sequence[Span], placements: Sequence[Span]
) -> set[str]:
    """Return the codes by reading the rules' own words, without the code under test."""
    start, stop = periods[at]
    covered = looked_after(care)
    out = bool(care) and 2 * start not in covered
    broken = {
        "567": stop is not None and stop < start,
        "570": start > LAST_DAY,
        "571": stop is not None and stop > LAST_DAY,
        "574": overlaps_an_earlier_one(at, periods),
        "575": stop is None
        and any(
            2 * start in half_days(each) and each[1] is not None and each[1] < FOREVER
            for each in placements
        ),
        "577": bool(care) and runs_past_care(periods[at], care),
        "578": out and any(half < 2 * start for half in covered),
        "581": out and any(half > 2 * start for half in covered),
    }
    return {code for code, is_broken in broken.items() if is_broken}


periods_drawn = st.lists(
    spans() | st.tuples(days, st.integers(min_value=0, max_value=40)), min_size=1, max_size=5
)


@given(
    periods=periods_drawn,
    care=st.lists(spans(), max_size=5),
    placements=st.lists(spans(), max_size=4),
)
def test_the_rules_agree_with_counting_half_days(
    periods: list[Span], care: list[Span], placements: list[Span]
) -> None:
    record = ChildRecord(
        registered=True,
        born_on=None,
        periods=tuple(MissingPeriod(starts_on=day(a), ends_on=end(b)) for a, b in periods),
        care=tuple(CareSpell(starts_on=day(a), ends_on=end(b)) for a, b in care),
        placements=tuple(PlacementSpell(starts_on=day(a), ends_on=end(b)) for a, b in placements),
    )

    found = period_findings(record, YEAR)

    for at in range(len(periods)):
        codes = {each.rule.code for each in found if each.period == at}
        assert codes == expected(at, periods, care, placements)


@given(periods=periods_drawn, data=st.data())
def test_the_order_of_periods_does_not_change_how_many_break_a_rule(
    periods: list[Span], data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(periods))

    first, second = (
        sorted(
            each.rule.code
            for each in period_findings(
                ChildRecord(
                    registered=True,
                    born_on=None,
                    periods=tuple(
                        MissingPeriod(starts_on=day(a), ends_on=end(b)) for a, b in order
                    ),
                ),
                YEAR,
            )
        )
        for order in (periods, shuffled)
    )

    assert first == second
