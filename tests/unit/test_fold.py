"""A source episode is what its events add up to, in whatever order they came."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.decisions import EpisodeAged
from domain.episodes import facts_of
from domain.facts import earliest, end_of, fold_episode, latest
from domain.linkage_events import EpisodeMatched
from domain.measures import Source
from domain.records import RecordedEvent
from domain.vocabulary import Category, Classification, Correctable, CorrectionReason, RiskLevel
from tests.examples import EPISODE_ID, NOON, SUBJECT_ID, WEST_MIDLANDS, event
from tests.unit.random_histories import history
from tests.unit.records import record, reported, uuid_of

HOUR = timedelta(hours=1)
MOST = CorrectionReason.LATE_INFORMATION
NOTHING: dict[str, Any] = {
    "classification": None,
    "risk": None,
    "left": None,
    "last_seen": None,
    "reported": None,
    "looked_after": None,
    "responsible_authority": None,
    "home_authority": None,
    "host_authority": None,
    "placement_type": None,
}


def report(position: int = 1, at: datetime = NOON, **given: Any) -> RecordedEvent:
    """A report that says only what is given."""
    publisher = given.pop("publisher", "la-330")
    return record(
        event("episode-reported", **{**NOTHING, "reported_by": None, **given}),
        position,
        at=at,
        publisher=publisher,
    )


def correction(position: int, at: datetime = NOON, **given: Any) -> RecordedEvent:
    """A correction that says only what is given."""
    silent = {**NOTHING, "located": None, "returned": None, "cleared": ()}
    return record(event("episode-corrected", **{**silent, **given}), position, at=at)


def decided(each: RecordedEvent) -> bool:
    """Whether a record is a decision of the hub's own, of which the last one holds."""
    return each.provenance.publisher == "hub" or each.event.type == "child-reached-eighteen"


@settings(max_examples=60, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(2, 40))
def test_the_order_in_which_statements_arrive_changes_no_fact(seed: int, length: int) -> None:
    random = Random(seed)
    records = [each for each in history(random, length) if not decided(each)]
    shuffled = random.sample(records, len(records))

    again = [replace(each, position=at) for at, each in enumerate(shuffled, start=1)]

    assert facts_of(again) == facts_of(records)


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 2**32), length=st.integers(2, 40))
def test_the_order_in_which_records_are_given_changes_no_fact(seed: int, length: int) -> None:
    random = Random(seed)
    records = history(random, length)

    assert facts_of(random.sample(records, length)) == facts_of(records)


def test_the_later_statement_holds_and_of_two_at_one_time_the_higher_submission() -> None:
    late = report(1, NOON + HOUR, home_authority="331")
    early = report(2, NOON, home_authority="330")
    rival = replace(
        report(3, NOON + HOUR, home_authority="332"),
        provenance=replace(late.provenance, submission_id=uuid_of(0)),
    )

    assert fold_episode([late, early]).home_authority == "331"
    assert fold_episode([late, early, rival]).home_authority == "331"


def test_a_correction_holds_against_whatever_was_stated_later() -> None:
    corrected = correction(1, NOON, home_authority="331")
    later = report(2, NOON + HOUR, home_authority="330", host_authority="332")

    episode = fold_episode([corrected, later])

    assert episode.home_authority == "331"
    assert episode.host_authority == "332"


def test_of_two_corrections_the_later_holds() -> None:
    first = correction(2, NOON, left=date(2026, 3, 1))
    second = correction(1, NOON + HOUR, left=date(2026, 3, 2))

    assert fold_episode([report(3), first, second]).left == date(2026, 3, 2)


@pytest.mark.parametrize("attribute", list(Correctable))
def test_a_cleared_attribute_has_no_value_until_a_later_correction_gives_one(
    attribute: Correctable,
) -> None:
    stated = record(event("episode-corrected", cleared=()), 1)
    cleared = correction(2, NOON + HOUR, cleared=(attribute,))
    again = record(event("episode-corrected", cleared=()), 3, at=NOON + 2 * HOUR)

    assert getattr(fold_episode([stated]), attribute) is not None
    assert getattr(fold_episode([stated, cleared]), attribute) is None
    assert getattr(fold_episode([stated, cleared, again]), attribute) is not None


def test_a_correction_that_clears_and_gives_an_attribute_gives_it() -> None:
    both = correction(2, risk=RiskLevel.HIGH, cleared=(Correctable.RISK,))

    assert fold_episode([report(1, risk=RiskLevel.LOW), both]).risk is RiskLevel.HIGH


def test_a_void_episode_counts_nowhere_whenever_the_withdrawal_came() -> None:
    withdrawn = record(event("episode-voided"), 1, at=NOON - 30 * HOUR)

    episode = fold_episode([withdrawn, report(2, left=NOON)])

    assert episode.void
    assert not episode.counts
    assert facts_of([withdrawn, report(2, left=NOON)]) == ()


def test_the_start_is_the_later_of_left_and_last_seen_else_the_report() -> None:
    left, seen = NOON - 2 * HOUR, NOON - HOUR

    assert fold_episode([report(left=left, last_seen=seen)]).start == seen
    assert fold_episode([report(left=seen, last_seen=left)]).start == seen
    assert fold_episode([report(left=left, reported=NOON)]).start == left
    assert fold_episode([report(reported=NOON + HOUR)]).start == NOON + HOUR
    assert fold_episode([report(at=NOON)]).start == NOON


def test_a_start_known_only_by_its_date_is_the_first_instant_of_that_london_day() -> None:
    episode = fold_episode([report(left=date(2026, 7, 1))])

    assert episode.start == datetime(2026, 6, 30, 23, tzinfo=UTC)


def test_the_last_report_tells_when_it_was_made() -> None:
    episode = fold_episode([report(1, NOON + HOUR), report(2, NOON)])

    assert episode.reported_at == NOON + HOUR


