"""Which source episodes of one person are one national episode (linkage rules, section 4).

The same episodes in any order give the same answer. A police account is a unit of its own unless
another force's overlaps it; one force's records are never merged by time. An authority's row is
evidence for every police unit that it overlaps, and stands alone if it overlaps none.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.facts import SourceEpisode, earliest, end_of
from domain.measures import Source

# An authority's dates may be a day off at each end.
TOLERANCE: Final = timedelta(days=1)

OVERLAP: Final = "overlap"
NEAR: Final = "within-a-day"
ALONE: Final = "alone"


@dataclass(frozen=True, kw_only=True)
class Match:
    """The national episodes that a source episode belongs to, and by which rule."""

    episode_id: UUID
    national_ids: tuple[UUID, ...]
    basis: str


@dataclass(frozen=True, kw_only=True)
class _Span:
    """A source episode as an interval; exact: whether that end is an instant and not a date."""

    episode: SourceEpisode
    start: datetime
    end: datetime | None
    exact_start: bool
    exact_end: bool


def reconcile(episodes: Sequence[SourceEpisode]) -> tuple[Match, ...]:
    """Return the match of each of one person's source episodes, in the order of their identifiers.

    Episodes that cannot count (void, or without a start) stay on their own.
    """
    ordered = sorted(episodes, key=lambda each: each.episode_id)
    counting = _capped([span for each in ordered if each.counts and (span := _span(each))])
    police = [each for each in counting if each.episode.source is Source.POLICE]
    authority = [each for each in counting if each.episode.source is Source.AUTHORITY]
    units = _components(police)
    attached, basis = _attach(authority, units)
    alone = [each for each in authority if not attached[each.episode.episode_id]]
    groups = [[each.episode for each in unit] for unit in units]
    for each in authority:
        inside = attached[each.episode.episode_id]
        if len(inside) == 1:
            groups[inside[0]].append(each.episode)
    names = [_name(group) for group in groups]
    matches: dict[UUID, Match] = {}
    for name, unit in zip(names, units, strict=True):
        shared = any(name != each.episode.episode_id for each in unit) or len(unit) > 1
        for each in unit:
            matches[each.episode.episode_id] = _match(each, (name,), OVERLAP if shared else ALONE)
    for each in authority:
        found = attached[each.episode.episode_id]
        if found:
            ids = tuple(names[index] for index in found)
            matches[each.episode.episode_id] = _match(each, ids, basis[each.episode.episode_id])
    for group in _components(alone):
        name = _name([each.episode for each in group])
        for each in group:
            matches[each.episode.episode_id] = _match(
                each, (name,), OVERLAP if len(group) > 1 else ALONE
            )
    return tuple(
        matches.get(each.episode_id)
        or Match(episode_id=each.episode_id, national_ids=(each.episode_id,), basis=ALONE)
        for each in ordered
    )


def _span(episode: SourceEpisode) -> _Span | None:
    start = episode.start
    if start is None:
        return None
    given = [when for when in (episode.left, episode.last_seen) if when is not None]
    known = [when for when in given if earliest(when) == start] or [episode.reported or start]
    ended = episode.ended
    return _Span(
        episode=episode,
        start=start,
        end=None if ended is None else max(end_of(ended), start),
        exact_start=all(isinstance(when, datetime) for when in known),
        exact_end=isinstance(ended, datetime),
    )


def _capped(spans: Sequence[_Span]) -> list[_Span]:
    """End an account that was never closed where the same source next saw the child go."""
    starts: dict[str, list[datetime]] = defaultdict(list)
    for span in sorted(spans, key=lambda each: each.start):
        starts[span.episode.publisher].append(span.start)
    capped = []
    for span in spans:
        theirs = starts[span.episode.publisher]
        later = bisect_right(theirs, span.start)
        ends = span.end is None and later < len(theirs)
        capped.append(replace(span, end=theirs[later]) if ends else span)
    return capped


def _overlap(one: _Span, other: _Span, tolerance: timedelta = timedelta(0)) -> bool:
    """Return whether two spans share an instant; an open one lasts."""
    first, second = sorted((one, other), key=lambda each: (each.start, each.episode.episode_id))
    if first.end is None or second.start < first.end:
        return True
    if first.exact_end and second.exact_start:
        # The child was found in between, to the minute: no tolerance bridges that.
        return second.start == first.start
    return second.start < first.end + tolerance


def _components(spans: Sequence[_Span]) -> list[list[_Span]]:
    """Return the groups of spans that overlap across publishers, each in a fixed order.

    No publisher is in a group twice, also where another's account spans two of its own: the
    accounts that start closest together are one first.
    """
    group_of = {each.episode.episode_id: [each] for each in spans}
    pairs = sorted(
        _overlapping(spans), key=lambda pair: (abs(pair[0].start - pair[1].start), _ids(pair))
    )
    for one, other in pairs:
        keep, drop = (group_of[each.episode.episode_id] for each in (one, other))
        if not _publishers(keep) & _publishers(drop):
            keep.extend(drop)
            group_of |= dict.fromkeys(_ids(drop), keep)
    groups = {id(group): group for group in group_of.values()}
    return sorted(
        (sorted(group, key=lambda each: each.episode.episode_id) for group in groups.values()),
        key=_ids,
    )


def _overlapping(
    spans: Sequence[_Span], tolerance: timedelta = timedelta(0)
) -> Iterator[tuple[_Span, _Span]]:
    """Yield the pairs of different publishers that overlap, each in the order of `spans`.

    In one pass along time, for a child may have thousands of accounts.
    """
    going: list[tuple[int, _Span]] = []
    for place, span in sorted(enumerate(spans), key=lambda each: each[1].start):
        going = [
            each for each in going if each[1].end is None or each[1].end + tolerance >= span.start
        ]
        for before, other in going:
            if other.episode.publisher != span.episode.publisher and _overlap(
                other, span, tolerance
            ):
                yield (other, span) if before < place else (span, other)
        going.append((place, span))


def _ids(spans: Iterable[_Span]) -> list[UUID]:
    return [each.episode.episode_id for each in spans]


def _publishers(spans: Iterable[_Span]) -> set[str]:
    return {each.episode.publisher for each in spans}


def _attach(
    rows: Sequence[_Span], units: Sequence[Sequence[_Span]]
) -> tuple[dict[UUID, tuple[int, ...]], dict[UUID, str]]:
    """Return the police units that each authority row is evidence for, and by what rule."""
    attached = _units_met(rows, units)
    basis = dict.fromkeys(attached, OVERLAP)
    taken = {index for inside in attached.values() for index in inside}
    waiting = [row for row in rows if not attached[row.episode.episode_id]]
    near = _units_met(waiting, units, TOLERANCE)
    for row in sorted(waiting, key=lambda each: (each.start, each.episode.episode_id)):
        name = row.episode.episode_id
        free = [(_distance(row, units[at]), at) for at in near[name] if at not in taken]
        if free:
            attached[name] = (min(free)[1],)
            basis[name] = NEAR
            taken.add(min(free)[1])
    return attached, basis


def _units_met(
    rows: Sequence[_Span], units: Sequence[Sequence[_Span]], tolerance: timedelta = timedelta(0)
) -> dict[UUID, tuple[int, ...]]:
    """Return the police units that each authority row overlaps, in their order."""
    unit_of = {each.episode.episode_id: at for at, unit in enumerate(units) for each in unit}
    met: dict[UUID, set[int]] = {row.episode.episode_id: set() for row in rows}
    police = [each for unit in units for each in unit]
    for one, other in _overlapping([*rows, *police], tolerance):
        if one.episode.episode_id in met and other.episode.episode_id in unit_of:
            met[one.episode.episode_id].add(unit_of[other.episode.episode_id])
    return {row: tuple(sorted(found)) for row, found in met.items()}


def _distance(row: _Span, unit: Sequence[_Span]) -> timedelta:
    return min(abs(each.start - row.start) for each in unit)


def _name(group: Iterable[SourceEpisode]) -> UUID:
    """Return the identifier of the member that was recorded first."""
    return min(group, key=lambda each: (each.first_position, each.episode_id)).episode_id


def _match(span: _Span, national_ids: tuple[UUID, ...], basis: str) -> Match:
    return Match(episode_id=span.episode.episode_id, national_ids=national_ids, basis=basis)
