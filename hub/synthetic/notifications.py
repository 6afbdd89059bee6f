"""Who is told of an absence: by police, within the authority, and across boundaries."""

from random import Random
from typing import Final

from contracts.response_messages import (
    NotificationReceivedBody,
    NotificationSentBody,
    NotificationTriagedBody,
    SearchLeadAcceptedBody,
    SearchLeadHandedOverBody,
    SearchLeadOfferedBody,
)
from domain.identifiers import PublisherId
from domain.safeguarding import Channel, Recipient, Role, TriageDecision
from hub.synthetic.absences import Absence
from hub.synthetic.children import Child
from hub.synthetic.clock import DAY, HOUR, MINUTE, instant_text, whole_minutes
from hub.synthetic.departures import Kind
from hub.synthetic.nation import Nation
from hub.synthetic.profile import (
    AUTHORITY_NOTIFIED,
    HOST_TOLD_OF_ABSENCE,
    NOTIFICATION_NOT_RECEIVED,
    PROTECTION_CHAIR_TOLD,
    REVIEWING_OFFICER_TOLD,
    SEARCH_LEAD_ACCEPTED,
    SEARCH_LEAD_HANDED_OVER,
    SEARCH_LEAD_OFFERED,
    SENIOR_MANAGER_TOLD,
    TRIAGED,
    WORKER_TOLD,
)
from hub.synthetic.randomness import Curve, Weighted, between, chance
from hub.synthetic.records import Record

# Minutes from the entry on the police system to the notification: daily exchanges make a day.
_TOLD_MINUTES: Final = Curve((0, 2), (0.4, 25), (0.7, 240), (1, 1440))
_RECEIVED_MINUTES: Final = Curve((0, 1), (0.8, 30), (1, 900))
_CHANNELS: Final = Weighted(
    (Channel.ELECTRONIC_EXCHANGE, 45), (Channel.EMAIL, 30), (Channel.TELEPHONE, 18),
    (Channel.FORM, 7),
)  # fmt: skip
_DECISIONS: Final = Weighted(
    (TriageDecision.ALLOCATED_WORKER_ACTS, 55),
    (TriageDecision.NO_FURTHER_ACTION, 30),
    (TriageDecision.ASSESSMENT, 9),
    (TriageDecision.STRATEGY_MEETING, 4),
    (TriageDecision.MULTI_AGENCY_REFERRAL, 2),
)
_DECIDERS: Final = Weighted((Role.TEAM_MANAGER, 75), (Role.SOCIAL_WORKER, 25))
_SIGNED_OFF: Final = 0.5
_OFFICE_HOURS: Final = range(8, 17)
_LONG: Final = DAY


def notify_authority(random: Random, record: Record, authority: str | None) -> None:
    """Let a force tell the authority that it takes for the child's; None: it knows of none."""
    told = chance(random, AUTHORITY_NOTIFIED)
    at = record.entered + max(whole_minutes(_TOLD_MINUTES.draw(random) * MINUTE), MINUTE)
    if authority is None or not told:
        return
    body = NotificationSentBody(
        child=record.child,
        recipient=_desk(at),
        sent=instant_text(at),
        channel=_CHANNELS.draw(random),
        authority=authority,
    )
    if record.add(at, body):
        record.heard_from = authority


def offer_lead(
    nation: Nation, random: Random, child: Child, absence: Absence, record: Record
) -> None:
    """Let the force of the host ask the home side to look for a child that lives elsewhere."""
    home = nation.force_of(child.authority)
    if home is None or home == record.publisher or not chance(random, SEARCH_LEAD_OFFERED):
        return
    lead = home if chance(random, 0.5) else PublisherId(f"la-{child.authority}")
    at = record.entered + between(random, 10, 240) * MINUTE
    if at >= absence.located:
        return
    offered = SearchLeadOfferedBody(child=record.child, lead=lead, offered=instant_text(at))
    if not record.add(at, offered) or not chance(random, SEARCH_LEAD_ACCEPTED):
        return
    at += between(random, 5, 600) * MINUTE
    if at >= absence.located:
        return
    accepted = SearchLeadAcceptedBody(child=record.child, lead=lead, accepted=instant_text(at))
    record.add(at, accepted)
    back_at = at + between(random, 6, 48) * HOUR
    if back_at < absence.located and chance(random, SEARCH_LEAD_HANDED_OVER):
        body = SearchLeadHandedOverBody(
            child=record.child,
            lead=lead,
            to_lead=record.publisher,
            handed_over=instant_text(back_at),
        )
        record.add(back_at, body)


def tell_within_authority(
    nation: Nation, child: Child, absence: Absence, own: Record, police: list[Record]
) -> None:
    """Add what the authority received, decided, and told its own people and the host."""
    random = nation.stream(child.key, "told", absence.number)
    number = own.publisher.removeprefix("la-")
    if any(each.heard_from == number for each in police):
        _receive(random, absence, own)
    if absence.kind is Kind.AWAY:
        return
    shares = [(Recipient.ALLOCATED_WORKER, WORKER_TOLD)]
    if child.care:
        shares.append((Recipient.SENIOR_MANAGER, SENIOR_MANAGER_TOLD))
        shares.append((Recipient.REVIEWING_OFFICER, REVIEWING_OFFICER_TOLD))
    if child.protection_plan:
        shares.append((Recipient.PROTECTION_CHAIR, PROTECTION_CHAIR_TOLD))
    for recipient, share in shares:
        if chance(random, share):
            _send(random, own, recipient, None)
    placement = child.placement_on(nation.clock.date_at(absence.start))
    host = placement.host if placement else None
    if host not in (None, child.authority) and chance(random, HOST_TOLD_OF_ABSENCE):
        _send(random, own, Recipient.HOST_AUTHORITY, host)


def _receive(random: Random, absence: Absence, own: Record) -> None:
    lost = chance(random, NOTIFICATION_NOT_RECEIVED)
    triaged = chance(random, TRIAGED)
    at = own.entered + max(whole_minutes(_RECEIVED_MINUTES.draw(random) * MINUTE), MINUTE)
    if lost:
        return
    own.add(
        at,
        NotificationReceivedBody(
            child=own.child, recipient=_desk(at), received=own.when(at), authority=None
        ),
    )
    if triaged:
        at += between(random, 15, 1200) * MINUTE
        body = NotificationTriagedBody(
            child=own.child,
            triaged=own.when(at),
            decision=_DECISIONS.draw(random),
            decider=_DECIDERS.draw(random),
            risk_assessment_signed_off=chance(random, _SIGNED_OFF)
            if absence.located - absence.start >= _LONG
            else None,
        )
        own.add(at, body)


def _send(random: Random, own: Record, recipient: Recipient, authority: str | None) -> None:
    at = own.entered + between(random, 5, 1800) * MINUTE
    body = NotificationSentBody(
        child=own.child,
        recipient=recipient,
        sent=own.when(at),
        channel=_CHANNELS.draw(random),
        authority=authority,
    )
    own.add(at, body)


def _desk(instant: int) -> Recipient:
    """Return who answers at an authority at that time of day."""
    if instant // HOUR % 24 in _OFFICE_HOURS:
        return Recipient.FIRST_CONTACT_POINT
    return Recipient.EMERGENCY_DUTY_TEAM
