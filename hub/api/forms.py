"""The forms in which an answer may be written down, by `Accept` or by the suffix of a path."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

from fastapi import Request

from hub.api.answers import JSON_TYPE
from hub.api.media import preferred_media
from hub.api.problems import NO_SUCH_PATH, NOT_ACCEPTABLE
from hub.api.refusals import Refused

Answer = TypeVar("Answer")

CSV_TYPE: Final = "text/csv"
PARQUET_TYPE: Final = "application/vnd.apache.parquet"
ARROW_TYPE: Final = "application/vnd.apache.arrow.file"
MEDIA_TYPES: Final = (JSON_TYPE, CSV_TYPE, PARQUET_TYPE, ARROW_TYPE)


@dataclass(frozen=True, kw_only=True)
class Form(Generic[Answer]):
    """One way to write an answer down. media_type: as `Accept` asks for it."""

    suffix: str
    media_type: str
    write: Callable[[Answer], bytes]


def forms(
    *,
    json: Callable[[Answer], bytes],
    csv: Callable[[Answer], str],
    parquet: Callable[[Answer], bytes],
    arrow: Callable[[Answer], bytes],
) -> tuple[Form[Answer], ...]:
    """Return the four forms of an answer, in the order of MEDIA_TYPES."""
    return (
        Form(suffix="json", media_type=JSON_TYPE, write=json),
        Form(suffix="csv", media_type=CSV_TYPE, write=lambda answer: csv(answer).encode()),
        Form(suffix="parquet", media_type=PARQUET_TYPE, write=parquet),
        Form(suffix="arrow", media_type=ARROW_TYPE, write=arrow),
    )


SUFFIXES: Final = ("json", "csv", "parquet", "arrow")


def accepted_form(request: Request, known: Sequence[Form[Answer]]) -> Form[Answer]:
    """Return the form that the request likes best. Raises Refused if it takes none of them."""
    accept = ",".join(request.headers.getlist("accept"))
    chosen = preferred_media(accept, tuple(form.media_type for form in known))
    if chosen is None:
        raise Refused(NOT_ACCEPTABLE, f"Ask for one of {', '.join(MEDIA_TYPES)}.")
    return next(form for form in known if form.media_type == chosen)


def form_of_suffix(suffix: str, known: Sequence[Form[Answer]]) -> Form[Answer]:
    """Return the form that a path's suffix names. Raises Refused if there is none."""
    form = next((form for form in known if form.suffix == suffix), None)
    if form is None:
        raise Refused(NO_SUCH_PATH, f"The suffix is one of {', '.join(SUFFIXES)}.")
    return form
