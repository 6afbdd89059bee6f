"""Reading over HTTP: outcomes, counts in four forms, contracts, state; each at a named position."""

import json
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyarrow import ipc, parquet

from contracts.messages import BODIES
from contracts.outcomes import RecordCursor
from contracts.problems import problem_code
from contracts.reasons import Reason
from contracts.receipts import decode_cursor, encode_cursor
from contracts.schemas import event_schema
from contracts.status import SourceEpisodeTotals, SubmissionTotals
from domain.errors import UsageError
from domain.measures import MEASURES, CountsQuery, Source
from hub.api.media import preferred_media
from hub.api.problems import PROBLEMS
from tests.unit.api_services import BIRMINGHAM, NOON, POSITION, STATUS, Bench, rejected

OFFERED = ("application/json", "text/csv", "application/vnd.apache.parquet")
COUNTS = "/v1/counts?measure=missing_incidents"
READS = (
    "/v1/submissions/00000000-0000-0000-0000-000000000001",
    "/v1/publishers/la-318/rejects",
    "/v1/measures",
    COUNTS,
    "/v1/counts.csv?measure=missing_incidents",
    "/v1/counts.parquet?measure=missing_incidents",
    "/v1/contracts",
    "/v1/contracts/missing.episode.reported/v1",
    "/v1/status",
    "/v1/reconciliation",
)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    bench = Bench(feed_dir=tmp_path)
    bench.submissions.records.append(rejected(1))
    return bench


@pytest.mark.parametrize("path", READS)
def test_every_read_names_its_position_and_is_not_sent_twice(bench: Bench, path: str) -> None:
    first = bench.get(path)
    again = bench.get(path, headers={"If-None-Match": f'"other", W/{first.headers["etag"]}'})
    changed = bench.get(path, headers={"If-None-Match": '"other"'})

    position = STATUS.projection_position if "reconciliation" in path else POSITION
    assert first.headers["hub-as-of-position"] == str(position)
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    assert again.headers["hub-as-of-position"] == str(position)
    assert (changed.status_code, changed.content) == (200, first.content)


def test_a_submission_is_found_by_the_id_of_its_receipt(bench: Bench) -> None:
    answer = bench.get("/v1/submissions/00000000-0000-0000-0000-000000000001")

    assert answer.json() == {
        "id": "00000000-0000-0000-0000-000000000001",
        "publisher": "la-318",
        "outcome": "rejected",
        "position": None,
        "rejection": {
            "reason": "date-invalid",
            "pointer": "/data/located",
            "message": "No such day.",
        },
        "received_at": "2026-03-14T12:00:00Z",
        "seen": 1,
    }


def test_an_id_that_no_receipt_has_is_not_found(bench: Bench) -> None:
    answer = bench.get("/v1/submissions/00000000-0000-0000-0000-00000000beef")

    assert answer.status_code == 404
    assert problem_code(answer.json()["type"]) == "not-found"


def test_an_id_that_is_none_is_refused_with_the_name_of_the_parameter(bench: Bench) -> None:
    answer = bench.get("/v1/submissions/abc")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {
            "place": "path",
            "name": "submission_id",
            "detail": "It does not have the form asked for.",
        }
    ]


def test_rejects_that_came_at_one_instant_are_listed_once_each_over_all_pages(bench: Bench) -> None:
    bench.submissions.records = [rejected(number) for number in range(1, 8)]
    bench.submissions.records.append(rejected(9, publisher=BIRMINGHAM))

    pages, path = [], "/v1/publishers/la-318/rejects?limit=3"
    while path:
        document = bench.get(path).json()
        pages.append([int(each["id"].replace("-", ""), 16) for each in document["rejects"]])
        path = document["next"]

    assert pages == [[7, 6, 5], [4, 3, 2], [1]]


