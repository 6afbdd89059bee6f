"""The relation of responses: what each account tells of check, interview, notices and search.

It says in columns what `domain.compliance` says for one account, at every ledger position.
"""

from typing import Final, LiteralString

from projections.relation import About, Column, Relation, versions
from projections.views.care import STANDING

TOPICS: Final = (
    "safe-and-well-check-done",
    "safe-and-well-check-not-done",
    "safe-and-well-check-outcome-shared",
    "return-interview-offered",
    "return-interview-not-offered",
    "return-interview-declined",
    "return-interview-completed",
    "return-interview-findings-shared",
    "notification-sent",
    "notification-received",
    "search-lead-offered",
    "search-lead-accepted",
    "search-lead-handed-over",
)
_TOLD: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE responses_v1_told AS
WITH read AS (
SELECT position, topic, publisher, """
    + STANDING
    + """ AS standing,
       from_json(state, '{"episode_id":"VARCHAR","checked":"VARCHAR","reason":"VARCHAR",
           "decider":"VARCHAR","shared":"VARCHAR","recipients":["VARCHAR"],"offered":"VARCHAR",
           "decided":"VARCHAR","declined":"VARCHAR","declined_by":"VARCHAR","completed":"VARCHAR",
           "interviewer":"VARCHAR","independent":"BOOLEAN","recipient":"VARCHAR","sent":"VARCHAR",
           "received":"VARCHAR","lead":"VARCHAR","to_lead":"VARCHAR","accepted":"VARCHAR",
           "handed_over":"VARCHAR"}') AS e
  FROM told_records
 WHERE topic IN ('safe-and-well-check-done', 'safe-and-well-check-not-done',
     'safe-and-well-check-outcome-shared', 'return-interview-offered',
     'return-interview-not-offered', 'return-interview-declined', 'return-interview-completed',
     'return-interview-findings-shared', 'notification-sent', 'notification-received',
     'search-lead-offered', 'search-lead-accepted', 'search-lead-handed-over')
)
SELECT e.episode_id AS episode_id, position, topic, publisher, standing, e,
       coalesce(e.sent, e.received) AS told, coalesce(e.accepted, e.handed_over) AS led
  FROM read
"""
)


def _first_told(recipient: LiteralString) -> LiteralString:
    """Return the SQL of the first time at which a recipient was told, as an interval."""
    return (
        "min(struct_pack(a := earliest(told), b := latest(told))) FILTER (e.recipient = '"
        + recipient
        + "') OVER so_far"
    )


def _shared(topic: LiteralString) -> LiteralString:
    """Return the SQL of when an outcome was first passed on, and to whom in all."""
    of_topic: LiteralString = " FILTER (topic = '" + topic + "') OVER so_far"
    return (
        "struct_pack(at := min(earliest(e.shared))"
        + of_topic
        + ",\n           whom := list(e.recipients)"
        + of_topic
        + ")"
    )


# What the records of an account say so far. Of several decisions the one with the highest standing
# holds; of several interviews the first.
_RUNNING: LiteralString = (
    """
CREATE OR REPLACE TEMP TABLE responses_v1_running AS
SELECT episode_id, position,
       arg_min(coalesce(known.publisher, told.publisher), position)
           FILTER (coalesce(known.publisher, told.publisher) <> 'hub') OVER so_far AS publisher,
       arg_max(struct_pack(ended := known.ended, within_72h := known.within_72h), position)
           FILTER (known.publisher IS NOT NULL) OVER so_far AS account,
       coalesce(bool_or(topic IS NOT NULL) OVER so_far, false) AS responded,
       list(struct_pack(a := earliest(e.checked), b := latest(e.checked)))
           FILTER (topic = 'safe-and-well-check-done') OVER so_far AS checks,
       arg_max(struct_pack(reason := e.reason, decider := e.decider), standing)
           FILTER (topic = 'safe-and-well-check-not-done') OVER so_far AS not_checked,
       """
    + _shared("safe-and-well-check-outcome-shared")
    + """ AS check_shared,
       coalesce(bool_or(topic = 'return-interview-offered') OVER so_far, false) AS offered,
       min(earliest(e.offered)) FILTER (topic = 'return-interview-offered') OVER so_far
           AS offered_at,
       arg_max(struct_pack(at := earliest(e.decided), reason := e.reason, decider := e.decider),
               standing) FILTER (topic = 'return-interview-not-offered') OVER so_far
           AS not_offered,
       arg_max(struct_pack(at := earliest(e.declined), whom := e.declined_by), standing)
           FILTER (topic = 'return-interview-declined') OVER so_far AS refused,
       arg_min(struct_pack(at := earliest(e.completed), interviewer := e.interviewer),
               struct_pack(a := earliest(e.completed), b := end_of(e.completed), c := standing))
           FILTER (topic = 'return-interview-completed') OVER so_far AS interview,
       bool_or(e.independent) FILTER (topic = 'return-interview-completed') OVER so_far
           AS independent,
       """
    + _shared("return-interview-findings-shared")
    + """ AS findings_shared,
       """
    + _first_told("independent-reviewing-officer")
    + """ AS reviewing_officer,
       """
    + _first_told("child-protection-chair")
    + """ AS protection_chair,
       """
    + _first_told("host-authority")
    + """ AS host_authority,
       """
    + _first_told("responsible-authority")
    + """ AS responsible_authority,
       """
    + _first_told("allocated-worker")
    + """ AS allocated_worker,
       min(earliest(e.offered)) FILTER (topic = 'search-lead-offered') OVER so_far
           AS search_offered_at,
       arg_max(struct_pack(at := earliest(led), whom := coalesce(e.to_lead, e.lead)),
               struct_pack(a := earliest(led), b := standing))
           FILTER (led IS NOT NULL) OVER so_far AS search
  FROM accounts AS known
  FULL JOIN responses_v1_told AS told USING (episode_id, position)
