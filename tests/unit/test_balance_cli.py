"""`homolog balance`, its folder and its figure, as a person meets them."""

import json
import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from scipy import sparse
from typer.testing import CliRunner

import homolog
from homolog import HomologError, figures
from homolog.balancing import _balanced_files as files_of
from homolog.balancing import balance, equilibrium, l2
from homolog.cli import app
from homolog.figures import CANDIDATE, REFERENCE
from homolog.networks import RecurrentNetwork, load_recurrent

CONNECTOMES = Path(os.environ.get("HOMOLOG_DATA", "")) / "connectomes"
FILES = ["balance.json", "balance.png", "network.npz", "neurons.csv"]


def run(*arguments):
    return CliRunner().invoke(app, ["balance", *(str(one) for one in arguments)])


@pytest.fixture
def network(rng):
    n = 6
    return RecurrentNetwork(
        rng.standard_normal((n, n)),
        rng.standard_normal((n, 2)),
        rng.standard_normal((1, n)),
        neurons=list("abcdef"),
        name="six",
    )


@pytest.fixture
def path(network, tmp_path):
    return network.save(tmp_path / "six.npz")


def test_a_network_is_balanced_into_a_folder(network, path, tmp_path):
    out = tmp_path / "out"
    result = run(path, "-o", out, "--check", "outputs")
    assert result.exit_code == 0, result.output
    expected = balance(network)
    assert result.stdout.startswith(str(expected))
    proof = result.stdout.split("\nproved: no rescaling costs less than ")[1]
    assert float(proof.split()[0]) == pytest.approx(expected.cost_after)
    assert ";\nC after is as low, to rounding\n" in proof
    check = result.stdout.split("largest difference of an output on random inputs: ")[1]
    assert float(check.split()[0]) < 1e-13
    assert result.stdout.endswith(f"written: {out}\n")
    assert sorted(one.name for one in out.iterdir()) == FILES
    assert np.array_equal(load_recurrent(out / "network.npz").recurrent, expected.recurrent)
    said = json.loads((out / "balance.json").read_text())
    assert said["cost_after"] == expected.cost_after
    assert (said["network"], said["n_components"], said["attained"]) == ("six", 1, True)
    table = pd.read_csv(out / "neurons.csv")
    assert table.neuron.tolist() == list("abcdef")
    assert np.allclose(table.h, expected.h)
    assert (out / "balance.png").read_bytes().startswith(b"\x89PNG")


def test_a_folder_of_before_is_replaced_and_one_of_others_left_alone(path, tmp_path):
    out = tmp_path / "out"
    assert run(path, "-o", out).exit_code == 0
    assert run(path, "-o", out, "--cost", "l1").exit_code == 0
    assert json.loads((out / "balance.json").read_text())["cost"] == "l1"
    (out / "thesis.tex").write_text("chapter 1")
    before = (out / "balance.json").read_text()
    result = run(path, "-o", out)
    assert result.exit_code == 1
    assert "error: HM046" in result.stderr
    assert "holds thesis.tex, which no balancing left there. Give another folder." in result.stderr
    assert "(On the command line: --out.)" in result.stderr
    assert (out / "balance.json").read_text() == before


