"""Modules that cannot be balanced are refused: which layer, why, and what to do."""

import operator
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils import parametrizations

from homolog import HomologError
from homolog.balancing import PowerLaw, balance_module
from homolog.networks.activations import homogeneity_error
from unit.deep import Written, drawn, mlp


def chain() -> dict[str, nn.Module]:
    return {"first": nn.Linear(3, 6), "second": nn.Linear(6, 4)}


def between(step: Callable[[Tensor], Any]) -> nn.Module:
    """A network of two layers with a step of forward between them."""
    return Written(lambda self, x: self.second(step(self.first(x))), **chain())


def refusal(code: str, module: Any, **options: Any) -> str:
    with pytest.raises(HomologError) as refused:
        balance_module(module, **options)
    assert refused.value.code == code
    return str(refused.value)


@pytest.mark.parametrize(
    "activation",
    [nn.Tanh(), nn.Sigmoid(), nn.Softplus(), nn.ELU(), nn.GELU(), nn.SiLU(), nn.ReLU6(), nn.SELU()],
)
def test_an_activation_that_is_not_homogeneous_is_measured(activation: nn.Module) -> None:
    error = homogeneity_error(lambda x: activation(torch.from_numpy(x)).numpy())
    said = refusal("HM054", nn.Sequential(nn.Linear(3, 4), activation, nn.Linear(4, 2)))
    assert f"1 ({type(activation).__name__}) is not homogeneous" in said
    assert f"differ by up to {error:.2g} of" in said


@pytest.mark.parametrize(
    "norm", [nn.LayerNorm(4), nn.GroupNorm(2, 4), nn.Softmax(1), nn.RMSNorm(4)]
)
def test_a_layer_that_compares_units_is_measured(norm: nn.Module) -> None:
    said = refusal("HM054", nn.Sequential(nn.Linear(3, 4), norm, nn.Linear(4, 2)))
    assert f"1 ({type(norm).__name__}) is not homogeneous" in said


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16])
@pytest.mark.parametrize(
    ("step", "name"),
    [
        (functional.gelu, "gelu in forward"),
        (torch.tanh, "tanh in forward"),
        (lambda x: x.sigmoid(), "sigmoid in forward"),
        (lambda x: x * x, "mul in forward"),
        (lambda x: 1 / (1 + x.exp()), "exp in forward"),
        (lambda x: x.clamp(0, 1), "clamp in forward"),
        (lambda x: torch.div(x, 2, rounding_mode="floor"), "div in forward"),
    ],
)
def test_a_function_that_is_not_homogeneous_is_named(
    step: Callable[[Tensor], Tensor], name: str, dtype: torch.dtype
) -> None:
    assert name in refusal("HM054", between(step).to(dtype))


@pytest.mark.parametrize(
    ("step", "said"),
    [
        (lambda x: x.T.T, "getattr in forward: what it does to the scale"),
        (lambda x: x.permute(1, 0).permute(1, 0), "permute in forward: what it does to the scale"),
        (lambda x: x.flatten().view(2, 6), "flatten in forward: it moves the axis"),
        (lambda x: x.reshape(2, 2, 3), "reshape in forward: it moves the axis of the channels"),
        (lambda x: x.sort(1), "sort in forward: what it does to the scale of a single unit is not"),
        (lambda x: x[:, :3], "getitem in forward: what it does to the scale"),
        (lambda x: functional.max_pool1d(x, 3, 1, 1), "max_pool1d in forward: what it does"),
        (lambda x: x.mean(2), "mean in forward: what it does to the scale"),
        (lambda x: x.mean(), "mean in forward: what it does to the scale"),
        (lambda x: 1 / x, "truediv in forward: what it does to the scale"),
        (lambda x: torch.cat([x, torch.ones(2, 1)], 1), "cat in forward: it joins inputs, or"),
    ],
)
def test_a_step_that_is_not_known_is_named(step: Callable[[Tensor], Any], said: str) -> None:
    assert said in refusal("HM057", between(step))


