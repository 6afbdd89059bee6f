"""The forms that the fields of messages take, with what a publisher is told about each."""

from typing import Annotated

from msgspec import Meta

from domain.identifiers import REFERENCE_PATTERN

# `$(?!\n)`: Python's `$` also matches before a last newline, other validators' does not.
_DATE = r"(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}"
_TIME = r"T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]{1,6})?(Z|[+-][0-9]{2}:[0-9]{2})"

Ref = Annotated[
    str,
    Meta(
        pattern=REFERENCE_PATTERN + r"(?!\n)",
        description="The publisher's own reference; it stays in the vault.",
        examples=["C-1042"],
    ),
]
WhenText = Annotated[
    str,
    Meta(
        pattern=rf"^{_DATE}({_TIME})?$(?!\n)",
        description="An instant with its zone, or a London date where only the day is known.",
        examples=["2026-03-14T22:05:00Z", "2018-03-31"],
    ),
]
InstantText = Annotated[
    str,
    Meta(
        pattern=rf"^{_DATE}{_TIME}$(?!\n)",
        description="An instant with its zone.",
        examples=["2026-03-14T22:05:00Z"],
    ),
]
AreaCode = Annotated[
    str,
    Meta(
        pattern=r"^([0-9]{3}|SCO|NIR|WAL)$(?!\n)",
        description="Three-digit authority number, or SCO, NIR, WAL.",
        examples=["330"],
    ),
]
AuthorityCode = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{3}$(?!\n)",
        description="Three-digit number of a children's services authority.",
        examples=["330"],
    ),
]
ListCode = Annotated[
    str,
    Meta(
        pattern=r"^[A-Z0-9]{1,6}$(?!\n)",
        description="A code of the field's SSDA903 list, valid in the year of the event.",
        examples=["U4"],
    ),
]
SealedIdentity = Annotated[
    str,
    Meta(
        pattern=r"^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]*\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$(?!\n)",
        max_length=16384,
        description="Compact JWE (ECDH-ES, A256GCM) to the vault's public key.",
    ),
]
DateText = Annotated[
    str,
    Meta(
        pattern=rf"^{_DATE}$(?!\n)",
        description="A London calendar date.",
        examples=["2026-03-31"],
    ),
]
PublisherCode = Annotated[
    str,
    Meta(
        pattern=r"^(la-[0-9]{3}|pf-(E[0-9]{8}|btp))$(?!\n)",
        description="A registered publisher.",
        examples=["pf-E23000014"],
    ),
]
ReasonCode = Annotated[
    str,
    Meta(
        pattern=r"^(PUSH|PULL)[0-9]{2}$(?!\n)",
        description="A code of the list of push and pull reasons, valid in the year of the event.",
        examples=["PUSH01"],
    ),
]
ProviderUrn = Annotated[
    str,
    Meta(
        pattern=r"^(SC[0-9]{6}|[0-9]{7})$(?!\n)",
        description="Ofsted's unique reference number of a home or agency.",
        examples=["SC012345"],
    ),
]
Quantity = Annotated[
    int,
    Meta(ge=0, le=10_000_000, description="A number of things, 0 or more.", examples=[0]),
]
