"""Sending whole files over HTTP: the answer row by row, the limits, and odd forms."""

import asyncio
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from domain.errors import FileFormatError, UsageError
from hub.api.refusals import Refused
from hub.api.uploads import MAX_FILES, MAX_UPLOAD_BYTES, UploadRoom, bare_name
from tests.unit.api_services import BIRMINGHAM, KINGSTON, RICHMOND, Bench, problem
from tests.unit.upload_forms import form

SSDA903 = "/v1/files/ssda903?publisher=la-330"
FILES = {"missing.csv": b"CHILD\n1\n", "header.csv": b"CHILD\n"}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


def test_files_are_taken_whole_and_by_their_names_for_the_publisher_that_is_named(
    bench: Bench,
) -> None:
    content, kind = form({}, FILES, mapping=b"[columns]\n")

    answer = bench.post(content, kind, path=f"{SSDA903}&year=2026&to=2026-03-31")

    ((files, request),) = bench.files.taken
    assert answer.status_code == 200
    assert files == FILES
    assert (request.adapter, request.sent_by, request.year) == ("ssda903", BIRMINGHAM, 2026)
    assert request.ends_on == date(2026, 3, 31)
    assert (request.mapping, request.dry_run) == (b"[columns]\n", False)
    assert (answer.json()["rows"], answer.json()["dry_run"]) == (2, False)


def test_a_dry_run_is_passed_on_and_said(bench: Bench) -> None:
    content, kind = form({}, FILES)

    answer = bench.post(content, kind, path=f"{SSDA903}&dry_run=true")

    assert bench.files.taken[0][1].dry_run
    assert answer.json()["dry_run"] is True


def test_the_answer_comes_as_csv_where_that_is_liked_best(bench: Bench) -> None:
    content, kind = form({}, {"missing.csv": b""})

    answer = bench.post(content, kind, path=SSDA903, headers={"Accept": "text/csv"})

    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert answer.text.splitlines()[0] == "file,row,outcome,remark,code,where,message"
    assert answer.text.splitlines()[1].startswith("missing.csv,1,accepted,finding,575,MIS_END,")


def test_a_form_of_answer_that_does_not_exist_is_refused_before_anything_is_taken(
    bench: Bench,
) -> None:
    content, kind = form({}, FILES)

    answer = bench.post(content, kind, path=SSDA903, headers={"Accept": "image/png"})

    assert problem(answer) == (406, "not-acceptable")
    assert bench.files.taken == []


def test_a_publishers_token_needs_no_publisher_and_the_operators_does(bench: Bench) -> None:
    content, kind = form({}, FILES)

    own = bench.post(content, kind, path="/v1/files/ssda903", token="richmond-token")
    nobody = bench.post(content, kind, path="/v1/files/ssda903")
    foreign = bench.post(content, kind, path=SSDA903, token="richmond-token")
    unknown = bench.post(content, kind, path="/v1/files/ssda903?publisher=la-999")

    assert own.status_code == 200
    assert [request.sent_by for _, request in bench.files.taken] == [RICHMOND]
    assert problem(nobody) == (422, "usage")
    assert problem(foreign) == (403, "forbidden")
    assert problem(unknown) == (404, "not-found")


def test_a_delegate_sends_the_files_of_its_principal(bench: Bench) -> None:
    content, kind = form({}, FILES)

    path = "/v1/files/ssda903?publisher=la-318"
    answer = bench.post(content, kind, path=path, token="kingston-token")

    assert answer.status_code == 200
    assert bench.files.taken[0][1].sent_by == RICHMOND != KINGSTON


def test_a_file_that_is_not_in_its_format_ends_with_what_to_do(bench: Bench) -> None:
    content, kind = form({}, FILES)
    bench.files.error = FileFormatError("missing.csv", problem="It is empty.", remedy="Send it.")

    answer = bench.post(content, kind, path=SSDA903)

    assert problem(answer) == (422, "file-invalid")
    assert answer.json()["detail"] == "missing.csv: It is empty. Send it."


def test_a_question_that_the_adapter_cannot_answer_ends_with_what_to_do(bench: Bench) -> None:
    content, kind = form({}, FILES)
    bench.files.error = UsageError("Say the year.")

    answer = bench.post(content, kind, path=SSDA903)

    assert problem(answer) == (422, "usage")
    assert answer.json()["detail"] == "Say the year."


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{SSDA903}&year=26", 422),
        (f"{SSDA903}&year=soon", 422),
        (f"{SSDA903}&dry_run=perhaps", 422),
        (f"{SSDA903}&to=31/03/2026", 422),
        (f"{SSDA903}&unknown=1", 422),
        ("/v1/files/ssda903?publisher=LA-330", 422),
    ],
)
def test_a_wrong_parameter_is_refused(bench: Bench, path: str, status: int) -> None:
    content, kind = form({}, FILES)

    answer = bench.post(content, kind, path=path)

    assert problem(answer) == (status, "parameters-invalid")
    assert bench.files.taken == []


