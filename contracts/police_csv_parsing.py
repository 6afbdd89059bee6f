"""Turns a row of a police export into an incident of a child, or says why it cannot be taken."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from contracts.delimited import TextRow, column_key
from contracts.identity import Identity
from contracts.local_times import Moment, london_day
from contracts.police_csv_rows import PoliceRow
from contracts.police_csv_values import FieldReader
from contracts.police_mapping import (
    Coded,
    PoliceMapping,
    column_of,
)
from contracts.police_mapping_words import DONE, PENDING, YES
from contracts.reasons import Reason
from contracts.refused_rows import (
    LONGEST_NAME,
    NHS_NUMBER_INVALID,
    NOT_A_CHILD,
    POSTCODE_INVALID,
    RefusedRowError,
)
from contracts.returned_rows import Value
from contracts.ssda903_rows import Refusal
from contracts.submissions import Contract
from domain.codes import valid_between
from domain.facts import earliest
from domain.identifiers import nhs_number_problem, normalise_nhs_number, normalise_postcode
from domain.periods import ADULT_AGE, age_in_years
from domain.rules import BEFORE_BIRTH, END_BEFORE_START
from domain.vocabulary import Classification, Decider, RiskLevel, Sex

LEFT_OUT: Final = "row-left-out"
AGE_UNKNOWN: Final = "age-unknown"
RISK_UNDATED: Final = "risk-undated"
CHECK_INCOMPLETE: Final = "check-incomplete"

NO_START: Final = "There is no moment at which the absence began."
NO_RISK: Final = frozenset({RiskLevel.ABSENT.value, RiskLevel.NO_APPARENT_RISK.value})

BEGINNINGS: Final = ("left", "last_seen", "reported")
ENDS: Final = ("located", "returned")
AREAS: Final = ("responsible_authority", "home_authority", "host_authority")


@dataclass(frozen=True, kw_only=True)
class PoliceRowParser:
    """Reads rows by a mapping. told_on: the day of the export, up to which codes may be newer."""

    mapping: PoliceMapping
    contract: Contract
    told_on: date

    def read(self, row: TextRow) -> PoliceRow | Refusal:
        """Read one row."""
        reader = FieldReader(row=row, form=self.mapping.file, contract=self.contract)
        try:
            return self._read(row.number, reader)
        except RefusedRowError as error:
            return error.refusal

    @property
    def incident_column(self) -> str:
        """The first column of the reference of an incident."""
        columns = self.mapping.incident.reference
        return columns if isinstance(columns, str) else columns[0]

    @property
    def person_column(self) -> str:
        """The column of the reference of a person."""
        return self.mapping.person.reference

    def incident_of(self, row: TextRow) -> str:
        """Return the reference of an incident; empty if there is none."""
        reader = FieldReader(row=row, form=self.mapping.file, contract=self.contract)
        try:
            return reader.reference(self.mapping.incident.reference)
        except RefusedRowError:
            return ""

    def _read(self, number: int, reader: FieldReader) -> PoliceRow:
        self._keep(reader)
        person, incident = self.mapping.person, self.mapping.incident
        child = reader.reference(person.reference)
        reference = reader.reference(incident.reference)
        times = self._times(reader)
        start = _start(times)
        if start is None:
            column = column_of(incident.left or incident.last_seen or incident.reported)
            raise reader.refuse(Reason.ROW_INVALID, column, NO_START)
        started_on = london_day(start)
        born_on = self._child(reader, started_on)
        facts: dict[str, Value] = {name: moment.text for name, moment in times.items()}
        # A level of risk must be one on the day that the message which tells it bears.
        reported_on = london_day(times.get("reported", start))
        facts.update(self._facts(reader, started_on, reported_on))
        facts.update(self._steps(reader, facts, start, reported_on))
        facts.update(self._check(reader, times))
        facts.update(self._notified(reader))
        sex = reader.word(person.sex)
        return PoliceRow(
            number=number,
            child=child,
            incident=reference,
            start=start.text,
            started_on=started_on,
            identity=self._identity(reader, born_on),
            sex=Sex(sex) if sex else None,
            ethnicity=self._listed(reader, person.ethnicity, "ethnicity", self.told_on),
            facts=facts,
            flaws=tuple(dict.fromkeys(reader.flaws)),
        )

    def _keep(self, reader: FieldReader) -> None:
        rows = self.mapping.rows
        if rows is None:
            return
        kept = {column_key(word) for word in rows.words}
        if column_key(reader.text(rows.column)) not in kept:
            message = "The mapping keeps other rows only."
            raise reader.refuse(LEFT_OUT, rows.column, message)

    def _times(self, reader: FieldReader) -> dict[str, Moment]:
        incident = self.mapping.incident
        found: dict[str, Moment] = {}
        for name in (*BEGINNINGS, *ENDS):
            start = _start(found) if name in ENDS else None
            moment = reader.moment(getattr(incident, name), after=_latest(found))
            if moment is None:
                continue
            found[name] = moment
            if start is not None and _before(moment, start):
                reader.note(END_BEFORE_START.code, self._column(name))
        return found

    def _column(self, name: str) -> str:
        return column_of(getattr(self.mapping.incident, name))

    def _child(self, reader: FieldReader, started_on: date) -> date | None:
        """Return the birth date of a child; a row about somebody of full age is refused."""
        person = self.mapping.person
        born_on = reader.day(person.birth_date)
        stated = reader.text(person.age)
        age = int(stated) if stated.isascii() and stated.isdecimal() and len(stated) < 4 else None
        column = person.birth_date or person.age or ""
        if born_on is not None:
            age = age_in_years(born_on, started_on)
            if born_on > started_on:
                reader.note(BEFORE_BIRTH.code, column)
        if age is None:
            reader.note(AGE_UNKNOWN, column)
        elif age >= ADULT_AGE:
            message = "The person was 18 or older when the absence began; the hub takes children."
            raise reader.refuse(NOT_A_CHILD, column, message)
        return born_on

    def _identity(self, reader: FieldReader, born_on: date | None) -> Identity:
        person = self.mapping.person
        columns = person.forenames
        names = (columns,) if isinstance(columns, str) else columns
        forenames = " ".join(text for text in map(reader.text, names) if text)
        number = normalise_nhs_number(reader.text(person.nhs_number))
        if number and nhs_number_problem(number) is not None and person.nhs_number:
            reader.note(NHS_NUMBER_INVALID, person.nhs_number)
            number = ""
        postcode = normalise_postcode(reader.text(person.home_postcode))
        if postcode is None and reader.text(person.home_postcode) and person.home_postcode:
            reader.note(POSTCODE_INVALID, person.home_postcode)
        return Identity(
            birth_date=born_on.isoformat() if born_on else None,
            forenames=forenames[:LONGEST_NAME] or None,
            surname=reader.text(person.surname)[:LONGEST_NAME] or None,
            nhs_number=number or None,
            home_postcode=postcode,
        )

    def _facts(self, reader: FieldReader, started_on: date, reported_on: date) -> dict[str, Value]:
        incident = self.mapping.incident
        found: dict[str, Value | None] = {
            "classification": reader.word(incident.classification, decides=True),
            "risk": self._risk(reader, incident.risk, reported_on),
            "reported_by": reader.word(incident.reported_by),
            "found_by": reader.word(incident.found_by),
            "placement_type": self._listed(
                reader, incident.placement_type, "placement_type", max(started_on, reported_on)
            ),
            **{name: reader.area(getattr(incident, name)) for name in AREAS},
        }
        looked_after = reader.word(incident.looked_after)
        if looked_after is not None:
            found["looked_after"] = looked_after == YES
        responsible = found["responsible_authority"]
        if responsible is not None and not str(responsible).isdecimal():
            reader.note(Reason.CODE_UNKNOWN, self._column("responsible_authority"))
            found["responsible_authority"] = None
        return {name: value for name, value in found.items() if value is not None}

    def _risk(self, reader: FieldReader, coded: Coded | None, on: date) -> str | None:
        risk = reader.word(coded, decides=True)
        levels = self.contract.code_lists["police_risk_level"]
        if risk is not None and coded and not valid_between(levels, risk, on, on):
            message = "This was no level of risk at that time."
            raise reader.refuse(Reason.CODE_UNKNOWN, coded.column, message)
        return risk

    def _listed(
        self, reader: FieldReader, coded: Coded | None, list_name: str, began_on: date
    ) -> str | None:
        code = reader.word(coded)
        last = max(began_on, self.told_on)
        known = self.contract.code_lists[list_name]
        if code is not None and coded and not valid_between(known, code, began_on, last):
            reader.note(Reason.CODE_UNKNOWN, coded.column)
            return None
        return code

    def _steps(
        self, reader: FieldReader, facts: dict[str, Value], start: Moment, reported_on: date
    ) -> dict[str, Value]:
        """Return the history of risk as one text, and its first level as that of the report."""
        steps: list[tuple[datetime, str, str]] = []
        for step in self.mapping.risk_history:
            at = reader.moment(step.at, after=start)
            told_on = london_day(at or start) if steps else reported_on
            risk = self._risk(reader, step.risk, told_on)
            if risk is None:
                continue
            if at is None and steps:
                reader.note(RISK_UNDATED, step.risk.column)
                continue
            # The first level is that of the report, whenever it was set.
            set_at = at or start
            steps.append((earliest(set_at.when), set_at.text, risk))
        if not steps:
            return {}
        steps[1:] = sorted(steps[1:], key=lambda each: each[0])
        first = steps[0][2]
        found: dict[str, Value] = {"risk": first}
        if "classification" not in facts:
            found["classification"] = classified(first).value
        if len(steps) > 1:
            found["steps"] = ";".join(f"{text}={risk}" for _, text, risk in steps[1:])
        return found

    def _check(self, reader: FieldReader, times: dict[str, Moment]) -> dict[str, Value]:
        check = self.mapping.check
        if check is None:
            return {}
        status = reader.word(check.status)
        at = reader.moment(check.at, after=_start(times))
        if status in (None, PENDING):
            return {}
        if status == DONE:
            if at is None:
                reader.note(CHECK_INCOMPLETE, check.status.column)
                return {}
            return {"check": f"{at.text}|{DONE}|{reader.word(check.harm_disclosed) or ''}"}
        constant = isinstance(check.decider, Decider)
        decider = check.decider if constant else reader.word(check.decider)  # type: ignore[arg-type]
        if not decider:
            reader.note(CHECK_INCOMPLETE, check.status.column)
            return {}
        ended = times.get("returned") or times.get("located") or _start(times)
        return {"check": f"{(at or ended or Moment(when=self.told_on)).text}|{status}|{decider}"}

    def _notified(self, reader: FieldReader) -> dict[str, Value]:
        told = []
        for each in self.mapping.notifications:
            sent = reader.moment(each.sent)
            if sent is not None:
                told.append(f"{each.recipient}|{sent.text}|{each.channel or ''}")
        return {"notified": ";".join(told)} if told else {}


def classified(risk: str) -> Classification:
    """Return how an absence counts that is known by the level of its risk alone."""
    return Classification.NO_APPARENT_RISK if risk in NO_RISK else Classification.MISSING


def _start(times: dict[str, Moment]) -> Moment | None:
    """Return the later of left and last seen, else the report."""
    known = [times[name] for name in ("left", "last_seen") if name in times]
    if known:
        return max(known, key=lambda each: earliest(each.when))
    return times.get("reported")


def _latest(times: dict[str, Moment]) -> Moment | None:
    return max(times.values(), key=lambda each: earliest(each.when)) if times else None


def _before(end: Moment, start: Moment) -> bool:
    """Return whether an end lies before a start; a day is compared by its day."""
    if isinstance(end.when, datetime) and isinstance(start.when, datetime):
        return end.when < start.when
    return london_day(end) < london_day(start)
