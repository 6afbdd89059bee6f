"""An account as an interval of time: what its dates can mean, and how near two accounts are.

A date means [00:00, 24:00) London. An account that is open, or ends before it begins, lasts until
the child was next seen.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from domain.about import When
from domain.facts import SourceEpisode, earliest, end_of
from domain.measures import Source
from domain.periods import day_bounds, london_date

# An authority's times may be a day off at each end; two forces' only by the time of a handover.
A_DAY: Final = timedelta(days=1)
TWO_HOURS: Final = timedelta(hours=2)
FOREVER: Final = datetime.max.replace(tzinfo=UTC)

_LAST: Final = FOREVER - 3 * A_DAY


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """The time of one account.

    at: its number among the accounts of its child, which are ordered along time. start, start_by:
    the first instant that its start can mean, and the one by which it had begun; end_from, end:
    likewise of its end. FOREVER: still open. seen_off: somebody saw the child go, or last saw it
    then; else the start is only that of the report. exact_start, exact_end: known to the minute.
    finds: the instants at which the child was located or back.
    """

    at: int
    episode_id: UUID
    publisher: str
    police: bool
    recorded: int
    start: datetime
    start_by: datetime
    end_from: datetime
    end: datetime
    seen_off: bool
    exact_start: bool
    exact_end: bool
    finds: tuple[datetime, ...]

    @property
    def times(self) -> tuple[datetime, ...]:
        """What two accounts have in common that nobody can tell apart by time."""
        return (self.start, self.start_by, self.end_from, self.end)


def spans_of(episodes: Sequence[SourceEpisode]) -> list[Span]:
    """Return the spans of a child's accounts that count, along time and then as recorded.

    Accounts that are open are capped.
    """
    begun = [(each, start) for each in episodes if not each.void and (start := each.start)]
    begun.sort(key=lambda each: (each[1], each[0].first_position, each[0].episode_id.int))
    spans = [_span(each, start, at) for at, (each, start) in enumerate(begun)]
    if any(each.end == FOREVER for each in spans):
        sightings = _Sightings(spans)
        spans = [sightings.capped(each) if each.end == FOREVER else each for each in spans]
    return spans


def _span(episode: SourceEpisode, start: datetime, at: int) -> Span:
    seen = [
        when
        for when in (episode.left, episode.last_seen)
        if when is not None and earliest(when) == start
    ]
    begun = seen or [start if episode.reported is None else episode.reported]
    ended = episode.ended
    if ended is not None and end_of(ended) < start:
        # Nobody can be found before being missed: the end is as good as not known.
        ended = None
    end = FOREVER if ended is None else end_of(ended)
    start_by = min(max(map(end_of, begun)), end)
    return Span(
        at=at,
        episode_id=episode.episode_id,
        publisher=episode.publisher,
        police=episode.source is Source.POLICE,
        recorded=episode.first_position,
        start=start,
        start_by=start_by,
        end_from=start_by if ended is None else max(earliest(ended), start),
        end=end,
        seen_off=bool(seen),
        exact_start=all(isinstance(when, datetime) for when in begun),
        exact_end=isinstance(ended, datetime),
        finds=tuple(_finds(episode, start)),
    )


def _finds(episode: SourceEpisode, start: datetime) -> list[datetime]:
    ends: tuple[When | None, ...] = (episode.located, episode.returned)
    return sorted(when for when in ends if isinstance(when, datetime) and when >= start)


class _Sightings:
    """When the child of some accounts was seen: found, back, or seen going again."""

    def __init__(self, spans: Sequence[Span]) -> None:
        """Look at the spans of one child, in their order."""
        lasted = [each for each in spans if each.end > each.start]
        self._ends_by_start = _FirstEnds([(each.start, each.end) for each in lasted])
        self._ends_by_end = _FirstEnds([(each.end_from, each.end) for each in spans])
        self._gone = {
            police: [each.start for each in spans if each.seen_off and each.police is police]
            for police in (True, False)
        }
        self._theirs: dict[str, list[datetime]] = {}
        for each in spans:
            self._theirs.setdefault(each.publisher, []).append(each.start)
        self._exact = {each.end for each in spans if each.exact_end}
        self._exact |= {each.start for each in spans if each.exact_start}

    def capped(self, span: Span) -> Span:
        """Return an open span, ended when the child was next seen by any source.

        That is: found or back, by an account that began no earlier, or after the start was over;
        seen going again later than the tolerance of the start; gone again by the same publisher.
        """
        a_day_on = later_by(span.start_by, span.exact_start)
        next_force = after(span.start_by, TWO_HOURS) if span.police else a_day_on
        end = min(
            self._ends_by_start.of_those_from(span.start),
            self._ends_by_end.of_those_from(span.start_by, itself=not span.exact_start),
            _first_after(self._theirs[span.publisher], span.start),
            _first_after(self._gone[True], next_force),
            _first_after(self._gone[False], a_day_on),
        )
        start_by = min(span.start_by, end)
        return replace(
            span, start_by=start_by, end_from=start_by, end=end, exact_end=end in self._exact
        )


class _FirstEnds:
    """Of accounts from some instant on, when the first of them to end did."""

    def __init__(self, ends: Sequence[tuple[datetime, datetime]]) -> None:
        ordered = sorted(ends)
        self._instants = [instant for instant, _ in ordered]
        self._ends = [FOREVER]
        for _, end in reversed(ordered):
            self._ends.append(min(self._ends[-1], end))
        self._ends.reverse()

    def of_those_from(self, instant: datetime, *, itself: bool = True) -> datetime:
        """Return the first end; FOREVER: there is none."""
        bisect = bisect_left if itself else bisect_right
        return self._ends[bisect(self._instants, instant)]


def _first_after(instants: Sequence[datetime], limit: datetime) -> datetime:
    at = bisect_right(instants, limit)
    return instants[at] if at < len(instants) else FOREVER


class Finds:
    """The instants at which a child was found or back, by any of its accounts."""

    def __init__(self, spans: Sequence[Span]) -> None:
        """Keep the finds of some spans in order."""
        self._instants = sorted(find for span in spans for find in span.finds)

    def between(self, start: datetime, end: datetime) -> bool:
        """Tell whether there is one after `start` and before `end`."""
        return _first_after(self._instants, start) < end


def overlap(one: Span, other: Span) -> bool:
    """Tell whether two accounts may share an instant."""
    together = one.start < other.end and other.start < one.end
    return together or one.start == other.start


def surely_overlap(one: Span, other: Span) -> bool:
    """Tell whether two accounts share an instant whatever their dates mean."""
    return max(one.start_by, other.start_by) <= min(one.end_from, other.end_from)


def handed_over(one: Span, other: Span, finds: Finds) -> bool:
    """Tell whether two forces' accounts are one absence but for two hours.

    What only a report dates may have begun before the find: a handover is reported on arrival.
    """
    first, second = (one, other) if one.start <= other.start else (other, one)
    found = first.exact_end and second.exact_start and second.seen_off
    return (
        not found
        and second.start < after(first.end, TWO_HOURS)
        and not finds.between(first.end, second.start)
    )


def within_a_day(row: Span, police: Span, finds: Finds) -> bool:
    """Tell whether an authority's row is a day or less off a police account.

    No tolerance bridges a find that both know to the minute, or that a third account tells of.
    """
    first, second = (row, police) if row.start <= police.start else (police, row)
    if first.exact_end and second.exact_start:
        return False
    near = (
        police.start < later_by(row.end, row.exact_end)
        if first is row
        else _day_before(row) < police.end
    )
    return near and not finds.between(first.end, second.start)


def gap(one: Span, other: Span) -> timedelta:
    """Return how far apart two accounts are at their starts and their ends, added up."""
    starts = _apart(one.start, one.start_by, other.start, other.start_by)
    return starts + _apart(one.end_from, one.end, other.end_from, other.end)


def _apart(low: datetime, high: datetime, other_low: datetime, other_high: datetime) -> timedelta:
    return max(low - other_high, other_low - high, timedelta(0))


def after(instant: datetime, by: timedelta) -> datetime:
    """Return an instant later by so much; the end of time stays the end of time."""
    return FOREVER if instant > _LAST else instant + by


def later_by(instant: datetime, exact: bool) -> datetime:
    """Return an instant a day later; of the end of a date: the end of the next one."""
    if exact or instant > _LAST:
        return after(instant, A_DAY)
    return day_bounds(london_date(instant))[1]


def _day_before(row: Span) -> datetime:
    if row.exact_start:
        return row.start - A_DAY
    return day_bounds(london_date(row.start) - A_DAY)[0]
