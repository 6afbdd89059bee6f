"""What end-to-end tests share: data directories, a synthetic nation, and a hub that serves it."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp
from typing import Final

import httpx
import pytest

from hub.embedded import EmbeddedPostgres
from tests.e2e.program import Serving, run_hub, serving, wait_until_followed

YEAR: Final = "2026"
MONTH: Final = "2026-03"
SCALE: Final = "0.03"
LARGEST_BATCH: Final = 500


@dataclass(frozen=True, kw_only=True)
class NationalHub:
    """A hub that serves a month of the whole nation, but for one file that is not sent yet.

    last: the file of the publisher that a test sends itself.
    """

    data_dir: Path
    serving: Serving
    last: Path


@pytest.fixture
def fresh_dir() -> Iterator[Path]:
    """Give a data directory that does not exist yet, and remove it after the test."""
    yield from new_directory()


@pytest.fixture(scope="module")
def data_dir() -> Iterator[Path]:
    """Give a data directory that a module's tests share; its PostgreSQL stays up between them."""
    for directory in new_directory():
        with EmbeddedPostgres(directory, os_user=None):
            yield directory


@pytest.fixture(scope="session")
def nation() -> Iterator[Path]:
    """Give the files of a small synthetic nation for one month, one file a publisher."""
    for directory in new_directory():
        done = run_hub(
            *("generate", "--year", YEAR, "--month", "3", "--scale", SCALE, directory),
            data_dir=directory,
        )
        assert done.code == 0, done.err
        yield directory


@pytest.fixture(scope="session")
def national_hub(nation: Path) -> Iterator[NationalHub]:
    """Give a running hub to which the nation was sent over HTTP, but for one authority."""
    authorities = sorted(nation.glob("la-*.ndjson"), key=lambda each: each.stat().st_size)
    *_, last = authorities
    sent = [each for each in sorted(nation.glob("*.ndjson")) if each != last]
    events = [line for each in sent for line in each.read_bytes().splitlines()]
    for directory in new_directory():
        with serving(directory) as running:
            for begin in range(0, len(events), LARGEST_BATCH):
                send(running, events[begin : begin + LARGEST_BATCH])
            wait_until_followed(running)
            yield NationalHub(data_dir=directory, serving=running, last=last)


@pytest.fixture(scope="session")
def trial_hub() -> Iterator[Serving]:
    """Give a running hub that holds nothing at first, for what publishers try out."""
    for directory in new_directory():
        with serving(directory) as running:
            yield running


def send(running: Serving, events: list[bytes]) -> None:
    """Send a batch over HTTP as the operator."""
    answer = httpx.post(
        f"{running.url}/v1/events",
        content=b"[" + b",".join(events) + b"]",
        headers={
            "Authorization": f"Bearer {running.token}",
            "Content-Type": "application/cloudevents-batch+json",
        },
        timeout=60,
    )
    assert answer.status_code == httpx.codes.ACCEPTED, answer.text


def new_directory() -> Iterator[Path]:
    """Give the name of a directory that is not there; whatever it is by then is removed."""
    # Not pytest's own place: it is closed to the user that runs PostgreSQL for root.
    parent = Path(mkdtemp(prefix="hub-e2e-"))
    parent.chmod(0o755)
    yield parent / "data"
    shutil.rmtree(parent)
