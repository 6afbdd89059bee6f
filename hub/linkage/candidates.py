"""Which pairs of many registrations are worth comparing: those that share a link value."""

from collections.abc import Container, Iterator, Sequence
from typing import Final, LiteralString

import pyarrow as pa

from hub.linkage.engine import open_memory
from hub.linkage.link_keys import MOST_PER_KEY, key_values
from hub.linkage.prepared import Prepared

_KEYS: Final = pa.schema([("number", pa.int64()), ("new", pa.bool_()), ("value", pa.string())])

_SHARED: LiteralString = """
CREATE TABLE shared AS
SELECT number, new, value FROM keys
 WHERE value IN (SELECT value FROM keys GROUP BY value HAVING count(*) BETWEEN 2 AND $most)
"""
# How many pairs begin with each registration, at most.
_EXPECTED: LiteralString = """
SELECT number, sum(others)::BIGINT AS pairs FROM (
    SELECT number, count(*) OVER (PARTITION BY value ORDER BY number DESC) - 1 AS others
      FROM shared)
 GROUP BY number ORDER BY number
"""
_PAIRS: LiteralString = """
SELECT DISTINCT '0' AS match_key, l.number AS join_key_l, r.number AS join_key_r
  FROM shared l
  JOIN shared r ON r.value = l.value AND r.number > l.number AND (r.new OR l.new)
 WHERE l.number BETWEEN $first AND $last
 ORDER BY join_key_l, join_key_r
"""


def all_pairs(
    records: Sequence[Prepared],
    *,
    at_once: int,
    new: Container[int] | None = None,
    most: int = MOST_PER_KEY,
) -> Iterator[pa.Table]:
    """Yield the pairs of numbers that share a link value, each once, some `at_once` at a time.

    A value that more than `most` registrations share brings none together. new: numbers of which
    each pair has at least one; None: all are new.
    """
    connection = open_memory()
    try:
        connection.register("keys", _key_table(records, new))
        connection.execute(_SHARED, {"most": most})
        connection.unregister("keys")
        begun = connection.execute(_EXPECTED).fetchall()
        for first, last in _spans(begun, at_once):
            yield connection.sql(_PAIRS, params={"first": first, "last": last}).to_arrow_table()
    finally:
        connection.close()


def _key_table(records: Sequence[Prepared], new: Container[int] | None) -> pa.Table:
    numbers, fresh, values = [], [], []
    for number, record in enumerate(records):
        is_new = new is None or number in new
        for rule, value in key_values(record):
            numbers.append(number)
            fresh.append(is_new)
            values.append(f"{rule}\n{value}")
    return pa.table({"number": numbers, "new": fresh, "value": values}, schema=_KEYS)


def _spans(begun: Sequence[tuple[int, int]], at_once: int) -> Iterator[tuple[int, int]]:
    """Yield first and last numbers whose pairs together are about `at_once`."""
    first, total = None, 0
    for number, pairs in begun:
        first = number if first is None else first
        total += pairs
        if total >= at_once:
            yield first, number
            first, total = None, 0
    if first is not None:
        yield first, begun[-1][0]
