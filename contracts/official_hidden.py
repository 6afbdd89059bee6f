"""The list of cells that DfE hides by hand, with the reason for each."""

import csv
from collections.abc import Iterable
from importlib.resources import files
from io import StringIO
from typing import Final

from domain.errors import UsageError
from domain.official import Measure
from domain.official_worlds import HiddenCell

_COLUMNS: Final = ("year", "area", "measure", "reason")


def listed_by_hand() -> tuple[HiddenCell, ...]:
    """Return the list that the hub ships with."""
    name = "dfe_hand_suppressed.csv"
    text = files("contracts").joinpath("reference", name).read_text(encoding="utf-8")
    return read_hidden(text, name)


def read_hidden(text: str, name: str) -> tuple[HiddenCell, ...]:
    """Return the cells of a list. Raises UsageError, naming file and line, if it is not one."""
    reader = csv.DictReader(StringIO(text, newline=""))
    if tuple(reader.fieldnames or ()) != _COLUMNS:
        raise UsageError(f"{name}: its columns must be {', '.join(_COLUMNS)}.")
    found = []
    for line, row in enumerate(reader, 2):
        if row["measure"] not in list(Measure) or not row["year"].isdecimal():
            choices = ", ".join(Measure)
            raise UsageError(f"{name}, line {line}: year or measure is wrong; use: {choices}.")
        found.append(
            HiddenCell(
                year=int(row["year"]),
                area=row["area"],
                measure=Measure(row["measure"]),
                reason=row["reason"],
            )
        )
    return tuple(found)


def hidden_csv(cells: Iterable[HiddenCell]) -> str:
    """Return a list as it is read."""
    text = StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows((each.year, each.area, each.measure, each.reason) for each in cells)
    return text.getvalue()
