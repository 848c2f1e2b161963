"""Networks that compute the same, scored against each other, before and after balancing."""

import itertools
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from scipy import sparse

from homolog import balance, measures
from homolog.audit import Objective, _gauge_words, gauge_audit
from homolog.balancing import transform
from homolog.errors import HomologError
from homolog.networks import RecurrentNetwork
from homolog.tasks import Trials

N = 12


def network(rng, activation="relu", **parts):
    given = {
        "input_weights": rng.normal(size=(N, 3)),
        "output_weights": rng.normal(size=(2, N)),
        "bias": rng.normal(size=N),
    }
    weights = 1.2 * rng.normal(size=(N, N)) / np.sqrt(N)
    return RecurrentNetwork(weights, **(given | parts), activation=activation)


def inputs(rng):
    return rng.normal(size=(5, 10, 3))


def test_every_measure_moves_exactly_if_it_sees_the_scale_of_neurons(rng):
    chosen = [one for one in measures.names("mean") if np.isfinite(measures.find(one).best)]
    found = gauge_audit(network(rng), inputs(rng), chosen, spread=(0.3, 1.0), n=3)
    assert found.output_difference < 1e-12
    for one in found.measures:
        blind = "neuron_scale" in one.candidate_invariant_to
        assert found.rescaled[one.name].shape == (2, 3)
        moved, itself = found.moved(one.name), found.itself[one.name]
        if blind or one.name == "pls":  # of as many components as neurons, which is blind
            assert found.rescaled[one.name] == pytest.approx(itself, abs=1e-9), one.name
        elif one.fits:  # folds and penalties may gain, too
            assert np.abs(moved).min() > 1e-6, one.name
        else:
            assert moved[1] > moved[0] > 1e-6, one.name
        own = found.balanced_itself[one.name]
        assert found.balanced[one.name] == pytest.approx(own, abs=1e-6), one.name  # ranks see
        if not one.fits:  # what is predicted of rows held out depends on scales
            assert [itself, own] == pytest.approx([1, 1], abs=1e-9)
    assert found.moved("procrustes")[1] > 0.05


def test_scores_are_those_of_the_runs_by_hand(rng):
    net, u = network(rng), inputs(rng)
    found = gauge_audit(net, u, ["nbs"], spread=0.7, n=2, rng=4, cost=None)
    drawn = np.random.default_rng(4).standard_normal((1, 2, N))[0]
    shifts = 0.7 * (drawn - drawn.mean(1, keepdims=True))
    for h, score in zip(shifts, found.rescaled["nbs"][0], strict=True):
        pair = (one.run(u).rates.reshape(-1, N) for one in (net, transform(net, h)))
        assert score == pytest.approx(float(measures.find("nbs")(*pair)), abs=1e-12)
    assert found.balanced is None
    assert "balanced" not in str(found)
    assert "balanced" not in found.frame()


def test_without_balancing_cost_networks_need_not_be_strongly_connected(rng):
    chain = RecurrentNetwork(
        np.tril(rng.normal(size=(N, N)), -1), rng.normal(size=(N, 3)), rng.normal(size=(1, N))
    )
    with pytest.raises(HomologError, match="HM050"):
        gauge_audit(chain, inputs(rng), ["cka"], n=1)
    assert gauge_audit(chain, inputs(rng), ["cka"], n=1, cost=None).moved("cka").min() > 0


@pytest.mark.parametrize("cost", ["l1", "l2", "robustness"])
def test_any_cost_leads_all_gauges_to_one_network(cost, rng):
    net, u = network(rng, activation="leaky"), inputs(rng)
    found = gauge_audit(net, u, ["size_and_shape"], spread=1.0, n=2, cost=cost)
    assert found.rescaled["size_and_shape"].max() < 0.9
    assert found.balanced["size_and_shape"] == pytest.approx(1, abs=1e-6)


def test_silent_neurons_are_left_out_and_counted(rng):
    bias = rng.normal(size=N)
    bias[[2, 5]] = -100.0
    found = gauge_audit(network(rng, bias=bias), inputs(rng), ["soft_matching"], n=2)
    assert found.silent >= 2
    assert found.rescaled["soft_matching"] == pytest.approx(1, abs=1e-9)


