"""A child's rights: what is held is shown, and erased for good when it may be."""

from datetime import date
from pathlib import Path

import pytest
from psycopg import connect

from domain.errors import DatabaseUnavailableError, ErasureRefusedError, NotFoundError
from domain.measures import CountsQuery
from domain.vocabulary import ErasureReason
from hub.identity.scrubbing import scrub_keys
from hub.rebuilding import rebuild
from hub.wiring import Hub
from tests.examples import BIRMINGHAM, NOON, identity, message, registration
from tests.hub_steps import change, follow, rows, settle, subject_of

LOCATED = "missing.episode.located.v1"
KEPT = """
SELECT (SELECT count(*) FROM vault.identities), (SELECT count(*) FROM vault.own_references),
       (SELECT count(*) FROM vault.link_keys),
       (SELECT count(*) FROM vault.subjects WHERE wrapped_key IS NOT NULL)
"""

TABLE = "vault.subjects"
DISCLOSURES = """
SELECT reader, purpose, subject_ids FROM vault.reads WHERE reader <> 'linker' ORDER BY id
"""


@pytest.fixture
def sent(hub: Hub) -> list[bytes]:
    """What a publisher sent about one child, who was missing and is found."""
    raw = [
        registration(identity(), hub.keys.sealing, child="C-1"),
        message(subject="E-1", child="C-1", left="2026-03-14T08:00:00Z"),
        message(LOCATED, subject="E-1", child="C-1", located="2026-03-15T08:00:00Z"),
    ]
    settle(hub, *raw)
    follow(hub)
    return raw


def missing_children(hub: Hub) -> list[tuple[tuple[str, ...], int | float]]:
    query = CountsQuery(measure="missing_children", by=("month", "age_band", "authority"))
    return [(row.dimensions, row.value) for row in hub.counts.answer(query).rows]


@pytest.mark.usefixtures("sent")
def test_access_shows_identity_references_and_events_and_is_put_on_record(hub: Hub) -> None:
    subject = hub.rights.find(f"{BIRMINGHAM}/C-1")

    record = hub.rights.disclose(subject, reader="operator", purpose="subject-access-request")

    assert subject == subject_of(hub, "C-1") == hub.rights.find(str(subject))
    assert [each.identity for each in record.identities] == [identity()]
    assert {(each.kind, each.reference) for each in record.references} == {
        ("child", "C-1"),
        ("episode", "E-1"),
    }
    assert [each.type for each in record.events] == [
        "subject-registered",
        "episode-reported",
        "child-located",
        "episode-aged",
    ]
    assert rows(hub, DISCLOSURES) == [("operator", "subject-access-request", [subject])]


def test_nothing_is_erased_while_an_episode_is_open(hub: Hub) -> None:
    settle(hub, registration(identity(), hub.keys.sealing), message())
    subject = subject_of(hub, "C-1")

    # Whether or not the linker has read of it yet.
    with pytest.raises(ErasureRefusedError):
        hub.rights.erase(subject, ErasureReason.COURT_ORDER)
    follow(hub)
    before = rows(hub, KEPT)
    with pytest.raises(ErasureRefusedError):
        hub.rights.erase(subject, ErasureReason.COURT_ORDER)

    assert rows(hub, KEPT) == before
    settle(hub, message(LOCATED))
    assert not hub.rights.erase(subject, ErasureReason.COURT_ORDER).already


@pytest.mark.usefixtures("sent")
def test_after_an_erasure_nothing_finds_the_child_again_and_every_count_stays(hub: Hub) -> None:
    subject = subject_of(hub, "C-1")
    before = missing_children(hub)

    erasure = hub.rights.erase(subject, ErasureReason.RETENTION_ENDED)
    again = hub.rights.erase(subject, ErasureReason.RETENTION_ENDED)
    follow(hub)

    assert (erasure.already, again.already) == (False, True)
    assert erasure.erased_at == again.erased_at == NOON
    assert erasure.complete_on == date(2026, 4, 13)
    assert rows(hub, KEPT) == [(0, 0, 0, 0)]
    record = hub.rights.disclose(subject, reader="operator", purpose="check")
    assert (record.identities, record.references) == ((), ())
    assert [each.type for each in record.events] == ["subject-registered", "identity-erased"]
    with pytest.raises(NotFoundError):
        hub.rights.find(f"{BIRMINGHAM}/C-1")
    assert before == [(("2026-03", "10-15", "330"), 1)]
    assert missing_children(hub) == before
    assert rebuild(hub.project_database, hub.projector, hub.archive).equal
    assert missing_children(hub) == before


def test_old_messages_stay_duplicates_and_a_new_report_is_about_a_new_child(
    hub: Hub, sent: list[bytes]
) -> None:
    old = subject_of(hub, "C-1")
    hub.rights.erase(old, ErasureReason.UNLAWFUL)

    again = settle(hub, *sent)
    (fresh,) = settle(hub, message(subject="E-1", child="C-1", left="2026-03-20"))
    follow(hub)

    assert {each.outcome.value for each in again} == {"duplicate"}
    assert fresh.outcome.value == "accepted"
    assert subject_of(hub, "C-1") != old
    assert missing_children(hub) == [
        (("2026-03", "10-15", "330"), 1),
        (("2026-03", "unknown", "330"), 1),
    ]


def test_a_child_that_was_never_heard_of_is_neither_shown_nor_erased(hub: Hub) -> None:
    stranger = "00000000-0000-4000-8000-00000000dead"

    for text in ("C-1", f"{BIRMINGHAM}/C-1"):
        with pytest.raises(NotFoundError):
            hub.rights.find(text)
    with pytest.raises(NotFoundError):
        hub.rights.erase(hub.rights.find(stranger), ErasureReason.UNLAWFUL)
    with pytest.raises(NotFoundError):
        hub.rights.disclose(hub.rights.find(stranger), reader="operator", purpose="check")
    assert rows(hub, "SELECT FROM vault.reads") == []


@pytest.mark.usefixtures("sent")
def test_a_key_that_could_not_be_taken_out_of_the_file_is_told_and_goes_the_next_time(
    hub: Hub,
) -> None:
    subject = subject_of(hub, "C-1")
    (sealed,) = rows(hub, "SELECT wrapped_key FROM vault.subjects")[0]
    with connect(hub.database_url) as holder:
        holder.execute("LOCK TABLE vault.subjects IN ACCESS SHARE MODE")
        with pytest.raises(DatabaseUnavailableError, match="is erased and that is recorded"):
            scrub_keys(hub.database_url, attempts=1)

    assert hub.rights.erase(subject, ErasureReason.COURT_ORDER).already is False
    assert hub.rights.erase(subject, ErasureReason.COURT_ORDER).already is True
    ((path,),) = rows(
        hub, "SELECT current_setting('data_directory') || '/' || pg_relation_filepath(%s)", [TABLE]
    )
    change(hub, "CHECKPOINT")
    assert bytes(sealed) not in Path(path).read_bytes()
