"""What a refusal says of the command line is there to be given."""

import re
from collections.abc import Iterator
from inspect import getclosurevars, unwrap
from typing import Any

import numpy as np
import pytest
import typer
from typer.testing import CliRunner

from homolog.cli import app

COMMANDS: Any = typer.main.get_command(app)
COMPARE = COMMANDS.commands["compare"]


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[Any]:
    for name, one in group.commands.items():
        if hasattr(one, "commands"):
            yield from commands(one, (*path, name))
        else:
            yield pytest.param(one, id=" ".join((*path, name)))


def tables_of(command: Any) -> dict[str, dict[str, str]]:
    """The tables of flags that a command's function refers to."""
    seen = getclosurevars(unwrap(command.callback)).globals
    return {name: told for name, told in seen.items() if name.endswith("FLAGS")}


@pytest.mark.parametrize("command", [*commands(COMMANDS)])
def test_a_command_names_only_options_that_it_has(command: Any) -> None:
    options = {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
    tables = tables_of(command)
    assert len(tables) == ("--out" in options)
    for told in tables.values():
        for code, hint in told.items():
            assert set(re.findall(r"--[a-z-]+", hint)) <= options, (code, hint)


def test_a_table_whose_first_column_is_the_label_itself_is_told_what_comes_first(
    rng: np.random.Generator, tmp_path: Any
) -> None:
    path, table = tmp_path / "a.npy", tmp_path / "g.csv"
    np.save(path, rng.normal(size=(20, 6)))
    rows = ["movie,half", *(f"m{row // 5},{row // 10}" for row in range(20))]
    table.write_text("\n".join(rows))
    said = CliRunner().invoke(app, ["compare", *[str(path)] * 2, "--groups", f"{table}::movie"])
    assert said.stderr == (
        f"error: HM067 {table}: rows 2 and 3 are both for condition 'm0'. Leave out one; or, if"
        " 'movie' is a variable, put a column before it that names each condition (for --groups:"
        " each stimulus).\n"
    )
    (groups,) = (one for one in COMPARE.params if one.name == "groups")
    assert "whose first column names the stimulus" in groups.help


@pytest.fixture
def paths(rng: np.random.Generator, tmp_path: Any) -> list[str]:
    """Three populations, the second with a neuron that never changes."""
    several = rng.normal(size=(3, 20, 6))
    several[1, :, 2] = 1
    named = [str(tmp_path / f"{name}.npy") for name in ("a", "still", "b")]
    for path, responses in zip(named, several, strict=True):
        np.save(path, responses)
    return named


@pytest.mark.parametrize("command", ["matrix", "rank", "ceiling"])
@pytest.mark.parametrize("measures", ["soft_matching_correlation", "soft_matching_correlation,cka"])
def test_constant_neurons_are_dropped_where_there_is_an_option(
    paths: list[str], command: str, measures: str
) -> None:
    said = CliRunner().invoke(app, [command, *paths, "-m", measures, "-q"])
    assert said.exit_code == (0 if "cka" in measures else 1)
    assert "1 unit is constant on all 20 stimuli (2 of 6)" in said.output
    assert ("(On the command line: --drop-constant.)" in said.stderr) is (command == "matrix")


@pytest.mark.parametrize("command", ["rank", "ceiling"])
def test_what_would_do_is_said_of_one_measure_of_several(
    command: str, rng: np.random.Generator, tmp_path: Any
) -> None:
    paths = [str(tmp_path / f"{name}.npy") for name in "abc"]
    for path in paths:
        np.save(path, rng.normal(size=(12, 5, 3)))
    dims = ["--dims", "stimulus,time,neuron", "--fold-time", "-m", "ridge,nbs", "-q"]
    dims += ["--candidate-dims", "stimulus,time,neuron"] if command == "rank" else []
    said = CliRunner().invoke(app, [command, *paths, *dims])
    assert said.exit_code == 0, said.output
    assert "! ridge: not scored: HM012" in said.stdout
    assert said.stderr == "ridge: HM012 (On the command line: --groups stimulus.)\n"
