"""The code lists of the returns, read from the data files beside this module."""

import json
from collections.abc import Mapping
from datetime import date
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any

from domain.codes import Code, CodeList, EthnicGroup
from domain.periods import ReportingYear


@cache
def read_code_lists() -> Mapping[str, CodeList]:
    """Return every code list by its name, such as `placement_type`; read once per process."""
    documents = (
        json.loads(path.read_text(encoding="utf-8"))
        for path in files("contracts").joinpath("codes").iterdir()
        if path.name.endswith(".json")
    )
    lists = sorted((_code_list(each) for each in documents), key=lambda each: each.name)
    return MappingProxyType({each.name: each for each in lists})


@cache
def read_ethnic_groups() -> Mapping[str, EthnicGroup]:
    """Return the published ethnic group of each SSDA903 ethnicity code; read once per process."""
    path = files("contracts").joinpath("codes", "ethnicity.json")
    entries = json.loads(path.read_text(encoding="utf-8"))["codes"]
    groups = (
        EthnicGroup(code=each["code"], major=each["major"], minor=each["minor"]) for each in entries
    )
    return MappingProxyType({group.code: group for group in groups})


def _code_list(document: dict[str, Any]) -> CodeList:
    return CodeList(
        name=document["name"],
        source=document["source"],
        codes=tuple(
            Code(
                code=entry["code"],
                label=entry["label"],
                valid_from=_day(entry, "valid_from"),
                valid_to=_day(entry, "valid_to"),
            )
            for entry in document["codes"]
        ),
    )


def _day(entry: dict[str, Any], side: str) -> date | None:
    """Return the first or last day of a code, which the file gives as a date or a year."""
    if side in entry:
        return date.fromisoformat(entry[side])
    if f"{side}_year" not in entry:
        return None
    year = ReportingYear(ending=entry[f"{side}_year"])
    return year.starts_on if side == "valid_from" else year.ends_on
