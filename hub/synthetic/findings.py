"""What comes out of a return interview: reasons, findings passed on, views, agreed actions."""

from random import Random
from typing import Final

from contracts.protection_messages import ActionAgreedBody, ActionCompletedBody
from contracts.response_messages import (
    InterviewFindingsSharedBody,
    ViewsRecordedBody,
    ViewsSoughtBody,
    ViewsUsedBody,
)
from domain.safeguarding import ActionKind, ActionSource, Recipient, Role, ViewsSetting, ViewsUse
from hub.synthetic.clock import DAY, HOUR, whole_minutes
from hub.synthetic.numbers import reference
from hub.synthetic.profile import (
    ACTION_AGREED,
    ACTION_COMPLETED,
    FINDINGS_SHARED,
    VIEWS_RECORDED,
    VIEWS_SOUGHT,
    VIEWS_USED,
)
from hub.synthetic.randomness import Curve, Weighted, between, chance
from hub.synthetic.records import Record

# Relationships come first (police, 2018/19); the order of the rest, and the shares, are ours.
_PUSH: Final = Weighted(
    ("PUSH08", 26), ("PUSH09", 18), ("PUSH07", 12), ("PUSH01", 9), ("PUSH05", 8), ("PUSH06", 7),
    ("PUSH03", 6), ("PUSH02", 5), ("PUSH04", 4), ("PUSH99", 5),
)  # fmt: skip
_PULL: Final = Weighted(
    ("PULL04", 38), ("PULL05", 18), ("PULL06", 14), ("PULL02", 9), ("PULL03", 6), ("PULL01", 5),
    ("PULL07", 5), ("PULL99", 5),
)  # fmt: skip
_PUSHES: Final = Weighted((0, 30), (1, 50), (2, 20))
_PULLS: Final = Weighted((0, 25), (1, 60), (2, 15))

_SHARED_HOURS: Final = Curve((0, 1), (0.5, 30), (0.9, 120), (1, 240))
_SHARED_WITH: Final = Weighted(
    ((Recipient.ALLOCATED_WORKER,), 45),
    ((Recipient.ALLOCATED_WORKER, Recipient.POLICE), 30),
    ((Recipient.ALLOCATED_WORKER, Recipient.PARENT_OR_CARER), 15),
    ((Recipient.ALLOCATED_WORKER, Recipient.REVIEWING_OFFICER, Recipient.POLICE), 10),
)
_USES: Final = Weighted(
    (ViewsUse.RISK_PLAN, 60), (ViewsUse.CARE_PLAN, 35), (ViewsUse.SERVICE_PLANNING, 5)
)
_ACTIONS: Final = Weighted(
    (ActionKind.SUPPORT, 26), (ActionKind.RISK_PLAN, 22), (ActionKind.FAMILY, 16),
    (ActionKind.INFORMATION, 12), (ActionKind.PLACEMENT, 9), (ActionKind.EDUCATION, 6),
    (ActionKind.HEALTH, 5), (ActionKind.DISRUPTION, 2), (ActionKind.OTHER, 2),
)  # fmt: skip
_OWNERS: Final = Weighted(
    (Role.SOCIAL_WORKER, 62), (Role.YOUTH_WORKER, 14), (Role.PLACEMENT_STAFF, 10),
    (Role.POLICE_OFFICER, 6), (Role.FOSTER_CARER, 4), (Role.HEALTH_WORKER, 4),
)  # fmt: skip


def reasons(random: Random) -> tuple[str, ...]:
    """Return why a child went: push and pull, several at once, or nothing that it would say."""
    found = [_PUSH.draw(random) for _ in range(_PUSHES.draw(random))]
    found.extend(_PULL.draw(random) for _ in range(_PULLS.draw(random)))
    return tuple(dict.fromkeys(found))


def add_findings(random: Random, record: Record, held_at: int) -> bool:
    """Add what follows an interview; False if its findings were not passed on."""
    _views(random, record, held_at)
    if chance(random, ACTION_AGREED):
        agree(random, record, held_at, ActionSource.INTERVIEW)
    shared = chance(random, FINDINGS_SHARED)
    at = held_at + whole_minutes(_SHARED_HOURS.draw(random) * HOUR)
    body = InterviewFindingsSharedBody(
        child=record.child, shared=record.when(at), recipients=_SHARED_WITH.draw(random)
    )
    return shared and record.add(at, body)


def agree(random: Random, record: Record, agreed_at: int, came_from: ActionSource) -> None:
    """Add an action that was agreed, and its completion if there was one."""
    own = reference("A", record.ref, came_from)
    due_at = agreed_at + between(random, 7, 42) * DAY
    body = ActionAgreedBody(
        reference=own,
        action=_ACTIONS.draw(random),
        agreed=record.when(agreed_at),
        owner=_OWNERS.draw(random),
        due=record.clock.date_text(due_at),
        came_from=came_from,
    )
    done_at = agreed_at + between(random, 1, 56) * DAY
    done = chance(random, ACTION_COMPLETED)
    if record.add_about_child(agreed_at, body) and done:
        completed = ActionCompletedBody(reference=own, completed=record.when(done_at))
        record.add_about_child(done_at, completed)


def _views(random: Random, record: Record, held_at: int) -> None:
    if not chance(random, VIEWS_SOUGHT):
        return
    setting = ViewsSetting.INTERVIEW
    sought = ViewsSoughtBody(sought=record.when(held_at), setting=setting)
    record.add_about_child(held_at, sought)
    if not chance(random, VIEWS_RECORDED):
        return
    at = held_at + between(random, 1, 48) * HOUR
    record.add_about_child(at, ViewsRecordedBody(recorded=record.when(at), setting=setting))
    if chance(random, VIEWS_USED):
        at += between(random, 1, 20) * DAY
        used = ViewsUsedBody(used=record.when(at), used_in=_USES.draw(random))
        record.add_about_child(at, used)
