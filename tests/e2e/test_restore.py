"""The worst day: the database is destroyed, and everything that was acknowledged comes back."""

import json
import shutil
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import pytest

from domain.errors import BackupFailedError, RestoreRefusedError
from domain.vocabulary import ErasureReason
from hub.backup.copying import BaseBackups
from hub.backup.laying import lay
from hub.backup.manifest import check_copy
from hub.backup.server import SLOT, Server
from hub.backup.shipping import Shipper
from hub.backup.watching import BackupCollector
from hub.wiring import Hub
from tests.e2e.program import run_hub
from tests.examples import COVENTRY, NOON, message
from tests.hub_steps import change, follow, rows, settle, subject_of
from tests.restore_steps import Site, report, state, wait_until_received

CHILDREN = "SELECT count(wrapped_key), count(erased_at) FROM vault.subjects"


@pytest.fixture
def site() -> Iterator[Site]:
    """Give the places of a hub, which the user that runs PostgreSQL for root can reach."""
    top = Path(mkdtemp(prefix="hub-restore-"))
    top.chmod(0o755)
    yield Site(top=top)
    shutil.rmtree(top)


def restore(site: Site, *options: str) -> tuple[int, dict[str, Any], str]:
    """Run the command; return its code, its answer, and what it complained of."""
    done = run_hub("restore", "--json", *options, data_dir=site.data_dir, settings=site.variables)
    return done.code, json.loads(done.out) if done.out else {}, done.err


def test_a_destroyed_database_comes_back_whole_from_backup_and_log(site: Site) -> None:
    with site.hub() as hub:
        backups = hub.backups_in(site.top / "backups")
        shipper = Shipper(backups, hub.clock)
        first = [each for child in range(1, 6) for each in report(child, hub)]
        settle(hub, *first)
        follow(hub)
        shipper.step()
        settle(hub, *(each for child in range(6, 11) for each in report(child, hub)))
        follow(hub)
        signed = hub.archivist.checkpoint().size
        second = [each for child in range(1, 4) for each in report(child, hub, publisher=COVENTRY)]
        settle(hub, *second, b"{", *first[:2])
        hub.rights.erase(subject_of(hub, "C-1"), ErasureReason.RETENTION_ENDED)
        before = state(hub)
        wait_until_received(hub.database_url)
        site.lose_the_database()
        shipper.close()
    (made,) = backups.folder.backups()

    refuse_without_keys(site)
    refuse_damaged(backups.folder.files(made))
    code, told, error = restore(site)

    assert (code, error) == (0, "")
    assert (told["position"], told["erased"], told["lost"]) == (before.position, 0, [])
    with pytest.raises(RestoreRefusedError, match="There is a database"):
        lay(backups.folder, made, site.data_dir, None, now=NOON)
    with site.hub() as hub:
        assert state(hub) == before
        assert before.balanced
        assert rows(hub, CHILDREN) == [(12, 1)]
        again = settle(hub, *first, *second)
        assert {each.outcome.value for each in again} == {"duplicate"}
        (fresh,) = settle(hub, message(child="C-2", subject="E-2b", left="2026-03-20"))
        assert fresh.position is not None
        assert fresh.position > before.position > signed
        assert hub.archivist.checkpoint().size > signed
        # Another history of the server, whose log begins anew.
        assert hub.backups_in(site.top / "backups").server.identify().timeline > made.timeline


def test_a_log_that_was_lost_is_received_anew_behind_a_new_backup(site: Site) -> None:
    with site.hub() as hub:
        backups = hub.backups_in(site.top / "backups")
        shipper = Shipper(backups, hub.clock)
        shipper.step()
        shipper.step()
        (first,) = backups.folder.backups()
        assert backups.receiving() == first.stream
        assert told(hub, backups) == {
            "hub_backup_timestamp_seconds": NOON.timestamp(),
            "hub_backup_receiving": 1.0,
            "hub_backup_log_breaks_total": 0.0,
        }
        shipper.close()
        change(hub, "SELECT pg_drop_replication_slot(%s)", [SLOT])
        site.clock.move(timedelta(hours=1))

        shipper.step()
        shipper.close()

        again = backups.folder.choose(None)
        assert again.name > first.name
        assert again.stream not in (first.stream, None)
        assert backups.receiving() is None
        assert told(hub, backups)["hub_backup_log_breaks_total"] == 1.0

    done = run_hub("backup", "--json", data_dir=site.data_dir, settings=site.variables)

    assert done.code == 0, done.err
    # Made by today's clock, by which the other two are far too old to be kept.
    (left,) = backups.folder.backups()
    assert json.loads(done.out)["name"] == left.name
    assert left.stream is None


def told(hub: Hub, backups: BaseBackups) -> dict[str, float]:
    """Return what operations are told of backups, but for sizes."""
    return {
        sample.name: sample.value
        for metric in BackupCollector(backups.folder, hub.reader).collect()
        for sample in metric.samples
        if not sample.name.endswith("_bytes")
    }


def refuse_without_keys(site: Site) -> None:
    """See that nothing is touched as long as the vault's keys are elsewhere."""
    keys = site.data_dir / "keys"
    keys.rename(site.top / "keys")
    assert "key" in restore(site)[2]
    assert not (site.data_dir / "postgres").exists()
    (site.top / "keys").rename(keys)


def refuse_damaged(files: Path) -> None:
    """See that a copy is not used that has one bit wrong."""
    path = next(each for each in sorted((files / "base").rglob("*")) if each.stat().st_size == 8192)
    whole = path.read_bytes()
    path.write_bytes(whole[:4000] + bytes([whole[4000] ^ 1]) + whole[4001:])
    with pytest.raises(BackupFailedError, match=f"{path.relative_to(files)} is not as it was"):
        check_copy(Server(""), files, log=True)
    path.write_bytes(whole)
