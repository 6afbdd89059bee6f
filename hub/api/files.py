"""The route that takes whole files in a publisher's own format, and what there is to choose."""

from collections.abc import AsyncIterator
from datetime import date
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Path, Query, Request
from msgspec.json import encode
from starlette.responses import Response

from contracts.import_lines import report_csv
from contracts.imports import ImportReport
from domain.errors import FileFormatError, NotFoundError, StorageFullError, UsageError
from domain.identifiers import PUBLISHER_PATTERN
from hub.api.answers import JSON_TYPE, known_parameters
from hub.api.description import COMMON_FAILURES, answered, failures
from hub.api.door import KnownCaller, vouched_for
from hub.api.error_problems import OF_ERROR
from hub.api.events import Backfill, DryRun
from hub.api.media import preferred_media
from hub.api.problems import (
    FORBIDDEN,
    NOT_A_FORM,
    NOT_ACCEPTABLE,
    TOO_BUSY,
    TOO_SLOW,
    UPLOAD_INVALID,
    UPLOAD_TOO_LARGE,
)
from hub.api.refusals import Refused
from hub.api.services import FileRequest, Services
from hub.api.submissions import registered
from hub.api.uploads import FORM_TYPE, MAPPING_FIELD, Upload, UploadRoom

CSV_TYPE: Final = "text/csv"
FORMS: Final = (JSON_TYPE, CSV_TYPE)
NO_STATED: Final = "Name the publisher whose files these are, with ?publisher=la-330, for example."

FORM_BODY: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "description": "At most 64 MiB and 20 files in all; each part has its file name.",
        "content": {
            FORM_TYPE: {
                "schema": {
                    "type": "object",
                    "properties": {
                        "file": {
                            "type": "array",
                            "items": {"type": "string", "format": "binary"},
                            "description": "The files of one return or export.",
                        },
                        MAPPING_FIELD: {
                            "type": "string",
                            "format": "binary",
                            "description": "How to read the columns, where the format asks for it.",
                        },
                    },
                }
            }
        },
    }
}

AdapterName = Annotated[str, Path(description="The format of the files: ssda903, for example.")]
FilesOf = Annotated[
    str | None,
    Query(
        pattern=PUBLISHER_PATTERN,
        description="Whose files these are; needed with the operator's token.",
    ),
]
Year = Annotated[
    int | None,
    Query(ge=2000, le=2100, description="Year in which the collection year ends."),
]
LastDay = Annotated[
    date | None,
    Query(alias="to", description="Last day that the files are about, where the format asks."),
]


def files_router(services: Services, room: UploadRoom) -> APIRouter:
    """Return the route that takes files in."""
    router = APIRouter(
        prefix="/v1",
        tags=["files"],
        dependencies=[Depends(known_parameters)],
        default_response_class=Response,
        responses=COMMON_FAILURES,
    )

    async def uploaded(request: Request) -> AsyncIterator[Upload]:
        async with room.receive(request) as upload:
            yield upload

    @router.post(
        "/files/{adapter}",
        responses={
            **answered(200, ImportReport, "What became of every row."),
            **failures(FORBIDDEN, NOT_ACCEPTABLE, TOO_SLOW, UPLOAD_INVALID, UPLOAD_TOO_LARGE),
            **failures(NOT_A_FORM, TOO_BUSY, OF_ERROR[StorageFullError]),
            **failures(OF_ERROR[NotFoundError], OF_ERROR[FileFormatError]),
        },
        openapi_extra=FORM_BODY,
    )
    def send_files(
        request: Request,
        caller: KnownCaller,
        upload: Annotated[Upload, Depends(uploaded)],
        adapter: AdapterName,
        publisher: FilesOf = None,
        year: Year = None,
        to: LastDay = None,
        dry_run: DryRun = False,
        backfill: Backfill = False,
    ) -> Response:
        """Send the files of a return or an export; every row is accounted for.

        A row that cannot be taken fails alone. To send the same files again is safe. A dry run
        stores nothing and tells how each row would end now.
        """
        form = preferred_media(request.headers.get("accept", ""), FORMS)
        if form is None:
            raise Refused(NOT_ACCEPTABLE)
        sent_by = vouched_for(services, caller, publisher)
        if sent_by is None:
            raise Refused(OF_ERROR[UsageError], NO_STATED)
        asked = FileRequest(
            adapter=adapter,
            sent_by=registered(services, sent_by),
            year=year,
            ends_on=to,
            mapping=upload.read_mapping(),
            dry_run=dry_run,
            backfill=backfill,
        )
        return report_response(take(services, upload, asked), form)

    return router


def take(services: Services, upload: Upload, asked: FileRequest) -> ImportReport:
    """Return what became of an upload. Raises Refused if its format or the question is wrong."""
    try:
        return services.files.take(upload.read_files(), asked)
    except (FileFormatError, NotFoundError, UsageError) as error:
        raise Refused(OF_ERROR[type(error)], str(error)) from None


def report_response(report: ImportReport, form: str) -> Response:
    """Return a report in one of the forms."""
    if form == CSV_TYPE:
        return Response(report_csv(report), media_type=CSV_TYPE)
    return Response(encode(report), media_type=JSON_TYPE)
