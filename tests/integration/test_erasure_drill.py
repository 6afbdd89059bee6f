"""The drill: of a hundred children one is erased, and searched for in every place there is."""

import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from tempfile import mkdtemp
from typing import Final, LiteralString
from uuid import UUID

import pytest

from contracts.outcomes import Outcome
from contracts.tlog_proofs import check_proof, parse_proof
from domain.periods import Month, london_date
from domain.vocabulary import ErasureReason
from hub.backup.copying import BaseBackups
from hub.ledger.verifying import verify_ledger
from hub.release.build import release_month
from hub.wiring import Hub
from tests.canaries import ALL, CHILD, OWN, found_in, in_tables, sent_by
from tests.e2e.program import run_hub
from tests.examples import BIRMINGHAM, COVENTRY, message
from tests.hub_steps import change, follow, rows, settle, subject_of
from tests.opened_vault import opened
from tests.publication_steps import DAY
from tests.restore_steps import Site, report

LOCATED: Final = "missing.episode.located.v1"
BOTH: Final = (BIRMINGHAM, COVENTRY)
LEAVES: LiteralString = """
SELECT submission_id, leaf_hash FROM ledger.stored_events WHERE submission_id IS NOT NULL
 ORDER BY notification_id
"""
PLACE: LiteralString = """
SELECT current_setting('data_directory'), oid::text FROM pg_database
 WHERE datname = current_database()
"""
COUNTED: LiteralString = """
SELECT (SELECT count(*) FROM vault.subjects WHERE wrapped_key IS NOT NULL),
       (SELECT count(*) FROM vault.subjects WHERE erased_at IS NOT NULL)
"""


@pytest.fixture
def site() -> Iterator[Site]:
    """Give the places of a hub, which the user that runs PostgreSQL for root can reach."""
    top = Path(mkdtemp(prefix="hub-drill-"))
    top.chmod(0o755)
    yield Site(top=top)
    shutil.rmtree(top)


def take_in(hub: Hub) -> list[bytes]:
    """Let two authorities report fifty children each; one child is known to both, and found.

    Returns what was accepted.
    """
    sent = [
        raw
        for publisher in BOTH
        for child in range(1, 50)
        for raw in report(child + 50 * (publisher == COVENTRY), hub, publisher=publisher)
    ]
    for publisher in BOTH:
        sent += sent_by(hub, publisher)
        sent.append(
            message(
                LOCATED,
                subject=OWN[0],
                child=CHILD,
                publisher=publisher,
                event_id="found",
                located="2026-03-15T08:00:00Z",
            )
        )
    settled = settle(hub, *sent)
    follow(hub)
    outcomes = {each.outcome for each in settled}
    assert outcomes >= {Outcome.ACCEPTED, Outcome.CONFLICT, Outcome.REJECTED}
    return [raw for raw, end in zip(sent, settled, strict=True) if end.outcome is Outcome.ACCEPTED]


def files_under(*places: Path) -> Iterator[bytes]:
    """Give the content of every file below some places."""
    for place in places:
        for path in sorted(place.rglob("*")):
            if path.is_file() and not path.is_symlink():
                # Most of a segment of the write-ahead log is not written yet.
                yield path.read_bytes().rstrip(b"\0")


def wrapped_key(hub: Hub) -> bytes:
    """Return the child's own key as the database keeps it."""
    query = "SELECT wrapped_key FROM vault.subjects WHERE subject_id = %s"
    return bytes(rows(hub, query, [subject_of(hub, CHILD)])[0][0])


def table_files(hub: Hub) -> Iterator[bytes]:
    """Give the files of the database's tables, as they are on the disk."""
    change(hub, "CHECKPOINT")
    ((directory, oid),) = rows(hub, PLACE)
    assert Path(directory).is_relative_to(hub.settings.data_dir.parent)
    yield from files_under(Path(directory) / "base" / oid)


def published(hub: Hub, site: Site) -> dict[str, str]:
    """Return the hash of every published file; the month is released if it is not yet."""
    site.clock.move(DAY * 60)
    release_month(
        Month.parse("2026-03"),
        counts=hub.counts.answer,
        register=hub.register,
        today=london_date(site.clock()),
        feed=hub.feed_dir,
        synthetic=True,
    )
    return hashes_of(hub)


