"""Reads a body within its limits and splits it into the messages it holds, byte for byte."""

from asyncio import timeout
from collections.abc import AsyncIterator
from email.message import Message
from typing import Annotated, Final

from fastapi import Depends, Request

from contracts.batches import split_array
from contracts.envelope import BATCH_CONTENT_TYPE, CONTENT_TYPE, MAX_BATCH, MAX_BODY_BYTES
from hub.api.problems import (
    BATCH_INVALID,
    BODY_TOO_LARGE,
    TOO_MANY_EVENTS,
    TOO_SLOW,
    WRONG_CONTENT_TYPE,
)
from hub.api.refusals import Refused

JSON_TYPE: Final = "application/json"
BODY_SECONDS: Final = 30

# A client that is cut off in the middle of its body often never reads why; one that sends a
# little too much may finish. Nothing of it is kept.
DRAIN_BYTES: Final = 4 * MAX_BODY_BYTES

CLOSE: Final = {"Connection": "close"}

WHITE_SPACE: Final = b" \t\r\n"


async def bounded_body(request: Request) -> bytes:
    """Return the whole body. Raises Refused if it is too large or too slow.

    It is the one asynchronous step of the door: only the event loop can stop in the middle.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > DRAIN_BYTES:
        raise Refused(BODY_TOO_LARGE, headers=CLOSE)
    return await read_body(request.stream(), seconds=BODY_SECONDS)


async def read_body(stream: AsyncIterator[bytes], *, seconds: float) -> bytes:
    """Return what a stream gives in time; keeps MAX_BODY_BYTES and reads DRAIN_BYTES at most."""
    body = bytearray()
    seen = 0
    try:
        async with timeout(seconds):
            async for chunk in stream:
                seen += len(chunk)
                if seen <= MAX_BODY_BYTES:
                    body += chunk
                elif seen > DRAIN_BYTES:
                    break
    except TimeoutError:
        raise Refused(TOO_SLOW, headers=CLOSE) from None
    if seen > MAX_BODY_BYTES:
        raise Refused(BODY_TOO_LARGE, headers=CLOSE)
    return bytes(body)


def content_type(request: Request) -> str:
    """Return the type of the body, one of the three taken. Raises Refused for any other."""
    header = Message()
    header["Content-Type"] = request.headers.get("content-type", "")
    kind = header.get_content_type()
    charset = header.get_param("charset", "utf-8")
    encoded = request.headers.get("content-encoding", "identity").strip().lower()
    plain = isinstance(charset, str) and charset.lower() in {"utf-8", "us-ascii"}
    if kind not in {CONTENT_TYPE, BATCH_CONTENT_TYPE, JSON_TYPE} or not plain:
        raise Refused(WRONG_CONTENT_TYPE)
    if encoded != "identity":
        raise Refused(WRONG_CONTENT_TYPE, headers={"Accept-Encoding": "identity"})
    return kind


ContentType = Annotated[str, Depends(content_type)]
Body = Annotated[bytes, Depends(bounded_body)]


def split_body(kind: str, body: bytes) -> list[bytes]:
    """Return the messages of a body, each as it was sent; what a message holds is not looked at.

    An array that is whole but holds something other than events is split all the same: each
    element gets its own outcome. Raises Refused if the body is no event and no array of them.
    """
    first = body.lstrip(WHITE_SPACE)[:1]
    if not first:
        raise Refused(BATCH_INVALID, "The body is empty.")
    if kind == CONTENT_TYPE or (kind == JSON_TYPE and first == b"{"):
        return [body]
    if first != b"[":
        raise Refused(BATCH_INVALID)
    try:
        messages = split_array(body)
    except ValueError:
        raise Refused(BATCH_INVALID, "The body is not one whole JSON array.") from None
    if not messages:
        raise Refused(BATCH_INVALID, "The batch is empty.")
    if len(messages) > MAX_BATCH:
        raise Refused(TOO_MANY_EVENTS)
    return messages
