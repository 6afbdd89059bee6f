"""The peers: Splink as its own examples set it up, on the same records as ours in the same run.

Comparisons, blocking and training are those of its documentation, with the NHS number as one more
exact comparison, so that the peer has every identifier that both kinds of publisher hold.
"""

import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any, Final
from uuid import UUID

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator, block_on
from splink.comparison_library import (
    DateOfBirthComparison,
    ExactMatch,
    NameComparison,
    PostcodeComparison,
)

from hub.linkage.records import LinkRecord
from tests.benchmarks.linkage_metrics import clusters_by_links

PEER_THRESHOLDS: Final = (0.999, 0.95)
_SEED: Final = 1


@dataclass(frozen=True, kw_only=True)
class Peer:
    """What a peer made of the records: the cluster of each, and how long it took in all."""

    name: str
    cluster_of: Mapping[UUID, UUID]
    seconds: float


def splink_defaults(records: Sequence[LinkRecord]) -> list[Peer]:
    """Train Splink on the records, predict, and cluster at each threshold."""
    logging.getLogger("splink").setLevel(logging.ERROR)
    began = perf_counter()
    edges = _predictions(records)
    seconds = perf_counter() - began
    ids = [each.subject_id for each in records]
    return [
        Peer(
            name=f"Splink's defaults at {threshold}",
            cluster_of=clusters_by_links(
                ids, ((low, high) for low, high, score in edges if score >= threshold)
            ),
            seconds=seconds,
        )
        for threshold in PEER_THRESHOLDS
    ]


def _predictions(records: Sequence[LinkRecord]) -> list[tuple[UUID, UUID, float]]:
    """Return the pairs above the lowest threshold, with their probability."""
    with duckdb.connect(":memory:", config={"temp_directory": ""}) as connection:
        api = DuckDBAPI(connection)
        linker = Linker(api.register(_table(records)), _settings(), log_level=logging.ERROR)
        _train(linker)
        found = linker.inference.predict(threshold_match_probability=min(PEER_THRESHOLDS))
        rows = found.as_duckdbpyrelation().select("unique_id_l, unique_id_r, match_probability")
        return [(UUID(low), UUID(high), float(score)) for low, high, score in rows.fetchall()]


def _settings() -> SettingsCreator:
    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            NameComparison("forename"),
            NameComparison("surname"),
            DateOfBirthComparison("dob", input_is_string=True),
            PostcodeComparison("postcode"),
            ExactMatch("nhs_number"),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("forename", "dob"),
            block_on("surname", "dob"),
            block_on("forename", "surname"),
            block_on("postcode", "dob"),
            block_on("nhs_number"),
        ],
    )


def _train(linker: Linker) -> None:
    training = linker.training
    training.estimate_probability_two_random_records_match(
        [block_on("forename", "surname", "dob"), block_on("nhs_number")], recall=0.7
    )
    training.estimate_u_using_random_sampling(max_pairs=1e6, seed=_SEED)
    training.estimate_parameters_using_expectation_maximisation(block_on("dob"))
    training.estimate_parameters_using_expectation_maximisation(block_on("forename", "surname"))


def _table(records: Iterable[LinkRecord]) -> pa.Table:
    rows: list[dict[str, Any]] = [
        {
            "unique_id": str(each.subject_id),
            "forename": _plain(each.forenames),
            "surname": _plain(each.surname),
            "dob": None if each.birth_date is None else each.birth_date.isoformat(),
            "postcode": each.postcode,
            "nhs_number": each.nhs_number,
        }
        for each in records
    ]
    text = pa.string()
    names = ("unique_id", "forename", "surname", "dob", "postcode", "nhs_number")
    return pa.Table.from_pylist(rows, schema=pa.schema([(name, text) for name in names]))


def _plain(name: str | None) -> str | None:
    return name.strip().lower() or None if name else None
