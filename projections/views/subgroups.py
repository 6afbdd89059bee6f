"""Sub-groups most at risk: incidents and children for every thousand who could go missing."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.views import ViewQuery
from projections.compared_periods import grain, period_spans, starts_on
from projections.counted_episodes import EPISODE_DIMENSIONS, counted
from projections.denominators import denominators, unaccompanied
from projections.standpoint import Standpoint
from projections.view import Dimension, Figure, View
from projections.views.care import CARE
from projections.views.concerns import CONCERNS
from projections.views.placements import PLACEMENTS

# Numerators and denominators stand in one cell as rows of different kinds. What a denominator does
# not know of a child (its age, for care) it cannot be asked by: then there are no rows, no rate.
_ROWS: LiteralString = """
WITH spans AS ({spans}), stood AS (
SELECT world, 'episode' AS kind, person_id, 1 AS children, NULL::integer AS year, started_on AS day,
       authority, host_authority, region, force, age_band, sex, placement_type, looked_after,
       {unaccompanied} AS unaccompanied, findings
  FROM ({counted}) AS counted
 WHERE started_on <= coalesce(%(last)s, started_on)
UNION ALL
{denominators}
)
SELECT stood.*, {starts_on} AS period FROM stood
"""


def _rows(at: Standpoint, query: ViewQuery) -> Composable:
    return SQL(_ROWS).format(
        spans=period_spans(query),
        counted=counted(at, query, apart=True),
        unaccompanied=unaccompanied(at, query, "counted", first="started_on", last="started_on"),
        denominators=SQL(" UNION ALL ").join(denominators(at, query)),
        starts_on=starts_on(query, "day") if grain(query) else SQL("''"),
    )


def _count(which: LiteralString, what: LiteralString = "DISTINCT person_id") -> LiteralString:
    return "count(" + what + ") FILTER (WHERE {world} AND " + which + ")"


_LOOKED_AFTER: LiteralString = "kind = 'episode' AND looked_after = 'yes'"
_INCIDENTS: LiteralString = _count("kind = 'episode'", "*")
_CHILDREN: LiteralString = _count("kind = 'episode'")
_CARE_INCIDENTS: LiteralString = _count(_LOOKED_AFTER, "*")
_CARE_CHILDREN: LiteralString = _count(_LOOKED_AFTER)
_DURING: LiteralString = "nullif(" + _count("kind = 'during'") + ", 0)"
_ON_DAY: LiteralString = "nullif(" + _count("kind = 'on_day'") + ", 0)"
_PEOPLE: LiteralString = "sum(children) FILTER (WHERE {world} AND kind = 'population')"


def _rate(number: LiteralString, denominator: LiteralString) -> LiteralString:
    return "round(1000.0 * " + number + " / " + denominator + ", 2)"


def _rank(rate: LiteralString) -> LiteralString:
    return (
        "CASE WHEN " + rate + " IS NOT NULL THEN rank() OVER (PARTITION BY min(period)"
        " ORDER BY " + rate + " DESC NULLS LAST) END"
    )


_DURING_IS: Final = (
    "children looked after at any time in the period, each once, without series of short breaks;"
    " by placement type or host authority, children placed there"
)
_ON_DAY_IS: Final = "children looked after on the last day of the period that has come"
_PEOPLE_IS: Final = "children aged 0-17 at the mid-year estimate of 30 June in the reporting year"
_DFE: Final = "¶94; DfE, children looked after; rates per 1,000: ours"
_ONS: Final = "¶94; ONS mid-year population estimates as loaded; rates per 1,000: ours"
_PER: Final = "per 1,000 children"


def _figure(
    name: str, title: str, definition: str, sql: LiteralString, *, unit: str, source: str = _DFE
) -> Figure:
    return Figure(name=name, title=title, definition=definition, unit=unit, source=source, sql=sql)


def _rates(
    name: str,
    title: str,
    says: str,
    denominator: LiteralString,
    numbers: tuple[LiteralString, LiteralString],
    source: str,
) -> tuple[Figure, ...]:
    incidents, children = (_rate(number, denominator) for number in numbers)
    of = "" if "aged" in says else " of looked-after children"
    return (
        _figure(
            f"incidents_per_1000_{name}",
            f"Incidents per 1,000 {title}",
            f"Missing incidents{of} for every 1,000 {says}.",
            incidents,
            unit=_PER,
            source=source,
        ),
        _figure(
            f"children_per_1000_{name}",
            f"Children per 1,000 {title}",
            f"Children with a missing incident{of} for every 1,000 {says}.",
            children,
            unit=_PER,
            source=source,
        ),
        _figure(
            f"rank_by_{name}",
            f"Rank by children per 1,000 {title}",
            "Place among the cells of the period, the highest rate first; none without a rate.",
            _rank(children),
            unit="place",
            source=source,
        ),
    )


_CARE_NUMBERS: Final = (_CARE_INCIDENTS, _CARE_CHILDREN)
_FIGURES: Final = (
    _figure(
        "incidents",
        "Missing incidents",
        "Missing episodes that started in the period.",
        _INCIDENTS,
        unit="episodes",
    ),
    _figure(
        "children",
        "Children with a missing incident",
        "Children with a missing episode that started in the period.",
        _CHILDREN,
        unit="children",
    ),
    _figure(
        "looked_after_incidents",
        "Missing incidents of looked-after children",
        "Missing incidents of children looked after when they started.",
        _CARE_INCIDENTS,
        unit="episodes",
    ),
    _figure(
        "looked_after_children",
        "Looked-after children with a missing incident",
        "Children with a missing incident who were looked after when it started.",
        _CARE_CHILDREN,
        unit="children",
    ),
    _figure(
        "looked_after_during",
        "Denominator: looked after during the period",
        f"Denominator: {_DURING_IS}.",
        _DURING,
        unit="children",
    ),
    *_rates(
        "looked_after_during",
        "looked after during the period",
        _DURING_IS,
        _DURING,
        _CARE_NUMBERS,
        _DFE,
    ),
    _figure(
        "looked_after_on_day",
        "Denominator: looked after on the last day",
        f"Denominator: {_ON_DAY_IS}.",
        _ON_DAY,
        unit="children",
    ),
    *_rates(
        "looked_after_on_day",
        "looked after on the last day",
        _ON_DAY_IS,
        _ON_DAY,
        _CARE_NUMBERS,
        _DFE,
    ),
    _figure(
        "population",
        "Denominator: children aged 0-17",
        f"Denominator: {_PEOPLE_IS}.",
        _PEOPLE,
        unit="children",
        source=_ONS,
    ),
    _figure(
        "population_year",
        "Year of the population",
        "The year of the mid-year estimate that the population is from.",
        "min(year) FILTER (WHERE {world})",
        unit="year",
        source=_ONS,
    ),
    *_rates(
        "population",
        "children aged 0-17",
        _PEOPLE_IS,
        _PEOPLE,
        (_INCIDENTS, _CHILDREN),
        _ONS,
    ),
)
VIEWS: Final = (
    View(
        name="subgroups",
        title="Sub-groups most at risk",
        definition="Missing incidents and children by sub-group, for every thousand children looked"
        " after and for every thousand children aged 0-17, ranked. A rate is given only where its"
        " denominator is known by all that is asked: care by area, sex, placement type, host"
        " authority and unaccompanied; population by area, age band and sex, for periods within"
        " one reporting year.",
        source="KF1, ¶94",
        figures=_FIGURES,
        dimensions=(
            *EPISODE_DIMENSIONS,
            Dimension(
                name="unaccompanied",
                text="yes: recorded as an unaccompanied asylum seeker then; else not_recorded.",
                sql="unaccompanied",
            ),
        ),
        relations=(CARE, CONCERNS, PLACEMENTS),
        rows=_rows,
        day="day",
        has_findings=True,
        notes=(
            "Each rate names its denominator; its year is the period, or `population_year`.",
            "Without a loaded population there is no rate by population.",
            "Care and population are the same whatever the source of the incidents.",
        ),
    ),
)
