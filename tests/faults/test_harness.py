"""The harness itself: its oracle sees what is wrong, its runs go on, its proxy cuts."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from tests.faults.crashes import INTAKE_POINTS, LINKER_POINTS, PROJECTOR_POINTS
from tests.faults.mutants import MUTANTS
from tests.faults.oracle import FaultFoundError, Oracle
from tests.faults.proxy import Proxy
from tests.faults.publishers import Newsroom, Sent
from tests.faults.report import PAGE, kept, page
from tests.faults.running import Attempt, Result, Row, carry_on, keep, load
from tests.faults.site import Site
from tests.faults.table import ROWS

Ledger = list[tuple[int, str, datetime]]


def told(size: int = 200, seed: int = 3) -> list[Sent]:
    return Newsroom(seed, lambda raw: raw).messages(size)


def ledger_of(oracle: Oracle) -> Ledger:
    accepted = list(oracle.accepted.values())
    return [(number, each.publisher, each.at) for number, each in enumerate(accepted, 1)]


def judged() -> tuple[Oracle, Ledger]:
    oracle = Oracle()
    oracle.acknowledge(told())
    return oracle, ledger_of(oracle)


def row(attempt: Attempt, *, step: int = 1) -> Row:
    @contextmanager
    def play(_site: Site, _seed: int) -> Iterator[Attempt]:
        yield attempt

    return Row(
        name="x", fault="", unit="", passes="", play=play, ci=10, full=20, step=step, fresh_every=3
    )


def numbered(ledger: Ledger) -> Ledger:
    return [(number, *rest) for number, (_, *rest) in enumerate(ledger, 1)]  # type: ignore[misc]


def test_the_oracle_has_nothing_against_what_was_acknowledged() -> None:
    oracle, ledger = judged()

    oracle.compare_ledger(ledger)
    oracle.compare_ends(dict(oracle.ends))
    oracle.compare_incidents(oracle.incidents())

    assert {end for _, end in oracle.ends} == {"accepted", "duplicate", "conflict", "rejected"}
    assert oracle.incidents().total() > 50


def test_the_oracle_finds_a_record_that_was_lost() -> None:
    oracle, ledger = judged()

    with pytest.raises(FaultFoundError, match="1 lost, 0 doubled"):
        oracle.compare_ledger(numbered(ledger[:7] + ledger[8:]))


def test_the_oracle_finds_a_record_that_was_doubled() -> None:
    oracle, ledger = judged()

    with pytest.raises(FaultFoundError, match="0 lost, 1 doubled"):
        oracle.compare_ledger(numbered([*ledger, ledger[7]]))


def test_the_oracle_finds_a_record_that_nobody_sent() -> None:
    oracle, ledger = judged()
    strange = (0, ledger[0][1], ledger[0][2] + timedelta(days=900))

    with pytest.raises(FaultFoundError, match="1 never acknowledged"):
        oracle.compare_ledger(numbered([*ledger, strange]))


def test_the_oracle_finds_two_records_that_changed_places() -> None:
    oracle, ledger = judged()
    first, *rest = [each for each in ledger if each[1] == ledger[0][1]]
    others = [each for each in ledger if each[1] != ledger[0][1]]

    with pytest.raises(FaultFoundError, match="out of order"):
        oracle.compare_ledger(numbered([rest[0], first, *rest[1:], *others]))


def test_the_oracle_finds_a_gap_in_the_positions() -> None:
    oracle, ledger = judged()

    with pytest.raises(FaultFoundError, match="gaps"):
        oracle.compare_ledger([*ledger[:-1], (len(ledger) + 1, *ledger[-1][1:])])


def test_the_oracle_finds_a_message_that_ended_otherwise() -> None:
    oracle, _ = judged()
    ends = dict(oracle.ends)
    ends["la-330", "accepted"] -= 1
    ends["la-330", "duplicate"] += 1

    with pytest.raises(FaultFoundError, match="la-330 duplicate"):
        oracle.compare_ends(ends)


def test_the_same_seed_tells_the_same_story_and_no_time_twice() -> None:
    fresh = {each.event_id: each.at for each in told(2_000) if each.sound}

    assert told(300) == told(300) != told(300, seed=4)
    assert len(set(fresh.values())) == len(fresh)


def test_a_run_goes_on_where_it_was_broken_off(tmp_path: Path) -> None:
    tried: list[int] = []
    one = row(tried.append)
    result = Result(name="x", seed=1)
    for _ in zip(range(4), carry_on(one, Site(), result, 10), strict=False):
        keep(tmp_path, result)

    again = load(tmp_path, "x", 1)
    for _ in carry_on(one, Site(), again, 10):
        pass

    assert again.done == 10
    assert sorted(set(tried)) == list(range(10))
    assert load(tmp_path, "x", 2).done == 0


def test_a_run_that_fails_is_kept_by_its_number_and_the_others_follow() -> None:
    def attempt(number: int) -> None:
        if number == 4:
            raise FaultFoundError("1 lost")

    result = Result(name="x", seed=1)
    for _ in carry_on(row(attempt, step=10), Site(), result, 100):
        pass

    assert result.done == 100
    assert result.failures == ["4: FaultFoundError: 1 lost"]
    assert result.bound == 0.03


@pytest.mark.parametrize("size", [0, 1, 7, 5_000])
def test_the_proxy_lets_so_many_bytes_through_and_then_cuts(size: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        received = bytearray()

        def serve() -> None:
            connection, _ = server.accept()
            with connection:
                try:
                    while piece := connection.recv(1_000):
                        received.extend(piece)
                except ConnectionError:
                    return

        thread = Thread(target=serve)
        thread.start()
        with Proxy(("127.0.0.1", server.getsockname()[1])) as proxy:
            proxy.cut_after(size)
            with socket.create_connection(("127.0.0.1", proxy.port)) as client:
                client.sendall(b"x" * 10_000)
                thread.join(30)
            cuts = proxy.cuts

    assert len(received) <= size
    assert cuts == 1


def test_the_names_of_rows_points_and_mutants_are_unique() -> None:
    for named in (ROWS, MUTANTS, INTAKE_POINTS, PROJECTOR_POINTS, LINKER_POINTS):
        names = [each.name for each in named]
        assert len(set(names)) == len(names)


def test_the_page_is_what_the_command_writes() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(ROWS, kept())


def test_the_page_tells_of_every_planted_bug() -> None:
    assert set(kept()["mutants"]) == {each.name for each in MUTANTS}
    assert None not in kept()["mutants"].values()
