"""Splitting an array of messages: every byte as sent, and no element fails its neighbours."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.batches import split_array, split_leniently

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=10,
)
BAD_TEXTS = st.sampled_from([b'"\\ud800"', b'"\xff\xfe"', b'{"a":"\x01"}', b"1" * 5000])


def encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")


@given(values=st.lists(JSON_VALUES, max_size=10), padding=st.sampled_from([b"", b" \r\n\t"]))
def test_both_ways_split_into_exactly_what_was_joined(values: list[object], padding: bytes) -> None:
    elements = [encoded(value) for value in values]
    body = padding + b"[" + (padding + b"," + padding).join(elements) + padding + b"]" + padding

    assert split_leniently(body) == elements
    assert split_array(body) == elements


@given(bad=BAD_TEXTS, before=st.integers(0, 3), after=st.integers(0, 3))
def test_an_element_that_no_text_can_hold_leaves_its_neighbours_alone(
    bad: bytes, before: int, after: int
) -> None:
    elements = [b"{}"] * before + [bad] + [b'{"a": 1}'] * after

    assert split_array(b"[" + b",".join(elements) + b"]") == elements


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b" ",
        b"{}",
        b"[",
        b"[1",
        b"[1,",
        b"[,]",
        b"[1,]",
        b"[1 2]",
        b"[1]]",
        b"[1] x",
        b"[1}",
        b'["]',
        b"[nul]",
        b"\xff[]",
        b"\xef\xbb\xbf[]",
        b"[" * 50_000 + b"]" * 50_000,
    ],
)
def test_what_is_no_whole_array_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):  # noqa: PT011
        split_array(body)


@given(body=st.binary(max_size=60) | st.text('[]{},:"\\ 1aue\n').map(str.encode))
def test_any_bytes_are_split_or_refused(body: bytes) -> None:
    try:
        elements = split_array(body)
    except ValueError:
        return

    assert all(element in body for element in elements)
