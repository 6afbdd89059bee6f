"""An operator archives the ledger, verifies the archive alone, moves payloads there and back."""

import json
from pathlib import Path

from hub.settings import Settings
from hub.wiring import open_hub
from tests.archive_steps import archive_all, sign, small_partitions
from tests.e2e.program import Finished, run_hub
from tests.examples import message
from tests.hub_steps import follow, settle


def test_an_archive_is_written_verified_alone_and_holds_payloads(
    tmp_path: Path, database_url: str
) -> None:
    far = tmp_path / "far"
    settings = {"HUB_DATABASE_URL": database_url, "HUB_ARCHIVE_DIR": str(far)}
    here = Settings(database_url=database_url, data_dir=tmp_path, archive_dir=far)

    def hub(*arguments: str | Path) -> Finished:
        return run_hub(*arguments, data_dir=tmp_path, settings=settings)

    with open_hub(here) as opened:
        small_partitions(opened, 2)
        settle(opened, message())
        follow(opened)
        archive_all(opened)
        sign(opened, opened.log_signer)
        key = str(opened.log_signer.verifier)
    archived = json.loads(hub("archive", "--all", "--json").out)
    alone = hub("verify", far, "--key", key)
    detached = hub("archive", "detach", "--older-than", "0d")
    whole = json.loads(hub("verify", "--json").out)
    attached = json.loads(hub("archive", "attach", "--all", "--json").out)
    segment = next(far.rglob("*[0-9].parquet"))
    segment.write_bytes(segment.read_bytes()[:-1])
    damaged = hub("verify", far)
    wrong = hub("archive", "detach", "--older-than", "a year")

    assert archived["segments"] == 1
    assert (alone.code, alone.out.startswith(f"All {archived['position']} archived")) == (0, True)
    assert (detached.code, "detached" in detached.out) == (0, True)
    assert (whole["problem"], whole["detached"]) == (None, 2)
    assert [each["result"] for each in attached] == ["attached"]
    assert (damaged.code, damaged.out.startswith(segment.name.upper())) == (1, True)
    assert (wrong.code, wrong.err) == (2, "hub: --older-than is a number of days: 400d.\n")
