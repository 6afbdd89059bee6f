"""Return interviews: offered or not, declined, held, in time or late, and what came of them."""

from dataclasses import dataclass
from random import Random
from typing import Final

from contracts.response_messages import (
    CheckDoneBody,
    InterviewCompletedBody,
    InterviewDeclinedBody,
    InterviewNotOfferedBody,
    InterviewOfferedBody,
)
from domain.safeguarding import NotOfferedReason, Role
from domain.vocabulary import DeclinedBy, Interviewer
from hub.synthetic.absences import Absence
from hub.synthetic.clock import HOUR, whole_minutes
from hub.synthetic.departures import Kind
from hub.synthetic.findings import add_findings, reasons
from hub.synthetic.habits import AuthorityHabits
from hub.synthetic.profile import (
    CHECK_AT_INTERVIEW,
    INTERVIEW_BY_PLACEMENT_STAFF,
    NON_OFFER_HIDDEN,
    NON_OFFER_RECORDED,
)
from hub.synthetic.randomness import Curve, Weighted, chance
from hub.synthetic.records import Record

# Hours after the return (ours); the limit is 72.
_OFFERED_HOURS: Final = Curve((0, 0.5), (0.5, 14), (0.9, 40), (1, 60))
_DECIDED_HOURS: Final = Curve((0, 4), (0.5, 48), (1, 150))
_DECLINED_HOURS: Final = Curve((0, 1), (0.5, 24), (1, 150))
_IN_TIME_HOURS: Final = Curve((0, 3), (0.5, 44), (1, 71))
_LATE_HOURS: Final = Curve((0, 73), (0.5, 130), (0.9, 260), (1, 400))

# Fewer interviews out of area and with each repeat (¶43, ¶47); after being away hardly any. Ours.
_OUT_OF_AREA: Final = 0.75
_LESS_PER_REPEAT: Final = 0.01
_MOST_LESS: Final = 0.4
_AFTER_AWAY: Final = 0.3

# Of interviews offered and not held: the rest came to nothing, often missing again (ours).
_DECLINED: Final = 0.75
_DECLINED_BY: Final = Weighted((DeclinedBy.CHILD, 87), (DeclinedBy.PARENT_OR_CARER, 13))
_USUAL_INTERVIEWER: Final = 0.8
_INTERVIEWERS: Final = tuple(
    each for each in Interviewer if each is not Interviewer.PLACEMENT_STAFF
)

_NOT_OFFERED: Final = Weighted(
    (NotOfferedReason.NOT_REQUIRED, 35),
    (NotOfferedReason.MISSING_AGAIN, 25),
    (NotOfferedReason.NO_CAPACITY, 20),
    (NotOfferedReason.OTHER, 20),
)
_NO_PROVIDER: Final = 0.4
_DECIDERS: Final = Weighted((Role.TEAM_MANAGER, 60), (Role.SOCIAL_WORKER, 35), (Role.OTHER, 5))


@dataclass(frozen=True, kw_only=True, slots=True)
class Occasion:
    """The absence after which a child may be heard.

    elsewhere: the child lives outside the authority's area. earlier: the child's record before,
    after which nobody heard it; None: there is none that one interview could cover as well.
    """

    absence: Absence
    elsewhere: bool
    earlier: Record | None


def add_interview(
    random: Random, record: Record, habits: AuthorityHabits, occasion: Occasion
) -> None:
    """Add what came of the return interview."""
    absence = occasion.absence
    at_first = habits.offered * (_OUT_OF_AREA if occasion.elsewhere else 1.0)
    at_first *= _AFTER_AWAY if absence.kind is Kind.AWAY else 1.0
    share = at_first * (1 - min(_MOST_LESS, _LESS_PER_REPEAT * absence.number))
    offered_at = _after(random, absence.returned, _OFFERED_HOURS)
    draw = random.random()
    if habits.buried:
        _forget(absence, record)
    elif draw >= share:
        if draw < at_first:
            record.plant("DQ13", "interview-dropped")
        _not_offered(random, record, occasion)
    else:
        body = InterviewOfferedBody(child=record.child, offered=record.when(offered_at))
        if record.add(offered_at, body):
            _follow(random, record, habits, occasion, offered_at)


def _not_offered(random: Random, record: Record, occasion: Occasion) -> None:
    at = _after(random, occasion.absence.returned, _DECIDED_HOURS)
    recorded = False
    if chance(random, NON_OFFER_HIDDEN):
        body = InterviewDeclinedBody(
            child=record.child, declined=record.when(at), declined_by=DeclinedBy.CHILD
        )
        recorded = record.add(at, body)
        if recorded:
            record.plant("DQ12", "declined-never-offered")
    elif chance(random, NON_OFFER_RECORDED):
        reason = _NOT_OFFERED.draw(random)
        if occasion.elsewhere and chance(random, _NO_PROVIDER):
            reason = NotOfferedReason.OUT_OF_AREA
        decided = InterviewNotOfferedBody(
            child=record.child,
            decided=record.when(at),
            reason=reason,
            decider=_DECIDERS.draw(random),
        )
        recorded = record.add(at, decided)
    if not recorded:
        _forget(occasion.absence, record)


def _forget(absence: Absence, record: Record) -> None:
    # Nothing is owed after an absence without authorisation, nor before the child is back.
    if absence.kind is not Kind.AWAY and absence.returned < record.horizon:
        record.plant("DQ9", "interview-undecided")


def _follow(
    random: Random, record: Record, habits: AuthorityHabits, occasion: Occasion, offered_at: int
) -> None:
    if chance(random, habits.completed):
        _complete(random, record, habits, occasion, offered_at)
    elif chance(random, _DECLINED):
        declined_at = _after(random, offered_at, _DECLINED_HOURS)
        record.add(
            declined_at,
            InterviewDeclinedBody(
                child=record.child,
                declined=record.when(declined_at),
                declined_by=_DECLINED_BY.draw(random),
            ),
        )


def _complete(
    random: Random, record: Record, habits: AuthorityHabits, occasion: Occasion, offered_at: int
) -> None:
    in_time = chance(random, habits.within_72)
    curve = _IN_TIME_HOURS if in_time else _LATE_HOURS
    # Whoever was offered an interview on the third day may have it at once.
    at = max(_after(random, occasion.absence.returned, curve), offered_at)
    interviewer = habits.interviewer
    if not chance(random, _USUAL_INTERVIEWER):
        interviewer = _INTERVIEWERS[int(random.random() * len(_INTERVIEWERS))]
    independent = chance(random, habits.independent)
    by_staff = chance(random, INTERVIEW_BY_PLACEMENT_STAFF)
    body = InterviewCompletedBody(
        child=record.child,
        completed=record.when(at),
        interviewer=Interviewer.PLACEMENT_STAFF if by_staff else interviewer,
        independent=independent and not by_staff,
        reasons=reasons(random),
        covers=(occasion.earlier.ref,) if occasion.earlier else (),
    )
    blurred = chance(random, CHECK_AT_INTERVIEW)
    if not record.add(at, body):
        return
    record.interviewed = True
    if by_staff:
        record.plant("DQ8", "placement-staff")
    elif not independent:
        record.plant("DQ8", "not-independent")
    if blurred and record.add(at, CheckDoneBody(child=record.child, checked=record.when(at))):
        record.plant("DQ7", "check-at-interview")
    if not add_findings(random, record, at):
        record.plant("DQ10", "interview-not-shared")


def _after(random: Random, instant: int, hours: Curve) -> int:
    return instant + whole_minutes(hours.draw(random) * HOUR)
