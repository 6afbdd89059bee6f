"""Writes what a world's authorities would send, and takes it into a hub as any files."""

from collections.abc import Callable, Collection
from pathlib import Path
from tempfile import TemporaryDirectory

from domain.errors import HubError
from domain.geography import Register
from domain.identifiers import PublisherId
from domain.official_worlds import World
from hub.importing import publish_file
from hub.official.events import drafts_of, publisher_of
from hub.synthetic.messages import encoded
from hub.wiring import Hub

Progress = Callable[[int], None]


def write_events(
    world: World, register: Register, out: Path, only: Collection[str] | None = None
) -> dict[PublisherId, int]:
    """Write one file of CloudEvents per publisher into a folder; return the events of each.

    only: these authorities whole, and of all others the children whom they placed there.
    """
    chosen = None if only is None else frozenset(only)
    out.mkdir(parents=True, exist_ok=True)
    written: dict[PublisherId, int] = {}
    for number in sorted(world.tallies):
        publisher = publisher_of(register, number)
        whole = chosen is None or number in chosen
        messages = encoded(publisher, drafts_of(world, number, hosts=None if whole else chosen))
        if messages:
            # Two abolished authorities may have one successor.
            with (out / f"{publisher}.ndjson").open("ab") as file:
                file.writelines(message.line + b"\n" for message in messages)
            written[publisher] = written.get(publisher, 0) + len(messages)
    return written


def load_world(
    hub: Hub, world: World, *, only: Collection[str] | None = None, progress: Progress | None = None
) -> int:
    """Take a world's events into a hub, link and project them; return how many there were.

    Raises HubError if one is not taken: the generator and the contract would disagree.
    """
    door = hub.gateway("file")
    with TemporaryDirectory() as folder:
        written = write_events(world, hub.register, Path(folder), only)
        for publisher in sorted(written):
            path = Path(folder) / f"{publisher}.ndjson"
            answer = publish_file(door, str(path), publisher=publisher, progress=progress)
            if answer.rejected or answer.conflict:
                raise HubError(
                    f"{answer.rejected + answer.conflict} events of {publisher} were not taken."
                )
    hub.linker.catch_up()
    hub.projector.catch_up(hub.projector.active_build())
    return sum(written.values())
