"""How the accuracy of linkage is measured: against pairs written out one by one."""

from collections.abc import Callable
from datetime import date
from itertools import combinations
from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.identity import Identity
from domain.linkage import MODEL, PairScore, Thresholds
from hub.linkage.records import LinkRecord
from hub.synthetic.generation import generate
from hub.synthetic.options import Options
from tests.benchmarks.linkage_counts import Difference, Tally, absences_by_account
from tests.benchmarks.linkage_goals import goals_of
from tests.benchmarks.linkage_metrics import (
    Pairs,
    Share,
    clusters_by_links,
    pairs_of,
    pairs_touching,
    pairs_within,
    wilson,
)
from tests.benchmarks.linkage_nation import (
    read_nation,
    stripped_identity,
    subject_id,
    true_persons,
)
from tests.benchmarks.linkage_page import PAGE, kept, page_of
from tests.benchmarks.linkage_people import parse_birth_date, read_people
from tests.benchmarks.linkage_persons import link, link_records

RECORDS = range(12)
groupings = st.fixed_dictionaries({record: st.integers(0, 5) for record in RECORDS})
some_records = st.sets(st.sampled_from(RECORDS))


def written_out(
    clusters: dict[int, int], truth: dict[int, int], counted: Callable[[int, int], bool]
) -> Pairs:
    """Count pairs one by one."""
    pairs = [pair for pair in combinations(RECORDS, 2) if counted(*pair)]
    true = {pair for pair in pairs if truth[pair[0]] == truth[pair[1]]}
    found = {pair for pair in pairs if clusters[pair[0]] == clusters[pair[1]]}
    return Pairs(true=len(true), found=len(found), right=len(true & found))


@given(groupings, groupings)
def test_pairs_are_those_that_can_be_written_out(
    clusters: dict[int, int], truth: dict[int, int]
) -> None:
    counted = pairs_of(clusters, truth)

    assert counted == written_out(clusters, truth, lambda *_: True)


@given(groupings, groupings, some_records)
def test_pairs_of_a_group_are_those_that_lie_in_it_or_touch_it(
    clusters: dict[int, int], truth: dict[int, int], group: set[int]
) -> None:
    within = pairs_within(clusters, truth, group)
    touching = pairs_touching(clusters, truth, group)

    assert within == written_out(clusters, truth, lambda a, b: a in group and b in group)
    assert touching == written_out(clusters, truth, lambda a, b: a in group or b in group)


def test_a_record_in_no_cluster_is_alone() -> None:
    counted = pairs_of({1: 1, 2: 1}, {1: "a", 2: "a", 3: "a", 4: "b"})

    assert counted == Pairs(true=3, found=1, right=1)
    assert counted.recall.value == pytest.approx(1 / 3)
    assert counted.precision.value == 1.0
    assert counted.f_score == pytest.approx(0.5)


@given(st.lists(st.tuples(st.sampled_from(RECORDS), st.sampled_from(RECORDS))))
def test_links_put_together_whoever_a_chain_of_them_reaches(links: list[tuple[int, int]]) -> None:
    clusters = clusters_by_links(RECORDS, links)

    for record in RECORDS:
        reached = {record}
        for _ in RECORDS:
            reached |= {b for a, b in links if a in reached} | {a for a, b in links if b in reached}
        assert {other for other in RECORDS if clusters[other] == clusters[record]} == reached


# By the formula of Wilson (1927), worked out by hand to four places.
@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (0, 10, 0.0, 0.2775),
        (10, 10, 0.7225, 1.0),
        (5, 10, 0.2366, 0.7634),
        (81, 263, 0.2553, 0.3662),
    ],
)
def test_intervals_are_wilsons(part: int, whole: int, low: float, high: float) -> None:
    assert wilson(part, whole) == pytest.approx((low, high), abs=5e-5)


def test_a_share_of_nothing_is_whole_and_could_be_anything() -> None:
    share = Share(part=0, whole=0)

    assert share.value == 1.0
    assert share.interval == (0.0, 1.0)


