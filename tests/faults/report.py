"""Writes `deploy/RELIABILITY.md` from the figures in `deploy/reliability.json`."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tests.faults.running import Result, Row

DEPLOY: Final = Path(__file__).parents[2] / "deploy"
FIGURES: Final = DEPLOY / "reliability.json"
PAGE: Final = DEPLOY / "RELIABILITY.md"
WORDS: Final = Path(__file__).with_name("RELIABILITY.md.in")


def kept(path: Path = FIGURES) -> dict[str, Any]:
    """Return the figures that are committed."""
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def collect(
    rows: Iterable[Row],
    results: Mapping[str, Result],
    mutants: Mapping[str, int | None],
    facts: Mapping[str, str],
) -> dict[str, Any]:
    """Return what the page is written from: results by row, mutants and how soon each was caught.

    mutants: the runs until it was caught; None: it survived.
    """
    return {
        "facts": dict(facts),
        "rows": {row.name: asdict(results[row.name]) for row in rows if row.name in results},
        "mutants": dict(mutants),
    }


def write(figures: Mapping[str, Any], path: Path = FIGURES) -> None:
    """Keep figures for the page."""
    path.write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n", encoding="utf-8")


def page(rows: Iterable[Row], figures: Mapping[str, Any]) -> str:
    """Return the whole page."""
    text = WORDS.read_text(encoding="utf-8")
    text = text.replace("{{results}}", "\n".join(_results(rows, figures["rows"])))
    text = text.replace("{{mutants}}", "\n".join(_mutants(figures["mutants"])))
    return text.replace("{{facts}}", "\n".join(_facts(figures["facts"])))


def _results(rows: Iterable[Row], found: Mapping[str, Any]) -> Iterable[str]:
    yield "| fault | done | asked in CI | asked at full size | failed | bound at 95 % | passes if |"
    yield "|---|--:|--:|--:|--:|--:|---|"
    for row in rows:
        if row.name not in found:
            yield f"| {row.fault} | not run | {row.ci:,} | {row.full:,} | | | {row.passes} |"
            continue
        result = Result(**found[row.name])
        failed = len(result.failures)
        # With three runs or fewer nothing is excluded.
        bound = f"{result.bound:.2g}" if not failed and result.bound < 1 else "none"
        yield (
            f"| {row.fault} | {result.done:,} {row.unit} | {row.ci:,} | {row.full:,} |"
            f" {failed} | {bound} | {row.passes} |"
        )


def _mutants(found: Mapping[str, int | None]) -> Iterable[str]:
    yield "| planted bug | caught |"
    yield "|---|---|"
    for name in sorted(found):
        runs = found[name]
        yield f"| {name} | {'NO' if runs is None else f'in run {runs}'} |"


def _facts(found: Mapping[str, str]) -> Iterable[str]:
    for name in sorted(found):
        yield f"* {name}: {found[name]}"
