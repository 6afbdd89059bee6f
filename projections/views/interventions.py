"""Local programmes: before and after, beside areas without one, with an honest interval."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import Connection
from psycopg.rows import TupleRow

from domain.interventions import Known, Programme, Trial, month_number, trial_of
from domain.periods import london_date
from domain.views import ViewQuery, ViewRow
from projections.interrupted_series import Effect, Ratio, effect
from projections.programme_records import Participants, known_months, participants, programmes
from projections.standpoint import Standpoint
from projections.view import Dimension, Figure, View
from projections.views.coverage import DECLARATIONS
from projections.views.programmes import PARTICIPANTS, PROGRAMMES

ESTIMATED: Final = "estimated"
# A value with its interval.
Told = tuple[float | None, float | None, float | None]


@dataclass(frozen=True, kw_only=True)
class _Judged:
    """A programme, what it was compared with, and what changed; effect: None: not estimable."""

    programme: Programme
    trial: Trial
    children: Participants
    effect: Effect | None

    def dimension(self, name: str) -> str:
        """Return the value of a dimension."""
        flaw = self.trial.flaw
        return {
            "programme": str(self.programme.programme_id),
            "kind": self.programme.kind,
            "authority": self.programme.area,
            "estimate": ESTIMATED if flaw is None else flaw.value,
        }[name]


def _compute(
    connection: Connection[TupleRow], at: Standpoint, query: ViewQuery
) -> Iterator[ViewRow]:
    cells: dict[tuple[str, ...], list[_Judged]] = defaultdict(list)
    for judged in _judged(connection, at, query):
        if all(judged.dimension(name) == value for name, value in query.where):
            cells[tuple(map(judged.dimension, query.by))].append(judged)
    if not query.by and not cells:
        cells[()] = []
    for cell in sorted(cells):
        for name, (value, low, high) in _told(cells[cell]).items():
            if not query.figures or name in query.figures:
                yield ViewRow(dimensions=cell, figure=name, value=value, low=low, high=high)


def _judged(
    connection: Connection[TupleRow], at: Standpoint, query: ViewQuery
) -> Iterator[_Judged]:
    if at.time is None:
        return
    today = london_date(at.time)
    last_day = today if query.last_day is None else min(today, query.last_day)
    known = _from(known_months(connection, at, query), query)
    children = participants(connection, at, query)
    everyone = programmes(connection, at)
    for programme in everyone:
        if programme.started_on > last_day:
            continue
        trial = trial_of(programme, everyone, known, month_number(last_day) - 1)
        yield _Judged(
            programme=programme,
            trial=trial,
            children=children.get(str(programme.programme_id), Participants()),
            effect=effect(trial) if trial.flaw is None else None,
        )


def _from(known: Known, query: ViewQuery) -> Known:
    """Leave out the months before the period asked for."""
    if query.first_day is None:
        return known
    first = month_number(query.first_day)
    return {
        area: {month: count for month, count in months.items() if month >= first}
        for area, months in known.items()
    }


def _told(judged: Sequence[_Judged]) -> Mapping[str, Told]:
    """Return the figures of a cell; what is of one programme only if there is but one."""
    numbers = {
        "programmes": len(judged),
        "estimated": sum(each.effect is not None for each in judged),
        "children_joined": sum(each.children.joined for each in judged),
        "children_followed": sum(each.children.followed for each in judged),
        "children_not_missing": sum(each.children.not_missing for each in judged),
    }
    alone = judged[0] if len(judged) == 1 else None
    told: dict[str, Told] = {name: (count, count, count) for name, count in numbers.items()}
    means = _means(alone.trial) if alone else {}
    for name in _SERIES:
        value = means.get(name)
        told[name] = (value, value, value)
    ratios = _ratios(alone.effect) if alone and alone.effect else {}
    for name in _RATIOS:
        ratio = ratios.get(name)
        told[name] = (ratio.value, ratio.low, ratio.high) if ratio else (None, None, None)
    return told


def _means(trial: Trial) -> Mapping[str, float | None]:
    parts = {
        "episodes_before": trial.before(trial.treated),
        "episodes_after": trial.after(trial.treated),
        "compared_before": trial.before(trial.compared),
        "compared_after": trial.after(trial.compared),
    }
    means = {
        name: round(sum(part) / len(part), 2) if part else None for name, part in parts.items()
    }
    return {
        "months_before": len(parts["episodes_before"]),
        "months_after": len(parts["episodes_after"]),
        "areas_compared": len(trial.areas),
        **means,
    }


def _ratios(found: Effect) -> Mapping[str, Ratio]:
    ratios = {
        "average_change": found.average,
        "level_change": found.level,
        "trend_change": found.trend,
        "trend_before": found.trend_before,
    }
    return {
        name: Ratio(value=round(each.value, 4), low=round(each.low, 4), high=round(each.high, 4))
        for name, each in ratios.items()
    }


def _figure(name: str, title: str, definition: str, unit: str, source: str = "¶48-57") -> Figure:
    return Figure(
        name=name, title=title, definition=definition, unit=unit, source=source, sql="NULL"
    )


_IMPACT = "KF: impact of interventions not evidenced"
_OF_PROGRAMMES: Final = (
    _figure("programmes", "Programmes", "Programmes begun by the period's end.", "programmes"),
    _figure("estimated", "Programmes estimated", "Programmes with enough to go by.", "programmes"),
    _figure("children_joined", "Children who joined", "Children who ever took part.", "children"),
    _figure(
        "children_followed",
        "Of these, children who joined 90 days ago or more",
        "Children whose first 90 days are over.",
        "children",
    ),
    _figure(
        "children_not_missing",
        "Of these, children not missing in the first 90 days",
        "Children followed, without a missing episode in the 90 days after they joined.",
        "children",
        "box after ¶100: eleven of twelve",
    ),
)
_OF_SERIES: Final = (
    _figure(
        "months_before",
        "Months before",
        "Months known before the month of the start, at most 36.",
        "months",
    ),
    _figure(
        "months_after",
        "Months during",
        "Months known after that of the start, at most 36, until the programme ended.",
        "months",
    ),
    _figure("areas_compared", "Areas compared with", "At most 20, the nearest in size.", "areas"),
    _figure(
        "episodes_before",
        "Missing episodes a month before",
        "Mean of the area's months before.",
        "episodes",
    ),
    _figure(
        "episodes_after",
        "Missing episodes a month during",
        "Mean of the area's months during.",
        "episodes",
    ),
    _figure(
        "compared_before",
        "Missing episodes a month before, in the areas compared with",
        "Mean of the same months in those areas together.",
        "episodes",
    ),
    _figure(
        "compared_after",
        "Missing episodes a month during, in the areas compared with",
        "Mean of the same months in those areas together.",
        "episodes",
    ),
)
_OF_EFFECT: Final = (
    _figure(
        "average_change",
        "Change on average",
        "Rate ratio against the areas compared with, over the programme's months, to what the"
        " trend before would have brought; low and high: 95 % interval.",
        "rate ratio",
        _IMPACT,
    ),
    _figure(
        "level_change",
        "Change at once",
        "The same in the first month; low and high: 95 % interval.",
        "rate ratio",
        _IMPACT,
    ),
    _figure(
        "trend_change",
        "Change of trend",
        "Rate ratio for every further month; low and high: 95 % interval.",
        "rate ratio per month",
        _IMPACT,
    ),
    _figure(
        "trend_before",
        "Trend before",
        "Rate ratio for every month before, against the areas compared with: near 1 if they are"
        " alike; low and high: 95 % interval.",
        "rate ratio per month",
        _IMPACT,
    ),
)
_SERIES: Final = tuple(each.name for each in _OF_SERIES)
_RATIOS: Final = tuple(each.name for each in _OF_EFFECT)

VIEWS: Final = (
    View(
        name="interventions",
        title="Local programmes: before and after",
        definition=(
            "Monthly missing episodes of a programme's area before and during it, beside areas of"
            " like size without a programme of that kind: a controlled interrupted time series."
        ),
        source="¶48-57, boxes after ¶48, 57, 84, 100; KF: impact not evidenced",
        figures=(*_OF_PROGRAMMES, *_OF_SERIES, *_OF_EFFECT),
        dimensions=(
            Dimension(name="programme", text="Identifier of the programme.", sql=""),
            Dimension(name="kind", text="What the programme does.", sql=""),
            Dimension(name="authority", text="Area of the programme.", sql=""),
            Dimension(
                name="estimate",
                text="estimated, too-few-months, too-few-episodes, no-comparison-areas.",
                sql="",
            ),
        ),
        relations=(PROGRAMMES, PARTICIPANTS, DECLARATIONS),
        compute=_compute,
        notes=(
            "Changes and series are told of one programme at a time: ask by programme.",
            "Of changes, low and high are a 95 % interval, not the range of what is in review.",
            "Not estimated: fewer than 12 months before or 6 during, 20 or 10 episodes in them.",
            "A change that came with a programme may have another cause in that area.",
            "Months neither declared nor heard of are unknown, and left out.",
        ),
    ),
)
