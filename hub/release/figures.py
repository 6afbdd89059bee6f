"""From counts to a release: asks the questions of the monthly grid and protects the answers."""

from collections.abc import Callable, Iterator
from typing import Final

from contracts.feed import (
    ENGLAND_NAME,
    AreaFigures,
    Indicator,
    Level,
    Release,
    ReleaseId,
    Stage,
    position_block,
)
from domain.disclosure import RULE_BOOK_VERSION, publish_rounded
from domain.errors import ReleaseRefusedError
from domain.geography import ENGLAND_CODE, Register
from domain.measures import CountsAnswer, CountsQuery
from domain.periods import Month, london_date

Counts = Callable[[CountsQuery], CountsAnswer]

MEASURE_OF: Final = {
    Indicator.MISSING_EPISODES: "missing_incidents",
    Indicator.MISSING_CHILDREN: "missing_children",
    Indicator.AWAY_EPISODES: "away_incidents",
    Indicator.AWAY_CHILDREN: "away_children",
}

CHILDREN_AMONG: Final = {
    Indicator.MISSING_CHILDREN: Indicator.MISSING_EPISODES,
    Indicator.AWAY_CHILDREN: Indicator.AWAY_EPISODES,
}

# True counts: by indicator, then by area code. They never leave this module.
TrueCounts = dict[Indicator, dict[str, int]]


def provisional_release(
    month: Month, *, counts: Counts, register: Register, synthetic: bool
) -> tuple[Release, int]:
    """Return the first release of a month, and the exact ledger position that it counts at.

    Raises ReleaseRefusedError if the counts are not fit to be published.
    """
    answers = dict(_ask(month, counts))
    first = answers[Indicator.MISSING_EPISODES][0]
    _refuse_unfit([answer for pair in answers.values() for answer in pair])
    true_counts = {indicator: _by_area(*pair, register) for indicator, pair in answers.items()}
    _refuse_impossible(true_counts)
    release = Release(
        id=ReleaseId(month=month, stage=Stage.PROVISIONAL),
        areas=tuple(_areas(true_counts, register)),
        definition_version=first.definition_version,
        rule_book_version=RULE_BOOK_VERSION,
        position_at_most=position_block(first.as_of_position),
        records_until=None if first.as_of_time is None else london_date(first.as_of_time),
        publishers_heard=first.coverage.publishers_heard,
        publishers_registered=first.coverage.publishers_registered,
        synthetic=synthetic,
    )
    return release, first.as_of_position


def _ask(
    month: Month, counts: Counts
) -> Iterator[tuple[Indicator, tuple[CountsAnswer, CountsAnswer]]]:
    # The first answer fixes the position, so that all figures are of one state of the ledger.
    position: int | None = None
    for indicator, measure in MEASURE_OF.items():
        total = counts(_query(month, measure, (), position))
        position = total.as_of_position
        yield indicator, (total, counts(_query(month, measure, ("region",), position)))


def _query(month: Month, measure: str, by: tuple[str, ...], position: int | None) -> CountsQuery:
    return CountsQuery(
        measure=measure, by=by, first_day=month.starts_on, last_day=month.ends_on, as_of=position
    )


def _refuse_unfit(answers: list[CountsAnswer]) -> None:
    states = {(answer.as_of_position, answer.definition_version) for answer in answers}
    if len(states) != 1:
        raise ReleaseRefusedError(
            "The counts changed while they were read; ask for the release again."
        )
    coverage = answers[0].coverage
    if coverage.parked_children:
        raise ReleaseRefusedError(
            f"{coverage.parked_children} children cannot be counted yet; see `hub status`, "
            "settle them, and ask for the release again."
        )
    if not coverage.publishers_heard:
        raise ReleaseRefusedError("No publisher has been heard from yet.")


def _by_area(total: CountsAnswer, regions: CountsAnswer, register: Register) -> dict[str, int]:
    # Rows of unknown and outside areas are in the total or apart, but are no cell of the grid.
    england = sum(int(row.value) for row in total.rows)
    by_region = {row.dimensions[0]: int(row.value) for row in regions.rows}
    return {ENGLAND_CODE: england} | {
        region.code: by_region.get(region.code, 0) for region in register.regions
    }


def _refuse_impossible(true_counts: TrueCounts) -> None:
    # Guards against a broken view: such figures would be believed, and could not be taken back.
    for children, episodes in CHILDREN_AMONG.items():
        for area, count in true_counts[children].items():
            if count > true_counts[episodes][area]:
                raise ReleaseRefusedError(f"{area} has more children than episodes.")
    for indicator, by_area in true_counts.items():
        if max(by_area.values()) > by_area[ENGLAND_CODE]:
            raise ReleaseRefusedError(f"{indicator}: a region exceeds England.")


def _areas(true_counts: TrueCounts, register: Register) -> Iterator[AreaFigures]:
    yield _area(true_counts, Level.NATIONAL, ENGLAND_CODE, ENGLAND_NAME)
    for region in register.regions:
        yield _area(true_counts, Level.REGIONAL, region.code, region.name)


def _area(true_counts: TrueCounts, level: Level, code: str, name: str) -> AreaFigures:
    return AreaFigures(
        level=level,
        code=code,
        name=name,
        figures={
            indicator: publish_rounded(by_area[code]) for indicator, by_area in true_counts.items()
        },
    )
