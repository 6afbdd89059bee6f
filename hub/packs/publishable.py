"""The edition of a pack that may be published: cells of the public feed, and nothing else."""

from collections.abc import Sequence
from typing import Final

from contracts.feed import AreaFigures, Indicator, Release, month_title
from domain.errors import NotFoundError
from domain.safeguarding import Board
from hub.packs.asking import Place
from hub.packs.content import Bars, Edition, Pack, PackPeriod, Section, Table
from hub.web.wording import figure_text

ROUNDED: Final = (
    "Numbers are shown as the public feed shows them: rounded, and c where they are below 10."
    " They do not add up, and nothing else about the area is public."
)
_TITLES: Final = {
    Indicator.MISSING_EPISODES: "Missing episodes",
    Indicator.MISSING_CHILDREN: "Children missing",
    Indicator.AWAY_EPISODES: "Away episodes",
    Indicator.AWAY_CHILDREN: "Children away",
}


def publishable_pack(
    releases: Sequence[Release], *, board: Board, period: PackPeriod, place: Place
) -> Pack:
    """Return the pack from what was released of a period, the last release of each month.

    releases: in any order, of any month. Raises NotFoundError if nothing of the period was
    released yet.
    """
    latest: dict[str, Release] = {}
    for each in sorted(releases, key=lambda release: release.id):
        if period.first <= each.id.month.starts_on and each.id.month.ends_on <= period.last:
            latest[str(each.id.month)] = each
    if not latest:
        raise NotFoundError(
            f"Nothing of {period.title} has been released yet: a publishable pack holds only"
            " figures of the public feed. Run hub release, or ask for the restricted edition."
        )
    found = [latest[month] for month in sorted(latest)]
    areas = [each for each in found[0].areas if _belongs(each, place)]
    return Pack(
        edition=Edition.PUBLISHABLE,
        area=place.name,
        area_code=place.number or "england",
        board=board,
        period=period,
        position=None,
        recorded_until=None,
        definition_version=found[-1].definition_version,
        sections=tuple(_section(area, found) for area in areas),
        notes=(
            ROUNDED,
            "Missing and away are different things and are never added together.",
            "Releases: " + ", ".join(str(each.id) for each in found) + ".",
        ),
        synthetic=any(each.synthetic for each in found),
    )


def _belongs(area: AreaFigures, place: Place) -> bool:
    """Return whether an area of the grid is the pack's own, its region, or England."""
    return area.level == "National" or area.code in {place.number, place.region}


def _section(area: AreaFigures, releases: Sequence[Release]) -> Section:
    rows = []
    numbers: list[float | None] = []
    for release in releases:
        figures = next(each for each in release.areas if each.code == area.code).figures
        numbers.append(figures[Indicator.MISSING_EPISODES].number)
        rows.append((month_title(release.id.month), *(figure_text(figures[i]) for i in _TITLES)))
    texts = tuple(row[1] for row in rows)
    names = tuple(row[0] for row in rows)
    told = "; ".join(f"{name} {text}" for name, text in zip(names, texts, strict=True))
    return Section(
        title=area.name,
        lead=f"Missing episodes that started in {area.name}, and children with at least one.",
        table=Table(
            caption=f"{area.name} by month", head=("Month", *_TITLES.values()), rows=tuple(rows)
        ),
        chart=Bars(
            names=names,
            numbers=tuple(numbers),
            texts=texts,
            words=f"Bars of missing episodes in {area.name} by month: {told}.",
        ),
        notes=(),
        source="",
    )
