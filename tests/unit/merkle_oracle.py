"""RFC 6962 as its text defines it, by recursion over the leaves: slow, and nothing of ours."""

from collections.abc import Sequence
from hashlib import sha256


def leaf(entry: bytes) -> bytes:
    """Section 2.1: the hash of a list with one entry."""
    return sha256(b"\x00" + entry).digest()


def root(entries: Sequence[bytes]) -> bytes:
    """MTH(D[n]) of section 2.1."""
    if not entries:
        return sha256().digest()
    if len(entries) == 1:
        return leaf(entries[0])
    split = _k(len(entries))
    return sha256(b"\x01" + root(entries[:split]) + root(entries[split:])).digest()


def path(index: int, entries: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of section 2.1.1."""
    if len(entries) == 1:
        return []
    split = _k(len(entries))
    if index < split:
        return [*path(index, entries[:split]), root(entries[split:])]
    return [*path(index - split, entries[split:]), root(entries[:split])]


def proof(old: int, entries: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n]) of section 2.1.2."""
    return _subproof(old, entries, True)


def path_leads_to(
    wanted: bytes, hashed: bytes, index: int, size: int, nodes: Sequence[bytes]
) -> bool:
    """Verify an audit path from the bottom up, by the bits of the index (RFC 9162, 2.1.3.2)."""
    if index >= size:
        return False
    place, last, result = index, size - 1, hashed
    for node in nodes:
        if last == 0:
            return False
        if place & 1 or place == last:
            result = sha256(b"\x01" + node + result).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            result = sha256(b"\x01" + result + node).digest()
        place, last = place >> 1, last >> 1
    return last == 0 and result == wanted


def grew(old: int, before: bytes, new: int, after: bytes, nodes: Sequence[bytes]) -> bool:
    """Verify a consistency proof from the bottom up, 0 < old < new (RFC 9162, 2.1.4.2)."""
    given = list(nodes)
    if not given:
        return False
    if old & (old - 1) == 0:
        given.insert(0, before)
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    first = second = given[0]
    for node in given[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            first = sha256(b"\x01" + node + first).digest()
            second = sha256(b"\x01" + node + second).digest()
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            second = sha256(b"\x01" + second + node).digest()
        place, last = place >> 1, last >> 1
    return first == before and second == after and last == 0


def _subproof(old: int, entries: Sequence[bytes], complete: bool) -> list[bytes]:
    if old == len(entries):
        return [] if complete else [root(entries)]
    split = _k(len(entries))
    if old <= split:
        return [*_subproof(old, entries[:split], complete), root(entries[split:])]
    return [*_subproof(old - split, entries[split:], False), root(entries[:split])]


def _k(size: int) -> int:
    power = 1
    while power * 2 < size:
        power *= 2
    return power
