"""Whatever dies between padding and signing, the next process goes on, and the log never forks."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from time import monotonic, sleep

import pytest
from structlog.testing import capture_logs

from domain.errors import ArchiveUnusableError, CheckpointRefusedError
from hub.archive.writing import archive_ledger
from hub.ledger.checkpointing import make_checkpoint
from hub.ledger.proving import public_checkpoint
from hub.roles import run_archivist
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from tests.examples import message
from tests.hub_steps import SettableClock, rows, settle
from tests.publication_steps import (
    DAY,
    HOUR,
    PADDED,
    SIGNED,
    Draws,
    archivist,
    begin,
    dies_after_archiving,
    dies_after_padding,
    dies_after_the_note_is_kept,
    head,
)


@pytest.fixture
def begun(hub: Hub, clock: SettableClock) -> Hub:
    """A hub that took something in yesterday, and whose first hour has come."""
    begin(hub, clock)
    return hub


@pytest.mark.parametrize(
    "death", [dies_after_padding, dies_after_archiving, dies_after_the_note_is_kept]
)
def test_whoever_comes_next_goes_on_and_does_not_pad_again(
    begun: Hub, clock: SettableClock, death: Callable[[Hub, datetime], None]
) -> None:
    death(begun, clock())
    draws = Draws()
    settle(begun, message(subject="E-9"))

    first = archivist(begun, draws)
    made = [first.work(), first.work()]

    assert rows(begun, SIGNED) == [(2048, True)]
    assert made.count(None) == (1 if death is not dies_after_the_note_is_kept else 2)
    assert draws.asked == 0
    assert len(rows(begun, PADDED)) == 1
    last = begun.archive.last_checkpoint()
    assert last is not None
    assert rows(begun, "SELECT note FROM ledger.checkpoints") == [(last[1],)]


def test_without_the_archive_nothing_is_signed_and_the_padding_waits_for_it(
    begun: Hub, clock: SettableClock
) -> None:
    folder = begun.settings.archive_dir
    folder.write_text("no directory")

    for _ in range(3):
        with pytest.raises(ArchiveUnusableError):
            archivist(begun).publish()
        clock.move(timedelta(minutes=1))
    waiting = head(begun)
    folder.unlink()

    assert public_checkpoint(begun.reader) is None
    assert archivist(begun).work() is not None
    assert waiting == head(begun) == 2048


def test_an_operators_checkpoint_is_not_public_and_does_not_overtake_what_waits(
    begun: Hub, clock: SettableClock
) -> None:
    dies_after_padding(begun, clock())
    settle(begun, message(subject="E-9"))

    made = archivist(begun).checkpoint()

    assert made.size == head(begun) == 2050
    assert rows(begun, SIGNED) == [(2048, True), (2050, False)]
    shown = public_checkpoint(begun.reader)
    assert shown is not None
    assert shown.size == 2048


def test_a_padding_that_was_overtaken_all_the_same_is_made_anew(
    begun: Hub, clock: SettableClock
) -> None:
    dies_after_padding(begun, clock())
    settle(begun, message(subject="E-9"))
    archive_ledger(begun.ledger_database, begun.archive, until=2049)
    make_checkpoint(begun.ledger_database, begun.log_signer, clock(), until=2049)

    archivist(begun).work()

    assert rows(begun, SIGNED) == [(2049, False), (4096, True)]


def test_two_processes_make_one(begun: Hub) -> None:
    with ThreadPoolExecutor(4) as pool:
        made = [each.result() for each in [pool.submit(archivist(begun).work) for _ in range(4)]]

    assert {each.size for each in made if each} == {2048}
    assert rows(begun, SIGNED) == [(2048, True)]
    assert len(rows(begun, PADDED)) == 1


def test_another_note_of_the_same_size_in_the_archive_stops_everything(
    begun: Hub, clock: SettableClock
) -> None:
    archivist(begun).work()
    clock.move(DAY)
    forged = public_checkpoint(begun.reader)
    assert forged is not None
    dies_after_padding(begun, clock())
    begun.archive.keep_checkpoint(4096, forged.note)

    with pytest.raises((ArchiveUnusableError, CheckpointRefusedError)):
        archivist(begun).work()

    assert rows(begun, SIGNED) == [(2048, True)]


def wait_for(done: Callable[[], object]) -> None:
    """Return when something is so, which may take a while."""
    deadline = monotonic() + 60
    while not done():
        assert monotonic() < deadline
        sleep(0.05)


def test_the_role_goes_on_after_a_failure_and_publishes_when_it_can(
    database_url: str, tmp_path: Path, clock: SettableClock
) -> None:
    folder = tmp_path / "archive"
    settings = Settings(
        database_url=database_url,
        data_dir=tmp_path,
        archive_dir=folder,
        archive_seconds=0.05,
        checkpoint_hour=HOUR,
    )
    stop = Event()
    with open_hub(settings, clock=clock) as hub, ThreadPoolExecutor(1) as pool:
        settle(hub, message())
        folder.write_text("no directory")
        clock.move(DAY)
        with capture_logs() as logs:
            working = pool.submit(run_archivist, hub, stop)
            wait_for(lambda: len(logs) > 2)
            early = public_checkpoint(hub.reader)
            folder.unlink()
            wait_for(lambda: public_checkpoint(hub.reader))
            stop.set()
            working.result()

    assert early is None
    assert {each["code"] for each in logs if each["log_level"] == "error"} == {"archive-unusable"}
    assert [each["event"] for each in logs].count("public checkpoint made") == 1
