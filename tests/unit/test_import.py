"""What `import homolog` costs: nothing that the caller did not ask for."""

import json
import subprocess
import sys

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
