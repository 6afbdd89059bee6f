"""The reference page: the OpenAPI description as one plain page, without scripts or other sites."""

from collections.abc import Iterator
from html import escape
from json import dumps
from typing import Any, Final

JSON_MARK: Final = "json"


def reference_page(document: dict[str, Any]) -> str:
    """Return an OpenAPI document as HTML; everything in it is escaped."""
    title = escape(document["info"]["title"])
    lines = [
        '<!doctype html><html lang="en-GB"><head><meta charset="utf-8">',
        f'<meta name="viewport" content="width=device-width"><title>{title}</title></head><body>',
        f"<h1>{title}</h1><p>{escape(document['info']['description'])}</p>",
        '<p>For machines: <a href="/openapi.json">openapi.json</a></p>',
        *(line for path, methods in document["paths"].items() for line in _path(path, methods)),
        "</body></html>",
    ]
    return "\n".join(lines)


def _path(path: str, methods: dict[str, Any]) -> Iterator[str]:
    for method, operation in methods.items():
        access = " (open to all)" if operation.get("security") == [] else ""
        yield f"<h2><code>{method.upper()} {escape(path)}</code></h2>"
        yield f"<p>{escape(operation.get('description', ''))}{access}</p>"
        yield from _parameters(operation.get("parameters", ()))
        yield from _examples("Body", operation.get("requestBody", {}).get("content", {}))
        yield from _responses(operation["responses"])


def _parameters(parameters: Any) -> Iterator[str]:
    if not parameters:
        return
    yield "<h3>Parameters</h3><dl>"
    for each in parameters:
        needed = ", required" if each.get("required") else ""
        yield f"<dt><code>{escape(each['name'])}</code> ({escape(each['in'])}{needed})</dt>"
        yield f"<dd>{escape(each.get('description', ''))}</dd>"
    yield "</dl>"


def _responses(responses: dict[str, Any]) -> Iterator[str]:
    yield "<h3>Answers</h3><dl>"
    for status, response in responses.items():
        kinds = ", ".join(response.get("content", {}))
        yield f"<dt><code>{escape(status)}</code> {escape(kinds)}</dt>"
        yield f"<dd>{escape(response['description'])}</dd>"
    yield "</dl>"
    for status, response in responses.items():
        if status.startswith("2"):
            yield from _examples(f"Example of {status}", response.get("content", {}))


def _examples(heading: str, contents: dict[str, Any]) -> Iterator[str]:
    for kind, content in contents.items():
        if JSON_MARK in kind and "example" in content:
            text = dumps(content["example"], indent=2, ensure_ascii=False)
            yield f"<h3>{escape(heading)}: <code>{escape(kind)}</code></h3>"
            yield f"<pre>{escape(text)}</pre>"
