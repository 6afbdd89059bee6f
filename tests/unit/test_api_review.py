"""The door of the review: a reviewer's, and nobody else's; its forms, its cookie, its answers."""

import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlencode
from uuid import UUID

import httpx
import pytest

from domain.errors import UsageError
from domain.reviewing import ReviewReason, ReviewVerdict
from hub.review.deciding import Decision
from tests.unit.api_services import OPERATOR, Bench
from tests.unit.review_bench import ACCOUNTS, NOON, PAIR, SESSION, SUBJECTS

FORM_TYPE = "application/x-www-form-urlencoded"
PAIR_PATH = f"/review/pairs/{PAIR}"
PAGES = ("/review", "/review/next", PAIR_PATH)
NOTHING: Mapping[str, object] = {}
ACCEPTS = {"verdict": "accept", "reason": "identifiers-agree"}
# One of each kind that a publisher's or the operator's token opens.
ELSEWHERE = (
    "/v1/status",
    "/v1/counts?measure=missing_incidents",
    "/v1/publishers/la-318/rejects",
    "/publishers/la-318/quality",
    "/v1/submissions/00000000-0000-0000-0000-000000000001",
    "/log/tile/0/000",
    "/docs",
    "/openapi.json",
    "/v1/nothing",
)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


def cookie(value: str = SESSION.cookie) -> dict[str, str]:
    return {"Cookie": f"hub-review={value}"}


def look(bench: Bench, path: str, value: str = SESSION.cookie) -> httpx.Response:
    return bench.get(path, token=None, headers=cookie(value))


def send(
    bench: Bench,
    path: str,
    fields: Mapping[str, object] = NOTHING,
    *,
    proof: str = SESSION.proof,
    signed_in: bool = True,
) -> httpx.Response:
    content = urlencode({**fields, "proof": proof}, doseq=True).encode()
    headers = cookie() if signed_in else {}
    return bench.post(content, FORM_TYPE, path=path, token=None, headers=headers)


def test_a_reviewers_tool_reads_the_queue(bench: Bench) -> None:
    answer = bench.get("/v1/review/queue?limit=1", token="reviewer-token")

    document = answer.json()
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    assert [each["pair"] for each in document["pairs"]] == [str(PAIR)]
    assert document["size"] == {"children": 1, "episodes": 1}
    assert document["agreement"]["children"]["pairs"] == 6
    assert document["as_of_position"] == 1204


@pytest.mark.parametrize("token", [OPERATOR, "richmond-token"])
def test_nobody_elses_token_opens_the_review(bench: Bench, token: str) -> None:
    machine = bench.get("/v1/review/queue", token=token)
    pages = [bench.get(path, token=token) for path in PAGES]

    assert machine.status_code == 403
    assert {each.status_code for each in pages} == {401}


@pytest.mark.parametrize("path", ELSEWHERE)
def test_a_reviewers_token_opens_nothing_else(bench: Bench, path: str) -> None:
    assert bench.get(path, token="reviewer-token").status_code == 403


def test_a_reviewer_sends_no_events(bench: Bench) -> None:
    assert bench.post(b"{}", token="reviewer-token").status_code == 403
    assert bench.gateway.received == []


@pytest.mark.parametrize("value", ["", "r-one.other", "reviewer-token"])
@pytest.mark.parametrize("path", PAGES)
def test_a_browser_that_is_not_signed_in_gets_the_form_and_nothing_else(
    bench: Bench, path: str, value: str
) -> None:
    answer = look(bench, path, value)

    assert answer.status_code == 401
    assert "Your reviewer's token" in answer.text or "Your reviewer&#39;s token" in answer.text
    assert "Zebedee" not in answer.text
    assert bench.review.shown == []


def test_signing_in_sets_a_cookie_that_scripts_and_other_sites_cannot_use(bench: Bench) -> None:
    answer = send(bench, "/review/sign-in", {"token": " reviewer-token "}, signed_in=False)

    kept = answer.headers["set-cookie"]
    assert (answer.status_code, answer.headers["location"]) == (303, "/review")
    assert kept.startswith(f"hub-review={SESSION.cookie};")
    for part in ("HttpOnly", "SameSite=strict", "Path=/review", "Max-Age=1800"):
        assert part in kept
    assert "Secure" not in kept
    assert "reviewer-token" not in str(answer.headers)


def test_a_wrong_token_signs_nobody_in(bench: Bench) -> None:
    answer = send(bench, "/review/sign-in", {"token": "operator-token"}, signed_in=False)

    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "operator-token" not in answer.text


def test_signing_out_takes_the_cookie_back(bench: Bench) -> None:
    answer = send(bench, "/review/sign-out")

    assert answer.status_code == 303
    assert "Max-Age=0" in answer.headers["set-cookie"]


