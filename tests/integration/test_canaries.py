"""No value of a child is anywhere in clear: tables, files, logs, metrics, answers, topics."""

import logging
from collections.abc import Iterator
from typing import LiteralString

import pytest
import structlog
from fastapi import FastAPI

from domain.identifiers import PublisherId
from domain.vocabulary import ErasureReason
from hub.api.app import build_app
from hub.api.management import build_management_app
from hub.broker import Brokers, intake_topic
from hub.broker_producer import IntakeProducer
from hub.gateway import KafkaGateway
from hub.logs import configure_logs
from hub.metrics import LedgerCollector
from hub.rebuilding import rebuild
from hub.wiring import Hub
from tests.canaries import ALL, CANARY, CHILD, IDENTITY, found_in, in_files, in_tables, sent_by
from tests.examples import BIRMINGHAM, WEST_MIDLANDS, message
from tests.hub_steps import change, follow, rows, subject_of
from tests.kafka_broker import KafkaBroker
from tests.kafka_steps import read
from tests.unit.api_services import call

FORCE = PublisherId("pf-E23000039")
PLANT_TEXT: LiteralString = """
INSERT INTO intake.refusals
VALUES (gen_random_uuid(), 'la-330', 'rejected', 'not-json', '', %s, now(), now(), 1)
"""
PLANT_BYTES: LiteralString = """
INSERT INTO vault.refused_messages VALUES (gen_random_uuid(), 'la-330', %s, now())
"""


@pytest.fixture
def logged(capfd: pytest.CaptureFixture[str]) -> Iterator[pytest.CaptureFixture[str]]:
    """What is written to standard error, with the hub's own logging at its most talkative."""
    root, ours = logging.getLogger(), logging.getLogger("hub")
    handlers, levels = root.handlers[:], (root.level, ours.level)
    # basicConfig would close what pytest still needs.
    root.handlers.clear()
    configure_logs("debug", human=False)
    yield capfd
    structlog.reset_defaults()
    root.handlers[:] = handlers
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def post(hub: Hub, app: FastAPI, content: bytes, kind: str) -> bytes:
    headers = {
        "Authorization": f"Bearer {hub.keys.operator_token}",
        "Content-Type": kind,
        "Prefer": "wait=1",
    }
    return call(app, "POST", "/v1/events", headers=headers, content=content).content


def get(hub: Hub, app: FastAPI, path: str) -> bytes:
    headers = {"Authorization": f"Bearer {hub.keys.operator_token}"}
    return call(app, "GET", path, headers=headers).content


def send_over_http(hub: Hub) -> list[bytes]:
    """Return every answer, to single events, to batches that are broken, and to later questions."""
    app = build_app(hub.services())
    answers: list[bytes] = []
    for publisher in (BIRMINGHAM, WEST_MIDLANDS):
        sent = sent_by(hub, publisher)
        answers += [post(hub, app, raw, "application/cloudevents+json") for raw in sent]
        batch = b"[" + b",".join(sent[:6]) + b"]"
        answers.append(post(hub, app, batch, "application/cloudevents-batch+json"))
        answers.append(post(hub, app, batch + sent[-1], "application/cloudevents-batch+json"))
        answers.append(post(hub, app, b",".join(sent), "application/json"))
        answers.append(get(hub, app, f"/v1/publishers/{publisher}/rejects"))
    answers.append(get(hub, app, "/v1/submissions/Zephyranthe"))
    return answers


def live_through_everything(hub: Hub) -> None:
    """Link, project, rebuild, disclose, erase, and link again."""
    follow(hub)
    hub.linker.tend()
    rebuild(hub.project_database, hub.projector, hub.archive)
    hub.rights.disclose(subject_of(hub, CHILD), reader="operator", purpose="check")
    located = message(
        "missing.episode.located.v1", subject="CANARY-EPISODE-5512", child=CHILD, event_id="found"
    )
    post(hub, build_app(hub.services()), located, "application/cloudevents+json")
    hub.rights.erase(subject_of(hub, CHILD), ErasureReason.COURT_ORDER)
    follow(hub)


def test_a_childs_values_are_nowhere_in_clear(hub: Hub, logged: pytest.CaptureFixture[str]) -> None:
    answers = send_over_http(hub)
    before_erasure = in_tables(hub)
    live_through_everything(hub)
    hub.meters.registry.register(LedgerCollector(hub.reader))
    metrics = call(build_management_app(hub.meters.registry), "GET", "/metrics", headers={})
    status = hub.status.read()

    # All four ends were met, and both publishers' children became one person.
    assert status.submissions.balanced
    assert min(status.submissions.accepted, status.submissions.conflict) >= 2
    assert min(status.submissions.duplicate, status.submissions.rejected) >= 2
    assert rows(hub, "SELECT count(DISTINCT person_id) FROM link.persons") == [(1,)]
    assert found_in(answers) == set()
    assert before_erasure == in_tables(hub) == {}
    assert in_files(hub) == set()
    assert b"hub_rejects_total" in metrics.content
    assert found_in([metrics.content]) == set()
    output = logged.readouterr()
    assert found_in([output.err.encode(), output.out.encode()]) == set()


def test_topics_carry_references_but_no_identity(
    hub: Hub, kafka_broker: KafkaBroker, brokers: Brokers, producer: IntakeProducer
) -> None:
    brokers.ensure_topics([FORCE])
    gateway = KafkaGateway(hub.intake, producer, hub.submissions, hub.keys, transport="https")
    sent = sent_by(hub, FORCE)
    clear = {name: getattr(CANARY, name) for name in CANARY.__struct_fields__}
    sent.append(
        message("missing.subject.amended.v1", identity=clear, publisher=FORCE, subject=CHILD)
    )

    receipts = [
        *gateway.receive(sent, sent_by=FORCE, wait_seconds=0),
        *gateway.receive(sent, sent_by=None, wait_seconds=0),
    ]

    in_topic = sum(each.settled is None for each in receipts)
    carried = [each.value for each in read(kafka_broker, {intake_topic(FORCE): None}, in_topic)]
    assert len(carried) == in_topic >= 10
    assert found_in(carried, IDENTITY) == set()
    assert found_in(carried, [CHILD.lower()]) == {CHILD.lower()}
    assert in_tables(hub) == {}


@pytest.mark.parametrize("value", ALL)
def test_the_search_finds_what_is_planted_in_text_and_bytes(value: str) -> None:
    assert found_in([f"x{value.upper()}y".encode()]) >= {value}
    assert found_in([b"\\x00" + value.encode().hex().encode()]) >= {value}


def test_the_search_finds_what_is_planted_in_tables_files_and_logs(
    hub: Hub, logged: pytest.CaptureFixture[str]
) -> None:
    # Other values than the child's: the write-ahead log is shared with the other tests.
    change(hub, PLANT_TEXT, ["The value Thistlewood is wrong."])
    change(hub, PLANT_BYTES, [b'{"surname":"Thistlewood"}'])
    structlog.get_logger().info("a name", name="Thistlewood")
    planted = ["thistlewood", "quillfeather"]

    assert in_tables(hub, planted) == {
        "intake.refusals": {"thistlewood"},
        "vault.refused_messages": {"thistlewood"},
    }
    assert in_files(hub, planted) == {"thistlewood"}
    assert found_in([logged.readouterr().err.encode()], planted) == {"thistlewood"}