def test_nothing_is_written_by_halves(network, tmp_path, monkeypatch):
    balanced = balance(network)
    balanced.save(tmp_path / "out")
    assert sorted(one.name for one in (tmp_path / "out").iterdir()) == [
        one for one in FILES if one != "balance.png"
    ]
    monkeypatch.setattr(files_of, "numbers", lambda _: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        balanced.save(tmp_path / "other")
    assert [one.name for one in tmp_path.iterdir()] == ["out"]
    with pytest.raises(HomologError, match=r"HM046 .* which no balancing left"):
        balanced.save(tmp_path)


def test_one_matrix_of_several_is_balanced(tmp_path, network):
    np.savez(tmp_path / "rnn.npz", W_hh=network.recurrent, W_other=np.eye(3))
    result = run(tmp_path / "rnn.npz")
    assert result.exit_code == 1
    assert "HM022" in result.stderr
    assert "(On the command line: --key.)" in result.stderr
    result = run(tmp_path / "rnn.npz", "--key", "W_hh", "--check", "outputs")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("rnn: 6 neurons, 36 synapses; cost l2, gauge zero-sum")


def test_a_connectome_of_several_components_names_the_way_out(tmp_path):
    weights = np.array([[0.0, 2.0, 0.0], [0.5, 0.0, 0.0], [1.0, 0.0, 0.0]])
    sparse.save_npz(tmp_path / "worm.npz", sparse.csr_array(weights))
    result = run(tmp_path / "worm.npz")
    assert result.exit_code == 1
    assert "HM050" in result.stderr
    assert "(On the command line: --on-reducible components.)" in result.stderr
    result = run(tmp_path / "worm.npz", "--on-reducible", "components", "--separation", "3")
    assert result.exit_code == 0
    assert "strong components (largest)" in result.stdout
    assert "! no rescaling attains the least cost" in result.stdout
    # 2 and 0.5 become 1 and 1, which cost 2; the synapse between is left with 2 exp(-6).
    assert "C after is higher by 2.5e-03 of that" in result.stdout
    weights[2, 0] = 10.0  # becomes 10 sqrt(2), which costs 200 beside the least, 2
    sparse.save_npz(tmp_path / "worm.npz", sparse.csr_array(weights))
    result = run(tmp_path / "worm.npz", "--on-reducible", "components")
    assert "C after is 101 times as much" in result.stdout


def test_gains_and_activity_are_measured_on_inputs_in_a_file(path, network, tmp_path, rng):
    inputs = rng.standard_normal((3, 9, 2))
    np.savez(tmp_path / "inputs.npz", inputs=inputs, other=np.zeros(3))
    options = ["--cost", "robustness", "--gauge", "power-matched", "--on-reducible", "floor"]
    result = run(path, *options, "--inputs", tmp_path / "inputs.npz", "--dt", "0.5")
    assert result.exit_code == 0, result.output
    expected = balance(
        network,
        cost="robustness",
        gauge="power-matched",
        on_reducible="floor",
        inputs=inputs,
        dt=0.5,
    )
    assert result.stdout.startswith(f"{expected}\n\nproved: no rescaling costs less than ")
    np.save(tmp_path / "one.npy", inputs)
    assert (
        run(path, *options, "--inputs", tmp_path / "one.npy", "--dt", "0.5").stdout == result.stdout
    )
    named = f"{tmp_path / 'inputs.npz'}::other"
    assert (
        "HM053 recurrent network: shape of the inputs is"
        in run(path, *options, "--inputs", named).stderr
    )
    np.savez(tmp_path / "two.npz", a=inputs, b=inputs)
    result = run(path, *options, "--inputs", tmp_path / "two.npz")
    assert "HM022" in result.stderr
    assert "--inputs FILE::inputs" in result.stderr


def test_gains_and_activity_are_measured_on_trials_of_a_task(tmp_path, rng):
    task = homolog.tasks.find("flip_flop")()
    network = RecurrentNetwork(rng.standard_normal((6, 6)), rng.standard_normal((6, task.n_inputs)))
    path = network.save(tmp_path / "network.npz")
    options = ["--cost", "robustness", "--on-reducible", "floor", "--task", "flip_flop"]
    result = run(path, *options, "--trials", 5, "--seed", 3)
    assert result.exit_code == 0, result.output
    trials = task.draw(3, 5)
    expected = balance(
        network,
        cost="robustness",
        on_reducible="floor",
        inputs=trials.inputs,
        step=trials.step,
    )
    assert result.stdout.startswith(f"{expected}\n\n")
    result = run(path, *options, "--inputs", "inputs.npy")
    assert "HM025 --inputs is 'inputs.npy'; allowed: nothing, with --task." in result.stderr
    assert "HM023" in run(path, "--task", "flipflop").stderr
    result = run(path, *options[:-1], "delayed_match")
    said = "HM025 --task is 'delayed_match'; allowed: a task of 3 inputs, as many as the network"
    assert said in result.stderr


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--check", "states"], "HM025 --check is 'states'; allowed: outputs."),
        (["--cost", "l3"], "HM023 no cost 'l3'"),
        (["--gauge", "power-matched"], "HM025 inputs is None"),
        (
            ["--key", "nothing"],
            "HM025 --key is 'nothing'; allowed: nothing, for NET is a network that homolog saved",
        ),
    ],
)
def test_options_that_mean_nothing_are_refused(path, options, message):
    result = run(path, *options)
    assert result.exit_code == 1
    assert message in result.stderr
    assert "command line" not in result.stderr  # no flag of another option is offered