def hashes_of(hub: Hub) -> dict[str, str]:
    return {
        str(path.relative_to(hub.feed_dir)): sha256(path.read_bytes()).hexdigest()
        for path in sorted(hub.feed_dir.rglob("*"))
        if path.is_file()
    }


def receipts(hub: Hub) -> dict[UUID, tuple[str, ...]]:
    """Return every receipt that was given, with its proofs."""
    found = {}
    for submission_id in {row[0] for row in rows(hub, LEAVES)}:
        record = hub.submissions.find(submission_id)
        assert record is not None
        assert record.outcome is Outcome.ACCEPTED
        found[submission_id] = tuple(hub.public_log.proofs(record).texts)
    return found


def all_verify(hub: Hub, kept: dict[UUID, tuple[str, ...]]) -> bool:
    """Tell whether each kept proof still proves the record that the ledger holds now."""
    leaves: dict[UUID, list[bytes]] = {}
    for submission_id, leaf in rows(hub, LEAVES):
        leaves.setdefault(submission_id, []).append(bytes(leaf))
    for submission_id, proofs in kept.items():
        assert len(proofs) == len(leaves[submission_id])
        for proof, leaf in zip(proofs, leaves[submission_id], strict=True):
            check_proof(parse_proof(proof.encode()), leaf, hub.log_signer.verifier)
    return verify_ledger(hub.reader, archive=hub.archive).where is None


def erase_the_child(hub: Hub) -> tuple[UUID, ...]:
    """Erase every registration of the child, found as an operator would find them."""
    first = subject_of(hub, CHILD)
    shown = hub.rights.disclose(first, reader="operator", purpose="subject-access-request")
    everywhere = (first, *shown.same_child)
    for subject in everywhere:
        assert not hub.rights.erase(subject, ErasureReason.COURT_ORDER).already
    follow(hub)
    return everywhere


def test_an_erased_child_is_nowhere_also_after_a_restore_and_everything_else_stays(
    site: Site, capfd: pytest.CaptureFixture[str]
) -> None:
    with site.hub() as hub:
        sent = take_in(hub)
        BaseBackups.make(hub.backups_in(site.top / "backups"), None)
        # The search finds the child before, or it would show nothing.
        assert found_in(opened(hub)) == set(ALL)
        site.clock.move(DAY)
        hub.archivist.work()
        kept, before = receipts(hub), published(hub, site)
        key = wrapped_key(hub)
        assert key in b"".join(table_files(hub))

        everywhere = erase_the_child(hub)

        assert len(everywhere) == 2
        assert rows(hub, COUNTED) == [(98, 2)]
        assert found_in(opened(hub)) == set()
        assert in_tables(hub) == {}
        assert all_verify(hub, kept)
        assert hashes_of(hub) == before
        # Not even what could be opened if the keys were stolen later.
        assert key not in b"".join(table_files(hub))
        # Tables, write-ahead log, server's log; archive, feed, backups, temporary files.
        assert found_in(files_under(site.top)) == set()
        hub.archivist.checkpoint()
        site.lose_the_database()

    done = run_hub("restore", "--json", data_dir=site.data_dir, settings=site.variables)

    assert done.code in (0, 1), done.err
    with site.hub() as hub:
        assert rows(hub, COUNTED) == [(98, 2)]
        assert found_in(opened(hub)) == set()
        assert in_tables(hub) == {}
        assert all_verify(hub, kept)
        assert key not in b"".join(table_files(hub))
        old_rows_stay_suppressed_and_a_new_report_is_taken(hub, sent)
        assert found_in(files_under(site.top)) == set()
    output = capfd.readouterr()
    assert found_in([output.out.encode(), output.err.encode(), done.err.encode()]) == set()


def old_rows_stay_suppressed_and_a_new_report_is_taken(hub: Hub, sent: list[bytes]) -> None:
    """Send everything again, then something new about the child."""
    again = settle(hub, *sent)
    follow(hub)

    assert {each.outcome for each in again} == {Outcome.DUPLICATE}
    assert rows(hub, COUNTED) == [(98, 2)]
    (fresh,) = settle(hub, message(subject="E-NEW", child=CHILD, left="2026-03-20"))
    assert fresh.outcome is Outcome.ACCEPTED
    assert rows(hub, COUNTED) == [(99, 2)]