def test_trials_of_a_task_bring_their_inputs_and_step(rng):
    net, u = network(rng), inputs(rng)
    trials = Trials(u, np.zeros((5, 10, 2)), step=0.5)
    chosen = {"measures": ["cka"], "n": 2, "cost": None}
    found = gauge_audit(net, trials, **chosen)
    assert (found.rescaled["cka"] == gauge_audit(net, u, step=0.5, **chosen).rescaled["cka"]).all()
    assert (found.rescaled["cka"] != gauge_audit(net, u, **chosen).rescaled["cka"]).all()


def test_it_prints_and_becomes_a_table(rng):
    found = gauge_audit(network(rng), inputs(rng), ["cka", "cca"], spread=[0.5, 1], n=3)
    lines = str(found).splitlines()
    assert lines[0] == "the network: 12 neurons, 50 moments"
    assert lines[2].split() == ["measure", "spread", "0.5", "spread", "1", "balanced"]
    assert lines[4].split() == ["cca", "1.000", "[1.000]", "1.000", "[1.000]", "1.000"]
    assert lines[-1].startswith("outputs differ by at most")
    frame = found.frame()
    assert list(frame) == ["measure", "spread", "draw", "score", "balanced"]
    assert len(frame) == 12
    assert frame["score"][:3].tolist() == found.rescaled["cka"][0].tolist()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"spread": 0.0}, "HM025 spread is 0.0; allowed: one or more finite numbers above 0"),
        ({"spread": []}, r"HM025 spread is \[\]"),
        ({"spread": "wide"}, "HM025 spread is 'wide'"),
        ({"n": 0}, "HM025 n is 0; allowed: a whole number from 1"),
        ({"rng": "a"}, "HM025 rng is 'a'"),
        ({"cost": "cheap"}, "HM025 cost is 'cheap'; allowed: l2, l1, robustness, or None"),
        ({"moments": 2}, "HM025 moments is 2; allowed: a whole number from 3, or None for all"),
        ({"measures": 5}, "HM025 measures is 5"),
        ({"measures": []}, r"HM025 measures is \[\]; allowed: one or more names or measures\."),
        ({"measures": ["cka", "cka"]}, "HM025 measures is 'cka, cka'; allowed: each of them once"),
        ({"measures": [np.ones(3)]}, "HM025 measure is 'ndarray'; allowed: a name or a measure"),
        ({"measures": ["ckaa"]}, "HM023 no measure 'ckaa'"),
        ({"measures": "ensd"}, "HM025 measure is 'ensd'; allowed: one whose best score is known"),
    ],
)
def test_what_makes_no_sense_is_refused(options, said, rng):
    with pytest.raises(HomologError, match=said):
        gauge_audit(network(rng), inputs(rng), **options)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda net, u: (net.recurrent, u), "HM025 network is 'ndarray'; allowed: a Recurrent"),
        (lambda net, u: (u, net), "HM025 network is 'ndarray'"),
        (lambda net, _: ("net.npz", net), "HM025 network is 'str'.*load_recurrent"),
        (
            lambda net, u: (net, u[0]),
            r"HM025 shape of the inputs is \(10, 3\); allowed: .*; inputs\[None\] is one trial\.",
        ),
        (
            lambda net, u: (net, u[..., :2]),
            "HM025 number of inputs is 2; allowed: 3, as many as the network takes",
        ),
    ],
)
def test_what_is_no_network_and_what_are_no_inputs_of_it_is_said(wrong, said, rng):
    with pytest.raises(HomologError, match=said):
        gauge_audit(*wrong(network(rng), inputs(rng)), "cka", n=1)


def test_one_measure_needs_no_list(rng):
    found = gauge_audit(network(rng), inputs(rng), "cka", n=1, cost=None)
    assert list(found.rescaled) == ["cka"]


def test_outputs_that_balancing_would_change_are_told(rng, monkeypatch):
    """As if balancing made every network louder than the one before."""
    gains = itertools.count(1)

    def louder(moved, **_):
        heard = replace(moved, output_weights=moved.output_weights * next(gains))
        return SimpleNamespace(network=heard, h=np.zeros(N))

    monkeypatch.setattr("homolog.audit._gauge.balance", louder)
    found = gauge_audit(network(rng), inputs(rng), "cka", spread=1.0, n=2)
    assert found.output_difference == pytest.approx(2)


def test_without_outputs_states_are_scaled_back(rng):
    found = gauge_audit(network(rng, output_weights=None), inputs(rng), "cka", n=2)
    assert found.output_difference < 1e-10


