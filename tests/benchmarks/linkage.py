"""`make bench-linkage`: how often the hub takes two children for one, or one for two.

A synthetic nation whose truth is known goes through the linker's own steps. Legs, in one run:
  persons   records are scored, judged and clustered; then a reviewer who knows the truth answers;
            beside Splink's defaults and the deterministic rules alone, on the same records;
            and the same nation where a share of the authorities sends SSDA903 returns only
  counts    children, episodes and authorities against the truth: in memory with the true children
            and with the linked ones, and through the real hub, before and after review
  speed     one new report, everything again, memory
  worst     what goes wrong, by what the records agree in
Other people's data: --records FILE.csv --truth COLUMN, or --nation FOLDER. Prints tables and writes
JSON; --page writes deploy/LINKAGE.md from it as well.
"""

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

from domain.linkage import MODEL, Thresholds
from hub.linkage.model import Model, baseline_model
from hub.linkage.records import LinkRecord
from hub.linkage.scoring import Scorer
from hub.logs import configure_logs
from hub.synthetic.generation import generate
from hub.synthetic.options import Options
from tests.benchmarks.linkage_counts import (
    absences_by_account,
    counted_tally,
    decided_by_truth,
    true_tally,
)
from tests.benchmarks.linkage_goals import MIXED, TRUE_CHILDREN, goals_of
from tests.benchmarks.linkage_in_hub import count_in_hub
from tests.benchmarks.linkage_metrics import clusters_by_links
from tests.benchmarks.linkage_nation import Nation, options_of, read_nation, with_returns_only
from tests.benchmarks.linkage_page import keep, print_results
from tests.benchmarks.linkage_peers import Peer, splink_defaults
from tests.benchmarks.linkage_people import read_people, share_of_blank
from tests.benchmarks.linkage_persons import Linked, link, link_records
from tests.benchmarks.linkage_results import (
    counts_values,
    linked_values,
    peer_values,
    persons_values,
)
from tests.benchmarks.linkage_speed import measure, train_apart
from tests.benchmarks.linkage_thresholds import by_threshold
from tests.benchmarks.linkage_worst import worst

# Not the nation that the model which ships was trained on.
SEED: Final = 20
RULES_ONLY: Final = "deterministic rules only"

Persons = Mapping[UUID, UUID]


def main(arguments: Sequence[str]) -> None:
    """Run what was asked for, show it, and keep it."""
    asked = _parser().parse_args(arguments)
    configure_logs("error", human=True)
    with TemporaryDirectory(prefix="bench-linkage-") as folder:
        results = (
            _of_people(asked, Path(folder)) if asked.records else _of_nation(asked, Path(folder))
        )
    results["goals"] = [asdict(each) for each in goals_of(results)]
    print_results(results)
    keep(results, asked.out, page=asked.page)


def say(what: str, done: int, of: int) -> None:
    """Show how far something has come."""
    end = "\n" if done >= of else ""
    print(f"\r{what}: {done:,} of {of:,}", end=end, file=sys.stderr, flush=True)


