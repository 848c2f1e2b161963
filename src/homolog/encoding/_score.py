"""How well layers predict single neurons of a recording at stimuli held out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any, Literal, cast

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.encoding._encoding import Encoding, Unscored
from homolog.encoding._fold import Fold, Split, folds_of
from homolog.encoding._judging import Ceilings, ceilings, varying
from homolog.encoding._maps import Map
from homolog.encoding._one_to_one import OneToOne
from homolog.encoding._pls import PartialLeastSquares
from homolog.encoding._predicting import judged, spread_of
from homolog.encoding._regions import Regions, regions_beside, regions_of
from homolog.encoding._ridge import Ridge
from homolog.encoding._rows import Rows, row_by_row
from homolog.measures._folds import Folds
from homolog.representation import Representation
from homolog.representation._by_name import groups_in_order
from homolog.statistics import Progress, silent

MAPS: Mapping[str, Map] = {one.name: one for one in (Ridge(), PartialLeastSquares(), OneToOne())}
"""The maps by name, with their usual settings."""

_GROUPS = '"stimulus", or a label for each stimulus'

Groups = Literal["stimulus"] | Sequence[object] | None


def score(
    layers: Any,
    brain: Any,
    *,
    map: str | Map = "ridge",
    folds: Folds = 5,
    split: Split = "random",
    groups: Groups = None,
    ceiling: Literal["split-half"] | None = "split-half",
    regions: Regions = None,
    align: bool = False,
    rng: int = 0,
    progress: Progress = silent,
) -> Encoding:
    r"""Score how well every layer predicts every neuron of a recording, stimuli held out.

    Parameters
    ----------
    layers
        Populations that predict: a mapping from name to population (what `represent` takes,
        or the path of a file), one population, or a path; every array of a file with several
        is a layer. Trials are averaged.
    brain
        The recording that is predicted, row for row on the same stimuli. Its trials are
        averaged, and their halves give the ceilings.
    map
        ``"ridge"``, ``"pls"`` (partial least squares, 25 components), ``"one-to-one"``, or one
        of `Ridge`, `PartialLeastSquares` and `OneToOne` with settings of its own.
    folds
        How many parts the stimuli are held out in, or the label of a fold for each stimulus.
    split
        ``"random"``, or ``"blocks"`` of neighbouring rows: for rows in the order of time,
        where neighbours resemble each other.
    groups
        What is held out together: a label for each stimulus (the movie of each frame, say), or
        ``"stimulus"`` for all times of a stimulus after `Representation.fold_time`.
    ceiling
        ``"split-half"`` needs trials; None does without.
    regions
        The region of every neuron, as a list, or as a mapping from its label. None: what is
        called region beside the responses (an array in the file, a coordinate of an
        `xarray.DataArray`), else one region.
    align
        Whether to keep the stimuli that all share, in the recording's order, where labels
        differ.
    rng
        Seed of the random folds.
    progress
        Told of every layer and fold.

    Returns
    -------
    encoding
        Prints as a table of layers and regions; holds every neuron.

    Raises
    ------
    HomologError
        HM001 to HM004 for stimuli that differ, HM011 no repeats, HM012 rows of one stimulus in
        training and test, HM025 settings, HM028 an axis or entries too many, HM031 no neuron
        that can be scored, HM076 regions.

    Notes
    -----
    The correlation is taken within each fold and averaged over the folds in which a neuron
    varies, so that differences between folds do not count. The share of variance is
    :math:`1 - \sum (y - \hat y)^2 / \sum (y - \bar y)^2` over all folds, with
    :math:`\bar y` the mean over the training stimuli: below 0 where a prediction is worse than
    that. A prediction that does not vary correlates 0.

    A correlation is normalised by the square root of the reliability of the mean over all
    trials, which a perfect prediction without noise would reach; a share of variance by the
    reliability itself. (Elsewhere correlations are divided by the reliability, which comes out
    higher.) Reliability is the correlation of odd with even trials, carried to all trials by
    Spearman-Brown. Normalised scores of single neurons may exceed 1 by chance.

    Don't trust a score where neighbouring rows resemble each other (frames, moments) unless
    they share a fold: give `groups` or ``split="blocks"``. The best of many layers looks better
    than it is, for it was chosen on the stimuli that scored it.

    Examples
    --------
    >>> import numpy as np
    >>> from homolog import represent
    >>> from homolog.encoding import score
    >>> rng = np.random.default_rng(0)
    >>> image = rng.normal(size=(200, 5))
    >>> brain = image @ rng.normal(size=(5, 8)) + rng.normal(size=(6, 200, 8))
    >>> brain = represent(brain, "trial,stimulus,neuron", name="V4")
    >>> layers = {"early": image[:, :2], "late": image}
    >>> found = score(layers, brain)
    >>> bool(found.correlation[1].mean() > 0.8)
    True
    """
    chosen = _map_of(map)
    if ceiling not in ("split-half", None):
        raise errors.bad_value("ceiling", ceiling, "'split-half', None")
    rows = row_by_row(layers, brain, reorder=align, halves=ceiling is not None)
    together = _together(rows, groups, folds)
    recorded = rows.brain
    parted = folds_of(recorded.n_stimuli, folds, split, together, rng)
    scored = _scored(recorded, parted)
    y = recorded.matrix if scored.all() else recorded.matrix[:, scored]
    named = np.array(regions_of(recorded, regions_beside(brain) if regions is None else regions))
    found = [
        judged(layer, y, chosen, parted, named[scored], partial(_tell, progress, name, parted))
        for name, layer in rows.layers.items()
    ]
    share, correlation, settings = (np.array(part) for part in zip(*found, strict=True))
    n_independent = len(y) if together is None else len(set(together))
    return Encoding(
        layers=tuple(rows.layers),
        n_layer_neurons=tuple(layer.shape[1] for layer in rows.layers.values()),
        neurons=tuple(recorded.neuron_labels[i] for i in np.flatnonzero(scored)),
        regions=tuple(named[scored].tolist()),
        correlation=correlation,
        share=share,
        variance=spread_of(y, parted) / len(y),
        settings=settings if chosen.setting else None,
        ceilings=_ceilings(rows, scored, parted, n_independent),
        unscored=tuple(
            Unscored(recorded.neuron_labels[i], str(named[i])) for i in np.flatnonzero(~scored)
        ),
        brain=recorded.called,
        map=chosen,
        n_stimuli=len(y),
        n_folds=len(parted),
        split=split if isinstance(folds, int | np.integer) else "given",
        n_groups=None if together is None else n_independent,
        seed=rng,
        warnings=rows.warnings,
        digests=rows.digests,
    )


def _map_of(given: str | Map) -> Map:
    if isinstance(given, str) and given in MAPS:
        return MAPS[given]
    if not callable(getattr(given, "on", None)):
        raise errors.bad_value("map", given, f"{', '.join(MAPS)}, or one with settings of its own")
    return cast("Map", given)


def _together(rows: Rows, groups: Groups, folds: Folds) -> tuple[object, ...] | None:
    """The group of every stimulus; HM012 where times of one might be parted."""
    if groups is None:
        if rows.groups is not None and isinstance(folds, int | np.integer):
            raise errors.leak("stimulus")
        return rows.groups
    if isinstance(groups, str):
        if groups != "stimulus":
            raise errors.bad_value("groups", groups, _GROUPS)
        return rows.groups or rows.brain.labels
    given = tuple(groups_in_order(groups, rows.brain.labels))
    if len(given) != rows.brain.n_stimuli:
        raise errors.bad_value("groups", f"{len(given)} labels", _GROUPS)
    return given


def _scored(brain: Representation, folds: Sequence[Fold]) -> NDArray[np.bool_]:
    """(neuron,) whether a neuron varies over the stimuli of any fold."""
    scored = np.asarray(varying(brain.matrix, folds).any(axis=0))
    if not scored.any():
        raise errors.undefined(
            f"the score of {brain.called}",
            f"none of {brain.n_neurons} neurons varies over the stimuli of any fold",
            "Give folds of more stimuli.",
        )
    return scored


def _tell(progress: Progress, layer: str, folds: Sequence[Fold], done: int) -> None:
    progress(f"{layer}: folds", done, len(folds))


def _ceilings(
    rows: Rows, scored: NDArray[np.bool_], folds: Sequence[Fold], n_independent: int
) -> Ceilings | None:
    if rows.halves is None:
        return None
    first, second = (half[:, scored] for half in rows.halves)
    return ceilings((first, second), rows.brain.matrix[:, scored], folds, n_independent)
