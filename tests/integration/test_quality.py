"""How good publishers' data are: the views of it, and what is answered from them."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from msgspec.json import decode

from domain.identifiers import PublisherId
from domain.quality_figures import Part, judgements
from domain.quality_report import QualityAnswer, QualityQuery
from domain.quality_tallies import DELAY_BOUNDS, optional_fields
from hub.projector import Projector
from hub.rebuilding import rebuild
from hub.wiring import Hub
from projections.episodes import checksum
from projections.quality import QUALITY_VIEWS
from tests.examples import BIRMINGHAM, COVENTRY, WEST_MIDLANDS, message
from tests.hub_steps import SettableClock, follow, rows, settle
from tests.integration.quality_story import at, quality_story

LONDON = ZoneInfo("Europe/London")
RECORDS = """
SELECT publisher, topic, occurred_at, recorded_at, convert_from(state, 'UTF8')
  FROM ledger.stored_events WHERE publisher <> 'hub' ORDER BY notification_id
"""
TALLIES = "SELECT publisher, month, type, what, events FROM projection.publisher_tallies_v1"
CODES = "SELECT DISTINCT code FROM projection.findings_v1 ORDER BY code"


def checksums(hub: Hub, build: int) -> dict[str, tuple[str, int]]:
    with hub.reader.snapshot() as connection:
        return {view[0]: checksum(connection, build, view) for view in QUALITY_VIEWS}


def ask(hub: Hub, publisher: str = BIRMINGHAM) -> QualityAnswer:
    return hub.quality.answer(QualityQuery(publisher=PublisherId(publisher)))


def cases(answer: QualityAnswer) -> dict[str, int]:
    """How often each rule is broken, without those that are not."""
    return {each.code: each.part.cases for each in judgements(answer.figures) if each.found}


@pytest.mark.parametrize("seed", range(2))
def test_live_caught_up_and_rebuilt_views_are_equal_row_by_row(hub: Hub, seed: int) -> None:
    random = Random(seed)
    sent = quality_story(hub, random, children=3)
    while sent:
        size = random.choice([1, 10, 30])
        settle(hub, *sent[:size])
        sent = sent[size:]
        if random.random() < 0.7:
            hub.linker.catch_up()
        if random.random() < 0.7:
            hub.projector.catch_up(hub.projector.active_build())
    follow(hub)

    live = checksums(hub, 1)
    stepwise = Projector(hub.project_database, hub.engine, hub.archive, chunk=25)
    with hub.project_database.transaction() as connection:
        build = stepwise.start_build(connection)
    stepwise.catch_up(build)
    in_steps = checksums(hub, build)
    rebuilt = rebuild(hub.project_database, hub.projector, hub.archive)

    assert live["findings_v1"][1] > 10
    assert in_steps == live
    assert rebuilt.equal
    assert checksums(hub, rebuilt.build) == live


def test_the_tallies_are_what_the_ledger_holds(hub: Hub) -> None:
    settle(hub, *quality_story(hub, Random(7), children=2))
    follow(hub)

    expected: Counter[tuple[str, str, str, str]] = Counter()
    for publisher, topic, occurred, recorded, state in rows(hub, RECORDS):
        month = f"{occurred.astimezone(LONDON):%Y-%m}"
        hours = (recorded - occurred) / timedelta(hours=1)
        span = sum(hours >= bound for bound in (0, *DELAY_BOUNDS))
        expected[publisher, month, topic, f"delay:{span}"] += 1
        for name in decode(state).keys() & set(optional_fields().get(topic, ())):
            expected[publisher, month, topic, f"field:{name}"] += decode(state)[name] != []

    found = {tuple(row[:4]): row[4] for row in rows(hub, TALLIES)}
    assert found == {key: number for key, number in expected.items() if number}
    assert len(found) > 20


def returned_child(hub: Hub) -> None:
    """A child that is back, and nothing else."""
    about: dict[str, Any] = {"subject": "E-1", "child": "C-1"}
    settle(
        hub,
        message(left=at(1, 8), **about),
        message("missing.episode.located.v1", located=at(2, 8), **about),
        message("missing.episode.returned.v1", returned=at(2, 9), **about),
    )


def test_what_time_alone_makes_true_is_found_once_the_ledger_has_come_so_far(
    hub: Hub, clock: SettableClock
) -> None:
    clock.now = datetime(2026, 3, 3, 12, tzinfo=UTC)
    returned_child(hub)
    follow(hub)
    early = ask(hub)
    clock.now = datetime(2026, 3, 5, 9, tzinfo=UTC)
    settle(hub, message(publisher=COVENTRY, subject="E-9", child="C-9"))
    follow(hub)
    late = ask(hub)
    clock.move(timedelta(hours=1))
    offered = {"subject": "E-1", "child": "C-1", "offered": at(5, 10)}
    settle(hub, message("missing.interview.offered.v1", **offered))
    follow(hub)
    done = ask(hub)

    assert "DQ9" not in cases(early)
    assert cases(late)["DQ9"] == 1
    assert late.as_of_time == datetime(2026, 3, 5, 9, tzinfo=UTC)
    assert "DQ9" not in cases(done)


def test_an_answer_counts_submissions_by_how_they_ended(hub: Hub) -> None:
    first = message(event_id="1", left=at(1, 8))
    settle(hub, first, first, message(event_id="1", left=at(2, 8)), b"{", sent_by=BIRMINGHAM)
    follow(hub)

    own = ask(hub).figures

    assert own.outcomes == {"accepted": 1, "duplicate": 1, "conflict": 1, "rejected": 1}
    assert sum(own.reasons.values()) == 1
    assert own.fields["episode-reported", "left"] == Part(cases=1, of=1)
    assert own.fields["episode-reported", "risk"] == Part(cases=0, of=1)


def test_silence_and_zero_differ(hub: Hub, clock: SettableClock) -> None:
    clock.now = datetime(2026, 5, 20, 12, tzinfo=UTC)
    settle(
        hub,
        message(left=at(1, 8), time=at(1, 9)),
        message(
            "missing.period.declared.v1",
            subject="April",
            from_date="2026-04-01",
            to_date="2026-04-30",
            rows=0,
        ),
    )
    follow(hub)

    heard, silent = ask(hub), ask(hub, COVENTRY)

    assert [(each.rows_sent, each.received) for each in heard.declared] == [(0, 0)]
    assert list(map(str, heard.undeclared)) == ["2026-03"]
    assert heard.last_heard == clock.now
    assert heard.silent_from == clock.now + timedelta(days=1)
    assert (silent.last_heard, silent.undeclared, silent.volumes) == (None, (), ())


def test_a_period_declared_again_stands_as_it_was_declared_last(hub: Hub) -> None:
    span = {"from_date": "2026-03-01", "to_date": "2026-03-31", "subject": "March"}
    sent = [message("missing.period.declared.v1", rows=rows_sent, **span) for rows_sent in (5, 2)]
    settle(hub, sent[0], message(left=at(1, 8), time=at(2, 9)), sent[1])
    follow(hub)

    (declared,) = ask(hub).declared

    assert (declared.rows_sent, declared.received) == (2, 1)


@pytest.mark.parametrize("chunk", [1, 2, 3, 100])
def test_a_message_of_several_events_is_received_once_wherever_steps_are_cut(
    hub: Hub, chunk: int
) -> None:
    about: dict[str, Any] = {"subject": "E-1", "child": "C-1", "time": at(4, 9)}
    covers = ["E-2", "E-3"]
    span = {"from_date": "2026-03-01", "to_date": "2026-03-31", "subject": "March"}
    settle(
        hub,
        message(left=at(1, 8), **about),
        message("missing.interview.completed.v1", covers=covers, completed=at(4, 8), **about),
        message("missing.period.declared.v1", rows=2, **span),
    )
    hub.linker.catch_up()
    stepwise = Projector(hub.project_database, hub.engine, hub.archive, chunk=chunk)
    stepwise.catch_up(stepwise.active_build())

    (declared,) = ask(hub).declared

    assert (declared.rows_sent, declared.received) == (2, 2)


def test_siblings_recorded_alike_are_found_until_one_is_corrected(hub: Hub) -> None:
    for child in ("C-1", "C-2"):
        about: dict[str, Any] = {"subject": f"E-{child}", "child": child}
        settle(
            hub,
            message(left=at(1, 8), **about),
            message("missing.episode.located.v1", located=at(2, 8), **about),
        )
    follow(hub)
    together = ask(hub)
    wrong: dict[str, Any] = {"subject": "E-C-2", "child": "C-2", "was_missing": False}
    pointed = hub.quality.pointers(together.query, "DQ1")
    settle(hub, message("missing.episode.attribution-corrected.v1", **wrong))
    follow(hub)

    assert cases(together)["DQ1"] == 2
    assert [each.position for each in pointed] == [1, 4]
    assert "DQ1" not in cases(ask(hub))


def test_the_operator_is_pointed_to_records_and_receipts_and_nothing_else(hub: Hub) -> None:
    returned_child(hub)
    follow(hub)

    (pointer,) = hub.quality.pointers(ask(hub).query, "DQ9")

    assert (pointer.position, pointer.month) == (1, "2026-03")
    assert pointer.submission_id is not None
    assert hub.submissions.find(pointer.submission_id) is not None


def test_a_placement_of_a_child_who_was_never_missing_is_judged_live_and_rebuilt(hub: Hub) -> None:
    placed = {"placement": "P-1", "placing_authority": "330", "host_authority": "331"}
    settle(hub, message("missing.placement.started.v1", started=at(1, 8), **placed))
    follow(hub)
    live = rows(hub, CODES)

    rebuilt = rebuild(hub.project_database, hub.projector, hub.archive)

    assert live == rows(hub, CODES) == [("DQ11",)]
    assert rebuilt.equal


def test_others_of_the_kind_are_compared_and_forces_are_no_authorities(hub: Hub) -> None:
    settle(
        hub,
        *(message(publisher=each, left=at(1, 8)) for each in (BIRMINGHAM, COVENTRY, WEST_MIDLANDS)),
    )
    follow(hub)

    assert set(ask(hub).others) == {BIRMINGHAM, COVENTRY}
    assert set(ask(hub, WEST_MIDLANDS).others) == {WEST_MIDLANDS}
