"""Deep networks are balanced: the same outputs from weights of the least cost."""

import copy
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from homolog.balancing import PowerLaw, balance_module
from unit.deep import ResNet, Written, arcs_of_chain, arcs_of_resnet, drawn, least_cost, mlp


def inputs(rng: np.random.Generator, *shape: int, dtype: Any = torch.float64) -> Tensor:
    return torch.from_numpy(rng.normal(size=shape)).to(dtype)


@pytest.mark.parametrize(("cost", "power"), [("l2", 2.0), ("l1", 1.0), (PowerLaw(3.0), 3.0)])
def test_an_mlp_computes_the_same_at_the_least_cost(
    rng: np.random.Generator, cost: Any, power: float
) -> None:
    network = drawn(mlp(), rng)
    balanced = balance_module(network, cost=cost, example=inputs(rng, 100, 4))
    assert balanced.output_difference <= 1e-12
    assert balanced.residual <= 1e-10
    assert balanced.newton_correction <= 1e-8
    before = sum(float((w.detach().abs() ** power).sum()) for w in network.parameters())
    after = sum(float((w.detach().abs() ** power).sum()) for w in balanced.module.parameters())
    assert balanced.cost_before == pytest.approx(before, rel=1e-12)
    assert balanced.cost_after == pytest.approx(after, rel=1e-12)
    assert after == pytest.approx(least_cost(*arcs_of_chain(network), power), rel=1e-9)
    assert after < 0.9 * before


def test_any_power_may_be_given(rng: np.random.Generator) -> None:
    network = drawn(mlp(), rng)
    balanced = balance_module(network, power=1.5)
    least = least_cost(*arcs_of_chain(network), 1.5)
    assert (balanced.power, balanced.cost_after) == (1.5, pytest.approx(least, rel=1e-9))


def test_log_scales_say_what_was_done_to_weights_and_responses(rng: np.random.Generator) -> None:
    network, x = drawn(mlp(), rng), inputs(rng, 20, 4)
    balanced = balance_module(network)
    assert list(balanced.h) == ["0", "2", "4"]
    read, written = torch.from_numpy(balanced.h["0"]), torch.from_numpy(balanced.h["2"])
    factors = torch.exp(read[None] - written[:, None])
    assert torch.allclose(balanced.module[2].weight, network[2].weight * factors, rtol=1e-12)
    assert torch.allclose(balanced.module[:4](x), network[:4](x) * torch.exp(-written), rtol=1e-10)


def test_what_leads_into_a_unit_costs_what_leads_out_of_it(rng: np.random.Generator) -> None:
    network: Any = balance_module(drawn(mlp(), rng)).module
    for k in (0, 2, 4):
        inward = (network[k].weight ** 2).sum(1) + network[k].bias ** 2
        outward = (network[k + 2].weight ** 2).sum(0)
        assert torch.allclose(inward, outward, rtol=1e-8)


def test_every_rescaled_start_ends_in_the_same_weights(rng: np.random.Generator) -> None:
    network = drawn(mlp(), rng)
    wanted = balance_module(network).module.state_dict()
    for _ in range(3):
        other = copy.deepcopy(network)
        with torch.no_grad():
            for k in (0, 2, 4):
                factors = torch.from_numpy(np.exp(2 * rng.normal(size=other[k].out_features)))
                other[k].weight.mul_(factors[:, None])
                other[k].bias.mul_(factors)
                other[k + 2].weight.div_(factors[None])
        found = balance_module(other).module.state_dict()
        assert all(torch.allclose(found[name], wanted[name], rtol=1e-7) for name in wanted)


def test_the_module_is_copied_and_keeps_its_class_names_and_flags(
    rng: np.random.Generator,
) -> None:
    network = drawn(mlp(), rng).train()
    network[2].weight.requires_grad_(False)
    network[4].eval()
    before = copy.deepcopy(network.state_dict())
    found = balance_module(network).module
    assert all(torch.equal(before[name], values) for name, values in network.state_dict().items())
    assert type(found) is nn.Sequential
    assert list(found.state_dict()) == list(before)
    assert [one.training for one in found.modules()] == [one.training for one in network.modules()]
    grads = [[values.requires_grad for values in one.parameters()] for one in (found, network)]
    assert grads[0] == grads[1]
    assert not grads[0][2]


