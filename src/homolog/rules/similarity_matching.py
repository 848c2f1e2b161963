"""Contrastive similarity matching: equilibrium propagation in a layer that competes within."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
import torch
from torch import Tensor

from homolog import errors
from homolog.networks import LayeredNetwork
from homolog.rules import _energy
from homolog.rules._rule import (
    Draws,
    NudgeSign,
    Preset,
    Rates,
    born,
    checked_stimulus,
    correlations,
    is_number,
    learn_in_copy,
    xavier,
)


@dataclass(frozen=True)
class SimilarityMatching:
    r"""Hidden layers keep which stimuli are alike, as the nudged network has it.

    The forward synapses settle and learn as in equilibrium propagation. In addition the
    neurons of a hidden layer inhibit each other through lateral synapses M, which add
    :math:`\tfrac{1}{2} s^\top M s` to the energy and follow the correlations of the nudged
    rates (anti-Hebbian in effect):

    .. math:: M \leftarrow \left(1 - \frac{\alpha}{2 |\beta|}\right)
        \left(M + \frac{\alpha_t}{2 \beta} \langle s s^\top \rangle_{\text{nudged}}\right)

    with :math:`\alpha_t` the rate as it decays over epochs and :math:`\alpha` the undecayed.

    Attributes
    ----------
    step_size
        Of a settling step, eta.
    free_steps, nudged_steps
        Iterations of either phase.
    nudge
        How strongly the output is pulled to its target, beta.
    nudge_sign
        "positive" always pulls, which keeps M positive definite. "random", as in the published
        rows, draws the sign anew for each batch: M then loses its drive, for growth has the
        nudge's sign and decay has not, and shrinks away.
    forward_rates
        Learning rates of each layer's synapses and biases; one number holds for all.
    lateral_rate
        Learning rate of the lateral synapses, alpha.
    rate_decay, decay_every
        Rates are multiplied by `rate_decay` every so many epochs.
    response_step_size
        Step size when responding without learning; that of learning if None.

    Raises
    ------
    HomologError
        HM045 for a step size that cannot settle, HM025 for a setting that makes no sense.

    Notes
    -----
    The published rows use random signs; the default here is the rule as its authors derived
    it. Lateral inhibition bounds the step size further than is checked: the largest
    eigenvalue of M must stay below 2 / step_size - 1.

    References
    ----------
    Qin, Mudur and Pehlevan (2021), "Contrastive Similarity Matching for Supervised Learning",
    https://doi.org/10.1162/neco_a_01374
    """

    name: ClassVar[str] = "similarity_matching"
    title: ClassVar[str] = "Contrastive similarity matching"
    source: ClassVar[str] = "https://doi.org/10.1162/neco_a_01374"
    parts: ClassVar[Mapping[str, int]] = {"lateral": 1, "biases": 0}
    citation: ClassVar[str] = """
        @article{qin2021contrastive,
          author = {Qin, Shanshan and Mudur, Nayantara and Pehlevan, Cengiz},
          title = {Contrastive Similarity Matching for Supervised Learning},
          journal = {Neural Computation},
          volume = {33},
          number = {5},
          pages = {1300--1328},
          year = {2021},
          doi = {10.1162/neco_a_01374},
        }
    """

    step_size: float = 0.5
    free_steps: int = 20
    nudged_steps: int = 4
    nudge: float = 1.0
    nudge_sign: NudgeSign = "positive"
    forward_rates: tuple[float, ...] = (0.4, 0.275)
    lateral_rate: float = 0.01
    rate_decay: float = 0.75
    decay_every: int = 15
    response_step_size: float | None = None

    def __post_init__(self) -> None:
        """Refuse settings that cannot work."""
        _energy.refuse_unfit(self)
        if not is_number(self.lateral_rate) or not 0 <= self.lateral_rate < 2 * self.nudge:
            allowed = f"from 0 to below {2 * self.nudge:g}, twice the nudge"
            raise errors.bad_value("lateral_rate", self.lateral_rate, allowed)

    def wire(
        self,
        sizes: Sequence[int],
        rng: int | np.random.Generator = 0,
        *,
        replicas: int | Sequence[int] = 1,
        dtype: torch.dtype = torch.float32,
        device: str | torch.device = "cpu",
    ) -> LayeredNetwork:
        """Bring networks to life: Xavier-uniform weights, positive lateral ones, biases of zero."""
        return born(self, sizes, rng, replicas, dtype, device, _draw)

    def respond(self, network: LayeredNetwork, stimulus: Any) -> Rates:
        """Rates of every layer after the free phase, (replica, trial, neuron)."""
        return self.settle(network, checked_stimulus(self, network, stimulus))

    def settle(self, network: LayeredNetwork, stimulus: Tensor) -> Rates:
        """`respond`, unchecked."""
        return _energy.settle(self, network, stimulus)

    step = learn_in_copy

    @torch.inference_mode()
    def learn(self, network: LayeredNetwork, stimulus: Tensor, target: Tensor) -> LayeredNetwork:
        """`step`, unchecked and in place."""
        nudge, nudged = _energy.contrast(self, network, stimulus, target)
        decayed = self.lateral_rate * _energy.rate_factor(self, network.epochs)
        keep = 1 - self.lateral_rate / (2 * self.nudge)
        for lateral, rates in zip(network.lateral, nudged, strict=False):
            share = keep * decayed / (2 * rates.shape[1])
            lateral.baddbmm_((rates / nudge).mT, rates, beta=keep, alpha=share)
        return network.after_step()

    def observe(
        self, network: LayeredNetwork, stimulus: Tensor, target: Tensor
    ) -> dict[str, Tensor]:
        """As of equilibrium propagation, and the least eigenvalue of all lateral synapses."""
        seen = _energy.observe(self, network, stimulus, target)
        if not network.lateral:
            return seen
        least = [torch.linalg.eigvalsh(lateral)[:, 0] for lateral in network.lateral]
        return {**seen, "least_eigenvalue": torch.stack(least).amin(0)}


def _draw(sizes: Sequence[int], generator: torch.Generator) -> Draws:
    pairs = list(zip(sizes[1:], sizes, strict=False))
    return {
        "forward": [xavier(post, pre, generator) for post, pre in pairs],
        "lateral": [correlations(post, generator) for post, _ in pairs[:-1]],
        "biases": [torch.zeros(post, dtype=torch.float64) for post, _ in pairs],
    }


_RANDOM = "Random signs of the nudge, as in the code behind the table: M shrinks away."
_MNIST = SimilarityMatching(nudge_sign="random")

PRESETS = (
    Preset(_MNIST, "mnist", "", "CSM", (784, 500, 10), 98.08, 0.1, 0.063, _RANDOM),
    Preset(
        replace(_MNIST, forward_rates=(0.1, 0.06), lateral_rate=0.002),
        "fashion_mnist",
        "",
        "CSM",
        (784, 500, 10),
        88.73,
        0.2,
        0.194,
        _RANDOM,
    ),
    Preset(
        replace(
            _MNIST,
            forward_rates=(0.059, 0.017),
            lateral_rate=0.067,
            free_steps=30,
            nudged_steps=5,
        ),
        "cifar10",
        "",
        "CSM",
        (3072, 1000, 10),
        40.79,
        note="Quoted in the table from the paper on CSM, not run; settings from a script.",
    ),
)

RULE = SimilarityMatching
