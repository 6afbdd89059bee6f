"""Commands of readers: counts and the state of the hub."""

import sys
from enum import StrEnum
from typing import Annotated

import typer
from msgspec.json import format as pretty

from contracts.counts import (
    counts_csv,
    counts_document,
    counts_json,
    counts_parquet,
    parse_counts_query,
)
from contracts.status import status_json
from domain.measures import MEASURES, CountsAnswer
from hub.commands.options import PROBLEMS_IN_DATA, DataDir, Json, Url, settings_for
from hub.console import say
from hub.printing import print_status, print_table
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
        asked = {
            "measure": measure,
            "by": by,
            "from": first,
            "to": last,
            "as_of": as_of,
            "source": source,
        }
        with RemoteHub(settings) as remote:
            if form is Format.TABLE:
                print_table(remote.counts(asked))
            else:
                sys.stdout.buffer.write(remote.counts_as(asked, form=form.value))
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
        print_table(counts_document(answer))


def status(as_json: Json = False, url: Url = None, data_dir: DataDir = None) -> None:
    """Print positions, sums that must balance, sizes and versions.

    Exit code 1: a sum does not balance.
    """
    settings = settings_for(data_dir, url=url)
    if settings.url is not None:
        with RemoteHub(settings) as remote:
            state = remote.status()
    else:
        with open_hub(settings) as hub:
            hub.projector.active_build()
            state = hub.status.read()
    if as_json:
        say(pretty(status_json(state)).decode())
    else:
        print_status(state)
    if not state.balanced:
        raise typer.Exit(PROBLEMS_IN_DATA)
