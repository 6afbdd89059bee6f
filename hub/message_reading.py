"""Reads one message as far as that goes without the database, for every door alike."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from uuid import UUID

from msgspec import Struct
from msgspec.structs import replace

from contracts.episode_messages import SubjectRegisteredBody
from contracts.facts import references_of
from contracts.identity import Identity
from contracts.outcomes import Rejection
from contracts.submissions import Contract, Submission, account_of, read_submission
from domain.identifiers import PublisherId
from domain.periods import london_date
from hub.identity.keys import Keys, receipt
from hub.identity.sealing import identity_bytes, unseal
from hub.identity.splitting import Named, Naming

UNKNOWN_PUBLISHER = "unknown"


class Message(Struct, frozen=True, kw_only=True, gc=False):
    """Bytes as they came in.

    sent_by: whom the transport vouches for; None: the local operator, who may send for anyone.
    rejection: decided before intake (a row that an adapter refuses, a message that the hub itself
        failed on); it is put on record, and the bytes are kept sealed.
    """

    raw: bytes
    sent_by: PublisherId | None
    rejection: Rejection | None = None


class ReadMessage(Struct, frozen=True, kw_only=True, gc=False):
    """One message after reading, before the database has been asked.

    publisher: on whose account it goes. source_key, content_key: keyed hashes of who sent it
    under which id, and of what it says. rejection: why it cannot be taken; None: it was read.
    """

    publisher: str
    raw: bytes
    source_key: bytes
    content_key: bytes
    submission: Submission | None = None
    named: tuple[Named, ...] = ()
    identity: Identity | None = None
    rejection: Rejection | None = None

    @property
    def receipt(self) -> UUID:
        """The receipt; the same for every retry of the same content."""
        return receipt(self.source_key, self.content_key)


class MessageReader:
    """Checks messages against their contracts, opens seals in memory, and names what they name."""

    def __init__(self, keys: Keys, contract: Contract, clock: Callable[[], datetime]) -> None:
        """Take the vault's keys; `clock` gives the time in UTC."""
        self._keys = keys
        self._contract = contract
        self._clock = clock

    def read_all(self, messages: Iterable[Message]) -> list[ReadMessage]:
        """Read messages that came together; what is wrong with one becomes its rejection."""
        today = london_date(self._clock())
        naming = Naming(self._keys)
        return [self._read(message, today, naming) for message in messages]

    def _read(self, message: Message, on: date, naming: Naming) -> ReadMessage:
        if message.rejection is not None:
            return self._refused_before(message, message.rejection, on, naming)
        result = read_submission(
            message.raw, sent_by=message.sent_by, contract=self._contract, on=on
        )
        if isinstance(result, Rejection):
            return self._unreadable(message, result, on)
        identity = None
        opened = b""
        if isinstance(result.body, SubjectRegisteredBody):
            identity_or_not = unseal(
                result.body.identity, self._keys.sealing, *self._keys.earlier_sealing
            )
            if isinstance(identity_or_not, Rejection):
                return self._unreadable(message, identity_or_not, on)
            identity = identity_or_not
            opened = identity_bytes(identity)
        return ReadMessage(
            publisher=result.publisher,
            raw=message.raw,
            source_key=self._keys.source_key(result.publisher, result.event_id),
            content_key=self._keys.content_key(result.content(opened)),
            submission=result,
            named=tuple([naming.named(result.publisher, each) for each in references_of(result)]),
            identity=identity,
        )

    def _refused_before(
        self, message: Message, rejection: Rejection, on: date, naming: Naming
    ) -> ReadMessage:
        """Return a message with the rejection that it came with; its receipt stays the same."""
        try:
            read = self._read(replace(message, rejection=None), on, naming)
        except Exception:  # noqa: BLE001 - reading it may be what the hub fails on
            return self._kept(message, rejection, message.sent_by)
        return replace(read, submission=None, named=(), identity=None, rejection=rejection)

    def _unreadable(self, message: Message, rejection: Rejection, on: date) -> ReadMessage:
        account = account_of(message.raw, sent_by=message.sent_by, contract=self._contract, on=on)
        return self._kept(message, rejection, account)

    def _kept(
        self, message: Message, rejection: Rejection, account: PublisherId | None
    ) -> ReadMessage:
        publisher = account or UNKNOWN_PUBLISHER
        content_key = self._keys.content_key(message.raw)
        return ReadMessage(
            publisher=publisher,
            raw=message.raw,
            source_key=self._keys.source_key(publisher, content_key.hex()),
            content_key=content_key,
            rejection=rejection,
        )
