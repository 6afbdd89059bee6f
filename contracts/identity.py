"""The identity block that travels sealed inside a registration, and in clear only in memory."""

from typing import Annotated

from msgspec import Meta, Struct

NameText = Annotated[str, Meta(min_length=1, max_length=120)]
BirthDateText = Annotated[str, Meta(pattern=r"^(19|20)[0-9]{2}-[0-9]{2}-[0-9]{2}$(?!\n)")]


class Identity(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who a child is. Every field is optional: an SSDA903 return has no names.

    nhs_number: ten digits without spaces. upn: thirteen characters, from authorities only.
    birth_date: ISO date. home_postcode: any case, with or without its space.
    """

    birth_date: BirthDateText | None = None
    forenames: NameText | None = None
    surname: NameText | None = None
    nhs_number: Annotated[str, Meta(pattern=r"^[0-9]{10}$(?!\n)")] | None = None
    upn: Annotated[str, Meta(pattern=r"^[A-Z0-9]{13}$(?!\n)")] | None = None
    home_postcode: Annotated[str, Meta(min_length=2, max_length=10)] | None = None
