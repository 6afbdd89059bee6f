"""Commands that say which views there are, and what a view answers."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from msgspec.json import encode
from msgspec.json import format as pretty

from contracts.views import (
    ViewDocument,
    ViewsDocument,
    about_view,
    parse_view_query,
    view_csv,
    view_document,
    view_json,
    view_parquet,
    views_document,
)
from contracts.views_page import views_page
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
from hub.commands.options import DataDir, Json, Url, settings_for
from hub.console import say
from hub.figure_printing import print_view, print_views
from hub.remote import RemoteHub
from hub.wiring import open_hub
from projections.catalogue import all_views

TESTS = Path(__file__).parents[2] / "tests"
VIEW = Printing(
    kind=ViewDocument,
    document=view_document,
    table=print_view,
    json=view_json,
    csv=view_csv,
    parquet=view_parquet,
)


def views(
    markdown: Annotated[
        bool, typer.Option("--markdown", help="As the page projections/VIEWS.md.")
    ] = False,
    as_json: Json = False,
    url: Url = None,
    data_dir: DataDir = None,
) -> None:
    """List the views that can be asked, their definitions and where those come from."""
    settings = settings_for(data_dir, url=url)
    document = views_document([view.about for view in all_views()])
    if settings.url is not None:
        with RemoteHub(settings) as remote:
            document = remote.figures("/v1/views", {}, ViewsDocument)
    if markdown:
        names = [each.name for each in document.views]
        typer.echo(views_page(document, files_that_ask(names, TESTS)), nl=False)
    elif as_json:
        say(pretty(encode(document)).decode())
    else:
        print_views(document)


def view(
    name: Annotated[str, typer.Argument(help="The name of a view, as hub views lists it.")],
    by: By = None,
    figures: Annotated[
        str | None, typer.Option("--figures", help="Figures, separated by commas; else all.")
    ] = None,
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
    """Answer for the figures of a view; the same answer as GET /v1/views/NAME."""
    about = about_view(name, [each.about for each in all_views()])
    values = chosen_values(where)
    query = parse_view_query(
        about,
        by=by,
        figures=figures,
        first=first,
        last=last,
        as_of=as_of,
        source=source,
        where=values,
        definition_version=under,
    )
    form = Format.JSON if as_json else form
    settings = settings_for(data_dir, url=url)
    if settings.url is not None:
        asked = {
            "by": by,
            "figures": figures,
            "from": first,
            "to": last,
            "as_of": as_of,
            "source": source,
            "definition_version": under,
            **values,
        }
        VIEW.show_remote(settings, f"/v1/views/{query.view}", asked, form)
        return
    with open_hub(settings) as hub:
        hub.projector.active_build()
        answer = hub.views.answer(query)
    VIEW.show(answer, form)


def files_that_ask(names: Sequence[str], folder: Path) -> dict[str, list[str]]:
    """Return the test files that ask each view, where the folder of tests is at hand."""
    found: dict[str, list[str]] = {name: [] for name in names}
    for path in sorted(folder.rglob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        # Tests of the doors ask views that they made up.
        if "ViewQuery" in text and "tests.unit.api_" not in text:
            for name in names:
                if f'"{name}"' in text:
                    found[name].append(path.name)
    return found
