"""A stored form, once written, is kept as it was, and every stored type has one."""

from pathlib import Path
from shutil import copy, copytree

import pytest
from msgspec.json import decode

from contracts.stored import TYPES, decode_event, encode_event
from contracts.upcasting import UPCASTERS
from domain.events import Event
from tests.unit.stored_forms import (
    DIGESTS,
    FOLDER,
    digests_of,
    named_samples,
    read_digests,
    type_of,
    write_samples,
)


def test_every_stored_type_has_a_sample_also_one_that_is_no_longer_written() -> None:
    sampled = {type_of(path.name) for path in FOLDER.iterdir()}

    assert sampled == TYPES.keys() | UPCASTERS.types


def test_no_sample_was_ever_changed_or_taken_away() -> None:
    assert digests_of() == read_digests(), "run: python -m tests.unit.stored_forms"


def test_every_sample_of_a_type_that_is_written_says_what_it_is_to_be_read_as() -> None:
    written = {path.name for path in FOLDER.iterdir() if type_of(path.name) in TYPES}

    assert written == named_samples().keys()


@pytest.mark.parametrize("name", sorted(path.name for path in FOLDER.iterdir()))
def test_a_sample_is_read_and_what_is_read_says_no_less(name: str) -> None:
    state = (FOLDER / name).read_bytes()

    event: Event = decode_event(type_of(name), state)

    assert event.type in TYPES
    if type_of(name) in TYPES:
        assert decode(encode_event(event)) == decode(state)
        assert event == named_samples()[name]


def test_only_what_is_not_there_is_written(tmp_path: Path) -> None:
    folder, digests = Path(copytree(FOLDER, tmp_path / "stored")), tmp_path / "digests.txt"
    copy(DIGESTS, digests)
    lost = "child-located.json"
    changed = folder / "care-ended.json"
    changed.write_bytes(b"{}")
    (folder / lost).unlink()

    assert write_samples(folder, digests) == [lost]

    assert (folder / lost).read_bytes() == (FOLDER / lost).read_bytes()
    assert changed.read_bytes() == b"{}"
    assert read_digests(digests) == read_digests()
    assert digests_of(folder) != read_digests(digests)
