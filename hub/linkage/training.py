"""Trains a linkage model on registrations, without being told which are of one child."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final, LiteralString

import duckdb
from splink import DuckDBAPI, Linker
from splink.internals.exceptions import EMTrainingException

from hub.linkage.comparisons import COMPARISONS, OTHER, Comparison, level_names
from hub.linkage.engine import column_of, new_linker, open_memory
from hub.linkage.model import FREQUENCY_COLUMNS, Chances, Frequencies, Model, baseline_model
from hub.linkage.prepared import Prepared, prepared
from hub.linkage.records import LinkRecord
from hub.linkage.tables import record_table

# Called with steps done and steps in all.
Progress = Callable[[int, int], None]

_TRAINED_ON: Final = "registrations"
_SEED: Final = 20260401
_RANDOM_PAIRS: Final = 3_000_000
_PAIRS_PER_SESSION: Final = 1_500_000

# Pairs by rules that hold for about this share of the true ones, and for hardly any other.
_CERTAIN: LiteralString = """
SELECT count(*) FROM (
    SELECT l.unique_id, r.unique_id FROM registrations l JOIN registrations r
        ON l.unique_id < r.unique_id AND l.born = r.born AND l.nhs_number = r.nhs_number
     UNION
    SELECT l.unique_id, r.unique_id FROM registrations l JOIN registrations r
        ON l.unique_id < r.unique_id AND l.born = r.born AND l.upn = r.upn
     UNION
    SELECT l.unique_id, r.unique_id FROM registrations l JOIN registrations r
        ON l.unique_id < r.unique_id AND l.born = r.born AND l.postcode = r.postcode
       AND l.forename = r.forename AND l.surname = r.surname)
