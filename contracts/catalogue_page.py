"""The catalogue of messages as a page to read: what each says, its fields, and an example."""

from typing import Any, Final

from msgspec.json import encode
from msgspec.json import format as pretty

from contracts.bodies import Body, EpisodeBody, PublisherBody
from contracts.examples import example_message
from contracts.message_types import BODIES
from contracts.schemas import body_schema, description

_HEAD: Final = """# Every message that a publisher may send

Written by `hub schemas` from the message types; do not edit. {number} types. A message is a
CloudEvent 1.0; its `data` is closed (an unknown field is refused) and holds no free text. A time
is a London date where only the day is known, else an instant with its zone. "¶" is a paragraph of
*Missing children* (Ofsted, February 2013). The JSON Schemas lie in `schemas/` and are served under
`/v1/contracts`.

| type | what it says | asked for in |
|---|---|---|
"""
_SHOWN_VALUES: Final = 20


def catalogue_page() -> str:
    """Return the catalogue in Markdown."""
    rows = "".join(
        f"| [`{body.event_type}`](#{_anchor(body.event_type)}) | {body.title} | {body.source} |\n"
        for body in BODIES
    )
    return _HEAD.format(number=len(BODIES)) + rows + "".join(_section(body) for body in BODIES)


def _anchor(event_type: str) -> str:
    return event_type.replace(".", "")


def _section(body: type[Body]) -> str:
    if issubclass(body, EpisodeBody):
        subject = "the publisher's reference of the episode"
    elif issubclass(body, PublisherBody):
        subject = "the publisher's reference of what it is about; no child"
    else:
        subject = "the publisher's reference of the child"
    schema = body_schema(body.event_type)
    required = set(schema.get("required", ()))
    fields = "".join(
        f"| `{name}` | {'yes' if name in required else 'no'} | {_form(part)} |\n"
        for name, part in schema["properties"].items()
    )
    example = pretty(encode(example_message(body)), indent=2).decode()
    return (
        f"\n## {body.event_type}\n\n{description(body)}\n\n`subject`: {subject}.\n\n"
        f"| field | required | form |\n|---|---|---|\n{fields}\n```json\n{example}\n```\n"
    )


def _form(part: dict[str, Any]) -> str:
    """Say in words what a field holds."""
    options = [each for each in part.get("anyOf", ()) if each.get("type") != "null"]
    whole = {**part, **(options[0] if len(options) == 1 else {})}
    if "enum" in whole:
        values = [str(each) for each in whole["enum"] if each is not None]
        return ", ".join(f"`{each}`" for each in values[:_SHOWN_VALUES])
    if whole.get("type") == "array":
        inner = whole["items"]
        least, most = whole.get("minItems", 0), whole.get("maxItems", "any number of")
        named = inner.get("properties")
        what = ", ".join(f"`{name}`" for name in named) if named else _form(inner)
        return f"{least} to {most} of: {what}"
    return str(whole.get("description") or f"a JSON {whole.get('type')}").replace("\n", " ")
