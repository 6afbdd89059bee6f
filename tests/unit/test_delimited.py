"""Text files as rows: separators, quotation marks, encodings, and rows that cannot be trusted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.delimited import peek_columns, read_delimited
from domain.errors import FileFormatError


def rows(content: bytes, **form: str) -> list[list[str]]:
    table = read_delimited("a.csv", content, expected=("a", "b"), **form)
    return [[*row.fields.values()] for row in table.rows]


def broken(content: bytes) -> list[int]:
    return [row.number for row in read_delimited("a.csv", content, expected=("a", "b")).broken]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_the_separator_is_told_by_the_header(separator: str) -> None:
    content = f"a{separator}b\n1{separator}2\n".encode()

    assert rows(content) == [["1", "2"]]


def test_a_separator_that_excel_states_is_taken() -> None:
    assert rows(b"sep=;\na;b\n1;2\n") == [["1", "2"]]


def test_a_field_in_quotation_marks_may_hold_lines_separators_and_marks() -> None:
    content = b'a,b\n"one, ""two""\nthree",2\n3,4\n'

    assert rows(content) == [['one, "two"\nthree', "2"], ["3", "4"]]


def test_a_mark_inside_a_field_is_part_of_it() -> None:
    assert rows(b'a,b\n5" tall,2\n') == [['5" tall', "2"]]


def test_a_mark_that_never_closes_costs_its_own_row_only() -> None:
    content = b'a,b\n1,"2\n3,4\n5,6\n'

    assert rows(content) == [["3", "4"], ["5", "6"]]
    assert broken(content) == [1]


def test_two_stray_marks_do_not_swallow_the_rows_between() -> None:
    content = b'a,b\n1,"2\n3,4\n5,"6\n7,8\n'

    assert rows(content) == [["3", "4"], ["7", "8"]]
    assert broken(content) == [1, 3]


def test_a_row_with_too_few_or_too_many_fields_is_no_row_to_trust() -> None:
    content = b"a,b,,\n1\n1,2,3\n1,2,,\n\n,\n4,5\n"

    assert rows(content) == [["1", "2"], ["4", "5"]]
    assert broken(content) == [1, 2]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_the_usual_encodings_are_told_apart(encoding: str) -> None:
    assert rows("a,b\nZoë,1\n".encode(encoding)) == [["Zoë", "1"]]


def test_a_stated_encoding_is_kept_to() -> None:
    with pytest.raises(FileFormatError, match="not text in utf-8"):
        rows("a,b\nZoë,1\n".encode("cp1252"), encoding="utf-8")


@pytest.mark.parametrize("content", [b"", b"\n\n", b"a,b\0", b"a,a,b\n1,2,3\n"])
def test_what_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(FileFormatError):
        rows(content)


def test_names_of_columns_are_compared_without_case_and_spaces() -> None:
    table = read_delimited("a.csv", b" First   Name ,B\n1,2\n", expected=("first name", "b"))

    assert table.columns == ("first name", "b")
    assert peek_columns("a.csv", b"sep=;\nX;Y\n") == ("x", "y")
    assert peek_columns("a.csv", b"\0") == ()
    assert peek_columns("a.csv", b"") == ()


@given(st.binary(max_size=200))
def test_any_bytes_give_rows_or_a_format_error(content: bytes) -> None:
    try:
        table = read_delimited("a.csv", b"a,b\n" + content, expected=("a", "b"))
    except FileFormatError:
        return

    numbers = [row.number for row in table.rows] + [row.number for row in table.broken]
    assert sorted(numbers) == list(range(1, table.row_count + 1))
