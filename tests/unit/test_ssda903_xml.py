"""A return in XML is the same return as in CSV, and XML that could do harm is not taken."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contracts.ssda903_reading import ReturnReading
from domain.errors import FileFormatError
from tests.unit.ssda903_returns import codes_of, episode, files_of, header, missing, read
from tests.unit.ssda903_xml import xml_of
from tests.unit.test_ssda903_properties import episode_rows, missing_rows

BORN = "20/03/2018"
BOMB = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
OUTSIDE = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def read_xml(content: bytes, **files: bytes) -> ReturnReading:
    return read({"return.xml": content, **files})


def told(reading: ReturnReading) -> object:
    """Return everything of a reading but the names of the files and how identity was sealed."""

    def module(file: str) -> str:
        return re.sub(r"^return\.xml#|\.csv$", "", file)

    return (
        [(module(each.file), each.row, _unsealed(each.raw)) for each in reading.messages],
        [(module(each.file), each.row, each.code, each.subject_row) for each in reading.findings],
        [(module(each.file), each.row, each.code, each.pointer) for each in reading.rejections],
        {module(file): count for file, count in reading.rows.items()},
        reading.missing,
    )


def _unsealed(raw: bytes) -> bytes:
    return re.sub(rb"h\.k\.v\.c\.[0-9]+", b"", raw)


@st.composite
def returns(draw: st.DrawFn) -> dict[str, bytes]:
    """Draw a return that both forms can hold: each child in the Header once, with its birth."""
    children = draw(st.lists(st.sampled_from(["C1", "C2", "C3"]), unique=True, min_size=1))
    rows = [
        [child, BORN, *row.replace("2018-03-12", "12.03.2018").split(",")[2:]]
        for row in draw(st.lists(missing_rows(), max_size=6))
        for child in [draw(st.sampled_from(children))]
    ]
    stays = [
        ",".join([draw(st.sampled_from(children)), *row.split(",")[1:]])
        for row in draw(st.lists(episode_rows(), max_size=6))
    ]
    # A document holds the rows of one child after those of another.
    rows.sort(key=lambda row: children.index(row[0]))
    stays.sort(key=lambda row: children.index(row.split(",")[0]))
    return files_of(
        headers=[header(child, born=BORN) for child in children],
        episodes=stays,
        absences=[",".join(row) for row in rows],
        alone=[f"{child},2,{BORN}," for child in children if draw(st.booleans())],
    )


@given(files=returns())
def test_the_same_return_as_csv_and_as_xml_gives_the_same_messages_and_findings(
    files: dict[str, bytes],
) -> None:
    assert told(read_xml(xml_of(files))) == told(read(files))


def test_dates_may_be_written_as_xml_writes_them() -> None:
    files = files_of(absences=[missing("01/05/2017", "03/05/2017")], alone=())
    content = xml_of(files)

    as_xml = re.sub(rb"([0-9]{2})/([0-9]{2})/([0-9]{4})", rb"\3-\2-\1", content)

    assert b"2017-05-03" in as_xml
    assert told(read_xml(as_xml)) == told(read(files))


def test_a_return_in_xml_is_known_by_what_it_holds_whatever_its_name() -> None:
    content = xml_of(files_of(absences=[missing("01/05/2017", "30/04/2017")]))

    reading = read({"missing.csv": b"\xef\xbb\xbf\n" + content})

    assert codes_of(reading) == [("567",)]
    assert reading.rows == {
        "missing.csv#header": 1,
        "missing.csv#episodes": 1,
        "missing.csv#missing": 1,
        "missing.csv#uasc": 0,
    }


def test_blocks_of_other_modules_and_files_beside_it_are_named_as_left_unread() -> None:
    reading = read_xml(xml_of(files_of()), **{"notes.txt": b"-"})

    assert reading.ignored == ("notes.txt", "return.xml#areview")


def test_tags_may_be_in_any_case_in_a_namespace_and_wrapped() -> None:
    content = b"""<?xml version="1.0" encoding="windows-1252"?>
    <m:Message xmlns:m="urn:x"><Header><Year>2018</Year></Header><Children><m:Child>
      <ChildIdentifiers><LAchildID> C1 </LAchildID><DOB>01/06/2010</DOB></ChildIdentifiers>
      <Sex>2</Sex><Ethnic>WBRI</Ethnic><Upn>UN1</Upn>
      <Episodes><Episode><Decom>01/05/2016</Decom><Rne>S</Rne><Pl>U4</Pl></Episode></Episodes>
      <Missing><Missing>M</Missing><Mis_Start>01/05/2017</Mis_Start></Missing>
    </m:Child></Children></m:Message>"""

    reading = read_xml(content)

    assert [message.kind.split(".")[1] for message in reading.messages] == [
        "subject",
        "care",
        "placement",
        "episode",
    ]
    assert reading.findings == ()
    assert reading.rejections == ()


def test_an_empty_block_is_no_row_and_one_of_empty_fields_is() -> None:
    head = "<CHILDID>C1</CHILDID><SEX>1</SEX><DOB>01/06/2010</DOB><ETHNIC>WBRI</ETHNIC>"
    blocks = "<AMISSING/><AMISSING><MISSING/><MIS_START/></AMISSING>"

    reading = read_xml(f"<E><CHILD><HEADER>{head}{blocks}</HEADER></CHILD></E>".encode())

    assert [(each.file, each.row, each.code) for each in reading.rejections] == [
        ("return.xml#missing", 1, "564")
    ]


def test_a_child_without_a_reference_is_refused_with_its_rows() -> None:
    content = xml_of(files_of(absences=[missing("01/05/2017")])).replace(b"C1", b"")

    reading = read_xml(content)

    assert [(each.file, each.pointer) for each in reading.rejections] == [
        ("return.xml#header", "/CHILD"),
        ("return.xml#episodes", "/CHILD"),
        ("return.xml#missing", "/CHILD"),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"<E><CHILD>", "line 1: this is not well-formed"),
        (b"<E>\n\n&a;</E>", "line 3: this is not well-formed"),
        (b'<?xml version="1.0" encoding="klingon"?><E/>', "this is not well-formed"),
        (b"<E/>", "no CHILD"),
        (b"<E><CHILD/></E>", "no CHILD"),
        (BOMB.encode() + b"<E>&b;</E>", "DOCTYPE"),
        (OUTSIDE.encode() + b"<E>&a;</E>", "DOCTYPE"),
        (b"<E>" + b"<D>" * 40 + b"</D>" * 40 + b"</E>", "nested too deep"),
        (b"<E><CHILD><DOB>" + b"1" * 20_000 + b"</DOB></CHILD></E>", "too long"),
    ],
)
def test_xml_that_is_no_return_or_could_do_harm_is_refused_by_line(
    content: bytes, problem: str
) -> None:
    with pytest.raises(FileFormatError, match=problem):
        read_xml(content)


def test_a_return_is_one_xml_file_and_not_two_nor_csv_beside_it() -> None:
    content = xml_of(files_of())

    with pytest.raises(FileFormatError, match=r"beside it stands episodes\.csv"):
        read_xml(content, **files_of())
    with pytest.raises(FileFormatError, match=r"beside it stands second\.xml"):
        read_xml(content, **{"second.xml": content})


def test_an_error_about_xml_repeats_nothing_that_it_holds() -> None:
    with pytest.raises(FileFormatError) as raised:
        read_xml(xml_of(files_of(episodes=[episode("01/05/2016")])).replace(b"</DOB>", b"</BOD>"))

    assert "2010" not in str(raised.value)
    assert "C1" not in str(raised.value)
