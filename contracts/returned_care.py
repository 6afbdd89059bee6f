"""Writes what files said of care, placements and protection plans, as messages that stay."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

from msgspec import convert

from contracts.bodies import Body
from contracts.care_messages import (
    CareEndedBody,
    CareStartedBody,
    PlacementEndedBody,
    PlacementStartedBody,
    ProtectionPlanEndedBody,
    ProtectionPlanStartedBody,
)
from contracts.returned_messages import APART, MessageWriter, Written, moment
from contracts.returned_rows import END, REASON, KnownRow, Statement, changes_of
from domain.identifiers import publisher_area

CARE: Final = "care"
PLACEMENT: Final = "placement"
PLAN: Final = "plan"

_STARTED: Final[Mapping[str, type[Body]]] = {
    CARE: CareStartedBody,
    PLACEMENT: PlacementStartedBody,
    PLAN: ProtectionPlanStartedBody,
}
_ENDED: Final[Mapping[str, type[Body]]] = {
    CARE: CareEndedBody,
    PLACEMENT: PlacementEndedBody,
    PLAN: ProtectionPlanEndedBody,
}
_SPEAKS_FOR: Final = {CARE: "responsible_authority", PLACEMENT: "placing_authority"}


def period_messages(row: KnownRow, writer: MessageWriter) -> Iterator[tuple[bool, Written]]:
    """Yield everything that was ever told of a period, each with whether it is about its end.

    What changed is told again, and later, since it replaces what was told before.
    """
    first = row.statements[0]
    started = moment(first.start)
    ended: datetime | None = None
    yield False, _tell(_start(row, first, writer), row, writer, started)
    if first.end is not None:
        ended = moment(first.end)
        yield True, _tell(_end(row, first), row, writer, ended)
    for change in changes_of(row):
        if set(change.values) - {END, REASON}:
            started = max(moment(change.after.start), started + APART)
            body = _start(row, change.after, writer)
            yield False, _tell(body, row, writer, started, change.number)
        if change.after.end is not None and set(change.values) & {END, REASON}:
            day = moment(change.after.end)
            again = 0 if ended is None else change.number
            ended = day if ended is None else max(day, ended + APART)
            yield True, _tell(_end(row, change.after), row, writer, ended, again)


def _tell(
    body: Body, row: KnownRow, writer: MessageWriter, time: datetime, revision: int = 0
) -> Written:
    return writer.write(body, subject=row.child, time=time, revision=revision)


def _start(row: KnownRow, said: Statement, writer: MessageWriter) -> Body:
    kind = _STARTED[row.kind]
    fields: dict[str, object] = {row.kind: row.reference, "started": said.start}
    if row.kind in _SPEAKS_FOR:
        fields[_SPEAKS_FOR[row.kind]] = publisher_area(writer.publisher)
    known = set(kind.__struct_fields__)
    fields |= {name: value for name, value in said.attributes.items() if name in known}
    return convert(fields, kind)


def _end(row: KnownRow, said: Statement) -> Body:
    kind = _ENDED[row.kind]
    fields: dict[str, object] = {row.kind: row.reference, "ended": said.end}
    if REASON in said.attributes and REASON in kind.__struct_fields__:
        fields[REASON] = said.attributes[REASON]
    return convert(fields, kind)
