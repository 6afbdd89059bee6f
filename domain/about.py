"""What events are about: the child, and the source episode that a publisher told of."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

When = datetime | date


@dataclass(frozen=True, kw_only=True)
class AboutChild:
    """What every event about a child names: the child."""

    subject_id: UUID


@dataclass(frozen=True, kw_only=True)
class AboutEpisode:
    """What every event about a source episode names: the episode and its child."""

    episode_id: UUID
    subject_id: UUID
