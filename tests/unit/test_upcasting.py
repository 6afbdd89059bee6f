"""What was stored under an old name is read as what is written today."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.stored import TYPES
from contracts.upcasting import UPCASTERS, Step, Upcasters, Values


def with_more(name: str) -> Step:
    """Return a step that begins at a name and adds a field of that name."""
    return Step(
        old=name, new=chr(ord(name) + 1), change=lambda values: {**values, name: len(values)}
    )


@given(st.permutations("abcd"), st.sampled_from("abcde"))
def test_steps_follow_each_other_to_the_end_whatever_their_order(order: str, begin: str) -> None:
    upcasters = Upcasters(with_more(name) for name in order)
    expected: Values = {"kept": 1}
    for name in "abcd":
        if name >= begin:
            expected[name] = len(expected)

    assert upcasters.present(begin, {"kept": 1}) == ("e", expected)
    assert upcasters.types == set("abcd")


def test_a_type_without_a_step_stays_as_it_is() -> None:
    values: Values = {"kept": 1}

    assert Upcasters(()).present("a", values) == ("a", values)


def test_two_steps_from_one_type_are_refused() -> None:
    with pytest.raises(ValueError, match="two steps"):
        Upcasters((with_more("a"), with_more("a")))


@pytest.mark.parametrize("chain", ["ab", "aa", "abca", "xab"])
def test_steps_that_lead_back_are_refused(chain: str) -> None:
    pairs = zip(chain, (*chain[1:], "a"), strict=True)
    steps = {old: Step(old=old, new=new, change=dict) for old, new in pairs}

    with pytest.raises(ValueError, match="lead back"):
        Upcasters(steps.values())


def test_every_chain_ends_at_a_type_that_is_written_and_begins_at_none() -> None:
    for old in UPCASTERS.types:
        assert old not in TYPES
        assert UPCASTERS.present(old, {})[0] in TYPES
