"""What a restored database must be before the hub serves from it, and what fills it up."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from uuid import uuid4

import pyarrow.parquet as pq
import pytest
from psycopg import connect
from psycopg.sql import SQL, Identifier

from contracts.outcomes import Outcome
from domain.errors import (
    ArchiveUnusableError,
    LedgerBehindError,
    RestoreRefusedError,
)
from domain.vocabulary import ErasureReason
from hub.archive.segments import write_records
from hub.identity.sealing import IDENTITY_TYPES
from hub.restoring import reconcile
from hub.settings import Settings
from hub.wiring import Hub, open_hub
from tests.example_bodies import BODIES
from tests.examples import BIRMINGHAM, COVENTRY, identity, message, registration
from tests.hub_steps import SettableClock, follow, rows, settle, subject_of
from tests.restore_steps import LOCATED, known_ids, report, state

Opener = Callable[..., AbstractContextManager[Hub]]

# Facts as they stand now, without the random identifiers: how often one changed on the way there
# depends on their order.
HOLDING = """
SELECT source, bucket, category, month, age, authority, count(*)
  FROM projection.episode_facts_v1 f JOIN projection.active_build USING (build)
 WHERE held_until IS NULL
 GROUP BY source, bucket, category, month, age, authority
 ORDER BY source, bucket, category, month, age, authority
