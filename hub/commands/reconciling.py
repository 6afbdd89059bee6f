"""The command that tells what makes up the difference between the sources' totals."""

from typing import Annotated

import typer

from contracts.reconciliation import (
    ReconciliationDocument,
    parse_reconciliation_query,
    reconciliation_csv,
    reconciliation_document,
    reconciliation_json,
    reconciliation_parquet,
)
from domain.reconciliation_terms import CELL_DIMENSIONS
from domain.vocabulary import Category
from hub.commands.asking import AsOf, First, Form, Format, Last, Printing
from hub.commands.options import DataDir, Json, Url, settings_for
from hub.reconciliation_printing import print_terms
from hub.wiring import open_hub

RECONCILIATION = Printing(
    kind=ReconciliationDocument,
    document=reconciliation_document,
    table=print_terms,
    json=reconciliation_json,
    csv=reconciliation_csv,
    parquet=reconciliation_parquet,
)


def reconciliation(
    by: Annotated[
        str | None,
        typer.Option("--by", help="Separated by commas, of: " + ", ".join(CELL_DIMENSIONS) + "."),
    ] = None,
    first: First = None,
    last: Last = None,
    as_of: AsOf = None,
    category: Annotated[
        str | None, typer.Option("--category", help="One of: " + ", ".join(Category) + ".")
    ] = None,
    form: Form = Format.TABLE,
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
        RECONCILIATION.show_remote(settings, "/v1/reconciliation", asked, form)
        return
    with open_hub(settings) as hub:
        hub.projector.active_build()
        answer = hub.reconciliation.answer(query)
    RECONCILIATION.show(answer, form)
