"""The faults that a synthetic nation plants on purpose are found again, each kind by its rule."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest
from msgspec.json import decode

from contracts.bodies import EPISODE
from hub.synthetic.generation import generate
from hub.synthetic.options import Options
from hub.synthetic.planted import Planted
from hub.wiring import Hub
from tests.hub_steps import SettableClock, follow, rows, settle

REFERENCES = "SELECT reference_key, id::text FROM vault.own_references"
# Accounts that count as missing; a fault of a row that was withdrawn is no fault any more.
STANDING = "SELECT episode_id::text FROM projection.quality_cases_v1 WHERE category = 'missing'"
FOUND = """
SELECT code, episode_id::text FROM projection.findings_v1
 WHERE episode_id IS NOT NULL AND true_until IS NULL
"""
# The least share of the planted faults that their rule finds. What dates without times hide is
# the rest: a return of days only says neither when a child was located nor that it returned.
RECALL: Final = {
    ("DQ5", "no-police-record"): 0.85,
    ("DQ5", "no-authority-record"): 0.9,
    ("DQ7", "check-at-interview"): 1.0,
    ("DQ8", "not-independent"): 1.0,
    ("DQ8", "placement-staff"): 1.0,
    ("DQ9", "check-undecided"): 0.95,
    ("DQ9", "interview-undecided"): 0.85,
    ("DQ10", "check-not-shared"): 0.95,
    ("DQ10", "interview-not-shared"): 0.95,
    ("DQ12", "declined-never-offered"): 1.0,
    ("DQ16", "located-not-returned"): 0.75,
}


@pytest.fixture
def nation(tmp_path: Path) -> Path:
    generate(Options(year=2026, month=3, scale=0.03), tmp_path / "nation")
    return tmp_path / "nation"


def planted(nation: Path) -> Iterable[Planted]:
    for line in (nation / "truth" / "faults.ndjson").read_bytes().splitlines():
        yield decode(line, type=Planted)


def test_each_kind_of_planted_fault_is_found_by_its_rule(
    hub: Hub, clock: SettableClock, nation: Path
) -> None:
    clock.now = datetime(2026, 6, 1, tzinfo=UTC)
    files = sorted(nation.glob("*.ndjson"))
    sent = [line for path in files for line in path.read_bytes().splitlines()]
    for begin in range(0, len(sent), 1000):
        settle(hub, *sent[begin : begin + 1000], sealed=False)
    follow(hub)
    names = {bytes(key): name for key, name in rows(hub, REFERENCES)}
    standing = {name for (name,) in rows(hub, STANDING)}
    found = set(rows(hub, FOUND))

    hits: dict[tuple[str, str], list[bool]] = defaultdict(list)
    for fault in planted(nation):
        if fault.about == "episode":
            key = hub.keys.reference_key(EPISODE, fault.publisher, fault.ref or "")
            if names.get(key) in standing:
                hits[fault.fault, fault.what].append((fault.fault, names[key]) in found)

    recall = {kind: sum(told) / len(told) for kind, told in hits.items() if kind in RECALL}
    assert len(recall) >= 9
    assert {kind: share for kind, share in recall.items() if share < RECALL[kind]} == {}
