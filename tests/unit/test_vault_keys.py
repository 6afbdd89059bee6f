"""The vault's keys are kept closed, and identity is sealed by them and opened only by them."""

from pathlib import Path
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from joserfc import jwe
from joserfc.jwk import OKPKey
from msgspec.json import decode

from contracts.identity import Identity
from contracts.outcomes import Rejection
from contracts.reasons import Reason
from contracts.submissions import Submission, read_submission
from contracts.unique_names import repeats_a_name
from domain.errors import KeyMissingError
from hub.identity.keys import (
    KEY_BYTES,
    OPERATOR,
    SEALING,
    SYMMETRIC,
    Keys,
    load_keys,
    read_operator_token,
    receipt,
)
from hub.identity.sealing import HEADER, identity_bytes, seal, seal_if_open, unseal
from tests.example_bodies import REGISTERED
from tests.examples import identity, message
from tests.unit.records import contract

FILES = (*SYMMETRIC, SEALING, OPERATOR)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys that are only read."""
    made = tmp_path_factory.mktemp("vault") / "keys"
    load_keys(made, create=True)
    return made


@pytest.fixture(scope="module")
def keys(folder: Path) -> Keys:
    """The keys in that folder."""
    return load_keys(folder, create=False)


def sealed_bytes(plain: bytes, key: OKPKey) -> str:
    """Seal any bytes."""
    return jwe.encrypt_compact(dict(HEADER), plain, key, algorithms=[*HEADER.values()])


def reason(answer: Identity | Rejection) -> Reason:
    """Return why a sealed identity is refused."""
    assert isinstance(answer, Rejection)
    assert answer.pointer == "/data/identity"
    return answer.reason


def test_keys_are_made_once_each_its_own_and_closed_to_others(tmp_path: Path) -> None:
    first = load_keys(tmp_path / "keys", create=True)
    again = load_keys(tmp_path / "keys", create=True)

    secrets = [getattr(first, name) for name in SYMMETRIC]
    assert secrets == [getattr(again, name) for name in SYMMETRIC]
    assert len(set(secrets)) == len(SYMMETRIC)
    assert {len(each) for each in secrets} == {KEY_BYTES}
    assert first.operator_token == again.operator_token == read_operator_token(tmp_path / "keys")
    assert {path.name for path in (tmp_path / "keys").iterdir()} == set(FILES)
    assert {path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()} == {0o600}
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700


def test_keys_are_not_shown(keys: Keys) -> None:
    assert keys.operator_token not in repr(keys)


@pytest.mark.parametrize("name", FILES)
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_may_read_or_write_is_refused(
    tmp_path: Path, name: str, mode: int
) -> None:
    load_keys(tmp_path, create=True)
    (tmp_path / name).chmod(mode)

    with pytest.raises(KeyMissingError, match="chmod 600"):
        load_keys(tmp_path, create=True)


@pytest.mark.parametrize("name", FILES)
def test_a_missing_key_is_not_made_in_the_national_profile(tmp_path: Path, name: str) -> None:
    load_keys(tmp_path, create=True)
    (tmp_path / name).unlink()

    with pytest.raises(KeyMissingError, match=name):
        load_keys(tmp_path, create=False)

    assert not (tmp_path / name).exists()


@pytest.mark.parametrize("name", [*SYMMETRIC, SEALING])
@pytest.mark.parametrize("damage", ["", "QUJD", "not base64 !", "\u00e9"])
def test_a_damaged_key_is_refused(tmp_path: Path, name: str, damage: str) -> None:
    load_keys(tmp_path, create=True)
    (tmp_path / name).write_text(damage, encoding="utf-8")

    with pytest.raises(KeyMissingError, match=name):
        load_keys(tmp_path, create=False)


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(KeyMissingError, match="cannot be kept"):
        load_keys(tmp_path / "file", create=True)


def test_keyed_hashes_differ_by_purpose_kind_publisher_and_key(keys: Keys, tmp_path: Path) -> None:
    other = load_keys(tmp_path, create=True)
    hashes = {
        keys.reference_key("child", "la-330", "C-1"),
        keys.reference_key("episode", "la-330", "C-1"),
        keys.reference_key("child", "la-331", "C-1"),
        keys.content_key(b"la-330\nC-1"),
        keys.link_key("upn", "C-1"),
        keys.link_key("child\nla-330", "C-1"),
        other.reference_key("child", "la-330", "C-1"),
    }

    assert len(hashes) == 7
    assert {len(each) for each in hashes} == {16}
    assert len(keys.source_key("la-330", "a")) == 10
    assert keys.event_key(b"row") == keys.event_key(b"row") != other.event_key(b"row")


def test_a_receipt_is_the_same_for_a_retry_and_begins_with_its_source(keys: Keys) -> None:
    source, content = keys.source_key("la-330", "a"), keys.content_key(b"x")

    assert receipt(source, content) == UUID(bytes=source + content[:6])
    assert receipt(source, content) != receipt(source, keys.content_key(b"y"))


def test_a_sealed_identity_opens_as_it_was_and_no_two_seals_are_alike(keys: Keys) -> None:
    who = identity(1)

    one, other = seal(who, keys.sealing), seal(who, keys.sealing)

    assert one != other
    assert unseal(one, keys.sealing) == unseal(other, keys.sealing) == who
    assert isinstance(
        read_submission(message(REGISTERED, identity=one), sent_by=None, contract=contract()),
        Submission,
    )


def test_a_seal_to_another_vault_cannot_be_opened(keys: Keys, tmp_path: Path) -> None:
    other = load_keys(tmp_path, create=True)

    assert reason(unseal(seal(identity(1), other.sealing), keys.sealing)) is (
        Reason.IDENTITY_UNREADABLE
    )


def test_a_seal_with_another_algorithm_is_not_opened(keys: Keys) -> None:
    header = {"alg": "ECDH-ES+A128KW", "enc": "A256GCM"}
    sealed = jwe.encrypt_compact(header, b"{}", keys.sealing, algorithms=[*header.values()])

    assert reason(unseal(sealed, keys.sealing)) is Reason.IDENTITY_UNREADABLE


@settings(max_examples=150, deadline=None)
@given(place=st.integers(0), letter=st.sampled_from("AQgw.-é"))
def test_no_damage_to_a_seal_breaks_the_vault(keys: Keys, place: int, letter: str) -> None:
    sealed = seal(identity(1), keys.sealing)
    at = place % len(sealed)

    answer = unseal(sealed[:at] + letter + sealed[at + 1 :], keys.sealing)

    assert answer == identity(1) or reason(answer) in (
        Reason.IDENTITY_UNREADABLE,
        Reason.IDENTITY_INVALID,
    )


@pytest.mark.parametrize(
    "plain",
    [
        b"",
        b"null",
        b"\xff",
        b"[" * 20_000,
        b'{"nickname":"x"}',
        b'{"birth_date":"2012-02-30"}',
        b'{"birth_date":"2012-02-03\\n"}',
        b'{"nhs_number":"999 000 0018"}',
        b'{"surname":""}',
        b'{"surname":"\\ud800"}',
    ],
)
def test_what_is_no_identity_is_refused_once_opened(keys: Keys, plain: bytes) -> None:
    answer = unseal(sealed_bytes(plain, keys.sealing), keys.sealing)

    assert reason(answer) in (Reason.IDENTITY_INVALID, Reason.IDENTITY_UNREADABLE)


def test_an_identity_that_came_in_clear_is_sealed_and_the_rest_stays(keys: Keys) -> None:
    clear = message(REGISTERED, identity=decode(identity_bytes(identity(1))), sex="F")

    sealed = decode(seal_if_open(clear, keys.sealing))

    assert unseal(sealed["data"].pop("identity"), keys.sealing) == identity(1)
    expected = decode(clear)
    del expected["data"]["identity"]
    assert sealed == expected


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"\xff",
        b'"missing.subject.registered.v1"',
        b'{"type":"missing.subject.registered.v1"}',
        b'{"type":"missing.subject.registered.v1","data":5}',
        b'{"type":"missing.subject.registered.v1","data":{"identity":{"nickname":"x"}}}',
        b'{"type":"missing.subject.other.v1","data":{"identity":{}}}',
        b'{"type":"missing.subject.registered.v1","data":' + b"[" * 30_000,
        message(),
    ],
)
def test_what_has_no_identity_in_clear_is_left_as_it_came(keys: Keys, raw: bytes) -> None:
    assert seal_if_open(raw, keys.sealing) == raw


@settings(max_examples=100, deadline=None)
@given(place=st.integers(0), junk=st.binary(max_size=3))
def test_sealing_never_fails_on_what_came_in(keys: Keys, place: int, junk: bytes) -> None:
    raw = message(REGISTERED, identity=decode(identity_bytes(identity(1))))
    at = place % len(raw)

    passed = seal_if_open(raw[:at] + junk + raw[at + 1 :], keys.sealing)

    assert isinstance(passed, bytes)


def test_an_identity_that_stands_twice_does_not_pass_the_sealing_in_clear() -> None:
    key = OKPKey.generate_key("X25519", private=True)
    sealed = seal(Identity(birth_date="2012-03-04"), key)
    raw = (
        b'{"type":"missing.subject.registered.v1","data":{"identity":{"surname":"Canaryname"},'
        b'"identity":"' + sealed.encode() + b'"}}'
    )

    passed = seal_if_open(raw, key)

    assert b"Canaryname" not in passed
    assert repeats_a_name(passed)
    assert sealed.encode() in passed


def test_a_block_in_which_a_name_stands_twice_is_no_identity(keys: Keys) -> None:
    plain = b'{"surname":"A","surname":"B"}'

    assert reason(unseal(sealed_bytes(plain, keys.sealing), keys.sealing)) is (
        Reason.IDENTITY_INVALID
    )