def test_channels_joined_with_the_input_are_refused() -> None:
    network = Written(lambda self, x: self.second(torch.cat([self.first(x), x], 1)), **chain())
    said = refusal("HM057", network)
    assert "cat in forward: it joins inputs, or flattened channels, to channels." in said


def test_values_of_other_shape_cannot_be_added() -> None:
    layers = {"one": nn.Linear(3, 6), "other": nn.Linear(3, 4), "last": nn.Linear(6, 2)}
    network = Written(lambda self, x: self.last(self.one(x) + self.other(x)), **layers)
    said = refusal("HM057", network)
    assert "add in forward: 6 channels meet 4. Units can be tied only one to one." in said
    layers = {"one": nn.Conv1d(3, 6, 1), "other": nn.Linear(3, 6), "last": nn.Linear(6, 2)}
    network = Written(lambda self, x: self.last(self.one(x) + self.other(x)), **layers)
    assert "values with channels along different axes" in refusal("HM057", network)


def test_a_layer_along_another_axis_than_the_channels_is_refused() -> None:
    network = nn.Sequential(nn.Conv1d(3, 4, 1), nn.ReLU(), nn.Linear(8, 2))
    said = refusal("HM057", network)
    assert said.startswith("HM057 2: it takes 8 values along another axis than the 4 channels")


def test_steps_that_depend_on_values_are_refused() -> None:
    def forward(self: Any, x: Tensor) -> Tensor:
        return self.second(self.first(x)) if x.sum() > 0 else x

    said = refusal("HM057", Written(forward, **chain()))
    assert said.startswith("HM057 Written: its steps cannot be traced (symbolically traced")


def test_a_recurrent_layer_is_refused() -> None:
    network = Written(
        lambda self, x: self.last(operator.getitem(self.cell(self.first(x)), 0)),
        first=nn.Linear(3, 4), cell=nn.LSTM(4, 4), last=nn.Linear(4, 2),
    )  # fmt: skip
    assert "cell: LSTM: its units act on each other in time" in refusal("HM057", network)


@pytest.mark.parametrize(
    "network",
    [
        nn.Sequential(nn.BatchNorm1d(3), nn.Linear(3, 2)),
        nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.BatchNorm1d(4), nn.Linear(4, 2)),
        nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(5), nn.Linear(4, 2)),
    ],
)
def test_a_batch_norm_without_a_layer_of_its_own_is_refused(network: nn.Module) -> None:
    said = refusal("HM057", network)
    assert "what it normalises is not one layer. Only a batch norm right behind a" in said


def test_a_batch_norm_of_a_layer_used_elsewhere_is_refused() -> None:
    def forward(self: Any, x: Tensor) -> Tensor:
        y = self.first(x)
        return self.second(self.norm(y) + y)

    network = Written(forward, norm=nn.BatchNorm1d(6), **chain())
    assert "norm: what it normalises is not one layer" in refusal("HM057", network)


def test_a_batch_norm_without_running_statistics_is_refused() -> None:
    norm = nn.BatchNorm1d(4, track_running_stats=False)
    said = refusal("HM057", nn.Sequential(nn.Linear(3, 4), norm, nn.Linear(4, 2)))
    assert said.startswith("HM057 1: it keeps no running statistics")


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
def test_weights_that_are_not_finite_are_refused(bad: float) -> None:
    network = mlp()
    with torch.no_grad():
        network[2].weight[1, 1] = bad
    assert "HM057 2: its weight has values that are NaN or infinite" in refusal("HM057", network)


def test_weights_that_are_no_real_parameters_are_refused() -> None:
    network = mlp()
    network[2] = parametrizations.weight_norm(network[2])
    assert "2: its weight is computed from other parameters" in refusal("HM057", network)
    assert "0: its weight is torch.complex64" in refusal(
        "HM057", nn.Linear(3, 2, dtype=torch.complex64)
    )
    lazy = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.Linear(4, 2))
    assert "0: its weight has no values yet" in refusal("HM057", lazy)
    assert "0: its weight has no values yet" in refusal("HM057", mlp().to("meta"))


