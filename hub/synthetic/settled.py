"""The looked-after children who do not go missing in the year: whom the missing are a part of."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from domain.periods import age_in_years, eighteenth_birthday
from hub.synthetic.births import Birth
from hub.synthetic.calibration import AreaFigures
from hub.synthetic.children import Child, draw_child
from hub.synthetic.departures import Outline
from hub.synthetic.flows import Quota
from hub.synthetic.nation import Nation
from hub.synthetic.placements import SUPPORTED, Care, Setting, settled_care
from hub.synthetic.randomness import Weighted, between, chance

# DfE 2024, 31 March: 38 % aged 10-15, 27 % 16-17; the younger ones by the same table.
_AGES: Final = Weighted(
    (0, 5), (1, 4), (2, 4), (3, 3), (4, 3), (5, 3), (6, 3), (7, 3), (8, 3), (9, 4), (10, 5),
    (11, 6), (12, 6), (13, 7), (14, 7), (15, 7), (16, 12), (17, 15),
)  # fmt: skip
# DfE 2024: 67 % foster care; the rest of the mix is ours.
_YOUNG: Final = Weighted(("U4", 42), ("U6", 26), ("U1", 5), ("U3", 12), ("P1", 12), ("K2", 3))
_OLDER: Final = Weighted(
    ("U4", 40), ("U6", 22), ("U1", 6), ("U3", 5), ("K2", 19), ("P1", 5), ("S1", 2), ("R1", 1)
)
_OLDEST: Final = Weighted(
    ("U4", 30), ("U6", 18), ("U1", 4), ("U3", 3), ("K2", 15), (SUPPORTED, 26), ("P1", 4)
)
_UNACCOMPANIED: Final = 0.05


@dataclass(frozen=True, kw_only=True, slots=True)
class _Place:
    """Where a settled child stands: its number, whether it leaves care in the year, and its host.

    outside: it lives outside the area; host: where then, None: not known.
    """

    index: int
    leaves: bool
    outside: bool
    host: str | None


def settled_children(
    nation: Nation, area: AreaFigures, missing: int, placed: Quota, staying: int
) -> Iterator[Child]:
    """Yield the looked-after children of an authority who never went missing or away.

    missing: how many looked-after children did; staying: of these, on the year's last day;
    placed: of these, elsewhere, by where.
    """
    sizes = nation.sizes[area.number]
    hosts = [
        host
        for host, size in nation.quotas[area.number].items()
        for _ in range(size - placed.get(host, 0))
    ]
    # A host with more missing children than its quota takes from the others.
    quota = nation.quotas[area.number]
    over = sum(max(0, size - quota.get(host, 0)) for host, size in placed.items())
    whole = max(sizes.in_care - missing, 0)
    hosts = hosts[: max(0, min(len(hosts) - over, whole))]
    stay = min(max(sizes.in_care_at_end - staying, len(hosts)), whole)
    first = sizes.care + sizes.away + sizes.home
    for number in range(whole):
        leaves = number >= stay
        outside = number < len(hosts)
        host = hosts[number] if outside else area.number
        index = first + number
        if leaves and chance(nation.stream(area.number, "leaver", index), area.out_of_area):
            outside = True
            host = nation.hosts[area.number].draw(nation.stream(area.number, "leaver to", index))
        place = _Place(index=index, leaves=leaves, outside=outside, host=host)
        yield _child(nation, area, place)


def _child(nation: Nation, area: AreaFigures, place: _Place) -> Child:
    random = nation.stream(area.number, "settled", place.index)
    until = nation.clock.starts_on + timedelta(days=nation.clock.days)
    ended_on = until - timedelta(days=between(random, 1, 364)) if place.leaves else None
    age = _AGES.draw(random)
    unaccompanied = age >= 14 and chance(random, _UNACCOMPANIED * 3)
    born_on = (ended_on or until) - timedelta(days=age * 1461 // 4 + between(random, 20, 364))
    # Nobody stays in care beyond childhood.
    born_on = max(born_on, until - timedelta(days=18 * 1461 // 4 - 2))
    care = _care(nation, random, area, place, (born_on, ended_on))
    outline = Outline(
        index=place.index,
        looked_after=True,
        unaccompanied=unaccompanied,
        family=place.index,
        birth=Birth(on=born_on, childhood_days=_childhood(nation, born_on)),
        departures=(),
    )
    return draw_child(nation, area, outline, care=care)


def _care(
    nation: Nation,
    random: Random,
    area: AreaFigures,
    place: _Place,
    span: tuple[date, date | None],
) -> Care:
    born_on, ended_on = span
    last = ended_on or nation.clock.ends_on
    age = age_in_years(born_on, last)
    kinds = _YOUNG if age < 10 else _OLDER if age < 16 else _OLDEST
    kind = kinds.draw(random)
    if place.outside and kind == "P1":
        kind = "U4"
    setting = Setting(
        authority=area.number,
        out_of_area=1.0 if place.outside else 0.0,
        hosts=Weighted((place.host, 1.0)),
        notified=nation.authorities[area.number].host_notified,
        born_on=born_on,
        unaccompanied=False,
        first_on=last,
        last_on=last,
    )
    return settled_care(random, setting, kind, ended_on)


def _childhood(nation: Nation, born_on: date) -> int:
    return min((eighteenth_birthday(born_on) - nation.clock.starts_on).days, nation.clock.days)
