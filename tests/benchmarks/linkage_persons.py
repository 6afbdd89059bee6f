"""Which records are one child: scored, judged and clustered as the linker does it, and reviewed."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from uuid import UUID

from contracts.register import read_register
from domain.clusters import cluster, propose
from domain.facts import SourceEpisode
from domain.geography import Register
from domain.identifiers import publisher_area, publisher_kind
from domain.judging import judge
from domain.linkage import Pair, PairScore, PairVerdict, Thresholds, Verdict
from domain.periods import london_date
from hub.linkage.records import LinkRecord, link_record
from hub.synthetic.truth import PersonTruth
from tests.benchmarks.linkage_metrics import Pairs, Share, pairs_of, pairs_touching, pairs_within
from tests.benchmarks.linkage_nation import Nation

REVIEWER: Final = "truth"
_REVIEWED_AT: Final = datetime(2026, 1, 1, tzinfo=UTC)

# SSDA903 codes by the major group of the census; Chinese is Asian there.
_MAJOR: Final = {"W": "white", "M": "mixed", "A": "Asian", "B": "Black", "C": "Asian", "O": "other"}
_UNKNOWN: Final = frozenset({"NOBT", "REFU"})


@dataclass(frozen=True, kw_only=True)
class Linked:
    """What linking made of the records, before and after a review by one who knows the truth.

    verdicts: the machine's. queue: pairs that a reviewer is asked about at first; asked: how many
    in all, with those that answers bring up. refused: true pairs refused without asking anybody.
    if_linked: the persons, if everything in review were linked.
    """

    scores: Sequence[PairScore]
    verdicts: Sequence[PairVerdict]
    before: Mapping[UUID, UUID]
    after: Mapping[UUID, UUID]
    if_linked: Mapping[UUID, UUID]
    queue: frozenset[Pair]
    asked: int
    refused: int


def link_records(nation: Nation, register: Register | None = None) -> list[LinkRecord]:
    """Return the records as the linker compares them, in the order in which they came."""
    register = register or read_register()
    return [
        link_record(
            each.subject_id,
            each.publisher,
            each.identity,
            sex=each.sex.value,
            days=_days(nation.episodes.get(subject, [])),
            forces=_forces(each.publisher, _hosts(nation, subject), register),
            registered_on=each.registered_on,
        )
        for subject, each in nation.registrations.items()
    ]


def link(
    records: Sequence[LinkRecord],
    scores: Sequence[PairScore],
    truth: Mapping[UUID, str],
    thresholds: Thresholds,
) -> Linked:
    """Judge and cluster pairs, then let a perfect reviewer answer until no question is left."""
    firsts = {each.subject_id: number for number, each in enumerate(records)}
    publishers = {each.subject_id: each.publisher for each in records}
    machine = judge(scores, publishers, thresholds)
    first = last = cluster(machine, firsts, publishers)
    answers: dict[Pair, PairVerdict] = {}
    by_pair = {(each.low, each.high): each for each in scores}
    while open_questions := set(last.queue) - set(answers):
        answers |= {pair: _answer(by_pair[pair], truth) for pair in open_questions}
        said = tuple(answers.values())
        verdicts = (*judge(scores, publishers, thresholds, said), *said)
        last = cluster(verdicts, firsts, publishers)
    return Linked(
        scores=scores,
        verdicts=machine,
        before=_persons(first.person_of, firsts),
        after=_persons(last.person_of, firsts),
        if_linked=_persons(propose(machine, firsts, publishers), firsts),
        queue=frozenset(first.queue),
        asked=len(answers),
        refused=sum(
            each.verdict is Verdict.REFUSED and truth[each.low] == truth[each.high]
            for each in machine
        ),
    )


def groups(nation: Nation) -> dict[str, dict[str, set[UUID]]]:
    """Return the records of each group, by what the groups are groups of."""
    families = {each.family for each in nation.persons.values() if each.family}
    outside = {
        each.person
        for each in nation.absences
        if each.host is not None and each.host != each.authority
    }
    found: dict[str, dict[str, set[UUID]]] = defaultdict(lambda: defaultdict(set))
    for subject, person in nation.persons.items():
        kinds = {
            "ethnicity": _major(person.ethnicity),
            "care": "looked after" if person.looked_after else "not looked after",
            "unaccompanied": "unaccompanied" if person.unaccompanied else "accompanied",
            "sex": "girls" if person.sex == "F" else "boys",
        }
        for kind, name in kinds.items():
            found[kind][name].add(subject)
        for name, holds in _traits(person, families, outside).items():
            if holds:
                found["hard cases"][name].add(subject)
    return {kind: dict(named) for kind, named in found.items()}


def by_group(
    linked: Linked, truth: Mapping[UUID, str], named: Mapping[str, set[UUID]]
) -> dict[str, tuple[Pairs, Pairs]]:
    """Return the pairs that touch each group, before and after review."""
    return {
        name: (
            pairs_touching(linked.before, truth, records),
            pairs_touching(linked.after, truth, records),
        )
        for name, records in sorted(named.items())
    }


def by_tier(nation: Nation, linked: Linked) -> dict[str, tuple[Pairs, Pairs]]:
    """Return pairs among records with names, and those with a record from SSDA903 returns only."""
    weak = {name for name, each in nation.registrations.items() if each.returns_only}
    full = set(nation.persons) - weak
    truth = nation.truth
    return {
        "full": (
            pairs_within(linked.before, truth, full),
            pairs_within(linked.after, truth, full),
        ),
        "SSDA903 only": (
            pairs_touching(linked.before, truth, weak),
            pairs_touching(linked.after, truth, weak),
        ),
    }


def automatic(linked: Linked, truth: Mapping[UUID, str]) -> Share:
    """Return, of the pairs that were linked directly, those that are true."""
    made = [each for each in linked.verdicts if each.verdict is Verdict.LINKED]
    return Share(part=sum(truth[each.low] == truth[each.high] for each in made), whole=len(made))


def whole(linked: Linked, truth: Mapping[UUID, str]) -> tuple[Pairs, Pairs]:
    """Return the pairs of all records, before and after review."""
    return pairs_of(linked.before, truth), pairs_of(linked.after, truth)


def _answer(score: PairScore, truth: Mapping[UUID, str]) -> PairVerdict:
    same = truth[score.low] == truth[score.high]
    return PairVerdict(
        low=score.low,
        high=score.high,
        verdict=Verdict.LINKED if same else Verdict.REFUSED,
        basis=score.basis,
        score=score.probability,
        weight=score.weight,
        decider=REVIEWER,
        decided_at=_REVIEWED_AT,
    )


def _persons(person_of: Mapping[UUID, UUID], subjects: Iterable[UUID]) -> dict[UUID, UUID]:
    return {subject: person_of.get(subject, subject) for subject in subjects}


def _days(episodes: Iterable[SourceEpisode]) -> set[date]:
    return {london_date(each.start) for each in episodes if each.counts and each.start}


def _hosts(nation: Nation, subject: UUID) -> set[str | None]:
    """Return where a child lives or lived, as accounts and placements say."""
    said = (
        *nation.episodes.get(subject, []),
        *(each.event for each in nation.context.get(subject, [])),
    )
    return {getattr(each, "host_authority", None) for each in said}


def _forces(publisher: str, hosts: Iterable[str | None], register: Register) -> set[str]:
    area = publisher_area(publisher)  # type: ignore[arg-type]
    if publisher_kind(publisher) == "police-force":  # type: ignore[arg-type]
        return {area}
    found = (register.authority(number) for number in {area, *hosts} if number)
    return {each.force_code for each in found if each is not None}


def _major(code: str) -> str:
    return "not known" if code in _UNKNOWN else _MAJOR[code[0]]


def _traits(person: PersonTruth, families: set[str], outside: set[str]) -> dict[str, bool]:
    forces = [each for each in person.subjects if each.publisher.startswith("pf-")]
    born = date.fromisoformat(person.birth_date)
    return {
        "twins": person.twin,
        "siblings": person.family is not None or person.person in families,
        "placed out of area": person.person in outside,
        "two forces": len(forces) > 1,
        "heaped birthday": (born.month, born.day) == (1, 1) or born.day == 15,
    }
