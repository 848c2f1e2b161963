"""The study of synaptic balancing: its numbers, and verdicts told apart by planted rows."""

import json
import os
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure
from typer.testing import CliRunner

from homolog import errors, studies
from homolog.balancing import in_costs, neural_gradients, out_costs
from homolog.cli import app
from homolog.networks import RecurrentNetwork
from homolog.studies._study import Choices, Sources, Teaching
from homolog.studies.synaptic_balancing import (
    FIGURES,
    _networks,
    _noise,
    connectomes,
    equivalent,
    ring,
    robustness,
    topology,
    training,
)
from homolog.studies.synaptic_balancing._noise import GAUGES
from homolog.studies.synaptic_balancing._null import against, permuted_norms
from homolog.tasks.context_integration import ContextIntegration

NAMES = ("figure-1", "figure-3", "figure-4a", "figure-4b", "figure-5", "connectomes")
PARTS = dict(zip(NAMES, studies.find("synaptic-balancing").parts, strict=True))


def run(*arguments):
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    assert result.exit_code == 0, result.output
    return result.stdout


def rows_of(part, quick=True, sources=None):
    rng = np.random.default_rng(0)
    sources = sources or Sources()
    return pd.DataFrame(
        [
            {"task": task, **row}
            for task, options in part.tasks(quick).items()
            for row in part.work(options, rng, sources)
        ]
    )


def verdicts(part, rows):
    return {key: finding.verdict for key, finding in part.judge(rows).items()}


# The whole of it.


@pytest.fixture(scope="module")
def quick(tmp_path_factory):
    """A quick run of everything, without any data."""
    folder = tmp_path_factory.mktemp("balancing")
    given = os.environ.pop("HOMOLOG_DATA", None)
    try:
        told = run("study", "synaptic-balancing", "--quick", "-o", folder, "-q")
    finally:
        if given is not None:
            os.environ["HOMOLOG_DATA"] = given
    return folder, told


def test_a_quick_run_does_every_part(quick):
    folder, told = quick
    assert "left out" not in told
    claims = pd.read_csv(folder / "claims.csv")
    assert set(claims["part"]) == set(NAMES)
    assert set(claims["verdict"]) <= {"agree", "disagree", "cannot tell"}
    for name in NAMES:
        for form in ("csv", "png", "svg"):
            assert (folder / f"{name}.{form}").stat().st_size > 300
    assert (folder / "training" / "quick-penalty-0.3" / "replica-2" / "network.npz").exists()


def test_trained_networks_are_read_from_another_folder_and_left_alone(quick, tmp_path):
    folder, _ = quick
    networks = sorted((folder / "training").rglob("*"))
    before = [one.stat().st_mtime_ns for one in networks]
    asked = ("--quick", "--figure", "4b", "--trained", folder, "-q", "-o", tmp_path)
    run("study", "synaptic-balancing", *asked)
    assert [one.stat().st_mtime_ns for one in networks] == before
    ours, theirs = (pd.read_csv(where / "figure-4b.csv") for where in (tmp_path, folder))
    pd.testing.assert_frame_equal(ours, theirs)


def test_only_tasks_whose_network_changed_are_done_again(quick, tmp_path):
    folder, _ = quick
    where = tmp_path / "penalty"
    where.mkdir()
    for one in (folder / "training").glob("quick-penalty-*"):
        (where / one.name).symlink_to(one)
    changed = where / "quick-penalty-0.3"
    changed.unlink()
    for file in (folder / "training" / "quick-penalty-0.3").rglob("*.npz"):
        copy = changed / file.parent.name / file.name
        copy.parent.mkdir(parents=True, exist_ok=True)
        copy.write_bytes(file.read_bytes())
    asked = ("study", "synaptic-balancing", "--quick", "--figure", "4b", "-q")
    asked += ("--trained", where, "-o", tmp_path / "out")
    run(*asked)
    kept = {one: one.stat().st_mtime_ns for one in (tmp_path / "out" / "rows").rglob("*.json")}
    assert len(kept) == 9
    network = changed / "replica-1" / "network.npz"
    network.write_bytes((changed / "replica-2" / "network.npz").read_bytes())
    assert "one task kept in this folder" in run(*asked)
    anew = [one.stem for one, time in kept.items() if one.stat().st_mtime_ns != time]
    assert anew == ["penalty-0.3-replica-1"]


