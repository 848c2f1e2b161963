"""Recordings with what was shown, in the form in which they are imitated and decoded."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from homolog.errors import HomologError
from homolog.recordings import hatsopoulos_reach, pfc_look_nolook, place_of, v1_natural_movies
from homolog.representation import Representation, leading, represent
from homolog.studies._study import Sources

Reals = NDArray[np.float64]

SESSION = "ay3_u002"
BLOCKS = 5
"""Averages of disjoint trials of each condition, where single trials were recorded."""

SHARE = 0.9
"""Of the variance in the components that are kept where neurons are as many as rows."""


@dataclass(frozen=True)
class Recorded:
    """What is imitated.

    Attributes
    ----------
    responses
        (condition, neuron) or (condition, time, neuron).
    labels
        Variable -> its value in each condition.
    folds
        In how many folds conditions are held out.
    """

    responses: Reals
    labels: Mapping[str, Sequence[int | str]]
    folds: int


@dataclass(frozen=True)
class Place:
    """Where a recording is, and how it is read."""

    folder: str
    files: tuple[str, ...]
    read: Callable[[Path | None], Recorded]

    def inputs(self, sources: Sources) -> list[Path]:
        """Its files."""
        return [place_of(self.folder, file, sources.recordings) for file in self.files]

    def missing(self, sources: Sources) -> str | None:
        """What is lacking, unless a folder was named, for then it is refused instead."""
        if sources.recordings is not None:
            return None
        try:
            self.inputs(sources)
        except HomologError:
            named = os.environ.get("HOMOLOG_DATA")
            which = f" ({named} does not hold it)" if named else ""
            return (
                f"it needs the recording {self.folder}; give the folder that holds it with "
                f"--recordings FOLDER, or in HOMOLOG_DATA{which}"
            )
        return None


def prefrontal(folder: Path | None) -> Recorded:
    """Remembered directions in two contexts, in quarter seconds: blocks of trials as conditions."""
    from homolog.audit import pseudo_trials

    blocks = pseudo_trials(pfc_look_nolook(folder, trials=True), BLOCKS, rng=0)
    responses = np.asarray(blocks.responses, dtype=float)
    quarters = responses.reshape(len(responses), 4, -1, responses.shape[-1]).mean(2)
    words = [str(label).partition("#")[0].split() for label in blocks.labels]
    labels = {"context": [one for one, _ in words], "direction": [two for _, two in words]}
    return Recorded(_leading(quarters), labels, BLOCKS)


def images(folder: Path | None) -> Recorded:
    """First, middle and last frames of ten movies, in blocks of trials."""
    from homolog.audit import pseudo_trials

    blocks = pseudo_trials(_session(folder), BLOCKS, rng=0)
    shown = [str(label).partition("#")[0] for label in blocks.labels]
    kept = [i for i, label in enumerate(shown) if label[-2:] in ("00", "05", "10")]
    labels = {"image": [shown[i] for i in kept], "movie": [shown[i].split("-")[2] for i in kept]}
    return Recorded(np.asarray(blocks.responses, dtype=float)[kept], labels, BLOCKS)


def movies(folder: Path | None) -> Recorded:
    """Mean responses to every frame of ten movies: the movie of a frame that was left out."""
    means = _session(folder).condition_means()
    labels = {"movie": [str(label).split("-")[2] for label in means.labels]}
    return Recorded(np.asarray(means.responses, dtype=float), labels, 5)


def _session(folder: Path | None) -> Representation:
    return v1_natural_movies(SESSION, folder, category="natural", zoom=1)


def reaches(folder: Path | None) -> Recorded:
    """Reaches in eight directions from 200 ms before movement to 400 ms after it."""
    means = hatsopoulos_reach(folder)
    times = np.array(means.times)
    around = np.flatnonzero((times > -0.201) & (times < 0.401))[::5]
    responses = np.asarray(means.responses, dtype=float)[:, around]
    angles = [int(str(label)[:-1]) for label in means.labels]
    labels = {
        "up or down": ["up" if angle < 180 else "down" for angle in angles],
        "right or left": ["left" if 90 <= angle < 270 else "right" for angle in angles],
    }
    return Recorded(_leading(responses), labels, 4)


def _leading(responses: Reals) -> Reals:
    """(condition, time, component) The first components, which have that share of the variance."""
    kept = leading(represent(responses, dims="stimulus,time,neuron"), SHARE)
    return np.asarray(kept.responses, dtype=float)


V1_FILES = (f"{SESSION}.npz", "stimuli.npz")
PREFRONTAL = Place("pfc_look_nolook", ("pfc_look_nolook.npz",), prefrontal)
IMAGES = Place("v1_natural_movies", V1_FILES, images)
MOVIES = Place("v1_natural_movies", V1_FILES, movies)
REACHES = Place("hatsopoulos2007_reach", ("hatsopoulos2007.npz",), reaches)
