"""An answer as of a position is the same to the byte whatever came later, rebuilds included."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

import pytest

from contracts.counts import counts_arrow, counts_csv, counts_json, counts_parquet
from contracts.history import history_csv, history_json, history_parquet
from contracts.views import view_csv, view_json, view_parquet
from domain.errors import UsageError
from domain.history import HistoryQuery
from domain.measures import DEFINITION_VERSION, MEASURES, CountsQuery
from domain.views import ViewQuery
from hub.rebuilding import rebuild
from hub.wiring import Hub
from projections.counts import CountsView
from projections.history import HistoryView
from tests.hub_steps import SettableClock, follow, settle
from tests.integration.counts_story import FIRST, Story
from tests.integration.undecided import leave_undecided

LAST = date(2026, 3, 31)


def told(hub: Hub, position: int) -> dict[str, bytes | str]:
    """Return every form of many answers as of a position."""
    found: dict[str, bytes | str] = {}
    for measure in ("missing_incidents", "missing_children", "open_episodes"):
        query = CountsQuery(
            measure=measure,
            by=("authority", "month"),
            last_day=LAST,
            as_of=position,
            definition_version=DEFINITION_VERSION,
        )
        counted = hub.counts.answer(query)
        for write in (counts_json, counts_csv, counts_parquet, counts_arrow):
            found[f"{measure} {write.__name__}"] = write(counted)
    asked = CountsQuery(measure="missing_children", last_day=LAST, as_of=position)
    history = hub.history.answer(HistoryQuery(counts=asked, since=0))
    for tell in (history_json, history_csv, history_parquet):
        found[tell.__name__] = tell(history)
    for about in hub.views.catalogue():
        # It says of itself that it tells of now what was received and heard.
        if about.name == "coverage":
            continue
        by = tuple(each.name for each in about.dimensions if each.name == "authority")
        view = ViewQuery(view=about.name, by=by, last_day=LAST, as_of=position)
        answer = hub.views.answer(view)
        for show in (view_json, view_csv, view_parquet):
            found[f"{about.name} {show.__name__}"] = show(answer)
    return found


def test_a_vintage_is_told_again_byte_for_byte_after_more_was_recorded_and_after_a_rebuild(
    hub: Hub, clock: SettableClock
) -> None:
    clock.now = FIRST + timedelta(days=70)
    settle(hub, *Story(3).messages(children=6), sealed=False)
    leave_undecided(hub, Random(1), pairs=3)
    follow(hub)
    position = hub.status.position()
    first = told(hub, position)
    assert told(hub, position) == first

    clock.move(timedelta(days=9))
    settle(hub, *Story(4).messages(children=6), sealed=False)
    leave_undecided(hub, Random(2), pairs=3)
    follow(hub)
    later = told(hub, position)
    now = told(hub, hub.status.position())
    rebuild(hub.project_database, hub.projector, hub.archive)
    rebuilt = told(hub, position)

    assert [name for name, form in later.items() if form != first[name]] == []
    assert [name for name, form in rebuilt.items() if form != first[name]] == []
    assert [
        name for name, form in now.items() if form == first[name] and name.endswith("json")
    ] == []


def test_an_answer_under_other_definitions_is_refused_with_those_there_are(hub: Hub) -> None:
    follow(hub)
    counts = CountsQuery(measure="missing_incidents", definition_version="2025.1")

    for ask in (
        lambda: hub.counts.answer(counts),
        lambda: hub.history.answer(HistoryQuery(counts=counts, since=0)),
        lambda: hub.views.answer(ViewQuery(view="compliance", definition_version="2025.1")),
    ):
        with pytest.raises(UsageError, match=f"`definition_version` is {DEFINITION_VERSION} here"):
            ask()


def test_a_breakdown_too_large_to_serve_is_refused_before_it_is_computed(
    hub: Hub, clock: SettableClock
) -> None:
    clock.now = FIRST + timedelta(days=70)
    settle(hub, *Story(3).messages(children=4), sealed=False)
    follow(hub)
    small = CountsView(193, largest=2)
    query = CountsQuery(measure="missing_children", by=("authority", "month", "force", "sex"))

    with hub.reader.snapshot() as connection:
        for measure in ("missing_incidents", "missing_children", "open_episodes"):
            with pytest.raises(UsageError, match=r"more than 2 cells.*authority=330"):
                small.answer(connection, replace(query, measure=measure))
        assert len(small.answer(connection, replace(query, by=())).rows) == 1
        with pytest.raises(UsageError, match="more than 1 rows"):
            HistoryView(largest=1).answer(
                connection, HistoryQuery(counts=replace(query, by=()), since=0)
            )


def test_an_answer_stays_what_it_was_once_more_is_known(hub: Hub, clock: SettableClock) -> None:
    told_first = list(Story(3).messages(children=6))
    settle(hub, *told_first, sealed=False)
    follow(hub)
    queries = [
        CountsQuery(measure=measure, by=by)
        for measure in MEASURES
        for by in ((), ("authority", "sex"), ("month",))
    ]
    newest = hub.status.position()
    before = [hub.counts.answer(query).rows for query in queries]

    clock.move(timedelta(days=3))
    settle(hub, *Story(4).messages(children=9), sealed=False)
    follow(hub)

    for query, answered in zip(queries, before, strict=True):
        assert hub.counts.answer(replace(query, as_of=newest)).rows == answered, query
    assert [hub.counts.answer(query).rows for query in queries] != before
