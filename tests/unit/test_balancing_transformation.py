"""The task-preserving transformation: other weights, the same outputs."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import sparse

from homolog.balancing import transform, transform_weights
from homolog.errors import HomologError
from homolog.networks import Activation, RecurrentNetwork

N = 20
HOMOGENEOUS = [
    "relu",
    "linear",
    "abs",
    Activation("leaky", tuple(np.linspace(-0.5, 0.9, N))),
]


def network(rng, activation="relu", **parts):
    return RecurrentNetwork(
        1.2 * rng.normal(size=(N, N)) / np.sqrt(N),
        rng.normal(size=(N, 3)),
        rng.normal(size=(2, N)),
        rng.normal(size=N),
        np.exp(0.3 * rng.normal(size=N)),
        activation,
        **parts,
    )


def apart(x, y):
    return np.abs(x - y).max() / np.abs(y).max()


@pytest.mark.parametrize("activation", HOMOGENEOUS, ids=lambda found: str(found)[:20])
@pytest.mark.parametrize("dt", [0.05, 0.25])
def test_outputs_stay_and_activity_is_scaled(activation, dt, rng):
    before = network(rng, activation)
    h = 0.7 * rng.normal(size=N)
    inputs = rng.normal(size=(4, 20, 3))
    first, second = before.run(inputs, dt=dt), transform(before, h).run(inputs, dt=dt)
    assert apart(second.outputs, first.outputs) <= 1e-12
    assert apart(second.states * np.exp(h), first.states) <= 1e-12
    # It is not the same network after all.
    assert apart(second.states, first.states) > 0.1


@pytest.mark.parametrize("activation", ["tanh", "softplus", "elu"])
def test_without_homogeneity_outputs_change_and_it_is_refused(activation, rng):
    before = network(rng, activation)
    h = 0.7 * rng.normal(size=N)
    # The parts are transformed as if it were linear, for which nothing is refused.
    moved = replace(transform(replace(before, activation="linear"), h), activation=activation)
    inputs = rng.normal(size=(4, 20, 3))
    changed = apart(moved.run(inputs, dt=0.05).outputs, before.run(inputs, dt=0.05).outputs)
    assert 0.05 < changed < 0.6
    with pytest.raises(HomologError, match=f"HM054 {activation} is not homogeneous") as caught:
        transform(before, h)
    assert caught.value.code == "HM054"


def test_a_readout_of_rates_and_its_bias_stay_too(rng):
    before = network(rng, output_bias=np.array([3.0, -1.0]), reads="rates")
    after = transform(before, 0.7 * rng.normal(size=N))
    inputs = rng.normal(size=(1, 10, 3))
    first, second = before.run(inputs, dt=0.1), after.run(inputs, dt=0.1)
    assert apart(second.outputs, first.outputs) <= 1e-12


def test_it_is_undone_by_the_opposite(rng):
    before, h = network(rng), 3 * rng.normal(size=N)
    back = transform(transform(before, h), -h)
    for part in ("recurrent", "input_weights", "output_weights", "bias"):
        np.testing.assert_allclose(getattr(back, part), getattr(before, part), rtol=1e-14)


def test_replicas_are_moved_each_by_its_own_scales(rng):
    one, two = network(rng), network(rng)
    h = rng.normal(size=(2, N))
    parts = ("recurrent", "input_weights", "output_weights", "bias", "time_constants")
    both = RecurrentNetwork(**{p: np.stack([getattr(one, p), getattr(two, p)]) for p in parts})
    moved = transform(both, h)
    for k, alone in enumerate((one, two)):
        expected = transform(alone, h[k])
        for part in parts:
            np.testing.assert_array_equal(
                getattr(moved.replica(k), part), getattr(expected, part), err_msg=part
            )


def test_precision_is_kept_and_sparse_stays_sparse(rng):
    weights = rng.normal(size=(N, N)) * (rng.random((N, N)) < 0.3)
    h = rng.normal(size=N)
    expected = weights * np.exp(h[None] - h[:, None])
    np.testing.assert_allclose(transform_weights(weights, h), expected, rtol=1e-14)
    moved = transform_weights(sparse.csr_matrix(weights), h)
    assert sparse.issparse(moved)
    np.testing.assert_allclose(moved.toarray(), expected, rtol=1e-14)
    single = transform_weights(weights.astype(np.float32), h)
    assert single.dtype == np.float32
    np.testing.assert_allclose(single, expected, rtol=3e-7)
    assert transform_weights(np.eye(N, dtype=np.int64), h).dtype == np.float64
    network = RecurrentNetwork(sparse.csr_array(weights.astype(np.float32)))
    assert transform(network, h).dtype == np.float32
    assert transform(network, h).is_sparse


def test_what_was_given_is_left_alone(rng):
    weights = sparse.csr_array(rng.normal(size=(5, 5)))
    kept = weights.copy()
    repeated = sparse.csr_array(([1.0, 2.0], [1, 1], [0, 2, 2]), shape=(2, 2))
    assert transform_weights(repeated, [0.0, 0.0]).toarray().tolist() == [[0, 3], [0, 0]]
    assert repeated.data.tolist() == [1, 2]
    transform_weights(weights, np.ones(5)).data[:] = 7
    assert (weights != kept).nnz == 0


def test_scales_far_apart_meet_in_a_number():
    weights = np.array([[1.0, 1e-200], [1e200, -2.0]])
    moved = transform_weights(weights, [-460.0, 460.0])  # e^920 is none
    expected = [1.0, np.exp(920 - 200 * np.log(10)), np.exp(200 * np.log(10) - 920), -2.0]
    np.testing.assert_allclose(moved.ravel(), expected, rtol=1e-12)
    # A shift common to all neurons is none of recurrent weights, however large.
    shifted = transform_weights(weights, [1e6, 1e6 + 0.5])
    np.testing.assert_allclose(shifted, transform_weights(weights, [0.0, 0.5]), rtol=1e-15)


def test_weights_go_through_in_blocks(rng, monkeypatch):
    weights, h = rng.normal(size=(9, 9)), rng.normal(size=9)
    thin = weights * (rng.random((9, 9)) < 0.5)
    whole, of_thin = transform_weights(weights, h), transform_weights(sparse.csr_array(thin), h)
    monkeypatch.setattr("homolog.balancing._matrix.ENTRIES_A_TIME", 4)
    np.testing.assert_array_equal(transform_weights(weights, h), whole)
    assert (transform_weights(sparse.csr_array(thin), h) != of_thin).nnz == 0


@pytest.mark.parametrize(
    ("h", "told"),
    [
        (np.zeros(3), r"h is \(3,\); allowed: shape \(2,\): one log-scale for each neuron"),
        ([0.0, np.nan], r"h\[1\] is nan; allowed: numbers up to ±1e\+09"),
        ([0.0, 1e10], r"h\[1\] is 10000000000.0; allowed"),
        ([0.0, 1j], "h is 'complex128'; allowed: real numbers"),
        ([[0.0], [1.0, 2.0]], "h is 'rows of unequal length'"),
    ],
)
def test_log_scales_that_are_none(h, told):
    with pytest.raises(HomologError, match=f"HM025 {told}"):
        transform_weights(np.eye(2), h)
    with pytest.raises(HomologError, match=f"HM025 {told}"):
        transform(RecurrentNetwork(np.eye(2)), h)


@pytest.mark.parametrize(
    ("weights", "told"),
    [
        (np.zeros((2, 3)), r"of shape \(2, 3\)"),
        (np.zeros((0, 0)), r"of shape \(0, 0\)"),
        (np.zeros(4), r"of shape \(4,\)"),
        (np.array([[0, np.inf], [0, 0]]), r"inf at \(0, 1\)"),
        (sparse.csr_array([[0, 0], [np.nan, 0]]), r"nan at \(1, 0\)"),
        (np.eye(2) * 1j, "of complex128"),
        (np.array([["a"]]), "of <U1"),
        ([[1.0], [2.0, 3.0]], "inhomogeneous"),
    ],
)
def test_weights_that_are_none(weights, told):
    with pytest.raises(
        HomologError, match=f"HM053 .*recurrent is .*{told}.*; expected finite real"
    ):
        transform_weights(weights, [0.0, 0.0])


@pytest.mark.parametrize(
    ("weights", "h", "told"),
    [
        ([[0, 1.0], [1.0, 0]], [0.0, 800.0], r"recurrent at \(0, 1\) leaves the range of float64"),
        ([[0, 0], [1.0, 0]], [0.0, 800.0], r"recurrent at \(1, 0\) leaves the range of float64"),
        (
            np.eye(2, k=1, dtype=np.float32),
            [0.0, 100.0],
            r"recurrent at \(0, 1\) leaves the range of float32",
        ),
        (sparse.csr_array([[0, 0], [1.0, 0]]), [0.0, 800.0], r"recurrent at \(1, 0\)"),
    ],
)
def test_weights_out_of_range_are_refused(weights, h, told):
    with pytest.raises(HomologError, match=f"HM055 {told}"):
        transform_weights(weights, h)


def test_inputs_outputs_and_biases_out_of_range_are_refused():
    weights = np.eye(2)
    for part, h in (("input_weights", -800.0), ("output_weights", 800.0), ("bias", -800.0)):
        given = np.ones(2) if part == "bias" else np.ones((2, 2))
        network = RecurrentNetwork(weights, **{part: given})
        with pytest.raises(HomologError, match=f"HM055 {part} at"):
            transform(network, [h, h])
        with pytest.raises(HomologError, match=f"HM055 {part} at"):
            transform(network, [-h, -h])


def test_one_neuron_and_no_synapses():
    assert transform_weights([[3]], [12.0]).tolist() == [[3.0]]
    assert transform_weights(np.zeros((2, 2)), [0.0, 1e5]).tolist() == [[0, 0], [0, 0]]
    assert transform_weights(sparse.csr_array((3, 3)), np.zeros(3)).nnz == 0
