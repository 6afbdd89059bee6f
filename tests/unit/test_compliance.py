"""What an account tells of check, interview and notices, and who counts as having returned."""

from datetime import date, timedelta
from typing import Any

import pytest

from domain.compliance import Responses, responses_of
from domain.episodes import facts_of
from domain.measures import Source
from domain.national import EpisodeFacts
from domain.records import RecordedEvent
from domain.safeguarding import NotOfferedReason, Recipient, Role
from domain.vocabulary import CheckNotDoneReason, Decider, DeclinedBy, Interviewer
from tests.examples import NOON, event
from tests.unit.records import record, reported, uuid_of

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ABOUT: dict[str, Any] = {"episode_id": uuid_of(1), "subject_id": uuid_of(100)}
BACK = NOON + 8 * HOUR


def about(kind: str, position: int, *, at: Any = NOON, **given: Any) -> RecordedEvent:
    """A record about the episode."""
    return record(event(kind, **ABOUT, **given), position, at=at)


def told(*records: RecordedEvent) -> Responses:
    """What an account tells whose child came back after eight hours."""
    located = about("child-located", 2, located=BACK)
    return responses_of([reported(left=NOON), located, *records])


def fact(*records: RecordedEvent) -> EpisodeFacts:
    """The fact of an account whose child came back after eight hours."""
    returned = about("child-returned", 2, returned=BACK)
    found = facts_of([reported(left=NOON), returned, *records])
    return next(each for each in found if each.source is not Source.NATIONAL)


def check(position: int, checked: Any) -> RecordedEvent:
    return about("safe-and-well-check-done", position, checked=checked)


def kept_back(position: int, at: Any = NOON, **given: Any) -> RecordedEvent:
    given = {"reason": NotOfferedReason.MISSING_AGAIN, "decider": Role.TEAM_MANAGER} | given
    return about("return-interview-not-offered", position, at=at, decided=BACK, **given)


def died(ended: date, reason: str = "E2") -> tuple[RecordedEvent, RecordedEvent]:
    """Records of care that ended for a reason."""
    child = {"subject_id": uuid_of(100), "care_id": uuid_of(9)}
    return (
        record(event("care-started", **child, started=NOON - DAY), 8),
        record(event("care-ended", **child, ended=ended, reason=reason), 9),
    )


def test_a_check_counts_from_the_end_on_and_the_first_one_does() -> None:
    before, after, later = check(3, BACK - HOUR), check(4, BACK + HOUR), check(5, BACK + DAY)

    assert told(before).check.done is None
    assert told(before).check.recorded
    assert told(later, before, after).check.done == (BACK + HOUR, BACK + HOUR)
    assert told(check(3, BACK)).check.done == (BACK, BACK)


def test_a_check_known_by_its_day_counts_on_the_day_of_the_end() -> None:
    assert told(check(3, BACK.date())).check.done is not None
    assert told(check(3, BACK.date() - DAY)).check.done is None


def test_without_a_known_end_any_check_counts() -> None:
    assert responses_of([reported(left=NOON), check(3, NOON - DAY)]).check.done is not None


def test_of_two_decisions_the_one_made_last_holds_whichever_arrived_first() -> None:
    later = about(
        "safe-and-well-check-not-done",
        3,
        at=NOON + HOUR,
        reason=CheckNotDoneReason.FREQUENT,
        decider=Decider.POLICE_SUPERVISOR,
    )
    earlier = about(
        "safe-and-well-check-not-done",
        4,
        reason=CheckNotDoneReason.REFUSED,
        decider=Decider.OTHER,
    )

    decided = told(later, earlier).check

    assert (decided.not_done_reason, decided.not_done_decider) == (
        CheckNotDoneReason.FREQUENT,
        Decider.POLICE_SUPERVISOR,
    )


def test_an_outcome_is_shared_when_it_first_is_and_with_everybody_it_is() -> None:
    shared = "safe-and-well-check-outcome-shared"
    one = about(shared, 3, shared=BACK + DAY, recipients=(Recipient.HEALTH,))
    other = about(
        shared, 4, shared=BACK + HOUR, recipients=(Recipient.ALLOCATED_WORKER, Recipient.HEALTH)
    )

    found = told(one, other).check

    assert found.shared_at == BACK + HOUR
    assert found.shared_with == ("allocated-worker", "health")


def test_the_interview_is_the_first_and_independent_if_any_was() -> None:
    late = about(
        "return-interview-completed",
        3,
        completed=BACK + 80 * HOUR,
        interviewer=Interviewer.COMMISSIONED_SERVICE,
        independent=True,
    )
    early = about(
        "return-interview-completed",
        4,
        completed=BACK + HOUR,
        interviewer=Interviewer.PLACEMENT_STAFF,
        independent=False,
    )

    found = told(late, early).interview

    assert (found.completed_at, found.interviewer) == (BACK + HOUR, Interviewer.PLACEMENT_STAFF)
    assert found.independent is True
    assert told(early).interview.independent is False
    assert told().interview.independent is None


def test_a_recipient_was_told_when_the_first_notice_was_sent_or_received() -> None:
    sent = about("notification-sent", 3, recipient=Recipient.HOST_AUTHORITY, sent=NOON + 5 * HOUR)
    heard = about(
        "notification-received", 4, recipient=Recipient.HOST_AUTHORITY, received=NOON + HOUR
    )

    assert told(sent, heard).told == {Recipient.HOST_AUTHORITY: (NOON + HOUR, NOON + HOUR)}
    assert told(sent).responded
    assert not told().responded


def test_whoever_took_the_search_over_last_leads_it() -> None:
    taken = about("search-lead-accepted", 3, lead="la-330", accepted=NOON + 2 * HOUR)
    given = about(
        "search-lead-handed-over",
        4,
        lead="pf-E23000014",
        to_lead="la-331",
        handed_over=NOON + HOUR,
    )

    assert told(given).search_lead == "la-331"
    assert (told(taken, given).search_lead, told(taken, given).search_lead_at) == (
        "la-330",
        NOON + 2 * HOUR,
    )


def test_a_refusal_never_hides_that_nothing_was_offered() -> None:
    declined = about("return-interview-declined", 3, declined_by=DeclinedBy.CHILD)
    offered = about("return-interview-offered", 5, offered=BACK)

    assert fact(declined).declined
    assert not fact(declined, kept_back(4)).declined
    assert fact(declined, kept_back(4), offered).declined


@pytest.mark.parametrize(
    ("ended", "reason", "returned"),
    [
        (BACK.date(), "E2", False),
        (BACK.date() - DAY, "E2", False),
        (BACK.date() + DAY, "E2", True),
        (BACK.date(), "E4A", True),
    ],
)
def test_who_had_died_by_then_did_not_return(ended: date, reason: str, returned: bool) -> None:
    found = fact(*died(ended, reason))

    assert (found.returned_on is not None) is returned