def test_weights_that_another_step_uses_are_refused() -> None:
    def forward(self: Any, x: Tensor) -> Tensor:
        return self.second(self.first(x @ self.first.weight.T @ self.first.weight))

    said = refusal("HM057", Written(forward, **chain()))
    assert "first.weight: it is used by a step that is no layer, too." in said
    embedding, head = nn.Embedding(5, 4), nn.Linear(4, 5)
    head.weight = embedding.weight
    said = refusal("HM057", nn.Sequential(embedding, nn.Linear(4, 4), nn.ReLU(), head))
    assert "3.weight: it is used by a step that is no layer" in said


def test_weights_turned_round_are_refused() -> None:
    encoder, decoder = nn.Conv1d(4, 4, 1), nn.ConvTranspose1d(4, 4, 1)
    decoder.weight = encoder.weight
    said = refusal("HM057", nn.Sequential(encoder, nn.ReLU(), decoder))
    assert "2: it turns round the weights of 0" in said


def test_weights_that_leave_the_range_of_their_precision_are_refused() -> None:
    network = mlp().half()
    with torch.no_grad():
        for values in network.parameters():
            values.fill_(6e-8)
        network[0].weight[:, 0] = 6e4
    said = refusal("HM057", network)
    assert "balanced, it exceeds the range of torch.float16. Balance module.double()" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"cost": "robustness"}, "cost is 'robustness'; allowed: 'l1', 'l2' or a PowerLaw"),
        ({"cost": PowerLaw(2.0, np.ones(3))}, "allowed: 'l1', 'l2' or a PowerLaw of weight 1"),
        ({"power": 0}, "power is 0"),
        ({"power": -1.0}, "power is -1.0"),
        ({"example": torch.ones(2, 9)}, "example is 'mat1 and mat2 shapes cannot be multiplied"),
        ({"example": "nonsense"}, "example is"),
    ],
)
def test_bad_arguments_are_refused(options: dict[str, Any], said: str) -> None:
    assert said in refusal("HM025", mlp(), **options)


def test_what_is_no_module_is_refused() -> None:
    assert "module is 'ndarray'; allowed: a torch.nn.Module" in refusal("HM025", np.ones((2, 2)))


def test_a_subclass_is_a_layer_unless_it_computes_something_else(rng: np.random.Generator) -> None:
    class Renamed(nn.Linear):
        """A layer with another start."""

    class Standardised(nn.Linear):
        def forward(self, input: Tensor) -> Tensor:
            return functional.linear(input, self.weight - self.weight.mean(1, keepdim=True))

    network = nn.Sequential(Renamed(3, 4), nn.ReLU(), Renamed(4, 2))
    assert list(balance_module(drawn(network, rng)).h) == ["0"]
    network = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), Standardised(4, 4), nn.Linear(4, 1))
    assert "linear in forward: what it does to the scale" in refusal("HM057", network)


@pytest.mark.parametrize("part", [nn.RNN(3, 5), nn.GRU(3, 5), nn.LSTM(3, 5), nn.RNNCell(3, 5)])
def test_units_that_act_on_each_other_in_time_are_not_passed_over(part):
    class Reader(nn.Module):
        def __init__(self):
            super().__init__()
            self.rnn, self.out = part, nn.Linear(5, 2)

        def forward(self, x):
            states = self.rnn(x)
            return self.out(states[0] if isinstance(states, tuple) else states)

    with pytest.raises(HomologError) as caught:
        balance_module(Reader())
    kind = type(part).__name__
    assert f"HM057 rnn: {kind}: its units act on each other in time" in str(caught.value)
    plain = isinstance(part, nn.RNN | nn.RNNCell)
    assert ("from_torch(rnn, readout)" if plain else "Gates are not") in str(caught.value)
