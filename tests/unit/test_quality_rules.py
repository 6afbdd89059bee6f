"""DQ1 to DQ16 for one child, each found and not found; and when time alone makes it so."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from domain.quality import QUALITY_RULES
from domain.quality_findings import QualityFinding, child_cases, quality_findings
from domain.quality_responses import alike
from domain.records import RecordedEvent
from domain.rules import Effect
from domain.vocabulary import Classification, Reporter
from tests.examples import BIRMINGHAM, NOON, WEST_MIDLANDS, event
from tests.unit.records import record, reported, uuid_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ABOUT: dict[str, Any] = {"episode_id": uuid_of(1), "subject_id": uuid_of(100)}
PLACEMENT = uuid_of(7)
LEFT = reported(left=NOON)


def about(kind: str, position: int = 2, **given: Any) -> RecordedEvent:
    """A record about episode 1 of the child."""
    publisher = given.pop("publisher", BIRMINGHAM)
    return record(event(kind, **ABOUT, **given), position, publisher=publisher)


def of_child(kind: str, position: int = 2, **given: Any) -> RecordedEvent:
    """A record about the child."""
    return record(event(kind, subject_id=uuid_of(100), **given), position)


def returned(at: datetime, position: int = 2) -> RecordedEvent:
    return about("child-returned", position, returned=at)


def found(code: str, *records: RecordedEvent) -> list[QualityFinding]:
    return [each for each in quality_findings(records) if each.code == code]


def spell(code: str, *records: RecordedEvent) -> tuple[datetime | None, datetime | None] | None:
    """From when to when a rule is broken; None: never."""
    findings = found(code, *records)
    assert len(findings) <= 1
    return (findings[0].true_from, findings[0].true_until) if findings else None


def police(position: int = 5, **given: Any) -> RecordedEvent:
    """The police's report of another source episode of another subject."""
    values = {"left": NOON, "episode": 2, "subject": 200, "publisher": WEST_MIDLANDS, **given}
    told: RecordedEvent = reported(position, **values)
    return told


def matched() -> list[RecordedEvent]:
    """The decision that both episodes are one."""
    both = (uuid_of(1),)
    return [
        record(
            event(
                "episode-matched", episode_id=uuid_of(2), subject_id=uuid_of(200), national_ids=both
            ),
            8,
            publisher="hub",
        )
    ]


def test_there_are_sixteen_rules_and_each_says_whence_it_comes_and_what_it_does() -> None:
    assert list(QUALITY_RULES) == [f"DQ{number}" for number in range(1, 17)]
    for rule in QUALITY_RULES.values():
        assert ("¶" in rule.source, rule.says.endswith(".")) == (True, True), rule.code
        assert rule.effect in Effect


def test_dq1_siblings_recorded_alike_have_the_same_in_common() -> None:
    ended = about("child-located", located=NOON + DAY)
    by_day = about("child-located", located=date(2026, 3, 15))
    by_carer = reported(left=NOON, reported_by=Reporter.CARER)
    confirmed = about("attribution-corrected", 3, was_missing=True)

    def common(*records: RecordedEvent) -> str | None:
        (case,) = child_cases(records)
        return alike(case)

    assert common(LEFT, ended) == common(reported(left=NOON, episode=1), ended) is not None
    assert common(LEFT, ended) == common(by_carer, ended)
    assert common(LEFT, by_day) != common(by_carer, by_day)
    assert common(LEFT, by_day) == common(LEFT, by_day) is not None
    assert common(LEFT) is None
    assert common(LEFT, ended, confirmed) is None


def test_dq1_a_group_report_that_names_several_is_no_confirmation() -> None:
    grouped = about("episode-grouped", 2, group_id=uuid_of(9), named_missing=True)
    listed = about("episode-grouped", 2, group_id=uuid_of(9), named_missing=False)

    (named,) = child_cases((LEFT, grouped))
    (only_listed,) = child_cases((LEFT, listed))

    assert alike(named) == f"group|{uuid_of(9)}"
    assert alike(only_listed) is None


