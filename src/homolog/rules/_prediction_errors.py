"""Layers that predict the next one and settle where their predictions fail least.

Both predictive-coding rules share these dynamics; they differ in what holds the output.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import accumulate

import torch
from torch import Tensor

from homolog.networks import LayeredNetwork
from homolog.rules._dense import linear_layers
from homolog.rules._rule import Draws

Product = tuple[Tensor, Tensor, Tensor]


@dataclass(frozen=True)
class Transfer:
    """From state to rate, and the slope there, computed from the rate.

    Both take a tensor and `out`, where to write.
    """

    rate: Callable[..., Tensor]
    slope: Callable[..., Tensor]


def _logistic_slope(rate: Tensor, *, out: Tensor) -> Tensor:
    return torch.addcmul(rate, rate, rate, value=-1, out=out)


def _rectified(state: Tensor, *, out: Tensor) -> Tensor:
    return torch.clamp(state, min=0, out=out)


LOGISTIC = Transfer(torch.sigmoid, _logistic_slope)
RECTIFIED = Transfer(_rectified, torch.sign)


def kaiming_layers(sizes: Sequence[int], generator: torch.Generator) -> Draws:
    """Newborn weights, uniform within √(6 / inputs), and biases within 1 / √inputs."""
    return linear_layers(sizes, generator, gain=6**0.5)


class Layers:
    """A number for each neuron in every trial: of all layers in one piece, and layer by layer.

    What is done to each number alone is done to all layers in one call; products take a layer.
    """

    def __init__(self, network: LayeredNetwork, n_trials: int) -> None:
        shapes = [(network.n_replicas, n_trials, n) for n in network.sizes[1:]]
        counts = [network.n_replicas * n_trials * n for n in network.sizes[1:]]
        self.ends = [0, *accumulate(counts)]
        self.all = torch.zeros(self.ends[-1], dtype=network.dtype, device=network.device)
        pieces = self.all.split(counts)
        self.layer = [piece.view(shape) for piece, shape in zip(pieces, shapes, strict=True)]

    def span(self, first: int, end: int) -> Tensor:
        """Layers from `first` up to but not including `end`, in one piece."""
        return self.all[self.ends[first] : self.ends[end]]


class Settling:
    r"""The states :math:`x_k` of a batch, and how far each is from what is predicted of it.

    Layer k, whose rate is :math:`f(x_k)`, predicts the next. The errors, and how the energy
    :math:`\tfrac12 \sum_k \|e_k\|^2` changes with a state, are

    .. math::

        e_k &= x_k - W_k f(x_{k-1}) - b_k \\
        \partial_k &= e_k - f'(x_k) \circ W_{k+1}^\top e_{k+1}

    for the stimulus in the place of :math:`f(x_0)`, and a linear output.

    Attributes
    ----------
    state, rate, error, slope, change
        :math:`x, f(x), e, f'(x)` and :math:`\partial`, of the hidden layers and the output.
    fixed
        What of each prediction does not change: all of it while the layer below stands still,
        the bias once it moves.
    """

    def __init__(self, network: LayeredNetwork, stimulus: Tensor, transfer: Transfer) -> None:
        self.network, self.transfer = network, transfer
        self.stimulus = stimulus.expand(network.n_replicas, -1, -1)
        made = (Layers(network, stimulus.shape[1]) for _ in range(6))
        self.state, self.rate, self.error, self.slope, self.change, self.fixed = made
        self._pull: Callable[[], object] | None = None
        self._predict_upwards()

    @property
    def senders(self) -> list[Tensor]:
        """What each layer is predicted from: the stimulus, and the rates of the hidden layers."""
        return [self.stimulus, *self.rate.layer[:-1]]

    def _predict_upwards(self) -> None:
        """Begin where every prediction comes true, which is the forward pass."""
        biases = self.network.biases
        for k, (sent, weights) in enumerate(zip(self.senders, self.network.forward, strict=True)):
            drive = torch.baddbmm(biases[k][:, None], sent, weights.mT, out=self.fixed.layer[k])
            self.transfer.rate(drive, out=self.rate.layer[k])
        self.state.all.copy_(self.fixed.all)

    def clamp(self, target: Tensor) -> None:
        """Hold the output at the target."""
        self.state.layer[-1].copy_(target)
        torch.sub(self.state.layer[-1], self.fixed.layer[-1], out=self.error.layer[-1])

    def nudge(self, target: Tensor, strength: Tensor) -> None:
        """Let the output move too, pulled to the target.

        Half of `strength`, (replica, 1, 1), times its squared distance from the target joins the
        energy; a negative one pushes it away.
        """
        ours = (self.state, self.error, self.slope, self.change)
        state, error, missed, change = (each.layer[-1] for each in ours)

        def pull() -> None:
            torch.sub(state, target, out=missed)
            torch.addcmul(error, missed, strength, out=change)

        self._pull = pull

    def run(self, steps: int, step_size: float) -> None:
        """Walk down the energy: all layers at once, `steps` times.

        At first only the topmost layer that can move has a reason to, and it takes a step for
        this to reach each layer below. Layers that no error has reached yet are left out, as
        their change would be exactly zero.

        Parameters
        ----------
        steps
            How many.
        step_size
            By how much of its change a state moves.
        """
        top = self.network.n_layers - (1 if self._pull else 2)
        for lowest in range(top, -1, -1):
            count = min(steps, 1) if lowest else steps
            if count:
                self._move_from(lowest, count, step_size)
            steps -= count

    def _move_from(self, lowest: int, steps: int, step_size: float) -> None:
        """Take steps in which the layers from `lowest` up move.

        Views are made once, as each of the few calls in a step takes microseconds.
        """
        n, pull = self.network.n_layers, self._pull
        if lowest + 1 < n:
            self.fixed.layer[lowest + 1].copy_(self.network.biases[lowest + 1][:, None])
        down, up = self._products_from(lowest)
        hidden = (self.state, self.rate, self.error, self.slope, self.change)
        state, rate, error, slope, change = (each.span(lowest, n - 1) for each in hidden)
        upper = (self.state, self.fixed, self.error)
        state_above, fixed, error_above = (each.span(lowest, n) for each in upper)
        end = n if pull else n - 1
        moving, moved_by = self.state.span(lowest, end), self.change.span(lowest, end)
        for _ in range(steps):
            for error_next, weights, into in down:
                torch.bmm(error_next, weights, out=into)
            self.transfer.slope(rate, out=slope)
            torch.addcmul(error, change, slope, value=-1, out=change)
            if pull:
                pull()
            moving.sub_(moved_by, alpha=step_size)
            self.transfer.rate(state, out=rate)
            torch.sub(state_above, fixed, out=error_above)
            for error_here, sent, weights in up:
                error_here.baddbmm_(sent, weights, alpha=-1)

    def _products_from(self, lowest: int) -> tuple[list[Product], list[Product]]:
        """Errors through their weights into changes; and into errors, rates through theirs."""
        n, weights = self.network.n_layers, self.network.forward
        error, rate, change = self.error.layer, self.rate.layer, self.change.layer
        down = [(error[k + 1], weights[k + 1], change[k]) for k in range(lowest, n - 1)]
        up = [(error[k], rate[k - 1], weights[k].mT) for k in range(lowest + 1, n)]
        return down, up

    def products(self) -> list[Tensor]:
        """Errors times what they were predicted from, summed over trials; then errors alone.

        In the order and shapes of the forward weights, then of the biases.
        """
        pairs = zip(self.error.layer, self.senders, strict=True)
        weights = [torch.bmm(error.mT, sent) for error, sent in pairs]
        return weights + [error.sum(1) for error in self.error.layer]

    def squared_errors(self) -> Tensor:
        """(replica,) squared errors summed over all neurons, mean over trials."""
        return torch.stack([e.square().sum(-1).mean(-1) for e in self.error.layer]).sum(0)

    def largest_change(self) -> Tensor:
        """(replica,) largest entry of the last change, before it was multiplied by the step."""
        return torch.stack([change.abs().amax((1, 2)) for change in self.change.layer]).amax(0)
