"""From a world to what its authorities would have sent: care, placements, absences, a declaration.

Children are numbered and have no identity, so that nothing could link one to another.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from contracts.bodies import Body
from contracts.care_messages import CareStartedBody, PlacementStartedBody
from contracts.episode_messages import (
    EpisodeLocatedBody,
    EpisodeReportedBody,
    EpisodeReturnedBody,
)
from contracts.publisher_messages import PeriodDeclaredBody
from domain.geography import Authority, Register
from domain.identifiers import PublisherId
from domain.official import Absence, Absences, Tally
from domain.official_worlds import Flow, World
from domain.periods import ReportingYear
from domain.vocabulary import Classification
from hub.synthetic.clock import DAY, HOUR, instant_text, noon
from hub.synthetic.messages import Draft

_CHILDRENS_HOME: Final = "K2"
_LEGAL_STATUS: Final = "C2"


@dataclass(frozen=True, kw_only=True)
class _Hours:
    """When absences of one kind begin and end, UTC; the last one when it stays open."""

    begins: int
    ends: int
    last: int
    classification: Classification


# The two kinds never overlap, should one child have to have both.
_HOURS: Final = {
    Absence.MISSING: _Hours(
        begins=2, ends=8, last=21, classification=Classification.MISSING_FROM_CARE
    ),
    Absence.AWAY: _Hours(begins=10, ends=16, last=22, classification=Classification.AWAY),
}


def publisher_of(register: Register, number: str) -> PublisherId:
    """Return who sends what an authority recorded: itself, or who took its area over.

    number: an authority of the register, current or abolished.
    """
    authority = _authority(register, number)
    while authority.abolished_on is not None:
        authority = _authority(register, authority.successors[0])
    return authority.publisher_id


def drafts_of(world: World, number: str, *, hosts: frozenset[str] | None = None) -> list[Draft]:
    """Return everything that an authority sends of its children.

    hosts: only the children whom it placed with these authorities; None: all its children.
    """
    year = ReportingYear(ending=world.year)
    tally = world.tallies[number]
    placed = [each for each in world.flows if each.responsible == number]
    if hosts is not None:
        placed = [each for each in placed if each.host in hosts]
        tally = Tally(looked_after=sum(each.children for each in placed))
    telling = _Telling(year=year, number=number)
    drafts = [
        *telling.care(tally.looked_after or 0),
        *telling.placements(placed),
        *telling.absences(Absence.MISSING, tally.missing, 0),
        # From the other end, so that as few children as possible have both kinds.
        *telling.absences(Absence.AWAY, tally.away, tally.looked_after or 0),
    ]
    if tally.missing is not None or tally.away is not None:
        drafts.append(telling.declaration(len(drafts)))
    return drafts


def _authority(register: Register, number: str) -> Authority:
    found = register.authority(number)
    if found is None:
        raise LookupError(f"{number} is not in the register")
    return found


@dataclass(frozen=True, kw_only=True)
class _Telling:
    """Writes the messages of one authority's year."""

    year: ReportingYear
    number: str

    def care(self, children: int) -> Iterator[Draft]:
        """Yield the start of care of each child, on the first day of the year."""
        day = self.year.starts_on
        for index in range(children):
            child = self._child(index)
            body = CareStartedBody(
                care=f"{child}-R",
                started=day.isoformat(),
                responsible_authority=self.number,
                legal_status=_LEGAL_STATUS,
            )
            yield Draft(at=noon(day), subject=child, number=1, body=body)

    def placements(self, flows: list[Flow]) -> Iterator[Draft]:
        """Yield the placement of each child who lives elsewhere."""
        day = self.year.starts_on
        index = 0
        for flow in flows:
            for _ in range(flow.children):
                child = self._child(index)
                body = PlacementStartedBody(
                    placement=f"{child}-P",
                    started=day.isoformat(),
                    placement_type=_CHILDRENS_HOME,
                    placing_authority=self.number,
                    host_authority=flow.host,
                )
                yield Draft(at=noon(day) + 1, subject=child, number=2, body=body)
                index += 1

    def absences(self, kind: Absence, absences: Absences | None, end: int) -> Iterator[Draft]:
        """Yield every absence of a kind; end: count the children down from here; 0: up from 0."""
        if absences is None:
            return
        further = absences.incidents - absences.children
        for number in range(absences.children):
            # Whoever was absent more than once shares the further absences evenly.
            more = 0
            if number < absences.repeat:
                more = further // absences.repeat + (number < further % absences.repeat)
            child = self._child(end - 1 - number if end else number)
            yield from self._of_child(kind, child, 1 + more, number < absences.still_open)

    def declaration(self, rows: int) -> Draft:
        """Return what says that all of the year was sent."""
        day = self.year.ends_on
        body = PeriodDeclaredBody(
            from_date=self.year.starts_on.isoformat(), to_date=day.isoformat(), rows=rows
        )
        own = f"T{self.year}-{self.number}-D"
        return Draft(at=noon(day) + DAY, subject=own, number=1, body=body)

    def _of_child(self, kind: Absence, child: str, times: int, still_open: bool) -> Iterator[Draft]:
        hours = _HOURS[kind]
        days = (self.year.ends_on - self.year.starts_on).days
        closed = times - still_open
        for number in range(closed):
            day = self.year.starts_on + timedelta(days=number * days // closed)
            begun, ended = _at(day, hours.begins), _at(day, hours.ends)
            ref = f"{child}-{kind[0].upper()}{number}"
            yield self._report(ref, child, kind, begun)
            yield Draft(at=ended, subject=ref, number=2, body=_end(kind, child, ended))
        if still_open:
            ref = f"{child}-{kind[0].upper()}{closed}"
            yield self._report(ref, child, kind, _at(self.year.ends_on, hours.last))

    def _report(self, ref: str, child: str, kind: Absence, begun: int) -> Draft:
        body = EpisodeReportedBody(
            child=child,
            classification=_HOURS[kind].classification,
            left=instant_text(begun),
            looked_after=True,
            responsible_authority=self.number,
        )
        return Draft(at=begun, subject=ref, number=1, body=body)

    def _child(self, index: int) -> str:
        return f"T{self.year}-{self.number}-{index:05d}"


def _end(kind: Absence, child: str, ended: int) -> Body:
    if kind is Absence.AWAY:
        return EpisodeReturnedBody(child=child, returned=instant_text(ended))
    return EpisodeLocatedBody(child=child, located=instant_text(ended))


def _at(day: date, hour: int) -> int:
    return noon(day) + (hour - 12) * HOUR
