"""Linking everything again, asked for at a terminal."""

import json
from pathlib import Path

from hub.identity.keys import load_keys
from tests.e2e.program import run_hub
from tests.examples import BIRMINGHAM, identity, registration


def test_the_program_says_what_had_been_decided_otherwise(data_dir: Path, tmp_path: Path) -> None:
    assert run_hub("keys", data_dir=data_dir).code == 0
    sealing = load_keys(data_dir / "keys", create=False).sealing
    twice = [registration(identity(), sealing, child=child) for child in ("C-1", "C-2")]
    file = tmp_path / "registrations.ndjson"
    file.write_bytes(b"\n".join(twice))
    assert run_hub("publish", file, "--publisher", BIRMINGHAM, data_dir=data_dir).code == 0

    first = run_hub("relink", data_dir=data_dir)
    again = run_hub("relink", "--json", data_dir=data_dir)

    assert (first.code, again.code) == (0, 0), first.err + again.err
    assert "2 registrations linked again" in first.out
    found = json.loads(again.out)
    assert (found["registrations"], found["pairs"], found["decisions"]) == (2, 1, 0)
    assert (found["children_before"], found["children_after"]) == (1, 1)
