"""What a release of the public feed says, and its JSON document."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final, Literal, Self

from msgspec import UNSET, Struct, UnsetType
from msgspec.json import decode, encode

from domain.disclosure import Published, Symbol
from domain.periods import Month, ReportingYear

FORMAT: Final = 1
ENGLAND_NAME: Final = "England"

# The exact ledger position would tell outsiders how many records there are. These blocks are far
# larger than those of public checkpoints, so that a release beside the checkpoint of its morning
# does not tell how much came in between.
POSITION_BLOCK: Final = 65_536

MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

_RELEASE_ID: Final = re.compile(r"(?P<year>[0-9]{4})-(?P<number>[0-9]{2})-(?P<stage>[PF])")


class Stage(StrEnum):
    """Which of the two publications of a period: at its close, or after its reporting year."""

    PROVISIONAL = "P"
    FINAL = "F"


class Indicator(StrEnum):
    """What a release counts, by its column name in the open data files."""

    MISSING_EPISODES = "missing_episode_count"
    MISSING_CHILDREN = "missing_child_count"
    AWAY_EPISODES = "away_episode_count"
    AWAY_CHILDREN = "away_child_count"


class Level(StrEnum):
    """A geographic level, in the words of the open data standard."""

    NATIONAL = "National"
    REGIONAL = "Regional"


@dataclass(frozen=True, kw_only=True)
class ReleaseId:
    """The permanent name of a release; ids sort by time, the final one after the provisional."""

    month: Month
    stage: Stage

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the id written as 2026-03-P. Raises ValueError if it is not one."""
        match = _RELEASE_ID.fullmatch(text)
        if match is None:
            raise ValueError("A release is written as 2026-03-P.")
        month = Month(year=int(match["year"]), number=int(match["number"]))
        return cls(month=month, stage=Stage(match["stage"]))

    def __str__(self) -> str:
        """Return the id as 2026-03-P, the form that `parse` reads."""
        return f"{self.month}-{self.stage}"

    def __lt__(self, other: "ReleaseId") -> bool:
        """Return whether this release comes before another."""
        return self._order < other._order

    @property
    def _order(self) -> tuple[Month, bool]:
        return (self.month, self.stage is Stage.FINAL)


@dataclass(frozen=True, kw_only=True)
class AreaFigures:
    """The published figures of one area; every indicator is there."""

    level: Level
    code: str
    name: str
    figures: Mapping[Indicator, Published]


@dataclass(frozen=True, kw_only=True)
class Release:
    """Everything that a release tells the public, and nothing that it must not.

    areas: England, then the regions in the order of the register.
    position_at_most: the ledger position counted at, rounded up to a whole block.
    records_until: the London date of the last record counted; None: not known.
    publishers_heard, publishers_registered: how many bodies had sent records, of how many.
    synthetic: the figures are of a generated nation, not of children.
    """

    id: ReleaseId
    areas: tuple[AreaFigures, ...]
    definition_version: str
    rule_book_version: str
    position_at_most: int
    records_until: date | None
    publishers_heard: int
    publishers_registered: int
    synthetic: bool

    @property
    def england(self) -> AreaFigures:
        """The national figures."""
        return self.areas[0]

    @property
    def regions(self) -> tuple[AreaFigures, ...]:
        """The figures of the regions, in the order of the register."""
        return self.areas[1:]


def position_block(position: int) -> int:
    """Return a ledger position rounded up to a whole block, the only form that is published."""
    return -(-position // POSITION_BLOCK) * POSITION_BLOCK


def final_due(month: Month) -> Month:
    """Return when the final figures of a month come out: the November after its reporting year."""
    return Month(year=ReportingYear.of(month.starts_on).ending, number=11)


def month_title(month: Month) -> str:
    """Return a month as people write it: March 2026."""
    return f"{MONTHS[month.number - 1]} {month.year}"


def day_title(day: date) -> str:
    """Return a date as people write it: 14 April 2026."""
    return f"{day.day} {MONTHS[day.month - 1]} {day.year}"


class _Figure(Struct, omit_defaults=True, forbid_unknown_fields=True):
    number: int | UnsetType = UNSET
    symbol: Symbol | UnsetType = UNSET


class _Area(Struct, forbid_unknown_fields=True):
    geographic_level: Level
    code: str
    name: str
    figures: dict[Indicator, _Figure]


class _Publishers(Struct, forbid_unknown_fields=True):
    heard: int
    registered: int


class _ReleaseDocument(Struct, forbid_unknown_fields=True):
    format: Literal[1]
    release: str
    definition_version: str
    rule_book_version: str
    ledger_position_at_most: int
    records_until: date | None
    publishers: _Publishers
    synthetic: bool
    areas: list[_Area]


def release_json(release: Release) -> bytes:
    """Return a release as canonical JSON: sorted keys, no spaces, UTF-8."""
    document = _ReleaseDocument(
        format=FORMAT,
        release=str(release.id),
        definition_version=release.definition_version,
        rule_book_version=release.rule_book_version,
        ledger_position_at_most=release.position_at_most,
        records_until=release.records_until,
        publishers=_Publishers(
            heard=release.publishers_heard, registered=release.publishers_registered
        ),
        synthetic=release.synthetic,
        areas=[_written_area(area) for area in release.areas],
    )
    return encode(document, order="sorted")


def read_release(document: bytes) -> Release:
    """Return the release that `release_json` wrote. Raises ValueError if it is not of that form."""
    read = decode(document, type=_ReleaseDocument)
    return Release(
        id=ReleaseId.parse(read.release),
        areas=tuple(_read_area(area) for area in read.areas),
        definition_version=read.definition_version,
        rule_book_version=read.rule_book_version,
        position_at_most=read.ledger_position_at_most,
        records_until=read.records_until,
        publishers_heard=read.publishers.heard,
        publishers_registered=read.publishers.registered,
        synthetic=read.synthetic,
    )


def _written_area(area: AreaFigures) -> _Area:
    return _Area(
        geographic_level=area.level,
        code=area.code,
        name=area.name,
        figures={name: _written_figure(figure) for name, figure in area.figures.items()},
    )


def _written_figure(figure: Published) -> _Figure:
    return _Figure(
        number=UNSET if figure.number is None else figure.number,
        symbol=UNSET if figure.symbol is None else figure.symbol,
    )


def _read_area(area: _Area) -> AreaFigures:
    if area.figures.keys() != set(Indicator):
        raise ValueError("An area does not have every indicator.")
    return AreaFigures(
        level=area.geographic_level,
        code=area.code,
        name=area.name,
        figures={name: _read_figure(figure) for name, figure in area.figures.items()},
    )


def _read_figure(figure: _Figure) -> Published:
    return Published(
        number=None if figure.number is UNSET else figure.number,
        symbol=None if figure.symbol is UNSET else figure.symbol,
    )
