"""Reads an upload within its limits: files spooled to disk, and the fields beside them."""

import errno
from asyncio import timeout
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from email.message import Message
from pathlib import PureWindowsPath
from threading import BoundedSemaphore
from typing import Final

from fastapi import Request
from starlette.datastructures import FormData, UploadFile
from starlette.formparsers import MultiPartException, MultiPartParser

from domain.errors import StorageFullError
from hub.api.bodies import CLOSE
from hub.api.problems import (
    NOT_A_FORM,
    TOO_BUSY,
    TOO_SLOW,
    UPLOAD_INVALID,
    UPLOAD_TOO_LARGE,
)
from hub.api.refusals import Refused

FORM_TYPE: Final = "multipart/form-data"
MAX_UPLOAD_BYTES: Final = 64 * 1024 * 1024
MAX_FILES: Final = 20
MAX_FIELDS: Final = 20
LONGEST_FIELD_BYTES: Final = 16 * 1024
LONGEST_NAME: Final = 120
UPLOAD_SECONDS: Final = 300

# Each may hold its limit in memory, several times over, while its rows are read.
MOST_UPLOADS: Final = 2

# A file field of this name says how to read the others.
MAPPING_FIELD: Final = "mapping"


@dataclass(frozen=True, kw_only=True)
class Upload:
    """What was sent: files by their bare names, fields by theirs; mapping: None if none came."""

    fields: Mapping[str, str]
    files: Mapping[str, UploadFile]
    mapping_file: UploadFile | None

    def read_files(self) -> dict[str, bytes]:
        """Return the content of every file."""
        return {name: each.file.read() for name, each in self.files.items()}

    def read_mapping(self) -> bytes | None:
        """Return the content of the mapping."""
        return None if self.mapping_file is None else self.mapping_file.file.read()


class UploadRoom:
    """Lets a bounded number of uploads in; the others are asked to come back."""

    def __init__(self, places: int = MOST_UPLOADS) -> None:
        """Begin empty."""
        self._places = BoundedSemaphore(places)

    @asynccontextmanager
    async def receive(self, request: Request) -> AsyncIterator[Upload]:
        """Give what a request uploads; its files are gone at the end.

        Raises Refused if there is no room, or if it is no form, too large, too slow or broken.
        """
        refuse_by_headers(request)
        if not self._places.acquire(blocking=False):
            raise Refused(TOO_BUSY, headers=CLOSE)
        try:
            form = await read_form(request)
            try:
                yield upload_of(form)
            finally:
                await form.close()
        finally:
            self._places.release()


class WholeParser(MultiPartParser):
    """Refuses a form that does not come to its end; a part that was cut off would be left out."""

    def __init__(self, request: Request) -> None:
        """Read a request's body as far as its limit."""
        self._ended = False
        super().__init__(
            request.headers,
            self._whole(request.stream()),
            max_files=MAX_FILES,
            max_fields=MAX_FIELDS,
            max_part_size=LONGEST_FIELD_BYTES,
        )

    def on_end(self) -> None:
        """Note the last boundary."""
        self._ended = True

    async def _whole(self, stream: AsyncIterator[bytes]) -> AsyncGenerator[bytes, None]:
        # What is raised here, inside of the parsing, closes the files.
        seen = 0
        async for chunk in stream:
            seen += len(chunk)
            if seen > MAX_UPLOAD_BYTES:
                raise Refused(UPLOAD_TOO_LARGE, headers=CLOSE)
            yield chunk
        if not self._ended:
            raise Refused(UPLOAD_INVALID, "The form does not come to its end.")


def refuse_by_headers(request: Request) -> None:
    """Refuse what is no form, or says that it is too large, before any of it is read."""
    header = Message()
    header["Content-Type"] = request.headers.get("content-type", "")
    encoding = request.headers.get("content-encoding", "identity").strip().lower()
    if header.get_content_type() != FORM_TYPE or encoding != "identity":
        raise Refused(NOT_A_FORM, headers=CLOSE)
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > MAX_UPLOAD_BYTES:
        raise Refused(UPLOAD_TOO_LARGE, headers=CLOSE)


async def read_form(request: Request) -> FormData:
    """Return the parts of a form; large files lie on disk."""
    try:
        async with timeout(UPLOAD_SECONDS):
            return await WholeParser(request).parse()
    except TimeoutError:
        raise Refused(TOO_SLOW, headers=CLOSE) from None
    except MultiPartException:
        raise Refused(UPLOAD_INVALID, headers=CLOSE) from None
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise StorageFullError("There is no room for an upload; nothing was stored.") from error
        raise


def upload_of(form: FormData) -> Upload:
    """Return the files and fields of a form. Raises Refused if two files have one name."""
    fields: dict[str, str] = {}
    files: dict[str, UploadFile] = {}
    mapping = None
    for field, value in form.multi_items():
        if isinstance(value, str):
            fields[field] = value
            continue
        name = bare_name(value.filename or "")
        # A browser sends an empty part for a field in which no file was chosen.
        if not name:
            continue
        if field == MAPPING_FIELD:
            mapping = value
        elif name in files:
            raise Refused(UPLOAD_INVALID, "Two of the files have the same name.")
        else:
            files[name] = value
    return Upload(fields=fields, files=files, mapping_file=mapping)


def bare_name(name: str) -> str:
    """Return the last part of a path of any system, without what cannot be shown."""
    shown = "".join(letter if letter.isprintable() else "_" for letter in name)
    return PureWindowsPath(shown).name[-LONGEST_NAME:]
