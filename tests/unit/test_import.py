"""What `import homolog` costs: nothing that the caller did not ask for."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

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


def test_a_measure_imports_no_other_measure() -> None:
    import homolog.measures

    folder = Path(homolog.measures.__path__[0])
    imported = {
        file.name: re.findall(r"^\s*(?:from|import) homolog\.?(\S*)", file.read_text(), re.M)
        for file in folder.glob("[!_]*.py")
    }
    assert len(imported) == len(homolog.measures.names())
    allowed = re.compile(r"|_arrays|errors|matching|measures\._\w+")
    wrong = {
        (name, module)
        for name, found in imported.items()
        for module in found
        if not allowed.fullmatch(module)
    }
    assert wrong == set()


def test_importing_prints_nothing() -> None:
    done = subprocess.run(
        [sys.executable, "-c", "import homolog"], check=True, capture_output=True, text=True
    )
    assert (done.stdout, done.stderr) == ("", "")


def test_the_names_of_measures_are_known_without_an_optional_package() -> None:
    loaded = loaded_by("import homolog; homolog.measures.names()")
    assert loaded & {"torch", "jax", "plotly", "pandas", "dask"} == set()


def test_every_public_name_can_be_had() -> None:
    import homolog

    missing = [name for name in homolog.__all__ if not hasattr(homolog, name)]
    assert missing == []
    assert set(homolog.__all__) <= set(dir(homolog))


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    import homolog

    with pytest.raises(AttributeError, match="nonsense"):
        _ = homolog.nonsense
