"""What one account of an absence counts as: its end, its areas, its placement, its findings."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.codes import PlacementGroup
from domain.decisions import ChildReachedEighteen
from domain.episodes import facts_of
from domain.measures import Source
from domain.national import EpisodeFacts
from domain.records import RecordedEvent
from domain.vocabulary import Classification, Sex
from tests.examples import BIRMINGHAM, NOON, WEST_MIDLANDS, event
from tests.unit.records import record, reported, uuid_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
CHILD = uuid_of(100)
ABOUT: dict[str, Any] = {"episode_id": uuid_of(1), "subject_id": CHILD}


def fact(*records: RecordedEvent) -> EpisodeFacts:
    """The only source fact of some records."""
    (found,) = (each for each in facts_of(records) if each.source is not Source.NATIONAL)
    return found


def about(kind: str, position: int = 2, **given: Any) -> RecordedEvent:
    """A record about episode 1 of the child."""
    return record(event(kind, **ABOUT, **given), position)


def of_child(kind: str, position: int = 2, at: datetime = NOON, **given: Any) -> RecordedEvent:
    """A record about the child."""
    publisher = given.pop("publisher", BIRMINGHAM)
    return record(
        event(kind, **{"subject_id": CHILD, **given}), position, at=at, publisher=publisher
    )


def care(number: int, started: Any, responsible: str | None = "335") -> RecordedEvent:
    """The start of a period of care."""
    return of_child(
        "care-started",
        number,
        care_id=uuid_of(number),
        started=started,
        responsible_authority=responsible,
    )


def placed(
    number: int,
    started: Any,
    code: str = "K2",
    host: str | None = "336",
    *,
    restricted: bool = False,
) -> RecordedEvent:
    """The start of a placement."""
    return of_child(
        "placement-started",
        number,
        placement_id=uuid_of(number),
        started=started,
        placement_type=code,
        host_authority=host,
        location_restricted=restricted,
    )


def birthday(day: date, position: int = 9) -> RecordedEvent:
    """The announcement of an eighteenth birthday."""
    return record(ChildReachedEighteen(subject_id=CHILD, birthday=day), position, publisher="hub")


def test_a_missing_episode_says_when_and_why_it_ended() -> None:
    end = fact(reported(left=NOON), about("child-located", located=date(2026, 3, 15)))

    assert end.end_at == datetime(2026, 3, 16, tzinfo=UTC)
    assert end.end_reason == "located"
    assert end.returned_on is None
    assert (fact(reported(left=NOON)).end_at, fact(reported(left=NOON)).end_reason) == (None, None)


def test_an_away_episode_ends_as_returned_on_a_london_date() -> None:
    end = fact(
        reported(left=NOON, classification=Classification.AWAY),
        about("child-returned", returned=datetime(2026, 6, 30, 23, 30, tzinfo=UTC)),
    )

    assert end.end_reason == "returned"
    assert end.returned_on == date(2026, 7, 1)


def test_an_episode_ends_when_the_eighteenth_birthday_begins_in_london() -> None:
    open_one = fact(reported(left=NOON), birthday(date(2026, 7, 1)))

    assert open_one.end_at == datetime(2026, 6, 30, 23, tzinfo=UTC)
    assert open_one.end_reason == "reached-eighteen"


def test_a_return_after_the_eighteenth_birthday_is_no_return_of_a_child() -> None:
    adult_at = datetime(2026, 3, 20, tzinfo=UTC)
    before = about("child-returned", returned=adult_at)
    after = about("child-returned", returned=adult_at + timedelta(microseconds=1))

    child = fact(reported(left=NOON), before, birthday(date(2026, 3, 20)))
    adult = fact(reported(left=NOON), after, birthday(date(2026, 3, 20)))

    assert (child.end_reason, child.returned_on) == ("located", date(2026, 3, 20))
    assert (adult.end_reason, adult.returned_on) == ("reached-eighteen", None)


def test_the_last_announced_birthday_holds() -> None:
    later = birthday(date(2026, 3, 19), position=10)

    end = fact(reported(left=NOON), later, birthday(date(2026, 3, 20)))

    assert end.end_at == datetime(2026, 3, 19, tzinfo=UTC)


@pytest.mark.parametrize(
    ("stated", "begun", "looked_after"),
    [
        (True, None, "yes"),
        (False, NOON - DAY, "no"),
        (None, NOON - DAY, "yes"),
        (None, NOON, "yes"),
        (None, NOON + HOUR, "no"),
        (None, None, "unknown"),
    ],
)
def test_a_child_is_looked_after_if_the_source_says_so_else_if_in_care_at_the_start(
    stated: bool | None, begun: datetime | None, looked_after: str
) -> None:
    known = [] if begun is None else [care(5, begun)]

    assert fact(reported(left=NOON, looked_after=stated), *known).looked_after == looked_after


def test_care_lasts_to_the_end_of_the_day_on_which_it_ended() -> None:
    ended = of_child("care-ended", 6, care_id=uuid_of(5), ended=date(2026, 3, 14))
    next_day = reported(left=datetime(2026, 3, 15, tzinfo=UTC))

    assert fact(reported(left=NOON), care(5, NOON - DAY), ended).looked_after == "yes"
    assert fact(next_day, care(5, NOON - DAY), ended).looked_after == "no"


@pytest.mark.parametrize(
    ("publisher", "stated", "authority"),
    [
        (BIRMINGHAM, {"looked_after": True, "responsible_authority": "331"}, "331"),
        (BIRMINGHAM, {"looked_after": True}, "330"),
        (WEST_MIDLANDS, {"looked_after": True}, "unknown"),
        (BIRMINGHAM, {"looked_after": False, "home_authority": "332"}, "332"),
        (BIRMINGHAM, {"looked_after": False, "responsible_authority": "331"}, "330"),
        (WEST_MIDLANDS, {"looked_after": False, "home_authority": "SCO"}, "SCO"),
        (WEST_MIDLANDS, {"home_authority": "332"}, "332"),
        (WEST_MIDLANDS, {"responsible_authority": "331"}, "unknown"),
    ],
)
def test_the_authority_is_the_responsible_one_in_care_else_that_of_the_home(
    publisher: str, stated: dict[str, Any], authority: str
) -> None:
    assert fact(reported(left=NOON, publisher=publisher, **stated)).authority == authority


def test_the_authority_of_the_period_of_care_goes_before_the_publishers_own() -> None:
    known = fact(reported(left=NOON), care(5, NOON - DAY))
    unnamed = fact(reported(left=NOON), care(5, NOON - DAY, responsible=None))

    assert known.authority == "335"
    assert unnamed.authority == "330"


def test_the_host_is_the_stated_one_else_that_of_the_placement_at_the_start() -> None:
    placement = placed(5, NOON - DAY)

    assert fact(reported(left=NOON, host_authority="333"), placement).host_authority == "333"
    assert fact(reported(left=NOON), placement).host_authority == "336"
    assert fact(reported(left=NOON), placed(5, NOON + HOUR)).host_authority == "unknown"
    assert fact(reported(left=NOON), placed(5, NOON, host=None)).host_authority == "unknown"


def test_of_a_protected_placement_the_host_is_not_told_whoever_states_it() -> None:
    protected = placed(5, NOON - DAY, restricted=True)

    assert fact(reported(left=NOON), protected).host_authority == "restricted"
    assert fact(reported(left=NOON, host_authority="333"), protected).host_authority == "restricted"


def test_the_placement_is_the_stated_one_else_the_one_at_the_start_in_groups() -> None:
    stated = reported(left=NOON, placement_type="U4", looked_after=False)
    ended = of_child("placement-ended", 6, placement_id=uuid_of(5), ended=NOON)

    assert fact(stated, placed(5, NOON - DAY)).placement_type == PlacementGroup.FOSTER_CARE
    assert (
        fact(reported(left=NOON), placed(5, NOON - DAY)).placement_type
        == PlacementGroup.CHILDRENS_HOME
    )
    assert fact(reported(left=NOON), placed(5, NOON - DAY), ended).placement_type == "unknown"
    assert (
        fact(reported(left=NOON, looked_after=False)).placement_type
        == PlacementGroup.NOT_LOOKED_AFTER
    )
    assert fact(reported(left=NOON, looked_after=True)).placement_type == "unknown"


def test_of_two_placements_and_two_periods_of_care_the_one_begun_last_holds() -> None:
    both = [placed(5, NOON - HOUR, "K2", "331"), placed(6, NOON - DAY, "U4", "332")]
    cares = [care(7, NOON - HOUR, "333"), care(8, NOON - DAY, "334")]

    found = fact(reported(left=NOON), *both, *cares)

    assert (found.host_authority, found.authority) == ("331", "333")


def test_a_placement_and_care_told_again_hold_as_told_last() -> None:
    again = of_child("care-started", 9, NOON + HOUR, care_id=uuid_of(5), started=NOON + DAY)
    earlier = of_child("care-started", 10, NOON - HOUR, care_id=uuid_of(5), started=NOON - DAY)

    assert fact(reported(left=NOON), care(5, NOON - DAY), again, earlier).looked_after == "no"


def test_the_force_is_the_reporting_one_and_none_for_an_authority() -> None:
    assert fact(reported(left=NOON, publisher=WEST_MIDLANDS)).force == "E23000014"
    assert fact(reported(left=NOON, publisher="pf-btp")).force == "btp"
    assert fact(reported(left=NOON)).force == "none"


def test_an_authoritys_word_on_sex_goes_before_a_forces_and_unknown_is_no_word() -> None:
    by_force = of_child("subject-registered", 3, NOON + DAY, publisher=WEST_MIDLANDS, sex=Sex.MALE)
    by_authority = of_child("subject-registered", 4, sex=Sex.FEMALE)
    unknown = of_child("subject-registered", 5, NOON + DAY, sex=Sex.UNKNOWN)
    silent = of_child("subject-registered", 6, NOON + DAY, sex=None)

    assert fact(reported(left=NOON), by_force, by_authority, unknown, silent).sex is Sex.FEMALE
    assert fact(reported(left=NOON), by_force, unknown).sex is Sex.MALE
    assert fact(reported(left=NOON), unknown).sex is Sex.UNKNOWN


def test_an_episode_that_ends_before_it_starts_is_a_finding() -> None:
    wrong = fact(reported(left=NOON), about("child-located", located=NOON - HOUR))
    same_day = fact(reported(left=NOON), about("child-located", located=NOON.date()))

    assert wrong.findings == ("567",)
    assert same_day.findings == ()


def test_an_interview_without_a_return_has_no_72_hours() -> None:
    held = about("return-interview-completed", 3, completed=NOON + 80 * HOUR)
    returned = about("child-returned", 2, returned=NOON + 8 * HOUR)
    late = about("return-interview-completed", 3, completed=NOON + 80 * HOUR + HOUR)

    alone = fact(reported(left=NOON), held)

    assert (alone.completed, alone.within_72h) == (True, None)
    assert fact(reported(left=NOON), returned, held).within_72h == "yes"
    assert fact(reported(left=NOON), returned, late).within_72h == "no"
    assert fact(reported(left=NOON), returned).within_72h is None
