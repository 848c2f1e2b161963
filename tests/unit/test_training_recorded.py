"""What a network responds, as populations that can be compared."""

import numpy as np
import pytest
import torch

import homolog
from homolog import HomologError
from homolog.rules import find
from unit.learning import Told, clusters

RULE = find("corinfomax")()
STIMULI = clusters(n_test=700).test


def test_every_layer_of_every_replica_is_a_population():
    network = RULE.wire((5, 8, 3), replicas=2)
    seen = homolog.record(network, STIMULI)
    names = [f"replica {r}, layer {k}" for r in (0, 1) for k in (1, 2)]
    assert list(seen) == names
    assert [one.name for one in seen.values()] == [f"corinfomax, {name}" for name in names]
    settled = network.respond(STIMULI)
    for (replica, layer), one in zip([(0, 0), (0, 1), (1, 0), (1, 1)], seen.values(), strict=True):
        rates = settled[layer][replica, :, list(one.neurons)]
        np.testing.assert_allclose(
            one.matrix, rates.numpy(), atol=1e-6
        )  # chunks differ by rounding


def test_one_replica_goes_by_its_layers_alone():
    network = RULE.wire((5, 8, 3))
    seen = homolog.record(network, STIMULI, layers=[2], labels=range(700), name="mine")
    assert list(seen) == ["layer 2"]
    assert seen["layer 2"].name == "mine, layer 2"
    assert seen["layer 2"].stimuli == tuple(range(700))


def test_silent_neurons_are_left_out_and_counted():
    network = RULE.wire((5, 8, 3))
    network.forward[0][0, [2, 5]] = 0.0  # no drive from below,
    network.feedback[0][0, [2, 5]] = -1.0  # and none but inhibition from above
    one = homolog.record(network, STIMULI, layers=[1])["layer 1"]
    assert not {2, 5} & set(one.neurons)
    left = 8 - one.n_neurons
    assert one.dropped[0].startswith(f"corinfomax, layer 1: left out {left} of 8 neurons constant")


def test_records_go_straight_into_compare_and_matrix():
    training = homolog.train(RULE, "digits", (64, 20, 10), epochs=2, replicas=2)
    task = homolog.tasks.load("digits")
    seen = homolog.record(training.network, task.test[:60], layers=[1], labels=range(60))
    comparison = homolog.compare(*seen.values(), permutations=0, intervals=False)
    assert len(comparison.scores) == 4
    scores = homolog.matrix(seen, "unbiased_cka").values
    assert scores[0, 1] == pytest.approx(comparison["unbiased_cka"].value)


def test_tensors_are_recorded_as_arrays_are():
    network = RULE.wire((5, 8, 3))
    array = homolog.record(network, STIMULI)["layer 1"]
    tensor = homolog.record(network, torch.from_numpy(STIMULI))["layer 1"]
    np.testing.assert_array_equal(array.matrix, tensor.matrix)


def test_what_cannot_be_recorded_is_refused():
    network = RULE.wire((5, 8, 3))
    for layer, allowed in ((3, "1 to 2; 0 is the stimulus"), (0, "a whole number, 1 or more")):
        with pytest.raises(HomologError, match=f"HM025 layer is {layer}; allowed: {allowed}"):
            homolog.record(network, STIMULI, layers=[layer])
    with pytest.raises(HomologError, match=r"HM025 layers is 1; allowed: a list .* such as \[2\]"):
        homolog.record(network, STIMULI, layers=1)
    with pytest.raises(HomologError, match=r"HM025 network is 'Told'; allowed: .* its .network"):
        homolog.record(Told(), STIMULI)
    for stimuli, message in (
        (torch.eye(5).to_sparse(), r"HM025 layout of stimuli is .*dense: stimuli.to_dense\(\)"),
        ("images", "HM025 type of stimuli is 'str'"),
    ):
        with pytest.raises(HomologError, match=message):
            homolog.record(network, stimuli)
    with pytest.raises(HomologError, match="HM042 stimulus is"):
        homolog.record(network, STIMULI[:, :4])
    with pytest.raises(HomologError, match="HM027"):
        homolog.record(network, STIMULI, labels=["one"])
    with pytest.raises(HomologError, match="HM006 corinfomax, layer 1 is constant"):
        homolog.record(network, np.zeros((10, 5)))
