"""What is counted: the facts of a source episode, and of the national episode its members make."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from domain.about import When
from domain.codes import PlacementGroup, placement_group
from domain.cross_boundary import RESTRICTED_AREA
from domain.facts import SourceEpisode, day_of, end_of
from domain.identifiers import publisher_area, publisher_kind
from domain.measures import Bucket, Source
from domain.periods import day_bounds, london_date, within_72_hours
from domain.person import PersonContext
from domain.vocabulary import Category, Sex

UNKNOWN = "unknown"
NO_FORCE = "none"
REACHED_EIGHTEEN = "reached-eighteen"

CLASS_CONFLICT = "class-conflict"
ENDED_BEFORE_START = "567"


@dataclass(frozen=True, kw_only=True)
class EpisodeFacts:
    """One row that counts can be made from.

    source: national rows are reconciled; police and authority rows are single accounts.
    fact_id: the national identifier, or that of the source episode.
    end_at: the instant by which it is over, UTC; None: open. returned_on: London date of the
    return, None if none is known, or the child had died or turned 18. looked_after: yes, no,
    unknown. within_72h: yes, no, not_computable; None: no interview was completed.
    """

    source: Source
    fact_id: UUID
    person_id: UUID
    bucket: Bucket
    category: Category
    start_at: datetime
    started_on: date
    end_at: datetime | None
    end_reason: str | None
    returned_on: date | None
    offered: bool
    declined: bool
    completed: bool
    within_72h: str | None
    authority: str
    host_authority: str
    force: str
    age: int | None
    sex: Sex
    placement_type: str
    looked_after: str
    findings: tuple[str, ...]


def source_facts(
    episode: SourceEpisode, *, person_id: UUID, context: PersonContext, bucket: Bucket
) -> EpisodeFacts | None:
    """Return the facts of one account; None while it does not count: void, held, or no start."""
    start = episode.start
    if episode.void or episode.held or start is None:
        return None
    care = context.care_at(start)
    looked_after = _looked_after(episode, context, in_care=care is not None)
    end_at, end_reason = _end(episode, context)
    returned = episode.returned
    within = None
    if returned is not None and episode.completed is not None:
        within = within_72_hours(returned, episode.completed).value
    adult = end_reason == REACHED_EIGHTEEN
    return EpisodeFacts(
        source=episode.source,
        fact_id=episode.episode_id,
        person_id=person_id,
        bucket=bucket,
        category=episode.category,
        start_at=start,
        started_on=london_date(start),
        end_at=end_at,
        end_reason=end_reason,
        returned_on=None if adult else _returned_on(returned, context.died_on),
        offered=episode.offered,
        declined=episode.declined,
        completed=episode.completed is not None,
        within_72h=within,
        authority=_authority(episode, looked_after, care.responsible_authority if care else None),
        host_authority=_host(episode, context, start),
        force=publisher_area(episode.publisher) if episode.source is Source.POLICE else NO_FORCE,
        age=episode.age,
        sex=context.sex,
        placement_type=_placement_type(episode, context, start, looked_after),
        looked_after=looked_after,
        findings=_findings(episode),
    )


def responsible_authority(episode: SourceEpisode, context: PersonContext) -> str:
    """Return the authority of an account, whether or not it counts."""
    care = None if episode.start is None else context.care_at(episode.start)
    looked_after = _looked_after(episode, context, in_care=care is not None)
    return _authority(episode, looked_after, care.responsible_authority if care else None)


def national_facts(national_id: UUID, members: Sequence[EpisodeFacts]) -> EpisodeFacts:
    """Return the facts of a national episode from those of its members, in any order.

    Times and force from the police, placement and care status from the authority; where one is
    silent the other speaks; of equals the one with the lower identifier.
    """
    ordered = sorted(members, key=lambda each: each.fact_id)
    police = [each for each in ordered if each.source is Source.POLICE]
    authority = [each for each in ordered if each.source is Source.AUTHORITY]
    timed = min(police or authority, key=lambda each: (each.start_at, each.fact_id))
    placed = [*authority, *police]
    returns = [each for each in [*police, *authority] if each.returned_on is not None]
    returning = returns[0] if returns else None
    categories = {each.category for each in ordered}
    conflict = (CLASS_CONFLICT,) if len(categories) > 1 else ()
    ended = _national_end(police, authority)
    return replace(
        timed,
        source=Source.NATIONAL,
        fact_id=national_id,
        bucket=_bucket(ordered),
        category=_category(categories),
        end_at=ended.end_at if ended else None,
        end_reason=ended.end_reason if ended else None,
        returned_on=returning.returned_on if returning else None,
        offered=any(each.offered for each in ordered),
        declined=any(each.declined for each in ordered),
        completed=any(each.completed for each in ordered),
        within_72h=_best_within(each.within_72h for each in ordered),
        authority=_known(each.authority for each in placed),
        host_authority=_host_of_all([each.host_authority for each in placed]),
        age=next((each.age for each in placed if each.age is not None), None),
        placement_type=_known(each.placement_type for each in placed),
        looked_after=_known(each.looked_after for each in placed),
        findings=tuple(sorted({*conflict, *(code for each in ordered for code in each.findings)})),
    )


def _bucket(members: Sequence[EpisodeFacts]) -> Bucket:
    """Return where a national episode stands: in review, if any of its accounts is."""
    if any(each.bucket is Bucket.IN_REVIEW for each in members):
        return Bucket.IN_REVIEW
    sources = {each.source for each in members}
    if len(sources) > 1:
        return Bucket.MATCHED
    return Bucket.POLICE_ONLY if Source.POLICE in sources else Bucket.AUTHORITY_ONLY


def _returned_on(returned: When | None, died_on: date | None) -> date | None:
    """Return the London date of a return; who had died by then did not return."""
    day = None if returned is None else day_of(returned)
    return None if day is None or (died_on is not None and died_on <= day) else day


def _end(episode: SourceEpisode, context: PersonContext) -> tuple[datetime | None, str | None]:
    ended = None if episode.ended is None else end_of(episode.ended)
    if context.birthday is not None:
        adult_at = day_bounds(context.birthday)[0]
        if ended is None or ended > adult_at:
            return adult_at, REACHED_EIGHTEEN
    if ended is None:
        return None, None
    return ended, "returned" if episode.category is Category.AWAY else "located"


def _national_end(
    police: Sequence[EpisodeFacts], authority: Sequence[EpisodeFacts]
) -> EpisodeFacts | None:
    """Return the member whose end holds: the last of the police's, else of the authorities'."""
    for side in (police, authority):
        ended = [each for each in side if each.end_at is not None]
        if ended and len(ended) == len(side):
            return max(ended, key=lambda each: (each.end_at, each.fact_id))
    return None


def _looked_after(episode: SourceEpisode, context: PersonContext, *, in_care: bool) -> str:
    if episode.looked_after is not None:
        return "yes" if episode.looked_after else "no"
    if in_care:
        return "yes"
    return "no" if context.care else UNKNOWN


def _authority(episode: SourceEpisode, looked_after: str, in_care_of: str | None) -> str:
    own = (
        publisher_area(episode.publisher)
        if publisher_kind(episode.publisher) == "local-authority"
        else None
    )
    if looked_after == "yes":
        return episode.responsible_authority or in_care_of or own or UNKNOWN
    return episode.home_authority or own or UNKNOWN


def _host(episode: SourceEpisode, context: PersonContext, start: datetime) -> str:
    """Return where the child lived; of a protected placement (¶82) that it is one."""
    placement = context.placement_at(start)
    if placement is not None and placement.restricted:
        return RESTRICTED_AREA
    placed = placement.host_authority if placement else None
    return episode.host_authority or placed or UNKNOWN


def _host_of_all(hosts: Sequence[str]) -> str:
    """Return the first host that is known, unless any account says that it must not be told."""
    return RESTRICTED_AREA if RESTRICTED_AREA in hosts else _known(hosts)


def _placement_type(
    episode: SourceEpisode, context: PersonContext, start: datetime, looked_after: str
) -> str:
    if episode.placement_type is not None:
        return placement_group(episode.placement_type).value
    placement = context.placement_at(start)
    if placement is not None:
        return placement_group(placement.placement_type).value
    return PlacementGroup.NOT_LOOKED_AFTER.value if looked_after == "no" else UNKNOWN


def _findings(episode: SourceEpisode) -> tuple[str, ...]:
    start, ended = episode.start, episode.ended
    wrong = start is not None and ended is not None and end_of(ended) < start
    return (ENDED_BEFORE_START,) if wrong else ()


def _category(categories: set[Category]) -> Category:
    """Return what all accounts say; where they disagree, the child was missing (definitions)."""
    return categories.copy().pop() if len(categories) == 1 else Category.MISSING


def _best_within(answers: Iterable[str | None]) -> str | None:
    found = set(answers)
    return next((each for each in ("yes", "no", "not_computable") if each in found), None)


def _known(values: Iterable[str]) -> str:
    return next((value for value in values if value != UNKNOWN), UNKNOWN)
