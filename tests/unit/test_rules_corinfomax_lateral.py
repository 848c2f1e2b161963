"""The inverse correlations of CorInfoMax: their closed form, their first order, where both agree.

At the published forgetting factor the lateral drive is a millionth of the forward drive, so that
accuracy says nothing about it. Here it is strong.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from homolog.networks import LayeredNetwork
from homolog.rules.corinfomax import CorInfoMax
from rules import corinfomax_reference as reference
from rules.bridge import DEEP, corinfomax_synapses, trials
from unit.test_rules_corinfomax import as_reference

N_BATCHES = 25

RULE = CorInfoMax(
    forgetting=0.9,
    free_steps=12,
    nudged_steps=6,
    nudge_sign="positive",
    forward_rates=(0.1, 0.1, 0.1),
    feedback_rates=(0.05,),
)
WOODBURY = replace(RULE, lateral_update="woodbury")

Moments = list[list[Any]]
"""Second moments of every layer after every batch."""


def well_conditioned(rule: CorInfoMax) -> LayeredNetwork:
    """A newborn network whose inverse correlations can be inverted without loss."""
    network = rule.wire(DEEP, 5, dtype=torch.float64)
    return replace(network, lateral=tuple(b + torch.eye(b.shape[-1]) for b in network.lateral))


def course(rule: CorInfoMax) -> tuple[LayeredNetwork, LayeredNetwork, Moments]:
    """Before and after some batches, and what the nudged rates were by the reference."""
    network = born = well_conditioned(rule)
    of, moments = as_reference(rule, 3), []
    for b in range(N_BATCHES):
        batch = trials(b, DEEP, 4)
        synapses = corinfomax_synapses(network)
        nudged = [
            reference.phases(of, synapses, x, y, rule.nudge)[1].rates[1:]
            for x, y in zip(*batch, strict=True)
        ]
        layers = [np.array(layer) for layer in zip(*nudged, strict=True)]
        moments.append([rates.T @ rates / len(rates) for rates in layers])
        network = rule.step(network, *batch)
    return born, network, moments


def closed_form(inverse: Any, moments: list[Any], forgetting: float) -> Any:
    """The inverse of what the correlations have become, from the beginning in one go."""
    count = len(moments)
    correlations = forgetting**count * np.linalg.inv(inverse)
    for t, moment in enumerate(moments, 1):
        correlations += (1 - forgetting) * forgetting ** (count - t) * moment
    return np.linalg.inv(correlations)


def misfit(got: Any, wanted: Any) -> float:
    """Largest difference of two matrices, relative to the largest entry."""
    return float(np.abs(got - wanted).max() / np.abs(wanted).max())


def test_exact_update_is_the_closed_form():
    born, learned, moments = course(WOODBURY)
    for k in range(3):
        wanted = closed_form(born.lateral[k][0].numpy(), [m[k] for m in moments], 0.9)
        got = learned.lateral[k][0].numpy()
        assert misfit(got, wanted) < 1e-10
        assert misfit(born.lateral[k][0].numpy(), wanted) > 0.1


@pytest.mark.parametrize("wrong", ["sign", "weight of a batch", "no forgetting", "one batch less"])
def test_a_wrong_update_is_not_the_closed_form(wrong: str):
    born, learned, moments = course(WOODBURY)
    for k in range(3):
        own = [m[k] for m in moments]
        start = born.lateral[k][0].numpy()
        wanted = {
            "sign": lambda own=own, start=start: closed_form(start, [-m for m in own], 0.9),
            "weight of a batch": lambda own=own, start=start: closed_form(
                start, [m / 0.9 for m in own], 0.9
            ),
            "no forgetting": lambda own=own, start=start: np.linalg.inv(
                np.linalg.inv(start) + 0.1 * sum(own)
            ),
            "one batch less": lambda own=own, start=start: closed_form(start, own[:-1], 0.9),
        }[wrong]()
        assert misfit(learned.lateral[k][0].numpy(), wanted) > 1e-3


def test_first_order_update_is_its_own_recursion():
    born, learned, moments = course(RULE)
    for k in range(3):
        inverse = born.lateral[k][0].numpy()
        for moment in moments:
            seen = inverse @ moment[k] @ inverse
            inverse = (inverse - (1 - 0.9) / 0.9 * seen) / 0.9
        assert misfit(learned.lateral[k][0].numpy(), inverse) < 1e-11


def test_first_order_approaches_the_exact_update_as_less_is_forgotten():
    """What it leaves out is of second order in the weight of a batch."""
    gaps = []
    for forgetting in (0.9, 0.99, 0.999, 0.9999):
        first = course(replace(RULE, forgetting=forgetting))[1]
        exact = course(replace(WOODBURY, forgetting=forgetting))[1]
        pairs = zip(first.lateral, exact.lateral, strict=True)
        gaps.append(max(misfit(a.numpy(), b.numpy()) for a, b in pairs))
    assert gaps[0] > 0.01
    assert gaps == sorted(gaps, reverse=True)
    assert gaps[2] / gaps[3] == pytest.approx(100, rel=0.1)
    assert gaps[3] < 1e-5


@pytest.mark.parametrize("rule", [RULE, WOODBURY], ids=lambda rule: rule.lateral_update)
def test_inverse_correlations_stay_symmetric(rule: CorInfoMax):
    learned = course(rule)[1]
    for inverse in learned.lateral:
        assert misfit(inverse.numpy(), inverse.mT.numpy()) < 1e-14


def test_only_the_exact_update_stays_positive_definite():
    """The first order does not, once a rate has a share above 1 in what it is inverse to."""
    born = well_conditioned(RULE)
    born = replace(born, lateral=tuple(20 * b for b in born.lateral))
    batch = trials(0, DEEP, 4)
    least = {
        rule.lateral_update: min(
            float(torch.linalg.eigvalsh(b).min()) for b in rule.step(born, *batch).lateral
        )
        for rule in (RULE, WOODBURY)
    }
    assert least["first_order"] < 0 < least["woodbury"]


def test_lateral_drive_pushes_rates_apart():
    """It is the gradient of an entropy: without it, rates of a layer are more alike."""
    loose, tight = (
        replace(WOODBURY, forgetting=f, free_steps=200).respond(
            well_conditioned(WOODBURY), trials(3, DEEP, 30, size=0.7)[0]
        )[0][0]
        for f in (0.9, 0.999999)
    )
    volumes = [
        float(torch.logdet(r.T @ r / len(r) + 0.15 * torch.eye(r.shape[1]))) for r in (loose, tight)
    ]
    assert volumes[0] > volumes[1]


@pytest.mark.parametrize(("forgetting", "most"), [(0.99999, 1e-6), (0.9999, 1e-5)])
def test_lateral_drive_computed_now_and_then_hardly_differs_where_it_is_weak(
    forgetting: float, most: float
):
    network, (stimuli, _) = well_conditioned(RULE), trials(3, DEEP, 30)
    rule = replace(RULE, forgetting=forgetting, free_steps=30)
    exact = rule.respond(network, stimuli)
    seldom = replace(rule, lateral_refresh=10).respond(network, stimuli)
    gaps = [float((a - b).abs().max()) for a, b in zip(exact, seldom, strict=True)]
    assert 0 < max(gaps) < most


def test_inverse_correlations_grow_where_no_rates_go():
    """As forgetting ** -steps: what nobody visits is forgotten."""
    born, learned, moments = course(WOODBURY)
    for k in range(3):
        silent = np.flatnonzero(np.diag(sum(m[k] for m in moments)) == 0)
        assert len(silent)
        start, got = (np.linalg.inv(n.lateral[k][0].numpy()) for n in (born, learned))
        for i in silent:
            assert got[i, i] == pytest.approx(0.9**N_BATCHES * start[i, i], rel=1e-9)
