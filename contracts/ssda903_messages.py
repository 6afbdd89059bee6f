"""Writes the facts of an SSDA903 return as CloudEvents, with ids that depend on content alone."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from msgspec import Raw
from msgspec.json import Encoder

from contracts.envelope import Envelope
from contracts.identity import Identity
from contracts.messages import (
    Body,
    CareEndedBody,
    CareStartedBody,
    EpisodeLocatedBody,
    EpisodeReportedBody,
    EpisodeReturnedBody,
    PlacementEndedBody,
    PlacementStartedBody,
    SubjectRegisteredBody,
)
from contracts.ssda903_care import Care, CarePeriod, Stay
from contracts.ssda903_files import Module
from contracts.ssda903_rows import HeaderRow, MissingRow
from domain.identifiers import PublisherId, publisher_area, publisher_urn
from domain.periods import day_bounds
from domain.vocabulary import Classification

KIND_LETTERS: Final = {Classification.MISSING_FROM_CARE: "M", Classification.AWAY: "A"}

_ENCODER: Final = Encoder(order="deterministic")


@dataclass(frozen=True, kw_only=True)
class Draft:
    """A message and the row that it is from."""

    module: Module
    row: int
    kind: str
    raw: bytes


@dataclass(frozen=True, kw_only=True)
class Episode:
    """A missing period that is to be told of, and what the rest of the return adds to it."""

    row: MissingRow
    reference: str
    looked_after: bool
    placement_type: str | None


@dataclass(frozen=True, kw_only=True)
class Writer:
    """Writes messages in the name of one publisher.

    seal: may give another text for the same identity each time; ids do not depend on it.
    event_key: gives the same id for the same bytes, always, and another for others.
    """

    publisher: PublisherId
    seal: Callable[[Identity], str]
    event_key: Callable[[bytes], str]

    @property
    def authority(self) -> str:
        """The three-digit number of the publisher."""
        return publisher_area(self.publisher)

    def registration(
        self, row: HeaderRow, *, home_postcode: str | None, unaccompanied: bool, day: date
    ) -> Draft:
        """Write who a child is, dated as given: a return does not say when the child was known."""
        identity = Identity(
            birth_date=row.born_on.isoformat() if row.born_on else None,
            upn=row.upn,
            home_postcode=home_postcode,
        )
        body = SubjectRegisteredBody(
            identity=self.seal(identity),
            sex=row.sex,
            ethnicity=row.ethnicity,
            unaccompanied=True if unaccompanied else None,
        )
        opened = _ENCODER.encode((identity, body.sex, body.ethnicity, body.unaccompanied))
        raw = self._envelope(body, subject=row.child, day=day, content=opened)
        return Draft(module=Module.HEADER, row=row.number, kind=body.event_type, raw=raw)

    def care(self, child: str, care: Care) -> Iterator[Draft]:
        """Write the periods of care and the placements of a child."""
        starts = (period.first.starts_on for period in care.periods)
        for period, reference in zip(care.periods, numbered(child, starts), strict=True):
            yield from self._care_period(child, reference, period)
        starts = (stay.first.starts_on for stay in care.stays)
        for stay, reference in zip(care.stays, numbered(f"{child}/P", starts), strict=True):
            yield from self._stay(child, reference, stay)

    def episode(self, episode: Episode) -> Iterator[Draft]:
        """Write a missing period: reported, and if it has ended, located (M) or returned (A)."""
        row = episode.row
        reported = EpisodeReportedBody(
            child=row.child,
            classification=row.kind,
            left=row.starts_on.isoformat(),
            looked_after=episode.looked_after,
            responsible_authority=self.authority,
            placement_type=episode.placement_type,
        )
        bodies: list[tuple[Body, date]] = [(reported, row.starts_on)]
        if row.ends_on is not None:
            end = row.ends_on.isoformat()
            if row.kind is Classification.AWAY:
                bodies.append((EpisodeReturnedBody(child=row.child, returned=end), row.ends_on))
            else:
                bodies.append((EpisodeLocatedBody(child=row.child, located=end), row.ends_on))
        for body, day in bodies:
            yield self._draft(Module.MISSING, row.number, body, episode.reference, day)

    def _care_period(self, child: str, reference: str, period: CarePeriod) -> Iterator[Draft]:
        first, last = period.first, period.last
        started = CareStartedBody(
            care=reference,
            started=first.starts_on.isoformat(),
            responsible_authority=self.authority,
            legal_status=first.legal_status,
        )
        yield self._draft(Module.EPISODES, first.number, started, child, first.starts_on)
        if period.ended and last.ends_on is not None:
            ended = CareEndedBody(
                care=reference, ended=last.ends_on.isoformat(), reason=last.ceased_reason
            )
            yield self._draft(Module.EPISODES, last.number, ended, child, last.ends_on)

    def _stay(self, child: str, reference: str, stay: Stay) -> Iterator[Draft]:
        first, last = stay.first, stay.last
        if first.placement_type is None:
            return
        started = PlacementStartedBody(
            placement=reference,
            started=first.starts_on.isoformat(),
            placement_type=first.placement_type,
            provider=first.provider,
            placing_authority=self.authority,
        )
        yield self._draft(Module.EPISODES, first.number, started, child, first.starts_on)
        if last.ends_on is not None:
            ended = PlacementEndedBody(
                placement=reference, ended=last.ends_on.isoformat(), reason=last.change_reason
            )
            yield self._draft(Module.EPISODES, last.number, ended, child, last.ends_on)

    def _draft(self, module: Module, row: int, body: Body, subject: str, day: date) -> Draft:
        raw = self._envelope(body, subject=subject, day=day, content=_ENCODER.encode(body))
        return Draft(module=module, row=row, kind=body.event_type, raw=raw)

    def _envelope(self, body: Body, *, subject: str, day: date, content: bytes) -> bytes:
        source = publisher_urn(self.publisher)
        time = day_bounds(day)[0].strftime("%Y-%m-%dT%H:%M:%SZ")
        head = "\n".join((source, body.event_type, time, subject, ""))
        envelope = Envelope(
            specversion="1.0",
            id=self.event_key(head.encode() + content),
            source=source,
            type=body.event_type,
            time=time,
            subject=subject,
            datacontenttype="application/json",
            data=Raw(_ENCODER.encode(body)),
        )
        return _ENCODER.encode(envelope)


def numbered(stem: str, days: Iterable[date]) -> list[str]:
    """Return a reference for each day: the stem and the day, and `/2` and so on if a day recurs."""
    seen: dict[date, int] = {}
    references = []
    for day in days:
        seen[day] = seen.get(day, 0) + 1
        suffix = f"/{seen[day]}" if seen[day] > 1 else ""
        references.append(f"{stem}/{day.isoformat()}{suffix}")
    return references
