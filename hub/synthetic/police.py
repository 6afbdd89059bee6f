"""What forces record of an absence, and when."""

from random import Random
from typing import Final

from contracts.episode_messages import (
    EpisodeClassifiedBody,
    EpisodeCorrectedBody,
    EpisodeLocatedBody,
    EpisodeReclassifiedBody,
    EpisodeReportedBody,
    EpisodeReturnedBody,
)
from domain.identifiers import PublisherId
from domain.safeguarding import ReclassificationReason
from domain.vocabulary import Classification, CorrectionReason, Finder, RiskLevel
from hub.synthetic.absences import Absence
from hub.synthetic.checks import add_check
from hub.synthetic.children import Child
from hub.synthetic.clock import HOUR, MINUTE, instant_text, whole_minutes
from hub.synthetic.departures import Kind
from hub.synthetic.nation import TRANSPORT_POLICE, Nation
from hub.synthetic.notifications import notify_authority, offer_lead
from hub.synthetic.placements import Placement
from hub.synthetic.profile import (
    AWAY_KNOWN_TO_POLICE,
    AWAY_NO_APPARENT_RISK,
    CARE_NO_APPARENT_RISK,
    CARE_NOT_REPORTED_TO_POLICE,
    CARE_STATUS_DENIED,
    CARE_STATUS_UNKNOWN,
    CORRECTED_BY_POLICE,
    HANDED_OVER,
    HANDED_TO_TRANSPORT_POLICE,
    HOME_AUTHORITY_UNKNOWN,
    HOME_NO_APPARENT_RISK,
    HOME_NOT_KNOWN_TO_POLICE,
    POLICE_RECLASSIFIED,
    RESPONSIBLE_AUTHORITY_UNKNOWN,
    RETURN_NOT_RECORDED,
)
from hub.synthetic.randomness import Curve, Weighted, between, chance, pick
from hub.synthetic.records import Record, new_record
from hub.synthetic.risk import issue_notice
from hub.synthetic.scene import lived_in, reporter_of

# Minutes from leaving to the report (ours).
_DELAY: Final = Curve((0, 5), (0.25, 40), (0.5, 90), (0.75, 200), (0.9, 420), (1, 1500))

_LONG_ENOUGH_TO_HAND_OVER: Final = 6 * HOUR

_RISKS: Final = Weighted((RiskLevel.MEDIUM, 75), (RiskLevel.HIGH, 12), (RiskLevel.LOW, 13))
_LATER_RISKS: Final = Weighted(
    (RiskLevel.MEDIUM, 72), (RiskLevel.HIGH, 12), (RiskLevel.LOW, 12), (RiskLevel.VERY_LOW, 4)
)
# The guidance changed its words: "absent" until 2017, "very low" from 2023 (domain knowledge).
_ABSENT_UNTIL: Final = 2017
_VERY_LOW_FROM: Final = 2024

# 2018/19: 43 % returned of their own accord, 29 % were found by police; the rest is ours.
_FOUND_BY: Final = Weighted(
    (Finder.SELF, 43),
    (Finder.POLICE, 29),
    (Finder.CARER, 9),
    (Finder.FAMILY, 9),
    (Finder.OTHER, 4),
    (Finder.UNKNOWN, 6),
)


def police_records(nation: Nation, child: Child, absence: Absence) -> list[Record]:
    """Return the forces' records: none, one, or two where a second force took part."""
    random = nation.stream(child.key, "police", absence.number)
    placement = child.placement_on(nation.clock.date_at(absence.start))
    force = _force(nation, child, placement)
    if force is None or not _known(nation, random, child, absence):
        return []
    delay = whole_minutes(_DELAY.draw(random) * MINUTE)
    latest = whole_minutes((absence.located - absence.start) * 0.7)
    reported_at = absence.start + max(min(delay, latest), MINUTE)
    records = [_record(nation, random, child, absence, force, reported_at)]
    long = absence.located - absence.start >= _LONG_ENOUGH_TO_HAND_OVER
    if long and chance(random, HANDED_OVER):
        second = _second_force(nation, random, child, force)
        handed_at = reported_at + whole_minutes((absence.located - reported_at) * 0.6)
        if second != force:
            records.append(_record(nation, random, child, absence, second, handed_at))
            records[-1].role = "handover"
            records[-1].plant("DQ2", "second-force")
    return records


def _force(nation: Nation, child: Child, placement: Placement | None) -> PublisherId | None:
    return nation.force_of(lived_in(child, placement) or child.authority)


def _known(nation: Nation, random: Random, child: Child, absence: Absence) -> bool:
    draw = random.random()
    match absence.kind:
        case Kind.AWAY:
            return draw < AWAY_KNOWN_TO_POLICE
        case Kind.CARE:
            return absence.police_only or draw >= CARE_NOT_REPORTED_TO_POLICE
        case Kind.HOME:
            # A force with one small authority is never left without a record.
            return child.authority in nation.alone or draw >= HOME_NOT_KNOWN_TO_POLICE


def _second_force(nation: Nation, random: Random, child: Child, force: PublisherId) -> PublisherId:
    if chance(random, HANDED_TO_TRANSPORT_POLICE):
        return TRANSPORT_POLICE
    home = nation.force_of(child.authority)
    if home and home != force:
        return home
    authority = nation.register.authority(child.authority)
    near = nation.register.authorities_in_region(authority.region_code) if authority else ()
    forces = sorted({f"pf-{each.force_code}" for each in near})
    return PublisherId(pick(random, forces)) if forces else force


