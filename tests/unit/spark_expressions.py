"""Small expressions in the words of the definition, and rows on which engines might differ.

Each stands for a construct that the definition uses. The rows hold what engines disagree about:
NULL in every place, lists and structs of it, days and instants about the nights when clocks change.
"""

import json
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any, Final, LiteralString

READ: LiteralString = """
CREATE OR REPLACE TEMP TABLE given AS
SELECT id, part, state,
       from_json(state, '{"n":"INTEGER","m":"INTEGER","t":"VARCHAR","b":"BOOLEAN","w":"VARCHAR",
           "v":"VARCHAR","l":["VARCHAR"],"k":["VARCHAR"],"d":"VARCHAR"}') AS e
  FROM raw
"""
SCALARS: Final[tuple[LiteralString, ...]] = (
    "epoch_us(earliest(e.w))",
    "epoch_us(end_of(e.w))",
    "epoch_us(latest(e.w))",
    "epoch_us(earliest(e.w) + INTERVAL 3 DAY)",
    "epoch_us(earliest(e.w) + getvariable('limit'))",
    "CAST(day_of(e.w) AS VARCHAR)",
    "CAST(london_date(end_of(e.w)) AS VARCHAR)",
    "epoch_us(midnight(e.d))",
    "within_72h(e.w, e.v)",
    "age_band(e.n)",
    "strftime(day_of(e.w), '%Y-%m')",
    "year(day_of(e.w)) + CASE WHEN month(day_of(e.w)) >= 4 THEN 1 ELSE 0 END",
    "lpad(CAST(epoch_us(earliest(e.w)) + 4000000000000000 AS VARCHAR), 18, '0')",
    "concat(e.n, '-', e.t)",
    "concat_ws('|', e.n, e.t, e.m)",
    "e.t || e.d",
    "substr(e.t, 4)",
    "starts_with(e.t, 'pf-')",
    "greatest(e.n, e.m)",
    "least(e.n, e.m)",
    "coalesce(e.n, e.m, -1)",
    "e.b IS NOT true",
    "e.n IS DISTINCT FROM e.m",
    "struct_pack(a := e.n, b := e.l) IS DISTINCT FROM struct_pack(a := e.m, b := e.k)",
    "e.l <> e.k",
    "e.l[1]",
    "e.l[2]",
    "e.l[1 + 1]",
    "len(e.l)",
    "len(e.l) > 1",
    "list_contains(e.l, 'a')",
    "list_concat(e.l, e.k)",
    "list_sort(list_distinct(e.l))",
    "list_sort(list_distinct(list_concat(e.l, ['z'])))",
    "list_filter(e.l, lambda word, place: place > 1)",
    "list_transform(e.l, lambda word: concat(word, '!'))",
    "array_to_string(e.l, ',')",
    "flatten([e.l, e.k])",
    "state ->> '$.t'",
    "state ->> '$.n'",
    "CASE WHEN e.n > 5 THEN ['567'] ELSE CAST([] AS VARCHAR[]) END",
)
AGGREGATES: Final[tuple[LiteralString, ...]] = (
    "arg_max(e.t, e.n * 1000 + id)",
    "arg_min(e.t, struct_pack(a := e.n, b := id))",
    "arg_max(e.t, struct_pack(a := e.n, b := id))",
    "arg_max(struct_pack(v := e.t), e.n * 1000 + id)",
    "arg_max(e.t, id) FILTER (e.b)",
    "arg_min(e.t, id) FILTER (e.n > 100)",
    "min(struct_pack(a := e.n, b := id))",
    "max(struct_pack(a := e.n, b := id))",
    "min(struct_pack(a := e.n, b := id)) FILTER (e.b)",
    "any_value(e.t) FILTER (e.t = 'a')",
    "bool_or(e.b)",
    "bool_and(e.b)",
    "bool_and(e.n IS NOT NULL) FILTER (e.b)",
    "count(DISTINCT e.t) > 1",
    "count(*) FILTER (e.b)",
    "min(e.n) FILTER (e.n > 100)",
    "list_sort(flatten(list(e.l)))",
    "len(list(e.t))",
    "list(e.t) FILTER (e.n > 100)",
)
WINDOWS: Final[tuple[LiteralString, ...]] = (
    "max(e.n) FILTER (e.b) OVER so_far",
    "bool_or(e.b) OVER so_far",
    "arg_max(e.t, e.n * 1000 + id) FILTER (e.b) OVER so_far",
    "arg_max(struct_pack(v := e.t), id) FILTER (e.n > 2) OVER so_far",
    "arg_min(e.t, struct_pack(a := e.n, b := id)) OVER so_far",
    "list(e.t) FILTER (e.b) OVER so_far",
    "list(struct_pack(a := e.n)) FILTER (e.b) OVER so_far",
    "lag(struct_pack(a := e.n, b := e.l)) OVER own",
    "lead(id, 1, 9223372036854775807) OVER own",
    "row_number() OVER own",
)
_CHANGES = tuple(datetime(year, 3, 26, tzinfo=UTC) for year in (1999, 2026)) + tuple(
    datetime(year, 10, 23, tzinfo=UTC) for year in (1999, 2026)
)


