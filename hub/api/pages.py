"""The pages of publishers: the form for files, which asks for the token itself."""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from datetime import date
from typing import Annotated, Final

from fastapi import APIRouter, Depends, Request
from starlette.responses import HTMLResponse, Response

from contracts.imports import ImportReport
from domain.identifiers import PUBLISHER_PATTERN, PublisherId
from hub.adapters import ADAPTERS
from hub.api.door import PAGE_ASSETS, UPLOAD_PAGE, vouched_for
from hub.api.feed import LASTING, media_type_of
from hub.api.files import take
from hub.api.problems import NO_SUCH_PATH, NOT_AUTHENTICATED
from hub.api.refusals import Refused
from hub.api.services import FileRequest, Services
from hub.api.uploads import Upload, UploadRoom
from hub.web.assets import read_assets, read_upload_script
from hub.web.upload_page import Answer, Choice, UploadForm, upload_page

# The form may be sent to this site, and one script of this site runs.
PAGE_HEADERS: Final = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self';"
        " connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
}
NO_TOKEN: Final = "Enter a token that is in force"  # noqa: S105 - what the page says
_YEAR = re.compile(r"20[0-9]{2}")


class Wrong(Exception):
    """The form cannot be taken as it is; problems: what to put right, by field."""

    def __init__(self, status: int, problems: dict[str, str]) -> None:
        super().__init__("the form cannot be taken")
        self.status = status
        self.problems = problems


def pages_router(services: Services, room: UploadRoom) -> APIRouter:
    """Return the routes of the pages; nothing on them is secret but what a token opens."""
    router = APIRouter(include_in_schema=False)

    @router.get(UPLOAD_PAGE)
    def show_form() -> Response:
        """The empty form."""
        return page(services, 200)

    async def uploaded(request: Request) -> AsyncIterator[Upload | Refused]:
        # What is wrong with the form itself is for the page to say, too.
        async with AsyncExitStack() as stack:
            came: Upload | Refused
            try:
                came = await stack.enter_async_context(room.receive(request))
            except Refused as refused:
                came = refused
            yield came

    @router.post(UPLOAD_PAGE)
    def send_form(upload: Annotated[Upload | Refused, Depends(uploaded)]) -> Response:
        """What became of the files, and the form again."""
        if isinstance(upload, Refused):
            return page(services, upload.problem.status, wrong={"file": upload.detail})
        return answer(services, upload)

    @router.get(PAGE_ASSETS + "{name}")
    def asset(name: str) -> Response:
        """A style sheet, the icon, or the script."""
        for each in (*read_assets().all(), read_upload_script()):
            if each.name == name:
                headers = {"Cache-Control": LASTING, "Content-Type": media_type_of(name)}
                return Response(each.content, headers=headers)
        raise Refused(NO_SUCH_PATH)

    return router


def answer(services: Services, upload: Upload) -> Response:
    """Return the page with what became of an upload, or with what to put right."""
    try:
        asked = asked_for(services, upload)
        report = taken(services, upload, asked)
    except Wrong as wrong:
        return page(services, wrong.status, chosen=upload.fields, wrong=wrong.problems)
    shown = Answer(publisher=asked.sent_by, adapter=asked.adapter, report=report)
    form = form_of(services, upload.fields, {})
    return html(upload_page(form, read_upload_script(), shown), 200)


def asked_for(services: Services, upload: Upload) -> FileRequest:
    """Return what a form asks for. Raises Wrong if it cannot be done as asked."""
    fields = upload.fields
    caller = services.tokens.check(fields.get("token", "").strip())
    if caller is None:
        raise Wrong(NOT_AUTHENTICATED.status, {"token": NO_TOKEN})
    publisher, year = fields.get("publisher", ""), fields.get("year", "").strip()
    adapter = next((each for each in ADAPTERS if each.name == fields.get("adapter")), None)
    problems = {}
    if not re.fullmatch(PUBLISHER_PATTERN, publisher) or not services.register.publisher(publisher):
        problems["publisher"] = "Choose whose files these are"
    if adapter is None:
        problems["adapter"] = "Choose what kind of files they are"
    if (year or (adapter and adapter.by_year)) and not _YEAR.fullmatch(year):
        problems["year"] = "Enter a year with four digits, 2026 for example"
    ends_on = day_of(fields.get("to", "").strip())
    if adapter and adapter.by_day and ends_on is None:
        problems["to"] = "Enter a day as 2026-03-31"
    if not upload.files:
        problems["file"] = "Choose the files"
    if adapter and adapter.by_mapping and upload.mapping_file is None:
        problems["mapping"] = "Choose the mapping"
    if adapter is None or problems:
        raise Wrong(422, problems)
    try:
        sent_by = vouched_for(services, caller, publisher)
    except Refused as refused:
        raise Wrong(refused.problem.status, {"publisher": refused.detail}) from None
    return FileRequest(
        adapter=adapter.name,
        sent_by=sent_by or PublisherId(publisher),
        year=int(year) if year else None,
        ends_on=ends_on,
        mapping=upload.read_mapping(),
        dry_run=fields.get("do") != "send",
    )


def day_of(text: str) -> date | None:
    """Return a day; None if the text is none."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def taken(services: Services, upload: Upload, asked: FileRequest) -> ImportReport:
    """Return what became of the files. Raises Wrong if they are not in their format."""
    try:
        return take(services, upload, asked)
    except Refused as refused:
        raise Wrong(refused.problem.status, {"file": refused.detail}) from None


def page(
    services: Services,
    status: int,
    *,
    chosen: Mapping[str, str] | None = None,
    wrong: Mapping[str, str] | None = None,
) -> Response:
    """Return the page with the form alone."""
    form = form_of(services, chosen or {}, wrong or {})
    return html(upload_page(form, read_upload_script()), status)


def form_of(services: Services, chosen: Mapping[str, str], wrong: Mapping[str, str]) -> UploadForm:
    """Return what the form offers and what was chosen; the token never comes back."""
    return UploadForm(
        publishers=tuple(
            Choice(value=each.id, words=f"{each.name} ({each.id})")
            for each in sorted(services.register.publishers(), key=lambda each: each.name)
        ),
        adapters=tuple(
            Choice(value=each.name, words=each.title, hint=f"Choose {each.files}")
            for each in ADAPTERS
        ),
        asks_mapping=any(each.by_mapping for each in ADAPTERS),
        asks_day=any(each.by_day for each in ADAPTERS),
        chosen={name: chosen.get(name, "") for name in ("publisher", "adapter", "year", "to")},
        wrong=wrong,
    )


def html(content: bytes, status: int) -> Response:
    """Return a page that only this site may send anything to."""
    return HTMLResponse(content, status_code=status, headers=PAGE_HEADERS)
