"""What reading a damaged archive raises: its parts are packed in more ways than one."""

from lzma import LZMAError
from struct import error as StructError
from typing import Final
from zipfile import BadZipFile
from zlib import error as DeflateError

# zipfile raises NotImplementedError for a packing that it does not know, and RuntimeError for a
# part that is encrypted.
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
