"""Splits a JSON array into the bytes of its elements, so that each message stays as it was sent."""

from json import JSONDecoder
from typing import Final

from msgspec import DecodeError, Raw
from msgspec.json import Decoder

_ITEMS: Final = Decoder(list[Raw])

# Takes whatever has the shape of JSON; numbers stay unread, as some are too long to be read.
_LENIENT: Final = JSONDecoder(strict=False, parse_int=len, parse_float=len)
_WHITE_SPACE: Final = " \t\r\n"


def split_array(body: bytes) -> list[bytes]:
    """Return the elements of an array, byte for byte. Raises ValueError if there is no whole array.

    An element with bytes that are not UTF-8, or with a character that JSON does not allow in a
    text, is an element all the same: its neighbours must not suffer for it.
    """
    try:
        return [bytes(item) for item in _ITEMS.decode(body)]
    except (DecodeError, UnicodeDecodeError, RecursionError):
        # The fast way refuses an array for one bad text; the slow one finds where it ends.
        return split_leniently(body)


def split_leniently(body: bytes) -> list[bytes]:
    """Return the elements of an array, as `split_array` does, but slower and more patiently."""
    text = body.decode("utf-8", "surrogateescape")
    place = _after_space(text, 0)
    if text[place : place + 1] != "[":
        raise ValueError("the text is not an array")
    elements = []
    place = _after_space(text, place + 1)
    separator = text[place : place + 1]
    while separator != "]":
        begin = _after_space(text, place)
        try:
            _, end = _LENIENT.raw_decode(text, begin)
        except RecursionError:
            raise ValueError("the array is nested too deeply") from None
        elements.append(text[begin:end].encode("utf-8", "surrogateescape"))
        place = _after_space(text, end)
        separator = text[place : place + 1]
        if separator not in (",", "]"):
            raise ValueError("the array does not end")
        place += separator == ","
    if _after_space(text, place + 1) != len(text):
        raise ValueError("something follows the array")
    return elements


def _after_space(text: str, place: int) -> int:
    while text[place : place + 1] and text[place] in _WHITE_SPACE:
        place += 1
    return place
