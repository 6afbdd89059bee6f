"""What a running hub serves over HTTP is judged by Go's packages and by tessera's fsck."""

import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from contracts.stored import record_hash
from contracts.tiles import tiles_of
from domain.records import Provenance
from hub.wiring import Hub
from tests.conformance.evidence import receipt_case, tiles_case
from tests.conformance.judging import Case, judged
from tests.examples import message
from tests.hub_steps import SettableClock, change, rows, settle
from tests.ledger_steps import unlock
from tests.serving_steps import served

DAY = timedelta(days=1)
RECORDS = """
SELECT notification_id, recorded_at, originator_id, topic, state, publisher, submission_id,
       occurred_at
  FROM ledger.stored_events ORDER BY notification_id
"""
FLIP = """
UPDATE ledger.tiles SET hashes = set_byte(hashes, 9, get_byte(hashes, 9) # 1) WHERE index = 2
"""
INTERVIEW = "missing.interview.completed.v1"


@dataclass(frozen=True, kw_only=True)
class Served:
    """Two days of a hub as its routes show them.

    leaves: a file with the leaf hash of every record, derived from what is stored. receipts: by
    the position of their record.
    """

    url: str
    hub: Hub
    leaves: Path
    notes: tuple[str, str]
    growth: str
    receipts: dict[int, str]

    def ask(self, path: str) -> httpx.Response:
        """Return the answer to the operator."""
        headers = {"Authorization": f"Bearer {self.hub.keys.operator_token}"}
        return httpx.get(self.url + path, headers=headers, timeout=30)

    def fetch_tiles(self, size: int, folder: Path) -> Path:
        """Write every tile of a size as it is served."""
        for name in tiles_of(size):
            answer = self.ask(f"/log/{name.path}")
            assert answer.status_code == 200
            path = folder / name.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(answer.content)
        return folder

    def judged(self, judge: Path, *cases: Case) -> list[str]:
        """Return why Go refuses each case; empty: it accepts."""
        signer = self.hub.log_signer
        return list(judged(judge, cases, signer=signer, leaves=str(self.leaves)).values())


@pytest.fixture
def log(hub: Hub, clock: SettableClock, tmp_path: Path) -> Iterator[Served]:
    """A hub that served two public checkpoints, and signed a third for its operator alone."""
    notes = []
    with served(hub) as url:
        settled = settle(hub, message(subject="E-1"), message(subject="E-2"))
        for interviewed in ("E-1", "E-2"):
            clock.move(DAY)
            hub.archivist.work()
            notes.append(httpx.get(f"{url}/log/checkpoint").text)
            settled += settle(hub, message(INTERVIEW, subject=interviewed, covers=["E-9"]))
        old = notes[0].split("\n")[1]
        growth = httpx.get(f"{url}/log/consistency?from={old}").text
        hub.archivist.checkpoint()
        (tmp_path / "leaves").write_bytes(b"".join(leaves_of(hub)))
        answer = Served(
            url=url,
            hub=hub,
            leaves=tmp_path / "leaves",
            notes=(notes[0], notes[1]),
            growth=growth,
            receipts={},
        )
        for each in settled[:3]:
            proofs = answer.ask(f"/v1/submissions/{each.submission_id}").json()["proofs"]
            first = each.position or 0
            answer.receipts.update(enumerate(proofs, first))
        yield answer


def leaves_of(hub: Hub) -> Iterator[bytes]:
    for position, recorded_at, stream, topic, state, publisher, owner, at in rows(hub, RECORDS):
        origin = Provenance(publisher=publisher, submission_id=owner, occurred_at=at)
        yield record_hash(position, recorded_at, stream, topic, bytes(state), origin)


def size_of(note: str) -> int:
    return int(note.split("\n")[1])


def growth_case(log: Served) -> Case:
    head, _, note = log.growth.partition("\n\n")
    proof = tuple(head.split("\n")[1:])
    return Case(name="growth", kind="growth", old=log.notes[0], note=note, proof=proof)


def test_go_accepts_checkpoints_tiles_receipts_and_growth_as_they_are_served(
    judge: Path, log: Served, tmp_path: Path
) -> None:
    cases = [growth_case(log)]
    for number, note in enumerate(log.notes):
        cases.append(Case(name=f"checkpoint {number}", kind="checkpoint", note=note))
        folder = log.fetch_tiles(size_of(note), tmp_path / str(number))
        cases.append(tiles_case(f"tiles {number}", note, folder))
    private = log.hub.archivist.checkpoint()
    folder = log.fetch_tiles(private.size, tmp_path / "private")
    cases.append(tiles_case("tiles of all", private.note, folder))
    cases += [
        receipt_case(f"record {position}", log.notes[1], receipt, position)
        for position, receipt in log.receipts.items()
    ]

    refused = log.judged(judge, *cases)

    assert refused == [""] * len(cases)
    assert len(log.receipts) == 4
    assert [size_of(note) % 1024 for note in log.notes] == [0, 0]
    assert private.size % 256


def test_go_refuses_what_is_served_with_one_bit_changed(
    judge: Path, log: Served, tmp_path: Path
) -> None:
    note = log.notes[1]
    folder = log.fetch_tiles(size_of(note), tmp_path / "tiles")
    tile = folder / "tile" / "0" / "001"
    content = bytearray(tile.read_bytes())
    content[77] ^= 1
    tile.write_bytes(content)
    position, receipt = next(iter(log.receipts.items()))
    grown = growth_case(log)

    refused = log.judged(
        judge,
        tiles_case("flipped", note, folder),
        receipt_case("other record", note, receipt, position + 1),
        replace(grown, name="shorter", proof=grown.proof[1:]),
        replace(grown, name="backwards", old=grown.note, note=grown.old),
    )

    assert all(refused)


def inspected(inspector: Path, log: Served, leaves: Path) -> str:
    docket = {
        "verifier": str(log.hub.log_signer.verifier),
        "url": f"{log.url}/log/",
        "token": log.hub.keys.operator_token,
        "leaves": str(leaves),
    }
    heard = subprocess.run(
        [inspector], input=json.dumps(docket), capture_output=True, text=True, check=True
    )
    return heard.stdout


def test_fsck_finds_the_served_log_in_order_and_a_changed_one_not(
    inspectors: list[Path], log: Served, tmp_path: Path
) -> None:
    leaves = bytearray(log.leaves.read_bytes())
    leaves[1000] ^= 1
    forged = tmp_path / "forged"
    forged.write_bytes(leaves)

    honest = [inspected(each, log, log.leaves) for each in inspectors]
    other_record = [inspected(each, log, forged) for each in inspectors]
    unlock(log.hub)
    change(log.hub, FLIP)
    other_tile = [inspected(each, log, log.leaves) for each in inspectors]

    assert honest == [""] * len(inspectors)
    assert all(other_record)
    assert all("tile/0/002" in each for each in other_tile)
