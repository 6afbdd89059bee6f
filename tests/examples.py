"""Valid examples of every message and every stored event; builders that name only what matters."""

from dataclasses import replace
from datetime import UTC, date, datetime
from itertools import count
from typing import Any, Final
from uuid import UUID

from joserfc.jwk import OKPKey
from msgspec import convert
from msgspec.json import encode
from msgspec.structs import fields

from contracts.facts import Identified, references_of, to_events
from contracts.identity import Identity
from contracts.message_types import BODIES as BODY_TYPES
from contracts.schemas import BODY_OF_TYPE
from contracts.submissions import Submission
from domain.care_events import (
    CareEnded,
    CareStarted,
    PlacementEnded,
    PlacementHostNotified,
    PlacementStarted,
)
from domain.decisions import (
    ChildReachedEighteen,
    EpisodeAged,
    IdentityErased,
    LedgerPadded,
    OutcomeCount,
    SubmissionsSettled,
)
from domain.episode_events import (
    ChildLocated,
    ChildReturned,
    EpisodeClassified,
    EpisodeCorrected,
    EpisodeReported,
    EpisodeVoided,
    SubjectRegistered,
)
from domain.events import Event
from domain.identifiers import URN_PREFIX, PublisherId
from domain.linkage_events import (
    EpisodeMatched,
    EpisodeMatchRefused,
    LinkageModelActivated,
    PersonLinked,
    PersonLinkProposed,
    PersonLinkRefused,
    PersonMerged,
    PersonSplit,
)
from domain.response_events import (
    ReturnInterviewCompleted,
    ReturnInterviewDeclined,
    ReturnInterviewOffered,
    SafeAndWellCheckDone,
    SafeAndWellCheckNotDone,
)
from domain.safeguarding import OutOfAreaReason
from domain.vocabulary import (
    CheckNotDoneReason,
    Classification,
    Correctable,
    CorrectionReason,
    Decider,
    DeclinedBy,
    ErasureReason,
    Finder,
    Interviewer,
    Reporter,
    RiskLevel,
    Sex,
    VoidReason,
)
from hub.identity.sealing import seal
from tests.example_bodies import BODIES, CHILD, EPISODE, REGISTERED
from tests.invented import nhs_number, upn, word

BIRMINGHAM: Final = "la-330"
COVENTRY: Final = "la-331"
WEST_MIDLANDS: Final = "pf-E23000014"
NOON: Final = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)

SUBJECT_ID, EPISODE_ID, OTHER_ID = (UUID(int=number) for number in (1, 2, 3))
_ABOUT: Final[dict[str, Any]] = {"episode_id": EPISODE_ID, "subject_id": SUBJECT_ID}
_CHILD: Final[dict[str, Any]] = {"subject_id": SUBJECT_ID}
_BY_REVIEWER: Final[dict[str, Any]] = {"model": "3f1c52a9e0b7", "decider": "r-one"}
_STATED: Final[dict[str, Any]] = {
    "classification": Classification.MISSING_FROM_CARE,
    "risk": RiskLevel.MEDIUM,
    "left": NOON,
    "last_seen": NOON,
    "reported": date(2026, 3, 14),
    "looked_after": True,
    "responsible_authority": "330",
    "home_authority": "331",
    "host_authority": "WAL",
    "placement_type": "K2",
}
_EVENTS: Final[tuple[Event, ...]] = (
    SubjectRegistered(**_CHILD, sex=Sex.FEMALE, ethnicity="WBRI", unaccompanied=False),
    EpisodeReported(**_ABOUT, **_STATED, reported_by=Reporter.CARER),
    EpisodeClassified(**_ABOUT, classification=Classification.AWAY, risk=RiskLevel.LOW),
    ChildLocated(**_ABOUT, located=NOON, found_by=Finder.POLICE),
    ChildReturned(**_ABOUT, returned=date(2026, 3, 15)),
    SafeAndWellCheckDone(**_ABOUT, checked=NOON, harm_disclosed=False),
    SafeAndWellCheckNotDone(
        **_ABOUT, reason=CheckNotDoneReason.FREQUENT, decider=Decider.POLICE_SUPERVISOR
    ),
    ReturnInterviewOffered(**_ABOUT, offered=NOON),
    ReturnInterviewDeclined(**_ABOUT, declined=NOON, declined_by=DeclinedBy.CHILD),
    ReturnInterviewCompleted(
        **_ABOUT,
        completed=NOON,
        interviewer=Interviewer.YOUTH_WORKER,
        independent=True,
        reasons=("PUSH01", "PULL04"),
    ),
    EpisodeCorrected(
        **_ABOUT,
        **_STATED,
        reason=CorrectionReason.LATE_INFORMATION,
        located=NOON,
        returned=NOON,
        cleared=(Correctable.RISK,),
    ),
    EpisodeVoided(**_ABOUT, reason=VoidReason.DUPLICATE),
    PlacementStarted(
        **_CHILD,
        placement_id=OTHER_ID,
        started=NOON,
        placement_type="U4",
        provider="PR1",
        placing_authority="330",
        host_authority="331",
        location_restricted=True,
        provider_urn="SC012345",
        out_of_area_reason=OutOfAreaReason.PROTECTION,
    ),
    PlacementEnded(**_CHILD, placement_id=OTHER_ID, ended=NOON, reason="CARPL"),
    PlacementHostNotified(**_CHILD, placement_id=OTHER_ID, host_authority="331", notified=NOON),
    CareStarted(
        **_CHILD, care_id=OTHER_ID, started=NOON, responsible_authority="330", legal_status="C2"
    ),
    CareEnded(**_CHILD, care_id=OTHER_ID, ended=NOON, reason="E8"),
    EpisodeAged(**_ABOUT, age=14),
    ChildReachedEighteen(**_CHILD, birthday=date(2026, 3, 14)),
    PersonLinked(
        **_CHILD,
        person_id=OTHER_ID,
        basis="upn-and-birth-date",
        score=1.0,
        other_subject_id=OTHER_ID,
        **_BY_REVIEWER,
    ),
    PersonLinkRefused(
        **_CHILD, other_subject_id=OTHER_ID, basis="twins", score=0.91, **_BY_REVIEWER
    ),
    PersonMerged(
        **_CHILD,
        person_id=OTHER_ID,
        from_person_id=SUBJECT_ID,
        basis="model",
        score=0.9995,
        **_BY_REVIEWER,
    ),
    PersonSplit(
        **_CHILD,
        person_id=SUBJECT_ID,
        from_person_id=OTHER_ID,
        basis="relink",
        score=0.4,
        withdrawn=(OTHER_ID,),
        **_BY_REVIEWER,
    ),
    PersonLinkProposed(
        **_CHILD, person_id=OTHER_ID, basis="model", score=0.97, model="3f1c52a9e0b7"
    ),
    EpisodeMatched(
        **_ABOUT,
        national_ids=(EPISODE_ID, OTHER_ID),
        basis="overlap",
        proposed_ids=(OTHER_ID,),
        in_review=True,
        held=False,
        other_episode_id=OTHER_ID,
        decider="r-one",
    ),
    EpisodeMatchRefused(
        **_ABOUT, other_episode_id=OTHER_ID, basis="publisher-confirmed", decider="r-one"
    ),
    LinkageModelActivated(auto=0.999, review=0.8, margin=4.0, **_BY_REVIEWER),
    IdentityErased(**_CHILD, reason=ErasureReason.COURT_ORDER),
    SubmissionsSettled(
        outcomes=(OutcomeCount(publisher=BIRMINGHAM, outcome="accepted", reason="", count=2),),
        salt=OTHER_ID,
    ),
    LedgerPadded(size=1024, salt=OTHER_ID),
)