def test_figures_are_chosen_by_name_and_stay_in_order():
    study = studies.find("synaptic-balancing")
    assert len(study.parts) == len(FIGURES)
    chosen = study.choosing(Choices(figures=("5", "Figure 1", "connectomes")))
    assert [part.name for part in chosen.parts] == ["figure-1", "figure-5", "connectomes"]
    allowed = "1, 3, 4a, 4b, 5, connectomes"
    with pytest.raises(errors.HomologError, match=f"HM025 figure is '2'; allowed: {allowed}"):
        study.choosing(Choices(figures=("2",)))
    with pytest.raises(errors.HomologError, match=r"figures is .*not to be chosen of angles"):
        studies.find("angles").choosing(Choices(figures=("1",)))


def test_one_figure_on_the_command_line(tmp_path):
    told = run("study", "synaptic-balancing", "--figure", "3,1", "--quick", "-q", "-o", tmp_path)
    assert told.count("figure-1:") == told.count("figure-3:") == 2
    assert {one.stem for one in tmp_path.glob("*.png")} == {"figure-1", "figure-3"}


def test_connectomes_that_are_not_there_are_said_to_be_missing(tmp_path, monkeypatch):
    monkeypatch.delenv("HOMOLOG_DATA", raising=False)
    asked = ("study", "synaptic-balancing", "--figure", "connectomes", "-q")
    told = run(*asked, "-o", tmp_path / "out")
    assert "neither HOMOLOG_DATA nor --recordings names a folder with connectomes" in told
    (tmp_path / "empty").mkdir()
    told = run(*asked, "--recordings", tmp_path / "empty", "-o", tmp_path / "again")
    assert "connectomes was left out" in told


# Figures 1, 3 and 5: what the numbers are.


def test_equivalent_networks_differ_by_their_noise_as_theory_says():
    part = PARTS["figure-1"]
    rows = rows_of(part)
    whole = rows[rows["kind"] == "whole"].set_index("d")
    assert whole["cost"][0.0] == pytest.approx(0.68)
    assert whole["cost"][1.0] == pytest.approx(0.18 + 0.25 * (np.exp(4) + np.exp(-4)))
    # Of the sum of the two neurons at d = 0: a leak of 0.2, discrete steps of 0.05.
    assert whole["expected_std"][0.0] == pytest.approx(0.05 * np.sqrt(0.05 * 2 / (1 - 0.99**2)) / 2)
    assert whole["difference"].max() < 1e-14
    np.testing.assert_allclose(whole["std"], whole["expected_std"], rtol=0.1)
    assert verdicts(part, rows) == {"equivalent": "agree", "theory": "agree"}


def test_networks_that_are_not_equivalent_are_told_apart():
    part = PARTS["figure-1"]
    rows = rows_of(part)
    whole = rows["kind"] == "whole"
    wrong = rows.assign(difference=rows["difference"].where(~whole, 1e-9))
    assert verdicts(part, wrong)["equivalent"] == "disagree"
    alike = rows.assign(std=rows["std"].where(~whole, 0.1))
    assert verdicts(part, alike) == {"equivalent": "disagree", "theory": "disagree"}


def test_the_figure_of_noise_shows_the_trials():
    rows = rows_of(PARTS["figure-1"])
    axes = equivalent.draw(rows).axes
    assert len(axes[0].lines) == len(axes[1].lines) == equivalent.N_SHOWN + 1
    shown = axes[1].lines[-1].get_ydata()
    clean = rows[(rows["d"] == 2) & (rows["kind"] == "no noise")]["output"]
    np.testing.assert_array_equal(shown, clean)


