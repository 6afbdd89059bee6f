"""The AsyncAPI 3 document of the hub's topics, made from the contracts and the register."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

from msgspec.json import schema_components

from contracts.catalogue import CONTRACTS_PATH
from contracts.envelope import CONTENT_TYPE, MAX_MESSAGE_BYTES
from contracts.rejection_events import REJECTION, RejectionEvent
from contracts.schemas import BODY_OF_TYPE, event_schema, split_type
from domain.geography import Register

ASYNCAPI_VERSION: Final = "3.0.0"
API_VERSION: Final = "1"
ASYNCAPI_FILE: Final = "asyncapi.json"
INTAKE_ADDRESS: Final = "hub.intake.{publisher}.v1"
BACKFILL_ADDRESS: Final = "hub.backfill.{publisher}.v1"
REJECTS_ADDRESS: Final = "hub.rejects.{publisher}.v1"

DESCRIPTION: Final = (
    "Publishers write CloudEvents 1.0 in structured mode, one JSON object a record, to the topic"
    " of their own. A record is durable once the brokers acknowledge it; intake then settles it as"
    " accepted, duplicate, conflict or rejected. To write the same again is safe: the hub knows an"
    " event by its source and id. Identity must be sealed to the vault's key before it is written."
)
BACKFILL_DESCRIPTION: Final = (
    "Old events of one publisher, by thousands: what is written here is taken when nothing new"
    " waits, so that a backfill delays nobody's news. Order is kept within each of the two topics,"
    " not between them; an event written to both counts once."
)
REJECTS_DESCRIPTION: Final = (
    "What was rejected or in conflict of the records of a publisher's two topics; only that"
    " publisher may read it. Each record is told at least once and in their order: pass over an id"
    " that you have seen. It holds codes and pointers, and nothing of what was sent; what came by"
    " HTTPS or as a file was answered there."
)
SECURITY: Final[dict[str, dict[str, str]]] = {
    "certificate": {
        "type": "X509",
        "description": (
            "Mutual TLS; the certificate's name is the publisher's id, which may write its own"
            " intake topic and read its own rejects topic."
        ),
    },
    "scram": {
        "type": "scramSha512",
        "description": "SASL SCRAM-SHA-512 over TLS, with the publisher's id as user; same rights.",
    },
}
# What belongs to a whole schema file, and what a message of the document says by itself.
_ELSEWHERE: Final = frozenset({"$schema", "$id", "title", "description", "examples"})


def asyncapi_document(register: Register) -> dict[str, Any]:
    """Return the whole document as JSON holds it; every event type is a message of it."""
    publishers = [str(each.id) for each in register.publishers()]
    (rejected,), forms = schema_components(
        [RejectionEvent], ref_template="#/components/schemas/{name}"
    )
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {
            "title": "Missing children data hub: topics",
            "version": API_VERSION,
            "description": DESCRIPTION,
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": {"national": _server()},
        "channels": {
            "intake": _channel(
                INTAKE_ADDRESS,
                f"Events of one publisher, at most {MAX_MESSAGE_BYTES} bytes each.",
                tuple(BODY_OF_TYPE),
            ),
            "backfill": _channel(BACKFILL_ADDRESS, BACKFILL_DESCRIPTION, tuple(BODY_OF_TYPE)),
            "rejects": _channel(REJECTS_ADDRESS, REJECTS_DESCRIPTION, (REJECTION,)),
        },
        "operations": {
            "takeEvents": _operation("receive", "intake", "Takes and settles what was written."),
            "takeOldEvents": _operation(
                "receive", "backfill", "Takes and settles old events when nothing new waits."
            ),
            "tellRejections": _operation("send", "rejects", "Tells a publisher what was rejected."),
        },
        "components": {
            "messages": {
                **{event_type: _event(event_type) for event_type in BODY_OF_TYPE},
                REJECTION: _rejection(rejected),
            },
            "parameters": {
                "publisher": {
                    "description": "A publisher of the register.",
                    "enum": publishers,
                    "examples": publishers[:1],
                }
            },
            "schemas": forms,
            "securitySchemes": SECURITY,
        },
    }


def _server() -> dict[str, Any]:
    return {
        "host": "{broker}",
        "protocol": "kafka-secure",
        "description": "The brokers of the national profile; their addresses come at onboarding.",
        "variables": {
            "broker": {
                "description": "Host and port of a broker.",
                "examples": ["broker.example:9093"],
            }
        },
        "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in SECURITY],
    }


def _channel(address: str, description: str, messages: Sequence[str]) -> dict[str, Any]:
    return {
        "address": address,
        "description": description,
        "servers": [{"$ref": "#/servers/national"}],
        "parameters": {"publisher": {"$ref": "#/components/parameters/publisher"}},
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {"kafka": {"partitions": 1, "bindingVersion": "0.5.0"}},
    }


def _operation(action: str, channel: str, summary: str) -> dict[str, Any]:
    return {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel}"},
        "summary": summary,
        "security": [{"$ref": f"#/components/securitySchemes/{name}"} for name in SECURITY],
    }


@cache
def _event(event_type: str) -> dict[str, Any]:
    name, version = split_type(event_type)
    schema = event_schema(event_type)
    return {
        "name": event_type,
        "title": schema["title"],
        "description": schema["description"],
        "contentType": CONTENT_TYPE,
        "payload": {key: value for key, value in schema.items() if key not in _ELSEWHERE},
        "examples": [{"payload": example} for example in schema["examples"]],
        "x-contract": f"{CONTRACTS_PATH}{name}/{version}",
    }


def _rejection(schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": REJECTION,
        "title": "A submission was rejected",
        "description": "A CloudEvent that says which record was not taken, and why.",
        "contentType": CONTENT_TYPE,
        "payload": schema,
    }
