"""From clusters to recorded decisions: who has become whom, and on what ground."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from uuid import UUID

from domain.linkage_events import PersonLinked, PersonMerged, PersonSplit
from hub.linkage.pairs import StoredPair

Move = PersonLinked | PersonMerged | PersonSplit
_ByEnd = dict[UUID, list[StoredPair]]

LINKED: Final = "linked"
# Why subjects part: a reviewer said so, or they no longer agree as they did.
REFUSED: Final = "refused"
COMPARED_AGAIN: Final = "compared-again"


def moves(
    before: Mapping[UUID, UUID], after: Mapping[UUID, UUID], pairs: Sequence[StoredPair]
) -> list[Move]:
    """Return what must be recorded so that subjects are the persons of `after`, in a fixed order.

    before, after: whole persons, person by subject. pairs: all that these subjects are in, with
    the verdicts by which they are who they are now.
    """
    groups_before, groups_after = _groups(before), _groups(after)
    by_end: _ByEnd = defaultdict(list)
    for pair in pairs:
        for end in pair.ends:
            by_end[end].append(pair)
    found: list[Move] = []
    for subject in sorted(before):
        old, new = before[subject], after[subject]
        if old == new:
            continue
        former, joined = groups_before[old], groups_after[new]
        if former <= joined:
            found.append(_joined(subject, old, new, former, joined, by_end))
        else:
            found.append(_split(subject, old, new, former - joined, by_end))
    return found


def _joined(
    subject: UUID,
    old: UUID,
    new: UUID,
    former: set[UUID],
    joined: set[UUID],
    pairs: _ByEnd,
) -> Move:
    crossing = [each for each in _between(pairs, former, joined - former) if each.verdict == LINKED]
    ground = max(crossing, key=lambda each: (each.score.weight, each.ends), default=None)
    basis = ground.score.basis if ground else LINKED
    score = ground.score.probability if ground else 1.0
    model = ground.model if ground else None
    decider = ground.reviewer if ground else None
    if len(former) > 1:
        return PersonMerged(
            subject_id=subject,
            person_id=new,
            from_person_id=old,
            basis=basis,
            score=score,
            model=model,
            decider=decider,
        )
    other = next((end for end in ground.ends if end != subject), None) if ground else None
    return PersonLinked(
        subject_id=subject,
        person_id=new,
        basis=basis,
        score=score,
        other_subject_id=other,
        model=model,
        decider=decider,
    )


def _split(subject: UUID, old: UUID, new: UUID, left: set[UUID], pairs: _ByEnd) -> PersonSplit:
    crossing = list(_between(pairs, {subject}, left))
    refusal = next((each for each in crossing if each.verdict == REFUSED), None)
    best = max(crossing, key=lambda each: (each.score.weight, each.ends), default=None)
    ground = refusal or best
    return PersonSplit(
        subject_id=subject,
        person_id=new,
        from_person_id=old,
        basis=REFUSED if refusal else COMPARED_AGAIN,
        score=ground.score.probability if ground else 0.0,
        model=ground.model if ground else None,
        decider=refusal.reviewer if refusal else None,
        withdrawn=tuple(sorted(left)),
    )


def _between(pairs: _ByEnd, one: set[UUID], other: set[UUID]) -> Iterable[StoredPair]:
    for end in sorted(one):
        for pair in pairs.get(end, ()):
            if pair.ends[0] in other or pair.ends[1] in other:
                yield pair


def _groups(person_of: Mapping[UUID, UUID]) -> dict[UUID, set[UUID]]:
    groups: dict[UUID, set[UUID]] = defaultdict(set)
    for subject, person in person_of.items():
        groups[person].add(subject)
    return groups
