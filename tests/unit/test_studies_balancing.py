"""The study of synaptic balancing: its numbers, and verdicts told apart by planted rows."""

import json
import os
from itertools import permutations

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from homolog import errors, studies
from homolog.balancing import in_costs, neural_gradients, out_costs
from homolog.studies._study import Choices, Sources
from homolog.studies.synaptic_balancing import FIGURES, connectomes, equivalent, ring, topology
from homolog.studies.synaptic_balancing._null import against, permuted_norms
from unit.balancing_study import NAMES, PARTS, rows_of, run, verdicts

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
