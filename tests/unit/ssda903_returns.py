"""Small SSDA903 returns for tests: write the rows, get the files, read them."""

from collections.abc import Mapping, Sequence
from hashlib import blake2b
from itertools import count
from typing import Final

from contracts.code_lists import read_code_lists
from contracts.identity import Identity
from contracts.returned_rows import KnownRow
from contracts.ssda903 import read_return
from contracts.ssda903_reading import ReturnReading

HEADER: Final = "CHILD,SEX,DOB,ETHNIC,UPN,MOTHER,MC_DOB"
EPISODES: Final = (
    "CHILD,DECOM,RNE,LS,CIN,PLACE,PLACE_PROVIDER,DEC,REC,REASON_PLACE_CHANGE,HOME_POST,PL_POST,URN"
)
MISSING: Final = "CHILD,DOB,MISSING,MIS_START,MIS_END"
UASC: Final = "CHILD,SEX,DOB,DUC"

# A child born on 1 June 2010 and looked after all the time, and nothing wrong with it.
CHILD_ROW: Final = "C1,2,01/06/2010,WBRI,UN1,,"
EPISODE_ROW: Final = "C1,01/05/2016,S,C2,N1,U4,PR1,,,,ZZ99 1AA,ZZ99 2AA,"


def header(child: str = "C1", sex: str = "2", born: str = "01/06/2010", upn: str = "UN1") -> str:
    """Return a row of the Header."""
    return f"{child},{sex},{born},WBRI,{upn},,"


def episode(
    start: str,
    end: str = "",
    *,
    child: str = "C1",
    rne: str = "S",
    ls: str = "C2",
    place: str = "U4",
    rec: str = "",
    why: str = "",
    home: str = "",
) -> str:
    """Return a row of Episodes."""
    return f"{child},{start},{rne},{ls},N1,{place},PR1,{end},{rec},{why},{home},,"


def missing(
    start: str, end: str = "", *, child: str = "C1", kind: str = "M", born: str = "01/06/2010"
) -> str:
    """Return a row of Missing."""
    return f"{child},{born},{kind},{start},{end}"


def files_of(
    *,
    headers: Sequence[str] = (CHILD_ROW,),
    episodes: Sequence[str] | None = (EPISODE_ROW,),
    absences: Sequence[str] = (),
    alone: Sequence[str] | None = None,
) -> dict[str, bytes]:
    """Return the files of a return; None leaves a module out."""
    modules = {
        "header.csv": [HEADER, *headers],
        "missing.csv": [MISSING, *absences],
        "episodes.csv": None if episodes is None else [EPISODES, *episodes],
        "uasc.csv": None if alone is None else [UASC, *alone],
    }
    return {
        name: "".join(f"{line}\n" for line in lines).encode()
        for name, lines in modules.items()
        if lines is not None
    }


class Sealer:
    """Seals like the vault's key: never twice the same, and here it also shows what was sealed."""

    def __init__(self) -> None:
        self.sealed: dict[str, Identity] = {}
        self._numbers = count()

    def __call__(self, identity: Identity) -> str:
        """Return a text of the form of a compact JWE."""
        text = f"h.k.v.c.{next(self._numbers)}"
        self.sealed[text] = identity
        return text


def event_key(content: bytes) -> str:
    """Return a keyed id, as the hub makes it."""
    return blake2b(content, key=b"test", digest_size=16).hexdigest()


def read(
    files: Mapping[str, bytes],
    *,
    year: int = 2018,
    publisher: str = "la-330",
    sealer: Sealer | None = None,
    known: Sequence[KnownRow] = (),
) -> ReturnReading:
    """Read a return, of authority 330 unless given."""
    return read_return(
        files,
        publisher=publisher,
        year=year,
        code_lists=read_code_lists(),
        seal=sealer or Sealer(),
        event_key=event_key,
        known=known,
    )


def codes_of(reading: ReturnReading) -> list[tuple[str, ...]]:
    """Return the codes of each row of Missing."""
    return [row.codes for row in reading.missing]
