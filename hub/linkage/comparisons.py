"""What is compared in a pair of registrations, and in which steps from equal to different."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

NULL: Final = "missing"
OTHER: Final = "different"


@dataclass(frozen=True, kw_only=True)
class Level:
    """One step of a comparison, tried in order: its name, when it holds, how likely it is.

    when: SQL over the columns of both sides, _l and _r; no value of a record is ever part of it.
    m, u: the share of such pairs among those of one child and of two children, before training.
    frequency: the column whose rarity makes equality say more.
    """

    name: str
    when: str
    m: float
    u: float
    frequency: str | None = None


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """One kind of evidence. missing: when one side says nothing; then it weighs nothing.

    The first level is the most alike. What fits no level is different.
    """

    name: str
    label: str
    missing: str
    levels: tuple[Level, ...]
    other_m: float
    other_u: float


def _either_null(column: str) -> str:
    return f"{column}_l IS NULL OR {column}_r IS NULL"


_ALIKE_ENOUGH: Final = 0.9
_SOMEWHAT_ALIKE: Final = 0.8

FORENAME: Final = Comparison(
    name="forename",
    label="Forenames",
    missing=_either_null("forename"),
    levels=(
        Level(name="equal", when="forename_l = forename_r", m=0.86, u=0.008, frequency="forename"),
        Level(name="short-form", when="list_has_any(full_names_l, full_names_r)", m=0.03, u=0.002),
        Level(
            name="one-of-several", when="list_has_any(forenames_l, forenames_r)", m=0.02, u=0.002
        ),
        Level(
            name="exchanged-with-surname",
            when="forename_l = surname_r AND surname_l = forename_r",
            m=0.002,
            u=0.000001,
        ),
        Level(
            name="alike",
            # Twins often have names that rhyme: what differs in the first letter is not alike.
            when=f"left(forename_l, 1) = left(forename_r, 1) "
            f"AND (jaro_winkler_similarity(forename_l, forename_r) >= {_ALIKE_ENOUGH} "
            f"OR damerau_levenshtein(forename_l, forename_r) <= 1)",
            m=0.05,
            u=0.002,
        ),
        Level(name="sounds-alike", when="forename_sound_l = forename_sound_r", m=0.01, u=0.004),
        Level(
            name="somewhat-alike",
            when=f"jaro_winkler_similarity(forename_l, forename_r) >= {_SOMEWHAT_ALIKE}",
            m=0.008,
            u=0.012,
        ),
    ),
    other_m=0.02,
    other_u=0.97,
)

SURNAME: Final = Comparison(
    name="surname",
    label="Surname",
    missing=_either_null("surname"),
    levels=(
        Level(name="equal", when="surname_l = surname_r", m=0.90, u=0.003, frequency="surname"),
        Level(
            name="part-equal",
            when="list_has_any(surname_parts_l, surname_parts_r)",
            m=0.01,
            u=0.0002,
        ),
        Level(
            name="exchanged-with-forename",
            when="forename_l = surname_r AND surname_l = forename_r",
            m=0.002,
            u=0.000001,
        ),
        Level(
            name="alike",
            when=f"jaro_winkler_similarity(surname_l, surname_r) >= {_ALIKE_ENOUGH} "
            f"OR damerau_levenshtein(surname_l, surname_r) <= 1",
            m=0.05,
            u=0.002,
        ),
        Level(name="sounds-alike", when="surname_sound_l = surname_sound_r", m=0.012, u=0.003),
        Level(
            name="somewhat-alike",
            when=f"jaro_winkler_similarity(surname_l, surname_r) >= {_SOMEWHAT_ALIKE}",
            m=0.005,
            u=0.01,
        ),
    ),
    other_m=0.021,
    other_u=0.98,
)

# Birthdays that stand for unknown ones are near each other without any slip of the pen.
_REAL: Final = "NOT (heaped_l AND heaped_r)"

BIRTH_DATE: Final = Comparison(
    name="birth-date",
    label="Birth date",
    missing=_either_null("born"),
    levels=(
        Level(name="equal-heaped", when="born_l = born_r AND heaped_l", m=0.04, u=0.00003),
        Level(name="equal", when="born_l = born_r", m=0.93, u=0.00018),
        Level(name="day-month-swapped", when=f"born_l = swapped_r AND {_REAL}", m=0.006, u=0.00007),
        Level(
            name="one-digit-differs",
            when=f"hamming(born_l, born_r) = 1 AND {_REAL}",
            m=0.006,
            u=0.004,
        ),
        Level(
            name="a-day-or-a-year-off",
            when=f"abs(born_day_l - born_day_r) IN (1, 364, 365, 366) AND {_REAL}",
            m=0.006,
            u=0.0006,
        ),
        Level(name="same-year", when="left(born_l, 4) = left(born_r, 4)", m=0.008, u=0.1),
    ),
    other_m=0.004,
    other_u=0.895,
)

SEX: Final = Comparison(
    name="sex",
    label="Sex",
    missing=_either_null("sex"),
    levels=(Level(name="equal", when="sex_l = sex_r", m=0.99, u=0.51),),
    other_m=0.01,
    other_u=0.49,
)

POSTCODE: Final = Comparison(
    name="postcode",
    label="Postcode",
    missing=_either_null("postcode"),
    levels=(
        Level(name="equal", when="postcode_l = postcode_r", m=0.74, u=0.00002),
        Level(name="same-sector", when="sector_l = sector_r", m=0.02, u=0.0002),
        Level(name="same-district", when="district_l = district_r", m=0.04, u=0.0012),
        Level(name="same-area", when="area_l = area_r", m=0.1, u=0.015),
    ),
    other_m=0.1,
    other_u=0.983,
)

NHS_NUMBER: Final = Comparison(
    name="nhs-number",
    label="NHS number",
    missing=_either_null("nhs_number"),
    levels=(Level(name="equal", when="nhs_number_l = nhs_number_r", m=0.985, u=0.000003),),
    other_m=0.015,
    other_u=0.999997,
)

UPN: Final = Comparison(
    name="upn",
    label="Unique pupil number",
    missing=_either_null("upn"),
    levels=(Level(name="equal", when="upn_l = upn_r", m=0.95, u=0.000003),),
    other_m=0.05,
    other_u=0.999997,
)

_COMMON_DAYS: Final = "len(list_intersect(days_l, days_r))"
_DAY_PAIRS: Final = "len(days_l) * len(days_r)"
# Of two children who are often away, some days fall together by chance: this many in a year.
_BY_CHANCE: Final = f"{_DAY_PAIRS} / 365"
_ONE_KIND: Final = "police_l = police_r"
DAYS: Final = Comparison(
    name="days",
    label="Days on which it went missing",
    # Two forces, or two authorities, seldom know of the same absence: none in common says nothing.
    missing=f"{_either_null('days')} OR ({_ONE_KIND} AND {_COMMON_DAYS} = 0)",
    levels=(
        Level(
            name="several",
            when=f"{_COMMON_DAYS} >= 2 AND {_COMMON_DAYS} >= {_BY_CHANCE} + 4 * sqrt({_BY_CHANCE})",
            m=0.3,
            u=0.0003,
        ),
        Level(
            name="one-of-few", when=f"{_COMMON_DAYS} >= 1 AND {_DAY_PAIRS} <= 4", m=0.35, u=0.006
        ),
        Level(
            name="more-than-by-chance",
            when=f"{_COMMON_DAYS} >= 1 AND {_COMMON_DAYS} >= {_BY_CHANCE} + 2 * sqrt({_BY_CHANCE})",
            m=0.15,
            u=0.01,
        ),
        Level(name="as-by-chance", when=f"{_COMMON_DAYS} >= 1", m=0.02, u=0.02),
    ),
    other_m=0.18,
    other_u=0.9637,
)

FORCES: Final = Comparison(
    name="forces",
    label="Police force area",
    # A force's own area is all that its registrations can show.
    missing=f"{_either_null('forces')} OR (police_l AND police_r)",
    levels=(Level(name="shared", when="list_has_any(forces_l, forces_r)", m=0.95, u=0.05),),
    other_m=0.05,
    other_u=0.95,
)

PUBLISHER: Final = Comparison(
    name="publisher",
    label="Publisher",
    missing="publisher_l IS NULL OR publisher_r IS NULL",
    levels=(
        # One publisher seldom registers a child twice, and a namesake hardly ever.
        Level(name="same", when="publisher_l = publisher_r", m=0.002, u=0.012),
    ),
    other_m=0.998,
    other_u=0.988,
)

COMPARISONS: Final = (
    FORENAME,
    SURNAME,
    BIRTH_DATE,
    SEX,
    POSTCODE,
    NHS_NUMBER,
    UPN,
    DAYS,
    FORCES,
    PUBLISHER,
)

# Two registrations picked at random: some 150,000 of one child among 300,000.
PRIOR: Final = 150_000 / (300_000 * 299_999 / 2)


def level_names(comparison: Comparison) -> tuple[str, ...]:
    """Return the names of a comparison's levels, the most alike first, different last."""
    return (*(each.name for each in comparison.levels), OTHER)


def level_of(comparison: Comparison, value: int) -> str:
    """Return the level that a value of Splink's comparison vector stands for."""
    return NULL if value < 0 else level_names(comparison)[len(comparison.levels) - value]


Levels = Mapping[str, str]
