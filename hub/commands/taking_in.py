"""Commands of intake: read topics, go on with one that stopped, settle what the hub failed on."""

from typing import Annotated

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from domain.errors import UsageError
from hub.broker import Brokers
from hub.commands.options import PROBLEMS_IN_DATA, DataDir, Json, publisher, settings_for
from hub.commands.running import MetricsPort
from hub.console import say, table
from hub.intake_stops import ResumeReason, resume
from hub.logs import configure_logs
from hub.roles import run_intake, stop_on_signal
from hub.wiring import open_hub

app = typer.Typer(invoke_without_command=True)


@app.callback()
def intake(
    context: typer.Context,
    once: Annotated[bool, typer.Option("--once", help="Stop when the topics are read.")] = False,
    metrics_port: MetricsPort = None,
    data_dir: DataDir = None,
) -> None:
    """Read the publishers' Kafka topics into the ledger until told to stop.

    Start as many as you like: they share the topics, and take over from one that is gone.
    """
    if context.invoked_subcommand is not None:
        if once or metrics_port is not None:
            raise UsageError("--once and --metrics-port belong to hub intake alone.")
        context.obj = data_dir
        return
    settings = settings_for(data_dir, metrics_port=metrics_port)
    configure_logs(settings.log_level, human=False)
    stop = stop_on_signal()
    with open_hub(settings) as hub:
        run_intake(hub, stop, once=once)


@app.command("resume")
def resume_topic(
    context: typer.Context,
    topic: Annotated[str, typer.Argument(help="The topic, as hub status names it.")],
    reason: Annotated[
        ResumeReason, typer.Option("--reason", help="Why it is right to go on; kept for ever.")
    ],
    from_offset: Annotated[
        int | None, typer.Option("--from-offset", min=0, help="The first message to be read.")
    ] = None,
    accept_new_topic: Annotated[
        bool,
        typer.Option("--accept-new-topic", help="It was meant to be deleted and created again."),
    ] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Go on with a topic that stopped, from a place that you choose; see the runbook first.

    What lies between is not read. Nothing is counted twice, wherever you begin.
    """
    settings = settings_for(data_dir or context.obj)
    if settings.kafka_brokers is None:
        raise UsageError("hub intake resume asks the brokers: set HUB_KAFKA_BROKERS.")
    with open_hub(settings) as hub, Brokers(settings.kafka_brokers) as brokers:
        done = resume(
            hub.ledger_database,
            brokers,
            topic,
            from_offset=from_offset,
            accept_new_topic=accept_new_topic,
            reason=reason,
        )
    if as_json:
        say(pretty(encode(done)).decode())
    else:
        say(f"{done.topic} is read on from offset {done.offset}; that is on record.")


def replay(
    publisher_id: Annotated[
        str | None, typer.Option("--publisher", help="Only of this publisher.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most messages at once.")] = 10_000,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Settle messages again that were rejected as hub-fault, after the hub's fault is mended.

    Exit code 1: the hub fails on some still; they are kept.
    """
    whose = None if publisher_id is None else publisher(publisher_id)
    with open_hub(settings_for(data_dir)) as hub:
        done = hub.replayer.replay(publisher=whose, limit=limit)
    if as_json:
        say(pretty(encode(done)).decode())
    else:
        ends = ("accepted", "duplicate", "conflict", "rejected")
        table(
            f"Settled again: {done.found - len(done.failed):,} of {done.found:,}",
            ("outcome", "number"),
            [(end, f"{getattr(done, end):,}") for end in ends],
        )
        for each in done.failed:
            say(f"The hub still fails on {each}; the log says how.")
    if done.failed:
        raise typer.Exit(PROBLEMS_IN_DATA)
