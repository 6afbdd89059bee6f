"""A full disk: the database on 64 MiB of memory, filled to the last byte, then freed again."""

import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

from domain.errors import HubError
from hub.database import migrate
from hub.embedded import EmbeddedPostgres
from hub.wiring import utc_now
from tests.faults.client import ACCEPTED, Client
from tests.faults.https import Door
from tests.faults.hubs import SmallHub
from tests.faults.oracle import FaultFoundError
from tests.faults.processes import wait_until
from tests.faults.publishers import Sent
from tests.faults.running import Attempt
from tests.faults.site import Site
from tests.faults.stage import Stage

MIB: Final = 64
FULL: Final = 503
MOST_BATCHES: Final = 800
BATCH: Final = 50


class NoRootError(Exception):
    """A disk of its own cannot be made; the message says what is missing."""


@contextmanager
def disk_full(site: Site, seed: int, *, kind: type[SmallHub] = SmallHub) -> Iterator[Attempt]:
    """Give what fills the disk while a publisher sends, then frees it."""
    with small_disk() as mount:
        server = EmbeddedPostgres(mount, os_user=None)
        with server as url:
            migrate(url)
            hub = kind(site.settings(url, kafka=False), url, utc_now)
            play = Stage(site, url, hub, seed=seed, kafka=False)
            play.uncertain = True
            door = Door(play, kind)

            def attempt(_number: int) -> None:
                _send(play, door.client, play.direct.messages(BATCH))
                refused = _fill(play, door.client, mount)
                (mount / "filler").unlink()
                # Whoever supervises the server starts it again; the API recovers alone.
                wait_until(lambda: _recovers(server, play, door.client, refused), "a recovery")
                play.check_ledger()

            try:
                yield attempt
                play.follow()
                play.check_views()
            finally:
                door.close()
                hub.close()


@contextmanager
def small_disk() -> Iterator[Path]:
    """Give a directory on a file system of 64 MiB. Raises NoRootError without the right."""
    mount = Path(mkdtemp(prefix="hub-disk-"))
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={MIB}m,mode=0700", "tmpfs", str(mount)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        mount.rmdir()
        raise NoRootError(
            "A tmpfs cannot be mounted here: run as root, or in a user namespace"
            " (unshare -Urm .venv/bin/python -m tests.faults --only disk-full)."
            f" mount said: {done.stderr.strip()}"
        )
    try:
        yield mount
    finally:
        subprocess.run(["umount", "--lazy", str(mount)], check=False)
        with suppress(OSError):
            mount.rmdir()


def _fill(play: Stage, client: Client, mount: Path) -> list[Sent]:
    """Fill the disk but for a little, and send until the hub refuses; return what it refused."""
    left = shutil.disk_usage(mount).free - play.random.randrange(0, 512 * 1024)
    with (mount / "filler").open("wb") as filler:
        os.posix_fallocate(filler.fileno(), 0, max(1, left))
    for _ in range(MOST_BATCHES):
        messages = play.direct.messages(BATCH)
        answer = client.post(messages)
        if answer.status != ACCEPTED:
            if answer.status != FULL or not answer.headers.get("retry-after", "").isdecimal():
                raise FaultFoundError(f"a full disk is answered {answer.status}")
            return messages
        play.oracle.acknowledge(messages)
    raise FaultFoundError("the disk never became full")


def _recovers(server: EmbeddedPostgres, play: Stage, client: Client, messages: list[Sent]) -> bool:
    try:
        server.keep_up()
    except HubError:
        # The supervisor tries again, too.
        time.sleep(0.2)
        return False
    return _send(play, client, messages)


def _send(play: Stage, client: Client, messages: list[Sent]) -> bool:
    if client.post(messages).status != ACCEPTED:
        time.sleep(0.2)
        return False
    play.oracle.acknowledge(messages)
    return True