def test_an_episode_of_which_no_start_is_known_waits() -> None:
    episode = fold_episode([record(event("child-located"), 1)])

    assert episode.start is None
    assert not episode.counts
    assert facts_of([record(event("child-located"), 1)]) == ()


def test_a_missing_episode_ends_when_located_else_when_returned() -> None:
    located = record(event("child-located", located=NOON + HOUR), 2)
    returned = record(event("child-returned", returned=NOON + 2 * HOUR), 3)

    assert fold_episode([report(), located, returned]).ended == NOON + HOUR
    assert fold_episode([report(), returned]).ended == NOON + 2 * HOUR
    assert fold_episode([report()]).ended is None


def test_an_away_episode_ends_only_when_the_child_returned() -> None:
    away = report(classification=Classification.AWAY)
    located = record(event("child-located", located=NOON + HOUR), 2)
    returned = record(event("child-returned", returned=NOON + 2 * HOUR), 3)

    assert fold_episode([away, located]).ended is None
    assert fold_episode([away, located, returned]).ended == NOON + 2 * HOUR


@pytest.mark.parametrize(
    ("classification", "risk", "category"),
    [
        (None, None, Category.MISSING),
        (Classification.MISSING, None, Category.MISSING),
        (Classification.MISSING, RiskLevel.VERY_LOW, Category.MISSING),
        (Classification.MISSING, RiskLevel.ABSENT, Category.NO_APPARENT_RISK),
        (None, RiskLevel.NO_APPARENT_RISK, Category.NO_APPARENT_RISK),
        (Classification.NO_APPARENT_RISK, RiskLevel.HIGH, Category.NO_APPARENT_RISK),
        (Classification.MISSING_FROM_CARE, RiskLevel.ABSENT, Category.MISSING),
        (Classification.MISSING_FROM_HOME, RiskLevel.NO_APPARENT_RISK, Category.MISSING),
        (Classification.AWAY, RiskLevel.ABSENT, Category.AWAY),
    ],
)
def test_a_category_follows_from_classification_and_risk(
    classification: Classification | None, risk: RiskLevel | None, category: Category
) -> None:
    assert fold_episode([report(classification=classification, risk=risk)]).category is category


def test_a_classification_made_later_replaces_the_reports() -> None:
    away = record(event("episode-classified", risk=None), 2, at=NOON + HOUR)

    episode = fold_episode([report(classification=Classification.MISSING), away])

    assert episode.category is Category.AWAY


def test_the_last_age_and_the_last_match_hold_by_position() -> None:
    about: dict[str, Any] = {"episode_id": EPISODE_ID, "subject_id": SUBJECT_ID}
    decisions = [
        record(EpisodeAged(**about, age=14), 2, publisher="hub", at=NOON + HOUR),
        record(EpisodeAged(**about, age=15), 3, publisher="hub"),
        record(
            EpisodeMatched(**about, national_ids=(uuid_of(5),), basis="overlap"), 4, publisher="hub"
        ),
        record(
            EpisodeMatched(**about, national_ids=(uuid_of(6),), basis="overlap"), 5, publisher="hub"
        ),
    ]

    episode = fold_episode([report(), *decisions])

    assert episode.age == 15
    assert episode.national_ids == (uuid_of(6),)
    assert fold_episode([report()]).age is None
    assert fold_episode([report()]).national_ids is None


def test_an_episode_belongs_to_the_publisher_whose_record_came_first() -> None:
    first = report(4, publisher=WEST_MIDLANDS)
    decision = record(event("episode-aged"), 2, publisher="hub")

    episode = fold_episode([decision, first, report(7, publisher="la-330")])

    assert episode.source is Source.POLICE
    assert (episode.publisher, episode.first_position) == (WEST_MIDLANDS, 4)
    assert fold_episode([report()]).source is Source.AUTHORITY


def test_the_earliest_interview_is_the_one_that_completes() -> None:
    held = [
        record(event("return-interview-completed", completed=each), position)
        for position, each in enumerate([NOON, date(2026, 3, 14), date(2026, 3, 15)], start=2)
    ]

    assert fold_episode([report(), *held]).completed == date(2026, 3, 14)
    assert fold_episode([report(), held[0], held[2]]).completed == NOON
    assert fold_episode([report()]).completed is None


def test_checks_offers_and_refusals_are_kept_apart() -> None:
    silent = fold_episode([report()])
    told = fold_episode(
        [
            report(),
            record(event("safe-and-well-check-done"), 2),
            record(event("safe-and-well-check-not-done"), 3),
            record(event("return-interview-offered"), 4),
            record(event("return-interview-declined"), 5),
        ]
    )

    flags = ("check_done", "check_not_done", "offered", "declined")
    assert [getattr(silent, name) for name in flags] == [False] * 4
    assert [getattr(told, name) for name in flags] == [True] * 4


def test_a_date_reaches_from_midnight_to_midnight_in_london_also_when_the_clocks_change() -> None:
    spring, autumn = date(2026, 3, 29), date(2026, 10, 25)

    assert end_of(spring) - earliest(spring) == 23 * HOUR
    assert end_of(autumn) - earliest(autumn) == 25 * HOUR
    assert latest(autumn) == end_of(autumn) - timedelta(microseconds=1)
    assert earliest(NOON) == latest(NOON) == end_of(NOON) == NOON


def test_reports_of_different_children_are_different_facts() -> None:
    facts = facts_of([reported(1, episode=1, subject=1), reported(2, episode=2, subject=2)])

    assert {fact.fact_id for fact in facts} == {uuid_of(1), uuid_of(2)}
    assert {fact.person_id for fact in facts} == {uuid_of(1), uuid_of(2)}
