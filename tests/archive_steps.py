"""Steps that tests of the archive share."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from contracts.signed_notes import NoteSigner
from hub.archive.detaching import candidates, detach
from hub.archive.partitions import Partition
from hub.archive.store import Archive
from hub.archive.writing import archive_ledger
from hub.ledger.checkpointing import make_checkpoint
from hub.wiring import Hub
from tests.examples import BIRMINGHAM, COVENTRY, NOON, identity, message, registration
from tests.hub_steps import change, follow, rows, settle
from tests.integration.counts_story import Story
from tests.ledger_steps import SIGNER

SMALL = 100


def small_partitions(hub: Hub, size: int = 64) -> None:
    """Make the partitions of an empty ledger small."""
    change(hub, "UPDATE ledger.head SET partition_size = %s", [size])


def tell(hub: Hub, seed: int = 1, children: int = 14) -> int:
    """Settle what is said of some children, link and project; return the last position."""
    sent = list(Story(seed).messages(children))
    for at in range(0, len(sent), 20):
        settle(hub, *sent[at : at + 20], sealed=False)
    return follow(hub)


def archive_all(hub: Hub, *, archive: Archive | None = None) -> int:
    """Archive to the ledger's end, in small segments; archive: another than the hub's own."""
    return archive_ledger(
        hub.ledger_database, archive or hub.archive, until=head(hub), segment_positions=SMALL
    )


def sign(hub: Hub, signer: NoteSigner = SIGNER) -> None:
    """Sign what is archived, and keep the note beside it."""
    until = hub.archive.extent()
    make_checkpoint(
        hub.ledger_database, signer, NOON, until=until, keep=hub.archive.keep_checkpoint
    )


def detach_all(hub: Hub) -> list[Partition]:
    """Archive, sign, and leave every full partition to the archive; return those partitions."""
    archive_all(hub)
    sign(hub)
    late = hub.clock() + timedelta(days=1)
    ready = [each for each, why in candidates(hub.database_url, hub.archive, late) if why is None]
    for each in ready:
        detach(hub.database_url, hub.archive, each, late, silent)
    return ready


def head(hub: Hub) -> int:
    """Return the ledger's last position."""
    ((position,),) = rows(hub, "SELECT position FROM ledger.head")
    assert isinstance(position, int)
    return position


def files_of(folder: Path) -> dict[str, bytes]:
    """Return every file below a directory."""
    return {str(each.relative_to(folder)): each.read_bytes() for each in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    return (each for each in sorted(folder.rglob("*")) if each.is_file())


def silent(_done: int, _total: int, _text: str) -> None:
    """Show no progress."""


def tell_of_two(hub: Hub) -> None:
    """Tell of two children with an episode each, and enough others to fill partitions."""
    small_partitions(hub)
    for child, publisher in (("C1", BIRMINGHAM), ("C2", COVENTRY)):
        who = registration(identity(900), hub.keys.sealing, child=child, publisher=publisher)
        about = {"publisher": publisher, "subject": f"{child}-E", "child": child}
        settle(hub, who, message(left="2026-01-05T08:00:00Z", **about))
    settle(hub, *_told_by_corrections())
    follow(hub)
    tell(hub)


def corrections() -> list[bytes]:
    """Return what comes late about episodes whose payloads were detached long ago."""
    about = {"publisher": BIRMINGHAM, "subject": "C1-E", "child": "C1"}
    return [
        message(
            "missing.episode.corrected.v1",
            reason="recording-error",
            left="2026-01-04T23:30:00Z",
            time="2026-03-20T10:00:00Z",
            **about,
        ),
        message("missing.episode.located.v1", located="2026-01-05T09:00:00Z", **about),
        message(
            "missing.episode.voided.v1",
            reason="duplicate",
            publisher=COVENTRY,
            subject="C2-E",
            child="C2",
        ),
    ]


def _told_by_corrections() -> list[bytes]:
    """Return an episode that only a correction tells of, and one that was no missing at all."""
    late = {"publisher": BIRMINGHAM, "subject": "C1-late", "child": "C1"}
    return [
        message("missing.episode.corrected.v1", left="2026-01-06T08:00:00Z", **late),
        message(subject="C1-none", child="C1"),
        message(
            "missing.episode.attribution-corrected.v1",
            was_missing=False,
            subject="C1-none",
            child="C1",
        ),
    ]
