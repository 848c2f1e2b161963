"""One population that is not fit to be compared."""

from collections.abc import Sequence

from homolog._words import counted
from homolog.errors._base import HomologError, indices, some


def complex_input(name: str, dtype: object) -> HomologError:
    """HM016: complex numbers."""
    return HomologError(
        "HM016",
        f"{name} is complex ({dtype}). Similarity is defined for real responses:"
        " pass abs(x), x.real, or real and imaginary parts as separate units.",
    )


def not_numeric(name: str, dtype: object) -> HomologError:
    """HM017: text, dates or objects where responses should be."""
    return HomologError(
        "HM017",
        f"{name} holds {dtype}, not numbers. Responses must be real numbers:"
        " keep labels in stimuli= or neurons=.",
    )


def not_an_array(name: str, kind: str, remedy: str) -> HomologError:
    """HM017: something that holds responses, but from which they cannot be read as they are."""
    return HomologError("HM017", f"{name} ({kind}) is not an array of responses. {remedy}")


def no_neurons(name: str, shape: tuple[int, ...]) -> HomologError:
    """HM018: a population of nobody."""
    return HomologError(
        "HM018",
        f"{name} has 0 neurons (shape {'×'.join(map(str, shape))}). Check the selection that"
        " produced it.",
    )


def too_few_stimuli(name: str, n_stimuli: int, least: int = 3) -> HomologError:
    """HM019: too few stimuli for a similarity to mean anything."""
    return HomologError(
        "HM019",
        f"{name} has {counted(n_stimuli, 'stimulus', 'stimuli')}; at least {least} are needed."
        " If stimuli are along another axis name the axes in homolog.represent, as in"
        ' dims="neuron,stimulus".',
    )


def too_few_neurons(what: str, name: str, n_neurons: int, least: int) -> HomologError:
    """HM080: a sample of neurons that says nothing of those that were not recorded."""
    return HomologError(
        "HM080",
        f"{what}: {name} has {counted(n_neurons, 'neuron')}; at least {least} are needed to tell"
        " what other neurons would do. If these are all there are, name the other population in"
        " sampled=.",
    )


def not_finite(
    name: str, count: int, what: str, n_neurons: int, neurons: Sequence[int], n_stimuli: int
) -> HomologError:
    """HM004: missing or infinite values that nobody declared."""
    stimuli = counted(n_stimuli, "stimulus", "stimuli")
    return HomologError(
        "HM004",
        f"{name} has {count} {what} in {len(neurons)} of {n_neurons} units ({indices(neurons)})"
        f' and {stimuli}. Choose nan="drop-units"|"drop-stimuli"|"pairwise" in homolog.represent;'
        " default is to stop.",
    )


def constant(name: str, n_constant: int, n_neurons: int, n_stimuli: int) -> HomologError:
    """HM006: a population that does not respond differently to any two stimuli."""
    return HomologError(
        "HM006",
        f"{name} is constant on all {n_stimuli} stimuli ({n_constant}/{n_neurons} units)."
        " Similarity is undefined, not 0. Check the hook, eval() mode, input scaling.",
    )


def constant_neurons(
    name: str, constant: Sequence[object], n_neurons: int, n_stimuli: int
) -> HomologError:
    """HM006: some neurons without variance, for a measure that looks at each of them."""
    units = "1 unit is" if len(constant) == 1 else f"{len(constant)} units are"
    return HomologError(
        "HM006",
        f"{name}: {units} constant on all {n_stimuli} stimuli ({indices(constant)} of"
        f" {n_neurons}). The tuning of a constant unit is undefined, not 0."
        " Drop them with homolog.represent(…).drop_constant().",
    )


def duplicate_labels(name: str, axis: str, labels: Sequence[object]) -> HomologError:
    """HM020: one label for two rows or columns."""
    return HomologError(
        "HM020",
        f"{name}: {axis} labels must be unique; {some(labels)} "
        f"{'stands' if len(labels) == 1 else 'stand'} more than once."
        ' Repeats of a stimulus belong on a trial axis: dims="trial,stimulus,neuron".',
    )


def axes_unnamed(name: str, shape: tuple[int, ...]) -> HomologError:
    """HM007: an array with more than two axes and no names for them."""
    n_flat = 1
    for size in shape[1:]:
        n_flat *= size
    shown = f"({', '.join(map(str, shape))})"
    if len(shape) == 4:
        choices = f'flatten=True → {n_flat} units, or pool="mean" → {shape[1]}'
    elif len(shape) == 3:
        choices = 'dims="trial,stimulus,neuron" or dims="stimulus,time,neuron"'
    else:
        choices = 'name them, as in dims="trial,stimulus,time,neuron"'
    return HomologError(
        "HM007",
        f"{name}: got {shown}. Say what the axes are in homolog.represent: {choices}. Nothing is"
        " flattened silently.",
    )


def axes_misnamed(name: str, shape: tuple[int, ...], dims: Sequence[str]) -> HomologError:
    """HM026: names of axes that do not fit the array."""
    shown = ", ".join(dims) if dims else "none"
    return HomologError(
        "HM026",
        f"{name} has {counted(len(shape), 'axis', 'axes')} ({'×'.join(map(str, shape))}) and these"
        f" names for them: {shown}. Name each axis once, from trial, stimulus, time, neuron;"
        " stimulus and neuron are needed.",
    )


def axis_absent(name: str, dim: str, dims: Sequence[str]) -> HomologError:
    """HM026: an axis was asked for that the population does not have."""
    return HomologError("HM026", f"{name} has no {dim} axis; its axes are {', '.join(dims)}.")


