"""What a person sees at a terminal: tables, progress bars, and errors in one line."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

# Rich takes 80 columns where there is no terminal, and breaks names in two.
WIDE = 160
OUT = Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else WIDE)
ERR = Console(stderr=True, highlight=False, soft_wrap=True)


class Bar:
    """A progress bar on a terminal, and nothing where there is none."""

    def __init__(self, progress: Progress, text: str, total: int | None) -> None:
        """Start at zero; total: None while it is not known."""
        self._progress = progress
        self._task = progress.add_task(text, total=total)

    def step(self, done: int) -> None:
        """Add to what is done."""
        self._progress.advance(self._task, done)

    def to(self, done: int, total: int) -> None:
        """Say how far the work is."""
        self._progress.update(self._task, completed=done, total=total)

    def note(self, done: int, total: int, text: str) -> None:
        """Say how far the work is, and at what."""
        self._progress.update(self._task, completed=done, total=total, description=text)


@contextmanager
def bar(text: str, total: int | None = None) -> Iterator[Bar]:
    """Show a progress bar on standard error while the work lasts, if that is a terminal."""
    progress = Progress(
        TextColumn("{task.description:<44}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=ERR,
        disable=not sys.stderr.isatty(),
    )
    with progress:
        yield Bar(progress, text, total)


def say(text: str) -> None:
    """Print a line of an answer."""
    OUT.print(text, markup=False)


def tell(text: str) -> None:
    """Print a line for the person, apart from the answer: on standard error."""
    ERR.print(text, markup=False)


def table(
    title: str, columns: Sequence[str], rows: Sequence[Sequence[str]], *, numbers: int = 1
) -> None:
    """Print a table; the last columns are numbers. What is too wide is wrapped, never cut."""
    shown = Table(title=title, title_justify="left")
    words = len(columns) - numbers
    for name in columns[:words]:
        shown.add_column(name, overflow="fold")
    for name in columns[words:]:
        shown.add_column(name, justify="right")
    for row in rows:
        shown.add_row(*row)
    OUT.print(shown)
