"""What a source episode and a national episode count as: areas, ends, conflicts, precedence."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.codes import PlacementGroup
from domain.decisions import ChildReachedEighteen, EpisodeMatched, PersonLinked
from domain.episodes import facts_of
from domain.events import CareStarted, Event, PlacementStarted, RecordedEvent, SubjectRegistered
from domain.measures import Bucket, Source
from domain.national import EpisodeFacts, national_facts
from domain.person import person_context, person_of
from domain.vocabulary import Category, Classification, RiskLevel, Sex
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


def placed(number: int, started: Any, code: str = "K2", host: str | None = "336") -> RecordedEvent:
    """The start of a placement."""
    return of_child(
        "placement-started",
        number,
        placement_id=uuid_of(number),
        started=started,
        placement_type=code,
        host_authority=host,
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


def national(*members: EpisodeFacts) -> EpisodeFacts:
    """The national fact of some members; their order makes no difference."""
    one = national_facts(uuid_of(1), members)
    assert one == national_facts(uuid_of(1), members[::-1])
    return one


def account(
    number: int, *, police: bool = False, end: datetime | None = None, **given: Any
) -> EpisodeFacts:
    """One account of an absence."""
    publisher = WEST_MIDLANDS if police else BIRMINGHAM
    made = fact(reported(episode=number, left=NOON, publisher=publisher))
    return replace(made, end_at=end, end_reason="located" if end else None, **given)


def test_sources_that_disagree_count_as_missing_with_a_finding() -> None:
    away = account(1, category=Category.AWAY, findings=("567",))
    missing = account(2, police=True)
    no_risk = account(3, police=True, category=Category.NO_APPARENT_RISK)

    assert national(away, missing).category is Category.MISSING
    assert national(away, missing).findings == ("567", "class-conflict")
    assert national(away, no_risk).category is Category.AWAY
    assert national(no_risk).category is Category.NO_APPARENT_RISK
    assert national(no_risk).findings == ()


def test_buckets_say_who_reported() -> None:
    assert national(account(1), account(2, police=True)).bucket is Bucket.MATCHED
    assert national(account(2, police=True)).bucket is Bucket.POLICE_ONLY
    assert national(account(1)).bucket is Bucket.AUTHORITY_ONLY


def test_times_and_force_come_from_the_police_and_care_from_the_authority() -> None:
    police = replace(
        account(1, police=True, end=NOON + 2 * HOUR, returned_on=date(2026, 3, 15)),
        start_at=NOON + HOUR,
        authority="331",
        age=14,
        looked_after="no",
        placement_type="other",
        host_authority="337",
    )
    authority = replace(
        account(2, end=NOON + 3 * HOUR, returned_on=date(2026, 3, 16)),
        authority="332",
        age=15,
        looked_after="yes",
        placement_type="foster_care",
        host_authority="338",
    )

    whole = national(police, authority)

    assert (whole.start_at, whole.end_at) == (NOON + HOUR, NOON + 2 * HOUR)
    assert (whole.force, whole.returned_on) == ("E23000014", date(2026, 3, 15))
    assert (whole.authority, whole.age, whole.looked_after) == ("332", 15, "yes")
    assert (whole.placement_type, whole.host_authority) == ("foster_care", "338")


def test_where_one_source_is_silent_the_other_speaks() -> None:
    police = account(1, police=True, authority="331", age=14, looked_after="no")
    authority = account(2, end=NOON + HOUR, authority="unknown", returned_on=date(2026, 3, 15))

    whole = national(police, authority)

    assert (whole.end_at, whole.returned_on) == (NOON + HOUR, date(2026, 3, 15))
    assert (whole.authority, whole.age, whole.looked_after) == ("331", 14, "no")
    assert (whole.host_authority, whole.placement_type) == ("unknown", "unknown")


def test_the_last_end_of_several_police_accounts_holds_once_all_have_ended() -> None:
    first = account(1, police=True, end=NOON + HOUR)
    second = account(2, police=True, end=NOON + 5 * HOUR)

    assert national(first, second).end_at == NOON + 5 * HOUR
    assert national(first, account(2, police=True)).end_at is None


def test_the_earliest_start_of_several_police_accounts_holds() -> None:
    late = replace(account(1, police=True), start_at=NOON + HOUR)

    assert national(late, account(2, police=True)).start_at == NOON


@pytest.mark.parametrize(
    ("answers", "best"),
    [
        (("no", "yes"), "yes"),
        (("not_computable", "no"), "no"),
        ((None, "not_computable"), "not_computable"),
        ((None, None), None),
    ],
)
def test_a_shared_interview_is_within_72_hours_if_any_account_says_so(
    answers: tuple[str | None, str | None], best: str | None
) -> None:
    one, other = answers

    assert national(account(1, within_72h=one), account(2, within_72h=other)).within_72h == best


def test_what_any_account_says_of_an_interview_holds() -> None:
    one = account(1, offered=True)
    other = account(2, police=True, declined=True, completed=True)

    whole = national(one, other)

    assert (whole.offered, whole.declined, whole.completed) == (True, True, True)


def matched(episode: int, subject: int, position: int, *nationals: int) -> RecordedEvent:
    """The decision to which national episodes an account belongs."""
    decision: Event = EpisodeMatched(
        episode_id=uuid_of(episode),
        subject_id=uuid_of(subject),
        national_ids=tuple(uuid_of(each) for each in nationals),
        basis="overlap",
    )
    return record(decision, position, publisher="hub")


def test_one_authority_row_is_evidence_for_two_police_episodes() -> None:
    records = [
        reported(1, episode=1, left=NOON, publisher=WEST_MIDLANDS),
        reported(2, episode=2, left=NOON + 5 * HOUR, publisher=WEST_MIDLANDS),
        reported(3, episode=3, left=NOON),
        matched(3, 100, 4, 1, 2),
    ]

    facts = {(each.source, each.fact_id.int): each for each in facts_of(records)}

    assert set(facts) == {
        (Source.POLICE, 1),
        (Source.POLICE, 2),
        (Source.AUTHORITY, 3),
        (Source.NATIONAL, 1),
        (Source.NATIONAL, 2),
    }
    assert {each.bucket for each in facts.values()} == {Bucket.MATCHED}


def test_linked_subjects_share_what_is_known_and_count_as_one_child() -> None:
    records = [
        reported(1, episode=1, subject=100, left=NOON, publisher=WEST_MIDLANDS),
        of_child("subject-registered", 2, subject_id=uuid_of(200), sex=Sex.FEMALE),
    ]
    link = record(
        PersonLinked(subject_id=CHILD, person_id=uuid_of(200), basis="test", score=1.0), 3
    )
    undone = record(PersonLinked(subject_id=CHILD, person_id=CHILD, basis="test", score=1.0), 4)

    before = fact(*records)
    after = fact(*records, link)

    assert (before.person_id, before.sex) == (CHILD, Sex.UNKNOWN)
    assert (after.person_id, after.sex) == (uuid_of(200), Sex.FEMALE)
    assert fact(*records, undone, link).person_id == CHILD
    assert person_of(CHILD, [*records, link]) == uuid_of(200)


def test_nothing_known_of_a_child_is_said_to_be_unknown() -> None:
    context = person_context([])

    assert (context.sex, context.birthday) == (Sex.UNKNOWN, None)
    assert context.care_at(NOON) is None
    assert context.placement_at(NOON) is None


def test_risk_alone_makes_a_police_report_one_of_no_apparent_risk() -> None:
    absent = reported(left=NOON, publisher=WEST_MIDLANDS, risk=RiskLevel.ABSENT)

    assert fact(absent).category is Category.NO_APPARENT_RISK


def test_records_that_concern_no_child_make_no_facts() -> None:
    assert facts_of([record(event("submissions-settled"), publisher="hub")]) == ()
    kinds: tuple[type[Event], ...] = (SubjectRegistered, CareStarted, PlacementStarted)
    assert facts_of([record(event(kind.type), n) for n, kind in enumerate(kinds, 1)]) == ()
