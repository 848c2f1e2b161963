"""Published recordings as populations, with the traps of each taken care of.

The files are not part of homolog. Each reader takes `folder`, or else the folder named by
the environment variable HOMOLOG_DATA, which holds one folder per recording. Where a
licence is not stated the recordings may be used but not passed on.
"""

from __future__ import annotations

import os
from difflib import get_close_matches
from os import PathLike
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.files import arrays
from homolog.representation import Representation

V1_SESSIONS = (
    "ay2_u003",
    "ay2_u007",
    "ay3_u001",
    "ay3_u002",
    "ay4_u001",
    "ay4_u005",
    "ay4_u006",
    "ay5_u002",
    "ay5_u005",
)
V1_CATEGORIES = ("natural", "synthetic", "contrast")

HELD = 0.999
"""Share of presentations at which a unit must have been held to count as held throughout."""

Folder = str | PathLike[str] | None


def v1_natural_movies(
    session: str,
    folder: Folder = None,
    *,
    category: Literal["natural", "synthetic", "contrast"] | None = None,
    zoom: Literal[1, 2] | None = None,
    held: bool = False,
) -> Representation:
    """Spike counts of a macaque V1 population shown 440 still frames of movies.

    Frames of 10 natural movies, of synthetic sequences between the same first and last
    frame, and of contrast-modulated ones, at two magnifications; every image once in
    each block of 500 presentations, in shuffled order, never as a movie. All units of a
    session were recorded together. The images, and so their labels, are the same in all
    nine sessions (`V1_SESSIONS`), so that any two align.

    Parameters
    ----------
    session
        Monkey and penetration, for example ``"ay3_u001"``.
    folder
        Folder that holds ``v1_natural_movies/``, or that folder itself.
    category
        Only the images of these sequences. A synthetic sequence shares its first and last
        frame, and a contrast sequence its last, with the natural one: they are one image,
        shown once a block, labelled natural, and part of either selection.
    zoom
        Only this magnification.
    held
        Only units held for at least 99.9 % of presentations. The default keeps every
        unit: each has 24 or more trials of each image, and the blocks in which it was not
        held are missing, not silent.

    Returns
    -------
    representation
        Counts in a window of 200 ms, (trial, stimulus, neuron). A trial is a block, in
        the order of time: responses drift slowly over blocks, and ``halves("odd-even")``
        shares the drift between the halves. Labels look like
        ``"natural-zoom1-movie03-frame05"``.

    Raises
    ------
    HomologError
        HM032 when the recording is not there, HM023 for a session that does not exist,
        HM025 for another category or zoom.

    Notes
    -----
    Only ten orders of presentation exist, the same in all sessions: the image before a
    given one is the same everywhere, which can make sessions look slightly more alike.
    Receptive fields differ between sessions, so they need not agree.

    References
    ----------
    Hénaff et al. (2021), Nature Communications 12:5982,
    https://doi.org/10.1038/s41467-021-25939-z
    """
    if session not in V1_SESSIONS:
        near = get_close_matches(session, V1_SESSIONS)
        raise errors.unknown_name("session", session, near, f"All: {', '.join(V1_SESSIONS)}.")
    recorded = _read(folder, "v1_natural_movies", f"{session}.npz")
    shown = _read(folder, "v1_natural_movies", "stimuli.npz")
    counts: NDArray[Any] = recorded["counts"].transpose(2, 1, 0)
    images = _images(shown, category, zoom)
    units = np.arange(counts.shape[2])
    if held:
        units = np.flatnonzero((counts >= 0).mean((0, 1)) >= HELD)
    counts = counts[:, images][:, :, units]
    labels = _image_labels(shown)
    return Representation(
        counts.astype(np.float32),
        ("trial", "stimulus", "neuron"),
        stimuli=tuple(labels[i] for i in images),
        neurons=tuple(f"unit {unit}" for unit in recorded["unit_id"][units]),
        missing=counts < 0,
        unit="spikes / 200 ms",
        name=session,
    )


def _images(shown: dict[str, NDArray[Any]], category: str | None, zoom: int | None) -> NDArray[Any]:
    """Return the images of the sequences asked for, each once, in the order as stored."""
    if category not in (None, *V1_CATEGORIES):
        raise errors.bad_value("category", category, f"None, {', '.join(map(repr, V1_CATEGORIES))}")
    if zoom not in (None, 1, 2):
        raise errors.bad_value("zoom", zoom, "None, 1, 2")
    if category == "contrast" and zoom == 2:
        raise errors.bad_value("zoom", zoom, "None, 1 with category='contrast'")
    zooms = slice(None) if zoom is None else zoom - 1
    categories = slice(None) if category is None else V1_CATEGORIES.index(category)
    images = np.unique(shown["sequence_index"][zooms, categories])
    return images[images >= 0]


def _image_labels(shown: dict[str, NDArray[Any]]) -> list[str]:
    parts = zip(
        *(shown[key].tolist() for key in ("category", "zoom", "movie", "frame")), strict=True
    )
    return [
        f"{V1_CATEGORIES[category]}-zoom{zoom}-movie{movie:02d}-frame{frame:02d}"
        for category, zoom, movie, frame in parts
    ]


