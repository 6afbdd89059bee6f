"""Writes a nation to its folder with no more in memory than some children of one authority."""

import heapq
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Final, Self

from msgspec.json import Encoder

from domain.identifiers import PublisherId
from hub.synthetic.batches import Batch
from hub.synthetic.messages import Message, encoded
from hub.synthetic.months import MonthOf
from hub.synthetic.nation import Nation
from hub.synthetic.options import Summary
from hub.synthetic.planted import Planted
from hub.synthetic.profile import AWAY_SHARE_AT_MOST
from hub.synthetic.statements import declarations, statements

PERSONS: Final = "truth/persons.ndjson"
EPISODES: Final = "truth/episodes.ndjson"
FAULTS: Final = "truth/faults.ndjson"

_RUNS: Final = "runs"
# An instant before the year 2286 has ten digits; each line of a run begins with them.
_STAMP: Final = 10
# Of each run, so much is in memory while they are merged.
_BLOCK: Final = 8192
_ENCODER: Final = Encoder()


class NationWriter:
    """Writes batches as they come.

    What a publisher sends comes from many batches: each leaves one sorted run per publisher, and
    `merge` makes one file of them, with what the publisher says of itself.
    """

    def __init__(self, out: Path, nation: Nation) -> None:
        """Open the files of the truth; the folder must be empty but for its marker."""
        (out / _RUNS).mkdir(exist_ok=True)
        (out / PERSONS).parent.mkdir(exist_ok=True)
        self._out = out
        self._nation = nation
        self._month_of = MonthOf(nation)
        self._truth = {name: (out / name).open("wb") for name in (PERSONS, EPISODES, FAULTS)}
        self._runs: dict[PublisherId, list[tuple[int, int]]] = {}
        self._homes: Counter[tuple[str, int]] = Counter()
        self._rows: dict[PublisherId, Counter[int]] = defaultdict(Counter)
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
        for file in self._truth.values():
            file.close()

    def add(self, batch: Batch) -> None:
        """Write everybody's messages to runs, and the truth about them."""
        for publisher, messages in batch.messages.items():
            self._write_run(publisher, messages)
        self._homes.update(batch.homes)
        self._happened += sum(each.happened for each in batch.episodes)
        self._source_episodes += sum(len(each.sources) for each in batch.episodes)
        self._people += len(batch.persons)
        self._truth[PERSONS].write(_ENCODER.encode_lines(batch.persons))
        self._truth[EPISODES].write(_ENCODER.encode_lines(batch.episodes))
        self._truth[FAULTS].write(_ENCODER.encode_lines(batch.faults))

    def merge(self, progress: Callable[[PublisherId], None]) -> None:
        """Make one file in the order of time of each publisher's runs, and remove the runs."""
        self._truth[FAULTS].write(_ENCODER.encode_lines(list(self._habitual_faults())))
        for each in self._nation.register.publishers():
            own = encoded(each.id, statements(self._nation, each.id, self._homes))
            self._count(each.id, own)
            rows = self._month_of.by_month(self._rows[each.id])
            declared = encoded(each.id, declarations(self._nation, each.id, rows))
            self._count(each.id, declared)
            if own or declared or each.id in self._runs:
                self._merge(each.id, [own, declared])
            progress(each.id)
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

    def _count(self, publisher: PublisherId, messages: list[Message]) -> None:
        if not messages:
            return
        self._by_publisher[publisher] += len(messages)
        self._by_type.update(each.type for each in messages)
        self._rows[publisher].update(map(self._month_of.number, (each.at for each in messages)))

    def _write_run(self, publisher: PublisherId, messages: list[Message]) -> None:
        self._count(publisher, messages)
        with self._run_path(publisher).open("ab") as file:
            start = file.tell()
            file.writelines(map(_stamped, messages))
            self._runs.setdefault(publisher, []).append((start, file.tell()))

    def _merge(self, publisher: PublisherId, said: list[list[Message]]) -> None:
        lines = [map(_stamped, messages) for messages in said]
        path = self._run_path(publisher)
        with self._path(publisher).open("wb") as file:
            if publisher not in self._runs:
                _write(file, lines)
                return
            with path.open("rb") as runs:
                read = [_read_run(runs.fileno(), *span) for span in self._runs[publisher]]
                _write(file, [*read, *lines])
        path.unlink()

    def _habitual_faults(self) -> Iterator[Planted]:
        """Yield what is wrong with how an authority records, rather than with one row."""
        for area in self._nation.areas:
            publisher = PublisherId(f"la-{area.number}")
            if self._nation.authorities[area.number].buried:
                what = "interviews-not-sent"
                yield Planted(fault="DQ6", what=what, about="publisher", publisher=publisher)
            whole = area.incidents + area.away_incidents
            if area.away_incidents > AWAY_SHARE_AT_MOST * whole:
                yield Planted(
                    fault="DQ14", what="away-share", about="publisher", publisher=publisher
                )

    def _path(self, publisher: PublisherId) -> Path:
        return self._out / f"{publisher}.ndjson"

    def _run_path(self, publisher: PublisherId) -> Path:
        return self._out / _RUNS / publisher.lower()


def _stamped(message: Message) -> bytes:
    return b"%010d%b\n" % (message.at, message.line)


def _write(file: BinaryIO, runs: Sequence[Iterator[bytes]]) -> None:
    file.writelines(line[_STAMP:] for line in heapq.merge(*runs, key=_stamp))


def _read_run(descriptor: int, start: int, end: int) -> Iterator[bytes]:
    """Yield the lines of a run, a block of them in memory."""
    rest = b""
    while start < end:
        block = os.pread(descriptor, min(_BLOCK, end - start), start)
        start += len(block)
        *lines, rest = (rest + block).split(b"\n")
        for line in lines:
            yield line + b"\n"


def _stamp(line: bytes) -> bytes:
    return line[:_STAMP]
