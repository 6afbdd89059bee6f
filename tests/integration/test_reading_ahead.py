"""What was read before its turn came ends as what is read when it is settled."""

from datetime import timedelta

from contracts.outcomes import Outcome
from domain.identifiers import PublisherId
from hub.intake import Batch
from hub.message_reading import Message
from hub.wiring import Hub
from tests.examples import BIRMINGHAM, NOON, identity, message, registration
from tests.hub_steps import SettableClock, rows


def messages(*raw: bytes) -> list[Message]:
    return [Message(raw=each, sent_by=PublisherId(BIRMINGHAM)) for each in raw]


def test_what_was_read_ahead_is_settled_as_it_was_read(hub: Hub) -> None:
    sent = messages(registration(identity(), hub.keys.sealing), message(), b"{", message())
    ahead = hub.intake.read(sent)

    settled = hub.intake.settle(Batch(messages=sent, read=ahead, transport="kafka"))
    again = hub.intake.settle(Batch(messages=sent, transport="kafka"))

    assert [each.outcome for each in settled] == [
        Outcome.ACCEPTED,
        Outcome.ACCEPTED,
        Outcome.REJECTED,
        Outcome.ACCEPTED,
    ]
    assert [each.submission_id for each in again] == [each.submission_id for each in settled]
    assert [each.outcome for each in again] == [
        Outcome.DUPLICATE,
        Outcome.DUPLICATE,
        Outcome.REJECTED,
        Outcome.DUPLICATE,
    ]


def test_the_batch_before_is_known_though_it_was_settled_after_the_reading(hub: Hub) -> None:
    first, second = messages(message(event_id="same")), messages(message(event_id="same"))
    ahead = hub.intake.read(second)

    hub.intake.settle(Batch(messages=first, transport="kafka"))
    (settled,) = hub.intake.settle(Batch(messages=second, read=ahead, transport="kafka"))

    assert settled.outcome is Outcome.DUPLICATE
    assert settled.position == 1


def test_a_record_bears_the_time_of_its_commit_and_not_of_the_reading(
    hub: Hub, clock: SettableClock
) -> None:
    sent = messages(message())
    ahead = hub.intake.read(sent)
    clock.move(timedelta(minutes=5))

    hub.intake.settle(Batch(messages=sent, read=ahead, transport="kafka"))

    recorded = rows(hub, "SELECT DISTINCT recorded_at FROM ledger.stored_events")
    assert recorded == [(NOON + timedelta(minutes=5),)]
