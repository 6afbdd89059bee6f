"""Multi-agency referrals, as for three absences in 90 days, and what followed; programmes."""

from collections.abc import Sequence
from random import Random
from typing import Final

from contracts.protection_messages import (
    MeetingHeldBody,
    ProgrammeChildJoinedBody,
    ProgrammeChildLeftBody,
    ReferralAcceptedBody,
    ReferralClosedBody,
    ReferralMadeBody,
)
from domain.identifiers import PublisherId
from domain.safeguarding import MeetingKind, ReferralCriterion, ReferralOutcome, Role
from hub.synthetic.children import Child
from hub.synthetic.clock import DAY, HOUR
from hub.synthetic.messages import Draft
from hub.synthetic.nation import Nation
from hub.synthetic.notes import Notes
from hub.synthetic.profile import (
    JOINED_PROGRAMME,
    LEFT_PROGRAMME,
    REFERRAL_ACCEPTED,
    REFERRED_IF_THREE_IN_NINETY,
    REFERRED_OTHERWISE,
)
from hub.synthetic.programmes import programme_of
from hub.synthetic.randomness import Weighted, between, chance, pick
from hub.synthetic.risk import agencies

_NINETY_DAYS: Final = 90 * DAY
_AT_RISK_TOO: Final = 0.3

# Hertfordshire 2011-12: 43 % did not go missing again, 12 % once (box after ¶57). The weights are
# others because not every outcome can come true for every child; a test holds what comes of them.
_OUTCOMES: Final = Weighted(
    (ReferralOutcome.NO_REPEAT, 33),
    (ReferralOutcome.ONE_REPEAT, 12),
    (ReferralOutcome.MORE_REPEATS, 55),
)
_CLOSED_DAYS: Final = (70, 110)


def referral(nation: Nation, publisher: PublisherId, child: Child) -> list[Draft]:
    """Return a child's referral to a multi-agency group, if it was made, and its course."""
    random = nation.stream(child.key, "referral")
    notes = Notes(nation, publisher, child, "referral")
    starts = [each.at for each in child.departures if not each.police_only]
    places = _third_in_ninety_days(starts)
    criterion = ReferralCriterion.THREE_IN_NINETY_DAYS
    share = REFERRED_IF_THREE_IN_NINETY
    if not places:
        places, criterion = list(range(len(starts))), ReferralCriterion.AT_RISK
        share = REFERRED_OTHERWISE if child.care else 0.0
    if not chance(random, share) or not places:
        return []
    course = _course(random, starts, places)
    if course is None:
        return []
    at, closed_at, outcome = course
    criteria: tuple[ReferralCriterion, ...] = (criterion,)
    if criterion is not ReferralCriterion.AT_RISK and chance(random, _AT_RISK_TOO):
        criteria = (criterion, ReferralCriterion.AT_RISK)
    own = notes.own("M")
    made = ReferralMadeBody(referral=own, made=notes.when(at), criteria=criteria)
    notes.add(at, made, history=True)
    if not chance(random, REFERRAL_ACCEPTED):
        return notes.drafts
    accepted_at = at + between(random, 1, 10) * DAY
    accepted = ReferralAcceptedBody(referral=own, accepted=notes.when(accepted_at))
    notes.add(accepted_at, accepted, history=True)
    met_at = accepted_at + between(random, 2, 21) * DAY
    meeting = MeetingHeldBody(
        kind=MeetingKind.INTERVENTION,
        held=notes.when(met_at),
        chair=Role.TEAM_MANAGER,
        agencies=agencies(random),
    )
    notes.add(met_at, meeting)
    closed = ReferralClosedBody(referral=own, closed=notes.when(closed_at), outcome=outcome)
    notes.add(closed_at, closed)
    return notes.drafts


def _third_in_ninety_days(starts: Sequence[int]) -> list[int]:
    """Return the places of absences that are at least the third within 90 days."""
    return [
        place
        for place in range(2, len(starts))
        if starts[place] - starts[place - 2] <= _NINETY_DAYS
    ]


def _course(
    random: Random, starts: Sequence[int], places: Sequence[int]
) -> tuple[int, int, ReferralOutcome] | None:
    """Return when a referral was made and closed, and its outcome: what the absences say.

    The outcome is drawn first, then a place among the absences where it comes true; None: there
    is no such place.
    """
    wanted = _OUTCOMES.draw(random)
    after = between(random, 4, 120) * HOUR
    length = between(random, *_CLOSED_DAYS) * DAY
    courses = []
    for place in places:
        at = starts[place] + after
        repeats = sum(at < each <= at + length for each in starts)
        courses.append((at, at + length, _outcome(repeats)))
    fitting = [each for each in courses if each[2] is wanted]
    return pick(random, fitting) if fitting else None


def _outcome(repeats: int) -> ReferralOutcome:
    if repeats == 0:
        return ReferralOutcome.NO_REPEAT
    return ReferralOutcome.ONE_REPEAT if repeats == 1 else ReferralOutcome.MORE_REPEATS


def programme_place(nation: Nation, publisher: PublisherId, child: Child) -> list[Draft]:
    """Return a child's part in a programme of its authority, if there is one."""
    random = nation.stream(child.key, "programme")
    programme = programme_of(nation, publisher)
    if programme is None or not chance(random, JOINED_PROGRAMME):
        return []
    notes = Notes(nation, publisher, child, "programme")
    at = max(child.first_departure, programme.started_at) + between(random, 5, 60) * DAY
    joined = ProgrammeChildJoinedBody(
        programme_reference=programme.ref, programme=programme.kind, joined=notes.day(at)
    )
    notes.add(at, joined, history=True)
    if chance(random, LEFT_PROGRAMME):
        at += between(random, 40, 150) * DAY
        left = ProgrammeChildLeftBody(programme_reference=programme.ref, left_on=notes.day(at))
        notes.add(at, left)
    return notes.drafts
