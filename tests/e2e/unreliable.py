"""A way to the hub that loses answers: what a client on a bad line meets."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from socket import SHUT_RDWR, create_connection, socket
from threading import Thread
from typing import Final
from urllib.parse import urlsplit

PIECE: Final = 65_536


@dataclass
class Line:
    """A port that passes requests on; `keeps`: how many bytes of each answer it lets through.

    The first connection loses its answer by the first entry, and so on; when the entries are used
    up, answers pass whole. lost: how many answers were cut.
    """

    target: tuple[str, int]
    keeps: list[int]
    listener: socket = field(default_factory=socket)
    lost: int = 0

    @property
    def url(self) -> str:
        """The address to ask instead of the hub's."""
        return f"http://127.0.0.1:{self.listener.getsockname()[1]}"

    def serve(self) -> None:
        """Take connections until the listener is closed."""
        with suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                self.pass_on(client)

    def pass_on(self, client: socket) -> None:
        """Send one request on, and bring its answer back, or the beginning of it."""
        with client, create_connection(self.target) as hub:
            # It asks for one answer a connection, as the client does.
            hub.sendall(self.read_request(client))
            answer = b"".join(iter(lambda: hub.recv(PIECE), b""))
            if self.keeps:
                answer = answer[: self.keeps.pop(0)]
                self.lost += 1
            with suppress(OSError):
                client.sendall(answer)

    def read_request(self, client: socket) -> bytes:
        """Return a whole request, by the length that it states."""
        request = b""
        while b"\r\n\r\n" not in request:
            request += client.recv(PIECE)
        head, _, body = request.partition(b"\r\n\r\n")
        fields = dict(line.lower().split(b": ", 1) for line in head.split(b"\r\n")[1:])
        while len(body) < int(fields.get(b"content-length", b"0")):
            piece = client.recv(PIECE)
            request, body = request + piece, body + piece
        return request


@contextmanager
def unreliable(url: str, *keeps: int) -> Iterator[Line]:
    """Give a way to a hub that cuts the first answers down to so many bytes each."""
    parts = urlsplit(url)
    line = Line(target=(str(parts.hostname), int(parts.port or 80)), keeps=list(keeps))
    line.listener.bind(("127.0.0.1", 0))
    line.listener.listen()
    thread = Thread(target=line.serve)
    thread.start()
    try:
        yield line
    finally:
        # Wakes the thread, which waits for the next connection.
        line.listener.shutdown(SHUT_RDWR)
        line.listener.close()
        thread.join(10)
