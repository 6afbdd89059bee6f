"""Who waits for whom: nobody for one publisher's mass, and nothing new for what is old."""

from collections import Counter
from collections.abc import Sequence
from threading import Event, Thread

from contracts.outcomes import Outcome, Settled
from domain.identifiers import PublisherId
from hub.broker import backfill_topic, intake_topic
from hub.broker_backlog import PUBLISHER_MESSAGES_PER_POLL
from hub.broker_producer import IntakeProducer
from hub.gateway import KafkaGateway
from hub.intake import Batch, Intake
from hub.kafka_backlog import KafkaBacklog
from hub.progress import BACKFILL_MESSAGES, MOST_BEHIND, Pace, Reached
from tests.examples import message
from tests.hub_steps import rows
from tests.kafka_nation import Nation, messages, until

OFFSETS = "SELECT topic, next_offset FROM intake.offsets ORDER BY topic"
ORDER = "SELECT notification_id, publisher FROM ledger.stored_events ORDER BY 1"


class WatchedIntake(Intake):
    """Notes, for each commit, how many messages of which topic it took."""

    commits: list[Counter[str]]

    def settle(self, batch: Batch) -> list[Settled]:
        """Settle a batch."""
        self.commits.append(Counter(place.topic for place in batch.places))
        return super().settle(batch)


def watched(nation: Nation) -> WatchedIntake:
    made = nation.made(WatchedIntake)
    assert isinstance(made, WatchedIntake)
    made.commits = []
    return made


def test_no_commit_holds_more_than_five_hundred_of_one_publisher_while_another_waits(
    nation: Nation, producer: IntakeProducer
) -> None:
    mass, little = nation.publishers
    producer.send(mass, messages(mass, 2_600))
    producer.send(little, messages(little, 700))
    intake = watched(nation)

    nation.read(intake)

    left = Counter({intake_topic(mass): 2_600, intake_topic(little): 700})
    together = [commit for commit in intake.commits if len(commit) == 2]
    assert together
    for commit in together:
        assert max(commit.values()) <= PUBLISHER_MESSAGES_PER_POLL
    assert sum(intake.commits, Counter()) == left
    # The one with little is done long before the mass is.
    last = max(n for n, commit in enumerate(intake.commits) if intake_topic(little) in commit)
    assert (
        sum((each for each in intake.commits[: last + 1]), Counter())[intake_topic(mass)] <= 1_500
    )
    assert nation.hub.status.read().submissions.accepted == 3_300


def test_old_events_come_in_by_small_commits_and_new_ones_overtake_them(
    nation: Nation, producer: IntakeProducer
) -> None:
    old, new = nation.publishers
    producer.send_backfill(old, messages(old, 1_000))
    intake = watched(nation)
    stop = Event()
    reading = Thread(
        target=nation.intake(intake).run, args=(stop,), kwargs={"poll_seconds": 0.2}, daemon=True
    )
    reading.start()
    until(lambda: len(intake.commits) >= 2)
    producer.send(new, messages(new, 5))
    until(lambda: sum(sum(each.values()) for each in intake.commits) == 1_005)
    stop.set()
    reading.join(30)

    at = next(n for n, commit in enumerate(intake.commits) if intake_topic(new) in commit)
    assert at < len(intake.commits) - 1
    for commit in intake.commits:
        assert len(commit) == 1
        assert commit[backfill_topic(old)] <= BACKFILL_MESSAGES
    assert nation.recorded() == sorted([(old, 1_000), (new, 5)])


def test_the_gateway_carries_old_events_on_and_an_event_sent_both_ways_counts_once(
    nation: Nation, producer: IntakeProducer
) -> None:
    one, _ = nation.publishers
    hub = nation.hub
    gateway = KafkaGateway(hub.intake, producer, hub.submissions, hub.keys, transport="https")
    sent = messages(one, 4)
    backlog = KafkaBacklog(hub.reader, nation.publishers, nation.bootstrap)

    gateway.backfill().receive(sent, sent_by=PublisherId(one), wait_seconds=0)
    gateway.receive(sent[:1], sent_by=PublisherId(one), wait_seconds=0)
    waiting = backlog.count()
    nation.read()

    assert (waiting, backlog.count()) == (5, 0)
    assert rows(hub, OFFSETS) == [(backfill_topic(one), 4), (intake_topic(one), 1)]
    status = hub.status.read().submissions
    assert (status.accepted, status.duplicate) == (4, 1)


def test_the_embedded_profile_settles_old_events_in_small_batches(nation: Nation) -> None:
    one, _ = nation.publishers
    door = nation.hub.gateway("file").backfill()
    sent = [*messages(one, 2 * BACKFILL_MESSAGES), message(publisher=one, surname="Canary")]

    receipts = door.receive(sent, sent_by=PublisherId(one), wait_seconds=0)

    ends = Counter(each.settled.outcome for each in receipts if each.settled)
    assert ends == {Outcome.ACCEPTED: 2 * BACKFILL_MESSAGES, Outcome.REJECTED: 1}
    settled = [row[0] for row in rows(nation.hub, ORDER) if row[1] == "hub"]
    assert settled == [BACKFILL_MESSAGES + 1, 2 * BACKFILL_MESSAGES + 2, 2 * BACKFILL_MESSAGES + 3]


def allowed(steps: Sequence[tuple[int, int]]) -> list[bool]:
    readings = iter(steps)

    def read() -> Reached:
        ledger, views = next(readings)
        return Reached(ledger=ledger, views=views)

    pace = Pace(read)
    return [pace.allows() for _ in steps]


def test_old_events_wait_for_views_that_move_and_not_for_those_that_do_not() -> None:
    far = MOST_BEHIND + 1

    followed = allowed([(0, 0), (far, 0), (far + 5, 5), (far + 5, 6)])
    alone = allowed([(0, 0), (far, 0), (2 * far, 0)])

    assert followed == [True, True, False, True]
    assert alone == [True, True, True]
