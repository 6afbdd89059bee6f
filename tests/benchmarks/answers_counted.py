"""P9: counts over HTTP beside a hand-written GROUP BY over the same facts."""

import argparse
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, LiteralString

import httpx
from psycopg import Connection

from hub.identity.keys import read_operator_token
from hub.settings import Settings
from tests.benchmarks.backfill import percentile
from tests.benchmarks.backfill_load import roles

FLOOR: Final = 0.25
STRETCH: Final = 0.1
WARM: Final = 5

Cells = dict[tuple[str, ...], int]

_EPISODES: LiteralString = """
SELECT to_char(started_on, 'YYYY-MM'), authority, count(*)
  FROM projection.episode_facts_v1
 WHERE build = %(build)s AND source = 'national' AND category = 'missing' AND age_band <> '18+'
   AND region <> 'outside' AND world <> 'linked' AND held_until IS NULL
   AND started_on BETWEEN DATE '2025-04-01' AND DATE '2026-03-31'
 GROUP BY 1, 2 ORDER BY 1, 2
"""
_CHILDREN: LiteralString = """
SELECT to_char(started_on, 'YYYY-MM'), authority, count(DISTINCT person_id)
  FROM projection.episode_facts_v1
 WHERE build = %(build)s AND source = 'national' AND category = 'missing' AND age_band <> '18+'
   AND region <> 'outside' AND world <> 'linked' AND held_until IS NULL
   AND started_on BETWEEN DATE '2025-04-01' AND DATE '2026-03-31'
 GROUP BY 1, 2 ORDER BY 1, 2
"""
_BY_AUTHORITY: LiteralString = """
SELECT authority, count(DISTINCT person_id)
  FROM projection.episode_facts_v1
 WHERE build = %(build)s AND source = 'national' AND category = 'missing' AND age_band <> '18+'
   AND region <> 'outside' AND world <> 'linked' AND held_until IS NULL
   AND started_on BETWEEN DATE '2025-04-01' AND DATE '2026-03-31'
 GROUP BY 1 ORDER BY 1
"""
_BY_SEX: LiteralString = """
SELECT to_char(started_on, 'YYYY-MM'), authority, sex, count(*)
  FROM projection.episode_facts_v1
 WHERE build = %(build)s AND source = 'national' AND category = 'missing' AND age_band <> '18+'
   AND region <> 'outside' AND world <> 'linked' AND held_until IS NULL
   AND started_on BETWEEN DATE '2025-04-01' AND DATE '2026-03-31'
 GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""


@dataclass(frozen=True, kw_only=True)
class Question:
    """One question, as it is asked of the hub and as it is written by hand."""

    measure: str
    by: str
    sql: LiteralString
    is_goal: bool = True


QUESTIONS: Final = (
    Question(measure="missing_incidents", by="month,authority", sql=_EPISODES),
    Question(measure="missing_children", by="month,authority", sql=_CHILDREN),
    Question(measure="missing_children", by="authority", sql=_BY_AUTHORITY, is_goal=False),
    Question(measure="missing_incidents", by="month,authority,sex", sql=_BY_SEX, is_goal=False),
)


def compare(settings: Settings, build: int, asked: argparse.Namespace) -> list[dict[str, Any]]:
    """Ask every question both ways, in turn; print the table, and return it."""
    print(
        f"{'P9: national year':<46}{'hub p50':>9}{'p99':>8}{'SQL p50':>10}{'p99':>8}   of its p99"
    )
    token = read_operator_token(settings.data_dir / "keys")
    with (
        roles(settings, ("api",)),
        Connection.connect(settings.database_url or "", autocommit=True) as connection,
        httpx.Client(
            base_url=f"http://{settings.host}:{settings.port}",
            headers={"Authorization": f"Bearer {token}"},
            timeout=60.0,
        ) as client,
    ):
        _await(client)
        return [_figures(each, client, connection, build, asked) for each in QUESTIONS]


def _figures(
    question: Question,
    client: httpx.Client,
    connection: Connection[tuple[Any, ...]],
    build: int,
    asked: argparse.Namespace,
) -> dict[str, Any]:
    def over_http() -> Cells:
        return _counted(client, question)

    def by_hand() -> Cells:
        rows = connection.execute(question.sql, {"build": build}).fetchall()
        return {tuple(row[:-1]): row[-1] for row in rows}

    legs: Mapping[str, Callable[[], Cells]] = {"hub": over_http, "sql": by_hand}
    expected = by_hand()
    # Connections and plans are made by the first of them.
    for _ in range(WARM):
        over_http()
    seconds: dict[str, list[float]] = {name: [] for name in legs}
    for _ in range(asked.rounds):
        for name, leg in legs.items():
            for _ in range(asked.requests):
                began = time.perf_counter()
                cells = leg()
                seconds[name].append(time.perf_counter() - began)
                if cells != expected:
                    raise SystemExit(f"{name} does not give the cells of {question}")
    p50 = {name: percentile(taken, 0.5) for name, taken in seconds.items()}
    p99 = {name: percentile(taken, 0.99) for name, taken in seconds.items()}
    ratio = p99["hub"] / p99["sql"]
    word = "stretch" if ratio <= STRETCH else "floor" if ratio <= FLOOR else "MISSED"
    name = f"{question.measure} by {question.by}"
    print(
        f"{name:<46}{p50['hub']:>9.4f}{p99['hub']:>8.4f}{p50['sql']:>10.4f}{p99['sql']:>8.4f}"
        f"{ratio:>8.2f}x  {word if question.is_goal else '(no goal)'}"
    )
    return {
        "question": name,
        "cells": len(expected),
        "p50": p50,
        "p99": p99,
        "ratio": ratio,
        "met": word if question.is_goal else None,
    }


def _counted(client: httpx.Client, question: Question) -> Cells:
    answer = client.get(
        "/v1/counts",
        params={
            "measure": question.measure,
            "by": question.by,
            "from": "2025-04-01",
            "to": "2026-03-31",
        },
    )
    answer.raise_for_status()
    names = question.by.split(",")
    return {tuple(row[name] for name in names): row["value"] for row in answer.json()["rows"]}


def _await(client: httpx.Client) -> None:
    for _ in range(1_200):
        try:
            if client.get("/livez").is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    sys.exit("the API did not start")
