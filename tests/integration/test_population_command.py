"""Loading the population, from the file to the rate that it is the denominator of."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from contracts.populations import COLUMNS
from domain.errors import FileFormatError
from domain.populations import POPULATION_BANDS, POPULATION_SEXES
from domain.views import ViewQuery
from hub.cli import cli
from hub.wiring import Hub
from tests.example_bodies import REGISTERED
from tests.examples import identity, message
from tests.hub_steps import follow, settle

YEAR = 2025


@pytest.fixture
def used(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> Hub:
    """A hub that knows of one episode, and is the one that commands are about."""
    settle(
        hub,
        message(REGISTERED, subject="C1", identity=identity(1), sex="F"),
        message("missing.episode.reported.v1", subject="E1", child="C1", left="2026-03-02"),
        sealed=False,
    )
    follow(hub)
    monkeypatch.setenv("HUB_DATABASE_URL", hub.database_url)
    monkeypatch.setenv("HUB_DATA_DIR", str(hub.settings.data_dir))
    return hub


def load(file: Path, rows: list[str]) -> Result:
    """Run the command on a file with these rows."""
    file.write_text("\n".join([",".join(COLUMNS), *rows]), encoding="utf-8")
    return CliRunner().invoke(cli, ["population", str(file)])


def test_a_loaded_population_is_what_rates_divide_by(used: Hub, tmp_path: Path) -> None:
    rows = [
        f"{YEAR},{authority.number},{band},{sex},50,made up"
        for authority in used.register.authorities
        for band in POPULATION_BANDS
        for sex in POPULATION_SEXES
    ]
    query = ViewQuery(
        view="subgroups",
        by=("authority",),
        figures=("population", "population_year", "incidents_per_1000_population"),
        where=(("authority", "330"), ("reporting_year", str(YEAR + 1))),
    )

    before = {row.figure: row.value for row in used.views.answer(query).rows}
    done = load(tmp_path / "population.csv", rows)
    after = {row.figure: row.value for row in used.views.answer(query).rows}

    assert done.exit_code == 0, done.output
    assert f"1,530 numbers for {YEAR} hold from ledger position" in done.output
    assert set(before.values()) == {None}
    assert after == {
        "population": 500,
        "population_year": YEAR,
        "incidents_per_1000_population": 2,
    }


@pytest.mark.usefixtures("used")
def test_an_incomplete_population_is_refused_whole(tmp_path: Path) -> None:
    refused = load(tmp_path / "population.csv", [f"{YEAR},330,0,F,50,made up"])

    assert isinstance(refused.exception, FileFormatError)
    assert "does not have the authorities" in str(refused.exception)
