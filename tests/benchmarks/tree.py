"""`make bench-tree`: the ledger's Merkle tree beside a plain SHA-256 chain, in one run.

Legs, taken in turn in every round, over the same number of records:
  grow       leaf hashes in PostgreSQL -> full tiles in PostgreSQL, durable
  memory     leaf hashes in memory -> the tree, nothing kept but its right edge
  chain      the least that makes history provable: each record hashed with the hash before it
  checkpoint a signature over the ledger as it stands; in checkpoints a second
  receipt    the inclusion proof of a record somewhere in the ledger; in receipts a second
A leg counts only if its result was checked. Prints a table and writes JSON beside it.
"""

import argparse
import json
import os
import platform
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from psycopg import Connection
from psycopg.sql import SQL, Identifier

from contracts.tlog_proofs import check_proof, parse_proof
from domain.merkle import EMPTY_ROOT, RightEdge, leaf_hash
from hub.embedded import EmbeddedPostgres
from hub.ledger.checkpointing import make_checkpoint
from hub.ledger.proving import receipt_for
from hub.ledger.tree import grow
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from tests.hub_steps import change
from tests.ledger_steps import SIGNER, hollow_leaves, write_hollow

ENTRY_BYTES = 225
CHECKPOINTS = 20
RECEIPTS = 200
EMPTY_TREE = (
    "ALTER TABLE ledger.tiles DISABLE TRIGGER append_only",
    "TRUNCATE ledger.tiles",
    "ALTER TABLE ledger.tiles ENABLE TRIGGER append_only",
)


@dataclass(frozen=True, kw_only=True)
class Leg:
    """What one leg did in one round."""

    name: str
    done: int
    seconds: float

    @property
    def rate(self) -> float:
        """Records, checkpoints or receipts a second."""
        return self.done / self.seconds


def run_grow(hub: Hub, records: int) -> Leg:
    """Build every full tile of a ledger whose tree is empty."""
    for statement in EMPTY_TREE:
        change(hub, statement)
    began = perf_counter()
    covered = grow(hub.ledger_database)
    seconds = perf_counter() - began
    if covered != records // 256 * 256:
        raise SystemExit(f"the tree covers {covered} records")
    return Leg(name="grow", done=covered, seconds=seconds)


def run_memory(records: int, root: bytes) -> Leg:
    """Build the same tree from hashes in memory."""
    leaves = hollow_leaves(records)
    edge = RightEdge()
    began = perf_counter()
    edge.extend(leaves)
    seconds = perf_counter() - began
    if edge.root() != root:
        raise SystemExit("the tree in memory has another root")
    return Leg(name="memory", done=records, seconds=seconds)


def run_chain(records: int) -> Leg:
    """Hash each record with the hash of the one before."""
    entry = bytes(ENTRY_BYTES)
    last = EMPTY_ROOT
    began = perf_counter()
    for _ in range(records):
        last = sha256(last + entry).digest()
    seconds = perf_counter() - began
    if last == leaf_hash(entry):
        raise SystemExit("the chain has one link")
    return Leg(name="chain", done=records, seconds=seconds)


def run_checkpoints(hub: Hub) -> Leg:
    """Sign a ledger that has grown by one record, again and again."""
    spent = 0.0
    for _ in range(CHECKPOINTS):
        write_hollow(hub, 1)
        began = perf_counter()
        make_checkpoint(hub.ledger_database, SIGNER, datetime.now(UTC))
        spent += perf_counter() - began
    return Leg(name="checkpoint", done=CHECKPOINTS, seconds=spent)


def run_receipts(hub: Hub, records: int, chance: Random) -> Leg:
    """Prove records anywhere in the ledger, and check each proof as a publisher would."""
    leaves = hollow_leaves(records)
    spent = 0.0
    for _ in range(RECEIPTS):
        position = chance.randint(1, records)
        began = perf_counter()
        receipt = receipt_for(hub.reader, position)
        spent += perf_counter() - began
        if receipt is None:
            raise SystemExit(f"position {position} has no receipt")
        check_proof(parse_proof(receipt.encode()), leaves[position - 1], SIGNER.verifier)
    return Leg(name="receipt", done=RECEIPTS, seconds=spent)


def facts(url: str, records: int) -> dict[str, Any]:
    """Return what the figures depend on."""
    with Connection.connect(url) as connection:
        values = {
            name: str(
                (connection.execute(SQL("SHOW {}").format(Identifier(name))).fetchone() or ("",))[0]
            )
            for name in ("server_version", "fsync", "synchronous_commit")
        }
    return {
        "records": records,
        "chain_bytes": ENTRY_BYTES,
        **values,
        "cpus": os.cpu_count(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }


def report(rounds: Sequence[Sequence[Leg]], about: dict[str, Any], out: Path) -> None:
    """Print medians, spread and the ratio to the chain; write everything as JSON."""
    rates = {
        leg.name: [each.rate for one in rounds for each in one if each.name == leg.name]
        for leg in rounds[0]
    }
    chain = median(rates["chain"])
    print(f"{'leg':<12}{'a second (median)':>20}{'min':>12}{'max':>12}{'of the chain':>15}")
    for name, values in rates.items():
        share = f"{median(values) / chain:.2f}x" if name in ("grow", "memory", "chain") else "-"
        print(
            f"{name:<12}{median(values):>20,.0f}{min(values):>12,.0f}{max(values):>12,.0f}{share:>15}"
        )
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps({"per_second": rates, "about": about}, indent=2) + "\n")
    print(f"written to {out}")


def main(arguments: Sequence[str]) -> None:
    """Run every leg in turn, round by round."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--records", type=int, default=300_000)
    parser.add_argument("--out", type=Path, default=Path("tests/artifacts/bench-tree.json"))
    asked = parser.parse_args(arguments)
    records: int = asked.records
    with (
        TemporaryDirectory(prefix="bench-") as folder,
        EmbeddedPostgres(Path(folder) / "postgres-data", None) as url,
        open_hub(Settings(database_url=url, data_dir=Path(folder) / "hub")) as hub,
    ):
        write_hollow(hub, records)
        change(hub, "VACUUM ANALYZE ledger.stored_events")
        root = make_checkpoint(hub.ledger_database, SIGNER, datetime.now(UTC)).root
        chance = Random(1)
        turns: list[Callable[[], Leg]] = [
            lambda: run_grow(hub, records),
            lambda: run_memory(records, root),
            lambda: run_chain(records),
            lambda: run_receipts(hub, records, chance),
        ]
        rounds = []
        for _ in range(asked.rounds):
            rounds.append([turn() for turn in turns])
            told = ", ".join(f"{leg.name} {leg.rate:,.0f}/s" for leg in rounds[-1])
            print(told, file=sys.stderr)
        # Last, because it makes the ledger longer.
        rounds = [[*legs, run_checkpoints(hub)] for legs in rounds]
        report(rounds, facts(url, records), asked.out)


if __name__ == "__main__":
    main(sys.argv[1:])
