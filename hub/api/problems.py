"""The ways in which a request fails at the door, before the hub does anything."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Problem:
    """One way in which a request fails.

    retry_seconds: when to try again; None: the same request will fail again.
    """

    code: str
    status: int
    title: str
    detail: str
    retry_seconds: int | None = None


BATCH_INVALID: Final = Problem(
    code="batch-invalid",
    status=400,
    title="The body cannot be split into events",
    detail="Send one JSON object, or a JSON array with at least one event, in UTF-8.",
)
NOT_AUTHENTICATED: Final = Problem(
    code="not-authenticated",
    status=401,
    title="A token is needed",
    detail="Send the header `Authorization: Bearer` with a token that is in force.",
)
FORBIDDEN: Final = Problem(
    code="forbidden",
    status=403,
    title="The token does not allow this",
    detail="A publisher's token opens only what that publisher sent.",
)
NO_SUCH_PATH: Final = Problem(
    code="no-such-path",
    status=404,
    title="There is nothing at this path",
    detail="See /docs for the paths that exist.",
)
NOT_PROVED_YET: Final = Problem(
    code="not-proved-yet",
    status=404,
    title="No public checkpoint covers the submission yet",
    detail="There is one a day; ask again after the next.",
)
WRONG_METHOD: Final = Problem(
    code="method-not-allowed",
    status=405,
    title="The path does not take this method",
    detail="The header Allow names the methods that it takes.",
)
NOT_ACCEPTABLE: Final = Problem(
    code="not-acceptable",
    status=406,
    title="The answer does not exist in a form that was asked for",
    detail="Ask for one of the forms of this path.",
)
TOO_SLOW: Final = Problem(
    code="body-too-slow",
    status=408,
    title="The body did not arrive in time",
    detail="Send the whole body at once; nothing of it was kept.",
)
BODY_TOO_LARGE: Final = Problem(
    code="body-too-large",
    status=413,
    title="The body is too large",
    detail="A body holds at most 1 MiB; send smaller batches.",
)
UPLOAD_TOO_LARGE: Final = Problem(
    code="upload-too-large",
    status=413,
    title="The upload is too large",
    detail="The files of one upload hold at most 64 MiB together; send them one by one.",
)
TOO_MANY_EVENTS: Final = Problem(
    code="too-many-events",
    status=413,
    title="The batch holds too many events",
    detail="A batch holds at most 500 events; send smaller batches.",
)
WRONG_CONTENT_TYPE: Final = Problem(
    code="unsupported-media-type",
    status=415,
    title="The body has a form that is not taken",
    detail=(
        "Send application/cloudevents+json, application/cloudevents-batch+json or"
        " application/json, in UTF-8 and without a content encoding."
    ),
)
NOT_A_FORM: Final = Problem(
    code="not-a-form",
    status=415,
    title="The files do not come as a form",
    detail="Send multipart/form-data with one part for each file, without a content encoding.",
)
UPLOAD_INVALID: Final = Problem(
    code="upload-invalid",
    status=400,
    title="The form cannot be read",
    detail="Send whole multipart/form-data: at most 20 files, each in a part with its file name.",
)
TOO_BUSY: Final = Problem(
    code="too-busy",
    status=503,
    title="Other uploads are being read",
    detail="Nothing of this one was read; try again.",
    retry_seconds=10,
)
WRONG_PARAMETERS: Final = Problem(
    code="parameters-invalid",
    status=422,
    title="A parameter does not have the form asked for",
    detail="The member errors names each parameter at fault.",
)
NOT_READY: Final = Problem(
    code="not-ready",
    status=503,
    title="The hub is not ready",
    detail="The member checks names what is failing; operations find the cause in the logs.",
    retry_seconds=5,
)
RANGE_WRONG: Final = Problem(
    code="range-wrong",
    status=416,
    title="The file does not have the range asked for",
    detail="Ask for bytes within its length, or for the whole file.",
)
FAULT: Final = Problem(
    code="fault",
    status=500,
    title="The hub failed on this request",
    detail="Operations find the cause in the logs, under the instance named here.",
)
REFUSED: Final = Problem(
    code="refused",
    status=400,
    title="The request cannot be read",
    detail="The request breaks the rules of HTTP.",
)
