"""Training without the truth: the same registrations give the same model, few teach little."""

from collections.abc import Sequence
from datetime import date
from functools import cache
from random import Random
from typing import Any

import pytest

from domain.errors import UsageError
from hub.linkage.comparisons import COMPARISONS, OTHER, level_names
from hub.linkage.model import (
    Model,
    baseline_model,
    model_bytes,
    read_model,
    untrained_model,
)
from hub.linkage.records import LinkRecord
from hub.linkage.training import train
from tests.unit.link_records import BIRMINGHAM, WEST_MIDLANDS, girl, nhs_number

_FORENAMES = ("Olivia", "Amelia", "Isla", "Jack", "Noah", "Mohammed", "Maja", "Aisha", "Leo")
_SURNAMES = ("Smith", "Jones", "Khan", "Patel", "Nowak", "Brown", "Ward", "Hoxha", "Osei", "Bell")


def test_the_same_registrations_in_any_order_give_the_same_bytes() -> None:
    records = list(_registrations())
    Random(8).shuffle(records)

    again = train(records, start=untrained_model())

    assert model_bytes(again) == model_bytes(_trained())
    assert again.version == _trained().version


def test_training_learns_what_a_nation_is_like() -> None:
    model, before = _trained(), untrained_model()

    assert model.prior > before.prior * 10
    swapped = model.parameters["birth-date"]["day-month-swapped"]
    assert swapped.m > 2 * before.parameters["birth-date"]["day-month-swapped"].m
    assert model.frequencies["forename"]["olivia"] == pytest.approx(1 / len(_FORENAMES), rel=0.5)


def test_every_level_has_chances_that_add_up_and_equality_speaks_for_a_pair() -> None:
    for model in (_trained(), baseline_model()):
        for comparison in COMPARISONS:
            chances = model.parameters[comparison.name]
            assert tuple(chances) == level_names(comparison)
            assert sum(each.m for each in chances.values()) == pytest.approx(1, abs=1e-3)
            assert sum(each.u for each in chances.values()) == pytest.approx(1, abs=1e-3)
            assert chances[OTHER].m <= chances[OTHER].u or comparison.name == "publisher"


def test_names_that_few_have_are_in_no_model() -> None:
    rare = girl(99_999, forenames="Zephyrine", surname="Quillfeather")

    model = train([*_registrations(), rare], start=untrained_model())

    assert "zephyrine" not in model.frequencies["forename"]
    assert b"quillfeather" not in model_bytes(model)


@pytest.mark.parametrize("number", [0, 1, 5])
def test_too_few_registrations_teach_nothing(number: int) -> None:
    start = baseline_model()

    model = train(_registrations()[:number], start=start)

    assert model.prior == pytest.approx(start.prior, rel=1e-4)
    assert model.frequencies == start.frequencies
    for name, chances in model.parameters.items():
        for level, each in chances.items():
            assert each.m == pytest.approx(start.parameters[name][level].m, rel=0.02, abs=1e-4)


def test_registrations_that_are_all_alike_break_nothing() -> None:
    model = train([girl(number) for number in range(1, 40)])

    assert 0 < model.prior <= 0.5


def test_a_model_is_the_same_after_it_was_written_and_read() -> None:
    model = _trained()

    again = read_model(model_bytes(model))

    assert again == model
    assert again.version == model.version
    assert len(model.version) == 12


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b'{"prior": 1, "parameters": 3}'])
def test_what_is_no_model_is_refused(content: bytes) -> None:
    with pytest.raises(UsageError, match="no linkage model"):
        read_model(content)


def test_a_model_from_before_a_level_came_has_that_level_untrained() -> None:
    stored = Model(prior=0.001, parameters={"sex": baseline_model().parameters["sex"]})

    model = read_model(model_bytes(stored))

    assert model.parameters["sex"] == baseline_model().parameters["sex"]
    assert model.parameters["surname"] == untrained_model().parameters["surname"]


@cache
def _trained() -> Model:
    return train(_registrations(), start=untrained_model())


@cache
def _registrations() -> Sequence[LinkRecord]:
    """Return the registrations of 160 children, each by an authority and a force."""
    random = Random(3)
    found = []
    for child in range(160):
        born = date(random.randint(2007, 2014), random.randint(1, 12), random.randint(1, 28))
        swap = born.day <= 12 and random.random() < 0.3
        common: dict[str, Any] = {
            "forenames": random.choice(_FORENAMES),
            "surname": random.choice(_SURNAMES),
            "sex": random.choice("FM"),
            "postcode": f"B{random.randint(1, 30)} {random.randint(1, 9)}AA",
            "nhs_number": nhs_number(child),
            "days": (date(2025, random.randint(1, 12), random.randint(1, 28)),),
        }
        found.append(girl(2 * child + 1, BIRMINGHAM, **common, birth_date=born))
        if swap:
            born = born.replace(month=born.day, day=born.month)
        found.append(girl(2 * child + 2, WEST_MIDLANDS, **common, birth_date=born))
    return tuple(found)
