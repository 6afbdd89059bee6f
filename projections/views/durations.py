"""How long episodes last."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.views import ViewQuery
from projections.counted_episodes import EPISODE_DIMENSIONS, counted
from projections.episode_times import EARLIEST_END, LATEST_START
from projections.standpoint import Standpoint
from projections.view import Dimension, Figure, View

# Elapsed seconds, shortest and longest. The last microsecond of an episode says on which London
# date it ended: an end known by its date is stored as the midnight after it.
_ROWS: LiteralString = """
WITH bounded AS (
SELECT counted.*,
       string_to_array(findings, ',') && ARRAY['567', '586'] AS without_duration,
       {latest_start} AS latest_start, {earliest_end} AS earliest_end,
       ((end_at - INTERVAL '1 microsecond') AT TIME ZONE 'Europe/London')::date AS ended_on
  FROM ({counted}) AS counted
), spanned AS (
SELECT bounded.*,
       end_at IS NOT NULL AND NOT without_duration AND end_at >= start_at AS timed,
       greatest(extract(epoch FROM earliest_end - latest_start), 0) AS shortest,
       extract(epoch FROM end_at - start_at) AS longest
  FROM bounded
), banded AS (
SELECT spanned.*, {band_of_shortest} AS least_band, {band_of_longest} AS most_band
  FROM spanned
)
SELECT banded.*,
       CASE WHEN without_duration THEN 'not_computable'
            WHEN end_at IS NULL THEN 'still_open'
            WHEN timed AND least_band = most_band THEN most_band
            ELSE 'not_computable' END AS length,
       CASE WHEN timed AND shortest = longest THEN longest / 3600 END AS hours,
       CASE WHEN timed THEN greatest(ended_on - started_on, 0) END AS days_apart,
       CASE WHEN timed AND longest <= 172800 THEN 'yes'
            WHEN timed AND shortest > 172800 THEN 'no'
            ELSE 'not_known' END AS within_48_hours
  FROM banded
"""
_BAND: LiteralString = """
CASE WHEN {seconds} < 21600 THEN 'under_6_hours' WHEN {seconds} < 86400 THEN '6_to_24_hours'
     WHEN {seconds} <= 172800 THEN '1_to_2_days' WHEN {seconds} <= 604800 THEN '2_to_7_days'
     WHEN {seconds} <= 2592000 THEN '7_to_30_days' ELSE 'over_30_days' END
