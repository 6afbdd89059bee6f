"""How an authority, and police, judge the risk to a child and plan for it."""

from random import Random
from typing import Final

from contracts.protection_messages import (
    HarbouringNoticeIssuedBody,
    MeetingHeldBody,
    RiskAssessedBody,
    RiskPlanMadeBody,
    RiskPlanUpdatedBody,
    RiskReassessedBody,
)
from domain.identifiers import PublisherId
from domain.safeguarding import (
    ActionSource,
    Agency,
    HarbouredBy,
    HarbouringStatute,
    MeetingKind,
    RiskTrigger,
    Role,
)
from domain.vocabulary import RiskLevel
from hub.synthetic.absences import Absence
from hub.synthetic.children import Child
from hub.synthetic.clock import DAY, HOUR, whole_minutes
from hub.synthetic.departures import Kind
from hub.synthetic.findings import agree
from hub.synthetic.messages import Draft
from hub.synthetic.nation import Nation
from hub.synthetic.notes import Notes
from hub.synthetic.planted import Planted
from hub.synthetic.profile import (
    CARE_RISK_ASSESSED,
    HARBOURING_NOTICE,
    HOME_RISK_ASSESSED,
    MEETING_AFTER_ABSENCE,
    MEETING_AFTER_LONG_ABSENCE,
    REASSESSED,
    RISK_PLAN_MADE,
    RISK_PLAN_UPDATED,
)
from hub.synthetic.randomness import Curve, Weighted, between, chance
from hub.synthetic.records import Record

_ASSESSED_HOURS: Final = Curve((0, 2), (0.5, 40), (1, 240))
_REASSESSED_HOURS: Final = Curve((0, 1), (0.6, 30), (1, 160))
_LEVELS: Final = Weighted((RiskLevel.MEDIUM, 60), (RiskLevel.LOW, 25), (RiskLevel.HIGH, 15))
_OWNERS: Final = Weighted(
    (Role.SOCIAL_WORKER, 75), (Role.TEAM_MANAGER, 15), (Role.PLACEMENT_STAFF, 10)
)
_CHAIRS: Final = Weighted((Role.TEAM_MANAGER, 75), (Role.SENIOR_MANAGER, 15), (Role.OTHER, 10))
_KINDS: Final = Weighted(
    (MeetingKind.STRATEGY, 70), (MeetingKind.PROFESSIONALS, 20), (MeetingKind.INTERVENTION, 10)
)
_SIGNED_OFF: Final = 0.6
_LONG_ABSENCE: Final = 72 * HOUR
_HARBOURED_FROM: Final = DAY
_ACTION_AT_MEETING: Final = 0.8


def first_assessment(nation: Nation, child: Child) -> int | None:
    """Return when an authority first assessed the risk to a child; None: it never did."""
    random = nation.stream(child.key, "risk")
    share = CARE_RISK_ASSESSED if child.care else HOME_RISK_ASSESSED
    at = child.first_departure + whole_minutes(_ASSESSED_HOURS.draw(random) * HOUR)
    return at if chance(random, share) else None


def first_plan(nation: Nation, publisher: PublisherId, child: Child) -> list[Draft]:
    """Return the first assessment of a child's risk and the plan that came of it."""
    at = first_assessment(nation, child)
    if at is None:
        return []
    random = nation.stream(child.key, "risk plan")
    notes = Notes(nation, publisher, child, "risk")
    trigger = RiskTrigger.WENT_MISSING if chance(random, 0.7) else RiskTrigger.FIRST_CONCERN
    assessed = RiskAssessedBody(
        assessed=notes.when(at),
        trigger=trigger,
        level=_LEVELS.draw(random),
        signed_off=chance(random, _SIGNED_OFF),
    )
    notes.add(at, assessed, history=True)
    if chance(random, RISK_PLAN_MADE):
        at += between(random, 1, 10) * DAY
        made = RiskPlanMadeBody(made=notes.when(at), trigger=trigger, owner=_OWNERS.draw(random))
        notes.add(at, made, history=True)
    return notes.drafts