def pfc_look_nolook(folder: Folder = None, *, trials: bool = False) -> Representation:
    """Firing rates of 319 macaque prefrontal cells remembering a direction in two contexts.

    Six target directions in two blocked contexts, "look" and "no-look": twelve
    conditions, the twenty 50 ms bins of the delay.

    Parameters
    ----------
    folder
        Folder that holds ``pfc_look_nolook/``, or that folder itself.
    trials
        Keep single trials: 6 to 257 for each cell and condition; the places that a cell
        with fewer trials leaves empty are missing. Otherwise means over all trials.

    Returns
    -------
    representation
        Rates in Hz, (stimulus, time, neuron), or (trial, stimulus, time, neuron). Times
        are seconds from the offset of the target. Labels look like ``"look -150°"``.

    Raises
    ------
    HomologError
        HM032 when the recording is not there.

    Notes
    -----
    The cells were not recorded together. Trial 3 of one cell has nothing to do with trial
    3 of another: ceilings from halves are right, noise correlations mean nothing. Trials
    stand as in the source, sorted by condition, so halves say nothing of slow drift; and as
    contexts were blocked, drift is part of any difference between them. Cells were chosen
    for their memory tuning on these trials.

    References
    ----------
    Park et al. (2025), https://doi.org/10.1101/2025.02.25.640211
    """
    recorded = _read(folder, "pfc_look_nolook", "pfc_look_nolook.npz")
    directions = recorded["direction_center_deg"].tolist()
    contexts = ("no-look", "look")
    rates, missing = _single_trials(recorded) if trials else (_condition_means(recorded), None)
    return Representation(
        rates,
        ("trial", "stimulus", "time", "neuron") if trials else ("stimulus", "time", "neuron"),
        stimuli=tuple(f"{context} {angle}°" for context in contexts for angle in directions),
        neurons=tuple(f"cell{i:03d}" for i in range(rates.shape[-1])),
        times=_seconds(recorded["delay_time_ms"]),
        missing=missing,
        unit="Hz",
        name="PFC",
    )


def _condition_means(recorded: dict[str, NDArray[Any]]) -> NDArray[Any]:
    rates = recorded["mean_rate_hz"]
    n_cells, n_contexts, n_directions, n_times = rates.shape
    return rates.reshape(n_cells, n_contexts * n_directions, n_times).transpose(1, 2, 0)


def _single_trials(recorded: dict[str, NDArray[Any]]) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Stack the trials of every cell and condition from the first place on."""
    n_trials = recorded["n_trials"]
    n_cells, n_contexts, n_directions = n_trials.shape
    n_conditions = n_contexts * n_directions
    cell = recorded["delay_unit"].astype(int)
    condition = recorded["delay_look"].astype(int) * n_directions + recorded["delay_direction"]
    place = _rank_within(cell * n_conditions + condition)
    counts = recorded["delay_counts"]
    bin_s = 0.05
    shape = (int(place.max()) + 1, n_conditions, counts.shape[1], n_cells)
    rates = np.zeros(shape, dtype=np.float32)
    missing = np.ones(shape, dtype=bool)
    rates[place, condition, :, cell] = counts / np.float32(bin_s)
    missing[place, condition, :, cell] = False
    return rates, missing


def _rank_within(groups: NDArray[Any]) -> NDArray[Any]:
    """Count, for each entry, the earlier ones of its group."""
    order = np.argsort(groups, kind="stable")
    ordered = groups[order]
    first = np.searchsorted(ordered, ordered)
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order)) - first
    return rank


def hatsopoulos_reach(folder: Folder = None) -> Representation:
    """Firing rates of 141 macaque motor cortical neurons during reaches in 8 directions.

    Parameters
    ----------
    folder
        Folder that holds ``hatsopoulos2007_reach/``, or that folder itself.

    Returns
    -------
    representation
        Rates in Hz, smoothed with a Gaussian of 25 ms, (stimulus, time, neuron). Times are
        seconds from movement onset; labels are ``"0°"`` to ``"315°"``.

    Raises
    ------
    HomologError
        HM032 when the recording is not there.

    Notes
    -----
    Averages over trials only: there is no noise ceiling (`halves` raises HM011). It is not
    known whether all neurons were recorded together.

    References
    ----------
    Hatsopoulos, Xu and Amit (2007), Journal of Neuroscience 27:5105-5114,
    https://www.jneurosci.org/content/27/19/5105
    """
    recorded = _read(folder, "hatsopoulos2007_reach", "hatsopoulos2007.npz")
    return Representation(
        recorded["firing_rate_hz"].transpose(2, 1, 0),
        ("stimulus", "time", "neuron"),
        stimuli=tuple(f"{angle}°" for angle in range(0, 360, 45)),
        times=_seconds(recorded["time_ms"]),
        unit="Hz",
        name="M1",
    )


def _seconds(times_ms: NDArray[Any]) -> tuple[float, ...]:
    return tuple(time / 1000 for time in times_ms.tolist())


def place_of(recording: str, file: str, folder: Folder = None) -> Path:
    """Where a file of a recording is: in the folder given, or that of HOMOLOG_DATA.

    Raises
    ------
    HomologError
        HM032 when it is in neither, or no folder was named.
    """
    root = folder or os.environ.get("HOMOLOG_DATA")
    looked_in = [Path(root) / recording, Path(root)] if root else []
    for place in looked_in:
        if (place / file).is_file():
            return place / file
    raise errors.recording_absent(f"{recording}/{file}", looked_in)


def _read(folder: Folder, recording: str, file: str) -> dict[str, NDArray[Any]]:
    return arrays(place_of(recording, file, folder))
