"""Where the rates of CorInfoMax may lie: what it settles to there, and what electrodes show."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from homolog import HomologError
from homolog.networks import LayeredNetwork
from homolog.rules.corinfomax import CorInfoMax
from rules.bridge import DEEP, trials

SETTLED = CorInfoMax(
    step_size=0.05, leak=0.3, forgetting=0.9, free_steps=2000, forward_rates=(0.1,)
)
BOUNDED = ("nonnegative_l1", "l1", "simplex")
DOMAINS = ("box", "signed_box", "relu", *BOUNDED)


def newborn(rule: CorInfoMax, scale: float = 1.0) -> LayeredNetwork:
    """Weights strong enough to reach the border; lateral ones weak enough to settle."""
    network = rule.wire(DEEP, 2, dtype=torch.float64)
    return replace(
        network,
        forward=tuple(scale * w for w in network.forward),
        lateral=tuple(0.3 * b for b in network.lateral),
    )


def pushes(rule: CorInfoMax, network: LayeredNetwork, stimuli: Any, rates: Any) -> list[Any]:
    """Which way the objective would have each rate go: its derivative, as in the paper.

    At the output a potential of conductance 1 pulls towards 0 besides.
    """
    all_rates = [torch.as_tensor(stimuli), *(layer[0] for layer in rates)]
    gain, out = (1 - rule.forgetting) / rule.forgetting, []
    for k in range(1, len(all_rates)):
        r, last = all_rates[k], k == len(all_rates) - 1
        push = (all_rates[k - 1] @ network.forward[k - 1][0].T - r) / rule.epsilon
        push = push + (1 if last else 2) * gain * r @ network.lateral[k - 1][0].T
        if last:
            push = push - r
        else:
            push = push + (all_rates[k + 1] @ network.feedback[k - 1][0].T - r) / rule.epsilon
        out.append(push)
    return out


@pytest.mark.parametrize("domain", ["box", "signed_box", "relu"])
def test_settles_where_nothing_in_the_domain_is_better(domain: str):
    """Inside, the objective is flat; at the border it rises outwards."""
    rule = replace(SETTLED, domain=domain)
    network, (stimuli, _) = newborn(rule), trials(1, DEEP, 20)
    rates = rule.respond(network, stimuli)
    low, high = {"box": (0, 1), "signed_box": (-1, 1), "relu": (0, np.inf)}[domain]
    n_at_border = 0
    for push, layer in zip(pushes(rule, network, stimuli, rates), rates, strict=True):
        r = layer[0]
        assert ((r >= low) & (r <= high)).all()
        assert (push[(r > low) & (r < high)].abs() < 1e-9).all()
        assert (push[r == high] > 0).all()
        assert (push[r == low] < 0).all()
        n_at_border += int(((r == low) | (r == high)).sum())
    assert n_at_border > 10


@pytest.mark.parametrize("interneurons", [None, (0.15,)], ids=["projected", "interneurons"])
@pytest.mark.parametrize("domain", BOUNDED)
def test_settles_where_no_exchange_of_rates_is_better(domain: str, interneurons: Any):
    """All that are active rise equally steeply, by what the bound on their sum costs."""
    rule = replace(SETTLED, domain=domain, interneuron_rates=interneurons)
    network, (stimuli, _) = newborn(rule), trials(1, DEEP, 20)
    rates = rule.respond(network, stimuli)
    n_bound = 0
    for push, layer in zip(pushes(rule, network, stimuli, rates), rates, strict=True):
        for rise, r in zip(push, layer[0], strict=True):
            n_bound += _check_trial(domain, rise, r)
    assert n_bound > 15


def _check_trial(domain: str, rise: Any, r: Any) -> int:
    """Whether the bound is felt in this trial, once it is known to be felt by all alike."""
    total = float(r.abs().sum())
    assert total < 1 + 1e-6
    assert domain != "simplex" or total == pytest.approx(1, abs=1e-6)
    assert domain == "l1" or (r >= 0).all()
    active = r.abs() > 1e-9
    if not active.any():
        return 0
    costs = rise[active] * r[active].sign()
    cost = float(costs.mean())
    assert (costs - cost).abs().max() < 1e-5
    beyond = rise[~active].abs() if domain == "l1" else rise[~active]
    assert (beyond < cost + 1e-5).all()
    if domain != "simplex":
        assert cost > -1e-5
        assert cost < 1e-5 or total == pytest.approx(1, abs=1e-6)
    return int(abs(cost) > 1e-3)


@pytest.mark.parametrize("domain", BOUNDED)
def test_bound_holds_in_every_iteration_where_it_is_projected(domain: str):
    rule = replace(SETTLED, domain=domain, free_steps=7)
    network, (stimuli, targets) = newborn(rule, 3.0), trials(1, DEEP, 20)
    for layer in rule.respond(network, stimuli, compartments=True).rates:
        assert (layer.abs().sum(-1) < 1 + 1e-12).all()
    seen = rule.observe(network, torch.tensor(stimuli)[None], torch.tensor(targets)[None])
    assert 0 <= float(seen["excess"]) < 1e-12


def test_published_interneurons_do_not_enforce_their_bound():
    rule = replace(SETTLED, domain="nonnegative_l1", interneuron_rates=(1e-6,), free_steps=20)
    network, (stimuli, targets) = newborn(rule, 3.0), trials(1, DEEP, 20)
    seen = rule.observe(network, torch.tensor(stimuli)[None], torch.tensor(targets)[None])
    sums = [layer.abs().sum(-1) for layer in rule.respond(network, stimuli)]
    worst = max(float((total - 1).clamp(min=0).mean()) for total in sums)
    assert float(seen["excess"]) == pytest.approx(worst, rel=1e-12)
    assert worst > 1


@pytest.mark.parametrize("domain", DOMAINS)
def test_compartments_make_up_the_soma(domain: str):
    """The traces obey the equation of the membrane, and end where respond ends."""
    rule = replace(SETTLED, domain=domain, free_steps=15, step_decay=0.01)
    network, (stimuli, _) = newborn(rule), trials(1, DEEP, 6)
    seen = rule.respond(network, stimuli, compartments=True)
    steps = [0.05 / (1 + 0.01 * s) for s in range(15)]
    for k in range(3):
        soma, conductance = seen.somatic[k], 1.0 if k == 2 else 1 / rule.epsilon
        before = torch.cat([torch.zeros_like(soma[:1]), soma[:-1]])
        for s, step in enumerate(steps):
            u = before[s]
            flow = -rule.leak * u + (seen.basal[k][s] - u) / rule.epsilon
            flow = flow + conductance * (seen.apical[k][s] - u)
            assert (u + step * flow - soma[s]).abs().max() < 1e-12
    for trace, rates in zip(seen.rates, rule.respond(network, stimuli), strict=True):
        assert (trace[-1] - rates).abs().max() < 1e-12


@pytest.mark.parametrize(("leak", "epsilon"), [(0.5, 0.15), (0.1, 0.15), (1.0, 0.5)])
def test_steps_too_large_to_settle_are_refused_with_their_bound(leak: float, epsilon: float):
    bound = 2 / (leak + 2 / epsilon)
    CorInfoMax(step_size=0.999 * bound, leak=leak, epsilon=epsilon)
    for size in (bound, 1.5 * bound):
        with pytest.raises(HomologError, match=rf"^HM045 .*from {bound:.4g} on") as refused:
            CorInfoMax(step_size=size, leak=leak, epsilon=epsilon)
        assert f"step_size is {size:g}" in str(refused.value)


def test_steps_above_the_bound_do_diverge():
    """Or the refusal would forbid what works."""
    for size, settles in ((0.9, True), (1.05, False)):
        rule = replace(SETTLED, domain="relu", free_steps=400, forgetting=1 - 1e-9)
        bound = 2 / (rule.leak + 2 / rule.epsilon)
        object.__setattr__(rule, "step_size", size * bound)
        network = newborn(SETTLED)
        network = replace(network, feedback=tuple(0 * w for w in network.feedback))
        observed = rule.observe(
            network, torch.tensor(trials(1, DEEP, 20)[0])[None], torch.zeros(1, 20, 3)
        )
        assert (float(observed["residual"]) < 1e-6) == settles
