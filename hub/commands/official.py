"""Commands about DfE's official table: make it, compare it, and show that the hub reproduces it."""

import gzip
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated

import typer
from msgspec.json import format as pretty

from contracts.official import PublishedCell, read_published
from contracts.official_document import official_files, official_json
from contracts.official_hidden import hidden_csv, listed_by_hand, read_hidden
from contracts.questions import moment
from contracts.register import read_register
from domain.errors import UsageError
from domain.official_comparison import Comparison, Verdict, compare
from domain.official_tables import OfficialTable
from domain.official_worlds import HiddenCell
from domain.periods import ReportingYear
from hub.commands.options import PROBLEMS_IN_DATA, DataDir, Json, settings_for
from hub.console import bar, say, table, tell
from hub.official.inverse import worlds_of
from hub.official.service import OfficialService
from hub.official_checking import Check, check_years
from hub.official_loading import write_events
from hub.wiring import open_hub

Listed = Annotated[
    list[Path] | None,
    typer.Option("--listed", help="A further list of cells that DfE hides by hand."),
]
Published = Annotated[
    list[Path], typer.Argument(help="DfE's files, of any years; they may be packed by gzip.")
]


def official(
    what: Annotated[
        list[str],
        typer.Argument(help="A reporting year, named by its end; with --compare, DfE's files."),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", help="Folder for the files, as DfE writes them.")
    ] = None,
    as_of: Annotated[
        str | None, typer.Option("--as-of", help="A ledger position, or a London date.")
    ] = None,
    publishable: Annotated[
        bool, typer.Option("--publishable", help="Hide so much that nothing can be worked out.")
    ] = False,
    comparing: Annotated[
        bool, typer.Option("--compare", help="Compare what the hub holds with published files.")
    ] = False,
    listed: Listed = None,
    newer: Annotated[
        bool, typer.Option("--newer-names", help="Column names of the editions from 2025 on.")
    ] = False,
    as_json: Json = False,
    data_dir: DataDir = None,
) -> None:
    """Make DfE's table of a year from what authorities recorded; it is restricted until published.

    With --compare, print cell by cell why the hub's and DfE's figures differ. Exit code 1: a
    difference is neither explained nor listed.
    """
    moment_meant = moment(as_of, "as-of")
    if not comparing and len(what) != 1:
        raise UsageError("Give one reporting year, or --compare and DfE's files.")
    with open_hub(settings_for(data_dir)) as hub:
        hub.projector.active_build()
        if comparing:
            cells = published_cells([Path(each) for each in what])
            show_comparisons(_compared(hub.official, cells, by_hand(listed), moment_meant))
            return
        year = ReportingYear.parse(what[0])
        found = hub.official.table(year, as_of=moment_meant, publishable=publishable)
    if out is not None:
        _write(out, official_files(found, newer=newer), found)
    elif as_json:
        say(pretty(official_json(found)).decode())
    else:
        _print(found)


def official_check(
    files: Published,
    year: Annotated[
        list[int] | None, typer.Option("--year", help="Only this year of the files.")
    ] = None,
    authority: Annotated[
        list[str] | None, typer.Option("--authority", help="Load only this authority, whole.")
    ] = None,
    quick: Annotated[
        bool, typer.Option("--quick", help="Rules and arithmetic only: no events and no hub.")
    ] = False,
    events: Annotated[
        Path | None, typer.Option("--events", help="Only write the events into this folder.")
    ] = None,
    listed: Listed = None,
) -> None:
    """Show that the hub reproduces DfE's files from events that are generated from them.

    A world that is consistent with everything published is found, its events are taken into a
    throw-away hub, and the hub's table is compared with the files. Exit code 1: a difference is
    neither explained nor listed.
    """
    register = read_register()
    cells = [each for each in published_cells(files) if not year or each.year in year]
    tell("Finding children behind the published figures")
    worlds = worlds_of(cells, register)
    for world in worlds:
        for broken in world.broken:
            say(f"published figures contradict each other: {broken}")
    if events is not None:
        for world in worlds:
            written = write_events(world, register, events / str(world.year), authority)
            say(f"{sum(written.values()):,} events of {world.year} in {events / str(world.year)}")
        found = [each for world in worlds for each in world.hidden]
        (events / "hidden-by-hand.csv").write_text(hidden_csv(found), encoding="utf-8")
        return
    check = Check(
        cells=cells,
        worlds=worlds,
        register=register,
        # What no world lets the rules hide is listed before any event is made.
        by_hand=_known_first(by_hand(listed), worlds_hidden=[w.hidden for w in worlds]),
        only=frozenset(authority or ()),
    )
    with bar("loading") as shown:
        show_comparisons(check_years(check, quick=quick, progress=shown.step))


