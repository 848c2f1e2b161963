"""Every refusal of a population says, to the word, what is wrong and what to do."""

import numpy as np
import pandas
import pytest
import xarray

from homolog.errors import HomologError
from homolog.representation import Representation, align, represent

RATES = np.arange(12.0).reshape(3, 4)
TRIALS = ("trial", "stimulus", "neuron")


def gaps() -> np.ndarray:
    """Make 92 stimuli by 168 neurons with gaps in two neurons of one stimulus."""
    values = np.random.default_rng(0).normal(size=(92, 168))
    values[5, [17, 90]] = np.nan
    return values


def single(n_single: int) -> Representation:
    """Make 92 stimuli with two trials, and some with one."""
    missing = np.zeros((2, 92, 3), dtype=bool)
    missing[1, :n_single] = True
    values = np.random.default_rng(0).normal(size=missing.shape)
    return Representation(values, TRIALS, missing=missing)


def lopsided() -> Representation:
    """Make a population with two trials of one stimulus, both even."""
    missing = np.zeros((4, 5, 3), dtype=bool)
    missing[[1, 3], 2, 0] = True
    values = np.random.default_rng(0).normal(size=missing.shape)
    return Representation(values, TRIALS, missing=missing)


def infinite() -> np.ndarray:
    """Make a table with both kinds of what is no number."""
    values = np.eye(4)
    values[0, 1], values[2, 3] = np.inf, np.nan
    return values


def labelled(labels: str, name: str) -> Representation:
    """Make a population with these stimuli."""
    return represent(np.eye(len(labels)), stimuli=labels, name=name)


