"""What `score` finds, neuron by neuron, and how it is summed up."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from homolog.encoding._judging import Ceilings
from homolog.encoding._maps import Floats, Map
from homolog.representation._axes import Label

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Unscored:
    """A neuron that varies over the held-out stimuli of no fold, and its region."""

    neuron: Label
    region: str


@dataclass(frozen=True)
class Summary:
    """The neurons of a region as one layer predicts them; None where none has a ceiling.

    Attributes
    ----------
    layer, region
        Of whom.
    n_neurons, n_with_ceiling, n_unscored
        Neurons that were scored, those of them that have a ceiling, and those that were not
        scored because they do not vary.
    median_correlation, mean_correlation, weighted_correlation
        Over the scored neurons; weighted by their variance.
    lower_correlation, upper_correlation
        Quartiles over the scored neurons.
    median_share, mean_share, …
        The same of the share of variance.
    median_normalised_correlation, median_normalised_share, …
        The same of both over their ceilings, over the neurons that have one.
    """

    layer: str
    region: str
    n_neurons: int
    n_with_ceiling: int | None
    n_unscored: int
    median_correlation: float
    lower_correlation: float
    upper_correlation: float
    mean_correlation: float
    weighted_correlation: float
    median_share: float
    lower_share: float
    upper_share: float
    mean_share: float
    weighted_share: float
    median_normalised_correlation: float | None
    lower_normalised_correlation: float | None
    upper_normalised_correlation: float | None
    mean_normalised_correlation: float | None
    weighted_normalised_correlation: float | None
    median_normalised_share: float | None
    lower_normalised_share: float | None
    upper_normalised_share: float | None
    mean_normalised_share: float | None
    weighted_normalised_share: float | None

    def headline(self) -> float | None:
        """The median correlation, over the ceilings where they were asked for."""
        with_ceilings = self.n_with_ceiling is not None
        return self.median_normalised_correlation if with_ceilings else self.median_correlation


@dataclass(frozen=True, eq=False)
class Encoding:
    """How well layers predict the neurons of a recording; prints as a table.

    Attributes
    ----------
    layers, n_layer_neurons
        Their names, and how many neurons each of them has.
    neurons, regions
        Label and region of every scored neuron.
    correlation, share
        (layer, neuron) correlation within folds and share of variance, as `score` says.
    variance
        (neuron,) mean square about the mean over training stimuli: the weights.
    settings
        (layer, fold, neuron) what the map chose, in words of its `setting`: penalties of ridge
        (where none are given, in sums of squares of the layer's mean neuron), or partners,
        counted from 0. None for a map that chooses nothing.
    ceilings
        Of every neuron; None if they were not asked for.
    unscored
        Neurons left out, for they vary over the stimuli of no fold.
    brain, map, n_stimuli, n_folds, split, n_groups, seed
        What was predicted, how, and how stimuli were held out.
    warnings
        What was dropped or taken on trust.
    digests
        Fingerprints of the recording and of the layers, in order.
    """

    layers: tuple[str, ...]
    n_layer_neurons: tuple[int, ...]
    neurons: tuple[Label, ...]
    regions: tuple[str, ...]
    correlation: Floats
    share: Floats
    variance: Floats
    settings: Floats | None
    ceilings: Ceilings | None
    unscored: tuple[Unscored, ...]
    brain: str
    map: Map
    n_stimuli: int
    n_folds: int
    split: str
    n_groups: int | None
    seed: int
    warnings: tuple[str, ...]
    digests: tuple[str, ...]

    def __str__(self) -> str:
        """A row for each layer and region, with every warning."""
        from homolog.encoding._words import table

        return table(self)

    __repr__ = __str__

    def summaries(self) -> list[Summary]:
        """Every layer and region, layers in order within regions."""
        return [
            self._summary(nth, region)
            for region in dict.fromkeys(self.regions)
            for nth in range(len(self.layers))
        ]

    def best(self, region: str) -> Summary | None:
        """The layer with the highest headline in a region; None where none has a ceiling.

        It looks better than it is: it was chosen on the stimuli that scored it.
        """
        here = [one for one in self.summaries() if one.region == region]
        scored = [(headline, one) for one in here if (headline := one.headline()) is not None]
        return max(scored, key=lambda pair: pair[0])[1] if scored else None

    def _summary(self, layer: int, region: str) -> Summary:
        here = np.array([one == region for one in self.regions])
        with_ceiling = here if self.ceilings is None else here & self.ceilings.repeats
        found: dict[str, Any] = {}
        for name in ("correlation", "share"):
            values: Floats = getattr(self, name)[layer]
            found |= _summed_up(name, values[here], self.variance[here])
            top = None if self.ceilings is None else getattr(self.ceilings, name)[with_ceiling]
            normal = None if top is None else values[with_ceiling] / top
            found |= _summed_up(f"normalised_{name}", normal, self.variance[with_ceiling])
        return Summary(
            layer=self.layers[layer],
            region=region,
            n_neurons=int(here.sum()),
            n_with_ceiling=None if self.ceilings is None else int(with_ceiling.sum()),
            n_unscored=sum(one.region == region for one in self.unscored),
            **found,
        )

    def frame(self) -> pd.DataFrame:
        """One row for each layer and neuron; <NA> where a neuron has no ceiling.

        Neurons that were not scored have rows without scores.
        """
        import pandas as pd

        from homolog.encoding._files import neuron_records

        frame = pd.DataFrame(neuron_records(self))
        words = ["layer", "region", "neuron", "status", self.map.setting]
        scores = frame.columns.drop(words, errors="ignore")
        return frame.astype(dict.fromkeys(scores, "Float64"))

    def summary_frame(self) -> pd.DataFrame:
        """One row for each layer and region; see `Summary`."""
        import pandas as pd

        frame = pd.DataFrame([asdict(one) for one in self.summaries()])
        scores = list(frame.columns[5:])
        return frame.astype({**dict.fromkeys(scores, "Float64"), "n_with_ceiling": "Int64"})

    def save(self, folder: str | PathLike[str], command: str = "") -> Path:
        """Write the scores and how they came about.

        Parameters
        ----------
        folder
            Made if it is not there.
        command
            What the user typed, to be kept with the scores.

        Returns
        -------
        folder
            Holding ``scores.csv`` (a row for each layer and region), ``neurons.csv`` (a row
            for each layer and neuron, with what was chosen for it in every fold), ``run.toml``
            (settings and versions) and ``refs.bib``.
        """
        from homolog.encoding._files import write

        return write(self, Path(folder), command)


def _summed_up(name: str, values: Floats | None, weights: NDArray[Any]) -> dict[str, float | None]:
    """Quartiles, mean and mean weighted by variance; None of nobody."""
    keys = [f"{how}_{name}" for how in ("lower", "median", "upper", "mean", "weighted")]
    if values is None or not len(values):
        return dict.fromkeys(keys)
    quartiles = np.percentile(values, [25, 50, 75])
    found = *quartiles, np.mean(values), np.average(values, weights=weights)
    return dict(zip(keys, map(float, found), strict=True))
