"""Recurrent networks of PyTorch, where they are the same thing in other words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from homolog import errors

if TYPE_CHECKING:
    from homolog.networks.recurrent import RecurrentNetwork

GATED = ("LSTM", "GRU")


def taken_over(module: Any, readout: Any) -> RecurrentNetwork:
    """The network of currents whose rates a ``torch.nn.RNN`` computes."""
    from homolog.networks.recurrent import RecurrentNetwork

    _refuse_unlike(module)
    biases = module.bias_ih_l0 + module.bias_hh_l0 if module.bias else None
    return RecurrentNetwork(
        module.weight_hh_l0,
        module.weight_ih_l0,
        None if readout is None else _linear(readout, module.hidden_size).weight,
        biases,
        activation=module.nonlinearity,
        output_bias=None if readout is None else readout.bias,
        reads="rates",
    )


def _refuse_unlike(module: Any) -> None:
    import torch

    name = type(module).__name__
    if isinstance(module, torch.nn.LSTM | torch.nn.GRU):
        why = "its gates are sigmoids of the state, and the equation of a rate network has none"
        raise errors.not_a_recurrent_network(f"torch.nn.{name}", why)
    if not isinstance(module, torch.nn.RNN):
        why = "it is no torch.nn.RNN; give the weights themselves, RecurrentNetwork(J, W_in, …)"
        raise errors.not_a_recurrent_network(name, why)
    if module.bidirectional:
        why = "it runs backwards in time, too"
        raise errors.not_a_recurrent_network("a bidirectional torch.nn.RNN", why)
    if module.num_layers != 1:
        why = (
            "a layer sees the rates of the one below in the same step, which no Euler step of a"
            " single network does"
        )
        raise errors.not_a_recurrent_network(f"torch.nn.RNN of {module.num_layers} layers", why)


def _linear(readout: Any, n_neurons: int) -> Any:
    import torch

    if not isinstance(readout, torch.nn.Linear):
        why = "it is no torch.nn.Linear"
        raise errors.not_a_recurrent_network(f"the readout {type(readout).__name__}", why)
    if readout.in_features != n_neurons:
        found = f"reads {readout.in_features} rates"
        raise errors.recurrent_misfit("readout", found, f"{n_neurons}, one of each neuron")
    return readout


def given_back(network: RecurrentNetwork) -> tuple[Any, Any]:
    """``torch.nn.RNN`` and linear readout that compute what Euler steps of dt = 1 do."""
    import torch

    _refuse_to_give(network)
    precision = torch.float32 if network.dtype.itemsize == 4 else torch.float64
    module = torch.nn.RNN(
        network.n_inputs,
        network.n_neurons,
        nonlinearity=network.phi.name,
        batch_first=True,
        dtype=precision,
    )
    weights: dict[Any, Any] = {
        module.weight_hh_l0: network.recurrent,
        module.weight_ih_l0: network.input_weights,
        module.bias_ih_l0: network.bias,
        module.bias_hh_l0: network.bias * 0,
    }
    readout = None
    if network.n_outputs:
        readout = torch.nn.Linear(network.n_neurons, network.n_outputs, dtype=precision)
        weights |= {readout.weight: network.output_weights, readout.bias: network.output_bias}
    with torch.no_grad():
        for parameter, values in weights.items():
            parameter.copy_(torch.from_numpy(values.copy()))
    return module, readout


def _refuse_to_give(network: RecurrentNetwork) -> None:
    """Refuse networks that no ``torch.nn.RNN`` computes."""
    for there, why in (
        (network.has_replicas, "it has replicas: take network.replica(0)"),
        (network.is_sparse, "its weights are sparse"),
        (network.phi.name not in ("relu", "tanh"), "its neurons are neither relu nor tanh"),
        (bool((network.time_constants != 1).any()), "its time constants are not all 1"),
        (network.n_outputs > 0 and network.reads != "rates", "its outputs read states, not rates"),
    ):
        if there:
            raise errors.not_a_torch_network(why)
