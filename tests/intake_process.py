"""An intake role in a process of its own, which tests halt and kill: `python -m` this module."""

import os
import sys
from datetime import timedelta
from pathlib import Path

from msgspec import Struct
from msgspec.json import decode

from domain.geography import Register
from hub.database import Role
from hub.kafka_intake import KafkaIntake
from hub.logs import configure_logs
from hub.roles import stop_on_signal
from hub.settings import Settings
from hub.wiring import open_hub


class Orders(Struct, frozen=True, kw_only=True):
    """What such a process is to do."""

    database_url: str
    data_dir: str
    bootstrap: str
    publishers: list[str]
    term_seconds: float


def register_of(whole: Register, publishers: list[str]) -> Register:
    """Return a register of some authorities and forces alone."""
    return Register(
        authorities=tuple(each for each in whole.authorities if each.publisher_id in publishers),
        abolished=(),
        regions=whole.regions,
        forces=tuple(each for each in whole.forces if each.publisher_id in publishers),
    )


def main(text: str) -> None:
    """Read the topics of some publishers until told to stop."""
    orders = decode(text, type=Orders)
    configure_logs("warning", human=False)
    stop = stop_on_signal(supervisor=os.getppid())
    settings = Settings(database_url=orders.database_url, data_dir=Path(orders.data_dir))
    with open_hub(settings) as hub:
        intake = KafkaIntake(
            hub._database(Role.INTAKE),
            hub.intake,
            register_of(hub.register, orders.publishers),
            orders.bootstrap,
            observe_commit=lambda _seconds: None,
            keyed=hub.keys.content_key,
            process=hub.process,
            term=timedelta(seconds=orders.term_seconds),
        )
        intake.run(stop, poll_seconds=0.2)


if __name__ == "__main__":
    main(sys.argv[1])
