"""A publisher's HTTP client that can break off at any byte."""

import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from msgspec.json import decode

from tests.faults.publishers import Sent

SECONDS: Final = 60.0
ACCEPTED: Final = 202
RESET: Final = struct.pack("ii", 1, 0)
PORTS: Final = range(20_000, 32_000, 2)


@dataclass(frozen=True, kw_only=True)
class Answer:
    """An answer whose body is JSON; headers: by name in lower case."""

    status: int
    headers: dict[str, str]
    body: Any

    @property
    def receipts(self) -> list[str]:
        """The receipts of the messages, in their order."""
        return [each["id"] for each in self.body["submissions"]]


@dataclass(frozen=True, kw_only=True)
class Client:
    """Sends batches to an API on this machine."""

    port: int
    token: str

    def request(self, messages: Sequence[Sent]) -> bytes:
        """Return the bytes of a request."""
        body = b"[" + b",".join(each.raw for each in messages) + b"]"
        head = (
            "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
            f"Authorization: Bearer {self.token}\r\nContent-Length: {len(body)}\r\n"
            "Content-Type: application/cloudevents-batch+json\r\n\r\n"
        )
        return head.encode() + body

    def open(self) -> socket.socket:
        """Connect."""
        return socket.create_connection(("127.0.0.1", self.port), timeout=SECONDS)

    def post(self, messages: Sequence[Sent]) -> Answer:
        """Send a batch, and return the answer. Raises OSError if there is none."""
        with self.open() as connection:
            connection.sendall(self.request(messages))
            return read_answer(connection)

    def break_off(self, messages: Sequence[Sent], size: int, *, reset: bool) -> None:
        """Send so many bytes of a request and go; reset: as a process that is killed does."""
        with self.open() as connection:
            connection.sendall(self.request(messages)[:size])
            if reset:
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)


def read_answer(connection: socket.socket) -> Answer:
    """Return a whole answer. Raises OSError if it breaks off."""
    data = b""
    while piece := connection.recv(65_536):
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin-1").split("\r\n")
    headers = {
        name.lower(): value for name, _, value in (line.partition(": ") for line in lines[1:])
    }
    if not head or len(body) != int(headers.get("content-length", "-1")):
        raise ConnectionError("the answer broke off")
    return Answer(status=int(lines[0].split()[1]), headers=headers, body=decode(body))


def free_port(random: Random) -> int:
    """Return a port that nobody listens on, nor on the next."""
    while True:
        port = random.choice(PORTS)
        if all(not _listens(each) for each in (port, port + 1)):
            return port


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