def test_two_neurons_balance_only_if_joined_both_ways():
    part = PARTS["figure-3"]
    rows = rows_of(part)
    assert verdicts(part, rows) == {"topology": "agree", "formula": "agree"}
    ends = rows[rows["kind"] == "end"].set_index("joined")
    assert ends.loc["one way", "refused"]
    assert ends.loc["both ways", "cost"] == pytest.approx(2 * np.sqrt(2.0 * 0.25))
    assert ends.loc["both ways", "difference"] == pytest.approx(np.log(0.125) / 4)
    lone = rows[(rows["joined"] == "one way") & (rows["kind"] == "course")]
    np.testing.assert_allclose(lone["c12"], 2 / (1 + 8 * lone["time"]), rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({"joined": "one way", "refused": False}, {"topology": "disagree"}),
        ({"joined": "both ways", "refused": True}, {"topology": "disagree"}),
        ({"joined": "both ways", "difference": 0.1}, {"topology": "disagree"}),
    ],
)
def test_another_end_of_two_neurons_is_told_apart(change, verdict):
    part, rows = PARTS["figure-3"], rows_of(PARTS["figure-3"])
    changed = dict(change)
    which = (rows["kind"] == "end") & (rows["joined"] == changed.pop("joined"))
    for name, value in changed.items():
        rows.loc[which, name] = value
    assert verdicts(part, rows)["topology"] == verdict["topology"]
    off = rows.assign(error=1e-3)
    assert verdicts(part, off)["formula"] == "disagree"


def test_the_ring_has_the_numbers_of_its_formula():
    part = PARTS["figure-5"]
    rows = rows_of(part)
    assert set(verdicts(part, rows).values()) == {"agree"}
    ends = rows[rows["kind"] == "equilibrium"].set_index("name")["approximate"]
    expected = [1.78016, 1.68524, 1.04859, 0.95366, 0.094928]
    np.testing.assert_allclose(ends, expected, atol=6e-6)
    neurons = rows[rows["kind"] == "neuron"]
    assert neurons["value"].max() == pytest.approx(0.1305, abs=5e-5)
    assert neurons["approximate"].max() == pytest.approx(0.1196, abs=5e-5)
    modes = rows[rows["kind"] == "excited"]["eigenvalue"]
    eigenvalues = [0, 0.5359, 0.5833, 2, 2.1735, 4, 4.3314, 6, 6.4391, 7.4641, 7.8060, 10.6667]
    np.testing.assert_allclose(modes, eigenvalues, atol=5e-5)
    undone = rows[rows["kind"] == "undone"].iloc[0]
    assert undone["value"] == pytest.approx(1 - np.log(1.78016) / np.log(3), abs=1e-5)
    assert undone["approximate"] == pytest.approx(1 / (2 + 2 / 11))


@pytest.mark.parametrize(
    ("kind", "column", "factor", "key"),
    [
        ("equilibrium", "approximate", 1.001, "exact"),
        ("synapse", "value", -1.0, "heterosynaptic"),
        ("neuron", "approximate", 0.5, "heat"),
        ("mode", "approximate", 2.0, "heat"),
        ("excited", "value", 0.0, "modes"),
    ],
)
def test_another_ring_is_told_apart(kind, column, factor, key):
    part, rows = PARTS["figure-5"], rows_of(PARTS["figure-5"])
    rows.loc[rows["kind"] == kind, column] *= factor
    found = verdicts(part, rows)
    assert [name for name, verdict in found.items() if verdict == "disagree"] == [key]


def test_figures_of_pairs_and_rings_are_drawn():
    assert isinstance(topology.draw(rows_of(PARTS["figure-3"])), Figure)
    axes = ring.draw(rows_of(PARTS["figure-5"])).axes
    assert len(axes[0].lines) == len(ring.SYNAPSES)
    assert axes[0].lines[0].get_ydata()[[0, -1]] == pytest.approx([3.0, 1.78016], abs=5e-3)


