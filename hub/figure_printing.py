"""Prints for a person how a count changed, which views there are, and what one answers."""

from contracts.history import HistoryDocument
from contracts.views import ViewDocument, ViewsDocument
from domain.measures import MEASURES
from hub.console import say, table


def print_history(answer: HistoryDocument) -> None:
    """Print where a count started, every step and what caused it, and where it ended."""
    title = MEASURES[answer.measure].title
    table(
        f"{title} ({answer.source.value}): from {_shown(answer.start)} to {_shown(answer.end)}",
        ("recorded", "position", "because", "records", "change", answer.unit),
        [
            (
                row.recorded_on.isoformat(),
                "" if row.position is None else str(row.position),
                row.kind.value,
                f"{row.records:,}",
                f"{row.change:+,}",
                _shown(row.value),
            )
            for row in answer.rows
        ],
    )
    for kind in dict.fromkeys(row.kind for row in answer.rows):
        say(f"{kind}: {answer.kinds[kind]}")
    say(
        f"From ledger position {answer.since_position} to {answer.as_of_position},"
        f" definitions {answer.definition_version}."
    )


def print_views(document: ViewsDocument) -> None:
    """Print every view with its definition and where that comes from."""
    table(
        f"Views, definitions {document.definition_version}",
        ("view", "what it answers", "source", "figures"),
        [
            (
                f"{view.name} (restricted)" if view.restricted else view.name,
                view.definition,
                view.source,
                ", ".join(figure.name for figure in view.figures),
            )
            for view in document.views
        ],
    )


def print_view(answer: ViewDocument) -> None:
    """Print an answer as a table: a row a cell, a column a figure; then what must be known."""
    names = [figure.name for figure in answer.figures]
    cells: dict[tuple[str, ...], dict[str, int | float | None]] = {}
    for row in answer.rows:
        cell = tuple(str(row[name]) for name in answer.dimensions)
        value = row["value"]
        if not isinstance(value, str):
            cells.setdefault(cell, {})[str(row["figure"])] = value
    table(
        f"{answer.title} ({answer.source.value})",
        (*answer.dimensions, *names),
        [(*cell, *(_shown(values.get(name)) for name in names)) for cell, values in cells.items()],
    )
    for figure in answer.figures:
        say(f"{figure.name} ({figure.unit}): {figure.definition} Source: {figure.source}.")
    coverage = answer.coverage
    say(
        f"As of ledger position {answer.as_of_position}, definitions {answer.definition_version};"
        f" {coverage.publishers_heard} of {coverage.publishers_registered} publishers heard."
    )
    for note in answer.notes:
        say(note)
    if coverage.findings:
        listed = ", ".join(f"{code}: {count:,}" for code, count in coverage.findings.items())
        say(f"Episodes with findings: {listed}.")


def _shown(value: int | float | None) -> str:
    return "-" if value is None else f"{value:,}"
