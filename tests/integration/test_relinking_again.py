"""Linking everything again: what it puts right, what it leaves alone, and when it is due."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from time import monotonic, sleep
from typing import LiteralString
from uuid import UUID

import pytest
from psycopg import Connection
from psycopg.rows import TupleRow

from contracts.identity import Identity
from domain.events import Event as RecordableEvent
from domain.linkage import Thresholds
from domain.linkage_events import PersonLinked, PersonSplit
from domain.vocabulary import ErasureReason
from hub.ledger.reading import read_from
from hub.linkage.comparing import Comparing
from hub.linkage.model import Model, baseline_model
from hub.linkage.pairs import put_review
from hub.linkage.reading import RecordReader
from hub.linkage.records import LinkRecord
from hub.linkage.relinks import Relinked
from hub.linker import Linker
from hub.relinking import RELINK, Relinker
from hub.roles import run_linker
from hub.wiring import Hub
from tests.examples import BIRMINGHAM, COVENTRY, WEST_MIDLANDS, identity, registration
from tests.hub_steps import SettableClock, change, rows, settle, subject_of

HOUR = 1
FINISHED: LiteralString = "SELECT found FROM link.relinks WHERE finished_at IS NOT NULL"
EVENING = datetime(2026, 3, 14, 20, tzinfo=UTC)


def register(hub: Hub, who: Identity, publisher: str) -> UUID:
    """Let a publisher register a child, and the linker see it; return the subject."""
    settle(hub, registration(who, hub.keys.sealing, child="C-1", publisher=publisher))
    hub.linker.catch_up()
    return subject_of(hub, "C-1", publisher)


def persons(hub: Hub) -> dict[UUID, UUID]:
    return dict(rows(hub, "SELECT subject_id, person_id FROM link.persons"))


def recorded(hub: Hub, kind: type[RecordableEvent]) -> list[RecordableEvent]:
    with hub.reader.snapshot() as connection:
        records = list(read_from(connection, hub.archive, after=0, until=10_000))
    return [each.event for each in records if isinstance(each.event, kind)]


@pytest.fixture
def pair(hub: Hub) -> tuple[UUID, UUID]:
    """One child, whom an authority and a force have registered."""
    return register(hub, identity(), BIRMINGHAM), register(hub, identity(), WEST_MIDLANDS)


def test_nothing_is_recorded_if_nothing_differs(hub: Hub, pair: tuple[UUID, UUID]) -> None:
    head = rows(hub, "SELECT position FROM ledger.head")

    found = hub.relinker.relink()

    assert rows(hub, "SELECT position FROM ledger.head") == head
    assert persons(hub) == dict.fromkeys(pair, pair[0])
    assert (found.registrations, found.pairs, found.decisions) == (2, 1, 0)
    assert (found.children_before, found.children_after) == (1, 1)
    assert found.peak_bytes > 0


def test_whom_the_linker_missed_is_linked_and_counted(hub: Hub, pair: tuple[UUID, UUID]) -> None:
    change(hub, "DELETE FROM link.pairs")
    change(hub, "UPDATE link.persons SET person_id = subject_id")

    found = hub.relinker.relink()

    assert persons(hub) == dict.fromkeys(pair, pair[0])
    assert (found.new_pairs, found.joined, found.decisions) == (1, 1, 1)
    assert (found.children_before, found.children_after) == (2, 1)
    last = recorded(hub, PersonLinked)[-1]
    assert isinstance(last, PersonLinked)
    assert (last.subject_id, last.person_id, last.basis) == (pair[1], pair[0], RELINK)


def test_whom_nothing_speaks_for_is_parted_and_counted(hub: Hub, pair: tuple[UUID, UUID]) -> None:
    other = register(hub, identity(2), COVENTRY)
    low, high = sorted((pair[0], other))
    change(
        hub,
        "INSERT INTO link.pairs (low, high, basis, probability, weight, verdict)"
        " VALUES (%s, %s, 'model', 0.9999, 20, 'linked')",
        (low, high),
    )
    change(hub, "UPDATE link.persons SET person_id = %s", (pair[0],))

    found = hub.relinker.relink()

    assert persons(hub) == {**dict.fromkeys(pair, pair[0]), other: other}
    assert (found.gone_pairs, found.parted, found.decisions) == (1, 1, 1)
    (split,) = recorded(hub, PersonSplit)
    assert isinstance(split, PersonSplit)
    assert (split.subject_id, split.basis) == (other, RELINK)


def test_what_reviewers_said_stands_and_can_be_taken_back(
    hub: Hub, pair: tuple[UUID, UUID]
) -> None:
    def say(verdict: str, hours: int) -> dict[UUID, UUID]:
        at = EVENING + timedelta(hours=hours)
        with hub.vault_database.transaction() as connection:
            put_review(connection, *pair, verdict, "r-one", at, 1.0)
        hub.relinker.relink()
        return persons(hub)

    refused, linked = say("refused", 1), say("linked", 2)

    assert refused == {pair[0]: pair[0], pair[1]: pair[1]}
    assert linked == dict.fromkeys(pair, pair[0])


def test_a_reviewers_link_of_whom_nothing_else_speaks_for_stays(
    hub: Hub, pair: tuple[UUID, UUID]
) -> None:
    other = register(hub, identity(2), COVENTRY)
    with hub.vault_database.transaction() as connection:
        put_review(connection, pair[0], other, "linked", "r-one", EVENING, 0.5)

    hub.relinker.relink()

    assert set(persons(hub).values()) == {pair[0]}


def test_an_erased_child_stays_who_it_was(hub: Hub, pair: tuple[UUID, UUID]) -> None:
    hub.rights.erase(pair[1], ErasureReason.COURT_ORDER)

    found = hub.relinker.relink()

    assert persons(hub) == dict.fromkeys(pair, pair[0])
    assert (found.registrations, found.gone_pairs) == (1, 0)


class Meanwhile(RecordReader):
    """Reads, and before what was read is used, something happens."""

    def __init__(self, hub: Hub, happens: list[tuple[Identity, str]]) -> None:
        """Take what is registered meanwhile, once."""
        self._within = hub
        self._reads = hub.record_reader
        self._happens = happens

    def read_all(
        self, connection: Connection[TupleRow], *, reader: str, purpose: str
    ) -> tuple[int, Iterator[LinkRecord]]:
        """Read, and then let the linker link what comes in."""
        number, records = self._reads.read_all(connection, reader=reader, purpose=purpose)
        read = list(records)
        while self._happens:
            register(self._within, *self._happens.pop())
        return number, iter(read)


def relinker(hub: Hub, reader: RecordReader, models: list[tuple[Model, Thresholds]]) -> Relinker:
    """Return a relinker that finds these models active, one after the other."""

    def read_model(_: Connection[TupleRow]) -> tuple[Model, Thresholds]:
        return models.pop(0) if len(models) > 1 else models[0]

    comparing = Comparing(hub.keys, hub.record_reader, hub.models.active)
    linker = Linker(hub.vault_database, hub.keys, hub.archive, hub.clock, comparing)
    return Relinker(
        hub.vault_database,
        linker,
        comparing,
        hub.archive,
        hub.clock,
        reader,
        read_model,
        hour=HOUR,
    )


def test_what_the_linker_links_meanwhile_is_left_to_it(hub: Hub, pair: tuple[UUID, UUID]) -> None:
    meanwhile = Meanwhile(hub, [(identity(), COVENTRY)])

    found = relinker(hub, meanwhile, [(baseline_model(), Thresholds())]).relink()

    other = subject_of(hub, "C-1", COVENTRY)
    assert persons(hub) == dict.fromkeys((*pair, other), pair[0])
    assert (found.registrations, found.gone_pairs, found.decisions) == (2, 0, 0)


def test_all_is_scored_again_if_another_model_is_activated_meanwhile(
    hub: Hub, pair: tuple[UUID, UUID]
) -> None:
    first = baseline_model(), Thresholds(review=0.5)
    second = baseline_model(), Thresholds()

    found = relinker(hub, hub.record_reader, [first, second]).relink()

    assert (found.registrations, found.pairs) == (2, 1)
    assert persons(hub) == dict.fromkeys(pair, pair[0])
    reads = rows(hub, "SELECT count(*) FROM vault.reads WHERE purpose = 'relink'")
    assert reads == [(2,)]


def test_it_is_due_once_a_night_from_the_first_after_the_first_record(
    hub: Hub, pair: tuple[UUID, UUID], clock: SettableClock
) -> None:
    def due(day: int, hour: int) -> bool:
        clock.now = datetime(2026, 3, day, hour, 30, tzinfo=UTC)
        return hub.relinker.relink_if_due() is not None

    nights = [due(14, 20), due(15, 0), due(15, 1), due(15, 2), due(16, 0), due(18, 9), due(18, 9)]

    assert len(pair) == 2
    assert nights == [False, False, True, False, False, True, False]


def test_a_failed_night_is_not_tried_again_before_the_next(
    hub: Hub, pair: tuple[UUID, UUID], clock: SettableClock
) -> None:
    clock.now = datetime(2026, 3, 15, 1, 30, tzinfo=UTC)
    change(hub, "INSERT INTO link.relinks (begun_at) VALUES (%s)", (clock.now,))

    tonight = hub.relinker.relink_if_due()
    clock.move(timedelta(days=1))
    tomorrow = hub.relinker.relink_if_due()

    assert (tonight, len(pair)) == (None, 2)
    assert isinstance(tomorrow, Relinked)


def test_the_linking_role_does_it_at_night(
    hub: Hub, pair: tuple[UUID, UUID], clock: SettableClock
) -> None:
    clock.move(timedelta(days=1))
    stop = Event()
    role = Thread(target=run_linker, args=(hub, stop))

    role.start()
    deadline = monotonic() + 60
    while not rows(hub, FINISHED) and monotonic() < deadline:
        sleep(0.05)
    stop.set()
    role.join()

    ((found,),) = rows(hub, FINISHED)
    assert (found["registrations"], found["decisions"]) == (len(pair), 0)


def test_an_empty_hub_has_nothing_to_link(hub: Hub, clock: SettableClock) -> None:
    clock.move(timedelta(days=1))

    assert hub.relinker.relink_if_due() is None
    assert hub.relinker.relink().registrations == 0


def test_what_was_found_is_kept(hub: Hub, pair: tuple[UUID, UUID]) -> None:
    found = hub.relinker.relink()

    ((begun_at, finished_at, kept),) = rows(
        hub, "SELECT begun_at, finished_at, found FROM link.relinks"
    )
    assert (begun_at, finished_at) == (found.begun_at, found.begun_at)
    assert (kept["registrations"], kept["pairs"]) == (len(pair), 1)
    assert replace(found, seconds=0.0).decisions == 0
