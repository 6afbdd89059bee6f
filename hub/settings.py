"""Every setting of every process, read once from the environment and the command line."""

import os
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from psycopg import ProgrammingError
from psycopg.conninfo import conninfo_to_dict
from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.errors import UsageError

ENV_PREFIX = "HUB_"
SYSTEM_DATA_DIR = Path("/var/lib/missing-children-hub")


def checked_database_url(value: str) -> str:
    """Return a connection string that PostgreSQL's client library can read."""
    try:
        parameters = conninfo_to_dict(value)
    except ProgrammingError:
        # The library's message quotes the string, which may hold a password.
        raise ValueError("it cannot be read as a connection string") from None
    if "dbname" not in parameters:
        raise ValueError("it names no database")
    return value


def checked_brokers(value: str) -> str:
    """Return a list of brokers in which every entry has a host and a port."""
    for broker in value.split(","):
        host, _, port = broker.strip().rpartition(":")
        if not host or not port.isdecimal() or not 0 < int(port) < 65536:
            raise ValueError("an entry is not host:port")
    return value


def absolute(value: Path) -> Path:
    """Return the path from the root, so that it means the same to every process."""
    return value.expanduser().absolute()


def default_data_dir(root: bool) -> Path:
    """Return where data lies unless somebody says otherwise.

    Root's own home is closed to the user that runs PostgreSQL, so root gets a system directory.
    """
    if root:
        return SYSTEM_DATA_DIR
    data_home = Path(os.environ.get("XDG_DATA_HOME", ""))
    if not data_home.is_absolute():
        data_home = Path("~/.local/share").expanduser()
    return data_home / "missing-children-hub"


class Settings(BaseSettings):
    """Every setting of every process; a wrong one stops the process at start."""

    model_config = SettingsConfigDict(
        env_prefix=ENV_PREFIX, env_ignore_empty=True, extra="forbid", frozen=True
    )

    database_url: Annotated[str, AfterValidator(checked_database_url)] | None = Field(
        None,
        repr=False,
        description="postgresql://user@host/database; none: the embedded PostgreSQL",
    )
    kafka_brokers: Annotated[str, AfterValidator(checked_brokers)] | None = Field(
        None, description="host:port, separated by commas; none: no broker"
    )
    data_dir: Annotated[Path, AfterValidator(absolute)] = Field(
        default_factory=lambda: default_data_dir(root=os.geteuid() == 0),
        description="a directory for the embedded database, vault keys, archive and releases",
    )
    archive_dir: Annotated[Path, AfterValidator(absolute)] = Field(
        default_factory=lambda data: data["data_dir"] / "archive",
        description="a directory for the ledger's archive, on a volume of another machine",
    )
    profile: Literal["embedded", "national"] = Field(
        "embedded",
        description="embedded: submissions enter in process; national: through Kafka,"
        " which is the default where HUB_KAFKA_BROKERS is set",
    )
    poll_seconds: float = Field(
        1.0, gt=0, le=3600, description="longest wait when nothing wakes a process, in seconds"
    )
    host: str = Field("127.0.0.1", min_length=1, description="address that the API listens on")
    port: int = Field(8000, ge=1, le=65535, description="port of the API, 1 to 65535")
    metrics_host: str = Field(
        "127.0.0.1", min_length=1, description="address that the metrics listen on, never public"
    )
    metrics_port: int = Field(9000, ge=1, le=65535, description="port of the metrics, 1 to 65535")
    postgres_user: str | None = Field(
        None,
        description="system user that runs the embedded PostgreSQL when the hub runs as root;"
        " none: the first of hub-postgres, postgres, nobody",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="least level of what is logged"
    )
    archive_seconds: float = Field(
        60.0, gt=0, le=3600, description="time between two rounds of archiving, in seconds"
    )
    checkpoint_hour: int = Field(
        3, ge=0, le=23, description="hour of the day, UTC, of the public checkpoint, 0 to 23"
    )
    relink_hour: int = Field(
        1, ge=0, le=23, description="hour of the day, UTC, at which all is linked again, 0 to 23"
    )
    url: str | None = Field(
        None,
        pattern=r"^https?://",
        description="http(s)://host:port of the hub that the command line talks to;"
        " none: the hub of the data directory itself",
    )
    token: str | None = Field(
        None, repr=False, description="token that the command line shows to the hub"
    )
    backup_dir: Annotated[Path, AfterValidator(absolute)] | None = Field(
        None,
        description="a directory on another machine's disk for base backups and write-ahead logs;"
        " none: the hub does not back itself up",
    )

    @model_validator(mode="before")
    @classmethod
    def follow_the_broker(cls, values: Mapping[str, object]) -> dict[str, object]:
        """Make the profile national where a broker is named and no profile is."""
        national = bool(values.get("kafka_brokers")) and "profile" not in values
        return {**values, **({"profile": "national"} if national else {})}

    @model_validator(mode="after")
    def need_a_broker(self) -> Self:
        """Refuse the national profile where no broker is named."""
        if self.profile == "national" and self.kafka_brokers is None:
            raise ValueError("HUB_PROFILE=national needs HUB_KAFKA_BROKERS")
        return self


def read_settings(**options: Any) -> Settings:
    """Return the settings of this process: what the command line says, then the environment.

    An option of None was not given. Raises UsageError, which names the variable or option and
    what is expected, if a value is wrong or a HUB_ variable is not a setting.
    """
    refuse_unknown_variables()
    given = {name: value for name, value in options.items() if value is not None}
    try:
        return Settings(**given)
    except ValidationError as error:
        details = error.errors(include_input=False, include_url=False, include_context=False)
    raise UsageError("\n".join(problem(detail, given) for detail in details))


def variable(setting: str) -> str:
    """Return the environment variable of a setting."""
    return ENV_PREFIX + setting.upper()


def refuse_unknown_variables() -> None:
    """Raise UsageError if the environment has a HUB_ variable that is not a setting."""
    known = [variable(setting) for setting in Settings.model_fields]
    for name in sorted(os.environ):
        if name.startswith(ENV_PREFIX) and name not in known:
            close = get_close_matches(name, known, n=1) or known
            raise UsageError(
                f"{name} is not a setting of the hub; did you mean {', '.join(close)}?"
            )


def problem(detail: ErrorDetails, given: Mapping[str, object]) -> str:
    """Return what is wrong with a value and what is expected, without the value."""
    if not detail["loc"]:
        return detail["msg"].removeprefix("Value error, ") + "."
    setting = str(detail["loc"][0])
    place = f"--{setting.replace('_', '-')}" if setting in given else variable(setting)
    wrong = detail["msg"].removeprefix("Value error, ")
    expected = Settings.model_fields[setting].description
    return f"{place} is wrong: {wrong[0].lower()}{wrong[1:]}. Expected: {expected}."
