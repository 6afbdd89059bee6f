"""What the commands that ask for figures share: their options, and how an answer is printed."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Generic, TypeVar

import typer
from msgspec.json import format as pretty

from domain.errors import UsageError
from hub.console import say
from hub.remote import Asked, RemoteHub
from hub.settings import Settings

Answer = TypeVar("Answer")
Document = TypeVar("Document")


class Format(StrEnum):
    """How an answer is printed."""

    TABLE = "table"
    JSON = "json"
    CSV = "csv"
    PARQUET = "parquet"


By = Annotated[str | None, typer.Option("--by", help="Dimensions, separated by commas.")]
First = Annotated[str | None, typer.Option("--from", help="First London day.")]
Last = Annotated[str | None, typer.Option("--to", help="Last London day.")]
AsOf = Annotated[str | None, typer.Option("--as-of", help="A ledger position, or a London date.")]
Whose = Annotated[str | None, typer.Option("--source", help="national, police or authority.")]
Where = Annotated[
    list[str] | None,
    typer.Option("--where", help="Only one value of a dimension: authority=330. Repeat it."),
]
Under = Annotated[
    str | None,
    typer.Option("--definition-version", help="Refuse to answer under other definitions."),
]
Form = Annotated[Format, typer.Option("--format", help="How to print it.")]


@dataclass(frozen=True, kw_only=True)
class Printing(Generic[Answer, Document]):
    """The forms of one kind of answer. document: what a table is printed from."""

    kind: type[Document]
    document: Callable[[Answer], Document]
    table: Callable[[Document], None]
    json: Callable[[Answer], bytes]
    csv: Callable[[Answer], str]
    parquet: Callable[[Answer], bytes]

    def show(self, answer: Answer, form: Format) -> None:
        """Print an answer in one of the formats."""
        if form is Format.JSON:
            say(pretty(self.json(answer)).decode())
        elif form is Format.CSV:
            sys.stdout.write(self.csv(answer))
        elif form is Format.PARQUET:
            sys.stdout.buffer.write(self.parquet(answer))
        else:
            self.table(self.document(answer))

    def show_remote(self, settings: Settings, path: str, query: Asked, form: Format) -> None:
        """Print what a hub at a URL answers, in one of the formats."""
        with RemoteHub(settings) as remote:
            if form is Format.TABLE:
                self.table(remote.figures(path, query, self.kind))
            else:
                sys.stdout.buffer.write(remote.figures_as(path, query, form=form.value))


def chosen_values(where: Sequence[str] | None) -> dict[str, str]:
    """Return the dimensions that shall have one value each. Raises UsageError for another form."""
    found: dict[str, str] = {}
    for text in where or ():
        name, equals, value = text.partition("=")
        if not equals or not name or not value or name in found:
            raise UsageError("`--where` is written as authority=330, once for each dimension.")
        found[name] = value
    return found
