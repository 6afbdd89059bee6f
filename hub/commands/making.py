"""Commands that make things: a synthetic nation, the demo, the schema files."""

from pathlib import Path
from typing import Annotated

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from contracts.asyncapi import ASYNCAPI_FILE, asyncapi_document
from contracts.catalogue_page import catalogue_page
from contracts.register import read_register
from contracts.schemas import BODY_OF_TYPE, event_schema
from hub.commands.options import DataDir, Json, settings_for
from hub.commands.recording import record_schemas
from hub.commands.running import MetricsPort, Port, announce
from hub.console import bar, say, table
from hub.demo import load_demo
from hub.logs import configure_logs
from hub.release.build import refresh_feed
from hub.roles import stop_on_signal
from hub.serving import Supervisor
from hub.synthetic.generation import generate as generate_nation
from hub.synthetic.options import Options
from hub.wiring import open_hub

SCHEMAS = Path(__file__).parents[2] / "contracts" / "schemas"


def generate(
    out: Annotated[Path, typer.Argument(help="Folder for the files; truth goes beside them.")],
    year: Annotated[int, typer.Option("--year", help="Reporting year, named by its end.")],
    month: Annotated[
        int | None, typer.Option("--month", help="Only this month of it, 1 to 12.")
    ] = None,
    scale: Annotated[float, typer.Option("--scale", help="Share of the nation.")] = 1.0,
    seed: Annotated[int, typer.Option("--seed", help="The same seed gives the same bytes.")] = 1,
    as_json: Json = False,
) -> None:
    """Write a synthetic nation: CloudEvents of every publisher, and the truth behind them."""
    options = Options(year=year, month=month, scale=scale, seed=seed)
    with bar("generating") as shown:
        summary = generate_nation(options, out, shown.note)
    if as_json:
        say(pretty(encode(summary)).decode())
        return
    table(
        f"{summary.messages:,} events of {len(summary.by_publisher)} publishers in {out}",
        ("event", "number"),
        [(name, f"{count:,}") for name, count in sorted(summary.by_type.items())],
    )


def schemas(
    out: Annotated[Path, typer.Argument(help="Folder for the files.")] = SCHEMAS,
    record: Annotated[
        bool, typer.Option("--record", help="Add what changed to the history beside the folder.")
    ] = False,
) -> None:
    """Write the JSON Schema of every event type, as committed and as served.

    The catalogue, and the AsyncAPI document of the topics, go beside the folder.
    """
    out.mkdir(parents=True, exist_ok=True)
    for event_type in sorted(BODY_OF_TYPE):
        path = out / f"{event_type}.json"
        path.write_bytes(pretty(encode(event_schema(event_type)), indent=2) + b"\n")
    (out.parent / "CATALOGUE.md").write_text(catalogue_page(), encoding="utf-8")
    document = encode(asyncapi_document(read_register()))
    topics = out.parent / ASYNCAPI_FILE
    topics.write_bytes(pretty(document, indent=2) + b"\n")
    say(f"{len(BODY_OF_TYPE)} schemas in {out}, and {topics}")
    if record:
        recorded = record_schemas(out.parent / "history")
        say(f"{len(recorded)} schemas are new in the history")


def demo(
    port: Port = None,
    metrics_port: MetricsPort = None,
    data_dir: DataDir = None,
    scale: Annotated[float, typer.Option("--scale", hidden=True)] = 1.0,
) -> None:
    """Load a return and a synthetic national month, print the counts, and serve until Ctrl-C."""
    settings = settings_for(data_dir, port=port, metrics_port=metrics_port)
    configure_logs("warning", human=False)
    supervisor = Supervisor(settings)
    # Before the load, which takes minutes.
    supervisor.check_ports()
    with open_hub(settings) as hub:
        refresh_feed(hub.feed_dir)
        load_demo(hub, scale=scale)
        token = hub.keys.operator_token
        stop = stop_on_signal()
        supervisor.run(stop, lambda: announce(settings, token), hub.keep_up)
