"""An operator signs the ledger, verifies it, and learns when it was changed."""

import json
from base64 import b64decode
from pathlib import Path

import pytest
from psycopg import connect

from contracts.checkpoints import open_checkpoint
from contracts.signed_notes import NoteVerifier
from domain.merkle import EMPTY_ROOT
from tests.e2e.program import Finished, run_hub
from tests.examples import BIRMINGHAM, message


@pytest.fixture
def settings(database_url: str) -> dict[str, str]:
    """The settings of a hub on a database of its own."""
    return {"HUB_DATABASE_URL": database_url}


def test_a_ledger_is_signed_verified_and_found_out(
    tmp_path: Path, settings: dict[str, str]
) -> None:
    def hub(*arguments: str, standard_input: str = "") -> Finished:
        return run_hub(
            *arguments, data_dir=tmp_path, settings=settings, standard_input=standard_input
        )

    keys = hub("keys", "--log-origin", "hub.example/ledger")
    empty = json.loads(hub("checkpoint", "--json").out)
    hub("publish", "-", "--publisher", BIRMINGHAM, standard_input=message().decode())
    signed = hub("checkpoint")
    honest = hub("verify")
    with connect(settings["HUB_DATABASE_URL"], autocommit=True) as connection:
        connection.execute("ALTER TABLE ledger.checkpoints DISABLE TRIGGER append_only")
        connection.execute("UPDATE ledger.checkpoints SET note = replace(note, 'hub', 'bub')")
    refused = hub("checkpoint")
    dishonest = hub("verify", "--json")

    verifier = NoteVerifier.parse(empty["verifier"])
    assert empty["verifier"] in keys.out
    assert (empty["size"], b64decode(empty["root"])) == (0, EMPTY_ROOT)
    assert open_checkpoint(signed.out.encode(), verifier).size == 2
    assert honest.code == 0
    assert "All 2 records fit, up to position 2; so do 0 tiles and 2 signed" in honest.out
    assert "2 records are archived, and are the same there" in honest.out
    assert (refused.code, refused.out) == (1, "")
    assert "checkpoint 2 was not signed by the key log-signing" in refused.err
    assert dishonest.code == 1
    assert json.loads(dishonest.out)["where"] == "checkpoint 0"
