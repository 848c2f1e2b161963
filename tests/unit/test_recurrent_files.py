"""Recurrent networks from elsewhere: files of our own, connectomes, PyTorch."""

import contextlib
import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from homolog import HomologError
from homolog.networks import Activation, RecurrentNetwork, load_recurrent
from homolog.networks._recurrent_parts import FORMS

J = np.array([[0.0, 0.5], [-0.25, 0.3]])
CONNECTOMES = Path(os.environ.get("HOMOLOG_DATA", "")) / "connectomes"
real_ones = pytest.mark.skipif(
    "HOMOLOG_DATA" not in os.environ or not CONNECTOMES.is_dir(),
    reason="HOMOLOG_DATA names no folder with connectomes",
)


def everything_of(network):
    weights = network.recurrent.toarray() if network.is_sparse else network.recurrent
    arrays = {name: getattr(network, name) for name in FORMS if name != "recurrent"}
    said = (network.phi, network.reads, network.neurons, network.name, network.dtype)
    return {"recurrent": weights, **arrays}, said


@given(
    seed=st.integers(0, 99),
    n=st.integers(1, 5),
    replicas=st.sampled_from([(), (1,), (3,)]),
    precision=st.sampled_from([np.float32, np.float64]),
    activation=st.sampled_from(["relu", "tanh", "leaky", "per neuron"]),
    kept=st.sampled_from(["states", "rates"]),
    thin=st.booleans(),
    named=st.booleans(),
)
def test_a_network_comes_back_bit_for_bit(
    tmp_path_factory, seed, n, replicas, precision, activation, kept, thin, named
):
    rng = np.random.default_rng(seed)
    weights = rng.standard_normal((*replicas, n, n)).astype(precision)
    slopes = Activation("leaky", tuple(rng.random(n)))
    network = RecurrentNetwork(
        sparse.csr_array(weights * (weights > 0)) if thin and not replicas else weights,
        rng.standard_normal((*replicas, n, 2)),
        rng.standard_normal((*replicas, 3, n)),
        rng.standard_normal((*replicas, n)),
        rng.random((*replicas, n)) + 0.1,
        activation=slopes if activation == "per neuron" else activation,
        output_bias=rng.standard_normal((*replicas, 3)),
        reads=kept,
        neurons=[f"n{i}" for i in range(n)] if named else None,
        name="Ärger" if named else "",
    )
    path = network.save(tmp_path_factory.mktemp("networks") / "network.npz")
    again = load_recurrent(path)
    assert again.is_sparse == network.is_sparse
    (arrays, said), (arrays_again, said_again) = everything_of(network), everything_of(again)
    assert said == said_again
    assert all(np.array_equal(arrays[name], arrays_again[name]) for name in arrays)


@pytest.fixture
def saved(tmp_path):
    return RecurrentNetwork(J, J, J, [1.0, 2.0]).save(tmp_path / "network.npz")


def test_nothing_is_pickled(saved):
    with np.load(saved, allow_pickle=False) as there:
        assert all(there[name].dtype.kind in "fU" for name in there.files)


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9])
def test_a_file_that_is_cut_off_is_refused(saved, part):
    content = saved.read_bytes()
    saved.write_bytes(content[: int(part * len(content))])
    with pytest.raises(HomologError, match=r"HM021 .*network\.npz cannot be read"):
        load_recurrent(saved)


def test_a_file_with_a_changed_byte_is_never_another_network(saved):
    content, network = bytearray(saved.read_bytes()), load_recurrent(saved)
    expected = everything_of(network)
    for at in range(0, len(content), 7):
        damaged = bytearray(content)
        damaged[at] ^= 0xFF
        saved.write_bytes(damaged)
        with contextlib.suppress(HomologError):
            found = everything_of(load_recurrent(saved))
            assert found[1] == expected[1]
            assert all(np.array_equal(found[0][name], expected[0][name]) for name in found[0])


def rewritten(path, **changes):
    with np.load(path) as there:
        arrays = {name: there[name] for name in there.files} | changes
    np.savez(path, **{name: array for name, array in arrays.items() if array is not None})


