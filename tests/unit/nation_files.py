"""A generated nation read back from its files, as any publisher's messages, beside its truth."""

import json
from pathlib import Path
from typing import Any

from contracts.bodies import EpisodeBody, PublisherBody
from contracts.message_types import BODIES
from domain.identifiers import PublisherId

Message = dict[str, Any]

REPORTED = "missing.episode.reported.v1"
GROUP = "missing.episode.group-reported.v1"
BODY = {body.event_type: body for body in BODIES}


def read_lines(path: Path) -> list[Message]:
    """Return the JSON objects of a file, one a line."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


class NationFiles:
    """A generated folder, read into memory: messages by publisher, and the truth."""

    def __init__(self, out: Path) -> None:
        self.messages = {
            PublisherId(path.stem): read_lines(path) for path in sorted(out.glob("*.ndjson"))
        }
        self.persons = read_lines(out / "truth" / "persons.ndjson")
        self.episodes = read_lines(out / "truth" / "episodes.ndjson")
        self.faults = read_lines(out / "truth" / "faults.ndjson")

    def of_type(self, event_type: str) -> list[tuple[PublisherId, Message]]:
        """Return every message of a type with its publisher."""
        return [
            (publisher, message)
            for publisher, messages in self.messages.items()
            for message in messages
            if message["type"] == event_type
        ]


def children_of(message: Message) -> set[str]:
    """Return the references of the children that a message is about."""
    if message["type"] == GROUP:
        return {each["child"] for each in message["data"]["members"]}
    body = BODY[message["type"]]
    if issubclass(body, PublisherBody):
        return set()
    return {message["data"]["child"] if issubclass(body, EpisodeBody) else message["subject"]}


def reported_in(message: Message) -> dict[str, str]:
    """Return the episodes that a message opens or lists, with the child of each."""
    if message["type"] == GROUP:
        return {each["episode"]: each["child"] for each in message["data"]["members"]}
    opens = message["type"] == REPORTED
    return {message["subject"]: message["data"]["child"]} if opens else {}
