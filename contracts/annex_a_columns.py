"""The columns of list 8 (children looked after) of Ofsted's Annex A, however they are spelt.

The headings are those of the published template (SocialFinanceDigitalLabs/liia-tools,
annex_a_pipeline/spec/pipeline.yml, List 8); authorities shorten and rewrite them.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Column(StrEnum):
    """A column that is read, by the heading of the template."""

    CHILD = "Child Unique ID"
    GENDER = "Gender"
    ETHNICITY = "Ethnicity"
    BORN = "Date of Birth"
    UNACCOMPANIED = "Unaccompanied Asylum Seeking Child (UASC) within the Last 12 Months (Y/N)"
    CARE_STARTED = "Date Started to be Looked After"
    LEGAL_STATUS = "Child's Legal Status"
    CARE_ENDED = "Date Ceased to be Looked After"
    CARE_END_REASON = "Reason Ceased to be Looked After"
    PLACED = "Start Date of Most Recent Placement"
    PLACEMENT_TYPE = "Placement Type"
    PROVIDER = "Placement Provider"
    URN = "URN of Placement"
    HOST = "LA of Placement"
    MISSING = (
        "Number of Episodes the Child has been 'Missing' from their Placement in the last 12 months"
    )
    ABSENT = (
        "Number of Episodes the Child has been 'Absent' from their Placement in the last 12 months"
    )
    OFFERED = "Was the child offered a Return Interview after their last missing episode (Y/N)?"
    ACCEPTED = "Did the child accept a Return Interview after their last missing episode (Y/N)?"


@dataclass(frozen=True, kw_only=True)
class _Heading:
    """Words by which a heading is known: one of each group, and none of the others."""

    words: tuple[frozenset[str], ...]
    without: frozenset[str] = frozenset()


def _words(*groups: str, without: str = "") -> _Heading:
    return _Heading(
        words=tuple(frozenset(group.split("|")) for group in groups),
        without=frozenset(without.split("|")) if without else frozenset(),
    )


# Tried in this order; a heading is one column at most.
_HEADINGS: Final[Mapping[Column, _Heading]] = {
    Column.MISSING: _words("number|no|count", "missing", without="offered|accept|accepted|date"),
    Column.ABSENT: _words("number|no|count", "absent|away", without="offered|accept|accepted|date"),
    Column.OFFERED: _words("offered|offer", "interview|rhi"),
    Column.ACCEPTED: _words("accept|accepted", "interview|rhi"),
    Column.UNACCOMPANIED: _words("unaccompanied|uasc"),
    Column.CARE_END_REASON: _words("reason", "ceased|ended", without="placement"),
    Column.CARE_ENDED: _words("date", "ceased|ended", without="placement"),
    Column.CARE_STARTED: _words("date", "started|start", "looked|cla|lac|care"),
    Column.PLACED: _words("date", "start|started", "placement"),
    Column.LEGAL_STATUS: _words("legal", "status", without="date|start"),
    Column.PLACEMENT_TYPE: _words("placement", "type"),
    Column.PROVIDER: _words("placement", "provider"),
    Column.URN: _words("urn"),
    Column.HOST: _words("placement", "la|authority", without="location|type|provider|urn"),
    Column.BORN: _words("birth|dob"),
    Column.GENDER: _words("gender|sex"),
    Column.ETHNICITY: _words("ethnicity|ethnic"),
    Column.CHILD: _words("child|childs|unique|pupil", "id|identifier|reference|ref"),
}


def columns_in(cells: Sequence[object]) -> dict[Column, int]:
    """Return the place of each column that a row of headings has; the first of two counts."""
    found: dict[Column, int] = {}
    for place, cell in enumerate(cells):
        column = column_of(cell) if isinstance(cell, str) else None
        if column is not None:
            found.setdefault(column, place)
    return found


def column_of(text: str) -> Column | None:
    """Return the column that a heading is; None if it is none that is read."""
    words = set(re.sub(r"[^a-z0-9]+", " ", re.sub(r"['\u2018\u2019]", "", text.casefold())).split())
    for column, heading in _HEADINGS.items():
        if words & heading.without:
            continue
        if all(words & group for group in heading.words):
            return column
    return None
