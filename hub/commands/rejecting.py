"""The command that shows a publisher what was not taken of its submissions."""

import sys
from datetime import datetime
from enum import StrEnum
from typing import Annotated

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from contracts.outcomes import RejectsQuery
from contracts.reasons import Reason
from contracts.receipts import RejectsDocument, rejects_csv, submission_document
from domain.errors import UsageError
from hub.commands.options import DataDir, Json, PublisherOption, Url, publisher, settings_for
from hub.console import say, table
from hub.remote import RemoteHub
from hub.settings import Settings
from hub.wiring import open_hub


class RejectsFormat(StrEnum):
    """How rejects are printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"


def rejects(
    publisher_id: PublisherOption,
    reason: Annotated[Reason | None, typer.Option("--reason", help="Only this reason.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Received at or after, 2026-03-14T09:00Z say.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Received before; likewise with its zone.")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="Most rejects, latest first.")] = 500,
    form: Annotated[
        RejectsFormat, typer.Option("--format", help="How to print it.")
    ] = RejectsFormat.TABLE,
    as_json: Json = False,
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """List what was rejected of a publisher's submissions, and why; never what they held."""
    wanted = RejectsQuery(
        publisher=publisher(publisher_id),
        limit=limit,
        reason=reason,
        since=_instant("--since", since),
        until=_instant("--until", until),
    )
    _print(_answer(wanted, settings_for(data_dir, url=url)), _form(form, as_json=as_json))


def _answer(wanted: RejectsQuery, settings: Settings) -> RejectsDocument:
    if settings.url is not None:
        with RemoteHub(settings) as remote:
            return remote.rejects(wanted)
    with open_hub(settings) as hub:
        if hub.register.publisher(wanted.publisher) is None:
            raise UsageError(f"{wanted.publisher} is not in the register of publishers.")
        records = hub.submissions.rejects(wanted)
    return RejectsDocument(
        publisher=wanted.publisher,
        rejects=tuple(submission_document(record) for record in records),
        next=None,
    )


def _print(answer: RejectsDocument, form: RejectsFormat) -> None:
    if form is RejectsFormat.JSON:
        say(pretty(encode(answer)).decode())
    elif form is RejectsFormat.CSV:
        sys.stdout.write(rejects_csv(answer))
    else:
        rows = [
            (
                each.received_at.isoformat(timespec="seconds"),
                str(each.id),
                each.rejection.reason.value,
                each.rejection.pointer,
                each.rejection.message,
                str(each.seen),
            )
            for each in answer.rejects
            if each.rejection is not None
        ]
        columns = ("received", "receipt", "reason", "where", "what to do", "seen")
        table(f"Rejected of {answer.publisher}: {len(rows):,}", columns, rows)


def _form(form: RejectsFormat, *, as_json: bool) -> RejectsFormat:
    return RejectsFormat.JSON if as_json else form


def _instant(option: str, text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        instant = None
    if instant is None or instant.tzinfo is None:
        raise UsageError(f"{option} is a time with its zone: 2026-03-14T09:00:00Z, for example.")
    return instant
