"""Seals identity to the vault before any broker sees it, and opens it in memory at intake."""

from datetime import date

from joserfc import jwe
from joserfc.jwk import OKPKey
from msgspec import DecodeError, Raw, ValidationError
from msgspec.json import Decoder, Encoder, decode

from contracts.identity import Identity
from contracts.outcomes import Rejection
from contracts.reasons import MEANING, Reason
from contracts.unique_names import repeats_a_name, surely_unique
from hub.identity.opening import ALGORITHM, ENCRYPTION, open_seal

HEADER = {"alg": ALGORITHM, "enc": ENCRYPTION}
IDENTITY_TYPES = frozenset({"missing.subject.registered.v1", "missing.subject.amended.v1"})


_ENCODER = Encoder(order="deterministic")
_IDENTITIES = Decoder(Identity)


def identity_bytes(identity: Identity) -> bytes:
    """Return the canonical JSON of an identity block."""
    return _ENCODER.encode(identity)


def seal(identity: Identity, key: OKPKey) -> str:
    """Return an identity block as a compact JWE; two sealings of one block differ."""
    return jwe.encrypt_compact(
        dict(HEADER), identity_bytes(identity), key, algorithms=[*HEADER.values()]
    )


def unseal(sealed: str, key: OKPKey, *earlier: OKPKey) -> Identity | Rejection:
    """Open a sealed identity block, or say that it cannot be opened or breaks its schema.

    earlier: keys to which it may have been sealed before the key was changed.
    """
    opened = open_seal(sealed, key)
    for before in earlier if opened is None else ():
        opened = open_seal(sealed, before) if opened is None else opened
    if opened is None:
        return _reject(Reason.IDENTITY_UNREADABLE)
    try:
        identity = _IDENTITIES.decode(opened)
        if not surely_unique(opened, identity) and repeats_a_name(opened):
            return _reject(Reason.IDENTITY_INVALID)
        if identity.birth_date is not None:
            date.fromisoformat(identity.birth_date)
    except (ValidationError, DecodeError, UnicodeDecodeError, RecursionError, ValueError):
        return _reject(Reason.IDENTITY_INVALID)
    return identity


def seal_if_open(raw: bytes, key: OKPKey) -> bytes:
    """Seal the identity of a registration that came in clear over TLS or from a local file.

    Anything else, also what is not JSON, comes back as it was: validation will speak.
    """
    if b'"missing.subject.' not in raw:
        return raw
    try:
        message = decode(raw, type=dict[str, Raw])
        data = decode(message["data"], type=dict[str, Raw])
        if decode(message["type"]) not in IDENTITY_TYPES:
            return raw
        if bytes(data["identity"])[:1] == b"{":
            identity = _IDENTITIES.decode(data["identity"])
            data["identity"] = Raw(_ENCODER.encode(seal(identity, key)))
    except (ValidationError, DecodeError, UnicodeDecodeError, RecursionError, KeyError):
        return raw
    # Written anew even if it was sealed: a field that stood twice may have been in clear once.
    message["data"] = Raw(_ENCODER.encode(data))
    written = _ENCODER.encode(message)
    # Of a name that stood twice one value is left. The type twice instead has intake refuse it.
    return b'{"type":"",' + written[1:] if repeats_a_name(raw) else written


def _reject(reason: Reason) -> Rejection:
    return Rejection(reason=reason, pointer="/data/identity", message=MEANING[reason])
