"""What `make demo` loads: a real-format return and one synthetic national month."""

from importlib.resources import as_file, files
from pathlib import Path

from contracts.counts import counts_document
from contracts.ssda903 import ADAPTER
from domain.errors import UsageError
from domain.identifiers import PublisherId
from domain.measures import CountsQuery
from domain.periods import Month, london_date
from hub.console import bar, say, tell
from hub.importing import import_return, publish_file
from hub.printing import print_status, print_table
from hub.release.build import release_month
from hub.return_files import read_ssda903
from hub.synthetic.generation import generate
from hub.synthetic.options import Options
from hub.wiring import Hub

MONTH = Month(year=2026, number=3)
RETURN_OF = PublisherId("la-330")
RETURN_YEAR = 2026
LOADING = "loading"
LOADED = "loaded"


def load_demo(hub: Hub, *, scale: float = 1.0) -> None:
    """Load the demo's data unless that was done before, and print the national counts.

    An interrupted load is taken up again: what the ledger holds already comes out as duplicates.
    scale: the share of the nation that is generated, if nothing was loaded before.
    Raises UsageError if the data directory holds other data.
    """
    marker = hub.settings.data_dir / "demo"
    done = marker.read_text(encoding="ascii") if marker.exists() else ""
    if not done and hub.status.position():
        raise UsageError(
            f"{hub.settings.data_dir} holds data that are not the demo's:"
            " set HUB_DATA_DIR to another directory."
        )
    if done == LOADED:
        tell("The demo's data were loaded before; going on from there.")
    else:
        marker.write_text(LOADING, encoding="ascii")
        _import_return(hub)
        _publish_nation(hub, scale)
    _catch_up(hub)
    _release(hub)
    marker.write_text(LOADED, encoding="ascii")
    _print_counts(hub)


def _import_return(hub: Hub) -> None:
    tell(f"Importing an SSDA903 return of {RETURN_OF} for the year to March {RETURN_YEAR}")
    with as_file(files("hub.synthetic").joinpath("ssda903_sample")) as folder:
        reading = read_ssda903(
            Path(folder),
            publisher=RETURN_OF,
            year=RETURN_YEAR,
            contract=hub.contract,
            keys=hub.keys,
            known=hub.returned_rows.load(RETURN_OF, ADAPTER),
        )
    with bar("importing", len(reading.messages)) as shown:
        answer = import_return(
            hub.gateway("file"),
            reading,
            publisher=RETURN_OF,
            progress=shown.step,
            store=hub.returned_rows,
        )
    tell(
        f"  {answer.rows} rows: {answer.accepted} accepted, {answer.duplicate} duplicate,"
        f" {answer.rejected} rejected; {len(answer.findings)} findings"
    )


def _publish_nation(hub: Hub, scale: float) -> None:
    folder = hub.settings.data_dir / "nation"
    year = MONTH.ends_on.year + (MONTH.number > 3)
    options = Options(year=year, month=MONTH.number, scale=scale)
    tell(f"Generating a synthetic nation for {MONTH}")
    with bar("generating") as shown:
        summary = generate(options, folder, shown.note)
    tell(f"Publishing {summary.messages:,} events of {len(summary.by_publisher)} publishers")
    door = hub.gateway("file")
    rejected = 0
    with bar("publishing", summary.messages) as shown:
        for publisher in sorted(summary.by_publisher):
            path = folder / f"{publisher}.ndjson"
            answer = publish_file(
                door, str(path), publisher=PublisherId(publisher), progress=shown.step
            )
            rejected += answer.rejected + answer.conflict
    tell(f"  {rejected} of them not taken")


def _catch_up(hub: Hub) -> None:
    with bar("linking") as shown:
        hub.linker.catch_up(shown.to)
        hub.linker.tend()
        hub.linker.catch_up(shown.to)
    build = hub.projector.active_build()
    with bar("projecting") as shown:
        hub.projector.catch_up(build, shown.to)


def _release(hub: Hub) -> None:
    done = release_month(
        MONTH,
        counts=hub.counts.answer,
        register=hub.register,
        today=london_date(hub.clock()),
        feed=hub.feed_dir,
        synthetic=True,
    )
    how = "was released before" if done.already else "is released"
    tell(f"{MONTH} {how}: {done.path}")


def _print_counts(hub: Hub) -> None:
    names = {region.code: region.name for region in hub.register.regions}
    for measure in ("missing_incidents", "missing_children", "away_incidents"):
        query = CountsQuery(
            measure=measure, by=("region",), first_day=MONTH.starts_on, last_day=MONTH.ends_on
        )
        print_table(counts_document(hub.counts.answer(query)), names)
    total = hub.counts.answer(
        CountsQuery(measure="missing_children", first_day=MONTH.starts_on, last_day=MONTH.ends_on)
    )
    say(f"Children missing at least once in {MONTH}, England: {total.rows[0].value:,}")
    print_status(hub.status.read())
