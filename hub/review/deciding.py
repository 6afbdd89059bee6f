"""What a decision does: the events that it is recorded as, and the verdict that the linker reads.

The linker follows these events: it moves everybody else whom a decision concerns.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from contracts.stored import HUB
from domain.errors import UsageError
from domain.events import Event
from domain.linkage_events import (
    EpisodeMatched,
    EpisodeMatchRefused,
    PersonLinked,
    PersonLinkRefused,
    PersonMerged,
    PersonSplit,
)
from domain.records import Provenance
from domain.reviewing import (
    PairKind,
    ReviewPair,
    ReviewReason,
    ReviewVerdict,
    pair_of,
    parse_reason,
)
from hub.ledger.appending import Draft
from hub.review.opinions import SECOND, Opinion, Stage, round_of, stage_of
from hub.review.standing import Standing

LINKED: Final = "linked"
REFUSED: Final = "refused"
REVIEW: Final = "review"


@dataclass(frozen=True, kw_only=True)
class Decision:
    """What a reviewer says of a pair. leaves: the subjects that are split off; only for a split."""

    pair: ReviewPair
    verdict: ReviewVerdict
    reason: ReviewReason
    leaves: tuple[UUID, ...] = ()

    @property
    def accepts(self) -> bool:
        """Whether the two are said to be one."""
        return self.verdict is ReviewVerdict.ACCEPT


@dataclass(kw_only=True)
class Sitting:
    """The decisions of one reviewer in one transaction; `drafts`: in the order of recording."""

    standing: Standing
    given: dict[ReviewPair, list[Opinion]]
    in_sample: Callable[[ReviewPair], bool]
    reviewer: str
    now: datetime
    position: int
    drafts: list[Draft] = field(default_factory=list)

    def take(self, decision: Decision) -> Opinion:
        """Let a decision have its effect, and return it as it is to be logged.

        Raises NotFoundError or UsageError, which say what is wrong with it; then nothing of the
        whole sitting may be kept.
        """
        pair = decision.pair
        parse_reason(pair.kind, decision.verdict, decision.reason)
        self.standing.check(pair)
        before = self.given.setdefault(pair, [])
        number = round_of(before, self.reviewer)
        recorded = len(self.drafts)
        if number != SECOND:
            self._apply(decision)
        elif before[-1].accepts != decision.accepts:
            self._reopen(decision)
        opinion = Opinion(
            pair=pair,
            verdict=decision.verdict,
            reason=decision.reason,
            reviewer=self.reviewer,
            leaves=decision.leaves,
            sampled=before[0].sampled if before else self.in_sample(pair),
            round=number,
            position=self.position + len(self.drafts) if len(self.drafts) > recorded else None,
            decided_at=self.now,
        )
        before.append(opinion)
        return opinion

    def waits_again(self, pair: ReviewPair) -> bool:
        """Tell whether two reviewers disagree about a pair."""
        return stage_of(self.given[pair]) is Stage.DISAGREED

    def _apply(self, decision: Decision) -> None:
        if decision.pair.kind is PairKind.EPISODES:
            self.standing.judge_episodes(decision.pair, decision.accepts, self.reviewer, self.now)
            self._note_episodes(decision)
        elif decision.accepts:
            self._judge(decision.pair.low, decision.pair.high, LINKED)
            self._link(decision)
        elif decision.verdict is ReviewVerdict.SPLIT:
            self._split(decision)
        else:
            self._part(decision, decision.pair)

    def _reopen(self, decision: Decision) -> None:
        """Put a second, other opinion on record: rules and model decide until a third comes."""
        pair = decision.pair
        if pair.kind is PairKind.EPISODES:
            self.standing.judge_episodes(pair, None, self.reviewer, self.now)
            self._note_episodes(decision)
            return
        self.standing.judge_children(pair.low, pair.high, REVIEW, None, self.now)
        if decision.accepts:
            first, second = self.standing.in_turn(pair)
            self._note_link(decision, second, first, self.standing.person_of[second])
        else:
            self._note_refusal(decision, pair)

    def _link(self, decision: Decision) -> None:
        """Let two persons be the one that was recorded first."""
        standing = self.standing
        first, second = standing.in_turn(decision.pair)
        one, other = (standing.members(standing.person_of[each]) for each in (first, second))
        if one[0] == other[0]:
            self._note_link(decision, second, first, standing.person_of[second])
            return
        stay, leave = sorted((one, other), key=lambda each: standing.order[each[0]])
        person, former = standing.person_of[stay[0]], standing.person_of[leave[0]]
        mover, anchor = (second, first) if second in leave else (first, second)
        score = standing.score(mover, anchor)
        self._note_link(decision, mover, anchor, person)
        for each in leave:
            standing.place(each, person)
            if each != mover:
                self._record(
                    PersonMerged(
                        subject_id=each,
                        person_id=person,
                        from_person_id=former,
                        basis=decision.reason,
                        score=score.probability,
                        model=score.model,
                        decider=self.reviewer,
                    )
                )

    def _note_link(self, decision: Decision, mover: UUID, anchor: UUID, person: UUID) -> None:
        score = self.standing.score(mover, anchor)
        self._record(
            PersonLinked(
                subject_id=mover,
                person_id=person,
                basis=decision.reason,
                score=score.probability,
                other_subject_id=anchor,
                model=score.model,
                decider=self.reviewer,
            )
        )

    def _part(self, decision: Decision, pair: ReviewPair) -> None:
        self._judge(pair.low, pair.high, REFUSED)
        self._note_refusal(decision, pair)

    def _note_refusal(self, decision: Decision, pair: ReviewPair) -> None:
        first, second = self.standing.in_turn(pair)
        score = self.standing.score(first, second)
        self._record(
            PersonLinkRefused(
                subject_id=second,
                other_subject_id=first,
                basis=decision.reason,
                score=score.probability,
                model=score.model,
                decider=self.reviewer,
            )
        )

    def _split(self, decision: Decision) -> None:
        """Let some subjects leave a person together, for good."""
        standing = self.standing
        leave, stay = parts_of(standing, decision)
        former = standing.person_of[leave[0]]
        persons = {each: part[0] for part in (leave, stay) for each in part}
        for each in leave:
            for other in stay:
                self._part(decision, pair_of(PairKind.CHILDREN, each, other))
        for part, rest in ((leave, stay), (stay, leave)):
            for each in part:
                if persons[each] == former:
                    continue
                standing.place(each, persons[each])
                self._record(
                    PersonSplit(
                        subject_id=each,
                        person_id=persons[each],
                        from_person_id=former,
                        basis=decision.reason,
                        score=0.0,
                        decider=self.reviewer,
                        withdrawn=tuple(rest),
                    )
                )

    def _note_episodes(self, decision: Decision) -> None:
        """Put a verdict about two accounts on record; the linker records what follows from it."""
        pair, standing = decision.pair, self.standing
        first, second = sorted(
            (standing.accounts[each] for each in (pair.low, pair.high)),
            key=lambda each: (each.first_position, each.episode_id),
        )
        if not decision.accepts:
            self._record(
                EpisodeMatchRefused(
                    episode_id=second.episode_id,
                    subject_id=second.subject_id,
                    other_episode_id=first.episode_id,
                    basis=decision.reason,
                    decider=self.reviewer,
                )
            )
            return
        same = set(second.proposed_ids) in (set(), set(second.national_ids))
        self._record(
            EpisodeMatched(
                episode_id=second.episode_id,
                subject_id=second.subject_id,
                national_ids=second.national_ids,
                basis=decision.reason,
                proposed_ids=None if same else second.proposed_ids,
                in_review=second.in_review or None,
                held=second.held or None,
                other_episode_id=first.episode_id,
                decider=self.reviewer,
            )
        )

    def _judge(self, one: UUID, other: UUID, verdict: str) -> None:
        self.standing.judge_children(one, other, verdict, self.reviewer, self.now)

    def _record(self, event: Event) -> None:
        provenance = Provenance(publisher=HUB, submission_id=None, occurred_at=self.now)
        self.drafts.append(Draft(event=event, provenance=provenance))


def parts_of(standing: Standing, decision: Decision) -> tuple[list[UUID], list[UUID]]:
    """Return who leaves and who stays, each in the order of recording.

    Raises UsageError unless those who leave are some of one child, and part the pair.
    """
    pair, leaves = decision.pair, set(decision.leaves)
    members = standing.members(standing.person_of[pair.low])
    if pair.high not in members:
        raise UsageError("These two are not linked: refuse the pair instead of splitting it.")
    if not leaves < set(members):
        raise UsageError("Choose some of this child's registrations to leave it, and not all.")
    if (pair.low in leaves) == (pair.high in leaves):
        raise UsageError("Of the two records that are shown exactly one must leave.")
    return (
        [each for each in members if each in leaves],
        [each for each in members if each not in leaves],
    )
