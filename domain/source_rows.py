"""Every source episode ever heard of, its bucket, and the cell in which it stands."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.facts import SourceEpisode
from domain.identifiers import publisher_area
from domain.measures import Bucket, Source
from domain.national import NO_FORCE, EpisodeFacts, responsible_authority
from domain.periods import london_date
from domain.person import PersonContext
from domain.vocabulary import Category


@dataclass(frozen=True, kw_only=True)
class SourceRow:
    """Where one source episode stands; the row of each is in exactly one bucket and one cell.

    The cell of a row that counts is that of its national episode, of several the first, so that
    all rows of a group stand in one cell. A row that does not count stands where it says itself.
    started_on: None: not known. authority: or `unknown`. force: or `none`.
    """

    episode_id: UUID
    source: Source
    bucket: Bucket
    category: Category
    started_on: date | None
    authority: str
    force: str
    age: int | None


def counted_row(fact: EpisodeFacts, national: EpisodeFacts) -> SourceRow:
    """Return the row of an account that counts, in the cell of its national episode."""
    return SourceRow(
        episode_id=fact.fact_id,
        source=fact.source,
        bucket=fact.bucket,
        category=national.category,
        started_on=national.started_on,
        authority=national.authority,
        force=national.force,
        age=national.age,
    )


def waiting_row(episode: SourceEpisode, context: PersonContext) -> SourceRow:
    """Return the row of an account that is void, or held; without a start it is held too."""
    start = episode.start
    police = episode.source is Source.POLICE
    return SourceRow(
        episode_id=episode.episode_id,
        source=episode.source,
        bucket=Bucket.VOID if episode.void else Bucket.HELD,
        category=episode.category,
        started_on=None if start is None else london_date(start),
        authority=responsible_authority(episode, context),
        force=publisher_area(episode.publisher) if police else NO_FORCE,
        age=episode.age,
    )
