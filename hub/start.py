"""The first moment of the `hub` program: quiet about Ctrl-C while Python is still importing."""

import os
import signal
from importlib import import_module
from types import FrameType

INTERRUPTED = 130


def main() -> None:
    """Run the program; its modules take a second to import, in which Ctrl-C must not be noisy."""
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, _leave)
    # Not an import statement: it has to come after the line above.
    import_module("hub.cli").main()


def _leave(_number: int, _frame: FrameType | None) -> None:
    os.write(2, b"hub: stopped before it began\n")
    os._exit(INTERRUPTED)