# The null.


def test_the_null_is_that_of_permuted_rows():
    rng = np.random.default_rng(1)
    costs = rng.lognormal(size=(4, 4))
    r, s = in_costs(costs), out_costs(costs)
    every = [
        np.linalg.norm(neural_gradients(costs[list(order)])) for order in permutations(range(4))
    ]
    drawn = permuted_norms(r, s, 20_000, rng)
    assert set(np.round(drawn, 9)) == set(np.round(every, 9))
    # The mean square is that of independent sums.
    assert np.mean(drawn**2) == pytest.approx(4 * (r.var() + s.var()), rel=0.03)


def test_a_norm_is_placed_in_its_null():
    norms = np.array([1.0, 2.0, 3.0, 4.0])
    low, high = against(0.5, norms), against(9.0, norms)
    assert (low["p"], high["p"]) == (1 / 5, 1.0)
    assert low["null_mean"] == 2.5
    assert low["z"] == pytest.approx(-2 / norms.std(ddof=1))


# Figure 4a.


def planted_training(changes=(0.0, 0.0), z=(-20.0, -5.0, 0.0), n=4):
    """Ends and histories: how much ‖g‖ and ‖Q‖ change without a penalty, and z by penalty."""
    rng = np.random.default_rng(0)
    rows = []
    for penalty, far in zip(_networks.PENALTIES, z, strict=True):
        for replica in range(n):
            common = {"penalty": penalty, "replica": replica}
            own = far + 0.1 * rng.standard_normal()
            p = 1e-4 if own < -3 else 0.9999 if own > 3 else 0.5
            end = {"neural_gradient": 1 + 0.01 * own, "null_mean": 1.0, "null_std": 0.01}
            rows.append({**common, "kind": "end", "iteration": 10, **end, "z": own, "p": p})
            rows[-1]["cost"] = 3.0
            rows += [
                {
                    **{
                        **common,
                        "kind": "history",
                        "iteration": iteration,
                        "cost": 5.0,
                        "rmse": 1.0,
                    },
                    "neural_gradient": 2.0 * (1 + changes[0] * share + 1e-5 * replica * share),
                    "charge": 2.5 * (1 + changes[1] * share + 1e-5 * replica * share),
                }
                for iteration, share in ((1, 0.0), (6, 0.5), (10, 1.0))
            ]
            rows += [{**common, "kind": "null", "bin": b, "count": 3} for b in (0.9, 1.1)]
    return pd.DataFrame(rows, columns=list(training.COLUMNS))


@pytest.mark.parametrize(
    ("planted", "expected"),
    [
        ({}, {"balanced": "agree", "chance": "agree", "conserved": "agree", "charge": "agree"}),
        ({"z": (-20.0, 0.0, 0.0)}, {"balanced": "cannot tell"}),
        ({"z": (-20.0, 20.0, 0.0)}, {"balanced": "disagree"}),
        ({"z": (-20.0, -5.0, -5.0)}, {"chance": "disagree"}),
        ({"z": (-20.0, -5.0, 5.0)}, {"chance": "cannot tell"}),
        ({"changes": (0.02, 0.0)}, {"conserved": "disagree", "charge": "agree"}),
        ({"changes": (-0.02, 0.02)}, {"conserved": "disagree", "charge": "disagree"}),
        ({"n": 1}, {"balanced": "agree", "chance": "not run", "conserved": "not run"}),
    ],
)
def test_training_is_judged_by_its_end_and_by_what_it_conserves(planted, expected):
    found = verdicts(PARTS["figure-4a"], planted_training(**planted))
    assert {key: found[key] for key in expected} == expected


def test_the_figure_of_training_shows_every_network():
    rows = planted_training()
    left, middle, right = training.draw(rows).axes
    assert len(left.lines) == 12
    np.testing.assert_array_equal(left.lines[0].get_ydata(), [2.0, 2.0, 2.0])
    assert sum(line.get_marker() == "o" for line in middle.lines) == 3
    assert len(right.lines) == 1 + 2 * 4
    table = PARTS["figure-4a"].tables(rows)["networks"]
    assert len(table) == 12
    assert table[0]["gradient_before"] == 2.0


