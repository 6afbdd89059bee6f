"""How views are asked for and answered, and what they say of themselves, in every form."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Final

import pyarrow as pa
from msgspec import Struct, field
from msgspec.json import encode
from msgspec.structs import replace

from contracts.counts import RANGE_NOTE, CoverageDocument
from contracts.questions import choice, day, dimensions, filters, moment, refuse_backwards
from contracts.tables import METADATA_KEY, table_arrow, table_csv, table_parquet
from domain.measures import DEFINITION_VERSION, Source
from domain.views import FigureAbout, ViewAbout, ViewAnswer, ViewQuery, ViewRow

RESTRICTED_NOTE: Final = (
    "Restricted: it may name homes or single children, and is never part of what is published."
)
_NUMBERS: Final = ("value", "low", "high")


class FigureDocument(Struct, frozen=True, kw_only=True):
    """A figure of a view, what it means and where its rule comes from."""

    name: str
    title: str
    definition: str
    unit: str
    source: str


class DimensionDocument(Struct, frozen=True, kw_only=True):
    """A dimension of a view, and what its values mean."""

    name: str
    definition: str


class ViewAboutDocument(Struct, frozen=True, kw_only=True):
    """A view that can be asked: its definition, its source, its figures and its dimensions.

    stock: figures stand at a moment, the end of the period asked for. restricted: it may name homes
    or single children.
    """

    name: str
    title: str
    definition: str
    source: str
    figures: tuple[FigureDocument, ...]
    dimensions: tuple[DimensionDocument, ...]
    stock: bool
    restricted: bool
    notes: tuple[str, ...]


class ViewsDocument(Struct, frozen=True, kw_only=True):
    """Every view that can be asked, in one version of the definitions."""

    definition_version: str
    views: tuple[ViewAboutDocument, ...]


class ViewDocument(Struct, frozen=True, kw_only=True):
    """Figures of a view as they stood at one ledger position.

    first_day, last_day: London dates, inclusive; null: open. where: dimensions with the one value
    that was asked for. figures: what each figure in the rows means. rows: the value of each
    dimension, then figure, value, low and high; null: it cannot be said.
    """

    view: str
    title: str
    definition: str
    definition_source: str
    restricted: bool
    source: Source
    as_of_position: int
    as_of_time: datetime | None
    definition_version: str
    first_day: date | None = field(name="from")
    last_day: date | None = field(name="to")
    where: dict[str, str]
    dimensions: tuple[str, ...]
    figures: tuple[FigureDocument, ...]
    rows: tuple[dict[str, str | int | float | None], ...]
    coverage: CoverageDocument
    notes: tuple[str, ...]


def parse_view_query(
    about: ViewAbout,
    *,
    by: str | None = None,
    figures: str | None = None,
    first: str | None = None,
    last: str | None = None,
    as_of: str | None = None,
    source: str | None = None,
    where: Mapping[str, str] | None = None,
    definition_version: str | None = None,
) -> ViewQuery:
    """Read a question for a view as people write it; by, figures: names separated by commas.

    Raises UsageError, whose message names the choices and never repeats what was written.
    """
    known = tuple(each.name for each in about.dimensions)
    named = tuple(each.name for each in about.figures)
    query = ViewQuery(
        view=about.name,
        by=dimensions(by, known),
        figures=dimensions(figures, named, "figures"),
        first_day=day("from", first),
        last_day=day("to", last),
        as_of=moment(as_of),
        source=Source.NATIONAL
        if source is None
        else Source(choice("source", source, tuple(Source))),
        where=filters(where or {}, known),
        definition_version=definition_version,
    )
    refuse_backwards(query.first_day, query.last_day)
    return query


def about_view(name: str, known: Sequence[ViewAbout], option: str = "view") -> ViewAbout:
    """Return the view of a name. Raises UsageError with the nearest and all."""
    names = [each.name for each in known]
    return known[names.index(choice(option, name, names))]


def about_document(about: ViewAbout) -> ViewAboutDocument:
    """Return what a view says of itself."""
    return ViewAboutDocument(
        name=about.name,
        title=about.title,
        definition=about.definition,
        source=about.source,
        figures=tuple(_figure(each) for each in about.figures),
        dimensions=tuple(
            DimensionDocument(name=each.name, definition=each.text) for each in about.dimensions
        ),
        stock=about.stock,
        restricted=about.restricted,
        notes=about.notes,
    )


def views_document(known: Sequence[ViewAbout]) -> ViewsDocument:
    """Return every view that can be asked."""
    return ViewsDocument(
        definition_version=DEFINITION_VERSION, views=tuple(about_document(each) for each in known)
    )


def view_document(answer: ViewAnswer) -> ViewDocument:
    """Return an answer in the form that `hub view --json` and `/v1/views/…` print."""
    query, about = answer.query, answer.about
    restricted = (RESTRICTED_NOTE,) if about.restricted else ()
    return ViewDocument(
        view=about.name,
        title=about.title,
        definition=about.definition,
        definition_source=about.source,
        restricted=about.restricted,
        source=query.source,
        as_of_position=answer.as_of_position,
        as_of_time=answer.as_of_time,
        definition_version=answer.definition_version,
        first_day=query.first_day,
        last_day=query.last_day,
        where=dict(query.where),
        dimensions=query.by,
        figures=tuple(
            _figure(each)
            for each in about.figures
            if not query.figures or each.name in query.figures
        ),
        rows=tuple(_cell(query.by, row) for row in answer.rows),
        coverage=CoverageDocument(
            publishers_heard=answer.coverage.publishers_heard,
            publishers_registered=answer.coverage.publishers_registered,
            parked_children=answer.coverage.parked_children,
            findings=dict(answer.coverage.findings),
        ),
        notes=(RANGE_NOTE, *about.notes, *restricted),
    )


def view_json(answer: ViewAnswer) -> bytes:
    """Return an answer as JSON."""
    return encode(view_document(answer))


def view_table(answer: ViewAnswer) -> pa.Table:
    """Return an answer as a table: dimensions, figure, unit, value, low, high, then what is shared.

    The schema's metadata hold the JSON answer without its rows.
    """
    query, rows = answer.query, answer.rows
    units = {each.name: each.unit for each in answer.about.figures}
    columns = {
        name: pa.array([row.dimensions[place] for row in rows], pa.string())
        for place, name in enumerate(query.by)
    }
    columns["figure"] = pa.array([row.figure for row in rows], pa.string())
    columns["unit"] = pa.array([units[row.figure] for row in rows], pa.string())
    for name in _NUMBERS:
        columns[name] = pa.array([getattr(row, name) for row in rows], pa.float64())
    shared = (
        ("view", query.view, pa.string()),
        ("source", query.source.value, pa.string()),
        ("as_of_position", answer.as_of_position, pa.int64()),
        ("as_of_time", answer.as_of_time, pa.timestamp("us", tz="UTC")),
        ("definition_version", answer.definition_version, pa.string()),
    )
    for name, value, kind in shared:
        columns[name] = pa.array([value] * len(rows), kind)
    metadata = encode(replace(view_document(answer), rows=()))
    return pa.table(columns).replace_schema_metadata({METADATA_KEY: metadata})


def view_csv(answer: ViewAnswer) -> str:
    """Return the table of an answer as CSV; what is whole is written without a point."""
    return table_csv(view_table(answer), whole=_NUMBERS)


def view_parquet(answer: ViewAnswer) -> bytes:
    """Return the table of an answer as a Parquet file."""
    return table_parquet(view_table(answer))


def view_arrow(answer: ViewAnswer) -> bytes:
    """Return the table of an answer as an Arrow IPC file."""
    return table_arrow(view_table(answer))


def _figure(about: FigureAbout) -> FigureDocument:
    return FigureDocument(
        name=about.name,
        title=about.title,
        definition=about.definition,
        unit=about.unit,
        source=about.source,
    )


def _cell(by: tuple[str, ...], row: ViewRow) -> dict[str, str | int | float | None]:
    named: dict[str, str | int | float | None] = dict(zip(by, row.dimensions, strict=True))
    return {
        **named,
        "figure": row.figure,
        "value": row.value,
        "low": row.low,
        "high": row.high,
    }