def _record(
    nation: Nation,
    random: Random,
    child: Child,
    absence: Absence,
    force: PublisherId,
    reported_at: int,
) -> Record:
    """Return one force's record, whole."""
    looked_after = _care_status(random) if child.care else False
    classification = _classified(nation, random, absence, force, looked_after)
    record = new_record(
        nation,
        force,
        child,
        purpose=f"{absence.number}",
        role="report",
        classification=classification,
    )
    record.entered = reported_at
    seen = min(absence.start + between(random, 0, 6) * 5 * MINUTE, reported_at)
    wrong = chance(random, CORRECTED_BY_POLICE)
    error = between(random, 1, 10) * HOUR if wrong else 0
    times = (seen - error, reported_at)
    report = _report(nation, random, child, absence, record, looked_after, times)
    record.add(reported_at, report)
    _classify(nation, random, absence, record)
    if wrong:
        body = EpisodeCorrectedBody(
            child=record.child,
            reason=CorrectionReason.RECORDING_ERROR,
            last_seen=instant_text(seen),
        )
        record.add(reported_at + between(random, 2, 48) * HOUR, body)
    _close(random, absence, record)
    placement = child.placement_on(nation.clock.date_at(absence.start))
    elsewhere = lived_in(child, placement) != child.authority
    add_check(nation, random, absence, record, elsewhere=elsewhere)
    notify_authority(random, record, report.responsible_authority or report.home_authority)
    if child.care:
        offer_lead(nation, random, child, absence, record)
    issue_notice(random, absence, record)
    return record


def _care_status(random: Random) -> bool | None:
    draw = random.random()
    if draw < CARE_STATUS_DENIED:
        return False
    return None if draw < CARE_STATUS_DENIED + CARE_STATUS_UNKNOWN else True


def _classified(
    nation: Nation, random: Random, absence: Absence, force: PublisherId, looked_after: bool | None
) -> Classification:
    shares = {
        Kind.CARE: CARE_NO_APPARENT_RISK,
        Kind.HOME: HOME_NO_APPARENT_RISK,
        Kind.AWAY: AWAY_NO_APPARENT_RISK,
    }
    if chance(random, shares[absence.kind]):
        return Classification.NO_APPARENT_RISK
    if looked_after is None or not nation.forces[force].says_where:
        return Classification.MISSING
    return Classification.MISSING_FROM_CARE if looked_after else Classification.MISSING_FROM_HOME


def _report(
    nation: Nation,
    random: Random,
    child: Child,
    absence: Absence,
    record: Record,
    looked_after: bool | None,
    times: tuple[int, int],
) -> EpisodeReportedBody:
    seen_at, reported_at = times
    placement = child.placement_on(nation.clock.date_at(absence.start))
    responsible = home = None
    if looked_after and not chance(random, RESPONSIBLE_AUTHORITY_UNKNOWN):
        responsible = child.authority
    if not looked_after and not chance(random, HOME_AUTHORITY_UNKNOWN):
        # To a force that does not know of the care, the child lives where it is placed.
        home = lived_in(child, placement)
    return EpisodeReportedBody(
        child=record.child,
        classification=record.classification,
        last_seen=instant_text(seen_at),
        reported=instant_text(reported_at),
        reported_by=reporter_of(random, placement),
        looked_after=looked_after,
        responsible_authority=responsible,
        home_authority=home,
        host_authority=lived_in(child, placement) if looked_after else None,
    )


def _classify(nation: Nation, random: Random, absence: Absence, record: Record) -> None:
    """Add the assessment of risk, and now and then a higher one later."""
    year = nation.options.year
    absent = RiskLevel.ABSENT if year <= _ABSENT_UNTIL else RiskLevel.NO_APPARENT_RISK
    risk = (_LATER_RISKS if year >= _VERY_LOW_FROM else _RISKS).draw(random)
    if record.classification is Classification.NO_APPARENT_RISK:
        risk = absent
    at = record.entered + between(random, 2, 75) * MINUTE
    if at < absence.located:
        record.add(at, _assessment(record, risk))
    later = record.entered + between(random, 4, 30) * HOUR
    raised = risk in (RiskLevel.LOW, RiskLevel.MEDIUM) and chance(random, POLICE_RECLASSIFIED)
    if raised and at < later < absence.located:
        body = EpisodeReclassifiedBody(
            child=record.child,
            classification=record.classification,
            reason=ReclassificationReason.RISK_CHANGED,
            risk=RiskLevel.HIGH,
        )
        record.add(later, body)


def _assessment(record: Record, risk: RiskLevel) -> EpisodeClassifiedBody:
    return EpisodeClassifiedBody(
        child=record.child, classification=record.classification, risk=risk
    )


def _close(random: Random, absence: Absence, record: Record) -> None:
    # The force hears of it some minutes later, but never after the child is back.
    located = min(absence.located + between(random, 0, 40) * MINUTE, absence.returned)
    body = EpisodeLocatedBody(
        child=record.child, located=instant_text(located), found_by=_FOUND_BY.draw(random)
    )
    record.add(located, body)
    if not chance(random, RETURN_NOT_RECORDED):
        text = instant_text(absence.returned)
        record.add(absence.returned, EpisodeReturnedBody(child=record.child, returned=text))
    elif absence.located < record.horizon:
        record.plant("DQ16", "located-not-returned")
