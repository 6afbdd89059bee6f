#!/usr/bin/env python3
"""Checks receipts and checkpoints of the missing children data hub, without asking the hub.

Needs Python 3.9 and the package cryptography. KEY is the hub's verifier key, which you got from
somebody other than the hub's web site, and keep.

    python3 hub_receipt.py check receipt.txt --key KEY
    python3 hub_receipt.py extends old-checkpoint.txt growth.txt --key KEY

`check` shows that a record of yours stands in the ledger that the hub signed for. `extends` shows
that a newer checkpoint (`/log/consistency?from=SIZE`) holds everything that an older one held, in
the same order. Exit codes: 0 it is so; 1 it is not; 2 asked wrongly.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import hashlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

PROVED, FALSE, WRONG = 0, 1, 2
HASH_BYTES = 32
MOST_HASHES = 63
ED25519 = b"\x01"
HEADER = "c2sp.org/tlog-proof@v1"


class NotProved(Exception):
    """What was to be checked does not hold; the text says what is wrong."""


class Key(NamedTuple):
    """Whose signatures are trusted: name, key id, public key."""

    name: str
    key_id: bytes
    public_key: bytes


class Checkpoint(NamedTuple):
    """What a log says of itself, checked: how many records it holds, and the root over them."""

    size: int
    root: bytes


class Proved(NamedTuple):
    """A record that was found in the log: its position from 1, its leaf hash, and under what."""

    position: int
    leaf: bytes
    checkpoint: Checkpoint


def read_key(text: str) -> Key:
    """Return a verifier key from NAME+ID+KEY. Raises ValueError if it is not one for Ed25519."""
    name, key_id, encoded = text.strip().split("+", 2)
    key = base64.b64decode(encoded, validate=True)
    derived = hashlib.sha256(name.encode() + b"\n" + key).digest()[:4]
    if key[:1] != ED25519 or len(key) != 1 + HASH_BYTES or derived.hex() != key_id:
        raise ValueError("the key is not a verifier key for Ed25519")
    return Key(name, derived, key[1:])


def open_checkpoint(note: str, key: Key) -> Checkpoint:
    """Return what a checkpoint says, after checking that the key's owner signed it."""
    text, blank, signatures = note.rpartition("\n\n")
    for line in signatures.splitlines() if blank else ():
        dash, _, rest = line.partition(" ")
        name, _, encoded = rest.partition(" ")
        signed = decoded(encoded) if (dash, name) == ("\u2014", key.name) else b""
        if signed[:4] == key.key_id and signs(key, signed[4:], f"{text}\n"):
            break
    else:
        raise NotProved("the checkpoint is not signed with this key")
    lines = text.split("\n")
    if len(lines) < 3 or lines[0] != key.name:
        raise NotProved("the checkpoint is of another log")
    return Checkpoint(number(lines[1]), a_hash(lines[2]))


def check_receipt(receipt: str, key: Key) -> Proved:
    """Return the record that a receipt is for. Raises NotProved if the log does not hold it."""
    head, blank, note = receipt.partition("\n\n")
    header, *lines = head.split("\n")
    if not blank or header != HEADER or len(lines) < 2 or not lines[0].startswith("extra "):
        raise NotProved("this is no receipt of the hub")
    if not lines[1].startswith("index "):
        raise NotProved("the receipt has no index")
    leaf = a_hash(lines[0][len("extra ") :])
    index = number(lines[1][len("index ") :])
    checkpoint = open_checkpoint(note, key)
    if root_of(leaf, index, checkpoint.size, hashes(lines[2:])) != checkpoint.root:
        raise NotProved("the log does not hold this record at this place")
    return Proved(index + 1, leaf, checkpoint)


def check_growth(older: str, growth: str, key: Key) -> tuple[Checkpoint, Checkpoint]:
    """Return two checkpoints, the newer of which is proved to extend the older."""
    head, blank, note = growth.partition("\n\n")
    first, *lines = head.split("\n")
    if not blank or not first.startswith("old "):
        raise NotProved("this is no proof of growth")
    old, new = open_checkpoint(older, key), open_checkpoint(note, key)
    if number(first[len("old ") :]) != old.size:
        raise NotProved("the proof is for a checkpoint of another size")
    if not grew(old, new, hashes(lines)):
        raise NotProved("the newer checkpoint does not extend the older one")
    return old, new


