"""A small TCP proxy whose connections can be cut at any byte, and refused."""

import socket
import struct
from contextlib import suppress
from pathlib import Path
from selectors import EVENT_READ, DefaultSelector
from threading import Lock, Thread
from types import TracebackType
from typing import Final, Self

PIECE: Final = 65_536
STEP_SECONDS: Final = 0.05
# Close with a reset: what a pulled cable or a firewall leaves behind.
RESET: Final = struct.pack("ii", 1, 0)


class Proxy:
    """Passes bytes on between its clients and a target: a Unix socket, or host and port.

    target: None: every connection is refused until it is set. cuts: how often it cut.
    """

    def __init__(self, target: Path | tuple[str, int] | None) -> None:
        self.target = target
        self.cuts = 0
        self._left: int | None = None
        self._refusing = False
        self._lock = Lock()
        self._pairs: dict[socket.socket, socket.socket] = {}
        self._selector = DefaultSelector()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self._selector.register(self._listener, EVENT_READ)
        self._open = True
        self._thread = Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        """Begin to listen."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """End every connection."""
        self._open = False
        self._thread.join(10)
        with self._lock:
            self._cut_all()
        self._listener.close()
        self._selector.close()

    def cut_after(self, size: int) -> None:
        """Cut every connection once so many more bytes have passed, whichever way."""
        with self._lock:
            self._left = size

    def cut(self) -> None:
        """Cut every connection now."""
        with self._lock:
            self._cut_all()

    def refuse(self, refusing: bool) -> None:
        """Refuse new connections, and cut those there are; or take them again."""
        with self._lock:
            self._refusing = refusing
            self._left = None
            if refusing:
                self._cut_all()

    def _run(self) -> None:
        while self._open:
            for key, _ in self._selector.select(STEP_SECONDS):
                with self._lock:
                    if key.fileobj is self._listener:
                        self._accept()
                    elif isinstance(key.fileobj, socket.socket):
                        self._pass_on(key.fileobj)

    def _accept(self) -> None:
        client, _ = self._listener.accept()
        target = self.target
        if self._refusing or target is None:
            _reset(client)
            return
        try:
            if isinstance(target, Path):
                server = socket.socket(socket.AF_UNIX)
                server.connect(str(target))
            else:
                server = socket.create_connection(target, timeout=5)
        except OSError:
            _reset(client)
            return
        for one, other in ((client, server), (server, client)):
            one.setblocking(True)
            self._pairs[one] = other
            self._selector.register(one, EVENT_READ)

    def _pass_on(self, source: socket.socket) -> None:
        if source not in self._pairs:
            return
        try:
            piece = source.recv(PIECE)
            if self._left is not None:
                kept = piece[: self._left]
                self._left -= len(kept)
                self._pairs[source].sendall(kept)
                if self._left == 0:
                    self._left = None
                    self._cut_all()
                    return
            elif piece:
                self._pairs[source].sendall(piece)
        except OSError:
            piece = b""
        if not piece:
            self._drop(source)

    def _cut_all(self) -> None:
        self.cuts += bool(self._pairs)
        for one in list(self._pairs):
            if one in self._pairs:
                self._drop(one)

    def _drop(self, one: socket.socket) -> None:
        other = self._pairs.pop(one)
        del self._pairs[other]
        for each in (one, other):
            self._selector.unregister(each)
            _reset(each)


def _reset(one: socket.socket) -> None:
    with suppress(OSError):
        if one.family != socket.AF_UNIX:
            one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    one.close()
