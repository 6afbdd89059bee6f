"""Bad input ends with a clear message and the right exit code, and leaves nothing half done."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path
from shutil import copytree
from socket import socket

import pytest

from hub.settings import read_settings
from hub.wiring import open_hub
from tests.e2e.program import run_hub, start_hub

SENDER = "la-330"
MISSING_HEADER = b"CHILD,DOB,MISSING,MIS_START,MIS_END"
NOT_WRITABLE = "/proc/no-such-place"


def event(**changes: object) -> bytes:
    """Return an event that is in order but for the changes."""
    whole = {
        "specversion": "1.0",
        "id": "an-event",
        "source": f"urn:missing-hub:publisher:{SENDER}",
        "type": "missing.episode.located.v1",
        "time": "2026-03-01T12:00:00Z",
        "subject": "an-episode",
        "data": {"child": "a-child", "located": "2026-03-01T11:00:00Z"},
    }
    return json.dumps({**whole, **changes}).encode()


REJECTED = {
    "not-json": (b"no json at all", ""),
    "schema-invalid": (event(data={"child": "a-child"}), "/data/"),
    "unknown-type": (event(type="missing.weather.v1"), "/type"),
    "unknown-publisher": (event(source="urn:missing-hub:publisher:la-999"), "/source"),
    "source-mismatch": (event(source="urn:missing-hub:publisher:la-331"), "/source"),
    "date-invalid": (event(time="2018-02-31T12:00:00Z"), "/time"),
    "too-large": (event(data={"filler": "x" * 70_000}), ""),
    "envelope-invalid": (b'{"specversion": "1.0"}', ""),
}


@pytest.mark.parametrize("code", REJECTED)
def test_an_event_that_breaks_its_contract_is_rejected_with_reason_and_place(
    data_dir: Path, tmp_path: Path, code: str
) -> None:
    content, place = REJECTED[code]
    file = tmp_path / "events.ndjson"
    file.write_bytes(content)

    done = run_hub("publish", file, "--publisher", SENDER, "--json", data_dir=data_dir)

    answer = json.loads(done.out)
    (rejection,) = answer["rejections"]
    assert (done.code, done.err) == (1, "")
    assert (answer["rows"], answer["rejected"]) == (1, 1)
    assert (rejection["code"], rejection["row"]) == (code, 1)
    assert rejection["pointer"].startswith(place)
    assert rejection["message"]


UNREADABLE = {
    "empty": (b"", "no event"),
    "blank": (b"\n \n", "no event"),
    "empty array": (b"[]", "array is empty"),
    "half an array": (b'[{"id": 1},', "not one"),
}


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_file_that_is_none_stops_the_command_before_anything_is_sent(
    data_dir: Path, tmp_path: Path, kind: str
) -> None:
    content, words = UNREADABLE[kind]
    good, bad = tmp_path / "good.ndjson", tmp_path / "bad.ndjson"
    good.write_bytes(event(id=f"beside {kind}"))
    bad.write_bytes(content)
    before = received(data_dir)

    done = run_hub("publish", good, bad, "--publisher", SENDER, data_dir=data_dir)

    refused(done.code, done.err, 2, "bad.ndjson", words)
    assert done.out == ""
    assert received(data_dir) == before


@dataclass(frozen=True, kw_only=True)
class BadReturn:
    """A return with one file spoilt, and what the hub must say."""

    file: str
    spoil: Callable[[bytes], bytes]
    says: tuple[str, ...]


BAD_RETURNS = {
    "empty file": BadReturn(file="missing.csv", spoil=lambda _: b"", says=("empty",)),
    "wrong header": BadReturn(
        file="missing.csv",
        spoil=lambda content: content.replace(MISSING_HEADER, b"CHILD,DOB,WHY,MIS_START,MIS_END"),
        says=("lacks MISSING", "found CHILD, DOB, WHY"),
    ),
    "wrong encoding": BadReturn(
        file="episodes.csv",
        spoil=lambda content: content.decode().encode("utf-16"),
        says=("UTF-8",),
    ),
}


@pytest.mark.parametrize("kind", BAD_RETURNS)
def test_a_return_with_a_spoilt_file_is_refused_whole(
    data_dir: Path, tmp_path: Path, kind: str
) -> None:
    bad = BAD_RETURNS[kind]
    folder = sample_return(tmp_path)
    path = folder / bad.file
    path.write_bytes(bad.spoil(path.read_bytes()))
    before = received(data_dir)

    done = run_hub("import", "ssda903", folder, *OF_THE_YEAR, data_dir=data_dir)

    refused(done.code, done.err, 2, bad.file, *bad.says)
    assert received(data_dir) == before


def test_a_day_that_does_not_exist_rejects_its_row_only(data_dir: Path, tmp_path: Path) -> None:
    folder = sample_return(tmp_path)
    path = folder / "missing.csv"
    lines = path.read_text().splitlines()
    child, birth, category, _, end = lines[1].split(",")
    lines[1] = ",".join((child, birth, category, "31/02/2018", end))
    path.write_text("\n".join(lines) + "\n")

    done = run_hub("import", "ssda903", folder, *OF_THE_YEAR, "--json", data_dir=data_dir)

    answer = json.loads(done.out)
    first, *_ = answer["rejections"]
    assert done.code == 1
    assert (first["file"], first["row"], first["pointer"]) == ("missing.csv", 1, "/MIS_START")
    assert [each["row"] for each in answer["rejections"]] == [1, 6]
    assert answer["rows"] == answer["accepted"] + answer["duplicate"] + answer["rejected"]


OF_THE_YEAR = ("--publisher", SENDER, "--year", "2026")
ASKED_WRONGLY = {
    "unknown command": (("weather",), {}, ("No such command",)),
    "unknown option": (("status", "--weather"), {}, ("No such option",)),
    "unknown setting": (("status",), {"HUB_DATADIR": "x"}, ("HUB_DATADIR", "HUB_DATA_DIR")),
    "setting without sense": (("status",), {"HUB_PORT": "eight"}, ("HUB_PORT", "1 to 65535")),
    "no such file": (("publish", "gone", "--publisher", SENDER), {}, ("gone",)),
    "no such folder": (("import", "ssda903", "gone", *OF_THE_YEAR), {}, ("gone", "folder")),
    "no such year": (
        ("import", "ssda903", ".", "--publisher", SENDER, "--year", "26"),
        {},
        ("26", "collection year"),
    ),
    "publisher without form": (("publish", "-", "--publisher", "us"), {}, ("us", "la-330")),
    "unknown publisher": (("publish", "-", "--publisher", "la-999"), {}, ("la-999", "register")),
    "unknown measure": (("counts", "weather"), {}, ("measure", "missing_incidents")),
    "unknown dimension": (("counts", "missing_incidents", "--by", "x"), {}, ("by", "region")),
    "unknown view": (("view", "placements-hostd"), {}, ("view", "placements-hosted")),
    "unknown figure": (("view", "homes", "--figures", "x"), {}, ("figures", "Choices")),
    "no value": (("counts", "missing_incidents", "--where", "sex"), {}, ("authority=330",)),
    "range upside down": (
        ("history", "missing_incidents", "--from", "2026-03-01", "--to", "2026-02-01"),
        {},
        ("from", "earlier"),
    ),
    "impossible day": (
        ("counts", "missing_incidents", "--from", "2018-02-31"),
        {},
        ("from", "calendar"),
    ),
    "position to come": (
        ("counts", "missing_incidents", "--as-of", "999999999"),
        {},
        ("position",),
    ),
    "open month": (("release", "2099-01"), {}, ("January 2099", "open")),
    "intake without a broker": (("intake", "--once"), {}, ("HUB_KAFKA_BROKERS",)),
}


@pytest.mark.parametrize("kind", ASKED_WRONGLY)
def test_a_command_that_is_asked_wrongly_says_what_to_do(data_dir: Path, kind: str) -> None:
    arguments, settings, words = ASKED_WRONGLY[kind]

    done = run_hub(*arguments, data_dir=data_dir, settings=settings)

    refused(done.code, done.err, 2, *words)
    assert done.out == ""


OUT_OF_ORDER = {
    "database down": (
        {"HUB_DATABASE_URL": "postgresql://hub@127.0.0.1:1/hub"},
        ("127.0.0.1:1/hub", "HUB_DATABASE_URL"),
    ),
    "broker down": ({"HUB_KAFKA_BROKERS": "127.0.0.1:1"}, ("127.0.0.1:1", "HUB_KAFKA_BROKERS")),
    "data directory closed": ({"HUB_DATA_DIR": NOT_WRITABLE}, (NOT_WRITABLE, "HUB_DATA_DIR")),
    "data directory a file": ({"HUB_DATA_DIR": __file__}, (__file__, "HUB_DATA_DIR")),
}


@pytest.mark.parametrize("kind", OUT_OF_ORDER)
def test_what_the_hub_needs_and_does_not_have_is_named(
    data_dir: Path, tmp_path: Path, kind: str
) -> None:
    settings, words = OUT_OF_ORDER[kind]
    file = tmp_path / "events.ndjson"
    file.write_bytes(event())

    done = run_hub("publish", file, "--publisher", SENDER, data_dir=data_dir, settings=settings)

    refused(done.code, done.err, 1, *words)
    assert done.out == ""


def test_a_port_in_use_is_named(data_dir: Path) -> None:
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = str(listener.getsockname()[1])

        done = run_hub("serve", "--port", port, data_dir=data_dir)

    refused(done.code, done.err, 2, f"Port {port}", "--port")


def test_a_disk_that_is_full_is_named(data_dir: Path) -> None:
    with Path("/dev/full").open("w") as full:
        process = start_hub("status", data_dir=data_dir, out=full)
        _, said = process.communicate(timeout=60)

    refused(process.returncode, said, 1, "disk is full")


def test_a_reader_that_leaves_early_is_no_failure_to_talk_about(data_dir: Path) -> None:
    process = start_hub("status", data_dir=data_dir)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    said = process.stderr.read()
    process.stderr.close()

    assert process.wait(timeout=60) == 1
    assert said == ""


def test_events_come_through_standard_input_as_an_array_too(data_dir: Path) -> None:
    events = b"[" + event(type="missing.weather.v1") + b"," + b"7" + b"]"

    done = run_hub(
        *("publish", "-", "--publisher", SENDER, "--json"),
        data_dir=data_dir,
        standard_input=events.decode(),
    )

    answer = json.loads(done.out)
    assert done.code == 1
    assert [(each["file"], each["row"]) for each in answer["rejections"]] == [
        ("standard input", 1),
        ("standard input", 2),
    ]


def refused(code: int, said: str, expected: int, *words: str) -> None:
    """Check how a command ended: its code, its words, and no traceback or log line."""
    assert code == expected, said
    assert [word for word in words if word not in said] == []
    assert "Traceback" not in said
    assert '"event"' not in said


def received(data_dir: Path) -> int:
    with open_hub(read_settings(data_dir=data_dir)) as hub:
        return hub.status.read().submissions.received


def sample_return(parent: Path) -> Path:
    with as_file(files("hub.synthetic").joinpath("ssda903_sample")) as folder:
        return Path(copytree(folder, parent / "return"))
