"""Writes what `make bench-projections` measured as a page."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.benchmarks.measuring import Leg, Standing


def write_page(
    path: Path,
    legs: Mapping[str, Sequence[Leg]],
    found: Sequence[Standing],
    about: Mapping[str, Any],
) -> None:
    """Write the tables of a run, and what they depend on."""
    path.write_text("\n".join(_lines(legs, found, about)) + "\n", encoding="utf-8")


def _lines(
    legs: Mapping[str, Sequence[Leg]], found: Sequence[Standing], about: Mapping[str, Any]
) -> list[str]:
    alone, rebuilding = about["readers"]["alone"], about["readers"]["rebuilding"]
    rows = sum(about["rows"].values())
    return [
        "# Rebuilding the views: measured",
        "",
        "Written by `make bench-projections`; all legs in one run, in turn, on one machine.",
        (
            f"{about['records']:,} records: {about['years']} synthetic years of {about['scale']}"
            f" of the nation; {rows:,} rows in {len(about['rows'])} views, every rebuild equal row"
            " for row."
        ),
        "",
        "| leg | events/s (median) | least | most |",
        "|---|---|---|---|",
        *(
            f"| {name} | {median(rates):,.0f} | {min(rates):,.0f} | {max(rates):,.0f} |"
            for name, taken in legs.items()
            if (rates := [each.rate for each in taken])
        ),
        "",
        "| goal | beside | ratio | least | most | floor | stretch | met |",
        "|---|---|---|---|---|---|---|---|",
        *(
            f"| {each.goal.number} {each.goal.leg} | {each.goal.peer} | {each.ratio:,.3f}x |"
            f" {each.least:,.3f}x | {each.most:,.3f}x | {each.goal.floor}x | {each.goal.stretch}x |"
            f" {each.word} |"
            for each in found
        ),
        "",
        (
            f"P7: a question's p99 is {rebuilding['p99_ms']:.1f} ms while views are rebuilt"
            f" ({rebuilding['answers']:,} answers), {alone['p99_ms']:.1f} ms without"
            f" ({alone['answers']:,}): {rebuilding['p99_ms'] / alone['p99_ms']:.2f}x, floor 1.5x."
            f" The swap held the live views for {max(about['swap_ms']):.1f} ms at most, floor 100"
            " ms."
        ),
        "",
        ", ".join(f"{name} {about[name]}" for name in _FACTS if name in about),
    ]


_FACTS = ("cpu", "cpus", "server_version", "fsync", "synchronous_commit", "python", "load", "at")
