"""`make bench-answers`: how fast counts are answered, and how soon they know what was accepted.

P9: GET /v1/counts of a national year over HTTP, beside a hand-written GROUP BY over the same facts,
in turn; a leg counts only if both give the same cells. The facts are drawn at random, as many as a
nation has. P8: events are posted at a steady rate to a hub whose roles run as processes; accepted:
the answer to the POST has come, with the event in the ledger; visible: the views have passed its
position. The rate is doubled until the slowest hundredth takes longer than a second.
"""

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from hub.embedded import EmbeddedPostgres
from hub.foundations import KEYS
from hub.identity.keys import load_keys
from hub.logs import configure_logs
from hub.settings import Settings
from hub.wiring import open_hub
from tests.benchmarks.answers_counted import compare
from tests.benchmarks.answers_facts import fill
from tests.benchmarks.answers_visible import ramp
from tests.benchmarks.backfill_load import roles
from tests.benchmarks.measuring import database_on, machine_facts

LIVE: Final = ("link", "project", "api")


def main(arguments: Sequence[str]) -> None:
    """Measure both, print tables, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--episodes", type=int, default=250_000, help="a source's, in the year")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=40, help="of a leg in a round")
    parser.add_argument("--seconds", type=float, default=12.0, help="at each rate")
    parser.add_argument("--fastest", type=int, default=6_400, help="the last rate tried")
    parser.add_argument("--out", type=Path, default=Path("tests/artifacts/bench-answers.json"))
    asked = parser.parse_args(arguments)
    configure_logs("error", human=True)
    with (
        TemporaryDirectory(prefix="bench-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres-data", None) as server,
    ):
        with counting(Path(folder) / "counts", server) as settings:
            counted = compare(settings, fill(settings, asked.episodes), asked)
        with live(Path(folder) / "live", server) as settings:
            visible = ramp(settings, asked)
        about = {**machine_facts(server), "episodes": asked.episodes}
    found = {"P9": counted, "P8": visible, "about": about}
    asked.out.parent.mkdir(parents=True, exist_ok=True)
    asked.out.write_text(json.dumps(found, indent=2) + "\n")
    print(", ".join(f"{name} {value}" for name, value in about.items()))


@contextmanager
def counting(folder: Path, server: str) -> Iterator[Settings]:
    """Give the settings of a hub of which nothing runs yet."""
    yield _settings(folder, database_on(server, "counts"), port=28_310)


@contextmanager
def live(folder: Path, server: str) -> Iterator[Settings]:
    """Run the roles of a hub without a broker for as long as the context lasts."""
    settings = _settings(folder, database_on(server, "live"), port=28_320)
    with open_hub(settings) as hub:
        hub.projector.active_build()
    with roles(settings, LIVE):
        yield settings


def _settings(folder: Path, url: str, *, port: int) -> Settings:
    settings = Settings(
        database_url=url,
        data_dir=folder,
        port=port,
        metrics_port=port + 1,
        log_level="error",
    )
    load_keys(settings.data_dir / KEYS, create=True)
    return settings


if __name__ == "__main__":
    main(sys.argv[1:])
