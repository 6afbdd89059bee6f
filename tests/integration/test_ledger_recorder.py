"""The ledger as the eventsourcing library's recorder: order, limits, subscriptions, failures."""

from collections.abc import Iterator
from pathlib import Path
from threading import Timer
from time import monotonic
from uuid import UUID, uuid4

import pytest
from eventsourcing.persistence import ProgrammingError, StoredEvent

from contracts.stored import decode_event, encode_event
from domain.errors import DatabaseUnavailableError, OutcomeUnknownError
from hub.archive.store import Archive
from hub.database import Database, Role
from hub.ledger.recorder import POLL_SECONDS, LedgerRecorder
from hub.wiring import Hub
from tests.examples import EPISODE_ID, OTHER_ID, event, message
from tests.hub_steps import SettableClock, change, rows, settle

# Ends the writer's own connection in the middle of its commit.
BREAK_AT_COMMIT = """
CREATE FUNCTION public.break_off() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
    $$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$;
CREATE CONSTRAINT TRIGGER break_off AFTER INSERT ON ledger.stored_events
    DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION public.break_off();
"""
KILL_LISTENERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()
"""
LISTENERS = """
SELECT count(*) FROM pg_stat_activity
 WHERE datname = current_database() AND query LIKE 'LISTEN%' AND pid <> pg_backend_pid()
"""


@pytest.fixture
def recorder(hub: Hub, clock: SettableClock) -> Iterator[LedgerRecorder]:
    database = Database(hub.database_url, Role.INTAKE)
    yield LedgerRecorder(database, hub.archive, clock)
    database.close()


def aged(age: int = 1, stream: UUID = EPISODE_ID, version: int = 0) -> StoredEvent:
    return StoredEvent(
        originator_id=stream,
        originator_version=version,
        topic="episode-aged",
        state=encode_event(event("episode-aged", episode_id=stream, age=age)),
    )


def ages(recorder: LedgerRecorder, **limits: int | bool | None) -> list[int]:
    return [
        decode_event(each.topic, each.state).age  # type: ignore[union-attr]
        for each in recorder.select_events(EPISODE_ID, **limits)  # type: ignore[arg-type]
    ]


def test_inserted_events_get_the_positions_that_they_are_read_at(recorder: LedgerRecorder) -> None:
    assert recorder.max_notification_id() is None

    first = recorder.insert_events([aged(1), aged(2, OTHER_ID)])
    second = recorder.insert_events([aged(3)])

    assert (first, second) == ([1, 2], [3])
    assert recorder.max_notification_id() == 3
    assert [each.originator_version for each in recorder.select_events(EPISODE_ID)] == [1, 3]
    assert recorder.insert_events([]) == []


def test_a_stream_is_read_in_part_forwards_or_backwards(recorder: LedgerRecorder) -> None:
    recorder.insert_events([aged(number) for number in range(1, 6)])

    assert ages(recorder) == [1, 2, 3, 4, 5]
    assert ages(recorder, gt=2) == [3, 4, 5]
    assert ages(recorder, gt=1, lte=3) == [2, 3]
    assert ages(recorder, desc=True, limit=2) == [5, 4]
    assert recorder.select_events(uuid4()) == []


def test_notifications_are_read_by_position_topic_and_limit(
    hub: Hub, recorder: LedgerRecorder
) -> None:
    settle(hub, message())
    recorder.insert_events([aged(1), aged(2)])

    def ids(*args: int | None, **options: object) -> list[int]:
        return [each.id for each in recorder.select_notifications(*args, **options)]  # type: ignore[arg-type]

    assert ids(None, 10) == [1, 2, 3, 4]
    assert ids(2, 10) == [2, 3, 4]
    assert ids(2, 10, inclusive_of_start=False) == [3, 4]
    assert ids(2, 10, stop=3) == [2, 3]
    assert ids(1, 2) == [1, 2]
    assert ids(1, 10, topics=["episode-aged"]) == [3, 4]
    assert ids(1, 1, topics=["submissions-settled", "episode-aged"]) == [2]
    assert ids(5, 10) == []


def test_a_version_of_the_writers_own_is_refused_and_nothing_is_stored(
    recorder: LedgerRecorder,
) -> None:
    with pytest.raises(ProgrammingError):
        recorder.insert_events([aged(1), aged(2, version=1)])
    with pytest.raises(ProgrammingError):
        recorder.insert_events([aged(1)], tracking=object())

    assert recorder.max_notification_id() is None


def test_a_connection_that_breaks_during_the_commit_leaves_the_outcome_open(
    hub: Hub, recorder: LedgerRecorder
) -> None:
    recorder.insert_events([aged()])
    change(hub, BREAK_AT_COMMIT)

    with pytest.raises(OutcomeUnknownError):
        recorder.insert_events([aged()])

    change(hub, "DROP TRIGGER break_off ON ledger.stored_events")
    assert recorder.max_notification_id() == 1
    assert recorder.insert_events([aged()]) == [2]


def test_a_database_that_was_never_reached_leaves_nothing_open(
    clock: SettableClock, tmp_path: Path
) -> None:
    nowhere = Database("postgresql://nobody@127.0.0.1:1/hub?connect_timeout=1", Role.INTAKE)

    with pytest.raises(DatabaseUnavailableError):
        LedgerRecorder(nowhere, Archive(tmp_path), clock).insert_events([aged()])

    nowhere.close()


def test_a_subscription_sees_what_was_there_and_what_comes(
    hub: Hub, recorder: LedgerRecorder
) -> None:
    recorder.insert_events([aged(), aged()])
    later = Timer(0.3, lambda: settle(hub, message()))

    with recorder.subscribe(gt=1) as subscription:
        first = next(subscription).id
        later.start()
        rest = [next(subscription).id, next(subscription).id]
    later.join()

    assert (first, rest) == (2, [3, 4])


def test_a_subscription_may_ask_for_some_types_only(hub: Hub, recorder: LedgerRecorder) -> None:
    settle(hub, message())
    recorder.insert_events([aged()])

    with recorder.subscribe(topics=["episode-aged"]) as subscription:
        assert next(subscription).id == 3


def test_a_lost_notification_costs_a_subscription_about_a_second(
    hub: Hub, recorder: LedgerRecorder
) -> None:
    recorder.insert_events([aged()])
    with recorder.subscribe() as subscription:
        assert next(subscription).id == 1
        wait_for_listener(hub)

        began = monotonic()
        # What another program writes without NOTIFY.
        change(hub, COPY_WITHOUT_NOTIFY)
        second = next(subscription).id
        waited = monotonic() - began

    assert second == 2
    assert waited < 2.5 * POLL_SECONDS


def test_a_subscription_whose_connection_was_killed_reads_on(
    hub: Hub, recorder: LedgerRecorder
) -> None:
    recorder.insert_events([aged()])

    with recorder.subscribe() as subscription:
        first = next(subscription).id
        wait_for_listener(hub)
        killed = rows(hub, KILL_LISTENERS)
        recorder.insert_events([aged()])
        second = next(subscription).id

    assert killed == [(True,)]
    assert (first, second) == (1, 2)


def wait_for_listener(hub: Hub) -> None:
    deadline = monotonic() + 5
    while rows(hub, LISTENERS) == [(0,)] and monotonic() < deadline:
        continue


COPY_WITHOUT_NOTIFY = """
INSERT INTO ledger.stored_events
SELECT notification_id + 1, originator_id, topic, state, publisher, submission_id, occurred_at,
       recorded_at, leaf_hash
  FROM ledger.stored_events;
"""
