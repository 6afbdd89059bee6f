"""The sixteen data-quality rules DQ1 to DQ16: permanent codes, sources, effects and limits."""

from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Final

from domain.rules import Effect

# Ours: police and authority exchange daily at best (box after ¶57); a weekend is waited for.
COUNTERPART_AFTER: Final = timedelta(hours=72)

# ¶38 gives 72 hours for the interview. "As soon as possible" for the check (¶26) has no number:
# ours is the same.
DECISION_AFTER: Final = timedelta(hours=72)

# Ours: what came out of a check or an interview is of use to others while a plan is made (¶34).
SHARED_AFTER: Final = timedelta(days=7)

# Care Planning Regulations 2010, regulation 13: five working days after a placement in an
# emergency, which are seven days.
HOST_TOLD_AFTER: Final = timedelta(days=7)

# Ours: a risk assessment is looked at again when a child goes missing again (¶63), within a week.
RISK_STALE_AFTER: Final = timedelta(days=7)

# Ours: in 2015, 230 of 28,570 episodes lasted longer than thirty days (DfE).
OPEN_TOO_LONG_AFTER: Final = timedelta(days=30)

# Ours: a child who was located and has not come back after three days is still missing to somebody.
LOCATED_ONLY_AFTER: Final = timedelta(hours=72)

# Ours: with fewer cases a share says little, and a publisher is not judged by it.
LEAST_CASES: Final = 20

# Ours: half of the missing episodes of an authority, or of looked-after children of a force, have
# a counterpart where both record.
LEAST_MATCHED: Final = 0.5

# Ours: one submission in twenty refused is more than slips of the hand.
MOST_REJECTED: Final = 0.05

# Ours: a field that the contract asks for and fewer than half of the events fill is not recorded.
LEAST_COMPLETE: Final = 0.5

# Ours: checks or interviews happen somewhere, but fewer than one episode in twenty shows any.
LEAST_RESPONDED: Final = 0.05

# Ours: episodes of a child at one publisher, as bands of repeats go: its first two, and from its
# sixth on; answered less than half as often is a rate that falls.
FIRST_EPISODES: Final = 2
LATER_EPISODES: Final = 6
LEAST_OF_FIRST: Final = 0.5

# Ours: DfE 2022 has 8,870 away of 85,760 incidents, 10 %; a quarter of that, and two and a half
# times as much. Regions lie between 1.5 % and 21 %.
AWAY_SHARE: Final = (0.025, 0.25)

# Ours: without these an episode counts as missing, at the time of its report, of a child of whom
# nobody knows whether it is looked after.
KEY_FIELDS: Final = ("classification", "left", "looked_after")

# Ours: a median of fewer publishers would show one of them.
LEAST_PUBLISHERS: Final = 5

# Ours: who is not heard for three of its own median gaps, and for a day at least, is silent.
SILENCE_GAPS: Final = 3
SILENCE_AT_LEAST: Final = timedelta(days=1)
RHYTHM_OF: Final = timedelta(weeks=8)


class Level(StrEnum):
    """What a rule looks at."""

    EPISODE = "episode"
    CHILD = "child"
    PUBLISHER = "publisher"


@dataclass(frozen=True, kw_only=True)
class QualityRule:
    """A published rule. code: permanent. source: ¶ of the founding report. says: what is found."""

    code: str
    title: str
    source: str
    level: Level
    effect: Effect
    says: str


def _rule(
    code: str, title: str, source: str, level: Level, says: str, effect: Effect = Effect.COUNT
) -> QualityRule:
    return QualityRule(code=code, title=title, source=source, level=level, effect=effect, says=says)


QUALITY_RULES: Final = {
    rule.code: rule
    for rule in (
        _rule(
            "DQ1",
            "Siblings recorded alike",
            "¶91",
            Level.PUBLISHER,
            "Two or more children have the same start and end to the minute (where only days are"
            " known: and the same reporter, area and placement type), or stand in one group report"
            " as missing, and nobody has found out which of them was. Each counts until that is"
            " corrected.",
        ),
        _rule(
            "DQ2",
            "One absence in two systems",
            "¶91-92",
            Level.EPISODE,
            "Another publisher recorded the same absence of the child before. Both records count"
            " as one national episode.",
        ),
        _rule(
            "DQ3",
            "Counts of authority and police differ",
            "KF1, ¶92",
            Level.PUBLISHER,
            "Fewer than half of the missing episodes have a counterpart on the other side.",
        ),
        _rule(
            "DQ4",
            "Poor input",
            "¶91",
            Level.PUBLISHER,
            "More than one submission in twenty was rejected, or fewer than half of the reports"
            " fill a field that published figures need.",
        ),
        _rule(
            "DQ5",
            "No counterpart",
            "¶91",
            Level.EPISODE,
            "72 hours after the start, the other side has no record of the absence, or none that"
            " could be matched.",
        ),
        _rule(
            "DQ6",
            "Checks and interviews not recorded as such",
            "¶39, 69, 91",
            Level.PUBLISHER,
            "Episodes ended, but almost none shows a check (force) or an interview (authority),"
            " done or not done.",
        ),
        _rule(
            "DQ7",
            "Check and interview blurred into one",
            "¶46",
            Level.EPISODE,
            "One publisher recorded the check and the return interview at the same time.",
        ),
        _rule(
            "DQ8",
            "Interviewer not independent",
            "¶47",
            Level.EPISODE,
            "The return interview was held by somebody of the placement or its staff.",
        ),
        _rule(
            "DQ9",
            "Not done, without a decision",
            "¶28-29, 38",
            Level.EPISODE,
            "72 hours after the end, no check (force) or interview (authority) is recorded, nor a"
            " decision not to hold one.",
        ),
        _rule(
            "DQ10",
            "Outcome not shared",
            "¶27, 34",
            Level.EPISODE,
            "Seven days after a check or an interview, its outcome was not passed on to anybody.",
        ),
        _rule(
            "DQ11",
            "Host authority not told",
            "¶78; Care Planning Regulations 2010",
            Level.CHILD,
            "Seven days after a placement began in another authority, that one was not told.",
        ),
        _rule(
            "DQ12",
            "Refusal without an offer",
            "¶45",
            Level.EPISODE,
            "An interview was declined that was never offered, or that was decided not to offer.",
        ),
        _rule(
            "DQ13",
            "Frequent runaways drop out",
            "¶28, 43",
            Level.PUBLISHER,
            "From a child's sixth episode on, checks or interviews are recorded less than half as"
            " often as for its first two.",
        ),
        _rule(
            "DQ14",
            "Missing and away not told apart",
            "¶93",
            Level.PUBLISHER,
            "Of the episodes of looked-after children, the share recorded as away lies outside"
            " 2.5 % to 25 %.",
        ),
        _rule(
            "DQ15",
            "Risk assessment out of date",
            "¶63-64",
            Level.EPISODE,
            "Seven days after a missing episode began, the latest risk assessment or plan of the"
            " child is older than the episode.",
        ),
        _rule(
            "DQ16",
            "Never closed",
            "¶25",
            Level.EPISODE,
            "The episode has been open for thirty days, or the child was located three days ago"
            " and no return is recorded.",
            Effect.COUNT_WITHOUT_DURATION,
        ),
    )
}
