"""The nation, one authority after the other: what its children's absences made everybody send."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from domain.identifiers import PublisherId, publisher_kind
from hub.synthetic.absences import Absence
from hub.synthetic.authority import authority_publisher, authority_record, covers
from hub.synthetic.calibration import AreaFigures
from hub.synthetic.care_messages import care_messages
from hub.synthetic.children import Child, draw_child
from hub.synthetic.clock import DAY, instant_text, noon
from hub.synthetic.departures import Outline, outlines, quiet_outline
from hub.synthetic.faults import Fault, faults
from hub.synthetic.messages import Draft, Message, encoded
from hub.synthetic.nation import Nation
from hub.synthetic.options import Options
from hub.synthetic.police import police_records
from hub.synthetic.records import Record, subject_reference
from hub.synthetic.registrations import registration
from hub.synthetic.truth import EpisodeTruth, PersonTruth, SubjectTruth, category_of

# A sibling who leaves within this time of the other may have gone along.
_APART: Final = 2 * DAY


@dataclass(frozen=True, kw_only=True)
class Batch:
    """All that comes of one authority's children.

    messages: by publisher, each list in the order of time. persons, episodes: the truth about
    them, those first that stand first in the authority.
    """

    authority: str
    messages: dict[PublisherId, list[Message]]
    persons: list[PersonTruth]
    episodes: list[EpisodeTruth]


def batches(options: Options) -> Iterator[Batch]:
    """Yield the nation by authority number; what is yielded is not kept."""
    nation = Nation(options=options)
    for area in nation.areas:
        yield _Area(nation, area).batch()


class _Area:
    """One authority while its children are gone through."""

    def __init__(self, nation: Nation, area: AreaFigures) -> None:
        self._nation = nation
        self._area = area
        self._outlines = outlines(nation, area)
        self._children: dict[int, Child] = {}
        self._subjects: dict[str, dict[PublisherId, str]] = defaultdict(dict)
        self._drafts: dict[PublisherId, list[Draft]] = defaultdict(list)
        self._episodes: list[EpisodeTruth] = []

    def batch(self) -> Batch:
        """Return what the authority's children made everybody send."""
        for outline in self._outlines:
            if any(self._nation.in_period(each.at) for each in outline.departures):
                self._go_through(self._child(outline), outline)
        silent = PublisherId(f"la-{self._area.number}") not in self._drafts
        if silent and self._nation.options.scale >= 1:
            self._add_quiet_child()
        registrations = self._registrations()
        return Batch(
            authority=self._area.number,
            messages={
                publisher: encoded(publisher, registrations[publisher] + self._drafts[publisher])
                for publisher in sorted(registrations)
            },
            persons=self._persons(),
            episodes=self._episodes,
        )

    def _child(self, outline: Outline) -> Child:
        child = self._children.get(outline.index)
        if child is None:
            child = draw_child(self._nation, self._area, outline)
            self._children[outline.index] = child
        return child

    def _go_through(self, child: Child, outline: Outline) -> None:
        earlier: tuple[Absence, Record] | None = None
        for absence in child.absences:
            covering = None
            if earlier and covers(self._nation, earlier[1], earlier[0], absence):
                covering = earlier[1]
            own = authority_record(self._nation, child, absence, covering=covering)
            records = police_records(self._nation, child, absence) + ([own] if own else [])
            sent = [each for each in records if each.drafts]
            sibling = self._sibling(outline, absence)
            wrong = faults(self._nation, child, absence, sent, sibling)
            wrong = [each for each in wrong if each.record.drafts]
            for fault in wrong:
                self._send(fault.child, [fault.record])
            self._send(child, sent)
            covered = covering if own is None else None
            self._tell_truth(child, absence, sent, wrong, covered)
            if own and own.drafts:
                earlier = (absence, own)

    def _sibling(self, outline: Outline, absence: Absence) -> Child | None:
        """Return a sibling who was certainly not missing at the time."""
        place = outline.family if outline.family < outline.index else outline.index + 1
        if place >= len(self._outlines):
            return None
        other = self._outlines[place]
        if other.family != outline.family:
            return None
        if any(abs(each.at - absence.start) < _APART for each in other.departures):
            return None
        sibling = self._child(other)
        in_care = sibling.care is None or noon(sibling.care.started_on) < absence.start
        return sibling if in_care else None

    def _send(self, child: Child, records: Iterable[Record]) -> None:
        for record in records:
            self._drafts[record.publisher].extend(record.drafts)
            self._subjects[child.key][record.publisher] = record.child

    def _tell_truth(
        self,
        child: Child,
        absence: Absence,
        sent: list[Record],
        wrong: list[Fault],
        covered: Record | None,
    ) -> None:
        same = sent + [each.record for each in wrong if each.happened]
        if same or covered:
            self._episodes.append(self._episode(child, absence, same, covered))
        for number, fault in enumerate((each for each in wrong if not each.happened), 1):
            name = f"{child.key}-{absence.number}-x{number}"
            self._episodes.append(_never_happened(name, fault, absence))

    def _episode(
        self, child: Child, absence: Absence, records: list[Record], covered: Record | None
    ) -> EpisodeTruth:
        day = self._nation.clock.date_at(absence.start)
        placement = child.placement_on(day)
        sources = tuple(each.truth() for each in records)
        return EpisodeTruth(
            episode=f"{child.key}-{absence.number}",
            person=child.key,
            happened=True,
            kind=absence.kind,
            category=category_of(sources),
            start=instant_text(absence.start),
            located=self._known(absence.located),
            returned=self._known(absence.returned),
            authority=child.authority,
            host=placement.host if placement else None,
            placement_type=placement.code_on(day) if placement else None,
            sources=sources,
            covered_by=SubjectTruth(publisher=covered.publisher, ref=covered.ref)
            if covered
            else None,
        )

    def _known(self, instant: int) -> str | None:
        return instant_text(instant) if instant < self._nation.horizon else None

    def _add_quiet_child(self) -> None:
        """Let an authority in whose year nobody is missing speak of a child in its care."""
        outline = quiet_outline(self._nation, self._area, len(self._outlines))
        child = self._child(outline)
        publisher = authority_publisher(child)
        self._subjects[child.key][publisher] = subject_reference(self._nation, publisher, child)

    def _registrations(self) -> dict[PublisherId, list[Draft]]:
        """Return, by publisher, who each child is and its care: what comes before all else."""
        drafts: dict[PublisherId, list[Draft]] = defaultdict(list)
        for index in sorted(self._children):
            child = self._children[index]
            for publisher in self._subjects[child.key]:
                drafts[publisher].extend(registration(self._nation, publisher, child))
                if publisher_kind(publisher) == "local-authority":
                    drafts[publisher].extend(care_messages(self._nation, publisher, child))
        return drafts

    def _persons(self) -> list[PersonTruth]:
        children = (self._children[index] for index in sorted(self._children))
        return [
            _person(child, self._subjects[child.key])
            for child in children
            if self._subjects[child.key]
        ]


def _person(child: Child, subjects: dict[PublisherId, str]) -> PersonTruth:
    return PersonTruth(
        person=child.key,
        authority=child.authority,
        looked_after=child.care is not None,
        sex=child.sex,
        birth_date=child.born_on.isoformat(),
        ethnicity=child.ethnicity,
        unaccompanied=child.unaccompanied,
        family=child.family,
        twin=child.twin,
        subjects=tuple(
            SubjectTruth(publisher=publisher, ref=subjects[publisher])
            for publisher in sorted(subjects)
        ),
    )


def _never_happened(name: str, fault: Fault, absence: Absence) -> EpisodeTruth:
    return EpisodeTruth(
        episode=name,
        person=fault.child.key,
        happened=False,
        kind=absence.kind,
        category=None,
        start=None,
        located=None,
        returned=None,
        authority=fault.child.authority,
        host=None,
        placement_type=None,
        sources=(fault.record.truth(),),
    )