def axis_empty(name: str, dim: str, shape: tuple[int, ...]) -> HomologError:
    """HM026: a trial or time axis of length 0."""
    return HomologError(
        "HM026", f"{name} has an empty {dim} axis ({'×'.join(map(str, shape))}). Leave it out."
    )


def mask_misshapen(
    name: str, dtype: object, shape: tuple[int, ...], needed: tuple[int, ...]
) -> HomologError:
    """HM026: a missing mask that does not fit the responses."""
    got, want = ("×".join(map(str, s)) or "no axes" for s in (shape, needed))
    return HomologError(
        "HM026",
        f"{name}: missing is {got} of {dtype}; it must be {want} of bool, True where nothing was"
        " recorded.",
    )


def labels_miscounted(
    name: str, axis: str, n_labels: int, n_needed: int, what: str = "labels"
) -> HomologError:
    """HM027: labels, or entries of a mask, that are not as many as the axis is long."""
    return HomologError(
        "HM027",
        f"{name}: {n_labels} {axis} {what} for an axis of length {n_needed}. Give one for each.",
    )


def not_in_axis(
    name: str, axis: str, entry: object, n: int, labels: Sequence[object] | None
) -> HomologError:
    """HM023: a label or position that an axis does not have."""
    has = f"labels {some(labels, 3)}" if labels else f"positions 0 to {n - 1}"
    return HomologError("HM023", f"{name} has no {axis} {entry!r}. It has {has}.")


def not_a_matrix(name: str, dims: Sequence[str]) -> HomologError:
    """HM028: a trial or time axis where a measure needs (stimulus, neuron)."""
    ways = {
        "trial": ".condition_means() averages over trials",
        "time": ".fold_time() makes every time a row, .select(times=…) keeps some",
    }
    told = "; ".join(way for dim, way in ways.items() if dim in dims)
    return HomologError(
        "HM028", f"{name} has axes {', '.join(dims)}; a measure needs stimulus, neuron. {told}."
    )


def missing_left(name: str, n_missing: int) -> HomologError:
    """HM028: missing entries where a measure needs every response."""
    return HomologError(
        "HM028",
        f"{name} has {counted(n_missing, 'missing response')}; a measure needs all."
        ' Leave them out with .condition_means().drop_missing("stimuli"), or "neurons".',
    )


def nothing_left(name: str, axis: str, n: int, why: str) -> HomologError:
    """HM030: leaving out stimuli or neurons would leave none."""
    plural = {"stimulus": "stimuli", "neuron": "neurons"}[axis]
    other = {"stimulus": "neurons", "neuron": "stimuli"}[axis]
    return HomologError(
        "HM030",
        f"{name}: leaving out the {plural} {why} would leave none of {n}. Leave out {other}"
        ' instead, or keep what there is with nan="pairwise".',
    )


_AXES_TO_SEE = {
    "trial": ("single trials", "trial, stimulus, neuron"),
    "time": ("responses in time", "stimulus, time, neuron"),
}


def axes_to_see(name: str, shape: Sequence[int], sees: str) -> HomologError:
    """HM082: an array without the trials, or the times, that a measure is about."""
    what, axes = _AXES_TO_SEE[sees]
    return HomologError(
        "HM082",
        f"{name}: got ({', '.join(map(str, shape))}). This measure is about {what}: pass"
        f" (stimulus, {sees}, neuron), at least 2 {sees}s; or let homolog.compare do it, from"
        f" populations with axes {axes}.",
    )


def population_unseen(measure: str, name: str, dims: Sequence[str], sees: str) -> HomologError:
    """HM082: a population without the trials, or the times, that a measure is about."""
    what, axes = _AXES_TO_SEE[sees]
    return HomologError(
        "HM082",
        f"{measure} is about {what}: it needs the axes {axes}, and {name} has {', '.join(dims)}."
        ' Those that need neither trials nor times are homolog.measures.names("mean").',
    )


def dissimilarities(name: str, n: int) -> HomologError:
    """HM084: dissimilarities of stimuli where responses are needed."""
    return HomologError(
        "HM084",
        f"{name} is {n}×{n}, symmetric and 0 on its diagonal: dissimilarities of stimuli, not"
        " responses. Give the responses they were computed from; rsa makes its own"
        " (rsa(dissimilarity=…)).",
    )


def trials_missing(measure: str, name: str, share: float) -> HomologError:
    """HM083: single trials that were not recorded where a measure needs each of them."""
    return HomologError(
        "HM083",
        f"{measure} needs every trial of every stimulus; of {name}, {share:.1%} of single-trial"
        " responses are missing. Keep what is complete: .select(trials=…), or"
        f' .drop_missing("stimuli"), or "neurons"; or leave {measure} out, others take means.',
    )


def no_repeats(n_single: int, n_stimuli: int) -> HomologError:
    """HM011: a noise ceiling needs every stimulus to be repeated."""
    return HomologError(
        "HM011",
        f"split-half ceiling needs ≥2 repeats per stimulus; {n_single} of {n_stimuli} have 1."
        f" {'Keep the single trials' if n_single == n_stimuli else 'Drop them'}, or do without:"
        " ceiling=None.",
    )


def one_sided(n_lacking: int, n_stimuli: int, split: str) -> HomologError:
    """HM011: repeats there are, but all in the same half."""
    other = "random" if split == "odd-even" else "odd-even"
    return HomologError(
        "HM011",
        f"the {split} halves: for {n_lacking} of {n_stimuli} stimuli all trials of some neuron fall"
        f' into one half. Use split="{other}", or leave out those stimuli or neurons.',
    )
