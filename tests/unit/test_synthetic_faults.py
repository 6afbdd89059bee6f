"""The planted faults against the messages: each is where the truth says, and nowhere else."""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import datetime
from importlib.resources import files

import pytest

from domain.identifiers import PublisherId, publisher_kind
from hub.synthetic.generation import generate
from hub.synthetic.options import Options
from hub.synthetic.planted import KINDS
from tests.unit.nation_files import Message, NationFiles, reported_in

OPTIONS = Options(year=2022, scale=0.02, seed=5)
HORIZON = "2022-04-14T23:00:00Z"
DOCUMENT = files("hub.synthetic").joinpath("ERROR_PROFILE.md")

Row = tuple[str, str]
# A fault of a row, told by nothing but the types of the messages about it.
BY_TYPE: dict[str, Callable[[set[str]], bool]] = {
    "declined-never-offered": lambda types: "declined" in types and "offered" not in types,
    "check-not-shared": lambda types: "check.done" in types and "outcome-shared" not in types,
    "interview-not-shared": lambda types: "completed" in types and "findings-shared" not in types,
}


@pytest.fixture(scope="module")
def nation(tmp_path_factory: pytest.TempPathFactory) -> NationFiles:
    out = tmp_path_factory.mktemp("nation") / "out"
    generate(OPTIONS, out)
    return NationFiles(out)


@pytest.fixture(scope="module")
def rows(nation: NationFiles) -> dict[Row, list[Message]]:
    """Give the messages about each row, in their order."""
    found: dict[Row, list[Message]] = defaultdict(list)
    for publisher, messages in nation.messages.items():
        for message in messages:
            for episode in reported_in(message):
                found[publisher, episode].append(message)
            if "child" in message["data"] and not reported_in(message):
                found[publisher, message["subject"]].append(message)
    return found


def planted(nation: NationFiles, *kinds: str) -> set[Row]:
    """Return what has one of some faults."""
    return {(each["publisher"], each["ref"]) for each in nation.faults if each["what"] in kinds}


def true_rows(nation: NationFiles, *, of_away: bool) -> dict[Row, Message]:
    """Return the rows that a publisher meant, with the absence of each."""
    return {
        (source["publisher"], source["ref"]): episode
        for episode in nation.episodes
        for source in episode["sources"]
        if source["role"] in ("report", "handover") and (of_away or episode["kind"] != "away")
    }


def types_of(messages: list[Message]) -> set[str]:
    """Return the last parts of the types of some messages."""
    types = {message["type"].removesuffix(".v1").rsplit(".", 1)[-1] for message in messages}
    if any(message["type"] == "missing.check.done.v1" for message in messages):
        types.add("check.done")
    return types


def test_every_fault_names_something_that_was_sent(
    nation: NationFiles, rows: dict[Row, list[Message]]
) -> None:
    children = {
        (each["publisher"], each["ref"]) for one in nation.persons for each in one["subjects"]
    }
    placements = {
        (publisher, message["data"]["placement"])
        for publisher, message in nation.of_type("missing.placement.started.v1")
    }
    known = {"episode": set(rows), "child": children, "placement": placements}

    for fault in nation.faults:
        assert (fault["fault"], fault["what"]) in KINDS
        if fault["about"] == "publisher":
            assert fault["publisher"] in nation.messages
        else:
            assert (fault["publisher"], fault["ref"]) in known[fault["about"]]


@pytest.mark.parametrize("kind", sorted(BY_TYPE))
def test_a_fault_that_messages_show_is_planted_and_no_other(
    nation: NationFiles, rows: dict[Row, list[Message]], kind: str
) -> None:
    shown = {row for row, messages in rows.items() if BY_TYPE[kind](types_of(messages))}
    # A second check, at the interview, has no outcome to be shared of its own.
    shown -= planted(nation, "check-at-interview") if kind == "check-not-shared" else set()

    assert shown
    assert planted(nation, kind) == shown