def reassess(nation: Nation, child: Child, absence: Absence, own: Record) -> int | None:
    """Add what an authority thinks over after an absence; return when, None if it does not."""
    random = nation.stream(child.key, "reassessed", absence.number)
    _meet(random, absence, own)
    first = first_assessment(nation, child)
    if first is None or absence.start <= first or not chance(random, REASSESSED):
        return None
    at = absence.start + whole_minutes(_REASSESSED_HOURS.draw(random) * HOUR)
    at = max(at, own.entered, first + HOUR)
    trigger = RiskTrigger.WENT_MISSING
    body = RiskReassessedBody(
        assessed=own.when(at),
        trigger=trigger,
        level=_LEVELS.draw(random),
        signed_off=chance(random, _SIGNED_OFF),
    )
    if not own.add_about_child(at, body):
        return None
    if chance(random, RISK_PLAN_UPDATED):
        later = at + between(random, 1, 120) * HOUR
        updated = RiskPlanUpdatedBody(
            updated=own.when(later), trigger=trigger, owner=_OWNERS.draw(random)
        )
        own.add_about_child(later, updated)
    return at


def stale_assessment(
    nation: Nation, child: Child, subject: str, *, known_at: int, again: int | None
) -> list[Planted]:
    """Return whether a child went missing again after its risk was last assessed.

    subject: its reference. known_at: its last absence that the authority knows of; again: when
    the risk was last assessed anew, None if never.
    """
    first = first_assessment(nation, child)
    if first is None or max(first, again or first) >= known_at:
        return []
    return [
        Planted(
            fault="DQ15",
            what="stale-assessment",
            about="child",
            publisher=PublisherId(f"la-{child.authority}"),
            ref=subject,
            child=subject,
        )
    ]


def issue_notice(random: Random, absence: Absence, record: Record) -> None:
    """Let police warn, now and then, whoever kept a child that was gone for long."""
    if absence.located - absence.start < _HARBOURED_FROM or not chance(random, HARBOURING_NOTICE):
        return
    at = absence.located + between(random, 2, 120) * HOUR
    care = absence.kind is Kind.CARE and chance(random, 0.3)
    body = HarbouringNoticeIssuedBody(
        issued=record.when(at),
        statute=HarbouringStatute.CHILDREN_ACT if care else HarbouringStatute.CHILD_ABDUCTION_ACT,
        issued_to=HarbouredBy.FAMILY if chance(random, 0.2) else HarbouredBy.OTHER_ADULT,
    )
    record.add_about_child(at, body)


def _meet(random: Random, absence: Absence, own: Record) -> None:
    if absence.kind is Kind.AWAY:
        return
    long = absence.located - absence.start >= _LONG_ABSENCE
    if not chance(random, MEETING_AFTER_LONG_ABSENCE if long else MEETING_AFTER_ABSENCE):
        return
    at = max(own.entered, absence.start + whole_minutes(_ASSESSED_HOURS.draw(random) * HOUR))
    body = MeetingHeldBody(
        kind=_KINDS.draw(random),
        held=own.when(at),
        chair=_CHAIRS.draw(random),
        agencies=agencies(random),
    )
    if own.add_about_child(at, body) and chance(random, _ACTION_AT_MEETING):
        agree(random, own, at, ActionSource.MEETING)


def agencies(random: Random) -> tuple[Agency, ...]:
    """Return who came to a meeting: children's services, police, and some others."""
    others = (Agency.HEALTH, Agency.EDUCATION, Agency.PLACEMENT_PROVIDER, Agency.YOUTH_OFFENDING)
    came = tuple(each for each in others if chance(random, 0.35))
    return (Agency.CHILDRENS_SERVICES, Agency.POLICE, *came)
