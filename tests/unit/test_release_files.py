"""The files of a release: what they say, what they must not say, and how to check them."""

import json
import re
import subprocess
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from xml.etree import ElementTree

import pytest
from pyarrow import parquet

from contracts.atom import NAMESPACE, AtomEntry, atom_feed
from contracts.feed import (
    POSITION_BLOCK,
    Indicator,
    ReleaseId,
    Stage,
    final_due,
    position_block,
    read_release,
    release_json,
)
from contracts.manifest import (
    CHECKSUM_FILE,
    JSON_FILE,
    MANIFEST_FILE,
    PARQUET_FILE,
    manifest_json,
    read_manifest,
)
from domain.disclosure import RULE_BOOK_VERSION, Symbol
from domain.measures import DEFINITION_VERSION
from domain.periods import Month
from hub.release.files import release_files
from tests.unit.release_examples import (
    APRIL,
    MARCH,
    POSITION,
    TRUE_COUNTS,
    contents,
    example_release,
    publish,
)

ATOM = {"atom": NAMESPACE}
PROVISIONAL = ReleaseId(month=MARCH, stage=Stage.PROVISIONAL)
FINAL = ReleaseId(month=MARCH, stage=Stage.FINAL)


def shows(content: bytes, number: int) -> bool:
    """Return whether a number stands in a text by itself, with or without a thousands comma."""
    text = content.decode("utf-8", errors="replace")
    forms = f"{number}|{number:,}"
    # Neither part of a longer number, nor of a hash.
    return re.search(rf"(?<![0-9a-f.,])(?:{forms})(?![0-9a-f.,])", text) is not None


def true_counts() -> set[int]:
    every = {count for total, regions in TRUE_COUNTS.values() for count in (total, *regions)}
    return every | {POSITION}


def test_the_canary_search_finds_a_true_count() -> None:
    assert shows(b'{"number":1237}', 1237)
    assert shows(b"<td>1,237</td>", 1237)
    assert not shows(b"a1237f 11,237 1237.5", 1237)


def test_no_true_count_is_in_any_public_file(tmp_path: Path) -> None:
    publish(tmp_path)
    texts = {
        path: content
        for path, content in contents(tmp_path).items()
        # In a style sheet numbers are lengths; it is the same file in every release.
        if not path.endswith((".css", ".parquet"))
    }

    # Two digits are also days and sizes; what counts as a figure is checked by the next test.
    leaks = {
        (path, count)
        for path, content in texts.items()
        for count in true_counts()
        if count > 99 and shows(content, count)
    }
    assert leaks == set()
    assert shows(texts["index.html"], 1240)


def test_every_figure_in_every_data_file_is_the_published_one() -> None:
    release = example_release()
    files = release_files(release)

    figures = [
        [area.figures[indicator] for indicator in Indicator]
        for area in read_release(files[JSON_FILE]).areas
    ]
    table = parquet.read_table(BytesIO(files[PARQUET_FILE])).to_pylist()

    assert [[row[name] for name in Indicator] for row in table] == [
        [figure.number for figure in row] for row in figures
    ]
    assert [[row[f"{name}_symbol"] for name in Indicator] for row in table] == [
        [figure.symbol for figure in row] for row in figures
    ]
    assert table[1]["away_episode_count"] is None
    assert table[1]["away_episode_count_symbol"] == Symbol.CONFIDENTIAL


def test_the_manifest_has_the_hash_and_size_of_every_other_file(tmp_path: Path) -> None:
    result = publish(tmp_path)
    files = contents(result.path)
    document = files.pop(MANIFEST_FILE)
    files.pop(CHECKSUM_FILE)

    manifest = read_manifest(document)

    assert {each.path: (each.sha256, each.size_bytes) for each in manifest.files} == {
        path: (sha256(content).hexdigest(), len(content)) for path, content in files.items()
    }
    assert result.manifest_sha256 == sha256(document).hexdigest()


def test_the_manifest_names_what_the_figures_were_made_under() -> None:
    manifest = json.loads(release_files(example_release(synthetic=True))[MANIFEST_FILE])

    assert manifest["release"] == "2026-03-P"
    assert manifest["stage"] == "P"
    assert manifest["definition_version"] == DEFINITION_VERSION
    assert manifest["rule_book_version"] == RULE_BOOK_VERSION
    assert manifest["ledger_position_at_most"] == 131_072
    assert manifest["synthetic"] is True


@pytest.mark.parametrize("name", [MANIFEST_FILE, JSON_FILE])
def test_json_is_canonical(name: str) -> None:
    document = release_files(example_release())[name]

    again = json.dumps(
        json.loads(document), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )

    assert document == again.encode()


