"""What a run found, as plain values: for JSON, the tables and the page."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from tests.benchmarks.linkage_counts import ENGLAND, Difference, Tally
from tests.benchmarks.linkage_metrics import Pairs, Share, pairs_of
from tests.benchmarks.linkage_nation import Nation
from tests.benchmarks.linkage_peers import Peer
from tests.benchmarks.linkage_persons import (
    Linked,
    automatic,
    by_group,
    by_tier,
    groups,
    whole,
)


def pairs_values(pairs: Pairs) -> dict[str, Any]:
    """Return pairs with their shares and the shares' intervals."""
    return {
        "true": pairs.true,
        "found": pairs.found,
        "right": pairs.right,
        "precision": pairs.precision.value,
        "precision_interval": pairs.precision.interval,
        "recall": pairs.recall.value,
        "recall_interval": pairs.recall.interval,
        "f_score": pairs.f_score,
    }


def persons_values(nation: Nation, linked: Linked) -> dict[str, Any]:
    """Return the accuracy of a nation's persons: all, by group, by tier."""
    truth = nation.truth
    reports = sum(len(each) for each in nation.episodes.values())
    return {
        **linked_values(linked, truth, reports),
        "groups": {
            kind: _before_and_after(by_group(linked, truth, named))
            for kind, named in groups(nation).items()
        },
        "tiers": _before_and_after(by_tier(nation, linked)),
    }


def linked_values(linked: Linked, truth: Mapping[UUID, str], reports: int) -> dict[str, Any]:
    """Return the accuracy of records, the size of the queue, and what the hub did by itself.

    reports: accounts of absences that came with the records.
    """
    before, after = whole(linked, truth)
    return {
        "records": len(truth),
        "reports": reports,
        "persons": len(set(truth.values())),
        "queue": len(linked.queue),
        "asked": linked.asked,
        "refused": linked.refused,
        "automatic": _share(automatic(linked, truth)),
        "legs": {"before review": pairs_values(before), "after review": pairs_values(after)},
    }


def peer_values(peers: list[Peer], truth: Mapping[UUID, str]) -> dict[str, Any]:
    """Return the accuracy of the peers on the same records."""
    return {
        each.name: {**pairs_values(pairs_of(each.cluster_of, truth)), "seconds": each.seconds}
        for each in peers
    }


def counts_values(counted: Tally, true: Tally) -> dict[str, Any]:
    """Return how far counts are from the truth."""
    off = Difference.between(counted, true)
    return {
        "children": counted.children.get(ENGLAND, 0),
        "true_children": true.children.get(ENGLAND, 0),
        "children_off": off.children,
        "episodes": counted.episodes.get(ENGLAND, 0),
        "true_episodes": true.episodes.get(ENGLAND, 0),
        "episodes_off": off.episodes,
        "authorities": off.authorities,
        "authorities_off": off.authorities_off,
        "worst_authority": off.worst_authority,
        "children_of_unknown_authority": counted.children.get("unknown", 0),
        "buckets": dict(counted.buckets),
    }


def _before_and_after(found: Mapping[str, tuple[Pairs, Pairs]]) -> dict[str, Any]:
    return {
        name: {"before": pairs_values(before), "after": pairs_values(after)}
        for name, (before, after) in found.items()
    }


def _share(share: Share) -> dict[str, Any]:
    return {
        "right": share.part,
        "made": share.whole,
        "precision": share.value,
        "interval": share.interval,
    }
