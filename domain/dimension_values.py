"""What the values of dimensions look like, so that a filter that can match nothing is refused."""

import re
from collections.abc import Sequence
from typing import Final

from domain.codes import PlacementGroup
from domain.cross_boundary import RESTRICTED_AREA
from domain.errors import UsageError
from domain.geography import AREAS_OUTSIDE_ENGLAND, UNKNOWN_AREA
from domain.periods import AGE_BANDS
from domain.vocabulary import Sex

# A dimension with the one value that it shall have.
Filter = tuple[str, str]

_MONTH: Final = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])")
_YEAR: Final = re.compile(r"[0-9]{4}")
_AUTHORITY: Final = re.compile(r"[0-9]{3}")
_GSS: Final = re.compile(r"[EWSN][0-9]{8}")
_ANY: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9 _+<>=.:-]{0,63}")

_AREAS: Final = (*AREAS_OUTSIDE_ENGLAND, UNKNOWN_AREA)
# The form of a value, what is meant by it, and the words that stand beside it.
_FORMS: Final[dict[str, tuple[re.Pattern[str], str, Sequence[str]]]] = {
    "month": (_MONTH, "a month such as 2026-03", ()),
    "reporting_year": (_YEAR, "the year in which a reporting year ends, such as 2026", ()),
    "authority": (_AUTHORITY, "a three-digit number such as 330", _AREAS),
    "host_authority": (_AUTHORITY, "a three-digit number such as 330", (*_AREAS, RESTRICTED_AREA)),
    "region": (_GSS, "a code such as E12000005", ("outside", UNKNOWN_AREA)),
    "host_region": (_GSS, "a code such as E12000005", ("outside", UNKNOWN_AREA, RESTRICTED_AREA)),
    "force": (_GSS, "a code such as E23000014", ("btp", "none")),
}
_CHOICES: Final[dict[str, Sequence[str]]] = {
    "age_band": tuple(band for band in AGE_BANDS if band != "18+"),
    "sex": tuple(Sex),
    "placement_type": tuple(PlacementGroup),
    "looked_after": ("yes", "no", "unknown"),
}


def check_value(dimension: str, value: str) -> None:
    """Raise UsageError if no value of a dimension looks like this; the message says what does."""
    choices = _CHOICES.get(dimension)
    if choices is not None:
        if value not in choices:
            raise UsageError(f"`{dimension}` is one of: {', '.join(choices)}.")
        return
    form, text, words = _FORMS.get(dimension, (_ANY, "one of the values in the answer", ()))
    if not form.fullmatch(value) and value not in words:
        beside = f", or one of: {', '.join(words)}" if words else ""
        raise UsageError(f"`{dimension}` is {text}{beside}.")
