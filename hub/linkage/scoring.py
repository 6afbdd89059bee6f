"""Scores pairs of registrations: how likely each is one child, by which rule, against what."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from math import log2
from typing import Final

import pyarrow as pa

from domain.linkage import MODEL, PairScore
from hub.linkage.candidates import all_pairs
from hub.linkage.comparisons import COMPARISONS, level_of
from hub.linkage.engine import Engine, column_of
from hub.linkage.link_keys import MOST_PER_KEY, key_values
from hub.linkage.model import Model
from hub.linkage.prepared import Prepared, forget_names, prepared
from hub.linkage.records import LinkRecord
from hub.linkage.rules import conflict_of, rule_of
from hub.linkage.tables import pair_table, record_table

# Less likely pairs matter to nobody, unless they share a number: then a rule may speak.
LEAST_PROBABILITY: Final = 0.01

# Pairs that are compared at once in a full run: bounds the memory that it takes.
_AT_ONCE: Final = 250_000
# Up to so many registrations, pairs are found faster without a database.
FEW: Final = 2_000

_COLUMNS: Final = tuple(column_of(each) for each in COMPARISONS)
_KEPT: Final = f"match_probability >= {LEAST_PROBABILITY} OR gamma_nhs_number = 1 OR gamma_upn = 1"


@dataclass(frozen=True, kw_only=True)
class Evidence:
    """What one comparison says of a pair: its level, and the weight that it adds in bits.

    rarity: the part of the weight that comes from how rare the equal name is.
    """

    comparison: str
    label: str
    level: str
    weight: float
    rarity: float = 0.0


class Scorer:
    """Compares registrations with one model, in memory; `close` when done."""

    def __init__(self, model: Model, *, threads: int | None = None, few: int = FEW) -> None:
        """Take a model; the engine is opened when the first pair is compared.

        threads: None: as many as the machine has. few: of up to so many registrations, pairs are
        found without a database.
        """
        self.model = model
        self._few = few
        self._threads = threads
        self._opened: Engine | None = None

    def score(self, new: Sequence[LinkRecord], known: Sequence[LinkRecord]) -> list[PairScore]:
        """Return the pairs among new registrations, and of new with known ones, worth knowing.

        Those are compared that share a link value which at most MOST_PER_KEY of those given have.
        A registration given twice counts once, as new.
        """
        fresh = {each.subject_id: prepared(each) for each in new}
        others = {each.subject_id: prepared(each) for each in known}
        records = _in_order({**others, **fresh}.values())
        numbers = {at for at, each in enumerate(records) if each.subject_id in fresh}
        if len(records) <= self._few:
            pairs = sorted(_sharing(records, numbers))
            return self._all_scores(records, [pair_table(pairs)] if pairs else [])
        return self._all_scores(records, all_pairs(records, at_once=_AT_ONCE, new=numbers))

    def score_all(self, records: Iterable[LinkRecord]) -> list[PairScore]:
        """Return all pairs worth knowing among registrations, as `score` finds them."""
        ordered = _in_order({each.subject_id: prepared(each) for each in records}.values())
        return self._all_scores(ordered, all_pairs(ordered, at_once=_AT_ONCE))

    def explain(self, one: LinkRecord, other: LinkRecord) -> tuple[Evidence, ...]:
        """Return what the model says of a pair, the prior first; the weights add up to its own."""
        records = _in_order([prepared(one), prepared(other)])
        self._engine.take(record_table(records, self.model.frequencies))
        try:
            row = self._engine.compare(pair_table([(0, 1)])).to_pylist()[0]
        finally:
            self._forget()
        prior = log2(self.model.prior / (1 - self.model.prior))
        evidence = [
            Evidence(comparison="prior", label="Any two registrations", level="", weight=prior)
        ]
        for comparison, column in zip(COMPARISONS, _COLUMNS, strict=True):
            rarity = row.get(f"mw_tf_adj_{column}") or 0.0
            evidence.append(
                Evidence(
                    comparison=comparison.name,
                    label=comparison.label,
                    level=level_of(comparison, row[f"gamma_{column}"]),
                    weight=row[f"mw_{column}"] + rarity,
                    rarity=rarity,
                )
            )
        return tuple(evidence)

    def close(self) -> None:
        """Let the engine's memory go."""
        if self._opened is not None:
            self._opened.close()

    @property
    def _engine(self) -> Engine:
        if self._opened is None:
            self._opened = Engine(self.model, threads=self._threads)
        return self._opened

    def _all_scores(
        self, records: Sequence[Prepared], parts: Iterable[pa.Table]
    ) -> list[PairScore]:
        """Return what is worth knowing of pairs that come in parts."""
        found: list[PairScore] = []
        taken = False
        try:
            for pairs in parts:
                if not taken:
                    self._engine.take(record_table(records, self.model.frequencies))
                    taken = True
                found.extend(self._scores(records, pairs))
        finally:
            self._forget()
        return found

    def _forget(self) -> None:
        """Keep nothing of anybody for longer than the call."""
        if self._opened is not None:
            self._opened.forget()
        forget_names()

    def _scores(self, records: Sequence[Prepared], pairs: pa.Table) -> Iterator[PairScore]:
        scored = self._engine.compare(pairs, _KEPT)
        gammas = [scored.column(f"gamma_{name}").to_pylist() for name in _COLUMNS]
        rows = zip(
            scored.column("unique_id_l").to_pylist(),
            scored.column("unique_id_r").to_pylist(),
            scored.column("match_probability").to_pylist(),
            scored.column("match_weight").to_pylist(),
            zip(*gammas, strict=True),
            strict=True,
        )
        for low, high, probability, weight, pattern in rows:
            rule, conflict = _judged(pattern)
            if probability < LEAST_PROBABILITY and rule is None and conflict is None:
                continue
            yield PairScore(
                low=records[low].subject_id,
                high=records[high].subject_id,
                basis=MODEL if rule is None else rule,
                probability=probability if rule is None else 1.0,
                weight=weight,
                conflict=conflict,
            )


@cache
def _judged(pattern: tuple[int, ...]) -> tuple[str | None, str | None]:
    """Return the rule and the conflict of a pair with these comparison values."""
    levels = {
        comparison.name: level_of(comparison, value)
        for comparison, value in zip(COMPARISONS, pattern, strict=True)
    }
    return rule_of(levels), conflict_of(levels)


def _in_order(records: Iterable[Prepared]) -> list[Prepared]:
    """Return registrations by subject, so that the lower number is the lower subject."""
    return sorted(records, key=lambda each: each.subject_id)


def _sharing(records: Sequence[Prepared], new: set[int]) -> set[tuple[int, int]]:
    """Return the pairs of numbers, one of them new, that share a link value."""
    holders: dict[tuple[str, str], list[int]] = defaultdict(list)
    for number, record in enumerate(records):
        for value in key_values(record):
            holders[value].append(number)
    return {
        (low, high)
        for numbers in holders.values()
        if 1 < len(numbers) <= MOST_PER_KEY
        for low, high in combinations(numbers, 2)
        if low in new or high in new
    }
