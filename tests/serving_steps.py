"""A hub in this process that answers over HTTP, so that a test can move its clock."""

from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from threading import Thread
from time import sleep

import uvicorn

from hub.api.app import build_app
from hub.wiring import Hub


@contextmanager
def served(hub: Hub) -> Iterator[str]:
    """Give the address at which a hub answers, as long as the context lasts."""
    with socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        config = uvicorn.Config(build_app(hub.services()), log_config=None, access_log=False)
        server = uvicorn.Server(config)
        thread = Thread(target=server.run, args=([listener],), daemon=True)
        thread.start()
        while not server.started and thread.is_alive():
            sleep(0.01)
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join(timeout=10)
