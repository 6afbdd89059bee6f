"""What a programme is compared with is chosen by what was known before it, and by nothing else."""

from dataclasses import replace
from datetime import date
from random import Random
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.interventions import (
    MOST_AREAS,
    MOST_MONTHS,
    NotEstimable,
    Programme,
    Trial,
    month_number,
    trial_of,
)

START = month_number(date(2025, 1, 10))
PROGRAMME = Programme(
    programme_id=UUID(int=1), kind="mentoring", area="330", started_on=date(2025, 1, 10)
)


def counts(random: Random, areas: int = 30) -> dict[str, dict[int, int]]:
    """Months of areas, some of them unknown."""
    return {
        str(330 + area): {
            month: random.randrange(0, 4 + area)
            for month in range(START - 40, START + 20)
            if area % 7 != 3 or random.random() < 0.97
        }
        for area in range(areas)
    }


def test_the_months_of_start_and_end_are_left_out_and_the_rest_is_counted_from_the_start() -> None:
    known = {area: dict.fromkeys(range(START - 50, START + 50), 5) for area in ("330", "331")}
    ended = replace(PROGRAMME, ended_on=date(2025, 9, 20))

    trial = trial_of(ended, [ended], known, START + 40)

    assert trial.months == (*range(-MOST_MONTHS, 0), *range(7))
    assert trial.treated == trial.compared == (5,) * (MOST_MONTHS + 7)
    assert trial.flaw is None


@given(seed=st.integers(0, 2**32))
def test_areas_compared_with_are_known_throughout_alike_in_size_and_without_a_programme(
    seed: int,
) -> None:
    random = Random(seed)
    known = counts(random)
    others = [
        PROGRAMME,
        replace(PROGRAMME, programme_id=UUID(int=2), area="340"),
        replace(PROGRAMME, programme_id=UUID(int=3), area="341", kind="other"),
        replace(
            PROGRAMME,
            programme_id=UUID(int=4),
            area="342",
            started_on=date(2010, 1, 1),
            ended_on=date(2011, 1, 1),
        ),
    ]

    trial = trial_of(PROGRAMME, others, known, START + 12)

    assert not {"330", "340"} & {*trial.areas}
    assert len(trial.areas) <= MOST_AREAS
    own = sum(known["330"][START + month] for month in trial.months if month < 0)
    for area in trial.areas:
        size = sum(known[area].get(START + month, 0) for month in trial.months if month < 0)
        assert 1 / 5 < size / own < 5
        for month in trial.months:
            assert START + month + (month >= 0) in known[area]
    for month, together in zip(trial.months, trial.compared, strict=True):
        at = START + month + (month >= 0)
        assert together == sum(known[area][at] for area in trial.areas) > 0


@given(seed=st.integers(0, 2**32), later=st.integers(0, 2**32))
def test_what_happens_during_a_programme_does_not_choose_what_it_is_compared_with(
    seed: int, later: int
) -> None:
    known, random = counts(Random(seed)), Random(later)
    other = {
        area: {
            month: random.randrange(50) if month > START else count
            for month, count in months.items()
        }
        for area, months in known.items()
    }

    one = trial_of(PROGRAMME, [PROGRAMME], known, START + 12)
    two = trial_of(PROGRAMME, [PROGRAMME], other, START + 12)

    assert one.areas == two.areas


def test_a_month_that_nobody_told_of_is_unknown_and_not_zero() -> None:
    known = {area: dict.fromkeys(range(START - 30, START + 12), 5) for area in ("330", "331")}
    del known["330"][START - 4]

    trial = trial_of(PROGRAMME, [PROGRAMME], known, START + 11)

    assert -4 not in trial.months
    assert len(trial.months) == 29 + 11


def test_what_is_too_little_is_refused_with_the_reason() -> None:
    months = tuple(range(-12, 6))
    enough = Trial(months=months, treated=(2,) * 18, compared=(9,) * 18, areas=("331",))

    assert enough.flaw is None
    assert replace(enough, areas=()).flaw is NotEstimable.NO_COMPARISON
    late = replace(enough, months=months[1:], treated=(9,) * 17, compared=(9,) * 17)
    assert late.flaw is NotEstimable.TOO_FEW_MONTHS
    young = replace(enough, months=months[:-1], treated=(9,) * 17, compared=(9,) * 17)
    assert young.flaw is NotEstimable.TOO_FEW_MONTHS
    assert replace(enough, treated=(1,) * 18).flaw is NotEstimable.TOO_FEW_EPISODES
    assert replace(enough, treated=(2,) * 12 + (0,) * 6).flaw is NotEstimable.TOO_FEW_EPISODES
    crowded = replace(enough, treated=(2,) * 12 + (20, 0, 0, 0, 0, 20))
    assert crowded.flaw is NotEstimable.TOO_FEW_EPISODES


def test_without_months_or_without_areas_nothing_is_estimated() -> None:
    alone = {"330": dict.fromkeys(range(START - 30, START + 12), 5)}

    assert trial_of(PROGRAMME, [PROGRAMME], {}, START + 12).flaw is NotEstimable.TOO_FEW_MONTHS
    assert trial_of(PROGRAMME, [PROGRAMME], alone, START + 12).flaw is NotEstimable.NO_COMPARISON
