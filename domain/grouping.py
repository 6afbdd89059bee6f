"""Accounts of one kind of source that are one absence: of several forces, or several authorities.

What overlaps is one where no source has more than one account in it. Else the assignment with the
least total gap decides between two sources; a tie, or more than two sources, is for a reviewer.
"""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import combinations, islice
from typing import Final
from uuid import UUID

from domain.assignment import Costs, assign, columns_by_row, connected
from domain.spans import Span, after, gap, overlap

ALONE: Final = "alone"
OVERLAP: Final = "overlap"
TWO_HOURS_OFF: Final = "within-two-hours"
LEAST_GAP: Final = "least-gap"
REVIEWED: Final = "reviewed"

# Whoever overlaps more accounts of one source than this is beyond every rule but review.
_MOST_AT_ONCE: Final = 16
_MICROSECOND: Final = timedelta(microseconds=1)

Accounts = tuple[Span, ...]
Link = tuple[Span, Span]


class Decided:
    """What reviewers have decided about pairs of a child's accounts.

    together: the numbers of two accounts that are one absence, in a fixed order.
    """

    def __init__(self, decided: Mapping[frozenset[UUID], bool], spans: Iterable[Span]) -> None:
        """Keep what concerns the accounts that count."""
        at = {span.episode_id: span.at for span in spans} if decided else {}
        pairs = [
            (tuple(sorted(at[name] for name in names)), same)
            for names, same in decided.items()
            if len(names) == 2 and names <= at.keys()
        ]
        self._apart = frozenset(pair for pair, same in pairs if not same)
        self.together = sorted((pair[0], pair[1]) for pair, same in pairs if same)

    def refused(self, ones: Iterable[Span], others: Sequence[Span]) -> bool:
        """Tell whether one of these and one of those are two absences."""
        return bool(self._apart) and any(
            (min(one.at, other.at), max(one.at, other.at)) in self._apart
            for one in ones
            for other in others
        )

    def joined(self, spans: Iterable[Span], *, of_one_source: bool) -> list[Accounts]:
        """Return accounts that reviewers said to be one together, in a fixed order.

        A refusal goes before; of_one_source: also where two are of one source.
        """
        cluster_of = {span.at: [span] for span in spans}
        for one, other in self.together:
            first, second = cluster_of.get(one), cluster_of.get(other)
            if first is None or second is None or first is second:
                continue
            if (of_one_source or not share_source(first, second)) and not self.refused(
                first, second
            ):
                first.extend(second)
                cluster_of |= dict.fromkeys((each.at for each in second), first)
        return [in_order(each) for at, each in cluster_of.items() if at == min(_ats(each))]


@dataclass(frozen=True, kw_only=True)
class Group:
    """Accounts that are one absence, and why."""

    accounts: Accounts
    basis: str


@dataclass(frozen=True, kw_only=True)
class Grouping:
    """Who belongs together, along time.

    in_doubt: the numbers of accounts that only a reviewer can place, and that were left alone.
    """

    groups: tuple[Group, ...]
    in_doubt: frozenset[int]


def group(
    clusters: Sequence[Accounts], links: Iterable[Link], decided: Decided, *, proposing: bool
) -> Grouping:
    """Return who belongs together of accounts that are linked.

    clusters: as reviewers joined them. proposing: what is in doubt is joined by the same rule,
    instead of being left on its own.
    """
    costs = _costs(clusters, links, decided)
    both_ways = [*costs, *((column, row) for row, column in costs)]
    others_of = columns_by_row(costs)
    groups: list[Group] = []
    in_doubt: set[int] = set()
    for nodes, _ in connected(both_ways + [(node, node) for node in range(len(clusters))]):
        together = [clusters[node] for node in nodes]
        members = tuple(span for cluster in together for span in cluster)
        if len(nodes) == 1 or not _contested(together, decided):
            groups.append(Group(accounts=in_order(members), basis=_basis(members, len(nodes))))
            continue
        inside = {(node, other): costs[node, other] for node in nodes for other in others_of[node]}
        pairs, certain = _paired(nodes, clusters, inside, decided)
        settled = certain or proposing
        in_doubt.update(() if settled else _ats(members))
        groups += _merged(nodes, clusters, pairs if settled else [])
    groups.sort(key=lambda each: each.accounts[0].at)
    return Grouping(groups=tuple(groups), in_doubt=frozenset(in_doubt))


