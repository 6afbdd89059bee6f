"""Commands of readers: counts, how they changed, and the state of the hub."""

from typing import Annotated

import typer
from msgspec.json import format as pretty

from contracts.counts import (
    CountsDocument,
    counts_csv,
    counts_document,
    counts_json,
    counts_parquet,
    parse_counts_query,
)
from contracts.history import (
    HistoryDocument,
    history_csv,
    history_document,
    history_json,
    history_parquet,
    parse_history_query,
)
from contracts.status import status_json
from domain.history import HistoryStep
from domain.measures import MEASURES
from hub.commands.asking import (
    AsOf,
    By,
    First,
    Form,
    Format,
    Last,
    Printing,
    Under,
    Where,
    Whose,
    chosen_values,
)
from hub.commands.options import PROBLEMS_IN_DATA, DataDir, Json, Url, settings_for
from hub.console import say
from hub.figure_printing import print_history
from hub.printing import print_status, print_table
from hub.remote import RemoteHub
from hub.wiring import open_hub

COUNTS = Printing(
    kind=CountsDocument,
    document=counts_document,
    table=print_table,
    json=counts_json,
    csv=counts_csv,
    parquet=counts_parquet,
)
HISTORY = Printing(
    kind=HistoryDocument,
    document=history_document,
    table=print_history,
    json=history_json,
    csv=history_csv,
    parquet=history_parquet,
)
MeasureName = Annotated[str, typer.Argument(help="One of: " + ", ".join(MEASURES) + ".")]


def counts(
    measure: MeasureName,
    by: By = None,
    first: First = None,
    last: Last = None,
    as_of: AsOf = None,
    source: Whose = None,
    where: Where = None,
    under: Under = None,
    form: Form = Format.TABLE,
    as_json: Json = False,
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """Count episodes or children; the same answer as GET /v1/counts."""
    values = chosen_values(where)
    query = parse_counts_query(measure, by, first, last, as_of, source, values, under)
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
            "definition_version": under,
            **values,
        }
        COUNTS.show_remote(settings, "/v1/counts", asked, form)
        return
    with open_hub(settings) as hub:
        hub.projector.active_build()
        answer = hub.counts.answer(query)
    COUNTS.show(answer, form)


def history(
    measure: MeasureName,
    first: First = None,
    last: Last = None,
    since: Annotated[
        str | None,
        typer.Option("--since", help="A ledger position, or a date; else the period's close."),
    ] = None,
    as_of: AsOf = None,
    source: Whose = None,
    by: Annotated[
        str | None, typer.Option("--by", help="One of: " + ", ".join(HistoryStep) + ".")
    ] = None,
    where: Where = None,
    under: Under = None,
    form: Form = Format.TABLE,
    as_json: Json = False,
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """Tell how a count changed and because of what; the same as GET /v1/counts/history."""
    values = chosen_values(where)
    query = parse_history_query(
        measure,
        first=first,
        last=last,
        since=since,
        as_of=as_of,
        source=source,
        by=by,
        where=values,
        definition_version=under,
    )
    form = Format.JSON if as_json else form
    settings = settings_for(data_dir, url=url)
    if settings.url is not None:
        asked = {
            "measure": measure,
            "from": first,
            "to": last,
            "since": since,
            "as_of": as_of,
            "source": source,
            "by": by,
            "definition_version": under,
            **values,
        }
        HISTORY.show_remote(settings, "/v1/counts/history", asked, form)
        return
    with open_hub(settings) as hub:
        hub.projector.active_build()
        answer = hub.history.answer(query)
    HISTORY.show(answer, form)


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
