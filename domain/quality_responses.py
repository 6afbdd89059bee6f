"""The rules about one account: its counterpart, its end, its check and its interview."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from domain.about import When
from domain.episode_events import AttributionCorrected, EpisodeGrouped, EpisodeReported
from domain.facts import SourceEpisode, earliest, end_of, standing
from domain.measures import Bucket, Source
from domain.national import ENDED_BEFORE_START, REACHED_EIGHTEEN, EpisodeFacts
from domain.quality import (
    COUNTERPART_AFTER,
    DECISION_AFTER,
    LOCATED_ONLY_AFTER,
    OPEN_TOO_LONG_AFTER,
    SHARED_AFTER,
)
from domain.records import RecordedEvent
from domain.response_events import (
    ReturnInterviewCompleted,
    ReturnInterviewDeclined,
    ReturnInterviewFindingsShared,
    ReturnInterviewNotOffered,
    ReturnInterviewOffered,
    SafeAndWellCheckDone,
    SafeAndWellCheckNotDone,
    SafeAndWellCheckOutcomeShared,
)
from domain.vocabulary import Category, Reporter

# What no other source knows of; a row in review may have a counterpart.
_ALONE: Final = frozenset({Bucket.POLICE_ONLY, Bucket.AUTHORITY_ONLY})


@dataclass(frozen=True, kw_only=True)
class Spell:
    """From when to when a rule is broken, and the record that it points at; None: unlimited."""

    position: int
    true_from: datetime | None = None
    true_until: datetime | None = None

    @property
    def ever(self) -> bool:
        """Whether there is an instant at which it holds."""
        return self.true_from is None or self.true_until is None or self.true_from < self.true_until


@dataclass(frozen=True, kw_only=True)
class Case:
    """One account that counts, its facts, and every record of its episode by position."""

    account: SourceEpisode
    facts: EpisodeFacts
    records: tuple[RecordedEvent, ...]


def alike(case: Case) -> str | None:
    """Return what the accounts of siblings recorded alike have in common (DQ1).

    None: nothing, or somebody has found out that this child was missing. A group report that
    names several children is no finding-out. The same minute of start and end is enough, since a
    copied row often lacks the rest; the same days are not.
    """
    events = [each.event for each in case.records]
    if any(isinstance(event, AttributionCorrected) and event.was_missing for event in events):
        return None
    groups = [
        str(event.group_id)
        for event in events
        if isinstance(event, EpisodeGrouped) and event.named_missing
    ]
    if groups:
        return f"group|{min(groups)}"
    account, facts = case.account, case.facts
    if account.ended is None:
        return None
    span = (
        str(round(facts.start_at.timestamp() * 1_000_000)),
        str(round(earliest(account.ended).timestamp() * 1_000_000)),
        facts.category.value,
    )
    if isinstance(account.ended, datetime):
        return "|".join(span)
    house = (facts.authority, facts.host_authority, facts.placement_type)
    return "|".join((*span, _reporter(case) or "", *house))


def responded(case: Case) -> bool:
    """Return whether the account shows the response that its publisher owes, done or not done."""
    return _decided_at(case) is not None


def _reporter(case: Case) -> Reporter | None:
    named = [
        (standing(each), each.event.reported_by)
        for each in case.records
        if isinstance(each.event, EpisodeReported) and each.event.reported_by is not None
    ]
    return max(named, key=lambda each: each[0])[1] if named else None


def _ended_before_start(case: Case) -> Iterator[Spell]:
    if ENDED_BEFORE_START in case.facts.findings:
        yield Spell(position=case.account.first_position)


def _no_counterpart(case: Case) -> Iterator[Spell]:
    """DQ5: each side is to know of every missing episode (¶23); of being away, only one."""
    facts, account = case.facts, case.account
    if facts.category is Category.MISSING and facts.bucket in _ALONE:
        yield Spell(position=account.first_position, true_from=facts.start_at + COUNTERPART_AFTER)


def _blurred(case: Case) -> Iterator[Spell]:
    """DQ7: the same instant, or the same day where only days are known."""
    held = [
        each.event.completed
        for each in case.records
        if isinstance(each.event, ReturnInterviewCompleted)
    ]
    for record in case.records:
        if isinstance(record.event, SafeAndWellCheckDone) and record.event.checked in held:
            yield Spell(position=record.position)
            return


def _not_independent(case: Case) -> Iterator[Spell]:
    """DQ8: no interview about the episode was independent."""
    held = [
        (each.position, each.event)
        for each in case.records
        if isinstance(each.event, ReturnInterviewCompleted)
    ]
    if held and not any(event.independent for _, event in held):
        yield Spell(position=held[0][0])


def _undecided(case: Case) -> Iterator[Spell]:
    """DQ9: owed from the end by a force, from the return by an authority, to children only.

    A return of days only, such as SSDA903, has no field for the return: nothing is told of it.
    """
    account, facts = case.account, case.facts
    ended = account.ended
    if account.source is Source.AUTHORITY:
        known = account.located if isinstance(account.located, datetime) else None
        ended = account.returned or known
    if (
        facts.category is Category.MISSING
        and ended is not None
        and facts.end_reason != REACHED_EIGHTEEN
    ):
        yield Spell(
            position=account.first_position,
            true_from=end_of(ended) + DECISION_AFTER,
            true_until=_decided_at(case),
        )


def _decided_at(case: Case) -> datetime | None:
    """Return when the response that the publisher owes was first given or decided against."""
    by_authority = case.account.source is Source.AUTHORITY
    decided = []
    for record in case.records:
        at = _interview_at(record) if by_authority else _check_at(record)
        if at is not None:
            decided.append(at)
    return min(decided, default=None)


def _interview_at(record: RecordedEvent) -> datetime | None:
    match record.event:
        case ReturnInterviewOffered(offered=when) | ReturnInterviewDeclined(declined=when):
            # Where nobody kept the day, the message's own time stands in.
            return record.provenance.occurred_at if when is None else earliest(when)
        case ReturnInterviewCompleted(completed=when) | ReturnInterviewNotOffered(decided=when):
            return earliest(when)
        case _:
            return None


def _check_at(record: RecordedEvent) -> datetime | None:
    match record.event:
        case SafeAndWellCheckDone(checked=when):
            return earliest(when)
        case SafeAndWellCheckNotDone():
            return record.provenance.occurred_at
        case _:
            return None


def _not_shared(case: Case) -> Iterator[Spell]:
    """DQ10: of the first check and of the first interview."""
    checks, interviews, told, passed_on = [], [], [], []
    for record in case.records:
        match record.event:
            case SafeAndWellCheckDone(checked=when):
                checks.append((end_of(when), record.position))
            case ReturnInterviewCompleted(completed=when):
                interviews.append((end_of(when), record.position))
            case SafeAndWellCheckOutcomeShared(shared=when):
                told.append(when)
            case ReturnInterviewFindingsShared(shared=when):
                passed_on.append(when)
            case _:
                pass
    yield from _awaits_sharing(checks, told)
    yield from _awaits_sharing(interviews, passed_on)


def _awaits_sharing(
    done: Iterable[tuple[datetime, int]], shared: Iterable[When]
) -> Iterator[Spell]:
    first = min(done, default=None)
    if first is not None:
        yield Spell(
            position=first[1],
            true_from=first[0] + SHARED_AFTER,
            true_until=min(map(earliest, shared), default=None),
        )


def _refused_unoffered(case: Case) -> Iterator[Spell]:
    """DQ12: points at the first refusal."""
    declined = [
        each.position for each in case.records if isinstance(each.event, ReturnInterviewDeclined)
    ]
    kept_back = any(isinstance(each.event, ReturnInterviewNotOffered) for each in case.records)
    if declined and (kept_back or not case.account.offered):
        yield Spell(position=declined[0])


def _never_closed(case: Case) -> Iterator[Spell]:
    """DQ16: open for long; or located at a known time, and not returned.

    A return of days only, such as SSDA903, has no field for the return.
    """
    account, facts = case.account, case.facts
    if facts.category is not Category.NO_APPARENT_RISK:
        yield Spell(
            position=account.first_position,
            true_from=facts.start_at + OPEN_TOO_LONG_AFTER,
            true_until=facts.end_at,
        )
    located = account.located
    if (
        facts.category is Category.MISSING
        and isinstance(located, datetime)
        and facts.end_reason != REACHED_EIGHTEEN
    ):
        returned = account.returned
        yield Spell(
            position=account.first_position,
            true_from=located + LOCATED_ONLY_AFTER,
            true_until=None if returned is None else earliest(returned),
        )


CASE_RULES: Final[tuple[tuple[str, Callable[[Case], Iterator[Spell]]], ...]] = (
    (ENDED_BEFORE_START, _ended_before_start),
    ("DQ5", _no_counterpart),
    ("DQ7", _blurred),
    ("DQ8", _not_independent),
    ("DQ9", _undecided),
    ("DQ10", _not_shared),
    ("DQ12", _refused_unoffered),
    ("DQ16", _never_closed),
)