def test_a_page_that_ends_with_the_last_reject_leads_nowhere(bench: Bench) -> None:
    bench.submissions.records = [rejected(number) for number in range(3)]

    document = bench.get("/v1/publishers/la-318/rejects?limit=3").json()

    assert (len(document["rejects"]), document["next"]) == (3, None)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("limit=0", "parameters-invalid"),
        ("limit=501", "parameters-invalid"),
        ("limit=many", "parameters-invalid"),
        ("cursor=", "usage"),
        ("cursor=AAAA", "usage"),
        ("cursor=%C3%A9", "usage"),
        ("cursor=" + "A" * 200, "usage"),
        ("page=2", "parameters-invalid"),
    ],
)
def test_a_page_that_cannot_be_named_is_refused(bench: Bench, query: str, code: str) -> None:
    answer = bench.get(f"/v1/publishers/la-318/rejects?{query}")

    assert answer.status_code == 422
    assert problem_code(answer.json()["type"]) == code


def test_a_publisher_outside_the_register_is_not_found(bench: Bench) -> None:
    assert bench.get("/v1/publishers/la-999/rejects").status_code == 404


@given(minutes=st.integers(-(10**6), 10**6), microseconds=st.integers(0, 999_999))
def test_a_cursor_leads_back_to_its_place(minutes: int, microseconds: int) -> None:
    record = rejected(5)
    at = NOON + timedelta(minutes=minutes, microseconds=microseconds)
    object.__setattr__(record, "received_at", at)

    place = decode_cursor(encode_cursor(record))

    assert place == RecordCursor(received_at=at, submission_id=record.submission_id)


@given(text=st.text(max_size=140))
def test_a_text_that_is_no_cursor_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        decode_cursor(text)


def test_counts_are_asked_for_as_on_the_command_line(bench: Bench) -> None:
    answer = bench.get(
        "/v1/counts?measure=away_children&by=month,region&from=2025-04-01&to=2026-03-31"
        "&as_of=1200&source=authority"
    )

    assert bench.counts.asked == [
        CountsQuery(
            measure="away_children",
            by=("month", "region"),
            first_day=date(2025, 4, 1),
            last_day=date(2026, 3, 31),
            as_of=1200,
            source=Source.AUTHORITY,
        )
    ]
    assert answer.json()["rows"][0] == {
        "month": "one",
        "region": "one",
        "value": 7,
        "low": 7,
        "high": 8,
    }


@pytest.mark.parametrize(
    ("path", "accept", "kind"),
    [
        (COUNTS, "*/*", "application/json"),
        (COUNTS, "", "application/json"),
        (COUNTS, "text/csv", "text/csv; charset=utf-8"),
        (COUNTS, "text/*;q=0.5, application/json;q=0.4", "text/csv; charset=utf-8"),
        (COUNTS, "application/vnd.apache.parquet", "application/vnd.apache.parquet"),
        (COUNTS, "application/vnd.apache.arrow.file", "application/vnd.apache.arrow.file"),
        ("/v1/counts.json?measure=missing_incidents", "text/csv", "application/json"),
        ("/v1/counts.csv?measure=missing_incidents", "image/png", "text/csv; charset=utf-8"),
        (
            "/v1/counts.parquet?measure=missing_incidents",
            "*/*",
            "application/vnd.apache.parquet",
        ),
        (
            "/v1/counts.arrow?measure=missing_incidents",
            "*/*",
            "application/vnd.apache.arrow.file",
        ),
    ],
)
def test_counts_come_in_the_form_asked_for(
    bench: Bench, path: str, accept: str, kind: str
) -> None:
    answer = bench.get(path, headers={"Accept": accept})

    assert (answer.status_code, answer.headers["content-type"]) == (200, kind)
    assert answer.headers["vary"] == "Accept"


