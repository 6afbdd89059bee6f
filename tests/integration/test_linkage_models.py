"""Models are trained on the vault, kept sealed there, and activated by the ledger."""

from pathlib import Path

import pytest
from psycopg.errors import InsufficientPrivilege
from typer.testing import CliRunner

from domain.errors import NotFoundError
from domain.linkage import Thresholds
from hub.cli import cli
from hub.key_rotation import rotation_of
from hub.linkage.model import Model, baseline_model, model_bytes
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from tests.examples import COVENTRY, identity, registration
from tests.hub_steps import SettableClock, follow, rows, settle

READS = "SELECT reader, purpose, subjects, subject_ids FROM vault.reads ORDER BY id"
SEALED = "SELECT sealed FROM vault.models"
EVENTS = "SELECT count(*) FROM ledger.stored_events WHERE topic = 'linkage-model-activated'"


@pytest.fixture
def filled(hub: Hub) -> Hub:
    """A hub that knows two children."""
    settle(
        hub,
        registration(identity(1), hub.keys.sealing, child="C-1", event_id="one"),
        registration(identity(2), hub.keys.sealing, child="C-2", event_id="two"),
    )
    follow(hub)
    return hub


def test_training_reads_everybody_once_and_says_so(filled: Hub) -> None:
    before = len(rows(filled, READS))

    trained = filled.modelling.train()

    assert trained.registrations == 2
    assert rows(filled, READS)[before:] == [("operator", "train", 2, None)]
    assert [each.model.version for each in filled.modelling.listed()] == [
        baseline_model().version,
        trained.version,
    ]


def test_a_model_is_active_once_the_linker_has_read_its_activation(filled: Hub) -> None:
    version = filled.modelling.train().version
    thresholds = Thresholds(auto=0.9999, review=0.9, margin=5)

    filled.modelling.activate(version, thresholds)
    assert _active(filled) == (baseline_model().version, Thresholds())
    follow(filled)

    assert _active(filled) == (version, thresholds)
    assert [each.active for each in filled.modelling.listed()] == [False, True]
    filled.modelling.activate(baseline_model().version, Thresholds())
    follow(filled)
    assert _active(filled) == (baseline_model().version, Thresholds())
    assert rows(filled, EVENTS) == [(2,)]


def test_a_model_that_does_not_exist_is_not_activated(filled: Hub) -> None:
    with pytest.raises(NotFoundError, match="no linkage model"):
        filled.modelling.activate("0123456789ab", Thresholds())

    assert rows(filled, EVENTS) == [(0,)]


def test_a_kept_model_is_sealed_and_only_the_vaults_role_gets_it(filled: Hub) -> None:
    names = {"forename": {"zephyrine": 0.01}, "surname": {"quillfeather": 0.01}}
    plain = baseline_model()
    model = Model(prior=plain.prior, parameters=plain.parameters, frequencies=names)

    with filled.vault_database.transaction() as connection:
        filled.models.keep(connection, model, registrations=7, trained_at=filled.clock())

    ((sealed,),) = rows(filled, SEALED)
    assert b"quillfeather" in model_bytes(model)
    assert b"quillfeather" not in bytes(sealed)
    with filled.vault_database.snapshot() as connection:
        assert filled.models.model(connection, model.version) == model
    for database in (filled.ledger_database, filled.project_database, filled.review_database):
        with pytest.raises(InsufficientPrivilege), database.transaction() as connection:
            connection.execute(SEALED)


def test_a_model_can_be_read_after_the_master_key_was_rotated(
    database_url: str, tmp_path: Path, clock: SettableClock
) -> None:
    settings = Settings(database_url=database_url, data_dir=tmp_path)
    with open_hub(settings, clock=clock) as hub:
        settle(hub, registration(identity(1), hub.keys.sealing))
        follow(hub)
        version = hub.modelling.train().version
    with open_hub(settings, clock=clock) as hub:
        rotation_of(hub).rotate("wrap", on=clock().date())

    with open_hub(settings, clock=clock) as hub, hub.vault_database.snapshot() as connection:
        assert hub.models.model(connection, version).version == version


def test_the_commands_train_list_and_activate(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", database_url)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path))
    with open_hub(Settings(database_url=database_url, data_dir=tmp_path)) as hub:
        settle(hub, registration(identity(1), hub.keys.sealing, publisher=COVENTRY, event_id="one"))
        follow(hub)

    trained = _run("linkage", "train", "--activate", "--json")
    listed = _run("linkage", "models")
    refused = CliRunner().invoke(cli, ["linkage", "activate", "no-such-model"])

    assert '"registrations": 1' in trained
    assert '"activated": true' in trained
    assert baseline_model().version in listed
    assert isinstance(refused.exception, NotFoundError)
    thresholds = CliRunner().invoke(
        cli, ["linkage", "activate", baseline_model().version, "--auto", "0.5"]
    )
    assert "cannot be" in str(thresholds.exception)


def _run(*arguments: str) -> str:
    result = CliRunner().invoke(cli, list(arguments), catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def _active(hub: Hub) -> tuple[str, Thresholds]:
    with hub.vault_database.snapshot() as connection:
        model, thresholds = hub.models.active(connection)
    return model.version, thresholds
