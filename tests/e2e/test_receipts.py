"""A publisher gets a receipt over HTTP, keeps it, and checks it without asking the hub."""

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Final

import httpx
import pytest

from contracts.stored import record_hash
from contracts.tlog_proofs import check_proof, parse_proof
from domain.records import Provenance
from hub.wiring import Hub
from tests.e2e.program import Finished
from tests.e2e.test_clients import GUIDE, environment
from tests.examples import message
from tests.hub_steps import SettableClock, rows, settle
from tests.serving_steps import served

CHECKER: Final = Path(__file__).parents[2] / "deploy" / "clients" / "hub_receipt.py"
SAMPLES: Final = re.findall(r"^```bash\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
DAY: Final = timedelta(days=1)
INTERVIEW: Final = "missing.interview.completed.v1"
RECORDS = """
SELECT notification_id, recorded_at, originator_id, topic, state, publisher, submission_id,
       occurred_at
  FROM ledger.stored_events WHERE submission_id = %s ORDER BY notification_id
"""


@pytest.fixture
def address(hub: Hub) -> Iterator[str]:
    """The address of the hub of the test."""
    with served(hub) as url:
        yield url


def ask(hub: Hub, url: str) -> httpx.Response:
    headers = {"Authorization": f"Bearer {hub.keys.operator_token}"}
    return httpx.get(url, headers=headers, timeout=30)


def checker(*arguments: str | Path) -> Finished:
    """Run the checker to its end, isolated from this repository."""
    done = subprocess.run(
        [sys.executable, "-I", str(CHECKER), *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Finished(code=done.returncode, out=done.stdout, err=done.stderr)


def leaves_of(hub: Hub, submission: object) -> list[bytes]:
    """Return the leaf hashes of a submission's records, derived from what is stored."""
    found = []
    for position, recorded_at, stream, topic, state, publisher, owner, at in rows(
        hub, RECORDS, [submission]
    ):
        origin = Provenance(publisher=publisher, submission_id=owner, occurred_at=at)
        found.append(record_hash(position, recorded_at, stream, topic, bytes(state), origin))
    return found


def test_a_receipt_comes_with_the_next_public_checkpoint_and_is_checked_by_its_owner(
    hub: Hub, address: str, clock: SettableClock, tmp_path: Path
) -> None:
    (settled,) = settle(hub, message())
    path = f"{address}/v1/submissions/{settled.submission_id}"
    key = ("--key", str(hub.log_signer.verifier))
    early, awaited = ask(hub, f"{path}/receipt"), ask(hub, path).json()
    clock.move(DAY)
    hub.archivist.work()

    receipt = ask(hub, f"{path}/receipt")
    kept = tmp_path / "receipt.txt"
    kept.write_bytes(receipt.content)
    checked = checker("check", kept, *key)
    kept.write_bytes(receipt.content.replace(b"index 0", b"index 1"))
    moved = checker("check", kept, *key)

    assert (early.status_code, awaited["proofs"]) == (404, [])
    assert awaited["proofs_due_at"] == "2026-03-15T03:00:00Z"
    assert receipt.headers["content-type"] == "text/plain; charset=utf-8"
    (leaf,) = leaves_of(hub, settled.submission_id)
    assert check_proof(parse_proof(receipt.content), leaf, hub.log_signer.verifier).size % 1024 == 0
    assert (checked.code, checked.err) == (0, "")
    assert f"hash {leaf.hex()} stands at position 1 of " in checked.out
    assert (moved.code, moved.out) == (1, "")
    assert "NOT PROVED" in moved.err


def test_a_submission_of_several_records_has_a_receipt_for_each(
    hub: Hub, address: str, clock: SettableClock
) -> None:
    settle(hub, message(subject="E-1"), message(subject="E-2"))
    settled, other = settle(
        hub, message(INTERVIEW, subject="E-1", covers=["E-2"]), message(subject="E-3")
    )
    clock.move(DAY)
    hub.archivist.work()

    path = f"{address}/v1/submissions/{settled.submission_id}"
    proofs = ask(hub, path).json()["proofs"]
    first = ask(hub, f"{path}/receipt")
    second = ask(hub, f"{address}{first.links['next']['url']}")

    leaves = leaves_of(hub, settled.submission_id)
    assert (len(leaves), len(leaves_of(hub, other.submission_id))) == (2, 1)
    assert proofs == [first.text, second.text]
    for proof, leaf in zip(proofs, leaves, strict=True):
        check_proof(parse_proof(proof.encode()), leaf, hub.log_signer.verifier)


def test_an_old_receipt_holds_when_the_log_has_grown_and_the_growth_is_proved(
    hub: Hub, address: str, clock: SettableClock, tmp_path: Path
) -> None:
    (settled,) = settle(hub, message())
    key = ("--key", str(hub.log_signer.verifier))
    texts = {}
    for day in ("old", "new"):
        clock.move(DAY)
        hub.archivist.work()
        texts[f"{day}-receipt"] = ask(
            hub, f"{address}/v1/submissions/{settled.submission_id}/receipt"
        ).text
        texts[f"{day}-checkpoint"] = httpx.get(f"{address}/log/checkpoint").text
    old = texts["old-checkpoint"].split("\n")[1]
    texts["growth"] = httpx.get(f"{address}/log/consistency?from={old}").text
    for name, text in texts.items():
        (tmp_path / name).write_text(text)

    receipts = checker("check", tmp_path / "old-receipt", tmp_path / "new-receipt", *key)
    grown = checker("extends", tmp_path / "old-checkpoint", tmp_path / "growth", *key)
    turned = checker("extends", tmp_path / "new-checkpoint", tmp_path / "growth", *key)

    assert texts["old-receipt"] != texts["new-receipt"]
    assert texts["growth"].endswith(texts["new-checkpoint"])
    assert (receipts.code, len(receipts.out.splitlines())) == (0, 2)
    assert (grown.code, turned.code) == (0, 1)
    assert f"begin with the {old} signed before" in grown.out


def test_only_public_sizes_can_be_asked_about(hub: Hub, address: str, clock: SettableClock) -> None:
    settle(hub, message())
    private = hub.archivist.checkpoint()
    clock.move(DAY)
    public = hub.archivist.work()
    assert public is not None

    answers = [
        httpx.get(f"{address}/log/consistency?from={size}")
        for size in (0, 1, private.size, 1024 + public.size, public.size)
    ]

    assert [each.status_code for each in answers] == [404, 404, 404, 404, 200]
    assert len({each.content for each in answers[:4]}) == 1


def test_the_samples_of_the_guide_about_receipts_run_as_they_stand(
    hub: Hub, address: str, clock: SettableClock, tmp_path: Path
) -> None:
    (settled,) = settle(hub, message())
    shutil.copy(CHECKER, tmp_path)
    given = {
        **environment(address, hub.keys.operator_token),
        "SUBMISSION": str(settled.submission_id),
        "LOG_KEY": str(hub.log_signer.verifier),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
    }

    said = []
    for sample in SAMPLES:
        clock.move(DAY)
        hub.archivist.work()
        done = subprocess.run(
            ["/bin/sh", "-euc", sample],
            env=given,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        said.append(done.stdout)

    assert len(said) == 2
    assert "stands at position 1 of" in said[0]
    assert "begin with the" in said[1]
