"""The rows and figures of the cross-boundary views by hand, for one world."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import floor
from statistics import median
from typing import Any

from domain.national import EpisodeFacts
from domain.response_events import SearchLeadAccepted, SearchLeadHandedOver, SearchLeadOffered
from domain.views import ViewQuery
from tests.integration.placed_oracle import REGIONS, Known, Moment, Row, london, moments
from tests.integration.placed_story import AREAS, OUTSIDE

Figures = Mapping[str, Callable[[Sequence[Row]], float | None]]
DAY = timedelta(days=1)
QUARTER = timedelta(days=90)


def per(part: float, whole: float, scale: float = 1, digits: int = 2) -> float | None:
    """A part of a whole, rounded half up as PostgreSQL does; None of nothing."""
    if not whole:
        return None
    return float(floor(scale * part / whole * 10**digits + 0.5) / 10**digits)


def people(rows: Sequence[Row]) -> int:
    """How many children rows are about."""
    return len({row["person_id"] for row in rows})


def stays(known: Known, query: ViewQuery) -> Iterator[Row]:
    """The placements of each period."""
    for moment in moments(query, known.now):
        yield from _stays(known, query, moment)


def _stays(known: Known, query: ViewQuery, moment: Moment) -> Iterator[Row]:
    cared = {row["person_id"] for row in known.care}
    at_the_end = {*known.lasting(known.care, moment.ends)}
    in_time = {row["person_id"] for row in known.care if _overlaps(row, moment)}
    rows = [
        row
        for row in known.placements
        if _overlaps(row, moment) and (row["person_id"] in in_time or row["person_id"] not in cared)
    ]
    last = known.lasting(rows, moment.ends)
    gone: dict[str, int] = {}
    for fact in known.episodes(query.source):
        place = known.placement_at(fact.person_id, fact.start_at)
        if fact.category == "missing" and moment.begins <= fact.start_at < moment.ends and place:
            gone[place["placement_id"]] = gone.get(place["placement_id"], 0) + 1
    for row in rows:
        person = row["person_id"]
        lives = last.get(person) is row and (person in at_the_end or person not in cared)
        yield row | {
            "label": moment.label,
            "begun": row["started_at"] >= moment.begins,
            "lives": lives,
            "incidents": gone.get(row["placement_id"], 0),
            "of_child": sum(each["person_id"] == person for each in rows),
        }


def _overlaps(row: Row, moment: Moment) -> bool:
    ended: datetime | None = row["ended_at"]
    return row["started_at"] < moment.ends and (ended is None or ended > moment.begins)


def missing(rows: Sequence[Row]) -> int:
    """How many children went missing."""
    return people([row for row in rows if row["incidents"]])


def incidents(rows: Sequence[Row]) -> int:
    """How often children went missing."""
    return sum(row["incidents"] for row in rows)


PLACED: Figures = {
    "children_at_the_end": lambda rows: people([row for row in rows if row["lives"]]),
    "children": people,
    "placements_begun": lambda rows: sum(row["begun"] for row in rows),
    "children_missing": missing,
    "incidents": incidents,
    "missing_rate": lambda rows: per(missing(rows), people(rows), 100, 1),
    "incidents_per_child": lambda rows: per(incidents(rows), missing(rows)),
}
HOMES: Figures = {
    **PLACED,
    "placements": len,
    "repeat_placements": lambda rows: sum(row["incidents"] >= 2 for row in rows),
    "most_incidents": lambda rows: max((row["incidents"] for row in rows), default=None),
}


def _often(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["of_child"] >= 3]


def _seldom(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["of_child"] < 3]


STABILITY: Figures = {
    "children": people,
    "children_3_or_more": lambda rows: people(_often(rows)),
    "share_3_or_more": lambda rows: per(people(_often(rows)), people(rows), 100, 1),
    "missing_rate_3_or_more": lambda rows: per(missing(_often(rows)), people(_often(rows)), 100, 1),
    "missing_rate_fewer": lambda rows: per(missing(_seldom(rows)), people(_seldom(rows)), 100, 1),
}


def notices(known: Known, _query: ViewQuery) -> Iterator[Row]:
    """The placements in another authority, with the days until the host was told."""
    for row in known.placements:
        told = [row[name] for name in ("notified_at", "acknowledged_at") if row[name]]
        if row["area"] == "out_of_area" and row["host_authority"] != "unknown":
            yield row | {
                "day": row["started_on"],
                "days": (london(min(told)) - row["started_on"]).days if told else None,
                "due": row["started_at"] + 8 * DAY <= known.now,
            }


def _told(rows: Sequence[Row]) -> list[int]:
    return [row["days"] for row in rows if row["days"] is not None]


NOTICES: Figures = {
    "placements": len,
    "children": people,
    "notified": lambda rows: len(_told(rows)),
    "notified_by_the_start": lambda rows: sum(days <= 0 for days in _told(rows)),
    "notified_late": lambda rows: sum(days > 7 for days in _told(rows)),
    "not_notified": lambda rows: len(rows) - len(_told(rows)),
    "overdue": lambda rows: sum(row["days"] is None and row["due"] for row in rows),
    "acknowledged": lambda rows: sum(row["acknowledged_at"] is not None for row in rows),
    "notified_share": lambda rows: per(len(_told(rows)), len(rows), 100, 1),
    "median_days": lambda rows: median(_told(rows)) if _told(rows) else None,
}


def episodes(known: Known, query: ViewQuery, *, asked: frozenset[str]) -> Iterator[Row]:
    """The episodes of a source, with what the views say of them; areas outside England apart."""
    for fact in known.episodes(query.source):
        region = REGIONS.get(fact.authority, "unknown")
        if region == "outside" and not asked & {"authority", "region"}:
            continue
        host = fact.host_authority
        shown = AREAS.get(host, "outside")
        yield {
            "day": fact.started_on,
            "person_id": str(fact.person_id),
            "fact": fact,
            "category": fact.category,
            "authority": fact.authority,
            "region": region,
            "host_authority": host,
            "host_region": "restricted" if host == "restricted" else shown,
            "force": "restricted" if host == "restricted" else fact.force,
            "looked_after": fact.looked_after,
            "placement_type": fact.placement_type,
            "open": fact.end_at is None,
        }


MISSING: Figures = {
    "incidents": lambda rows: len(_gone(rows)),
    "children": lambda rows: people(_gone(rows)),
    "incidents_per_child": lambda rows: per(len(_gone(rows)), people(_gone(rows))),
    "open": lambda rows: sum(row["open"] for row in _gone(rows)),
    "away_incidents": lambda rows: sum(row["category"] == "away" for row in rows),
}


def _gone(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["category"] == "missing"]


def searches(known: Known, row: Row) -> Row:
    """What is told of the search for the child of an episode."""
    fact: EpisodeFacts = row["fact"]
    accounts = known.accounts_of(fact)
    told = [
        each.event for each in known.records if getattr(each.event, "episode_id", None) in accounts
    ]
    offered = any(isinstance(each, SearchLeadOffered) for each in told)
    taken = [(each.accepted, each.lead) for each in told if isinstance(each, SearchLeadAccepted)]
    handed = [
        (each.handed_over, each.to_lead) for each in told if isinstance(each, SearchLeadHandedOver)
    ]
    leads: list[Any] = sorted([*taken, *handed])
    lead = leads[-1][1] if leads else None
    by = "offered_only" if offered else "none"
    if lead is not None:
        others = {f"la-{fact.host_authority}": "host", f"la-{fact.authority}": "home"}
        by = "police" if lead.startswith("pf-") else others.get(lead, "other")
    host, home = fact.host_authority, fact.authority
    area = "in_area" if host == home else "out_of_area"
    if host == "restricted" or fact.looked_after != "yes":
        area = "restricted" if fact.looked_after == "yes" else "not_looked_after"
    elif host in OUTSIDE or "unknown" in (host, home):
        area = "outside_england" if host in OUTSIDE else "unknown"
    hours = (leads[0][0] - fact.start_at).total_seconds() / 3600 if leads else None
    return row | {"area": area, "led_by": by, "hours": hours, "handed_over": bool(handed)}


def _led(*by: str) -> Callable[[Sequence[Row]], int]:
    return lambda rows: sum(row["led_by"] in by for row in rows)


SEARCHES: Figures = {
    "episodes": len,
    "led_by_home": _led("home"),
    "led_by_host": _led("host"),
    "led_by_police": _led("police"),
    "led_by_other": _led("other"),
    "offered_only": _led("offered_only"),
    "no_lead": _led("none"),
    "gap_share": lambda rows: per(_led("none", "offered_only")(rows), len(rows), 100, 1),
    "handed_over": lambda rows: sum(row["handed_over"] for row in rows),
    "median_hours": lambda rows: _median([row["hours"] for row in rows]),
}


def _median(hours: Sequence[float | None]) -> float | None:
    known = [each for each in hours if each is not None]
    return floor(median(known) * 10 + 0.5) / 10 if known else None


def moves(known: Known, row: Row) -> Row:
    """The moves of the child of an episode in the 90 days before and after."""
    mine = [each for each in known.placements if each["person_id"] == row["person_id"]]
    mine.sort(key=lambda each: (each["started_at"], each["placement_id"]))
    start = row["fact"].start_at
    moved = [
        each["started_at"]
        for at, each in enumerate(mine)
        if any(
            earlier["ended_at"] is None or earlier["ended_at"] >= each["started_at"] - DAY
            for earlier in mine[:at]
        )
    ]
    return row | {
        "before": sum(start - QUARTER <= each < start for each in moved),
        "after": sum(start <= each < start + QUARTER for each in moved),
        "followed": start + QUARTER <= known.now,
    }


def _followed(rows: Sequence[Row]) -> list[Row]:
    return [row for row in rows if row["followed"]]


def _with(rows: Sequence[Row], name: str) -> int:
    return sum(row[name] > 0 for row in rows)


AROUND: Figures = {
    "episodes": len,
    "moves_before": lambda rows: sum(row["before"] for row in rows),
    "episodes_after_a_move": lambda rows: _with(rows, "before"),
    "share_after_a_move": lambda rows: per(_with(rows, "before"), len(rows), 100, 1),
    "followed": lambda rows: len(_followed(rows)),
    "moves_after": lambda rows: sum(row["after"] for row in _followed(rows)),
    "episodes_before_a_move": lambda rows: _with(_followed(rows), "after"),
    "share_before_a_move": lambda rows: per(
        _with(_followed(rows), "after"), len(_followed(rows)), 100, 1
    ),
}
