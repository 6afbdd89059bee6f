"""How each authority and each force keeps its records: what differs by publisher, not by child."""

from dataclasses import dataclass
from typing import Final

from domain.identifiers import PublisherId
from domain.vocabulary import Interviewer
from hub.synthetic.profile import AUTHORITY_DATES_ONLY, COUNTS_STATED, INTERVIEWS_BURIED
from hub.synthetic.randomness import Curve, Weighted, chance, stream

# Missing People, delivery of return interviews 2023-24: from below 30 % to above 90 % offered.
_OFFERED: Final = Curve((0, 0.1), (0.1, 0.3), (0.25, 0.55), (0.5, 0.72), (0.93, 0.9), (1, 0.98))
# The same: 19 % to 100 % of the offered ones took place.
_COMPLETED: Final = Curve((0, 0.19), (0.25, 0.55), (0.5, 0.7), (0.75, 0.85), (1, 1.0))
# The same: 63 % of these on average within 72 hours; no authority managed all.
_WITHIN_72: Final = Curve((0, 0.15), (0.25, 0.5), (0.5, 0.66), (0.75, 0.79), (1, 0.97))

_LATE: Final = Curve((0, 0.01), (0.5, 0.05), (1, 0.2))
_HOME_RECORDED: Final = Curve((0, 0.15), (0.5, 0.5), (1, 0.85))
_HOST_NOTIFIED: Final = Curve((0, 0.7), (1, 0.9))
_INDEPENDENT: Final = Curve((0, 0.6), (0.5, 0.88), (1, 1.0))
_CHECKED: Final = Curve((0, 0.35), (0.5, 0.73), (1, 0.95))

_INTERVIEWERS: Final = Weighted(
    (Interviewer.AUTHORITY_TEAM, 40),
    (Interviewer.SOCIAL_WORKER, 25),
    (Interviewer.COMMISSIONED_SERVICE, 25),
    (Interviewer.YOUTH_WORKER, 10),
)


@dataclass(frozen=True, kw_only=True)
class AuthorityHabits:
    """How an authority records; what is no yes or no, and no name, is a share.

    dates_only: it keeps dates without times. late: rows entered days after the start.
    home_recorded: absences from home that it records. offered: return interviews, of returns;
    completed: of those; within_72: of those. independent: of interviews. buried: interviews lie in
    documents and are never sent. states_counts: it states how often each child was missing.
    """

    dates_only: bool
    late: float
    home_recorded: float
    offered: float
    completed: float
    within_72: float
    independent: float
    host_notified: float
    interviewer: Interviewer
    buried: bool
    states_counts: bool


@dataclass(frozen=True, kw_only=True)
class ForceHabits:
    """How a force records.

    checked: share of returned children whom it sees. says_where: it tells missing from care and
    missing from home apart.
    """

    checked: float
    says_where: bool


def authority_habits(seed: int, publisher: PublisherId) -> AuthorityHabits:
    """Return an authority's habits, the same in every year."""
    random = stream(seed, publisher, "habits")
    return AuthorityHabits(
        dates_only=chance(random, AUTHORITY_DATES_ONLY),
        late=_LATE.draw(random),
        home_recorded=_HOME_RECORDED.draw(random),
        offered=_OFFERED.draw(random),
        completed=_COMPLETED.draw(random),
        within_72=_WITHIN_72.draw(random),
        independent=_INDEPENDENT.draw(random),
        host_notified=_HOST_NOTIFIED.draw(random),
        interviewer=_INTERVIEWERS.draw(random),
        buried=chance(random, INTERVIEWS_BURIED),
        states_counts=chance(random, COUNTS_STATED),
    )


def force_habits(seed: int, publisher: PublisherId) -> ForceHabits:
    """Return a force's habits, the same in every year."""
    random = stream(seed, publisher, "habits")
    return ForceHabits(checked=_CHECKED.draw(random), says_where=chance(random, 0.5))
