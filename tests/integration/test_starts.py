"""What every start of the hub looks at first: keys, backups, the journal of erasures."""

from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import ErasureJournalError, LedgerBehindError, RestoreRefusedError
from domain.vocabulary import ErasureReason
from hub.backup.folder import BackupFolder
from hub.backup.guarding import UNFINISHED
from hub.commands.backing_up import finish_restore
from hub.foundations import KEYS
from hub.identity.keys import load_keys
from hub.restoring import reconcile
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from tests.examples import NOON
from tests.hub_steps import SettableClock, change, rows, settle, subject_of
from tests.restore_steps import backup, report


def test_keys_that_do_not_open_the_vault_are_refused(
    hub: Hub, tmp_path: Path, database_url: str
) -> None:
    settle(hub, *report(1, hub))
    other = tmp_path / "other"
    load_keys(other / KEYS, create=True)
    settings = Settings(database_url=database_url, data_dir=other)

    with (
        open_hub(settings, guarded=False) as opened,
        pytest.raises(RestoreRefusedError, match="do not open"),
    ):
        reconcile(opened)


def test_nobody_serves_before_a_restore_is_finished(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / UNFINISHED).touch()

    with pytest.raises(LedgerBehindError, match="not finished"), open_hub(hub.settings):
        pass


def test_a_restore_whose_files_have_no_place_yet_is_not_finished_by_checking(
    hub: Hub, tmp_path: Path
) -> None:
    (tmp_path / UNFINISHED).write_text("laying")

    with pytest.raises(RestoreRefusedError, match="without --check"):
        finish_restore(hub.settings, laid=False)

    (tmp_path / UNFINISHED).write_text("laid")
    assert finish_restore(hub.settings, laid=False).position == 0
    assert not (tmp_path / UNFINISHED).exists()


def test_an_empty_ledger_that_a_backup_knows_otherwise_is_refused(hub: Hub, tmp_path: Path) -> None:
    folder = BackupFolder(tmp_path / "backups")
    settings = hub.settings.model_copy(update={"backup_dir": folder.folder})
    for position in (0, 7):
        with folder.alone():
            made = backup(NOON + timedelta(days=position), position=position)
            draft = folder.draft(made.name)
            draft.mkdir()
            folder.keep(draft, made)
        if position:
            with pytest.raises(LedgerBehindError, match=made.name), open_hub(settings):
                pass
        else:
            with open_hub(settings):
                pass

    settle(hub, *report(1, hub))
    with open_hub(settings):
        pass


def test_an_erasure_that_the_journal_cannot_keep_is_not_done(hub: Hub) -> None:
    settle(hub, *report(1, hub))
    subject = subject_of(hub, "C-1")
    hub.erasure_journal.path.parent.mkdir()
    hub.erasure_journal.path.mkdir()
    before = rows(hub, "SELECT * FROM vault.own_references ORDER BY id")

    with pytest.raises(ErasureJournalError, match="nothing was erased"):
        hub.rights.erase(subject, ErasureReason.COURT_ORDER)

    assert rows(hub, "SELECT * FROM vault.own_references ORDER BY id") == before
    hub.erasure_journal.path.rmdir()
    assert not hub.rights.erase(subject, ErasureReason.COURT_ORDER).already


def test_every_start_does_journalled_erasures_again(hub: Hub, clock: SettableClock) -> None:
    settle(hub, *report(1, hub))
    subject = subject_of(hub, "C-1")
    hub.rights.erase(subject, ErasureReason.COURT_ORDER)
    end = rows(hub, "SELECT position FROM ledger.head")
    # As a copy from before the erasure has it.
    change(hub, "UPDATE vault.subjects SET erased_at = NULL, wrapped_key = '\\x00'")

    with open_hub(hub.settings, clock=clock) as again:
        assert rows(again, "SELECT erased_at IS NOT NULL FROM vault.subjects") == [(True,)]

    assert rows(hub, "SELECT position FROM ledger.head") == end
