"""Whatever a return holds: every row has one end, the order of rows says nothing, rules hold."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from hypothesis import given
from hypothesis import strategies as st

from contracts.code_lists import read_code_lists
from contracts.identity import Identity
from contracts.register import read_register
from contracts.ssda903 import read_return
from contracts.ssda903_reading import ReturnReading
from contracts.submissions import Contract, Submission, read_submission
from domain.identifiers import parse_publisher_id
from tests.unit.ssda903_returns import episode, event_key, files_of, header, missing
from tests.unit.test_rules_oracle import ORIGIN, Span, day, expected

LA = parse_publisher_id("la-330")
BORN = "20/03/2018"
BLANK = "blank"
BAD = "bad"


def text(number: int) -> str:
    return day(number).strftime("%d/%m/%Y")


dates = st.integers(min_value=0, max_value=40).map(text)
odd_dates = dates | st.sampled_from(["", "31/02/2018", "2018-03-12", "32/01/2018", "1/4/18"])
known = st.sampled_from(["C1", "C2"])
anyone = st.sampled_from(["C1", "C1", "C2", "C3"])


@st.composite
def missing_rows(draw: st.DrawFn) -> str:
    return missing(
        draw(odd_dates),
        draw(odd_dates),
        child=draw(anyone),
        kind=draw(st.sampled_from(["M", "M", "A", "a", "", "X"])),
        born=draw(st.sampled_from([BORN, BORN, "", "21/03/2018"])),
    )


@st.composite
def episode_rows(draw: st.DrawFn) -> str:
    first = draw(st.integers(min_value=0, max_value=40))
    length = draw(st.none() | st.integers(min_value=0, max_value=15))
    return episode(
        text(first),
        "" if length is None else text(first + length),
        child=draw(anyone),
        rne=draw(st.sampled_from(["S", "P", "L", "X", ""])),
        place=draw(st.sampled_from(["U4", "K2", "T4"])),
        rec=draw(st.sampled_from(["X1", "X1", "E4A", "E8", "", "E99"])),
        home=draw(st.sampled_from(["", "ZZ99 1AA", "ZZ99 2AA", "nowhere"])),
    )


headers = st.lists(
    st.builds(header, st.sampled_from(["C1", "C2", "C2", "C4"]), st.just("2"), st.just(BORN)),
    max_size=4,
)
episodes = st.lists(episode_rows(), max_size=8)
absences = st.lists(missing_rows(), max_size=8)


def seal(identity: Identity) -> str:
    return f"h.k.v.c.{sha256(repr(identity).encode()).hexdigest()}"


def reading_of(
    headers: Sequence[str], episodes: Sequence[str], absences: Sequence[str]
) -> ReturnReading:
    return read_return(
        files_of(headers=headers, episodes=episodes, absences=absences),
        publisher=LA,
        year=2018,
        code_lists=read_code_lists(),
        seal=seal,
        event_key=event_key,
    )


@given(headers=headers, episodes=episodes, absences=absences)
def test_every_row_of_missing_has_one_end_and_every_message_keeps_its_contract(
    headers: list[str], episodes: list[str], absences: list[str]
) -> None:
    contract = Contract(register=read_register(), code_lists=read_code_lists())

    reading = reading_of(headers, episodes, absences)

    rejected = [each.row for each in reading.rejections if each.file == "missing.csv"]
    assert [row.row for row in reading.missing] == list(range(1, len(absences) + 1))
    assert [row.row for row in reading.missing if not row.accepted] == rejected
    for message in reading.messages:
        submission = read_submission(message.raw, sent_by=LA, contract=contract)
        assert isinstance(submission, Submission)
    assert len({message.raw for message in reading.messages}) == len(reading.messages)


@given(headers=headers, episodes=episodes, absences=absences, data=st.data())
def test_the_order_of_rows_changes_no_message(
    headers: list[str], episodes: list[str], absences: list[str], data: st.DataObject
) -> None:
    shuffled = [data.draw(st.permutations(rows)) for rows in (headers, episodes, absences)]

    first, second = reading_of(headers, episodes, absences), reading_of(*shuffled)

    assert {message.raw for message in first.messages} == {
        message.raw for message in second.messages
    }


def test_of_two_equal_episodes_the_same_home_is_taken_in_any_order() -> None:
    homes = [episode("01/05/2016", home="ZZ99 2AA"), episode("01/05/2016", home="ZZ99 1AA")]

    first, second = reading_of([header()], homes, []), reading_of([header()], homes[::-1], [])

    assert first.messages[0].raw == second.messages[0].raw


@given(absences=absences)
def test_every_accepted_period_is_told_once_and_no_rejected_one(absences: list[str]) -> None:
    periods = [each for each in map(written, absences) if not each.rejected_for]
    facts = {(each.child, each.kind, each.start, each.end) for each in periods}

    reading = reading_of([], [], absences)

    kinds = [message.kind.split(".")[2] for message in reading.messages]
    assert kinds.count("reported") == len(facts)
    assert kinds.count("located") + kinds.count("returned") == sum(
        each[3] is not BLANK for each in facts
    )


@given(episodes=episodes, absences=absences, named=st.sets(known))
def test_the_codes_of_every_row_are_those_that_its_text_breaks(
    episodes: list[str], absences: list[str], named: set[str]
) -> None:
    rows = [written(row) for row in absences]

    reading = reading_of([header(child, born=BORN) for child in named], episodes, absences)

    for at, row in enumerate(rows):
        # How episodes join into placements is for the tests of care.
        found = set(reading.missing[at].codes) - {"575", "duplicate-row"}
        assert found == (row.rejected_for or codes_of_period(at, rows, episodes, named))


@dataclass(frozen=True)
class Written:
    """A row of Missing as its text says, read by other means than the code under test."""

    child: str
    kind: str
    start: int | str
    end: int | str
    born: str

    @property
    def rejected_for(self) -> set[str]:
        """The rules for which the text is no period."""
        broken = {
            "564": self.start is BLANK,
            "565": self.kind == "" and self.start is not BLANK,
            "566": self.kind == "" and self.end is not BLANK,
            "1004": self.start is BAD,
            "1005": self.end is BAD,
            "1006": self.kind not in ("M", "A", ""),
        }
        return {code for code, is_broken in broken.items() if is_broken}

    @property
    def span(self) -> Span:
        """The days of a period that is not rejected."""
        assert isinstance(self.start, int)
        return self.start, self.end if isinstance(self.end, int) else None


def written(row: str) -> Written:
    child, born, kind, start, end = row.split(",")
    return Written(child, kind.upper(), as_day(start), as_day(end), born)


def as_day(text: str) -> int | str:
    if not text:
        return BLANK
    try:
        return (datetime.strptime(text, "%d/%m/%Y").date() - ORIGIN).days  # noqa: DTZ007
    except ValueError:
        return BAD


def codes_of_period(
    at: int, rows: Sequence[Written], episodes: Sequence[str], named: set[str]
) -> set[str]:
    """Return the codes of an accepted row, beside the other rows of its child."""
    row = rows[at]
    beside = [
        number
        for number, each in enumerate(rows)
        if each.child == row.child and not each.rejected_for
    ]
    care = [written_spell(text) for text in episodes if text.startswith(f"{row.child},")]
    start, end = row.span
    broken = expected(beside.index(at), [rows[number].span for number in beside], care, ())
    if row.child not in named:
        broken.add("INT04")
    born = row.born or (BORN if row.child in named else "")
    if born and min(start, start if end is None else end) < as_number(born):
        broken.add("586")
    if row.born not in ("", BORN) and row.child in named:
        broken.add("INT13")
    return broken


def as_number(text: str) -> int:
    number = as_day(text)
    assert isinstance(number, int)
    return number


def written_spell(row: str) -> Span:
    fields = row.split(",")
    end = as_day(fields[7])
    return as_number(fields[1]), end if isinstance(end, int) else None
