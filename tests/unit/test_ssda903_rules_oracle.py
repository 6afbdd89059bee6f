"""Two returns, two years: every row that DfE's rules name is found, and no other."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import zip_longest

from hypothesis import given
from hypothesis import strategies as st

from contracts.ssda903_carried import carried_on
from contracts.ssda903_reading import ReturnReading
from tests.unit.ssda903_returns import episode, files_of, header, missing, read

# Day 0; the year ends on day 20, one child is 18 on day 15, another was born on day 5.
ORIGIN = date(2018, 3, 11)
LAST_DAY = 20
BIRTHDAYS = {"C1": (date(2000, 3, 26), 15), "C2": (date(2018, 3, 16), 6575)}
FIRST_DAY = LAST_DAY - 364
ENDLESS = 100_000

CARE_RULES = {"575", "577", "578", "580", "581"}
OURS = {"duplicate-row"}


@dataclass(frozen=True)
class Stay:
    """A row of Episodes, in days."""

    child: str
    start: int
    end: int | None
    rne: str
    place: str
    rec: str

    def text(self) -> str:
        return episode(
            day(self.start),
            day(self.end),
            child=self.child,
            rne=self.rne,
            place=self.place,
            rec=self.rec,
        )


@dataclass(frozen=True)
class Absence:
    """A row of Missing, in days. birth: as written in it."""

    child: str
    kind: str
    start: int
    end: int | None
    birth: str

    def text(self) -> str:
        return missing(
            day(self.start), day(self.end), child=self.child, kind=self.kind, born=self.birth
        )


def day(number: int | None) -> str:
    return "" if number is None else (ORIGIN + timedelta(days=number)).strftime("%d/%m/%Y")


def born(child: str) -> str:
    return BIRTHDAYS[child][0].strftime("%d/%m/%Y")


@st.composite
def chains(draw: st.DrawFn, child: str) -> list[Stay]:
    """Draw the care of a child, one episode after the other, with or without gaps."""
    found = []
    start = draw(st.integers(-5, 10))
    for _ in range(draw(st.integers(0, 4))):
        length = draw(st.integers(1, 8))
        # Now and then care ends on the eighteenth birthday.
        end = draw(st.sampled_from([start + length, start + length, max(15, start + 1)]))
        found.append(
            Stay(
                child,
                start,
                end,
                draw(st.sampled_from(["S", "P", "L", "L", ""])),
                draw(st.sampled_from(["U4", "K2"])),
                draw(st.sampled_from(["X1", "X1", "E4A", "E8", ""])),
            )
        )
        start = end + draw(st.sampled_from([0, 0, 0, 1, 3]))
    if draw(st.booleans()) and found:
        last = found[-1]
        found[-1] = Stay(child, last.start, None, last.rne, last.place, "")
    return found


@st.composite
def absences(draw: st.DrawFn, child: str) -> Absence:
    start = draw(st.integers(-3, 25))
    length = draw(st.none() | st.integers(-2, 8))
    return Absence(
        child,
        draw(st.sampled_from(["M", "A"])),
        start,
        None if length is None else start + length,
        draw(st.sampled_from([born(child), born(child), "", "27/03/2000"])),
    )


@st.composite
def returns(draw: st.DrawFn) -> tuple[list[str], list[Stay], list[Absence]]:
    named = draw(st.lists(st.sampled_from(["C1", "C2"]), unique=True))
    care = [*draw(chains("C1")), *draw(chains("C2"))]
    rows = draw(st.lists(st.one_of(absences("C1"), absences("C2")), max_size=6))
    return named, draw(st.permutations(care)), rows


def told(named: Sequence[str], care: Sequence[Stay], rows: Sequence[Absence]) -> ReturnReading:
    return read(
        files_of(
            headers=[header(child, born=born(child)) for child in named],
            episodes=[stay.text() for stay in care],
            absences=[row.text() for row in rows],
        )
    )


def in_care(at: int, care: Sequence[Stay]) -> bool:
    return any(stay.start <= at <= last_day(stay) for stay in care)


def last_day(span: Stay | Absence) -> int:
    return ENDLESS if span.end is None else span.end


def placements(care: Sequence[Stay]) -> Iterator[tuple[int, int]]:
    """Yield first and last day of each placement: a change of legal status alone is no move."""
    ordered = sorted(care, key=lambda stay: stay.start)
    first = ordered[0].start if ordered else 0
    for stay, following in zip_longest(ordered, ordered[1:]):
        goes_on = (
            following is not None
            and following.rne in ("L", "")
            and following.start == stay.end
            and following.place == stay.place
            and stay.rec in ("X1", "")
        )
        if not goes_on:
            yield first, last_day(stay)
            first = following.start if following else 0


def ceased(care: Sequence[Stay]) -> list[int]:
    """Return the days on which care ended and did not begin again."""
    return sorted(
        last_day(stay)
        for stay in care
        if stay.end is not None
        and not any(other.start <= stay.end < last_day(other) for other in care)
    )


def codes_of(at: int, rows: Sequence[Absence], all_care: Sequence[Stay], named: bool) -> set[str]:
    """Return the rules that one row of Missing breaks, by their words."""
    row = rows[at]
    care = [stay for stay in all_care if stay.child == row.child]
    starts, ends = row.start, last_day(row)
    birth = row.birth or (born(row.child) if named else "")
    births = {"26/03/2000": -6559, "27/03/2000": -6558, "16/03/2018": 5}
    earlier = [
        other
        for number, other in enumerate(rows)
        if number != at
        and other.child == row.child
        and (other.start, last_day(other), number) < (row.start, last_day(row), at)
    ]
    outside = bool(care) and not in_care(starts, care)
    broken = {
        "567": ends < starts,
        "570": starts > LAST_DAY,
        "571": row.end is not None and not FIRST_DAY <= row.end <= LAST_DAY,
        "574": any(row.start < last_day(other) for other in earlier),
        "575": row.end is None
        and any(first <= starts <= last < ENDLESS for first, last in placements(care)),
        "577": bool(care)
        and (
            (
                row.end is not None
                and not in_care(row.end, care)
                and any(s.start <= row.end for s in care)
            )
            or (row.end is None and bool(ceased(care)) and not open_since(care, starts))
        ),
        "578": outside and any(stay.start <= starts for stay in care),
        "581": outside and any(stay.start > starts for stay in care),
        "586": birth in births and min(starts, ends) < births[birth],
        "INT04": not named,
        "INT13": named and row.birth not in ("", born(row.child)),
    }
    return {code for code, is_broken in broken.items() if is_broken}


def open_since(care: Sequence[Stay], starts: int) -> bool:
    """Return whether care that still lasts had begun, without a break since, when a period did."""
    if not any(stay.end is None for stay in care):
        return False
    breaks = ceased(care)
    begun = [stay.start for stay in care if not breaks or stay.start > breaks[-1]]
    return bool(begun) and min(begun) <= starts


def rows_for_580(rows: Sequence[Absence], care: Sequence[Stay], named: Sequence[str]) -> set[int]:
    """Return the rows of Episodes that ended on the 18th birthday of a missing child, not by E8."""
    found = set()
    for row in rows:
        birth = row.birth or (born(row.child) if row.child in named else "")
        birthday = {"26/03/2000": 15, "27/03/2000": 16}.get(birth)
        if birthday is None or not row.start <= birthday <= last_day(row):
            continue
        found |= {
            number
            for number, stay in enumerate(care, start=1)
            if stay.child == row.child and stay.end == birthday and stay.rec != "E8"
        }
    return found


@given(drawn=returns())
def test_every_row_that_breaks_a_rule_is_named_and_no_other(
    drawn: tuple[list[str], list[Stay], list[Absence]],
) -> None:
    named, care, rows = drawn

    reading = told(named, care, rows)

    found = [
        {each.code for each in reading.findings if (each.file, each.row) == ("missing.csv", at)}
        for at in range(1, len(rows) + 1)
    ]
    assert [codes - OURS for codes in found] == [
        codes_of(at, rows, care, rows[at].child in named) for at in range(len(rows))
    ]
    assert {each.row for each in reading.findings if each.code == "580"} == rows_for_580(
        rows, care, named
    )
    assert reading.rejections == ()


@given(last=st.lists(absences("C1") | absences("C2"), max_size=5), data=st.data())
def test_576_names_last_years_open_rows_that_this_year_has_not(
    last: list[Absence], data: st.DataObject
) -> None:
    now = data.draw(
        st.lists(st.sampled_from(last) if last else absences("C1"), max_size=4)
    ) + data.draw(st.lists(absences("C2"), max_size=1))
    last_year = read(files_of(absences=[row.text() for row in last], episodes=None), year=2017)
    assert last_year.memory is not None
    files = files_of(absences=[row.text() for row in now], episodes=None)

    beside = carried_on(last_year.periods, read(files).periods)
    remembered = read(files, known=last_year.memory.rows)

    expected = {
        number
        for number, row in enumerate(last, start=1)
        if row.end is None
        and (row.child, row.start) not in {(each.child, each.start) for each in now}
    }
    # Of two equal rows the memory keeps the first.
    first = {
        number
        for number in expected
        if last.index(next(each for each in last if same_fact(each, last[number - 1])))
        == number - 1
    }
    assert {(each.file, each.row) for each in beside} == {
        ("previous/missing.csv", number) for number in expected
    }
    assert {each.row for each in remembered.findings if each.code == "576"} == first


def same_fact(one: Absence, other: Absence) -> bool:
    """Return whether two rows tell of the same period."""
    return (one.child, one.kind, one.start, one.end) == (
        other.child,
        other.kind,
        other.start,
        other.end,
    )
