"""The nation, some children after the other: what their absences made everybody send."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Final

from domain.identifiers import PublisherId
from hub.synthetic.calibration import AreaFigures
from hub.synthetic.chapter import Chapter
from hub.synthetic.children import Child
from hub.synthetic.departures import Outline, outlines
from hub.synthetic.flows import Quota
from hub.synthetic.messages import Message, encoded
from hub.synthetic.nation import Nation
from hub.synthetic.options import Options
from hub.synthetic.planted import Planted
from hub.synthetic.settled import settled_children
from hub.synthetic.truth import EpisodeTruth, PersonTruth

# Departures, and settled children, that are held in memory at once, whatever the scale.
_AT_ONCE: Final = 400


@dataclass(frozen=True, kw_only=True)
class Batch:
    """All that comes of some children of one authority.

    messages: by publisher, each list in the order of time. last: nothing more comes of this
    authority. homes: absences by number of the home and month, April first.
    """

    authority: str
    last: bool
    messages: dict[PublisherId, list[Message]] = field(default_factory=dict)
    persons: list[PersonTruth] = field(default_factory=list)
    episodes: list[EpisodeTruth] = field(default_factory=list)
    faults: list[Planted] = field(default_factory=list)
    homes: Counter[tuple[str, int]] = field(default_factory=Counter)


def batches(options: Options) -> Iterator[Batch]:
    """Yield the nation by authority number; what is yielded is not kept."""
    yield from nation_batches(Nation(options=options))


def nation_batches(nation: Nation) -> Iterator[Batch]:
    """Yield a nation whose options are drawn out already."""
    for area in nation.areas:
        yield from _of_area(nation, area)


def _of_area(nation: Nation, area: AreaFigures) -> Iterator[Batch]:
    drawn = outlines(nation, area)
    care = _InCare(nation)
    for part in _parts(drawn):
        chapter = Chapter(nation, area, part)
        chapter.go_through()
        for child in chapter.children():
            care.count(child)
        yield _batch(area, chapter)
    if nation.options.month is None:
        # In the year, the missing stand among all who are looked after.
        rest = settled_children(nation, area, care.children, care.placed, care.staying)
        while some := list(islice(rest, _AT_ONCE)):
            chapter = Chapter(nation, area, ())
            chapter.settle(some)
            yield _batch(area, chapter)
    yield Batch(authority=area.number, last=True)


def _parts(drawn: Sequence[Outline]) -> Iterator[Sequence[Outline]]:
    """Yield an authority's children in parts; siblings are never parted."""
    start = departures = 0
    for place, outline in enumerate(drawn):
        if departures >= _AT_ONCE and outline.family == outline.index:
            yield drawn[start:place]
            start, departures = place, 0
        departures += len(outline.departures)
    yield drawn[start:]


def _batch(area: AreaFigures, chapter: Chapter) -> Batch:
    drafts = chapter.drafts()
    return Batch(
        authority=area.number,
        last=False,
        messages={publisher: encoded(publisher, drafts[publisher]) for publisher in sorted(drafts)},
        persons=chapter.persons(),
        episodes=chapter.episodes,
        faults=chapter.faults(),
        homes=chapter.homes,
    )


class _InCare:
    """Counts the looked-after children who went missing, and where they are at the year's end."""

    def __init__(self, nation: Nation) -> None:
        self.children = 0
        self.staying = 0
        self.placed: Quota = defaultdict(int)
        self._clock = nation.clock

    def count(self, child: Child) -> None:
        if child.care is None:
            return
        self.children += 1
        placement = child.placed_at_end(self._clock.ends_on)
        if placement is not None:
            self.staying += 1
            if placement.host != child.authority:
                self.placed[placement.host] += 1