def test_an_authority_may_be_off_by_two_children_or_by_three_in_a_hundred() -> None:
    true = Tally(children={"England": 1_010, "330": 10, "301": 1_000}, episodes={}, buckets={})
    near = Tally(children={"England": 1_042, "330": 12, "301": 1_030}, episodes={}, buckets={})
    far = Tally(children={"England": 976, "330": 7, "301": 969}, episodes={}, buckets={})

    assert Difference.between(near, true).authorities_off == 0
    assert Difference.between(far, true).authorities_off == 2
    assert Difference.between(far, true).children == pytest.approx(-34 / 1_010)


def test_the_page_says_what_was_measured() -> None:
    assert PAGE.read_text(encoding="utf-8") == page_of(kept())


def test_goals_on_the_page_are_judged_by_its_own_figures() -> None:
    results = kept()

    judged = [(each.name, each.met) for each in goals_of(results)]

    assert judged == [(each["name"], each["met"]) for each in results["goals"]]


@pytest.mark.parametrize(
    ("text", "born"),
    [
        ("1956-04-09", date(1956, 4, 9)),
        ("19560409", date(1956, 4, 9)),
        ("09/04/1956", date(1956, 4, 9)),
        ("04/29/1956", date(1956, 4, 29)),
        ("9.4.56", date(1956, 4, 9)),
        ("1956-04-09 00:00:00", date(1956, 4, 9)),
        ("1956-13-31", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_birth_dates_are_read_in_any_usual_form(text: str, born: date | None) -> None:
    assert parse_birth_date(text) == born


def test_a_table_of_people_becomes_records_with_their_truth(tmp_path: Path) -> None:
    table = tmp_path / "people.csv"
    table.write_text(
        "rec_id, given_name, surname, postcode, date_of_birth, soc_sec_id\n"
        "rec-1-org, ann, lee, 2119, 19560409, 1804974\n"
        "rec-1-dup-0, anne, lee, 2118, 19560409, 1804974\n"
        "rec-2-org, bo, ray, , , 99\n",
        encoding="utf-8",
    )

    people = read_people(table, truth="rec_id")

    first, second, third = people.records
    assert list(people.truth.values()) == ["rec-1", "rec-1", "rec-2"]
    assert first.birth_date == date(2356, 4, 9)
    assert first.nhs_number == second.nhs_number
    assert (first.nhs_number or "").startswith("999")
    assert (first.postcode or "").split()[0] == (second.postcode or "").split()[0]
    assert first.postcode != second.postcode
    assert (third.nhs_number, third.postcode, third.birth_date) == (None, None, None)


def test_a_nation_in_memory_holds_what_its_truth_tells_of(tmp_path: Path) -> None:
    generate(Options(year=2026, month=3, scale=0.02), tmp_path / "nation")

    nation = read_nation(tmp_path / "nation", lambda *_: None)

    told = {
        subject_id(each.publisher, each.ref)
        for person in true_persons(tmp_path / "nation")
        for each in person.subjects
    }
    accounts = {each.episode_id for own in nation.episodes.values() for each in own}
    assert set(nation.registrations) == set(nation.persons) == told
    assert accounts == set(absences_by_account(nation.absences))
    assert {each.subject_id for each in link_records(nation)} == told


def test_a_perfect_reviewer_puts_together_what_the_hub_left_open() -> None:
    ann, anne, bo, bob = (UUID(int=number) for number in range(4))
    records = [
        LinkRecord(subject_id=each, publisher=f"la-{each.int}") for each in (ann, anne, bo, bob)
    ]
    scores = [
        PairScore(low=ann, high=anne, basis=MODEL, probability=0.9, weight=3.2, conflict=None),
        PairScore(low=bo, high=bob, basis=MODEL, probability=0.95, weight=4.2, conflict=None),
    ]
    truth = {ann: "ann", anne: "ann", bo: "bo", bob: "bob"}

    linked = link(records, scores, truth, Thresholds())

    assert len(linked.queue) == linked.asked == 2
    assert pairs_of(linked.before, truth) == Pairs(true=1, found=0, right=0)
    assert pairs_of(linked.after, truth) == Pairs(true=1, found=1, right=1)


def test_an_authority_of_returns_only_keeps_neither_names_nor_times() -> None:
    known = Identity(
        birth_date="2011-02-03", forenames="Ann", surname="Lee", upn="X", home_postcode="QV1 1AA"
    )

    kept_of_it = stripped_identity(known)

    assert kept_of_it == Identity(birth_date="2011-02-03", upn="X", home_postcode="QV1 1AA")
