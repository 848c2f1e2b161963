"""What `import homolog` costs: nothing that the caller did not ask for."""

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import homolog

HEAVY = {
    "dask", "h5py", "jax", "jaxtyping", "jinja2", "matplotlib", "numba", "numpy", "ot", "pandas",
    "plotly", "psutil", "rich", "scipy", "sklearn", "torch", "typer", "xarray",
}  # fmt: skip


def loaded_by(code: str) -> set[str]:
    """Top-level modules in a fresh interpreter after running `code`."""
    tail = "\nimport json, sys; print(json.dumps([m for m in sys.modules if '.' not in m]))"
    done = subprocess.run(
        [sys.executable, "-c", code + tail], check=True, capture_output=True, text=True
    )
    return set(json.loads(done.stdout.splitlines()[-1]))


def test_importing_loads_nothing_heavy() -> None:
    assert loaded_by("import homolog") & HEAVY == set()


def test_matching_loads_its_compiler_when_neurons_are_matched_and_not_before() -> None:
    solvers = {"numba", "llvmlite", "ot", "scipy"}
    assert loaded_by("import homolog.matching") & solvers == set()
    a_matching = "from homolog.matching import transport; transport([[0.0, 1.0], [1.0, 0.0]])"
    assert loaded_by(a_matching) & solvers >= {"numba", "llvmlite"}


def imports_of(file: Path) -> set[str]:
    """Everything that a file imports, each by its full name."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {one.name for one in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{one.name}" for one in node.names}
    return found


MAY_IMPORT = re.compile(r"homolog\.(errors|_arrays\.\w+|matching\.\w+|measures\._\w+(\.\w+)?)")


@pytest.mark.parametrize("name", homolog.measures.names())
def test_a_measure_imports_no_other_measure(name: str) -> None:
    folder = Path(homolog.measures.__path__[0])
    ours = {one for one in imports_of(folder / f"{name}.py") if one.startswith("homolog")}
    assert "homolog.measures._measure.measure" in ours
    assert {one for one in ours if not MAY_IMPORT.fullmatch(one)} == set()


def test_importing_prints_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import homolog"], check=True, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_the_names_of_measures_are_known_without_an_optional_package() -> None:
    loaded = loaded_by("import homolog; homolog.measures.names()")
    assert loaded & {"torch", "jax", "plotly", "pandas", "dask"} == set()


def test_every_public_name_can_be_had() -> None:
    missing = [name for name in homolog.__all__ if not hasattr(homolog, name)]
    assert missing == []
    assert set(homolog.__all__) <= set(dir(homolog))


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nonsense"):
        _ = homolog.nonsense