"""


@pytest.fixture
def older_url(postgres_dsn: str, database_url: str) -> Iterator[Callable[[], str]]:
    """Give what copies the database as it is now; nobody may be connected to it."""
    name = f"test_{uuid4().hex}"
    source = database_url.partition("@/")[2].partition("?")[0]

    def copy() -> str:
        with connect(postgres_dsn, autocommit=True) as connection:
            connection.execute(
                SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(name), Identifier(source))
            )
        return postgres_dsn.replace("@/hub?", f"@/{name}?")

    yield copy
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(Identifier(name)))


@pytest.fixture
def opened(tmp_path: Path, clock: SettableClock) -> Opener:
    """Give what opens a hub on a database; keys, archive and journal are always the same."""

    @contextmanager
    def open_it(url: str, *, guarded: bool = True) -> Iterator[Hub]:
        settings = Settings(database_url=url, data_dir=tmp_path)
        with open_hub(settings, clock=clock, guarded=guarded) as hub:
            yield hub

    return open_it


def test_the_archive_fills_the_ledger_and_what_is_sent_again_heals_the_vault(
    database_url: str, older_url: Callable[[], str], opened: Opener
) -> None:
    with opened(database_url) as hub:
        settle(hub, *(each for child in (1, 2) for each in report(child, hub)))
        follow(hub)
    restored_url = older_url()
    with opened(database_url) as hub:
        lost = [each for child in (3, 4, 5) for each in report(child, hub)]
        known = message(child="C-1", subject="E-1b", event_id="m-1b", left="2026-03-16")
        settle(hub, *lost, known, b"{")
        follow(hub)
        hub.archivist.checkpoint()
        before = state(hub)
        ids = known_ids(hub, [1, 3, 4])
        five = subject_of(hub, "C-5")
        for child in ("C-2", "C-5"):
            hub.rights.erase(subject_of(hub, child), ErasureReason.COURT_ORDER)

    with opened(restored_url, guarded=False) as hub:
        found = reconcile(hub)

        # Two erasures, of which nothing but the journal knew, are all that was added.
        assert (found.archived, found.position) == (before.position, before.position + 2)
        assert (found.erased, found.decided) == (2, 0)
        assert [(each.publisher, each.registers) for each in found.lost] == [
            (BIRMINGHAM, registers) for registers in (True, False, False) * 2 + (False,)
        ]
        assert reconcile(hub).position == found.position

    with opened(restored_url) as hub:
        restored = state(hub)
        assert (restored.views, restored.submissions) == (before.views, before.submissions)
        assert restored.balanced
        again = settle(hub, *lost, known)
        settle(hub, message(LOCATED, child="C-1", subject="E-1b", located="2026-03-17"))
        follow(hub)
        assert {each.outcome.value for each in again} == {"duplicate"}
        assert known_ids(hub, [1, 3, 4]) == ids
        assert len(hub.rights.disclose(ids[1][0], reader="test", purpose="check").identities) == 1
        gone = hub.rights.disclose(five, reader="test", purpose="check")
        assert (gone.identities, gone.references) == ((), ())
        assert rows(hub, "SELECT FROM intake.lost_identities") == []
        assert state(hub).episodes == before.episodes


def test_whoever_is_known_again_is_linked_and_aged(
    database_url: str, older_url: Callable[[], str], opened: Opener
) -> None:
    with opened(database_url):
        pass
    restored_url = older_url()
    with opened(database_url) as hub:
        sent = [*report(1, hub), *report(1, hub, publisher=COVENTRY)]
        settle(hub, *sent)
        # The linker had not come to it when the disk was lost.
        hub.archivist.checkpoint()
        follow(hub)
        linked = rows(hub, HOLDING)

    with opened(restored_url, guarded=False) as hub:
        assert reconcile(hub).decided == 0
        # In another order, and one by one.
        for raw in (sent[5], sent[1], sent[0], sent[3], sent[2], sent[4]):
            settle(hub, raw)
            hub.linker.catch_up()

        assert state(hub).balanced
        assert rows(hub, HOLDING) == linked
        (persons,) = rows(hub, "SELECT count(*), count(DISTINCT person_id) FROM link.persons")
        assert persons == (2, 1)


def test_a_reference_that_stands_for_another_child_by_now_stays_with_it(
    database_url: str, older_url: Callable[[], str], opened: Opener
) -> None:
    with opened(database_url):
        pass
    restored_url = older_url()
    with opened(database_url) as hub:
        sent = report(1, hub)
        settle(hub, *sent)
        hub.archivist.checkpoint()

    with opened(restored_url, guarded=False) as hub:
        reconcile(hub)
        settle(hub, message(child="C-1", subject="E-9", left="2026-03-20"))
        newer = subject_of(hub, "C-1")
        again = settle(hub, *sent)

        assert {each.outcome.value for each in again} == {"duplicate"}
        assert subject_of(hub, "C-1") == newer
        assert len(reconcile(hub).lost) == len(sent)


def test_nothing_runs_on_a_ledger_that_was_rolled_back_behind_its_archive(
    database_url: str, older_url: Callable[[], str], opened: Opener
) -> None:
    with opened(database_url) as hub:
        settle(hub, message())
    restored_url = older_url()
    with opened(database_url) as hub:
        settle(hub, message())
        end = hub.archivist.checkpoint().size

    message_told = rf"ends at position 2, and the archive covers {end}.*hub restore"
    with pytest.raises(LedgerBehindError, match=message_told), opened(restored_url):
        pass
    # Although every record is there, another ledger was signed.
    with opened(restored_url, guarded=False) as hub:
        settle(hub, message(), message(), message())
        shutil.rmtree(hub.archive.segment_dir)
    with pytest.raises(LedgerBehindError, match=f"checkpoint {end}"), opened(restored_url):
        pass
    with opened(restored_url, guarded=False) as hub, pytest.raises(RestoreRefusedError):
        reconcile(hub)


def test_a_record_that_differs_from_the_archives_is_named_and_refused(
    database_url: str, older_url: Callable[[], str], opened: Opener
) -> None:
    with opened(database_url) as hub:
        settle(hub, message())
    restored_url = older_url()
    with opened(database_url) as hub:
        settle(hub, message())
        hub.archivist.checkpoint()
    with opened(restored_url, guarded=False) as hub:
        settle(hub, message())
        before = state(hub)

        with pytest.raises(RestoreRefusedError, match="Position 3 is one record"):
            reconcile(hub)

        assert state(hub) == before


def test_an_archive_whose_bytes_were_changed_is_refused(
    database_url: str, older_url: Callable[[], str], opened: Opener
) -> None:
    with opened(database_url):
        pass
    restored_url = older_url()
    with opened(database_url) as hub:
        settle(hub, *report(1, hub))
        hub.archivist.checkpoint()
        (records,) = hub.archive.segment_dir.glob("*[0-9].parquet")
    table = pq.read_table(records)
    states = table["state"].to_pylist()
    states[1] = states[1].replace("2026", "2027")
    column = table.schema.get_field_index("state")
    records.unlink()
    write_records(records, [table.set_column(column, table.schema.field(column), [states])])

    with opened(restored_url, guarded=False) as hub:
        with pytest.raises(ArchiveUnusableError, match="position 2"):
            reconcile(hub)

        assert rows(hub, "SELECT position FROM ledger.head") == [(0,)]


def test_every_kind_of_submission_gives_back_what_it_names(
    database_url: str, older_url: Callable[[], str], opened: Opener
) -> None:
    named = "SELECT reference_key, kind, id, subject_id FROM vault.own_references ORDER BY 1"
    with opened(database_url):
        pass
    restored_url = older_url()
    with opened(database_url) as hub:
        sent = [
            registration(identity(1), hub.keys.sealing, event_type=kind)
            if kind in IDENTITY_TYPES
            else message(kind, data=BODIES[kind])
            for kind in sorted(BODIES)
        ]
        first = settle(hub, *sent)
        hub.archivist.checkpoint()
        before = rows(hub, named)
    accepted = [
        raw for raw, each in zip(sent, first, strict=True) if each.outcome is Outcome.ACCEPTED
    ]
    assert len(accepted) > len(sent) // 2

    with opened(restored_url, guarded=False) as hub:
        reconcile(hub)
        assert rows(hub, named) == []
        # Backwards, so that none finds what another would have brought.
        again = [settle(hub, raw)[0] for raw in reversed(accepted)]

        assert {each.outcome for each in again} == {Outcome.DUPLICATE}
        assert rows(hub, named) == before
        assert reconcile(hub).lost == ()
