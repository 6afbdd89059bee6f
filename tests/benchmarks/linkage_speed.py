"""How long linking takes at the size of a nation, and how much memory: in a process of its own.

The parent writes the records to a file, and reads what the child has measured from another.
Without PostgreSQL: what the linker adds to it is measured in the hub (see `linkage_hub`).
"""

import json
import pickle
import subprocess
import sys
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random
from time import perf_counter
from typing import Any
from uuid import UUID

from domain.clusters import cluster
from domain.judging import judge
from domain.linkage import Thresholds, matters
from hub.linkage.link_keys import MOST_PER_KEY, link_values
from hub.linkage.model import Model, baseline_model, model_bytes, read_model
from hub.linkage.records import LinkRecord
from hub.linkage.scoring import Scorer
from hub.linkage.training import train


@dataclass(frozen=True, kw_only=True)
class Speed:
    """What linking everything again took, and scoring one registration more among all.

    megabytes: the largest resident set of the process that did both, records included. one: the
    seconds of each single registration, candidates found by their link values.
    """

    records: int
    pairs: int
    score_seconds: float
    cluster_seconds: float
    megabytes: float
    one: Sequence[float]


@dataclass(frozen=True, kw_only=True)
class Training:
    """A model trained on records, and what that took."""

    model: Model
    seconds: float
    megabytes: float


def measure(records: Sequence[LinkRecord], folder: Path, *, reports: int, seed: int) -> Speed:
    """Link records in a process of its own, and return what that took."""
    answer = _apart(records, folder, "link", str(reports), str(seed))
    found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return Speed(**found)


def train_apart(records: Sequence[LinkRecord], folder: Path) -> Training:
    """Train a model on records, without their truth, in a process of its own."""
    answer = _apart(records, folder, "train")
    found: dict[str, Any] = json.loads(answer.read_text(encoding="utf-8"))
    return Training(
        model=read_model(found["model"].encode()),
        seconds=found["seconds"],
        megabytes=found["megabytes"],
    )


def link_everything(records: Sequence[LinkRecord], *, reports: int, seed: int) -> Speed:
    """Score, judge and cluster all records; then score some again, one at a time, among all."""
    scorer = Scorer(baseline_model())
    thresholds = Thresholds()
    began = perf_counter()
    scores = [each for each in scorer.score_all(records) if matters(each, thresholds)]
    scored = perf_counter()
    publishers = {each.subject_id: each.publisher for each in records}
    firsts = {each.subject_id: number for number, each in enumerate(records)}
    cluster(judge(scores, publishers, thresholds), firsts, publishers)
    clustered, megabytes = perf_counter(), peak_megabytes()
    one = _one_by_one(scorer, records, Random(seed).sample(records, min(reports, len(records))))
    scorer.close()
    return Speed(
        records=len(records),
        pairs=len(scores),
        score_seconds=scored - began,
        cluster_seconds=clustered - scored,
        megabytes=megabytes,
        one=one,
    )


def peak_megabytes() -> float:
    """Return the largest resident set of this process since its program began.

    Not by getrusage, whose peak begins with that of the process it was forked from.
    """
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024


def _apart(records: Sequence[LinkRecord], folder: Path, *what: str) -> Path:
    """Run this module in a process of its own; return its answer."""
    given, answer = folder / "records.pickle", folder / "answer"
    given.write_bytes(pickle.dumps(list(records)))
    command = ("-m", "tests.benchmarks.linkage_speed", str(given), str(answer), *what)
    try:
        subprocess.run((sys.executable, *command), check=True)
    finally:
        given.unlink()
    return answer


def _one_by_one(
    scorer: Scorer, records: Sequence[LinkRecord], chosen: Sequence[LinkRecord]
) -> list[float]:
    by_id = {each.subject_id: each for each in records}
    holders: dict[tuple[str, str], list[UUID]] = defaultdict(list)
    for record in records:
        for value in link_values(record):
            holders[value].append(record.subject_id)
    taken = []
    for record in chosen:
        began = perf_counter()
        shared = (holders[value] for value in link_values(record))
        near = {each for found in shared if len(found) <= MOST_PER_KEY for each in found}
        scorer.score([record], [by_id[each] for each in near - {record.subject_id}])
        taken.append(perf_counter() - began)
    return taken


def main(arguments: Sequence[str]) -> None:
    """Link the records of a file, or train on them, and write what came of it to another."""
    given, answer, what, *numbers = arguments
    # Our own file of a moment ago, in a folder that only we can read.
    records: list[LinkRecord] = pickle.loads(Path(given).read_bytes())
    began = perf_counter()
    if what == "train":
        model = model_bytes(train(records)).decode()
        taken = {"model": model, "seconds": perf_counter() - began, "megabytes": peak_megabytes()}
    else:
        reports, seed = map(int, numbers)
        taken = asdict(link_everything(records, reports=reports, seed=seed))
    Path(answer).write_text(json.dumps(taken), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
