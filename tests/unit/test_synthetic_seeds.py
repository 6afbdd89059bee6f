"""Same options, same bytes: on every machine, in every process, for a month and for its year."""

import os
import re
import sys
from hashlib import sha256
from pathlib import Path
from subprocess import run

import pytest

from hub.synthetic.generation import generate
from hub.synthetic.options import Options
from tests.unit.nation_files import NationFiles

OPTIONS = Options(year=2022, month=11, scale=0.02, seed=7)
# What counts other rows, and so says something else of a month alone than of its year.
COUNTING = (
    "missing.period.declared.v1",
    "missing.provider-return.received.v1",
    "missing.episode-count.stated.v1",
)
# What OPTIONS of the golden nation give on every machine. If a change of the generator is meant
# to change it, raise GENERATOR_VERSION in hub/synthetic/folder.py and put the new digest here.
GOLDEN = Options(year=2022, scale=0.002, seed=1)
GOLDEN_DIGEST = "5d0514c1e943fe3211d7ec0086555c610d1dd3c7353f3f26ca0a2424d3fe592c"


def digest(out: Path) -> str:
    whole = sha256()
    for path in sorted(out.rglob("*.ndjson")):
        whole.update(path.relative_to(out).as_posix().encode())
        whole.update(path.read_bytes())
    return whole.hexdigest()


def comparable(path: Path) -> set[bytes]:
    """Return a file's messages but those that count; what an interview covers is left out."""
    lines = path.read_bytes().splitlines()
    kept = [line for line in lines if not any(name.encode() in line for name in COUNTING)]
    return {re.sub(rb',"covers":\[[^]]*\]', b"", line) for line in kept}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("nation") / "out"
    generate(OPTIONS, out)
    return out


def test_the_same_options_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    generate(OPTIONS, tmp_path)

    assert digest(tmp_path) == digest(folder)


def test_another_seed_gives_other_children(folder: Path, tmp_path: Path) -> None:
    other = Options(year=OPTIONS.year, month=OPTIONS.month, scale=OPTIONS.scale, seed=8)
    generate(other, tmp_path)
    ours = {each["ref"] for person in NationFiles(folder).persons for each in person["subjects"]}
    theirs = {
        each["ref"] for person in NationFiles(tmp_path).persons for each in person["subjects"]
    }

    assert not ours & theirs


def test_the_bytes_are_those_of_every_machine(tmp_path: Path) -> None:
    generate(GOLDEN, tmp_path)

    assert digest(tmp_path) == GOLDEN_DIGEST


@pytest.mark.parametrize("hash_seed", ["1", "77"])
def test_the_order_of_pythons_sets_decides_nothing(tmp_path: Path, hash_seed: str) -> None:
    program = (
        "import sys; from pathlib import Path;"
        "from hub.synthetic.generation import generate;"
        "from hub.synthetic.options import Options;"
        "generate(Options(year=2022, scale=0.002, seed=1), Path(sys.argv[1]))"
    )

    run(
        [sys.executable, "-c", program, tmp_path],
        env={**os.environ, "PYTHONHASHSEED": hash_seed},
        check=True,
    )

    assert digest(tmp_path) == GOLDEN_DIGEST


def test_a_month_is_a_cut_of_its_year(tmp_path: Path) -> None:
    generate(Options(year=2022, month=2, scale=0.005, seed=3), tmp_path / "month")
    generate(Options(year=2022, scale=0.005, seed=3), tmp_path / "year")

    for path in (tmp_path / "month").glob("*.ndjson"):
        assert comparable(path) <= comparable(tmp_path / "year" / path.name)


def test_a_part_of_the_nation_has_that_part_of_its_absences(tmp_path: Path) -> None:
    small = generate(Options(year=2022, month=5, scale=0.01), tmp_path / "small")
    larger = generate(Options(year=2022, month=5, scale=0.05), tmp_path / "larger")

    assert 2.5 < larger.episodes / small.episodes < 10
    assert larger.messages == sum(larger.by_type.values()) == sum(larger.by_publisher.values())
