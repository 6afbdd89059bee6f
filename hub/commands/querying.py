"""Commands of readers: counts and the state of the hub."""

import sys
from enum import StrEnum
from typing import Annotated

import typer
from msgspec.json import format as pretty

from contracts.counts import (
    counts_csv,
    counts_json,
    counts_parquet,
    parse_counts_query,
)
from contracts.status import HubStatus, status_json
from domain.measures import MEASURES, CountsAnswer, CountsQuery
from hub.commands.options import PROBLEMS_IN_DATA, DataDir, Json, Url, settings_for
from hub.console import say, table
from hub.remote import RemoteHub
from hub.wiring import open_hub


class Format(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


def counts(
    measure: Annotated[str, typer.Argument(help="One of: " + ", ".join(MEASURES) + ".")],
    by: Annotated[str | None, typer.Option("--by", help="Dimensions, separated by commas.")] = None,
    first: Annotated[str | None, typer.Option("--from", help="First London day.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last London day.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="A ledger position, or a London date.")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="national, police or authority.")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TABLE,
    as_json: Json = False,
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """Count episodes or children; the same answer as GET /v1/counts."""
    query = parse_counts_query(
        measure=measure, by=by, first=first, last=last, as_of=as_of, source=source
    )
    form = Format.JSON if as_json else form
    settings = settings_for(data_dir, url=url)
    if settings.url is not None:
        with RemoteHub(settings) as remote:
            sys.stdout.buffer.write(
                remote.counts(
                    {
                        "measure": measure,
                        "by": by,
                        "from": first,
                        "to": last,
                        "as_of": as_of,
                        "source": source,
                    },
                    form="csv" if form is Format.TABLE else form.value,
                )
            )
        return
    with open_hub(settings) as hub:
        hub.projector.active_build()
        answer = hub.counts.answer(query)
    print_answer(answer, form)


def print_answer(answer: CountsAnswer, form: Format) -> None:
    """Print an answer in one of the formats."""
    if form is Format.JSON:
        say(pretty(counts_json(answer)).decode())
    elif form is Format.CSV:
        sys.stdout.write(counts_csv(answer))
    elif form is Format.PARQUET:
        sys.stdout.buffer.write(counts_parquet(answer))
    else:
        print_table(answer)


def print_table(answer: CountsAnswer) -> None:
    """Print an answer as a table that names its position, its definition and its coverage."""
    query: CountsQuery = answer.query
    measure = MEASURES[query.measure]
    table(
        f"{measure.title} ({query.source.value})",
        (*query.by, measure.unit),
        [(*row.dimensions, f"{row.value:,}") for row in answer.rows],
    )
    coverage = answer.coverage
    say(
        f"As of ledger position {answer.as_of_position}, definitions {answer.definition_version};"
        f" {coverage.publishers_heard} of {coverage.publishers_registered} publishers heard."
    )
    if measure.distinct and query.by:
        say("A child counts once in each cell: cells do not add up to the total.")
    if coverage.findings:
        listed = ", ".join(f"{code}: {count:,}" for code, count in coverage.findings)
        say(f"Episodes with findings: {listed}.")


def status(as_json: Json = False, url: Url = None, data_dir: DataDir = None) -> None:
    """Print positions, sums that must balance, sizes and versions.

    Exit code 1: a sum does not balance.
    """
    settings = settings_for(data_dir, url=url)
    if settings.url is not None:
        with RemoteHub(settings) as remote:
            say(pretty(remote.status()).decode())
        return
    with open_hub(settings) as hub:
        hub.projector.active_build()
        state = hub.status.read()
    if as_json:
        say(pretty(status_json(state)).decode())
    else:
        print_status(state)
    if not state.balanced:
        raise typer.Exit(PROBLEMS_IN_DATA)


def print_status(state: HubStatus) -> None:
    """Print the state as two sums and a few facts."""
    sent = state.submissions
    table(
        "Submissions",
        ("what", "number"),
        [
            ("received", f"{sent.received:,}"),
            ("= accepted", f"{sent.accepted:,}"),
            ("+ duplicate", f"{sent.duplicate:,}"),
            ("+ conflict", f"{sent.conflict:,}"),
            ("+ rejected", f"{sent.rejected:,}"),
            ("+ in flight", f"{sent.in_flight:,}"),
        ],
    )
    rows = state.source_episodes
    table(
        "Source episodes",
        ("what", "number"),
        [
            ("known", f"{rows.total:,}"),
            ("= matched", f"{rows.matched:,}"),
            ("+ police only", f"{rows.police_only:,}"),
            ("+ authority only", f"{rows.authority_only:,}"),
            ("+ in review", f"{rows.in_review:,}"),
            ("+ held", f"{rows.held:,}"),
            ("+ void", f"{rows.void:,}"),
        ],
    )
    say("Both sums balance." if state.balanced else "A SUM DOES NOT BALANCE: call operations.")
    say(
        f"Ledger at {state.ledger_position}, linked to {state.linked_position},"
        f" projected to {state.projection_position}; {state.publishers_heard} publishers heard;"
        f" {state.parked_children} children parked; database {state.database_bytes / 1e6:,.0f} MB."
    )
