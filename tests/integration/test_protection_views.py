"""The views about protection say what a reader would count by hand, at any position."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from statistics import median

import pytest

from domain.interventions import NotEstimable
from domain.measures import Source
from domain.periods import Month
from domain.safeguarding import Board
from domain.told_of_children import Participant, told_of_children
from domain.told_of_publishers import board_reports, declarations, provider_returns
from domain.views import ViewQuery
from projections.declared import Declared, declared_by
from projections.standpoint import stand
from tests.integration.protection_hub import Asked, told_hub
from tests.integration.protection_oracle import AREAS, Figure, Row, World, cells
from tests.integration.protection_rows import (
    CONCERN_FIGURES,
    REASON_FIGURES,
    REFERRAL_FIGURES,
    VOICE_FIGURES,
    concern_rows,
    reason_rows,
    referral_rows,
    voice_rows,
)
from tests.integration.protection_story import PROGRAMME, PUBLISHERS

# What a provider filed.
FILED = "missing_episodes"
SPANS: tuple[tuple[date | None, date | None], ...] = (
    (None, None),
    (date(2026, 2, 10), date(2026, 3, 31)),
)
Rows = Callable[[World, ViewQuery], Iterator[Row]]
BY_HAND: dict[str, tuple[Rows, dict[str, Figure], tuple[tuple[str, ...], ...]]] = {
    "trafficking": (
        lambda world, query: concern_rows(
            world, query, ("trafficking", "unaccompanied-asylum-seeking")
        ),
        CONCERN_FIGURES,
        ((), ("concern",), ("authority", "sex")),
    ),
    "concerns": (
        lambda world, query: concern_rows(world, query, None),
        CONCERN_FIGURES,
        ((), ("concern", "region")),
    ),
    "reasons": (
        reason_rows,
        REASON_FIGURES,
        ((), ("reason",), ("factor", "sex"), ("month", "authority")),
    ),
    "childrens-views": (
        voice_rows,
        VOICE_FIGURES,
        ((), ("setting",), ("use",), ("authority", "month")),
    ),
    "referral-outcomes": (
        referral_rows,
        REFERRAL_FIGURES,
        ((), ("authority", "taken_on"), ("stated",)),
    ),
}


@pytest.fixture(scope="module")
def asked(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """A hub that was told a story; read it only."""
    with told_hub(postgres_dsn, tmp_path_factory.mktemp("protection")) as told:
        yield told


@pytest.mark.parametrize("view", BY_HAND)
@pytest.mark.parametrize("source", [Source.NATIONAL, Source.AUTHORITY])
def test_every_figure_is_what_is_counted_by_hand(asked: Asked, view: str, source: Source) -> None:
    rows, figures, groupings = BY_HAND[view]
    for position in (len(asked.records), 2 * len(asked.records) // 3):
        known = asked.records[:position]
        decided, linked = (
            World(records=known, linked=each, now=known[-1].recorded_at) for each in (False, True)
        )
        for first, last in SPANS:
            for by in groupings:
                query = ViewQuery(
                    view=view, by=by, first_day=first, last_day=last, as_of=position, source=source
                )

                found = asked.figures(query)

                now = cells(rows(decided, query), query, figures)
                then = cells(rows(linked, query), query, figures)
                empty = {name: figure([]) for name, figure in figures.items()}
                for cell, name in {*now, *then}:
                    ends = (now.get((cell, name), empty[name]), then.get((cell, name), empty[name]))
                    known_ends = [each for each in ends if each is not None]
                    expected = (
                        ends[0],
                        min(known_ends, default=None),
                        max(known_ends, default=None),
                    )
                    assert found[cell, name] == expected, (query, cell, name)
                assert {cell for cell, _ in found} == {cell for cell, _ in {*now, *then}}


def test_a_child_of_concern_stands_in_every_month_of_it(asked: Asked) -> None:
    query = ViewQuery(
        view="trafficking",
        by=("month",),
        figures=("children",),
        first_day=date(2026, 1, 1),
        last_day=date(2026, 3, 31),
    )

    found = asked.figures(query)

    known = asked.records
    decided = World(records=known, linked=False, now=known[-1].recorded_at)
    by_hand = cells(
        concern_rows(decided, query, ("trafficking", "unaccompanied-asylum-seeking")),
        query,
        {"children": CONCERN_FIGURES["children"]},
    )
    assert {key: value[0] for key, value in found.items()} == by_hand


def test_every_authority_and_board_is_a_row_of_the_reports(asked: Asked) -> None:
    query = ViewQuery(
        view="reports-presented",
        by=("authority", "board"),
        first_day=date(2026, 2, 1),
        last_day=date(2026, 4, 30),
    )

    found = asked.figures(query)

    reports = [
        each
        for each in board_reports(asked.records)
        if date(2026, 2, 1) <= each.presented_on <= date(2026, 4, 30)
    ]
    assert reports
    assert {cell for cell, _ in found} == {(area, board.value) for area in AREAS for board in Board}
    for area in AREAS:
        for board in Board:
            own = [r for r in reports if (r.publisher, r.board) == (f"la-{area}", board)]
            cell = (area, board.value)
            assert found[cell, "reports"][0] == len(own)
            assert found[cell, "boards_not_told"][0] == (not own)
            ages = [(each.presented_on - each.to_date).days for each in own]
            assert found[cell, "age_days"][0] == (median(ages) if own else None)
            since = [(date(2026, 4, 30) - each.presented_on).days for each in own]
            assert found[cell, "since_days"][0] == min(since, default=None)


def test_a_quarter_without_a_return_is_a_row_after_the_providers_first(asked: Asked) -> None:
    query = ViewQuery(view="provider-returns", by=("authority", "provider", "quarter"))

    found = asked.figures(query)

    expected: dict[tuple[str, ...], int | None] = {}
    for each in provider_returns(asked.records):
        own = (each.publisher[3:], each.provider_urn, quarter(each.to_date))
        expected[own] = (expected.get(own) or 0) + each.missing_episodes
    firsts: dict[tuple[str, ...], str] = {}
    for *whose, name in expected:
        firsts[tuple(whose)] = min(firsts.get(tuple(whose), name), name)
    now = asked.records[-1].recorded_at.date()
    for about, first in firsts.items():
        for year, number in [(2025, 4), (2026, 1), (2026, 2)]:
            ends = date(year + number // 4, number % 4 * 3 + 1, 1)
            if f"{year}-Q{number}" >= first and ends + timedelta(days=14) <= now:
                expected.setdefault((*about, f"{year}-Q{number}"), None)
    assert {
        cell: value for (cell, name), (value, _, _) in found.items() if name == FILED
    } == expected


def quarter(day: date) -> str:
    return f"{day.year}-Q{(day.month + 2) // 3}"


def test_months_that_nobody_declared_are_rows_and_tell_silence_from_reports(asked: Asked) -> None:
    query = ViewQuery(
        view="coverage",
        by=("publisher", "month"),
        first_day=date(2026, 1, 1),
        last_day=date(2026, 4, 30),
    )

    found = asked.figures(query)

    months = [Month(year=2026, number=number) for number in (1, 2, 3, 4)]
    for publisher in PUBLISHERS:
        days = {
            each.from_date + timedelta(days=number)
            for each in declarations(asked.records)
            if each.publisher == publisher
            for number in range((each.to_date - each.from_date).days + 1)
        }
        for month in months:
            own = {month.starts_on + timedelta(days=n) for n in range(month.ends_on.day)}
            cell = (publisher, str(month))
            assert found[cell, "months_declared"][0] == (own <= days), cell
            assert found[cell, "months_partial"][0] == (0 < len(own & days) < len(own)), cell
    silent = sum(found[(p, str(m)), "months_silent"][0] for p in PUBLISHERS for m in months)
    assert 0 <= silent < len(PUBLISHERS) * len(months)
    assert any(name == "findings" and value[0] for (_, name), value in found.items())


def test_what_was_not_kept_of_the_past_is_not_said_of_it(asked: Asked) -> None:
    query = ViewQuery(view="coverage", as_of=100)

    found = asked.figures(query)

    assert found[(), "months_silent"][0] is None
    assert found[(), "months"][0] is not None


def test_a_period_is_covered_in_full_in_part_or_not(asked: Asked) -> None:
    declared = declarations(asked.records)[0]
    day = timedelta(days=1)
    with asked.hub.reader.snapshot() as connection:
        at = stand(connection, None)

        whole = declared_by(connection, at, declared.from_date, declared.to_date)
        more = declared_by(connection, at, date(2020, 1, 1), declared.to_date)
        none = declared_by(connection, at, date(2020, 1, 1), date(2020, 1, 1) + day)

    assert whole[declared.publisher] is Declared.FULL
    assert more[declared.publisher] is Declared.PARTIAL
    assert set(none.values()) == {Declared.NONE}


def test_a_programme_too_young_is_shown_but_not_estimated(asked: Asked) -> None:
    query = ViewQuery(view="interventions", by=("programme", "authority", "estimate"))

    found = asked.figures(query)

    (cell,) = {cell for cell, _ in found}
    assert cell[:2] == (str(PROGRAMME), "330")
    assert cell[2] in set(NotEstimable)
    assert found[cell, "average_change"] == (None, None, None)
    joined = {each.person_id for each in told_of_children(asked.records, Participant)}
    assert found[cell, "children_joined"][0] == len(joined)
