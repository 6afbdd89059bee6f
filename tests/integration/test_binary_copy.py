"""Rows that are put together by hand arrive as psycopg's own would."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg import Connection, connect
from psycopg.rows import TupleRow

from contracts.stored import record_hash
from domain.records import Provenance
from hub.accounts import Accepted, record_accepted
from hub.binary_copy import copy_in, microseconds
from hub.identity.vault import VaultRows
from hub.identity.vault import write as write_to_vault
from hub.ledger.appending import EncodedDraft, append, lock_head
from hub.wiring import Hub
from tests.examples import NOON

# PostgreSQL's text holds no NUL, and half a surrogate pair is no text.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=9)
BYTES = st.binary(max_size=300)
TIMES = st.datetimes(timezones=st.just(UTC))
MANY = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
LEDGER_TYPES = ("int8", "uuid", "text", "bytea", "text", "uuid", "timestamptz", "timestamptz")


@pytest.fixture
def owner(hub: Hub) -> Iterator[Connection[TupleRow]]:
    with connect(hub.database_url, autocommit=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection


def by_psycopg(
    connection: Connection[TupleRow],
    like: LiteralString,
    types: Sequence[str],
    values: Sequence[Sequence[Any]],
) -> list[TupleRow]:
    """Return rows as a table like another gives them back, after psycopg has put them there."""
    connection.execute(f"CREATE TEMPORARY TABLE other (LIKE {like})")
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY other FROM STDIN (FORMAT BINARY)") as copy,
    ):
        copy.set_types(types)
        for row in values:
            copy.write_row(row)
    found = connection.execute("SELECT * FROM other ORDER BY other", binary=True).fetchall()
    connection.execute("DROP TABLE other")
    return found


def rows_of(connection: Connection[TupleRow], table: LiteralString) -> list[TupleRow]:
    return connection.execute(f"SELECT t.* FROM {table} t ORDER BY t", binary=True).fetchall()


@MANY
@given(
    drafts=st.lists(
        st.builds(
            EncodedDraft,
            stream=st.uuids(),
            stored_type=TEXTS,
            state=BYTES,
            provenance=st.builds(
                Provenance,
                publisher=TEXTS,
                submission_id=st.none() | st.uuids(),
                occurred_at=TIMES,
            ),
        ),
        min_size=1,
        max_size=600,
    )
)
def test_records(owner: Connection[TupleRow], drafts: list[EncodedDraft]) -> None:
    with owner.transaction(force_rollback=True):
        append(owner, lock_head(owner), drafts, now=NOON)

        expected = []
        for position, draft in enumerate(drafts, 1):
            origin = draft.provenance
            parts = (position, draft.stream, draft.stored_type, draft.state)
            times = (origin.occurred_at, NOON)
            leaf = record_hash(position, NOON, *parts[1:], origin)
            expected.append((*parts, origin.publisher, origin.submission_id, *times, leaf))
        assert rows_of(owner, "ledger.stored_events") == expected
        assert expected == by_psycopg(
            owner, "ledger.stored_events", (*LEDGER_TYPES, "bytea"), expected
        )


@MANY
@given(
    accepted=st.dictionaries(
        st.binary(min_size=10, max_size=10),
        st.builds(
            Accepted,
            content_key=st.binary(min_size=16, max_size=16),
            position=st.integers(1, 2**63 - 1),
        ),
    )
)
def test_keys_of_submissions(owner: Connection[TupleRow], accepted: dict[bytes, Accepted]) -> None:
    with owner.transaction(force_rollback=True):
        record_accepted(owner, accepted)

        expected = [
            (key, each.content_key, each.position, 1) for key, each in sorted(accepted.items())
        ]
        types = ("bytea", "bytea", "int8", "int4")
        assert rows_of(owner, "intake.submissions") == expected
        assert expected == by_psycopg(owner, "intake.submissions", types, expected)


UNIQUE: Any = {"unique_by": lambda row: row[0], "max_size": 9}


@MANY
@given(
    subjects=st.lists(st.tuples(st.uuids(), TEXTS, BYTES), **UNIQUE),
    references=st.lists(st.tuples(BYTES, TEXTS, st.uuids(), st.uuids(), BYTES), **UNIQUE),
    identities=st.lists(
        st.tuples(st.uuids(), st.uuids(), st.integers(1, 2**62), BYTES, TIMES), **UNIQUE
    ),
)
def test_rows_of_the_vault(
    owner: Connection[TupleRow],
    subjects: list[tuple[UUID, str, bytes]],
    references: list[tuple[bytes, str, UUID, UUID, bytes]],
    identities: list[tuple[UUID, UUID, int, bytes, datetime]],
) -> None:
    rows = VaultRows(subjects=subjects, references=references, identities=identities)
    with owner.transaction(force_rollback=True):
        write_to_vault(owner, rows)

        erasable = [(*row, None) for row in sorted(subjects)]
        assert rows_of(owner, "vault.subjects") == erasable
        assert rows_of(owner, "vault.own_references") == sorted(references)
        assert rows_of(owner, "vault.identities") == sorted(identities)
        for table, types, values in (
            ("vault.subjects", ("uuid", "text", "bytea", "timestamptz"), erasable),
            ("vault.own_references", ("bytea", "text", "uuid", "uuid", "bytea"), references),
            ("vault.identities", ("uuid", "uuid", "int8", "bytea", "timestamptz"), identities),
        ):
            assert rows_of(owner, table) == by_psycopg(owner, table, types, values)


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_counted_in_microseconds_from_the_year_2000(instant: datetime) -> None:
    since = timedelta(microseconds=microseconds(instant))

    assert datetime(2000, 1, 1, tzinfo=UTC) + since == instant


def test_no_rows_at_all_are_a_copy_too(owner: Connection[TupleRow]) -> None:
    copy_in(owner, "COPY intake.submissions FROM STDIN (FORMAT BINARY)", [])

    assert rows_of(owner, "intake.submissions") == []
