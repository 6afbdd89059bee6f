"""With its payloads in the archive only, the hub goes on as if it had them still."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from msgspec.json import encode
from msgspec.structs import replace
from psycopg import connect
from psycopg.sql import SQL, Identifier

from domain.errors import ArchiveUnusableError
from hub.ledger.recorder import LedgerRecorder
from hub.ledger.verifying import verify_ledger
from hub.rebuilding import rebuild
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from projections.episodes import VIEWS, checksum
from tests.archive_steps import (
    corrections,
    detach_all,
    head,
    small_partitions,
    tell,
    tell_of_two,
)
from tests.examples import message
from tests.hub_steps import SettableClock, episode_of, follow, rows, settle, subject_of
from tests.ledger_steps import SIGNER

DETACHED = "SELECT count(*) FROM ledger.stored_events WHERE state IS NULL"


def checksums(hub: Hub) -> list[tuple[str, int]]:
    with hub.reader.snapshot() as connection:
        return [checksum(connection, hub.projector.active_build(), view) for view in VIEWS]


@pytest.fixture
def twins(
    database_url: str, postgres_dsn: str, tmp_path: Path, clock: SettableClock
) -> Iterator[tuple[Hub, Hub]]:
    """Two hubs that are alike to the last byte, of which the second keeps its payloads."""
    name = f"twin_{uuid4().hex}"
    settings = Settings(database_url=database_url, data_dir=tmp_path)
    with open_hub(settings, clock=clock) as hub:
        tell_of_two(hub)
        original = rows(hub, "SELECT current_database()")[0][0]
    with connect(postgres_dsn, autocommit=True) as connection:
        names = (Identifier(name), Identifier(original))
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(*names))
    beside = settings.model_copy(
        update={
            "database_url": database_url.replace(original, name),
            "archive_dir": tmp_path / "none",
        }
    )
    with open_hub(settings, clock=clock) as one, open_hub(beside, clock=clock) as other:
        yield one, other
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def test_a_correction_to_a_detached_episode_counts_as_if_nothing_had_been_detached(
    twins: tuple[Hub, Hub],
) -> None:
    hub, twin = twins
    before = checksums(hub)
    detach_all(hub)
    assert checksums(hub) == checksums(twin) == before

    for each in twins:
        settled = settle(each, *corrections())
        assert {end.outcome for end in settled} == {"accepted"}
        follow(each)

    assert checksums(hub) == checksums(twin) != before
    rebuilt = rebuild(hub.project_database, hub.projector, hub.archive)
    assert rebuilt.equal
    assert checksums(hub) == checksums(twin)
    assert rows(hub, DETACHED)[0][0] > 0
    states = [each.status.read() for each in twins]
    assert states[0].balanced
    assert states[0].source_episodes == states[1].source_episodes


def test_verify_reads_detached_payloads_in_the_archive(hub: Hub) -> None:
    tell_of_two(hub)
    detach_all(hub)

    found = verify_ledger(hub.reader, verifier=SIGNER.verifier, archive=hub.archive)

    assert found.problem is None
    assert found.records == found.archived == head(hub)
    assert found.detached == rows(hub, DETACHED)[0][0]
    alone = verify_ledger(hub.reader)
    assert (alone.where, alone.problem) == (
        "position 1",
        "its payload is detached, and in no archive",
    )


def test_access_and_duplicates_do_not_notice(hub: Hub) -> None:
    sent = message(subject="again", child="C1")
    small_partitions(hub)
    settle(hub, sent)
    tell(hub)
    child = subject_of(hub, "C1")
    before = hub.rights.disclose(child, reader="operator", purpose="test")

    detach_all(hub)

    after = hub.rights.disclose(child, reader="operator", purpose="test")
    # That it was asked for before is new.
    assert encode(replace(after, reads=before.reads)) == encode(before)
    assert len(after.reads) == len(before.reads) + 1
    assert len(before.events) > 2
    assert [each.outcome for each in settle(hub, sent)] == ["duplicate"]


def test_the_library_s_recorder_gives_the_same_events(hub: Hub, clock: SettableClock) -> None:
    tell_of_two(hub)
    recorder = LedgerRecorder(hub.ledger_database, hub.archive, clock)
    episode = episode_of(hub, "C1-E")

    def told() -> tuple[object, ...]:
        backwards = recorder.select_events(episode, desc=True, limit=2)
        return recorder.select_notifications(5, 200), backwards

    before = told()
    detach_all(hub)

    assert told() == before


def test_a_reader_with_an_older_snapshot_still_sees_every_record(hub: Hub) -> None:
    tell_of_two(hub)
    with hub.reader.snapshot() as connection:
        connection.execute("SELECT position FROM ledger.head")
        detach_all(hub)
        seen = connection.execute("SELECT count(*) FROM ledger.stored_events").fetchone()

    assert seen == (head(hub),)


def test_a_missing_archive_stops_the_views_loudly_and_parks_nobody(hub: Hub) -> None:
    tell_of_two(hub)
    detach_all(hub)
    before = checksums(hub)
    aside = hub.archive.folder.rename(hub.archive.folder.with_name("aside"))
    settle(hub, *corrections())
    child = subject_of(hub, "C1")

    # Another process, which has nothing in its memory.
    with open_hub(hub.settings, clock=hub.clock) as other:
        for work in (
            other.linker.catch_up,
            lambda: other.projector.catch_up(other.projector.active_build()),
            lambda: rebuild(other.project_database, other.projector, other.archive),
            lambda: other.rights.disclose(child, reader="operator", purpose="test"),
        ):
            with pytest.raises(ArchiveUnusableError):
                work()

    assert checksums(hub) == before
    assert rows(hub, "SELECT count(*) FROM projection.parked_v1") == [(0,)]
    aside.rename(hub.archive.folder)
    follow(hub)
    assert checksums(hub) != before
