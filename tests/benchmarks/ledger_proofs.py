"""P11: what intake keeps of its speed with leaf hashes, tree, seals and encryption.

Without them: a record has an empty leaf hash, the tree does not grow, an identity block travels as
base64 and what the vault keeps is not encrypted. Keyed hashes stay: they are how things are found.
"""

import argparse
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from time import perf_counter
from unittest.mock import patch
from uuid import UUID

from joserfc.jwk import OKPKey
from msgspec.json import decode, encode

from domain.identifiers import PublisherId
from hub.foundations import KEYS
from hub.identity.keys import load_keys
from hub.identity.sealing import seal_if_open
from hub.intake import Batch
from hub.ledger.tree import grow
from hub.message_reading import Message
from hub.settings import Settings
from hub.synthetic.batches import batches
from hub.synthetic.options import Options
from hub.wiring import open_hub
from tests.benchmarks.measuring import Goal, Leg, database_on, take_turns

GOALS = (Goal(number="P11", leg="proved", peer="bare", floor=0.8, stretch=0.9),)
MONTH = Options(year=2026, month=3, scale=1.0)
A_COMMIT = 5_000
NO_HASH = bytes(32)


def measure_proofs(
    asked: argparse.Namespace, server: str, folder: Path
) -> tuple[Mapping[str, Sequence[Leg]], Sequence[Goal]]:
    """Settle the same messages with and without, in turn, each in a fresh database."""
    key = load_keys(folder / "hub" / KEYS, create=True).sealing
    open_messages = _messages(asked.messages)
    sealed = [
        Message(raw=seal_if_open(each.raw, key), sent_by=each.sent_by) for each in open_messages
    ]
    encoded = [Message(raw=_as_text(each.raw), sent_by=each.sent_by) for each in open_messages]

    def bare(_number: int) -> Leg:
        with _without():
            return _settle("bare", server, folder, encoded, proofs=False)

    turns = {
        "proved": lambda _number: _settle("proved", server, folder, sealed, proofs=True),
        "bare": bare,
    }
    return take_turns(turns, asked.rounds), GOALS


def _settle(
    name: str, server: str, folder: Path, messages: Sequence[Message], *, proofs: bool
) -> Leg:
    settings = Settings(database_url=database_on(server, name), data_dir=folder / "hub")
    with open_hub(settings) as hub:
        began = perf_counter()
        for at in range(0, len(messages), A_COMMIT):
            hub.intake.settle(Batch(messages=messages[at : at + A_COMMIT], transport="kafka"))
        if proofs:
            grow(hub.ledger_database)
        seconds = perf_counter() - began
        state = hub.status.read()
        if state.submissions.accepted != len(messages) or not state.submissions.balanced:
            raise SystemExit(f"intake said {state.submissions}")
    return Leg(name=name, events=len(messages), seconds=seconds)


def _messages(most: int) -> list[Message]:
    found: list[Message] = []
    for batch in batches(MONTH):
        for publisher, messages in batch.messages.items():
            found += [Message(raw=each.line, sent_by=PublisherId(publisher)) for each in messages]
        if len(found) >= most:
            break
    return found[:most]


def _as_text(raw: bytes) -> bytes:
    """Put a registration's identity in the place of its seal, as a text that can be read."""
    if b'"missing.subject.' not in raw:
        return raw
    message = decode(raw)
    plain = encode(message["data"]["identity"])
    message["data"]["identity"] = f"a..b.{urlsafe_b64encode(plain).decode().rstrip('=')}.c"
    return encode(message)


@contextmanager
def _without() -> Iterator[None]:
    """Put what does nothing in the place of hashing, opening and encrypting."""

    def opened(sealed: str, _key: OKPKey) -> bytes:
        return urlsafe_b64decode(sealed.split(".")[3] + "==")

    def plain(_key: bytes, _row_id: UUID, value: bytes) -> bytes:
        return value

    def kept(_key: bytes, _row_id: UUID, value: bytes) -> bytes:
        return value

    with ExitStack() as stack:
        for place, nothing in (
            ("hub.ledger.appending.record_hashes", lambda _at: lambda *_parts: NO_HASH),
            ("hub.identity.sealing.open_seal", opened),
            ("hub.identity.vault.encrypt", plain),
            ("hub.identity.splitting.encrypt", plain),
            ("hub.identity.splitting.decrypt", kept),
        ):
            stack.enter_context(patch(place, nothing))
        yield
