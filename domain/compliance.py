"""What an account tells of the response to a missing child: the readable specification.

The result does not depend on the order in which records arrived. Of several decisions the one with
the highest standing holds (`domain.facts.standing`), of several interviews the first.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from domain.about import When
from domain.facts import earliest, end_of, fold_episode, latest, standing
from domain.periods import within_72_hours
from domain.records import RecordedEvent
from domain.response_events import (
    NotificationReceived,
    NotificationSent,
    ReturnInterviewCompleted,
    ReturnInterviewDeclined,
    ReturnInterviewFindingsShared,
    ReturnInterviewNotOffered,
    ReturnInterviewOffered,
    SafeAndWellCheckDone,
    SafeAndWellCheckNotDone,
    SafeAndWellCheckOutcomeShared,
    SearchLeadAccepted,
    SearchLeadHandedOver,
    SearchLeadOffered,
)
from domain.safeguarding import Recipient

# From the first to the last instant that a When can mean, UTC.
Interval = tuple[datetime, datetime]

RESPONSE_EVENTS: Final[tuple[type[Any], ...]] = (
    SafeAndWellCheckDone,
    SafeAndWellCheckNotDone,
    SafeAndWellCheckOutcomeShared,
    ReturnInterviewOffered,
    ReturnInterviewNotOffered,
    ReturnInterviewDeclined,
    ReturnInterviewCompleted,
    ReturnInterviewFindingsShared,
    NotificationSent,
    NotificationReceived,
    SearchLeadOffered,
    SearchLeadAccepted,
    SearchLeadHandedOver,
)


@dataclass(frozen=True, kw_only=True)
class Check:
    """What an account tells of the safe-and-well check (¶26-34).

    done: the first that is not before the end that the account tells of; if it tells of none, the
    first of all. recorded: any, whenever it was. shared_with: everybody its outcome was passed to.
    """

    recorded: bool
    done: Interval | None
    not_done_reason: str | None
    not_done_decider: str | None
    shared_at: datetime | None
    shared_with: tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True)
class Interview:
    """What an account tells of the return interview (¶37-48).

    completed_at, interviewer: of the first. independent: whether any was; None: none took place.
    within_72h: yes, no, not_computable; None: no interview, or no return.
    """

    offered: bool
    offered_at: datetime | None
    not_offered_at: datetime | None
    not_offered_reason: str | None
    not_offered_decider: str | None
    declined: bool
    declined_at: datetime | None
    declined_by: str | None
    completed_at: datetime | None
    interviewer: str | None
    independent: bool | None
    within_72h: str | None
    shared_at: datetime | None
    shared_with: tuple[str, ...] | None


@dataclass(frozen=True, kw_only=True)
class Responses:
    """Everything that an account tells of the response to its episode.

    responded: whether it tells of any. told: when each recipient was first told of the episode.
    search_lead: whoever led the search last, since search_lead_at.
    """

    episode_id: UUID
    publisher: str
    responded: bool
    check: Check
    interview: Interview
    told: dict[Recipient, Interval]
    search_offered_at: datetime | None
    search_lead: str | None
    search_lead_at: datetime | None


def responses_of(records: Sequence[RecordedEvent]) -> Responses:
    """Return what an account tells, from all its records, in any order. Raises ValueError on none.

    Of the hub's own records only those are of use that `fold_episode` takes.
    """
    account = fold_episode(records)
    told: dict[Recipient, Interval] = {}
    for record in records:
        match record.event:
            case (
                NotificationSent(recipient=recipient, sent=when)
                | NotificationReceived(recipient=recipient, received=when)
            ):
                told[recipient] = min(interval(when), told.get(recipient, interval(when)))
            case _:
                pass
    lead = _lead(records)
    return Responses(
        episode_id=account.episode_id,
        publisher=account.publisher,
        responded=any(isinstance(each.event, RESPONSE_EVENTS) for each in records),
        check=_check(records, account.ended),
        interview=_interview(records, account.returned),
        told=told,
        search_offered_at=_first(
            each.event.offered for each in records if isinstance(each.event, SearchLeadOffered)
        ),
        search_lead=lead[1] if lead else None,
        search_lead_at=lead[0] if lead else None,
    )


def interval(when: When) -> Interval:
    """Return the first and the last instant that a When can mean, UTC."""
    return earliest(when), latest(when)


def _check(records: Sequence[RecordedEvent], ended: When | None) -> Check:
    checks = [
        interval(each.event.checked)
        for each in records
        if isinstance(each.event, SafeAndWellCheckDone)
    ]
    after = [each for each in checks if ended is None or each[1] >= earliest(ended)]
    decided = _last(records, SafeAndWellCheckNotDone)
    shared_at, shared_with = _shared(records, SafeAndWellCheckOutcomeShared)
    return Check(
        recorded=bool(checks),
        done=min(after, default=None),
        not_done_reason=decided.reason if decided else None,
        not_done_decider=decided.decider if decided else None,
        shared_at=shared_at,
        shared_with=shared_with,
    )


def _interview(records: Sequence[RecordedEvent], returned: When | None) -> Interview:
    offers = [each.event for each in records if isinstance(each.event, ReturnInterviewOffered)]
    kept_back = _last(records, ReturnInterviewNotOffered)
    refused = _last(records, ReturnInterviewDeclined)
    held = [each for each in records if isinstance(each.event, ReturnInterviewCompleted)]
    first = min(held, key=_held_first, default=None)
    completed: Any = first.event if first else None
    shared_at, shared_with = _shared(records, ReturnInterviewFindingsShared)
    within = None
    if completed is not None and returned is not None:
        within = within_72_hours(returned, completed.completed).value
    return Interview(
        offered=bool(offers),
        offered_at=_first(each.offered for each in offers),
        not_offered_at=earliest(kept_back.decided) if kept_back else None,
        not_offered_reason=kept_back.reason if kept_back else None,
        not_offered_decider=kept_back.decider if kept_back else None,
        declined=refused is not None,
        declined_at=_first([refused.declined]) if refused else None,
        declined_by=refused.declined_by if refused else None,
        completed_at=earliest(completed.completed) if completed else None,
        interviewer=completed.interviewer if completed else None,
        independent=any(each.event.independent for each in held) if held else None,  # type: ignore[union-attr]
        within_72h=within,
        shared_at=shared_at,
        shared_with=shared_with,
    )


def _held_first(record: RecordedEvent) -> Any:
    when = record.event.completed  # type: ignore[union-attr]
    return earliest(when), end_of(when), standing(record)


def _last(records: Iterable[RecordedEvent], kind: type[Any]) -> Any:
    """Return the event of a kind with the highest standing; None: there is none."""
    said = [each for each in records if isinstance(each.event, kind)]
    return max(said, key=standing).event if said else None


def _shared(
    records: Iterable[RecordedEvent], kind: type[Any]
) -> tuple[datetime | None, tuple[str, ...] | None]:
    """Return when an outcome was first passed on, and to whom in all."""
    events: list[Any] = [each.event for each in records if isinstance(each.event, kind)]
    if not events:
        return None, None
    whom = {str(recipient) for each in events for recipient in each.recipients}
    return _first(each.shared for each in events), tuple(sorted(whom))


def _lead(records: Iterable[RecordedEvent]) -> tuple[datetime, str] | None:
    """Return since when who leads the search; None: nobody told."""
    taken = []
    for record in records:
        match record.event:
            case (
                SearchLeadAccepted(accepted=when, lead=lead)
                | SearchLeadHandedOver(handed_over=when, to_lead=lead)
            ):
                taken.append((earliest(when), standing(record), str(lead)))
            case _:
                pass
    last = max(taken, default=None)
    return (last[0], last[2]) if last else None


def _first(times: Iterable[When | None]) -> datetime | None:
    return min((earliest(when) for when in times if when is not None), default=None)
