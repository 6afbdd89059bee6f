"""The relational definition as a whole: its statements in their order, for whoever runs them.

Live batches and rebuilds run them in DuckDB, `projections.spark_sql` translates them for Spark.
Relations that are declared besides run their own steps after these.
"""

from typing import Final, LiteralString

from projections.episode_sql import ACCOUNTS, CONTEXT, PARSED
from projections.fact_sql import AT_POINTS, POINTS, SOURCE_FACTS, WORLDS
from projections.national_sql import FACTS, GROUPS, NATIONAL_FACTS, ROWS, TOLD_FACTS
from projections.quality_sql import CASE_ROWS, CASES, FINDING_ROWS, FOUND, RESPONSES, TOLD
from projections.source_row_sql import SOURCE_ROW_ROWS, SOURCE_ROWS
from projections.topics import CHILD_TYPES, EPISODE_TYPES

# The types of record that the facts are made of, which `records` has; `told_records` has more.
FACT_TYPES: Final = (*EPISODE_TYPES, *CHILD_TYPES)
FACT_STEPS: Final[tuple[LiteralString, ...]] = (
    PARSED,
    ACCOUNTS,
    CONTEXT,
    POINTS,
    WORLDS,
    AT_POINTS,
    SOURCE_FACTS,
    GROUPS,
    NATIONAL_FACTS,
    TOLD_FACTS,
    FACTS,
)
LATER_STEPS: Final[tuple[LiteralString, ...]] = (SOURCE_ROWS, TOLD, RESPONSES, CASES, FOUND)
# What follows from all of these, by the name of the view that keeps it.
RESULTS: Final[dict[str, LiteralString]] = {
    "episode_facts_v1": ROWS,
    "source_rows_v1": SOURCE_ROW_ROWS,
    "findings_v1": FINDING_ROWS,
    "quality_cases_v1": CASE_ROWS,
}
