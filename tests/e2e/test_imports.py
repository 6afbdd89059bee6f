"""An SSDA903 return goes in whole, row by row, once."""

import json
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any

from tests.e2e.program import run_hub

# What the return's own README says about it.
ROWS = {"header.csv": 60, "episodes.csv": 110, "missing.csv": 30, "uasc.csv": 6}
WITH_FINDINGS = {15: {"575"}, 20: {"INT04"}, 23: {"575", "577"}, 26: {"581"}, 27: {"574"}}
ENDS = ("accepted", "duplicate", "conflict", "rejected", "in_flight")


def test_every_row_of_a_return_is_accounted_for_and_a_second_import_changes_nothing(
    data_dir: Path,
) -> None:
    first = imported(data_dir)
    counted = counts(data_dir)
    second = imported(data_dir)

    assert {name: each["rows"] for name, each in first["files"].items()} == ROWS
    assert all(sum(each[end] for end in ENDS) == each["rows"] for each in balances(first, second))
    assert (first["accepted"], first["rejected"]) == (205, 1)
    assert [(each["row"], each["code"]) for each in first["rejections"]] == [(6, "1004")]
    assert findings(first) == {**WITH_FINDINGS, 30: {"567"}}
    assert (second["accepted"], second["duplicate"], second["rejected"]) == (0, 205, 1)
    assert findings(second) == findings(first)
    assert counts(data_dir) == counted


def test_the_state_of_the_hub_balances_after_an_import(data_dir: Path) -> None:
    imported(data_dir)

    done = run_hub("status", "--json", data_dir=data_dir)

    state = json.loads(done.out)
    sent, rows = state["submissions"], state["source_episodes"]
    assert done.code == 0
    assert sent["received"] == sum(sent[end] for end in ENDS)
    assert rows["total"] == sum(rows.values()) - rows["total"] - rows["balanced"]
    assert rows["authority_only"] > 0
    assert state["ledger_position"] == state["projection_position"] == state["linked_position"]


def imported(data_dir: Path) -> dict[str, Any]:
    with as_file(files("hub.synthetic").joinpath("ssda903_sample")) as folder:
        arguments = ("ssda903", folder, "--publisher", "la-330", "--year", "2026", "--json")
        done = run_hub("import", *arguments, data_dir=data_dir)
    assert (done.code, done.err) == (1, "")
    answer: dict[str, Any] = json.loads(done.out)
    return answer


def counts(data_dir: Path) -> list[dict[str, Any]]:
    done = run_hub("counts", "missing_incidents", "--by", "month", "--json", data_dir=data_dir)
    assert done.code == 0, done.err
    rows: list[dict[str, Any]] = json.loads(done.out)["rows"]
    assert rows
    return rows


def findings(answer: dict[str, Any]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for each in answer["findings"]:
        found.setdefault(each["row"], set()).add(each["code"])
    return found


def balances(*answers: dict[str, Any]) -> list[dict[str, int]]:
    return [
        each for answer in answers for each in (answer, answer["events"], *answer["files"].values())
    ]