REFUSALS = {
    "gaps": (
        lambda: represent(gaps(), name="X"),
        "HM004 X has 2 NaN in 2 of 168 units (17, 90) and 1 stimulus."
        ' Choose nan="drop-units"|"drop-stimuli"|"pairwise" in homolog.represent; default is to'
        " stop.",
    ),
    "infinite": (
        lambda: represent(infinite()),
        "HM004 the population has 2 NaN or inf in 2 of 4 units (1, 3) and 2 stimuli."
        ' Choose nan="drop-units"|"drop-stimuli"|"pairwise" in homolog.represent; default is to'
        " stop.",
    ),
    "constant": (
        lambda: represent(np.ones((92, 112)), name="layer 'relu4'"),
        "HM006 layer 'relu4' is constant on all 92 stimuli (112/112 units). Similarity is"
        " undefined, not 0. Check the hook, eval() mode, input scaling.",
    ),
    "four axes": (
        lambda: represent(np.zeros((92, 64, 13, 13))),
        "HM007 the population: got (92, 64, 13, 13). Say what the axes are in homolog.represent:"
        " flatten=True → 10816 units, or"
        ' pool="mean" → 64. Nothing is flattened silently.',
    ),
    "three axes": (
        lambda: represent(np.zeros((10, 92, 64))),
        "HM007 the population: got (10, 92, 64). Say what the axes are in homolog.represent:"
        ' dims="trial,stimulus,neuron" or'
        ' dims="stimulus,time,neuron". Nothing is flattened silently.',
    ),
    "no repeats": (
        lambda: single(14).halves(),
        "HM011 split-half ceiling needs ≥2 repeats per stimulus; 14 of 92 have 1."
        " Drop them, or do without: ceiling=None.",
    ),
    "repeats in one half": (
        lambda: lopsided().halves(),
        "HM011 the odd-even halves: for 1 of 5 stimuli all trials of some neuron fall into one"
        ' half. Use split="random", or leave out those stimuli or neurons.',
    ),
    "complex": (
        lambda: represent(np.eye(3) * 1j, name="X"),
        "HM016 X is complex (complex128). Similarity is defined for real responses:"
        " pass abs(x), x.real, or real and imaginary parts as separate units.",
    ),
    "text": (
        lambda: represent([["a", "b"]] * 3, name="X"),
        "HM017 X holds <U1, not numbers. Responses must be real numbers:"
        " keep labels in stimuli= or neurons=.",
    ),
    "ragged": (
        lambda: represent([[1.0], [2.0, 3.0], [4.0]], name="X"),
        "HM017 X holds rows of unequal length, not numbers. Responses must be real numbers:"
        " keep labels in stimuli= or neurons=.",
    ),
    "columns of words": (
        lambda: represent(pandas.DataFrame({"image": list("abc"), "n": [1, 2, 3]})),
        "HM017 1 column of the table holds no numbers: 'image'. Make the one with stimulus"
        " labels the index and drop the others.",
    ),
    "nobody": (
        lambda: represent(np.ones((92, 0)), name="X"),
        "HM018 X has 0 neurons (shape 92×0). Check the selection that produced it.",
    ),
    "one neuron in a table": (
        lambda: represent(pandas.Series([1.0, 2.0, 3.0]), name="X"),
        "HM017 X (pandas Series) is not an array of responses. Pass a DataFrame with stimuli in"
        " rows and neurons in columns.",
    ),
    "many arrays": (
        lambda: represent(xarray.Dataset({"rates": ("stimulus", [1.0, 2.0])}), name="X"),
        "HM017 X (xarray Dataset) is not an array of responses. Pass one of its variables:"
        " dataset[name].",
    ),
    "two stimuli": (
        lambda: represent(np.eye(2), name="X"),
        "HM019 X has 2 stimuli; at least 3 are needed. If stimuli are along another axis name"
        ' the axes in homolog.represent, as in dims="neuron,stimulus".',
    ),
    "one label twice": (
        lambda: represent(RATES, stimuli="aab", name="X"),
        "HM020 X: stimulus labels must be unique; 'a' stands more than once. Repeats of a"
        ' stimulus belong on a trial axis: dims="trial,stimulus,neuron".',
    ),
    "no such label": (
        lambda: represent(RATES, stimuli="abc", name="X").select(stimuli=["z"]),
        "HM023 X has no stimulus 'z'. It has labels 'a', 'b', 'c'.",
    ),
    "no such position": (
        lambda: represent(RATES, name="X").select(neurons=[4]),
        "HM023 X has no neuron 4. It has positions 0 to 3.",
    ),
    "unknown policy": (
        lambda: represent(RATES, nan="ignore"),
        "HM025 nan is 'ignore'; allowed: 'stop', 'drop-units', 'drop-stimuli', 'pairwise'.",
    ),
    "unknown split": (
        lambda: single(0).halves("first-last"),
        "HM025 split is 'first-last'; allowed: 'odd-even', 'random'.",
    ),
    "unknown axis to drop from": (
        lambda: represent(RATES).drop_missing("trials"),
        "HM025 axis is 'trials'; allowed: 'stimuli', 'neurons'.",
    ),
    "a path": (
        lambda: represent("v1.npz"),
        "HM025 obj is 'v1.npz'; allowed: an array; a file is read by homolog.load(path).",
    ),
    "labels for what has its own": (
        lambda: represent(represent(RATES), stimuli="abc", unit="Hz"),
        "HM025 stimuli, unit is 'given'; allowed: nothing beside a Representation, which has its"
        " own.",
    ),
    "misnamed": (
        lambda: represent(RATES, "stimulus,cell", name="X"),
        "HM026 X has 2 axes (3×4) and these names for them: stimulus, cell. Name each axis once,"
        " from trial, stimulus, time, neuron; stimulus and neuron are needed.",
    ),
    "one axis": (
        lambda: represent(np.arange(5.0), name="X"),
        "HM026 X has 1 axis (5) and these names for them: none. Name each axis once,"
        " from trial, stimulus, time, neuron; stimulus and neuron are needed.",
    ),
    "no time": (
        lambda: represent(RATES, name="X").fold_time(),
        "HM026 X has no time axis; its axes are stimulus, neuron.",
    ),
    "no trials at all": (
        lambda: represent(np.ones((0, 3, 4)), "trial,stimulus,neuron", name="X"),
        "HM026 X has an empty trial axis (0×3×4). Leave it out.",
    ),
    "mask": (
        lambda: represent(RATES, missing=np.zeros((4, 3)), name="X"),
        "HM026 X: missing is 4×3 of float64; it must be 3×4 of bool, True where nothing was"
        " recorded.",
    ),
    "float mask beside gaps": (
        lambda: represent(gaps(), nan="pairwise", missing=np.zeros((92, 168)), name="X"),
        "HM026 X: missing is 92×168 of float64; it must be 92×168 of bool, True where nothing was"
        " recorded.",
    ),
    "mask beside gaps": (
        lambda: represent(gaps(), nan="pairwise", missing=np.zeros((2, 168), bool), name="X"),
        "HM026 X: missing is 2×168 of bool; it must be 92×168 of bool, True where nothing was"
        " recorded.",
    ),
    "mask of what is flattened": (
        lambda: represent(np.ones((3, 2, 2)), flatten=True, missing=np.zeros(5, bool), name="X"),
        "HM026 X: missing is 5 of bool; it must be 3×2×2 of bool, True where nothing was recorded.",
    ),
    "name that is no text": (
        lambda: represent(RATES, ["stimulus", None], name="X"),
        "HM026 X has 2 axes (3×4) and these names for them: stimulus, None. Name each axis once,"
        " from trial, stimulus, time, neuron; stimulus and neuron are needed.",
    ),
    "names that are a number": (
        lambda: represent(RATES, 3),
        "HM025 dims is 3; allowed: a list, a tuple or an array.",
    ),
    "labels that are a number": (
        lambda: represent(RATES, stimuli=5),
        "HM025 stimulus labels is 5; allowed: a list, a tuple or an array.",
    ),
    "selection that is a number": (
        lambda: represent(RATES).select(neurons=2),
        "HM025 the neuron selection is 2; allowed: a list, a tuple or an array.",
    ),
    "times in words": (
        lambda: represent(RATES[:, None], "stimulus,time,neuron", times=["a"]),
        "HM025 times is ['a']; allowed: a number of seconds for each time.",
    ),
    "too few labels": (
        lambda: represent(RATES, stimuli="ab", name="X"),
        "HM027 X: 2 stimulus labels for an axis of length 3. Give one for each.",
    ),
    "short mask": (
        lambda: represent(RATES, name="X").select(neurons=[True, False]),
        "HM027 X: 2 neuron mask entries for an axis of length 4. Give one for each.",
    ),
    "trials and times left": (
        lambda: (
            represent(
                np.random.default_rng(0).normal(size=(2, 3, 4, 5)), "trial,stimulus,time,neuron"
            ).matrix
        ),
        "HM028 the population has axes trial, stimulus, time, neuron; a measure needs stimulus,"
        " neuron. .condition_means() averages over trials; .fold_time() makes every time a row,"
        " .select(times=…) keeps some.",
    ),
    "gaps left": (
        lambda: represent(gaps(), nan="pairwise", name="X").matrix,
        "HM028 X has 2 missing responses; a measure needs all."
        ' Leave them out with .condition_means().drop_missing("stimuli"), or "neurons".',
    ),
    "nothing to align by": (
        lambda: align(represent(RATES, name="X"), labelled("abc", "Y")),
        "HM029 X has no stimulus labels to align by. Give stimuli=… when representing or loading.",
    ),
    "nothing to align either by": (
        lambda: align(represent(RATES, name="X"), represent(RATES, name="Y")),
        "HM029 X and Y have no stimulus labels to align by. Give stimuli=… when representing or"
        " loading.",
    ),
    "arrays to align": (
        lambda: align(RATES, RATES),
        "HM029 X and Y have no stimulus labels to align by. Give stimuli=… when representing or"
        " loading.",
    ),
    "hardly a stimulus shared": (
        lambda: align(labelled("abc", "X"), labelled("bcd", "Y")),
        "HM030 X and Y share 2 stimuli; at least 3 are needed. Labels of X look like 'a', of Y"
        " like 'b'. A stimulus must be called the same in both, letter for letter.",
    ),
    "no neuron whole": (
        lambda: represent(RATES * np.nan, nan="drop-units", name="X"),
        "HM030 X: leaving out the neurons with NaN or inf would leave none of 4. Leave out stimuli"
        ' instead, or keep what there is with nan="pairwise".',
    ),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_the_message_to_the_word(case):
    refused, text = REFUSALS[case]
    with pytest.raises(HomologError) as error:
        refused()
    assert str(error.value) == text
    assert error.value.code == text[:5]
