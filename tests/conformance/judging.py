"""Has Go's own packages judge notes, tiles and proofs."""

import json
import os
import subprocess
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from contracts.signed_notes import NoteSigner
from tests.ledger_steps import SIGNER

HERE = Path(__file__).parent


@dataclass(frozen=True, kw_only=True)
class Case:
    """One thing to accept or refuse; main.go says which kinds there are and what each needs."""

    name: str
    kind: str
    note: str
    old: str = ""
    proof: tuple[str, ...] = ()
    folder: str = ""
    receipt: str = ""
    record: int = 0


def build_judge(folder: Path, source: Path = HERE) -> Path:
    """Build a judge from its source; the modules that it needs are on the machine already."""
    program = folder / source.name
    environment = {
        **os.environ,
        "CGO_ENABLED": "0",
        "GOFLAGS": "-mod=readonly -buildvcs=false",
        "GOPROXY": "off",
        "GOTOOLCHAIN": "local",
        "GOWORK": "off",
    }
    built = subprocess.run(
        ["go", "build", "-o", program, "."],
        cwd=source,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, (
        f"go build failed; `make setup` gets what it needs\n{built.stderr}"
    )
    return program


def judged(
    program: Path, cases: Sequence[Case], *, signer: NoteSigner = SIGNER, leaves: str = ""
) -> dict[str, str]:
    """Return for each case, by name, why Go refuses it; an empty text means that it accepts.

    leaves: a file with the leaf hashes that the records must have; empty: the records are hollow.
    """
    docket = {
        "verifier": str(signer.verifier),
        "signer": signer.secret_text(),
        "leaves": leaves,
        "cases": [asdict(case) for case in cases],
    }
    heard = subprocess.run(
        [program], input=json.dumps(docket), capture_output=True, text=True, check=False
    )
    assert heard.returncode == 0, heard.stderr
    verdicts = [json.loads(line) for line in heard.stdout.splitlines()]
    assert [each["name"] for each in verdicts] == [case.name for case in cases]
    assert len({case.name for case in cases}) == len(cases)
    return {each["name"]: each["refused"] for each in verdicts}
