"""Which backups are kept, and that no description is written before its files are there."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import BackupFailedError, NotFoundError
from domain.periods import london_date
from hub.backup.folder import KEPT, Backup, BackupFolder, expired
from hub.identity.rights import BACKUPS_KEPT
from tests.restore_steps import backup

NOW = datetime(2026, 3, 30, 12, 0, tzinfo=UTC)
STREAM, OTHER, THIRD = (f"7-00000001-{number:06d}" for number in (1, 2, 3))


def kept(folder: BackupFolder, made: Backup) -> Backup:
    """Write a backup as if it had been made."""
    with folder.alone():
        draft = folder.draft(made.name)
        draft.mkdir()
        folder.keep(draft, made)
    return made


@given(ages=st.lists(st.floats(0, 60), unique=True, max_size=40))
def test_a_week_whole_then_one_a_week_and_none_beyond_the_promise(ages: list[float]) -> None:
    backups = [backup(NOW - timedelta(days=age)) for age in sorted(ages, reverse=True)]

    gone = expired(backups, NOW)

    left = [each for each in backups if each not in gone]
    assert all(NOW - each.made_at <= KEPT < BACKUPS_KEPT for each in left)
    assert all(each in left for each in backups if NOW - each.made_at <= timedelta(days=7))
    if backups and NOW - backups[-1].made_at <= KEPT:
        assert backups[-1] in left
    for each in gone:
        week = london_date(each.made_at).isocalendar()[:2]
        same = [one for one in left if london_date(one.made_at).isocalendar()[:2] == week]
        assert same or NOW - each.made_at > KEPT


def test_what_is_not_finished_is_no_backup_and_is_cleared_by_the_next(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path / "backups")
    whole = kept(folder, backup(NOW))
    (folder.base / "20260330T130000.000000Z").mkdir()
    (folder.base / "20260330T140000.000000Z.new").mkdir()

    found = folder.backups()
    with folder.alone():
        folder.draft("next")

    assert found == [whole]
    assert [each.name for each in folder.base.iterdir() if each.is_dir()] == [whole.name]
    assert folder.choose(None) == folder.choose(whole.name) == whole
    with pytest.raises(NotFoundError, match=whole.name):
        folder.choose("another")


def test_the_log_is_kept_from_the_oldest_backup_on(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    segments = [f"{1:08X}{0:08X}{number:08X}" for number in range(5)]
    for days, first in ((40, 0), (5, 2), (1, 4)):
        made = backup(NOW - timedelta(days=days), stream=STREAM, first=segments[first])
        kept(folder, made)
    for name in (STREAM, OTHER, THIRD):
        folder.stream(name).mkdir()
    for segment in segments:
        (folder.stream(STREAM) / segment).touch()

    with folder.alone():
        gone = folder.expire(NOW, receiving=THIRD)

    assert len(gone) == 1
    assert folder.breaks() == 2
    assert folder.last_stream("7-00000001-") == THIRD
    assert [each.name for each in sorted(folder.stream(STREAM).iterdir())] == segments[2:]
    assert [each.name for each in sorted(folder.logs.iterdir())] == [STREAM, THIRD]


def test_a_log_without_a_backup_goes_when_it_is_too_old_for_anyone(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    with folder.alone():
        stream = folder.stream(STREAM)
        stream.mkdir()
        old, new = (stream / f"{number:024X}" for number in (1, 2))
        for path, age in ((old, 35), (new, 3)):
            path.touch()
            then = (NOW - timedelta(days=age)).timestamp()
            os.utime(path, (then, then))

        folder.expire(NOW, receiving=STREAM)

    assert list(stream.iterdir()) == [new]


def test_two_backups_are_not_made_at_once(tmp_path: Path) -> None:
    with (
        BackupFolder(tmp_path).alone(),
        pytest.raises(BackupFailedError, match="Another backup"),
        BackupFolder(tmp_path).alone(),
    ):
        pass


def test_a_damaged_description_is_named(tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path)
    made = kept(folder, backup(NOW))
    description = folder.base / f"{made.name}.json"
    description.write_text("{")

    with pytest.raises(BackupFailedError, match=made.name):
        folder.backups()