def _of_nation(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    whole = asked.nation or _generated(asked, folder / "nation", asked.scale)
    nation = read_nation(whole, lambda done, of, _: say("read", done, of))
    results = _of_full_tier(nation, folder, asked)
    if asked.returns_only:
        mixed = with_returns_only(nation, asked.returns_only)
        records = link_records(mixed)
        linked = _linked(records, mixed.truth)
        results["persons"]["mixed"] = persons_values(mixed, linked)
        results["worst"]["mixed"] = worst(linked, records, mixed.truth, Thresholds().review)
        results["counts"] |= _counts(mixed, linked, MIXED)
    if asked.counts_scale:
        same = asked.nation is not None or asked.counts_scale == asked.scale
        counted = whole if same else _generated(asked, folder / "smaller", asked.counts_scale)
        found = count_in_hub(counted, say, reports=asked.reports, seed=asked.seed)
        results["counts"][f"in the hub, scale {asked.counts_scale:g}"] = found.counts
        results["speed"]["hub"] = found.seconds
        results["about"] |= found.about
    return results


def _of_full_tier(nation: Nation, folder: Path, asked: argparse.Namespace) -> dict[str, Any]:
    records = link_records(nation)
    linked = _linked(records, nation.truth)
    speed = measure(records, folder, reports=asked.reports, seed=asked.seed)
    training = train_apart(records, folder)
    trained = _linked(records, nation.truth, training.model)
    return {
        "options": _options(asked),
        "persons": {
            "full": persons_values(nation, linked),
            "trained": linked_values(trained, nation.truth, 0),
        },
        "peers": _peers(records, linked, nation.truth, asked),
        "counts": {
            **_counts_of_true(nation),
            **_counts(nation, linked, "in memory, linked"),
        },
        "worst": {"full": worst(linked, records, nation.truth, Thresholds().review)},
        "thresholds": by_threshold(records, linked.scores, nation.truth),
        "speed": {
            "alone": asdict(speed),
            "training": {"seconds": training.seconds, "megabytes": training.megabytes},
        },
        "about": {"model": baseline_model().version, "splink": version("splink")},
    }


def _of_people(asked: argparse.Namespace, folder: Path) -> dict[str, Any]:
    """Link the rows of a CSV, whoever made it, by a model trained on them, as the peers train."""
    if not asked.truth:
        raise SystemExit("name the column that says who each row is: --truth COLUMN")
    named = dict(each.split("=", 1) for each in asked.map)
    people = read_people(asked.records, truth=asked.truth, named=named, publisher=asked.publisher)
    linked = _linked(people.records, people.truth)
    training = train_apart(people.records, folder)
    trained = _linked(people.records, people.truth, training.model)
    return {
        "options": {"records": asked.records.name},
        "persons": {
            "full": linked_values(trained, people.truth, 0),
            "shipped": linked_values(linked, people.truth, 0),
        },
        "peers": _peers(people.records, linked, people.truth, asked),
        "worst": {"full": worst(trained, people.records, people.truth, Thresholds().review)},
        "about": {
            "model": training.model.version,
            "splink": version("splink"),
            "without": share_of_blank(people.records),
        },
    }


def _linked(
    records: Sequence[LinkRecord], truth: Mapping[UUID, str], model: Model | None = None
) -> Linked:
    say("scored", 0, len(records))
    scorer = Scorer(model or baseline_model())
    scores = scorer.score_all(records)
    scorer.close()
    say("scored", len(records), len(records))
    return link(records, scores, truth, Thresholds())


def _peers(
    records: Sequence[LinkRecord],
    linked: Linked,
    truth: Mapping[UUID, str],
    asked: argparse.Namespace,
) -> dict[str, Any]:
    certain = [each for each in linked.scores if each.basis != MODEL and each.conflict is None]
    ids = [each.subject_id for each in records]
    rules = Peer(
        name=RULES_ONLY,
        cluster_of=clusters_by_links(ids, ((each.low, each.high) for each in certain)),
        seconds=0.0,
    )
    if asked.no_peers:
        return peer_values([rules], truth)
    say("Splink's defaults", 0, 1)
    found = splink_defaults(records)
    say("Splink's defaults", 1, 1)
    return peer_values([rules, *found], truth)


def _counts_of_true(nation: Nation) -> dict[str, Any]:
    """Count in memory as if everybody knew who is who."""
    firsts: dict[str, UUID] = {}
    real = {each: firsts.setdefault(person, each) for each, person in nation.truth.items()}
    return _counted(nation, TRUE_CHILDREN, before=real, after=real, if_linked=real)


def _counts(nation: Nation, linked: Linked, name: str) -> dict[str, Any]:
    """Count in memory with the children as they were linked."""
    return _counted(
        nation, name, before=linked.before, after=linked.after, if_linked=linked.if_linked
    )


def _counted(
    nation: Nation, name: str, *, before: Persons, after: Persons, if_linked: Persons
) -> dict[str, Any]:
    say(f"counted {name}", 0, 2)
    true = true_tally(nation.year, nation.absences)
    first = counted_tally(nation, before, if_linked)
    say(f"counted {name}", 1, 2)
    decided = decided_by_truth(nation, after, absences_by_account(nation.absences))
    last = counted_tally(nation, after, decided=decided)
    say(f"counted {name}", 2, 2)
    return {name: {"before": counts_values(first, true), "after": counts_values(last, true)}}


def _generated(asked: argparse.Namespace, folder: Path, scale: float) -> Path:
    options = Options(year=asked.year, scale=scale, seed=asked.seed)
    generate(options, folder, lambda done, of, _: say("generated", done, of))
    return folder


def _options(asked: argparse.Namespace) -> dict[str, Any]:
    if asked.nation:
        return {"nation": asdict(options_of(asked.nation)), "returns_only": asked.returns_only}
    names = ("year", "scale", "seed", "returns_only")
    return {name: getattr(asked, name) for name in names}


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--year", type=int, default=2026)
    parser.add_argument("--scale", type=float, default=1.0, help="share of the nation's children")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--nation", type=Path, help="a folder of `hub generate`, instead")
    parser.add_argument(
        "--returns-only", type=float, default=0.25, help="share of authorities; 0: not at all"
    )
    parser.add_argument(
        "--counts-scale", type=float, default=1.0, help="of the nation in the hub; 0: none"
    )
    parser.add_argument("--reports", type=int, default=100, help="new ones, linked one by one")
    parser.add_argument("--no-peers", action="store_true")
    parser.add_argument("--records", type=Path, help="a CSV of people, instead of a nation")
    parser.add_argument("--truth", help="its column that says who each row is")
    parser.add_argument("--publisher", help="its column that says whose row it is")
    parser.add_argument(
        "--map", action="append", default=[], metavar="THING=COLUMN", help="forenames=given, …"
    )
    parser.add_argument("--out", type=Path, default=Path("tests/artifacts/bench-linkage.json"))
    parser.add_argument("--page", action="store_true", help="write deploy/LINKAGE.md, too")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
