"""The command that tells what makes up the difference between the sources' totals."""

import sys
from typing import Annotated

import typer
from msgspec.json import format as pretty

from contracts.reconciliation import (
    parse_reconciliation_query,
    reconciliation_csv,
    reconciliation_document,
    reconciliation_json,
    reconciliation_parquet,
)
from domain.reconciliation_terms import CELL_DIMENSIONS, ReconciliationAnswer
from domain.vocabulary import Category
from hub.commands.options import DataDir, Json, Url, settings_for
from hub.commands.querying import Format
from hub.console import say
from hub.reconciliation_printing import print_terms
from hub.remote import RemoteHub
from hub.wiring import open_hub


def reconciliation(
    by: Annotated[
        str | None,
        typer.Option("--by", help="Separated by commas, of: " + ", ".join(CELL_DIMENSIONS) + "."),
    ] = None,
    first: Annotated[str | None, typer.Option("--from", help="First London day.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last London day.")] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="A ledger position, or a London date.")
    ] = None,
    category: Annotated[
        str | None, typer.Option("--category", help="One of: " + ", ".join(Category) + ".")
    ] = None,
    form: Annotated[Format, typer.Option("--format", help="How to print it.")] = Format.TABLE,
    as_json: Json = False,
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """Tell why police and authorities count differently; the same as GET /v1/reconciliation."""
    query = parse_reconciliation_query(by, first, last, as_of, category)
    form = Format.JSON if as_json else form
    settings = settings_for(data_dir, url=url)
    if settings.url is not None:
        asked = {"by": by, "from": first, "to": last, "as_of": as_of, "category": category}
        with RemoteHub(settings) as remote:
            if form is Format.TABLE:
                print_terms(remote.reconciliation(asked))
            else:
                sys.stdout.buffer.write(remote.reconciliation_as(asked, form=form.value))
        return
    with open_hub(settings) as hub:
        hub.projector.active_build()
        answer = hub.reconciliation.answer(query)
    _print(answer, form)


def _print(answer: ReconciliationAnswer, form: Format) -> None:
    if form is Format.JSON:
        say(pretty(reconciliation_json(answer)).decode())
    elif form is Format.CSV:
        sys.stdout.write(reconciliation_csv(answer))
    elif form is Format.PARQUET:
        sys.stdout.buffer.write(reconciliation_parquet(answer))
    else:
        print_terms(reconciliation_document(answer))
