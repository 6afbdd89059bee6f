"""A return that is sent again: told twice is told once, and what was put right is a correction."""

from collections.abc import Sequence

import pytest

from contracts.code_lists import read_code_lists
from contracts.imports import ImportReport
from contracts.ssda903 import ADAPTER, read_return
from domain.errors import NotFoundError
from domain.identifiers import PublisherId
from domain.measures import CountsQuery
from domain.vocabulary import ErasureReason
from hub.answering import answer, open_questions
from hub.identity.sealing import seal
from hub.importing import import_return
from hub.wiring import Hub
from tests.hub_steps import follow, rows, subject_of
from tests.unit.ssda903_returns import files_of, missing

LA = PublisherId("la-330")
TYPES = "SELECT topic FROM ledger.stored_events ORDER BY notification_id"
ALONE = "C1,2,01/06/2010,01/06/2028"
FIRST = missing("01/05/2017", "03/05/2017")


def take(
    hub: Hub,
    absences: Sequence[str],
    *,
    year: int = 2018,
    remember: bool = True,
    alone: Sequence[str] | None = None,
) -> ImportReport:
    """Import a return with these rows of Missing, as the command does."""
    reading = read_return(
        files_of(absences=absences, alone=alone),
        publisher=LA,
        year=year,
        code_lists=read_code_lists(),
        seal=lambda identity: seal(identity, hub.keys.sealing),
        event_key=hub.keys.event_key,
        known=hub.returned_rows.load(LA, ADAPTER),
    )
    return import_return(
        hub.gateway("file"), reading, publisher=LA, store=hub.returned_rows, remember=remember
    )


def episode_events(hub: Hub) -> list[str]:
    """Return the types of everything that was told of episodes, in order."""
    named = ("episode-reported", "child-located", "episode-corrected", "episode-voided")
    return [topic for (topic,) in rows(hub, TYPES) if topic in named]


def incidents(hub: Hub) -> list[tuple[str, int | float]]:
    """Return the incidents by month that the hub counts."""
    follow(hub)
    query = CountsQuery(measure="missing_incidents", by=("month",))
    return [(row.dimensions[0], row.value) for row in hub.counts.answer(query).rows]


def settle_question(hub: Hub, question: str, *, void: bool) -> dict[str, int]:
    door = hub.gateway("file")
    return answer(
        hub.returned_rows, door, hub.keys, publisher=LA, question=question, void=void
    ).outcomes


def test_the_same_return_again_is_duplicates_in_whatever_order_its_rows_stand(hub: Hub) -> None:
    other = missing("01/09/2017", "02/09/2017", kind="A")

    first, again = take(hub, [FIRST, other]), take(hub, [other, FIRST])

    assert (first.accepted, first.duplicate) == (first.rows, 0)
    assert (again.accepted, again.duplicate) == (0, again.rows)
    assert again.events.duplicate == again.events.rows == first.events.rows


@pytest.mark.parametrize(
    "corrected",
    [
        missing("01/05/2017", "04/05/2017"),
        missing("02/05/2017", "03/05/2017"),
        missing("29/04/2017", "05/05/2017"),
        missing("20/04/2017", "03/05/2017"),
        missing("01/05/2017"),
    ],
)
def test_a_row_that_was_put_right_is_one_correction_and_stays_one_incident(
    hub: Hub, corrected: str
) -> None:
    take(hub, [FIRST])

    report = take(hub, [corrected])
    again = take(hub, [corrected])

    assert episode_events(hub) == ["episode-reported", "child-located", "episode-corrected"]
    assert report.files["missing.csv"].accepted == 1
    assert again.duplicate == again.rows
    assert report.questions == again.questions == ()
    assert sum(value for _, value in incidents(hub)) == 1


def test_a_corrected_start_moves_the_incident_to_its_month(hub: Hub) -> None:
    take(hub, [FIRST])

    take(hub, [missing("30/04/2017", "03/05/2017")])

    assert incidents(hub) == [("2017-04", 1)]


