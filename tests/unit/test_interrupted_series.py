"""The change that came with a programme is found again, within an interval that is honest."""

from collections.abc import Iterable, Sequence
from math import exp, log1p
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.interventions import Trial
from projections.interrupted_series import Ratio, effect

LEVEL, TREND = 0.7, 0.98


def trial(treated: Iterable[float], compared: Iterable[float], before: int) -> Trial:
    treated = list(treated)
    return Trial(
        months=tuple(range(-before, len(treated) - before)),
        treated=tuple(round(value) for value in treated),
        compared=tuple(round(value) for value in compared),
        areas=("331",),
    )


def simulated(
    random: np.random.Generator, *, before: int, after: int, correlation: float, areas: int
) -> Trial:
    """Counts with seasons, shocks to all areas, overdispersion and correlated months."""
    months = np.arange(-before, after)
    shared = 0.2 * np.sin(months / 1.9) + 0.005 * months + random.normal(0, 0.05, len(months))
    change = np.where(months >= 0, np.log(LEVEL) + np.log(TREND) * months, 0)

    def counts(size: float, own: Any) -> Any:
        drift = np.zeros(len(months))
        noise = random.normal(0, 0.15, len(months))
        for at in range(len(months)):
            last = drift[at - 1] if at else 0.0
            drift[at] = correlation * last + noise[at] * np.sqrt(1 - correlation**2)
        means = size * np.exp(shared + drift + own) * random.gamma(20, 1 / 20, len(months))
        return random.poisson(means)

    others = [counts(random.uniform(10, 40), np.zeros(len(months))) for _ in range(areas)]
    return trial(counts(20, change), np.sum(others, axis=0), before)


@pytest.mark.parametrize(
    ("before", "after", "correlation"), [(24, 12, 0.0), (24, 12, 0.4), (14, 8, 0.4)]
)
def test_the_interval_holds_the_true_change_about_nineteen_times_in_twenty(
    before: int, after: int, correlation: float
) -> None:
    random = np.random.default_rng(11)
    hits = {"level": 0, "trend": 0, "average": 0}

    for _ in range(100):
        found = effect(
            simulated(random, before=before, after=after, correlation=correlation, areas=8)
        )
        average = LEVEL * TREND ** ((after - 1) / 2)
        hits["level"] += found.level.low <= LEVEL <= found.level.high
        hits["trend"] += found.trend.low <= TREND <= found.trend.high
        hits["average"] += found.average.low <= average <= found.average.high

    # Of a hundred at 95 %, fewer than 89 would come about less than once in a hundred times.
    assert all(count >= 89 for count in hits.values()), hits


def test_without_a_change_few_intervals_leave_out_one() -> None:
    random = np.random.default_rng(5)
    wrong = 0

    for _ in range(60):
        noise = simulated(random, before=24, after=12, correlation=0.4, areas=8)
        # The area's own change taken back by comparing it with areas that changed alike.
        alike = simulated(random, before=24, after=12, correlation=0.4, areas=1)
        found = effect(trial(noise.treated, alike.treated, 24)).average
        wrong += not found.low <= 1 <= found.high

    assert wrong <= 9


def test_what_moves_all_areas_alike_is_no_effect_and_what_moves_one_is() -> None:
    months = np.arange(-24, 12)
    shock = np.where(months % 5 == 0, 3.0, 1.0)
    change = np.where(months >= 0, LEVEL * TREND**months, 1.0)

    found = effect(trial(2000 * shock * change, 9000 * shock, 24))

    assert found.level.value == pytest.approx(LEVEL, abs=0.002)
    assert found.trend.value == pytest.approx(TREND, abs=0.0005)
    assert found.average.value == pytest.approx(LEVEL * TREND**5.5, abs=0.002)
    assert found.trend_before.value == pytest.approx(1, abs=0.0005)
    assert found.average.low < found.average.value < found.average.high < 1


def test_more_noise_and_fewer_months_make_the_interval_wider() -> None:
    months = np.arange(-24, 12)
    even = 60 * np.where(months >= 0, LEVEL, 1.0)
    uneven = even * np.where(months % 2 == 0, 1.5, 0.5)

    quiet = effect(trial(even, np.full(36, 500), 24))
    noisy = effect(trial(uneven, np.full(36, 500), 24))
    short = effect(trial(even[10:31], np.full(21, 500), 14))

    assert width(quiet.average) < width(noisy.average)
    assert width(quiet.average) < width(short.average)
    assert quiet.dispersion == 1


def width(ratio: Ratio) -> float:
    return ratio.high / ratio.low


series = st.lists(st.integers(0, 40), min_size=20, max_size=40)


@settings(max_examples=30, deadline=None)
@given(treated=series, seed=st.integers(0, 2**32), before=st.integers(12, 14))
def test_every_trial_without_a_flaw_has_an_interval_around_its_estimate(
    treated: list[int], seed: int, before: int
) -> None:
    random = np.random.default_rng(seed)
    given_trial = trial(treated, random.integers(1, 300, len(treated)), before)
    if given_trial.flaw is not None:
        return

    found = effect(given_trial)

    for ratio in (found.level, found.trend, found.average, found.trend_before):
        assert 0 < ratio.low <= ratio.value <= ratio.high < exp(50)
    assert found.dispersion >= 1
    assert 0 <= found.correlation < 1


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32), other=st.integers(0, 2**32))
def test_the_estimate_is_where_the_likelihood_is_greatest(seed: int, other: int) -> None:
    given_trial = simulated(
        np.random.default_rng(seed), before=14, after=8, correlation=0.4, areas=2
    )
    if given_trial.flaw is not None:
        return
    away = np.random.default_rng(other).normal(0, 0.05, 3)

    found = effect(given_trial)

    slopes = [float(np.log(each.value)) for each in (found.trend_before, found.level, found.trend)]
    moved = [slope + float(step) for slope, step in zip(slopes, away, strict=True)]
    assert likelihood(given_trial, slopes) >= likelihood(given_trial, moved) - 1e-6


def likelihood(given_trial: Trial, slopes: Sequence[float]) -> float:
    """The greatest binomial likelihood of the area's share with these slopes, in plain Python."""
    slope, level, trend = slopes
    rows = list(zip(given_trial.months, given_trial.treated, given_trial.compared, strict=True))
    added = [slope * month + (level + trend * month) * (month >= 0) for month, _, _ in rows]
    low, high = -20.0, 20.0
    for _ in range(60):
        middle = (low + high) / 2
        expected = sum(
            (own + others) / (1 + exp(-middle - more))
            for (_, own, others), more in zip(rows, added, strict=True)
        )
        low, high = (middle, high) if expected < sum(given_trial.treated) else (low, middle)
    return sum(
        own * (low + more) - (own + others) * log1p(exp(low + more))
        for (_, own, others), more in zip(rows, added, strict=True)
    )
