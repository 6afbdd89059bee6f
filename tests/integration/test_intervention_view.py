"""The view of local programmes finds the change that came with one, from stored facts."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any, LiteralString
from uuid import UUID

import pytest
from psycopg import Connection, connect
from psycopg.rows import TupleRow

from domain.publisher_events import PeriodDeclared
from domain.records import Provenance
from domain.views import ViewQuery
from hub.ledger.appending import Draft, append, encoded, lock_head
from hub.wiring import Hub
from projections.view import Registered
from projections.view_answers import answer
from projections.views.interventions import VIEWS

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)
REGISTERED = Registered(areas={}, publishers=())
# A programme in 860 from June 2025; in 862 one of the kind was there all the time.
_PROGRAMMES: LiteralString = """
INSERT INTO projection.programmes_v1 (build, own_id, held_from, publisher, programme, area,
    started_on)
VALUES (1, %(one)s, 1, 'la-860', 'mentoring', '860', '2025-06-12'),
       (1, %(two)s, 1, 'la-862', 'mentoring', '862', '2022-01-01')
"""
# From June 2023 on: 24 a month in 860 and 12 from June 2025; 40 and 50 in 861 and 863, with as
# many more in winter in all three areas; 862 falls to nothing at the same time.
_FACTS: LiteralString = """
INSERT INTO projection.episode_facts_v1 (build, source, fact_id, world, held_from, person_id,
    bucket, category, start_at, started_on, month, reporting_year, offered, declined, completed,
    authority, host_authority, region, force, age_band, sex, placement_type, looked_after, findings)
SELECT 1, 'national', gen_random_uuid(), 'both', 1, gen_random_uuid(), 'matched', 'missing',
       month AT TIME ZONE 'UTC', month::date, to_char(month, 'YYYY-MM'), 2026, false, false,
       false, area, area, 'E12000005', 'E23000015', '10-15', 'F', 'unknown', 'yes', ''
  FROM generate_series(timestamp '2023-06-03', timestamp '2026-05-03', INTERVAL '1 month')
           AS m (month),
       (VALUES ('860', 24, 2), ('861', 40, 1), ('862', 30, 30), ('863', 50, 1))
           AS a (area, episodes, divided),
       generate_series(1, episodes
           * CASE WHEN extract(month FROM month) IN (12, 1) THEN 2 ELSE 1 END
           / CASE WHEN month >= '2025-06-01' THEN divided ELSE 1 END)
"""
ONE, TWO = UUID(int=1), UUID(int=2)


@pytest.fixture
def stored(hub: Hub) -> Iterator[Connection[TupleRow]]:
    """A connection that sees the facts above, and nothing afterwards."""
    event = PeriodDeclared(
        own_id=UUID(int=3), from_date=date(2026, 1, 1), to_date=date(2026, 1, 31), rows=0
    )
    origin = Provenance(publisher="la-860", submission_id=UUID(int=4), occurred_at=NOW)
    with hub.ledger_database.transaction() as connection:
        drafts = [encoded(Draft(event=event, provenance=origin))]
        append(connection, lock_head(connection), drafts, now=NOW)
    hub.projector.catch_up(hub.projector.active_build())
    with connect(hub.database_url) as connection:
        connection.execute(_PROGRAMMES, {"one": ONE, "two": TWO})
        connection.execute(_FACTS)
        yield connection
        connection.rollback()


def told(connection: Connection[TupleRow], **asked: Any) -> dict[Any, Any]:
    query = ViewQuery(view="interventions", **asked)
    rows = answer(connection, VIEWS[0], query, REGISTERED).rows
    return {(row.dimensions, row.figure): (row.value, row.low, row.high) for row in rows}


def test_a_programme_that_halves_what_happens_is_seen_to(stored: Connection[TupleRow]) -> None:
    found = told(stored, by=("authority", "estimate"))

    cell = ("860", "estimated")
    value, low, high = found[cell, "average_change"]
    assert value == pytest.approx(0.5, abs=0.01)
    assert low < value < high < 1
    assert found[cell, "areas_compared"][0] == 2
    assert found[cell, "months_before"][0] == 24
    assert found[cell, "months_after"][0] == 10
    assert found[cell, "episodes_before"][0] == 28
    assert found[cell, "compared_before"][0] == 105
    assert found[("862", "too-few-months"), "programmes"][0] == 1
    only = told(stored, by=("authority",), where=(("authority", "860"),), figures=("estimated",))
    assert only == {(("860",), "estimated"): (1, 1, 1)}


def test_a_shorter_period_leaves_too_little_and_says_so(stored: Connection[TupleRow]) -> None:
    early = told(stored, by=("estimate",), last_day=date(2025, 10, 15))
    short = told(stored, by=("authority", "estimate"), first_day=date(2024, 12, 1))

    assert early[("too-few-months",), "programmes"][0] == 2
    assert short[("860", "too-few-months"), "average_change"] == (None, None, None)
    assert short[("860", "too-few-months"), "episodes_before"][0] is not None


def test_effects_are_told_of_one_programme_at_a_time(stored: Connection[TupleRow]) -> None:
    found = told(stored)

    assert found[(), "programmes"][0] == 2
    assert found[(), "estimated"][0] == 1
    assert found[(), "average_change"] == (None, None, None)
