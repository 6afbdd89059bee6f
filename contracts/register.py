"""The register of authorities, forces and regions, read from the tables beside this module."""

import csv
from datetime import date
from functools import cache
from importlib.resources import files
from itertools import groupby
from operator import itemgetter

from domain.geography import Authority, Delegation, Force, GssCode, Region, Register
from domain.identifiers import parse_publisher_id


@cache
def read_register() -> Register:
    """Return the register that the hub ships with; read once per process."""
    authorities = _authorities()
    return Register(
        authorities=tuple(each for each in authorities if each.abolished_on is None),
        abolished=tuple(each for each in authorities if each.abolished_on is not None),
        regions=tuple(Region(code=row["code"], name=row["name"]) for row in _rows("regions.csv")),
        forces=tuple(Force(code=row["code"], name=row["name"]) for row in _rows("forces.csv")),
        delegations=tuple(_delegation(row) for row in _rows("delegates.csv")),
    )


def why_not_sent(register: Register, sender: str, publisher: str) -> str:
    """Say why a sender may not send for another publisher, and who has to."""
    delegations = register.delegations_of(sender, publisher)
    if not delegations:
        return f"The message was sent by {sender}, but its source is another publisher."
    last = delegations[-1]
    until = "" if last.valid_until is None else f" to {last.valid_until.isoformat()}"
    return (
        f"{sender} may send for {publisher} from {last.valid_from.isoformat()}{until} only;"
        f" {publisher} must send this itself."
    )


def _authorities() -> tuple[Authority, ...]:
    number = itemgetter("number")
    gss = {
        key: tuple(_gss_code(row) for row in rows)
        for key, rows in groupby(_rows("authority_gss_codes.csv"), number)
    }
    return tuple(
        Authority(
            number=row["number"],
            name=row["name"],
            gss=gss[row["number"]],
            region_code=row["region_code"],
            force_code=row["force_code"],
            abolished_on=_date(row["abolished_on"]),
            successors=tuple(row["successors"].split()),
        )
        for row in _rows("authorities.csv")
    )


def _gss_code(row: dict[str, str]) -> GssCode:
    return GssCode(
        code=row["gss_code"],
        valid_from=_date(row["valid_from"]),
        valid_until=_date(row["valid_until"]),
    )


def _delegation(row: dict[str, str]) -> Delegation:
    return Delegation(
        delegate=parse_publisher_id(row["delegate"]),
        principal=parse_publisher_id(row["principal"]),
        valid_from=date.fromisoformat(row["valid_from"]),
        valid_until=_date(row["valid_until"]),
    )


def _rows(name: str) -> list[dict[str, str]]:
    table = files("contracts").joinpath("reference", name).read_text(encoding="utf-8")
    return list(csv.DictReader(table.splitlines()))


def _date(text: str) -> date | None:
    return date.fromisoformat(text) if text else None
