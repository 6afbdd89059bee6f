"""Whatever files hold: a reading or a clear refusal, every row once; their order says nothing."""

from collections.abc import Callable, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from contracts.file_reading import FileReading
from contracts.returned_rows import KnownRow
from domain.errors import FileFormatError, UsageError
from tests.unit.adapter_files import (
    AUTHORITY,
    FORCE,
    SAMPLES,
    balanced,
    extract,
    ids,
    list_row,
    read_extract,
    read_list,
    read_police,
    remembered,
    workbook,
    worked_mapping,
)

COMPACT = (SAMPLES / "compact_like.csv").read_bytes()
NICHE = (SAMPLES / "niche_like.csv").read_bytes()
LIST = workbook(list_row(), list_row(child="C2", missing="3"))
FILES = extract(
    "1,P1,2025-03-01 21:30:00.000,Missing,2025-03-02 08:00:00.000,Y,N",
    "2,P1,2025-04-01,Absent,,,",
    plans=["1,P1,2018-03-01,2018-09-01,NEG"],
)

days = st.sampled_from(["2025-03-01", "2025-03-02 10:00:00", "30/03/2025 01:30", "", "NULL", "x"])
child = st.sampled_from(["P1", "P1", "P2", "", "a b"])
kinds = st.sampled_from(["M", "Missing", "absent", "Missing from home", "fishing", ""])
answers = st.sampled_from(["Y", "N", "NA", "", "?"])


def joined(*parts: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.tuples(st.sampled_from(["1", "2"]), *parts).map(",".join)


missing_rows = st.lists(joined(child, days, kinds, days, answers, answers), max_size=6)
care_rows = st.lists(
    joined(child, days, st.sampled_from(["S", "P"]), days, st.sampled_from(["X1", "E3", ""]), days),
    max_size=4,
)
placement_rows = st.lists(
    joined(
        child,
        days,
        days,
        st.sampled_from(["K2", "U4 - long term", "Z9"]),
        st.just("SC012345"),
        st.just("PR4"),
        st.just(""),
    ),
    max_size=4,
)
person_rows = st.lists(
    st.tuples(
        child,
        st.sampled_from(["Ada", "Bea"]),
        st.just("Example"),
        st.sampled_from(["F", "X"]),
        st.just("WBRI"),
        days,
        st.just(""),
        st.just(""),
    ).map(",".join),
    max_size=3,
)


@st.composite
def mutated(draw: st.DrawFn, content: bytes) -> bytes:
    """Return a file with some of its bytes changed, left out, put in or cut off."""
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(content)))
        length = draw(st.integers(0, 12))
        new = draw(st.binary(max_size=6) | st.sampled_from([b'"', b"\n", b",", b";", b"\0", b"="]))
        content = content[:at] + new + content[at + length :]
    return content


def read_or_refuse(read: Callable[[bytes], FileReading], content: bytes, publisher: str) -> None:
    try:
        reading = read(content)
    except (FileFormatError, UsageError) as error:
        said = str(error)
    else:
        said = "read"
        assert balanced(reading, publisher)
    assert said


@given(mutated(COMPACT))
@settings(max_examples=60)
def test_a_changed_police_export_is_read_or_refused(content: bytes) -> None:
    mapping = worked_mapping("compact_like")

    read_or_refuse(lambda given: read_police(given, mapping), content, FORCE)


@given(mutated(NICHE))
@settings(max_examples=60)
def test_another_changed_police_export_is_read_or_refused(content: bytes) -> None:
    mapping = worked_mapping("niche_like")

    read_or_refuse(lambda given: read_police(given, mapping), content, FORCE)


@given(name=st.sampled_from(sorted(FILES)), data=st.data())
@settings(max_examples=80)
def test_a_changed_extract_is_read_or_refused(name: str, data: st.DataObject) -> None:
    content = data.draw(mutated(FILES[name]))

    read_or_refuse(lambda given: read_extract({**FILES, name: given}), content, AUTHORITY)


@given(mutated(LIST))
@settings(max_examples=60, deadline=None)
def test_a_changed_workbook_is_read_or_refused(content: bytes) -> None:
    read_or_refuse(read_list, content, AUTHORITY)


@given(missing=missing_rows, care=care_rows, placements=placement_rows, persons=person_rows)
@settings(max_examples=80)
def test_every_row_of_an_extract_is_accounted_for_and_contracts_are_kept(
    missing: list[str], care: list[str], placements: list[str], persons: list[str]
) -> None:
    files = extract(*missing, persons=persons, care=care, placements=placements)

    first = read_extract(files)
    again = read_extract(files, known=remembered(first))

    assert balanced(first, AUTHORITY)
    assert ids(again) == ids(first)
    assert not [row for row in remembered(again) if row.asked or row.held]


@given(missing=missing_rows, care=care_rows, placements=placement_rows, data=st.data())
@settings(max_examples=80)
def test_the_order_of_an_extracts_rows_says_nothing(
    missing: list[str], care: list[str], placements: list[str], data: st.DataObject
) -> None:
    shuffled = [data.draw(st.permutations(rows)) for rows in (missing, care, placements)]

    first = read_extract(extract(*missing, care=care, placements=placements))
    second = read_extract(extract(*shuffled[0], care=shuffled[1], placements=shuffled[2]))

    assert ids(first) == ids(second)


@given(before=missing_rows, after=missing_rows)
@settings(max_examples=80)
def test_a_second_extract_settles_after_one_more_sending(
    before: list[str], after: list[str]
) -> None:
    first = read_extract(extract(*before))
    second = read_extract(extract(*after), known=remembered(first))
    everything = merged(first, second)

    third = read_extract(extract(*after), known=everything)

    assert balanced(second, AUTHORITY)
    assert ids(third) == ids(second)


def merged(*readings: FileReading) -> list[KnownRow]:
    """Return what the hub remembers after several readings: the last word on each row."""
    rows: dict[str, KnownRow] = {}
    for reading in readings:
        rows = {key: row for key, row in rows.items() if not row.held}
        rows |= {row.about: row for row in remembered(reading)}
    return list(rows.values())


@given(st.permutations(COMPACT.decode().split("\nMP/")[1:]))
@settings(max_examples=30)
def test_the_order_of_a_police_exports_rows_says_nothing(records: Sequence[str]) -> None:
    mapping = worked_mapping("compact_like")
    head = COMPACT.decode().split("\nMP/")[0]

    shuffled = "\nMP/".join((head, *(record.rstrip("\n") for record in records))).encode()

    assert ids(read_police(shuffled, mapping)) == ids(read_police(COMPACT, mapping))
