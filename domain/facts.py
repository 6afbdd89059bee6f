"""A source episode's facts: the readable specification of what its events add up to.

The result does not depend on the order in which events arrived. For every attribute the winner
is: a correction before anything else, then the later time of the statement, then the higher
submission id, so that two runs over the same events always agree.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from domain.about import When
from domain.decisions import EpisodeAged
from domain.episode_events import (
    AttributionCorrected,
    ChildLocated,
    ChildReturned,
    EpisodeClassified,
    EpisodeCorrected,
    EpisodeGrouped,
    EpisodeMerged,
    EpisodeReclassified,
    EpisodeReported,
    EpisodeVoided,
)
from domain.identifiers import PublisherId, publisher_kind
from domain.linkage_events import EpisodeMatched
from domain.measures import Source
from domain.periods import day_bounds, london_date
from domain.records import RecordedEvent
from domain.response_events import (
    ReturnInterviewCompleted,
    ReturnInterviewDeclined,
    ReturnInterviewNotOffered,
    ReturnInterviewOffered,
    SafeAndWellCheckDone,
    SafeAndWellCheckNotDone,
)
from domain.vocabulary import Category, Classification, Correctable, RiskLevel

# A statement's standing: whether it corrects, when it was made, its submission.
Standing = tuple[bool, datetime, str]

ATTRIBUTES = tuple(attribute.value for attribute in Correctable)

_STATED_BY: tuple[type[Any], ...] = (
    EpisodeReported,
    EpisodeClassified,
    EpisodeReclassified,
    ChildLocated,
    ChildReturned,
    EpisodeCorrected,
    EpisodeGrouped,
)
_MISSING = frozenset({Classification.MISSING_FROM_CARE, Classification.MISSING_FROM_HOME})
_NO_RISK = frozenset({RiskLevel.ABSENT, RiskLevel.NO_APPARENT_RISK})


@dataclass(frozen=True, kw_only=True)
class SourceEpisode:
    """One source's account of one absence, as of the last of the records that it was folded from.

    reported_at: time of the report event, or of the group report that lists the child; None: none
    has arrived yet. unnamed: only a group report tells of it, does not name this child as missing,
    and nobody has answered whether it was. declined: an offer was, never what nobody offered (¶45).
    completed: the earliest interview. national_ids, proposed_ids, in_review, held: see
    EpisodeMatched; national_ids: None: not decided yet; until then an account is held if it is
    unnamed. first_position: of the first record about the episode.
    """

    episode_id: UUID
    subject_id: UUID
    publisher: PublisherId
    first_position: int
    reported_at: datetime | None
    void: bool
    classification: Classification | None
    risk: RiskLevel | None
    left: When | None
    last_seen: When | None
    reported: When | None
    located: When | None
    returned: When | None
    looked_after: bool | None
    responsible_authority: str | None
    home_authority: str | None
    host_authority: str | None
    placement_type: str | None
    offered: bool
    declined: bool
    completed: When | None
    check_done: bool
    check_not_done: bool
    age: int | None
    national_ids: tuple[UUID, ...] | None
    proposed_ids: tuple[UUID, ...] = ()
    in_review: bool = False
    held: bool = False
    unnamed: bool = False

    @property
    def source(self) -> Source:
        """Whose account it is."""
        police = publisher_kind(self.publisher) == "police-force"
        return Source.POLICE if police else Source.AUTHORITY

    @property
    def category(self) -> Category:
        """What the episode counts as (definitions, first entry)."""
        if self.classification in _MISSING:
            return Category.MISSING
        if self.classification is Classification.AWAY:
            return Category.AWAY
        if self.classification is Classification.NO_APPARENT_RISK or self.risk in _NO_RISK:
            return Category.NO_APPARENT_RISK
        return Category.MISSING

    @property
    def start(self) -> datetime | None:
        """The later of left and last seen, else the report, UTC; a date is its first instant.

        None: nothing about the start is known yet, so the episode cannot count.
        """
        known = [earliest(when) for when in (self.left, self.last_seen) if when is not None]
        if known:
            return max(known)
        return self.reported_at if self.reported is None else earliest(self.reported)

    @property
    def ended(self) -> When | None:
        """When it ended by its own account: missing at location, away at return; None: open."""
        if self.category is Category.AWAY:
            return self.returned
        return self.located if self.located is not None else self.returned

    @property
    def counts(self) -> bool:
        """Whether the episode may count: it is not void, and something says when it began."""
        return not self.void and self.start is not None


def earliest(when: When) -> datetime:
    """Return the first instant that a When can mean, UTC."""
    return when if isinstance(when, datetime) else day_bounds(when)[0]


def end_of(when: When) -> datetime:
    """Return the instant by which a When is over, UTC: for a date, 24:00 London."""
    return when if isinstance(when, datetime) else day_bounds(when)[1]


def latest(when: When) -> datetime:
    """Return the last instant that a When can mean, UTC; PostgreSQL's resolution is the same."""
    return when if isinstance(when, datetime) else day_bounds(when)[1] - timedelta.resolution


