"""Who may review: tokens of named reviewers, and the sessions of their browsers.

A token is known by its hash alone, in a file beside the vault's keys that no backup has. The hash
is what a session's cookie is signed with, so a reviewer who is removed is out at once.
"""

import hmac
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Final

from domain.errors import KeyMissingError, NotFoundError, UsageError
from domain.reviewing import parse_reviewer

# The file, in the folder of the keys: a line for each reviewer, name and hash.
REVIEWERS: Final = "reviewers"
# How long a browser may be left alone.
SESSION: Final = timedelta(minutes=30)
_COOKIE_PARTS: Final = 4


@dataclass(frozen=True, kw_only=True)
class Session:
    """A browser that a reviewer has signed in with; cookie: what it is to show.

    proof: what its forms are to hold, so that no other site can send them.
    """

    reviewer: str
    cookie: str
    proof: str


class Reviewers:
    """Knows who reviews; reads the file afresh, so that changes hold at once."""

    def __init__(self, folder: Path, clock: Callable[[], datetime]) -> None:
        """Take the folder of the keys."""
        self._path = folder / REVIEWERS
        self._clock = clock

    def add(self, name: str) -> str:
        """Return the token of a new reviewer; it is never seen again.

        Raises UsageError if the name is none, or in use.
        """
        known = self._read()
        if parse_reviewer(name) in known:
            raise UsageError(f"{name} is a reviewer already: remove them first for a new token.")
        token = token_urlsafe(32)
        self._write({**known, name: _hash(token)})
        return token

    def remove(self, name: str) -> None:
        """Let a reviewer in no more; what they decided stays. Raises NotFoundError."""
        known = self._read()
        if name not in known:
            raise NotFoundError("There is no reviewer of this name.")
        self._write({each: key for each, key in known.items() if each != name})

    def names(self) -> list[str]:
        """Return who reviews, by name."""
        return sorted(self._read())

    def holder(self, token: str) -> str | None:
        """Return whose token it is, compared in constant time; None: nobody's."""
        shown = _hash(token)
        found = None
        for name, key in self._read().items():
            if hmac.compare_digest(shown, key):
                found = name
        return found

    def sign_in(self, token: str) -> Session | None:
        """Return a new session for a token; None: it is nobody's."""
        name = self.holder(token)
        return None if name is None else self._session(name, token_hex(16))

    def session(self, cookie: str) -> Session | None:
        """Return the session of a cookie, good for another half hour; None: it is over, or none."""
        parts = cookie.split(".")
        if len(parts) != _COOKIE_PARTS:
            return None
        name, nonce, until, signature = parts
        key = self._read().get(name)
        if key is None or not hmac.compare_digest(
            signature.encode(), _signed(key, "session", name, nonce, until).encode()
        ):
            return None
        if int(until) <= self._clock().timestamp():
            return None
        return self._session(name, nonce)

    def _session(self, name: str, nonce: str) -> Session:
        key = self._read()[name]
        until = str(int((self._clock().astimezone(UTC) + SESSION).timestamp()))
        signature = _signed(key, "session", name, nonce, until)
        return Session(
            reviewer=name,
            cookie=".".join((name, nonce, until, signature)),
            proof=_signed(key, "form", name, nonce),
        )

    def _read(self) -> dict[str, str]:
        try:
            if self._path.stat().st_mode & 0o077:
                raise KeyMissingError(f"{self._path} can be read by others: run chmod 600 on it.")
            lines = self._path.read_text(encoding="ascii").splitlines()
            return {
                name: _known_hash(key) for name, _, key in (each.partition(" ") for each in lines)
            }
        except FileNotFoundError:
            return {}
        except (OSError, ValueError) as error:
            raise KeyMissingError(
                f"The file of reviewers {self._path} cannot be read: restore it, or remove it and"
                " add the reviewers again."
            ) from error

    def _write(self, known: Mapping[str, str]) -> None:
        text = "".join(f"{name} {known[name]}\n" for name in sorted(known))
        draft = self._path.with_name(f".{REVIEWERS}.{os.getpid()}")
        try:
            self._path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(self._path)
        except OSError as error:
            raise KeyMissingError(
                f"Reviewers cannot be kept in {self._path.parent}: {error.strerror}."
            ) from error


def _known_hash(text: str) -> str:
    """Return a hash as the file holds it. Raises ValueError if it is none."""
    if len(bytes.fromhex(text)) != sha256().digest_size:
        raise ValueError("no hash of a token")
    return text


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()


def _signed(key: str, *parts: str) -> str:
    return hmac.new(bytes.fromhex(key), "\n".join(parts).encode(), sha256).hexdigest()