WINDOW so_far AS (PARTITION BY episode_id ORDER BY position
                  ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW)
"""
)

_SAID: LiteralString = """
CREATE OR REPLACE TEMP TABLE responses_v1_said AS
WITH checked AS (
SELECT *, list_sort(list_filter(checks, lambda each: account.ended IS NULL
                                OR each.b >= earliest(account.ended)))[1] AS first_check
  FROM responses_v1_running
)
SELECT episode_id, position,
       CASE WHEN publisher IS NOT NULL THEN struct_pack(
           publisher, responded,
           check_recorded := coalesce(len(checks) > 0, false),
           check_from := first_check.a, check_until := first_check.b,
           check_not_done_reason := not_checked.reason,
           check_not_done_decider := not_checked.decider,
           check_shared_at := check_shared.at,
           check_shared_with := list_sort(list_distinct(flatten(check_shared.whom))),
           offered, offered_at,
           not_offered_at := not_offered.at, not_offered_reason := not_offered.reason,
           not_offered_decider := not_offered.decider,
           declined := refused IS NOT NULL, declined_at := refused.at,
           declined_by := refused.whom,
           completed_at := interview.at, interviewer := interview.interviewer, independent,
           within_72h := account.within_72h,
           findings_shared_at := findings_shared.at,
           findings_shared_with := list_sort(list_distinct(flatten(findings_shared.whom))),
           reviewing_officer_from := reviewing_officer.a,
           reviewing_officer_until := reviewing_officer.b,
           protection_chair_from := protection_chair.a,
           protection_chair_until := protection_chair.b,
           host_authority_from := host_authority.a, host_authority_until := host_authority.b,
           responsible_authority_from := responsible_authority.a,
           responsible_authority_until := responsible_authority.b,
           allocated_worker_from := allocated_worker.a,
           allocated_worker_until := allocated_worker.b,
           search_offered_at, search_lead := search.whom, search_lead_at := search.at) END AS value
  FROM checked
"""

_RANGES: LiteralString = "CREATE OR REPLACE TEMP TABLE responses_v1_ranges AS " + versions(
    "responses_v1_said", "episode_id", "value"
)


def _may_lack(name: LiteralString, kind: LiteralString = "text") -> Column:
    return Column(name=name, type=kind, required=False)


def _may_lack_times(*names: LiteralString) -> tuple[Column, ...]:
    return tuple(_may_lack(name, "timestamptz") for name in names)


# responded: whether the account tells of any response at all. check_from, check_until: between
# which instants the first check lies that is not before the end that the account tells of (the
# first of all, if it tells of none); check_recorded: any check. *_with: recipients in order.
# *_from, *_until: between which instants a recipient was first told. search_lead: who led last.
_COLUMNS: Final = (
    Column(name="episode_id", type="uuid"),
    Column(name="held_from", type="bigint"),
    _may_lack("held_until", "bigint"),
    Column(name="publisher", type="text"),
    Column(name="responded", type="boolean"),
    Column(name="check_recorded", type="boolean"),
    *_may_lack_times("check_from", "check_until"),
    _may_lack("check_not_done_reason"),
    _may_lack("check_not_done_decider"),
    *_may_lack_times("check_shared_at"),
    _may_lack("check_shared_with", "text[]"),
    Column(name="offered", type="boolean"),
    *_may_lack_times("offered_at", "not_offered_at"),
    _may_lack("not_offered_reason"),
    _may_lack("not_offered_decider"),
    Column(name="declined", type="boolean"),
    *_may_lack_times("declined_at"),
    _may_lack("declined_by"),
    *_may_lack_times("completed_at"),
    _may_lack("interviewer"),
    _may_lack("independent", "boolean"),
    _may_lack("within_72h"),
    *_may_lack_times("findings_shared_at"),
    _may_lack("findings_shared_with", "text[]"),
    *_may_lack_times("reviewing_officer_from", "reviewing_officer_until"),
    *_may_lack_times("protection_chair_from", "protection_chair_until"),
    *_may_lack_times("host_authority_from", "host_authority_until"),
    *_may_lack_times("responsible_authority_from", "responsible_authority_until"),
    *_may_lack_times("allocated_worker_from", "allocated_worker_until"),
    *_may_lack_times("search_offered_at"),
    _may_lack("search_lead"),
    *_may_lack_times("search_lead_at"),
)
_NAMES: LiteralString = ", ".join([column.name for column in _COLUMNS])

RESPONSES: Final = Relation(
    name="responses_v1",
    columns=_COLUMNS,
    key=("episode_id", "held_from"),
    about=About.EPISODES,
    owner="episode_id",
    topics=TOPICS,
    steps=(_TOLD, _RUNNING, _SAID, _RANGES),
    rows="FROM responses_v1_ranges SELECT " + _NAMES + " ORDER BY episode_id, held_from",
    indexes=(("responded", "publisher"),),
)

RELATIONS: Final = (RESPONSES,)
