"""Where every source episode stands: one bucket, one cell."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.episodes import source_rows
from domain.linkage_events import EpisodeMatched
from domain.measures import Bucket, Source
from domain.records import RecordedEvent
from domain.source_rows import SourceRow
from domain.vocabulary import Category, Classification
from tests.examples import NOON, WEST_MIDLANDS, event
from tests.unit.records import record, reported, uuid_of
from tests.unit.test_episode_facts import of_child

MONTH_ON = timedelta(days=31)
ABOUT: dict[str, Any] = {"episode_id": uuid_of(1), "subject_id": uuid_of(100)}


def police(position: int, *, episode: int, **given: Any) -> RecordedEvent:
    """The report of a force."""
    return reported(position, episode=episode, publisher=WEST_MIDLANDS, **given)  # type: ignore[no-any-return]


def match(position: int, episode: int, *nationals: int, **given: Any) -> RecordedEvent:
    """The decision to which national episodes an account belongs."""
    about: dict[str, Any] = {"episode_id": uuid_of(episode), "subject_id": uuid_of(100)}
    ids = tuple(uuid_of(each) for each in nationals or (episode,))
    decision = EpisodeMatched(**about, national_ids=ids, basis="test", **given)
    return record(decision, position, publisher="hub")


def rows(*records: RecordedEvent) -> dict[int, SourceRow]:
    """The rows of some records by the number of their episode; any order gives the same."""
    found = source_rows(records)
    assert found == source_rows(records[::-1])
    return {each.episode_id.int: each for each in found}


@pytest.mark.parametrize(
    ("more", "bucket"),
    [
        ((), Bucket.AUTHORITY_ONLY),
        ((match(2, 1, in_review=True),), Bucket.IN_REVIEW),
        ((match(2, 1, in_review=True, held=True),), Bucket.HELD),
        ((match(2, 1, held=True), match(3, 1)), Bucket.AUTHORITY_ONLY),
        ((match(2, 1, held=True), record(event("episode-voided", **ABOUT), 3)), Bucket.VOID),
    ],
)
def test_void_goes_before_held_and_held_before_in_review(
    more: tuple[RecordedEvent, ...], bucket: Bucket
) -> None:
    found = rows(reported(left=NOON), *more)

    assert {number: each.bucket for number, each in found.items()} == {1: bucket}


def test_each_source_stands_alone_until_they_are_matched() -> None:
    apart = (reported(1, episode=1, left=NOON), police(2, episode=2, left=NOON))

    assert [each.bucket for each in rows(*apart).values()] == [
        Bucket.AUTHORITY_ONLY,
        Bucket.POLICE_ONLY,
    ]
    together = rows(*apart, match(3, 2, 1))
    assert {each.bucket for each in together.values()} == {Bucket.MATCHED}


def test_rows_of_one_episode_stand_in_its_cell_whatever_they_say_themselves() -> None:
    found = rows(
        reported(
            1,
            episode=1,
            left=NOON + MONTH_ON,
            classification=Classification.AWAY,
            looked_after=True,
            responsible_authority="317",
        ),
        police(2, episode=2, left=NOON, home_authority="331"),
        match(3, 2, 1),
    )

    assert {(each.category, each.started_on, each.authority) for each in found.values()} == {
        (Category.MISSING, date(2026, 3, 14), "317")
    }
    assert {each.force for each in found.values()} == {"E23000014"}
    assert [each.source for each in found.values()] == [Source.AUTHORITY, Source.POLICE]


def test_an_authority_row_over_two_police_episodes_stands_with_the_first() -> None:
    found = rows(
        police(1, episode=1, left=NOON),
        police(2, episode=2, left=NOON + MONTH_ON),
        reported(3, episode=3, left=NOON),
        match(4, 3, 2, 1),
    )

    assert {number: each.started_on for number, each in found.items()} == {
        1: date(2026, 3, 14),
        2: date(2026, 4, 14),
        3: date(2026, 4, 14),
    }
    assert {each.bucket for each in found.values()} == {Bucket.MATCHED}


def test_a_held_row_stands_where_it_says_itself() -> None:
    held = rows(
        of_child("care-started", 1, care_id=uuid_of(9), started=NOON, responsible_authority="335"),
        police(2, episode=1, left=NOON + MONTH_ON),
        match(3, 1, held=True),
    )

    assert held[1].bucket is Bucket.HELD
    assert (held[1].authority, held[1].started_on) == ("335", date(2026, 4, 14))


def test_without_a_start_a_row_is_held_in_an_unknown_month() -> None:
    located = record(event("child-located", **ABOUT), 1)
    interview = record(event("return-interview-not-offered", **ABOUT), 1)

    for record_of in (located, interview):
        (found,) = rows(record_of).values()
        assert (found.bucket, found.started_on) == (Bucket.HELD, None)
        assert (found.authority, found.force) == ("330", "none")


def test_what_says_nothing_of_an_episode_makes_no_row() -> None:
    told = record(event("notification-sent", **ABOUT), 1)

    assert rows(told, of_child("subject-registered", 2)) == {}
