"""CorInfoMax beside a plain reference: settling, learning, and mistakes that this would show."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
import torch

from homolog.networks import LayeredNetwork
from homolog.rules.corinfomax import CorInfoMax
from rules import corinfomax_reference as reference
from rules.bridge import DEEP, ONE_HIDDEN, all_away, away, corinfomax_synapses, trials
from rules.corinfomax_reference import Place, Reference

EXACT = 1e-12
SEEN = 1e-6
"""A mistake moves some weight by more than this within two batches."""

PLACES = {
    "box": Place(reference.clipped),
    "signed_box": Place(reference.clipped_on_both_sides),
    "relu": Place(reference.rectified),
    "nonnegative_l1": Place(reference.nearest_of_sum_at_most_one),
    "l1": Place(reference.nearest_of_sizes_at_most_one),
    "simplex": Place(reference.nearest_of_sum_one),
}


@dataclass(frozen=True)
class Case:
    """A rule and the sizes of a network that shows all of what it does."""

    rule: CorInfoMax
    sizes: tuple[int, ...] = ONE_HIDDEN

    @property
    def reference(self) -> Reference:
        return as_reference(self.rule, len(self.sizes) - 1)


def as_reference(rule: CorInfoMax, n_layers: int) -> Reference:
    """The reference with the settings of a rule."""
    domains = [rule.domain] * n_layers if isinstance(rule.domain, str) else rule.domain
    places = [PLACES[name] for name in domains]
    if rule.interneuron_rates is not None:
        rates = rule.interneuron_rates
        places = [
            Place(reference.rectified, rates[k % len(rates)]) if name == "nonnegative_l1" else place
            for k, (name, place) in enumerate(zip(domains, places, strict=True))
        ]
    return Reference(
        step_size=rule.step_size,
        leak=rule.leak,
        epsilon=rule.epsilon,
        forgetting=rule.forgetting,
        free_steps=rule.free_steps,
        nudged_steps=rule.nudged_steps,
        forward_rates=rule.forward_rates,
        feedback_rates=rule.feedback_rates,
        places=tuple(places),
        schedule={0.0: "constant", 0.01: "slow", 1.0: "fast"}[rule.step_decay],
        phases=3 if rule.contrast == "opposite" else 2,
        refresh=rule.lateral_refresh,
    )


BOX = CorInfoMax(
    step_size=0.07,
    leak=0.4,
    forgetting=0.9,
    free_steps=9,
    nudged_steps=5,
    nudge_sign="positive",
    forward_rates=(0.3, 0.2),
    feedback_rates=(0.1,),
)
THREE = {"forward_rates": (0.3, 0.2, 0.15), "feedback_rates": (0.1, 0.05)}

CASES = {
    "box": Case(BOX),
    "box, deep": Case(replace(BOX, **THREE), DEEP),
    "strong nudge": Case(replace(BOX, nudge=2.5, nudged_steps=12)),
    "long enough to settle": Case(replace(BOX, free_steps=60, nudged_steps=60)),
    "slowly shrinking steps": Case(replace(BOX, step_decay=0.01, **THREE), DEEP),
    "steps that reach the smallest": Case(replace(BOX, step_decay=1.0, free_steps=100)),
    "three phases": Case(replace(BOX, contrast="opposite")),
    "three phases, deep": Case(replace(BOX, contrast="opposite", **THREE), DEEP),
    "lateral drive kept for 3 steps": Case(replace(BOX, lateral_refresh=3, **THREE), DEEP),
    "as published": Case(replace(BOX, step_size=0.05, leak=0.5, forgetting=0.99999)),
    "signed box": Case(replace(BOX, domain="signed_box", **THREE), DEEP),
    "relu": Case(replace(BOX, domain="relu")),
    "ball with interneurons": Case(
        replace(BOX, domain="nonnegative_l1", interneuron_rates=(0.03, 0.2))
    ),
    "ball with interneurons, three phases, deep": Case(
        replace(
            BOX,
            domain="nonnegative_l1",
            interneuron_rates=(0.03, 0.1, 0.2),
            contrast="opposite",
            **THREE,
        ),
        DEEP,
    ),
    "ball that fills while nudged": Case(
        replace(
            BOX,
            domain="nonnegative_l1",
            interneuron_rates=(0.1, 0.2),
            free_steps=1,
            nudged_steps=12,
        )
    ),
    "ball with one rate of interneurons": Case(
        replace(BOX, domain="nonnegative_l1", interneuron_rates=(0.05,))
    ),
    "ball": Case(replace(BOX, domain="nonnegative_l1")),
    "ball, signed": Case(replace(BOX, domain="l1", **THREE), DEEP),
    "simplex": Case(replace(BOX, domain="simplex")),
    "mixed": Case(replace(BOX, domain=("relu", "nonnegative_l1", "simplex"), **THREE), DEEP),
    "no nudge to speak of": Case(replace(BOX, nudge=1e-3)),
}


def newborn(case: Case, replicas: int = 3) -> LayeredNetwork:
    return case.rule.wire(case.sizes, 11, replicas=replicas, dtype=torch.float64)


def after(case: Case, network: LayeredNetwork, n_batches: int) -> LayeredNetwork:
    for b in range(n_batches):
        network = case.rule.step(network, *trials(b, case.sizes, 4))
    return network


def after_by_reference(
    of: Reference, case: Case, synapses: reference.Synapses, n_batches: int
) -> reference.Synapses:
    for b in range(n_batches):
        synapses = reference.learn(of, synapses, *trials(b, case.sizes, 4), nudge=case.rule.nudge)
    return synapses


@pytest.mark.parametrize("name", CASES)
def test_rates_are_those_of_the_reference(name: str):
    case = CASES[name]
    network, (stimuli, _) = newborn(case), trials(99, case.sizes, 6)
    rates = [layer.numpy() for layer in case.rule.respond(network, stimuli)]
    of = case.reference
    for replica in range(3):
        synapses = corinfomax_synapses(network, replica)
        for trial, stimulus in enumerate(stimuli):
            free = reference.settle(
                of, synapses, reference.silent(synapses, stimulus), of.free_steps
            )
            assert away([r[replica, trial] for r in rates], free.rates[1:]) < EXACT


@pytest.mark.parametrize("n_batches", [1, 3])
@pytest.mark.parametrize("name", CASES)
def test_synapses_learn_as_those_of_the_reference(name: str, n_batches: int):
    case = CASES[name]
    network = newborn(case)
    learned = after(case, network, n_batches)
    assert learned.steps == n_batches
    for replica in range(3):
        before = corinfomax_synapses(network, replica)
        wanted = after_by_reference(case.reference, case, before, n_batches)
        assert all_away(corinfomax_synapses(learned, replica), wanted) < EXACT
        assert all_away(before, wanted) > 1e-4


def test_some_neurons_are_silent_and_some_saturated_and_some_in_between():
    """Or a mistake in what happens at the border could not be seen."""
    case = CASES["box"]
    rates = case.rule.respond(newborn(case), trials(99, case.sizes, 6)[0])[0]
    assert (rates == 0).any()
    assert (rates == 1).any()
    assert ((rates > 0.01) & (rates < 0.99)).any()


def test_interneurons_of_the_cases_are_at_work():
    case = CASES["ball with interneurons"]
    stimuli = trials(99, case.sizes, 6)[0]
    inhibited = case.rule.respond(newborn(case), stimuli)
    free = replace(case.rule, domain="relu").respond(newborn(case), stimuli)
    assert away([r.numpy() for r in inhibited], [r.numpy() for r in free]) > 1e-2


MISTAKES: dict[str, tuple[str, dict[str, Any]]] = {
    "no factor 2 in hidden layers": ("box, deep", {"entropy": (1.0, 1.0)}),
    "a factor 2 at the output": ("box, deep", {"entropy": (2.0, 2.0)}),
    "the wrong sign of the lateral drive": ("box, deep", {"entropy": (-2.0, -1.0)}),
    "no lateral drive": ("box, deep", {"entropy": (0.0, 0.0)}),
    "the hidden apical conductance at the output": ("box", {"output_conductance": 1 / 0.15}),
    "no apical conductance at the output": ("box", {"output_conductance": 0.0}),
    "all layers at once": ("box, deep", {"upward": False}),
    "potentials kept between phases": ("box", {"keep_potentials": True}),
    "potentials kept between three phases": ("three phases, deep", {"keep_potentials": True}),
    "correlations of the free state": ("box", {"whose_correlations": "free"}),
    "steps that go on shrinking": ("slowly shrinking steps", {"schedule": "constant"}),
    "two phases for three": ("three phases", {"phases": 2}),
    "lateral drive computed anew": ("lateral drive kept for 3 steps", {"refresh": 1}),
    "no leak": ("box", {"leak": 0.0}),
    "one interneuron less": (
        "ball with interneurons",
        {"places": (Place(reference.rectified, 0.03), Place(reference.rectified))},
    ),
    "interneurons silenced between phases": (
        "ball with interneurons",
        {"silence_inhibition": True},
    ),
    "interneurons that go on taking in": (
        "ball that fills while nudged",
        {"keep_slow_inhibition": True},
    ),
    "equal interneurons": (
        "ball with interneurons",
        {"places": (Place(reference.rectified, 0.03),) * 2},
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_would_be_seen(mistake: str):
    name, damage = MISTAKES[mistake]
    case = CASES[name]
    network = newborn(case, 1)
    wrong = after_by_reference(
        replace(case.reference, **damage), case, corinfomax_synapses(network), 2
    )
    assert all_away(corinfomax_synapses(after(case, network, 2)), wrong) > SEEN


def test_lateral_synapses_are_not_taken_the_wrong_way_round():
    """They are symmetric in every network that was wired; these are not."""
    case = CASES["box, deep"]
    network, (stimuli, _) = newborn(case, 1), trials(99, case.sizes, 5)
    skewed = tuple(w + 0.5 * torch.triu(torch.ones_like(w), 1) for w in network.lateral)
    network = replace(network, lateral=skewed)
    synapses, of = corinfomax_synapses(network), case.reference
    turned = replace(synapses, lateral=[w.T for w in synapses.lateral])
    rates = [layer[0].numpy() for layer in case.rule.respond(network, stimuli)]

    def settled(synapses: reference.Synapses) -> list[Any]:
        every = [
            reference.settle(of, synapses, reference.silent(synapses, x), of.free_steps).rates[1:]
            for x in stimuli
        ]
        return [np.array(layer) for layer in zip(*every, strict=True)]

    assert away(rates, settled(synapses)) < EXACT
    assert away(rates, settled(turned)) > 1e-3


def test_the_clamped_stimulus_teaches_only_through_the_rates():
    """Errors of the first layer cancel: what is left is the difference of rates, times input."""
    case = CASES["box"]
    network, (stimuli, targets) = newborn(case, 1), trials(0, case.sizes, 4)
    stimuli[:, 2] = 0.0
    synapses, of = corinfomax_synapses(network), case.reference
    change = np.zeros_like(synapses.forward[0])
    for x, y in zip(stimuli, targets, strict=True):
        free, nudged, _ = reference.phases(of, synapses, x, y, case.rule.nudge)
        change += np.outer(nudged.rates[1] - free.rates[1], x)
    learned = case.rule.step(network, stimuli, targets)
    moved = (learned.forward[0] - network.forward[0])[0].numpy()
    assert np.abs(moved - 0.3 / (4 * case.rule.nudge) * change).max() < EXACT
    assert (moved[:, 2] == 0).all()
    assert (moved[:, 3] != 0).any()


@pytest.mark.parametrize("name", ["box", "three phases, deep", "ball with interneurons"])
def test_random_signs_nudge_either_way_and_updates_are_divided_by_them(name: str):
    positive = CASES[name]
    case = replace(positive, rule=replace(positive.rule, nudge_sign="random"))
    network, signs = newborn(case, 2), []
    for b in range(12):
        batch = trials(b, case.sizes, 4)
        learned = case.rule.step(network, *batch)
        for replica in range(2):
            before, got = (
                corinfomax_synapses(network, replica),
                corinfomax_synapses(learned, replica),
            )
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


@pytest.mark.parametrize(
    ("decays", "epoch"),
    [
        *(((((0, 0.95), (15, 0.9))), epoch) for epoch in (0, 1, 14, 15, 16, 49)),
        *(((((0, 0.95), (20, 0.9), (25, 0.8))), epoch) for epoch in (19, 20, 24, 25, 30)),
    ],
)
def test_rates_of_learning_fall_over_epochs(decays: tuple[tuple[int, float], ...], epoch: int):
    case = replace(CASES["box"], rule=replace(BOX, rate_decays=decays))
    network = replace(newborn(case, 1), epochs=epoch)
    wanted = reference.learn(
        case.reference,
        corinfomax_synapses(network),
        *trials(0, case.sizes, 4),
        nudge=case.rule.nudge,
        rate_factor=reference.rate_factor(epoch, decays),
    )
    assert all_away(corinfomax_synapses(after(case, network, 1)), wanted) < EXACT


def test_published_rates_drop_where_their_base_changes():
    factors = [reference.rate_factor(e, ((0, 0.95), (15, 0.9))) for e in (14, 15)]
    assert factors == pytest.approx([0.488, 0.206], abs=5e-4)
