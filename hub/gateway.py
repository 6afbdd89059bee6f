"""Where HTTPS and files hand their messages over: to intake at once, or to Kafka."""

from collections.abc import Callable, Sequence
from time import monotonic, perf_counter, sleep
from typing import Protocol
from uuid import UUID

from contracts.outcomes import Receipt, Settled, SubmissionRecord
from domain.identifiers import PublisherId
from hub.broker_producer import IntakeProducer
from hub.identity.keys import Keys
from hub.identity.sealing import seal_if_open
from hub.intake import Batch, Intake
from hub.message_reading import Message
from hub.progress import BACKFILL_MESSAGES, Pace, Reached
from hub.rehearsal import Rehearsal

WAIT_STEP_SECONDS = 0.05


class Lookup(Protocol):
    """Finds how a submission ended."""

    def find(self, submission_id: UUID) -> SubmissionRecord | None:
        """Return a submission by its receipt; None while it has not ended."""
        ...


class LocalGateway:
    """The embedded profile: outcomes are known, and durable, on return."""

    def __init__(
        self,
        intake: Intake,
        keys: Keys,
        *,
        transport: str,
        observe: Callable[[float], None],
        progress: Callable[[], Reached] | None = None,
    ) -> None:
        """Seal what comes in clear, then settle it; `observe` is told the seconds of each batch.

        progress: tells how far ledger and views have come; None: a backfill does not wait for it.
        """
        self._intake = intake
        self._keys = keys
        self._transport = transport
        self._observe = observe
        self._progress = progress

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Settle messages as one batch; wait_seconds makes no difference here."""
        del wait_seconds
        sealed = [
            Message(raw=seal_if_open(raw, self._keys.sealing), sent_by=sent_by) for raw in messages
        ]
        began = perf_counter()
        settled = self._intake.settle(Batch(messages=sealed, transport=self._transport))
        self._observe(perf_counter() - began)
        return [_known(each) for each in settled]

    def rehearsal(self) -> Rehearsal:
        """Return a door that stores nothing and tells how messages would end."""
        return Rehearsal(self._intake, self._keys)

    def backfill(self) -> "LocalBackfill":
        """Return a door for old events, by which new ones come first."""
        return LocalBackfill(self, None if self._progress is None else Pace(self._progress))

    def refuse(self, messages: Sequence[Message]) -> Sequence[Receipt]:
        """Put messages on record that were rejected before intake."""
        batch = Batch(messages=messages, transport=self._transport)
        return [_known(each) for each in self._intake.settle(batch)]


class LocalBackfill:
    """Settles old events a little at a time, and waits for the views in between."""

    def __init__(self, gateway: LocalGateway, pace: Pace | None) -> None:
        """Send through a gateway; pace: None: nothing is waited for."""
        self._gateway = gateway
        self._pace = pace

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Settle messages in small batches; each is durable when the next begins."""
        receipts: list[Receipt] = []
        for start in range(0, len(messages), BACKFILL_MESSAGES):
            while self._pace is not None and not self._pace.allows():
                sleep(WAIT_STEP_SECONDS)
            portion = messages[start : start + BACKFILL_MESSAGES]
            receipts += self._gateway.receive(portion, sent_by=sent_by, wait_seconds=wait_seconds)
        return receipts

    def refuse(self, messages: Sequence[Message]) -> Sequence[Receipt]:
        """Put messages on record that were rejected before intake."""
        return self._gateway.refuse(messages)


class KafkaGateway:
    """The national profile: a message is durable once the brokers have acknowledged it."""

    def __init__(
        self,
        intake: Intake,
        producer: IntakeProducer,
        lookup: Lookup,
        keys: Keys,
        *,
        transport: str,
        old: bool = False,
    ) -> None:
        """Messages that break their contract see no topic: intake settles them here.

        old: they go to their publishers' backfill topics.
        """
        self._old = old
        self._intake = intake
        self._producer = producer
        self._lookup = lookup
        self._keys = keys
        self._transport = transport

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Produce messages to their publishers' topics, and wait for outcomes if asked to.

        Raises BrokerUnavailableError if the brokers do not acknowledge all; a retry is safe.
        """
        sealed = [
            Message(raw=seal_if_open(raw, self._keys.sealing), sent_by=sent_by) for raw in messages
        ]
        addressed = self._intake.address(sealed)
        topics: dict[PublisherId, list[bytes]] = {}
        homeless: list[Message] = []
        for message, address in zip(sealed, addressed, strict=True):
            if address.publisher is None:
                homeless.append(message)
            else:
                topics.setdefault(address.publisher, []).append(message.raw)
        for publisher in sorted(topics):
            send = self._producer.send_backfill if self._old else self._producer.send
            send(publisher, topics[publisher])
        here = iter(
            self._intake.settle(Batch(messages=homeless, transport=self._transport))
            if homeless
            else ()
        )
        receipts = [
            _known(next(here))
            if address.publisher is None
            else Receipt(submission_id=address.submission_id)
            for address in addressed
        ]
        return self._wait(receipts, wait_seconds)

    def rehearsal(self) -> Rehearsal:
        """Return a door that stores nothing and tells how messages would end."""
        return Rehearsal(self._intake, self._keys)

    def backfill(self) -> "KafkaGateway":
        """Return a door for old events, by which new ones come first."""
        return KafkaGateway(
            self._intake,
            self._producer,
            self._lookup,
            self._keys,
            transport=self._transport,
            old=True,
        )

    def refuse(self, messages: Sequence[Message]) -> Sequence[Receipt]:
        """Put messages on record that were rejected before intake; no topic needs them."""
        batch = Batch(messages=messages, transport=self._transport)
        return [_known(each) for each in self._intake.settle(batch)]

    def _wait(self, receipts: Sequence[Receipt], wait_seconds: float) -> Sequence[Receipt]:
        deadline = monotonic() + wait_seconds
        current = list(receipts)
        while wait_seconds > 0:
            current = [each if each.settled else self._look(each) for each in current]
            if all(each.settled for each in current) or monotonic() >= deadline:
                break
            sleep(WAIT_STEP_SECONDS)
        return current

    def _look(self, receipt: Receipt) -> Receipt:
        record = self._lookup.find(receipt.submission_id)
        if record is None or record.outcome is None:
            return receipt
        return _known(
            Settled(
                submission_id=record.submission_id,
                outcome=record.outcome,
                position=record.position,
                rejection=record.rejection,
            )
        )


def _known(settled: Settled) -> Receipt:
    return Receipt(submission_id=settled.submission_id, settled=settled)