def test_a_residual_network_with_batch_norms_is_balanced(rng: np.random.Generator) -> None:
    network = drawn(ResNet(), rng)
    balanced = balance_module(network, example=inputs(rng, 10, 3, 12, 12))
    assert balanced.output_difference <= 1e-12
    least = least_cost(*arcs_of_resnet(balanced.module), 2.0)
    assert balanced.cost_after == pytest.approx(least, rel=1e-9)
    assert balanced.cost_after < 0.8 * balanced.cost_before


def test_layers_that_a_skip_joins_share_their_log_scales(rng: np.random.Generator) -> None:
    balanced = balance_module(drawn(ResNet(), rng))
    trunk = ["conv1", "layer1.0.conv2", "layer1.1.conv2"]
    other = ["layer2.0.shortcut.0", "layer2.0.conv2", "layer2.1.conv2"]
    for joined in (trunk, other):
        assert all(np.array_equal(balanced.h[name], balanced.h[joined[0]]) for name in joined)
    assert "fc" not in balanced.h
    assert balanced.n_units == 3 * 4 + 2 * 4 + 3 * 6 + 2 * 6
    assert np.ptp(balanced.h["conv1"]) > 0.1


def test_batch_norms_become_part_of_the_layer_before_them(rng: np.random.Generator) -> None:
    network = drawn(ResNet(), rng)
    balanced = balance_module(network)
    assert balanced.folded[0] == "norm1"
    assert len(balanced.folded) == 10
    assert isinstance(balanced.module.norm1, nn.Identity)
    gone = [name for name in network.state_dict() if "norm" in name or "shortcut.1" in name]
    added = {"conv1.bias", "layer1.0.conv1.bias", "layer2.0.shortcut.0.bias"}
    names = set(balanced.module.state_dict())
    assert names >= added
    assert names & set(gone) == set()


