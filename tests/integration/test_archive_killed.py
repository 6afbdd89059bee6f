"""A writer that is killed leaves an archive that is whole, and the next one goes on from there."""

import subprocess
import sys
from pathlib import Path
from random import Random
from time import sleep

from hub.archive.store import Archive
from hub.archive.verifying import verify_archive
from hub.archive.writing import archive_ledger
from hub.wiring import Hub
from tests.archive_steps import files_of, tell
from tests.ledger_steps import write

RANDOM_KILLS = 4
# A segment takes three renames: its two files, and the manifest.
RENAMES = 4
SEGMENT = 50
WRITER = """
import os
import signal
import sys
from pathlib import Path
from hub.archive.store import Archive
from hub.archive.writing import archive_ledger
from hub.database import Database, Role

url, folder, size, left = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])

def watch(event, _):
    global left
    if event == "os.rename":
        left -= 1
        if left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

database = Database(url, Role.INTAKE)
sys.addaudithook(watch)
print("ready", flush=True)
archive_ledger(database, Archive(folder), segment_positions=size)
"""


def kill(hub: Hub, *, at_rename: int = 0, after_seconds: float = 60.0) -> bool:
    """Start a writer that is killed, by itself or from here; return whether it was at work yet."""
    command = [sys.executable, "-c", WRITER, hub.database_url, str(hub.archive.folder)]
    with subprocess.Popen(
        [*command, str(SEGMENT), str(at_rename)], stdout=subprocess.PIPE
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"ready\n"
        if not at_rename:
            sleep(after_seconds)
            process.kill()
        return process.wait() < 0


def test_a_killed_writer_leaves_no_trace_in_the_bytes(hub: Hub, tmp_path: Path) -> None:
    random = Random(4)
    tell(hub, children=4)
    write(hub, 3_000)
    undisturbed = Archive(tmp_path / "undisturbed")
    archive_ledger(hub.ledger_database, undisturbed, segment_positions=SEGMENT)

    for at_rename in range(1, RENAMES + 1):
        assert kill(hub, at_rename=at_rename)
        assert verify_archive(Archive(hub.archive.folder)).problem is None
    for _ in range(RANDOM_KILLS):
        kill(hub, after_seconds=random.uniform(0.05, 0.6))
        assert verify_archive(Archive(hub.archive.folder)).problem is None
    archive_ledger(hub.ledger_database, hub.archive, segment_positions=SEGMENT)

    assert files_of(hub.archive.folder) == files_of(undisturbed.folder)
