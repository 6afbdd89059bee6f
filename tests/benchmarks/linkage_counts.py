"""National counts from linked children beside the truth: in memory, by the hub's own rules.

The same reconciliation and the same facts as the views, without PostgreSQL. Counted once with the
children as they really are, and once as they were linked, errors of linkage can be told from those
of reconciliation, and from what nobody could know.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.measures import Bucket
from domain.national import EpisodeFacts, national_facts, source_facts
from domain.periods import ReportingYear, london_date
from domain.person import person_context
from domain.vocabulary import Category
from hub.linkage.matching import Decided, Standing, standings
from hub.synthetic.truth import EpisodeTruth
from tests.benchmarks.linkage_nation import Nation, episode_id

ENGLAND: Final = "England"
# An authority may be off by so many children, or by this share, whichever is more.
CHILDREN_OFF: Final = 2
SHARE_OFF: Final = 0.03


@dataclass(frozen=True, kw_only=True)
class Tally:
    """Missing children and episodes of a year, by authority and for England as a whole.

    buckets: source rows by the bucket that they are in; they add up to all rows.
    """

    children: Mapping[str, int]
    episodes: Mapping[str, int]
    buckets: Mapping[str, int]


@dataclass(frozen=True, kw_only=True)
class Difference:
    """How far counted figures are from the true ones; authorities_off: those beyond the limit."""

    children: float
    episodes: float
    authorities: int
    authorities_off: int
    worst_authority: float

    @classmethod
    def between(cls, counted: Tally, true: Tally) -> "Difference":
        """Compare England, and every authority that either names."""
        areas = sorted((set(true.children) | set(counted.children)) - {ENGLAND, "unknown"})
        gaps = {
            area: abs(counted.children.get(area, 0) - true.children.get(area, 0)) for area in areas
        }
        limits = {area: limit(true.children.get(area, 0)) for area in areas}
        return cls(
            children=_relative(counted.children, true.children),
            episodes=_relative(counted.episodes, true.episodes),
            authorities=len(areas),
            authorities_off=sum(gaps[area] > limits[area] for area in areas),
            worst_authority=max((gaps[area] / limits[area] for area in areas), default=0.0),
        )


def limit(children: int) -> float:
    """Return by how many children an authority may be off."""
    return max(SHARE_OFF * children, float(CHILDREN_OFF))


def true_tally(year: ReportingYear, absences: Iterable[EpisodeTruth]) -> Tally:
    """Return what an all-knowing hub would count of the year."""
    rows = [
        (each.authority, each.person)
        for each in absences
        if each.happened
        and each.category is Category.MISSING
        and each.start is not None
        and _in_year(year, each.start)
    ]
    return _tally(rows, {})


def counted_tally(
    nation: Nation,
    person_of: Mapping[UUID, UUID],
    if_linked: Mapping[UUID, UUID] | None = None,
    decided: Decided | None = None,
) -> Tally:
    """Return what the hub counts of the year with these children.

    if_linked: the children, if everything in review were linked. decided: by reviewers.
    """
    rows: list[tuple[str, object]] = []
    buckets: dict[str, int] = defaultdict(int)
    for people in _groups(nation, person_of, if_linked or person_of):
        found = _standings(nation, people, decided or {})
        for person, subjects in people.items():
            for facts, members in _national(nation, person, subjects, found):
                if facts is not None and _counts(nation.year, facts):
                    rows.append((facts.authority, person))
                buckets[facts.bucket.value if facts else "void or held"] += members
    return _tally(rows, buckets)


def decided_by_truth(
    nation: Nation, person_of: Mapping[UUID, UUID], absences_of: Mapping[UUID, frozenset[str]]
) -> dict[frozenset[UUID], bool]:
    """Return what a reviewer who knows the truth says of every account that asks for a review."""
    nothing: frozenset[str] = frozenset()
    decided: dict[frozenset[UUID], bool] = {}
    for people in _groups(nation, person_of, person_of):
        found = _standings(nation, people, {})
        for one in (name for name, standing in found.items() if standing.in_review):
            mine = absences_of.get(one, nothing)
            for other in found:
                if other != one:
                    same = bool(mine & absences_of.get(other, nothing))
                    decided[frozenset((one, other))] = same
    return decided


def absences_by_account(absences: Iterable[EpisodeTruth]) -> dict[UUID, frozenset[str]]:
    """Return the true absences that each account is evidence of."""
    found: dict[UUID, set[str]] = defaultdict(set)
    for absence in absences:
        for source in absence.sources:
            found[episode_id(source.publisher, source.ref)].add(absence.episode)
        if absence.covered_by is not None:
            row = absence.covered_by
            found[episode_id(row.publisher, row.ref)].add(absence.episode)
    return {account: frozenset(names) for account, names in found.items()}


def _groups(
    nation: Nation, person_of: Mapping[UUID, UUID], if_linked: Mapping[UUID, UUID]
) -> Iterator[dict[UUID, list[UUID]]]:
    """Yield the subjects by person, of all persons together who would be one if all were linked."""
    groups: dict[UUID, dict[UUID, list[UUID]]] = defaultdict(lambda: defaultdict(list))
    for subject in sorted({*nation.registrations, *nation.episodes}):
        together = if_linked.get(subject, subject)
        groups[together][person_of.get(subject, subject)].append(subject)
    for name in sorted(groups):
        yield dict(groups[name])


def _standings(
    nation: Nation, people: Mapping[UUID, Sequence[UUID]], decided: Decided
) -> dict[UUID, Standing]:
    episodes = [
        [each for subject in subjects for each in nation.episodes.get(subject, ())]
        for subjects in people.values()
    ]
    return standings(episodes, decided, nation.horizon)


def _national(
    nation: Nation, person: UUID, subjects: Sequence[UUID], found: Mapping[UUID, Standing]
) -> Iterator[tuple[EpisodeFacts | None, int]]:
    """Yield the national episodes of one person, and how many rows each was named for first."""
    context = person_context(
        [each for subject in subjects for each in nation.context.get(subject, ())]
    )
    members: dict[UUID, list[EpisodeFacts]] = defaultdict(list)
    rows: dict[UUID, int] = defaultdict(int)
    for episode in (each for name in subjects for each in nation.episodes.get(name, ())):
        standing = found[episode.episode_id]
        bucket = Bucket.IN_REVIEW if standing.in_review else Bucket.MATCHED
        account = replace(episode, held=standing.held)
        facts = source_facts(account, person_id=person, context=context, bucket=bucket)
        if facts is None:
            yield None, 1
            continue
        rows[standing.national_ids[0]] += 1
        for national in standing.national_ids:
            members[national].append(facts)
    for national, group in members.items():
        yield national_facts(national, group), rows[national]


def _counts(year: ReportingYear, facts: EpisodeFacts) -> bool:
    return facts.category is Category.MISSING and year.starts_on <= facts.started_on <= year.ends_on


def _in_year(year: ReportingYear, start: str) -> bool:
    return year.starts_on <= london_date(datetime.fromisoformat(start)) <= year.ends_on


def _tally(rows: Iterable[tuple[str, object]], buckets: Mapping[str, int]) -> Tally:
    children: dict[str, set[object]] = defaultdict(set)
    episodes: dict[str, int] = defaultdict(int)
    for authority, person in rows:
        for area in (authority, ENGLAND):
            children[area].add(person)
            episodes[area] += 1
    return Tally(
        children={area: len(found) for area, found in children.items()},
        episodes=dict(episodes),
        buckets=dict(buckets),
    )


def _relative(counted: Mapping[str, int], true: Mapping[str, int]) -> float:
    whole = true.get(ENGLAND, 0)
    return (counted.get(ENGLAND, 0) - whole) / whole if whole else 0.0
