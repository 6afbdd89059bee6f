"""Whoever reads identity is on record first, for ever; reviewers have no other way to it."""

from datetime import UTC, datetime, timedelta
from typing import LiteralString

import pytest
from psycopg.errors import InsufficientPrivilege, RaiseException

from domain.vocabulary import ErasureReason
from hub.database import Role
from hub.identity.reading import read_identities
from hub.identity.reading_log import record_read, record_whole_read
from hub.wiring import Hub
from tests.examples import identity, message, registration
from tests.hub_steps import change, follow, rows, settle, subject_of

READS: LiteralString = """
SELECT reader, purpose, subjects, subject_ids FROM vault.reads ORDER BY id
"""
ANNOUNCE: LiteralString = "SELECT vault.announce_read('r-one', 'review', %s::uuid[])"
READ: LiteralString = "SELECT subject_id FROM vault.read_identities(%s)"
CHOSEN: tuple[LiteralString, ...] = (
    "INSERT INTO vault.reads (read_at, reader, purpose, subjects) VALUES (now(), 'a', 'b', 1)",
    "INSERT INTO vault.reads (transaction, reader, purpose, subjects) VALUES ('1', 'a', 'b', 1)",
)
LONG_AGO: LiteralString = """
INSERT INTO vault.reads (read_at, reader, purpose, subjects, subject_ids)
VALUES (clock_timestamp() - interval '6 minutes', 'r-one', 'review', 1, %s::uuid[]) RETURNING id
"""


@pytest.fixture
def known(hub: Hub) -> Hub:
    """A hub that knows two children, one of them by two registrations."""
    settle(
        hub,
        registration(identity(1), hub.keys.sealing, child="C-1"),
        registration(identity(3), hub.keys.sealing, child="C-1", event_id="again"),
        registration(identity(2), hub.keys.sealing, child="C-2"),
    )
    return hub


@pytest.mark.parametrize("role", [Role.REVIEW, Role.VAULT])
def test_a_reviewer_sees_the_last_identity_and_is_on_record_with_name_and_purpose(
    known: Hub, role: Role
) -> None:
    one, two = subject_of(known, "C-1"), subject_of(known, "C-2")
    database = known.review_database if role is Role.REVIEW else known.vault_database

    seen = read_identities(database, known.keys, [two, one, one], reader="r-one", purpose="review")

    assert seen == {one: identity(3), two: identity(2)}
    assert rows(known, READS) == [("r-one", "review", 2, sorted([one, two]))]
    assert read_identities(database, known.keys, [], reader="r-one", purpose="review") == {}
    assert len(rows(known, READS)) == 1


def test_an_erased_child_is_not_seen_and_the_attempt_is_on_record(known: Hub) -> None:
    one = subject_of(known, "C-1")
    known.rights.erase(one, ErasureReason.COURT_ORDER)

    seen = read_identities(
        known.review_database, known.keys, [one], reader="r-one", purpose="review"
    )

    assert seen == {}
    assert rows(known, READS)[-1] == ("r-one", "review", 1, [one])


def test_what_could_still_be_rolled_back_or_is_old_opens_nothing(known: Hub) -> None:
    one = subject_of(known, "C-1")
    database = known.review_database
    ((stale,),) = rows(known, LONG_AGO, [[one]])

    with database.transaction() as connection:
        (fresh,) = connection.execute(ANNOUNCE, [[one]]).fetchone() or (0,)
        with pytest.raises(InsufficientPrivilege), connection.transaction():
            connection.execute(READ, [fresh])
    with database.transaction() as connection:
        assert connection.execute(READ, [fresh]).fetchall() == [(one,)]
    for announced in (stale, fresh + 1, None):
        with pytest.raises(InsufficientPrivilege), database.transaction() as connection:
            connection.execute(READ, [announced])


def test_a_savepoint_does_not_make_an_announcement_final(known: Hub) -> None:
    one = subject_of(known, "C-1")

    with known.review_database.transaction() as connection:
        with connection.transaction():
            (announced,) = connection.execute(ANNOUNCE, [[one]]).fetchone() or (0,)
        with pytest.raises(InsufficientPrivilege), connection.transaction():
            connection.execute(READ, [announced])


def test_a_reviewer_has_no_other_way_to_identity(known: Hub) -> None:
    for query in (
        "SELECT sealed FROM vault.identities",
        "SELECT wrapped_key FROM vault.subjects",
        "SELECT sealed FROM vault.own_references",
        "SELECT sealed FROM vault.refused_messages",
        "SELECT link_key FROM vault.link_keys",
        "SELECT reader FROM vault.reads",
    ):
        with (
            pytest.raises(InsufficientPrivilege),
            known.review_database.transaction() as connection,
        ):
            connection.execute(query)


@pytest.mark.parametrize(
    "statement",
    ["UPDATE vault.reads SET reader = 'nobody'", "DELETE FROM vault.reads", "TRUNCATE vault.reads"],
)
def test_nobody_changes_or_removes_a_record_of_reading(
    known: Hub, statement: LiteralString
) -> None:
    known.rights.disclose(subject_of(known, "C-1"), reader="operator", purpose="check")

    # Not even the owner of the database, unless he takes the trigger away.
    with pytest.raises(RaiseException, match="append-only"):
        change(known, statement)
    with pytest.raises(InsufficientPrivilege), known.vault_database.transaction() as connection:
        connection.execute(statement)

    assert len(rows(known, READS)) == 1


def test_who_reads_chooses_neither_the_time_nor_the_transaction(known: Hub) -> None:
    for statement in CHOSEN:
        with pytest.raises(InsufficientPrivilege), known.vault_database.transaction() as connection:
            connection.execute(statement)


def test_the_hubs_own_processes_are_on_record_too(known: Hub) -> None:
    one, two = subject_of(known, "C-1"), subject_of(known, "C-2")
    settle(known, message(child="C-1", left="2026-03-14T08:00:00Z"))

    follow(known)

    by_linker = {(reader, purpose) for reader, purpose, _, _ in rows(known, READS)}
    assert {("linker", "link"), ("linker", "age")} <= by_linker
    assert {each for _, _, _, whose in rows(known, READS) for each in whose} == {one, two}


def test_reads_are_listed_by_child_and_time_and_what_concerned_all_concerns_each(
    known: Hub,
) -> None:
    one, two = subject_of(known, "C-1"), subject_of(known, "C-2")
    with known.vault_database.transaction() as connection:
        record_read(connection, reader="linker", purpose="link", subjects=[two, two])
        record_read(connection, reader="linker", purpose="link", subjects=[])
        record_whole_read(connection, reader="operator", purpose="train", number=2)
        record_whole_read(connection, reader="operator", purpose="train", number=0)

    of_one = known.rights.reads(subject=one)
    of_two = known.rights.reads(subject=two)
    later = known.rights.reads(since=datetime.now(UTC) + timedelta(minutes=1))
    disclosed = known.rights.disclose(two, reader="operator", purpose="check")

    assert [(each.purpose, each.subjects, each.subject_ids) for each in of_one] == [
        ("train", 2, None)
    ]
    assert [(each.purpose, each.subjects) for each in of_two] == [("link", 1), ("train", 2)]
    assert later == []
    assert [each.purpose for each in disclosed.reads] == ["link", "train", "check"]
