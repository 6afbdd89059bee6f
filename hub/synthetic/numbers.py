"""Numbers and postcodes that no real child and no real home can have."""

from hashlib import blake2b
from random import Random
from typing import Final

from domain.identifiers import NHS_TEST_PREFIX, nhs_check_digit, upn_check_letter
from hub.synthetic.randomness import between, pick

# No postcode in use begins with one of these letters.
_UNUSED: Final = "QVX"
_SECOND: Final = "ABCDEFGHKLMNOPQRSTUVWXY"
_INWARD: Final = "ABDEFGHJLNPQRSTUWXYZ"

# Neighbouring numbers differ by 2 in their check digit, so one of each pair can be issued.
_NHS_PAIRS: Final = 500_000
_NHS_SPREAD: Final = 314_159
_NHS_A_YEAR: Final = 190_000

_UPN_SERIALS: Final = 1_000_000
_UPN_SPREAD: Final = 271_829


def nhs_number(year: int, ordinal: int) -> str:
    """Return a number of the test range, its own for each child of a nation.

    Years in a row do not share numbers unless a nation is larger than England.
    """
    pair = (year * _NHS_A_YEAR + ordinal) * _NHS_SPREAD % _NHS_PAIRS
    for serial in (2 * pair, 2 * pair + 1):
        digits = f"{NHS_TEST_PREFIX}{serial:06d}"
        check = nhs_check_digit(digits)
        if check is not None:
            return f"{digits}{check}"
    raise AssertionError("one of two neighbours has a check digit")


def pupil_number(authority: str, index: int, started: int) -> str:
    """Return a unique pupil number whose school number begins with 0, as no school's does.

    index: the child's place among those of its authority. started: calendar year of first school.
    """
    serial = (started * 7_919 + index) * _UPN_SPREAD % _UPN_SERIALS
    digits = f"{authority}0{serial // 1000:03d}{started % 100:02d}{serial % 1000:03d}"
    return upn_check_letter(digits) + digits


def postcode(random: Random, authority: str) -> str:
    """Return a postcode of an authority; the part before the space is the authority's own."""
    inward = f"{between(random, 0, 9)}{pick(random, _INWARD)}{pick(random, _INWARD)}"
    return f"{outward(authority)} {inward}"


def outward(authority: str) -> str:
    """Return the first half of an authority's invented postcodes, one for each authority."""
    first, rest = divmod(int(authority), 400)
    second, district = divmod(rest, 20)
    return f"{_UNUSED[first]}{_SECOND[second]}{district + 1}"


def reference(prefix: str, *purpose: object) -> str:
    """Return a publisher's own reference: a letter and twelve hexadecimal digits."""
    return prefix + _digest(6, purpose)


def message_id(*purpose: object) -> str:
    """Return the id of a message: 24 hexadecimal digits that tell nothing."""
    return _digest(12, purpose)


def _digest(size: int, purpose: tuple[object, ...]) -> str:
    return blake2b("\x1f".join(map(str, purpose)).encode(), digest_size=size).hexdigest()