def _from_messages() -> dict[str, Event]:
    """Return what the ledger keeps of the example of every message."""
    found: dict[str, Event] = {}
    for body in BODY_TYPES:
        submission = Submission(
            publisher=PublisherId(BIRMINGHAM),
            event_id="1",
            event_type=body.event_type,
            occurred_at=NOON,
            subject=CHILD,
            body=convert(BODIES[body.event_type], body),
        )
        wanted = references_of(submission)
        identified = [
            Identified(SUBJECT_ID if each.child else None, EPISODE_ID if not at else OTHER_ID)
            for at, each in enumerate(wanted)
        ]
        found.update((each.type, each) for each in to_events(submission, identified))
    return found


# Every type that the ledger can hold, with every field.
EVENTS: Final[tuple[Event, ...]] = tuple(
    {**_from_messages(), **{each.type: each for each in _EVENTS}}.values()
)
_NUMBERS = count(1)


def message(
    event_type: str = "missing.episode.reported.v1",
    *,
    publisher: str = BIRMINGHAM,
    event_id: str | None = None,
    subject: str | None = None,
    time: str = "2026-03-14T12:00:00Z",
    data: Any = None,
    **fields: Any,
) -> bytes:
    """Return a message with only what its contract asks for, and the fields given.

    event_id: None: a new one. subject: None: the example's episode or child. data: replaces the
    whole body; fields: are added to it, None takes one away.
    """
    about_episode = "child" in BODIES[event_type]
    body = {**_least(event_type), **fields} if data is None else dict(data)
    return encode(
        {
            "specversion": "1.0",
            "id": event_id or f"example-{next(_NUMBERS):08d}",
            "source": URN_PREFIX + publisher,
            "type": event_type,
            "time": time,
            "subject": subject or (EPISODE if about_episode else CHILD),
            "data": {name: value for name, value in body.items() if value is not None},
        }
    )


def registration(
    who: Identity, key: OKPKey, *, child: str = CHILD, event_type: str = REGISTERED, **options: Any
) -> bytes:
    """Return the registration of a child, with its identity sealed anew."""
    return message(event_type, subject=child, identity=seal(who, key), **options)


def identity(number: int = 1, **fields: Any) -> Identity:
    """Return the invented identity of a child; other numbers share nothing with it."""
    whole = Identity(
        birth_date=f"2012-{number // 28 % 12 + 1:02d}-{number % 28 + 1:02d}",
        forenames=word(f"forename {number}"),
        surname=word(f"surname {number}"),
        nhs_number=nhs_number(number),
        upn=upn(number),
        home_postcode=f"B{number % 90 + 1} 1AA",
    )
    values = {name: getattr(whole, name) for name in whole.__struct_fields__}
    return Identity(**{**values, **fields})


def event(event_type: str, **fields: Any) -> Event:
    """Return the example of a stored event with other values in the fields given."""
    example = next(each for each in EVENTS if each.type == event_type)
    return replace(example, **fields)


def _least(event_type: str) -> dict[str, Any]:
    body = BODIES[event_type]
    if event_type in ("missing.episode.reported.v1", "missing.episode.corrected.v1"):
        return {name: body[name] for name in ("child", "reason", "left") if name in body}
    required = {field.encode_name for field in fields(BODY_OF_TYPE[event_type]) if field.required}
    return {name: value for name, value in body.items() if name in required}
