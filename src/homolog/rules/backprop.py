"""Backpropagation: errors go down through the very synapses that rates came up by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from homolog.networks import LayeredNetwork
from homolog.rules._adam import adam_step
from homolog.rules._dense import LOSSES, Loss, forward_pass, gradients, linear_layers, losses
from homolog.rules._rule import Preset, Rates, born, checked_stimulus, learn_in_copy, one_of
from homolog.rules._schedule import checked_schedule, scheduled


@dataclass(frozen=True)
class Backprop:
    r"""Follow the gradient of a loss, carried down by the transposed forward weights.

    The yardstick for the other rules, and no account of a brain: a neuron's error would have to
    be known to the neurons below through synapses that mirror theirs exactly. Hidden rates
    are rectified, the output is linear. With the error :math:`\delta_P` of the output,

    .. math::

        \delta_k = (W_{k+1}^\top \delta_{k+1}) \circ 1[r_k > 0], \qquad
        \partial W_k = \delta_k r_{k-1}^\top, \quad \partial b_k = \delta_k

    summed over the trials of a batch, and every weight takes a step of Adam.

    Attributes
    ----------
    rate
        Step size of Adam; how far a weight moves in a batch, about.
    rate_decay, decay_every
        The rate is multiplied by rate_decay after every decay_every epochs.
    loss
        "mse", the mean over trials and outputs of squared errors from the target; or
        "cross_entropy" of the softmax of the output, mean over trials.

    Raises
    ------
    HomologError
        HM025 for a setting that makes no sense.

    Notes
    -----
    The printed deviations of the published rows are those of training accuracy, two to seven
    times smaller than those of test accuracy in the authors' logs, which `Preset.test_std` has.

    References
    ----------
    Rumelhart, Hinton and Williams (1986), "Learning representations by back-propagating
    errors", https://doi.org/10.1038/323533a0

    Kingma and Ba (2015), "Adam: A Method for Stochastic Optimization",
    https://arxiv.org/abs/1412.6980
    """

    name: ClassVar[str] = "backprop"
    title: ClassVar[str] = "Backpropagation"
    source: ClassVar[str] = "https://doi.org/10.1038/323533a0"
    parts: ClassVar[Mapping[str, int]] = {"biases": 0}
    citation: ClassVar[str] = """
        @article{rumelhart1986learning,
          author = {Rumelhart, David E. and Hinton, Geoffrey E. and Williams, Ronald J.},
          title = {Learning representations by back-propagating errors},
          journal = {Nature},
          volume = {323},
          number = {6088},
          pages = {533--536},
          year = {1986},
          doi = {10.1038/323533a0},
        }
    """

    rate: float = 1e-3
    rate_decay: float = 0.95
    decay_every: int = 10
    loss: Loss = "cross_entropy"

    def __post_init__(self) -> None:
        """Refuse settings that cannot work."""
        checked_schedule(self.rate, self.rate_decay, decay_every=self.decay_every)
        one_of("loss", self.loss, LOSSES)

    def wire(
        self,
        sizes: Sequence[int],
        rng: int | np.random.Generator = 0,
        *,
        replicas: int | Sequence[int] = 1,
        dtype: torch.dtype = torch.float32,
        device: str | torch.device = "cpu",
    ) -> LayeredNetwork:
        """Bring networks to life: weights and biases uniform within 1 / √inputs.

        Parameters
        ----------
        sizes
            Neurons of every layer, the stimulus first.
        rng
            Seed of the weights.
        replicas
            How many networks side by side, or which ones: number 3 is the same network alone
            as among others.
        dtype, device
            Precision and place of the weights.
        """
        return born(self, sizes, rng, replicas, dtype, device, linear_layers)

    def respond(self, network: LayeredNetwork, stimulus: Any) -> Rates:
        """Rates of every layer from one pass upwards, (replica, trial, neuron)."""
        return self.settle(network, checked_stimulus(self, network, stimulus))

    def settle(self, network: LayeredNetwork, stimulus: Tensor) -> Rates:
        """`respond`, unchecked."""
        return forward_pass(network, stimulus)

    step = learn_in_copy

    @torch.inference_mode()
    def learn(self, network: LayeredNetwork, stimulus: Tensor, target: Tensor) -> LayeredNetwork:
        """`step`, unchecked and in place."""
        down = [weights.mT for weights in network.forward[1:]]
        rate = scheduled(self.rate, self.rate_decay, network.epochs, self.decay_every)
        return adam_step(network, gradients(network, stimulus, target, down, self.loss), rate)

    def observe(
        self, network: LayeredNetwork, stimulus: Tensor, target: Tensor
    ) -> dict[str, Tensor]:
        """The loss on these stimuli, for each replica."""
        return {"loss": losses(self.settle(network, stimulus)[-1], target, self.loss)}


RULE = Backprop

TRAIN_STD = "The printed deviation is that of training accuracy."
IMAGES, SMALL = (784, 500, 10), (3072, 1000, 10)


def _row(
    dataset: str,
    loss: Loss,
    settings: tuple[float, float, int],
    published: tuple[float, float, float],
) -> Preset:
    """A row by its rate, decay and epochs between decays; its mean, printed and test deviation."""
    rate, rate_decay, decay_every = settings
    mean, printed, test = published
    return Preset(
        rule=Backprop(rate, rate_decay, decay_every, loss),
        dataset=dataset,
        variant=loss,
        row={"mse": "BP-MSE", "cross_entropy": "BP-CE"}[loss],
        sizes=SMALL if dataset == "cifar10" else IMAGES,
        published=mean,
        published_std=printed,
        test_std=test,
        note=TRAIN_STD,
    )


PRESETS = (
    _row("mnist", "mse", (1e-3, 0.9, 15), (97.58, 0.01, 0.060)),
    _row("fashion_mnist", "mse", (1e-3, 0.9, 10), (88.39, 0.1, 0.234)),
    _row("cifar10", "mse", (1e-4, 0.9, 15), (52.75, 0.1, 0.401)),
    _row("mnist", "cross_entropy", (1e-3, 0.95, 10), (98.27, 0.03, 0.126)),
    _row("fashion_mnist", "cross_entropy", (1e-3, 0.9, 10), (89.41, 0.2, 0.190)),
    _row("cifar10", "cross_entropy", (1e-4, 0.9, 10), (53.96, 0.3, 0.483)),
)
