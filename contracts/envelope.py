"""The CloudEvents 1.0 envelope (structured mode, JSON) that every message travels in."""

from typing import Annotated, Literal

from msgspec import Meta, Raw, Struct

from contracts.fields import InstantText, Ref

MAX_MESSAGE_BYTES = 65_536
MAX_BODY_BYTES = 1_048_576
MAX_BATCH = 500

CONTENT_TYPE = "application/cloudevents+json"
BATCH_CONTENT_TYPE = "application/cloudevents-batch+json"


class Envelope(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One event as it is sent.

    source: the publisher as a URN. id: unique for that source. subject: the publisher's own
    reference of the episode or child. time: when it happened.
    """

    specversion: Literal["1.0"]
    id: Annotated[str, Meta(min_length=1, max_length=128)]
    source: Annotated[str, Meta(max_length=128)]
    type: Annotated[str, Meta(max_length=128)]
    time: InstantText
    subject: Ref
    data: Raw
    datacontenttype: Literal["application/json"] | None = None
    dataschema: Annotated[str, Meta(max_length=256)] | None = None
    traceparent: Annotated[str, Meta(max_length=64)] | None = None
