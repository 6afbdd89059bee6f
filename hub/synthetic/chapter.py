"""Some children of one authority while they are gone through: what is sent, and what is true."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from contracts.care_messages import EpisodeCountStatedBody
from domain.identifiers import PublisherId, publisher_kind
from hub.synthetic.absences import Absence
from hub.synthetic.authority import authority_publisher, authority_record, covers
from hub.synthetic.calibration import AreaFigures
from hub.synthetic.care_messages import care_messages, untold_hosts
from hub.synthetic.children import Child, draw_child
from hub.synthetic.clock import DAY, instant_text, noon
from hub.synthetic.concerns import concern_messages
from hub.synthetic.departures import Kind, Outline
from hub.synthetic.faults import Fault, faults
from hub.synthetic.groups import report_group
from hub.synthetic.messages import Draft
from hub.synthetic.nation import Nation
from hub.synthetic.notes import Notes
from hub.synthetic.notifications import tell_within_authority
from hub.synthetic.planted import Planted
from hub.synthetic.police import police_records
from hub.synthetic.profile import SIBLINGS_REPORTED_AS_GROUP
from hub.synthetic.randomness import between, chance
from hub.synthetic.records import Record, subject_reference
from hub.synthetic.referrals import programme_place, referral
from hub.synthetic.registrations import registration
from hub.synthetic.reviews import protection_plan, reviews
from hub.synthetic.risk import first_plan, reassess, stale_assessment
from hub.synthetic.truth import (
    EpisodeTruth,
    PersonTruth,
    SubjectTruth,
    category_of,
    never_happened,
    person_truth,
)

# A sibling who leaves within this time of the other may have gone along.
_APART: Final = 2 * DAY
# One interview may be held for absences that ended within this time of each other (ours).
_HEARD_TOGETHER: Final = 14 * DAY

Drafts = dict[PublisherId, list[Draft]]


class Chapter:
    """Part of an authority's children, and what everybody says of them."""

    def __init__(self, nation: Nation, area: AreaFigures, part: Sequence[Outline]) -> None:
        """Take the outlines of some children, siblings beside each other."""
        self.episodes: list[EpisodeTruth] = []
        self.homes: Counter[tuple[str, int]] = Counter()
        self._nation = nation
        self._area = area
        self._outlines = {outline.index: outline for outline in part}
        self._children: dict[int, Child] = {}
        self._subjects: dict[str, dict[PublisherId, str]] = defaultdict(dict)
        self._drafts: Drafts = defaultdict(list)
        self._faults: list[Planted] = []
        self._by_departure: dict[int, Record] = {}
        # By child: when its risk was last assessed, its last absence that the authority knows of.
        self._assessed: dict[str, int] = {}
        self._known: dict[str, int] = {}
        self._rows: dict[str, Counter[Kind]] = defaultdict(Counter)

    def go_through(self) -> None:
        """Let the children go missing."""
        for outline in self._outlines.values():
            if any(self._nation.in_period(each.at) for each in outline.departures):
                self._follow(self._child(outline), outline)

    def settle(self, some: Iterable[Child]) -> None:
        """Take in looked-after children who never go missing."""
        for child in some:
            publisher = authority_publisher(child)
            self._children[len(self._children)] = child
            subject = subject_reference(self._nation, publisher, child)
            self._subjects[child.key][publisher] = subject

    def children(self) -> Iterator[Child]:
        """Yield the children of whom anything was said or thought, those first that stand first."""
        for index in sorted(self._children):
            yield self._children[index]

    def drafts(self) -> Drafts:
        """Return what everybody sends, by publisher: who each child is before all else."""
        drafts: Drafts = defaultdict(list)
        for child in self.children():
            for publisher in self._subjects[child.key]:
                drafts[publisher].extend(self._about(publisher, child))
        for publisher, more in self._drafts.items():
            drafts[publisher].extend(more)
        return drafts

    def persons(self) -> list[PersonTruth]:
        """Return the truth about the children of whom anything was sent."""
        return [
            person_truth(child, self._subjects[child.key])
            for child in self.children()
            if self._subjects[child.key]
        ]

    def faults(self) -> list[Planted]:
        """Return the faults that were planted in all this."""
        found = self._faults
        for child in self.children():
            publisher = authority_publisher(child)
            if publisher in self._subjects[child.key]:
                found.extend(untold_hosts(self._nation, publisher, child))
                found.extend(self._stale(child, self._subjects[child.key][publisher]))
        return found

    def _child(self, outline: Outline) -> Child:
        child = self._children.get(outline.index)
        if child is None:
            child = draw_child(self._nation, self._area, outline)
            self._children[outline.index] = child
        return child

    def _follow(self, child: Child, outline: Outline) -> None:
        earlier: tuple[Absence, Record] | None = None
        unheard: tuple[Absence, Record] | None = None
        for absence in child.absences:
            covering = None
            if earlier and covers(self._nation, earlier[1], earlier[0], absence):
                covering = earlier[1]
            together = unheard and absence.returned - unheard[0].returned <= _HEARD_TOGETHER
            own = authority_record(
                self._nation,
                child,
                absence,
                covering=covering,
                unheard=unheard[1] if unheard and together else None,
            )
            police = police_records(self._nation, child, absence)
            if own:
                self._add_to(own, child, absence, police)
                unheard = None if own.interviewed else (absence, own)
            sent = [each for each in (*police, own) if each and each.drafts]
            covered = covering if own is None else None
            self._settle_faults(child, outline, absence, sent, covered)
            if own and own.drafts:
                earlier = (absence, own)

    def _add_to(self, own: Record, child: Child, absence: Absence, police: list[Record]) -> None:
        """Add what the authority does once it knows."""
        if not own.drafts:
            return
        tell_within_authority(self._nation, child, absence, own, police)
        again = reassess(self._nation, child, absence, own)
        if again is not None:
            # A row that was entered late may be thought over after a later one.
            self._assessed[child.key] = max(again, self._assessed.get(child.key, 0))
        self._known[child.key] = absence.start
        self._rows[child.key][absence.kind] += 1
        other = self._by_departure.setdefault(absence.key, own)
        random = self._nation.stream(child.key, "group", absence.number)
        if other is not own and chance(random, SIBLINGS_REPORTED_AS_GROUP):
            report_group(other, own, absence.start, named=True)

    def _settle_faults(
        self,
        child: Child,
        outline: Outline,
        absence: Absence,
        sent: list[Record],
        covered: Record | None,
    ) -> None:
        sibling = self._sibling(outline, absence)
        wrong = faults(self._nation, child, absence, sent, sibling)
        wrong = [each for each in wrong if each.record.drafts]
        _plant_missing_counterpart(sent, covered)
        for fault in wrong:
            self._send(fault.child, [fault.record])
        self._send(child, sent)
        self._tell_truth(child, absence, sent, wrong, covered)

    def _sibling(self, outline: Outline, absence: Absence) -> Child | None:
        """Return a sibling who was certainly not missing at the time."""
        place = outline.family if outline.family < outline.index else outline.index + 1
        other = self._outlines.get(place)
        if other is None or other.family != outline.family:
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
            self._faults.extend(record.faults)

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
            self.episodes.append(self._episode(child, absence, same, covered))
        for number, fault in enumerate((each for each in wrong if not each.happened), 1):
            name = f"{child.key}-{absence.number}-x{number}"
            self.episodes.append(
                never_happened(name, fault.child, fault.record.truth(), absence.kind)
            )

    def _episode(
        self, child: Child, absence: Absence, records: list[Record], covered: Record | None
    ) -> EpisodeTruth:
        day = self._nation.clock.date_at(absence.start)
        placement = child.placement_on(day)
        if placement and placement.urn:
            self.homes[placement.urn, self._nation.clock.month_of(absence.start)] += 1
        sources = tuple(each.truth() for each in records)
        return EpisodeTruth(
            episode=f"{child.key}-{absence.number}",
            person=child.key,
            happened=True,
            kind=absence.kind,
            category=category_of(sources),
            start=instant_text(absence.start),
            located=self._text(absence.located),
            returned=self._text(absence.returned),
            authority=child.authority,
            host=placement.host if placement else None,
            placement_type=placement.code_on(day) if placement else None,
            sources=sources,
            covered_by=SubjectTruth(publisher=covered.publisher, ref=covered.ref)
            if covered
            else None,
        )

    def _text(self, instant: int) -> str | None:
        return instant_text(instant) if instant < self._nation.horizon else None

    def _about(self, publisher: PublisherId, child: Child) -> list[Draft]:
        """Return what a publisher says of a child, apart from its absences."""
        nation = self._nation
        drafts = registration(nation, publisher, child)
        authority = publisher_kind(publisher) == "local-authority"
        if authority:
            drafts.extend(care_messages(nation, publisher, child))
        if not child.departures:
            return drafts
        drafts.extend(concern_messages(nation, publisher, child))
        if authority:
            for told in (first_plan, referral, programme_place, protection_plan, reviews):
                drafts.extend(told(nation, publisher, child))
            drafts.extend(self._stated(publisher, child))
        return drafts

    def _stated(self, publisher: PublisherId, child: Child) -> list[Draft]:
        """Return how often the child was missing, where its authority states the number."""
        nation = self._nation
        if child.care is None or not nation.authorities[child.authority].states_counts:
            return []
        rows = self._rows[child.key]
        notes = Notes(nation, publisher, child, f"count-{nation.period_name}")
        random = nation.stream(child.key, "count")
        body = EpisodeCountStatedBody(
            from_date=notes.day(nation.starts_at),
            to_date=notes.day(nation.ends_at - 1),
            missing_episodes=rows[Kind.CARE],
            away_episodes=rows[Kind.AWAY],
        )
        notes.add(nation.ends_at + between(random, 1, 12) * DAY, body)
        return notes.drafts

    def _stale(self, child: Child, subject: str) -> list[Planted]:
        known = self._known.get(child.key)
        if known is None or not child.departures:
            return []
        return stale_assessment(
            self._nation, child, subject, known_at=known, again=self._assessed.get(child.key)
        )


def _plant_missing_counterpart(sent: list[Record], covered: Record | None) -> None:
    """Note which rows have no counterpart on the other side."""
    own = [each for each in sent if publisher_kind(each.publisher) == "local-authority"]
    police = [each for each in sent if publisher_kind(each.publisher) != "local-authority"]
    if not police:
        for record in own:
            record.plant("DQ5", "no-police-record")
    elif not own and covered is None:
        for record in police:
            record.plant("DQ5", "no-authority-record")
