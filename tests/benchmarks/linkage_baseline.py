"""Trains the linkage model that ships with the hub, on a synthetic nation as it came in.

`python -m tests.benchmarks.linkage_baseline FOLDER` after `hub generate ... FOLDER`; what it was
trained on stands in hub/linkage/BASELINE.md. Who is whom in truth is not looked at.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hub.linkage.model import model_bytes, untrained_model
from hub.linkage.training import train
from tests.benchmarks.linkage_nation import read_nation
from tests.benchmarks.linkage_persons import link_records

BASELINE: Final = Path("hub/linkage/baseline_model.json")


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the model of a generated nation."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("folder", type=Path, help="what hub generate wrote")
    parser.add_argument("--out", type=Path, default=BASELINE)
    given = parser.parse_args(arguments)
    nation = read_nation(given.folder, _silent)
    records = link_records(nation)
    model = train(records, start=untrained_model())
    given.out.write_bytes(model_bytes(model))
    print(f"model {model.version} of {len(records):,} registrations in {given.out}")


def _silent(done: int, total: int, publisher: str) -> None:
    """Tell nobody how far reading has come."""


if __name__ == "__main__":
    main()
