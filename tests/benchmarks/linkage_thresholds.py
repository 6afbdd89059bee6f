"""What other thresholds would give: the ground on which they are chosen, by measured precision."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from domain.clusters import cluster
from domain.judging import judge
from domain.linkage import PairScore, Thresholds
from hub.linkage.records import LinkRecord
from tests.benchmarks.linkage_metrics import pairs_of

AUTOS: Final = (0.95, 0.98, 0.99, 0.995, 0.999, 0.9995, 0.9999)


def by_threshold(
    records: Sequence[LinkRecord], scores: Sequence[PairScore], truth: Mapping[UUID, str]
) -> list[dict[str, Any]]:
    """Return precision and recall before review, and the queue, for each threshold of linking."""
    firsts = {each.subject_id: number for number, each in enumerate(records)}
    publishers = {each.subject_id: each.publisher for each in records}
    found = []
    for auto in AUTOS:
        machine = judge(scores, publishers, Thresholds(auto=auto))
        clustering = cluster(machine, firsts, publishers)
        pairs = pairs_of(clustering.person_of, truth)
        found.append(
            {
                "auto": auto,
                "precision": pairs.precision.value,
                "precision_interval": pairs.precision.interval,
                "recall": pairs.recall.value,
                "recall_interval": pairs.recall.interval,
                "false_pairs": pairs.found - pairs.right,
                "queue": len(clustering.queue),
            }
        )
    return found
