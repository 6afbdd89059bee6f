"""A delegate sends for its principal through intake; both find what became of it."""

from datetime import datetime, timedelta

from contracts.outcomes import Outcome, RejectsQuery
from contracts.reasons import Reason
from domain.identifiers import PublisherId
from hub.wiring import Hub
from tests.examples import BIRMINGHAM, message
from tests.hub_steps import SettableClock, rows, settle

KINGSTON, RICHMOND = "la-314", "la-318"
BEFORE = timedelta(days=-15 * 365)


def rejected(hub: Hub, publisher: str) -> list[tuple[Reason, str]]:
    found = hub.submissions.rejects(RejectsQuery(publisher=PublisherId(publisher), limit=10))
    return [(each.rejection.reason, each.rejection.pointer) for each in found if each.rejection]


def test_events_of_the_principal_are_the_principals_whoever_sent_them(hub: Hub) -> None:
    raw = message(publisher=RICHMOND, event_id="m-1")

    (first,) = settle(hub, raw, sent_by=KINGSTON)
    (again,) = settle(hub, raw, sent_by=RICHMOND)

    assert (first.outcome, again.outcome) == (Outcome.ACCEPTED, Outcome.DUPLICATE)
    assert first.submission_id == again.submission_id
    assert rows(hub, "SELECT publisher FROM ledger.stored_events WHERE notification_id = 1") == [
        (RICHMOND,)
    ]


def test_the_two_keep_references_apart(hub: Hub) -> None:
    own = message(publisher=KINGSTON, subject="E-1", child="C-1")
    others = message(publisher=RICHMOND, subject="E-1", child="C-2")

    settled = settle(hub, own, others, sent_by=KINGSTON)

    assert [each.outcome for each in settled] == [Outcome.ACCEPTED, Outcome.ACCEPTED]


def test_what_is_wrong_with_the_principals_event_is_on_the_principals_list(hub: Hub) -> None:
    wrong = message(publisher=RICHMOND, placement_type="ZZ")

    settle(hub, wrong, b"{", sent_by=KINGSTON)

    assert rejected(hub, RICHMOND) == [(Reason.CODE_UNKNOWN, "/data/placement_type")]
    assert rejected(hub, KINGSTON) == [(Reason.NOT_JSON, "")]


def test_before_the_delegation_began_it_is_refused_and_told_why(
    hub: Hub, clock: SettableClock
) -> None:
    clock.move(BEFORE)

    (settled,) = settle(hub, message(publisher=RICHMOND), sent_by=KINGSTON)

    assert settled.rejection is not None
    assert settled.rejection.reason is Reason.SOURCE_MISMATCH
    assert "la-314 may send for la-318 from 2014-04-01 only" in settled.rejection.message
    assert rejected(hub, KINGSTON) == [(Reason.SOURCE_MISMATCH, "/source")]
    assert rejected(hub, RICHMOND) == []


def test_a_wrong_event_that_the_operator_sends_is_on_the_list_of_its_source(hub: Hub) -> None:
    settle(hub, message(publisher=BIRMINGHAM, placement_type="ZZ"), sent_by=None)

    assert rejected(hub, BIRMINGHAM) == [(Reason.CODE_UNKNOWN, "/data/placement_type")]


def test_rejects_are_narrowed_by_reason_and_time_and_read_page_by_page(
    hub: Hub, clock: SettableClock
) -> None:
    hours: list[datetime] = []
    for number in range(4):
        hours.append(clock.now)
        wrong = {"placement_type": "ZZ"} if number % 2 else {"left": "tomorrow"}
        settle(hub, message(**wrong), sent_by=BIRMINGHAM)
        clock.move(timedelta(hours=1))

    def found(**wanted: object) -> list[datetime]:
        query = RejectsQuery(publisher=PublisherId(BIRMINGHAM), limit=10, **wanted)  # type: ignore[arg-type]
        return [each.received_at for each in hub.submissions.rejects(query)]

    assert found() == hours[::-1]
    assert found(reason=Reason.CODE_UNKNOWN) == [hours[3], hours[1]]
    assert found(since=hours[2]) == [hours[3], hours[2]]
    assert found(until=hours[2]) == [hours[1], hours[0]]
    assert found(since=hours[1], until=hours[3], reason=Reason.SCHEMA_INVALID) == [hours[2]]
