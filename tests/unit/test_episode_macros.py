"""The words that the relational definition is built from mean what the domain means by them."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import duckdb
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contracts.stored import encode_event
from domain.about import When
from domain.facts import earliest, end_of, latest
from domain.periods import INTERVIEW_LIMIT, london_date, within_72_hours
from projections.episode_sql import MACROS
from tests.examples import event

TICK = timedelta(microseconds=1)
# The nights on which the clocks of London change, and an ordinary day.
NIGHTS = (date(2026, 3, 29), date(2026, 10, 25), date(2026, 7, 1))
STARTS = st.sampled_from([datetime.combine(night, time(), UTC) for night in NIGHTS])
INSTANTS = st.builds(
    lambda night, minutes, ticks: night + timedelta(minutes=minutes) + ticks * TICK,
    STARTS,
    st.integers(-7200, 7200),
    st.integers(-1, 1),
)
WHENS: st.SearchStrategy[When] = st.one_of(INSTANTS, INSTANTS.map(datetime.date))
GAPS = st.one_of(
    st.integers(-6000, 10_000).map(lambda minutes: timedelta(minutes=minutes)),
    st.sampled_from([timedelta(hours=hours) for hours in (-1, 0, 24, 48, 59, 60, 61, 71, 72, 73)]),
    st.sampled_from([INTERVIEW_LIMIT, INTERVIEW_LIMIT - TICK, INTERVIEW_LIMIT + TICK]),
)
Database = duckdb.DuckDBPyConnection


@pytest.fixture(scope="module")
def database() -> Iterator[Database]:
    """A database that knows the words and nothing else."""
    with duckdb.connect(":memory:") as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(MACROS)
        yield connection


def stored(when: When) -> str:
    """Return a When as the ledger keeps it."""
    state = encode_event(event("child-returned", returned=when)).decode()
    return state.partition('"returned":"')[2].removesuffix('"}')


def value(database: Database, expression: str, *given: Any) -> Any:
    """Return what an expression of the words says."""
    row = database.execute(f"SELECT {expression}", given).fetchone()
    assert row is not None
    return row[0]


@settings(max_examples=80, deadline=None)
@given(when=WHENS)
@example(when=date(2026, 3, 28))
@example(when=date(2026, 3, 29))
@example(when=date(2026, 10, 25))
def test_the_ends_of_a_when_are_those_of_the_domain(database: Database, when: When) -> None:
    text = stored(when)

    answer = value(
        database,
        "[epoch_us(earliest(w)), epoch_us(end_of(w)), epoch_us(latest(w))] FROM (SELECT ? AS w)",
        text,
    )

    begin = datetime(1970, 1, 1, tzinfo=UTC)
    assert [begin + each * TICK for each in answer] == [
        earliest(when),
        end_of(when),
        latest(when),
    ]


@settings(max_examples=80, deadline=None)
@given(when=WHENS)
def test_the_london_day_of_a_when_is_that_of_the_domain(database: Database, when: When) -> None:
    expected = london_date(when) if isinstance(when, datetime) else when

    assert value(database, "day_of(?)", stored(when)) == expected


@settings(max_examples=250, deadline=None)
@given(returned=INSTANTS, gap=GAPS, by_date=st.tuples(st.booleans(), st.booleans()))
@example(
    returned=datetime(2026, 3, 27, 12, tzinfo=UTC), gap=INTERVIEW_LIMIT, by_date=(False, False)
)
@example(
    returned=datetime(2026, 3, 27, 12, tzinfo=UTC),
    gap=INTERVIEW_LIMIT + TICK,
    by_date=(False, False),
)
@example(
    returned=datetime(2026, 3, 27, 12, tzinfo=UTC), gap=timedelta(hours=66), by_date=(False, False)
)
def test_72_hours_are_judged_as_the_domain_judges_them(
    database: Database, returned: datetime, gap: timedelta, by_date: tuple[bool, bool]
) -> None:
    came = london_date(returned) if by_date[0] else returned
    held = london_date(returned + gap) if by_date[1] else returned + gap

    answer = value(database, "within_72h(?, ?)", stored(came), stored(held))

    assert answer == within_72_hours(came, held).value


@pytest.mark.parametrize("given", [(None, "2026-03-14"), ("2026-03-14", None), (None, None)])
def test_72_hours_need_a_return_and_an_interview(
    database: Database, given: tuple[str | None, str | None]
) -> None:
    assert value(database, "within_72h(CAST(? AS VARCHAR), CAST(? AS VARCHAR))", *given) is None


def test_police_come_before_authorities_where_one_must_speak(database: Database) -> None:
    assert value(database, "side('police') < side('authority')") is True
