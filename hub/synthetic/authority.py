"""What an authority records of an absence, and when."""

from dataclasses import dataclass
from random import Random
from typing import Final

from contracts.episode_messages import (
    EpisodeCorrectedBody,
    EpisodeLocatedBody,
    EpisodeReclassifiedBody,
    EpisodeReportedBody,
    EpisodeReturnedBody,
)
from domain.identifiers import PublisherId
from domain.safeguarding import ReclassificationReason
from domain.vocabulary import Classification, CorrectionReason
from hub.synthetic.absences import Absence
from hub.synthetic.children import Child
from hub.synthetic.clock import DAY, HOUR, MINUTE, whole_minutes
from hub.synthetic.departures import Kind
from hub.synthetic.habits import AuthorityHabits
from hub.synthetic.interviews import Occasion, add_interview
from hub.synthetic.nation import Nation
from hub.synthetic.profile import (
    CORRECTED_BY_AUTHORITY,
    DATE_ONE_DAY_OFF,
    END_BEFORE_START,
    INCOMPLETE,
    INTERVIEW_COVERS_SEVERAL,
    NEVER_CLOSED,
    RETURN_NOT_RECORDED,
    ROW_DATES_ONLY,
    SAME_DAY_COLLAPSED,
)
from hub.synthetic.randomness import Curve, Weighted, between, chance
from hub.synthetic.records import Record, new_record
from hub.synthetic.scene import lived_in, reporter_of

# Hours from leaving until the authority enters it, unless late (ours).
_ENTERED_HOURS: Final = Curve((0, 0.2), (0.3, 2), (0.6, 8), (0.85, 18), (0.95, 40), (1, 47))

_CLASS_OF_KIND: Final = {
    Kind.CARE: Classification.MISSING_FROM_CARE,
    Kind.HOME: Classification.MISSING_FROM_HOME,
    Kind.AWAY: Classification.AWAY,
}
# An absence from home has no other class.
_OTHER_CLASS: Final = {
    Kind.CARE: Classification.AWAY,
    Kind.AWAY: Classification.MISSING_FROM_CARE,
}
_WRONG_PART: Final = Weighted(("start", 50), ("end", 30), ("class", 20))
_HOME_AUTHORITY_GIVEN: Final = 0.7
_RESPONSIBLE_GIVEN: Final = 0.95
_NOT_RECORDED_AS_LOCATED: Final = 0.5


@dataclass(frozen=True, kw_only=True, slots=True)
class _Seen:
    """What the authority believes at first: classification and times, right or wrong."""

    classification: Classification
    left: int
    located: int
    wrong: str | None


def authority_publisher(child: Child) -> PublisherId:
    """Return the authority that is responsible for a child, or in whose area it is at home."""
    return PublisherId(f"la-{child.authority}")


def authority_record(
    nation: Nation,
    child: Child,
    absence: Absence,
    *,
    covering: Record | None,
    unheard: Record | None,
) -> Record | None:
    """Return the authority's record; None if it has none.

    covering: its record of an earlier absence that can stand for this one too. unheard: its last
    record of the child after which there was no interview yet.
    """
    if absence.police_only:
        return None
    habits = nation.authorities[child.authority]
    random = nation.stream(child.key, "authority", absence.number)
    if absence.kind is Kind.HOME and not chance(random, habits.home_recorded):
        return None
    if covering is not None and chance(random, SAME_DAY_COLLAPSED):
        return None
    record = new_record(
        nation,
        authority_publisher(child),
        child,
        purpose=f"{absence.number}",
        role="report",
        classification=_CLASS_OF_KIND[absence.kind],
    )
    record.dates_only = habits.dates_only or chance(random, ROW_DATES_ONLY)
    record.entered = _entered(random, habits, absence)
    seen = _seen(random, absence, record)
    record.add(record.entered, _report(nation, random, child, absence, record, seen))
    if chance(random, NEVER_CLOSED):
        if absence.returned < record.horizon:
            record.plant("DQ16", "never-closed")
        if seen.wrong == "class":
            record.classification = seen.classification
        return record
    _close(random, absence, record, seen)
    _correct(random, absence, record, seen)
    placement = child.placement_on(nation.clock.date_at(absence.start))
    elsewhere = lived_in(child, placement) != child.authority
    # Drawn in any case, so that a month without the earlier record draws alike.
    covers_several = chance(random, INTERVIEW_COVERS_SEVERAL)
    earlier = unheard if covers_several else None
    occasion = Occasion(absence=absence, elsewhere=elsewhere, earlier=earlier)
    add_interview(random, record, habits, occasion)
    return record


def covers(nation: Nation, record: Record, earlier: Absence, absence: Absence) -> bool:
    """Return whether a record of an earlier absence can also stand for one of the same day."""
    if not record.dates_only or earlier.kind is not absence.kind:
        return False
    days = {nation.clock.date_at(at) for at in (earlier.start, earlier.located, absence.start)}
    return len(days) == 1