def test_every_form_of_counts_holds_the_same_values(bench: Bench) -> None:
    path = "?measure=missing_incidents&by=region"

    by_json = bench.get(f"/v1/counts.json{path}").json()
    by_csv = bench.get(f"/v1/counts.csv{path}").text.splitlines()
    by_parquet = parquet.read_table(BytesIO(bench.get(f"/v1/counts.parquet{path}").content))
    by_arrow = ipc.open_file(BytesIO(bench.get(f"/v1/counts.arrow{path}").content)).read_all()

    assert [row["value"] for row in by_json["rows"]] == [7, 11]
    assert [line.split(",")[:2] for line in by_csv[1:]] == [["one", "7"], ["two", "11"]]
    assert by_parquet["value"].to_pylist() == by_arrow["value"].to_pylist() == [7, 11]


def test_a_form_that_does_not_exist_is_refused_with_those_that_do(bench: Bench) -> None:
    by_accept = bench.get(COUNTS, headers={"Accept": "image/png"})
    by_suffix = bench.get("/v1/counts.xlsx?measure=missing_incidents")

    assert by_accept.status_code == 406
    assert "application/vnd.apache.parquet" in by_accept.json()["detail"]
    assert by_suffix.status_code == 404
    assert "parquet" in by_suffix.json()["detail"]


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("", OFFERED[0]),
        ("*/*", OFFERED[0]),
        ("text/csv", OFFERED[1]),
        ("TEXT/CSV ; header=present", OFFERED[1]),
        ("application/*", OFFERED[0]),
        ("application/*, application/json;q=0", OFFERED[2]),
        ("text/csv;q=0.1, application/json;q=0.09", OFFERED[1]),
        ("text/csv;q=0, */*;q=0.1", OFFERED[0]),
        ("text/html, */*;q=0.8", OFFERED[0]),
        ("text/csv;q=nan", None),
        ("text/csv;q=2", None),
        ("text/html", None),
        (",;,", None),
    ],
)
def test_the_form_that_is_liked_best_is_chosen(accept: str, chosen: str | None) -> None:
    assert preferred_media(accept, OFFERED) == chosen


@given(accept=st.text("*/,;q=.01 textcsvapplicationjson", max_size=60))
def test_any_accept_header_chooses_a_form_or_none(accept: str) -> None:
    assert preferred_media(accept, OFFERED) in (None, *OFFERED)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("measure=missing_kids", "Did you mean missing_"),
        ("measure=missing_incidents&by=authoritys", "Did you mean authority?"),
        ("measure=missing_incidents&by=month,month", "twice"),
        ("measure=missing_incidents&source=both", "national, police, authority"),
        ("measure=missing_incidents&from=2026-04-01&to=2026-03-01", "before"),
        ("measure=missing_incidents&from=31/02/2018", "`from`"),
        ("measure=missing_incidents&as_of=now", "`as_of`"),
        ("measure=missing_incidents&group=region", "measure, by, from, to, as_of, source"),
        ("measure=missing_incidents&measure=away_incidents", "once each"),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_with_the_choices(
    bench: Bench, query: str, said: str
) -> None:
    answer = bench.get(f"/v1/counts?{query}")

    assert answer.status_code == 422
    assert said in answer.json()["detail"]
    assert bench.counts.asked == []


def test_a_question_without_a_measure_names_what_is_missing(bench: Bench) -> None:
    answer = bench.get("/v1/counts")

    assert answer.status_code == 422
    assert answer.json()["errors"] == [
        {"place": "query", "name": "measure", "detail": "Field required."}
    ]


def test_what_the_views_cannot_answer_is_told_to_the_caller(bench: Bench) -> None:
    bench.counts.error = UsageError("The ledger has not reached that position.")

    answer = bench.get(f"{COUNTS}&as_of=99999")

    assert answer.status_code == 422
    assert answer.json()["detail"] == "The ledger has not reached that position."


def test_the_measures_name_everything_that_can_be_asked(bench: Bench) -> None:
    document = bench.get("/v1/measures").json()

    assert [each["name"] for each in document["measures"]] == list(MEASURES)
    assert {"name", "title", "definition", "unit", "clock", "distinct", "source"} == set(
        document["measures"][0]
    )


