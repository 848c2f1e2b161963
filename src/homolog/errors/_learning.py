"""Refusals of networks and learning rules."""

from collections.abc import Sequence

from homolog.errors._base import HomologError


def network_misfit(what: str, got: object, expected: object) -> HomologError:
    """HM041: weights that do not fit the layers they join."""
    return HomologError(
        "HM041",
        f"network: {what} is {got}; the layers ask for {expected}. Weights are (replica, n_post, "
        "n_pre); rule.wire(sizes) makes a network whose parts fit.",
    )


def trials_misfit(what: str, got: Sequence[int], expected: str) -> HomologError:
    """HM042: stimuli or targets of another shape than the network takes."""
    return HomologError("HM042", f"{what} is {tuple(got)}; this network takes {expected}.")


def trials_not_finite(what: str, n_bad: int, first: Sequence[int]) -> HomologError:
    """HM043: stimuli or targets with NaN or infinity."""
    return HomologError(
        "HM043",
        f"{what} has {n_bad} values that are NaN or infinite, the first at {tuple(first)}. "
        "Remove or replace them; nothing was learned from this batch.",
    )


def label_out_of_range(label: int, n_classes: int) -> HomologError:
    """HM044: a class that the network has no output for."""
    return HomologError(
        "HM044",
        f"label {label} among the targets; the network has {n_classes} outputs, for labels 0 to "
        f"{n_classes - 1}. Renumber the labels or wire a wider last layer.",
    )


def unstable_step(step_size: float, bound: float, formula: str) -> HomologError:
    """HM045: steps so large that settling cannot converge."""
    return HomologError(
        "HM045",
        f"step_size is {step_size:g}; settling diverges from {bound:.4g} on ({formula}). "
        "Choose a smaller one.",
    )


def unstable_dt(dt: float, shortest: float) -> HomologError:
    """HM045: Euler steps with which the leak of a neuron alone diverges."""
    return HomologError(
        "HM045",
        f"dt is {dt:g}; from 2 × the shortest time constant ({shortest:g}) on, Euler steps diverge"
        f" whatever the synapses. Choose a smaller one: {shortest / 10:.3g} follows the equation"
        " closely.",
    )
