"""A slice of `make fuzz`: nothing breaks, and two validators give one verdict on every message."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from contracts.file_reading import FileReading
from tests.examples import message
from tests.fuzz.adapters import ADAPTERS, Adapter, UnaccountedError, end_of
from tests.fuzz.authority import Opinion, opinion
from tests.fuzz.damage import damaged
from tests.fuzz.messages import bad_message
from tests.fuzz.running import MemoryGrewError, Run, carry_on, files, keep, load, messages
from tests.fuzz.verdicts import DisagreementError, verdict
from tests.unit.records import contract

SEED = 2026


def test_twenty_thousand_bad_messages_each_have_one_verdict_and_both_validators_agree() -> None:
    run = Run(name="messages", seed=SEED)

    for _ in carry_on(run, messages(SEED), 20_000):
        assert run.faults == []

    assert run.totals.total() == 20_000
    # A fuzzer that everything stops at the first gate finds nothing behind it.
    assert {"accepted", "schema-invalid", "date-invalid", "code-unknown"} <= run.totals.keys()
    assert run.totals["accepted"] > 1_000
    assert run.totals["schema-invalid"] > 1_000


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda each: each.name)
def test_every_row_of_a_damaged_file_has_one_end_or_the_file_is_refused(adapter: Adapter) -> None:
    run = Run(name=adapter.name, seed=SEED)

    for _ in carry_on(run, files(adapter, SEED), 50):
        assert run.faults == []

    assert run.totals.total() == 50
    assert len(run.totals) > 1


@pytest.mark.parametrize("adapter", ADAPTERS, ids=lambda each: each.name)
def test_the_files_that_are_damaged_are_taken_before(adapter: Adapter) -> None:
    for each in adapter.samples():
        assert end_of(adapter, each) in ("read", "rows rejected")
        assert adapter.read(each).messages


def test_the_same_seed_and_number_give_the_same_bytes() -> None:
    sample = ADAPTERS[0].samples()[0]

    assert bad_message(1, 7) == bad_message(1, 7) != bad_message(2, 7)
    assert damaged(1, 7, sample) == damaged(1, 7, sample) != damaged(2, 7, sample)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (message(), Opinion.NOTHING),
        (message(risk="grave"), Opinion.BODY),
        (message(publisher="x" * 129), Opinion.ENVELOPE),
        (message().replace(b"reported.v1", b"reported.v9"), Opinion.UNKNOWN_TYPE),
        (message().replace(b'"E-1"', b'"E-1","subject":"E-1"'), Opinion.NOT_JSON),
        (message().replace(b'"E-1"', b'"\\ud800"'), Opinion.NOT_JSON),
        (message().replace(b'"E-1"', b"NaN"), Opinion.NOT_JSON),
        (b"\xef\xbb\xbf" + message(), Opinion.NOT_JSON),
        (b"[" * 60_000, Opinion.TOO_DEEP),
        (b" " * 65_537, Opinion.TOO_LARGE),
        (message().replace(b'"E-1"', b"9" * 5_000), Opinion.ENVELOPE),
    ],
)
def test_the_authority_says_what_is_meant_where_parsers_differ(
    raw: bytes, expected: Opinion
) -> None:
    assert opinion(raw) is expected


def test_a_verdict_that_differs_is_found() -> None:
    accepts_nothing = replace(contract(), types=type(contract().types)(()))

    with pytest.raises(DisagreementError, match="unknown-type, the authority nothing"):
        verdict(message(), accepts_nothing)


def test_a_row_that_is_rejected_and_told_of_is_found() -> None:
    adapter = next(each for each in ADAPTERS if each.name == "ssda903-csv")
    reading = adapter.read(adapter.samples()[0])
    twice = replace(reading, rows={**reading.rows, reading.messages[0].file: 0})

    with pytest.raises(UnaccountedError, match="there is no row"):
        end_of(replace(adapter, read=lambda _: twice), adapter.samples()[0])


def test_what_an_adapter_should_not_raise_is_a_fault_with_its_number() -> None:
    def breaks(_: Mapping[str, bytes]) -> FileReading:
        raise KeyError("column")

    run = Run(name="broken", seed=1)

    for _ in carry_on(run, files(replace(ADAPTERS[0], read=breaks), 1), 2):
        pass

    assert [each.split(":")[0] for each in run.faults] == ["0", "1"]


def test_memory_that_only_grows_ends_the_run() -> None:
    kept: list[bytes] = []

    def leak(number: int) -> str:
        if number % 1_000 == 0:
            kept.append(bytes(bytearray(8 * 2**20)))
        return "leaked"

    with pytest.raises(MemoryGrewError):
        for _ in carry_on(Run(name="leak", seed=1), leak, 60_000):
            pass


def test_a_run_goes_on_where_it_stopped_unless_the_seed_is_another(tmp_path: Path) -> None:
    path = tmp_path / "fuzz-messages.json"
    run = Run(name="messages", seed=1)
    next(carry_on(run, lambda _: "tried", 2_000))

    keep(path, run)

    assert load(path, "messages", 1) == run
    assert run.done == 1_000
    assert load(path, "messages", 2).done == 0


def test_a_message_of_ten_megabytes_is_too_large() -> None:
    raw = bad_message(1, 19_999)

    assert len(raw) > 10_000_000
    assert verdict(raw, contract()) == "too-large"
