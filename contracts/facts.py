"""Turns a submission into the event that the ledger keeps, once identifiers replace references."""

from collections.abc import Callable
from dataclasses import fields
from typing import Any, get_type_hints
from uuid import UUID

from msgspec import Struct

from contracts.fields import WhenText
from contracts.messages import (
    Body,
    CareEndedBody,
    CareStartedBody,
    CheckDoneBody,
    CheckNotDoneBody,
    EpisodeBody,
    EpisodeClassifiedBody,
    EpisodeCorrectedBody,
    EpisodeLocatedBody,
    EpisodeReportedBody,
    EpisodeReturnedBody,
    EpisodeVoidedBody,
    InterviewCompletedBody,
    InterviewDeclinedBody,
    InterviewOfferedBody,
    PlacementEndedBody,
    PlacementHostNotifiedBody,
    PlacementStartedBody,
    SubjectAmendedBody,
    SubjectRegisteredBody,
)
from contracts.submissions import Submission, parse_when
from domain.events import (
    CareEnded,
    CareStarted,
    ChildLocated,
    ChildReturned,
    EpisodeClassified,
    EpisodeCorrected,
    EpisodeReported,
    EpisodeVoided,
    Event,
    PlacementEnded,
    PlacementHostNotified,
    PlacementStarted,
    ReturnInterviewCompleted,
    ReturnInterviewDeclined,
    ReturnInterviewOffered,
    SafeAndWellCheckDone,
    SafeAndWellCheckNotDone,
    SubjectRegistered,
)
from domain.identifiers import publisher_area, publisher_kind

CHILD = "child"
EPISODE = "episode"
PLACEMENT = "placement"
CARE = "care"

EVENT_OF_BODY: dict[type[Body], type[Event]] = {
    SubjectRegisteredBody: SubjectRegistered,
    SubjectAmendedBody: SubjectRegistered,
    EpisodeReportedBody: EpisodeReported,
    EpisodeClassifiedBody: EpisodeClassified,
    EpisodeLocatedBody: ChildLocated,
    EpisodeReturnedBody: ChildReturned,
    EpisodeCorrectedBody: EpisodeCorrected,
    EpisodeVoidedBody: EpisodeVoided,
    CheckDoneBody: SafeAndWellCheckDone,
    CheckNotDoneBody: SafeAndWellCheckNotDone,
    InterviewOfferedBody: ReturnInterviewOffered,
    InterviewDeclinedBody: ReturnInterviewDeclined,
    InterviewCompletedBody: ReturnInterviewCompleted,
    PlacementStartedBody: PlacementStarted,
    PlacementEndedBody: PlacementEnded,
    PlacementHostNotifiedBody: PlacementHostNotified,
    CareStartedBody: CareStarted,
    CareEndedBody: CareEnded,
}


# What each body is about, besides the child; placements and care periods are named in the body.
_KIND: dict[type[Body], str] = {
    **{body: EPISODE for body in EVENT_OF_BODY if issubclass(body, EpisodeBody)},
    PlacementStartedBody: PLACEMENT,
    PlacementEndedBody: PLACEMENT,
    PlacementHostNotifiedBody: PLACEMENT,
    CareStartedBody: CARE,
    CareEndedBody: CARE,
}


class References(Struct, frozen=True, kw_only=True, gc=False):
    """The publisher's own references in a submission.

    kind, own: of the episode, placement or period of care; empty if the event is about the child.
    """

    child: str
    kind: str
    own: str


def references_of(submission: Submission) -> References:
    """Return the references that stand for the child and for what the event is about."""
    body = submission.body
    kind = _KIND.get(type(body), "")
    if kind == EPISODE:
        return References(child=getattr(body, CHILD), kind=kind, own=submission.subject)
    own = getattr(body, kind) if kind else ""
    return References(child=submission.subject, kind=kind, own=own)


def to_event(submission: Submission, *, subject_id: UUID, own_id: UUID) -> Event:
    """Return the event; own_id stands for the episode, placement or care reference, if any.

    An authority that names no responsible or placing authority speaks for itself.
    """
    body = submission.body
    kind = EVENT_OF_BODY[type(body)]
    values: dict[str, Any] = {"subject_id": subject_id}
    for name, read in _SHARED[type(body)]:
        value = getattr(body, name)
        if value is not None:
            values[name] = read(value)
    own_field = _OWN_FIELD.get(kind)
    if own_field is not None:
        values[own_field] = own_id
    speaks_for = _SPEAKS_FOR.get(kind)
    if speaks_for and publisher_kind(submission.publisher) == "local-authority":
        values.setdefault(speaks_for, publisher_area(submission.publisher))
    return kind(**values)


def _as_is(value: Any) -> Any:
    return value


def _shared(body: type[Body]) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """Return the fields that a body and its event share, with what reads each."""
    hints = get_type_hints(body, include_extras=True)
    names = {field.name for field in fields(EVENT_OF_BODY[body])}
    return tuple(
        (name, parse_when if WhenText in (hint, *getattr(hint, "__args__", ())) else _as_is)
        for name, hint in hints.items()
        if name in names
    )


_SHARED = {body: _shared(body) for body in EVENT_OF_BODY}
_SPEAKS_FOR: dict[type[Event], str] = {
    CareStarted: "responsible_authority",
    PlacementStarted: "placing_authority",
}
_OWN_FIELD: dict[type[Event], str] = {
    event: field
    for event in set(EVENT_OF_BODY.values())
    for field in ("episode_id", "placement_id", "care_id")
    if field in {each.name for each in fields(event)}
}