def test_every_contract_in_the_list_is_served_where_the_list_says(bench: Bench) -> None:
    listed = bench.get("/v1/contracts").json()["contracts"]

    served = [bench.get(entry["href"]) for entry in listed]

    schemas = [json.loads(json.dumps(event_schema(each.event_type))) for each in BODIES]
    assert [answer.json() for answer in served] == schemas
    assert {answer.headers["content-type"] for answer in served} == {"application/schema+json"}
    assert all(
        answer.json()["$id"] == entry["href"] for answer, entry in zip(served, listed, strict=True)
    )


@pytest.mark.parametrize(
    "path",
    [
        "/v1/contracts/missing.episode.reported/v2",
        "/v1/contracts/missing.episode.reported/1",
        "/v1/contracts/missing.episode.reported.v1/v1",
        "/v1/contracts/missing.episode/reported.v1",
        "/v1/contracts/missing.episode.reported",
    ],
)
def test_a_contract_that_is_not_in_force_is_not_found(bench: Bench, path: str) -> None:
    answer = bench.get(path)

    assert answer.status_code == 404


def test_the_type_of_every_problem_and_reason_leads_to_its_meaning(bench: Bench) -> None:
    codes = {*(problem.code for problem in PROBLEMS), *Reason}

    answers = {code: bench.get(f"/problems/{code}") for code in codes}

    assert {answer.status_code for answer in answers.values()} == {200}
    assert all(answer.json()["detail"] for answer in answers.values())
    assert bench.get("/problems/none").status_code == 404


def test_the_status_has_the_agreed_members_and_its_sums_balance(bench: Bench) -> None:
    document = bench.get("/v1/status").json()

    assert document["ledger_position"] == POSITION
    assert document["submissions"] == {
        "received": 10,
        "accepted": 5,
        "duplicate": 2,
        "conflict": 1,
        "rejected": 1,
        "in_flight": 1,
        "balanced": True,
    }
    assert document["source_episodes"]["balanced"]
    assert document["versions"]["hub"] == "0.1.0"


def test_sums_that_do_not_balance_are_told(bench: Bench) -> None:
    lost = SubmissionTotals(
        received=11, accepted=5, duplicate=2, conflict=1, rejected=1, in_flight=1
    )
    doubled = SourceEpisodeTotals(
        total=5, matched=2, police_only=1, authority_only=1, in_review=1, held=1, void=0
    )

    assert not lost.balanced
    assert not doubled.balanced
    assert STATUS.balanced


def test_the_reconciliation_shows_each_bucket_and_their_sum(bench: Bench) -> None:
    document = bench.get("/v1/reconciliation").json()

    buckets = document["source_episodes"]
    names = ("matched", "police_only", "authority_only", "in_review", "held", "void")
    assert sum(buckets[name] for name in names) == buckets["total"]
    assert document["as_of_position"] == STATUS.projection_position


def test_health_is_open_and_names_no_cause(bench: Bench) -> None:
    alive, ready = bench.get("/livez", token=None), bench.get("/readyz", token=None)
    bench.health.checks = {"database": "no route to db.internal", "migrations": None}
    failing = bench.get("/readyz", token=None)

    assert (alive.status_code, ready.status_code, failing.status_code) == (200, 200, 503)
    assert ready.json() == {"status": "ready", "checks": {"database": "ready"}}
    assert failing.json()["checks"] == {"database": "failing", "migrations": "ready"}
    assert failing.headers["content-type"] == "application/problem+json"
    assert "internal" not in json.dumps(failing.json())


def test_a_probe_may_ask_for_no_content(bench: Bench) -> None:
    answers = [bench.call("HEAD", path, token=None) for path in ("/livez", "/readyz")]

    assert [answer.status_code for answer in answers] == [200, 200]
