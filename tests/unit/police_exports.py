"""Small police exports for tests, in the forms of the two worked mappings."""

import csv
from io import StringIO

from contracts.file_reading import FileReading
from tests.unit.adapter_files import SAMPLES, read_police, remembered, worked_mapping

COLUMNS = (SAMPLES / "compact_like.csv").read_text(encoding="utf-8").splitlines()[0].split(",")
ROW = {
    "Misper Ref": "M1",
    "Person URN": "U1",
    "Surname": "Example",
    "DOB": "14/02/2010",
    "Sex": "F",
    "Last Seen": "08/03/2024 21:30",
    "Reported": "08/03/2024 23:05",
    "Category": "MIS",
    "Risk": "M",
}


def export(*rows: dict[str, str]) -> bytes:
    """Return an export; each row is the one above with other fields."""
    text = StringIO()
    writer = csv.DictWriter(text, COLUMNS)
    writer.writeheader()
    writer.writerows({**ROW, **row} for row in rows)
    return text.getvalue().encode()


def read(*rows: dict[str, str], after: FileReading | None = None) -> FileReading:
    """Read an export by the first mapping, after another one if given."""
    known = remembered(after) if after else ()
    return read_police(export(*rows), worked_mapping("compact_like"), known=known)


def changed(row: dict[str, str], **fields: str) -> dict[str, str]:
    """Return a row with other fields; `_` stands for a space."""
    return {**row, **{name.replace("_", " "): value for name, value in fields.items()}}


def niche(*levels: tuple[str, str], more: dict[int, str] | None = None) -> bytes:
    """Return the first row of the other worked export with this history of risk."""
    lines = (SAMPLES / "niche_like.csv").read_bytes().decode("cp1252").splitlines()
    fields = lines[1].split(";")
    told_levels = [*levels, ("", ""), ("", ""), ("", "")][:3]
    fields[16:22] = [part for level in told_levels for part in level]
    for at, text in (more or {}).items():
        fields[at] = text
    return f"{lines[0]}\n{';'.join(fields)}\n".encode("cp1252")


FIRST, LATER = ("Medium Risk", "2024-10-27T01:45:00+01:00"), ("High Risk", "2024-10-27T06:00:00Z")