def header(path, **changes):
    with np.load(path) as there:
        said = json.loads(str(there["recurrent_network"])) | changes
    return np.asarray(json.dumps({key: value for key, value in said.items() if value != "absent"}))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"recurrent": None}, "a recurrent network: it lacks 'recurrent'"),
        (
            {"bias": np.zeros(3)},
            r"a recurrent network: HM053 recurrent network: bias is \(3,\); expected \(2,\)",
        ),
        ({"recurrent_network": np.asarray("{")}, r"a recurrent network: its header is damaged \("),
        (
            {"recurrent_network": None},
            "a recurrent network: it holds other arrays .*from_connectome reads a matrix",
        ),
    ],
)
def test_a_file_of_something_else_is_refused(saved, change, message):
    rewritten(saved, **change)
    with pytest.raises(HomologError, match=f"HM021 .* cannot be read as {message}"):
        load_recurrent(saved)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"version": 9}, "it has version 9, and this homolog reads version 1. Install a newer"),
        ({"reads": "absent"}, "it lacks 'reads'"),
        ({"activation": "rleu"}, "HM023 no activation 'rleu'"),
    ],
)
def test_a_header_that_says_something_else_is_refused(saved, change, message):
    rewritten(saved, recurrent_network=header(saved, **change))
    with pytest.raises(HomologError, match=f"HM021 .*{message}"):
        load_recurrent(saved)


def test_indices_that_lead_nowhere_are_refused(tmp_path):
    path = RecurrentNetwork(sparse.csr_array(J)).save(tmp_path / "network.npz")
    rewritten(path, indices=np.array([0, 1, 7]))
    with pytest.raises(HomologError, match=r"HM021 .* recurrent is damaged"):
        load_recurrent(path)


def test_pickles_and_other_files_are_refused(saved, tmp_path):
    with pytest.raises(HomologError, match=r"HM032 there is no file .* 'network.npz'"):
        load_recurrent(tmp_path / "netwrok.npz")
    with pytest.raises(
        HomologError, match=r"HM024 network.pt: '.pt' is not a known format. Known: .npz"
    ):
        load_recurrent(saved.rename(tmp_path / "network.pt"))
    with pytest.raises(HomologError, match=r"HM024 network.npy"):
        RecurrentNetwork(J).save(tmp_path / "network.npy")
    np.savez(tmp_path / "code.npz", recurrent=np.array([print], dtype=object))
    with pytest.raises(HomologError, match=r"HM014 "):
        load_recurrent(tmp_path / "code.npz")


def test_what_was_there_stays_when_a_network_cannot_be_written(saved, monkeypatch):
    before = saved.read_bytes()
    monkeypatch.setattr(
        np, "savez_compressed", lambda *a, **k: (_ for _ in ()).throw(OSError("full"))
    )
    with pytest.raises(HomologError, match=r"HM034 .* was not written: full"):
        RecurrentNetwork(2 * J).save(saved)
    assert saved.read_bytes() == before
    assert [one.name for one in saved.parent.iterdir()] == ["network.npz"]


def csr_npz(path, weights, **more):
    weights = sparse.csr_array(weights)
    csr = {name: getattr(weights, name) for name in ("data", "indices", "indptr", "shape")}
    np.savez(path, **csr, **more)
    return path


def scipy_npz(form):
    def write(path, weights):
        sparse.save_npz(path, form(weights))
        return path

    return write


@pytest.mark.parametrize(
    "write",
    [
        csr_npz,
        scipy_npz(sparse.csr_matrix),
        scipy_npz(sparse.csr_array),
        scipy_npz(sparse.csc_matrix),
        scipy_npz(sparse.coo_array),
    ],
)
def test_sparse_matrices_of_synapses_are_read(tmp_path, write):
    network = RecurrentNetwork.from_connectome(write(tmp_path / "worm.npz", J), activation="leaky")
    assert network.is_sparse
    assert np.array_equal(network.recurrent.toarray(), J)
    assert (network.name, network.neurons, network.phi.name) == ("worm", None, "leaky")


def test_names_of_neurons_are_kept(tmp_path):
    path = csr_npz(tmp_path / "worm.npz", J, names=np.array(["AVA", "AVB"]))
    assert RecurrentNetwork.from_connectome(path).neurons == ("AVA", "AVB")
    assert RecurrentNetwork.from_connectome(path, neurons=[1, 2]).neurons == (1, 2)


