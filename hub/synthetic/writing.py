"""Writes a nation to its folder with no more in memory than one authority's children."""

import heapq
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final, Self

from msgspec.json import Encoder

from domain.identifiers import PublisherId, publisher_kind
from hub.synthetic.batches import Batch
from hub.synthetic.messages import Message
from hub.synthetic.options import Summary

PERSONS: Final = "truth/persons.ndjson"
EPISODES: Final = "truth/episodes.ndjson"

_RUNS: Final = "runs"
# An instant before the year 2286 has ten digits; each line of a run begins with them.
_STAMP: Final = 10
_ENCODER: Final = Encoder()


class NationWriter:
    """Writes batches as they come.

    An authority's file is whole at once. What forces send comes from the children of many
    authorities: each batch leaves one sorted run per force, and `merge` makes one file of them.
    """

    def __init__(self, out: Path) -> None:
        """Open the files of the truth; the folder must be empty but for its marker."""
        (out / _RUNS).mkdir(exist_ok=True)
        (out / PERSONS).parent.mkdir(exist_ok=True)
        self._out = out
        self._persons = (out / PERSONS).open("wb")
        self._episodes = (out / EPISODES).open("wb")
        self._runs: dict[PublisherId, list[tuple[int, int]]] = {}
        self._by_publisher: Counter[str] = Counter()
        self._by_type: Counter[str] = Counter()
        self._happened = 0
        self._people = 0
        self._source_episodes = 0

    def __enter__(self) -> Self:
        """Return the writer."""
        return self

    def __exit__(self, *error: object) -> None:
        """Close the files of the truth."""
        self._persons.close()
        self._episodes.close()

    def add(self, batch: Batch) -> None:
        """Write an authority's file, its part of the forces' messages, and the truth about it."""
        for publisher, messages in batch.messages.items():
            self._by_publisher[publisher] += len(messages)
            self._by_type.update(each.type for each in messages)
            if publisher_kind(publisher) == "local-authority":
                self._write_file(publisher, messages)
            else:
                self._write_run(publisher, messages)
        self._happened += sum(each.happened for each in batch.episodes)
        self._source_episodes += sum(len(each.sources) for each in batch.episodes)
        self._people += len(batch.persons)
        self._persons.write(_ENCODER.encode_lines(batch.persons))
        self._episodes.write(_ENCODER.encode_lines(batch.episodes))

    def merge(self, progress: Callable[[PublisherId], None]) -> None:
        """Make one file in the order of time of each force's runs, and remove the runs."""
        for publisher in sorted(self._runs):
            path = self._run_path(publisher)
            runs = [_read_run(path, start, end) for start, end in self._runs[publisher]]
            with self._path(publisher).open("wb") as file:
                for line in heapq.merge(*runs, key=_stamp):
                    file.write(line[_STAMP:])
            path.unlink()
            progress(publisher)
        (self._out / _RUNS).rmdir()

    def summary(self) -> Summary:
        """Return what was written."""
        return Summary(
            messages=self._by_publisher.total(),
            by_publisher=dict(sorted(self._by_publisher.items())),
            by_type=dict(sorted(self._by_type.items())),
            episodes=self._happened,
            persons=self._people,
            source_episodes=self._source_episodes,
        )

    def _write_file(self, publisher: PublisherId, messages: list[Message]) -> None:
        with self._path(publisher).open("wb") as file:
            for message in messages:
                _write_line(file, message.line)

    def _write_run(self, publisher: PublisherId, messages: list[Message]) -> None:
        with self._run_path(publisher).open("ab") as file:
            start = file.tell()
            for message in messages:
                file.write(b"%010d" % message.at)
                _write_line(file, message.line)
            self._runs.setdefault(publisher, []).append((start, file.tell()))

    def _path(self, publisher: PublisherId) -> Path:
        return self._out / f"{publisher}.ndjson"

    def _run_path(self, publisher: PublisherId) -> Path:
        return self._out / _RUNS / publisher.lower()


def _write_line(file: BinaryIO, line: bytes) -> None:
    file.write(line)
    file.write(b"\n")


def _read_run(path: Path, start: int, end: int) -> Iterator[bytes]:
    with path.open("rb") as file:
        file.seek(start)
        while file.tell() < end:
            yield file.readline()


def _stamp(line: bytes) -> bytes:
    return line[:_STAMP]
