"""Safe-and-well checks: done, decided against or forgotten, and whether anybody hears of them."""

from random import Random
from typing import Final

from contracts.response_messages import CheckDoneBody, CheckNotDoneBody, CheckOutcomeSharedBody
from domain.safeguarding import Recipient
from domain.vocabulary import CheckNotDoneReason, Decider
from hub.synthetic.absences import Absence
from hub.synthetic.clock import DAY, HOUR, MINUTE, instant_text, whole_minutes
from hub.synthetic.departures import Kind
from hub.synthetic.nation import Nation
from hub.synthetic.profile import CHECK_DECISION_RECORDED, CHECK_OUTCOME_SHARED
from hub.synthetic.randomness import Curve, Weighted, between, chance, pick
from hub.synthetic.records import Record

_CHECK_HOURS: Final = Curve((0, 0.2), (0.5, 5), (0.8, 24), (0.95, 60), (1, 120))

# Checks thin out with every repeat (¶28, ¶43), and away from the own area (¶77-84; size ours).
_OUT_OF_AREA: Final = 0.9
_LESS_PER_REPEAT: Final = 0.008
_MOST_LESS: Final = 0.4
_FREQUENT: Final = 5

_NOT_CHECKED: Final = Weighted(
    (CheckNotDoneReason.FREQUENT, 45),
    (CheckNotDoneReason.REFUSED, 30),
    (CheckNotDoneReason.COUNTER_PRODUCTIVE, 10),
    (CheckNotDoneReason.OTHER, 15),
)
_HARM_DISCLOSED: Final = 0.04
_SHARED_HOURS: Final = Curve((0, 0.3), (0.5, 8), (0.9, 40), (1, 72))
_SHARED_WITH: Final = Weighted(
    ((Recipient.FIRST_CONTACT_POINT,), 50),
    ((Recipient.ALLOCATED_WORKER,), 22),
    ((Recipient.ALLOCATED_WORKER, Recipient.PARENT_OR_CARER), 14),
    ((Recipient.FIRST_CONTACT_POINT, Recipient.REVIEWING_OFFICER), 8),
    ((Recipient.RESPONSIBLE_AUTHORITY, Recipient.HOST_AUTHORITY), 6),
)


def add_check(
    nation: Nation, random: Random, absence: Absence, record: Record, *, elsewhere: bool
) -> None:
    """Add the safe-and-well check, or the decision against one, or nothing at all.

    elsewhere: the child lives outside its authority's area.
    """
    at_first = nation.forces[record.publisher].checked * (_OUT_OF_AREA if elsewhere else 1.0)
    share = at_first * (1 - min(_MOST_LESS, absence.number * _LESS_PER_REPEAT))
    at = absence.returned + whole_minutes(_CHECK_HOURS.draw(random) * HOUR) + MINUTE
    late = absence.next_start is not None and at >= absence.next_start
    draw = random.random()
    harm = chance(random, _HARM_DISCLOSED)
    if draw < share and not late:
        body = CheckDoneBody(child=record.child, checked=instant_text(at), harm_disclosed=harm)
        if record.add(at, body):
            _share(random, record, at)
        return
    if share <= draw < at_first:
        record.plant("DQ13", "check-dropped")
    if not (chance(random, CHECK_DECISION_RECORDED) and _decide(random, absence, record, late)):
        _forget(absence, record)


def _decide(random: Random, absence: Absence, record: Record, late: bool) -> bool:
    frequent = late or absence.number > _FREQUENT
    reason = CheckNotDoneReason.FREQUENT if frequent else _NOT_CHECKED.draw(random)
    decider = pick(random, (Decider.POLICE_SUPERVISOR, Decider.POLICE_COORDINATOR))
    body = CheckNotDoneBody(child=record.child, reason=reason, decider=decider)
    return record.add(absence.returned + between(random, 1, 3) * DAY, body)


def _forget(absence: Absence, record: Record) -> None:
    # No check is owed after an absence without authorisation, nor before the child is back.
    if absence.kind is not Kind.AWAY and absence.returned < record.horizon:
        record.plant("DQ9", "check-undecided")


def _share(random: Random, record: Record, checked_at: int) -> None:
    shared = chance(random, CHECK_OUTCOME_SHARED)
    at = checked_at + whole_minutes(_SHARED_HOURS.draw(random) * HOUR)
    body = CheckOutcomeSharedBody(
        child=record.child, shared=instant_text(at), recipients=_SHARED_WITH.draw(random)
    )
    if not (shared and record.add(at, body)):
        record.plant("DQ10", "check-not-shared")
