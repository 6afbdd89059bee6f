"""Opening a seal by hand: joserfc, which made it, is the judge of what is one."""

from base64 import urlsafe_b64encode
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from hub.identity.opening import open_seal
from hub.identity.sealing import HEADER

KEY = OKPKey.generate_key("X25519", private=True)
PARTIES = st.binary(max_size=40).map(lambda raw: urlsafe_b64encode(raw).rstrip(b"=").decode())
HEADERS = st.fixed_dictionaries(
    {},
    optional={
        "kid": st.text(max_size=9),
        "typ": st.text(max_size=9),
        "cty": st.text(max_size=9),
        "apu": PARTIES,
        "apv": PARTIES,
    },
)
LETTERS = "ABQgwz019-_+/=. é"


def sealed_by_joserfc(plain: bytes, header: dict[str, Any] | None = None) -> str:
    return jwe.encrypt_compact(
        {**HEADER, **(header or {})}, plain, KEY, algorithms=[*HEADER.values()]
    )


def opened_by_joserfc(sealed: str) -> bytes | None:
    try:
        return jwe.decrypt_compact(sealed, KEY, algorithms=[*HEADER.values()]).plaintext
    except (JoseError, ValueError, TypeError):
        return None


@given(plain=st.binary(max_size=300), header=HEADERS)
def test_what_joserfc_seals_is_opened(plain: bytes, header: dict[str, Any]) -> None:
    sealed = sealed_by_joserfc(plain, header)

    assert open_seal(sealed, KEY) == opened_by_joserfc(sealed) == plain


@given(
    header=HEADERS,
    place=st.integers(0),
    letter=st.sampled_from(LETTERS),
    taken=st.integers(0, 2),
)
def test_nothing_is_opened_that_joserfc_refuses(
    header: dict[str, Any], place: int, letter: str, taken: int
) -> None:
    sealed = sealed_by_joserfc(b"{}", header)
    at = place % len(sealed)
    damaged = sealed[:at] + letter + sealed[at + taken :]

    assert open_seal(damaged, KEY) in (None, opened_by_joserfc(damaged))


@given(st.lists(st.text(st.sampled_from(LETTERS)), max_size=7).map(".".join))
def test_any_other_text_is_no_seal(text: str) -> None:
    assert open_seal(text, KEY) is None


@pytest.mark.parametrize("at", range(1, 5))
def test_every_spare_bit_of_a_seal_is_zero(at: int) -> None:
    parts = sealed_by_joserfc(b"{}").split(".")
    last = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    parts[at] = parts[at][:-1] + last[last.find(parts[at][-1:]) ^ 1] if parts[at] else "AA"

    assert open_seal(".".join(parts), KEY) is None


@pytest.mark.parametrize("point", [bytes(32), b"\1" + bytes(31), b"\xec" + b"\xff" * 30 + b"\x7f"])
def test_a_point_that_gives_every_key_away_opens_nothing(point: bytes) -> None:
    x = urlsafe_b64encode(point).rstrip(b"=").decode()
    header = f'{{"alg":"ECDH-ES","enc":"A256GCM","epk":{{"kty":"OKP","crv":"X25519","x":"{x}"}}}}'
    head = urlsafe_b64encode(header.encode()).rstrip(b"=").decode()

    assert open_seal(f"{head}..{'A' * 16}.AA.{'A' * 22}", KEY) is None


def test_a_public_key_opens_nothing() -> None:
    public = OKPKey.import_key(KEY.as_dict(private=False))

    with pytest.raises(TypeError):
        open_seal(sealed_by_joserfc(b"{}"), public)
