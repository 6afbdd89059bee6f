"""The invented return that the hub ships with, and what no report about a return may tell."""

import re
from importlib.resources import files as package_files

from msgspec.json import decode

from domain.identifiers import upn_problem
from tests.unit.ssda903_returns import Sealer, codes_of, episode, files_of, header, missing, read

SAMPLE = package_files("hub").joinpath("synthetic", "ssda903_sample")


def sample_files() -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in SAMPLE.iterdir() if path.is_file()}


def test_the_sample_breaks_the_rules_that_its_readme_lists_and_no_others() -> None:
    table = re.findall(
        r"^\| ([0-9]+) \| ([^:]+):", SAMPLE.joinpath("README.md").read_text("utf-8"), re.MULTILINE
    )
    listed = {int(row): tuple(codes.split(" and ")) for row, codes in table}

    reading = read(sample_files(), year=2026)

    broken = {row.row: row.codes for row in reading.missing if row.codes}
    assert broken == listed
    assert {each.file for each in reading.findings} == {"missing.csv"}


def test_the_sample_is_accounted_for_row_by_row() -> None:
    reading = read(sample_files(), year=2026)

    assert reading.rows == {
        "header.csv": 60,
        "episodes.csv": 110,
        "missing.csv": 30,
        "uasc.csv": 6,
    }
    assert reading.ignored == ("README.md",)
    assert [row.row for row in reading.missing if not row.accepted] == [6]
    assert [(each.file, each.row, each.code) for each in reading.rejections] == [
        ("missing.csv", 6, "1004")
    ]


def test_the_sample_gives_the_same_ids_each_time_though_seals_differ() -> None:
    once = read(sample_files(), year=2026)
    again = read(sample_files(), year=2026)

    ids = [decode(message.raw)["id"] for message in once.messages]
    assert ids == [decode(message.raw)["id"] for message in again.messages]
    assert len(set(ids)) == len(ids)


def test_a_child_of_whom_more_is_known_is_registered_under_another_id() -> None:
    known = files_of(headers=[header()])
    changed = files_of(headers=[header(born="02/06/2010")])

    first, second = (decode(read(each).messages[0].raw) for each in (known, changed))

    assert first["subject"] == second["subject"]
    assert first["id"] != second["id"]


def test_the_sample_shows_that_it_is_invented() -> None:
    sealer = Sealer()

    reading = read(sample_files(), year=2026, sealer=sealer)

    upns = [identity.upn for identity in sealer.sealed.values() if identity.upn is not None]
    postcodes = [identity.home_postcode for identity in sealer.sealed.values()]
    subjects = [decode(message.raw)["subject"] for message in reading.messages if message.row <= 60]
    assert len(upns) > 40
    assert all(upn_problem(upn) is None and upn[1:4] == "000" for upn in upns)
    assert all(postcode is None or postcode.startswith("ZZ99 ") for postcode in postcodes)
    assert all(re.match(r"S00[0-9]{2}|S9001", subject) for subject in subjects)


def test_no_identity_is_told_outside_the_sealed_part() -> None:
    secrets = ["31/12/2009", "2009-12-31", "K999988887777", "QQ7 7QQ", "QQ77QQ", "CANARY"]
    files = files_of(
        headers=[
            header(born="31/12/2009", upn="K999988887777"),
            header("CANARY?", born="31/12/2009"),
            header("CANARY"),
            header("CANARY", sex="1"),
        ],
        episodes=[
            episode("01/05/2016", home="QQ7 7QQ"),
            episode("CANARY", child="C1"),
            "CANARY,31/12/2009",
        ],
        absences=[
            missing("01/05/2017", "30/04/2017", born="30/12/2009"),
            missing("CANARY", child="CANARY", born="31/12/2009", kind="CANARY"),
            missing("01/06/2017", child="CANARY CANARY"),
        ],
        alone=["CANARY,1,31/12/2009,"],
    )

    reading = read(files)

    told = repr(reading) + "".join(
        message.raw.decode() for message in reading.messages if b'"C1' in message.raw
    )
    assert [row.accepted for row in reading.missing] == [True, False, False]
    assert codes_of(reading)[0] == ("567", "INT13")
    assert not [secret for secret in secrets if secret in told]
