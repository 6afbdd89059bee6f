"""Pairs and their scores: twins, siblings, aliases, crowded addresses and bad input."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.linkage import IDENTIFIER_CONFLICT, MODEL, TWINS, WEAK, PairScore
from hub.linkage.model import baseline_model
from hub.linkage.rules import NAME_BIRTH_POSTCODE, NHS_AND_BIRTH, NHS_DIFFERS, UPN_AND_BIRTH
from hub.linkage.scoring import Scorer
from tests.unit.link_records import LEEDS, WEST_MIDLANDS, girl, nhs_number, upn

AUTO = 0.999


@pytest.fixture(scope="module")
def scorer() -> Iterator[Scorer]:
    scorer = Scorer(baseline_model(), threads=1)
    yield scorer
    scorer.close()


def only(scores: list[PairScore]) -> PairScore:
    (score,) = scores
    return score


def is_auto(scores: list[PairScore]) -> bool:
    return any(each.probability >= AUTO and each.conflict is None for each in scores)


@pytest.mark.parametrize(
    ("one", "other", "basis"),
    [
        ({"nhs_number": nhs_number(1)}, {"nhs_number": nhs_number(1)}, NHS_AND_BIRTH),
        (
            {"nhs_number": nhs_number(1)},
            {"nhs_number": nhs_number(1), "birth_date": date(2010, 4, 3), "postcode": None},
            NHS_AND_BIRTH,
        ),
        ({"upn": upn(1)}, {"upn": upn(1), "surname": "Other", "postcode": None}, UPN_AND_BIRTH),
        ({}, {}, NAME_BIRTH_POSTCODE),
    ],
)
def test_a_pair_of_which_a_rule_is_certain_bears_its_name(
    scorer: Scorer, one: dict[str, Any], other: dict[str, Any], basis: str
) -> None:
    score = only(scorer.score([girl(1, LEEDS, **one)], [girl(2, **other)]))

    assert (score.low, score.high) == (UUID(int=1), UUID(int=2))
    assert (score.basis, score.probability, score.conflict) == (basis, 1.0, None)


@pytest.mark.parametrize(
    "differing",
    [
        {"forenames": "Liv"},
        {"surname": "O'Brian"},
        {"forenames": "Olivia Rose", "postcode": None},
        {"birth_date": date(2010, 4, 3)},
        {"postcode": "B1 2ZZ"},
        {"surname": "Kowalczyk"},
    ],
    ids=str,
)
def test_the_model_links_a_girl_of_whom_one_thing_differs(
    scorer: Scorer, differing: dict[str, Any]
) -> None:
    score = only(scorer.score([girl(1)], [girl(2, WEST_MIDLANDS, **differing)]))

    assert score.basis == MODEL
    assert score.probability >= AUTO
    assert score.conflict is None


def test_twins_are_a_question_and_so_are_two_nhs_numbers(scorer: Scorer) -> None:
    twin = girl(2, WEST_MIDLANDS, forenames="Amelia")
    numbered = girl(3, WEST_MIDLANDS, nhs_number=nhs_number(3))

    assert only(scorer.score([girl(1)], [twin])).conflict == TWINS
    score = only(scorer.score([girl(4, nhs_number=nhs_number(4))], [numbered]))
    assert score.conflict == NHS_DIFFERS


def test_brothers_and_sisters_are_not_linked_even_if_they_have_one_name(scorer: Scorer) -> None:
    sister = girl(2, WEST_MIDLANDS, forenames="Amelia", birth_date=date(2012, 8, 19))
    namesake = girl(3, WEST_MIDLANDS, birth_date=date(2012, 8, 19))

    assert not is_auto(scorer.score([girl(1)], [sister]))
    assert only(scorer.score([girl(1)], [namesake])).conflict == WEAK


def test_one_nhs_number_on_two_different_people_is_a_conflict_whatever_the_odds(
    scorer: Scorer,
) -> None:
    boy = girl(
        2,
        LEEDS,
        forenames="Mohammed",
        surname="Khan",
        birth_date=date(2013, 11, 22),
        sex="M",
        postcode="LS1 4AP",
        nhs_number=nhs_number(5),
    )

    score = only(scorer.score([girl(1, nhs_number=nhs_number(5))], [boy]))

    assert score.conflict == IDENTIFIER_CONFLICT
    assert score.basis == MODEL


def test_heaped_birthdays_link_only_with_a_place_or_a_day_in_common(scorer: Scorer) -> None:
    young: dict[str, Any] = {
        "forenames": "Ahmad",
        "surname": "Ahmadi",
        "birth_date": date(2009, 1, 1),
        "sex": "M",
    }
    near = girl(1, **young)
    far = girl(2, WEST_MIDLANDS, **young, postcode="CV1 1AA", days=(date(2025, 1, 9),))

    assert only(scorer.score([near], [girl(3, WEST_MIDLANDS, **young)])).conflict is None
    assert only(scorer.score([near], [far])).conflict == WEAK
    older = girl(4, WEST_MIDLANDS, **young | {"birth_date": date(2008, 1, 1)})
    assert only(scorer.score([near], [older])).conflict == WEAK


def test_without_names_birth_date_sex_and_district_alone_are_weak_ground(scorer: Scorer) -> None:
    nameless: dict[str, Any] = {"forenames": None, "surname": None}
    stated = girl(1, **nameless, postcode="B1 2AA", days=())
    met = girl(3, **nameless)

    score = only(scorer.score([stated], [girl(2, WEST_MIDLANDS)]))

    assert score.conflict == WEAK
    assert is_auto(scorer.score([met], [girl(2, WEST_MIDLANDS)]))


@pytest.mark.parametrize(
    "bad",
    [
        {"forenames": None, "surname": None},
        {"forenames": "O", "surname": "B"},
        {"birth_date": date(2031, 1, 1)},
        {"birth_date": date(1970, 1, 1)},
        {"birth_date": None},
        {"nhs_number": "1234567890"},
        {"nhs_number": "0000000000", "upn": "A000000000000"},
        {"forenames": "オリビア", "surname": "オブライエン"},
        {"forenames": "'; DROP TABLE registrations; --", "surname": '"\\\x00\u202e'},
        {"forenames": "Unknown", "surname": "Unknown", "birth_date": date(2010, 1, 1)},
    ],
    ids=str,
)
def test_nothing_bad_crashes_and_two_that_share_only_bad_input_are_not_linked(
    scorer: Scorer, bad: dict[str, Any]
) -> None:
    bare: dict[str, Any] = {
        "forenames": None,
        "surname": None,
        "birth_date": None,
        "postcode": None,
        "sex": None,
        "days": (),
    }

    scorer.score([girl(1, **bad)], [girl(2, WEST_MIDLANDS), girl(3, WEST_MIDLANDS, **bad)])

    assert not is_auto(scorer.score([girl(1, **bare | bad)], [girl(2, LEEDS, **bare | bad)]))


def test_evidence_adds_up_to_the_weight_with_prior_and_rarity(scorer: Scorer) -> None:
    one, other = girl(1), girl(2, WEST_MIDLANDS, forenames="Liv", postcode="B1 2ZZ")

    score = only(scorer.score([one], [other]))
    evidence = scorer.explain(other, one)

    assert sum(each.weight for each in evidence) == pytest.approx(score.weight)
    told = {each.comparison: each for each in evidence}
    assert told["prior"].weight < 0 < told["birth-date"].weight
    assert (told["forename"].level, told["postcode"].level) == ("short-form", "same-district")
    assert told["upn"].weight == 0
    assert told["surname"].rarity != 0


@pytest.mark.parametrize(
    ("one", "other", "level"),
    [
        (range(1), range(1), "one-of-few"),
        (range(2), range(1, 3), "one-of-few"),
        (range(2), range(3), "several"),
        (range(6), range(5, 11), "more-than-by-chance"),
        (range(60), range(59, 119), "as-by-chance"),
        (range(60), range(48, 108), "as-by-chance"),
        (range(60), range(30, 90), "several"),
        (range(3), range(3, 6), "different"),
        (range(3), range(0), "missing"),
    ],
)
def test_days_in_common_count_by_how_many_would_be_so_by_chance(
    scorer: Scorer, one: range, other: range, level: str
) -> None:
    first = date(2025, 1, 1)
    here, there = (
        girl(number, publisher, days=tuple(first + timedelta(days=day) for day in days))
        for number, publisher, days in ((1, LEEDS, one), (2, WEST_MIDLANDS, other))
    )

    told = {each.comparison: each for each in scorer.explain(here, there)}

    assert told["days"].level == level


def test_two_forces_without_a_day_or_an_area_in_common_say_nothing_by_it(scorer: Scorer) -> None:
    one = girl(1, "pf-E23000010", days=(date(2025, 1, 1),), forces=frozenset({"E23000010"}))

    told = {each.comparison: each for each in scorer.explain(one, girl(2, WEST_MIDLANDS))}

    assert (told["days"].weight, told["forces"].weight) == (0, 0)


def test_a_rare_name_says_more_than_a_common_one(scorer: Scorer) -> None:
    smiths = [girl(1, surname="Smith"), girl(2, WEST_MIDLANDS, surname="Smith", postcode=None)]
    rare = [replace(each, surname="Featherstonehaugh") for each in smiths]

    common, uncommon = (only(scorer.score_all(each)) for each in (smiths, rare))

    assert uncommon.weight > common.weight + 2
