"""`make bench-restore`: a month of the nation, and a server that is killed while it is written.

Each round writes on until the server is killed with SIGKILL and its directory deleted, restores it
with what `hub restore` runs, and holds the result against what had been acknowledged:
  log      base backup, and the log received by the role backup until the kill
  archive  base backup only; the rest comes from the ledger's archive, which is behind by design
RPO is what was acknowledged and is not back, in positions and in seconds of acknowledging. RTO is
from the command to views that are up to date. Prints a table and writes JSON beside it.
"""

import argparse
import json
import os
import shutil
import signal
import sys
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from logging import getLogger
from pathlib import Path
from tempfile import mkdtemp
from threading import Thread
from time import perf_counter, sleep

from domain.errors import HubError
from hub.backup.folder import BackupFolder
from hub.backup.laying import finish, lay, recover
from hub.backup.shipping import Shipper
from hub.embedded import EmbeddedPostgres
from hub.identity.sealing import seal_if_open
from hub.intake import Batch
from hub.logs import configure_logs
from hub.message_reading import Message
from hub.restoring import reconcile
from hub.settings import Settings
from hub.synthetic.generation import generate
from hub.synthetic.options import Options
from hub.wiring import Hub, open_hub, utc_now
from tests.benchmarks.measuring import machine_facts
from tests.embedded_steps import server_pid, wait_until_dead

A_COMMIT = 500


@dataclass(frozen=True, kw_only=True)
class Measured:
    """One disaster: what it cost, and how long it took to get over it."""

    kind: str
    records: int
    backup_seconds: float
    backup_megabytes: float
    lost_positions: int
    lost_seconds: float
    copy_seconds: float
    recovery_seconds: float
    reconcile_seconds: float
    filled: int
    to_send_again: int

    @property
    def rto(self) -> float:
        """Seconds from the command to views that are up to date."""
        return self.copy_seconds + self.recovery_seconds + self.reconcile_seconds


class Writer(Thread):
    """Sends batches until the server is gone, and notes each acknowledgement."""

    def __init__(self, hub: Hub, batches: Iterator[list[bytes]]) -> None:
        """Take what is to be sent."""
        super().__init__(daemon=True)
        self._hub = hub
        self._batches = batches
        self.acknowledged: list[tuple[int, float]] = []

    def run(self) -> None:
        """Send on until nothing answers."""
        for batch in self._batches:
            try:
                self.acknowledged.append((settle(self._hub, batch), perf_counter()))
            except HubError:
                return


def main(arguments: Sequence[str]) -> None:
    """Measure and report."""
    asked = _parser().parse_args(arguments)
    configure_logs("error", human=True)
    # It says at length that the server is gone, which is the point.
    getLogger("psycopg.pool").setLevel("CRITICAL")
    top = Path(mkdtemp(prefix="bench-restore-"))
    top.chmod(0o755)
    try:
        done, facts = measure(asked, top)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    report(done, facts, asked.out)


def measure(asked: argparse.Namespace, top: Path) -> tuple[list[Measured], dict[str, object]]:
    """Load most of a month, then destroy and restore, each way, as often as asked."""
    generate(Options(year=2026, month=3, scale=asked.scale, seed=1), top / "nation")
    settings = Settings(
        data_dir=top / "data", archive_dir=top / "archive", backup_dir=top / "backups"
    )
    done = []
    with open_hub(settings) as hub:
        facts = machine_facts(hub.database_url)
        lines = (
            seal_if_open(line, hub.keys.sealing)
            for path in sorted((top / "nation").glob("*.ndjson"))
            for line in path.read_bytes().splitlines()
        )
        most = [*lines]
        kept = len(most) * 3 // 4
        rest = _batches(iter(most[kept:]))
        for batch in _batches(iter(most[:kept])):
            settle(hub, batch)
        catch_up(hub)
    for number in range(asked.rounds):
        for kind in ("log", "archive"):
            done.append(disaster(settings, kind, rest, asked.seconds))
            print(f"round {number + 1}, {kind}: RTO {done[-1].rto:.1f} s", file=sys.stderr)
    return done, facts