def test_a_check_or_an_interview_is_undecided_where_nothing_was_said_of_it(
    nation: NationFiles, rows: dict[Row, list[Message]]
) -> None:
    undecided: dict[str, set[Row]] = {"check-undecided": set(), "interview-undecided": set()}
    open_rows = planted(nation, "never-closed")
    for row, episode in true_rows(nation, of_away=False).items():
        types = types_of(rows[row])
        police = publisher_kind(PublisherId(row[0])) == "police-force"
        kind = "check-undecided" if police else "interview-undecided"
        said = {"check.done", "not-done"} if police else {"offered", "not-offered", "declined"}
        back = episode["returned"] is not None and episode["returned"] < HORIZON
        if back and not types & said and row not in open_rows:
            undecided[kind].add(row)

    for kind, expected in undecided.items():
        assert expected
        assert planted(nation, kind) == expected


def test_a_row_has_no_counterpart_where_the_truth_has_none(nation: NationFiles) -> None:
    alone: set[Row] = set()
    for episode in nation.episodes:
        sides = defaultdict(list)
        for source in episode["sources"]:
            if source["role"] in ("report", "handover"):
                sides[source["publisher"][:2]].append((source["publisher"], source["ref"]))
        if len(sides) == 1 and not episode["covered_by"]:
            alone.update(*sides.values())

    assert planted(nation, "no-police-record", "no-authority-record") == alone


def test_hosts_of_whom_nobody_told_are_those_without_a_notification(nation: NationFiles) -> None:
    told = {
        (publisher, message["data"]["placement"])
        for publisher, message in nation.of_type("missing.placement.host-notified.v1")
    }
    # Notified after the horizon is not known yet, and is no fault.
    elsewhere = {
        (publisher, message["data"]["placement"])
        for publisher, message in nation.of_type("missing.placement.started.v1")
        if "out_of_area_reason" in message["data"]
    }
    untold = planted(nation, "host-not-told")

    assert untold <= elsewhere - told
    assert len(elsewhere - told - untold) <= 0.01 * len(elsewhere)


def test_interviews_blurred_or_by_the_wrong_person_are_as_sent(
    nation: NationFiles, rows: dict[Row, list[Message]]
) -> None:
    dependent, blurred = set(), set()
    for row, messages in rows.items():
        held = [m for m in messages if m["type"] == "missing.interview.completed.v1"]
        checks = {m["data"]["checked"] for m in messages if m["type"] == "missing.check.done.v1"}
        if any(not m["data"]["independent"] for m in held):
            dependent.add(row)
        if any(m["data"]["completed"] in checks for m in held):
            blurred.add(row)

    assert planted(nation, "not-independent", "placement-staff") == dependent
    assert planted(nation, "check-at-interview") == blurred


def test_rows_that_end_before_they_begin_or_never_are_as_sent(
    nation: NationFiles, rows: dict[Row, list[Message]]
) -> None:
    for row in planted(nation, "never-closed"):
        assert not types_of(rows[row]) & {"located", "returned"}
    for row in planted(nation, "located-not-returned"):
        assert "returned" not in types_of(rows[row])
    for row in planted(nation, "ends-before-it-begins"):
        report = rows[row][0]["data"]
        start = report.get("left") or report.get("last_seen")
        located = next(m["data"]["located"] for m in rows[row] if "located" in m["data"])
        assert located < start


def test_an_assessment_is_stale_where_the_child_left_again(
    nation: NationFiles, rows: dict[Row, list[Message]]
) -> None:
    assessed: dict[Row, str] = {}
    for publisher, messages in nation.messages.items():
        for message in messages:
            if message["type"].startswith("missing.risk."):
                at = (publisher, message["subject"])
                assessed[at] = max(assessed.get(at, ""), message["time"])
    left: dict[Row, str] = {}
    for row, episode in true_rows(nation, of_away=True).items():
        if row[0].startswith("la-"):
            child = rows[row][0]["data"].get("child")
            at = (PublisherId(row[0]), child or "")
            left[at] = max(left.get(at, ""), episode["start"])
    stale = {child for child, at in left.items() if assessed.get(child, "9999") < at}

    assert stale
    assert planted(nation, "stale-assessment") == stale


def test_the_document_names_every_kind_of_fault() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    written = re.findall(r"^\| (DQ[0-9]+) \| ([a-z-]+) \|", text, flags=re.MULTILINE)

    assert len(written) == len(set(written))
    assert set(written) == KINDS


def test_the_horizon_is_a_fortnight_after_the_year() -> None:
    assert datetime.fromisoformat(HORIZON).timestamp() == OPTIONS.horizon
