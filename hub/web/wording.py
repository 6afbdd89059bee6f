"""Sentences and numbers as a page shows them, made from published figures only."""

from typing import Final

from contracts.feed import AreaFigures, Indicator, Release, month_title
from domain.disclosure import Published, Symbol

KILOBYTE: Final = 1000

SYMBOL_WORDS: Final = {
    Symbol.CONFIDENTIAL: "fewer than 10",
    Symbol.NOT_AVAILABLE: "not available",
    Symbol.NOT_APPLICABLE: "not applicable",
}


def figure_text(figure: Published) -> str:
    """Return a figure for a table: 1,240, or its symbol."""
    return f"{figure.number:,}" if figure.symbol is None else figure.symbol.value


def figure_words(figure: Published) -> str:
    """Return a figure for a sentence: 1,240, or what its symbol means."""
    return f"{figure.number:,}" if figure.symbol is None else SYMBOL_WORDS[figure.symbol]


def size_text(size_bytes: int) -> str:
    """Return the size of a file as people write it: 940 bytes, 2 KB."""
    if size_bytes < KILOBYTE:
        return f"{size_bytes} bytes"
    return f"{round(size_bytes / KILOBYTE):,} KB"


def finding(release: Release) -> str:
    """Return what the chart of missing episodes shows: the regions that had the most."""
    most = max(_shown(area) for area in release.regions)
    if not most:
        return "No region had 10 or more missing episodes"
    names = [area.name for area in release.regions if _shown(area) == most]
    each = " each" if len(names) > 1 else ""
    return f"{_listed(names)} had the most missing episodes: {most:,}{each}"


def chart_words(release: Release) -> str:
    """Return the text that stands for the chart where it cannot be seen."""
    values = ", ".join(
        f"{area.name} {figure_words(area.figures[Indicator.MISSING_EPISODES])}"
        for area in by_missing_episodes(release)
    )
    return (
        f"Bar chart of missing episodes by region, {month_title(release.id.month)}, "
        f"from most to fewest: {values}."
    )


def by_missing_episodes(release: Release) -> tuple[AreaFigures, ...]:
    """Return the regions from most missing episodes to fewest, equal ones by the register."""
    return tuple(sorted(release.regions, key=_shown, reverse=True))


def _shown(area: AreaFigures) -> int:
    return area.figures[Indicator.MISSING_EPISODES].number or 0


def _listed(names: list[str]) -> str:
    *others, last = names
    return f"{', '.join(others)} and {last}" if others else last