def _entered(random: Random, habits: AuthorityHabits, absence: Absence) -> int:
    hours = _ENTERED_HOURS.draw(random)
    days = between(random, 2, 20)
    late = chance(random, habits.late)
    return absence.start + (days * DAY if late else 0) + max(whole_minutes(hours * HOUR), MINUTE)


def _seen(random: Random, absence: Absence, record: Record) -> _Seen:
    """Return what is entered at first: rounded, and now and then wrong."""
    step = 15 * MINUTE
    left = absence.start // step * step if chance(random, 0.6) else absence.start
    if record.dates_only and chance(random, DATE_ONE_DAY_OFF):
        left -= DAY
        record.plant("DQ4", "day-off")
    wrong = _WRONG_PART.draw(random) if chance(random, CORRECTED_BY_AUTHORITY) else None
    if wrong == "class" and absence.kind is Kind.HOME:
        wrong = "start"
    classification = record.classification
    if wrong == "class":
        classification = _OTHER_CLASS[absence.kind]
    if wrong == "start":
        left -= between(random, 5, 40) * HOUR
    located = absence.located
    if wrong == "end":
        located = min(located + between(random, 2, 20) * HOUR, absence.returned)
    elif chance(random, END_BEFORE_START) and absence.kind is not Kind.AWAY:
        # The day of another absence, or the month mistyped.
        located = left - between(random, 1, 20) * DAY
        if absence.located < record.horizon:
            record.plant("DQ4", "ends-before-it-begins")
    return _Seen(
        classification=classification,
        left=left,
        located=located,
        wrong=wrong,
    )


def _report(
    nation: Nation, random: Random, child: Child, absence: Absence, record: Record, seen: _Seen
) -> EpisodeReportedBody:
    day = nation.clock.date_at(absence.start)
    placement = child.placement_on(day)
    left = record.when(seen.left)
    last_seen = chance(random, 0.4)
    if chance(random, INCOMPLETE):
        record.plant("DQ4", "incomplete")
        return EpisodeReportedBody(
            child=record.child,
            classification=seen.classification,
            left=left,
            looked_after=child.care is not None,
            responsible_authority=child.authority if child.care else None,
            home_authority=None if child.care else child.authority,
        )
    responsible = child.authority if chance(random, _RESPONSIBLE_GIVEN) else None
    home = child.authority if chance(random, _HOME_AUTHORITY_GIVEN) else None
    return EpisodeReportedBody(
        child=record.child,
        classification=seen.classification,
        left=None if last_seen else left,
        last_seen=left if last_seen else None,
        reported=record.when(record.entered),
        reported_by=reporter_of(random, placement),
        looked_after=child.care is not None,
        responsible_authority=responsible if child.care else None,
        home_authority=home if child.care else child.authority,
        host_authority=placement.host if placement else None,
        placement_type=placement.code_on(nation.clock.date_at(record.entered))
        if placement
        else None,
    )


def _close(random: Random, absence: Absence, record: Record, seen: _Seen) -> None:
    missing = absence.kind is not Kind.AWAY
    if missing or chance(random, _NOT_RECORDED_AS_LOCATED):
        body = EpisodeLocatedBody(child=record.child, located=record.when(seen.located))
        record.add(max(seen.located, absence.located), body)
    # The end of an absence without authorisation is the return itself: it is always there.
    if not missing or not chance(random, RETURN_NOT_RECORDED):
        text = record.when(absence.returned)
        record.add(absence.returned, EpisodeReturnedBody(child=record.child, returned=text))
    elif absence.located < record.horizon:
        record.plant("DQ16", "located-not-returned")


def _correct(random: Random, absence: Absence, record: Record, seen: _Seen) -> None:
    """Put right what was entered wrong, hours or days later."""
    if seen.wrong is None:
        return
    at = max(absence.located, record.entered) + between(random, 3, 150) * HOUR
    body: EpisodeCorrectedBody | EpisodeReclassifiedBody
    reason = CorrectionReason.LATE_INFORMATION
    right = record.classification
    if seen.wrong == "start":
        text = record.when(absence.start)
        body = EpisodeCorrectedBody(child=record.child, reason=reason, left=text)
    elif seen.wrong == "end":
        text = record.when(absence.located)
        body = EpisodeCorrectedBody(child=record.child, reason=reason, located=text)
    elif chance(random, 0.5):
        body = EpisodeReclassifiedBody(
            child=record.child,
            classification=right,
            reason=ReclassificationReason.RECORDING_ERROR,
        )
    else:
        reason = CorrectionReason.RECONCILED
        body = EpisodeCorrectedBody(child=record.child, reason=reason, classification=right)
    if not record.add(at, body):
        record.classification = seen.classification
