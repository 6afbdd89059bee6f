"""What an operator types about one child, and about the keys."""

from pathlib import Path

import pytest
from msgspec.json import decode
from typer.testing import CliRunner, Result

from domain.errors import ErasureRefusedError, UsageError
from hub.cli import cli
from hub.wiring import Hub
from tests.examples import BIRMINGHAM, identity, registration
from tests.hub_steps import settle, subject_of

CHILD = f"{BIRMINGHAM}/C-1"


@pytest.fixture
def known(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub that knows one child, and is the one that commands are about."""
    settle(hub, registration(identity(), hub.keys.sealing))
    monkeypatch.setenv("HUB_DATABASE_URL", hub.database_url)
    monkeypatch.setenv("HUB_DATA_DIR", str(hub.settings.data_dir))
    return hub


def run(*arguments: str) -> Result:
    """Run a command."""
    return CliRunner().invoke(cli, arguments)


def test_a_hold_is_set_listed_and_released(known: Hub) -> None:
    subject = str(subject_of(known, "C-1"))

    put = run("hold", CHILD, "--reason", "inquest", "--json")
    refused = run("erase", subject, "--reason", "court-order")
    everywhere = decode(run("hold", "--json").output)
    released = run("hold", CHILD, "--release")
    erased = run("erase", subject, "--reason", "court-order")

    assert decode(put.output) == everywhere
    assert [(each["subject_id"], each["reason"]) for each in everywhere] == [(subject, "inquest")]
    assert isinstance(refused.exception, ErasureRefusedError)
    assert "1 released" in released.output
    assert "Complete on " in erased.output
    assert decode(run("hold", "--json").output) == []


def test_a_hold_needs_a_child_and_a_reason_of_the_list(known: Hub) -> None:
    nobody = run("hold", "--reason", "inquest")
    unheard = run("hold", CHILD, "--reason", "because")

    assert isinstance(nobody.exception, UsageError)
    assert unheard.exit_code == 2
    assert known.rights.holds() == []


@pytest.mark.usefixtures("known")
def test_who_has_read_a_child_is_listed() -> None:
    run("disclose", CHILD, "--purpose", "court-order-12")

    whole = decode(run("reads", "--subject", CHILD, "--json").output)
    since = decode(run("reads", "--since", "2999-01-01", "--json").output)
    shown = run("reads")

    assert [(each["reader"], each["purpose"]) for each in whole] == [("operator", "court-order-12")]
    assert since == []
    assert "1 readings" in shown.output


def test_keys_are_rotated_by_name_and_the_one_that_cannot_be_is_explained(
    known: Hub, tmp_path: Path
) -> None:
    folder = tmp_path / "keys"
    before = (folder / "refused").read_bytes()

    known.close()
    done = run("keys", "rotate", "refused", "--json")
    none = run("keys", "rotate")
    never = run("keys", "rotate", "deduplicate", "refused")

    assert decode(done.output) == [{"key": "refused", "rows": 0}]
    assert (folder / "refused").read_bytes() != before
    assert isinstance(none.exception, UsageError)
    assert isinstance(never.exception, UsageError)
    assert "receipt" in str(never.exception)
