"""The definition is carried over to Spark's SQL whole, or not at all."""

from datetime import timedelta
from typing import Final

import pytest

from projections.catalogue import all_relations
from projections.definition import FACT_STEPS, LATER_STEPS, RESULTS
from projections.episode_sql import MACROS
from projections.quality_sql import LIMITS
from projections.spark_aggregates import UntranslatableError
from projections.spark_sql import Statement, Translator, Value

# No JVM is needed here; tests/integration/test_spark_fold.py asks Spark what all of it means.
STEPS: Final = (
    *FACT_STEPS,
    *LATER_STEPS,
    *(step for relation in all_relations() for step in relation.steps),
)
ROWS: Final = (*RESULTS.values(), *(relation.rows for relation in all_relations()))


def translated(text: str) -> Statement:
    """Return the only statement of a text in Spark's SQL."""
    variables: dict[str, Value] = {"limit": timedelta(hours=72), "types": ("a", "b"), "after": 7}
    (statement,) = Translator(MACROS, variables).statements(text)
    return statement


def test_every_statement_of_the_definition_has_a_translation() -> None:
    translator = Translator(MACROS, LIMITS)

    made = [each for step in STEPS for each in translator.statements(step)]
    rows = [each for query in ROWS for each in translator.statements(query)]

    assert len(made) > len(STEPS)
    assert all(each.name is not None for each in made)
    assert [each.name for each in rows] == [None] * len(ROWS)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("SELECT len(x)", "SELECT SIZE(x)"),
        ("SELECT length(x)", "SELECT LENGTH(x)"),
        ("SELECT x[1]", "SELECT TRY_ELEMENT_AT(x, 1)"),
        ("SELECT x[i + 1]", "SELECT TRY_ELEMENT_AT(x, i + 1)"),
        ("SELECT force FROM t", "SELECT force FROM t"),
        ("SELECT epoch_us(x)", "SELECT UNIX_MICROS(x)"),
        ("SELECT side(a.b)", "SELECT (CASE WHEN (a.b) = 'police' THEN '0' ELSE '1' END)"),
        ("SELECT x + getvariable('limit')", "SELECT x + INTERVAL '259200' SECOND"),
        (
            "SELECT list_contains(getvariable('types'), x) AND y > getvariable('after')",
            "SELECT ARRAY_CONTAINS(ARRAY('a', 'b'), x) AND y > 7",
        ),
        ("SELECT unnest(fact) FROM t", "SELECT fact.* FROM t"),
        ("SELECT unnest(ids) AS id FROM t", "SELECT EXPLODE(ids) AS id FROM t"),
        (
            "SELECT max(x) FILTER (WHERE y) OVER w FROM t WINDOW w AS (PARTITION BY z)",
            "SELECT MAX(CASE WHEN y THEN x END) OVER w FROM t WINDOW w AS (PARTITION BY z)",
        ),
        ("SELECT arg_max(x, y)", "SELECT MAX_BY(x, CASE WHEN NOT x IS NULL THEN y END)"),
        (
            "SELECT min(struct_pack(a := x))",
            "SELECT MIN_BY(STRUCT(x AS a), STRUCT(x IS NULL, x))",
        ),
        (
            "SELECT CAST(a AS DATE) - CAST(b AS DATE)",
            "SELECT DATEDIFF(CAST(a AS DATE), CAST(b AS DATE))",
        ),
        (
            'SELECT from_json(x, \'{"a":"VARCHAR","b":["INTEGER"],"c":{"d":"BOOLEAN"}}\')',
            "SELECT FROM_JSON(x, '`a` STRING, `b` ARRAY<INT>, `c` STRUCT<`d`: BOOLEAN>')",
        ),
    ],
)
def test_what_the_engines_say_differently_is_said_in_sparks_way(given: str, expected: str) -> None:
    assert translated(given).sql == expected


def test_a_statement_that_makes_a_relation_names_it() -> None:
    assert translated("CREATE OR REPLACE TEMP TABLE t AS SELECT 1") == Statement(
        name="t", sql="SELECT 1"
    )
    assert translated("INSERT INTO t SELECT 1") == Statement(name="t", sql="SELECT 1")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("SELECT list_aggregate(x, 'sum')", "calls list_aggregate"),
        ("SELECT epoch_ns(x)", "calls epoch_ns"),
        ("SELECT a FROM t UNION ALL BY NAME SELECT a FROM u", "UNION BY NAME"),
        ("SELECT list(x ORDER BY y)", "an aggregate in an order"),
        ("SELECT avg(x) FILTER (WHERE y) OVER ()", "a filter on AVG"),
        ("SELECT (", "cannot be read"),
    ],
)
def test_what_nobody_has_said_how_to_say_to_spark_is_refused(text: str, problem: str) -> None:
    with pytest.raises(UntranslatableError, match=problem):
        translated(text)
