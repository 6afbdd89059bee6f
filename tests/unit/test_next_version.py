"""A worked change of meaning: the second version of a message, and of the event that is kept.

The first version says that the police found a child "by whom". The second says with a list, since
several may have found the child, and it must be given. Both messages are taken for twelve months;
what the ledger held before stays as it is, byte for byte, and is read as the new event.
"""

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

import pytest
from jsonschema_rs import Draft202012Validator
from msgspec import Meta
from msgspec.json import decode, encode

from contracts.accepted_types import AcceptedTypes
from contracts.bodies import EpisodeBody
from contracts.catalogue import contracts_document
from contracts.compatibility import incompatible_changes
from contracts.episode_messages import EpisodeLocatedBody
from contracts.facts import Identified, to_events
from contracts.fields import WhenText
from contracts.message_types import BODIES
from contracts.outcomes import Rejection
from contracts.reasons import Reason
from contracts.schemas import schema_of_message
from contracts.stored import TYPES, decode_event, encode_event
from contracts.submissions import Submission, read_submission
from contracts.upcasting import Step, Upcasters, Values
from domain.episode_events import ChildLocated
from domain.vocabulary import Finder
from tests.examples import EPISODE_ID, NOON, SUBJECT_ID, message
from tests.unit.records import contract

LAST_DAY: Final = date(2027, 9, 30)


@dataclass(frozen=True, kw_only=True)
class ChildLocatedByAll(ChildLocated):
    """The event of the next version: everybody who found the child."""

    type: ClassVar[str] = "child-located-by-all"

    finders: tuple[Finder, ...] = ()


class LocatedV1(EpisodeLocatedBody, frozen=True):
    """The version of today, which now has a last day."""

    accepted_until = LAST_DAY
    successor = "missing.episode.located.v2"


class LocatedV2(EpisodeBody, frozen=True):
    """The next version."""

    event_type = "missing.episode.located.v2"
    title = "A child located"
    source = "an example"
    event = ChildLocatedByAll

    located: WhenText
    finders: Annotated[tuple[Finder, ...], Meta(min_length=1, max_length=8)]


def to_list(values: Values) -> Values:
    """Return what was kept of the first version in the form of the second."""
    kept = {name: value for name, value in values.items() if name != "found_by"}
    return {**kept, "finders": [values["found_by"]] if "found_by" in values else []}


V1, V2 = LocatedV1.event_type, LocatedV2.event_type
OTHERS = tuple(body for body in BODIES if body.event_type != V1)
BOTH = replace(contract(), types=AcceptedTypes((*OTHERS, LocatedV1, LocatedV2)))
KINDS = {**{name: kind for name, kind in TYPES.items() if name != ChildLocated.type}} | {
    ChildLocatedByAll.type: ChildLocatedByAll
}
UPCASTERS = Upcasters(
    (
        Step(
            old="child-found",
            new=ChildLocated.type,
            change=lambda old: {**old, "found_by": "other"},
        ),
        Step(old=ChildLocated.type, new=ChildLocatedByAll.type, change=to_list),
    )
)


def sent(event_type: str, **data: Any) -> bytes:
    """Return a message of either version."""
    raw = message(V1, data={"child": "C-1", "located": "2026-03-15", **data})
    return raw.replace(V1.encode(), event_type.encode())


def read(raw: bytes, on: date | None = LAST_DAY) -> Submission | Rejection:
    """Read a message where both versions are taken."""
    return read_submission(raw, sent_by=None, contract=BOTH, on=on)


@pytest.mark.parametrize("on", [date(2026, 10, 1), LAST_DAY, None])
def test_both_versions_are_taken_until_the_last_day_of_the_first(on: date | None) -> None:
    first = read(sent(V1, found_by="police"), on)
    second = read(sent(V2, finders=["police", "other"]), on)

    assert isinstance(first, Submission)
    assert isinstance(second, Submission)
    assert (first.event_type, second.event_type) == (V1, V2)