def test_what_is_put_right_and_back_again_is_told_three_times(hub: Hub) -> None:
    later = missing("01/05/2017", "09/05/2017")

    ends = [take(hub, [row]).files["missing.csv"].accepted for row in (FIRST, later, FIRST, later)]

    assert ends == [1, 1, 1, 1]
    assert episode_events(hub).count("episode-corrected") == 3
    assert take(hub, [later]).duplicate == 4 - 1


def test_an_end_that_comes_later_is_told_as_an_end_and_not_as_a_correction(hub: Hub) -> None:
    take(hub, [missing("20/03/2018")])

    take(hub, [missing("20/03/2018", "25/03/2018")])

    assert episode_events(hub) == ["episode-reported", "child-located"]


def test_a_period_open_at_the_end_of_the_year_goes_on_in_the_next_return(hub: Hub) -> None:
    take(hub, [missing("20/03/2018")], year=2018)

    report = take(hub, [missing("20/03/2018", "25/04/2018")], year=2019)
    last_year_again = take(hub, [missing("20/03/2018")], year=2018)

    assert episode_events(hub) == ["episode-reported", "child-located"]
    assert incidents(hub) == [("2018-03", 1)]
    assert report.questions == ()
    assert last_year_again.duplicate == last_year_again.rows


def test_last_years_open_period_that_is_not_gone_on_with_is_found_without_last_years_return(
    hub: Hub,
) -> None:
    take(hub, [FIRST, missing("20/03/2018")], year=2018)

    report = take(hub, [missing("20/04/2018", "25/04/2018")], year=2019)

    carried = [each for each in report.findings if each.code == "576"]
    assert [(each.file, each.row, each.subject_row) for each in carried] == [
        ("previous/missing.csv", 2, 1)
    ]


def test_a_row_that_vanished_is_asked_about_and_counts_until_it_is_voided(hub: Hub) -> None:
    take(hub, [FIRST, missing("01/09/2017", "02/09/2017")])

    report = take(hub, [FIRST])

    (question,) = report.questions
    assert (question.file, question.row, question.held) == ("missing.csv", 2, ())
    assert open_questions(hub.returned_rows, LA) == report.questions
    assert sum(value for _, value in incidents(hub)) == 2

    assert settle_question(hub, question.id, void=True) == {"accepted": 1}

    assert incidents(hub) == [("2017-05", 1)]
    assert take(hub, [FIRST]).questions == ()
    with pytest.raises(NotFoundError):
        settle_question(hub, question.id, void=True)


def test_a_row_that_is_kept_is_not_asked_about_again(hub: Hub) -> None:
    take(hub, [FIRST, missing("01/09/2017", "02/09/2017")])
    (question,) = take(hub, [FIRST]).questions

    assert settle_question(hub, question.id, void=False) == {}

    assert take(hub, [FIRST]).questions == ()
    assert open_questions(hub.returned_rows, LA) == ()
    assert sum(value for _, value in incidents(hub)) == 2


def test_a_voided_row_that_comes_back_is_a_new_episode(hub: Hub) -> None:
    take(hub, [FIRST])
    (question,) = take(hub, []).questions
    settle_question(hub, question.id, void=True)

    report = take(hub, [FIRST])

    assert report.files["missing.csv"].accepted == 1
    assert take(hub, [FIRST]).files["missing.csv"].duplicate == 1
    assert incidents(hub) == [("2017-05", 1)]


def test_rows_that_can_be_paired_in_two_ways_are_held_until_the_answer(hub: Hub) -> None:
    take(hub, [FIRST])
    doubtful = [missing("02/05/2017", "04/05/2017"), missing("05/05/2017", "06/05/2017")]

    report = take(hub, doubtful)

    (question,) = report.questions
    assert [(each.file, each.row) for each in question.held] == [
        ("missing.csv", 1),
        ("missing.csv", 2),
    ]
    assert report.files["missing.csv"].in_flight == 2
    assert report.rows == report.accepted + report.duplicate + report.in_flight
    assert take(hub, doubtful).questions == report.questions
    assert incidents(hub) == [("2017-05", 1)]

    assert settle_question(hub, question.id, void=True) == {"accepted": 5}

    assert incidents(hub) == [("2017-05", 2)]
    again = take(hub, doubtful)
    assert (again.duplicate, again.in_flight, again.questions) == (again.rows, 0, ())


