"""Asks the views for the sections of a restricted pack, all at one ledger position."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from domain.views import FigureAbout, ViewAbout, ViewAnswer, ViewQuery, ViewRow
from hub.packs.content import Bars, PackPeriod, Section, Table

Ask = Callable[[ViewQuery], ViewAnswer]

# More rows than a page holds help no board; the file behind the figures has all of them.
MOST_ROWS: Final = 20
NOT_SAID: Final = "not computable"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A section that a pack has: figures of a view, by one dimension or side by side.

    figures: in the order of the table; by: None: the area beside its region and England. chart: the
    figure that is drawn, if one is. here: the dimension that the area is a value of.
    """

    title: str
    view: str
    figures: tuple[str, ...]
    by: str | None = None
    chart: str | None = None
    here: str = "authority"


@dataclass(frozen=True, kw_only=True)
class Place:
    """The area of a pack: its name, and its number and region; None: all of England."""

    name: str
    number: str | None
    region: str | None
    region_name: str | None


@dataclass(frozen=True, kw_only=True)
class Asker:
    """Asks for a period, at a position. areas: the name of each authority, by its number."""

    ask: Ask
    views: Mapping[str, ViewAbout]
    period: PackPeriod
    position: int
    place: Place
    areas: Mapping[str, str]

    def section(self, wanted: Wanted) -> Section:
        """Return a section with its table, its chart and what must be known to read it."""
        about = self.views[wanted.view]
        table, numbers = self._beside(wanted) if wanted.by is None else self._listed(wanted)
        titles = {each.name: each for each in about.figures}
        first = titles[wanted.figures[0]]
        return Section(
            title=wanted.title,
            lead=about.definition if not table.rows else _lead(first, table, wanted),
            table=table if table.rows else None,
            chart=_chart(titles, wanted, table, numbers),
            notes=(
                *(() if table.rows else ("Nothing is recorded for this period.",)),
                *about.notes,
            ),
            source="; ".join(dict.fromkeys((about.source, first.source))),
        )

    def _beside(self, wanted: Wanted) -> tuple[Table, list[ViewRow]]:
        """Return each figure of the area beside those of its region and of England."""
        columns = self._columns(wanted)
        answers = [self._rows(wanted, where) for _, where in columns]
        titles = {each.name: each.title for each in self.views[wanted.view].figures}
        rows = tuple(
            (titles[name], *(_shown(each.get(name)) for each in answers)) for name in wanted.figures
        )
        head = ("Figure", *(name for name, _ in columns))
        own = [each for each in answers[0].values() if each.figure in wanted.figures]
        return Table(caption=f"{wanted.title}, {self.period.title}", head=head, rows=rows), own

    def _listed(self, wanted: Wanted) -> tuple[Table, list[ViewRow]]:
        """Return the figures of the area by a dimension, the largest first unless it is time."""
        about = self.views[wanted.view]
        by = str(wanted.by)
        where = self._columns(wanted)[0][1]
        answer = self._answer(wanted, by=(by,), where=where)
        cells: dict[str, dict[str, ViewRow]] = {}
        for row in answer.rows:
            cells.setdefault(row.dimensions[0], {})[row.figure] = row
        first = wanted.figures[0]
        order = list(cells)
        if by not in {"month", "reporting_year"}:
            order.sort(key=lambda name: (-_size(cells[name].get(first)), name))
        shown = order[:MOST_ROWS]
        titles = {each.name: each.title for each in about.figures}
        table = Table(
            caption=f"{wanted.title}, {self.period.title}"
            + (f", the first {len(shown)} of {len(order)}" if len(shown) < len(order) else ""),
            head=(by.replace("_", " ").capitalize(), *(titles[name] for name in wanted.figures)),
            rows=tuple(
                (self._named(by, name), *(_shown(cells[name].get(each)) for each in wanted.figures))
                for name in shown
            ),
        )
        drawn = wanted.chart or first
        rows = [
            replace(cells[name][drawn], dimensions=(self._named(by, name),))
            for name in shown
            if drawn in cells[name]
        ]
        return table, rows

    def _named(self, by: str, value: str) -> str:
        """Return a value of a dimension as people read it."""
        if by in {"authority", "host_authority"}:
            return self.areas.get(value, value)
        return value.replace("_", " ")

    def _columns(self, wanted: Wanted) -> list[tuple[str, tuple[tuple[str, str], ...]]]:
        known = {each.name for each in self.views[wanted.view].dimensions}
        columns: list[tuple[str, tuple[tuple[str, str], ...]]] = []
        place = self.place
        if place.number is not None and wanted.here in known:
            columns.append((place.name, ((wanted.here, place.number),)))
        if place.region is not None and "region" in known and wanted.here == "authority":
            columns.append((str(place.region_name), (("region", place.region),)))
        return [*columns, ("England", ())]

    def _rows(self, wanted: Wanted, where: tuple[tuple[str, str], ...]) -> dict[str, ViewRow]:
        return {row.figure: row for row in self._answer(wanted, by=(), where=where).rows}

    def _answer(
        self, wanted: Wanted, *, by: tuple[str, ...], where: tuple[tuple[str, str], ...]
    ) -> ViewAnswer:
        query = ViewQuery(
            view=wanted.view,
            figures=wanted.figures,
            first_day=self.period.first,
            last_day=self.period.last,
            as_of=self.position,
        )
        return self.ask(replace(query, by=by, where=where))


def _lead(first: FigureAbout, table: Table, wanted: Wanted) -> str:
    if wanted.by is not None:
        name, number = table.rows[0][0], table.rows[0][1]
        if wanted.by in {"month", "reporting_year"}:
            name, number = table.rows[-1][0], table.rows[-1][1]
        return f"{first.title}: {number} for {name}. {first.definition}"
    places = ", ".join(
        f"{number} in {name}"
        for name, number in zip(table.head[1:], table.rows[0][1:], strict=True)
    )
    return f"{first.title}: {places}. {first.definition}"


def _chart(
    titles: Mapping[str, FigureAbout], wanted: Wanted, table: Table, rows: list[ViewRow]
) -> Bars | None:
    """Return the bars of a list; figures side by side are of different kinds, and are not drawn."""
    if wanted.by is None or not rows or not any(row.value for row in rows):
        return None
    drawn = titles[wanted.chart or wanted.figures[0]]
    names = tuple(row.dimensions[0] for row in rows)
    texts = tuple(_shown(row) for row in rows)
    told = "; ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))
    return Bars(
        names=names,
        numbers=tuple(row.value for row in rows),
        texts=texts,
        words=f"Bars of {drawn.title.lower()}, {table.caption}: {told}.",
    )


def _shown(row: ViewRow | None) -> str:
    """Return a figure as it is printed, with its range where the review leaves one open."""
    if row is None or row.value is None:
        return NOT_SAID if row is not None else "0"
    if row.low == row.high:
        return _number(row.value)
    return f"{_number(row.value)} ({_number(row.low)} to {_number(row.high)})"


def _number(value: float | None) -> str:
    if value is None:
        return NOT_SAID
    return f"{value:,.1f}" if value % 1 else f"{int(value):,}"


def _size(row: ViewRow | None) -> float:
    return float(row.value) if row is not None and row.value is not None else -1.0
