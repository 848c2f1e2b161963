"""Which measures are asked, the family of each, and why the others are not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from homolog import errors, measures
from homolog.measures._measure import Measure

USUAL = 39
"""Random pairings behind chance and p."""

FEWEST = 19
"""The same for measures that take long: the fewest with which p can be 0.05."""

FOR_CHANCE_ALONE = 2
"""The same for a measure that takes seconds, of which p is not told."""


@dataclass(frozen=True)
class Asked:
    """A measure as it is asked in this study.

    Attributes
    ----------
    family
        What it compares.
    spelled
        Its name with every option that differs from the default.
    n_permutations
        Random pairings behind chance and p.
    """

    family: str
    spelled: str
    n_permutations: int = USUAL

    @property
    def measure(self) -> Measure:
        """The measure itself."""
        return measures.find(self.spelled)


def _family(family: str, *spelled: str) -> list[Asked]:
    return [Asked(family, one) for one in spelled]


ASKED = (
    *_family("regression", "linear_regression", "ridge", "versa", "gulp"),
    Asked("regression", "pls", FEWEST),
    *_family("CCA", "cca", "cca(pca=10)", "whitened_procrustes"),
    *_family("shape", "procrustes", "nbs", "size_and_shape", "aligned_cosine"),
    *_family(
        "kernels",
        "cka",
        "unbiased_cka",
        "cka(kernel=rbf)",
        "distance_correlation",
        "distance_correlation(unbiased=True)",
        "ensd",
    ),
    *_family(
        "RSA",
        "rsa",
        "rsa(dissimilarity=squared_euclidean, comparison=pearson)",
        "crossnobis",
    ),
    *_family(
        "neighbourhood",
        "neighbour_overlap",
        "neighbour_order",
        "neighbour_rank_similarity",
        "second_order_cosine",
        "cknna",
    ),
    *_family(
        "units",
        "soft_matching_correlation",
        "soft_matching",
        "soft_matching_correlation(folds=2)",
        "partial_soft_matching",
        "one_to_one_matching",
        "semi_matching_correlation",
        "permutation_procrustes",
        "maximum_match",
        "inter_subject_correlation",
    ),
    *_family(
        "one population",
        "magnitude_difference",
        "concentricity_difference",
        "uniformity_difference",
    ),
    Asked("topology", "representation_topology_divergence(at_once=50, draws=2)", FEWEST),
    *_family("topology", "intrinsic_distance"),
    *_family("functional", "error_consistency", "disagreement", "jensen_shannon_divergence"),
    *_family("dynamical", "dsa"),
    Asked("stochastic shape", "stochastic_shape(starts=1)", FOR_CHANCE_ALONE),
)

FAMILIES = tuple(dict.fromkeys(one.family for one in ASKED))

COLOURS = {
    "regression": "#0072b2",
    "CCA": "#56b4e9",
    "shape": "#d55e00",
    "kernels": "#e69f00",
    "RSA": "#b8860b",
    "neighbourhood": "#009e73",
    "units": "#cc79a7",
    "one population": "#8b919a",
    "topology": "#5b3fa8",
    "functional": "#7f4f24",
    "dynamical": "#1d2127",
    "stochastic shape": "#a4161a",
}
"""Of families, in figures; their names stand beside them, for twelve colours are too many."""

READOUTS = ("error_consistency", "disagreement", "jensen_shannon_divergence")
"""What compares choices among classes, and so sees a readout of each population."""

UNPAIRED = (
    "magnitude_difference",
    "concentricity_difference",
    "uniformity_difference",
    "intrinsic_distance",
)
"""What compares numbers of either population: exchanging stimuli changes nothing, and so there is
no score of unrelated populations on whose scale others could be placed."""

_WHY_NOT: Mapping[str, str] = {
    "a readout": "rows are times of a condition, and a time is read out from its neighbours",
    "trial": "the cells were not recorded together, or trials were averaged",
    "time": "each image was shown for one window of 200 ms",
}


def by_spelling(spelled: str) -> Asked:
    """The one of that spelling; HM023 for what an earlier version of this study asked."""
    named = {one.spelled: one for one in ASKED}
    if spelled not in named:
        near = get_close_matches(spelled, named, 3)
        remedy = "Rows of an earlier run name it: run the study in a new folder."
        raise errors.unknown_name("measure of this study", spelled, near, remedy)
    return named[spelled]


def sees(one: Asked) -> str:
    """What it sees of a population: its mean, trials or time, or a readout of it."""
    return "a readout" if one.spelled in READOUTS else one.measure.sees


def paired() -> list[Asked]:
    """Those of mean responses that see which stimulus is which."""
    return [one for one in ASKED if sees(one) == "mean" and one.spelled not in UNPAIRED]


def why_not(one: Asked) -> str:
    """Why recordings that lack what it sees are not compared by it."""
    return _WHY_NOT[sees(one)]


def not_asked() -> list[str]:
    """Measures that no family of this study has."""
    asked = {one.measure.name for one in ASKED}
    return [name for name in measures.names() if name not in asked]
