"""Questions for counts as people write them: read in one place, for every door."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.counts import parse_counts_query
from contracts.questions import LAST_POSITION
from domain.errors import UsageError
from domain.measures import CountsQuery, Source


def asked(
    measure: str,
    by: str | None = None,
    first: str | None = None,
    last: str | None = None,
    as_of: str | None = None,
    source: str | None = None,
) -> CountsQuery:
    return parse_counts_query(measure, by, first, last, as_of, source)


def test_a_bare_measure_asks_for_the_national_total_as_it_stands() -> None:
    query = parse_counts_query("missing_incidents")

    assert query == CountsQuery(measure="missing_incidents", source=Source.NATIONAL)


def test_every_part_of_a_question_is_read() -> None:
    query = parse_counts_query(
        "away_children",
        by="month, reporting_year,force",
        first="2025-04-01",
        last="2026-03-31",
        as_of="2026-05-01",
        source="police",
    )

    assert query == CountsQuery(
        measure="away_children",
        by=("month", "reporting_year", "force"),
        first_day=date(2025, 4, 1),
        last_day=date(2026, 3, 31),
        as_of=date(2026, 5, 1),
        source=Source.POLICE,
    )


@pytest.mark.parametrize(
    ("text", "position"), [("0", 0), ("007", 7), (str(LAST_POSITION), LAST_POSITION)]
)
def test_digits_alone_are_a_ledger_position(text: str, position: int) -> None:
    assert parse_counts_query("missing_incidents", as_of=text).as_of == position


def test_one_day_is_a_period() -> None:
    query = parse_counts_query("missing_incidents", first="2026-03-31", last="2026-03-31")

    assert query.first_day == query.last_day == date(2026, 3, 31)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ({"measure": "missing_incident"}, "Did you mean missing_incidents?"),
        ({"measure": ""}, "open_episodes"),
        ({"measure": "MISSING_INCIDENTS"}, "Choices: missing_incidents"),
        ({"by": "regions"}, "Did you mean region?"),
        ({"by": "region,"}, "placement_type"),
        ({"by": ",".join(["region"] * 50)}, "looked_after"),
        ({"by": "month,region,month"}, "twice"),
        ({"source": "polce"}, "Did you mean police?"),
        ({"source": ""}, "national, police, authority"),
        ({"first": "31/02/2018"}, "`from` is not a date"),
        ({"last": "2018-02-31"}, "`to` is not a date"),
        ({"last": "20180228"}, "2026-03-31"),
        ({"last": "٢٠١٨-٠٢-٢٨"}, "`to` is not a date"),
        ({"first": ""}, "`from` is not a date"),
        ({"first": "2026-04-01", "last": "2026-03-31"}, "`to` lies before `from`"),
        ({"as_of": "yesterday"}, "1200"),
        ({"as_of": "-1"}, "neither a ledger position nor a date"),
        ({"as_of": str(LAST_POSITION + 1)}, "neither"),
        ({"as_of": "2026-02-30"}, "neither"),
        ({"as_of": "2026-02-28T12:00:00Z"}, "neither"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_the_choices(
    question: dict[str, str], said: str
) -> None:
    with pytest.raises(UsageError, match=r"^.+$") as caught:
        asked(**{"measure": "missing_incidents", **question})

    assert said in str(caught.value)


@given(text=st.text(max_size=30))
def test_no_refusal_repeats_what_was_written(text: str) -> None:
    canary = f"9990000018{text}"

    for option in ("measure", "by", "first", "last", "as_of", "source"):
        with pytest.raises(UsageError) as caught:
            asked(**{"measure": "missing_incidents", option: f"{canary}-"})

        assert canary not in str(caught.value)
