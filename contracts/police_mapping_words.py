"""Checks what a police mapping says: formats, zone, and every word against its list."""

import re
from collections.abc import Collection, Iterator
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from contracts.delimited import DELIMITERS, column_key
from contracts.police_mapping import Coded, FileForm, PoliceMapping, parse_mapping
from contracts.submissions import OUTSIDE_ENGLAND, Contract
from domain.errors import FileFormatError
from domain.vocabulary import (
    CheckNotDoneReason,
    Classification,
    Decider,
    Finder,
    Reporter,
    RiskLevel,
    Sex,
)

YES: Final = "yes"
NO: Final = "no"
DONE: Final = "done"
PENDING: Final = "pending"

DIRECTIVES: Final = frozenset("dmbBYHMSfzIp")
MOST_LISTED: Final = 20


def read_mapping(name: str, content: bytes, contract: Contract) -> PoliceMapping:
    """Return the mapping that a TOML file holds. Raises FileFormatError, which names the key."""
    mapping = parse_mapping(name, content)
    for key, problem, remedy in (*_form(mapping.file), *_keys(mapping), *_words(mapping, contract)):
        raise FileFormatError(name, problem=f"{key}: {problem}", remedy=remedy)
    return mapping


def area_of(text: str, contract: Contract) -> str | None:
    """Return the number of an authority given by number, GSS code or name; None if there is none.

    The nations beside England are SCO, NIR and WAL.
    """
    word = text.strip()
    if word.upper() in OUTSIDE_ENGLAND:
        return word.upper()
    register = contract.register
    found = register.authority(word) or register.authority_by_gss(word.upper())
    if found is not None:
        return found.number
    plain = _plain(word)
    for group in (register.authorities, register.abolished):
        named = [each.number for each in group if _plain(each.name) == plain]
        if plain and len(named) == 1:
            return named[0]
    return None


def coded_columns(mapping: PoliceMapping) -> Iterator[tuple[str, Coded]]:
    """Yield every key of the mapping that names a column with words, and its words."""
    person, incident, check = mapping.person, mapping.incident, mapping.check
    parts = {
        "person.sex": person.sex,
        "person.ethnicity": person.ethnicity,
        "incident.classification": incident.classification,
        "incident.risk": incident.risk,
        "incident.reported_by": incident.reported_by,
        "incident.found_by": incident.found_by,
        "incident.looked_after": incident.looked_after,
        "incident.placement_type": incident.placement_type,
        "incident.responsible_authority": incident.responsible_authority,
        "incident.home_authority": incident.home_authority,
        "incident.host_authority": incident.host_authority,
        **{f"risk_history[{n}].risk": s.risk for n, s in enumerate(mapping.risk_history, 1)},
        "check.status": check.status if check else None,
        "check.decider": check.decider if check else None,
        "check.harm_disclosed": check.harm_disclosed if check else None,
    }
    for key, part in parts.items():
        if isinstance(part, Coded):
            yield key, part


def allowed_words(key: str, contract: Contract) -> Collection[str]:
    """Return what the words of a column may mean, by the key that names it."""
    lists = contract.code_lists
    plain: dict[str, Collection[str]] = {
        "person.sex": [*Sex],
        "person.ethnicity": [each.code for each in lists["ethnicity"].codes],
        "incident.classification": [*Classification],
        "incident.reported_by": [*Reporter],
        "incident.found_by": [*Finder],
        "incident.looked_after": [YES, NO],
        "incident.placement_type": [each.code for each in lists["placement_type"].codes],
        "check.status": [DONE, PENDING, *CheckNotDoneReason],
        "check.decider": [*Decider],
        "check.harm_disclosed": [YES, NO],
    }
    if key.endswith("_authority"):
        register = contract.register
        numbers = [each.number for each in (*register.authorities, *register.abolished)]
        return numbers if "responsible" in key else [*numbers, *sorted(OUTSIDE_ENGLAND)]
    return plain.get(key, [*RiskLevel])


def _form(form: FileForm) -> Iterator[tuple[str, str, str]]:
    for key, formats, days in (
        ("file.formats", form.formats, True),
        ("file.time_formats", form.time_formats, False),
    ):
        for each in formats:
            problem = _format_problem(each, days=days)
            if problem:
                yield key, f"{each!r} {problem}", "Write, for example, %d/%m/%Y %H:%M or %H:%M."
    if form.delimiter is not None and form.delimiter not in DELIMITERS:
        yield "file.delimiter", "this separates no columns.", "Write , or ; or | or a tabulator."
    try:
        ZoneInfo(form.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        yield "file.time_zone", "there is no such zone.", "Write Europe/London or UTC."


def _format_problem(form: str, *, days: bool) -> str:
    used = set(re.findall(r"%(.)", form.replace("%%", "")))
    if "y" in used:
        return "has years of two digits, which say nothing certain about a child's age."
    if used - DIRECTIVES or form.endswith("%") or "%%" in form:
        return "holds what is no part of a date."
    day_parts = {"d", "Y"} <= used and used & {"m", "b", "B"}
    hours = "H" in used or {"I", "p"} <= used
    if days and not day_parts:
        return "lacks day, month or year."
    if days and used & {"M", "S", "I", "p", "z"} and not hours:
        return "has minutes or a zone without hours."
    if not days and (not hours or used & {"d", "Y", "m", "b", "B"}):
        return "is no time of day."
    return ""


def _keys(mapping: PoliceMapping) -> Iterator[tuple[str, str, str]]:
    incident = mapping.incident
    if not (incident.left or incident.last_seen or incident.reported):
        remedy = "Map at least one of incident.left, incident.last_seen and incident.reported."
        yield "incident", "nothing says when an absence began.", remedy
    if incident.risk is not None and mapping.risk_history:
        remedy = "Leave incident.risk out: the last level of the history is the present one."
        yield "incident.risk", "the levels of risk are in risk_history, too.", remedy
    if not incident.reference:
        yield "incident.reference", "no column is named.", "Name the column of the reference."


def _words(mapping: PoliceMapping, contract: Contract) -> Iterator[tuple[str, str, str]]:
    for key, coded in coded_columns(mapping):
        allowed = allowed_words(key, contract)
        seen: dict[str, str] = {}
        for word, meaning in coded.values.items():
            place = f"{key}.values.{word}"
            if meaning not in allowed:
                listed = ", ".join(sorted(allowed)[:MOST_LISTED])
                more = " and so on" if len(allowed) > MOST_LISTED else ""
                yield place, f"{meaning!r} is not in the list.", f"Write one of {listed}{more}."
            if not column_key(word):
                yield place, "an empty field has no meaning.", "Leave it out."
            if seen.setdefault(column_key(word), meaning) != meaning:
                remedy = "Case and spaces do not tell words apart: leave one of them out."
                yield place, "the same word stands twice with two meanings.", remedy


def _plain(name: str) -> str:
    """Return a name of an authority without what is written in different ways."""
    words = re.sub(r"[^a-z ]", " ", name.casefold().replace("&", " and ")).split()
    extra = {"city", "of", "council", "borough", "london", "county", "metropolitan", "royal", "the"}
    kept = [word for word in words if word not in extra]
    return " ".join(kept or words)
