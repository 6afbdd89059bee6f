"""Records of the ledger made from a few words, and the contract that submissions are read by."""

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from contracts.code_lists import read_code_lists
from contracts.register import read_register
from contracts.submissions import Contract
from domain.episode_events import EpisodeReported
from domain.events import Event
from domain.facts import SourceEpisode, fold_episode
from domain.records import Provenance, RecordedEvent
from tests.examples import BIRMINGHAM, NOON


@cache
def contract() -> Contract:
    """Return the contract that submissions are checked against."""
    return Contract(register=read_register(), code_lists=read_code_lists())


def uuid_of(number: int) -> UUID:
    """Return the identifier with a number."""
    return UUID(int=number)


def record(
    event: Event,
    position: int = 1,
    *,
    publisher: str = BIRMINGHAM,
    at: datetime = NOON,
    submission: int | None = None,
) -> RecordedEvent:
    """Return an event as the ledger would hold it; submission: the position, if not given."""
    return RecordedEvent(
        position=position,
        recorded_at=NOON,
        provenance=Provenance(
            publisher=publisher,
            submission_id=uuid_of(position if submission is None else submission),
            occurred_at=at,
        ),
        event=event,
    )


def reported(position: int = 1, *, episode: int = 1, subject: int = 100, **given: Any) -> Any:
    """Return the record of a report; given: fields of the report or of its record."""
    about = {name: given.pop(name) for name in ("publisher", "at", "submission") if name in given}
    event = EpisodeReported(episode_id=uuid_of(episode), subject_id=uuid_of(subject), **given)
    return record(event, position, **about)


def folded(*records: RecordedEvent) -> SourceEpisode:
    """Return the source episode of some records."""
    return fold_episode(records)
