"""What reviewers may say, in which order they are asked, and how well two of them agree."""

from datetime import UTC, datetime, timedelta
from itertools import permutations
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.agreement import agreement
from domain.errors import UsageError
from domain.reviewing import (
    HEAD_START,
    REASON_WORDS,
    REASONS,
    PairKind,
    ReviewReason,
    ReviewVerdict,
    WaitingPair,
    counts_as_since,
    in_order,
    pair_of,
    parse_pair,
    parse_reason,
    parse_reviewer,
)

START = datetime(2026, 1, 1, tzinfo=UTC)
IDS = st.integers(1, 40).map(lambda number: UUID(int=number))


@st.composite
def waiting(draw: st.DrawFn) -> WaitingPair:
    one, other = draw(st.lists(IDS, min_size=2, max_size=2, unique=True))
    return WaitingPair(
        pair=pair_of(draw(st.sampled_from(PairKind)), one, other),
        effect=draw(st.integers(0, 30)),
        since=START + timedelta(hours=draw(st.integers(0, 5000))),
    )


PAIRS = st.lists(waiting(), max_size=12, unique_by=lambda each: each.pair)


@given(PAIRS)
def test_of_two_pairs_with_the_same_effect_the_older_goes_first_and_of_one_age_the_weightier(
    pairs: list[WaitingPair],
) -> None:
    ordered = in_order(pairs)

    for at, one in enumerate(ordered):
        for later in ordered[at + 1 :]:
            assert one.effect > later.effect or one.since <= later.since
            assert one.since < later.since or one.effect >= later.effect


@given(PAIRS, st.randoms(use_true_random=False))
def test_the_order_is_the_same_however_pairs_are_listed_and_loses_none(
    pairs: list[WaitingPair], random: object
) -> None:
    mixed = list(pairs)
    random.shuffle(mixed)  # type: ignore[attr-defined]

    assert in_order(mixed) == in_order(pairs)
    assert sorted(each.pair for each in in_order(pairs)) == sorted(each.pair for each in pairs)


@given(waiting(), waiting())
def test_nothing_is_overtaken_for_ever(one: WaitingPair, other: WaitingPair) -> None:
    # Whatever comes up once a pair has waited a week for each of the other's counts is behind it.
    late = WaitingPair(
        pair=other.pair,
        effect=other.effect,
        since=one.since + other.effect * HEAD_START + timedelta(seconds=1),
    )

    assert counts_as_since(one) < counts_as_since(late)


def test_a_count_that_hangs_on_a_pair_is_worth_a_week() -> None:
    pair = pair_of(PairKind.CHILDREN, UUID(int=1), UUID(int=2))
    plain = WaitingPair(pair=pair, effect=0, since=START)
    heavy = WaitingPair(pair=pair, effect=2, since=START + timedelta(days=14))

    assert counts_as_since(plain) == counts_as_since(heavy)


def test_a_pair_is_the_same_whichever_record_is_named_first_and_survives_its_name() -> None:
    one, other = UUID(int=9), UUID(int=4)
    pair = pair_of(PairKind.EPISODES, one, other)

    assert pair == pair_of(PairKind.EPISODES, other, one)
    assert parse_pair(str(pair)) == pair
    assert parse_pair(f"episodes:{one}:{other}") == pair


@pytest.mark.parametrize(
    "text",
    [
        "",
        "children",
        "people:1:2",
        f"children:{UUID(int=1)}",
        f"children:{UUID(int=1)}:{UUID(int=1)}",
        f"children:{UUID(int=1)}:{UUID(int=2)}:{UUID(int=3)}",
        f"children:{UUID(int=1)}:Zebedee",
    ],
)
def test_what_names_no_pair_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(UsageError) as caught:
        parse_pair(text)

    assert "Zebedee" not in str(caught.value)


@pytest.mark.parametrize("name", ["r-one", "r-17a", "r-north-west-2"])
def test_a_reviewer_has_a_coded_name(name: str) -> None:
    assert parse_reviewer(name) == name


@pytest.mark.parametrize(
    "name", ["", "one", "r-", "R-one", "r-One", "r-a b", "r--a", "r-a\n", "r-" + "a" * 50]
)
def test_another_name_is_none_of_a_reviewer(name: str) -> None:
    with pytest.raises(UsageError, match="code"):
        parse_reviewer(name)


def test_every_verdict_has_reasons_every_reason_words_and_a_place() -> None:
    used = {
        reason
        for verdicts in REASONS.values()
        for reasons in verdicts.values()
        for reason in reasons
    }

    assert used == set(ReviewReason) == set(REASON_WORDS)
    assert set(REASONS[PairKind.CHILDREN]) == set(ReviewVerdict)
    for kind, verdicts in REASONS.items():
        for verdict, reasons in verdicts.items():
            assert [parse_reason(kind, verdict, each.value) for each in reasons] == list(reasons)


def test_a_reason_of_another_verdict_is_refused_and_the_choices_are_named() -> None:
    with pytest.raises(UsageError, match="identifiers-agree"):
        parse_reason(PairKind.CHILDREN, ReviewVerdict.ACCEPT, "twins")
    with pytest.raises(UsageError, match="accept or refuse"):
        parse_reason(PairKind.EPISODES, ReviewVerdict.SPLIT, "twins")


def kappa_by_pairs_of_pairs(judged: list[tuple[bool, bool]]) -> float | None:
    """Return Cohen's kappa by counting: how often a first agrees with somebody else's second."""
    alike = sum(first == second for first, second in judged) / len(judged)
    meetings = [first == second for first, _ in judged for _, second in judged]
    chance = sum(meetings) / len(meetings)
    return None if chance == 1 else (alike - chance) / (1 - chance)


@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=1, max_size=40))
def test_agreement_is_what_counting_every_meeting_gives(judged: list[tuple[bool, bool]]) -> None:
    found = agreement(judged)

    expected = kappa_by_pairs_of_pairs(judged)
    assert found.pairs == len(judged)
    assert found.raw == pytest.approx(sum(a == b for a, b in judged) / len(judged))
    if expected is None:
        assert found.kappa is None
    else:
        assert found.kappa == pytest.approx(expected, abs=1e-9)


def test_agreement_of_a_published_example() -> None:
    # Cohen's kappa of the textbook table 20, 5, 10, 15 is 0.4.
    judged = [(True, True)] * 20 + [(True, False)] * 5 + [(False, True)] * 10
    judged += [(False, False)] * 15

    found = agreement(judged)

    assert found.raw == pytest.approx(0.7)
    assert found.kappa == pytest.approx(0.4)
    assert {agreement(each).kappa for each in permutations(judged[:3])} == {None}


def test_nothing_judged_twice_says_nothing() -> None:
    assert (agreement([]).raw, agreement([]).kappa, agreement([]).pairs) == (None, None, 0)
