"""Shows that the hub reproduces published tables: world, events, a throw-away hub, comparison."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

from contracts.official import PublishedCell
from domain.geography import Register
from domain.official import Level, Tally
from domain.official_areas import official_areas
from domain.official_comparison import Comparison, compare
from domain.official_worlds import HiddenCell, World
from domain.periods import ReportingYear
from hub.official_loading import load_world
from hub.settings import Settings
from hub.wiring import open_hub

Progress = Callable[[int], None]


@dataclass(frozen=True, kw_only=True)
class Check:
    """What is compared: published cells and the worlds behind them.

    by_hand: what DfE hides by hand. only: authorities to load and compare; empty: everything.
    """

    cells: Sequence[PublishedCell]
    worlds: Sequence[World]
    register: Register
    by_hand: tuple[HiddenCell, ...]
    only: frozenset[str] = frozenset()


def check_years(
    check: Check, *, quick: bool = False, progress: Progress | None = None
) -> list[Comparison]:
    """Return one comparison for each world, in their order.

    quick: from the worlds themselves, by rules and arithmetic; else each world goes through a hub
    of its own.
    """
    release = max(each.year for each in check.worlds)
    comparisons = []
    for world in check.worlds:
        tallies = world.tallies if quick else _through_a_hub(check, world, progress)
        areas = official_areas(check.register, world.year, release=release)
        table = areas.table(tallies)
        published = [
            (cell.area, cell.measure, cell.text)
            for cell in check.cells
            if cell.year == world.year and _is_wanted(check, cell)
        ]
        whole = not check.only
        comparisons.append(compare(world.year, published, table, check.by_hand, whole=whole))
    return comparisons


def _is_wanted(check: Check, cell: PublishedCell) -> bool:
    return not check.only or (cell.level is Level.AUTHORITY and cell.area in check.only)


def _through_a_hub(check: Check, world: World, progress: Progress | None) -> dict[str, Tally]:
    # Not the system's own place for such: the embedded server's user must reach it.
    folder = Path(mkdtemp(prefix="hub-official-"))
    folder.chmod(0o755)
    try:
        with open_hub(Settings(data_dir=folder)) as hub:
            load_world(hub, world, only=check.only or None, progress=progress)
            figures = hub.official.figures(ReportingYear(ending=world.year))
    finally:
        shutil.rmtree(folder)
    return dict(figures.tallies)