def test_a_file_that_is_not_there_is_said(tmp_path):
    result = run(tmp_path / "worm.npz")
    assert result.exit_code == 1
    assert "HM032 there is no file" in result.stderr


def test_the_figure_shows_every_neuron_before_and_after(network):
    balanced = balance(network)
    axes = figures.in_and_out_costs(Figure().subplots(1, 2), balanced)
    costs = balanced.costs
    pairs = ((costs.inward, costs.outward), (costs.inward_after, costs.outward_after))
    for ax, pair, colour in zip(axes, pairs, (REFERENCE, CANDIDATE), strict=True):
        points = ax.collections[0]
        assert np.allclose(points.get_offsets(), np.column_stack(pair))
        assert np.allclose(
            points.get_facecolor()[0][:3], [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        )
        assert ax.get_xlim() == ax.get_ylim()
        assert ax.get_xlim()[0] < np.min(pair) < np.max(pair) < ax.get_xlim()[1]
    assert f"C = {balanced.cost_before:.4g}" in axes[0].get_title()
    assert f"C = {balanced.cost_after:.4g}" in axes[1].get_title()
    assert not axes[0].texts


def test_neurons_without_a_place_on_the_axes_are_counted():
    weights = np.array([[0.0, 2.0, 0.0], [0.5, 0.0, 0.0], [1.0, 0.0, 0.0]])
    balanced = balance(weights, on_reducible="components")
    axes = figures.in_and_out_costs(Figure().subplots(1, 2), balanced)
    assert [ax.texts[0].get_text() for ax in axes] == ["1 without in-cost or out-cost"] * 2
    assert len(axes[0].collections[0].get_offsets()) == 2
    silent = figures.in_and_out_costs(Figure().subplots(1, 2), balance(np.zeros((2, 2))))
    assert silent[0].texts[0].get_text() == "2 without in-cost or out-cost"
    with pytest.raises(HomologError, match="HM025 the number of axes is 1"):
        figures.in_and_out_costs([Figure().subplots()], balanced)


@pytest.mark.skipif(
    not CONNECTOMES.is_dir(), reason="HOMOLOG_DATA names no folder with connectomes"
)
@pytest.mark.parametrize(
    ("name", "n_components", "n_largest", "imbalance", "least"),
    [
        ("celegans_cook2019_herm_chem_neurons", 7, 275, 0.1237, (0.6352, 0.3644)),
        ("celegans_white1986_chem", 52, 237, 0.1569, (0.5510, 0.2950)),
        ("larva_winding2023_all", 302, 3236, 0.03869, (0.7589, 0.5551)),
        ("larva_winding2023_brain", 80, 2422, 0.03268, (0.7785, 0.6299)),
        ("larva_MB_eichler2017_left", 84, 126, 0.1858, (0.8100, 0.5783)),
        ("larva_MB_eichler2017_right", 74, 139, 0.2791, (0.6446, 0.3447)),
    ],
)
def test_nervous_systems_cost_less_when_balanced(name, n_components, n_largest, imbalance, least):
    """Numbers of the largest component, found by another solver from the same files."""
    weights = RecurrentNetwork.from_connectome(CONNECTOMES / f"{name}.npz").recurrent
    labels = equilibrium(l2().of(weights), on_reducible="components").components
    sizes = np.bincount(labels)
    assert (len(sizes), sizes.max()) == (n_components, n_largest)
    largest = np.flatnonzero(labels == sizes.argmax())
    for cost, expected in zip(("l1", "l2"), least, strict=True):
        balanced = balance(weights[largest][:, largest], cost=cost)
        assert balanced.cost_after / balanced.cost_before == pytest.approx(expected, abs=6e-5)
        assert balanced.residual < 1e-10
    assert balanced.imbalance[0] == pytest.approx(imbalance, rel=1e-3)
