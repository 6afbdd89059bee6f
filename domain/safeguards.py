"""What is done for a child beside its episodes, and how fresh it is: assessments and plans."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.care_events import ProtectionPlanEnded, ProtectionPlanStarted
from domain.facts import Standing, earliest, end_of, latest, standing
from domain.protection_events import RiskAssessed, RiskPlanMade, RiskPlanUpdated, RiskReassessed
from domain.records import RecordedEvent


class Safeguard(StrEnum):
    """What protects a child: see ¶61-68 for assessments and plans, ¶24 for protection plans."""

    ASSESSMENT = "risk-assessment"
    RISK_PLAN = "risk-plan"
    PROTECTION_PLAN = "protection-plan"


@dataclass(frozen=True, kw_only=True)
class Safeguarding:
    """One assessment or plan of a subject.

    name: of a protection plan its identifier, else the position of the record. first_at, last_at:
    between which instants the assessment was made, or from when to when the protection plan
    lasts (None: it still does).
    """

    subject_id: UUID
    kind: Safeguard
    name: str
    first_at: datetime
    last_at: datetime | None


def safeguards_of(records: Iterable[RecordedEvent]) -> Iterator[Safeguarding]:
    """Yield the assessments and plans that records tell of, in any order."""
    starts: dict[tuple[UUID, UUID], tuple[Standing, Any]] = {}
    ends: dict[tuple[UUID, UUID], tuple[Standing, Any]] = {}
    for record in records:
        match record.event:
            case RiskAssessed(assessed=when) | RiskReassessed(assessed=when):
                yield _risk(record, Safeguard.ASSESSMENT, when)
            case RiskPlanMade(made=when) | RiskPlanUpdated(updated=when):
                yield _risk(record, Safeguard.RISK_PLAN, when)
            case ProtectionPlanStarted() as begun:
                _keep(starts, (begun.subject_id, begun.plan_id), record)
            case ProtectionPlanEnded() as over:
                _keep(ends, (over.subject_id, over.plan_id), record)
            case _:
                pass
    for (subject_id, plan_id), (_, begun) in starts.items():
        ending = ends.get((subject_id, plan_id))
        yield Safeguarding(
            subject_id=subject_id,
            kind=Safeguard.PROTECTION_PLAN,
            name=str(plan_id),
            first_at=earliest(begun.started),
            last_at=end_of(ending[1].ended) if ending else None,
        )


def _risk(record: RecordedEvent, kind: Safeguard, when: Any) -> Safeguarding:
    return Safeguarding(
        subject_id=record.event.subject_id,  # type: ignore[union-attr]
        kind=kind,
        name=str(record.position),
        first_at=earliest(when),
        last_at=latest(when),
    )


def _keep(kept: dict[Any, tuple[Standing, Any]], key: object, record: RecordedEvent) -> None:
    """Keep the statement with the highest standing."""
    rank = standing(record)
    if key not in kept or rank > kept[key][0]:
        kept[key] = (rank, record.event)
