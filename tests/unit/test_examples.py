"""The examples cover every message and every stored event, and each is valid."""

import pytest

from contracts.bodies import Body, PublisherBody
from contracts.code_lists import read_code_lists
from contracts.facts import Identified, references_of, to_events
from contracts.message_types import BODIES as BODY_TYPES
from contracts.register import read_register
from contracts.stored import TYPES, decode_event, encode_event
from contracts.submissions import Contract, Submission, read_submission
from domain.events import Event
from tests.example_bodies import BODIES
from tests.examples import EPISODE_ID, EVENTS, SUBJECT_ID, message

CONTRACT = Contract(register=read_register(), code_lists=read_code_lists())


def test_every_message_and_every_stored_event_has_one_example() -> None:
    assert list(BODIES) == [body.event_type for body in BODY_TYPES]
    assert sorted(each.type for each in EVENTS) == sorted(TYPES)


@pytest.mark.parametrize("body", BODY_TYPES, ids=lambda body: body.event_type)
def test_an_example_names_every_field_and_satisfies_its_contract(body: type[Body]) -> None:
    event_type = body.event_type
    example = BODIES[event_type]

    read = read_submission(message(event_type, data=example), sent_by=None, contract=CONTRACT)

    assert set(example) == set(body.__struct_fields__)
    assert isinstance(read, Submission)
    wanted = references_of(read)
    assert bool(wanted[0].child) is not issubclass(body, PublisherBody)
    identified = [Identified(SUBJECT_ID if each.child else None, EPISODE_ID) for each in wanted]
    events = to_events(read, identified)
    assert type(events[-1]) is body.event
    assert all(decode_event(each.type, encode_event(each)) == each for each in events)


@pytest.mark.parametrize("event_type", BODIES)
def test_a_message_with_the_least_fields_satisfies_its_contract(event_type: str) -> None:
    read = read_submission(message(event_type), sent_by=None, contract=CONTRACT)

    assert isinstance(read, Submission)


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: event.type)
def test_a_stored_event_names_every_field_and_reads_back_as_it_was(event: Event) -> None:
    assert decode_event(event.type, encode_event(event)) == event
    assert None not in vars(event).values()