def test_dq2_the_later_record_of_one_absence_is_marked() -> None:
    linked = found("DQ2", LEFT, police(), *matched())

    assert [(each.publisher, each.position) for each in linked] == [(WEST_MIDLANDS, 5)]
    assert found("DQ2", LEFT, police()) == []


def test_dq5_a_counterpart_is_missed_after_72_hours_unless_it_was_matched() -> None:
    assert spell("DQ5", LEFT) == (NOON + 72 * HOUR, None)
    assert len(found("DQ5", LEFT, police())) == 2
    assert found("DQ5", LEFT, police(), *matched()) == []


def test_dq5_an_authority_alone_knows_of_children_who_are_away() -> None:
    assert found("DQ5", reported(left=NOON, classification=Classification.AWAY)) == []


def test_dq7_a_check_at_the_time_of_the_interview_is_found() -> None:
    check = about("safe-and-well-check-done", 3, checked=NOON + DAY)
    day_check = about("safe-and-well-check-done", 3, checked=date(2026, 3, 15))

    def interview(at: datetime) -> RecordedEvent:
        return about("return-interview-completed", 4, completed=at)

    assert [each.position for each in found("DQ7", LEFT, check, interview(NOON + DAY))] == [3]
    assert found("DQ7", LEFT, check, interview(NOON + DAY + HOUR)) == []
    assert found("DQ7", LEFT, day_check, interview(NOON + DAY)) == []


def test_dq8_an_interview_by_the_placement_is_found_unless_another_was_independent() -> None:
    own_staff = about("return-interview-completed", 3, independent=False)
    other = about("return-interview-completed", 4, independent=True)

    assert [each.position for each in found("DQ8", LEFT, own_staff)] == [3]
    assert found("DQ8", LEFT, own_staff, other) == []
    assert found("DQ8", LEFT, other) == []


@pytest.mark.parametrize(
    ("kind", "field"),
    [
        ("return-interview-offered", "offered"),
        ("return-interview-declined", "declined"),
        ("return-interview-completed", "completed"),
        ("return-interview-not-offered", "decided"),
    ],
)
def test_dq9_an_interview_is_undecided_from_72_hours_after_the_return(
    kind: str, field: str
) -> None:
    back = returned(NOON + DAY)
    due = NOON + DAY + 72 * HOUR

    assert spell("DQ9", LEFT, back) == (due, None)
    assert spell("DQ9", LEFT, back, about(kind, 3, **{field: due + HOUR})) == (due, due + HOUR)
    assert spell("DQ9", LEFT, back, about(kind, 3, **{field: due})) is None
    assert spell("DQ9", LEFT) is None


def test_dq9_without_a_return_an_interview_is_owed_from_when_the_child_was_located() -> None:
    located = about("child-located", located=NOON)
    by_day = about("child-located", located=date(2026, 3, 15))

    assert spell("DQ9", LEFT, located) == (NOON + 72 * HOUR, None)
    assert spell("DQ9", LEFT, by_day) is None


def test_dq9_a_force_owes_the_check_and_a_date_gives_it_until_the_days_end() -> None:
    missing = reported(left=NOON, publisher=WEST_MIDLANDS)
    back = about("child-located", located=date(2026, 3, 15), publisher=WEST_MIDLANDS)
    decided = about("safe-and-well-check-not-done", 3, publisher=WEST_MIDLANDS)

    assert spell("DQ9", missing, back) == (datetime(2026, 3, 19, tzinfo=UTC), None)
    assert spell("DQ9", missing, back, decided) is None


def test_dq9_nothing_is_owed_to_who_was_away_or_has_turned_eighteen() -> None:
    away = reported(left=NOON, classification=Classification.AWAY)
    adult = record(
        event("child-reached-eighteen", subject_id=uuid_of(100), birthday=NOON.date()),
        9,
        publisher="hub",
    )

    assert spell("DQ9", away, returned(NOON + DAY)) is None
    assert spell("DQ9", LEFT, returned(NOON + DAY), adult) is None