def day_of(when: When) -> date:
    """Return the London date of a When."""
    return london_date(when) if isinstance(when, datetime) else when


def standing(record: RecordedEvent) -> Standing:
    """Return how much weight a record's statement has against others about the same thing."""
    origin = record.provenance
    corrects = isinstance(record.event, EpisodeCorrected)
    return (corrects, origin.occurred_at, str(origin.submission_id))


def fold_episode(records: Sequence[RecordedEvent]) -> SourceEpisode:
    """Return a source episode from all its records, in any order. Raises ValueError on none."""
    ordered = sorted(records, key=lambda record: record.position)
    stated = [record for record in ordered if isinstance(record.event, _STATED_BY)]
    events = [record.event for record in ordered]
    from_source = [record for record in ordered if _is_sent(record)]
    first = from_source[0]
    event = first.event
    ages = [each.age for each in events if isinstance(each, EpisodeAged)]
    matches = [each for each in events if isinstance(each, EpisodeMatched)]
    match = matches[-1] if matches else None
    return SourceEpisode(
        episode_id=event.episode_id,  # type: ignore[union-attr]
        subject_id=event.subject_id,  # type: ignore[union-attr]
        publisher=PublisherId(first.provenance.publisher),
        first_position=first.position,
        reported_at=_reported_at(ordered),
        void=_is_void(ordered),
        offered=any(isinstance(each, ReturnInterviewOffered) for each in events),
        declined=_is_declined(events),
        completed=_first_interview(ordered),
        check_done=any(isinstance(each, SafeAndWellCheckDone) for each in events),
        check_not_done=any(isinstance(each, SafeAndWellCheckNotDone) for each in events),
        age=ages[-1] if ages else None,
        national_ids=match.national_ids if match else None,
        proposed_ids=(match.proposed_ids if match else None) or (),
        in_review=bool(match and match.in_review),
        held=_is_unnamed(ordered) if match is None else bool(match.held),
        unnamed=_is_unnamed(ordered),
        **{name: _winner(stated, name) for name in ATTRIBUTES},
    )


def _is_sent(record: RecordedEvent) -> bool:
    return not isinstance(record.event, EpisodeAged | EpisodeMatched)


def _reported_at(records: Iterable[RecordedEvent]) -> datetime | None:
    """Return when the child was reported, else when a group was in which it is listed."""
    told = [
        (isinstance(record.event, EpisodeReported), record.provenance.occurred_at)
        for record in records
        if isinstance(record.event, EpisodeReported | EpisodeGrouped)
    ]
    return max(told)[1] if told else None


def _is_void(records: Iterable[RecordedEvent]) -> bool:
    """Tell whether the source took its episode back, or found that the child was not missing."""
    withdrawn = (EpisodeVoided, EpisodeMerged)
    return any(isinstance(each.event, withdrawn) for each in records) or (
        _was_missing(records) is False
    )


def _is_unnamed(records: Iterable[RecordedEvent]) -> bool:
    """Tell whether all that is known is that a group was missing, and this child is of it."""
    events = [each.event for each in records]
    grouped = [each for each in events if isinstance(each, EpisodeGrouped)]
    named = any(each.named_missing for each in grouped)
    reported = any(isinstance(each, EpisodeReported) for each in events)
    return bool(grouped) and not named and not reported and _was_missing(records) is None


def _was_missing(records: Iterable[RecordedEvent]) -> bool | None:
    """Return what was found out about a child of a group; None: nothing yet."""
    said = [
        (standing(record), record.event.was_missing)
        for record in records
        if isinstance(record.event, AttributionCorrected)
    ]
    return max(said)[1] if said else None


def _winner(stated: Iterable[RecordedEvent], attribute: str) -> Any:
    """Return the value of the statement with the highest standing; a clearing one gives None."""
    best: tuple[Standing, Any] | None = None
    for record in stated:
        value = getattr(record.event, attribute, None)
        cleared = (
            isinstance(record.event, EpisodeCorrected)
            and Correctable(attribute) in record.event.cleared
        )
        if value is None and not cleared:
            continue
        rank = standing(record)
        if best is None or rank > best[0]:
            best = (rank, value)
    return None if best is None else best[1]


def _is_declined(events: Sequence[object]) -> bool:
    """Tell whether an offer was declined: where it was decided to make none, there was none."""
    kinds = {type(event) for event in events}
    return ReturnInterviewDeclined in kinds and (
        ReturnInterviewOffered in kinds or ReturnInterviewNotOffered not in kinds
    )


def _first_interview(records: Iterable[RecordedEvent]) -> When | None:
    held: list[When] = [
        record.event.completed
        for record in records
        if isinstance(record.event, ReturnInterviewCompleted)
    ]
    return min(held, key=lambda when: (earliest(when), end_of(when)), default=None)
