"""The AsyncAPI document: valid by its makers' own schema, complete, and the one committed."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any, Final, Literal
from uuid import UUID

import jsonschema_rs
import pytest
from jsonschema import Draft7Validator
from msgspec.json import decode, encode

from contracts.asyncapi import (
    ASYNCAPI_FILE,
    BACKFILL_ADDRESS,
    INTAKE_ADDRESS,
    REJECTS_ADDRESS,
    asyncapi_document,
)
from contracts.reasons import Reason
from contracts.register import read_register
from contracts.rejection_events import (
    REJECTION,
    RejectedSubmission,
    rejection_event,
    rejection_json,
)
from contracts.schemas import BODY_OF_TYPE
from hub.broker import backfill_topic, intake_topic, rejects_topic
from tests.examples import NOON
from tests.unit.api_services import Bench

OFFICIAL: Final = Path(__file__).parents[1] / "asyncapi" / "asyncapi-3.0.0.json"


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    made: dict[str, Any] = decode(encode(asyncapi_document(read_register())))
    return made


@pytest.fixture(scope="module")
def official() -> jsonschema_rs.Validator:
    schema = json.loads(OFFICIAL.read_text(encoding="utf-8"))
    return jsonschema_rs.validator_for(schema, validate_formats=True)


def test_the_committed_document_is_the_one_made_from_the_contracts(
    document: dict[str, Any],
) -> None:
    committed = files("contracts").joinpath(ASYNCAPI_FILE).read_bytes()

    assert decode(committed) == document


def test_the_document_satisfies_the_official_schema(
    document: dict[str, Any], official: jsonschema_rs.Validator
) -> None:
    assert [str(each) for each in official.iter_errors(document)] == []


def test_the_official_schema_would_notice_a_fault(
    document: dict[str, Any], official: jsonschema_rs.Validator
) -> None:
    broken = decode(encode(document))
    broken["channels"]["intake"]["adress"] = "hub"

    assert not official.is_valid(broken)


def test_every_event_type_is_a_message_of_the_intake_channel(document: dict[str, Any]) -> None:
    listed = document["channels"]["intake"]["messages"]
    rejects = document["channels"]["rejects"]["messages"]

    assert list(listed) == list(BODY_OF_TYPE)
    assert list(document["channels"]["backfill"]["messages"]) == list(BODY_OF_TYPE)
    assert list(rejects) == [REJECTION]
    assert set(document["components"]["messages"]) == {*listed, *rejects}


def test_addresses_are_those_of_the_brokers_topics(document: dict[str, Any]) -> None:
    publishers = document["components"]["parameters"]["publisher"]["enum"]

    assert len(publishers) == len(read_register().publishers())
    for publisher in publishers:
        assert INTAKE_ADDRESS.format(publisher=publisher) == intake_topic(publisher)
        assert BACKFILL_ADDRESS.format(publisher=publisher) == backfill_topic(publisher)
        assert REJECTS_ADDRESS.format(publisher=publisher) == rejects_topic(publisher)


@pytest.mark.parametrize("event_type", BODY_OF_TYPE)
def test_a_messages_example_satisfies_its_payload_for_tools_of_the_standard(
    document: dict[str, Any], event_type: str
) -> None:
    """Without another format, AsyncAPI takes a payload as a superset of JSON Schema draft 7."""
    message = document["components"]["messages"][event_type]

    Draft7Validator.check_schema(message["payload"])
    assert message["examples"]
    for example in message["examples"]:
        Draft7Validator(message["payload"]).validate(example["payload"])


@pytest.mark.parametrize(
    ("outcome", "reason"), [("rejected", Reason.CODE_UNKNOWN), ("conflict", None)]
)
def test_a_rejection_satisfies_its_payload(
    document: dict[str, Any], outcome: Literal["rejected", "conflict"], reason: Reason | None
) -> None:
    payload = document["components"]["messages"][REJECTION]["payload"]
    schema = {**payload, "components": document["components"]}
    rejected = RejectedSubmission(
        submission_id=UUID(int=7),
        outcome=outcome,
        reason=reason,
        pointer="/data/sex",
        message="A code is not in its list.",
        topic=intake_topic("la-330"),
        offset=12,
    )

    told = decode(rejection_json(rejection_event(UUID(int=8), NOON, rejected)))

    Draft7Validator(schema).validate(told)
    assert told["time"] == "2026-03-14T12:00:00Z"


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    found = references(document)

    assert len(found) > len(BODY_OF_TYPE)
    for reference in found:
        place: Any = document
        for step in reference.removeprefix("#/").split("/"):
            place = place[step]


def test_the_hub_serves_the_same_document(document: dict[str, Any], tmp_path: Path) -> None:
    bench = Bench(feed_dir=tmp_path)

    answer = bench.get("/v1/asyncapi.json", token="richmond-token")

    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == document


def references(node: Any) -> set[str]:
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*(references(value) for value in node.values()))
    if isinstance(node, list):
        return set().union(*(references(value) for value in node))
    return set()
