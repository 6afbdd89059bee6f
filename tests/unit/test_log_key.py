"""The key that signs checkpoints is made once, keeps its log's name, and is closed to others."""

from pathlib import Path

import pytest

from contracts.signed_notes import NoteSigner
from domain.errors import KeyMissingError, UsageError
from hub.identity.keys import LOG_SIGNING, load_keys, load_log_signer


def test_the_key_is_made_once_and_is_the_logs_own(tmp_path: Path) -> None:
    first = load_log_signer(tmp_path / "one", create=True)
    again = load_log_signer(tmp_path / "one", create=True, origin="another.example/log")
    other = load_log_signer(tmp_path / "two", create=True)

    assert first == again == load_log_signer(tmp_path / "one", create=False)
    assert other.name != first.name
    assert other.seed != first.seed
    assert first.name.startswith("missing-children-hub/ledger/")
    assert (tmp_path / "one" / LOG_SIGNING).stat().st_mode & 0o777 == 0o600


def test_a_log_gets_the_name_that_was_asked_for(tmp_path: Path) -> None:
    signer = load_log_signer(tmp_path, create=True, origin="data.example/ledger")

    assert signer.name == "data.example/ledger"
    assert NoteSigner.parse((tmp_path / LOG_SIGNING).read_text()) == signer


@pytest.mark.parametrize("origin", ["two words", "a+b", "\N{NO-BREAK SPACE}", "line\nbreak"])
def test_a_name_that_no_key_can_have_is_refused_and_nothing_is_made(
    tmp_path: Path, origin: str
) -> None:
    with pytest.raises(UsageError, match="cannot have this origin"):
        load_log_signer(tmp_path, create=True, origin=origin)

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_that_others_may_read_or_write_is_refused(tmp_path: Path, mode: int) -> None:
    load_log_signer(tmp_path, create=True)
    (tmp_path / LOG_SIGNING).chmod(mode)

    with pytest.raises(KeyMissingError, match="chmod 600"):
        load_log_signer(tmp_path, create=True)


def test_a_missing_key_is_made_only_if_asked_for(tmp_path: Path) -> None:
    load_keys(tmp_path, create=True)

    with pytest.raises(KeyMissingError, match=LOG_SIGNING):
        load_log_signer(tmp_path, create=False)

    assert not (tmp_path / LOG_SIGNING).exists()


@pytest.mark.parametrize("damage", ["", "PRIVATE+KEY+a", "QUJD", "\u00e9"])
def test_a_damaged_key_is_refused_without_showing_it(tmp_path: Path, damage: str) -> None:
    secret = load_log_signer(tmp_path, create=True).secret_text()
    path = tmp_path / LOG_SIGNING
    path.write_text(damage or f"x{secret}", encoding="utf-8")

    with pytest.raises(KeyMissingError, match=LOG_SIGNING) as caught:
        load_log_signer(tmp_path, create=True)

    assert secret not in str(caught.value)
