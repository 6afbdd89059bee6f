"""What a publisher runs: the Python client on good and bad lines, and the samples of the guide."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from importlib.resources import as_file, files
from pathlib import Path
from typing import Any, Final

import pytest

from tests.e2e.program import Finished, Serving, free_port
from tests.e2e.unreliable import unreliable
from tests.examples import message

ROOT: Final = Path(__file__).parents[2]
CLIENT: Final = ROOT / "deploy" / "clients" / "hub_client.py"
GUIDE: Final = (ROOT / "contracts" / "PUBLISHING.md").read_text(encoding="utf-8")
SAMPLES: Final = re.findall(r"^```sh\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)
PUBLISHER: Final = "la-340"


def environment(url: str, token: str) -> dict[str, str]:
    """Return an environment that knows a hub and nothing of the caller's settings or proxies."""
    plain = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return {**plain, "HUB_URL": url, "HUB_TOKEN": token, "no_proxy": "*"}


def client(url: str, token: str, *arguments: str | Path, text: str = "") -> Finished:
    """Run the client to its end; -I: with the standard library only."""
    done = subprocess.run(
        [sys.executable, "-I", str(CLIENT), *map(str, arguments)],
        env=environment(url, token),
        input=text,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    return Finished(code=done.returncode, out=done.stdout, err=done.stderr)


def send(hub: Serving, *arguments: str | Path, url: str = "", text: str = "") -> Finished:
    """Send something with the client for the one publisher of these tests."""
    options = ("--publisher", PUBLISHER, "--timeout", "20")
    return client(url or hub.url, hub.token, *arguments, *options, text=text)


def outcomes(done: Finished) -> dict[str, int]:
    """Return how often each outcome was printed."""
    return dict(Counter(line.split("\t")[1] for line in done.out.splitlines()))


def ndjson(folder: Path, name: str, count: int) -> Path:
    """Write a file of new events, each of an episode of its own."""
    lines = [
        message(publisher=PUBLISHER, event_id=f"{name}-{number}", subject=f"{name}-{number}")
        for number in range(count)
    ]
    path = folder / f"{name}.ndjson"
    path.write_bytes(b"\n".join(lines) + b"\n")
    return path


def received(hub: Serving) -> tuple[int, int]:
    """Return the submissions received and accepted so far."""
    sent = hub.ask("/v1/status").json()["submissions"]
    assert sent["balanced"]
    return sent["received"], sent["accepted"]


def documents(text: str) -> list[dict[str, Any]]:
    """Return every JSON object in an output, between whatever else stands there."""
    found = []
    place = text.find("{")
    while place >= 0:
        document, end = json.JSONDecoder().raw_decode(text, place)
        found.append(document)
        place = text.find("{", end)
    return found


def test_events_are_checked_sent_and_sent_again(trial_hub: Serving, tmp_path: Path) -> None:
    path = ndjson(tmp_path, "plain", 1200)
    before = received(trial_hub)

    checked = send(trial_hub, "send", path, "--dry-run")
    untouched = received(trial_hub)
    first = send(trial_hub, "send", path)
    second = send(trial_hub, "send", "-", text=path.read_text())

    assert untouched == before
    assert [checked.code, first.code, second.code] == [0, 0, 0]
    assert [outcomes(done) for done in (checked, first, second)] == [
        {"accepted": 1200},
        {"accepted": 1200},
        {"duplicate": 1200},
    ]
    assert first.out.splitlines()[1199].startswith(f"{path}:1200\taccepted\t")


def test_a_bad_event_fails_alone_and_is_listed(trial_hub: Serving, tmp_path: Path) -> None:
    good = message(publisher=PUBLISHER, event_id="mixed-1", subject="mixed-1")
    wrong = message(publisher=PUBLISHER, event_id="mixed-2", placement_type="ZZ")
    other = message(publisher=PUBLISHER, event_id="mixed-3", subject="mixed-3")
    path = tmp_path / "mixed.ndjson"
    path.write_bytes(b"\xef\xbb\xbf" + b"\r\n".join([good, b"{", wrong, b"", b"7", other]))

    done = send(trial_hub, "send", path)
    listed = send(trial_hub, "rejects")

    lines = [line.split("\t") for line in done.out.splitlines()]
    assert done.code == 1
    assert [(line[1], *line[3:5]) for line in lines] == [
        ("accepted",),
        ("rejected", "not-json", "The body is not one JSON object in UTF-8, or has a name twice."),
        ("rejected", "code-unknown", "/data/placement_type"),
        ("rejected", "envelope-invalid", lines[3][4]),
        ("accepted",),
    ]
    assert "code-unknown\t/data/placement_type" in listed.out


def test_an_array_is_sent_like_lines(trial_hub: Serving, tmp_path: Path) -> None:
    events = [
        json.loads(message(publisher=PUBLISHER, event_id=f"array-{each}", subject=f"array-{each}"))
        for each in range(3)
    ]
    path = tmp_path / "events.json"
    path.write_text(json.dumps(events, indent=1))

    done = send(trial_hub, "send", path)

    assert (done.code, outcomes(done)) == (0, {"accepted": 3})


@pytest.mark.parametrize("keeps", [(0,), (30,), (400,), (0, 150)])
def test_answers_that_are_lost_or_cut_are_asked_for_again_and_nothing_counts_twice(
    trial_hub: Serving, tmp_path: Path, keeps: tuple[int, ...]
) -> None:
    path = ndjson(tmp_path, f"cut-{'-'.join(map(str, keeps))}", 5)
    before = received(trial_hub)

    with unreliable(trial_hub.url, *keeps) as line:
        done = send(trial_hub, "send", path, url=line.url)
        lost = line.lost

    after = received(trial_hub)
    assert lost == len(keeps)
    assert (done.code, outcomes(done)) == (0, {"duplicate": 5})
    assert "attempt 2 of 8" in done.err
    assert after == (before[0] + 5 * (len(keeps) + 1), before[1] + 5)


def test_a_hub_that_is_not_there_is_given_up_with_its_own_exit_code(
    trial_hub: Serving, tmp_path: Path
) -> None:
    path = ndjson(tmp_path, "nowhere", 1)

    nowhere = f"http://127.0.0.1:{free_port()}"
    done = send(trial_hub, "send", path, "--attempts", "2", url=nowhere)

    assert done.code == 3
    assert "to run this again is safe" in done.err


@pytest.mark.parametrize(
    ("arguments", "token", "says"),
    [
        (("send", "missing.ndjson"), "of-bad-news", "No such file"),
        (("send", CLIENT), "of-bad-news", "401"),
        (("send", CLIENT), "", "HUB_TOKEN"),
        (("send", CLIENT, "--url", "http://hub.example"), "x", "https://"),
        (("upload", "other", CLIENT, "--year", "2026"), None, "404"),
        (("upload", "ssda903", CLIENT), None, "422"),
    ],
)
def test_what_is_asked_wrongly_ends_with_two_and_one_line(
    trial_hub: Serving, arguments: tuple[str | Path, ...], token: str | None, says: str
) -> None:
    shown = trial_hub.token if token is None else token

    done = client(trial_hub.url, shown, *arguments, "--publisher", PUBLISHER)

    assert (done.code, done.out) == (2, "")
    assert says in done.err
    assert len(done.err.splitlines()) == 1


def test_the_samples_of_the_guide_run_as_they_stand(
    trial_hub: Serving, nation: Path, tmp_path: Path
) -> None:
    shutil.copy(CLIENT, tmp_path)
    shutil.copy(nation / "la-330.ndjson", tmp_path)
    with as_file(files("hub.synthetic").joinpath("ssda903_sample")) as folder:
        for each in Path(folder).glob("*.csv"):
            shutil.copy(each, tmp_path)
    script = "\n".join(("set -eu", *SAMPLES))

    done = subprocess.run(
        ["/bin/sh", "-c", script],
        env=environment(trial_hub.url, trial_hub.token),
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )

    answers = documents(done.stdout)
    trial, *_ = answers
    second = Counter(
        line.split("\t")[1] for line in (tmp_path / "second.txt").read_text().splitlines()
    )
    assert done.returncode == 0, done.stderr
    assert [each.get("status") for each in answers] == [None] * len(answers), done.stdout
    assert trial["dry_run"]
    assert trial["submissions"][0]["outcome"] == "accepted"
    assert set(second) == {"duplicate"}
    assert "missing.csv,6,rejected,rejection,1004" in (tmp_path / "answer.csv").read_text()
