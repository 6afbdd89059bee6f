"""A valid body of every message type, with every field."""

from typing import Any, Final

from contracts.bodies import Body
from contracts.examples import example_body
from contracts.message_types import BODIES as BODY_TYPES

REGISTERED: Final = "missing.subject.registered.v1"
AMENDED: Final = "missing.subject.amended.v1"

CHILD, EPISODE = "C-1", "E-1"
A_SEAL: Final = "e30..AAAA.AAAA.AAAA"
_STATEMENT: Final = {
    "classification": "missing-from-care",
    "risk": "medium",
    "left": "2026-03-14T08:00:00Z",
    "last_seen": "2026-03-14T07:30:00Z",
    "reported": "2026-03-14",
    "looked_after": True,
    "responsible_authority": "330",
    "home_authority": "331",
    "host_authority": "WAL",
    "placement_type": "K2",
}
_BODIES: Final[dict[str, dict[str, Any]]] = {
    REGISTERED: {"identity": A_SEAL, "sex": "F", "ethnicity": "WBRI", "unaccompanied": False},
    AMENDED: {"identity": A_SEAL, "sex": "M", "ethnicity": "WBRI", "unaccompanied": True},
    "missing.episode.reported.v1": {"child": CHILD, **_STATEMENT, "reported_by": "foster-carer"},
    "missing.episode.classified.v1": {"child": CHILD, "classification": "away", "risk": "low"},
    "missing.episode.located.v1": {
        "child": CHILD,
        "located": "2026-03-15T09:00:00Z",
        "found_by": "police",
    },
    "missing.episode.returned.v1": {"child": CHILD, "returned": "2026-03-15T10:00:00Z"},
    "missing.episode.corrected.v1": {
        "child": CHILD,
        "reason": "late-information",
        **_STATEMENT,
        "located": "2026-03-15",
        "returned": "2026-03-15",
        "cleared": ["risk"],
    },
    "missing.episode.voided.v1": {"child": CHILD, "reason": "duplicate"},
    "missing.check.done.v1": {"child": CHILD, "checked": "2026-03-15", "harm_disclosed": False},
    "missing.check.not-done.v1": {
        "child": CHILD,
        "reason": "frequent",
        "decider": "police-supervisor",
    },
    "missing.interview.offered.v1": {"child": CHILD, "offered": "2026-03-15"},
    "missing.interview.declined.v1": {
        "child": CHILD,
        "declined": "2026-03-16",
        "declined_by": "child",
    },
    "missing.interview.completed.v1": {
        "child": CHILD,
        "completed": "2026-03-17T16:00:00+01:00",
        "interviewer": "youth-worker",
        "independent": True,
        "reasons": ["PUSH01", "PULL04"],
        "covers": ["E-2"],
    },
    "missing.placement.started.v1": {
        "placement": "P-1",
        "started": "2026-01-05",
        "placement_type": "U4",
        "provider": "PR1",
        "placing_authority": "330",
        "host_authority": "331",
        "location_restricted": True,
        "provider_urn": "SC012345",
        "out_of_area_reason": "protection",
    },
    "missing.placement.ended.v1": {
        "placement": "P-1",
        "ended": "2026-04-05",
        "reason": "CARPL",
    },
    "missing.placement.host-notified.v1": {
        "placement": "P-1",
        "host_authority": "331",
        "notified": "2026-01-06",
    },
    "missing.care.started.v1": {
        "care": "K-1",
        "started": "2026-01-05",
        "responsible_authority": "330",
        "legal_status": "C2",
    },
    "missing.care.ended.v1": {"care": "K-1", "ended": "2026-05-05", "reason": "E8"},
}


def _made(body: type[Body]) -> dict[str, Any]:
    made = example_body(body)
    return {**made, "child": CHILD} if "child" in made else made


# Every type with every field of its body; the registrations' seal has the form of one only.
BODIES: Final[dict[str, dict[str, Any]]] = {
    body.event_type: _BODIES.get(body.event_type) or _made(body) for body in BODY_TYPES
}
