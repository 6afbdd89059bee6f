"""Commands about the quality of data: a publisher's own, and the rules by which it is judged."""

import sys
from enum import StrEnum
from typing import Annotated

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from contracts.quality import QualityDocument, rules_document
from contracts.quality_answers import parse_quality_query, quality_csv, quality_document
from domain.errors import UsageError
from domain.quality import QUALITY_RULES, Level
from domain.quality_report import QualityQuery
from hub.commands.options import DataDir, Json, Url, settings_for
from hub.console import say, table
from hub.quality_printing import print_quality, print_rules
from hub.remote import RemoteHub
from hub.settings import Settings
from hub.wiring import open_hub

app = typer.Typer(help="Show how good a publisher's data are, and by which rules.")

# Rules whose findings point at records: those about episodes and children, and siblings.
POINTING = tuple(code for code, rule in QUALITY_RULES.items() if rule.level is not Level.PUBLISHER)
LISTED = ("DQ1", *POINTING, "567")


class QualityFormat(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


@app.callback(invoke_without_command=True)
def quality(
    context: typer.Context,
    publisher_id: Annotated[
        str | None, typer.Option("--publisher", help="Whose data: la-330 or pf-E23000014.")
    ] = None,
    first: Annotated[str | None, typer.Option("--from", help="First month, 2026-03.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="Last month, inclusive.")] = None,
    code: Annotated[
        str | None,
        typer.Option("--code", help="List the records that findings of this rule point at."),
    ] = None,
    form: Annotated[
        QualityFormat, typer.Option("--format", help="How to print it.")
    ] = QualityFormat.TABLE,
    as_json: Json = False,
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """Show how good a publisher's data are, beside the national median; no ranking."""
    if context.invoked_subcommand is not None:
        return
    if publisher_id is None:
        raise UsageError("Say whose data with --publisher, or ask for `hub quality rules`.")
    query = parse_quality_query(publisher_id, first, last)
    settings = settings_for(data_dir, url=url)
    if code is not None:
        list_records(query, code, settings)
        return
    document = asked(query, settings)
    if as_json or form is QualityFormat.JSON:
        say(pretty(encode(document)).decode())
    elif form is QualityFormat.CSV:
        sys.stdout.write(quality_csv(document))
    else:
        print_quality(document)


@app.command()
def rules(as_json: Json = False) -> None:
    """List every rule, where it comes from, and its effect on counts."""
    document = rules_document()
    if as_json:
        say(pretty(encode(document)).decode())
    else:
        print_rules(document)


def asked(query: QualityQuery, settings: Settings) -> QualityDocument:
    """Return the answer of this hub, or of the one at the URL."""
    if settings.url is not None:
        with RemoteHub(settings) as remote:
            return remote.quality(query)
    with open_hub(settings) as hub:
        if hub.register.publisher(query.publisher) is None:
            raise UsageError(f"{query.publisher} is not in the register of publishers.")
        hub.projector.active_build()
        return quality_document(hub.quality.answer(query))


def list_records(query: QualityQuery, code: str, settings: Settings) -> None:
    """Print the positions and receipts of the records that findings point at; no identity."""
    if code not in LISTED:
        raise UsageError(f"`--code` is one of {', '.join(LISTED)}.")
    if settings.url is not None:
        raise UsageError("`--code` reads the ledger itself: run it without --url, beside the hub.")
    with open_hub(settings) as hub:
        hub.projector.active_build()
        found = hub.quality.pointers(query, code)
    table(
        f"{code} of {query.publisher}: {len(found):,}",
        ("receipt", "month", "since", "ledger position"),
        [
            (
                str(each.submission_id or ""),
                each.month,
                each.true_from.isoformat(timespec="minutes") if each.true_from else "recorded",
                str(each.position),
            )
            for each in found
        ],
    )
