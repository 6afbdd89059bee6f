"""Opens a seal: a compact JWE (RFC 7516) of the one shape that the hub takes.

Sealing goes through joserfc. Opening does not, because every registration of the country passes
here and most of what the library does for one is to find out which shape it has: that costs twice
the key agreement itself. A test holds the two to the same answers.
"""

from binascii import a2b_base64
from hashlib import sha256
from struct import pack
from typing import Annotated, Literal

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from joserfc.jwk import OKPKey
from msgspec import DecodeError, Meta, Struct
from msgspec.json import Decoder

ALGORITHM = "ECDH-ES"
ENCRYPTION = "A256GCM"
_NONCE_BYTES = 12
_TAG_BYTES = 16
_FIRST_ROUND = pack(">I", 1)
_KEY_BITS = pack(">I", 256)
_FOR_CONTENT = pack(">I", len(ENCRYPTION)) + ENCRYPTION.encode()
_NO_PARTIES = bytes(8)
# With so many letters missing, the last one holds bits that stand for nothing: they must be zero.
_LAST_LETTERS = (b"", b"AEIMQUYcgkosw048", b"AQgw", b"")
_TO_STANDARD = bytes.maketrans(b"-_", b"+/")


class _Ephemeral(Struct, frozen=True, forbid_unknown_fields=True):
    """The sender's part of the key agreement."""

    kty: Literal["OKP"]
    crv: Literal["X25519"]
    x: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{43}$(?!\n)")]


class _Header(Struct, frozen=True, forbid_unknown_fields=True):
    """What a seal's header may hold; no compression, and no extension that must be understood."""

    alg: Literal["ECDH-ES"]
    enc: Literal["A256GCM"]
    epk: _Ephemeral
    kid: str | None = None
    typ: str | None = None
    cty: str | None = None
    apu: str | None = None
    apv: str | None = None


_HEADERS = Decoder(_Header)


def open_seal(sealed: str, key: OKPKey) -> bytes | None:
    """Return what was sealed to a key; None if this is no seal, or not one to this key."""
    private = key.private_key
    if not isinstance(private, X25519PrivateKey):
        raise TypeError("only the private half of an X25519 pair opens a seal")
    try:
        head, wrapped, nonce, text, tag = sealed.encode("ascii").split(b".")
        header = _HEADERS.decode(_decoded(head))
        starts, ends = _decoded(nonce), _decoded(tag)
        if wrapped or (len(starts), len(ends)) != (_NONCE_BYTES, _TAG_BYTES):
            return None
        theirs = X25519PublicKey.from_public_bytes(_decoded(header.epk.x.encode()))
        content_key = _agreed(private.exchange(theirs), header)
        return AESGCM(content_key).decrypt(starts, _decoded(text) + ends, head)
    except (InvalidTag, ValueError, DecodeError, RecursionError):
        return None


def _agreed(secret: bytes, header: _Header) -> bytes:
    """Return the key of the content: the Concat KDF of RFC 7518, 4.6.2, which needs one round."""
    apu, apv = ((each or "").encode() for each in (header.apu, header.apv))
    parties = _counted(_decoded(apu)) + _counted(_decoded(apv)) if apu or apv else _NO_PARTIES
    return sha256(_FIRST_ROUND + secret + _FOR_CONTENT + parties + _KEY_BITS).digest()


def _counted(value: bytes) -> bytes:
    return pack(">I", len(value)) + value


def _decoded(text: bytes) -> bytes:
    """Return what base64url without padding stands for, if it is written in the one right way.

    Raises ValueError if it is not.
    """
    missing = -len(text) % 4
    if b"+" in text or b"/" in text or (missing and text[-1:] not in _LAST_LETTERS[missing]):
        raise ValueError("this is no base64url, or not its only form")
    return a2b_base64(text.translate(_TO_STANDARD) + b"=" * missing, strict_mode=True)