def test_without_networks_nothing_is_said(tmp_path):
    (tmp_path / "training" / "penalty-0.3").mkdir(parents=True)
    sources = Sources(trained=tmp_path)
    for name in ("figure-4a", "figure-4b"):
        part = PARTS[name]
        rows = rows_of(part, quick=False, sources=sources)
        assert set(verdicts(part, rows).values()) == {"not run"}
        assert part.tables(rows) == {}
        assert isinstance(part.draw(rows), Figure)


def options_of(**changed):
    common = _networks.of_penalty(0.1, True, Choices())
    return {**common, "n_neurons": 8, "iterations": 3, **changed}


@pytest.mark.parametrize("place", [".", "training"])
def test_replicas_that_have_not_finished_are_left_out(tmp_path, place):
    from homolog.training.through_time import train_recurrent

    sources, options = Sources(trained=tmp_path), options_of(replicas=2, iterations=4)
    folder = tmp_path / place / "quick-penalty-0.1"
    folder.mkdir(parents=True)
    assert _networks.folder_of(options, sources) == folder
    task, asked = _networks.task_of(options), {"n_neurons": 8, "penalty": 0.1, "folder": folder}
    train_recurrent(task, iterations=3, replicas=[0], **asked)
    assert _networks.finished(options, sources) is None
    whole = train_recurrent(task, iterations=4, replicas=[1, 2], **asked)
    found = _networks.finished(options, sources)
    assert found is not None
    assert found.numbers == (1,)  # 0 goes on, 2 was not asked for
    np.testing.assert_array_equal(found.networks.recurrent, whole.networks.recurrent[:1])
    assert set(found.history["replica"]) == {1}
    assert [one.parent.name for one in _networks.files(options | {"replica": 1}, sources)] == [
        "replica-1"
    ]
    assert len(_networks.files(options, sources)) == 3
    _networks.learn(options, sources, Teaching())
    both = _networks.finished(options, sources)
    assert both is not None
    assert both.numbers == (0, 1)


def test_a_folder_without_networks_is_refused(tmp_path):
    allowed = "the folder of a study of synaptic balancing, or one with penalty-0.3 in it"
    with pytest.raises(errors.HomologError, match=f"HM025 trained is .*; allowed: {allowed}"):
        PARTS["figure-4a"].missing(Sources(trained=tmp_path))


def test_nothing_is_trained_where_nothing_may_be(tmp_path):
    _networks.learn(options_of(train=False), Sources(trained=tmp_path), Teaching())
    assert not list(tmp_path.iterdir())


# Figure 4b: how losses are measured.


def small_network(n=12, seed=0):
    rng = np.random.default_rng(seed)
    return RecurrentNetwork(
        0.8 * rng.standard_normal((n, n)) / np.sqrt(n),
        rng.standard_normal((n, 6)),
        rng.standard_normal((2, n)),
        rng.uniform(0.5, 1.0, n),
    )


def test_trials_are_smoothed_at_the_step_of_integration():
    task = ContextIntegration(n_steps=6, noise=0.0)
    inputs, targets = _noise.resampled(task, 2, 0)
    assert inputs.shape == (16, 60, 6)
    np.testing.assert_allclose(inputs[8:], inputs[:8])  # no noise: conditions repeat
    np.testing.assert_allclose(inputs, np.repeat(task.draw(0, 16).inputs, 10, axis=1))
    # A staircase becomes a slope of a step for every ten.
    on = targets[:, :, 0].max(axis=1) > 1
    np.testing.assert_allclose(np.diff(targets[on, 20:40, 0]), 0.1, atol=0.02)


