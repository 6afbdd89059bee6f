"""Turns a submission into what the ledger keeps, once identifiers replace references.

Most submissions are one event. An interview that covers several episodes is one for each, and a
group report is one or two for each child, so that every event stays about one episode.
"""

from collections.abc import Callable, Sequence
from dataclasses import fields
from functools import cache
from typing import Any, get_type_hints
from uuid import UUID

from msgspec import Struct

from contracts.bodies import EPISODE, Body, EpisodeBody, PublisherBody
from contracts.episode_messages import EpisodeGroupReportedBody, EpisodeMergedBody
from contracts.fields import DateText, WhenText
from contracts.protection_messages import ProgrammeChildJoinedBody, ProgrammeChildLeftBody
from contracts.publisher_messages import PROGRAMME
from contracts.response_messages import InterviewCompletedBody
from contracts.submissions import Submission, parse_when
from domain.care_events import CareStarted, PlacementStarted
from domain.episode_events import EpisodeGrouped, EpisodeReported
from domain.events import Event
from domain.identifiers import publisher_area, publisher_kind

CHILD = "child"

_SPEAKS_FOR: dict[type[Event], str] = {
    CareStarted: "responsible_authority",
    PlacementStarted: "placing_authority",
}


class References(Struct, frozen=True, kw_only=True, gc=False):
    """The publisher's own references of one thing.

    child: empty if it is about no child. kind, own: of the episode, placement, period of care or
    whatever else it is; empty if it is about the child alone.
    """

    child: str
    kind: str
    own: str


class Identified(Struct, frozen=True, gc=False):
    """The identifiers that stand for References.

    own_id: the child's own where the thing is about the child alone. subject_id: None if it is
    about no child.
    """

    subject_id: UUID | None
    own_id: UUID


def references_of(submission: Submission) -> tuple[References, ...]:
    """Return the references to identify: of the submission itself, then of what else it names."""
    body = submission.body
    if isinstance(body, EpisodeBody):
        child = body.child
        own = References(child=child, kind=EPISODE, own=submission.subject)
        if isinstance(body, InterviewCompletedBody) and body.covers:
            further = dict.fromkeys(each for each in body.covers if each != submission.subject)
            return (own, *(_episode(child, each) for each in further))
        if isinstance(body, EpisodeMergedBody):
            return (own, _episode(child, body.into))
        return (own,)
    if isinstance(body, PublisherBody):
        own = References(child="", kind=body.own, own=submission.subject)
        if isinstance(body, EpisodeGroupReportedBody):
            return (own, *(_episode(each.child, each.episode) for each in body.members))
        return (own,)
    field = body.own_field
    reference = getattr(body, field) if field else ""
    about = References(child=submission.subject, kind=body.own, own=reference)
    if isinstance(body, ProgrammeChildJoinedBody | ProgrammeChildLeftBody):
        # The programme is the area's: many children take part in one.
        return (about, References(child="", kind=PROGRAMME, own=body.programme_reference))
    return (about,)


def to_events(submission: Submission, identified: Sequence[Identified]) -> tuple[Event, ...]:
    """Return the events, at least one; identified: as `references_of` asked, in its order.

    An authority that names no responsible or placing authority speaks for itself.
    """
    body = submission.body
    first, *others = identified
    if isinstance(body, EpisodeGroupReportedBody):
        return _of_group(body, first.own_id, others)
    kind = body.event
    values = _values(body)
    speaks_for = _SPEAKS_FOR.get(kind)
    if speaks_for and publisher_kind(submission.publisher) == "local-authority":
        values.setdefault(speaks_for, publisher_area(submission.publisher))
    if first.subject_id is not None:
        values["subject_id"] = first.subject_id
    own_field = _own_field(type(body))
    if own_field:
        values[own_field] = first.own_id
    if not others:
        return (kind(**values),)
    if isinstance(body, InterviewCompletedBody):
        covered = (kind(**{**values, "episode_id": each.own_id}) for each in others)
        return (kind(**values), *covered)
    merged = isinstance(body, EpisodeMergedBody)
    values["into_episode_id" if merged else "programme_id"] = others[0].own_id
    return (kind(**values),)


def _episode(child: str, reference: str) -> References:
    return References(child=child, kind=EPISODE, own=reference)


def _of_group(
    body: EpisodeGroupReportedBody, group_id: UUID, members: Sequence[Identified]
) -> tuple[Event, ...]:
    """Return what a group report says of each child.

    Who is named as missing is reported, too; of the others the grouping itself tells when it was,
    so that they can count if nobody answers for them.
    """
    shared = {name: value for name, value in _values(body).items() if name in _REPORTED}
    events: list[Event] = []
    for member, each in zip(body.members, members, strict=True):
        about: dict[str, Any] = {"episode_id": each.own_id, "subject_id": each.subject_id}
        about_group: dict[str, Any] = {"group_id": group_id, "named_missing": member.named_missing}
        if member.named_missing:
            events.append(EpisodeReported(**about, **shared))
        else:
            about_group |= {name: shared[name] for name in shared if name in _GROUPED}
        events.append(EpisodeGrouped(**about, **about_group))
    return tuple(events)


def _values(body: Body) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for name, read in _shared(type(body)):
        value = getattr(body, name)
        if value is not None and value != ():
            values[name] = value if read is None else read(value)
    return values


@cache
def _shared(body: type[Body]) -> tuple[tuple[str, Callable[[str], Any] | None], ...]:
    """Return the fields that a body and its event share, with what reads each; None: as it is."""
    hints = get_type_hints(body, include_extras=True)
    names = {field.name for field in fields(body.event)} | (
        _REPORTED if body is EpisodeGroupReportedBody else set()
    )
    return tuple(
        (name, parse_when if {WhenText, DateText} & {hint, *_options(hint)} else None)
        for name, hint in hints.items()
        if name in names
    )


def _options(hint: Any) -> tuple[Any, ...]:
    """Return what an optional or plain type may be, leaving out what a list is made of."""
    options: tuple[Any, ...] = getattr(hint, "__args__", ())
    return tuple(each for each in options if isinstance(each, type(WhenText)))


@cache
def _own_field(body: type[Body]) -> str:
    """Return the field of an event that stands for the publisher's own reference, if any."""
    if issubclass(body, PublisherBody):
        return "own_id"
    return f"{body.own}_id" if body.own else ""


_REPORTED = {field.name for field in fields(EpisodeReported)}
_GROUPED = {field.name for field in fields(EpisodeGrouped)}
