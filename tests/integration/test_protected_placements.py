"""Where a child with a protected placement is, no answer about a single child tells."""

from typing import Final

from fastapi import FastAPI

from contracts.outcomes import Outcome
from hub.api.app import build_app
from hub.wiring import Hub
from tests.examples import BIRMINGHAM, identity, message, registration
from tests.hub_steps import follow, settle, subject_of
from tests.unit.api_services import call

PLACED: Final = "missing.placement.started.v1"
HOST, PROVIDER = "908", "SC998877"
# What is asked about, where a path leaves a gap.
ASKED: Final = {"publisher": BIRMINGHAM, "measure": "missing_children"}


def paths(app: FastAPI, headers: dict[str, str], submissions: list[str]) -> set[str]:
    """Return every path that can be read, about this publisher and these submissions."""
    described = call(app, "GET", "/openapi.json", headers=headers).json()["paths"]
    return {
        path.format_map(_Gaps(submission_id=submission))
        for path, methods in described.items()
        for submission in submissions
        if "get" in methods
    }


class _Gaps(dict[str, str]):
    """Fills the gaps of a path."""

    def __missing__(self, name: str) -> str:
        return ASKED.get(name.partition(":")[0], "none")


def test_no_answer_about_a_child_shows_where_it_is_placed(hub: Hub) -> None:
    settled = settle(
        hub,
        registration(identity(), hub.keys.sealing, child="C-1"),
        message(
            PLACED,
            subject="C-1",
            host_authority=HOST,
            provider_urn=PROVIDER,
            location_restricted=True,
        ),
        message(subject="E-1", child="C-1", left="2026-03-14T08:00:00Z"),
        message(subject="E-1", child="C-2"),
    )
    assert settled[1].outcome is Outcome.ACCEPTED, settled[1].rejection
    follow(hub)
    app = build_app(hub.services())
    headers = {"Authorization": f"Bearer {hub.keys.operator_token}"}
    asked = paths(app, headers, [str(each.submission_id) for each in settled])

    answers = {path: call(app, "GET", path, headers=headers) for path in asked}

    about_the_child = [path for path in asked if "/submissions/" in path or "/publishers/" in path]
    assert sum(answers[path].status_code == 200 for path in about_the_child) >= 6
    for path, answer in answers.items():
        assert PROVIDER.encode() not in answer.content, path
    for path in about_the_child:
        assert f'"{HOST}"'.encode() not in answers[path].content, path
    # It is there, for whoever answers an access request.
    shown = hub.rights.disclose(subject_of(hub, "C-1"), reader="operator", purpose="check")
    assert any(each.data.get("provider_urn") == PROVIDER for each in shown.events)
