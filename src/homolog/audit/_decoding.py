"""What can be read out of responses: cross-validated linear decoding of every variable."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog import errors
from homolog.audit._labels import Label, Labels, classes_of, labels_of, stratified_folds
from homolog.audit._readout import held_out_classes
from homolog.audit._targets import Reals, Target, target_of
from homolog.representation import Representation
from homolog.statistics import Progress, of_several, silent

if TYPE_CHECKING:
    import pandas as pd

_NORMAL_95 = 1.959963984540054
_LARGEST_UNIT = 1e150
"""Of responses larger than that, squares are no numbers."""


@dataclass(frozen=True, eq=False, repr=False)
class Decoding:
    """How often a linear readout names the class of a condition that it never saw.

    Attributes
    ----------
    accuracy
        Variable -> share of held-out conditions named rightly, from 0 to 1: the mean over folds
        of each time, then over times.
    by_time
        Variable -> (time,) the same at each time; one entry without a time axis.
    chance
        Variable -> share of the largest class, which guessing that class would reach.
    low, high
        Variable -> ends of the 95 % Wilson interval of the accuracy, as if every condition had
        been drawn by itself. It holds for other conditions of the same kind, and is wide where
        there are few. Times are not counted, so with many of them it is too wide rather than
        too narrow.
    classes
        Variable -> its classes.
    n_conditions
        How many conditions there are.
    folds, rng
        In how many folds conditions were held out, and by which draw.
    """

    accuracy: Mapping[str, float]
    by_time: Mapping[str, Reals]
    chance: Mapping[str, float]
    low: Mapping[str, float]
    high: Mapping[str, float]
    classes: Mapping[str, tuple[Label, ...]]
    n_conditions: int
    folds: int
    rng: int

    def above_chance(self, variable: str) -> bool:
        """Whether chance lies below the interval."""
        return self.low[variable] > self.chance[variable]

    def by_guessing(self, variable: str) -> float:
        """Accuracy that guesses, right as often as chance, exceed in at most 1 of 20 tries."""
        from scipy.stats import binom

        return float(binom.ppf(0.95, self.n_conditions, self.chance[variable]) / self.n_conditions)

    def frame(self) -> pd.DataFrame:
        """One row for each variable."""
        import pandas as pd

        rows = [
            {
                "variable": variable,
                "accuracy": accuracy,
                "low": self.low[variable],
                "high": self.high[variable],
                "chance": self.chance[variable],
                "classes": len(self.classes[variable]),
            }
            for variable, accuracy in self.accuracy.items()
        ]
        return pd.DataFrame(rows)

    def __repr__(self) -> str:
        """Accuracy of each variable beside chance."""
        said = (
            f"{variable} {accuracy:.3f} [{self.low[variable]:.3f}, {self.high[variable]:.3f}],"
            f" chance {self.chance[variable]:.3f}"
            for variable, accuracy in self.accuracy.items()
        )
        return f"<Decoding of {self.n_conditions} conditions: {'; '.join(said)}>"


def decoding(
    data: Any, labels: Labels, *, folds: int = 5, rng: int = 0, rescale: bool = True
) -> Decoding:
    """Decode every variable from responses, conditions held out.

    Logistic regression with squared weights, as scikit-learn defines it with C = 1, is
    fitted at each time to all folds but one, and names the classes of the conditions in that
    one. Folds hold the classes in equal shares and are those of scikit-learn's
    ``StratifiedKFold(folds, shuffle=True, random_state=rng)``.

    Parameters
    ----------
    data
        `Representation`, whose trials are averaged, or (condition, neuron) or (condition,
        time, neuron) responses.
    labels
        Mapping of variable to one int or str for each condition, or a DataFrame of such columns.
        A DataFrame or Series is put into the order of the conditions by the names in its index.
    folds
        How many folds.
    rng
        Seed by which conditions are dealt to folds.
    rescale
        Divide all responses by one number, their root mean square about the mean of every
        neuron. The penalty on weights acts on responses in some unit: without this, spikes per
        second and per bin are decoded differently, and a measure that ignores scale seems to
        change what can be decoded. False: responses as they are.

    Returns
    -------
    decoding
        Accuracy of each variable, with its interval and chance.

    Raises
    ------
    HomologError
        HM062 labels that do not fit, do not vary or are missing; HM063 fewer conditions in a
        class than folds; HM025 for folds or seed, and for responses too large to be decoded as
        they are; what `Target` raises for responses.

    Notes
    -----
    Accuracy says what a regularised linear readout finds, not what is there. Neurons are not
    standardised one by one: strong neurons count more. Below chance is chance: what is held
    out of a class moves the mean of its rest the other way.

    References
    ----------
    Cloos et al. (2024), https://arxiv.org/abs/2407.07059.
    """
    target = to_decode(data)
    told = labels_of(labels, target.shape[0], target.conditions)
    if not rescale and target.unit > _LARGEST_UNIT:
        large = f"True for responses as large as these, about {target.unit:.0e}"
        raise errors.bad_value("rescale", rescale, large)
    responses = target.responses / (target.unit if rescale else 1.0)
    by_time = {name: x[0] for name, x in accuracies(responses[None], told, folds, rng).items()}
    accuracy = {name: float(values.mean()) for name, values in by_time.items()}
    ends = {name: _interval(share, target.shape[0]) for name, share in accuracy.items()}
    classes = {name: classes_of(given)[0] for name, given in told.items()}
    return Decoding(
        accuracy=accuracy,
        by_time=by_time,
        chance={name: _largest_share(given) for name, given in told.items()},
        low={name: low for name, (low, _) in ends.items()},
        high={name: high for name, (_, high) in ends.items()},
        classes=classes,
        n_conditions=target.shape[0],
        folds=folds,
        rng=rng,
    )


def to_decode(data: Any) -> Target:
    """Responses with a row for each condition, whose times are decoded one by one."""
    if isinstance(data, Representation) and data.groups is not None:
        raise errors.bad_value(
            "data", data, "rows that are independent conditions: give times as an axis, unfolded"
        )
    return target_of(data, "the responses")


def accuracies(
    responses: Reals,
    labels: Mapping[str, Sequence[Label]],
    folds: int,
    rng: int,
    progress: Progress = silent,
) -> dict[str, Reals]:
    """Variable -> (population, time) accuracy of (population, condition, [time,] neuron)."""
    timed = responses[:, :, None] if responses.ndim == 3 else responses
    n_populations, n_conditions, n_times, n_neurons = timed.shape
    apart = timed.transpose(0, 2, 1, 3).reshape(-1, n_conditions, n_neurons)
    found: dict[str, Reals] = {}
    for nth, (variable, given) in enumerate(labels.items()):
        fold_of = stratified_folds(variable, given, folds, rng)
        _, class_of = classes_of(given)
        told = of_several(progress, nth, len(labels))
        right = held_out_classes(apart, class_of, fold_of, progress=told) == class_of
        of_folds = np.stack([right[:, fold_of == fold].mean(1) for fold in range(folds)])
        found[variable] = of_folds.mean(0).reshape(n_populations, n_times)
    return found


def _largest_share(labels: Sequence[Label]) -> float:
    _, class_of = classes_of(labels)
    return float(np.bincount(class_of).max() / len(labels))


def _interval(share: float, n: int) -> tuple[float, float]:
    """Wilson's interval of a share of `n`, https://doi.org/10.1080/01621459.1927.10502953."""
    squared = _NORMAL_95**2 / n
    centre = (share + squared / 2) / (1 + squared)
    spread = np.sqrt(share * (1 - share) * squared + squared**2 / 4) / (1 + squared)
    return float(max(centre - spread, 0.0)), float(min(centre + spread, 1.0))
