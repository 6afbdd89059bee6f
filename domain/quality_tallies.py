"""What is tallied of every publisher's events: how late they come, and which fields they fill."""

from dataclasses import MISSING, dataclass, fields
from functools import cache
from typing import Final, get_args

from domain.episode_events import EpisodeCorrected
from domain.events import EpisodeEvent, PublisherEvent, SubjectEvent

# Upper bounds in hours, none included, of the spans in which delays are counted; what comes later
# than the last is counted in one more. Fine where a day decides, coarse where it does not (ours).
DELAY_BOUNDS: Final = (1, 2, 4, 8, 12, 24, 48, 72, 120, 168, 336, 720, 2160, 8760)
# Fewer hours than this are in time: "at the time of entry" is best practice (box after ¶57).
IN_TIME_HOURS: Final = 24


@dataclass(frozen=True, kw_only=True)
class Delays:
    """How many events were recorded how long after they happened.

    early: recorded before they happened: a clock was wrong. spans: by DELAY_BOUNDS, one more.
    """

    early: int = 0
    spans: tuple[int, ...] = (0,) * (len(DELAY_BOUNDS) + 1)

    @property
    def events(self) -> int:
        """How many events there are."""
        return self.early + sum(self.spans)

    @property
    def in_time(self) -> float | None:
        """The share recorded within IN_TIME_HOURS; None: of no event."""
        if self.events == 0:
            return None
        quick = self.spans[: DELAY_BOUNDS.index(IN_TIME_HOURS) + 1]
        return (self.early + sum(quick)) / self.events

    def within_hours(self, share: float) -> int | None:
        """Return in how many hours this share of the events was recorded, by DELAY_BOUNDS.

        None: of no event, or in more than the last bound.
        """
        if self.events == 0:
            return None
        recorded = self.early
        for bound, number in zip(DELAY_BOUNDS, self.spans, strict=False):
            recorded += number
            if recorded >= share * self.events:
                return bound
        return None


def delays(by_span: dict[int, int]) -> Delays:
    """Return delays from numbers by span; 0: early, 1: below the first bound, and so on."""
    return Delays(
        early=by_span.get(0, 0),
        spans=tuple(by_span.get(at, 0) for at in range(1, len(DELAY_BOUNDS) + 2)),
    )


@cache
def optional_fields() -> dict[str, tuple[str, ...]]:
    """Return, for each type of event, the fields that a publisher may leave empty.

    A correction names only what it changes, so it is never incomplete.
    """
    kinds = (*get_args(EpisodeEvent), *get_args(SubjectEvent), *get_args(PublisherEvent))
    named = {
        kind.type: tuple(
            each.name
            for each in fields(kind)
            if each.default is not MISSING and each.default in (None, ())
        )
        for kind in kinds
        if kind is not EpisodeCorrected
    }
    return {kind: names for kind, names in sorted(named.items()) if names}
