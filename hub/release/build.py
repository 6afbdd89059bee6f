"""Release a month: closed periods in, immutable public files out."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

from contracts.feed import ReleaseId, Stage, day_title, month_title
from domain.errors import UsageError
from domain.geography import Register
from domain.periods import Month, closed_on
from hub.release.figures import Counts, provisional_release
from hub.release.files import release_files
from hub.release.index import refresh_index, stored_releases, write_assets
from hub.release.tree import RELEASES, add_directory, locked


@dataclass(frozen=True, kw_only=True)
class ReleaseResult:
    """Where a release lies, and the hash that stands for it.

    manifest_sha256: in hex. already: it had been released before, and was not touched.
    position: the exact ledger position counted at, for the hub's own log and never for the
    public; None if it had been released before.
    """

    path: Path
    manifest_sha256: str
    already: bool
    position: int | None


def release_month(
    month: Month,
    *,
    counts: Counts,
    register: Register,
    today: date,
    feed: Path,
    synthetic: bool = False,
) -> ReleaseResult:
    """Release the provisional figures of a month into the tree at `feed`, once and for all.

    today: the London date. Everything is durable when it returns; a month that was released
    before is not counted again. Raises UsageError if the month is still open or the tree cannot
    be written, ReleaseRefusedError if the counts are not fit to be published, and StorageFullError
    if the disk is full. Nothing is ever half published: a release that is there is whole, and
    asking again announces it if that was what failed.
    """
    _refuse_open(month, today)
    release_id = ReleaseId(month=month, stage=Stage.PROVISIONAL)
    path = feed / RELEASES / str(release_id)
    position = None
    with locked(feed):
        write_assets(feed)
        stored = stored_releases(feed)
        already = any(each.release.id == release_id for each in stored)
        if not already:
            release, position = provisional_release(
                month, counts=counts, register=register, synthetic=synthetic
            )
            add_directory(path, release_files(release))
            stored = stored_releases(feed)
        refresh_index(feed, stored)
    hashes = {each.release.id: each.manifest_sha256 for each in stored}
    return ReleaseResult(
        path=path, manifest_sha256=hashes[release_id], already=already, position=position
    )


def refresh_feed(feed: Path) -> None:
    """Make the front page and the Atom feed agree with the releases in the tree at `feed`.

    A tree that is not there is made, with a page that says that nothing has been released yet.
    """
    with locked(feed):
        write_assets(feed)
        refresh_index(feed, stored_releases(feed))


def _refuse_open(month: Month, today: date) -> None:
    last_day = closed_on(month)
    if today <= last_day:
        first_day = last_day + timedelta(days=1)
        raise UsageError(
            f"{month_title(month)} is open until the end of {day_title(last_day)}; "
            f"it can be released from {day_title(first_day)}."
        )
