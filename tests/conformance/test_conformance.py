"""Go's sumdb/note and tlog accept what the ledger signs and proves, and nothing forged."""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from psycopg import connect
from psycopg.sql import SQL, Identifier

from hub.settings import Settings
from hub.wiring import open_hub
from tests.conformance.evidence import SIZES, Evidence, gather
from tests.conformance.forgeries import forgeries
from tests.conformance.judging import judged


@pytest.fixture(scope="module")
def evidence(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Evidence]:
    """What a ledger of its own says of itself at every size."""
    name = Identifier(f"conformance_{uuid4().hex}")
    folder = tmp_path_factory.mktemp("evidence")
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(name))
        url = postgres_dsn.replace("@/hub?", f"@/{name.as_string().strip(chr(34))}?")
        with open_hub(Settings(database_url=url, data_dir=folder / "data")) as hub:
            yield gather(hub, folder)
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def test_go_accepts_every_checkpoint_tile_receipt_and_proof_of_growth(
    judge: Path, evidence: Evidence
) -> None:
    cases = list(evidence.honest())

    refused = {name: why for name, why in judged(judge, cases).items() if why}

    assert refused == {}
    kinds = [case.kind for case in cases]
    assert {kind: kinds.count(kind) for kind in kinds} == {
        "checkpoint": len(SIZES),
        "tiles": len(SIZES),
        "receipt": 60,
        "growth": 55,
    }


def test_go_refuses_every_flipped_bit_truncated_tree_and_fork(
    judge: Path, evidence: Evidence, tmp_path: Path
) -> None:
    cases = list(forgeries(evidence, tmp_path))

    accepted = [name for name, why in judged(judge, cases).items() if not why]

    assert accepted == []
    assert len(cases) > 1_000
