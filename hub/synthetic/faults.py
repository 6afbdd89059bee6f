"""Rows too many: entered twice, in error, for the wrong child, or copied to a sibling."""

from dataclasses import dataclass
from random import Random
from typing import Final, Literal

from contracts.episode_messages import EpisodeLocatedBody, EpisodeReportedBody
from domain.safeguarding import Evidence
from domain.vocabulary import Classification, VoidReason
from hub.synthetic.absences import Absence
from hub.synthetic.children import Child
from hub.synthetic.clock import DAY, HOUR
from hub.synthetic.groups import report_group
from hub.synthetic.nation import Nation
from hub.synthetic.profile import (
    ENTERED_FOR_WRONG_CHILD,
    ENTERED_IN_ERROR,
    ENTERED_TWICE,
    MERGED_NOT_VOIDED,
    SIBLING_COPIED,
    SIBLING_COPIED_BY_GROUP,
    SIBLING_COPY_VOIDED,
    SIBLING_LISTED_ONLY,
)
from hub.synthetic.randomness import Weighted, between, chance
from hub.synthetic.records import Record, new_record

# How it comes out that a listed child was never missing (ours).
_EVIDENCE: Final = Weighted(
    (Evidence.CARER, 55), (Evidence.CHECK, 20), (Evidence.POLICE, 15), (Evidence.INTERVIEW, 10)
)
_ASKED_AFTER: Final = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """A row too many. child: whose row it is. happened: it stands for a true absence."""

    record: Record
    child: Child
    happened: bool


FaultRole = Literal["duplicate", "wrong-child", "entered-in-error", "sibling-copy", "listed"]


def faults(
    nation: Nation, child: Child, absence: Absence, records: list[Record], sibling: Child | None
) -> list[Fault]:
    """Return the rows too many that come with the true records of an absence.

    sibling: one who was not missing at the time; None: there is none.
    """
    found = []
    for record in records:
        random = nation.stream(child.key, record.publisher, "faults", absence.number)
        found.extend(_of_own_child(nation, random, child, absence, record))
        if sibling is not None and record.publisher.startswith("la-"):
            found.extend(_of_sibling(nation, random, sibling, absence, record))
    return found


def _of_own_child(
    nation: Nation, random: Random, child: Child, absence: Absence, record: Record
) -> list[Fault]:
    found = []
    if chance(random, ENTERED_TWICE):
        twice = _copy(nation, record, child, absence, "duplicate")
        _fill(twice, absence.start, record, record.entered + between(random, 1, 10) * HOUR)
        twice.plant("DQ2", "entered-twice")
        at = twice.entered + between(random, 4, 120) * HOUR
        if chance(random, MERGED_NOT_VOIDED):
            twice.merge(at, record.ref)
        else:
            twice.void(at, VoidReason.DUPLICATE)
        found.append(Fault(record=twice, child=child, happened=True))
    if chance(random, ENTERED_IN_ERROR):
        never = _copy(nation, record, child, absence, "entered-in-error")
        # Some time after the true absence, when the child was where it should be.
        at = max(absence.returned, record.entered) + between(random, 2, 40) * HOUR
        _fill(never, at - HOUR, record, at)
        never.plant("DQ4", "entered-in-error")
        never.void(at + between(random, 1, 72) * HOUR, VoidReason.ENTERED_IN_ERROR)
        found.append(Fault(record=never, child=child, happened=False))
    return found


def _of_sibling(
    nation: Nation, random: Random, sibling: Child, absence: Absence, record: Record
) -> list[Fault]:
    found = []
    if chance(random, SIBLING_COPIED):
        copy = _copy(nation, record, sibling, absence, "sibling-copy")
        _copy_to_sibling(random, absence, record, copy)
        found.append(Fault(record=copy, child=sibling, happened=False))
    elif chance(random, SIBLING_LISTED_ONLY):
        listed = _copy(nation, record, sibling, absence, "listed")
        listed.dates_only, listed.entered = record.dates_only, record.entered
        report_group(record, listed, absence.start, named=False)
        if chance(random, _ASKED_AFTER):
            at = listed.entered + between(random, 2, 60) * HOUR
            listed.attribute(at, _EVIDENCE.draw(random))
        found.append(Fault(record=listed, child=sibling, happened=False))
    if chance(random, ENTERED_FOR_WRONG_CHILD):
        wrong = _copy(nation, record, sibling, absence, "wrong-child")
        # The right row follows as soon as the mistake is seen, so this one comes first.
        _fill(wrong, absence.start, record, record.entered)
        wrong.plant("DQ4", "wrong-child")
        wrong.void(wrong.entered + between(random, 1, 30) * HOUR, VoidReason.NOT_THIS_CHILD)
        found.append(Fault(record=wrong, child=sibling, happened=True))
    return found


def _copy_to_sibling(random: Random, absence: Absence, record: Record, copy: Record) -> None:
    by_group = chance(random, SIBLING_COPIED_BY_GROUP)
    if by_group:
        copy.dates_only, copy.entered = record.dates_only, record.entered
        report_group(record, copy, absence.start, named=True)
        copy.plant("DQ1", "group-names-sibling")
    else:
        _fill(copy, absence.start, record, record.entered)
        copy.plant("DQ1", "sibling-copied")
    located = EpisodeLocatedBody(child=copy.child, located=copy.when(absence.located))
    copy.add(absence.located, located)
    if chance(random, SIBLING_COPY_VOIDED):
        at = max(absence.located, copy.entered) + between(random, 1, 9) * DAY
        if by_group:
            copy.attribute(at, _EVIDENCE.draw(random))
        else:
            copy.void(at, VoidReason.NOT_THIS_CHILD)


def _copy(
    nation: Nation, record: Record, child: Child, absence: Absence, role: FaultRole
) -> Record:
    return new_record(
        nation,
        record.publisher,
        child,
        purpose=f"{record.child_key}/{absence.number}/{role}",
        role=role,
        classification=record.classification,
    )


def _fill(copy: Record, left: int, record: Record, entered: int) -> None:
    copy.dates_only = record.dates_only
    copy.entered = entered
    body = EpisodeReportedBody(
        child=copy.child,
        classification=copy.classification,
        left=copy.when(left),
        reported=copy.when(entered),
        looked_after=_looked_after(copy.classification),
    )
    copy.add(entered, body)


def _looked_after(classification: Classification) -> bool | None:
    match classification:
        case Classification.MISSING_FROM_CARE | Classification.AWAY:
            return True
        case Classification.MISSING_FROM_HOME:
            return False
        case _:
            return None
