"""Equilibrium propagation and similarity matching: beside a reference, and in their limits."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch

from homolog.networks import LayeredNetwork
from homolog.rules.equilibrium_propagation import EquilibriumPropagation
from homolog.rules.similarity_matching import SimilarityMatching
from rules import energy_reference as reference
from rules.bridge import DEEP, ONE_HIDDEN, all_away, away, energy_synapses, trials
from rules.energy_reference import Reference, Synapses

EXACT = 1e-12
SEEN = 1e-6
"""A mistake moves some weight by more than this within two batches."""


@dataclass(frozen=True)
class Case:
    """A rule and the sizes of a network that shows all of what it does."""

    rule: Any
    sizes: tuple[int, ...] = ONE_HIDDEN

    @property
    def reference(self) -> Reference:
        rule = self.rule
        lateral = getattr(rule, "lateral_rate", None)
        return Reference(
            step_size=rule.step_size,
            free_steps=rule.free_steps,
            nudged_steps=rule.nudged_steps,
            rates=rule.forward_rates,
            lateral_rates=None if lateral is None else (lateral,) * (len(self.sizes) - 2),
        )


EP = EquilibriumPropagation(
    step_size=0.3, free_steps=9, nudged_steps=5, nudge_sign="positive", forward_rates=(0.2, 0.1)
)
CSM = SimilarityMatching(
    step_size=0.2, free_steps=9, nudged_steps=5, forward_rates=(0.2, 0.1), lateral_rate=0.3
)
THREE = {"forward_rates": (0.2, 0.1, 0.05)}

CASES = {
    "EP": Case(EP),
    "EP, deep": Case(replace(EP, **THREE), DEEP),
    "EP, weak nudge": Case(replace(EP, nudge=0.01)),
    "EP, as published": Case(EquilibriumPropagation(nudge_sign="positive")),
    "CSM": Case(CSM),
    "CSM, deep": Case(replace(CSM, **THREE), DEEP),
    "CSM, strong nudge": Case(replace(CSM, nudge=1.7)),
    "CSM, as published": Case(SimilarityMatching(nudge_sign="positive", step_size=0.25)),
}


def newborn(case: Case, replicas: int = 3) -> LayeredNetwork:
    """With biases, of which all are born without."""
    network = case.rule.wire(case.sizes, 11, replicas=replicas, dtype=torch.float64)
    ramp = tuple(torch.linspace(0.1, 0.5, b.shape[1]).double() + b for b in network.biases)
    return replace(network, biases=ramp)


def after(case: Case, network: LayeredNetwork, n_batches: int) -> LayeredNetwork:
    for b in range(n_batches):
        network = case.rule.step(network, *trials(b, case.sizes, 4, size=2.0))
    return network


def after_by_reference(of: Reference, case: Case, synapses: Synapses, n_batches: int) -> Synapses:
    for b in range(n_batches):
        batch = trials(b, case.sizes, 4, size=2.0)
        synapses = reference.learn(of, synapses, *batch, nudge=case.rule.nudge)
    return synapses


@pytest.mark.parametrize("name", CASES)
def test_rates_are_those_of_the_reference(name: str):
    case = CASES[name]
    network, (stimuli, targets) = newborn(case), trials(99, case.sizes, 6, size=2.0)
    rates = [layer.numpy() for layer in case.rule.respond(network, stimuli)]
    for replica in range(3):
        synapses = energy_synapses(network, replica)
        for trial, (x, y) in enumerate(zip(stimuli, targets, strict=True)):
            free, _ = reference.phases(case.reference, synapses, x, y, 1.0)
            assert away([r[replica, trial] for r in rates], free[1:]) < EXACT


@pytest.mark.parametrize("n_batches", [1, 10])
@pytest.mark.parametrize("name", CASES)
def test_synapses_learn_as_those_of_the_reference(name: str, n_batches: int):
    case = CASES[name]
    network = newborn(case)
    learned = after(case, network, n_batches)
    for replica in range(3):
        before = energy_synapses(network, replica)
        wanted = after_by_reference(case.reference, case, before, n_batches)
        assert all_away(energy_synapses(learned, replica), wanted) < EXACT
        assert all_away(before, wanted) > 1e-4


def test_reference_descends_its_energy():
    """Its derivative by hand is the one by central differences."""
    rng = np.random.default_rng(1)
    case = CASES["CSM, deep"]
    synapses = energy_synapses(newborn(case, 1))
    rates, target = [rng.random(n) for n in DEEP], np.array([0.0, 1.0, 0.0])
    for k in range(1, 4):
        by_hand = reference.slope(case.reference, synapses, rates, k, 0.7, target)
        for i in range(DEEP[k]):
            ends = []
            for step in (1e-6, -1e-6):
                moved = [r.copy() for r in rates]
                moved[k][i] += step
                ends.append(reference.energy(synapses, moved, 0.7, target))
            assert by_hand[i] == pytest.approx((ends[0] - ends[1]) / 2e-6, abs=1e-8)


MISTAKES: dict[str, tuple[str, dict[str, Any]]] = {
    "half the square of the nudge": ("EP", {"nudge_factor": 1.0}),
    "a nudge the other way": ("EP", {"nudge_factor": -2.0}),
    "one layer after the other": ("EP, deep", {"upward": True}),
    "nudged from silence": ("EP", {"nudged_from_silence": True}),
    "correlations of the free state": ("CSM", {"whose_correlations": "free"}),
    "lateral synapses that excite": ("CSM", {"lateral_sign": -1.0}),
    "lateral synapses that keep all": ("CSM", {"lateral_decay": False}),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_would_be_seen(mistake: str):
    name, damage = MISTAKES[mistake]
    case = CASES[name]
    network = newborn(case, 1)
    wrong = after_by_reference(replace(case.reference, **damage), case, energy_synapses(network), 2)
    assert all_away(energy_synapses(after(case, network, 2)), wrong) > SEEN


@pytest.mark.parametrize("name", ["EP", "CSM, deep"])
def test_random_signs_nudge_either_way_and_updates_are_divided_by_them(name: str):
    case = replace(CASES[name], rule=replace(CASES[name].rule, nudge_sign="random"))
    network, signs = newborn(case, 2), []
    for b in range(12):
        batch = trials(b, case.sizes, 4, size=2.0)
        learned = case.rule.step(network, *batch)
        for replica in range(2):
            before, got = energy_synapses(network, replica), energy_synapses(learned, replica)
            misfits = [
                all_away(got, reference.learn(case.reference, before, *batch, nudge=nudge))
                for nudge in (-case.rule.nudge, case.rule.nudge)
            ]
            assert min(misfits) < EXACT < 1e-7 < max(misfits)
            signs.append(misfits.index(min(misfits)))
        network = learned
    pulled = np.array(signs).reshape(12, 2)
    assert 0.1 < pulled.mean() < 0.9
    assert (pulled[:, 0] != pulled[:, 1]).any()


@pytest.mark.parametrize("epoch", [0, 14, 15, 44, 45])
@pytest.mark.parametrize("name", ["EP", "CSM"])
def test_rates_of_learning_fall_every_so_many_epochs(name: str, epoch: int):
    """The decay of lateral synapses does not: it has the rate of the beginning."""
    rule = replace(CASES[name].rule, rate_decay=0.75, decay_every=15)
    case = replace(CASES[name], rule=rule)
    network, batch = replace(newborn(case, 1), epochs=epoch), trials(0, case.sizes, 4, size=2.0)
    wanted = reference.learn(
        case.reference,
        energy_synapses(network),
        *batch,
        nudge=rule.nudge,
        rate_factor={0: 1, 14: 1, 15: 0.75, 44: 0.75**2, 45: 0.75**3}[epoch],
    )
    assert all_away(energy_synapses(after(case, network, 1)), wanted) < EXACT


@pytest.mark.parametrize("name", ["EP", "CSM"])
def test_responses_may_take_steps_of_their_own(name: str):
    rule = CASES[name].rule
    network, batch = newborn(CASES[name], 1), trials(0, ONE_HIDDEN, 4)
    other = replace(rule, response_step_size=0.1)
    smaller = replace(rule, step_size=0.1)
    for own, wanted in zip(
        other.respond(network, batch[0]), smaller.respond(network, batch[0]), strict=True
    ):
        assert torch.equal(own, wanted)
    learned, usual = (r.step(network, *batch).forward[0] for r in (other, rule))
    assert torch.equal(learned, usual)


@pytest.mark.parametrize("name", ["EP, deep", "CSM, deep"])
def test_observed_energy_is_that_of_the_reference(name: str):
    case = CASES[name]
    network, (stimuli, targets) = newborn(case, 2), trials(3, case.sizes, 5)
    seen = case.rule.observe(network, *(torch.tensor(x)[None] for x in (stimuli, targets)))
    for replica in range(2):
        synapses = energy_synapses(network, replica)
        free = [
            reference.phases(case.reference, synapses, x, y, 1.0)[0]
            for x, y in zip(stimuli, targets, strict=True)
        ]
        energies = [reference.energy(synapses, rates) for rates in free]
        costs = [np.sum((r[-1] - y) ** 2) for r, y in zip(free, targets, strict=True)]
        assert float(seen["energy"][replica]) == pytest.approx(np.mean(energies), rel=1e-12)
        assert float(seen["cost"][replica]) == pytest.approx(np.mean(costs), rel=1e-12)


LIMIT = {
    "free_steps": 1500,
    "nudged_steps": 1500,
    "nudge": 1e-5,
    "step_size": 0.2,
    "forward_rates": (1.0,),
}


def cost_of_free_state(case: Case, network: LayeredNetwork, batch: tuple[Any, Any]) -> Any:
    """Mean over trials of the squared distance of the settled output from its target."""
    output = case.rule.respond(network, batch[0])[-1]
    return (output - torch.as_tensor(batch[1])).square().sum(-1).mean(1)


def slope_of_cost(case: Case, network: LayeredNetwork, batch: Any, field: str, k: int) -> Any:
    """Derivative by every weight, by central differences; each nudged weight a replica."""
    weight = getattr(network, field)[k]
    moves = torch.eye(weight.numel(), dtype=weight.dtype).reshape(-1, *weight.shape[1:]) * 1e-5
    moves = torch.cat([moves, -moves])
    many = network.each(lambda w: w.repeat(len(moves), *[1] * (w.ndim - 1)), seeds=())
    own = list(getattr(many, field))
    own[k] = own[k] + moves
    costs = cost_of_free_state(case, replace(many, **{field: tuple(own)}), batch)
    return ((costs[: len(moves) // 2] - costs[len(moves) // 2 :]) / 2e-5).reshape(weight.shape[1:])


@pytest.mark.parametrize("name", ["EP", "EP, deep", "CSM", "CSM, deep"])
def test_update_approaches_the_gradient_of_the_cost(name: str):
    """With a weak nudge and time to settle, every weight moves straight down the cost."""
    still = {"lateral_rate": 0.0} if "CSM" in name else {}
    case = replace(CASES[name], rule=replace(CASES[name].rule, **LIMIT, **still))
    network, batch = newborn(case, 1), trials(5, case.sizes, 8, size=1.0)
    learned = case.rule.step(network, *batch)
    for field in ("forward", "biases"):
        for k in range(len(case.sizes) - 1):
            moved = (getattr(learned, field)[k] - getattr(network, field)[k])[0].flatten()
            slope = slope_of_cost(case, network, batch, field, k).flatten()
            assert slope.norm() > 1e-3
            cosine = -(moved @ slope) / (moved.norm() * slope.norm())
            assert cosine > 0.999
            assert float(moved.norm() / slope.norm()) == pytest.approx(1, abs=1e-2)


def least_eigenvalues(sign: str) -> list[float]:
    """Of the lateral synapses, after each of some hundreds of steps."""
    rule = replace(CSM, nudge_sign=sign, lateral_rate=0.05, forward_rates=(0.05, 0.05))
    network, seen = rule.wire((6, 12, 3), 3, dtype=torch.float64), []
    for b in range(300):
        network = rule.step(network, *trials(b, (6, 12, 3), 8, size=1.0))
        seen.append(float(torch.linalg.eigvalsh(network.lateral[0])[0, 0]))
    return seen


def test_lateral_synapses_stay_positive_definite_while_the_nudge_pulls():
    assert min(least_eigenvalues("positive")) > 0


def test_lateral_synapses_lose_that_with_random_signs():
    """Growth has the sign of the nudge and decay has not: as the published rows were made."""
    assert min(least_eigenvalues("random")) < -1e-3


def test_lateral_synapses_shrink_away_with_random_signs():
    rule = replace(CSM, nudge_sign="random", lateral_rate=0.05, forward_rates=(0.05, 0.05))
    network = born = rule.wire((6, 12, 3), 3, dtype=torch.float64, replicas=4)
    for b in range(300):
        network = rule.step(network, *trials(b, (6, 12, 3), 8, size=1.0))
    left = network.lateral[0].norm(dim=(1, 2)) / born.lateral[0].norm(dim=(1, 2))
    pulled = replace(rule, nudge_sign="positive")
    network = born
    for b in range(300):
        network = pulled.step(network, *trials(b, (6, 12, 3), 8, size=1.0))
    kept = network.lateral[0].norm(dim=(1, 2)) / born.lateral[0].norm(dim=(1, 2))
    assert (left < 0.5 * kept).all()
