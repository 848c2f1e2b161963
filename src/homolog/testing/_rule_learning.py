"""Learning itself: that it happens, that it repeats, and that replicas keep to themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from homolog.testing._populations import require
from homolog.testing._rule_contract import global_streams_untouched
from homolog.testing._toy import (
    N_CLASSES,
    N_INPUTS,
    Trials,
    clusters,
    counters,
    largest_difference,
    require_equal,
    small_sizes,
    taught,
    wired,
)

if TYPE_CHECKING:
    from homolog.networks import LayeredNetwork
    from homolog.rules._rule import LearningRule

_BATCH = 20
_MOST_STEPS = 5000
_BETWEEN_TESTS = 100
_LEARNED = 0.7
_ROUNDING = 1e-9


def check_learns(rule: LearningRule, rng: np.random.Generator) -> None:
    """A small network learns to tell clusters apart, with all its layers."""
    known, unseen = clusters(rng, 200)
    network = born = rule.wire(small_sizes(rule), 3, replicas=3)
    share, order = 0.0, rng
    for _ in range(_MOST_STEPS // _BETWEEN_TESTS):
        for _ in range(_BETWEEN_TESTS):
            batch = known.some(order.integers(0, 200, _BATCH))
            network = rule.step(network, batch.stimulus, batch.labels)
        share = _share_correct(rule, network, unseen)
        if share >= _LEARNED:
            break
    require(
        share >= _LEARNED,
        f"{rule.name} is right on {share:.0%} of new trials of {2 * N_CLASSES} well separated"
        f" clusters in {N_CLASSES} classes after {network.steps} steps, in the middle one of 3"
        f" replicas; chance is {1 / N_CLASSES:.0%} and {_LEARNED:.0%} are asked for",
    )
    for k, (before, after) in enumerate(zip(born.forward, network.forward, strict=True)):
        require(
            largest_difference(before, after) > 0,
            f"{rule.name} never changed forward[{k}], from layer {k} to layer {k + 1}",
        )


def _share_correct(rule: LearningRule, network: LayeredNetwork, trials: Trials) -> float:
    """Of the middle one of the replicas: a single one may have an output that died."""
    chosen = rule.respond(network, trials.stimulus)[-1].argmax(-1).numpy()
    return float(np.median((chosen == trials.labels).mean(axis=1)))


def check_step_counts(rule: LearningRule, rng: np.random.Generator) -> None:
    """A step adds 1 to the steps, keeps all else, and `learn` does the same in place."""
    import torch

    trials, network = clusters(rng, 12)[0], wired(rule, replicas=2)
    network = taught(rule, network, trials)
    stepped = rule.step(network, trials.stimulus, trials.labels)
    seeds, steps, epochs, settings = counters(network)
    require(
        counters(stepped) == (seeds, steps + 1, epochs, settings),
        f"{rule.name} made of (seeds, steps, epochs, rule) {counters(network)} by one step"
        f" {counters(stepped)}; only the steps must grow, by 1",
    )
    target = torch.eye(N_CLASSES, dtype=network.dtype)[trials.labels]
    stimulus = torch.as_tensor(trials.stimulus, dtype=network.dtype)
    learned = rule.learn(network.copy(), stimulus[None], target[None])
    require_equal(learned, stepped, f"{rule.name}.learn does otherwise than step")
    require(counters(learned) == counters(stepped), f"{rule.name}.learn counts not as step does")
    by_rates = rule.step(network, trials.stimulus, target.numpy())
    require_equal(by_rates, stepped, f"{rule.name} learns otherwise from one-hot rates than labels")


def check_repeatable_learning(rule: LearningRule, rng: np.random.Generator) -> None:
    """The same rng gives the same weights, bit for bit, whatever else draws random numbers."""
    trials, sizes = clusters(rng, 60)[0], small_sizes(rule)

    def course(seed: int) -> LayeredNetwork:
        return taught(rule, rule.wire(sizes, seed, replicas=2), trials, 10)

    with global_streams_untouched(f"{rule.name}.step"):
        first = course(4)
    require_equal(course(4), first, f"{rule.name} learned otherwise from the same rng")


def check_order_of_trials(rule: LearningRule, rng: np.random.Generator) -> None:
    """The order in which the trials of a batch are listed does not matter."""
    trials, network = clusters(rng, 12)[0], wired(rule)
    order = rng.permutation(12)
    one = rule.step(network, trials.stimulus, trials.labels)
    other = rule.step(network, trials.stimulus[order], trials.labels[order])
    require_equal(
        other, one, f"{rule.name} depends on the order of the trials in a batch", _ROUNDING
    )


def check_replicas(rule: LearningRule, rng: np.random.Generator) -> None:
    """A replica lives the same life alone as among others, with its own stimuli or shared."""
    trials, others = clusters(rng, 30)
    together, alone = wired(rule, 8, replicas=4), wired(rule, 8, replicas=[2])
    born = f"{rule.name} wired replica 2 otherwise alone than as the third of 4"
    require_equal(alone, together.replica(2), born)
    require(alone.seeds == together.replica(2).seeds, f"{born}: its seed differs")
    shared = taught(rule, together, trials, 5).replica(2)
    require_equal(
        taught(rule, alone, trials, 5),
        shared,
        f"{rule.name} taught replica 2 otherwise alone than among 4",
        _ROUNDING,
    )
    own = np.stack([others.stimulus, others.stimulus, trials.stimulus, others.stimulus])
    labels = np.stack([others.labels, others.labels, trials.labels, others.labels])
    require_equal(
        rule.step(together, own, labels).replica(2),
        rule.step(alone, trials.stimulus, trials.labels),
        f"{rule.name} taught replica 2 otherwise when each of 4 had stimuli of its own",
        _ROUNDING,
    )
    _check_copies(rule, together, trials)


def _check_copies(rule: LearningRule, network: LayeredNetwork, trials: Trials) -> None:
    """Stimuli that are shared, or given once for each replica, are the same stimuli."""
    copies = [np.stack([x] * network.n_replicas) for x in (trials.stimulus, trials.labels)]
    require_equal(
        rule.step(network, *copies),
        rule.step(network, trials.stimulus, trials.labels),
        f"{rule.name} learns otherwise from {N_INPUTS} inputs given once for each replica",
        _ROUNDING,
    )
