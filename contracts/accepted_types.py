"""The message types that are read; a value, so that a test can accept another version beside."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from msgspec import ValidationError
from msgspec.json import Decoder, decode, encode

from contracts.bodies import Body
from contracts.message_types import BODIES

# Beyond this a JSON number with an exponent may stand for several whole numbers.
_EXACT: Final = 2**53


@dataclass(frozen=True, kw_only=True)
class AcceptedType:
    """A message type with what reads its `data`."""

    body: type[Body]
    decoder: Decoder[Body]

    def decode(self, data: bytes) -> Body:
        """Return the body. Raises what the decoder does."""
        try:
            return self.decoder.decode(data)
        except ValidationError as error:
            # To JSON Schema, and to who exports from a spreadsheet, 3.0 is the whole number 3.
            if "got `float`" not in str(error):
                raise
        return self.decoder.decode(encode(_with_whole_numbers(decode(data))))

    def why_ended(self, on: date | None) -> str:
        """Say what to send instead, if a day is past the type's last; empty if it is accepted."""
        last = self.body.accepted_until
        if last is None or on is None or on <= last:
            return ""
        return f"This version was accepted until {last}; send {self.body.successor} instead."


class AcceptedTypes:
    """Every accepted message type by its name."""

    def __init__(self, bodies: Iterable[type[Body]]) -> None:
        """Take the bodies. Raises ValueError if one ends without a successor among them."""
        self._types: Mapping[str, AcceptedType] = {
            body.event_type: AcceptedType(body=body, decoder=Decoder(body)) for body in bodies
        }
        for name, accepted in self._types.items():
            body = accepted.body
            if body.accepted_until is not None and body.successor not in self._types:
                raise ValueError(f"{name} ends, but no accepted type succeeds it")

    def get(self, event_type: str) -> AcceptedType | None:
        """Return a type; None if there is none of that name and version."""
        return self._types.get(event_type)


def _with_whole_numbers(value: Any) -> Any:
    if isinstance(value, float) and value.is_integer() and abs(value) <= _EXACT:
        return int(value)
    if isinstance(value, list):
        return [_with_whole_numbers(each) for each in value]
    if isinstance(value, dict):
        return {name: _with_whole_numbers(each) for name, each in value.items()}
    return value


ACCEPTED: Final = AcceptedTypes(BODIES)
