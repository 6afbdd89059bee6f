"""Writes the rows of a return as XML, in the form that the census takes."""

import csv
from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

TAGS = {"CHILD": "CHILDID", "PLACE": "PL"}


def xml_of(files: Mapping[str, bytes], *, prolog: str = "") -> bytes:
    """Return the XML of a return whose every child is in the Header once."""
    alone = {row["CHILD"] for row in _rows(files, "uasc.csv")}
    children = [
        _element(
            "CHILD",
            _element(
                "HEADER",
                _fields(child, ("CHILD", "SEX", "DOB", "ETHNIC", "UPN")),
                "<UASC>1</UASC>" if child["CHILD"] in alone else "<UASC/>",
                *_blocks(
                    files, "missing.csv", child, "AMISSING", ("MISSING", "MIS_START", "MIS_END")
                ),
                "<AREVIEW><REVIEW>01/05/2017</REVIEW></AREVIEW>",
            ),
            *_blocks(files, "episodes.csv", child, "EPISODE", None),
        )
        for child in _rows(files, "header.csv")
    ]
    return f"{prolog}<EXPSSDA903>{''.join(children)}</EXPSSDA903>".encode()


def _blocks(
    files: Mapping[str, bytes],
    file: str,
    child: Mapping[str, str],
    tag: str,
    columns: Sequence[str] | None,
) -> list[str]:
    return [
        _element(tag, _fields(row, columns or [name for name in row if name != "CHILD"]))
        for row in _rows(files, file)
        if row["CHILD"] == child["CHILD"]
    ]


def _rows(files: Mapping[str, bytes], file: str) -> list[dict[str, str]]:
    return list(csv.DictReader(files.get(file, b"").decode().splitlines()))


def _fields(row: Mapping[str, str], columns: Sequence[str]) -> str:
    return "".join(_element(TAGS.get(name, name), escape(row[name])) for name in columns)


def _element(tag: str, *content: str) -> str:
    inside = "".join(content)
    return f"<{tag}>{inside}</{tag}>" if inside else f"<{tag}/>"
