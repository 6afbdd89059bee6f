"""A rebuild beside the live views: who is refused, what is listed, what readers see meanwhile."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from domain.errors import ArchiveUnusableError, RebuildNeededError, UsageError
from hub.archive.writing import archive_ledger
from hub.builds import alone
from hub.columnar.gathering import Source
from hub.columnar.loading import BareTables
from hub.rebuilding import Plan, rebuild
from hub.wiring import Hub
from projections.episodes import VIEWS, checksum
from tests.archive_steps import head
from tests.examples import message
from tests.hub_steps import change, follow, rows, settle
from tests.ledger_steps import unlock

ACTIVE = "SELECT build FROM projection.active_build"
BUILDS = "SELECT build, position FROM projection.builds ORDER BY build"
TABLES_OF_BUILDS = """
SELECT relname FROM pg_class WHERE relname ~ '_v1_b[0-9]+$' AND relkind = 'r' ORDER BY 1
"""
OTHER_LEAF = """
UPDATE ledger.stored_events SET leaf_hash = sha256(leaf_hash) WHERE notification_id = %s
"""


def checksums(hub: Hub, build: int) -> list[tuple[str, int]]:
    views = (*VIEWS, *(each.view for each in hub.engine.relations))
    with hub.reader.snapshot() as connection:
        return [checksum(connection, build, view) for view in views]


def test_a_rebuild_swaps_and_drops_the_old_build_and_what_was_left_of_others(hub: Hub) -> None:
    settle(hub, message())
    follow(hub)
    with hub.project_database.transaction() as connection:
        hub.projector.start_build(connection)
        killed = hub.projector.announce_build(connection)
    BareTables(hub.project_database, killed, hub.engine).create()

    result = rebuild(hub.project_database, hub.projector, hub.archive)

    active = hub.projector.active_build()
    head = hub.status.read().ledger_position
    assert (result.build, result.position) == (active, head)
    assert rows(hub, BUILDS) == [(active, head)]
    assert {name.rpartition("_b")[2] for (name,) in rows(hub, TABLES_OF_BUILDS)} == {str(active)}


def test_a_rebuild_says_which_rows_of_the_live_views_were_wrong_and_puts_them_right(
    hub: Hub,
) -> None:
    settle(hub, message(), message(subject="E-2", child="C-2"))
    follow(hub)
    right = checksums(hub, 1)
    with hub.project_database.transaction() as connection:
        connection.execute("DELETE FROM projection.incident_counts_v1 WHERE source = 'national'")
        connection.execute(
            "UPDATE projection.episode_facts_v1 SET sex = 'X', end_reason = ''"
            " WHERE source = 'national'"
        )

    only_looked = rebuild(
        hub.project_database, hub.projector, hub.archive, plan=Plan(swap=False, listed=1)
    )
    first = rebuild(hub.project_database, hub.projector, hub.archive)
    second = rebuild(hub.project_database, hub.projector, hub.archive)

    assert (only_looked.swapped, first.swapped) == (False, True)
    facts, counts = (each for each in first.comparisons if each.differences is not None)
    assert (facts.view, counts.view) == ("episode_facts_v1", "incident_counts_v1")
    assert facts.differences is not None
    assert counts.differences is not None
    assert (facts.differences.changed, counts.differences.only_fresh) == (2, counts.fresh[1] // 2)
    assert {row.columns for row in facts.differences.first} == {("end_reason", "sex")}
    assert {row.where for row in counts.differences.first} == {"fresh"}
    assert dict(facts.differences.first[0].key)["source"] == "national"
    looked = only_looked.comparisons[0].differences
    assert looked is not None
    assert (looked.changed, len(looked.first)) == (2, 1)
    assert second.equal
    assert checksums(hub, second.build) == right


def test_an_archive_that_is_damaged_or_another_ledger_s_is_refused_and_nothing_is_left(
    hub: Hub,
) -> None:
    settle(hub, message())
    follow(hub)
    until = archive_ledger(hub.ledger_database, hub.archive, until=head(hub))
    before = rows(hub, BUILDS), rows(hub, TABLES_OF_BUILDS)
    plan = Plan(source=Source.ARCHIVE)
    path = hub.archive.segment_dir / hub.archive.segments()[0].records
    sound = path.read_bytes()

    path.write_bytes(sound[:-9] + bytes([sound[-9] ^ 1]) + sound[-8:])
    with pytest.raises(ArchiveUnusableError, match="bytes are not those"):
        rebuild(hub.project_database, hub.projector, hub.archive, plan=plan)
    path.write_bytes(sound)
    unlock(hub)
    change(hub, OTHER_LEAF, [until])
    with pytest.raises(ArchiveUnusableError, match="are not the ledger's"):
        rebuild(hub.project_database, hub.projector, hub.archive, plan=plan)

    assert (rows(hub, BUILDS), rows(hub, TABLES_OF_BUILDS)) == before


def test_a_second_rebuild_at_the_same_time_is_refused(hub: Hub) -> None:
    settle(hub, message())
    follow(hub)
    before = rows(hub, BUILDS)

    with alone(hub.project_database), pytest.raises(UsageError, match="is rebuilding"):
        rebuild(hub.project_database, hub.projector, hub.archive)

    assert rows(hub, BUILDS) == before


def test_a_reader_who_began_before_the_swap_sees_the_old_build_to_the_end(hub: Hub) -> None:
    settle(hub, message())
    follow(hub)
    counted = "SELECT count(*) FROM projection.episode_facts_v1 WHERE build = %s"
    with ThreadPoolExecutor(1) as pool:
        with hub.reader.snapshot() as reader:
            old = reader.execute(ACTIVE).fetchone()
            assert old is not None
            rebuilding = pool.submit(rebuild, hub.project_database, hub.projector, hub.archive)
            while rows(hub, ACTIVE) == [old]:
                assert not rebuilding.done()
            seen = reader.execute(counted, old).fetchone()
        done = rebuilding.result()

    assert seen == (2,)
    assert rows(hub, BUILDS) == [(done.build, done.position)]


def test_views_of_other_definitions_stand_still_until_they_are_rebuilt(hub: Hub) -> None:
    settle(hub, message())
    follow(hub)
    before = rows(hub, BUILDS)
    with hub.project_database.transaction() as connection:
        connection.execute("UPDATE projection.builds SET relations = '{}'")
    settle(hub, message(subject="E-2", child="C-2"))

    with pytest.raises(RebuildNeededError, match="hub rebuild"):
        follow(hub)
    stood, needed = rows(hub, BUILDS), hub.status.read().rebuild_needed
    rebuilt = rebuild(hub.project_database, hub.projector, hub.archive)

    assert stood == before
    assert needed
    assert not rebuilt.same_definition
    assert not hub.status.read().rebuild_needed
    assert follow(hub) == rebuilt.position
