"""An SSDA903 return in XML, as the same tables of rows that its CSV files give.

Facts about the form: the root of DfE's schema of 2021 is EXPSSDA903; each CHILD holds a HEADER,
with the child's own fields and a block for each AMISSING, AREVIEW and so on, and an EPISODE for
each episode. CHILDID is the CSV column CHILD, and PL is PLACE. A row of Missing has no birth date
of its own: it has the child's.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from contracts.ssda903_tables import COLUMNS, EXPORT_XML_AGAIN, Module, Row, Table
from domain.errors import FileFormatError

DEEPEST: Final = 16
LONGEST_TEXT: Final = 10_000

_BLOCKS: Final = {
    "EPISODE": Module.EPISODES,
    "AMISSING": Module.MISSING,
    "MISSING": Module.MISSING,
}
# What belongs to the child itself, however it is wrapped.
_OF_THE_CHILD: Final = frozenset({"HEADER", "CHILDIDENTIFIERS", "CHILDCHARACTERISTICS", "UASC"})
_COLUMN_OF_TAG: Final = {
    "CHILDID": "CHILD",
    "LACHILDID": "CHILD",
    "LOCALCHILDID": "CHILD",
    "PL": "PLACE",
}
_XML_DATE: Final = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_IS_UNACCOMPANIED: Final = frozenset({"1", "Y", "YES", "TRUE"})


@dataclass(kw_only=True)
class _Element:
    """An element that is open; children: how many elements it holds."""

    name: str
    line: int
    text: list[str] = field(default_factory=list)
    length: int = 0
    children: int = 0
    values: dict[str, str] = field(default_factory=dict)


@dataclass(kw_only=True)
class _Reader:
    """Takes the events of the parser and gathers the rows, child by child."""

    name: str
    parser: XMLParserType
    path: list[_Element] = field(default_factory=list)
    # How deep the element of the current child lies; 0: outside of any child.
    child_depth: int = 0
    blocks: list[tuple[Module, dict[str, str]]] = field(default_factory=list)
    rows: dict[Module, list[Row]] = field(default_factory=lambda: {each: [] for each in Module})
    ignored: set[str] = field(default_factory=set)

    def refuse(self, problem: str) -> FileFormatError:
        """Return the error about what the parser is reading."""
        line = self.parser.CurrentLineNumber
        return FileFormatError(
            self.name, problem=f"line {line}: {problem}", remedy=EXPORT_XML_AGAIN
        )

    def doctype(self, *_: object) -> None:
        """Refuse a document type: it could define entities, and no return needs one."""
        raise self.refuse("a document type (DOCTYPE) is not taken.")

    def start(self, tag: str, _attributes: Mapping[str, str]) -> None:
        """Open an element."""
        if len(self.path) >= DEEPEST:
            raise self.refuse("the elements are nested too deep for a return.")
        name = re.split("[}:]", tag)[-1].upper()
        if self.path:
            self.path[-1].children += 1
        self.path.append(_Element(name=name, line=self.parser.CurrentLineNumber))
        if name == "CHILD" and not self.child_depth:
            self.child_depth = len(self.path)

    def text(self, text: str) -> None:
        """Add to the text of the open element."""
        element = self.path[-1]
        element.length += len(text)
        if element.length > LONGEST_TEXT:
            raise self.refuse("a field is too long for a return.")
        element.text.append(text)

    def end(self, _tag: str) -> None:
        """Close an element: a field of what holds it, a row, or the child itself."""
        depth = len(self.path)
        element = self.path.pop()
        if depth == self.child_depth:
            self._close_child(element)
        elif self.child_depth and depth > self.child_depth:
            self._close_inside(element, self.path[-1])

    def _close_inside(self, element: _Element, parent: _Element) -> None:
        if not element.children:
            column = _COLUMN_OF_TAG.get(element.name, element.name)
            parent.values.setdefault(column, _as_in_csv("".join(element.text).strip()))
        elif element.name in _BLOCKS and element.values:
            self.blocks.append((_BLOCKS[element.name], element.values))
        elif element.name in _OF_THE_CHILD:
            for column, value in element.values.items():
                parent.values.setdefault(column, value)
        elif element.values:
            self.ignored.add(element.name)

    def _close_child(self, element: _Element) -> None:
        self.child_depth = 0
        own = element.values
        if element.children:
            self._add(Module.HEADER, own)
            for module, values in self.blocks:
                self._add(module, {**values, **_borrowed(own, values)})
            if own.get("UASC", "").upper() in _IS_UNACCOMPANIED or own.get("DUC"):
                self._add(Module.UASC, own)
        self.blocks = []

    def _add(self, module: Module, values: Mapping[str, str]) -> None:
        rows = self.rows[module]
        fields = {column: values.get(column, "") for column in COLUMNS[module]}
        rows.append(Row(number=len(rows) + 1, fields=fields))


def is_xml(content: bytes) -> bool:
    """Return whether a file is XML by its first character, whatever its name."""
    start = content[:256].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf")
    return start.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip().startswith(b"<")


def read_xml(name: str, content: bytes) -> tuple[dict[Module, Table], tuple[str, ...]]:
    """Read a return; the second part names the blocks of other modules, which are left unread.

    The rows of each module are counted from 1 as they stand in the document. Nothing outside
    the file is read, and nothing in it is expanded. Raises FileFormatError if it is no XML, has
    a document type, or has no child.
    """
    parser = ParserCreate()
    parser.buffer_text = True
    reader = _Reader(name=name, parser=parser)
    parser.StartDoctypeDeclHandler = reader.doctype
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.text
    try:
        parser.Parse(content, True)
    except (ExpatError, LookupError, ValueError) as error:
        line = getattr(error, "lineno", parser.CurrentLineNumber)
        raise FileFormatError(
            name,
            problem=f"line {line}: this is not well-formed XML in the encoding that it names.",
            remedy=EXPORT_XML_AGAIN,
        ) from None
    if not reader.rows[Module.HEADER]:
        raise FileFormatError(
            name, problem="no CHILD was found in the XML.", remedy=EXPORT_XML_AGAIN
        )
    tables = {
        module: Table(file=f"{name}#{module}", module=module, rows=tuple(rows), broken=())
        for module, rows in reader.rows.items()
    }
    return tables, tuple(f"{name}#{block.lower()}" for block in sorted(reader.ignored))


def _as_in_csv(text: str) -> str:
    """Return a value as the CSV form writes it: XML's own dates (2018-03-31) become 31/03/2018."""
    match = _XML_DATE.fullmatch(text)
    return f"{match[3]}/{match[2]}/{match[1]}" if match else text


def _borrowed(own: Mapping[str, str], values: Mapping[str, str]) -> dict[str, str]:
    """Return what a block takes over from its child."""
    return {
        "CHILD": own.get("CHILD", ""),
        "DOB": values.get("DOB", own.get("DOB", "")),
    }
