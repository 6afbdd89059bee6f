"""Authorities, regions, police forces and publishers, and the dates on which their codes hold.

The key of an authority is its three-digit number, which outlives changes of its GSS code. Every
look-up answers None if the register does not know the code: an unknown code in a message is an
outcome for its publisher, not a fault of the hub.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from types import MappingProxyType
from typing import Final

from domain.identifiers import PublisherId, PublisherKind

ENGLAND_CODE: Final = "E92000001"

# Children may be placed here; these areas have no authority in the register.
AREAS_OUTSIDE_ENGLAND: Final[Mapping[str, str]] = MappingProxyType(
    {"NIR": "Northern Ireland", "SCO": "Scotland", "WAL": "Wales"}
)

UNKNOWN_AREA: Final = "unknown"


@dataclass(frozen=True, kw_only=True)
class GssCode:
    """A GSS code of an authority, with the first and last day on which it held; None: open."""

    code: str
    valid_from: date | None = None
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether the code was in force on a day."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, kw_only=True)
class Region:
    """One of the nine regions of England."""

    code: str
    name: str


@dataclass(frozen=True, kw_only=True)
class Force:
    """A territorial police force, or British Transport Police under the code `btp`."""

    code: str
    name: str

    @property
    def publisher_id(self) -> PublisherId:
        """The id under which the force publishes."""
        return PublisherId(f"pf-{self.code}")


@dataclass(frozen=True, kw_only=True)
class Authority:
    """A children's services authority, current or abolished.

    gss: in the order of their dates; never empty.
    force_code: the territorial force whose area holds the whole authority.
    abolished_on: its last day; None: it is current.
    successors: numbers of the authorities that took over; empty while it is current.
    """

    number: str
    name: str
    gss: tuple[GssCode, ...]
    region_code: str
    force_code: str
    abolished_on: date | None = None
    successors: tuple[str, ...] = ()

    @property
    def gss_code(self) -> str:
        """The latest GSS code."""
        return self.gss[-1].code

    def gss_on(self, day: date) -> str | None:
        """Return the GSS code in force on a day; None if the authority did not exist then."""
        return next((entry.code for entry in self.gss if entry.holds_on(day)), None)

    @property
    def publisher_id(self) -> PublisherId:
        """The id under which the authority publishes."""
        return PublisherId(f"la-{self.number}")


@dataclass(frozen=True, kw_only=True)
class Publisher:
    """A body that submits to the hub."""

    id: PublisherId
    name: str
    kind: PublisherKind


@dataclass(frozen=True, kw_only=True)
class Delegation:
    """One publisher sends for another: two authorities with one children's service, say.

    valid_from, valid_until: first and last London day of sending; until None: it is in force.
    """

    delegate: PublisherId
    principal: PublisherId
    valid_from: date
    valid_until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Return whether the delegate may send on a day."""
        return self.valid_from <= day and (self.valid_until is None or day <= self.valid_until)


@dataclass(frozen=True, kw_only=True)
class Register:
    """Everything the hub knows about areas and publishers.

    authorities: the current ones, by number. abolished: former ones, by number, which old
    years still name. forces: by code, British Transport Police last. regions: by code.
    delegations: by delegate and principal, one of a pair in the order of its dates.
    """

    authorities: tuple[Authority, ...]
    abolished: tuple[Authority, ...]
    regions: tuple[Region, ...]
    forces: tuple[Force, ...]
    delegations: tuple[Delegation, ...] = ()

    def authority(self, number: str) -> Authority | None:
        """Return the authority with a three-digit number, current or abolished."""
        return self._by_number.get(number)

    def authority_by_gss(self, code: str, on: date | None = None) -> Authority | None:
        """Return the authority that has or had a GSS code.

        on: the code must have been in force on this day; None: on any day.
        """
        authority = self._by_gss.get(code)
        if authority is None or on is None:
            return authority
        return authority if authority.gss_on(on) == code else None

    def region(self, code: str) -> Region | None:
        """Return the region with an E12 code."""
        return self._regions.get(code)

    def force(self, code: str) -> Force | None:
        """Return the force with an E23 code, or British Transport Police for `btp`."""
        return self._forces.get(code)

    def authorities_in_region(self, region_code: str) -> tuple[Authority, ...]:
        """Return the current authorities of a region, by number."""
        return tuple(each for each in self.authorities if each.region_code == region_code)

    def authorities_in_force(self, force_code: str) -> tuple[Authority, ...]:
        """Return the current authorities of a force area, by number; none for `btp`."""
        return tuple(each for each in self.authorities if each.force_code == force_code)

    def is_placement_area(self, code: str) -> bool:
        """Return whether a child may live there: an authority's number, or SCO, NIR, WAL."""
        return code in AREAS_OUTSIDE_ENGLAND or code in self._by_number

    def publishers(self) -> tuple[Publisher, ...]:
        """Return every publisher: authorities by number, then forces by code."""
        return tuple(self._publishers.values())

    def publisher(self, publisher_id: str) -> Publisher | None:
        """Return the publisher with an id such as la-330 or pf-btp."""
        return self._publishers.get(publisher_id)

    def delegations_of(self, delegate: str, principal: str) -> tuple[Delegation, ...]:
        """Return every delegation between two publishers, whether in force or not, by date."""
        return tuple(
            each
            for each in self.delegations
            if each.delegate == delegate and each.principal == principal
        )

    def may_send(self, sender: str, publisher: str, *, on: date) -> bool:
        """Return whether a publisher may send another's events on a day; its own it always may."""
        delegations = self.delegations_of(sender, publisher)
        return sender == publisher or any(each.holds_on(on) for each in delegations)

    @cached_property
    def _by_number(self) -> dict[str, Authority]:
        return {each.number: each for each in (*self.authorities, *self.abolished)}

    @cached_property
    def _by_gss(self) -> dict[str, Authority]:
        return {
            entry.code: each for each in (*self.authorities, *self.abolished) for entry in each.gss
        }

    @cached_property
    def _regions(self) -> dict[str, Region]:
        return {each.code: each for each in self.regions}

    @cached_property
    def _forces(self) -> dict[str, Force]:
        return {each.code: each for each in self.forces}

    @cached_property
    def _publishers(self) -> dict[str, Publisher]:
        kinds: tuple[tuple[tuple[Authority, ...] | tuple[Force, ...], PublisherKind], ...] = (
            (self.authorities, "local-authority"),
            (self.forces, "police-force"),
        )
        return {
            each.publisher_id: Publisher(id=each.publisher_id, name=each.name, kind=kind)
            for bodies, kind in kinds
            for each in bodies
        }
