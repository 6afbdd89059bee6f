"""The command line, HTTP and a remote command line give one answer, at one position."""

import json

import pytest

from tests.e2e.conftest import MONTH, NationalHub
from tests.e2e.program import run_hub, wait_until_followed

QUESTIONS = [
    ("missing_incidents", "authority"),
    ("away_incidents", "month"),
    ("return_interviews_within_72h", "age_band,sex"),
]


@pytest.mark.parametrize(("measure", "by"), QUESTIONS)
def test_the_program_and_http_give_the_same_counts(
    national_hub: NationalHub, measure: str, by: str
) -> None:
    running = national_hub.serving
    position = wait_until_followed(running)
    days = ("--from", f"{MONTH}-01", "--to", f"{MONTH}-31")
    question = ("counts", measure, "--by", by, *days, "--json")

    here = run_hub(*question, data_dir=national_hub.data_dir)
    there = run_hub(*question, "--url", running.url, data_dir=national_hub.data_dir)
    over_http = running.ask(f"/v1/counts?measure={measure}&by={by}&from={days[1]}&to={days[3]}")

    answer = over_http.json()
    assert (here.code, there.code, over_http.status_code) == (0, 0, 200)
    assert json.loads(here.out) == json.loads(there.out) == answer
    assert answer["as_of_position"] == position
    assert sum(row["value"] for row in answer["rows"]) > 0


@pytest.mark.parametrize(
    ("command", "path"),
    [
        (
            ("history", "missing_children", "--to", f"{MONTH}-31", "--since", "0"),
            f"/v1/counts/history?measure=missing_children&to={MONTH}-31&since=0",
        ),
        (
            ("view", "compliance", "--by", "region", "--where", "sex=F"),
            "/v1/compliance?by=region&sex=F",
        ),
    ],
)
def test_the_program_and_http_tell_histories_and_views_alike(
    national_hub: NationalHub, command: tuple[str, ...], path: str
) -> None:
    running = national_hub.serving
    position = wait_until_followed(running)

    here = run_hub(*command, "--json", data_dir=national_hub.data_dir)
    there = run_hub(
        *command, "--format", "csv", "--url", running.url, data_dir=national_hub.data_dir
    )
    over_http = running.ask(path)

    answer = over_http.json()
    assert (here.code, there.code, over_http.status_code) == (0, 0, 200), (here.err, there.err)
    assert json.loads(here.out) == answer
    assert answer["as_of_position"] == position
    assert len(there.out.splitlines()) == len(answer["rows"]) + 1 > 2


def test_the_program_and_http_explain_the_difference_alike(national_hub: NationalHub) -> None:
    running = national_hub.serving
    wait_until_followed(running)
    question = ("reconciliation", "--by", "month,force", "--json")

    here = run_hub(*question, data_dir=national_hub.data_dir)
    there = run_hub(*question, "--url", running.url, data_dir=national_hub.data_dir)
    over_http = running.ask("/v1/reconciliation?by=month,force")

    answer = over_http.json()
    assert (here.code, there.code, over_http.status_code) == (0, 0, 200)
    assert json.loads(here.out) == json.loads(there.out) == answer
    assert answer["source_episodes"]["balanced"]
    for cell in (*answer["rows"], answer["total"]):
        assert cell["difference"] == cell["police_total"] - cell["authority_total"]
        assert cell["difference"] == (
            cell["police_only"]
            - cell["authority_only"]
            + cell["within_matched"]
            + cell["within_review"]
        )
    assert answer["total"]["matched"] > 0


def test_a_file_that_is_published_is_counted_once(national_hub: NationalHub) -> None:
    last, data_dir = national_hub.last, national_hub.data_dir
    command = ("publish", last, "--publisher", last.stem, "--json")
    events = len(last.read_bytes().splitlines())

    first = run_hub(*command, data_dir=data_dir)
    position = wait_until_followed(national_hub.serving)
    before = national_hub.serving.ask("/v1/counts?measure=missing_incidents&by=authority").json()
    second = run_hub(*command, "--url", national_hub.serving.url, data_dir=data_dir)
    after = national_hub.serving.ask("/v1/counts?measure=missing_incidents&by=authority").json()

    ends = [json.loads(each.out) for each in (first, second)]
    assert [(each["accepted"], each["duplicate"]) for each in ends] == [(events, 0), (0, events)]
    assert after["rows"] == before["rows"]
    assert last.stem.removeprefix("la-") in {row["authority"] for row in after["rows"]}
    assert wait_until_followed(national_hub.serving) >= position
