"""Return interviews: offered or not, declined, held, in time or late."""

from random import Random
from typing import Final

from contracts.messages import (
    InterviewCompletedBody,
    InterviewDeclinedBody,
    InterviewOfferedBody,
)
from domain.vocabulary import DeclinedBy, Interviewer
from hub.synthetic.absences import Absence
from hub.synthetic.clock import HOUR, whole_minutes
from hub.synthetic.departures import Kind
from hub.synthetic.habits import AuthorityHabits
from hub.synthetic.randomness import Curve, Weighted, chance
from hub.synthetic.records import Record

# Hours after the return (ours); the limit is 72.
_OFFERED_HOURS: Final = Curve((0, 0.5), (0.5, 14), (0.9, 40), (1, 60))
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
_INTERVIEWERS: Final = tuple(Interviewer)


def add_interview(
    random: Random, record: Record, habits: AuthorityHabits, absence: Absence, *, elsewhere: bool
) -> None:
    """Add what came of the return interview; nothing where none was offered.

    elsewhere: the child lives outside the authority's area.
    """
    share = habits.offered * (1 - min(_MOST_LESS, _LESS_PER_REPEAT * absence.number))
    share *= _OUT_OF_AREA if elsewhere else 1.0
    share *= _AFTER_AWAY if absence.kind is Kind.AWAY else 1.0
    offered_at = _after(random, absence.returned, _OFFERED_HOURS)
    if not chance(random, share):
        return
    body = InterviewOfferedBody(child=record.child, offered=record.when(offered_at))
    record.add(offered_at, body)
    if chance(random, habits.completed):
        _complete(random, record, habits, absence, offered_at)
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
    random: Random, record: Record, habits: AuthorityHabits, absence: Absence, offered_at: int
) -> None:
    in_time = chance(random, habits.within_72)
    at = _after(random, absence.returned, _IN_TIME_HOURS if in_time else _LATE_HOURS)
    # Whoever was offered an interview on the third day may have it at once.
    at = max(at, offered_at)
    interviewer = habits.interviewer
    if not chance(random, _USUAL_INTERVIEWER):
        interviewer = _INTERVIEWERS[int(random.random() * len(_INTERVIEWERS))]
    record.add(
        at,
        InterviewCompletedBody(
            child=record.child,
            completed=record.when(at),
            interviewer=interviewer,
            independent=chance(random, habits.independent),
        ),
    )


def _after(random: Random, instant: int, hours: Curve) -> int:
    return instant + whole_minutes(hours.draw(random) * HOUR)
