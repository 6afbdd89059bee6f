"""What goes wrong and why: false and missed links by what their records agree in, nothing more."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, Final
from uuid import UUID

from domain.linkage import MODEL, Pair, PairScore, PairVerdict, Thresholds, Verdict
from hub.linkage.prepared import Prepared, prepared
from hub.linkage.records import LinkRecord
from tests.benchmarks.linkage_persons import Linked

MOST: Final = 12


def worst(
    linked: Linked, records: Sequence[LinkRecord], truth: Mapping[UUID, str], least: float
) -> dict[str, Any]:
    """Return how many errors of which kind there are, the most frequent first; no identity.

    queue: what reviewers are asked about at first, by reason and answer. false_links: made by the
    hub itself. together_wrongly, apart_wrongly: pairs of records after the review. apart_wrongly
    says how far a pair came: whether it was compared, and what was said.
    least: the probability from which on a reviewer is asked.
    """
    known = {each.subject_id: prepared(each) for each in records}
    verdicts = {(each.low, each.high): each for each in linked.verdicts}
    false_links = [
        each
        for each in linked.verdicts
        if each.verdict is Verdict.LINKED and truth[each.low] != truth[each.high]
    ]
    scores = {(each.low, each.high): each for each in linked.scores}
    together = list(_pairs(linked.after, truth))
    apart = list(_pairs(truth, linked.after))
    return {
        "queue": _most(_why_asked(scores[pair], truth) for pair in linked.queue),
        "false_links": _most(
            f"{each.basis}: {evidence(known[each.low], known[each.high])}" for each in false_links
        ),
        "together_wrongly": _most(
            f"{_how(verdicts, pair)}: {evidence(known[pair[0]], known[pair[1]])}"
            for pair in together
        ),
        "apart_wrongly": _most(
            f"{_stage(scores, verdicts, least, pair)}: {evidence(known[pair[0]], known[pair[1]])}"
            for pair in apart
        ),
        "totals": {
            "queue": len(linked.queue),
            "false_links": len(false_links),
            "together_wrongly": len(together),
            "apart_wrongly": len(apart),
        },
    }


def _why_asked(score: PairScore, truth: Mapping[UUID, str]) -> str:
    """Say why a reviewer is asked, and whether the two are one child."""
    answer = "one child" if truth[score.low] == truth[score.high] else "two children"
    if score.conflict is not None:
        return f"{score.conflict}; {answer}"
    likely = score.basis != MODEL or score.probability >= Thresholds().auto
    return f"{'likely, but contested' if likely else 'neither likely nor unlikely'}; {answer}"


def evidence(one: Prepared, other: Prepared) -> str:
    """Say what two registrations agree in, differ in, and lack."""
    compared = {
        "forename": (one.full_names, other.full_names),
        "surname": (one.surname, other.surname),
        "birth date": (one.born, other.born),
        "postcode": (one.postcode, other.postcode),
        "NHS number": (one.nhs_number, other.nhs_number),
        "UPN": (one.upn, other.upn),
        "sex": (one.sex, other.sex),
        "days": (one.days, other.days),
    }
    said: dict[str, list[str]] = defaultdict(list)
    for name, (mine, theirs) in compared.items():
        said[_word(mine, theirs)].append(name)
    words = (f"{word} {', '.join(said[word])}" for word in ("same", "other", "lacks") if said[word])
    return "; ".join((_whose(one, other), *words))


def _whose(one: Prepared, other: Prepared) -> str:
    if one.publisher == other.publisher:
        return "one publisher"
    kinds = {each.publisher.partition("-")[0] for each in (one, other)}
    return {"la": "two authorities", "pf": "two forces"}.get("".join(kinds), "authority and force")


def _word(mine: Any, theirs: Any) -> str:
    if not mine or not theirs:
        return "lacks"
    if isinstance(mine, tuple):
        return "same" if set(mine) & set(theirs) else "other"
    return "same" if mine == theirs else "other"


def _most(kinds: Iterable[str]) -> list[dict[str, Any]]:
    return [{"kind": kind, "pairs": count} for kind, count in Counter(kinds).most_common(MOST)]


def _how(verdicts: Mapping[Pair, PairVerdict], pair: Pair) -> str:
    found = verdicts.get(pair)
    return found.basis if found and found.verdict is Verdict.LINKED else "through others"


def _stage(
    scores: Mapping[Pair, PairScore], verdicts: Mapping[Pair, PairVerdict], least: float, pair: Pair
) -> str:
    said = scores.get(pair)
    if said is None:
        return "not a candidate"
    verdict = verdicts[pair].verdict if pair in verdicts else None
    if verdict is Verdict.REFUSED:
        return f"refused ({said.conflict})"
    if said.probability < least:
        return "improbable"
    return "behind a rival" if verdict is None else "cut apart"


def _pairs(by: Mapping[UUID, Any], other: Mapping[UUID, Any]) -> Iterator[Pair]:
    """Yield the pairs that are one by the first grouping and two by the second."""
    members: dict[Any, list[UUID]] = defaultdict(list)
    for record, name in by.items():
        members[name].append(record)
    for group in members.values():
        for low, high in combinations(sorted(group), 2):
            if other[low] != other[high]:
                yield low, high