def published_cells(files: Iterable[Path]) -> list[PublishedCell]:
    """Return the cells of DfE's files. Raises UsageError if one cannot be read or is another."""
    cells: list[PublishedCell] = []
    for path in files:
        try:
            content = path.read_bytes()
            text = (gzip.decompress(content) if path.suffix == ".gz" else content).decode()
        except (OSError, ValueError, EOFError) as error:
            raise UsageError(f"{path} cannot be read as a text file.") from error
        cells += read_published(text, path.name)
    if not cells:
        raise UsageError("These files hold no figures.")
    return cells


def by_hand(listed: Sequence[Path] | None) -> tuple[HiddenCell, ...]:
    """Return the cells that DfE hides by hand: the list of the hub, and further ones."""
    further = (read_hidden(path.read_text(encoding="utf-8"), path.name) for path in listed or ())
    return (*listed_by_hand(), *(each for cells in further for each in cells))


def show_comparisons(comparisons: Sequence[Comparison]) -> None:
    """Print how many cells are equal and why others are not; the program ends with 1 if one is."""
    for each in comparisons:
        if each.differences:
            table(
                f"{each.year}: cells that are not equal",
                ("area", "measure", "why", "DfE", "hub"),
                [(c.area, c.measure, c.why, c.published, c.ours) for c in each.differences],
                numbers=2,
            )
    table(
        "Cells compared",
        ("year", "compared", *Verdict, "hidden by DfE"),
        [
            (
                str(each.year),
                f"{len(each.cells):,}",
                *(f"{each.counted[verdict]:,}" for verdict in Verdict),
                f"{each.suppressed:,}",
            )
            for each in comparisons
        ],
        numbers=5,
    )
    for each in comparisons:
        if not each.explained and not each.counted[Verdict.DIFFERENT]:
            say(f"{each.year}: more than 0.5 % of the cells are hidden by hand; is a rule missing?")
    if not all(each.explained for each in comparisons):
        raise typer.Exit(PROBLEMS_IN_DATA)


def _known_first(
    known: tuple[HiddenCell, ...], *, worlds_hidden: Sequence[tuple[HiddenCell, ...]]
) -> tuple[HiddenCell, ...]:
    """Return both lists; a reason that somebody wrote stands before one that was derived."""
    written = {(each.year, each.area, each.measure) for each in known}
    derived = [
        each
        for hidden in worlds_hidden
        for each in hidden
        if (each.year, each.area, each.measure) not in written
    ]
    return (*known, *derived)


def _compared(
    service: OfficialService,
    cells: Sequence[PublishedCell],
    listed: tuple[HiddenCell, ...],
    as_of: int | date | None,
) -> list[Comparison]:
    years = sorted({each.year for each in cells})
    comparisons = []
    for year in years:
        found = service.table(ReportingYear(ending=year), as_of=as_of, release=years[-1])
        published = [(each.area, each.measure, each.text) for each in cells if each.year == year]
        comparisons.append(compare(year, published, found.by_rule, listed))
    return comparisons


def _write(out: Path, files: dict[str, bytes], found: OfficialTable) -> None:
    out.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (out / name).write_bytes(content)
    say(f"{len(files)} files in {out}: {found.marking}")


def _print(found: OfficialTable) -> None:
    cells = [text for row in found.cells.values() for text in row.values()]
    say(f"Reporting year {found.areas.year}, position {found.as_of_position}: {found.marking}")
    say(f"{len(cells):,} cells, {cells.count('c'):,} hidden, {found.withheld} of them besides")
    table(
        "England",
        ("measure", "figure"),
        [(measure, text) for measure, text in found.cells["E92000001"].items()],
    )