@pytest.mark.parametrize(
    ("done", "at", "shared"),
    [
        ("safe-and-well-check-done", "checked", "safe-and-well-check-outcome-shared"),
        ("return-interview-completed", "completed", "return-interview-findings-shared"),
    ],
)
def test_dq10_an_outcome_is_to_be_shared_within_a_week(done: str, at: str, shared: str) -> None:
    held = about(done, 3, **{at: NOON})

    assert spell("DQ10", LEFT, held) == (NOON + 7 * DAY, None)
    assert spell("DQ10", LEFT, held, about(shared, 4, shared=NOON + 7 * DAY)) is None
    assert spell("DQ10", LEFT, held, about(shared, 4, shared=NOON + 8 * DAY)) == (
        NOON + 7 * DAY,
        NOON + 8 * DAY,
    )


def test_dq11_the_authority_of_a_placement_elsewhere_is_to_be_told_within_a_week() -> None:
    def placed(host: str | None) -> RecordedEvent:
        return of_child(
            "placement-started",
            2,
            placement_id=PLACEMENT,
            started=NOON,
            placing_authority="330",
            host_authority=host,
        )

    told = of_child("placement-host-notified", 3, placement_id=PLACEMENT, notified=NOON + DAY)
    confirmed = of_child(
        "placement-host-acknowledged", 3, placement_id=PLACEMENT, acknowledged=NOON + DAY
    )

    assert spell("DQ11", placed("331")) == (NOON + 7 * DAY, None)
    assert spell("DQ11", placed("331"), told) is None
    assert spell("DQ11", placed("331"), confirmed) is None
    assert [spell("DQ11", placed(host)) for host in ("330", "WAL", None)] == [None] * 3


def test_dq12_a_refusal_of_what_was_never_offered_is_found() -> None:
    declined = about("return-interview-declined", 4)
    offered = about("return-interview-offered", 3)
    kept_back = about("return-interview-not-offered", 5)

    assert [each.position for each in found("DQ12", LEFT, declined)] == [4]
    assert found("DQ12", LEFT, offered, declined) == []
    assert len(found("DQ12", LEFT, offered, declined, kept_back)) == 1


def test_dq15_an_assessment_older_than_the_episode_is_to_be_renewed_within_a_week() -> None:
    before = of_child("risk-assessed", 2, assessed=NOON - DAY)

    def renewed(at: datetime) -> RecordedEvent:
        return of_child("risk-plan-updated", 3, updated=at)

    due = NOON + 7 * DAY
    assert spell("DQ15", LEFT, before) == (due, None)
    assert spell("DQ15", LEFT, before, renewed(NOON)) is None
    assert spell("DQ15", LEFT, before, renewed(due + DAY)) == (due, due + DAY)
    assert spell("DQ15", LEFT) is None


def test_dq16_an_episode_is_never_closed_after_thirty_days() -> None:
    assert spell("DQ16", LEFT) == (NOON + 30 * DAY, None)
    assert spell("DQ16", LEFT, returned(NOON + 30 * DAY)) is None
    assert spell("DQ16", LEFT, returned(NOON + 31 * DAY)) == (NOON + 30 * DAY, NOON + 31 * DAY)


def test_dq16_a_located_child_is_to_return_unless_only_days_are_recorded() -> None:
    located = about("child-located", located=NOON + HOUR)
    by_day = about("child-located", located=date(2026, 3, 15))

    assert spell("DQ16", LEFT, located) == (NOON + 73 * HOUR, None)
    assert spell("DQ16", LEFT, located, returned(NOON + DAY, 3)) is None
    assert spell("DQ16", LEFT, by_day) is None


def test_a_void_account_breaks_no_rule() -> None:
    assert quality_findings((LEFT, about("episode-voided"))) == ()


def test_the_dfe_rule_on_ends_before_starts_is_a_finding_beside_them() -> None:
    wrong = about("child-located", located=NOON - HOUR)

    assert [each.month for each in found("567", LEFT, wrong)] == ["2026-03"]
