"""Writes what a force's exports said of an incident, and changed of it, as messages."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, Final

from msgspec import convert

from contracts.bodies import Body
from contracts.episode_messages import (
    EpisodeClassifiedBody,
    EpisodeCorrectedBody,
    EpisodeLocatedBody,
    EpisodeReportedBody,
    EpisodeReturnedBody,
)
from contracts.police_csv_parsing import classified
from contracts.police_mapping_words import DONE, YES
from contracts.response_messages import CheckDoneBody, CheckNotDoneBody, NotificationSentBody
from contracts.returned_messages import APART, MessageWriter, Written, moment
from contracts.returned_rows import Change, KnownRow, Value, changes_of
from domain.vocabulary import Classification, Correctable, CorrectionReason

INCIDENT: Final = "incident"

LOCATED: Final = "located"
RETURNED: Final = "returned"
FOUND_BY: Final = "found_by"
STEPS: Final = "steps"
CHECK: Final = "check"
NOTIFIED: Final = "notified"

_REPORTED: Final = frozenset(EpisodeReportedBody.__struct_fields__)
_CORRECTED: Final = frozenset(each.value for each in Correctable)


def incident_messages(row: KnownRow, writer: MessageWriter) -> list[Written]:
    """Return everything that was ever told of an incident, in the same words each time."""
    return list(_Incident(row, writer).messages())


class _Incident:
    """The messages of one incident. What comes to be known is told, what changed is corrected."""

    def __init__(self, row: KnownRow, writer: MessageWriter) -> None:
        self._row = row
        self._writer = writer
        self._corrected_at: datetime | None = None

    def messages(self) -> Iterator[Written]:
        first = self._row.statements[0]
        facts = first.attributes
        begun = {name: value for name, value in facts.items() if name in _REPORTED}
        reported = convert({"child": self._row.child, **begun}, EpisodeReportedBody)
        yield self._tell(reported, moment(str(facts.get("reported", first.start))))
        yield from self._fresh({}, facts, 0)
        for change in changes_of(self._row):
            before, after = change.before.attributes, change.after.attributes
            yield from self._fresh(before, after, change.number)
            yield from self._corrections(change, before, after)

    def _tell(self, body: Body, time: datetime, revision: int = 0) -> Written:
        return self._writer.write(body, subject=self._row.reference, time=time, revision=revision)

    def _fresh(
        self, before: Mapping[str, Value], after: Mapping[str, Value], number: int
    ) -> Iterator[Written]:
        """Tell what was not known before: ends, levels of risk, the check, who was told."""
        child = self._row.child
        for at, risk in _added(before, after, STEPS):
            kind = _classification(after, risk)
            body = convert(
                {"child": child, "classification": kind, "risk": risk}, EpisodeClassifiedBody
            )
            yield self._tell(body, moment(at))
        if LOCATED in after and LOCATED not in before:
            found = str(after[LOCATED])
            by = {FOUND_BY: after[FOUND_BY]} if FOUND_BY in after else {}
            located = convert({"child": child, LOCATED: found, **by}, EpisodeLocatedBody)
            yield self._tell(located, moment(found), number)
        if RETURNED in after and RETURNED not in before:
            back = str(after[RETURNED])
            yield self._tell(EpisodeReturnedBody(child=child, returned=back), moment(back), number)
        if CHECK in after and before.get(CHECK) != after[CHECK]:
            yield self._check(str(after[CHECK]), number)
        told = str(before.get(NOTIFIED, "")).split(";")
        for each in filter(None, str(after.get(NOTIFIED, "")).split(";")):
            if each not in told:
                recipient, sent, channel = each.split("|")
                notified = {"child": child, "recipient": recipient, "sent": sent}
                if channel:
                    notified["channel"] = channel
                yield self._tell(convert(notified, NotificationSentBody), moment(sent))

    def _check(self, text: str, number: int) -> Written:
        at, status, said = text.split("|")
        child = self._row.child
        if status != DONE:
            body: Body = convert(
                {"child": child, "reason": status, "decider": said}, CheckNotDoneBody
            )
        else:
            harm = said == YES if said else None
            body = CheckDoneBody(child=child, checked=at, harm_disclosed=harm)
        return self._tell(body, moment(at), number)

    def _corrections(
        self, change: Change, before: Mapping[str, Value], after: Mapping[str, Value]
    ) -> Iterator[Written]:
        """Correct what was told otherwise before; ends that were not known have been told."""
        values: dict[str, Any] = {
            name: value
            for name, value in change.values.items()
            if name in _CORRECTED and not (name in (LOCATED, RETURNED) and name not in before)
        }
        if STEPS in change.values and not _extends(before, after, STEPS):
            last = _last_risk(after)
            values |= {"risk": last, "classification": _classification(after, last)}
        elif "risk" in values and STEPS in after:
            # The first level changed; a later one stands, and has been told.
            values.pop("risk")
        if not values:
            return
        cleared = tuple(Correctable(name) for name, value in values.items() if value is None)
        known = {name: value for name, value in values.items() if value is not None}
        fields = {"child": self._row.child, "reason": _reason(before, values), **known}
        body = convert({**fields, "cleared": cleared}, EpisodeCorrectedBody)
        self._corrected_at = self._time(change)
        yield self._tell(body, self._corrected_at, change.number)

    def _time(self, change: Change) -> datetime:
        """Return a time for a correction, of which an export says only that it is later."""
        said = change.after.attributes
        known = [moment(change.after.start)]
        known += [
            moment(str(said[name])) for name in (LOCATED, RETURNED, "reported") if name in said
        ]
        known += [moment(at) for at, _ in _steps(said)]
        earliest = max(known) + APART
        return earliest if self._corrected_at is None else max(earliest, self._corrected_at + APART)


def _steps(facts: Mapping[str, Value]) -> list[tuple[str, str]]:
    """Return the levels of risk after the first, with their moments."""
    return [
        (at, risk)
        for at, _, risk in (
            each.partition("=") for each in str(facts.get(STEPS, "")).split(";") if each
        )
    ]


def _added(
    before: Mapping[str, Value], after: Mapping[str, Value], name: str
) -> list[tuple[str, str]]:
    """Return the levels that came after those that were known; none if the history was changed."""
    if not _extends(before, after, name):
        return []
    return _steps(after)[len(_steps(before)) :]


def _extends(before: Mapping[str, Value], after: Mapping[str, Value], name: str) -> bool:
    old, new = str(before.get(name, "")), str(after.get(name, ""))
    return new == old or new.startswith(f"{old};" if old else "")


def _last_risk(facts: Mapping[str, Value]) -> str | None:
    steps = _steps(facts)
    if steps:
        return steps[-1][1]
    return str(facts["risk"]) if "risk" in facts else None


def _classification(facts: Mapping[str, Value], risk: str | None) -> str | None:
    """Return how an absence is classified at a level of risk, where its force names another."""
    named = facts.get("classification")
    if risk is None:
        return None if named is None else str(named)
    derived = classified(risk)
    keeps = named not in (None, Classification.NO_APPARENT_RISK.value, Classification.AWAY.value)
    return str(named) if keeps and derived is Classification.MISSING else derived.value


def _reason(before: Mapping[str, Value], values: Mapping[str, Any]) -> CorrectionReason:
    """Tell what was not known before from what was wrong."""
    late = all(name not in before and value is not None for name, value in values.items())
    return CorrectionReason.LATE_INFORMATION if late else CorrectionReason.RECORDING_ERROR
