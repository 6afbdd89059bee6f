"""Splink on a DuckDB of its own: in memory only, nothing of it ever on disk."""

import logging
from collections.abc import Sequence
from typing import Any, Final

import duckdb
import pyarrow as pa
from splink import DuckDBAPI, Linker, SettingsCreator
from splink.internals.splink_dataframe import SplinkDataFrame

from hub.linkage.comparisons import COMPARISONS, NULL, OTHER, Comparison
from hub.linkage.model import Chances, Model
from hub.linkage.tables import pair_table, record_table

_RECORDS: Final = "registrations"
_PAIRS: Final = "candidate_pairs"

_RESULT: Final = (
    "unique_id_l, unique_id_r, match_weight, match_probability, COLUMNS('^(gamma|mw)_')"
)

# A rare name counts as no rarer than this; few names are known well enough to say more.
_RAREST: Final = 0.00005


class Engine:
    """Compares pairs of registrations with one model."""

    def __init__(self, model: Model, *, threads: int | None = None) -> None:
        """Open a database of its own; `close` ends it. threads: None: as many as there are."""
        self._connection = open_memory(threads)
        self._holds = False
        self._connection.register(_RECORDS, record_table((), {}))
        self._connection.register(_PAIRS, pair_table(()))
        api = self._api = _RecordingAPI(self._connection)
        self._steps: Sequence[str] = ()
        self._result = ""
        self._linker = new_linker(api.register(_RECORDS), model)
        tables = self._linker.table_management
        tables.register_blocked_pairs_for_predict(api.register(_PAIRS))

    def take(self, records: pa.Table) -> None:
        """Let pairs be of these registrations from now on."""
        self._connection.register(_RECORDS, records)
        self._holds = True

    def forget(self) -> None:
        """Let the registrations go."""
        if self._holds:
            self._connection.register(_RECORDS, record_table((), {}))
            self._holds = False

    def compare(self, pairs: pa.Table, condition: str = "true") -> pa.Table:
        """Return the compared pairs that fulfil a condition of ours, one row each.

        Columns: unique_id_l, unique_id_r, match_weight, match_probability, and for each
        comparison its gamma_ and mw_ and, where names count by rarity, mw_tf_adj_ columns.
        """
        self._connection.register(_PAIRS, pairs)
        if self._steps:
            for step in self._steps:
                self._connection.execute(step)
        else:
            self._predict()
        relation = self._connection.table(self._result).filter(condition)
        found = relation.order("unique_id_l, unique_id_r").project(_RESULT).to_arrow_table()
        self._connection.execute(f"DROP TABLE {self._result}")
        return found

    def _predict(self) -> None:
        """Let Splink compare the pairs, and keep its statements: they are always the same.

        To write them takes it longer than to compare one new registration.
        """
        self._api.statements.clear()
        scored = self._linker.inference.predict(warning_mode="never")
        self._result = scored.physical_name
        self._steps = [
            each for each in self._api.statements if not each.lstrip().upper().startswith("SELECT")
        ]

    def close(self) -> None:
        """Let everything go."""
        self._connection.close()


class _RecordingAPI(DuckDBAPI):
    """Splink's door to the database, which remembers what went through it."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        super().__init__(connection)
        self.statements: list[str] = []

    def _execute_sql_against_backend(self, final_sql: str) -> duckdb.DuckDBPyRelation:
        self.statements.append(final_sql)
        return super()._execute_sql_against_backend(final_sql)


def new_linker(records: SplinkDataFrame, model: Model) -> Linker:
    """Return Splink with a model, its log kept to what ends in an error anyway.

    Its log may quote statements, and its own handler would write to standard error.
    """
    logging.getLogger("splink").setLevel(logging.CRITICAL)
    return Linker(records, splink_settings(model), log_level=None, validate_settings=False)


def open_memory(threads: int | None = None) -> duckdb.DuckDBPyConnection:
    """Return an empty database in memory that never spills to disk and reads no file."""
    connection = duckdb.connect(":memory:")
    connection.execute("SET temp_directory = ''")
    connection.execute("SET enable_external_access = false")
    if threads is not None:
        connection.execute(f"SET threads = {threads:d}")
    return connection


def splink_settings(model: Model) -> SettingsCreator:
    """Return Splink's settings of a model."""
    return SettingsCreator(
        link_type="dedupe_only",
        probability_two_random_records_match=model.prior,
        comparisons=[_splink_comparison(each, model) for each in COMPARISONS],
        retain_matching_columns=True,
        retain_intermediate_calculation_columns=True,
    )


def column_of(comparison: Comparison) -> str:
    """Return the name that a comparison has in Splink's columns."""
    return comparison.name.replace("-", "_")


def _splink_comparison(comparison: Comparison, model: Model) -> dict[str, Any]:
    chances = model.parameters[comparison.name]
    levels: list[dict[str, Any]] = [
        {"sql_condition": comparison.missing, "label_for_charts": NULL, "is_null_level": True}
    ]
    for each in comparison.levels:
        level = _level(each.name, each.when, chances[each.name])
        if each.frequency is not None:
            level |= {"tf_adjustment_column": each.frequency, "tf_minimum_u_value": _RAREST}
        levels.append(level)
    levels.append(_level(OTHER, "ELSE", chances[OTHER]))
    return {"output_column_name": column_of(comparison), "comparison_levels": levels}


def _level(name: str, condition: str, chances: Chances) -> dict[str, Any]:
    return {
        "sql_condition": condition,
        "label_for_charts": name,
        "m_probability": chances.m,
        "u_probability": chances.u,
    }
