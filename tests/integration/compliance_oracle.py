"""Compliance by hand, from the folds of accounts, apart from the code that the hub answers with."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from domain.compliance import Interval, Responses, responses_of
from domain.episodes import facts_if_linked, facts_of
from domain.events import EpisodeEvent
from domain.facts import earliest, fold_episode, latest
from domain.measures import Source
from domain.national import EpisodeFacts
from domain.periods import ReportingYear, age_band, london_date
from domain.person import person_if_linked, person_of
from domain.records import RecordedEvent
from domain.response_events import SafeAndWellCheckDone
from domain.safeguarding import Recipient
from domain.safeguards import Safeguard, safeguards_of
from domain.vocabulary import Category

OUTSIDE = ("SCO", "NIR", "WAL")
Records = Sequence[RecordedEvent]


@dataclass(frozen=True, kw_only=True)
class Ended:
    """A missing episode that ended, with what its accounts tell."""

    fact: EpisodeFacts
    told: tuple[Responses, ...]
    checked: tuple[Interval, ...]
    silent: bool
    next_start: datetime | None
    number: int
    safeguards: tuple[Any, ...]

    @property
    def day(self) -> Any:
        if self.fact.returned_on is not None:
            return self.fact.returned_on
        assert self.fact.end_at is not None
        return london_date(self.fact.end_at - timedelta.resolution)

    def before_next(self, span: Interval) -> bool:
        return self.next_start is None or span[0] < self.next_start

    def check_done(self) -> bool:
        return any(map(self.before_next, self.checked))

    def decided_against_check(self) -> bool:
        return any(each.check.not_done_reason for each in self.told)

    def offered(self) -> bool:
        return self.fact.offered or self.fact.declined or self.fact.completed

    def fresh(self, kind: Safeguard) -> bool:
        return any(
            each.kind is kind
            and each.last_at >= self.fact.start_at
            and self.before_next((each.first_at, each.last_at))
            for each in self.safeguards
        )

    def on_plan(self) -> bool:
        start = self.fact.start_at
        return any(
            each.kind is Safeguard.PROTECTION_PLAN
            and each.first_at <= start
            and (each.last_at is None or start < each.last_at)
            for each in self.safeguards
        )

    def placed_out(self) -> bool:
        fact = self.fact
        return (
            fact.looked_after == "yes"
            and "unknown" not in (fact.authority, fact.host_authority)
            and fact.authority != fact.host_authority
            and fact.host_authority not in (*OUTSIDE, "restricted")
        )

    def told_to(self, recipient: Recipient) -> list[Interval]:
        return [each.told[recipient] for each in self.told if recipient in each.told]

    def delay(self, recipient: Recipient) -> float | None:
        """Hours until a recipient was told; None where the time of day is not known."""
        spans = self.told_to(recipient)
        if not spans or min(first for first, _ in spans) != min(last for _, last in spans):
            return None
        first = min(spans)[0]
        return max(0.0, (first - self.fact.start_at) / timedelta(hours=1))


def ended_episodes(known: Records, source: Source, *, linked: bool) -> list[Ended]:
    """Return the missing episodes that ended, in one world, by the source that tells of them."""
    own: dict[Any, list[RecordedEvent]] = defaultdict(list)
    for record in known:
        if isinstance(record.event, EpisodeEvent):
            own[record.event.episode_id].append(record)
    told = {episode_id: responses_of(records) for episode_id, records in own.items()}
    facts = [
        fact
        for fact in (facts_if_linked(known) if linked else facts_of(known))
        if fact.source is source
    ]
    person = person_if_linked if linked else person_of
    guards = [(person(each.subject_id, known), each) for each in safeguards_of(known)]
    heard = {each.publisher for each in told.values() if each.responded}
    return [
        Ended(
            fact=fact,
            told=tuple(told[each] for each in members),
            checked=tuple(span for each in members for span in _checks(own[each])),
            silent=all(told[each].publisher not in heard for each in members),
            next_start=_next_start(fact, facts),
            number=_number(fact, facts),
            safeguards=tuple(each for who, each in guards if who == fact.person_id),
        )
        for fact in facts
        if _counts(fact)
        and (fact.returned_on is not None or fact.end_reason not in (None, "reached-eighteen"))
        for members in [_members(fact, own, linked=linked)]
    ]


def _counts(fact: EpisodeFacts) -> bool:
    return fact.category is Category.MISSING and age_band(fact.age) != "18+"


def _members(fact: EpisodeFacts, own: dict[Any, list[RecordedEvent]], *, linked: bool) -> list[Any]:
    if fact.source is not Source.NATIONAL:
        return [fact.fact_id]
    found = []
    for episode_id, records in own.items():
        account = fold_episode(records)
        ids = account.national_ids or (episode_id,)
        if linked:
            ids = account.proposed_ids or ids
        if fact.fact_id in ids and account.counts and not account.held:
            found.append(episode_id)
    return found


def _checks(records: Records) -> list[Interval]:
    """Return the checks that are not before the end that their own account tells of."""
    ended = fold_episode(records).ended
    return [
        (earliest(each.event.checked), latest(each.event.checked))
        for each in records
        if isinstance(each.event, SafeAndWellCheckDone)
        and (ended is None or latest(each.event.checked) >= earliest(ended))
    ]


def _next_start(fact: EpisodeFacts, facts: Sequence[EpisodeFacts]) -> datetime | None:
    after = fact.start_at + timedelta.resolution
    over = after if fact.end_at is None else max(after, fact.end_at)
    later = [each.start_at for each in facts if each.person_id == fact.person_id]
    return min((start for start in later if start >= over), default=None)


def _number(fact: EpisodeFacts, facts: Sequence[EpisodeFacts]) -> int:
    year = ReportingYear.of(fact.started_on)
    own = sorted(
        (each.start_at, each.fact_id)
        for each in facts
        if each.person_id == fact.person_id
        and _counts(each)
        and ReportingYear.of(each.started_on) == year
    )
    return own.index((fact.start_at, fact.fact_id)) + 1


FIGURES: dict[str, Callable[[Ended], bool]] = {
    "returns": lambda e: e.fact.returned_on is not None,
    "returns_of_silent_publishers": lambda e: e.silent,
    "checks_done": lambda e: e.check_done(),
    "checks_not_done": lambda e: not e.check_done() and e.decided_against_check(),
    "checks_at_another_time": lambda e: (
        not e.check_done()
        and not e.decided_against_check()
        and any(each.check.recorded for each in e.told)
    ),
    "checks_not_recorded": lambda e: (
        not e.decided_against_check() and not any(each.check.recorded for each in e.told)
    ),
    "checks_shared": lambda e: e.check_done() and any(each.check.shared_at for each in e.told),
    "checks_shared_with_host_authority": lambda e: (
        e.check_done()
        and any("host-authority" in (each.check.shared_with or ()) for each in e.told)
    ),
    "interviews_not_offered": lambda e: not e.offered(),
    "interviews_decided_against": lambda e: (
        not e.offered() and any(each.interview.not_offered_reason for each in e.told)
    ),
    "interviews_offered": lambda e: e.offered(),
    "interviews_declined": lambda e: e.fact.declined and not e.fact.completed,
    "interviews_completed": lambda e: e.fact.completed,
    "interviews_within_72h": lambda e: e.fact.within_72h == "yes",
    "interviews_not_computable": lambda e: e.fact.within_72h == "not_computable",
    "interviews_independent": lambda e: any(each.interview.independent for each in e.told),
    "interviews_shared": lambda e: (
        e.fact.completed and any(each.interview.shared_at for each in e.told)
    ),
    "reviewing_officer_due": lambda e: e.fact.looked_after == "yes",
    "reviewing_officer_told": lambda e: (
        e.fact.looked_after == "yes" and bool(e.told_to(Recipient.REVIEWING_OFFICER))
    ),
    "protection_chair_due": lambda e: e.on_plan(),
    "protection_chair_told": lambda e: e.on_plan() and bool(e.told_to(Recipient.PROTECTION_CHAIR)),
    "host_authority_due": lambda e: e.placed_out(),
    "host_authority_told": lambda e: e.placed_out() and bool(e.told_to(Recipient.HOST_AUTHORITY)),
    "risk_assessed": lambda e: e.fresh(Safeguard.ASSESSMENT),
    "risk_planned": lambda e: e.fresh(Safeguard.RISK_PLAN),
}
RATES = {
    "check_rate": ("checks_done", "returns"),
    "check_shared_rate": ("checks_shared", "checks_done"),
    "offered_rate": ("interviews_offered", "returns"),
    "completed_rate": ("interviews_completed", "returns"),
    "within_72h_rate": ("interviews_within_72h", "returns"),
    "independent_rate": ("interviews_independent", "interviews_completed"),
    "reviewing_officer_told_rate": ("reviewing_officer_told", "reviewing_officer_due"),
    "host_authority_told_rate": ("host_authority_told", "host_authority_due"),
    "risk_assessed_rate": ("risk_assessed", "returns"),
}
DIMENSIONS: dict[str, Callable[[Ended], str]] = {
    "month": lambda e: f"{e.day:%Y-%m}",
    "reporting_year": lambda e: str(ReportingYear.of(e.day)),
    "authority": lambda e: e.fact.authority,
    "force": lambda e: e.fact.force,
    "age_band": lambda e: age_band(e.fact.age),
    "sex": lambda e: e.fact.sex,
    "looked_after": lambda e: e.fact.looked_after,
    "placement_type": lambda e: e.fact.placement_type,
    "area": lambda e: (
        "restricted"
        if e.fact.host_authority == "restricted"
        else "unknown"
        if "unknown" in (e.fact.authority, e.fact.host_authority)
        else "in"
        if e.fact.authority == e.fact.host_authority
        else "out"
    ),
    "episode_number": lambda e: str(e.number) if e.number < 3 else "3-5",
    "declined_by": lambda e: (
        min(
            (str(each.interview.declined_by) for each in e.told if each.interview.declined_by),
            default="unknown",
        )
        if e.fact.declined
        else "none"
    ),
    "check_not_done_reason": lambda e: min(
        (str(each.check.not_done_reason) for each in e.told if each.check.not_done_reason),
        default="none",
    ),
}


def figures_of(episodes: Sequence[Ended]) -> dict[str, float | None]:
    """Return the figures of the episodes of one cell."""
    returned = [each for each in episodes if each.fact.returned_on is not None]
    found: dict[str, float | None] = {
        name: sum(map(holds, returned)) for name, holds in FIGURES.items()
    }
    found["ended_without_return"] = len(episodes) - len(returned)
    for name, (part, whole) in RATES.items():
        of = found[whole]
        found[name] = 100 * float(found[part] or 0) / of if of else None
    delays = [
        hours
        for each in returned
        if each.fact.looked_after == "yes"
        and (hours := each.delay(Recipient.REVIEWING_OFFICER)) is not None
    ]
    found["reviewing_officer_median_delay"] = median(delays) if delays else None
    return found
