"""Which fields of a message hold a code of a list, and whether the list had it at the time."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Final, get_args, get_type_hints

from contracts.bodies import Body
from contracts.care_messages import CareEndedBody, PlacementEndedBody
from contracts.fields import ListCode, ReasonCode
from domain.codes import CodeList, valid_between
from domain.periods import ReportingYear

# A risk level is an enumeration of the contract and, over the years, a list of the police.
RISK: Final = "risk"

_LIST_OF_FIELD: Final = {
    "placement_type": "placement_type",
    "provider": "placement_provider",
    "legal_status": "legal_status",
    "ethnicity": "ethnicity",
    RISK: "police_risk_level",
}
_LIST_OF_REASON: Final[dict[type[Body], str]] = {
    PlacementEndedBody: "reason_place_change",
    CareEndedBody: "reason_episode_ceased",
}


def _list_of(body: type[Body], field: str, hint: object) -> str | None:
    """Return the list that a field's code is of; None if the field holds no code of a list."""
    parts = {hint, *get_args(hint), *(part for each in get_args(hint) for part in get_args(each))}
    if ReasonCode in parts:
        return "push_pull_reason"
    if field == RISK or ListCode in parts:
        return _LIST_OF_FIELD.get(field) or _LIST_OF_REASON[body]
    return None


@cache
def coded_fields(body: type[Body]) -> dict[str, str]:
    """Return the list of each coded field of a body."""
    found = {
        field: _list_of(body, field, hint)
        for field, hint in get_type_hints(body, include_extras=True).items()
    }
    return {field: name for field, name in found.items() if name is not None}


def unlisted_code(
    body: Body, occurred_on: date, arrived_on: date | None, code_lists: Mapping[str, CodeList]
) -> tuple[str, str] | None:
    """Return the first field whose code no list had in time, and what is wrong; else None.

    A code must have been valid on some day from the fact to its arrival: a placement that began
    in 2022 and is told of in 2024 may be told in the codes of either. arrived_on: None: the day
    of the fact alone decides.
    """
    # A clock that runs ahead dates a fact after its arrival.
    first, last = sorted((occurred_on, arrived_on or occurred_on))
    for field, name in coded_fields(type(body)).items():
        value = getattr(body, field)
        codes = value if isinstance(value, tuple) else () if value is None else (value,)
        if not all(valid_between(code_lists[name], code, first, last) for code in codes):
            year = ReportingYear.of(first).ending
            later = " or any later one" if ReportingYear.of(last).ending > year else ""
            return field, f"The code is not in the list {name} for the year to March {year}{later}."
    return None
