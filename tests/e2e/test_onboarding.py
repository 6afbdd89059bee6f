"""Invented data of one publisher goes through every door as it was generated."""

import json
from collections import Counter
from pathlib import Path
from typing import Final

import httpx

from tests.e2e.conftest import LARGEST_BATCH
from tests.e2e.program import Serving, run_hub

PUBLISHER: Final = "la-330"


def test_a_generated_file_passes_the_dry_run_the_sending_and_the_repeat(
    nation: Path, data_dir: Path
) -> None:
    path = nation / f"{PUBLISHER}.ndjson"
    events = len(path.read_bytes().splitlines())
    repeats = events - len(distinct(path))

    checked = published(path, data_dir, "--dry-run")
    position = status(data_dir)["ledger_position"]
    first, second = published(path, data_dir), published(path, data_dir)

    assert position == 0
    assert (checked["dry_run"], first["dry_run"]) == (True, False)
    for answer in (checked, first):
        assert (answer["rows"], answer["duplicate"]) == (events, repeats)
        assert (answer["accepted"], answer["rejected"]) == (events - repeats, 0)
    assert (second["accepted"], second["duplicate"]) == (0, events)


def test_the_same_file_passes_over_http(nation: Path, trial_hub: Serving) -> None:
    lines = (nation / f"{PUBLISHER}.ndjson").read_bytes().splitlines()

    checked, sent = (
        [
            outcome
            for begin in range(0, len(lines), LARGEST_BATCH)
            for outcome in posted(trial_hub, lines[begin : begin + LARGEST_BATCH], query)
        ]
        for query in ({"dry_run": "true"}, {})
    )

    assert len(checked) == len(sent) == len(lines)
    assert set(checked) | set(sent) <= {"accepted", "duplicate"}


def test_rejects_are_listed_by_the_command_here_and_over_http(
    data_dir: Path, trial_hub: Serving, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.ndjson"
    bad.write_text('{"id": 1}\n')
    remote = ("--url", trial_hub.url)
    settings = {"HUB_TOKEN": trial_hub.token}
    run_hub("publish", bad, "--publisher", "la-341", data_dir=data_dir)
    run_hub("publish", bad, "--publisher", "la-341", *remote, data_dir=data_dir, settings=settings)

    asked = ("rejects", "--publisher", "la-341", "--format")
    here = run_hub(*asked, "csv", data_dir=data_dir)
    there = run_hub(*asked, "json", *remote, data_dir=data_dir, settings=settings)
    none = run_hub(*asked, "csv", "--reason", "too-large", data_dir=data_dir)
    wrong = run_hub(*asked, "csv", "--since", "yesterday", data_dir=data_dir)

    assert (here.code, len(here.out.splitlines())) == (0, 2)
    assert "envelope-invalid" in here.out
    (listed,) = json.loads(there.out)["rejects"]
    assert listed["rejection"]["reason"] == "envelope-invalid"
    assert (none.code, len(none.out.splitlines())) == (0, 1)
    assert (wrong.code, wrong.out) == (2, "")


def test_a_delegate_publishes_for_its_principal(data_dir: Path, tmp_path: Path) -> None:
    path = tmp_path / "joint.ndjson"
    line = {
        "specversion": "1.0",
        "id": "joint-1",
        "source": "urn:missing-hub:publisher:la-318",
        "type": "missing.episode.voided.v1",
        "time": "2026-03-14T12:00:00Z",
        "subject": "E-1",
        "data": {"child": "C-1", "reason": "duplicate"},
    }
    path.write_text(json.dumps(line))

    joint = run_hub("publish", path, "--publisher", "la-314", "--json", data_dir=data_dir)
    other = run_hub("publish", path, "--publisher", "la-330", "--json", data_dir=data_dir)

    assert (joint.code, json.loads(joint.out)["accepted"]) == (0, 1)
    assert (other.code, json.loads(other.out)["rejections"][0]["code"]) == (1, "source-mismatch")


def distinct(path: Path) -> Counter[str]:
    return Counter(json.loads(line)["id"] for line in path.read_bytes().splitlines())


def published(path: Path, data_dir: Path, *options: str) -> dict[str, int]:
    done = run_hub("publish", path, "--publisher", PUBLISHER, "--json", *options, data_dir=data_dir)
    assert done.code == 0, done.err
    answer: dict[str, int] = json.loads(done.out)
    return answer


def status(data_dir: Path) -> dict[str, int]:
    answer: dict[str, int] = json.loads(run_hub("status", "--json", data_dir=data_dir).out)
    return answer


def posted(hub: Serving, lines: list[bytes], query: dict[str, str]) -> list[str]:
    answer = httpx.post(
        f"{hub.url}/v1/events",
        params={"publisher": PUBLISHER, **query},
        content=b"[" + b",".join(lines) + b"]",
        headers={
            "Authorization": f"Bearer {hub.token}",
            "Content-Type": "application/cloudevents-batch+json",
            "Prefer": "wait=20",
        },
        timeout=60,
    )
    assert answer.status_code == httpx.codes.OK, answer.text
    return [each["outcome"] for each in answer.json()["submissions"]]
