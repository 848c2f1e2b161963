"""Refusals of minibatches, kernel distances, held-out canonical correlations and returns."""

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.measures import find

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(2, 12, 4))


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        (
            "unbiased_cka",
            {"batches": 4},
            "HM025 batches is 4; allowed: None, or 1 to 3: each has at least 4 of the 12 stimuli.",
        ),
        (
            "unbiased_cka",
            {"batches": 2.0},
            "HM025 batches is 2.0; allowed: None, or 1 to 3: each has at least 4 of the 12"
            " stimuli.",
        ),
        (
            "unbiased_cka",
            {"batches": 2, "rng": True},
            "HM025 rng is True; allowed: a whole number from 0, so that batches stay the same.",
        ),
        (
            "unbiased_cka",
            {"batches": 2, "form": "angle"},
            "HM025 form is 'angle'; allowed: cosine where there are batches.",
        ),
        ("cknna", {"kept": "all"}, "HM025 kept is 'all'; allowed: common, own."),
        (
            "dissimilarity_difference",
            {"dissimilarity": "poisson"},
            "HM025 dissimilarity is 'poisson'; allowed: correlation, cosine, squared_euclidean,"
            " euclidean, gaussian.",
        ),
        (
            "rsa",
            {"low": 0.5, "high": 0.5},
            "HM025 low and high is (0.5, 0.5); allowed: numbers from 0 to 1, low below high.",
        ),
        (
            "regularised_cca",
            {"penalty": 0},
            "HM025 penalty is 0; allowed: a number above 0; without, see cca.",
        ),
        (
            "regularised_cca",
            {"n_components": 0},
            "HM025 n_components is 0; allowed: a whole number from 1.",
        ),
        ("regularised_cca", {"kernel": "cubic"}, "HM025 kernel is 'cubic'; allowed: linear, rbf."),
        (
            "neighbour_return",
            {"k": 11},
            "HM025 k is 11; allowed: a whole number from 1 to 10, two fewer than there are"
            " stimuli.",
        ),
    ],
)
def test_an_option_without_meaning_is_refused(name: str, options: dict, says: str) -> None:
    with pytest.raises(HomologError) as refused:
        find(name).using(**options)(X, Y)
    assert str(refused.value) == says


def test_a_kernel_distance_beyond_the_range_of_numbers_is_refused() -> None:
    distance = find("kernel_distance")
    with pytest.raises(HomologError, match=r"HM031 kernel_distance .* add up beyond the range"):
        distance(1e160 * X, Y)
    with pytest.raises(HomologError, match=r"HM031 kernel_distance .* are below the range"):
        distance(X, 1e-160 * Y)
    with pytest.raises(HomologError, match=r"HM019 kernel_distance: a population has 3 stimuli"):
        distance.using(unbiased=True)(X[:3], Y[:3])


def test_minibatches_that_tell_nothing_are_refused() -> None:
    """Stimuli of a batch equal, though batches differ."""
    dealt = np.random.default_rng(0).permutation(12) % 3
    flat = np.eye(3)[dealt]
    with pytest.raises(HomologError, match=r"HM031 unbiased_cka .* within every batch"):
        find("unbiased_cka").using(batches=3)(X, flat)


def test_a_population_need_not_return_to_itself() -> None:
    """One stimulus far from all others has neighbours, but is nobody's."""
    x = np.concatenate([RNG.normal(size=(20, 3)), [[100.0, 0, 0]]])
    measure = find("neighbour_return").using(nearest="euclidean")
    assert float(measure(x, x)) <= 20 / 21


def test_equal_dissimilarities_at_both_quantiles_are_refused() -> None:
    flat = np.eye(12)
    rsa = find("rsa").using(dissimilarity="squared_euclidean", low=0.1, high=0.5)
    with pytest.raises(HomologError) as refused:
        rsa(X, flat)
    assert str(refused.value) == (
        "HM031 rsa is undefined here, not 0: a share from 0.1 to 0.5 of all pairs of stimuli are"
        " equally dissimilar. Take low and high further apart."
    )
