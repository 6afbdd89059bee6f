"""The relation of placements: every version of each, with who the child is in both worlds.

Where a child with a protected placement is, nobody learns from it: it names neither the host nor
the home, nor whether the place is in the area of the responsible authority.
"""

from typing import Final, LiteralString

from projections.relation import About, Column, Relation, versions
from projections.views.care import STANDING

_TOLD: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE placements_v1_told AS
SELECT position, topic, publisher, """
    + STANDING
    + """ AS standing,
       from_json(state, '{"subject_id":"VARCHAR","placement_id":"VARCHAR","started":"VARCHAR",
           "placement_type":"VARCHAR","provider":"VARCHAR","placing_authority":"VARCHAR",
           "host_authority":"VARCHAR","location_restricted":"BOOLEAN","provider_urn":"VARCHAR",
           "out_of_area_reason":"VARCHAR","ended":"VARCHAR","reason":"VARCHAR",
           "notified":"VARCHAR","acknowledged":"VARCHAR"}') AS e
  FROM told_records
 WHERE topic IN ('placement-started', 'placement-ended', 'placement-host-notified',
                 'placement-host-acknowledged')
"""
)

# The host was told, and confirmed it, when it first did.
_STATED: LiteralString = """
CREATE OR REPLACE TEMP TABLE placements_v1_stated AS
WITH running AS (
SELECT e.subject_id AS subject_id, e.placement_id AS placement_id, position,
       arg_max(struct_pack(started := e.started, code := e.placement_type, provider := e.provider,
                           sender := e.placing_authority, host := e.host_authority,
                           restricted := coalesce(e.location_restricted, false),
                           urn := e.provider_urn, reason := e.out_of_area_reason,
                           publisher := publisher), standing)
           FILTER (topic = 'placement-started') OVER so_far AS s,
       arg_max(struct_pack(ended := e.ended, reason := e.reason), standing)
           FILTER (topic = 'placement-ended') OVER so_far AS x,
       min(earliest(e.notified)) OVER so_far AS notified_at,
       min(earliest(e.acknowledged)) OVER so_far AS acknowledged_at,
       lead(position, 1, 9223372036854775807) OVER own AS until
  FROM placements_v1_told
WINDOW own AS (PARTITION BY e.subject_id, e.placement_id ORDER BY position),
       so_far AS (PARTITION BY e.subject_id, e.placement_id ORDER BY position
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
)
SELECT running.subject_id, cluster, placement_id, position, until, s.sender AS sender,
       CASE WHEN starts_with(s.publisher, 'la-') THEN substr(s.publisher, 4) END AS own_area,
       earliest(s.started) AS begin_at,
       struct_pack(
           publisher := s.publisher, started_at := earliest(s.started),
           started_on := day_of(s.started), ended_at := end_of(x.ended),
           ended_on := day_of(x.ended), end_reason := x.reason, placement_code := s.code,
           provider := s.provider, restricted := s.restricted,
           host := CASE WHEN NOT s.restricted THEN s.host END,
           provider_urn := CASE WHEN NOT s.restricted THEN s.urn END,
           out_of_area_reason := s.reason, notified_at := notified_at,
           acknowledged_at := acknowledged_at) AS stated
  FROM running JOIN subjects USING (subject_id)
 WHERE s IS NOT NULL
"""

# Where a version may begin: at its own records, where it may change who the child is, and, if the
# placement does not say who placed the child, where the care of that child may change.
_POINTS: LiteralString = """
CREATE OR REPLACE TEMP TABLE placements_v1_points AS
WITH firsts AS (
SELECT subject_id, cluster, placement_id, min(position) AS first,
       bool_and(sender IS NOT NULL) AS placed
  FROM placements_v1_stated GROUP BY ALL
)
SELECT subject_id, placement_id, position FROM placements_v1_stated
UNION
SELECT firsts.subject_id, placement_id, persons.position
  FROM firsts JOIN persons ON persons.cluster = firsts.cluster AND persons.position > first
   AND (NOT placed OR persons.subject_id = firsts.subject_id)
UNION
SELECT firsts.subject_id, placement_id, care.position
  FROM firsts JOIN care ON care.cluster = firsts.cluster AND care.position > first AND NOT placed;

CREATE OR REPLACE TEMP TABLE placements_v1_at AS
SELECT points.position, decided.person_id AS decided_id, linked.person_id AS linked_id,
       stated.* EXCLUDE (position, until)
  FROM placements_v1_points AS points
  JOIN placements_v1_stated AS stated
    ON stated.subject_id = points.subject_id AND stated.placement_id = points.placement_id
   AND stated.position <= points.position AND points.position < stated.until
  JOIN persons AS decided ON decided.subject_id = points.subject_id AND decided.world = 'decided'
   AND decided.position <= points.position AND points.position < decided.until
  JOIN persons AS linked ON linked.subject_id = decided.subject_id AND linked.world = 'linked'
   AND linked.position = decided.position;

CREATE OR REPLACE TEMP TABLE placements_v1_cared AS
WITH asking AS (
SELECT subject_id, placement_id, position, cluster, begin_at, 'decided' AS world,
       decided_id AS person_id
  FROM placements_v1_at WHERE sender IS NULL
UNION ALL
SELECT subject_id, placement_id, position, cluster, begin_at, 'linked', linked_id
  FROM placements_v1_at WHERE sender IS NULL
)
SELECT here.subject_id, here.placement_id, here.position, here.world,
       arg_max(struct_pack(v := care.authority),
               struct_pack(a := care.begin_at, b := care.own_id)).v AS authority
  FROM asking AS here
  JOIN care ON care.cluster = here.cluster
   AND care.position <= here.position AND here.position < care.until
   AND care.begin_at <= here.begin_at
   AND (care.end_at IS NULL OR here.begin_at < care.end_at)
  JOIN persons ON persons.subject_id = care.subject_id AND persons.person_id = here.person_id
   AND persons.world = here.world
   AND persons.position <= here.position AND here.position < persons.until
 GROUP BY ALL
"""

_SAID: LiteralString = """
CREATE OR REPLACE TEMP TABLE placements_v1_said AS
WITH responsible AS (
SELECT here.*, coalesce(sender, decided.authority, own_area, 'unknown') AS decided_by,
       coalesce(sender, linked.authority, own_area, 'unknown') AS linked_by
  FROM placements_v1_at AS here
  LEFT JOIN placements_v1_cared AS decided ON decided.subject_id = here.subject_id
   AND decided.placement_id = here.placement_id AND decided.position = here.position
   AND decided.world = 'decided'
  LEFT JOIN placements_v1_cared AS linked ON linked.subject_id = here.subject_id
   AND linked.placement_id = here.placement_id AND linked.position = here.position
   AND linked.world = 'linked'
), compared AS (
SELECT *, decided_id = linked_id AND decided_by = linked_by AS same,
       bool_or(decided_id <> linked_id OR decided_by <> linked_by)
           OVER (PARTITION BY subject_id, placement_id) AS doubted
  FROM responsible
)
SELECT subject_id, placement_id, 'both' AS world, position,
       CASE WHEN same THEN struct_pack(person_id := decided_id, authority := decided_by,
                                       stated := stated) END AS value
  FROM compared
UNION ALL
SELECT subject_id, placement_id, 'decided', position,
       CASE WHEN NOT same THEN struct_pack(person_id := decided_id, authority := decided_by,
                                           stated := stated) END
  FROM compared WHERE doubted
UNION ALL
SELECT subject_id, placement_id, 'linked', position,
       CASE WHEN NOT same THEN struct_pack(person_id := linked_id, authority := linked_by,
                                           stated := stated) END
  FROM compared WHERE doubted
"""
_RANGES: LiteralString = "CREATE OR REPLACE TEMP TABLE placements_v1_ranges AS " + versions(
    "placements_v1_said", "subject_id, placement_id, world", "value"
)

# It says in columns what `domain.cross_boundary` says of where a placement is.
_ROWS: LiteralString = """
SELECT subject_id, placement_id, world, held_from, held_until, person_id, stated.publisher,
       r.authority, coalesce(responsible.region, 'unknown') AS region,
       CASE WHEN stated.restricted THEN 'restricted'
            ELSE coalesce(stated.host, 'unknown') END AS host_authority,
       CASE WHEN stated.restricted THEN 'restricted'
            ELSE coalesce(host.region, 'unknown') END AS host_region,
       CASE WHEN stated.restricted THEN 'restricted'
            WHEN stated.host IN ('NIR', 'SCO', 'WAL') THEN 'outside_england'
            WHEN stated.host IS NULL AND stated.out_of_area_reason IS NOT NULL THEN 'out_of_area'
            WHEN stated.host IS NULL OR r.authority = 'unknown' THEN 'unknown'
            WHEN stated.host = r.authority THEN 'in_area' ELSE 'out_of_area' END AS area,
       stated.started_at, stated.started_on, stated.ended_at, stated.ended_on, stated.end_reason,
       stated.placement_code, coalesce(placement_groups.name, 'unknown') AS placement_type,
       stated.provider, stated.provider_urn, stated.restricted, stated.out_of_area_reason,
       stated.notified_at, stated.acknowledged_at
  FROM placements_v1_ranges AS r
  LEFT JOIN areas AS responsible ON responsible.authority = r.authority
  LEFT JOIN areas AS host ON host.authority = r.stated.host
  LEFT JOIN placement_groups ON placement_groups.code = r.stated.placement_code
 ORDER BY subject_id, placement_id, world, held_from
"""

# authority: that which placed the child, else that of the care at the start, else that of the
# publisher, else `unknown`. host_authority: `unknown` if nobody recorded it; `restricted`, and no
# provider_urn, if the place is protected. area: see domain.cross_boundary.
PLACEMENTS: Final = Relation(
    name="placements_v1",
    columns=(
        Column(name="subject_id", type="uuid"),
        Column(name="placement_id", type="uuid"),
        Column(name="world", type="text"),
        Column(name="held_from", type="bigint"),
        Column(name="held_until", type="bigint", required=False),
        Column(name="person_id", type="uuid"),
        Column(name="publisher", type="text"),
        Column(name="authority", type="text"),
        Column(name="region", type="text"),
        Column(name="host_authority", type="text"),
        Column(name="host_region", type="text"),
        Column(name="area", type="text"),
        Column(name="started_at", type="timestamptz"),
        Column(name="started_on", type="date"),
        Column(name="ended_at", type="timestamptz", required=False),
        Column(name="ended_on", type="date", required=False),
        Column(name="end_reason", type="text", required=False),
        Column(name="placement_code", type="text"),
        Column(name="placement_type", type="text"),
        Column(name="provider", type="text", required=False),
        Column(name="provider_urn", type="text", required=False),
        Column(name="restricted", type="boolean"),
        Column(name="out_of_area_reason", type="text", required=False),
        Column(name="notified_at", type="timestamptz", required=False),
        Column(name="acknowledged_at", type="timestamptz", required=False),
    ),
    key=("subject_id", "placement_id", "world", "held_from"),
    about=About.CHILDREN,
    owner="subject_id",
    topics=(
        "placement-started",
        "placement-ended",
        "placement-host-notified",
        "placement-host-acknowledged",
    ),
    alone=True,
    steps=(_TOLD, _STATED, _POINTS, _SAID, _RANGES),
    rows=_ROWS,
    indexes=(("person_id",), ("started_on",)),
)

RELATIONS: Final = (PLACEMENTS,)