def test_after_its_last_day_the_first_version_is_refused_and_the_second_is_named() -> None:
    answer = read(sent(V1, found_by="police"), date(2027, 10, 1))

    assert isinstance(answer, Rejection)
    assert (answer.reason, answer.pointer) == (Reason.UNKNOWN_TYPE, "/type")
    assert "2027-09-30" in answer.message
    assert V2 in answer.message
    assert isinstance(read(sent(V2, finders=["police"]), date(2027, 10, 1)), Submission)


def test_where_the_second_version_is_not_known_it_is_refused() -> None:
    answer = read_submission(sent(V2, finders=["police"]), sent_by=None, contract=contract())

    assert isinstance(answer, Rejection)
    assert answer.reason is Reason.UNKNOWN_TYPE


def test_what_breaks_the_second_version_is_told_in_its_words() -> None:
    answer = read(sent(V2, finders=["nobody"]))

    assert isinstance(answer, Rejection)
    assert (answer.reason, answer.pointer) == (Reason.SCHEMA_INVALID, "/data/finders/0")
    unknown = read(sent(V2, found_by="police"))
    assert isinstance(unknown, Rejection)
    assert "finders" in unknown.message


def test_the_second_version_becomes_the_second_event() -> None:
    submission = read(sent(V2, finders=["police"]))
    assert isinstance(submission, Submission)

    identified = (Identified(SUBJECT_ID, EPISODE_ID),)

    assert to_events(submission, identified) == (
        ChildLocatedByAll(
            episode_id=EPISODE_ID,
            subject_id=SUBJECT_ID,
            located=date(2026, 3, 15),
            finders=(Finder.POLICE,),
        ),
    )


@pytest.mark.parametrize(
    ("stored_type", "fields", "finders"),
    [
        ("child-found", {}, (Finder.OTHER,)),
        ("child-located", {}, ()),
        ("child-located", {"found_by": "police"}, (Finder.POLICE,)),
        ("child-located-by-all", {"finders": ["police", "other"]}, (Finder.POLICE, Finder.OTHER)),
    ],
)
def test_what_was_stored_under_any_name_is_read_as_the_event_of_today(
    stored_type: str, fields: Values, finders: tuple[Finder, ...]
) -> None:
    about = {"episode_id": str(EPISODE_ID), "subject_id": str(SUBJECT_ID)}
    state = encode({**about, "located": "2026-03-14T12:00:00Z", **fields})

    event = decode_event(stored_type, state, kinds=KINDS, upcasters=UPCASTERS)

    assert event == ChildLocatedByAll(
        episode_id=UUID(int=2), subject_id=UUID(int=1), located=NOON, finders=finders
    )
    assert decode_event(event.type, encode_event(event), kinds=KINDS) == event


def test_an_old_name_without_a_step_is_refused() -> None:
    with pytest.raises(ValueError, match="does not know: child-located"):
        decode_event("child-located", b"{}", kinds=KINDS, upcasters=Upcasters(()))


def test_the_first_version_keeps_its_promise_and_the_second_makes_another() -> None:
    first, last, second = map(schema_of_message, (EpisodeLocatedBody, LocatedV1, LocatedV2))

    assert incompatible_changes(first, last) == ()
    assert {each.pointer for each in incompatible_changes(first, second)} == {
        "/properties/data/required",
        "/properties/data/properties/found_by",
        "/properties/type/const",
    }
    assert Draft202012Validator(second).is_valid(decode(sent(V2, finders=["police"])))


def test_a_version_that_ends_needs_an_accepted_one_after_it() -> None:
    with pytest.raises(ValueError, match=f"{V1} ends"):
        AcceptedTypes((LocatedV1,))


def test_the_list_of_contracts_says_until_when_a_version_is_taken_and_what_follows() -> None:
    first, second = contracts_document((LocatedV1, LocatedV2)).contracts

    assert (first.accepted_until, first.successor) == (LAST_DAY, "missing.episode.located.v2")
    assert (second.version, second.accepted_until, second.successor) == ("v2", None, None)
