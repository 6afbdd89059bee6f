"""A generated year beside DfE's tables for 2022: read back from its files, area by area."""

import csv
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from pathlib import Path
from statistics import median
from typing import Any, Final

from msgspec.json import decode

from contracts.register import read_register
from domain.geography import ENGLAND_CODE
from domain.periods import ReportingYear, eighteenth_birthday

FIGURES: Final = {
    "incidents": "missing_incidents",
    "children": "missing_children",
    "placed in": "placed_in_by_other_las_31_march",
    "placed out": "placed_out_of_area_31_march",
    "net gain": "net_gain_31_march",
}
# Below it a relative difference says little: DfE itself shows tens.
_LARGE_ENOUGH: Final = 50

# Authorities of today by the one that stands in the table of 2022.
_WAS: Final = {"942": "909", "943": "909"}

Counts = dict[str, Counter[str]]


@dataclass(frozen=True, kw_only=True)
class Compared:
    """One figure of one area, as published and as generated."""

    area: str
    published: int
    generated: int

    @property
    def difference(self) -> float:
        """How far the generated figure is off, as a share of the published one."""
        return abs(self.generated - self.published) / max(abs(self.published), 1)


def counts_of(folder: Path, year: ReportingYear) -> Counts:
    """Return each figure by authority of the table, and by region and for England."""
    numbers = {each["number"] for each in _table("dfe_missing_2022.csv")}
    counts: Counts = {name: Counter() for name in FIGURES}
    for number, persons in _missing(folder):
        counts["incidents"][number] += 1
        counts["children"][number] += persons
    for placing, host in _placed_out(folder, year):
        counts["placed out"][placing] += 1
        if host:
            counts["placed in"][host] += 1
    for name in counts:
        counts[name] = _added_up(counts[name], numbers)
    for area in counts["placed out"] | counts["placed in"]:
        counts["net gain"][area] = counts["placed in"][area] - counts["placed out"][area]
    return counts


def compare(counts: Counts, *, authorities: bool) -> dict[str, list[Compared]]:
    """Return each figure that DfE shows, of authorities or of regions and England."""
    name = "dfe_missing_2022.csv" if authorities else "dfe_missing_2022_regions.csv"
    key = "number" if authorities else "code"
    return {
        figure: [
            Compared(area=row[key], published=int(row[column]), generated=counts[figure][row[key]])
            for row in _table(name)
            if row[column].lstrip("-").isdigit() and row[key] in counts["placed out"]
        ]
        for figure, column in FIGURES.items()
    }


def summary(compared: list[Compared]) -> dict[str, Any]:
    """Return the largest and the median difference, the largest where a share says something."""
    large = [each for each in compared if abs(each.published) >= _LARGE_ENOUGH]
    worst = max(large, key=lambda each: each.difference)
    widest = max(compared, key=lambda each: abs(each.generated - each.published))
    return {
        "areas": len(compared),
        "largest": worst.difference,
        "largest_in": worst.area,
        "median": median(each.difference for each in large),
        "widest": abs(widest.generated - widest.published),
        "widest_in": widest.area,
    }


def _missing(folder: Path) -> Iterator[tuple[str, int]]:
    """Yield, for each incident that the authority recorded, its number, and 1 for a new child."""
    seen: set[str] = set()
    with (folder / "truth" / "episodes.ndjson").open("rb") as lines:
        for line in lines:
            episode = decode(line)
            if episode["kind"] != "missing-from-care" or not episode["happened"]:
                continue
            recorded = any(each["publisher"].startswith("la-") for each in episode["sources"])
            if recorded or episode["covered_by"]:
                new = episode["person"] not in seen
                seen.add(episode["person"])
                yield _of_2022(episode["authority"]), int(new)


def _placed_out(folder: Path, year: ReportingYear) -> Iterator[tuple[str, str | None]]:
    """Yield placing authority and host of each child out of its area when the year ends."""
    births = _births(folder)
    for path in sorted(folder.glob("la-*.ndjson")):
        placed: dict[str, tuple[str, str | None]] = {}
        for message in _of_care(path, year):
            subject, data = message["subject"], message["data"]
            if message["type"] == "missing.placement.started.v1":
                placed[subject] = (data["placing_authority"], data.get("host_authority"))
            elif message["type"] == "missing.care.ended.v1":
                placed.pop(subject, None)
        for subject, (placing, host) in placed.items():
            born_on = births[path.stem, subject]
            if host != placing and eighteenth_birthday(born_on) > year.ends_on:
                yield _of_2022(placing), _of_2022(host) if host else None


def _of_care(path: Path, year: ReportingYear) -> Iterator[dict[str, Any]]:
    last = year.ends_on.isoformat()
    with path.open("rb") as lines:
        for line in lines:
            if b'"missing.placement.started' in line or b'"missing.care.ended' in line:
                message = decode(line)
                data = message["data"]
                if data.get("started", data.get("ended")) <= last:
                    yield message


def _births(folder: Path) -> dict[tuple[str, str], date]:
    births = {}
    with (folder / "truth" / "persons.ndjson").open("rb") as lines:
        for line in lines:
            person = decode(line)
            born_on = date.fromisoformat(person["birth_date"])
            for each in person["subjects"]:
                births[each["publisher"], each["ref"]] = born_on
    return births


def _added_up(counts: Counter[str], numbers: set[str]) -> Counter[str]:
    """Return the counts of authorities with those of their regions and of England."""
    whole: Counter[str] = Counter()
    for authority in (*read_register().authorities, *read_register().abolished):
        size = counts[authority.number] if authority.number in numbers else 0
        for area in (authority.number, authority.region_code, ENGLAND_CODE):
            whole[area] += size
    return whole


def _of_2022(number: str) -> str:
    return _WAS.get(number, number)


def _table(name: str) -> list[dict[str, str]]:
    text = files("contracts").joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))
