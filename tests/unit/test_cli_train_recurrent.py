"""Training recurrent networks, as a person types it."""

from __future__ import annotations

import numpy as np
import pytest
from typer.testing import CliRunner

pytest.importorskip("torch")

import homolog
from homolog.cli import app
from homolog.networks import load_recurrent

SMALL = ["--set", "n_steps=5", "--neurons", "12", "--iterations", "3", "--quiet"]


def run(*arguments):
    return CliRunner().invoke(app, ["train-recurrent", *(str(one) for one in arguments)])


def test_it_prints_what_the_library_says_and_keeps_networks(tmp_path):
    out = tmp_path / "run"
    result = run("context-integration", *SMALL, "--penalty", 0.3, "--replicas", 2, "-o", out)
    assert result.exit_code == 0, result.output
    task = homolog.tasks.find("context_integration")(n_steps=5)
    training = homolog.train_recurrent(
        task, n_neurons=12, iterations=3, penalty=0.3, replicas=2, rng=0
    )
    assert str(training) in result.stdout
    kept = load_recurrent(out / "replica-1/network.npz")
    np.testing.assert_array_equal(kept.recurrent, training.networks.recurrent[1])
    assert f"kept: {out / 'replica-…' / 'network.npz'}" in result.stdout


def test_every_option_reaches_the_training(monkeypatch):
    seen = {}

    def trained(task, **options):
        seen.update(options, task=task)
        return "trained"

    monkeypatch.setattr("homolog.training.train_recurrent", trained)
    result = run(
        "flip_flop", "--set", "n_bits=2", "--neurons", 9, "--activation", "leaky",
        "--iterations", 7, "--penalty", 0.2, "--optimiser", "adam", "--rate", 0.001, "--clip", 0,
        "--dt", 0.5, "--batch", 3, "--replicas", 4, "--workers", 2, "--seed", 5,
        "--precision", "float64",
    )  # fmt: skip
    assert result.stdout == "trained\n"
    seen.pop("progress")
    assert seen == {
        "task": homolog.tasks.find("flip_flop")(n_bits=2), "n_neurons": 9, "activation": "leaky",
        "iterations": 7, "penalty": 0.2, "optimiser": "adam", "rate": 0.001, "clip": None,
        "dt": 0.5, "batch": 3, "replicas": 4, "workers": 2, "rng": 5, "dtype": "float64",
        "device": "cpu", "folder": None,
    }  # fmt: skip


def test_the_defaults_are_those_of_the_library(monkeypatch):
    import inspect

    seen = {}
    told = inspect.signature(homolog.train_recurrent).parameters
    monkeypatch.setattr(
        "homolog.training.train_recurrent", lambda task, **options: seen.update(options)
    )
    run("flip_flop")
    seen.pop("progress")
    assert seen == {name: told[name].default for name in seen}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["flipflop"], "error: HM023 no task 'flipflop'. Closest: 'flip_flop'."),
        (["digits"], "stimuli with classes: homolog.tasks.load('digits')."),
        (["flip_flop", "--set", "bits=2"], "HM023 no setting of flip_flop 'bits'. Closest: 'n_bit"),
        (["flip_flop", "--set", "n_bits"], "HM025 --set is 'n_bits'; allowed: name=value"),
        (
            ["context_integration", *SMALL, "--rate", "1e30", "--clip", "0"],
            "(On the command line: --rate, --clip.)",
        ),
    ],
)
def test_what_is_refused(arguments, message):
    result = run(*arguments)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_interrupted(monkeypatch, tmp_path):
    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr("homolog.training.train_recurrent", interrupted)
    assert "goes on from the last checkpoint" in run("flip_flop", "-o", tmp_path).stderr
    assert "interrupted: nothing was kept" in run("flip_flop").stderr
