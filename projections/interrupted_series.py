"""What changed when a programme began, with an interval that admits what is not known.

A controlled interrupted time series: the episodes of a month in the programme's area and in the
areas that it is compared with are Poisson with a mean of its own for every month, so that what
moves all areas alike (seasons, a national trend, a change of recording) cancels. Given the month's
total, the area's share is binomial, and its log-odds have a level and a trend before the programme,
and a change of both with it.
"""

from dataclasses import dataclass
from math import ceil, exp
from typing import Final
from warnings import catch_warnings, simplefilter

import numpy as np

from domain.interventions import Trial
from projections.libraries import library

Array = np.ndarray[tuple[int, ...], np.dtype[np.float64]]

_CONFIDENCE: Final = 0.95
# Of squared residuals together: what remains of a fit without any noise is rounding.
_NO_NOISE: Final = 1e-9
# Of the correlation between months; more cannot be told from a trend in series this short.
_CORRELATIONS: Final = np.linspace(0.0, 0.95, 96)


@dataclass(frozen=True, kw_only=True)
class Ratio:
    """A rate ratio and its 95 % interval; 1: no change against the areas compared with."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, kw_only=True)
class Effect:
    """What changed in the programme's area against the areas without one.

    level: at once. trend: for every month more. average: over the months of the programme.
    trend_before: for every month before it, which a good match brings near 1. dispersion: variance
    in units of that of chance alone. correlation: between the months next to each other.
    """

    level: Ratio
    trend: Ratio
    average: Ratio
    trend_before: Ratio
    dispersion: float
    correlation: float


@dataclass(frozen=True, kw_only=True)
class _Fitted:
    """A fitted model: estimates, their HAC covariance, and what the errors are judged by.

    scores: of each month, by estimate; residuals: Pearson's; left: what makes them of the errors.
    """

    estimates: Array
    hac: Array
    inverse: Array
    scores: Array
    residuals: Array
    left: Array


def effect(trial: Trial) -> Effect:
    """Return the change that came with a programme; give a trial without a flaw.

    The interval is the wider of two: Newey and West's from the residuals as they are, which is too
    narrow in series this short, and one from overdispersion and first-order autocorrelation, both
    corrected for what fitting the trends takes out of the residuals.
    """
    months = np.array(trial.months, dtype=np.float64)
    after = (months >= 0).astype(np.float64)
    design = np.column_stack([np.ones_like(months), months, after, after * months])
    fitted = _fit(trial, design)
    gaps = np.abs(months[:, None] - months[None, :])
    correlation = _correlation(fitted, gaps)
    errors = correlation**gaps
    spread = fitted.left @ errors @ fitted.left
    dispersion = max(1.0, float(fitted.residuals @ fitted.residuals / np.trace(spread)))
    middle = fitted.scores.T @ errors @ fitted.scores
    own = dispersion * fitted.inverse @ middle @ fitted.inverse
    freedom = np.trace(spread) ** 2 / np.sum(spread * spread)
    wide = float(library("scipy.stats").t.ppf((1 + _CONFIDENCE) / 2, freedom))
    plain = float(
        library("scipy.stats").t.ppf((1 + _CONFIDENCE) / 2, len(months) - design.shape[1])
    )
    mean_month = float(months[months >= 0].mean())

    def ratio(*contrast: float) -> Ratio:
        weights = np.array(contrast)
        centre = float(weights @ fitted.estimates)
        half = max(
            wide * float(np.sqrt(weights @ own @ weights)),
            plain * float(np.sqrt(max(0.0, float(weights @ fitted.hac @ weights)))),
        )
        return Ratio(value=exp(centre), low=exp(centre - half), high=exp(centre + half))

    return Effect(
        level=ratio(0, 0, 1, 0),
        trend=ratio(0, 0, 0, 1),
        average=ratio(0, 0, 1, mean_month),
        trend_before=ratio(0, 1, 0, 0),
        dispersion=dispersion,
        correlation=correlation,
    )


def _fit(trial: Trial, design: Array) -> _Fitted:
    treated = np.array(trial.treated, dtype=np.float64)
    compared = np.array(trial.compared, dtype=np.float64)
    models = library("statsmodels.api")
    warnings = library("statsmodels.tools.sm_exceptions")
    counts = np.column_stack([treated, compared])
    model = models.GLM(counts, design, family=models.families.Binomial())
    lags = ceil(4 * (len(treated) / 100) ** (2 / 9))
    with catch_warnings():
        # Of a series without any noise; a trial without a flaw always has an estimate.
        simplefilter("ignore", warnings.PerfectSeparationWarning)
        result = model.fit(cov_type="HAC", cov_kwds={"maxlags": lags, "use_correction": True})
    total = treated + compared
    share = np.asarray(result.fittedvalues, dtype=np.float64)
    weights = total * share * (1 - share)
    inverse = np.asarray(np.linalg.inv(design.T @ (weights[:, None] * design)), dtype=np.float64)
    scores = np.sqrt(weights)[:, None] * design
    return _Fitted(
        estimates=np.asarray(result.params, dtype=np.float64),
        hac=np.asarray(result.cov_params(), dtype=np.float64),
        inverse=inverse,
        scores=scores,
        residuals=(treated - total * share) / np.sqrt(weights),
        left=np.eye(len(treated)) - scores @ inverse @ scores.T,
    )


def _correlation(fitted: _Fitted, gaps: Array) -> float:
    """Return the autocorrelation of errors whose residuals would be as those found are.

    Residuals of a fit with trends are less alike than the errors behind them; the plain estimate
    would make the interval too narrow.
    """
    neighbours = (gaps == 1).astype(np.float64) / 2
    residuals = fitted.residuals
    size = float(residuals @ residuals)
    if size < _NO_NOISE:
        return 0.0
    found = float(residuals @ neighbours @ residuals) / size
    expected = []
    for correlation in _CORRELATIONS:
        spread = fitted.left @ correlation**gaps @ fitted.left
        expected.append(float(np.sum(neighbours * spread)) / float(np.trace(spread)))
    return float(_CORRELATIONS[int(np.argmin(np.abs(np.array(expected) - found)))])