def test_balanced_variants_compute_the_same_at_the_power_they_promise():
    network, task = small_network(), ContextIntegration(n_steps=8)
    inputs, _ = _noise.resampled(task, 3, 1)
    made = _noise.variants(network, inputs)
    runs = {
        name: one.run(inputs, step=_noise.DT, dt=_noise.DT) for name, one in made.networks.items()
    }
    power = {name: run.activity_power.sum() for name, run in runs.items()}
    for name in GAUGES:
        np.testing.assert_allclose(runs[name].outputs, runs["original"].outputs, atol=1e-9)
        assert not np.allclose(made.networks[name].recurrent, network.recurrent)
    assert power[GAUGES[1]] == pytest.approx(power["original"])
    assert power[GAUGES[2]] == pytest.approx(power["original"])
    np.testing.assert_allclose(
        made.networks[GAUGES[1]].recurrent, made.networks[GAUGES[0]].recurrent
    )
    assert made.balanced.h.sum() == pytest.approx(0, abs=1e-9)


def test_losses_are_those_of_each_network_alone_however_trials_are_cut(monkeypatch):
    task, networks = (
        ContextIntegration(n_steps=3),
        {"a": small_network(), "b": small_network(seed=1)},
    )
    inputs, targets = _noise.resampled(task, 4, 2)
    stacked = _noise.side_by_side(networks)
    found = _noise.losses(stacked, inputs, targets, 8, noise=0.1, rng=5)
    assert found.of_trials.shape == (2, 4, 8)
    alone = networks["b"].run(inputs, step=_noise.DT, dt=_noise.DT, noise=0.1, rng=5)
    missed = (alone.outputs - targets).reshape(4, 8, -1)
    np.testing.assert_allclose(found.of_trials[1], (missed**2).mean(axis=2), rtol=1e-9)
    np.testing.assert_allclose(found.of_average[1], (missed.mean(axis=0) ** 2).mean(), rtol=1e-9)
    monkeypatch.setattr(_noise, "BLOCKS_A_TIME", 3)
    cut = _noise.losses(stacked, inputs, targets, 8, noise=0.1, rng=5)
    np.testing.assert_allclose(cut.of_trials, found.of_trials, rtol=1e-9)
    np.testing.assert_allclose(cut.of_average, found.of_average, rtol=1e-9)


def test_the_error_of_a_ratio_is_that_over_repeated_experiments():
    rng = np.random.default_rng(0)

    def losses():
        original = rng.gamma(4.0, size=(60, 8))
        return 0.8 * original * rng.uniform(0.5, 1.5, size=original.shape), original

    found = [_noise.ratio(*losses(), 200, rng) for _ in range(200)]
    ratios, se = np.array(found).T
    assert ratios.mean() == pytest.approx(0.8, abs=0.005)
    assert se.mean() == pytest.approx(ratios.std(ddof=1), rel=0.15)


def test_a_network_under_noise_has_a_row_for_every_noise_and_gauge():
    options = {**options_of(), "replica": 0, "noises": [0.0, 0.5], "blocks": 6, "gain_blocks": 2}
    rows = pd.DataFrame(
        robustness.compared(small_network(), options, np.random.default_rng(0)),
    )
    assert list(rows["gauge"]) == [*GAUGES, *GAUGES]
    still, noisy = (rows[rows["noise"] == noise].set_index("gauge") for noise in (0.0, 0.5))
    np.testing.assert_allclose(still["ratio"], 1, atol=1e-9)
    np.testing.assert_allclose(still["ratio_of_average"], 1, atol=1e-9)
    assert (noisy["ratio"] != 1).all()
    assert noisy["loss_original"].nunique() == 1
    assert (rows["cost_after"] < rows["cost_before"]).all()
    assert (rows["residual"] < 1e-9).all()
    assert still["amplification"][GAUGES[0]] != 1.0
    # Louder activity against the same noise is what sets the first two gauges apart.
    louder = still["amplification"][GAUGES[0]] > 1
    assert (noisy["ratio"][GAUGES[0]] < noisy["ratio"][GAUGES[1]]) == louder


