"""A door that stores nothing: it tells how messages would end, so that a publisher can check."""

from collections.abc import Sequence

from contracts.outcomes import Receipt, Settled
from domain.identifiers import PublisherId
from hub.identity.keys import Keys
from hub.identity.sealing import seal_if_open
from hub.intake import Intake
from hub.message_reading import Message


class Rehearsal:
    """One check of a request or a file; later messages are judged as if earlier ones were stored.

    In the national profile, what is still in flight at the brokers is not known to it.
    """

    def __init__(self, intake: Intake, keys: Keys) -> None:
        """Begin with what the hub holds now."""
        self._intake = intake
        self._keys = keys
        self._work = intake.begin()

    def receive(
        self, messages: Sequence[bytes], *, sent_by: PublisherId | None, wait_seconds: float
    ) -> Sequence[Receipt]:
        """Return how messages would end; nothing is waited for."""
        del wait_seconds
        return self._receipts(
            [
                Message(raw=seal_if_open(raw, self._keys.sealing), sent_by=sent_by)
                for raw in messages
            ]
        )

    def refuse(self, messages: Sequence[Message]) -> Sequence[Receipt]:
        """Return the receipts that rows refused by an adapter would get."""
        return self._receipts(messages)

    def _receipts(self, messages: Sequence[Message]) -> Sequence[Receipt]:
        return [_known(each) for each in self._intake.rehearse(messages, self._work)]


def _known(settled: Settled) -> Receipt:
    return Receipt(submission_id=settled.submission_id, settled=settled)
