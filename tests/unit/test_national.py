"""What a national episode counts as, and what linked subjects share."""

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from domain.care_events import CareStarted, PlacementStarted
from domain.episode_events import SubjectRegistered
from domain.episodes import facts_if_linked, facts_of
from domain.events import Event
from domain.linkage_events import (
    EpisodeMatched,
    PersonLinked,
    PersonLinkProposed,
    PersonMerged,
    PersonSplit,
)
from domain.measures import Bucket, Source
from domain.national import EpisodeFacts, national_facts
from domain.person import person_context, person_if_linked, person_of
from domain.records import RecordedEvent
from domain.vocabulary import Category, RiskLevel, Sex
from tests.examples import BIRMINGHAM, NOON, WEST_MIDLANDS, event
from tests.unit.records import record, reported, uuid_of
from tests.unit.test_episode_facts import fact, of_child

HOUR = timedelta(hours=1)
CHILD = uuid_of(100)


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
    assert national(away, no_risk).category is Category.MISSING
    assert national(away).category is Category.AWAY
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


def test_where_one_account_must_not_tell_the_place_no_other_tells_it() -> None:
    protected = account(1, host_authority="restricted")
    told = account(2, police=True, host_authority="333")

    assert national(protected, told).host_authority == "restricted"


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


def test_a_subject_is_who_the_last_decision_says_and_would_be_who_the_last_proposal_says() -> None:
    other, third = uuid_of(200), uuid_of(300)
    about: dict[str, Any] = {"subject_id": CHILD, "basis": "test", "score": 1.0}
    records = [
        record(PersonLinkProposed(**about, person_id=third), 1),
        record(PersonMerged(**about, person_id=other, from_person_id=CHILD), 2),
        record(PersonSplit(**about, person_id=CHILD, from_person_id=other), 3),
        record(PersonLinkProposed(**about, person_id=other), 4),
    ]

    decided = [person_of(CHILD, records[:end]) for end in range(5)]
    would_be = [person_if_linked(CHILD, records[:end]) for end in range(5)]

    assert decided == [CHILD, CHILD, other, CHILD, CHILD]
    assert would_be == [CHILD, third, third, third, other]
    assert person_if_linked(CHILD, records[1:2]) == other


def test_an_episode_is_in_review_if_one_of_its_accounts_is() -> None:
    in_review = account(1, bucket=Bucket.IN_REVIEW)

    assert national(in_review, account(2, police=True)).bucket is Bucket.IN_REVIEW


def test_if_all_in_review_were_linked_two_accounts_would_be_one_episode_of_one_child() -> None:
    about: dict[str, Any] = {"subject_id": uuid_of(200), "basis": "test"}
    proposed = EpisodeMatched(
        **about,
        episode_id=uuid_of(2),
        national_ids=(uuid_of(2),),
        proposed_ids=(uuid_of(1),),
        in_review=True,
    )
    records = [
        reported(1, episode=1, left=NOON),
        reported(2, episode=2, subject=200, left=NOON, publisher=WEST_MIDLANDS),
        record(PersonLinkProposed(**about, person_id=CHILD, score=0.9), 3, publisher="hub"),
        record(proposed, 4, publisher="hub"),
    ]

    decided = [each for each in facts_of(records) if each.source is Source.NATIONAL]
    linked = [each for each in facts_if_linked(records) if each.source is Source.NATIONAL]

    assert [(each.person_id, each.bucket) for each in decided] == [
        (CHILD, Bucket.AUTHORITY_ONLY),
        (uuid_of(200), Bucket.IN_REVIEW),
    ]
    assert [(each.person_id, each.bucket) for each in linked] == [(CHILD, Bucket.MATCHED)]


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
