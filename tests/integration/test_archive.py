"""The ledger's archive: written behind the ledger, the same bytes always, read by position."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from resource import RLIMIT_FSIZE, getrlimit, setrlimit

import pytest

from domain.errors import ArchiveUnusableError, StorageFullError, UsageError
from hub.archive.store import Archive
from hub.archive.writing import archive_ledger
from hub.wiring import Hub
from tests.archive_steps import SMALL, archive_all, files_of, head, sign, tell
from tests.hub_steps import change, rows, subject_of
from tests.ledger_steps import unlock, write

ROWS = """
SELECT notification_id, originator_id, topic, state, publisher, submission_id, occurred_at,
       recorded_at, leaf_hash
  FROM ledger.stored_events ORDER BY notification_id
"""


def archive(hub: Hub, other: Archive | None = None, *, until: int | None = None) -> int:
    return archive_ledger(
        hub.ledger_database, other or hub.archive, until=until, segment_positions=SMALL
    )


def names(hub: Hub) -> list[str]:
    return [each.stem for each in hub.archive.segments()]


def test_the_archive_holds_the_rows_of_the_ledger(hub: Hub) -> None:
    tell(hub)

    archive_all(hub)

    held = [each.row() for each in hub.archive.records(0, hub.archive.extent())]
    assert len(held) > 2 * SMALL
    assert held == rows(hub, ROWS)


def test_whole_segments_are_archived_unless_it_is_said_how_far(hub: Hub) -> None:
    write(hub, 250)

    assert archive(hub) == 200
    assert archive(hub, until=230) == 230
    assert archive(hub, until=120) == 230
    write(hub, 200)
    assert archive(hub) == 400
    assert names(hub) == [
        "000000000001-000000000100",
        "000000000101-000000000200",
        "000000000201-000000000230",
        "000000000231-000000000300",
        "000000000301-000000000400",
    ]


def test_an_empty_ledger_has_an_empty_archive(hub: Hub) -> None:
    assert archive(hub) == 0
    assert hub.archive.segments() == ()
    assert hub.archive.last_checkpoint() is None


def test_a_position_that_is_not_there_yet_is_refused(hub: Hub) -> None:
    write(hub, 3)

    with pytest.raises(UsageError, match="ends at position 3, before 4"):
        archive(hub, until=4)


def test_the_same_records_give_the_same_bytes(hub: Hub, tmp_path: Path) -> None:
    tell(hub)
    again = Archive(tmp_path / "again")

    archive_all(hub)
    archive(hub, again, until=150)
    archive(hub, again, until=150)
    third = Archive(tmp_path / "third")
    archive(hub, third, until=head(hub))

    assert files_of(third.folder) == files_of(hub.archive.folder)
    first = "ledger/segments/000000000001-000000000100.parquet"
    assert files_of(again.folder)[first] == files_of(third.folder)[first]


def test_writers_take_turns(hub: Hub, tmp_path: Path) -> None:
    write(hub, 1_000)
    alone = Archive(tmp_path / "alone")
    archive(hub, alone)

    with ThreadPoolExecutor(3) as pool:
        reached = list(pool.map(lambda _: archive(hub, Archive(hub.archive.folder)), range(3)))

    assert reached == [1_000] * 3
    assert files_of(hub.archive.folder) == files_of(alone.folder)


def test_what_a_dead_writer_left_is_no_part_of_the_archive_and_is_cleared(hub: Hub) -> None:
    write(hub, 200)
    archive(hub, until=100)
    folder = hub.archive.segment_dir
    left = [folder / ".unfinished-x", folder / "000000000101-000000000150.parquet"]
    for path in left:
        path.write_bytes(b"half")

    assert hub.archive.extent() == 100
    assert archive(hub) == 200
    assert not any(path.exists() for path in left)


@pytest.mark.parametrize(
    ("damage", "says"),
    [
        ("UPDATE ledger.stored_events SET topic = 'x' WHERE notification_id = 142", "leaf hash"),
        ("UPDATE ledger.stored_events SET state = '\\xff' WHERE notification_id = 142", "UTF-8"),
        ("UPDATE ledger.stored_events SET state = NULL WHERE notification_id = 142", "no state"),
        ("DELETE FROM ledger.stored_events WHERE notification_id = 142", "missing"),
    ],
)
def test_a_damaged_record_is_never_archived(hub: Hub, damage: str, says: str) -> None:
    write(hub, 200)
    unlock(hub)
    change(hub, damage)

    with pytest.raises(ArchiveUnusableError, match=rf"position 142 .*{says}"):
        archive(hub)

    assert names(hub) == ["000000000001-000000000100"]
    assert len(list(hub.archive.segment_dir.iterdir())) == 3


def test_the_archive_of_another_ledger_is_not_gone_on_with(hub: Hub) -> None:
    write(hub, 100)
    archive(hub)
    unlock(hub)
    change(hub, "DELETE FROM ledger.stored_events")
    change(hub, "UPDATE ledger.head SET position = 0, recorded_at = '-infinity'")

    with pytest.raises(ArchiveUnusableError, match="ledger ends at 0"):
        archive(hub)

    tell(hub)
    with pytest.raises(ArchiveUnusableError, match="position 100 is not the ledger's"):
        archive(hub)


def test_an_archive_that_was_lost_is_not_begun_anew_in_silence(hub: Hub, tmp_path: Path) -> None:
    write(hub, 100)
    archive(hub)
    sign(hub)

    empty = Archive(tmp_path / "empty")
    with pytest.raises(ArchiveUnusableError, match="held 100 once"):
        archive(hub, empty)

    assert archive_ledger(hub.ledger_database, empty, anew=True, segment_positions=SMALL) == 100
    assert files_of(empty.folder) == files_of(hub.archive.folder)


def test_payloads_are_found_by_position_and_held_against_the_ledger(hub: Hub) -> None:
    tell(hub)
    archive_all(hub)
    states = {row[0]: (row[8], row[3]) for row in rows(hub, ROWS)}
    some = [1, 99, 100, 101, head(hub)]

    assert hub.archive.payloads(some) == {at: states[at][1] for at in some}
    assert hub.archive.attested({7: states[7][0]}) == {7: states[7][1]}
    with pytest.raises(ArchiveUnusableError, match="position 7 is not the ledger's"):
        hub.archive.attested({7: states[8][0]})
    with pytest.raises(ArchiveUnusableError, match=r"no position \d+: it ends at"):
        hub.archive.payloads([head(hub) + 1])


def test_the_index_leads_from_a_child_to_its_records_in_a_segment(hub: Hub) -> None:
    tell(hub)
    archive_all(hub)
    child = subject_of(hub, "C1")

    found = [
        position
        for segment in hub.archive.segments()
        for position in hub.archive.positions_of(child.bytes, segment)
    ]

    about = rows(
        hub,
        "SELECT notification_id FROM ledger.stored_events"
        " WHERE originator_id = %s OR convert_from(state, 'UTF8')::jsonb ->> 'subject_id' = %s"
        " ORDER BY 1",
        [child, str(child)],
    )
    assert found == [row[0] for row in about]
    assert len(found) > 3


def test_a_checkpoint_is_kept_once_and_never_replaced(hub: Hub) -> None:
    hub.archive.keep_checkpoint(9, "first")
    hub.archive.keep_checkpoint(9, "first")
    hub.archive.keep_checkpoint(10, "second")

    with pytest.raises(ArchiveUnusableError, match="another checkpoint of size 9"):
        hub.archive.keep_checkpoint(9, "forged")

    assert hub.archive.last_checkpoint() == (10, "second")
    assert hub.archive.checkpoint_sizes() == [9, 10]
    assert hub.archive.checkpoint(11) is None


def test_a_directory_that_cannot_be_written_is_named(hub: Hub, tmp_path: Path) -> None:
    write(hub, 100)
    (tmp_path / "file").write_bytes(b"")

    with pytest.raises(ArchiveUnusableError, match="HUB_ARCHIVE_DIR"):
        archive(hub, Archive(tmp_path / "file"))


def test_a_full_volume_is_said_and_the_archive_goes_on_when_there_is_room(hub: Hub) -> None:
    write(hub, 200)
    archive(hub, until=100)
    soft, hard = getrlimit(RLIMIT_FSIZE)

    setrlimit(RLIMIT_FSIZE, (3_000, hard))
    try:
        with pytest.raises(StorageFullError, match="archive's volume is full"):
            archive(hub)
    finally:
        setrlimit(RLIMIT_FSIZE, (soft, hard))

    assert len(list(hub.archive.segment_dir.iterdir())) == 3
    assert archive(hub) == 200
