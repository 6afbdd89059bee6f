"""Each database role may do what it is for, and nothing else; asked of the catalogue."""

import pytest
from psycopg import connect
from psycopg.errors import InsufficientPrivilege

from hub.database import Role
from hub.wiring import Hub
from tests.examples import identity, message, registration
from tests.hub_steps import follow, rows, settle

OURS = ("ledger", "intake", "vault", "link", "projection", "public")
READ, WRITE = ("SELECT",), ("INSERT", "UPDATE", "DELETE", "TRUNCATE")
# Table by table, what a role may do; columns count, too.
HELD = """
SELECT n.nspname, c.relname, p.privilege
  FROM pg_class c
  JOIN pg_namespace n ON n.oid = c.relnamespace
 CROSS JOIN unnest(%s::text[]) AS p (privilege)
 WHERE n.nspname = ANY (%s) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
   AND (has_table_privilege(%s, c.oid, p.privilege)
        OR (p.privilege IN ('SELECT', 'INSERT', 'UPDATE')
            AND has_any_column_privilege(%s, c.oid, p.privilege)))
 ORDER BY 1, 2, 3
"""
TABLES_OF_VAULT = """
SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'vault' AND c.relkind = 'r'
"""
# Of the vault's subjects, what a role may see.
COLUMNS = """
SELECT string_agg(a.attname, ', ' ORDER BY a.attname) FROM pg_attribute a
 WHERE a.attrelid = 'vault.subjects'::regclass AND a.attnum > 0
   AND has_column_privilege(%s, a.attrelid, a.attnum, 'SELECT')
"""
CREATES = """
SELECT nspname FROM pg_namespace
 WHERE nspname !~ '^pg_' AND has_schema_privilege(%s, oid, 'CREATE') ORDER BY 1
"""
RUNS_AS_OWNER = """
SELECT p.oid::regprocedure::text
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace
 WHERE n.nspname = ANY (%s) AND p.prosecdef AND has_function_privilege(%s, p.oid, 'EXECUTE')
 ORDER BY 1
"""
SEQUENCES = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = ANY (%s)
   AND CASE WHEN c.relkind = 'S' THEN has_sequence_privilege(%s, c.oid, 'UPDATE') ELSE false END
"""
MEMBER_OF = """
SELECT r.rolname FROM pg_roles r WHERE r.rolname <> %s AND pg_has_role(%s, r.oid, 'MEMBER')
"""
ATTRIBUTES = """
SELECT rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls OR rolcanlogin
  FROM pg_roles WHERE rolname = %s
"""


@pytest.fixture
def used(hub: Hub) -> Hub:
    """A hub in which every table that is made on the way has been made."""
    settle(hub, registration(identity(), hub.keys.sealing), message(), b"{")
    follow(hub)
    return hub


def held(
    hub: Hub, role: Role, privileges: tuple[str, ...], schemas: tuple[str, ...]
) -> list[tuple[str, str, str]]:
    return rows(hub, HELD, [list(privileges), list(schemas), role.value, role.value])


@pytest.mark.parametrize("role", [Role.INTAKE, Role.PROJECT, Role.READ])
def test_only_the_vaults_own_role_reads_the_vault(used: Hub, role: Role) -> None:
    assert rows(used, TABLES_OF_VAULT) == [(11,)]
    assert held(used, role, READ, ("vault",)) == []
    seen = held(used, Role.REVIEW, READ, ("vault",))
    assert [row[1] for row in seen] == ["review_decisions", "subjects"]
    assert rows(used, COLUMNS, [Role.REVIEW.value]) == [("erased_at, publisher, subject_id",)]
    assert len(held(used, Role.VAULT, READ, ("vault",))) == 11


def test_intake_adds_to_the_vault_and_asks_it_one_question(used: Hub) -> None:
    assert {row[1:] for row in held(used, Role.INTAKE, WRITE, ("vault",))} == {
        (table, "INSERT")
        for table in ("subjects", "own_references", "identities", "refused_messages")
    }
    reviewing = [
        ("ledger.make_room(bigint)",),
        ("vault.announce_read(text,text,uuid[])",),
        ("vault.read_identities(bigint)",),
    ]
    asked = {role: rows(used, RUNS_AS_OWNER, [list(OURS), role.value]) for role in Role}
    assert asked == {
        Role.INTAKE: [
            ("intake.end_silent_processes()",),
            ("ledger.make_room(bigint)",),
            ("vault.resolve(bytea[])",),
        ],
        Role.VAULT: reviewing,
        Role.REVIEW: reviewing,
        Role.PROJECT: [],
        Role.READ: [],
    }


def test_reviewers_add_their_decisions_and_nothing_else_to_the_vault(used: Hub) -> None:
    assert held(used, Role.REVIEW, WRITE, ("vault",)) == [("vault", "review_decisions", "INSERT")]


@pytest.mark.parametrize("role", [Role.PROJECT, Role.READ])
def test_readers_and_projections_write_nothing_in_the_vault(used: Hub, role: Role) -> None:
    assert held(used, role, WRITE, ("vault",)) == []


def test_the_reading_role_writes_nothing_anywhere(used: Hub) -> None:
    assert held(used, Role.READ, WRITE, OURS) == []
    assert rows(used, CREATES, [Role.READ.value]) == []
    assert rows(used, SEQUENCES, [list(OURS), Role.READ.value]) == []
    readable = held(used, Role.READ, READ, OURS)
    assert ("projection", "episode_facts_v1_b1", "SELECT") in readable


def test_nobody_may_change_or_remove_a_record_and_readers_may_not_add_one(used: Hub) -> None:
    may = {role: held(used, role, WRITE, ("ledger",)) for role in Role}

    writing = [("ledger", "head", "UPDATE"), ("ledger", "stored_events", "INSERT")]
    signing = [
        ("ledger", table, "INSERT")
        for table in ("checkpoint_refusals", "checkpoints", "paddings", "tiles")
    ]
    assert may == {
        Role.INTAKE: sorted(writing + signing),
        Role.VAULT: writing,
        Role.REVIEW: writing,
        Role.PROJECT: [],
        Role.READ: [],
    }


@pytest.mark.parametrize("role", Role)
def test_a_role_has_no_way_to_more(used: Hub, role: Role) -> None:
    assert rows(used, MEMBER_OF, [role.value, role.value]) == []
    assert rows(used, ATTRIBUTES, [role.value]) == [(False,)]
    creates = rows(used, CREATES, [role.value])
    assert creates == ([("projection",)] if role is Role.PROJECT else [])


def test_what_the_catalogue_says_is_what_happens(used: Hub) -> None:
    for role in (Role.INTAKE, Role.REVIEW, Role.PROJECT, Role.READ):
        with connect(used.database_url, autocommit=True) as connection:
            connection.execute(f"SET ROLE {role}")
            with pytest.raises(InsufficientPrivilege):
                connection.execute("SELECT FROM vault.identities")
