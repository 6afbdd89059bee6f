"""Which source episodes of one person are one national episode (linkage rules, section 4).

The same episodes in any order give the same answer. A police account is a unit of its own unless
another force's is the same absence; one force's records are never merged by time. An authority's
row is evidence for the police units that it overlaps, and stands alone if there is none. Nothing
here compares areas: home, host and force are those of one child.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.evidence import attach
from domain.facts import SourceEpisode, earliest
from domain.grouping import ALONE, Accounts, Decided, Group, Grouping, crossing, group, in_order
from domain.spans import TWO_HOURS, Finds, Span, handed_over, overlap, spans_of

# What a child of a group report that it does not name as missing is waited for (definitions).
HELD_FOR: Final = timedelta(days=28)

NOT_NAMED: Final = "not-named-as-missing"
UNANSWERED: Final = "unanswered-28-days"
IN_DOUBT: Final = "many-to-many"


@dataclass(frozen=True, kw_only=True)
class Match:
    """The national episodes that a source episode belongs to, and by which rule.

    proposed_ids: what they would be if what is in review were linked. in_review: its episode would
    have other members then. held: it does not count until it is answered, or for 28 days.
    """

    episode_id: UUID
    national_ids: tuple[UUID, ...]
    basis: str
    proposed_ids: tuple[UUID, ...]
    in_review: bool = False
    held: bool = False


@dataclass(frozen=True, kw_only=True)
class _Partition:
    """The national episodes of the accounts that count, and why, by identifier.

    doubtful: some of them await a reviewer.
    """

    nationals: Mapping[UUID, tuple[UUID, ...]]
    basis: Mapping[UUID, str]
    doubtful: bool


def held_until(episode: SourceEpisode) -> datetime | None:
    """Return when an account will count though nobody has answered for it; None: it is not held.

    That is 28 times 24 hours after its report.
    """
    if not episode.unnamed or not episode.counts:
        return None
    reported = episode.reported or episode.reported_at
    return None if reported is None else earliest(reported) + HELD_FOR


def reconcile(
    episodes: Sequence[SourceEpisode],
    *,
    decided: Mapping[frozenset[UUID], bool] | None = None,
    now: datetime | None = None,
) -> tuple[Match, ...]:
    """Return the match of each of one person's source episodes, in the order of their identifiers.

    Episodes that cannot count (void, or without a start) or are held stay on their own. decided:
    whether reviewers said two accounts to be one episode: time overrides no refusal, and what they
    joined needs no overlap, but two of one force are never one. now: None: no hold is over.
    """
    held = _held(episodes, now)
    spans = spans_of([each for each in episodes if each.episode_id not in held])
    answers = Decided(decided or {}, spans)
    as_is = then = _partition(spans, answers, proposing=False)
    changing: frozenset[UUID] = frozenset()
    if as_is.doubtful:
        then = _partition(spans, answers, proposing=True)
        changing = _changing(as_is.nationals, then.nationals)
    return tuple(
        _match(
            each, as_is, then, in_review=each.episode_id in changing, held=each.episode_id in held
        )
        for each in sorted(episodes, key=lambda each: each.episode_id.int)
    )


def _held(episodes: Iterable[SourceEpisode], now: datetime | None) -> frozenset[UUID]:
    untils = {each.episode_id: held_until(each) for each in episodes if each.unnamed}
    return frozenset(
        name for name, until in untils.items() if until is not None and (now is None or now < until)
    )


def _match(
    episode: SourceEpisode, as_is: _Partition, then: _Partition, *, in_review: bool, held: bool
) -> Match:
    own = (episode.episode_id,)
    basis = as_is.basis.get(episode.episode_id, ALONE)
    return Match(
        episode_id=episode.episode_id,
        national_ids=as_is.nationals.get(episode.episode_id, own),
        basis=_alone(episode, in_review=in_review, held=held) if basis == ALONE else basis,
        proposed_ids=then.nationals.get(episode.episode_id, own),
        in_review=in_review,
        held=held,
    )


def _alone(episode: SourceEpisode, *, in_review: bool, held: bool) -> str:
    """Return why an account is on its own."""
    if held:
        return NOT_NAMED
    if in_review:
        return IN_DOUBT
    return ALONE if held_until(episode) is None else UNANSWERED


def _partition(spans: Sequence[Span], decided: Decided, *, proposing: bool) -> _Partition:
    """Return the national episodes; proposing: also of what is in doubt, by a fixed rule."""
    finds = Finds(spans)
    forces = _forces([each for each in spans if each.police], finds, decided, proposing=proposing)
    rows = decided.joined([each for each in spans if not each.police], of_one_source=True)
    units = [each.accounts for each in forces.groups]
    evidence = attach(rows, units, finds, decided, proposing=proposing)
    # What awaits a reviewer joins nothing else meanwhile.
    waiting = [
        each
        for row, each in enumerate(rows)
        if row not in evidence.units and each[0].at in evidence.in_doubt
    ]
    free = [
        each
        for row, each in enumerate(rows)
        if row not in evidence.units and each[0].at not in evidence.in_doubt
    ]
    alone = _authorities(free, decided, proposing=proposing)
    naming = _Naming(forces.groups)
    for row, of_units in evidence.units.items():
        naming.add_evidence(rows[row], of_units, evidence.basis[row])
    for each in (*alone.groups, *(Group(accounts=each, basis=ALONE) for each in waiting)):
        naming.add_group(each)
    doubtful = bool(forces.in_doubt or evidence.in_doubt or alone.in_doubt)
    return naming.partition(doubtful=doubtful)


def _forces(spans: Sequence[Span], finds: Finds, decided: Decided, *, proposing: bool) -> Grouping:
    """Return which accounts of several forces are one: what overlaps, or was handed over."""
    links = (
        link
        for link in crossing(spans, _publisher, TWO_HOURS)
        if overlap(*link) or handed_over(*link, finds)
    )
    clusters = decided.joined(spans, of_one_source=False)
    return group(clusters, links, decided, proposing=proposing)


def _authorities(rows: Sequence[Accounts], decided: Decided, *, proposing: bool) -> Grouping:
    """Return which rows of several authorities, a home and a host say, are one: what overlaps."""
    spans = in_order(span for each in rows for span in each)
    links = (link for link in crossing(spans, _publisher, timedelta(0)) if overlap(*link))
    return group(rows, links, decided, proposing=proposing)


def _publisher(span: Span) -> str:
    return span.publisher


class _Naming:
    """Collects who the members of each national episode are, and names it."""

    def __init__(self, units: Sequence[Group]) -> None:
        self._members = [list(each.accounts) for each in units]
        self._units = units
        self._bases = [each.basis for each in units]
        self._evidence: list[tuple[Accounts, tuple[int, ...], str]] = []
        self._alone: list[Group] = []

    def add_evidence(self, rows: Accounts, units: tuple[int, ...], basis: str) -> None:
        """Note rows that tell of police accounts; of several they name none."""
        self._evidence.append((rows, units, basis))
        for unit in units:
            self._members[unit] += rows if len(units) == 1 else ()
            if self._bases[unit] == ALONE:
                self._bases[unit] = basis

    def add_group(self, group: Group) -> None:
        """Note rows of which no force knows."""
        self._alone.append(group)

    def partition(self, *, doubtful: bool) -> _Partition:
        """Return the national episodes, each named by its member recorded first."""
        names = [_name(each) for each in self._members]
        placed: list[tuple[Accounts, tuple[UUID, ...], str]] = [
            *((each.accounts, (_name(each.accounts),), each.basis) for each in self._alone),
            *((rows, tuple(names[unit] for unit in at), why) for rows, at, why in self._evidence),
            *(
                (each.accounts, (name,), why)
                for each, name, why in zip(self._units, names, self._bases, strict=True)
            ),
        ]
        return _Partition(
            nationals={span.episode_id: ids for spans, ids, _ in placed for span in spans},
            basis={span.episode_id: why for spans, _, why in placed for span in spans},
            doubtful=doubtful,
        )


def _name(accounts: Iterable[Span]) -> UUID:
    """Return the identifier of the account that was recorded first."""
    return min(accounts, key=lambda each: (each.recorded, each.episode_id.int)).episode_id


def _changing(
    as_is: Mapping[UUID, tuple[UUID, ...]], then: Mapping[UUID, tuple[UUID, ...]]
) -> frozenset[UUID]:
    """Return the accounts that would have other fellows."""
    before, after = _fellows(as_is), _fellows(then)
    return frozenset(name for name in before if before[name] != after[name])


def _fellows(
    nationals: Mapping[UUID, tuple[UUID, ...]],
) -> dict[UUID, frozenset[frozenset[UUID]]]:
    """Return, for each account, who the members are of the episodes that it belongs to."""
    members: dict[UUID, set[UUID]] = defaultdict(set)
    for name, ids in nationals.items():
        for national in ids:
            members[national].add(name)
    fixed = {national: frozenset(names) for national, names in members.items()}
    return {name: frozenset(fixed[each] for each in ids) for name, ids in nationals.items()}