def test_dense_matrices_of_synapses_are_read(tmp_path):
    np.save(tmp_path / "one.npy", J)
    np.savez(tmp_path / "some.npz", W_hh=J, W_in=np.zeros((2, 3)))
    np.savez(tmp_path / "many.npz", W_hh=J, W_ih=2 * J, bias=np.zeros(2))
    read = RecurrentNetwork.from_connectome
    for network in (
        read(tmp_path / "one.npy"),
        read(str(tmp_path / "some.npz")),
        read(tmp_path / "many.npz", key="W_hh"),
        read(J),
        read(sparse.csr_array(J)),
    ):
        weights = network.recurrent.toarray() if network.is_sparse else network.recurrent
        assert np.array_equal(weights, J)


def test_a_table_of_synapses_is_read_with_its_labels(tmp_path):
    table = "stimulus,AVA,AVB\nAVA,0.0,0.5\nAVB,-0.25,0.3\n"
    (tmp_path / "worm.csv").write_text(table)
    network = RecurrentNetwork.from_connectome(tmp_path / "worm.csv")
    assert np.array_equal(network.recurrent, J)
    assert network.neurons == ("AVA", "AVB")


def test_what_is_no_matrix_of_synapses_is_refused(tmp_path, saved):
    read = RecurrentNetwork.from_connectome
    np.savez(tmp_path / "many.npz", W_hh=J, W_ih=2 * J)
    with pytest.raises(HomologError, match=r"HM022 .* holds 2 arrays: 'W_hh', 'W_ih'. .*key=.W_hh"):
        read(tmp_path / "many.npz")
    with pytest.raises(HomologError, match=r"HM023 no array 'W_hx'. Closest: 'W_ih', 'W_hh'"):
        read(tmp_path / "many.npz", key="W_hx")
    np.savez(tmp_path / "lacking.npz", data=np.ones(2), indices=[0, 1])
    with pytest.raises(
        HomologError, match=r"HM021 .* as a connectome: it lacks indptr, shape of a CSR"
    ):
        read(tmp_path / "lacking.npz")
    csr_npz(tmp_path / "damaged.npz", J)
    rewritten(tmp_path / "damaged.npz", indices=np.array([0, 1, 7]))
    with pytest.raises(HomologError, match=r"HM053 .* recurrent is damaged"):
        read(tmp_path / "damaged.npz")
    csr_npz(tmp_path / "oblong.npz", np.ones((2, 3)))
    with pytest.raises(HomologError, match=r"HM053 .* recurrent is \(2, 3\)"):
        read(tmp_path / "oblong.npz")
    np.save(tmp_path / "alone.npy", np.ones((2, 3)))
    with pytest.raises(HomologError, match=r"HM053 .* recurrent is \(2, 3\)"):
        read(tmp_path / "alone.npy")
    np.savez(tmp_path / "odd.npz", data=np.ones(2), format=np.asarray(b"nonsense"))
    with pytest.raises(HomologError, match=r"HM021 .* as a sparse matrix of scipy"):
        read(tmp_path / "odd.npz")
    with pytest.raises(HomologError, match=r"HM053 .* it is a network already, .*load_recurrent"):
        read(saved)
    with pytest.raises(HomologError, match=r"HM025 key is 'W'; allowed: None, unless"):
        read(J, key="W")


@real_ones
@pytest.mark.parametrize(
    ("name", "n_neurons", "n_synapses", "first"),
    [
        ("celegans_cook2019_herm_chem_all", 419, 4681, "ADAL"),
        ("celegans_cook2019_herm_chem_neurons", 297, 3638, "ADAL"),
        ("celegans_white1986_chem", 303, 2386, "ADAL"),
        ("larva_winding2023_all", 3554, 119010, "10004243"),
        ("larva_winding2023_brain", 2511, 100778, "10013517"),
        ("larva_MB_eichler2017_left", 209, 7425, "000_K"),
        ("larva_MB_eichler2017_right", 213, 7536, "000_K"),
    ],
)
def test_published_connectomes_are_read(name, n_neurons, n_synapses, first):
    network = RecurrentNetwork.from_connectome(CONNECTOMES / f"{name}.npz")
    assert (network.n_neurons, network.n_synapses) == (n_neurons, n_synapses)
    assert network.neurons[0] == first
    assert network.dtype == np.float32


