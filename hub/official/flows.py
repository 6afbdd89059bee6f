"""Who placed whom where: any flows that give each authority its numbers of in and out."""

from collections.abc import Mapping

from domain.official import Tally
from domain.official_worlds import OUTSIDE_ENGLAND, Flow

_Flows = dict[tuple[str, str], int]


def flows_of(tallies: Mapping[str, Tally]) -> tuple[Flow, ...]:
    """Return flows that add up to every authority's children placed in and out.

    Nobody places in its own area. Children whom nobody in England received live outside. If more
    are received than placed, the last hosts go short.
    """
    out = [(code, each.placed_out or 0) for code, each in sorted(tallies.items())]
    received = [(code, each.placed_in or 0) for code, each in sorted(tallies.items())]
    abroad = sum(number for _, number in out) - sum(number for _, number in received)
    flows = _corner(out, [*received, (OUTSIDE_ENGLAND, max(abroad, 0))])
    _mend(flows)
    return tuple(
        Flow(responsible=responsible, host=host, children=number)
        for (responsible, host), number in sorted(flows.items())
        if number
    )


def _corner(out: list[tuple[str, int]], received: list[tuple[str, int]]) -> _Flows:
    """Fill hosts from sources in order, the hosts half a circle on, so that few meet themselves."""
    half = len(received) // 2
    hosts = received[half:] + received[:half]
    flows: _Flows = {}
    at, room = 0, hosts[0][1]
    for responsible, number in out:
        left = number
        while left:
            while not room and at + 1 < len(hosts):
                at += 1
                room = hosts[at][1]
            step = min(left, room)
            if not step:
                return flows
            pair = (responsible, hosts[at][0])
            flows[pair] = flows.get(pair, 0) + step
            left -= step
            room -= step
    return flows


def _mend(flows: _Flows) -> None:
    """Exchange hosts until nobody places in its own area."""
    for own in [pair for pair in flows if pair[0] == pair[1]]:
        code = own[0]
        for other in [pair for pair in flows if code not in pair]:
            step = min(flows[own], flows[other])
            if step:
                flows[own] -= step
                flows[other] -= step
                for pair in ((code, other[1]), (other[0], code)):
                    flows[pair] = flows.get(pair, 0) + step
