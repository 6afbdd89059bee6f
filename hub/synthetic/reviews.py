"""Reviews, orders and plans around a child: legal status, statutory reviews, protection plans."""

from random import Random
from typing import Final

from contracts.care_messages import (
    CareStatusChangedBody,
    ProtectionPlanEndedBody,
    ProtectionPlanStartedBody,
    StatutoryReviewHeldBody,
)
from contracts.response_messages import ViewsRecordedBody, ViewsSoughtBody
from domain.identifiers import PublisherId
from domain.safeguarding import ProtectionCategory, ViewsSetting
from hub.synthetic.children import Child
from hub.synthetic.clock import DAY, HOUR, noon
from hub.synthetic.messages import Draft
from hub.synthetic.nation import Nation
from hub.synthetic.notes import Notes
from hub.synthetic.numbers import reference
from hub.synthetic.placements import Care
from hub.synthetic.profile import EARLY_REVIEW, LEGAL_STATUS_CHANGED, VIEWS_SOUGHT
from hub.synthetic.randomness import Weighted, between, chance

# Reviews: within 20 working days, then three months, then every six (Care Planning Regulations).
_FIRST_REVIEWS: Final = (27, 118)
_REVIEW_EVERY: Final = 182
_LATER_STATUS: Final = Weighted(("C2", 70), ("V2", 20), ("E1", 10))
# Children in need census 2022: initial category of plans.
_CATEGORIES: Final = Weighted(
    (ProtectionCategory.NEGLECT, 48),
    (ProtectionCategory.EMOTIONAL, 38),
    (ProtectionCategory.PHYSICAL, 8),
    (ProtectionCategory.SEXUAL, 4),
    (ProtectionCategory.MULTIPLE, 2),
)
_PLAN_ENDS: Final = 0.4


def protection_plan(nation: Nation, publisher: PublisherId, child: Child) -> list[Draft]:
    """Return the child protection plan that a child is the subject of, if there is one."""
    if not child.protection_plan:
        return []
    random = nation.stream(child.key, "protection plan course")
    notes = Notes(nation, publisher, child, "plan")
    first = noon(child.care.started_on) if child.care else nation.clock.starts_at
    first = max(first, nation.clock.starts_at) + DAY
    at = max(child.first_departure - between(random, 1, 200) * DAY, first)
    plan = notes.own("B")
    started = ProtectionPlanStartedBody(
        plan=plan, started=notes.day(at), category=_CATEGORIES.draw(random)
    )
    notes.add(at, started, history=True)
    if chance(random, _PLAN_ENDS):
        at += between(random, 90, 400) * DAY
        notes.add(at, ProtectionPlanEndedBody(plan=plan, ended=notes.day(at)))
    return notes.drafts


def reviews(nation: Nation, publisher: PublisherId, child: Child) -> list[Draft]:
    """Return the statutory reviews of a looked-after child, and a change of its legal status."""
    if child.care is None:
        return []
    random = nation.stream(child.key, "reviews")
    notes = Notes(nation, publisher, child, "review")
    started_at = noon(child.care.started_on)
    last = noon(child.care.ended_on) if child.care.ended_on else nation.clock.ends_at
    _change_status(nation, random, notes, child.care, started_at)
    due = [started_at + days * DAY for days in _FIRST_REVIEWS]
    while due[-1] < last:
        due.append(due[-1] + _REVIEW_EVERY * DAY)
    for planned in due:
        at = planned + between(random, -10, 10) * DAY + 2 * HOUR
        if nation.clock.starts_at <= at < last:
            _hold(random, notes, at, early=False)
    if len(child.departures) > 2 and chance(random, EARLY_REVIEW):
        at = noon(nation.clock.date_at(child.departures[2].at)) + between(random, 3, 14) * DAY
        if at < last:
            _hold(random, notes, at, early=True)
    return notes.drafts


def _hold(random: Random, notes: Notes, at: int, *, early: bool) -> None:
    heard = chance(random, VIEWS_SOUGHT)
    notes.add(at, StatutoryReviewHeldBody(held=notes.day(at), early_because_missing=early))
    if heard:
        setting = ViewsSetting.REVIEW
        notes.add(at, ViewsSoughtBody(sought=notes.day(at), setting=setting))
        notes.add(at + HOUR, ViewsRecordedBody(recorded=notes.day(at + HOUR), setting=setting))


def _change_status(
    nation: Nation, random: Random, notes: Notes, care: Care, started_at: int
) -> None:
    status = _LATER_STATUS.draw(random)
    at = max(started_at, nation.clock.starts_at) + between(random, 20, 330) * DAY
    over = care.ended_on is not None and at >= noon(care.ended_on)
    if over or status == care.legal_status or not chance(random, LEGAL_STATUS_CHANGED):
        return
    body = CareStatusChangedBody(
        care=reference("R", notes.subject), legal_status=status, changed=notes.day(at)
    )
    notes.add(at, body, history=True)
