"""The views as a page to read: what each answers, its figures, and where its rules come from."""

from collections.abc import Mapping, Sequence
from typing import Final

from contracts.views import FigureDocument, ViewAboutDocument, ViewsDocument

_HEAD: Final = """# Every view, and what its figures mean

Written by `hub views --markdown` from the views themselves; do not edit. {number} views,
definitions {version}. Each is asked with `hub view NAME` or `GET /v1/views/NAME`, as of any ledger
position or date. "¶" is a paragraph of *Missing children* (Ofsted, February 2013); *ours* is a
choice to be confirmed with the departments.

| view | what it answers | source | tested in |
|---|---|---|---|
"""


def views_page(document: ViewsDocument, tests: Mapping[str, Sequence[str]]) -> str:
    """Return the views in Markdown; tests: for each view, the files that hold it to its rules."""
    rows = "".join(_row(view, tests.get(view.name, ())) for view in document.views)
    head = _HEAD.format(number=len(document.views), version=document.definition_version)
    return head + rows + "".join(_section(view) for view in document.views)


def _row(view: ViewAboutDocument, tests: Sequence[str]) -> str:
    restricted = " (restricted)" if view.restricted else ""
    files = ", ".join(f"`{name}`" for name in tests)
    return (
        f"| [`{view.name}`](#{view.name}){restricted} | {_cell(view.definition)} |"
        f" {_cell(view.source)} | {files} |\n"
    )


def _section(view: ViewAboutDocument) -> str:
    stock = "\nA stock: figures stand at the end of the period asked for.\n" if view.stock else ""
    restricted = (
        "\nRestricted: it may name homes or single children, and is never published.\n"
        if view.restricted
        else ""
    )
    notes = "".join(f"\n* {note}" for note in view.notes)
    return (
        f"\n## {view.name}\n\n{view.title}. {view.definition} Source: {view.source}.\n"
        f"{stock}{restricted}\n| figure | definition | unit | source |\n|---|---|---|---|\n"
        + "".join(_figure(each) for each in view.figures)
        + "\n| dimension | values |\n|---|---|\n"
        + "".join(f"| `{each.name}` | {_cell(each.definition)} |\n" for each in view.dimensions)
        + (f"{notes}\n" if notes else "")
    )


def _figure(figure: FigureDocument) -> str:
    return (
        f"| `{figure.name}` | {_cell(figure.definition)} | {_cell(figure.unit)} |"
        f" {_cell(figure.source)} |\n"
    )


def _cell(text: str) -> str:
    return text.replace("|", "\\|")