def disaster(
    settings: Settings, kind: str, batches: Iterator[list[bytes]], seconds: float
) -> Measured:
    """Back up, write on, kill, delete, restore."""
    backup_dir = settings.data_dir.parent / f"backups-{kind}"
    shutil.rmtree(backup_dir, ignore_errors=True)
    with open_hub(settings) as hub:
        shipper = Shipper(hub.backups_in(backup_dir), hub.clock)
        if kind == "log":
            shipper.step()
        else:
            hub.backups_in(backup_dir).make(None)
        writer = Writer(hub, batches)
        writer.start()
        sleep(seconds)
        if kind == "archive":
            hub.archivist.checkpoint()
            sleep(seconds / 4)
        destroy(settings.data_dir)
        writer.join()
        shipper.close()
    return restored(settings, kind, backup_dir, writer.acknowledged)


def restored(
    settings: Settings, kind: str, backup_dir: Path, acknowledged: Sequence[tuple[int, float]]
) -> Measured:
    """Restore with what the command runs, and see what is missing."""
    folder = BackupFolder(backup_dir)
    backup = folder.choose(None)
    began = perf_counter()
    lay(folder, backup, settings.data_dir, settings.postgres_user, now=utc_now())
    laid = perf_counter()
    with EmbeddedPostgres(settings.data_dir, settings.postgres_user) as url:
        recover(url)
        recovered = perf_counter()
        with open_hub(settings, guarded=False) as hub:
            found = reconcile(hub)
        ended = perf_counter()
    finish(settings.data_dir)
    back = max(found.database, found.archived)
    lost = [at for position, at in acknowledged if position > back]
    last = acknowledged[-1]
    return Measured(
        kind=kind,
        records=found.position,
        backup_seconds=backup.seconds,
        backup_megabytes=backup.bytes / 1e6,
        lost_positions=max(0, last[0] - back),
        lost_seconds=last[1] - min(lost) if lost else 0.0,
        copy_seconds=laid - began,
        recovery_seconds=recovered - laid,
        reconcile_seconds=ended - recovered,
        filled=max(0, found.archived - found.database),
        to_send_again=len(found.lost),
    )


def settle(hub: Hub, batch: Sequence[bytes]) -> int:
    """Send a batch; return the last position that it was acknowledged with."""
    messages = [Message(raw=raw, sent_by=None) for raw in batch]
    settled = hub.intake.settle(Batch(messages=messages, transport="https"))
    return max((each.position or 0 for each in settled), default=0)


def catch_up(hub: Hub) -> None:
    """Link and project all that is there, and sign it."""
    hub.linker.catch_up()
    hub.projector.catch_up(hub.projector.active_build())
    hub.archivist.checkpoint()


def destroy(data_dir: Path) -> None:
    """Kill the server and delete everything of it."""
    server = server_pid(data_dir)
    os.kill(server, signal.SIGKILL)
    wait_until_dead(server)
    home = (data_dir / "postgres").resolve()
    while home.exists():
        shutil.rmtree(home, ignore_errors=True)


def report(done: Sequence[Measured], facts: dict[str, object], out: Path) -> None:
    """Print the table, and keep everything in a file."""
    print(
        f"{'kind':<9}{'records':>9}{'backup':>17}{'RPO':>20}{'RTO':>9}"
        f"{'copy':>8}{'log':>8}{'check':>8}{'filled':>9}{'again':>8}"
    )
    for each in done:
        backup = f"{each.backup_megabytes:,.0f} MB {each.backup_seconds:.1f} s"
        rpo = f"{each.lost_positions:,} in {each.lost_seconds:.2f} s"
        print(
            f"{each.kind:<9}{each.records:>9,}{backup:>17}{rpo:>20}{each.rto:>7.1f} s"
            f"{each.copy_seconds:>8.1f}{each.recovery_seconds:>8.1f}{each.reconcile_seconds:>8.1f}"
            f"{each.filled:>9,}{each.to_send_again:>8,}"
        )
    values = {"disasters": [{**asdict(each), "rto": each.rto} for each in done], "about": facts}
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(values, indent=2) + "\n", encoding="utf-8")
    print(", ".join(f"{name} {value}" for name, value in facts.items()))
    print(f"written to {out}")


def _batches(lines: Iterator[bytes]) -> Iterator[list[bytes]]:
    while batch := list(islice(lines, A_COMMIT)):
        yield batch


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--scale", type=float, default=1.0, help="share of the nation")
    parser.add_argument("--rounds", type=int, default=3, help="disasters of each kind")
    parser.add_argument("--seconds", type=float, default=2.0, help="of writing before each")
    parser.add_argument("--out", type=Path, default=Path("build/bench-restore.json"))
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