def queries() -> dict[str, LiteralString]:
    """Return a query for each kind of expression, its rows in a fixed order."""
    return {
        "scalars": "SELECT id, " + _listed(SCALARS) + " FROM given ORDER BY id",
        "aggregates": "SELECT part, " + _listed(AGGREGATES) + " FROM given GROUP BY ALL ORDER BY 1",
        "windows": "SELECT id, " + _listed(WINDOWS) + " FROM given WINDOW"
        " own AS (PARTITION BY part ORDER BY id), so_far AS (PARTITION BY part ORDER BY id"
        " ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) ORDER BY id",
        "spread": "SELECT * REPLACE (id + 1 AS id), unnest(x) FROM (SELECT id, e.t AS t,"
        " struct_pack(p := e.n, q := e.m) AS x FROM given) ORDER BY id",
        "listed": "SELECT word, count(*) AS times FROM (SELECT unnest(e.l) AS word FROM given)"
        " GROUP BY ALL ORDER BY word",
    }


def _listed(expressions: tuple[LiteralString, ...]) -> LiteralString:
    columns: list[LiteralString] = []
    name: LiteralString = "x"
    for each in expressions:
        name += "x"
        columns.append(each + " AS " + name)
    return ", ".join(columns)


def raw_rows(random: Random, count: int) -> list[tuple[int, int, str]]:
    """Return rows of raw(id, part, state)."""
    return [(at, random.randrange(count // 4), _state(random)) for at in range(count)]


def _state(random: Random) -> str:
    words = ["a", "b", "pf-x", "é", ""]

    def maybe(value: Any) -> Any:
        return value if random.random() < 0.7 else None

    def words_of() -> list[str]:
        return [random.choice(words) for _ in range(random.randrange(4))]

    fields = {
        "n": maybe(random.randrange(-1, 20)),
        "m": maybe(random.randrange(3)),
        "t": maybe(random.choice(words)),
        "b": maybe(random.random() < 0.5),
        "w": maybe(_when(random)),
        "v": maybe(_when(random)),
        "l": maybe(words_of()),
        "k": maybe(words_of()),
        "d": maybe(_when(random)[:10]),
    }
    # An absent field and a null are one.
    return json.dumps({k: v for k, v in fields.items() if v is not None or random.random() < 0.5})


def _when(random: Random) -> str:
    minutes, ticks = random.randrange(0, 8000, 15), random.choice([0, 0, 1, 250_000])
    instant = random.choice(_CHANGES) + timedelta(minutes=minutes, microseconds=ticks)
    return random.choice([instant.isoformat(), instant.date().isoformat()])
