"""Returns that are sent again and again: what they tell adds up to what the last of them says."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from hypothesis import given
from hypothesis import strategies as st
from msgspec.json import decode

from contracts.returned_rows import KnownRow, standing_of
from contracts.ssda903_facts import ASKS
from contracts.ssda903_reading import ReturnReading
from domain.episode_events import (
    ChildLocated,
    ChildReturned,
    EpisodeCorrected,
    EpisodeReported,
    EpisodeVoided,
)
from domain.facts import SourceEpisode, fold_episode
from domain.records import Provenance, RecordedEvent
from domain.vocabulary import Classification, Correctable
from tests.unit.ssda903_returns import files_of, missing, read

ORIGIN = date(2017, 5, 1)
KINDS = {"M": Classification.MISSING_FROM_CARE, "A": Classification.AWAY}
EVENTS: dict[str, type[Any]] = {
    "missing.episode.reported.v1": EpisodeReported,
    "missing.episode.located.v1": ChildLocated,
    "missing.episode.returned.v1": ChildReturned,
    "missing.episode.corrected.v1": EpisodeCorrected,
    "missing.episode.voided.v1": EpisodeVoided,
}
# A row of Missing: kind, day of its start, day of its end.
Line = tuple[str, int, int | None]

lines = st.builds(
    lambda kind, start, length: (kind, start, None if length is None else start + length),
    st.sampled_from(["M", "M", "A"]),
    st.integers(min_value=0, max_value=40),
    st.none() | st.integers(min_value=0, max_value=15),
)
sent = st.lists(st.lists(lines, max_size=4, unique=True), min_size=1, max_size=4)


def written(line: Line) -> str:
    kind, start, end = line
    return missing(text(start), "" if end is None else text(end), kind=kind)


def text(number: int) -> str:
    return (ORIGIN + timedelta(days=number)).strftime("%d/%m/%Y")


class Hub:
    """A ledger and a memory as small as can be."""

    def __init__(self) -> None:
        self.ledger: dict[str, bytes] = {}
        self.known: dict[str, KnownRow] = {}

    def take(self, rows: Sequence[Line], year: int = 2018) -> int:
        """Import a return; return how many of its messages were new."""
        reading = self.read(rows, year)
        assert reading.memory is not None
        before = len(self.ledger)
        for message in reading.messages:
            self.ledger.setdefault(decode(message.raw)["id"], message.raw)
        scope = reading.memory.scope
        self.known = {
            key: row
            for key, row in self.known.items()
            if not (row.held and row.last_in(scope) is not None)
        }
        self.known |= {f"{row.kind} {row.reference}": row for row in reading.memory.rows}
        return len(self.ledger) - before

    def read(self, rows: Sequence[Line], year: int = 2018) -> ReturnReading:
        files = files_of(absences=[written(row) for row in rows], episodes=None)
        return read(files, year=year, known=tuple(self.known.values()))

    def episodes(self) -> list[Line]:
        """Return the episodes that the messages add up to."""
        records: dict[str, list[RecordedEvent]] = defaultdict(list)
        for position, raw in enumerate(self.ledger.values(), start=1):
            message = decode(raw)
            if message["type"] in EVENTS:
                records[message["subject"]].append(record(message, position))
        return sorted(map(line_of, map(fold_episode, records.values())), key=repr)

    def standing(self, *, asked: bool) -> list[Line]:
        """Return the rows that the memory takes to stand."""
        return sorted(
            (
                as_line(row)
                for row in self.known.values()
                if row.kind in ASKS and not row.held and (asked or not row.asked)
            ),
            key=repr,
        )

    def held(self) -> list[Line]:
        return sorted((as_line(row) for row in self.known.values() if row.held), key=repr)

    def asked(self) -> list[Line]:
        return sorted((as_line(row) for row in self.known.values() if row.asked), key=repr)


def record(message: dict[str, Any], position: int) -> RecordedEvent:
    kind = EVENTS[message["type"]]
    data = {name: value for name, value in message["data"].items() if name != "child"}
    for name in ("left", "located", "returned"):
        if name in data:
            data[name] = date.fromisoformat(data[name])
    if "classification" in data:
        data["classification"] = Classification(data["classification"])
    if "cleared" in data:
        data["cleared"] = tuple(Correctable(each) for each in data["cleared"])
    episode = uuid5(NAMESPACE_URL, message["subject"])
    event = kind(episode_id=episode, subject_id=episode, **data)
    origin = Provenance(
        publisher="la-330",
        submission_id=uuid5(NAMESPACE_URL, message["id"]),
        occurred_at=datetime.fromisoformat(message["time"]),
    )
    return RecordedEvent(
        position=position, recorded_at=origin.occurred_at, provenance=origin, event=event
    )


def line_of(episode: SourceEpisode) -> Line:
    kind = "A" if episode.classification is Classification.AWAY else "M"
    assert isinstance(episode.left, date)
    end = episode.ended
    return kind, (episode.left - ORIGIN).days, None if end is None else (end - ORIGIN).days


def as_line(row: KnownRow) -> Line:
    kind = "A" if row.kind == Classification.AWAY else "M"
    stands = standing_of(row)
    start, end = date.fromisoformat(stands.start), stands.end
    last = None if end is None else (date.fromisoformat(end) - ORIGIN).days
    return kind, (start - ORIGIN).days, last


def expected(before: Sequence[Line], now: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Return what is asked about and what is held, by the words of the rule."""
    gone = [row for row in before if row not in now]
    fresh = [row for row in now if row not in before]

    def start(row: Line) -> tuple[str, int]:
        return row[:2]

    def alone(row: Line, rows: Sequence[Line]) -> bool:
        return [start(each) for each in rows].count(start(row)) == 1

    continued = [start(row) for row in gone if alone(row, gone) and alone(row, fresh)]
    gone = [row for row in gone if start(row) not in continued]
    fresh = [row for row in fresh if start(row) not in continued]
    could_be = {
        (old, new)
        for old in gone
        for new in fresh
        if old[0] == new[0]
        and ((old[2] is not None and old[2] == new[2]) or abs(old[1] - new[1]) <= 7)
    }
    only = {
        (old, new)
        for old, new in could_be
        if [pair[0] for pair in could_be].count(old) == 1
        and [pair[1] for pair in could_be].count(new) == 1
    }
    asked = [row for row in gone if row not in {old for old, _ in only}]
    held = {new for _, new in could_be} - {new for _, new in only}
    return sorted(asked, key=repr), sorted(held, key=repr)


