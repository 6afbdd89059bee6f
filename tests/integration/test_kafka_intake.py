"""From the publishers' topics into the ledger: nothing lost, nothing doubled, whoever fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Thread
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.outcomes import Outcome, RejectsQuery, Settled
from contracts.reasons import Reason
from domain.errors import DatabaseUnavailableError, FencedOutError
from domain.identifiers import PublisherId
from hub.broker import Brokers, intake_topic
from hub.broker_producer import IntakeProducer
from hub.database import Database, Role
from hub.identity.keys import key_check
from hub.intake import Batch, Intake
from hub.leases import release, take
from hub.message_reading import Message
from hub.replaying import Replayer
from tests.examples import message
from tests.hub_steps import change, rows
from tests.kafka_nation import Nation, messages, until
from tests.kafka_steps import recreate

OFFSETS = "SELECT topic, next_offset FROM intake.offsets ORDER BY topic"
END_LEASES = """
WITH gone AS (DELETE FROM intake.processes)
UPDATE intake.leases SET expires_at = '-infinity'
"""


class Crash(BaseException):
    """The process was killed."""


class BreakingDatabase(Database):
    """A database whose connection breaks when the next batch has been written."""

    breaks: BaseException | None = None
    after_commit = False

    @contextmanager
    def transaction(self) -> Iterator[Connection[TupleRow]]:
        """Give a transaction that breaks before or after its commit."""
        broken, self.breaks = self.breaks, None
        with super().transaction() as connection:
            yield connection
            if broken is not None and not self.after_commit:
                raise broken
        if broken is not None:
            raise broken


class FaultyIntake(Intake):
    """An intake that cannot cope with some bytes, as a fault of our own would have it."""

    def settle(self, batch: Batch) -> list[Settled]:
        """Settle a batch, or fail as a program does."""
        if any(b"POISON" in each.raw and each.rejection is None for each in batch.messages):
            raise ZeroDivisionError
        return super().settle(batch)


class SlowIntake(Intake):
    """An intake that stops before it settles, until it may go on."""

    reached: Event
    go_on: Event

    def settle(self, batch: Batch) -> list[Settled]:
        """Wait, then settle."""
        self.reached.set()
        assert self.go_on.wait(30)
        return super().settle(batch)


def test_two_topics_come_into_the_ledger_with_their_offsets(
    nation: Nation, producer: IntakeProducer
) -> None:
    one, other = nation.publishers
    producer.send(one, [*messages(one, 30), b"{"])
    producer.send(other, messages(other, 20))
    producer.send(other, messages(other, 20))

    nation.read()
    nation.read()

    assert nation.recorded() == [(one, 30), (other, 20)]
    assert rows(nation.hub, OFFSETS) == [(intake_topic(one), 31), (intake_topic(other), 40)]
    status = nation.hub.status.read().submissions
    assert (status.accepted, status.duplicate, status.rejected, status.received) == (50, 20, 1, 71)
    assert status.balanced


@pytest.mark.parametrize("after_commit", [False, True])
@pytest.mark.parametrize("kind", [Crash, DatabaseUnavailableError])
def test_a_break_before_or_after_the_commit_loses_and_doubles_nothing(
    nation: Nation, producer: IntakeProducer, kind: type[BaseException], after_commit: bool
) -> None:
    one, _ = nation.publishers
    check = key_check(nation.hub.keys)
    breaking = BreakingDatabase(nation.hub.database_url, Role.INTAKE, key_check=check)
    breaking.breaks, breaking.after_commit = kind("broken"), after_commit
    producer.send(one, messages(one, 10))

    with pytest.raises(kind):
        nation.read(nation.made(Intake, breaking))
    meanwhile = nation.recorded()
    producer.send(one, messages(one, 5, "later-"))
    nation.read()

    assert meanwhile == ([(one, 10)] if after_commit else [])
    assert nation.recorded() == [(one, 15)]
    assert rows(nation.hub, OFFSETS) == [(intake_topic(one), 15)]
    assert nation.hub.status.read().submissions.duplicate == 0


def test_one_that_was_thought_dead_is_fenced_out(nation: Nation, producer: IntakeProducer) -> None:
    one, _ = nation.publishers
    producer.send(one, messages(one, 2, "before-"))
    nation.read()
    producer.send(one, messages(one, 5))
    zombie = nation.made(SlowIntake)
    assert isinstance(zombie, SlowIntake)
    zombie.reached, zombie.go_on = Event(), Event()
    failures: list[Exception] = []

    def haunt() -> None:
        try:
            nation.read(zombie)
        except FencedOutError as error:
            failures.append(error)

    thread = Thread(target=haunt)
    thread.start()
    assert zombie.reached.wait(30)
    change(nation.hub, END_LEASES)
    nation.read()
    zombie.go_on.set()
    thread.join(30)

    assert len(failures) == 1
    assert nation.recorded() == [(one, 7)]
    assert nation.hub.status.read().submissions.received == 7


def test_one_that_lost_a_lease_commits_nothing_under_it_and_goes_on_with_what_it_holds(
    nation: Nation, producer: IntakeProducer
) -> None:
    one, other = nation.publishers
    producer.send(one, messages(one, 5))
    zombie = nation.made(SlowIntake)
    assert isinstance(zombie, SlowIntake)
    zombie.reached, zombie.go_on, stop = Event(), Event(), Event()
    thread = Thread(target=nation.intake(zombie).run, args=(stop,), kwargs={"poll_seconds": 0.2})
    thread.start()
    assert zombie.reached.wait(30)
    # The one that takes over has committed nothing yet, so that no offset tells of it.
    change(nation.hub, END_LEASES)
    with nation.hub.ledger_database.transaction() as connection:
        taken = take(connection, [intake_topic(one)], holder=uuid4())

    zombie.go_on.set()
    producer.send(other, messages(other, 3))
    until(lambda: nation.recorded() != [])
    meanwhile = nation.recorded()
    with nation.hub.ledger_database.transaction() as connection:
        release(connection, taken)
    until(lambda: len(nation.recorded()) == 2)
    stop.set()
    thread.join(30)

    assert meanwhile == [(other, 3)]
    assert nation.recorded() == [(one, 5), (other, 3)]
    assert nation.hub.status.read().submissions.received == 8


def test_a_topic_that_was_recreated_is_read_no_more_and_the_others_are(
    nation: Nation, producer: IntakeProducer, brokers: Brokers, admin: KafkaAdminClient
) -> None:
    one, other = nation.publishers
    producer.send(one, messages(one, 5))
    nation.read()
    recreate(admin, brokers, one)
    # More than before, so that the stored offset exists in the new topic, too.
    producer.send(one, messages(one, 10, "new-"))
    producer.send(other, messages(other, 3))

    nation.read()

    assert nation.recorded() == [(one, 5), (other, 3)]
    assert rows(nation.hub, OFFSETS) == [(intake_topic(one), 5), (intake_topic(other), 3)]


def test_a_message_that_the_hub_fails_on_is_set_aside_and_its_neighbours_are_accepted(
    nation: Nation, producer: IntakeProducer
) -> None:
    one, _ = nation.publishers
    poison = message(publisher=one, event_id="POISON")
    (address,) = nation.hub.intake.address([Message(raw=poison, sent_by=None)])
    sent = messages(one, 4)
    producer.send(one, [*sent[:2], poison, *sent[2:]])

    nation.read(nation.made(FaultyIntake))

    assert nation.recorded() == [(one, 4)]
    assert rows(nation.hub, OFFSETS) == [(intake_topic(one), 5)]
    # Its sender finds it by the receipt that it was given.
    record = nation.hub.submissions.find(address.submission_id)
    assert record is not None
    assert record.rejection is not None
    assert (record.outcome, record.rejection.reason) == (Outcome.REJECTED, Reason.HUB_FAULT)
    assert nation.hub.status.read().submissions.balanced


def test_a_message_that_was_set_aside_is_taken_when_the_fault_is_mended(
    nation: Nation, producer: IntakeProducer
) -> None:
    one, _ = nation.publishers
    hub = nation.hub
    poison = message(publisher=one, event_id="POISON")
    (address,) = hub.intake.address([Message(raw=poison, sent_by=None)])
    producer.send(one, [poison, *messages(one, 2)])
    nation.read(nation.made(FaultyIntake))
    fixed = hub.replayer
    broken = Replayer(
        Database(hub.database_url, Role.VAULT),
        Database(hub.database_url, Role.INTAKE),
        nation.made(FaultyIntake),
        hub.keys,
    )

    still = broken.replay(publisher=None, limit=10)
    others = fixed.replay(publisher=PublisherId(nation.publishers[1]), limit=10)
    done = fixed.replay(publisher=PublisherId(one), limit=10)
    again = fixed.replay(publisher=None, limit=10)
    broken._vault.close()
    broken._database.close()

    assert still.failed == [address.submission_id]
    assert (others.found, done.found, done.accepted, again.found) == (0, 1, 1, 0)
    assert nation.recorded() == [(one, 3)]
    record = hub.submissions.find(address.submission_id)
    assert record is not None
    assert record.outcome is Outcome.ACCEPTED
    wanted = RejectsQuery(publisher=PublisherId(one), limit=10)
    assert hub.submissions.rejects(wanted) == []
    assert rows(hub, "SELECT count(*) FROM vault.refused_messages") == [(0,)]
    status = hub.status.read().submissions
    assert (status.received, status.accepted, status.rejected) == (4, 3, 1)
    assert status.balanced
