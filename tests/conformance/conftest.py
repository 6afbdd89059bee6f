"""The judges, built once a run from the source of others' packages."""

import re
import subprocess
from pathlib import Path

import pytest

from tests.conformance.judging import HERE, build_judge


@pytest.fixture(scope="session")
def judge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The judge that is made of Go's own packages `sumdb/note` and `tlog`."""
    return build_judge(tmp_path_factory.mktemp("judge"))


@pytest.fixture(scope="session")
def inspectors(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The program around tessera's `fsck`; none where Go is older than what tessera asks for.

    Debian 12 has Go 1.19. The judge above needs no newer one, and looks at the same tiles.
    """
    told = subprocess.run(["go", "version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"go([0-9]+)\.([0-9]+)", told)
    assert version is not None
    if (int(version[1]), int(version[2])) < (1, 24):
        return []
    return [build_judge(tmp_path_factory.mktemp("inspector"), HERE / "fsck")]