def test_neurons_that_are_not_homogeneous_and_replicas_are_refused(rng):
    with pytest.raises(HomologError, match="HM054"):
        gauge_audit(network(rng, activation="tanh"), inputs(rng))
    two = RecurrentNetwork(rng.normal(size=(2, N, N)), rng.normal(size=(2, N, 3)))
    with pytest.raises(HomologError, match=r"HM025 number of replicas is 2.*gauge_audit\(network"):
        gauge_audit(two, inputs(rng))


def test_a_balanced_network_is_the_same_whatever_gauge_it_came_from(rng):
    """What the audit relies on: h of the rescaling and of the balancing sum to 0 together."""
    net, u = network(rng), inputs(rng)
    h = rng.standard_normal(N)
    one, other = (balance(each).network for each in (net, transform(net, h - h.mean())))
    assert one.run(u).rates == pytest.approx(other.run(u).rates, abs=1e-8)


def test_a_network_that_nothing_drives_is_refused(rng):
    connectome = RecurrentNetwork(rng.normal(size=(N, N)), name="worm")
    with pytest.raises(HomologError) as refused:
        gauge_audit(connectome, rng.normal(size=(5, 10, 0)))
    assert str(refused.value) == (
        "HM070 worm has synapses between neurons and no input weights: nothing drives it, and"
        " there is no activity to score. Give a trained network (homolog train-recurrent), or add"
        " weights: RecurrentNetwork.from_connectome(path, input_weights=…,"
        " output_weights=…).save(path)."
    )


def test_some_moments_are_drawn_and_the_same_for_all_networks(rng):
    net, u = network(rng), inputs(rng)
    found = gauge_audit(net, u, "nbs", spread=0.7, n=2, moments=20, rng=4)
    assert found.moments == (20, 50)
    generator = np.random.default_rng(4)
    drawn = generator.standard_normal((1, 2, N))[0]
    rows = np.sort(generator.choice(50, 20, replace=False))
    for h, score in zip(
        drawn - drawn.mean(1, keepdims=True), found.rescaled["nbs"][0], strict=True
    ):
        pair = [one.run(u).rates.reshape(-1, N) for one in (net, transform(net, 0.7 * h))]
        assert score == pytest.approx(float(measures.find("nbs")(*(x[rows] for x in pair))))
    assert found.balanced["nbs"] == pytest.approx(1, abs=1e-6)
    assert gauge_audit(net, u, "nbs", n=1, moments=1000, cost=None).moments == (50, 50)


def test_digests_are_of_everything_that_is_run(rng):
    net, u = network(rng), inputs(rng)

    def digests(one, shown=u, **parts):
        return gauge_audit(replace(one, **parts), shown, "cka", n=1, cost=None).digests

    first = digests(net)
    assert digests(net, name="other") == first
    others = [
        digests(net, bias=net.bias + 1),
        digests(net, recurrent=2 * net.recurrent),
        digests(net, activation="abs"),
        digests(net, reads="rates"),
        digests(net, recurrent=sparse.csr_array(net.recurrent)),
        digests(net, recurrent=sparse.csr_array(2 * net.recurrent)),
    ]
    assert len({first["network"], *(one["network"] for one in others)}) == 7
    assert {one["inputs"] for one in others} == {first["inputs"]}
    assert digests(net, u + 1)["inputs"] != first["inputs"]
    seeded = (gauge_audit(net, u, "cka", n=1, cost=None, rng=one).seed for one in (7, rng))
    assert list(seeded) == [7, None]


def test_progress_is_told_of_every_network(rng):
    told = []
    gauge_audit(
        network(rng),
        inputs(rng),
        "cka",
        n=2,
        spread=[0.1, 1],
        progress=lambda *one: told.append(one),
    )
    assert told == [
        (f"{which} networks", done, 4) for which in ("rescaled", "balanced") for done in range(5)
    ]


def test_the_headline_says_what_moves_and_what_does_not(rng):
    net, u = network(rng), inputs(rng)
    both = gauge_audit(net, u, ["cca", "procrustes"], n=3)
    low = both.rescaled["procrustes"].min()
    assert _gauge_words.verdict(both) == (
        f"Against networks that compute the same, the network scores as low as {low:.2f} by"
        " procrustes. No difference is seen by cca. Once balanced, all of them score what the"
        " balanced network scores against itself."
    )
    bare = replace(both, balanced=None, balanced_itself=None)
    assert _gauge_words.verdict(bare).endswith("No difference is seen by cca.")
    still = replace(both, measures=both.measures[:1], rescaled={"cca": both.rescaled["cca"]})
    assert _gauge_words.verdict(still) == (
        "No difference between networks that compute the same is seen by cca."
    )
    worse = replace(both, balanced=both.balanced | {"procrustes": np.full((2, 3), 0.9)})
    assert _gauge_words.verdict(worse).endswith(
        "Once balanced, they still score 0.900 by procrustes, where the balanced network scores"
        " 1.000 against itself."
    )


