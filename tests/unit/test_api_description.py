"""The API describes itself: every route, every form, examples that hold, and no other site."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import iter_route_contexts
from jsonschema import Draft202012Validator
from msgspec.json import encode
from openapi_spec_validator import OpenAPIV31SpecValidator
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families

from contracts.code_lists import read_code_lists
from contracts.register import read_register
from contracts.submissions import Contract, Submission, read_submission
from hub.api.examples import EVENT
from hub.api.management import build_management_app
from hub.api.openapi import DOCUMENTS, schemas
from tests.unit.api_services import Bench, call

# For people: they are no part of the API.
UNDESCRIBED = {
    "/docs",
    "/openapi.json",
    "/publishers/upload",
    "/publishers/assets/{name}",
    "/publishers/{publisher}/quality",
    "/review",
    "/review/next",
    "/review/pairs/{pair}",
    "/review/sign-in",
    "/review/sign-out",
}


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(feed_dir=tmp_path)


@pytest.fixture
def document(bench: Bench) -> dict[str, Any]:
    described: dict[str, Any] = bench.get("/openapi.json").json()
    return described


def operations(document: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [
        (f"{method} {path}", operation)
        for path, methods in document["paths"].items()
        for method, operation in methods.items()
    ]


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(references(value) for value in node))
    return set()


def test_every_route_is_described(bench: Bench, document: dict[str, Any]) -> None:
    in_code = {
        (method, re.sub(r":path\}", "}", str(route.path)))
        for route in iter_route_contexts(bench.app.routes)
        for method in (route.methods or set()) - {"HEAD"}
        if route.path not in UNDESCRIBED
    }

    described = {
        (method.upper(), re.sub(r":path\}", "}", path))
        for path, methods in document["paths"].items()
        for method in methods
    }

    assert described == in_code


def test_the_description_satisfies_the_official_schema_and_its_rules(
    document: dict[str, Any],
) -> None:
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []


def test_the_official_rules_would_notice_a_fault(document: dict[str, Any]) -> None:
    document["paths"]["/v1/events"]["post"]["requestBody"]["contents"] = {}

    assert not OpenAPIV31SpecValidator(document).is_valid()


def test_every_operation_says_what_it_does_and_how_it_fails(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        assert operation["description"], name
        closed = operation.get("security") != []
        assert not closed or {"401", "422", "500", "503"} <= set(operation["responses"]), name
        for response in operation["responses"].values():
            assert response["description"], name


def test_every_reference_leads_to_a_schema_and_every_schema_is_led_to(
    document: dict[str, Any],
) -> None:
    named = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}

    assert references(document) == named


def test_every_schema_is_one_and_every_example_satisfies_its_own(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        Draft202012Validator.check_schema(schema)

    checked = 0
    for name, operation in operations(document):
        bodies = [operation.get("requestBody", {}), *operation["responses"].values()]
        for content in (each for body in bodies for each in body.get("content", {}).values()):
            if "example" in content:
                whole = {**content["schema"], "components": document["components"]}
                assert list(Draft202012Validator(whole).iter_errors(content["example"])) == [], name
                checked += 1
    assert checked > 20


def test_answers_satisfy_the_schemas_that_describe_them(
    bench: Bench, document: dict[str, Any]
) -> None:
    paths = {
        "/v1/counts": "?measure=missing_incidents&by=region",
        "/v1/measures": "",
        "/v1/contracts": "",
        "/v1/status": "",
        "/v1/reconciliation": "",
        "/v1/counts/history": "?measure=missing_incidents&to=2026-03-31",
        "/v1/views": "",
        "/v1/compliance": "?by=authority",
        "/v1/quality/rules": "",
    }

    for path, query in paths.items():
        described = document["paths"][path]["get"]["responses"]["200"]["content"]
        schema = {
            **described["application/json"]["schema"],
            "components": document["components"],
        }
        answer = bench.get(path + query).json()
        assert list(Draft202012Validator(schema).iter_errors(answer)) == []


def test_the_event_of_the_examples_is_one_that_the_hub_accepts() -> None:
    contract = Contract(register=read_register(), code_lists=read_code_lists())

    submission = read_submission(encode(EVENT), sent_by=None, contract=contract)

    assert isinstance(submission, Submission)


def test_a_schema_has_the_name_of_its_form() -> None:
    assert {form.__name__ for form in DOCUMENTS} <= set(schemas())


def test_only_what_is_open_to_all_is_described_as_open(document: dict[str, Any]) -> None:
    opened = {name for name, operation in operations(document) if operation.get("security") == []}

    assert document["security"] == [{"bearer": []}]
    assert opened == {
        *("get /", "get /feed", "get /feed/{path}", "get /livez", "get /readyz"),
        *("get /log/checkpoint", "get /log/consistency"),
    }


def test_the_page_for_people_names_every_path_and_loads_nothing(
    bench: Bench, document: dict[str, Any]
) -> None:
    answer = bench.get("/docs")

    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert all(f" {path}</code>" in answer.text for path in document["paths"])
    assert not re.search(r"<script|<link|<img|https?://", answer.text)
    assert "missing.episode.reported.v1" in answer.text


def test_the_description_is_made_once(bench: Bench) -> None:
    assert bench.app.openapi() is bench.app.openapi()


def test_the_management_port_shows_the_metrics_of_a_registry_and_lives() -> None:
    registry = CollectorRegistry()
    Counter("hub_example_total", "Examples.", registry=registry).inc(3)
    app = build_management_app(registry)

    metrics = call(app, "GET", "/metrics", headers={})
    alive = call(app, "GET", "/livez", headers={})
    nothing = call(app, "GET", "/v1/status", headers={})

    families = list(text_string_to_metric_families(metrics.text))
    assert metrics.headers["content-type"].startswith("text/plain; version=")
    assert [sample.value for sample in families[0].samples if "total" in sample.name] == [3.0]
    assert (alive.status_code, nothing.status_code) == (200, 404)


def test_metrics_come_in_the_format_that_is_asked_for() -> None:
    app = build_management_app(CollectorRegistry())

    answer = call(
        app, "GET", "/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"}
    )

    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.text.endswith("# EOF\n")


def test_the_description_is_plain_json(document: dict[str, Any]) -> None:
    assert json.loads(json.dumps(document)) == document
