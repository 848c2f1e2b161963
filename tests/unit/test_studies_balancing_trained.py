"""Figures 4a and 4b: trained networks, noise in them, and verdicts told apart by planted rows."""

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from homolog import errors
from homolog.networks import RecurrentNetwork
from homolog.studies._study import Choices, Sources, Teaching
from homolog.studies.synaptic_balancing import _networks, _noise, robustness, training
from homolog.studies.synaptic_balancing._noise import GAUGES
from homolog.tasks.context_integration import ContextIntegration
from unit.balancing_study import PARTS, rows_of, verdicts

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
