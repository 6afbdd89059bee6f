"""What a tree already holds, and the front page and Atom feed that follow from it."""

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Final

from contracts.atom import AtomEntry, atom_feed
from contracts.feed import Release, ReleaseId, read_release
from contracts.manifest import JSON_FILE, MANIFEST_FILE, PAGE_FILE, Manifest, read_manifest
from domain.errors import ReleaseRefusedError
from hub.release.tree import ASSETS, RELEASES, replace_file
from hub.web.assets import read_assets
from hub.web.release_page import empty_page, front_page

ATOM_FILE: Final = "atom.xml"


@dataclass(frozen=True, kw_only=True)
class StoredRelease:
    """A release as it lies in the tree; `manifest_sha256` in hex."""

    release: Release
    manifest: Manifest
    manifest_sha256: str


def stored_releases(feed: Path) -> tuple[StoredRelease, ...]:
    """Return the releases of a tree, the newest first.

    Raises ReleaseRefusedError if one of them is damaged, which only a copy of it can mend.
    """
    found = [_read(folder) for folder in (feed / RELEASES).iterdir() if _id(folder) is not None]
    return tuple(sorted(found, key=lambda each: each.release.id, reverse=True))


def write_assets(feed: Path) -> None:
    """Write the style sheets and the icon that pages link to; older ones stay for older pages."""
    for asset in read_assets().all():
        replace_file(feed / ASSETS / asset.name, asset.content)


def refresh_index(feed: Path, stored: tuple[StoredRelease, ...]) -> None:
    """Write the Atom feed and the front page for these releases, the newest first as given."""
    if not stored:
        replace_file(feed / PAGE_FILE, empty_page())
        return
    entries = tuple(
        AtomEntry(
            release=each.release.id,
            manifest_sha256=each.manifest_sha256,
            synthetic=each.release.synthetic,
        )
        for each in stored
    )
    latest = stored[0]
    page = front_page(
        latest.release,
        latest.manifest.files,
        manifest_sha256=latest.manifest_sha256,
        releases=tuple(each.release.id for each in stored),
    )
    replace_file(feed / ATOM_FILE, atom_feed(entries))
    replace_file(feed / PAGE_FILE, page)


def _read(folder: Path) -> StoredRelease:
    try:
        document = (folder / MANIFEST_FILE).read_bytes()
        stored = StoredRelease(
            release=read_release((folder / JSON_FILE).read_bytes()),
            manifest=read_manifest(document),
            manifest_sha256=sha256(document).hexdigest(),
        )
    except (OSError, ValueError) as error:
        raise ReleaseRefusedError(
            f"The release in {folder} is damaged; put back a copy of it that its hashes confirm."
        ) from error
    return stored


def _id(folder: Path) -> ReleaseId | None:
    try:
        return ReleaseId.parse(folder.name)
    except ValueError:
        return None