"""
_OURS: Final = "bands: ours"
_DFE: Final = "DfE, answer to parliamentary question 187193"


def _rows(at: Standpoint, query: ViewQuery) -> Composable:
    return SQL(_ROWS).format(
        counted=counted(at, query),
        latest_start=SQL(LATEST_START),
        earliest_end=SQL(EARLIEST_END),
        band_of_shortest=SQL(_BAND).format(seconds=SQL("shortest")),
        band_of_longest=SQL(_BAND).format(seconds=SQL("longest")),
    )


def _count(which: LiteralString) -> LiteralString:
    return "count(*) FILTER (WHERE {world} AND " + which + ")"


def _share(part: LiteralString, whole: LiteralString) -> LiteralString:
    return "round(100.0 * " + _count(part) + " / nullif(" + _count(whole) + ", 0), 1)"


def _percentile(share: LiteralString, of: LiteralString) -> LiteralString:
    ordered = "percentile_cont(" + share + ") WITHIN GROUP (ORDER BY " + of + ")"
    known: LiteralString = " FILTER (WHERE {world} AND " + of + " IS NOT NULL)"
    return "round((" + ordered + known + ")::numeric, 1)"


def _figure(
    name: str,
    title: str,
    definition: str,
    sql: LiteralString,
    *,
    unit: str = "episodes",
    source: str = _OURS,
) -> Figure:
    return Figure(name=name, title=title, definition=definition, unit=unit, source=source, sql=sql)


_LENGTHS: Final[tuple[tuple[str, str, LiteralString], ...]] = (
    ("under_6_hours", "less than 6 hours", "length = 'under_6_hours'"),
    ("6_to_24_hours", "6 hours to less than 24", "length = '6_to_24_hours'"),
    ("1_to_2_days", "24 hours to 48", "length = '1_to_2_days'"),
    ("2_to_7_days", "more than 48 hours, up to 7 days", "length = '2_to_7_days'"),
    ("7_to_30_days", "more than 7 days, up to 30", "length = '7_to_30_days'"),
    ("over_30_days", "more than 30 days", "length = 'over_30_days'"),
)
_DAYS: Final[tuple[tuple[str, str, LiteralString], ...]] = (
    ("same_day", "on the London date on which they began", "days_apart = 0"),
    ("next_day", "on the next date", "days_apart = 1"),
    ("two_days_on", "two dates later", "days_apart = 2"),
    ("3_to_7_days_on", "three to seven dates later", "days_apart BETWEEN 3 AND 7"),
    ("8_to_30_days_on", "eight to thirty dates later", "days_apart BETWEEN 8 AND 30"),
    ("over_30_days_on", "more than thirty dates later", "days_apart > 30"),
)

_FIGURES: Final = (
    _figure(
        "incidents",
        "Missing incidents",
        "Missing episodes that started in the period.",
        "count(*) FILTER (WHERE {world})",
    ),
    *(
        _figure(
            f"lasted_{name}",
            f"Lasted {words}",
            f"Incidents that lasted {words} of elapsed time, whatever the missing time of a date.",
            _count(which),
        )
        for name, words, which in _LENGTHS
    ),
    _figure(
        "still_open",
        "Still open",
        "Incidents without an end.",
        _count("length = 'still_open'"),
    ),
    _figure(
        "not_computable",
        "Duration not computable",
        "Ended incidents known by dates alone that may lie in several bands, or with a finding"
        " that leaves no duration.",
        _count("length = 'not_computable'"),
    ),
    _figure(
        "share_within_48_hours",
        "Share that lasted 48 hours or less",
        "Incidents that lasted 48 hours or less in percent of those of which that is known.",
        _share("within_48_hours = 'yes'", "within_48_hours <> 'not_known'"),
        unit="percent",
    ),
    *(
        _figure(
            f"ended_{name}",
            f"Ended {words}",
            f"Incidents that ended {words}; times of day do not matter.",
            _count(which),
            source=_DFE,
        )
        for name, words, which in _DAYS
    ),
    _figure(
        "share_within_two_days",
        "Share that ended within two days",
        "Incidents that ended two dates after their start or earlier, in percent of those that"
        " ended; times of day do not matter.",
        _share("days_apart <= 2", "days_apart IS NOT NULL"),
        unit="percent",
        source=_DFE,
    ),
    _figure(
        "incidents_timed",
        "Incidents whose times are known",
        "Ended incidents with a time of day at both ends: what the medians rest on.",
        _count("hours IS NOT NULL"),
    ),
    _figure(
        "median_hours",
        "Median duration",
        "Half of the incidents whose times are known lasted no longer, in hours to one decimal.",
        _percentile("0.5", "hours"),
        unit="hours",
    ),
    _figure(
        "ninetieth_percentile_hours",
        "90th percentile of the duration",
        "Nine in ten of the incidents whose times are known lasted no longer, in hours.",
        _percentile("0.9", "hours"),
        unit="hours",
    ),
)

VIEWS: Final = (
    View(
        name="duration",
        title="How long children are missing",
        definition="Missing episodes that started in the period, by the time that elapsed until"
        " the child was located; and by the London dates of their start and end, as DfE counts"
        " days. Two days exactly are two days.",
        source=f"{_DFE}: about 90 % of incidents last two days or less; {_OURS}",
        figures=_FIGURES,
        dimensions=(
            *EPISODE_DIMENSIONS,
            Dimension(
                name="length",
                text="under_6_hours, 6_to_24_hours, 1_to_2_days, 2_to_7_days, 7_to_30_days,"
                " over_30_days, still_open, not_computable.",
                sql="length",
            ),
        ),
        rows=_rows,
        day="started_on",
        has_findings=True,
        notes=(
            "A time at exactly midnight of London is read as a date without a time (ours).",
            "Authorities mostly give dates alone: compare sources by dates, not by hours.",
        ),
    ),
)
