"""Prints what a rebuild found, and lists the rows that differ."""

import csv
from collections.abc import Iterator
from pathlib import Path

from hub.columnar.differing import LISTED, DifferentRow
from hub.console import say, table
from hub.rebuilding import Rebuilt


def print_rebuilt(done: Rebuilt) -> None:
    """Print the checksums of every view in both builds, and the first rows that differ."""
    table(
        f"Build {done.build}, at ledger position {done.position}",
        ("view", "checksum before", "checksum now", "rows"),
        [
            (each.view, each.live[0], each.fresh[0], f"{each.fresh[1]:,}")
            for each in done.comparisons
        ],
    )
    if not done.same_definition:
        say("The live views were of other definitions: their rows are not compared.")
    elif done.equal:
        say("Every row is the same.")
    else:
        _print_differences(done)
    if done.swapped:
        say(f"Readers see the fresh views; the swap took {done.locked_seconds * 1000:.0f} ms.")
    else:
        say("Readers see what they saw before; the fresh views are gone.")


def write_differences(path: Path, done: Rebuilt) -> None:
    """Write every row that differs as CSV: its view, which build has it, its key, in what."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("view", "in", "key", "columns"))
        out.writerows(
            (row.view, row.where, _key(row), " ".join(row.columns)) for row in _rows(done)
        )


def _print_differences(done: Rebuilt) -> None:
    table(
        "ROWS DIFFER from the live views",
        ("view", "only in the live one", "only in the fresh one", "changed"),
        [
            (each.view, f"{found.only_live:,}", f"{found.only_fresh:,}", f"{found.changed:,}")
            for each in done.comparisons
            if (found := each.differences) is not None
        ],
        numbers=3,
    )
    shown = list(_rows(done))[:LISTED]
    table(
        f"The first {len(shown)} of them",
        ("view", "in", "key", "columns that differ"),
        [(row.view, row.where, _key(row), ", ".join(row.columns)) for row in shown],
        numbers=0,
    )


def _rows(done: Rebuilt) -> Iterator[DifferentRow]:
    for each in done.comparisons:
        if each.differences is not None:
            yield from each.differences.first


def _key(row: DifferentRow) -> str:
    return ", ".join(f"{name}={value}" for name, value in row.key)