def test_a_crash_before_the_memory_is_written_is_healed_by_sending_again(hub: Hub) -> None:
    corrected = missing("02/05/2017", "03/05/2017")
    take(hub, [FIRST], remember=False)
    healed = take(hub, [FIRST])
    take(hub, [corrected], remember=False)

    again = take(hub, [corrected])

    assert healed.duplicate == healed.rows
    assert again.duplicate == again.rows
    assert episode_events(hub).count("episode-corrected") == 1


def test_an_erased_child_is_forgotten_by_the_memory_too(hub: Hub) -> None:
    take(hub, [FIRST])

    hub.rights.erase(subject_of(hub, "C1", LA), ErasureReason.COURT_ORDER)

    assert hub.returned_rows.load(LA, ADAPTER) == ()
    assert rows(hub, "SELECT count(sealed) FROM vault.returned_rows") == [(0,)]


def test_old_rows_of_an_erased_child_stay_suppressed_though_they_were_put_right(hub: Hub) -> None:
    corrected = missing("02/05/2017", "03/05/2017")
    take(hub, [FIRST])
    take(hub, [corrected])
    hub.rights.erase(subject_of(hub, "C1", LA), ErasureReason.COURT_ORDER)
    before = rows(hub, "SELECT count(*) FROM vault.subjects")

    again = take(hub, [corrected])
    once_more = take(hub, [corrected])

    assert again.duplicate == again.rows == once_more.duplicate
    assert rows(hub, "SELECT count(*) FROM vault.subjects") == before
    assert hub.returned_rows.load(LA, ADAPTER) == ()


def test_a_new_row_about_an_erased_child_is_news_of_a_child_unknown(hub: Hub) -> None:
    take(hub, [FIRST])
    old = subject_of(hub, "C1", LA)
    hub.rights.erase(old, ErasureReason.COURT_ORDER)

    report = take(hub, [FIRST, missing("01/09/2017", "02/09/2017")])

    assert report.files["missing.csv"].accepted == 1
    assert report.files["missing.csv"].duplicate == 1
    assert subject_of(hub, "C1", LA) != old


def test_nothing_of_a_row_lies_open_in_the_memory(hub: Hub) -> None:
    take(hub, [FIRST])

    ((text,),) = rows(hub, "SELECT string_agg(r::text, ' ') FROM vault.returned_rows r")

    assert "C1" not in text
    assert "2017-05" not in text
    assert hub.returned_rows.load(PublisherId("la-331"), ADAPTER) == ()


def test_a_refused_row_is_the_same_refusal_each_time_wherever_it_stands(hub: Hub) -> None:
    bad = missing("31/02/2017")

    take(hub, [bad, FIRST])
    report = take(hub, [FIRST, bad])

    assert report.files["missing.csv"].rejected == 1
    assert rows(hub, "SELECT count(*), sum(seen) FROM intake.refusals") == [(1, 2)]
    assert rows(
        hub,
        "SELECT (SELECT sum(messages) FROM intake.received), "
        "(SELECT sum(submissions) FROM intake.outcomes)",
    ) == [(report.events.rows * 2 + 2, report.events.rows * 2 + 2)]


def test_a_row_that_adds_to_its_child_alone_ends_as_the_row_of_the_child_does(hub: Hub) -> None:
    first = take(hub, [FIRST], alone=[ALONE])
    again = take(hub, [FIRST, missing("01/09/2017", "02/09/2017")], alone=[ALONE])

    assert first.files["uasc.csv"].accepted == 1
    assert (again.files["missing.csv"].accepted, again.files["uasc.csv"].duplicate) == (1, 1)
