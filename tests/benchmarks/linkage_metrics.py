"""How good a linkage is: pairs of records put together, against the pairs that belong together."""

from collections import Counter
from collections.abc import Collection, Hashable, Iterable, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Final, TypeVar

# The quantile of the normal distribution for intervals of 95 %.
_Z: Final = 1.959963984540054

Record = TypeVar("Record", bound=Hashable)


@dataclass(frozen=True, kw_only=True)
class Share:
    """A part of a whole, with its 95 % interval by Wilson; of nothing, the share is 1."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """The share, 0 to 1."""
        return self.part / self.whole if self.whole else 1.0

    @property
    def interval(self) -> tuple[float, float]:
        """The least and the largest share that the part is not surprising for."""
        return wilson(self.part, self.whole)


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Pairs of records: true ones, found ones, and those that are both."""

    true: int
    found: int
    right: int

    @property
    def precision(self) -> Share:
        """Of the found pairs, those that are true."""
        return Share(part=self.right, whole=self.found)

    @property
    def recall(self) -> Share:
        """Of the true pairs, those that were found."""
        return Share(part=self.right, whole=self.true)

    @property
    def f_score(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / (self.true + self.found) if self.true + self.found else 1.0

    def __sub__(self, other: "Pairs") -> "Pairs":
        """Return the pairs that are here and not there."""
        return Pairs(
            true=self.true - other.true,
            found=self.found - other.found,
            right=self.right - other.right,
        )


def wilson(part: int, whole: int) -> tuple[float, float]:
    """Return the 95 % score interval of a share; of nothing, everything from 0 to 1."""
    if whole == 0:
        return 0.0, 1.0
    share, square = part / whole, _Z * _Z
    middle = share + square / (2 * whole)
    spread = _Z * sqrt(share * (1 - share) / whole + square / (4 * whole * whole))
    scale = 1 + square / whole
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def pairs_of(cluster_of: Mapping[Record, Hashable], truth: Mapping[Record, Hashable]) -> Pairs:
    """Count the pairs of records; whoever is in no cluster is alone.

    cluster_of: the cluster of each record. truth: the person of each; only these are counted.
    """
    cells: Counter[tuple[Hashable, Hashable]] = Counter()
    clusters: Counter[Hashable] = Counter()
    for record, person in truth.items():
        # In a tuple, so that whoever is alone is no namesake of a cluster.
        cluster = cluster_of.get(record, (record,))
        cells[cluster, person] += 1
        clusters[cluster] += 1
    return Pairs(
        true=_pairs(Counter(truth.values()).values()),
        found=_pairs(clusters.values()),
        right=_pairs(cells.values()),
    )


def pairs_within(
    cluster_of: Mapping[Record, Hashable],
    truth: Mapping[Record, Hashable],
    records: Collection[Record],
) -> Pairs:
    """Count the pairs of which both records are among some."""
    return pairs_of(cluster_of, {each: truth[each] for each in records})


def pairs_touching(
    cluster_of: Mapping[Record, Hashable],
    truth: Mapping[Record, Hashable],
    records: Collection[Record],
) -> Pairs:
    """Count the pairs of which one record at least is among some."""
    persons = {truth[each] for each in records}
    clusters = {cluster_of[each] for each in records if each in cluster_of}
    # Nobody else can be in such a pair.
    near = {
        record: person
        for record, person in truth.items()
        if person in persons or cluster_of.get(record) in clusters
    }
    others = {record: person for record, person in near.items() if record not in records}
    return pairs_of(cluster_of, near) - pairs_of(cluster_of, others)


def clusters_by_links(
    records: Iterable[Record], links: Iterable[tuple[Record, Record]]
) -> dict[Record, Record]:
    """Return the cluster of each record when every link holds: the least of its records.

    For the peers, who know no refusals.
    """
    parent: dict[Record, Record] = {record: record for record in records}

    def root(record: Record) -> Record:
        while parent[record] != record:
            parent[record] = parent[parent[record]]
            record = parent[record]
        return record

    for one, other in links:
        low, high = sorted((root(one), root(other)), key=str)
        parent[high] = low
    return {record: root(record) for record in parent}


def _pairs(sizes: Iterable[int]) -> int:
    return sum(size * (size - 1) // 2 for size in sizes)
