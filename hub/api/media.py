"""Chooses the form of an answer by the header Accept (RFC 9110, 12.5.1)."""

import re
from collections.abc import Sequence

_QUALITY = re.compile(r"q=(0(\.[0-9]{0,3})?|1(\.0{0,3})?)")


def preferred_media(accept: str, offered: Sequence[str]) -> str | None:
    """Return the offered type that is liked best, the first of equals; None if none is liked.

    accept: the whole header; empty: anything will do. The most specific range decides on a type,
    and a part that cannot be read likes nothing.
    """
    if not accept.strip():
        return offered[0]
    likings = dict(_likings(accept))
    best = max(offered, key=lambda media: _liking(media, likings))
    return best if _liking(best, likings) > 0 else None


def _liking(media: str, likings: dict[str, float]) -> float:
    family = media.partition("/")[0]
    ranges = (media, f"{family}/*", "*/*")
    return next((likings[each] for each in ranges if each in likings), 0.0)


def _likings(accept: str) -> list[tuple[str, float]]:
    found = []
    for part in accept.split(","):
        media, *parameters = (piece.strip().lower() for piece in part.split(";"))
        # The forms offered have no parameters of their own: only the quality counts.
        qualities = [each for each in parameters if each.startswith("q=")]
        quality = qualities[0] if qualities else "q=1"
        found.append((media, float(quality[2:]) if _QUALITY.fullmatch(quality) else 0.0))
    return found
