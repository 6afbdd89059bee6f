"""`make bench-ledger`: appending to the ledger beside its peers, on one server, in one run.

Legs of the append, taken in turn in every round, over the same events:
  ours           keyed de-duplication, gapless order and leaf hashes; 5,000 a commit, as intake does
  ours-1000      the same, 1,000 a commit
  copy           psycopg's binary COPY into the eventsourcing library's table with its indexes
  insert_events  the library's recorder, 1,000 a call
  emmett         Emmett on Node.js, 1,000 a request
  umadb          an UmaDB server on a file of its own, 1,000 a request
Then growth (a small ledger beside a big one), proofs (intake with and without its cryptography)
and losses (readers that tail while eight write). A leg counts only if its result was checked.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hub.collecting import rare_collections
from hub.database import Database, Role, migrate
from hub.embedded import EmbeddedPostgres
from hub.logs import configure_logs
from tests.benchmarks.ledger_growth import measure_growth
from tests.benchmarks.ledger_losses import count_losses
from tests.benchmarks.ledger_peers import run_copy, run_emmett, run_insert_events, run_umadb
from tests.benchmarks.ledger_proofs import measure_proofs
from tests.benchmarks.ledger_rows import make_drafts, make_keys, record_leg
from tests.benchmarks.measuring import (
    Goal,
    Leg,
    database_on,
    machine_facts,
    print_legs,
    print_standings,
    standings,
    take_turns,
    write_json,
)

PARTS = ("append", "growth", "proofs", "losses")
A_COMMIT = 5_000
GOALS = (
    Goal(number="P3", leg="ours", peer="copy", floor=0.35, stretch=0.65),
    Goal(number="P4", leg="ours-1000", peer="insert_events", floor=1.7, stretch=3.3),
    Goal(number="P4", leg="ours-1000", peer="emmett", floor=1.5, stretch=3.0),
    Goal(number="P4", leg="ours-1000", peer="umadb", floor=0.2, stretch=0.35),
)


def main(arguments: Sequence[str]) -> None:
    """Run the parts that are asked for."""
    asked = _parser().parse_args(arguments)
    configure_logs("error", human=True)
    with TemporaryDirectory(prefix="bench-") as folder:
        data = Path(folder)
        # Garbage is looked for as rarely as in intake, for the peers as well.
        with EmbeddedPostgres(data / "postgres-data", None) as server, rare_collections():
            about: dict[str, Any] = machine_facts(server)
            for part in asked.parts or PARTS:
                print(f"\n{part}", file=sys.stderr)
                if part == "append":
                    legs, goals = measure_append(asked, server, data)
                    about["bytes_each"] = len(make_drafts(1, 0)[0].state)
                elif part == "growth":
                    legs, goals = measure_growth(asked, server, data)
                elif part == "proofs":
                    legs, goals = measure_proofs(asked, server, data)
                else:
                    legs, goals = {}, ()
                    about |= count_losses(asked.lossy_events, server)
                told(part, legs, goals, about, asked.out)


def told(
    part: str,
    legs: Mapping[str, Sequence[Leg]],
    goals: Sequence[Goal],
    about: Mapping[str, Any],
    out: Path,
) -> None:
    """Print a part's figures and keep them."""
    found = standings(legs, goals)
    if legs:
        print_legs(legs)
        print_standings(found)
    write_json(out.with_name(f"{out.stem}-{part}.json"), legs, found, about)


def measure_append(
    asked: argparse.Namespace, server: str, folder: Path
) -> tuple[Mapping[str, Sequence[Leg]], Sequence[Goal]]:
    """Run ours and its peers in turn, each on a fresh database."""
    keys = make_keys(folder / "keys")
    drafts = make_drafts(asked.events, seed=1)

    def ours(name: str, a_commit: int) -> Leg:
        url = database_on(server, "ours")
        migrate(url)
        database = Database(url, Role.INTAKE)
        try:
            return record_leg(name, database, keys, drafts, a_commit)
        finally:
            database.close()

    turns = {
        "ours": lambda _number: ours("ours", A_COMMIT),
        "copy": lambda _number: run_copy(server, drafts, A_COMMIT),
        "ours-1000": lambda _number: ours("ours-1000", 1_000),
        "insert_events": lambda _number: run_insert_events(server, drafts),
        "emmett": lambda _number: run_emmett(server, drafts, folder),
        "umadb": lambda _number: run_umadb(drafts, folder),
    }
    return take_turns(turns, asked.rounds), GOALS


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []], help="none: every part")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=100_000, help="that every leg records")
    parser.add_argument("--big", type=int, default=36_000_000, help="records of the big ledger")
    parser.add_argument("--small", type=int, default=1_000_000, help="records of the small one")
    parser.add_argument("--messages", type=int, default=50_000, help="that intake settles")
    parser.add_argument("--lossy-events", type=int, default=1_000_000)
    parser.add_argument("--out", type=Path, default=Path("tests/artifacts/bench-ledger.json"))
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
