"""What holds for the whole nation while its children are drawn."""

from dataclasses import dataclass
from functools import cached_property
from random import Random

from contracts.register import read_register
from domain.geography import Register
from domain.identifiers import PublisherId
from hub.synthetic.calibration import AreaFigures, read_figures
from hub.synthetic.clock import Clock
from hub.synthetic.flows import Hosts, Quota, read_hosts, read_quotas
from hub.synthetic.habits import AuthorityHabits, ForceHabits, authority_habits, force_habits
from hub.synthetic.options import Options
from hub.synthetic.randomness import Weighted, stream

TRANSPORT_POLICE = PublisherId("pf-btp")


@dataclass(frozen=True, kw_only=True)
class Sizes:
    """How many children of an authority go missing in the year, after scaling.

    in_care: looked after at some time in the year; in_care_at_end: on its last day. first: how
    many children stand before them in the nation.
    """

    care: int
    away: int
    home: int
    in_care: int
    in_care_at_end: int
    first: int


@dataclass(frozen=True, kw_only=True)
class Nation:
    """The options, and everything that follows from them before the first child is drawn."""

    options: Options

    def stream(self, *purpose: object) -> Random:
        """Return the random stream of a purpose within this seed and year."""
        return stream(self.options.seed, self.options.year, *purpose)

    @property
    def period_name(self) -> str:
        """What tells the counts of a month alone from those of its year."""
        month = self.options.month
        return "year" if month is None else f"month-{month}"

    @property
    def starts_at(self) -> int:
        """The first second of the period."""
        return self._starts_at

    @property
    def ends_at(self) -> int:
        """The first second after the period."""
        return self._ends_at

    def in_period(self, instant: int) -> bool:
        """Return whether an absence that begins then is to be written."""
        return self._starts_at <= instant < self._ends_at

    def force_of(self, authority: str | None) -> PublisherId | None:
        """Return the force where an authority lies; None outside England."""
        found = self.register.authority(authority) if authority else None
        return PublisherId(f"pf-{found.force_code}") if found else None

    @cached_property
    def register(self) -> Register:
        """Every authority and force."""
        return read_register()

    @cached_property
    def areas(self) -> tuple[AreaFigures, ...]:
        """The figures of every authority, by number."""
        return read_figures()

    @cached_property
    def alone(self) -> frozenset[str]:
        """Small authorities that are the only one of their force, by number."""
        return frozenset(area.number for area in self.areas if area.alone)

    @cached_property
    def hosts(self) -> Hosts:
        """Where each authority places children outside its area."""
        if self.options.scale < 1:
            return read_hosts(self.areas)
        # Where all children are drawn, nobody goes to a place for which there is no quota.
        quotas = {number: quota for number, quota in self.quotas.items() if quota}
        return read_hosts(self.areas) | {
            number: Weighted(*quota.items()) for number, quota in quotas.items()
        }

    @cached_property
    def clock(self) -> Clock:
        """The days of the reporting year."""
        return Clock(self.options.reporting_year)

    @cached_property
    def horizon(self) -> int:
        """The first second of which nobody knows anything yet."""
        return self.options.horizon

    @cached_property
    def sizes(self) -> dict[str, Sizes]:
        """The sizes by authority; rounding keeps the nation's sum."""
        care = self._scaled([area.children for area in self.areas], "care")
        away = self._scaled([area.away_children for area in self.areas], "away")
        home = self._scaled([area.home_children for area in self.areas], "home")
        looked_after = self._scaled([area.in_care for area in self.areas], "in care")
        at_end = self._scaled([area.in_care_at_end for area in self.areas], "at end")
        sizes = {}
        first = 0
        for area, *counts in zip(self.areas, care, away, home, looked_after, at_end, strict=True):
            sizes[area.number] = Sizes(
                care=counts[0],
                away=counts[1],
                home=counts[2],
                in_care=counts[3],
                in_care_at_end=counts[4],
                first=first,
            )
            first += sum(counts[:4])
        return sizes

    @cached_property
    def quotas(self) -> dict[str, Quota]:
        """How many children of each authority live outside its area on the year's last day."""
        return read_quotas(self.areas, self.options.scale)

    @cached_property
    def authorities(self) -> dict[str, AuthorityHabits]:
        """The habits of each authority, by number."""
        seed = self.options.seed
        return {
            each.number: authority_habits(seed, each.publisher_id)
            for each in self.register.authorities
        }

    @cached_property
    def forces(self) -> dict[PublisherId, ForceHabits]:
        """The habits of each force."""
        seed = self.options.seed
        return {
            each.publisher_id: force_habits(seed, each.publisher_id)
            for each in self.register.forces
        }

    @cached_property
    def _starts_at(self) -> int:
        return self.options.starts_at

    @cached_property
    def _ends_at(self) -> int:
        return self.options.ends_at

    def _scaled(self, counts: list[int], purpose: str) -> list[int]:
        offset = self.stream("scale", purpose).random()
        scaled, before, reached = [], 0, int(offset)
        for count in counts:
            before += count
            now = int(before * self.options.scale + offset)
            scaled.append(now - reached)
            reached = now
        return scaled
