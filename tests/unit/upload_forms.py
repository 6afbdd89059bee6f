"""Forms with files, as a browser or a client sends them."""

from collections.abc import Mapping

import httpx

# Always the same, so that a test has the same name in every run.
BOUNDARY = "a-line-between-two-parts"


def form(
    fields: Mapping[str, str], files: Mapping[str, bytes], **extra: bytes
) -> tuple[bytes, str]:
    """Return the body and the content type of a form.

    files: content by name, all in the field `file`. extra: the content of further file fields.
    """
    parts = [("file", (name, content)) for name, content in files.items()]
    parts += [(field, (f"{field}.toml", content)) for field, content in extra.items()]
    request = httpx.Request(
        "POST",
        "http://hub.test/",
        data=dict(fields),
        files=parts or None,
        headers={"Content-Type": f"multipart/form-data; boundary={BOUNDARY}"} if parts else {},
    )
    return request.read(), request.headers["content-type"]
