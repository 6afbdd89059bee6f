"""The rows of the views about protection, by hand, and the figures over them."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta

from domain.periods import london_date
from domain.told_of_children import HeldConcern, Referral, ViewsTold
from domain.told_of_publishers import interviews
from domain.views import ViewQuery
from tests.integration.protection_oracle import (
    AREAS,
    LONG_AGO,
    NEVER,
    Figure,
    Row,
    World,
    midnight,
    share,
)


def concern_rows(world: World, query: ViewQuery, only: Iterable[str] | None) -> Iterator[Row]:
    """Children of concern, in every month in which they are, and their missing episodes."""
    absences = world.missing(query.source)
    today = london_date(world.now)
    last = min(today, query.last_day or today)
    until = min(world.now, midnight(last + timedelta(days=1)))
    for each in world.told(HeldConcern):
        if each.closed_for == "recorded-in-error" or (only and each.concern not in only):
            continue
        begin, end = each.raised_at or LONG_AGO, each.closed_at or NEVER
        if end <= begin:
            continue
        own = [fact for fact in absences if fact.person_id == each.person_id]
        latest = [fact for fact in own if fact.authority != "unknown"]
        raised_by = each.publisher[3:] if each.publisher[3:] in AREAS else None
        authority = (
            world.care_authority(each.person_id, end)
            or raised_by
            or (max(latest, key=lambda f: f.start_at).authority if latest else "unknown")
        )
        row = {
            "person": each.person_id,
            "concern": each.concern,
            "sex": each.sex,
            "authority": authority,
            "region": AREAS.get(authority, "unknown"),
            "fact": None,
            "gone": False,
        }
        day = query.first_day or date(2025, 1, 1)
        while day <= last:
            if (each.raised_on or day) <= day <= (each.closed_on or day):
                yield {**row, "day": day}
            day += timedelta(days=1)
        for fact in own:
            if begin < (fact.end_at or NEVER) and fact.start_at < end:
                gone = (fact.end_at or NEVER) > until
                yield {**row, "day": fact.started_on, "fact": fact.fact_id, "gone": gone}


def people(rows: Iterable[Row]) -> int:
    """Children among rows."""
    return len({row["person"] for row in rows})


CONCERN_FIGURES: dict[str, Figure] = {
    "children": people,
    "missing_children": lambda rows: people(row for row in rows if row["fact"]),
    "missing_share": lambda rows: share(
        100 * people(row for row in rows if row["fact"]), people(rows), "0.1"
    ),
    "incidents": lambda rows: len({row["fact"] for row in rows} - {None}),
    "incidents_per_child": lambda rows: share(
        len({row["fact"] for row in rows} - {None}), people(r for r in rows if r["fact"]), "0.01"
    ),
    "not_found": lambda rows: people(row for row in rows if row["gone"]),
}


def reason_rows(world: World, query: ViewQuery) -> Iterator[Row]:
    """Each reason of each interview about each missing episode."""
    held = interviews(world.records)
    for fact in world.missing(query.source):
        accounts = world.accounts(fact)
        for each in held:
            if each.episode_id in accounts:
                codes = [code for code in each.reasons.split(",") if code]
                for code in codes or ["not-recorded"]:
                    yield {
                        "day": each.completed_on,
                        "person": fact.person_id,
                        "interview": (fact.fact_id, each.completed_on),
                        "reason": code,
                        "factor": code[:4].lower() if codes else code,
                        "sex": fact.sex,
                        "authority": fact.authority,
                        "kinds": {code[:4] for code in codes},
                        "independent": each.independent,
                    }


def held(rows: Iterable[Row]) -> int:
    """Interviews among rows."""
    return len({row["interview"] for row in rows})


REASON_FIGURES: dict[str, Figure] = {
    "interviews": held,
    "children": people,
    "with_reasons": lambda rows: held(row for row in rows if row["reason"] != "not-recorded"),
    "push": lambda rows: held(row for row in rows if "PUSH" in row["kinds"]),
    "pull": lambda rows: held(row for row in rows if "PULL" in row["kinds"]),
    "push_and_pull": lambda rows: held(row for row in rows if row["kinds"] == {"PUSH", "PULL"}),
    "not_independent": lambda rows: held(row for row in rows if not row["independent"]),
}


def voice_rows(world: World, query: ViewQuery) -> Iterator[Row]:
    """What was told of views, and every missing episode that ended."""
    told = world.told(ViewsTold)
    for each in told:
        area = each.publisher[3:] if each.publisher[3:] in AREAS else "none"
        yield {
            "day": each.told_on,
            "person": each.person_id,
            "step": each.step,
            "setting": each.setting,
            "use": each.used_in,
            "authority": area,
        }
    absences = world.missing(query.source)
    for fact in absences:
        if fact.end_at is None:
            continue
        later = [
            (each.start_at, each.fact_id)
            for each in absences
            if each.person_id == fact.person_id
            and (each.start_at, each.fact_id) > (fact.start_at, fact.fact_id)
        ]
        until = min([fact.end_at + timedelta(days=30), *(start for start, _ in later)])
        heard = any(
            each.step != "used"
            and each.person_id == fact.person_id
            and fact.start_at <= each.told_until
            and each.told_at < until
            for each in told
        )
        yield {
            "day": london_date(fact.end_at),
            "person": fact.person_id,
            "step": "heard" if heard else "absence",
            "setting": "not-stated",
            "use": "not-stated",
            "authority": fact.authority,
        }


def steps(*names: str) -> Figure:
    """How often a step was taken."""
    return lambda rows: sum(row["step"] in names for row in rows)


def of_step(name: str) -> Figure:
    """How many children a step was taken with."""
    return lambda rows: people(row for row in rows if row["step"] == name)


VOICE_FIGURES: dict[str, Figure] = {
    "asked": steps("asked"),
    "recorded": steps("recorded"),
    "used": steps("used"),
    "children_asked": of_step("asked"),
    "children_recorded": of_step("recorded"),
    "children_used": of_step("used"),
    "absences": steps("absence", "heard"),
    "absences_heard": steps("heard"),
    "heard_share": lambda rows: share(
        100 * steps("heard")(rows), steps("absence", "heard")(rows), "0.1"
    ),
}


def referral_rows(world: World, query: ViewQuery) -> Iterator[Row]:
    """Referrals, with the missing episodes that followed."""
    absences = world.missing(query.source)
    for each in world.told(Referral):
        starts = [
            fact.start_at
            for fact in absences
            if fact.person_id == each.person_id and fact.start_at >= each.made_until
        ]
        ninety = midnight(each.made_on + timedelta(days=91))
        year_end = midnight(date(each.made_on.year + (each.made_on.month > 3), 4, 1))
        words = {"no-repeat": 0, "one-repeat": 1, "more-repeats": 2}
        closed = min(2, sum(start < (each.closed_at or LONG_AGO) for start in starts))
        yield {
            "day": each.made_on,
            "person": each.person_id,
            "stated": each.outcome or "not-closed",
            "authority": each.publisher[3:] if each.publisher[3:] in AREAS else "none",
            "taken_on": "yes" if each.accepted_on else "no",
            "90_days": min(2, sum(start < ninety for start in starts))
            if ninety <= world.now
            else None,
            "year": min(2, sum(start < year_end for start in starts))
            if year_end <= world.now
            else None,
            "otherwise": words.get(each.outcome or "", closed) != closed,
        }


def repeats(window: str, times: int | None) -> Figure:
    """Referrals followed by so many repeats."""
    return lambda rows: sum(row[window] == times for row in rows)


def repeat_share(window: str, times: int) -> Figure:
    """Their share of those of which it is known."""
    return lambda rows: share(
        100 * sum(row[window] == times for row in rows),
        sum(row[window] is not None for row in rows),
        "0.1",
    )


REFERRAL_FIGURES: dict[str, Figure] = {
    "referrals": len,
    "children": people,
    "taken_on": lambda rows: sum(row["taken_on"] == "yes" for row in rows),
    "not_closed": lambda rows: sum(row["stated"] == "not-closed" for row in rows),
    "stated_no_repeat": lambda rows: sum(row["stated"] == "no-repeat" for row in rows),
    "stated_otherwise": lambda rows: sum(row["otherwise"] for row in rows),
    **{
        f"{name}_{window}": repeats(window, times)
        for window in ("90_days", "year")
        for name, times in (
            ("no_repeat", 0),
            ("one_repeat", 1),
            ("more_repeats", 2),
            ("not_known", None),
        )
    },
    **{
        f"{name}_share_{window}": repeat_share(window, times)
        for window in ("90_days", "year")
        for name, times in (("no_repeat", 0), ("one_repeat", 1))
    },
}
