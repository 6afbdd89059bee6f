"""Routes that serve the public tree: static files, open to all, nothing outside the tree."""

import re
from pathlib import Path, PurePath
from typing import Final
from urllib.parse import quote

from fastapi import APIRouter, Request
from starlette.responses import FileResponse, RedirectResponse, Response

from contracts.manifest import CHECKSUM_FILE
from hub.api.answers import has_already
from hub.api.description import OPEN, failures, file_answer
from hub.api.problems import NO_SUCH_PATH, RANGE_WRONG
from hub.api.refusals import Refused

INDEX: Final = "index.html"

# A closed list, so that an answer does not depend on the machine's own table of types.
TYPES: Final = {
    ".arrow": "application/vnd.apache.arrow.file",
    ".atom": "application/atom+xml; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".md": "text/markdown; charset=utf-8",
    ".parquet": "application/vnd.apache.parquet",
    ".png": "image/png",
    ".svg": "image/svg+xml; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".woff": "font/woff",
    ".woff2": "font/woff2",
    ".xml": "application/xml; charset=utf-8",
    ".zip": "application/zip",
}
UNKNOWN_TYPE: Final = "application/octet-stream"
NAMED_TYPES: Final = {
    "atom.xml": "application/atom+xml; charset=utf-8",
    CHECKSUM_FILE: "text/plain; charset=utf-8",
}

# Names of assets change with their content; everything else may be asked for again each minute.
ASSETS: Final = "assets/"
LASTING: Final = "public, max-age=31536000, immutable"
SHORT: Final = "public, max-age=60"

# The pages run no scripts; other sites may read the data, but not frame the pages.
TREE_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none';"
        " form-action 'none'; frame-ancestors 'none'"
    ),
}

_RANGE = re.compile(r"bytes=([0-9]{0,18})-([0-9]{0,18})")


def feed_router(feed_dir: Path) -> APIRouter:
    """Return the routes of the public tree, which lies in a directory that may not exist yet."""
    router = APIRouter(tags=["feed"], default_response_class=Response)

    @router.head("/", include_in_schema=False)
    @router.get("/", status_code=307, openapi_extra=OPEN)
    def front_door() -> Response:
        """Leads to the public tree."""
        return RedirectResponse("/feed/")

    @router.head("/feed", include_in_schema=False)
    @router.get("/feed", status_code=307, openapi_extra=OPEN)
    def feed() -> Response:
        """Leads to the front page of the public tree."""
        return RedirectResponse("/feed/")

    @router.head("/feed/{path:path}", include_in_schema=False)
    @router.get(
        "/feed/{path:path}",
        responses={**file_answer("A file of the tree."), **failures(NO_SUCH_PATH, RANGE_WRONG)},
        openapi_extra=OPEN,
    )
    def feed_file(request: Request, path: str) -> Response:
        """A page or a file of a release; a path that ends in a slash gives the page there."""
        found = find_file(feed_dir, path)
        if found is None:
            raise Refused(NO_SUCH_PATH, "The public tree has no such file.")
        if found.is_dir():
            return RedirectResponse(f"/feed/{quote(path)}/")
        return file_response(request, found, lasting=path.startswith(ASSETS))

    return router


def find_file(feed_dir: Path, path: str) -> Path | None:
    """Return the file that a path names, or the directory if a slash is missing; None if neither.

    Nothing hidden is found, nothing half written, and nothing outside the tree, whether by dots
    or by a link.
    """
    names = path.split("/")
    if names[-1] == "":
        names[-1] = INDEX
    if any(name == "" or name.startswith(".") or "\0" in name or "\\" in name for name in names):
        return None
    root = feed_dir.resolve()
    try:
        found = root.joinpath(*names).resolve(strict=True)
    except (OSError, RuntimeError, ValueError):
        # Not there, a loop of links, or a name that the file system cannot hold.
        return None
    if not found.is_relative_to(root):
        return None
    is_page = found.is_dir() and found.joinpath(INDEX).is_file()
    return found if found.is_file() or is_page else None


def file_response(request: Request, found: Path, *, lasting: bool) -> Response:
    """Return a file, a range of it, or no content if the caller has it already."""
    facts = found.stat()
    etag = f'"{facts.st_mtime_ns:x}-{facts.st_size:x}"'
    headers = {**TREE_HEADERS, "ETag": etag, "Cache-Control": LASTING if lasting else SHORT}
    if has_already(request, etag):
        return Response(status_code=304, headers=headers)
    check_range(request, facts.st_size)
    kind = media_type_of(found.name)
    return FileResponse(found, headers=headers, media_type=kind, stat_result=facts)


def media_type_of(name: str) -> str:
    """Return the type of a file by its name."""
    return NAMED_TYPES.get(name) or TYPES.get(PurePath(name).suffix, UNKNOWN_TYPE)


def check_range(request: Request, size: int) -> None:
    """Refuse a range that the file does not have, or more than one."""
    header = request.headers.get("range")
    if header is None:
        return
    match = _RANGE.fullmatch(header)
    first, last = (match[1], match[2]) if match else ("", "")
    begins = int(first) if first else size - int(last or 0)
    if begins >= size or (first and last and int(last) < begins):
        raise Refused(RANGE_WRONG, headers={"Content-Range": f"bytes */{size}"})
