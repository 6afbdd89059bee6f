"""Values that are nearly right, and values that are not right at all."""

from random import Random
from typing import Any, Final

INSTANTS: Final = (
    "2025-02-29",
    "2024-02-29",
    "2026-02-30T12:00:00Z",
    "2026-04-31",
    "2026-13-01",
    "2026-00-10",
    "2026-03-14T24:00:00Z",
    "2026-03-14T23:59:60Z",
    "2026-03-14T12:60:00Z",
    "2026-03-14T12:00:00",
    "2026-03-14 12:00:00Z",
    "2026-03-14t12:00:00z",
    "2026-03-29T01:30:00+01:00",
    "2026-10-25T01:30:00+00:00",
    "2026-03-14T12:00:00+24:00",
    "2026-03-14T12:00:00-23:59",
    "2026-03-14T12:00:00+99:99",
    "2026-03-14T12:00:00-00:00",
    "2026-03-14T12:00:00.1234567Z",
    "2026-03-14T12:00:00.Z",
    "2026-03-14T12:00:00,5Z",
    "1899-12-31",
    "1900-01-01",
    "2099-12-31T23:59:59-14:00",
    "2100-01-01",
    "9999-12-31T23:59:59Z",
    "0001-01-01T00:00:00+14:00",
    "14/03/2026",
    "20260314",
    "2026-3-14",
    "2026-W11-6",
    "+2026-03-14",
)
CODES: Final = (
    *(
        "33",
        "3300",
        "000",
        "999",
        "330 ",
        " 330",
        "33O",
        "٣٣٠",
        "\uff13\uff13\uff10",
        "330\n",
        "330\r\n",
        "3e2",
    ),
    *("SCO", "SC0", "sco", "WAL", "NIR", "ENG", "U4", "U5", "u4", "U4 ", "K2", "Z1", "PUSH01"),
    *("PUSH99", "PULL1", "F", "f", "M", "1", "missing", "Missing", "missing-from-care", "away "),
    *("la-330", "la-000", "pf-E23000014", "pf-btp", "SC012345", "1234567", "true", "null", ""),
)
ODD: Final = (
    *("\x00", "\ufeff", "\u202e", "\u200f", "\u200b", "e\u0301", "\u0130", "ﬀ", "😀", "\u2028"),
    *("\u2029", "\x7f", "\x85", "\uffff", "\U0010ffff", "\n", "\t", "'", '"', "\\", "`", "$.x"),
    *("%00", "${x}", "<b>", "; DROP TABLE", " - at `$.identity`", "got `float`", "../../etc"),
)
SURROGATES: Final = (r"\ud800", r"\udc00", r"\ud800A", r"\udfff\ud800", r"\uD83D\uDE00")
NUMBERS: Final = (
    *("0", "-0", "-0.0", "1", "1.0", "3.0", "1e0", "1E+2", "0.1", "1.5", "-1", "10000000"),
    *("10000001", "1e7", "1e400", "-1e400", "1e-400", "9007199254740993", "9007199254740993.0"),
    *("18446744073709551616", "123456789012345678901234567890", "9" * 400, "9" * 5_000),
    *("0." + "1" * 400, "1e99999999999", "01", "1.", ".5", "+1", "0x10", "1_000", "NaN", "nan"),
    *("Infinity", "-Infinity", "1e", "--1", "\uff11"),
)
TYPES: Final = (
    *("missing.episode.reported.v2", "missing.episode.reported.V1", "missing.episode.reported"),
    *("missing.episode.reported.v1\n", " missing.check.done.v1", "missing.episode", ""),
)
SOURCES: Final = (
    *("urn:missing-hub:publisher:la-000", "urn:missing-hub:publisher:la-330\n", "la-330", ""),
    *("urn:missing-hub:publisher:LA-330", "URN:missing-hub:publisher:la-330"),
    *("urn:missing-hub:publisher:pf-E23000014", "urn:missing-hub:publisher:pf-btp"),
)


def near_miss(random: Random, old: Any) -> Any:
    """Return a value that somebody could take for right."""
    kind = random.randrange(8)
    if kind == 0 or (isinstance(old, str) and old[:2] == "20" and random.randrange(2)):
        return random.choice(INSTANTS)
    if kind == 1 or (isinstance(old, str) and len(old) < 4 and random.randrange(2)):
        return random.choice(CODES)
    if kind == 2:
        return "C" * random.choice((1, 63, 64, 65, 127, 128, 129, 255, 256, 257, 16_385))
    if kind == 3:
        return random.choice((True, False, 0, 1, None, "true", "True", [], {}, [old], {"a": old}))
    if not isinstance(old, str):
        return random.choice((str(old), [old, old], {}, -1, 1.0, 2.5, 10_000_001))
    place = random.randrange(len(old) + 1)
    if kind == 4:
        return old[:place] + random.choice(ODD) + old[place:]
    if kind == 5:
        return old[:place] + old[place + 1 :]
    if kind == 6:
        return random.choice((old.upper(), old.lower(), old.title(), old[::-1], old + "\n"))
    return (
        old[:place]
        + chr(min((ord(old[place - 1]) if old else 65) + 1, 0x10FFFF))
        + old[place + 1 :]
    )


def anything(random: Random, depth: int = 3) -> Any:
    """Return any JSON value."""
    kind = random.randrange(9 if depth else 6)
    if kind == 0:
        return random.choice((None, True, False))
    if kind == 1:
        return random.choice((0, 1, -1, 2.0, 2.5, 2**31, 2**63, 2**64, -(2**70), 1e300))
    if kind in (2, 3):
        return random.choice(random.choice((INSTANTS, CODES, ODD)))
    if kind in (4, 5):
        return "".join(random.choices("aé😀\x00 -:1", k=random.randrange(12)))
    if kind == 6:
        return [anything(random, depth - 1) for _ in range(random.randrange(4))]
    return {
        random.choice(("a", "child", "identity", "", "é", "reason")): anything(random, depth - 1)
        for _ in range(random.randrange(4))
    }
