"""Payloads are left to the archive, and brought back: whole partitions, or nothing changes."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import ArchiveUnusableError, UsageError
from hub.archive.detaching import KEPT_TYPES, attach, candidates, detach, owner_of
from hub.archive.partitions import partitions_of
from hub.archive.store import Archive
from hub.archive.writing import archive_ledger
from hub.wiring import Hub
from tests.archive_steps import (
    archive_all,
    detach_all,
    head,
    sign,
    silent,
    tell_of_two,
)
from tests.hub_steps import SettableClock, change, rows

DETACHED = "SELECT count(*) FROM ledger.stored_events WHERE state IS NULL"
TABLE = """
SELECT c.relkind, c.relowner, c.relacl, c.reloptions,
       (SELECT array_agg(regexp_replace(indexdef, ' INDEX \\S+ ON \\S+', '') ORDER BY 1)
          FROM pg_indexes WHERE schemaname = 'ledger' AND tablename = c.relname),
       (SELECT array_agg(t.tgname ORDER BY 1) FROM pg_trigger t WHERE t.tgrelid = c.oid),
       (SELECT array_agg(a.attname || a.attnotnull || a.attstorage::text ORDER BY a.attnum)
          FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0),
       (SELECT array_agg(k.contype::text || pg_get_constraintdef(k.oid) ORDER BY 1)
          FROM pg_constraint k WHERE k.conrelid = c.oid)
  FROM pg_class c WHERE c.oid = %s::regclass
"""
KEPT = """
SELECT count(*) FROM ledger.stored_events WHERE topic = ANY(%s) AND notification_id <= %s
"""
TABLES = "SELECT tablename FROM pg_tables WHERE schemaname = 'ledger' ORDER BY 1"
LEDGER = "SELECT notification_id, state, leaf_hash FROM ledger.stored_events ORDER BY 1"


def hindrance(hub: Hub) -> str | None:
    """Return why the first partition cannot be detached yet."""
    ((first, why), *_) = candidates(hub.database_url, hub.archive, hub.clock() + timedelta(1))
    assert first.number == 1
    return why


def test_only_payloads_of_old_full_partitions_go(hub: Hub, clock: SettableClock) -> None:
    tell_of_two(hub)
    archive_all(hub)
    sign(hub)
    full = head(hub) // 64

    assert candidates(hub.database_url, hub.archive, clock() - timedelta(days=400)) == ()
    detached = detach_all(hub)

    assert [each.number for each in detached] == list(range(1, full + 1))
    ((missing,),) = rows(hub, DETACHED)
    ((kept,),) = rows(hub, KEPT, [list(KEPT_TYPES), full * 64])
    assert (missing + kept, kept > 0) == (full * 64, True)
    assert rows(hub, "SELECT count(*) FROM ledger.stored_events") == [(head(hub),)]


def test_nothing_is_detached_before_everybody_is_past_it(hub: Hub) -> None:
    tell_of_two(hub)

    assert hindrance(hub) == "the archive ends at position 0"
    archive_all(hub)
    assert hindrance(hub) == "the last checkpoint is at position 0"
    sign(hub)
    assert hindrance(hub) is None
    change(hub, "UPDATE projection.builds SET position = 63")
    assert hindrance(hub) == "a build of the views is at position 63"
    change(hub, "UPDATE link.progress SET position = 62")
    assert hindrance(hub) == "the linker is at position 62"


def test_what_is_brought_back_is_what_was_there(hub: Hub) -> None:
    tell_of_two(hub)
    before = rows(hub, LEDGER)
    tables = [rows(hub, TABLE, [f"ledger.stored_events_{n}"]) for n in (1, 2)]
    detach_all(hub)
    assert [rows(hub, TABLE, [f"ledger.stored_events_{n}"]) for n in (1, 2)] == tables
    assert rows(hub, LEDGER) != before

    with owner_of(hub.database_url) as connection:
        away = [each for each in partitions_of(connection) if each.detached_at is not None]
    for each in away:
        attach(hub.database_url, hub.archive, each, silent)

    assert rows(hub, LEDGER) == before
    assert [rows(hub, TABLE, [f"ledger.stored_events_{n}"]) for n in (1, 2)] == tables
    assert rows(hub, "SELECT count(*) FROM ledger.partitions WHERE detached_at IS NOT NULL") == [
        (0,)
    ]
    assert len(detach_all(hub)) == len(away)


def test_a_ledger_in_use_is_not_waited_for_without_end(hub: Hub) -> None:
    tell_of_two(hub)
    archive_all(hub)
    sign(hub)
    ((first, _), *_) = candidates(hub.database_url, hub.archive, hub.clock() + timedelta(1))
    before = rows(hub, LEDGER)

    with hub.reader.snapshot() as connection:
        connection.execute("SELECT count(*) FROM ledger.stored_events")
        with pytest.raises(UsageError, match="nothing has changed"):
            detach(hub.database_url, hub.archive, first, hub.clock(), silent, attempts=2)

    assert rows(hub, LEDGER) == before
    detach(hub.database_url, hub.archive, first, hub.clock(), silent)
    assert rows(hub, DETACHED)[0][0] > 0


def test_a_run_that_was_broken_off_has_changed_nothing(hub: Hub) -> None:
    tell_of_two(hub)
    archive_all(hub)
    sign(hub)
    before = (rows(hub, LEDGER), rows(hub, TABLES))
    ((first, _), *_) = candidates(hub.database_url, hub.archive, hub.clock() + timedelta(1))

    def break_off(_done: int, _total: int, text: str) -> None:
        if "swapping" in text:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        detach(hub.database_url, hub.archive, first, hub.clock(), break_off)

    assert (rows(hub, LEDGER), rows(hub, TABLES)) == before


def test_a_lost_archive_cannot_begin_anew_without_the_payloads_left_to_it(
    hub: Hub, tmp_path: Path
) -> None:
    tell_of_two(hub)
    detach_all(hub)

    with pytest.raises(ArchiveUnusableError, match="it held"):
        archive_ledger(hub.ledger_database, Archive(tmp_path / "empty"), anew=True)


def test_a_damaged_archive_takes_no_payloads(hub: Hub) -> None:
    tell_of_two(hub)
    archive_all(hub)
    sign(hub)
    ((first, _), *_) = candidates(hub.database_url, hub.archive, hub.clock() + timedelta(1))
    path = hub.archive.segment_dir / hub.archive.segments()[0].subjects
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(ArchiveUnusableError, match="Nothing was detached"):
        detach(hub.database_url, hub.archive, first, hub.clock(), silent)

    assert rows(hub, DETACHED) == [(0,)]
