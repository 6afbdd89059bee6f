"""The settings: where they come from, and what is said about a wrong one."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import UsageError
from hub.settings import SYSTEM_DATA_DIR, Settings, default_data_dir, read_settings


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take every setting out of the environment of a test."""
    for setting in Settings.model_fields:
        monkeypatch.delenv(f"HUB_{setting.upper()}", raising=False)


def test_nothing_has_to_be_set() -> None:
    settings = read_settings()

    assert settings.database_url is None
    assert settings.profile == "embedded"
    assert settings.data_dir.is_absolute()


def test_a_variable_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PORT", "8123")

    assert read_settings().port == 8123


def test_an_option_wins_over_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATA_DIR", "/from/variable")

    assert read_settings(data_dir=Path("/from/option")).data_dir == Path("/from/option")
    assert read_settings(data_dir=None).data_dir == Path("/from/variable")


def test_an_empty_variable_is_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", "")

    assert read_settings().database_url is None


def test_a_relative_directory_means_the_same_to_every_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    assert read_settings(data_dir="data").data_dir == tmp_path / "data"


def test_data_lie_where_the_system_wants_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", "/data/home")
    monkeypatch.setenv("HOME", "/srv/somebody")

    assert default_data_dir(root=True) == SYSTEM_DATA_DIR
    assert default_data_dir(root=False) == Path("/data/home/missing-children-hub")


@pytest.mark.parametrize("data_home", ["", "relative"])
def test_a_data_home_that_is_not_absolute_is_passed_over(
    data_home: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", data_home)
    monkeypatch.setenv("HOME", "/srv/somebody")

    expected = Path("/srv/somebody/.local/share/missing-children-hub")
    assert default_data_dir(root=False) == expected


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("HUB_PORT", "0", "1 to 65535"),
        ("HUB_PORT", "http", "1 to 65535"),
        ("HUB_METRICS_PORT", "65536", "1 to 65535"),
        ("HUB_POLL_SECONDS", "-1", "in seconds"),
        ("HUB_PROFILE", "local", "'embedded' or 'national'"),
        ("HUB_LOG_LEVEL", "loud", "'warning'"),
        ("HUB_URL", "localhost:8000", "http(s)://host:port"),
        ("HUB_KAFKA_BROKERS", "broker", "host:port"),
        ("HUB_KAFKA_BROKERS", "broker:9092,", "host:port"),
        ("HUB_KAFKA_BROKERS", "broker:99999", "host:port"),
        ("HUB_DATABASE_URL", "nonsense", "postgresql://user@host/database"),
        ("HUB_DATABASE_URL", "postgresql://user@host", "it names no database"),
    ],
)
def test_a_wrong_value_names_its_variable_and_what_is_expected(
    name: str, value: str, expected: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(UsageError) as refusal:
        read_settings()

    assert str(refusal.value).startswith(f"{name} is wrong: ")
    assert expected in str(refusal.value)


def test_a_wrong_option_is_named_as_it_was_given() -> None:
    with pytest.raises(UsageError, match=r"^--metrics-port is wrong: "):
        read_settings(metrics_port=0)


def test_every_wrong_value_is_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_PORT", "no")
    monkeypatch.setenv("HUB_PROFILE", "no")

    with pytest.raises(UsageError) as refusal:
        read_settings()

    assert len(str(refusal.value).splitlines()) == 2


def test_a_misspelt_variable_is_refused_with_the_nearest_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HUB_DATABSE_URL", "postgresql://host/hub")

    with pytest.raises(UsageError, match=r"HUB_DATABSE_URL .* did you mean HUB_DATABASE_URL"):
        read_settings()


@pytest.mark.parametrize(
    "url", ["postgresql://user:canary@[host/hub", "postgresql://user:canary@host"]
)
def test_no_secret_stands_in_a_refusal(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_DATABASE_URL", url)

    with pytest.raises(UsageError) as refusal:
        read_settings()

    assert "canary" not in str(refusal.value)
    assert refusal.value.__cause__ is None


def test_no_secret_stands_in_what_settings_print() -> None:
    settings = read_settings(database_url="postgresql://user:canary@host/hub", token="canary")

    assert "canary" not in repr(settings)
    assert "canary" not in str(settings)


def test_naming_a_broker_makes_the_profile_national() -> None:
    assert read_settings(kafka_brokers="one:9092,two:9092").profile == "national"
    assert read_settings(kafka_brokers="one:9092", profile="embedded").profile == "embedded"


def test_the_national_profile_needs_a_broker() -> None:
    with pytest.raises(UsageError, match="HUB_PROFILE=national needs HUB_KAFKA_BROKERS"):
        read_settings(profile="national")


def test_every_setting_says_what_it_expects() -> None:
    for field in Settings.model_fields.values():
        assert field.description


@given(st.integers())
def test_a_port_is_one_that_exists(port: int) -> None:
    if 1 <= port <= 65535:
        assert read_settings(port=port).port == port
    else:
        with pytest.raises(UsageError, match=r"^--port is wrong"):
            read_settings(port=port)
