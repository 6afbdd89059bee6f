"""The page of a release, and the front page of the feed, which shows the latest one."""

from dataclasses import dataclass
from typing import Final

from contracts.atom import STAGE_TITLES
from contracts.ees import DATA_FILE, META_FILE
from contracts.feed import Release, ReleaseId, Stage, final_due
from contracts.manifest import (
    CHART_FILE,
    CHECKSUM_FILE,
    JSON_FILE,
    MANIFEST_FILE,
    NARROW_CHART_FILE,
    PARQUET_FILE,
    FileEntry,
)
from domain.periods import closed_on
from hub.web.rendering import render
from hub.web.wording import chart_words, finding

DOWNLOADS: Final = {
    DATA_FILE: "Open data file, CSV",
    META_FILE: "Description of its columns, CSV",
    PARQUET_FILE: "The same figures, Parquet",
    JSON_FILE: "The same figures, JSON",
    CHART_FILE: "The chart, SVG",
}


@dataclass(frozen=True, kw_only=True)
class Download:
    """A link to a file of the release."""

    path: str
    words: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class _View:
    """What differs between a release's own page and the front page.

    root, base: the way from the page to the tree and to the release, empty or ending in a slash.
    manifest_sha256: None on the release's own page, which is part of what the manifest covers.
    releases: every release, the newest first; empty on the release's own page.
    """

    release: Release
    downloads: tuple[Download, ...]
    root: str
    base: str
    manifest_sha256: str | None = None
    releases: tuple[ReleaseId, ...] = ()


def release_page(release: Release, files: tuple[FileEntry, ...]) -> bytes:
    """Return the page inside the folder of a release, which never changes afterwards."""
    return _render(_View(release=release, downloads=_downloads(files), root="../../", base=""))


def front_page(
    release: Release,
    files: tuple[FileEntry, ...],
    *,
    manifest_sha256: str,
    releases: tuple[ReleaseId, ...],
) -> bytes:
    """Return the page at the root of the tree: the latest release, and links to all of them."""
    view = _View(
        release=release,
        downloads=_downloads(files),
        root="",
        base=f"releases/{release.id}/",
        manifest_sha256=manifest_sha256,
        releases=releases,
    )
    return _render(view)


def empty_page() -> bytes:
    """Return the page at the root of a tree without a release."""
    return render("empty.html", root="")


def _downloads(files: tuple[FileEntry, ...]) -> tuple[Download, ...]:
    sizes = {entry.path: entry.size_bytes for entry in files}
    return tuple(
        Download(path=path, words=words, size_bytes=sizes[path])
        for path, words in DOWNLOADS.items()
    )


def _render(view: _View) -> bytes:
    release = view.release
    return render(
        "release.html",
        page=view,
        root=view.root,
        stage=STAGE_TITLES[release.id.stage],
        provisional=release.id.stage is Stage.PROVISIONAL,
        final_due=final_due(release.id.month),
        closed_on=closed_on(release.id.month),
        finding=finding(release),
        chart_words=chart_words(release),
        chart_file=CHART_FILE,
        narrow_chart_file=NARROW_CHART_FILE,
        checksum_file=CHECKSUM_FILE,
        manifest_file=MANIFEST_FILE,
    )
