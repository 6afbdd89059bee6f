"""Damage to files: the same seed and number give the same bytes on every machine."""

import io
import re
from collections.abc import Callable, Mapping
from random import Random
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo, is_zipfile

from tests.fuzz.values import CODES, INSTANTS, ODD

_BYTES: Final = (
    *(b"\x00", b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\r", b"\n", b'"', b"'"),
    *(b",", b";", b"\t", b"|", b"<", b">", b"&", b"&#0;", b"&x;", b"]]>", b"=", b"=cmd|", b"\x1a"),
)
_MARKUP: Final = (
    '<!DOCTYPE a [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    '<!DOCTYPE a SYSTEM "file:///etc/hostname">',
    '<?xml version="1.0" encoding="utf-7"?>',
    "<![CDATA[x]]>",
    "<!-- -- -->",
    "<a>" * 5_000,
    '<a xmlns:b="c" b:d="e">',
)
_ENCODINGS: Final = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "cp500", "utf-7")
_LONG: Final = (100, 1_000, 131_073, 300_000)


def damaged(seed: int, number: int, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return some files of which one is damaged, or is missing, doubled or under another name."""
    random = Random(f"{seed}/{number}")
    found = dict(files)
    names = sorted(found)
    # What a file is read by is damaged seldom: without it nothing else is tried.
    (name,) = random.choices(names, weights=[1 if each.endswith(".toml") else 5 for each in names])
    if random.randrange(40) == 0:
        content = found.pop(name)
        other = random.choice(("", name.upper(), f"x_{name}", f"{name}.zip", "\x00", "../" + name))
        return {**found, other: content} if other else found
    times = random.choice((1, 1, 2, 4))
    if is_zipfile(io.BytesIO(found[name])) and random.randrange(4):
        return {**found, name: _of_workbook(random, found[name], times)}
    damage = _raw if is_zipfile(io.BytesIO(found[name])) else _of_text
    for _ in range(times):
        found[name] = damage(random, found[name])
    return found


def _of_workbook(random: Random, content: bytes, times: int) -> bytes:
    """Damage parts of a workbook, or lose one; the archive itself stays whole."""
    with ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    for _ in range(times):
        # What a sheet says is damaged most: the rest is the same in every workbook.
        sheets = [name for name in parts if "sheet" in name.lower() or "shared" in name.lower()]
        name = random.choice(sheets if sheets and random.randrange(4) else sorted(parts))
        if random.randrange(10) == 0:
            del parts[name]
            break
        parts[name] = _of_text(random, parts[name])
    made = io.BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for each, part in parts.items():
            # A fixed date: the same seed gives the same bytes.
            archive.writestr(ZipInfo(each), part)
    return made.getvalue()


def _of_text(random: Random, content: bytes) -> bytes:
    return random.choices(_DAMAGES, weights=_WEIGHTS)[0](random, content)


def _raw(random: Random, content: bytes) -> bytes:
    """Change, add or lose bytes anywhere."""
    at = random.randrange(len(content) + 1)
    kind = random.randrange(5)
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[:at] + random.choice(_BYTES) + content[at:]
    if kind == 2:
        return content[:at] + random.randbytes(random.randrange(8)) + content[at + 1 :]
    if kind == 3:
        return content[:at] + content[at + random.randrange(1, 60) :]
    return content[:at] + content[max(0, at - 200) : at] * random.randrange(1, 4) + content[at:]


def _lines(random: Random, content: bytes) -> bytes:
    """Lose, repeat, swap or end lines in another way."""
    lines = content.split(b"\n")
    at, other = random.randrange(len(lines)), random.randrange(len(lines))
    kind = random.randrange(5)
    if kind == 0:
        del lines[at]
    elif kind == 1:
        lines.insert(other, lines[at])
    elif kind == 2:
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == 3:
        return random.choice((b"\r\n", b"\r", b"\n\n", b"\x0b")).join(lines)
    else:
        lines[at] *= random.choice((2, 50))
    return b"\n".join(lines)


def _field(random: Random, content: bytes) -> bytes:
    """Put a value that is nearly right, or not at all, between two separators."""
    text = content.decode("utf-8", "surrogateescape")
    if b"<" in content and random.randrange(3):
        spans = [each.span() for each in re.finditer(r"(?<=>)[^<>]+(?=<)", text)] or [(0, 0)]
    else:
        spans = [each.span() for each in re.finditer(r"[^,;\n\"=<>]*", text)]
    start, end = random.choice(spans)
    value = _wrong_value(random, text[start:end])
    return (text[:start] + value + text[end:]).encode("utf-8", "surrogateescape")


def _wrong_value(random: Random, old: str) -> str:
    return random.choice(
        (
            random.choice(INSTANTS),
            random.choice(CODES),
            random.choice(("31/02/2018", "29/02/2019", "1/4/18", "01/04/2018", "32/01/2018", "")),
            old + random.choice(ODD),
            old[1:],
            "x" * random.choice(_LONG),
            random.choice(("-1", "1e400", "99999999999999999999", "NaN", "=1+1", "1899-12-30")),
        )
    )


def _structure(random: Random, content: bytes) -> bytes:
    """Add a piece of markup, or take away or double what stands between two brackets."""
    text = content.decode("utf-8", "surrogateescape")
    at = random.randrange(len(text) + 1)
    opened, closed = text.rfind("<", 0, at), text.find(">", at)
    if opened < 0 or closed < 0 or random.randrange(3) == 0:
        changed = text[:at] + random.choice(_MARKUP) + text[at:]
    else:
        piece = text[opened : closed + 1]
        changed = text[:opened] + piece * random.choice((0, 2, 3)) + text[closed + 1 :]
    return changed.encode("utf-8", "surrogateescape")


def _encoding(random: Random, content: bytes) -> bytes:
    text = content.decode("utf-8", "replace")
    return text.encode(random.choice(_ENCODINGS), "replace")


_DAMAGES: Final[tuple[Callable[[Random, bytes], bytes], ...]] = (
    _raw,
    _lines,
    _field,
    _structure,
    _encoding,
)
_WEIGHTS: Final = (4, 4, 10, 3, 1)
