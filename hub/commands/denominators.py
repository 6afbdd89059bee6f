"""Commands about what rates are divided by."""

from pathlib import Path
from typing import Annotated

import typer

from contracts.populations import parse_populations
from hub.commands.options import DataDir, settings_for
from hub.console import say
from hub.wiring import open_hub
from projections.populations import load_populations


def population(
    file: Annotated[
        Path,
        typer.Argument(
            help="CSV with year, authority, age_band, sex, children and source.", exists=True
        ),
    ],
    data_dir: DataDir = None,
) -> None:
    """Load how many children live where, by age band and sex: the denominator of some rates.

    A year replaces what was loaded for it before; answers as of earlier positions keep theirs.
    """
    with open_hub(settings_for(data_dir)) as hub:
        loaded = parse_populations(file.name, file.read_bytes(), hub.register)
        with hub.project_database.transaction() as connection:
            position, years = load_populations(connection, loaded)
    named = ", ".join(str(year) for year in years)
    say(f"{len(loaded):,} numbers for {named} hold from ledger position {position} on.")