class Functional(nn.Module):
    """Everything in forward: pooling, padding, views, concatenation, a factor, a mean."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(2, 4, 3)
        self.left = nn.Conv2d(4, 3, 1)
        self.right = nn.Conv2d(4, 5, 1)
        self.wide = nn.Linear(8 * 9, 6)
        self.last = nn.Linear(6 + 8, 2)
        self.drop = nn.Dropout(0.5)

    def forward(self, x: Tensor) -> Tensor:
        x = functional.pad(functional.leaky_relu(self.first(torch.tanh(x)), 0.2), (0, 1, 1, 0))
        x = functional.max_pool2d(x, 2)
        x = torch.cat([self.left(x).relu(), 0.3 * functional.relu(self.right(x))], dim=1)
        beside = x.mean((2, 3)).clamp(min=0)
        x = functional.dropout(self.wide(x.view(x.size(0), -1)).abs(), training=self.training)
        x = (2 * x.clamp(None, 0)).to(x.dtype) / 3 - x
        return functional.softmax(self.last(torch.cat((self.drop(x), -beside), 1)), dim=1)


def test_steps_that_are_written_in_forward_are_followed(rng: np.random.Generator) -> None:
    balanced = balance_module(drawn(Functional(), rng), example=inputs(rng, 20, 2, 7, 7))
    assert balanced.output_difference <= 1e-12
    assert {name: len(h) for name, h in balanced.h.items()} == {
        "first": 4, "left": 3, "right": 5, "wide": 6,
    }  # fmt: skip
    assert all(np.ptp(h) > 0.1 for h in balanced.h.values())


def test_grouped_depthwise_and_transposed_convolutions(rng: np.random.Generator) -> None:
    network = drawn(
        nn.Sequential(
            nn.Conv1d(4, 6, 3, groups=2, padding=1),
            nn.PReLU(6),
            nn.Conv1d(6, 6, 3, groups=6, padding=1, padding_mode="circular"),
            nn.ReLU(),
            nn.ConvTranspose1d(6, 8, 2, stride=2, groups=2),
            nn.BatchNorm1d(8),
            nn.ReLU(),
            nn.ConvTranspose1d(8, 3, 2),
        ),
        rng,
    )
    balanced = balance_module(network, example=inputs(rng, 10, 4, 8))
    assert balanced.output_difference <= 1e-12
    found = balanced.module
    inward = [(found[k].weight ** 2).sum((1, 2)) + found[k].bias ** 2 for k in (0, 2)]
    outward = (found[2].weight ** 2).sum((1, 2)), (found[4].weight ** 2).sum((1, 2))
    for one, other in zip(inward, outward, strict=True):
        assert torch.allclose(one, other, rtol=1e-8)
    written = (found[4].weight ** 2).sum(2).reshape(2, 3, 4).sum(1).ravel() + found[4].bias ** 2
    assert torch.allclose(written, (found[7].weight ** 2).sum((1, 2)), rtol=1e-8)


def test_a_layer_used_twice_keeps_the_same_weights_in_both_places(
    rng: np.random.Generator,
) -> None:
    def forward(self: Any, x: Tensor) -> Tensor:
        x = functional.relu(self.first(x))
        x = functional.relu(self.again(functional.relu(self.again(x))))
        return self.last(x)

    layers = {"first": nn.Linear(3, 5), "again": nn.Linear(5, 5), "last": nn.Linear(5, 2)}
    balanced = balance_module(drawn(Written(forward, **layers), rng), example=inputs(rng, 20, 3))
    assert balanced.output_difference <= 1e-12
    assert np.array_equal(balanced.h["first"], balanced.h["again"])
    weights = {name: layer.weight[..., None] for name, layer in layers.items()}
    arcs = [(weights["first"], 0, None), (weights["again"], 0, 0), (weights["last"], None, 0)]
    for name, post in (("first", 0), ("again", 0), ("last", None)):
        arcs.append((layers[name].bias[:, None, None], post, None))
    assert balanced.cost_after == pytest.approx(least_cost(arcs, [5], 2.0), rel=1e-9)


def test_layers_may_share_a_weight_or_a_bias(rng: np.random.Generator) -> None:
    layers = [nn.Linear(3, 4), *(nn.Linear(4, 4) for _ in range(3)), nn.Linear(4, 2)]
    network = drawn(nn.Sequential(*layers), rng)
    network[2].weight = network[1].weight
    network[3].bias = network[1].bias
    balanced = balance_module(network, example=inputs(rng, 20, 3))
    assert balanced.output_difference <= 1e-12
    assert balanced.module[2].weight is balanced.module[1].weight
    assert list(balanced.h) == ["0", "1", "2", "3"]
    assert all(np.array_equal(balanced.h[name], balanced.h["0"]) for name in "123")
    assert np.ptp(balanced.h["0"]) > 0.1
    counted = sum(float((values.detach() ** 2).sum()) for values in network.parameters())
    assert balanced.cost_before == pytest.approx(counted, rel=1e-12)


def test_what_is_returned_is_not_scaled(rng: np.random.Generator) -> None:
    def forward(self: Any, x: Tensor) -> dict[str, Tensor]:
        middle = self.second(functional.relu(self.first(x)))
        return {"middle": middle, "last": torch.sigmoid(self.third(functional.relu(middle)))}

    layers = {"first": nn.Linear(3, 5), "second": nn.Linear(5, 4), "third": nn.Linear(4, 2)}
    network = drawn(Written(forward, **layers), rng)
    balanced = balance_module(network, example=inputs(rng, 20, 3))
    assert list(balanced.h) == ["first"]
    assert balanced.output_difference <= 1e-12
    assert torch.equal(balanced.module.third.weight, network.third.weight)


@pytest.mark.parametrize("shift", [lambda x: x + 1, lambda x: 2 - x, lambda x: torch.add(x, 1)])
def test_a_unit_with_a_constant_added_is_not_scaled(rng: np.random.Generator, shift: Any) -> None:
    def forward(self: Any, x: Tensor) -> Tensor:
        return self.last(shift(self.second(functional.relu(self.first(x)))))

    layers = {"first": nn.Linear(3, 5), "second": nn.Linear(5, 4), "last": nn.Linear(4, 2)}
    network = drawn(Written(forward, **layers), rng)
    balanced = balance_module(network, example=inputs(rng, 20, 3))
    assert list(balanced.h) == ["first"]
    assert balanced.output_difference <= 1e-12


def test_a_skip_from_the_input_holds_its_units(rng: np.random.Generator) -> None:
    def forward(self: Any, x: Tensor) -> Tensor:
        return self.last(functional.relu(self.second(functional.relu(self.first(x))) + x))

    layers = {"first": nn.Linear(3, 5), "second": nn.Linear(5, 3), "last": nn.Linear(3, 2)}
    balanced = balance_module(drawn(Written(forward, **layers), rng), example=inputs(rng, 20, 3))
    assert list(balanced.h) == ["first"]
    assert balanced.output_difference <= 1e-12


@pytest.mark.parametrize(
    ("dtype", "most"), [(torch.float32, 3e-7), (torch.float16, 2e-2), (torch.bfloat16, 0.1)]
)
def test_precision_is_kept(rng: np.random.Generator, dtype: Any, most: float) -> None:
    network = drawn(mlp(nn.ReLU(), nn.LeakyReLU(0.2), nn.PReLU(5)), rng, dtype)
    balanced = balance_module(network, example=inputs(rng, 100, 4, dtype=dtype))
    assert {values.dtype for values in balanced.module.parameters()} == {dtype}
    assert balanced.output_difference <= most


def test_dead_units_are_named_and_no_weight_of_theirs_grows(rng: np.random.Generator) -> None:
    network = drawn(mlp(), rng)
    with torch.no_grad():
        network[2].weight[:, 1] = 0  # nothing leads out of the first layer's unit 1
        network[2].weight[3] = network[2].bias[3] = 0  # nothing leads into unit 3
        network[2].weight[5] = network[2].bias[5] = network[4].weight[:, 5] = 0
    balanced = balance_module(network, example=inputs(rng, 50, 4))
    assert balanced.output_difference <= 1e-12
    dead = {name: np.flatnonzero(which).tolist() for name, which in balanced.dead.items()}
    assert dead == {"0": [1], "2": [3, 5], "4": []}
    assert balanced.n_dead == 3
    for k, rows in ((0, [1]), (2, [3, 5])):
        grown = balanced.module[k].weight[rows].abs() > network[k].weight[rows].abs()
        assert not grown.any()
    grown = balanced.module[4].weight[:, [3, 5]].abs() > network[4].weight[:, [3, 5]].abs()
    assert not grown.any()
    assert balanced.cost_after < balanced.cost_before


@pytest.mark.parametrize(
    "network",
    [nn.Linear(3, 2), nn.Sequential(nn.Tanh(), nn.Linear(3, 2), nn.Softmax(1)), nn.Identity()],
)
def test_a_module_without_hidden_units_is_balanced_as_it_is(
    rng: np.random.Generator, network: nn.Module
) -> None:
    balanced = balance_module(drawn(network, rng), example=inputs(rng, 5, 3))
    assert (balanced.h, balanced.n_units, balanced.output_difference) == ({}, 0, 0.0)
    assert (balanced.residual, balanced.cost_after) == (0.0, balanced.cost_before)
    counted = sum(float((values.detach() ** 2).sum()) for values in network.parameters())
    assert balanced.cost_before == pytest.approx(counted)


def test_a_module_without_any_weight_but_zero_stays_so() -> None:
    network = mlp()
    for values in network.parameters():
        nn.init.zeros_(values)
    balanced = balance_module(network, example=torch.ones(2, 4))
    assert balanced.n_dead == balanced.n_units == 21
    assert (balanced.cost_before, balanced.cost_after, balanced.output_difference) == (0, 0, 0)


def test_it_prints_what_came_of_it(rng: np.random.Generator) -> None:
    balanced = balance_module(drawn(mlp(), rng))
    assert repr(balanced).startswith(
        "<ModuleBalanced Sequential: 21 units in 3 layers, 0 dead; cost "
    )