def planted_ratios(ratios, *, n=5, weak=0.99, apart=1e-7, spread=0.005):
    """Ratios at the strongest noise by penalty and gauge; at the weakest, `weak`."""
    rng = np.random.default_rng(0)
    rows = []
    for penalty, of_gauges in ratios.items():
        for replica in range(n):
            luck = np.exp(spread * rng.standard_normal(2))
            for gauge, strong in zip(GAUGES, of_gauges, strict=True):
                for noise, ratio in ((0.0, 1.0), (0.1, weak * luck[0]), (0.2, strong * luck[1])):
                    row = {"penalty": penalty, "replica": replica, "gauge": gauge, "noise": noise}
                    row |= {"noise_in_std": noise, "ratio": ratio, "ratio_se": 0.01, "dead": 0}
                    row |= {"ratio_of_medians": 1.0, "ratio_of_average": 1.0, "cost_before": 5.0}
                    row |= {"cost_after": 4.0, "output_difference": apart, "amplification": 1.3}
                    rows.append(row)
    return pd.DataFrame(rows, columns=list(robustness.COLUMNS))


GOOD = {0.3: (0.7, 0.75, 0.9), 0.1: (0.8, 0.9, 0.9), 0.0: (0.9, 0.9, 0.9)}


@pytest.mark.parametrize(
    ("planted", "expected"),
    [
        ({}, dict.fromkeys(PARTS["figure-4b"].claims, "agree")),
        ({"ratios": {**GOOD, 0.3: (1.2, 1.2, 0.9)}}, {"attenuated": "disagree"}),
        ({"ratios": {**GOOD, 0.3: (1.2, 1.2, 0.9)}}, {"with noise": "disagree"}),
        ({"weak": 0.7}, {"with noise": "cannot tell", "attenuated": "agree"}),
        ({"ratios": {**GOOD, 0.3: (0.7, 1.1, 0.9)}}, {"power": "disagree", "attenuated": "agree"}),
        ({"ratios": {**GOOD, 0.3: (0.7, 0.95, 0.9)}}, {"share": "disagree", "power": "agree"}),
        ({"ratios": {**GOOD, 0.0: (1.1, 1.1, 0.9)}}, {"other penalties": "disagree"}),
        ({"ratios": {**GOOD, 0.0: (1.0, 1.1, 0.9)}}, {"other penalties": "cannot tell"}),
        (
            {"ratios": dict.fromkeys(GOOD, (0.7, 0.7, 1.1))},
            {"grounded": "disagree", "power": "agree"},
        ),
        ({"apart": 1e-3}, {"same": "disagree", "attenuated": "agree"}),
        ({"n": 2}, {"attenuated": "not run", "other penalties": "not run", "same": "agree"}),
        ({"ratios": {0.1: (0.7, 0.7, 0.7)}}, {"attenuated": "not run", "share": "not run"}),
    ],
)
def test_ratios_are_judged_over_networks(planted, expected):
    found = verdicts(PARTS["figure-4b"], planted_ratios(**{"ratios": GOOD, **planted}))
    assert {key: found[key] for key in expected} == expected


def test_how_much_is_left_at_equal_power_is_said():
    rows = planted_ratios({0.3: (0.64, 0.8, 0.9)}, spread=0.0)
    finding = PARTS["figure-4b"].judge(rows)["share"]
    assert finding.number == "50% of the effect, as a logarithm, is left at equal power"


def test_the_figure_and_the_table_of_ratios_give_mean_and_median():
    rows = planted_ratios(GOOD, n=3)
    which = (rows["penalty"] == 0.3) & (rows["noise"] == 0.2) & (rows["gauge"] == GAUGES[0])
    rows.loc[which, "ratio"] = [0.5, 0.6, 1.0]
    line = next(
        line
        for line in PARTS["figure-4b"].tables(rows)["ratios"]
        if (line["penalty"], line["gauge"], line["noise"]) == ("0.3", GAUGES[0], 0.2)
    )
    assert (line["mean"], line["median"]) == ("0.700", "0.600")
    assert line["se_over_networks"] == f"{np.std([0.5, 0.6, 1.0], ddof=1) / np.sqrt(3):.3f}"
    first = robustness.draw(rows).axes[0]
    drawn = [line.get_ydata()[-1] for line in first.lines if len(line.get_ydata()) == 3]
    assert 0.7 in np.round(drawn, 9)
    assert 0.6 in np.round(drawn, 9)