def test_anyone_can_check_the_files_with_a_standard_tool(tmp_path: Path) -> None:
    folder = publish(tmp_path).path
    command = ["sha256sum", "--check", "--strict", CHECKSUM_FILE]

    before = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    (folder / "chart.svg").write_bytes(b"changed")
    after = subprocess.run(command, cwd=folder, capture_output=True, check=False)

    assert before.returncode == 0
    assert before.stdout.count(b": OK\n") == len(contents(folder)) - 1
    assert after.returncode == 1
    assert b"chart.svg: FAILED" in after.stdout


def test_a_release_and_its_manifest_can_be_read_back() -> None:
    release = example_release(synthetic=True)
    manifest = read_manifest(release_files(release)[MANIFEST_FILE])

    assert read_release(release_json(release)) == release
    assert read_manifest(manifest_json(manifest)) == manifest


@pytest.mark.parametrize(
    "change",
    [
        (b'"format":1', b'"format":2'),
        (b'"release":"2026-03-P"', b'"release":"2026-13-P"'),
        (b'"release":"2026-03-P"', b'"release":"March"'),
        (b'"number":1240', b'"number":1237'),
        (b'"away_child_count":{"number":340},', b""),
        (b'"areas"', b'"more"'),
    ],
)
def test_a_document_of_another_form_is_refused(change: tuple[bytes, bytes]) -> None:
    document = release_json(example_release())
    changed = document.replace(*change)

    assert changed != document
    with pytest.raises(ValueError, match=r".+"):
        read_release(changed)


def test_the_final_release_comes_after_the_provisional_one_and_before_the_next_month() -> None:
    april = ReleaseId(month=APRIL, stage=Stage.PROVISIONAL)

    assert sorted([april, FINAL, PROVISIONAL]) == [PROVISIONAL, FINAL, april]
    assert ReleaseId.parse(str(FINAL)) == FINAL


@pytest.mark.parametrize(
    ("month", "due"),
    [(MARCH, Month(year=2026, number=11)), (APRIL, Month(year=2027, number=11))],
)
def test_final_figures_come_in_the_november_after_the_reporting_year(
    month: Month, due: Month
) -> None:
    assert final_due(month) == due


@pytest.mark.parametrize(
    ("position", "block"), [(0, 0), (1, 65_536), (65_536, 65_536), (65_537, 131_072)]
)
def test_a_position_is_published_in_whole_blocks(position: int, block: int) -> None:
    assert position_block(position) == block
    assert position_block(position) % POSITION_BLOCK == 0


def test_the_atom_feed_has_an_entry_a_release_with_its_hash(tmp_path: Path) -> None:
    march = publish(tmp_path, MARCH)
    april = publish(tmp_path, APRIL)

    feed = ElementTree.parse(tmp_path / "atom.xml").getroot()

    summaries = [each.text or "" for each in feed.findall("atom:entry/atom:summary", ATOM)]
    assert [text.rsplit(" ", 1)[1] for text in summaries] == [
        april.manifest_sha256,
        march.manifest_sha256,
    ]
    assert [each.text for each in feed.findall("atom:entry/atom:updated", ATOM)] == [
        "2026-05-14T23:00:00Z",
        "2026-04-14T23:00:00Z",
    ]
    assert feed.findtext("atom:updated", namespaces=ATOM) == "2026-05-14T23:00:00Z"
    assert feed.findtext("atom:author/atom:name", namespaces=ATOM)


def test_every_link_of_the_atom_feed_leads_to_a_file_of_the_tree(tmp_path: Path) -> None:
    publish(tmp_path)

    links = ElementTree.parse(tmp_path / "atom.xml").getroot().findall(".//atom:link", ATOM)

    assert len(links) == 5
    assert all((tmp_path / link.attrib["href"]).is_file() for link in links)


def test_the_id_of_an_entry_never_changes(tmp_path: Path) -> None:
    def ids() -> list[str | None]:
        feed = ElementTree.parse(tmp_path / "atom.xml").getroot()
        return [each.text for each in feed.iter(f"{{{NAMESPACE}}}id")]

    publish(tmp_path, MARCH)
    before = ids()
    publish(tmp_path, APRIL)

    assert before == [
        "urn:uuid:20a8d721-a74e-5ff6-8808-3ada7de312f8",
        "urn:uuid:ef5cee86-2c36-5216-9d40-a8e42a7c9f41",
    ]
    assert set(before) < set(ids())
    assert len(set(ids())) == 3


def test_a_final_release_is_due_in_november() -> None:
    entry = AtomEntry(release=FINAL, manifest_sha256="00", synthetic=False)

    feed = ElementTree.fromstring(atom_feed((entry,)))

    assert feed.findtext("atom:entry/atom:updated", namespaces=ATOM) == "2026-11-01T00:00:00Z"
    assert feed.findtext("atom:entry/atom:title", namespaces=ATOM) == (
        "Missing children in England, March 2026 (final)"
    )