def test_the_queue_names_what_waits_and_how_well_reviewers_agree(bench: Bench) -> None:
    answer = look(bench, "/review")

    assert "2 pairs wait for you" in answer.text
    assert f"/review/pairs/{PAIR}" in answer.text
    assert "83%" in answer.text
    assert NOON.strftime("%Y-%m-%d") in answer.text
    assert "Twins" in answer.text


def test_a_pair_is_shown_side_by_side_with_a_word_for_each_difference(bench: Bench) -> None:
    answer = look(bench, PAIR_PATH)

    cells = re.findall(r"govuk-tag--\w+'?\"?>(\w+)<", answer.text)
    assert answer.status_code == 200
    assert cells == ["similar", "same", "differs", "missing"]
    assert "&lt;b&gt;Quill" in answer.text
    assert "<b>Quill" not in answer.text
    assert "The evidence adds up to +2.9 bits: it speaks for one child" in answer.text
    assert answer.text.count("data:image/svg+xml;base64,") == 2
    assert answer.headers["cache-control"] == "no-store"
    assert "form-action 'self'" in answer.headers["content-security-policy"]
    assert bench.review.shown == [("r-one", PAIR)]


def test_the_next_pair_is_the_first_or_the_one_after_a_skipped_one(bench: Bench) -> None:
    places = [
        look(bench, path).headers["location"]
        for path in (
            "/review/next",
            f"/review/next?after={PAIR}",
            f"/review/next?after={ACCOUNTS}",
        )
    ]

    assert places == [PAIR_PATH, f"/review/pairs/{ACCOUNTS}", "/review"]


def test_a_decision_is_taken_under_the_sessions_name(bench: Bench) -> None:
    accepted = send(bench, PAIR_PATH, {**ACCEPTS, "reviewer": "r-two"})
    split = send(bench, PAIR_PATH, {"verdict": "split", "reason": "twins", "leaves": SUBJECTS[1:]})

    assert [accepted.status_code, split.status_code] == [303, 303]
    assert accepted.headers["location"] == "/review/next"
    assert bench.review.decided == [
        (
            "r-one",
            Decision(
                pair=PAIR, verdict=ReviewVerdict.ACCEPT, reason=ReviewReason.IDENTIFIERS_AGREE
            ),
        ),
        (
            "r-one",
            Decision(
                pair=PAIR,
                verdict=ReviewVerdict.SPLIT,
                reason=ReviewReason.TWINS,
                leaves=SUBJECTS[1:],
            ),
        ),
    ]


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"verdict": "accept"}, "Choose a reason"),
        ({"verdict": "accept", "reason": "twins"}, "The reason for accept is one of"),
        ({"verdict": "split", "reason": "twins", "leaves": "Zebedee"}, "Use one of the buttons"),
        ({"verdict": "perhaps", "reason": "twins"}, "Use one of the buttons"),
    ],
)
def test_a_form_that_decides_nothing_comes_back_with_what_to_put_right(
    bench: Bench, fields: dict[str, str], words: str
) -> None:
    answer = send(bench, PAIR_PATH, fields)

    assert answer.status_code == 422
    assert "There is a problem" in answer.text
    assert words in answer.text
    assert bench.review.decided == []


def test_what_the_review_refuses_is_said_on_the_page(bench: Bench) -> None:
    bench.review.error = UsageError("Two reviewers disagree about this pair: a third one decides.")

    answer = send(bench, PAIR_PATH, ACCEPTS)

    assert answer.status_code == 422
    assert "a third one decides" in answer.text


@pytest.mark.parametrize("path", [PAIR_PATH, "/review/sign-out"])
def test_a_form_that_another_site_made_is_refused(bench: Bench, path: str) -> None:
    answer = send(bench, path, ACCEPTS, proof="guessed")

    assert answer.status_code == 403
    assert bench.review.decided == []
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("name", ["nothing", f"children:{UUID(int=7)}:{UUID(int=8)}"])
def test_a_pair_that_is_not_there_is_not_found(bench: Bench, name: str) -> None:
    assert look(bench, f"/review/pairs/{name}").status_code == 404


def test_no_log_and_no_metric_holds_what_a_page_showed(bench: Bench) -> None:
    bench.review.error = RuntimeError("a fault in the middle")
    look(bench, PAIR_PATH)
    send(bench, PAIR_PATH, ACCEPTS)

    told = f"{bench.logs} {bench.recorded}"
    assert ("/review/pairs/{pair}", "POST", 500) in bench.recorded
    for secret in ("Zebedee", "Quill", "2012-03-15", SESSION.cookie, SESSION.proof):
        assert secret not in told