# Connectomes.


def test_planted_connectomes_are_told_apart_by_the_null():
    part = PARTS["connectomes"]
    rows = rows_of(part).set_index(["connectome", "power"])
    even, uneven = (rows.xs(name) for name in ("planted, even", "planted, uneven"))
    assert (even["p"] < 0.025).all()
    assert (uneven["p"] > 0.025).all()
    assert (even["kept"] > uneven["kept"]).all()
    assert (rows["components"] >= 2).all()  # a neuron leads nowhere
    assert (rows["largest"] == 61 - rows["components"]).all()
    assert (rows["kept_at_least"] <= rows["kept"]).all()
    assert (rows["kept_of_all"] <= 1).all()
    assert (rows["residual"] < 1e-9).all()


def planted_connectomes(p=(0.001, 0.001), kept=(0.5, 0.6), components=(3, 9)):
    rows = [
        {"connectome": f"c{k}", "power": power, "p": p[k], "kept": kept[k], "z": -4.0}
        | {"components": components[k], "gradient": 0.1, "null_mean": 0.2, "null_std": 0.01}
        | {"kept_at_least": 0.1}
        for k in range(2)
        for power in connectomes.POWERS
    ]
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("planted", "expected"),
    [
        ({}, {"near": "agree", "settled": "disagree", "strong": "disagree"}),
        ({"p": (0.001, 0.5)}, {"near": "cannot tell"}),
        ({"p": (0.99, 0.99)}, {"near": "disagree"}),
        ({"kept": (0.99, 0.98)}, {"settled": "agree"}),
        ({"kept": (0.99, 0.5)}, {"settled": "cannot tell"}),
        ({"components": (1, 1)}, {"strong": "agree"}),
        ({"components": (1, 2)}, {"strong": "cannot tell"}),
    ],
)
def test_connectomes_are_judged(planted, expected):
    rows = planted_connectomes(**planted)
    found = verdicts(PARTS["connectomes"], rows)
    assert {key: found[key] for key in expected} == expected
    assert isinstance(connectomes.draw(rows), Figure)


def test_a_connectome_of_ones_own_is_read(tmp_path):
    from scipy import sparse

    counts = sparse.csr_array(np.array([[0, 4, 0], [1, 0, 0], [2, 0, 0]]))
    (tmp_path / "connectomes").mkdir()
    arrays = {name: getattr(counts, name) for name in ("data", "indices", "indptr")}
    np.savez(tmp_path / "connectomes" / "mine.npz", shape=counts.shape, **arrays)
    sources = Sources(recordings=tmp_path)
    assert PARTS["connectomes"].missing(sources) is None
    rows = rows_of(PARTS["connectomes"], quick=False, sources=sources).set_index("power")
    assert list(rows["connectome"]) == ["mine", "mine"]
    assert list(rows["largest"]) == [2, 2]
    assert list(rows["connections"]) == [2, 2]
    assert rows["kept"][1.0] == pytest.approx(4 / 5)  # 2 √(4 · 1) of 4 + 1
    assert rows["kept"][2.0] == pytest.approx(8 / 17)
    assert rows["kept_of_all"][1.0] == pytest.approx(4 / 7)
    assert rows["gradient"][1.0] == pytest.approx(3 * np.sqrt(2) / 5)


def test_rows_can_be_kept(quick):
    """No number is infinite or NaN, which JSON has no word for."""
    folder, _ = quick
    for file in (folder / "rows").rglob("*.json"):
        json.dumps(json.loads(file.read_text())["rows"], allow_nan=False)
