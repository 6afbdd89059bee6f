"""Which problem and HTTP status each failure becomes; no other place knows statuses of errors."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from domain.errors import (
    BrokerUnavailableError,
    CheckpointRefusedError,
    DatabaseUnavailableError,
    EmbeddedDatabaseError,
    ErasureRefusedError,
    FencedOutError,
    FileFormatError,
    HubError,
    KeyMissingError,
    NotFoundError,
    OutcomeUnknownError,
    ReleaseRefusedError,
    RemoteHubError,
    RoleFailedError,
    StorageFullError,
    UsageError,
)


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

OF_ERROR: Final[Mapping[type[HubError], Problem]] = {
    HubError: Problem(code=HubError.code, status=500, title=FAULT.title, detail=FAULT.detail),
    UsageError: Problem(
        code=UsageError.code,
        status=422,
        title="This cannot be done as asked",
        detail="See /docs for what can be asked.",
    ),
    NotFoundError: Problem(
        code=NotFoundError.code,
        status=404,
        title="There is no such thing",
        detail="Check the identifier.",
    ),
    DatabaseUnavailableError: Problem(
        code=DatabaseUnavailableError.code,
        status=503,
        title="The database cannot be reached",
        detail="Nothing was stored; try again.",
        retry_seconds=5,
    ),
    BrokerUnavailableError: Problem(
        code=BrokerUnavailableError.code,
        status=503,
        title="The broker cannot be reached",
        detail="It is not known whether anything was stored; to send the same again is safe.",
        retry_seconds=5,
    ),
    StorageFullError: Problem(
        code=StorageFullError.code,
        status=503,
        title="The hub has no room left",
        detail="Nothing was stored; operations must free space.",
        retry_seconds=60,
    ),
    FencedOutError: Problem(
        code=FencedOutError.code,
        status=503,
        title="Another process has taken over",
        detail="Nothing was stored; try again.",
        retry_seconds=1,
    ),
    OutcomeUnknownError: Problem(
        code=OutcomeUnknownError.code,
        status=503,
        title="It is not known whether anything was stored",
        detail="To send the same again is safe; it is counted once.",
        retry_seconds=1,
    ),
    FileFormatError: Problem(
        code=FileFormatError.code,
        status=422,
        title="The file is not in its format",
        detail="Nothing of it was taken; compare it with the description of its format.",
    ),
    ErasureRefusedError: Problem(
        code=ErasureRefusedError.code,
        status=409,
        title="The identity must be kept for now",
        detail="Nothing was erased; try again when the reason to keep it has passed.",
    ),
    RemoteHubError: Problem(
        code=RemoteHubError.code,
        status=502,
        title="Another hub did not answer as it should",
        detail="Check its address and the token shown to it.",
    ),
    ReleaseRefusedError: Problem(
        code=ReleaseRefusedError.code,
        status=409,
        title="The release would break a rule of publication",
        detail="Nothing was published; operations settle what the rule asks for.",
    ),
    CheckpointRefusedError: Problem(
        code=CheckpointRefusedError.code,
        status=500,
        title="The ledger contradicts what was signed",
        detail="Nothing was signed; operations must restore the ledger.",
    ),
    EmbeddedDatabaseError: Problem(
        code=EmbeddedDatabaseError.code,
        status=503,
        title="The embedded database does not run",
        detail="Operations must start it; nothing was stored.",
        retry_seconds=60,
    ),
    RoleFailedError: Problem(
        code=RoleFailedError.code,
        status=503,
        title="A part of the hub does not run",
        detail="Operations must start it; to send the same again is safe.",
        retry_seconds=60,
    ),
    KeyMissingError: Problem(
        code=KeyMissingError.code,
        status=500,
        title="A key of the vault is missing",
        detail="Operations must restore it; nothing was stored.",
    ),
}

PROBLEMS: Final = (
    BATCH_INVALID,
    NOT_AUTHENTICATED,
    FORBIDDEN,
    NO_SUCH_PATH,
    WRONG_METHOD,
    NOT_ACCEPTABLE,
    TOO_SLOW,
    BODY_TOO_LARGE,
    UPLOAD_TOO_LARGE,
    TOO_MANY_EVENTS,
    WRONG_CONTENT_TYPE,
    NOT_A_FORM,
    UPLOAD_INVALID,
    TOO_BUSY,
    WRONG_PARAMETERS,
    NOT_READY,
    RANGE_WRONG,
    FAULT,
    REFUSED,
    *OF_ERROR.values(),
)