def test_measures_that_do_not_give_1_to_the_same_are_held_against_what_they_give(rng):
    scored = gauge_audit(network(rng), inputs(rng), ["ridge", "procrustes"], n=3, moments=15)
    low = f"{scored.rescaled['procrustes'].min():.2f} by procrustes"
    unlike = {"itself": {"ridge": 0.9, "procrustes": 1.0}}
    unlike["balanced_itself"] = {"ridge": 0.8, "procrustes": 1.0}
    unlike["rescaled"] = scored.rescaled | {"ridge": np.array([[0.9, 0.95, 0.3]] * 2)}
    unlike["balanced"] = scored.balanced | {"ridge": np.full((2, 3), 0.8)}
    found = replace(scored, **unlike)
    assert _gauge_words.verdict(found) == (
        "Against networks that compute the same, the network scores as low as 0.30 by ridge (0.90"
        f" against itself) and {low}. Once balanced, all of them score what the balanced network"
        " scores against itself."
    )
    lines = [" ".join(line.split()) for line in str(found).splitlines()]
    assert lines[2] == "measure itself spread 0.5 spread 1 balanced"
    assert lines[3] == "ridge 0.900 0.717 [0.300] 0.717 [0.300] 0.800 (itself 0.800)"
    assert lines[5] == "procrustes: 1 - distance / worst"
    higher = replace(found, rescaled=scored.rescaled | {"ridge": np.full((2, 3), 0.97)})
    said = f"scores as low as {low}, and as high as 0.97 by ridge (0.90 against itself). Once"
    assert said in _gauge_words.verdict(higher)


def test_a_difference_that_two_digits_hide_is_told_in_three(rng):
    found = gauge_audit(network(rng), inputs(rng), "cka", n=1)
    near = replace(found, rescaled={"cka": np.full((2, 1), 0.997)})
    assert "scores as low as 0.997 by cka." in _gauge_words.verdict(near)
    clear = replace(found, rescaled={"cka": np.full((2, 1), 0.9)})
    assert "scores as low as 0.90 by cka." in _gauge_words.verdict(clear)


def test_warnings_tell_of_silent_neurons_missing_readouts_and_unequal_outputs(rng):
    bias = rng.normal(size=N)
    bias[[2, 5]] = -100.0
    found = gauge_audit(network(rng, bias=bias, output_weights=None), inputs(rng), "cka", n=1)
    assert _gauge_words.warnings(found) == [
        "The network has no readout. What was found to be the same is its states, scaled back.",
        f"Left out: {found.silent} neurons whose rate never changed.",
    ]
    assert str(found).splitlines()[-1].startswith("states, scaled back, differ by at most")
    unlike = replace(found, output_difference=0.01, silent=0, has_outputs=True)
    assert _gauge_words.warnings(unlike) == [
        "Outputs differ by at most 1.0e-02 of the largest: more than rounding, so that these"
        " networks do not quite compute the same. Smaller spreads, or float64, bring them closer."
    ]


def test_methods_say_what_was_done(rng):
    found = gauge_audit(network(rng), inputs(rng), "cka", n=2, spread=[0.5, 1], moments=30)
    said = _gauge_words.methods(found)
    assert said.startswith(
        "At each spread (0.5 and 1) every neuron of the network was rescaled 2 times"
    )
    assert "of the network itself on 30 of 50 moments, drawn at random;" in said
    assert said.endswith("whose synapses cost least (l2), and scored again.")
    assert "balanced" not in _gauge_words.methods(replace(found, cost=None, balanced=None))
    assert found.call == (
        "homolog.audit.gauge_audit(network, inputs, ['cka'], spread=[0.5, 1.0], n=2, moments=30,"
        " rng=0, cost='l2')"
    )


def test_a_distance_that_ends_nowhere_and_ignores_size_is_0_for_noise(rng):
    rows = rng.normal(size=(20, 4))
    noise = np.random.default_rng(0).normal(size=(20, 4))
    scored = Objective(rows, measures.find("gulp"))
    assert scored.score(np.stack([rows, 3 * rows, noise])) == pytest.approx([1, 1, 0], abs=1e-9)
    assert float(scored.measure(rows, noise)) > 0.01