def root_of(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """Return the root that an inclusion proof leads to (RFC 9162, 2.1.3.2); None: to none."""
    if index >= size:
        return None
    left, last, found = index, size - 1, leaf
    for node in path:
        if last == 0:
            return None
        if left & 1 or left == last:
            found = above(node, found)
            while left and not left & 1:
                left, last = left >> 1, last >> 1
        else:
            found = above(found, node)
        left, last = left >> 1, last >> 1
    return found if last == 0 else None


def grew(old: Checkpoint, new: Checkpoint, path: Sequence[bytes]) -> bool:
    """Say whether a consistency proof holds (RFC 9162, 2.1.4.2)."""
    if not 0 < old.size < new.size:
        return old == new and not path
    nodes = list(path) if old.size & (old.size - 1) else [old.root, *path]
    left, last = old.size - 1, new.size - 1
    while left & 1:
        left, last = left >> 1, last >> 1
    if not nodes:
        return False
    before = after = nodes[0]
    for node in nodes[1:]:
        if last == 0:
            return False
        if left & 1 or left == last:
            before, after = above(node, before), above(node, after)
            while left and not left & 1:
                left, last = left >> 1, last >> 1
        else:
            after = above(after, node)
        left, last = left >> 1, last >> 1
    return (before, after, last) == (old.root, new.root, 0)


def above(left: bytes, right: bytes) -> bytes:
    """Return the hash of the node above two others."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def signs(key: Key, signature: bytes, text: str) -> bool:
    """Say whether a signature is the key's over a text."""
    try:
        Ed25519PublicKey.from_public_bytes(key.public_key).verify(signature, text.encode())
    except InvalidSignature:
        return False
    return True


def hashes(lines: Sequence[str]) -> list[bytes]:
    """Return the hashes of a proof."""
    if len(lines) > MOST_HASHES:
        raise NotProved("the proof is too long")
    return [a_hash(line) for line in lines]


def a_hash(text: str) -> bytes:
    """Return 32 bytes from base64."""
    value = decoded(text)
    if len(value) != HASH_BYTES:
        raise NotProved("a hash has another length than 32 bytes")
    return value


def decoded(text: str) -> bytes:
    """Return bytes from base64."""
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise NotProved("a line is not base64") from None


def number(text: str) -> int:
    """Return a number of records."""
    if not (text.isascii() and text.isdigit() and len(text) < 20):
        raise NotProved("a size or an index is not a number")
    return int(text)


def arguments(given: Sequence[str] | None) -> argparse.Namespace:
    """Return what was asked for on the command line."""
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--key", required=True, help="the hub's verifier key, NAME+ID+KEY")
    whole = argparse.ArgumentParser(description="Checks what the hub signed, without asking it.")
    commands = whole.add_subparsers(dest="command", required=True)
    check = commands.add_parser("check", parents=[common], help="check receipts")
    check.add_argument("files", nargs="+")
    extends = commands.add_parser("extends", parents=[common], help="check a proof of growth")
    extends.add_argument("older", help="the checkpoint that you kept")
    extends.add_argument("growth", help="what /log/consistency?from=SIZE answered")
    return whole.parse_args(given)


def told(options: argparse.Namespace, key: Key) -> list[str]:
    """Return what was proved, in words."""
    if options.command == "extends":
        old, new = check_growth(read(options.older), read(options.growth), key)
        return [f"The {new.size} records signed begin with the {old.size} signed before."]
    lines = []
    for file in options.files:
        proved = check_receipt(read(file), key)
        where = f"position {proved.position} of {proved.checkpoint.size}"
        lines.append(f"{file}: a record with the hash {proved.leaf.hex()} stands at {where}.")
    return lines


def read(file: str) -> str:
    """Return a file's text with its line ends as they are."""
    return Path(file).read_bytes().decode("utf-8")


def main(given: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    options = arguments(given)
    try:
        lines = told(options, read_key(options.key))
    except NotProved as error:
        sys.stderr.write(f"hub_receipt: NOT PROVED: {error}\n")
        return FALSE
    except (OSError, ValueError) as error:
        sys.stderr.write(f"hub_receipt: {error}\n")
        return WRONG
    sys.stdout.write("".join(f"{line}\n" for line in lines))
    return PROVED


if __name__ == "__main__":
    sys.exit(main())
