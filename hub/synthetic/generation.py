"""`hub generate`: a synthetic nation of children, and what all publishers would send of it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from contracts.register import read_register
from domain.identifiers import PublisherId
from hub.synthetic.batches import nation_batches
from hub.synthetic.folder import claim, finish, storage_errors
from hub.synthetic.nation import Nation
from hub.synthetic.options import Options, Summary
from hub.synthetic.writing import NationWriter

# Called with steps done, steps in all, and the publisher just written; empty at the end.
Progress = Callable[[int, int, str], None]


def generate(options: Options, out: Path, progress: Progress | None = None) -> Summary:
    """Write one file of CloudEvents per publisher into a folder, and the truth beside them.

    A folder that already holds this nation is left as it is. Raises UsageError if the folder
    holds something else or cannot be written, StorageFullError if the disk is full.
    """
    kept = claim(out, options)
    if kept is not None:
        return replace(kept, reused=True)
    steps = _Steps(progress)
    with storage_errors(out):
        nation = Nation(options=options)
        with NationWriter(out, nation) as writer:
            for batch in nation_batches(nation):
                writer.add(batch)
                if batch.last:
                    steps.done(PublisherId(f"la-{batch.authority}"))
            writer.merge(steps.done)
        summary = writer.summary()
    finish(out, options, summary)
    return summary


class _Steps:
    """Counts what is done of what there is to do."""

    def __init__(self, progress: Progress | None) -> None:
        register = read_register()
        # Each authority is gone through, and each publisher's file is written.
        self._total = len(register.authorities) + len(register.publishers())
        self._done = 0
        self._progress = progress

    def done(self, publisher: PublisherId) -> None:
        self._done += 1
        if self._progress is not None:
            self._progress(self._done, self._total, publisher)
