"""Referrals to multi-agency groups, and whether the children went missing again."""

from typing import Final, LiteralString

from psycopg.sql import SQL, Composable

from domain.views import ViewQuery
from projections.relation import About, Column, Relation
from projections.standpoint import Standpoint
from projections.view import Dimension, Figure, View
from projections.whose import KEY, STANDING, WHOSE, told_of_children

_STATED: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE referrals_v1_stated AS
WITH told AS (
SELECT position, topic, publisher, """
    + STANDING
    + """ AS standing,
       from_json(state, '{"subject_id":"VARCHAR","referral_id":"VARCHAR","made":"VARCHAR",
           "criteria":["VARCHAR"],"accepted":"VARCHAR","closed":"VARCHAR",
           "outcome":"VARCHAR"}') AS e
  FROM told_records
 WHERE topic IN ('referral-made', 'referral-accepted', 'referral-closed')
), running AS (
SELECT e.subject_id AS subject_id, e.referral_id AS own, position,
       arg_max(struct_pack(publisher := publisher, made := e.made, criteria := e.criteria),
               standing) FILTER (topic = 'referral-made') OVER so_far AS s,
       arg_max(struct_pack(accepted := e.accepted), standing)
           FILTER (topic = 'referral-accepted') OVER so_far AS a,
       arg_max(struct_pack(closed := e.closed, outcome := e.outcome), standing)
           FILTER (topic = 'referral-closed') OVER so_far AS x
  FROM told
WINDOW so_far AS (PARTITION BY e.subject_id, e.referral_id ORDER BY position
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT subject_id, own, position,
       CASE WHEN s IS NOT NULL THEN struct_pack(
           publisher := s.publisher,
           criteria := array_to_string(list_sort(list_distinct(s.criteria)), ','),
           made_until := end_of(s.made), made_on := day_of(s.made),
           accepted_on := day_of(a.accepted),
           closed_at := end_of(x.closed), closed_on := day_of(x.closed),
           outcome := x.outcome) END AS stated
  FROM running
"""
)

# made_until, closed_at: the instants by which the referral was made, and was closed.
REFERRALS: Final = Relation(
    name="referrals_v1",
    columns=(
        *WHOSE,
        Column(name="publisher", type="text"),
        Column(name="criteria", type="text"),
        Column(name="made_until", type="timestamptz"),
        Column(name="made_on", type="date"),
        Column(name="accepted_on", type="date", required=False),
        Column(name="closed_at", type="timestamptz", required=False),
        Column(name="closed_on", type="date", required=False),
        Column(name="outcome", type="text", required=False),
    ),
    key=KEY,
    about=About.CHILDREN,
    owner="subject_id",
    topics=("referral-made", "referral-accepted", "referral-closed"),
    alone=True,
    steps=(_STATED, told_of_children("referrals_v1")),
    rows="""
SELECT subject_id, own, world, held_from, held_until, person_id, sex, stated.publisher,
       stated.criteria, stated.made_until, stated.made_on, stated.accepted_on, stated.closed_at,
       stated.closed_on, stated.outcome
  FROM referrals_v1_ranges ORDER BY subject_id, own, world, held_from
""",
    indexes=(("made_on",),),
)

# A repeat is a missing episode that starts after the referral was made. What has not had the time
# to happen is not known yet.
_ROWS: LiteralString = """
WITH worlds (world) AS (VALUES ('decided'), ('linked')),
own_areas AS (
    SELECT 'la-' || authority AS publisher, authority, region
      FROM unnest(%(areas)s::text[], %(area_regions)s::text[]) AS a (authority, region)
), made AS (
    SELECT w.world, r.subject_id, r.own, r.person_id, r.sex, r.criteria, r.made_until, r.made_on,
           r.accepted_on, r.closed_at, r.closed_on, r.outcome,
           coalesce(o.authority, 'none') AS authority, coalesce(o.region, 'none') AS region,
           (r.made_on + 91)::timestamp AT TIME ZONE 'Europe/London' AS ninety_until,
           make_date(extract(year FROM r.made_on + INTERVAL '9 months')::int, 4, 1)::timestamp
               AT TIME ZONE 'Europe/London' AS year_until
      FROM worlds w JOIN projection.referrals_v1 r ON r.world IN ('both', w.world)
      LEFT JOIN own_areas o USING (publisher)
     WHERE r.build = %(build)s AND {held_r}
), counted AS (
    SELECT m.world, m.subject_id, m.own,
           count(f.fact_id) FILTER (WHERE f.start_at < m.ninety_until) AS in_ninety,
           count(f.fact_id) FILTER (WHERE f.start_at < m.year_until) AS in_year,
           count(f.fact_id) FILTER (WHERE f.start_at < m.closed_at) AS until_closed
      FROM made m
      LEFT JOIN projection.episode_facts_v1 f
        ON f.world IN ('both', m.world) AND f.person_id = m.person_id
       AND f.start_at >= m.made_until AND f.build = %(build)s AND f.source = %(source)s
       AND f.category = 'missing' AND f.age_band <> '18+' AND {held_f}
     GROUP BY m.world, m.subject_id, m.own
)
SELECT world, m.own, person_id, sex, authority, region, criteria, made_on AS day,
       CASE WHEN accepted_on IS NULL THEN 'no' ELSE 'yes' END AS accepted,
       CASE WHEN closed_on IS NULL THEN 'not-closed' ELSE outcome END AS stated,
       CASE WHEN ninety_until <= %(now)s::timestamptz THEN least(in_ninety, 2) END AS in_ninety,
       CASE WHEN year_until <= %(now)s::timestamptz THEN least(in_year, 2) END AS in_year,
       CASE outcome WHEN 'no-repeat' THEN 0 WHEN 'one-repeat' THEN 1 WHEN 'more-repeats' THEN 2
           END <> least(until_closed, 2) AS otherwise
  FROM made m JOIN counted USING (world, subject_id, own)
"""


def _rows(at: Standpoint, query: ViewQuery) -> Composable:
    del query
    return SQL(_ROWS).format(held_r=at.held_as("r"), held_f=at.held_as("f"))


def _count(condition: LiteralString) -> LiteralString:
    return "count(*) FILTER (WHERE {world} AND " + condition + ")"


def _figure(
    name: str, title: str, definition: str, sql: LiteralString, *, unit: str = "referrals"
) -> Figure:
    return Figure(
        name=name, title=title, definition=definition, unit=unit, source="box after ¶57", sql=sql
    )


def _share(name: str, title: str, column: LiteralString, repeats: LiteralString) -> Figure:
    known = _count(column + " IS NOT NULL")
    return _figure(
        name,
        title,
        "A percentage of the referrals of which it is known, to one decimal.",
        "round(100.0 * " + _count(column + " = " + repeats) + " / nullif(" + known + ", 0), 1)",
        unit="percent",
    )


_WINDOWS: Final[tuple[tuple[str, str, LiteralString], ...]] = (
    ("90_days", "within 90 days", "in_ninety"),
    ("year", "by the end of the reporting year", "in_year"),
)
_REPEATS: Final[tuple[tuple[str, str, LiteralString], ...]] = (
    ("no_repeat", "No missing episode", "0"),
    ("one_repeat", "One missing episode", "1"),
    ("more_repeats", "More missing episodes", "2"),
)
_OBSERVED: Final = tuple(
    figure
    for window, span, column in _WINDOWS
    for figure in (
        *(
            _figure(
                f"{name}_{window}",
                f"{title} {span}",
                f"Referrals after which the child had so many missing episodes {span} of it; of"
                " those whose time has passed.",
                _count(column + " = " + repeats),
            )
            for name, title, repeats in _REPEATS
        ),
        _figure(
            f"not_known_{window}",
            f"Not known yet {span}",
            "Referrals whose time has not passed.",
            _count(column + " IS NULL"),
        ),
        _share(f"no_repeat_share_{window}", f"Share without repeat {span}", column, "0"),
        _share(f"one_repeat_share_{window}", f"Share with one repeat {span}", column, "1"),
    )
)
_STATED_OUTCOMES: Final[tuple[tuple[str, str, LiteralString], ...]] = (
    ("stated_no_repeat", "Stated: no repeat", "stated = 'no-repeat'"),
    ("stated_one_repeat", "Stated: one repeat", "stated = 'one-repeat'"),
    ("stated_more_repeats", "Stated: more repeats", "stated = 'more-repeats'"),
    ("stated_not_known", "Stated: not known", "stated = 'not-known'"),
    ("not_closed", "Not closed", "stated = 'not-closed'"),
)

VIEWS: Final = (
    View(
        name="referral-outcomes",
        title="What followed a multi-agency referral",
        definition=(
            "Referrals to a multi-agency group made in the period: whether the child went missing"
            " again, counted from the missing episodes, beside what the group stated at the end."
        ),
        source="box after ¶57: 43 % did not repeat and 12 % once, Hertfordshire 2011-12",
        figures=(
            _figure("referrals", "Referrals", "Referrals made in the period.", _count("true")),
            _figure(
                "children",
                "Children referred",
                "Children with a referral made in the period.",
                "count(DISTINCT person_id) FILTER (WHERE {world})",
                unit="children",
            ),
            _figure("taken_on", "Taken on", "Accepted by the group.", _count("accepted = 'yes'")),
            *_OBSERVED,
            *(
                _figure(name, title, "As the publisher closed the referral.", _count(condition))
                for name, title, condition in _STATED_OUTCOMES
            ),
            _figure(
                "stated_otherwise",
                "Stated otherwise than recorded",
                "Referrals whose stated outcome is not what the missing episodes between the"
                " referral and its end amount to.",
                _count("otherwise"),
            ),
        ),
        dimensions=(
            Dimension(name="authority", text="Authority that referred; or none.", sql="authority"),
            Dimension(name="region", text="Region of the authority, GSS code.", sql="region"),
            Dimension(name="sex", text="F, M, U.", sql="sex"),
            Dimension(name="criteria", text="Criteria met, joined by commas.", sql="criteria"),
            Dimension(name="taken_on", text="Whether the group took the child on.", sql="accepted"),
            Dimension(name="stated", text="Outcome stated; not-closed.", sql="stated"),
        ),
        relations=(REFERRALS,),
        rows=_rows,
        day="day",
        notes=(
            "Children are referred when they go missing most: what follows is not what it brought.",
            "A child that was never reported again may have gone missing unreported.",
        ),
    ),
)
RELATIONS: Final = (REFERRALS,)
