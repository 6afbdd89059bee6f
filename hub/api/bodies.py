"""Reads a body within its limits and splits it into the messages it holds, byte for byte."""

from asyncio import timeout
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

WHITE_SPACE: Final = b" \t\r\n"


async def bounded_body(request: Request) -> bytes:
    """Return the whole body. Raises Refused if it is too large or too slow.

    It is the one asynchronous step of the door: only the event loop can stop in the middle.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > DRAIN_BYTES:
        raise Refused(BODY_TOO_LARGE, headers={"Connection": "close"})
    try:
        async with timeout(BODY_SECONDS):
            return await read_within(request)
    except TimeoutError:
        raise Refused(TOO_SLOW, headers={"Connection": "close"}) from None


async def read_within(request: Request) -> bytes:
    """Return the body; keeps at most MAX_BODY_BYTES of it and reads at most DRAIN_BYTES."""
    body = bytearray()
    seen = 0
    async for chunk in request.stream():
        seen += len(chunk)
        if seen <= MAX_BODY_BYTES:
            body += chunk
        elif seen > DRAIN_BYTES:
            break
    if seen > MAX_BODY_BYTES:
        raise Refused(BODY_TOO_LARGE, headers={"Connection": "close"})
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
