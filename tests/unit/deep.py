"""Deep networks that the tests of balancing rescale, and their least cost found by hand."""

from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import torch
from scipy.optimize import minimize
from torch import Tensor, nn
from torch.nn import functional

Arcs = Sequence[tuple[Tensor, int | None, int | None]]
"""Weights (post, pre, taps), and which group of log-scales they are written and read with."""


def drawn(module: nn.Module, rng: np.random.Generator, dtype: Any = torch.float64) -> nn.Module:
    """The module with random weights, biases and running statistics of very unlike sizes."""
    for name, values in module.state_dict().items():
        if name.endswith("running_var"):
            new = np.exp(rng.normal(size=values.shape))
        elif not values.is_floating_point():
            continue
        else:
            spread = np.exp(rng.normal(size=(*values.shape[:1], *[1] * (values.ndim - 1))))
            new = spread * rng.normal(size=values.shape) / max(1, values[0].numel()) ** 0.5
        values.copy_(torch.from_numpy(np.asarray(new)))
    return module.to(dtype).eval()


def mlp(*activations: nn.Module) -> nn.Sequential:
    """Layers of 4, 9, 7, 5 and 3 units."""
    sizes = (4, 9, 7, 5, 3)
    layers = [nn.Linear(n, m) for n, m in pairwise(sizes)]
    chosen = activations or (nn.ReLU(), nn.ReLU(), nn.ReLU())
    pairs = zip(layers, chosen, strict=False)
    return nn.Sequential(*(step for pair in pairs for step in pair), layers[-1])


def least_cost(arcs: Arcs, sizes: Sequence[int], power: float) -> float:
    """Least sum of |w|^power over all log-scales, by L-BFGS from PyTorch's derivatives.

    `sizes` says how many units there are in each group; None among the arcs is the ground.
    """
    ends = np.cumsum([0, *sizes])
    costs = [(weights.detach().double().abs() ** power, post, pre) for weights, post, pre in arcs]

    def scale(h: Tensor, group: int | None) -> Tensor:
        return torch.zeros(1) if group is None else h[ends[group] : ends[group + 1]]

    def total(values: np.ndarray) -> tuple[float, np.ndarray]:
        h = torch.tensor(values, requires_grad=True)
        parts = [
            (
                each.sum(-1) * torch.exp(power * (scale(h, pre)[None] - scale(h, post)[:, None]))
            ).sum()
            for each, post, pre in costs
        ]
        log = torch.log(torch.stack(parts).sum())
        return log.item(), torch.autograd.grad(log, h)[0].numpy()

    options = {"maxiter": 10000, "maxfun": 20000, "ftol": 1e-15, "gtol": 1e-10}
    found = minimize(total, np.zeros(ends[-1]), jac=True, method="L-BFGS-B", options=options)
    return float(np.exp(found.fun))


def arcs_of_chain(module: nn.Sequential) -> tuple[Arcs, list[int]]:
    """Arcs and sizes of linear layers one behind the other."""
    layers = [layer for layer in module if isinstance(layer, nn.Linear)]
    arcs: list[Any] = []
    for k, layer in enumerate(layers):
        post, pre = (k if k < len(layers) - 1 else None), (k - 1 if k else None)
        arcs += [(layer.weight[..., None], post, pre), (layer.bias[:, None, None], post, None)]
    return arcs, [layer.out_features for layer in layers[:-1]]


class Block(nn.Module):
    """Two convolutions with a skip around them."""

    def __init__(self, n_read: int, n_written: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(n_read, n_written, 3, stride=stride, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(n_written)
        self.conv2 = nn.Conv2d(n_written, n_written, 3, padding=1, bias=False)
        self.norm2 = nn.BatchNorm2d(n_written)
        self.relu = nn.ReLU(inplace=True)
        self.shortcut = None
        if n_read != n_written:
            convolution = nn.Conv2d(n_read, n_written, 1, stride=stride, bias=False)
            self.shortcut = nn.Sequential(convolution, nn.BatchNorm2d(n_written))

    def forward(self, x: Tensor) -> Tensor:
        beside = x if self.shortcut is None else self.shortcut(x)
        y = self.relu(self.norm1(self.conv1(x)))
        y = self.norm2(self.conv2(y))
        y += beside
        return self.relu(y)


class ResNet(nn.Module):
    """A residual network like those of torchvision, small."""

    def __init__(self) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(3, 4, 3, padding=1, bias=False)
        self.norm1 = nn.BatchNorm2d(4)
        self.pool = nn.MaxPool2d(2)
        self.layer1 = nn.Sequential(Block(4, 4), Block(4, 4))
        self.layer2 = nn.Sequential(Block(4, 6, stride=2), Block(6, 6))
        self.average = nn.AdaptiveAvgPool2d((1, 1))
        self.fc = nn.Linear(6, 5)

    def forward(self, x: Tensor) -> Tensor:
        x = self.pool(functional.relu(self.norm1(self.conv1(x))))
        x = self.average(self.layer2(self.layer1(x)))
        return self.fc(torch.flatten(x, 1))


def arcs_of_resnet(module: Any) -> tuple[Arcs, list[int]]:
    """Arcs of a ResNet whose norms are folded; groups: trunk 4, trunk 6, then each block's own."""
    arcs: list[Any] = []

    def add(layer: Any, post: int | None, pre: int | None) -> None:
        n_post, n_pre = layer.weight.shape[:2]
        arcs.append((layer.weight.reshape(n_post, n_pre, -1), post, pre))
        arcs.append((layer.bias[:, None, None], post, None))

    add(module.conv1, 0, None)
    trunks = ((module.layer1[0], 0, 0), (module.layer1[1], 0, 0))
    trunks += ((module.layer2[0], 0, 1), (module.layer2[1], 1, 1))
    for own, (block, pre, post) in enumerate(trunks, start=2):
        add(block.conv1, own, pre)
        add(block.conv2, post, own)
        if block.shortcut is not None:
            add(block.shortcut[0], post, pre)
    add(module.fc, None, 1)
    return arcs, [4, 6, 4, 4, 6, 6]


class Written(nn.Module):
    """Modules and a forward of their own, for whatever a test wants to write."""

    def __init__(self, forward: Callable[..., Any], **modules: nn.Module) -> None:
        super().__init__()
        self.steps = forward
        for name, module in modules.items():
            self.add_module(name, module)

    def forward(self, x: Tensor) -> Any:
        return self.steps(self, x)
