"""Takes a publisher's answer about a row that its return has lost, and settles what waited."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from msgspec.structs import replace

from contracts.imports import QuestionEntry
from contracts.outcomes import Outcome, Receipt
from contracts.returned_comparison import Comparison, settle
from contracts.returned_messages import MessageWriter, episode_messages, voiding_message
from contracts.returned_rows import KnownRow, RowMemory
from domain.errors import UsageError
from domain.identifiers import PublisherId
from hub.identity.keys import Keys
from hub.importing import WAIT_SECONDS, Door
from hub.returned_rows import RowStore

_TAKEN: Final = (Outcome.ACCEPTED, Outcome.DUPLICATE, None)


@dataclass(frozen=True, kw_only=True)
class Answered:
    """What an answer led to: messages by how they ended, and what is still asked of the return."""

    outcomes: dict[str, int]
    questions: tuple[QuestionEntry, ...]


def open_questions(store: RowStore, publisher: PublisherId) -> tuple[QuestionEntry, ...]:
    """Return everything that a publisher is asked, by format and return."""
    found: list[QuestionEntry] = []
    for adapter in store.adapters(publisher):
        rows = store.load(publisher, adapter)
        for scope in sorted({scope for row in rows for scope in row.asked}):
            memory = RowMemory(adapter=adapter, scope=scope, rows=rows)
            found += store.questions(publisher, memory)
    return tuple(found)


def answer(
    store: RowStore,
    door: Door,
    keys: Keys,
    *,
    publisher: PublisherId,
    question: str,
    void: bool,
) -> Answered:
    """Void a row that its return has lost, or keep it, and send what that settles.

    A row that is kept is not asked about again. Raises NotFoundError if nothing is asked under
    this id, UsageError if the hub did not take what the answer says.
    """
    adapter, row = store.find(publisher, question)
    writer = MessageWriter(publisher=publisher, event_key=keys.event_key)
    scopes = row.asked
    kept = row.kept if void else (*row.kept, *scopes)
    answered = replace(row, asked=(), kept=kept, void=void)
    raw = [voiding_message(row, writer).raw] if void else []
    everything = store.load(publisher, adapter)
    rows = [answered if each == row else each for each in everything]
    memories = []
    for scope in scopes:
        settled = settle(
            [each for each in rows if (each.child, each.kind) == (row.child, row.kind)], scope
        )
        raw += [
            written.raw for _, known in settled.told for written in episode_messages(known, writer)
        ]
        memories.append(_memory(adapter, scope, [answered, *_others_held(rows, row)], settled))
    receipts = door.receive(raw, sent_by=publisher, wait_seconds=WAIT_SECONDS) if raw else ()
    outcomes = _outcomes(receipts)
    for memory in memories:
        store.save(publisher, memory)
    return Answered(outcomes=outcomes, questions=open_questions(store, publisher))


def _others_held(rows: list[KnownRow], about: KnownRow) -> list[KnownRow]:
    return [row for row in rows if row.held and (row.child, row.kind) != (about.child, about.kind)]


def _memory(adapter: str, scope: str, rows: list[KnownRow], settled: Comparison) -> RowMemory:
    here = [row for row in rows if not row.held or row.last_in(scope) is not None]
    return RowMemory(adapter=adapter, scope=scope, rows=(*here, *settled.rows))


def _outcomes(receipts: Sequence[Receipt]) -> dict[str, int]:
    ends = [None if each.settled is None else each.settled.outcome for each in receipts]
    if not all(end in _TAKEN for end in ends):
        raise UsageError(
            "The hub did not take what the answer says, so the question stays open:"
            " look at the publisher's rejects."
        )
    return dict(Counter("in_flight" if end is None else end.value for end in ends))
