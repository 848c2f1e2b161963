"""Feedback alignment: errors go down through fixed random synapses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from homolog.networks import LayeredNetwork
from homolog.rules._adam import adam_step
from homolog.rules._dense import LOSSES, Loss, forward_pass, gradients, linear_layers, losses
from homolog.rules._rule import (
    Draws,
    Preset,
    Rates,
    born,
    checked_stimulus,
    learn_in_copy,
    one_of,
    xavier,
)
from homolog.rules._schedule import checked_schedule, scheduled


@dataclass(frozen=True)
class FeedbackAlignment:
    r"""Backpropagation, but for the synapses that carry errors down: random, and they stay so.

    Nobody has to know anybody else's weights. It works because the forward weights come to
    align with the feedback until what comes down is, roughly, the error. With fixed
    :math:`B_k` in the place of :math:`W_{k+1}^\top`,

    .. math::

        \delta_k = (B_k \delta_{k+1}) \circ 1[r_k > 0], \qquad
        \partial W_k = \delta_k r_{k-1}^\top, \quad \partial b_k = \delta_k

    summed over the trials of a batch, and every weight takes a step of Adam. Hidden rates are
    rectified, the output is linear.

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
    With one hidden layer it comes close to backpropagation; do not expect that of deep or
    narrow networks. The weights of the output and all biases follow their exact gradients given
    the error that arrives, so only hidden layers differ from backpropagation.

    The printed deviations of the published rows are those of training accuracy;
    `Preset.test_std` has those of test accuracy. Settings were selected by training accuracy,
    which is not kind to this rule: the logs hold better test accuracies on CIFAR-10 (54.3 to
    54.7 % with squared errors and momentum, 53.8 % with cross-entropy and half the rate).

    References
    ----------
    Lillicrap, Cownden, Tweed and Akerman (2016), "Random synaptic feedback weights support
    error backpropagation for deep learning", https://doi.org/10.1038/ncomms13276
    """

    name: ClassVar[str] = "feedback_alignment"
    title: ClassVar[str] = "Feedback alignment"
    source: ClassVar[str] = "https://doi.org/10.1038/ncomms13276"
    parts: ClassVar[Mapping[str, int]] = {"feedback": 1, "biases": 0}
    citation: ClassVar[str] = """
        @article{lillicrap2016random,
          author = {Lillicrap, Timothy P. and Cownden, Daniel and Tweed, Douglas B.
                    and Akerman, Colin J.},
          title = {Random synaptic feedback weights support error backpropagation for deep
                   learning},
          journal = {Nature Communications},
          volume = {7},
          pages = {13276},
          year = {2016},
          doi = {10.1038/ncomms13276},
        }
    """

    rate: float = 5e-4
    rate_decay: float = 0.95
    decay_every: int = 25
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
        """Bring networks to life: uniform weights, those of feedback by Xavier's bound.

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
        return born(self, sizes, rng, replicas, dtype, device, _draw)

    def respond(self, network: LayeredNetwork, stimulus: Any) -> Rates:
        """Rates of every layer from one pass upwards, (replica, trial, neuron)."""
        return self.settle(network, checked_stimulus(self, network, stimulus))

    def settle(self, network: LayeredNetwork, stimulus: Tensor) -> Rates:
        """`respond`, unchecked."""
        return forward_pass(network, stimulus)

    step = learn_in_copy

    @torch.inference_mode()
    def learn(self, network: LayeredNetwork, stimulus: Tensor, target: Tensor) -> LayeredNetwork:
        """`step`, unchecked and in place. Feedback stays as it was born."""
        rate = scheduled(self.rate, self.rate_decay, network.epochs, self.decay_every)
        fall = gradients(network, stimulus, target, network.feedback, self.loss)
        return adam_step(network, fall, rate)

    def observe(
        self, network: LayeredNetwork, stimulus: Tensor, target: Tensor
    ) -> dict[str, Tensor]:
        """The loss on these stimuli, for each replica."""
        return {"loss": losses(self.settle(network, stimulus)[-1], target, self.loss)}


def _draw(sizes: Sequence[int], generator: torch.Generator) -> Draws:
    """Forward weights as backprop's, then the feedback of every hidden layer."""
    drawn = linear_layers(sizes, generator)
    return drawn | {"feedback": [xavier(n, above, generator) for n, above in pairwise(sizes[1:])]}


RULE = FeedbackAlignment

TRAIN_STD = "The printed deviation is that of training accuracy."
TENTH = " The scripts list ten times the rate and divide it inside the optimiser's call."
CUT = " The log's 97.959 is printed cut, not rounded."


def _row(
    dataset: str,
    loss: Loss,
    settings: tuple[float, float, int],
    published: tuple[float, float, float],
    note: str = "",
) -> Preset:
    """A row by its rate, decay and epochs between decays; its mean, printed and test deviation."""
    rate, rate_decay, decay_every = settings
    mean, printed, test = published
    return Preset(
        rule=FeedbackAlignment(rate, rate_decay, decay_every, loss),
        dataset=dataset,
        variant=loss,
        row={"mse": "FA-MSE", "cross_entropy": "FA-CE"}[loss],
        sizes=(3072, 1000, 10) if dataset == "cifar10" else (784, 500, 10),
        published=mean,
        published_std=printed,
        test_std=test,
        note=TRAIN_STD + note,
    )


PRESETS = (
    _row("mnist", "mse", (1e-3, 0.9, 10), (97.99, 0.03, 0.096)),
    _row("fashion_mnist", "mse", (1e-3, 0.9, 10), (88.72, 0.5, 0.457)),
    _row("cifar10", "mse", (1e-4, 0.9, 10), (50.75, 0.4, 0.606), TENTH),
    _row("mnist", "cross_entropy", (5e-4, 0.95, 25), (97.95, 0.08, 0.131), CUT),
    _row("fashion_mnist", "cross_entropy", (5e-4, 0.95, 25), (88.38, 0.9, 0.630)),
    _row("cifar10", "cross_entropy", (1e-4, 0.95, 25), (52.37, 0.4, 0.317), TENTH),
)
