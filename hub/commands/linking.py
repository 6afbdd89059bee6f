"""`hub linkage`: trains the model by which registrations are linked, and activates one."""

from typing import Annotated

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from domain.errors import UsageError
from domain.linkage import Thresholds
from hub.commands.options import DataDir, Json, settings_for
from hub.console import bar, say, table
from hub.linkage.grounds import count_grounds
from hub.modelling import ListedModel
from hub.wiring import open_hub

app = typer.Typer(
    name="linkage",
    help="Train and activate the model that says which registrations are one child.",
    no_args_is_help=True,
)

DEFAULT = Thresholds()

Auto = Annotated[float, typer.Option("--auto", help="Least probability to link without review.")]
Review = Annotated[float, typer.Option("--review", help="Least probability to ask a reviewer.")]
Margin = Annotated[
    float, typer.Option("--margin", help="Bits by which the best candidate must be ahead.")
]


@app.command()
def train(
    activate_it: Annotated[
        bool, typer.Option("--activate", help="Activate the model at once.")
    ] = False,
    auto: Auto = DEFAULT.auto,
    review: Review = DEFAULT.review,
    margin: Margin = DEFAULT.margin,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Train a model on every registration in the vault; that they were read is on record.

    The same registrations give the same model. Names that few children have are not kept in it.
    """
    thresholds = _thresholds(auto, review, margin)
    with open_hub(settings_for(data_dir)) as hub:
        with bar("training") as shown:
            trained = hub.modelling.train(shown.to)
        if activate_it:
            hub.modelling.activate(trained.version, thresholds)
    if as_json:
        told = {
            "model": trained.version,
            "registrations": trained.registrations,
            "activated": activate_it,
        }
        say(pretty(encode(told)).decode())
        return
    say(f"Model {trained.version}, trained on {trained.registrations:,} registrations.")
    if activate_it:
        say("It is active. hub relink links again what was linked before.")
    else:
        say(f"hub linkage activate {trained.version} makes it the one that is used.")


@app.command()
def activate(
    version: Annotated[str, typer.Argument(help="Version of a model, as hub linkage models says.")],
    auto: Auto = DEFAULT.auto,
    review: Review = DEFAULT.review,
    margin: Margin = DEFAULT.margin,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Link by another model, or with other thresholds, from now on; the ledger says so.

    What was linked before stays until hub relink, nightly or by hand, links everything again.
    """
    thresholds = _thresholds(auto, review, margin)
    with open_hub(settings_for(data_dir)) as hub:
        hub.modelling.activate(version, thresholds)
    if as_json:
        told = {"model": version, "auto": auto, "review": review, "margin": margin}
        say(pretty(encode(told)).decode())
        return
    say(f"Model {version} is active. hub relink links again what was linked before.")


@app.command()
def models(as_json: Json = False, data_dir: DataDir = None) -> None:
    """List the models that can be activated, and which one is active."""
    with open_hub(settings_for(data_dir)) as hub:
        listed = hub.modelling.listed()
    if as_json:
        say(pretty(encode([_told(each) for each in listed])).decode())
        return
    table(
        "Linkage models",
        ("model", "registrations", "trained", "active"),
        [_row(each) for each in listed],
    )


@app.command()
def grounds(as_json: Json = False, data_dir: DataDir = None) -> None:
    """Count what makes registrations weak ground for linking, and what speaks against pairs."""
    with open_hub(settings_for(data_dir)) as hub:
        counted, conflicts = count_grounds(hub.vault_database)
    if as_json:
        told = {"registrations": counted, "pairs": conflicts}
        say(pretty(encode(told)).decode())
        return
    table(
        "Registrations",
        ("ground", "registrations", "publishers"),
        [(each.code, f"{each.registrations:,}", f"{each.publishers:,}") for each in counted],
    )
    table(
        "Pairs",
        ("against it", "verdict", "pairs"),
        [(each.code, each.verdict, f"{each.pairs:,}") for each in conflicts],
    )


def _thresholds(auto: float, review: float, margin: float) -> Thresholds:
    try:
        return Thresholds(auto=auto, review=review, margin=margin)
    except ValueError as error:
        raise UsageError(f"These thresholds cannot be: {error}.") from error


def _told(listed: ListedModel) -> dict[str, object]:
    model = listed.model
    return {
        "model": model.version,
        "registrations": model.registrations,
        "trained_at": model.trained_at.isoformat() if model.trained_at else None,
        "active": listed.active,
    }


def _row(listed: ListedModel) -> tuple[str, ...]:
    model = listed.model
    return (
        model.version,
        "synthetic" if model.registrations is None else f"{model.registrations:,}",
        "with the hub" if model.trained_at is None else f"{model.trained_at:%Y-%m-%d %H:%M}",
        "yes" if listed.active else "",
    )