def crossing(
    spans: Iterable[Span], side: Callable[[Span], Hashable], slack: timedelta
) -> Iterator[Link]:
    """Yield the pairs of different sides that are no further apart than `slack`, in one pass.

    spans: in their order, as the pairs are.

    Of one side, only the last to begin of those that go on at one time are looked at.
    """
    going: dict[Hashable, dict[int, Span]] = {}
    ending: list[tuple[datetime, int, Span]] = []
    for span in spans:
        while ending and ending[0][0] < span.start:
            over = heappop(ending)[2]
            del going[side(over)][over.at]
        own = side(span)
        for other, theirs in going.items():
            if other != own:
                for before in islice(reversed(theirs.values()), _MOST_AT_ONCE):
                    yield before, span
        going.setdefault(own, {})[span.at] = span
        heappush(ending, (after(span.end, slack), span.at, span))


def microseconds(one: Span, other: Span) -> int:
    """Return the gap between two accounts as a whole number."""
    return gap(one, other) // _MICROSECOND


def share_source(ones: Iterable[Span], others: Iterable[Span]) -> bool:
    """Tell whether one of these and one of those are of one source."""
    return bool({each.publisher for each in ones} & {each.publisher for each in others})


def in_order(accounts: Iterable[Span]) -> Accounts:
    """Return accounts in their fixed order."""
    return tuple(sorted(accounts, key=lambda span: span.at))


def _ats(accounts: Iterable[Span]) -> Iterator[int]:
    return (span.at for span in accounts)


def _costs(
    clusters: Sequence[Accounts], links: Iterable[Link], decided: Decided
) -> dict[tuple[int, int], int]:
    node_of = {span.at: node for node, each in enumerate(clusters) for span in each}
    costs: dict[tuple[int, int], int] = {}
    for one, other in links:
        first, second = sorted((node_of[one.at], node_of[other.at]))
        ones, others = clusters[first], clusters[second]
        if first == second or share_source(ones, others) or decided.refused(ones, others):
            continue
        cost = microseconds(one, other)
        costs[first, second] = min(costs.get((first, second), cost), cost)
    return costs


def _contested(clusters: Sequence[Accounts], decided: Decided) -> bool:
    """Tell whether these cannot all be one."""
    members = sum(len({span.publisher for span in each}) for each in clusters)
    if len({span.publisher for each in clusters for span in each}) < members:
        return True
    return any(decided.refused(one, other) for one, other in combinations(clusters, 2))


def _paired(
    nodes: Sequence[int], clusters: Sequence[Accounts], costs: Costs, decided: Decided
) -> tuple[list[tuple[int, int]], bool]:
    """Return which of some contested clusters to join, and whether that is certain."""
    sources = sorted({span.publisher for node in nodes for span in clusters[node]})
    if len(sources) > 2:
        return _cheapest(costs, clusters, decided), False
    rows = [node for node in nodes if clusters[node][0].publisher == sources[0]]
    columns = [node for node in nodes if clusters[node][0].publisher != sources[0]]
    row_at = {node: at for at, node in enumerate(rows)}
    column_at = {node: at for at, node in enumerate(columns)}
    found = assign(
        {
            (
                row_at[one if one in row_at else other],
                column_at[other if one in row_at else one],
            ): cost
            for (one, other), cost in costs.items()
        },
        [_likeness(clusters[node]) for node in rows],
        [_likeness(clusters[node]) for node in columns],
    )
    return [(rows[row], columns[column]) for row, column in found.pairs], found.certain


def _cheapest(
    costs: Costs, clusters: Sequence[Accounts], decided: Decided
) -> list[tuple[int, int]]:
    """Return pairs to join, the cheapest first, so that no source is twice in what comes out."""
    home = {node: node for pair in costs for node in pair}
    at_home = {node: list(clusters[node]) for node in home}
    tenants = {node: [node] for node in home}
    chosen = []
    for pair in sorted(costs, key=lambda pair: (costs[pair], pair)):
        one, other = home[pair[0]], home[pair[1]]
        first, second = at_home[one], at_home[other]
        if not share_source(first, second) and not decided.refused(first, second):
            first.extend(second)
            tenants[one] += tenants[other]
            home |= dict.fromkeys(tenants[other], one)
            chosen.append(pair)
    return chosen


def _merged(
    nodes: Sequence[int], clusters: Sequence[Accounts], pairs: Sequence[tuple[int, int]]
) -> Iterator[Group]:
    both_ways = [*pairs, *((other, one) for one, other in pairs)]
    for together, _ in connected(both_ways + [(node, node) for node in nodes]):
        members = [span for node in together for span in clusters[node]]
        basis = LEAST_GAP if len(together) > 1 else _basis(members, 1)
        yield Group(accounts=in_order(members), basis=basis)


def _basis(members: Sequence[Span], clusters: int) -> str:
    if len(members) == 1:
        return ALONE
    if clusters == 1:
        return REVIEWED
    touching = any(overlap(one, other) for one, other in combinations(members, 2))
    return OVERLAP if touching else TWO_HOURS_OFF


def _likeness(cluster: Accounts) -> Hashable:
    return tuple(span.times for span in cluster)