@given(returns=sent, data=st.data())
def test_what_was_told_adds_up_to_the_last_return_and_what_is_asked_about(
    returns: list[list[Line]], data: st.DataObject
) -> None:
    hub = Hub()
    for rows in returns:
        before = hub.standing(asked=True)

        hub.take(rows)

        asked, held = expected(before, rows)
        assert (hub.asked(), hub.held()) == (asked, held)
        stands = sorted([*(row for row in rows if row not in held), *asked], key=repr)
        assert hub.episodes() == hub.standing(asked=True) == stands
        again = data.draw(st.permutations(rows))
        known = dict(hub.known)
        assert hub.take(again) == 0
        assert {
            key: standing_of(row).says_as(standing_of(known[key])) for key, row in hub.known.items()
        } == dict.fromkeys(known, True)


@given(first=st.lists(lines, max_size=3, unique=True), year=st.sampled_from([2017, 2018, 2019]))
def test_a_return_that_was_not_remembered_is_told_in_the_same_words(
    first: list[Line], year: int
) -> None:
    hub, forgetful = Hub(), Hub()

    hub.take(first, year)
    forgetful.take(first, year)
    forgetful.known = {}

    assert forgetful.take(first, year) == 0
    assert hub.ledger.keys() == forgetful.ledger.keys()


@given(start=st.integers(0, 5), end=st.integers(5, 9), other=st.integers(10, 12))
def test_next_years_return_goes_on_with_an_open_row_and_this_years_takes_nothing_back(
    start: int, end: int, other: int
) -> None:
    hub = Hub()
    hub.take([("M", start, None)], 2018)

    hub.take([("M", start, end)], 2019)
    again = hub.take([("M", start, None)], 2018)
    hub.take([("M", start, other)], 2019)

    assert again == 0
    assert hub.episodes() == [("M", start, other)]


def test_a_row_between_two_returned_years_is_not_missed_in_the_second() -> None:
    hub = Hub()
    hub.take([("M", 1, 2), ("A", 5, 6)], 2018)

    hub.take([("M", 30, 31)], 2019)

    assert hub.asked() == []
    assert hub.episodes() == [("A", 5, 6), ("M", 1, 2), ("M", 30, 31)]


def test_what_another_module_changes_about_a_row_is_a_correction_of_it() -> None:
    hub = Hub()
    hub.take([("M", 1, 2)])
    files = files_of(absences=[written(("M", 1, 2))])

    reading = read(files, known=tuple(hub.known.values()))

    (corrected,) = (
        decode(message.raw)["data"]
        for message in reading.messages
        if message.kind == "missing.episode.corrected.v1"
    )
    assert corrected == {"child": "C1", "reason": "recording-error", "placement_type": "U4"}


def test_an_end_that_is_taken_back_and_told_again_stands() -> None:
    hub = Hub()
    row: Line = ("M", 1, None)
    ended: Line = ("M", 1, 5)

    new = [hub.take([each]) for each in (row, ended, row, ended, row, ended)]

    assert new[1:] == [1, 1, 1, 1, 1]
    assert hub.episodes() == [ended]


def test_rows_with_the_same_end_are_one_however_far_apart_they_start() -> None:
    hub = Hub()
    hub.take([("A", 0, 15)])

    hub.take([("A", 12, 15)])

    assert hub.episodes() == [("A", 12, 15)]
    assert hub.asked() == []


def test_a_return_of_another_year_takes_back_nothing_that_stood_around_the_start() -> None:
    hub = Hub()
    files = files_of(absences=[written(("M", 1, None))])
    first = read(files, year=2018)
    assert first.memory is not None
    hub.known = {row.kind + row.reference: row for row in first.memory.rows}

    next_year = hub.read([("M", 1, 5)], 2019)

    kinds = [message.kind for message in next_year.messages if "episode" in message.kind]
    assert kinds == ["missing.episode.reported.v1", "missing.episode.located.v1"]
    assert (
        "placement_type"
        in decode(next(each.raw for each in next_year.messages if "reported" in each.kind))["data"]
    )