WHOLE, KIND = form({}, {"a.csv": b"1"})


@pytest.mark.parametrize(
    ("content", "kind", "expected"),
    [
        (b"{}", "application/json", (415, "not-a-form")),
        (b"a=1", "application/x-www-form-urlencoded", (415, "not-a-form")),
        (b"", "", (415, "not-a-form")),
        (WHOLE, "multipart/form-data", (400, "upload-invalid")),
        (WHOLE, "multipart/form-data; boundary=other", (400, "upload-invalid")),
        (b"", KIND, (400, "upload-invalid")),
        (WHOLE[:-6], KIND, (400, "upload-invalid")),
        (WHOLE[:40], KIND, (400, "upload-invalid")),
        (WHOLE.replace(b'name="file"; ', b""), KIND, (400, "upload-invalid")),
        (WHOLE.replace(b"Content-Disposition", b"\x00\xff"), KIND, (400, "upload-invalid")),
        (*form({}, dict.fromkeys(map(str, range(MAX_FILES + 1)), b"")), (400, "upload-invalid")),
        (*form(dict.fromkeys(map(str, range(30)), ""), FILES), (400, "upload-invalid")),
        (*form({"token": "a" * 20_000}, FILES), (400, "upload-invalid")),
        (*form({}, {"a.csv": b"", "C:\\x\\a.csv": b""}), (400, "upload-invalid")),
    ],
)
def test_what_is_no_whole_form_is_refused_and_nothing_is_taken(
    bench: Bench, content: bytes, kind: str, expected: tuple[int, str]
) -> None:
    answer = bench.post(content, kind, path=SSDA903)

    assert problem(answer) == expected
    assert bench.files.taken == []


def test_a_form_that_says_it_is_too_large_is_refused_unread(bench: Bench) -> None:
    headers = {"Content-Length": str(MAX_UPLOAD_BYTES + 1)}

    answer = bench.post(b"", KIND, path=SSDA903, headers=headers)

    assert problem(answer) == (413, "upload-too-large")
    assert "64 MiB" in answer.json()["detail"]


def test_a_form_that_turns_out_too_large_is_refused_and_nothing_is_taken(bench: Bench) -> None:
    async def endless() -> AsyncIterator[bytes]:
        yield WHOLE.partition(b"1")[0]
        for _ in range(65):
            yield b"x" * 1024 * 1024

    answer = bench.call("POST", SSDA903, content=endless(), headers={"Content-Type": KIND})

    assert problem(answer) == (413, "upload-too-large")
    assert bench.files.taken == []


def test_after_a_refused_upload_there_is_room_for_the_next(bench: Bench) -> None:
    content, kind = form({}, FILES)

    refused = [bench.post(WHOLE[:-6], KIND, path=SSDA903).status_code for _ in range(5)]
    bench.files.error = UsageError("No.")
    refused += [bench.post(content, kind, path=SSDA903).status_code for _ in range(5)]
    bench.files.error = None
    taken = bench.post(content, kind, path=SSDA903)

    assert set(refused) == {400, 422}
    assert taken.status_code == 200


def test_an_upload_that_finds_no_room_is_asked_to_come_back() -> None:
    scope = {"type": "http", "headers": [(b"content-type", KIND.encode())]}

    async def receive() -> None:
        async with UploadRoom(places=0).receive(Request(scope)):
            raise AssertionError("there is no room")

    with pytest.raises(Refused) as refused:
        asyncio.run(receive())

    assert (refused.value.problem.code, refused.value.problem.status) == ("too-busy", 503)
    assert refused.value.problem.retry_seconds == 10


@pytest.mark.parametrize(
    ("sent", "bare"),
    [
        ("missing.csv", "missing.csv"),
        ("/some/folder/missing.csv", "missing.csv"),
        ("C:\\Users\\me\\missing.csv", "missing.csv"),
        ("..", ".."),
        ("a\x00b\nc.csv", "a_b_c.csv"),
        ("x" * 300 + ".csv", "x" * 116 + ".csv"),
        ("", ""),
    ],
)
def test_a_file_is_known_by_its_bare_name(sent: str, bare: str) -> None:
    assert bare_name(sent) == bare


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_no_damaged_form_fails_the_hub(bench: Bench, data: st.DataObject) -> None:
    content, kind = form({"a": "b"}, FILES)
    whole = bytearray(content)
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(whole) - 1))
        whole[place : place + data.draw(st.integers(0, 9))] = data.draw(st.binary(max_size=9))

    answer = bench.post(bytes(whole), kind, path=SSDA903)

    assert answer.status_code in (200, 400)
