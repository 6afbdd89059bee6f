"""The Atom feed of releases (RFC 4287): one entry a release, with the hash of its manifest."""

from dataclasses import dataclass
from typing import Final
from uuid import UUID, uuid5
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from contracts.ees import DATA_FILE
from contracts.feed import ReleaseId, Stage, final_due, month_title
from domain.periods import closed_on, day_bounds

NAMESPACE: Final = "http://www.w3.org/2005/Atom"
TITLE: Final = "Missing children in England: monthly figures"
AUTHOR: Final = "National missing-children data hub"

# Entry ids are derived from it, so it can never change.
ID_NAMESPACE: Final = UUID("2e78cf91-5888-4c31-8a6c-80963de9165b")

STAGE_TITLES: Final = {Stage.PROVISIONAL: "provisional", Stage.FINAL: "final"}


@dataclass(frozen=True, kw_only=True)
class AtomEntry:
    """A release as subscribers see it; `manifest_sha256` in hex."""

    release: ReleaseId
    manifest_sha256: str
    synthetic: bool


def atom_feed(entries: tuple[AtomEntry, ...]) -> bytes:
    """Return the feed document for at least one release, the newest first as given.

    Links are relative to the document. Times are those at which releases are due, so the
    same releases always give the same bytes.
    """
    feed = Element("feed", {"xmlns": NAMESPACE, "xml:lang": "en-GB"})
    _text(feed, "title", TITLE)
    _text(feed, "id", _id("feed"))
    _text(feed, "updated", max(_updated(entry.release) for entry in entries))
    _text(SubElement(feed, "author"), "name", AUTHOR)
    _link(feed, rel="self", href="atom.xml", type="application/atom+xml")
    _link(feed, rel="alternate", href="index.html", type="text/html")
    for entry in entries:
        _add(feed, entry)
    indent(feed)
    document: bytes = tostring(feed, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def release_title(release: ReleaseId) -> str:
    """Return the title of a release: Missing children in England, March 2026 (provisional)."""
    stage = STAGE_TITLES[release.stage]
    return f"Missing children in England, {month_title(release.month)} ({stage})"


def _add(feed: Element, entry: AtomEntry) -> None:
    folder = f"releases/{entry.release}"
    element = SubElement(feed, "entry")
    _text(element, "title", release_title(entry.release))
    _text(element, "id", _id(str(entry.release)))
    _text(element, "updated", _updated(entry.release))
    _link(element, rel="alternate", href=f"{folder}/index.html", type="text/html")
    _link(element, rel="enclosure", href=f"{folder}/{DATA_FILE}", type="text/csv")
    _link(element, rel="describedby", href=f"{folder}/manifest.json", type="application/json")
    note = "Synthetic figures, which describe no real child. " if entry.synthetic else ""
    _text(element, "summary", f"{note}SHA-256 of manifest.json: {entry.manifest_sha256}")


def _updated(release: ReleaseId) -> str:
    if release.stage is Stage.PROVISIONAL:
        due_at = day_bounds(closed_on(release.month))[1]
    else:
        due_at = final_due(release.month).starts_at
    return due_at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _id(name: str) -> str:
    return uuid5(ID_NAMESPACE, name).urn


def _text(parent: Element, tag: str, text: str) -> None:
    SubElement(parent, tag).text = text


def _link(parent: Element, *, rel: str, href: str, type: str) -> None:
    SubElement(parent, "link", {"rel": rel, "href": href, "type": type})
