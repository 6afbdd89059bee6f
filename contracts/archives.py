"""What reading a damaged archive raises: its parts are packed in more ways than one."""

from lzma import LZMAError
from struct import error as StructError
from typing import Final
from zipfile import BadZipFile
from zlib import error as DeflateError

UNREADABLE_ARCHIVE: Final = (
    BadZipFile,
    DeflateError,
    LZMAError,
    StructError,
    EOFError,
    NotImplementedError,
    OSError,
    RuntimeError,
    ValueError,
)
