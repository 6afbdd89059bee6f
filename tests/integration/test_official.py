"""The official table through a whole hub: events of authorities in, DfE's figures out."""

from collections.abc import Iterator
from datetime import date
from uuid import uuid4

import pytest
from psycopg import connect
from psycopg.sql import SQL, Identifier

from contracts.bodies import Body
from contracts.care_messages import CareEndedBody, CareStartedBody
from contracts.publisher_messages import PeriodDeclaredBody
from domain.identifiers import PublisherId
from domain.official import Absences, Measure, Tally
from domain.official_comparison import Verdict, compare
from domain.official_worlds import Flow, World
from domain.periods import ReportingYear
from hub.official_loading import load_world
from hub.settings import Settings
from hub.synthetic.clock import noon
from hub.synthetic.messages import Draft, encoded
from hub.wiring import Hub, open_hub
from tests.hub_steps import follow, settle
from tests.unit.official_examples import YEAR, dfe_cells, dfe_world

# No children at all, few of them, an abolished authority, and one of which DfE hides by hand.
CHOSEN = ("201", "420", "857", "871")
Y2019 = ReportingYear(ending=2019)
POOLE = "836"
MEDWAY = "887"


@pytest.fixture(scope="module")
def told(postgres_dsn: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """Give a hub for all tests here, each of which tells it of authorities of its own.

    It holds two authorities of 2019, one of them abolished since, and some of DfE's 2022.
    """
    name = f"test_{uuid4().hex}"
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {} TEMPLATE template0").format(Identifier(name)))
    url = postgres_dsn.replace("@/hub?", f"@/{name}?")
    settings = Settings(database_url=url, data_dir=tmp_path_factory.mktemp("official"))
    with open_hub(settings) as opened:
        load_world(opened, _of_2019())
        load_world(opened, dfe_world(), only=CHOSEN)
        yield opened
    with connect(postgres_dsn, autocommit=True) as connection:
        connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def _of_2019() -> World:
    return World(
        year=2019,
        tallies={
            POOLE: Tally(
                looked_after=9,
                missing=Absences(children=7, incidents=30, repeat=4, still_open=6),
                away=Absences(children=1, incidents=1),
                placed_in=0,
                placed_out=8,
            ),
            MEDWAY: Tally(looked_after=3, placed_in=6, placed_out=0),
        },
        flows=(
            Flow(responsible=POOLE, host=MEDWAY, children=6),
            Flow(responsible=POOLE, host="WAL", children=2),
        ),
    )


def say(hub: Hub, publisher: str, *told: tuple[str, Body]) -> None:
    """Send messages, each about the subject named beside it, and follow them."""
    drafts = [
        Draft(
            at=noon(date(2019, 4, 2)),
            subject=subject,
            number=f"{number}{body.event_type}",
            body=body,
        )
        for number, (subject, body) in enumerate(told)
    ]
    messages = [each.line for each in encoded(PublisherId(publisher), drafts)]
    assert all(each.outcome.value == "accepted" for each in settle(hub, *messages))
    follow(hub)


def cared(ref: str, first: str, last: str | None = None, status: str = "C2") -> list[Body]:
    """Return the messages of a period of care."""
    ended = [] if last is None else [CareEndedBody(care=ref, ended=last)]
    return [CareStartedBody(care=ref, started=first, legal_status=status), *ended]


def test_an_abolished_authority_is_told_by_its_successor_and_silence_is_not_zero(
    told: Hub,
) -> None:
    table = told.official.table(Y2019, release=2022)

    poole, medway, kent = (table.cells[each] for each in (POOLE, MEDWAY, "886"))
    assert poole[Measure.LOOKED_AFTER] == "9"
    assert poole[Measure.MISSING_INCIDENTS] == "30"
    assert poole[Measure.MISSING_AVERAGE] == "4.3"
    assert poole[Measure.MISSING_OPEN] == "6"
    assert poole[Measure.AWAY_PERCENT] == "c"
    assert poole[Measure.NET_GAIN] == "-8"
    assert (medway[Measure.PLACED_IN], medway[Measure.MISSING_CHILDREN]) == ("6", "x")
    assert set(kent.values()) == {"x"}
    assert set(table.cells["838"].values()) == {"z"}


def test_a_declared_period_without_children_is_zero_and_other_years_are_not_told(
    told: Hub,
) -> None:
    nil = PeriodDeclaredBody(from_date="2018-04-01", to_date="2019-03-31", rows=0)

    say(told, "la-420", ("D-1", nil))

    scilly = told.official.table(Y2019).cells["420"]
    assert scilly[Measure.LOOKED_AFTER] == scilly[Measure.MISSING_CHILDREN] == "0"
    assert scilly[Measure.MISSING_PERCENT] == scilly[Measure.AWAY_AVERAGE] == "z"
    earlier = told.official.table(ReportingYear(ending=2018)).cells["420"]
    assert set(earlier.values()) == {"x"}


def test_a_year_has_who_was_looked_after_on_one_of_its_days_but_not_in_short_breaks(
    told: Hub,
) -> None:
    bodies = {
        "first-day": cared("R1", "2015-01-01", "2018-04-01"),
        "before": cared("R2", "2015-01-01", "2018-03-31"),
        "years": cared("R0", "2015-01-01"),
        "last-day": cared("R3", "2019-03-31"),
        "after": cared("R4", "2019-04-01"),
        "short-breaks": cared("R5", "2018-06-01", None, "V3"),
        "twice": [*cared("R6", "2018-05-01", "2018-05-09"), *cared("R7", "2018-07-01")],
        "more": cared("R8", "2018-05-05"),
        "still-more": cared("R9", "2018-05-05"),
    }

    say(told, "la-888", *((child, body) for child, told_ in bodies.items() for body in told_))

    assert told.official.figures(Y2019).tallies["888"].looked_after == 6


def test_the_table_stands_as_it_did_at_an_earlier_position(told: Hub) -> None:
    say(told, "la-889", ("early", cared("R1", "2018-05-01")[0]))
    before = told.status.position()
    say(told, "la-889", ("late", cared("R2", "2018-05-01")[0]))
    say(told, "la-889", ("early", CareEndedBody(care="R1", ended="2018-06-01")))

    now = told.official.figures(Y2019)
    then = told.official.figures(Y2019, as_of=before)

    assert (now.tallies["889"].looked_after, then.tallies["889"].looked_after) == (2, 1)
    assert then.position == before < now.position


def test_dfe_s_published_rows_come_out_of_a_hub_again(told: Hub) -> None:
    table = told.official.table(ReportingYear(ending=YEAR))

    published = [(each.area, each.measure, each.text) for each in dfe_cells()]
    chosen = [each for each in published if each[0] in CHOSEN]
    comparison = compare(YEAR, chosen, table.by_rule, table.by_hand)
    assert comparison.counted == {Verdict.EQUAL: 16 * len(CHOSEN) - 1, Verdict.LISTED: 1}
    assert table.cells["871"][Measure.MISSING_INCIDENTS] == "c"
