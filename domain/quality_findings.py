"""What one child's records break of the rules DQ1 to DQ16: the readable specification.

What time alone makes true is a finding with the instant from which it holds; whoever reads it
compares that with the time as of which they ask. Only accounts that count can break a rule.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import get_args
from uuid import UUID

from domain.about import When
from domain.care_events import (
    PlacementHostAcknowledged,
    PlacementHostNotified,
    PlacementStarted,
)
from domain.episodes import facts_of
from domain.events import AccountEvent, EpisodeEvent
from domain.facts import SourceEpisode, earliest, end_of, fold_episode, latest, standing
from domain.geography import AREAS_OUTSIDE_ENGLAND
from domain.identifiers import PublisherId
from domain.measures import Source
from domain.national import EpisodeFacts
from domain.periods import Month, london_date
from domain.protection_events import RiskAssessed, RiskPlanMade, RiskPlanUpdated, RiskReassessed
from domain.quality import HOST_TOLD_AFTER, RISK_STALE_AFTER
from domain.quality_responses import CASE_RULES, Case, Spell
from domain.records import RecordedEvent
from domain.vocabulary import Category

_ACCOUNT = get_args(AccountEvent)
_EPISODE = get_args(EpisodeEvent)


@dataclass(frozen=True, kw_only=True)
class QualityFinding:
    """A rule that a record breaks.

    episode_id: None for a rule about the child. position: of the record that the finding points
    at. month: London month in which the episode or placement began, as 2026-03. true_from: the
    instant from which it holds; None: as soon as it is recorded. true_until: None: to this day.
    """

    publisher: str
    code: str
    subject_id: UUID
    episode_id: UUID | None
    position: int
    month: str
    true_from: datetime | None
    true_until: datetime | None


def quality_findings(records: Sequence[RecordedEvent]) -> tuple[QualityFinding, ...]:
    """Return what the records of whole persons break, in a fixed order."""
    cases = child_cases(records)
    found = [
        _finding(case, code, spell)
        for case in cases
        for code, rule in CASE_RULES
        for spell in rule(case)
        if spell.ever
    ]
    found += _second_records(cases)
    found += _hosts_not_told(records)
    found += _risk_out_of_date(cases, records)
    return tuple(sorted(found, key=lambda each: (each.code, each.position, str(each.true_from))))


def child_cases(records: Sequence[RecordedEvent]) -> list[Case]:
    """Return every account that counts, with the facts and all records of its episode."""
    by_episode: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    for record in records:
        if isinstance(record.event, _EPISODE):
            by_episode[record.event.episode_id].append(record)
    facts = {each.fact_id: each for each in facts_of(records) if each.source is not Source.NATIONAL}
    return [_case(facts[episode_id], by_episode[episode_id]) for episode_id in sorted(facts)]


def _case(facts: EpisodeFacts, records: Sequence[RecordedEvent]) -> Case:
    told = [each for each in records if isinstance(each.event, _ACCOUNT)]
    ordered = tuple(sorted(records, key=lambda each: each.position))
    return Case(account=fold_episode(told), facts=facts, records=ordered)


def _finding(case: Case, code: str, spell: Spell) -> QualityFinding:
    return QualityFinding(
        publisher=case.account.publisher,
        code=code,
        subject_id=case.account.subject_id,
        episode_id=case.account.episode_id,
        position=spell.position,
        month=month_of(case.facts.start_at),
        true_from=spell.true_from,
        true_until=spell.true_until,
    )


def month_of(instant: datetime) -> str:
    """Return the London month of an instant, as 2026-03."""
    return str(Month.of(london_date(instant)))


def _second_records(cases: Sequence[Case]) -> Iterator[QualityFinding]:
    """DQ2: another publisher recorded the same national episode earlier."""
    for case in cases:
        own = case.account
        earlier = any(
            other.account.first_position < own.first_position
            and other.account.publisher != own.publisher
            and _national(own) & _national(other.account)
            for other in cases
        )
        if earlier:
            yield _finding(case, "DQ2", Spell(position=own.first_position))


def _national(account: SourceEpisode) -> frozenset[UUID]:
    return frozenset(account.national_ids or (account.episode_id,))


def _hosts_not_told(records: Sequence[RecordedEvent]) -> Iterator[QualityFinding]:
    """DQ11: a placement in another authority of England, and no word to that one in time."""
    placed: dict[UUID, list[RecordedEvent]] = defaultdict(list)
    told: dict[UUID, list[datetime]] = defaultdict(list)
    for record in records:
        event = record.event
        if isinstance(event, PlacementStarted):
            placed[event.placement_id].append(record)
        elif isinstance(event, PlacementHostNotified):
            told[event.placement_id].append(earliest(event.notified))
        elif isinstance(event, PlacementHostAcknowledged):
            told[event.placement_id].append(earliest(event.acknowledged))
    for placement_id, stated in placed.items():
        event = max(stated, key=standing).event
        assert isinstance(event, PlacementStarted)
        first = min(stated, key=lambda each: each.position)
        spell = Spell(
            position=first.position,
            true_from=end_of(event.started) + HOST_TOLD_AFTER,
            true_until=min(told[placement_id], default=None),
        )
        if spell.ever and _elsewhere(event.placing_authority, event.host_authority):
            yield QualityFinding(
                publisher=PublisherId(first.provenance.publisher),
                code="DQ11",
                subject_id=event.subject_id,
                episode_id=None,
                position=spell.position,
                month=month_of(earliest(event.started)),
                true_from=spell.true_from,
                true_until=spell.true_until,
            )


def _elsewhere(placing: str | None, host: str | None) -> bool:
    known = placing is not None and host is not None
    return known and placing != host and host not in AREAS_OUTSIDE_ENGLAND


def _risk_out_of_date(
    cases: Sequence[Case], records: Sequence[RecordedEvent]
) -> Iterator[QualityFinding]:
    """DQ15: assessed before a missing episode, and not in time after it began."""
    assessed: dict[UUID, list[When]] = defaultdict(list)
    for record in records:
        event = record.event
        if isinstance(event, RiskAssessed | RiskReassessed):
            assessed[event.subject_id].append(event.assessed)
        elif isinstance(event, RiskPlanMade):
            assessed[event.subject_id].append(event.made)
        elif isinstance(event, RiskPlanUpdated):
            assessed[event.subject_id].append(event.updated)
    for case in cases:
        start = case.facts.start_at
        times = assessed[case.account.subject_id]
        fresh = [earliest(each) for each in times if latest(each) >= start]
        spell = Spell(
            position=case.account.first_position,
            true_from=start + RISK_STALE_AFTER,
            true_until=min(fresh, default=None),
        )
        missing = case.facts.category is Category.MISSING
        if missing and len(fresh) < len(times) and spell.ever:
            yield _finding(case, "DQ15", spell)
