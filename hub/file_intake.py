"""Takes whole files in by an adapter, or only checks them, for the HTTP door."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Protocol

from msgspec.structs import replace

from contracts.imports import ImportReport
from hub.adapters import adapter_named, read_files
from hub.api.services import FileRequest
from hub.identity.keys import Keys
from hub.identity.sealing import seal
from hub.importing import Recorder, import_return
from hub.reading_options import ReadingOptions
from hub.returned_rows import RowStore


class RehearsingRecorder(Recorder, Protocol):
    """A door that can also only tell how messages would end."""

    def rehearsal(self) -> Recorder:
        """Return a door that stores nothing."""
        ...

    def backfill(self) -> Recorder:
        """Return a door for old events."""
        ...


class FileIntake:
    """Reads files and sends what they hold through intake, like a command does."""

    def __init__(
        self,
        door: RehearsingRecorder,
        keys: Keys,
        store: RowStore,
        today: Callable[[], date],
    ) -> None:
        """Take the door that the messages go through, and the memory of earlier returns."""
        self._door = door
        self._keys = keys
        self._store = store
        self._today = today

    def take(self, files: Mapping[str, bytes], request: FileRequest) -> ImportReport:
        """Read files and send what they hold, or only check it; account for every row."""
        options = ReadingOptions(
            publisher=request.sent_by,
            year=request.year,
            mapping=request.mapping,
            ends_on=request.ends_on,
            told_on=self._today(),
            seal=lambda identity: seal(identity, self._keys.sealing),
            event_key=self._keys.event_key,
            known=lambda adapter: self._store.load(request.sent_by, adapter),
        )
        reading = read_files(adapter_named(request.adapter), files, options)
        door: Recorder = self._door
        if request.dry_run:
            door = self._door.rehearsal()
        elif request.backfill:
            door = self._door.backfill()
        report = import_return(
            door,
            reading,
            publisher=request.sent_by,
            store=self._store,
            remember=not request.dry_run,
        )
        return replace(report, dry_run=request.dry_run)
