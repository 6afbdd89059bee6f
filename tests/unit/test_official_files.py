"""Reading DfE's files of any edition, and writing our own like them."""

import csv
import gzip
import re

import pytest

from contracts.official import (
    MISSING_FILE,
    NET_GAIN_FILE,
    OFFICIAL_FILES,
    OfficialFile,
    official_csv,
    official_meta,
    read_published,
)
from contracts.official_document import official_files
from contracts.official_hidden import hidden_csv, listed_by_hand, read_hidden
from domain.errors import UsageError
from domain.official import Measure
from domain.periods import ReportingYear
from tests.unit.official_examples import (
    FOLDER,
    YEAR,
    MemoryOfficial,
    dfe_areas,
    dfe_cells,
    dfe_table,
)


def published(file: OfficialFile) -> str:
    return gzip.decompress((FOLDER / f"{file.name}_{YEAR}.csv.gz").read_bytes()).decode()


@pytest.mark.parametrize("file", OFFICIAL_FILES)
def test_our_file_has_dfe_s_columns_and_rows_in_every_column_but_the_figure(
    file: OfficialFile,
) -> None:
    ours = official_csv(file, YEAR, dfe_areas().areas, dfe_table()).decode()

    theirs = list(csv.reader(published(file).splitlines()))
    rows = list(csv.reader(ours.splitlines()))
    assert rows[0] == theirs[0]
    assert sorted(row[:-1] for row in rows) == sorted(row[:-1] for row in theirs)
    assert ours.count("\r\n") == len(rows)


@pytest.mark.parametrize("newer", [False, True])
def test_our_file_is_read_as_it_was_written_with_either_name_of_the_column(newer: bool) -> None:
    table = dfe_table()

    read = {
        (cell.area, cell.measure): cell.text
        for file in OFFICIAL_FILES
        for cell in read_published(
            "\ufeff" + official_csv(file, YEAR, dfe_areas().areas, table, newer=newer).decode(),
            file.name,
        )
    }

    assert read == {
        (area, measure): text for area, cells in table.items() for measure, text in cells.items()
    }


def test_a_file_of_several_years_and_six_digit_years_is_read() -> None:
    header, row = published(NET_GAIN_FILE).splitlines()[:2]
    older = re.sub("^2022", "202021", row)

    cells = read_published("\r\n".join((header, row, older)), "file")

    assert [cell.year for cell in cells] == [2022, 2021]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (("cla_group", "group"), "no column"),
        (("old_la_code", "code"), "no column old_la_code"),
        (("Number of away", "Number of odd"), "is not a measure"),
        ((",4050", ",a few"), "neither a number nor a symbol"),
        (("Regional", "Parish"), "neither this year nor this level"),
    ],
)
def test_what_is_not_dfe_s_file_is_refused_with_file_and_place(
    change: tuple[str, str], said: str
) -> None:
    text = published(MISSING_FILE).replace(*change)

    with pytest.raises(UsageError, match=rf"^file.*{said}"):
        read_published(text, "file")


def test_one_cell_told_twice_must_be_told_alike() -> None:
    header, row = published(MISSING_FILE).splitlines()[:2]

    assert len(read_published("\n".join((header, row, row)), "file")) == 1
    with pytest.raises(UsageError, match="line 3: this cell was there before"):
        read_published("\n".join((header, row, row.replace("4050", "4060"))), "file")


def test_every_cell_of_2022_is_read() -> None:
    cells = dfe_cells()

    assert len(cells) == 2_688
    assert len({cell.area for cell in cells}) == 168
    assert {cell.measure for cell in cells} == set(Measure)


def test_a_restricted_table_says_so_in_the_names_of_its_files() -> None:
    service = MemoryOfficial()
    year = ReportingYear(ending=2025)

    restricted = official_files(service.table(year), newer=True)
    public = official_files(service.table(year, publishable=True))

    assert len(restricted) == len(public) == 4
    assert all("_2025_restricted." in name for name in restricted)
    assert not any("restricted" in name for name in public)
    assert b"missing_status" in restricted[f"{MISSING_FILE.name}_2025_restricted.csv"]
    assert official_meta(MISSING_FILE) == public[f"{MISSING_FILE.name}_2025.meta.csv"]


def test_the_list_of_cells_hidden_by_hand_is_short_and_gives_reasons() -> None:
    listed = listed_by_hand()

    assert len(listed) <= 2_688 * 0.005
    assert all(len(each.reason) > 20 for each in listed)
    assert read_hidden(hidden_csv(listed), "list") == listed
    with pytest.raises(UsageError, match="line 2"):
        read_hidden("year,area,measure,reason\n2022,330,missing,why\n", "list")
    with pytest.raises(UsageError, match="columns"):
        read_hidden("year,area\n", "list")