"""
_CERTAIN_SHARE: Final = 0.75

# Each finds pairs of one child by other means, so that every comparison is learnt from some.
# None of them brings many others together: siblings and namesakes would be taken for one child.
_SESSIONS: Final = (
    "l.nhs_number = r.nhs_number",
    "l.born = r.born AND l.forename_sound = r.forename_sound",
    "l.born = r.born AND l.postcode = r.postcode",
    "l.forename = r.forename AND l.surname = r.surname AND l.postcode = r.postcode",
)

# A level seen less often than this among random pairs keeps the chances it had.
_LEAST_SEEN: Final = 20
# What is learnt is mixed with what was known before, as if that came from so many pairs.
_PAIRS_KNOWN_BEFORE: Final = 50
# An error that these registrations hardly show may come all the same: at least a quarter of what
# was known before.
_LEAST_OF_KNOWN: Final = 0.25
_LEAST_CERTAIN: Final = 20

# Numbers are given once: that two children share one, or one has two, is too rare to be learnt.
_GIVEN_ONCE: Final = frozenset({"nhs-number", "upn"})
# How much one publisher's own habits may say at most, in either direction.
_HABITS: Final = frozenset({"publisher"})
_HABIT_RATIO: Final = 8.0
_LEAST_M: Final = 0.00002
_LEAST_U: Final = 0.0000001

# Names that fewer registrations have are not kept, so that a model tells nothing of one child:
# that they are rare is enough.
_LEAST_NAMESAKES: Final = 10
_DIGITS: Final = 6


def train(
    records: Iterable[LinkRecord], *, start: Model | None = None, progress: Progress | None = None
) -> Model:
    """Return a model of these registrations; the same ones in any order give the same model.

    start: what is assumed where they teach too little; None: the model that ships with the hub.
    """
    before = start or baseline_model()
    note = progress or _silent
    ordered = sorted((prepared(each) for each in records), key=lambda each: each.subject_id)
    steps = len(_SESSIONS) + 2
    frequencies = _frequencies(ordered) or before.frequencies
    note(1, steps)
    # One thread: sums of floating-point numbers depend on their order.
    connection = open_memory(threads=1)
    try:
        connection.register(_TRAINED_ON, record_table(ordered, frequencies))
        prior, matches = _prior(connection, len(ordered), before)
        start_model = Model(prior=prior, parameters=before.parameters, frequencies=frequencies)
        learnt: Mapping[str, Mapping[str, _Learnt]] = {}
        if matches:
            linker = new_linker(DuckDBAPI(connection).register(_TRAINED_ON), start_model)
            _learn(linker, note, steps)
            learnt = _chances(linker)
    finally:
        connection.close()
    sampled = min(_RANDOM_PAIRS, len(ordered) * (len(ordered) - 1) / 2)
    return Model(
        prior=_rounded(prior),
        parameters={
            each.name: _mixed(each, learnt.get(each.name, {}), before, sampled, matches)
            for each in COMPARISONS
        },
        frequencies=frequencies,
    )


@dataclass(frozen=True, kw_only=True)
class _Learnt:
    """What training found for a level; None: nothing."""

    m: float | None
    u: float | None


def _prior(connection: duckdb.DuckDBPyConnection, count: int, before: Model) -> tuple[float, float]:
    """Return the chance that two registrations are of one child, and about how many pairs are."""
    ((certain,),) = connection.execute(_CERTAIN).fetchall()
    if certain < _LEAST_CERTAIN:
        return before.prior, 0.0
    matches = certain / _CERTAIN_SHARE
    return min(matches / (count * (count - 1) / 2), 0.5), matches


def _learn(linker: Linker, note: Progress, steps: int) -> None:
    """Let Splink estimate what random pairs agree in, and then what pairs of one child do."""
    linker.training.estimate_u_using_random_sampling(
        max_pairs=_RANDOM_PAIRS, seed=_SEED, min_count_per_level=None, num_chunks=1
    )
    note(2, steps)
    for number, rule in enumerate(_SESSIONS, start=3):
        # A rule that finds no pair, or only pairs that are all alike, teaches nothing; others may.
        with suppress(EMTrainingException, ValueError):
            linker.training.estimate_parameters_using_expectation_maximisation(
                rule,
                estimate_without_term_frequencies=True,
                max_pairs=_PAIRS_PER_SESSION,
                record_sample_proportion=1.0,
            )
        note(number, steps)


def _chances(linker: Linker) -> dict[str, dict[str, _Learnt]]:
    """Return what Splink has learnt, by comparison and level."""
    stored: Mapping[str, Any] = linker.misc.save_model_to_json()
    columns = {column_of(each): each for each in COMPARISONS}
    found: dict[str, dict[str, _Learnt]] = {}
    for told in stored["comparisons"]:
        comparison = columns[told["output_column_name"]]
        levels = [each for each in told["comparison_levels"] if not each.get("is_null_level")]
        found[comparison.name] = {
            name: _Learnt(m=_number(each, "m_probability"), u=_number(each, "u_probability"))
            for name, each in zip(level_names(comparison), levels, strict=True)
        }
    return found


def _mixed(
    comparison: Comparison,
    learnt: Mapping[str, _Learnt],
    before: Model,
    sampled: float,
    matches: float,
) -> dict[str, Chances]:
    """Return a comparison's chances: what was learnt, as far as there was enough to learn from."""
    known = before.parameters[comparison.name]
    if comparison.name in _GIVEN_ONCE:
        return dict(known)
    ms, us = {}, {}
    for name in level_names(comparison):
        told, was = learnt.get(name, _Learnt(m=None, u=None)), known[name]
        m = was.m if told.m is None else told.m
        mixed = (m * matches + was.m * _PAIRS_KNOWN_BEFORE) / (matches + _PAIRS_KNOWN_BEFORE)
        ms[name] = max(mixed, was.m * _LEAST_OF_KNOWN)
        seen = told.u is not None and told.u * sampled >= _LEAST_SEEN
        us[name] = told.u if told.u and seen and matches else was.u
    ms, us = _shares(ms, _LEAST_M), _shares(us, _LEAST_U)
    if comparison.name in _HABITS:
        bounded = {n: min(max(m, u / _HABIT_RATIO), u * _HABIT_RATIO) for n, m, u in _both(ms, us)}
        ms = _shares(bounded, _LEAST_M)
    elif ms[comparison.levels[0].name] < us[comparison.levels[0].name] or ms[OTHER] > us[OTHER]:
        # Equality that speaks against a pair means that the two kinds of pairs were mixed up.
        return dict(known)
    return {name: Chances(m=_rounded(ms[name]), u=_rounded(us[name])) for name in ms}


def _both(ms: Mapping[str, float], us: Mapping[str, float]) -> Iterator[tuple[str, float, float]]:
    return ((name, m, us[name]) for name, m in ms.items())


def _shares(parts: Mapping[str, float], least: float) -> dict[str, float]:
    total = sum(max(each, least) for each in parts.values())
    return {name: max(each, least) / total for name, each in parts.items()}


def _frequencies(records: Sequence[Prepared]) -> Frequencies:
    """Return the share of each name that many have, by column; none if there are no names.

    Who has a rare surname often has a forename that is rare elsewhere: of a forename's rarity only
    half counts.
    """
    names = {
        "forename": Counter(each.forenames[0] for each in records if each.forenames),
        "surname": Counter(each.surname for each in records if each.surname),
    }
    found = {
        column: {
            name: _rounded(count / names[column].total())
            for name, count in sorted(names[column].items())
            if count >= _LEAST_NAMESAKES
        }
        for column in FREQUENCY_COLUMNS
    }
    if not all(found.values()):
        return {}
    usual = sum(share * share for share in found["forename"].values())
    halved = {
        name: share if share >= usual else _rounded(sqrt(share * usual))
        for name, share in found["forename"].items()
    }
    return found | {"forename": halved}


def _number(level: Mapping[str, Any], what: str) -> float | None:
    value = level.get(what)
    return float(value) if isinstance(value, (int, float)) else None


def _rounded(value: float) -> float:
    return float(f"{value:.{_DIGITS}g}")


def _silent(done: int, total: int) -> None:
    """Tell nobody."""
