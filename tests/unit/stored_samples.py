"""What the committed samples of stored events say; apart from the examples, which may change."""

from datetime import UTC, date, datetime
from typing import Any, Final
from uuid import UUID

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

NOON: Final = datetime(2026, 3, 14, 12, 0, tzinfo=UTC)
SUBJECT_ID: Final = UUID(int=1)
EPISODE_ID: Final = UUID(int=2)
OTHER_ID: Final = UUID(int=3)
_ABOUT: Final[dict[str, Any]] = {"episode_id": EPISODE_ID, "subject_id": SUBJECT_ID}
_CHILD: Final[dict[str, Any]] = {"subject_id": SUBJECT_ID}
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
# Never change one: what was written once must be read as this for ever. A type that gains a
# field gets a second sample instead.
SAMPLES: Final[tuple[Event, ...]] = (
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
        **_ABOUT, completed=NOON, interviewer=Interviewer.YOUTH_WORKER, independent=True
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
    ),
    PlacementEnded(**_CHILD, placement_id=OTHER_ID, ended=NOON, reason="CARPL"),
    PlacementHostNotified(**_CHILD, placement_id=OTHER_ID, host_authority="331", notified=NOON),
    CareStarted(
        **_CHILD, care_id=OTHER_ID, started=NOON, responsible_authority="330", legal_status="C2"
    ),
    CareEnded(**_CHILD, care_id=OTHER_ID, ended=NOON, reason="E8"),
    EpisodeAged(**_ABOUT, age=14),
    ChildReachedEighteen(**_CHILD, birthday=date(2026, 3, 14)),
    PersonLinked(**_CHILD, person_id=OTHER_ID, basis="upn-and-birth-date", score=1.0),
    EpisodeMatched(**_ABOUT, national_ids=(EPISODE_ID, OTHER_ID), basis="overlap"),
    PersonLinked(
        **_CHILD,
        person_id=OTHER_ID,
        basis="upn-and-birth-date",
        score=1.0,
        other_subject_id=OTHER_ID,
        model="3f1c52a9e0b7",
        decider="r-one",
    ),
    PersonLinkRefused(
        **_CHILD, other_subject_id=OTHER_ID, basis="twins", score=0.91, decider="r-one"
    ),
    PersonMerged(
        **_CHILD, person_id=OTHER_ID, from_person_id=SUBJECT_ID, basis="model", score=0.9995
    ),
    PersonSplit(
        **_CHILD,
        person_id=SUBJECT_ID,
        from_person_id=OTHER_ID,
        basis="relink",
        score=0.4,
        withdrawn=(OTHER_ID,),
    ),
    PersonLinkProposed(**_CHILD, person_id=OTHER_ID, basis="model", score=0.97),
    EpisodeMatched(
        **_ABOUT,
        national_ids=(EPISODE_ID,),
        basis="alone",
        proposed_ids=(OTHER_ID,),
        in_review=True,
        other_episode_id=OTHER_ID,
        decider="r-one",
    ),
    EpisodeMatchRefused(
        **_ABOUT, other_episode_id=OTHER_ID, basis="publisher-confirmed", decider="r-one"
    ),
    LinkageModelActivated(model="3f1c52a9e0b7", auto=0.999, review=0.8, margin=4.0),
    IdentityErased(**_CHILD, reason=ErasureReason.COURT_ORDER),
    SubmissionsSettled(
        outcomes=(OutcomeCount(publisher="la-330", outcome="accepted", reason="", count=2),)
    ),
    ReturnInterviewOffered(episode_id=EPISODE_ID, subject_id=SUBJECT_ID),
    ReturnInterviewDeclined(episode_id=EPISODE_ID, subject_id=SUBJECT_ID),
    ReturnInterviewCompleted(
        episode_id=EPISODE_ID,
        subject_id=SUBJECT_ID,
        completed=NOON,
        interviewer=Interviewer.PLACEMENT_STAFF,
        independent=False,
        reasons=("PUSH01", "PULL04"),
    ),
    PlacementStarted(
        placement_id=OTHER_ID,
        subject_id=SUBJECT_ID,
        started=NOON,
        placement_type="K2",
        provider_urn="SC012345",
        out_of_area_reason=OutOfAreaReason.PROTECTION,
    ),
)
