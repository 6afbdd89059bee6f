"""The guide for publishers: what it names exists, and its PowerShell parses without .NET."""

import re
from pathlib import Path
from typing import Final

import pytest
from tree_sitter import Language, Node, Parser
from tree_sitter_powershell import language

from contracts.reasons import Reason
from contracts.schemas import BODY_OF_TYPE
from hub.adapters import ADAPTERS
from hub.api.uploads import MAX_FILES, MAX_UPLOAD_BYTES
from tests.unit.api_services import Bench

ROOT: Final = Path(__file__).parents[2]
GUIDE: Final = (ROOT / "contracts" / "PUBLISHING.md").read_text(encoding="utf-8")
POWERSHELL: Final = re.findall(r"^```powershell\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)

# What constrained language mode refuses: types by name, new objects of them, compiled code.
REFUSED: Final = re.compile(r"\[[A-Z][\w.]*\]|New-Object|Add-Type|Invoke-Expression", re.IGNORECASE)


def faults(node: Node) -> list[str]:
    """Return every part of a script that the grammar cannot read, by its line."""
    own = [f"line {node.start_point.row + 1}"] if node.is_error or node.is_missing else []
    return own + [fault for child in node.children for fault in faults(child)]


@pytest.mark.parametrize("script", POWERSHELL)
def test_a_powershell_sample_parses(script: str) -> None:
    tree = Parser(Language(language())).parse(script.encode())

    assert faults(tree.root_node) == []


def test_the_parser_would_notice_a_missing_brace() -> None:
    tree = Parser(Language(language())).parse(b"if ($true) { Get-Content 'x'")

    assert faults(tree.root_node)


@pytest.mark.parametrize("script", POWERSHELL)
def test_a_powershell_sample_runs_in_constrained_language_mode(script: str) -> None:
    assert REFUSED.findall(script) == []
    assert "charset=utf-8" in script


def test_there_are_samples_of_both_kinds() -> None:
    assert len(POWERSHELL) == 2
    assert GUIDE.count("```sh\n") >= 5


def test_every_path_that_the_guide_names_is_a_route(tmp_path: Path) -> None:
    paths = set(re.findall(r'\$(?:HUB_URL|hub)(/[^"?\s]+)', GUIDE))

    known = {
        re.sub(r"\{\w+\}", "*", str(path))
        for path in Bench(feed_dir=tmp_path).app.openapi()["paths"]
    }

    asked = {
        re.sub(r"(?<=files/)\w+|(?<=publishers/)[\w-]+|(?<=submissions/)\$\w+", "*", path)
        for path in paths
    }
    assert asked
    assert asked <= known


def test_types_reasons_formats_and_files_that_the_guide_names_exist() -> None:
    types = set(re.findall(r"missing\.[a-z-]+\.[a-z-]+\.v[0-9]+", GUIDE))
    reasons = set(re.findall(r"reason=([a-z-]+)", GUIDE))
    formats = set(re.findall(r"(?:/v1/files/|upload )([a-z0-9-]+)", GUIDE))

    assert types <= set(BODY_OF_TYPE)
    assert reasons <= set(Reason)
    assert formats <= {adapter.name for adapter in ADAPTERS}
    assert (ROOT / "deploy" / "clients" / "hub_client.py").is_file()
    assert (ROOT / "deploy" / "clients" / "hub_receipt.py").is_file()
    assert (ROOT / "contracts" / "CATALOGUE.md").is_file()


def test_the_limits_are_those_of_the_door() -> None:
    assert f"At most {MAX_FILES} files and {MAX_UPLOAD_BYTES // 2**20} MiB a request" in GUIDE
