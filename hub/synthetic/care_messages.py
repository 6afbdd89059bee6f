"""What an authority tells of a looked-after child's care: begun, placed, host notified, ended."""

from datetime import date

from contracts.care_messages import (
    CareEndedBody,
    CareStartedBody,
    PlacementEndedBody,
    PlacementHostAcknowledgedBody,
    PlacementHostNotifiedBody,
    PlacementStartedBody,
)
from domain.identifiers import PublisherId
from hub.synthetic.children import Child
from hub.synthetic.clock import HOUR, MINUTE, noon
from hub.synthetic.messages import AnyBody, Draft
from hub.synthetic.nation import Nation
from hub.synthetic.numbers import reference
from hub.synthetic.placements import Care, Placement
from hub.synthetic.planted import Planted
from hub.synthetic.records import subject_reference

# The registration is message 1 and its amendment message 2 about the same child.
_FIRST_NUMBER = 3


def care_messages(nation: Nation, publisher: PublisherId, child: Child) -> list[Draft]:
    """Return what the authority tells within the horizon; nothing unless looked after."""
    if child.care is None:
        return []
    subject = subject_reference(nation, publisher, child)
    told = _told(child, child.care, subject)
    return [
        Draft(at=at, subject=subject, number=number, body=body)
        for number, (at, body) in enumerate(told, _FIRST_NUMBER)
        if at < nation.horizon
    ]


def untold_hosts(nation: Nation, publisher: PublisherId, child: Child) -> list[Planted]:
    """Return the placements elsewhere of which no host was told."""
    if child.care is None:
        return []
    subject = subject_reference(nation, publisher, child)
    return [
        Planted(
            fault="DQ11",
            what="host-not-told",
            about="placement",
            publisher=publisher,
            ref=reference("P", subject, placement.number),
            child=subject,
        )
        for placement in child.care.placements
        if placement.elsewhere and placement.notified_on is None
    ]


def _told(child: Child, care: Care, subject: str) -> list[tuple[int, AnyBody]]:
    period = reference("R", subject)
    told: list[tuple[int, AnyBody]] = [
        (
            noon(care.started_on) + MINUTE,
            CareStartedBody(
                care=period,
                started=care.started_on.isoformat(),
                responsible_authority=child.authority,
                legal_status=care.legal_status,
            ),
        )
    ]
    for placement in care.placements:
        told.extend(_placed(child, placement, subject))
    if care.ended_on and care.ended_on > care.placements[-1].started_on:
        last = reference("P", subject, care.placements[-1].number)
        day = care.ended_on.isoformat()
        told.append((_evening(care.ended_on), PlacementEndedBody(placement=last, ended=day)))
        ended = CareEndedBody(care=period, ended=day, reason=care.ended_for)
        told.append((_evening(care.ended_on) + MINUTE, ended))
    return told


def _placed(child: Child, placement: Placement, subject: str) -> list[tuple[int, AnyBody]]:
    ref = reference("P", subject, placement.number)
    at = noon(placement.started_on) + HOUR
    told: list[tuple[int, AnyBody]] = [
        (
            at,
            PlacementStartedBody(
                placement=ref,
                started=placement.started_on.isoformat(),
                placement_type=placement.code_on(placement.started_on),
                provider=placement.provider,
                placing_authority=child.authority,
                host_authority=placement.host,
                location_restricted=placement.restricted,
                provider_urn=placement.urn,
                out_of_area_reason=placement.elsewhere,
            ),
        )
    ]
    if placement.host and placement.notified_on:
        notified = PlacementHostNotifiedBody(
            placement=ref,
            host_authority=placement.host,
            notified=placement.notified_on.isoformat(),
        )
        told.append((noon(placement.notified_on) + 2 * HOUR, notified))
        if placement.acknowledged_on:
            body = PlacementHostAcknowledgedBody(
                placement=ref,
                host_authority=placement.host,
                acknowledged=placement.acknowledged_on.isoformat(),
            )
            told.append((noon(placement.acknowledged_on) + 2 * HOUR, body))
    if placement.ended_on:
        over = PlacementEndedBody(
            placement=ref, ended=placement.ended_on.isoformat(), reason=placement.ended_for
        )
        # Just before the next one starts, on the same day.
        told.append((noon(placement.ended_on), over))
    return told


def _evening(day: date) -> int:
    return noon(day) + 5 * HOUR