@pytest.mark.parametrize("nonlinearity", ["relu", "tanh"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("precision", [torch.float32, torch.float64])
def test_a_network_of_pytorch_answers_the_same_here(nonlinearity, bias, precision):
    """The rates of Euler steps with dt = step = tau = 1 are the hidden states of nn.RNN."""
    torch.manual_seed(0)
    options = {"bias": bias, "dtype": precision}
    module = torch.nn.RNN(3, 6, nonlinearity=nonlinearity, batch_first=True, **options)
    readout = torch.nn.Linear(6, 2, **options)
    inputs = torch.randn(4, 9, 3, dtype=precision)
    rates, _ = module(inputs)
    network = RecurrentNetwork.from_torch(module, readout)
    run = network.run(inputs.numpy(), step=1, dt=1)
    assert run.states.dtype == rates.detach().numpy().dtype
    close = 1e-6 if precision == torch.float32 else 1e-13
    assert np.allclose(run.rates, rates.detach().numpy(), rtol=0, atol=close)
    assert np.allclose(run.outputs, readout(rates).detach().numpy(), rtol=0, atol=close)


def test_hidden_states_to_begin_with_are_currents_whose_rates_they_are():
    torch.manual_seed(0)
    module = torch.nn.RNN(3, 6, nonlinearity="relu", batch_first=True)
    hidden = torch.rand(1, 4, 6)
    inputs = torch.randn(4, 5, 3)
    rates, _ = module(inputs, hidden)
    run = RecurrentNetwork.from_torch(module).run(inputs.numpy(), dt=1, start=hidden[0].numpy())
    assert np.allclose(run.rates, rates.detach().numpy(), atol=1e-6)
    assert run.outputs.shape == (4, 5, 0)


@pytest.mark.parametrize(
    ("module", "readout", "message"),
    [
        (torch.nn.LSTM(3, 6), None, "torch.nn.LSTM cannot become .* its gates are sigmoids"),
        (torch.nn.GRU(3, 6), None, "torch.nn.GRU cannot become .* its gates are sigmoids"),
        (torch.nn.RNN(3, 6, num_layers=2), None, "RNN of 2 layers cannot .* in the same step"),
        (torch.nn.RNN(3, 6, bidirectional=True), None, "a bidirectional torch.nn.RNN .* backwards"),
        (torch.nn.Linear(3, 6), None, "Linear cannot become .* it is no torch.nn.RNN"),
        (torch.nn.RNN(3, 6), torch.nn.ReLU(), "the readout ReLU cannot .* no torch.nn.Linear"),
        (torch.nn.RNN(3, 6), torch.nn.Linear(5, 1), "readout is reads 5 rates; expected 6, one of"),
    ],
)
def test_what_pytorch_computes_otherwise_is_refused(module, readout, message):
    with pytest.raises(HomologError, match=f"HM053 .*{message}"):
        RecurrentNetwork.from_torch(module, readout)


def test_recurrent_networks_need_no_pytorch():
    import subprocess
    import sys

    code = (
        "import sys, numpy as np; from homolog.networks import RecurrentNetwork;"
        "RecurrentNetwork(np.eye(2)).run(np.zeros((1, 2, 0)), noise=1);"
        "assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("nonlinearity", ["relu", "tanh"])
def test_a_network_goes_back_to_pytorch(nonlinearity):
    torch.manual_seed(0)
    module = torch.nn.RNN(3, 6, nonlinearity=nonlinearity, batch_first=True)
    readout = torch.nn.Linear(6, 2)
    inputs = torch.randn(4, 9, 3)
    again, readout_again = RecurrentNetwork.from_torch(module, readout).to_torch()
    found = readout_again(again(inputs)[0])
    assert torch.allclose(found, readout(module(inputs)[0]), atol=1e-6)
    assert RecurrentNetwork.from_torch(module).to_torch()[1] is None


@pytest.mark.parametrize(
    ("parts", "message"),
    [
        ({"recurrent": np.stack([J, J])}, r"it has replicas: take network.replica\(0\)"),
        ({"recurrent": sparse.csr_array(J)}, "its weights are sparse"),
        ({"recurrent": J, "activation": "leaky"}, "its neurons are neither relu nor tanh"),
        ({"recurrent": J, "time_constants": [1, 2]}, "its time constants are not all 1"),
        ({"recurrent": J, "output_weights": J}, "its outputs read states, not rates"),
    ],
)
def test_networks_that_pytorch_has_no_module_for_are_refused(parts, message):
    with pytest.raises(HomologError, match=f"HM053 .* cannot become a torch.nn.RNN: {message}"):
        RecurrentNetwork(**parts).to_torch()
