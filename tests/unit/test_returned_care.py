"""Care, placements and registrations over several returns: the later statement stands."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from msgspec.json import decode

from contracts.returned_rows import KnownRow
from tests.unit.ssda903_returns import episode, files_of, header, read

Told = list[dict[str, Any]]


class Publisher:
    """Sends returns, and keeps what the hub would remember of them."""

    def __init__(self) -> None:
        self.known: dict[str, KnownRow] = {}
        self.ids: set[str] = set()

    def send(self, files: Mapping[str, bytes], year: int = 2018) -> Told:
        """Send a return; return the messages that were not sent before."""
        reading = read(files, year=year, known=tuple(self.known.values()))
        assert reading.memory is not None
        self.known |= {f"{row.kind} {row.reference}": row for row in reading.memory.rows}
        messages = [decode(message.raw) for message in reading.messages]
        new = [each for each in messages if each["id"] not in self.ids]
        self.ids |= {each["id"] for each in new}
        return new

    def care(self, *rows: str, year: int = 2018) -> Told:
        """Send a return with these rows of Episodes."""
        return self.send(files_of(episodes=rows), year)


def said(told: Sequence[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Return what messages about care and placements say: fact, reference, day."""
    found = []
    for message in told:
        family, fact = message["type"].split(".")[1:3]
        if family in ("care", "placement"):
            found.append((f"{family} {fact}", message["data"][family], message["data"][fact]))
    return found


def test_an_end_that_comes_later_ends_what_was_told_before() -> None:
    la = Publisher()
    la.care(episode("01/05/2016"))

    new = la.care(episode("01/05/2016", "01/09/2017", rec="E4A", why="CARPL"))

    assert said(new) == [
        ("care ended", "C1/2016-05-01", "2017-09-01"),
        ("placement ended", "C1/P/2016-05-01", "2017-09-01"),
    ]


@pytest.mark.parametrize("again", ["01/08/2017", "01/10/2017"])
def test_an_end_that_is_put_right_is_told_again_and_later_so_that_it_stands(again: str) -> None:
    la = Publisher()
    (*_, before) = la.care(episode("01/05/2016", "01/09/2017", rec="E4A"))

    new = la.care(episode("01/05/2016", again, rec="E4A"))
    back = la.care(episode("01/05/2016", "01/09/2017", rec="E4A"))

    assert [each["type"] for each in new] == ["missing.care.ended.v1", "missing.placement.ended.v1"]
    assert before["time"] < new[-1]["time"] < back[-1]["time"]
    assert la.care(episode("01/05/2016", "01/09/2017", rec="E4A")) == []


def test_what_a_placement_was_is_told_again_under_its_reference() -> None:
    la = Publisher()
    la.care(episode("01/05/2016", place="U4"))

    (new,) = la.care(episode("01/05/2016", place="K2"))

    assert new["data"]["placement"] == "C1/P/2016-05-01"
    assert new["data"]["placement_type"] == "K2"
    assert new["time"] > "2016-04-30T23:00:00Z"


def test_an_end_that_was_wrong_altogether_leaves_a_new_placement_and_no_conflict() -> None:
    la = Publisher()
    la.care(episode("01/05/2016", "01/09/2017", rec="E4A"))

    new = la.care(episode("01/05/2016"))

    assert said(new) == [
        ("care started", "C1/2016-05-01/2", "2016-05-01"),
        ("placement started", "C1/P/2016-05-01/2", "2016-05-01"),
    ]
    assert la.care(episode("01/05/2016")) == []


def test_next_years_return_begins_with_a_later_episode_of_the_same_care_and_placement() -> None:
    la = Publisher()
    la.care(
        episode("01/05/2016", "01/02/2018", rec="X1"),
        episode("01/02/2018", rne="L", ls="C1"),
        year=2018,
    )

    new = la.care(episode("01/02/2018", "01/06/2018", rne="L", ls="C1", rec="E4A"), year=2019)

    assert said(new) == [
        ("care ended", "C1/2016-05-01", "2018-06-01"),
        ("placement ended", "C1/P/2016-05-01", "2018-06-01"),
    ]


def test_care_that_began_anew_is_not_the_care_before_it() -> None:
    la = Publisher()
    la.care(episode("01/05/2016", "01/02/2018", rec="E4A"), year=2018)

    new = la.care(episode("01/06/2018", rne="S"), year=2019)

    assert [fact for fact, _, _ in said(new)] == ["care started", "placement started"]


def test_a_placement_that_vanished_stays_and_nobody_is_asked() -> None:
    la = Publisher()
    la.care(episode("01/05/2016", "01/09/2016", rec="X1"), episode("01/09/2016", rne="P"))

    new = la.care(episode("01/09/2016", rne="P"))

    assert not [each for each in new if "voided" in each["type"]]
    assert all(not row.asked and not row.held for row in la.known.values())


def test_who_a_child_is_is_registered_once_and_amended_each_time_that_it_changes() -> None:
    la = Publisher()
    one, other = files_of(headers=[header()]), files_of(headers=[header(born="02/06/2010")])

    told = [
        [each for each in la.send(files, year) if "subject" in each["type"]]
        for files, year in ((one, 2018), (one, 2019), (other, 2019), (one, 2019), (one, 2019))
    ]

    assert [[each["type"].split(".")[2] for each in some] for some in told] == [
        ["registered"],
        [],
        ["amended"],
        ["amended"],
        [],
    ]
    times = [each["time"] for some in told for each in some]
    assert times == sorted(set(times))


def test_last_years_return_sent_again_does_not_amend_what_this_years_says() -> None:
    la = Publisher()
    one, other = files_of(headers=[header()]), files_of(headers=[header(born="02/06/2010")])
    la.send(one, 2018)
    la.send(other, 2019)

    assert la.send(one, 2018) == []
