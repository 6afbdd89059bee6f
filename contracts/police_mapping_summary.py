"""Says of every column of a police export what its mapping makes of it, before anything is sent."""

from collections.abc import Iterator
from dataclasses import dataclass

from contracts.delimited import TextTable, column_key
from contracts.police_mapping import Coded, PoliceMapping, columns_of
from contracts.police_mapping_words import coded_columns


@dataclass(frozen=True, kw_only=True)
class ColumnUse:
    """A column of the export. keys: where the mapping names it; none: it is left unread.

    filled: rows in which it holds something. unmapped: how many different words in it have no
    meaning yet. No value is shown: it may be a child's.
    """

    column: str
    keys: tuple[str, ...]
    filled: int
    unmapped: int


def column_uses(table: TextTable, mapping: PoliceMapping) -> Iterator[ColumnUse]:
    """Yield the columns of an export in their order; the names of columns are in lower case."""
    keys: dict[str, list[str]] = {}
    for key, column in columns_of(mapping):
        keys.setdefault(column_key(column), []).append(key)
    words: dict[str, list[Coded]] = {}
    for _, coded in coded_columns(mapping):
        words.setdefault(column_key(coded.column), []).append(coded)
    for column in dict.fromkeys(table.columns):
        found = {row.fields[column] for row in table.rows} - {""}
        # An authority needs no word of its own, since it may stand there by name.
        known = [each for each in words.get(column, ()) if not _is_area(keys[column])]
        yield ColumnUse(
            column=column,
            keys=tuple(keys.get(column, ())),
            filled=sum(row.fields[column] != "" for row in table.rows),
            unmapped=sum(
                any(column_key(word) not in coded.meanings for coded in known) for word in found
            ),
        )


def _is_area(keys: list[str]) -> bool:
    return any("_authority" in key for key in keys)
