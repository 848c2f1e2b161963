"""Data for which a measure has no value: refused with the reason and a way out, never 0."""

import re

import numpy as np
import pytest
import xarray

from homolog.errors import HomologError
from homolog.measures import find, names
from homolog.representation import represent

NEEDS_TUNED_NEURONS = [name for name in names() if "matching" in name]


@pytest.fixture
def pair(rng):
    x = rng.normal(size=(12, 5))
    return x, x[:, :4] + rng.normal(size=(12, 4))


@pytest.mark.parametrize("name", NEEDS_TUNED_NEURONS)
def test_matching_names_neurons_without_tuning(name, pair):
    x, y = pair
    y[:, [1, 3]] = 2.5
    says = (
        r"HM006 a population: 2 units are constant on all 12 stimuli \(1, 3 of 4\). The tuning of"
        r" a constant unit is undefined, not 0. Drop them with"
        r" homolog.represent\(…\).drop_constant\(\)\."
    )
    with pytest.raises(HomologError, match=says):
        find(name)(x, y)


def test_dissimilarities_that_do_not_exist_are_refused_in_the_name_of_who_asks(pair):
    x, y = pair
    x[4] = 1.0
    says = "HM031 {} is undefined here, not 0: 1 stimuli evoke the same response in all .*{}"
    for name, remedy in {"rsa": "Use dissimilarity=", "versa": "Drop those stimuli, or"}.items():
        with pytest.raises(HomologError, match=says.format(name, remedy)):
            find(name)(x, y)


def test_without_scaling_a_silent_neuron_is_matched_like_any_other(pair):
    x, y = pair
    y[:, 1] = 0.0
    assert float(find("soft_matching").using(normalise=False)(x, y)) > 0


@pytest.mark.parametrize(("shape", "n_neurons"), [((6, 6), 6), ((6, 9), 9)])
def test_cca_of_as_many_neurons_as_stimuli(shape, n_neurons, rng):
    says = (
        rf"HM005 cca can be 1.0 whatever the data when units \({n_neurons}\) ≥ stimuli \(6\)."
        r" Use pca=k far below 3, or unbiased_cka/procrustes."
    )
    wide, narrow = rng.normal(size=shape), rng.normal(size=(6, 2))
    for x, y in ((wide, narrow), (narrow, wide)):
        with pytest.raises(HomologError, match=says):
            find("cca")(x, y)


def test_cca_of_few_components_of_many_neurons(rng):
    wide = rng.normal(size=(12, 30))
    cca = find("cca").using(pca=2)
    leading = [np.linalg.svd(a - a.mean(axis=0))[0][:, :2] for a in (wide, wide[:, :9])]
    wanted = np.linalg.svdvals(leading[0].T @ leading[1]).mean()
    assert float(cca(wide, wide[:, :9])) == pytest.approx(wanted, abs=1e-12)
    with pytest.raises(HomologError, match=r"HM005 .* units \(12\) ≥ stimuli \(12\)"):
        find("cca").using(pca=12)(wide, wide)


def test_unbiased_cka_of_three_stimuli(rng):
    x = rng.normal(size=(3, 5))
    with pytest.raises(HomologError, match=r"HM019 unbiased_cka: .* has 3 stimuli; at least 4"):
        find("unbiased_cka")(x, x)


def test_unbiased_cka_of_stimuli_that_are_all_equally_alike(rng):
    simplex = np.eye(6)
    says = (
        "HM031 unbiased_cka is undefined here, not 0: all pairs of stimuli are equally similar in a"
        " population. Use procrustes, or add stimuli that differ in how alike they are."
    )
    for x, y in ((simplex, rng.normal(size=(6, 2))), (rng.normal(size=(6, 2)), 9 * simplex + 4)):
        with pytest.raises(HomologError, match=says):
            find("unbiased_cka")(x, y)


@pytest.mark.parametrize("kind", ["correlation", "cosine"])
def test_rsa_of_a_stimulus_without_a_pattern(kind, pair):
    x, y = pair
    x[[3, 7]] = 0.0
    says = (
        rf"HM031 rsa is undefined here, not 0: 2 stimuli evoke the same response in all neurons"
        rf" \(first at row 3\), so their {kind} has no value."
        ' Use dissimilarity="squared_euclidean", or drop those stimuli.'
    )
    with pytest.raises(HomologError, match=says):
        find("rsa").using(dissimilarity=kind)(x, y)
    assert -1 <= float(find("rsa").using(dissimilarity="squared_euclidean")(x, y)) <= 1


@pytest.mark.parametrize(
    "comparison", ["spearman", "pearson", "kendall", "rho_a", "whitened_pearson"]
)
def test_rsa_of_stimuli_that_are_all_equally_unlike(comparison, rng):
    says = (
        "HM031 rsa is undefined here, not 0: all pairs of stimuli are equally dissimilar in a"
        ' population. Use comparison="cosine", or procrustes.'
    )
    rsa = find("rsa").using(dissimilarity="squared_euclidean", comparison=comparison)
    with pytest.raises(HomologError, match=says):
        rsa(np.eye(7), rng.normal(size=(7, 3)))
    for cosine in ("cosine", "whitened_cosine"):
        assert float(rsa.using(comparison=cosine)(np.eye(7), 3 * np.eye(7))) == pytest.approx(1)


@pytest.mark.parametrize("comparison", ["spearman", "pearson", "cosine", "kendall"])
def test_rsa_of_stimuli_that_all_evoke_one_pattern(comparison, rng):
    """One neuron, always active: every cosine is 1, whatever rounding makes of it."""
    says = "HM031 rsa is undefined here, not 0: all stimuli evoke the same pattern in a population"
    rsa = find("rsa").using(dissimilarity="cosine", comparison=comparison)
    with pytest.raises(HomologError, match=says):
        rsa(rng.uniform(0.1, 9.0, size=(20, 1)), rng.normal(size=(20, 3)))


def test_rsa_of_negative_responses_as_poisson_counts(rng):
    says = (
        r"HM031 rsa is undefined here, not 0: a response is -0\.5, and a Poisson rate is never"
        r' negative\. Use spike counts, not centred, or dissimilarity="squared_euclidean"\.'
    )
    x, y = rng.poisson(3.0, size=(2, 20, 4)).astype(float)
    y[3, 2] = -0.5
    with pytest.raises(HomologError, match=says):
        find("rsa").using(dissimilarity="poisson")(x, y)


TOO_LARGE = "as large as {:.2g} add up beyond the range of numbers"
UNSCALED = {
    "uniformity_difference": "HM031 uniformity_difference is",
    "soft_matching": "HM031 the inner product of tuning curves is",
    "soft_matching_correlation": "HM031 the inner product of tuning curves is",
}


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("unit", [1e154, 1e160, 1e307])
@pytest.mark.parametrize("name", UNSCALED)
def test_responses_too_large_to_square(name, unit, pair):
    m = find(name).using(normalise=False)
    x, y = pair
    size = unit * np.abs(x).max()
    says = f"{UNSCALED[name]} undefined here, not 0: squares of responses {TOO_LARGE.format(size)}"
    with pytest.raises(HomologError) as caught:
        m(x * unit, y * unit)
    assert str(caught.value) == f"{says}. Leave normalise=True, or take a larger unit."
    assert np.isfinite(float(m(x * 1e150, y * 1e150)))


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("unit", [1e154, 1e155, 1e307])
def test_rsa_of_poisson_counts_too_large_to_square(unit, pair):
    rsa = find("rsa").using(dissimilarity="poisson")
    x, y = (np.abs(one) for one in pair)
    says = f"squares of responses {TOO_LARGE.format(unit * y.max())}. Use spike counts, or"
    with pytest.raises(HomologError, match=f"HM031 rsa .*{re.escape(says)}"):
        rsa(x, y * unit)


@pytest.mark.filterwarnings("error")
def test_size_and_shape_beyond_the_range_of_numbers(pair):
    m = find("size_and_shape")
    x, y = pair
    assert float(m(x * 1e300, y * 1e300)) == pytest.approx(1e300 * float(m(x, y)))
    says = f"HM031 size_and_shape .*: responses {TOO_LARGE.format(1e307 * np.abs(x).max())}. Take"
    with pytest.raises(HomologError, match=says.replace("+", r"\+")):
        m(x * 1e307, y * 1e307)
    distance = 1e154 * float(m(x, y))
    says = rf"square of a distance of {distance:.2g} is beyond the range".replace("+", r"\+")
    with pytest.raises(HomologError, match=f"HM031 size_and_shape .* the {says}"):
        m.using(squared=True)(x * 1e154, y * 1e154)
    says = rf"a distance of {1e-165 * float(m(x, y)):.2g} is below the range of numbers\. Take a sm"
    with pytest.raises(HomologError, match=f"HM031 size_and_shape .* the square of {says}aller"):
        m.using(squared=True)(x * 1e-165, y * 1e-165)
    assert float(m.using(squared=True)(x, x)) == 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("unit", [1e-155, 1e-170, 1e-307])
@pytest.mark.parametrize("name", UNSCALED)
def test_responses_too_small_to_square(name, unit, pair):
    m = find(name).using(normalise=False)
    x, y = pair
    size = unit * np.linalg.norm(x - x.mean(0)) / x.shape[1] ** 0.5
    says = f"squares of responses of size {size:.2g} are below the range of numbers"
    with pytest.raises(HomologError) as caught:
        m(x * unit, y * unit)
    assert str(caught.value) == (
        f"{UNSCALED[name]} undefined here, not 0: {says}. Leave normalise=True, or take a smaller"
        " unit."
    )
    assert float(m(x * 1e-145, y * 1e-145)) != 0


@pytest.mark.filterwarnings("error")
def test_versa_of_many_large_responses(rng):
    x, y = rng.uniform(0.5, 1.7, size=(2, 120, 30))
    versa = find("versa")
    assert float(versa(1e308 * x, 1e308 * y)) == pytest.approx(float(versa(x, y)), abs=1e-12)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("unit", [1e-160, 1e-200, 1e-300])
def test_ridge_of_tiny_responses(unit, pair):
    """Nothing is left of a penalty of 0; one of 1 is too large beside them for any number."""
    ridge = find("ridge")
    x, y = pair
    plain = ridge.using(penalty=0)
    assert float(plain(x * unit, y * unit)) == pytest.approx(float(plain(x, y)))
    says = r"HM031 ridge .* beside responses of size \S+ a penalty of 1 is beyond the range of"
    with pytest.raises(HomologError, match=says):
        ridge.using(penalty=1.0)(x * unit, y * unit)
    assert float(ridge.using(penalty=1.0)(x * 1e-150, y * 1e-150)) == pytest.approx(0)


def test_rsa_of_more_pairs_than_fit_into_memory():
    x = np.broadcast_to(np.arange(10.0**7)[:, None], (10**7, 1))
    with pytest.raises(HomologError, match=r"HM009 rsa needs ≈2,400,000 GB \(3 × 10,000,000 × 10"):
        find("rsa").summary(x)


@pytest.mark.parametrize(
    ("folds", "says"),
    [
        (1, "HM025 folds is 1; allowed: 2 to 12, the independent stimuli"),
        (13, "HM025 folds is 13; allowed: 2 to 12, the independent stimuli"),
        (
            [0, 1],
            r"HM025 folds is \[0, 1\]; allowed: a whole number, or one label for each of 12"
            r" stimuli",
        ),
        (
            [1] * 12,
            "HM025 folds is .*; allowed: a whole number, or one label for each of 12 stimuli",
        ),
    ],
)
def test_folds_that_cannot_be(folds, says, pair):
    with pytest.raises(HomologError, match=says):
        find("ridge").using(folds=folds)(*pair)


def test_a_stray_stimulus_does_not_spoil_the_ranks_of_the_others(rng):
    """A dissimilarity 10^12 times the others must not make these count as equal."""
    from scipy.spatial.distance import pdist
    from scipy.stats import spearmanr

    x, y = rng.normal(size=(2, 60, 4))
    x[0] *= 1e6
    wanted = spearmanr(pdist(x, "sqeuclidean"), pdist(y, "sqeuclidean")).statistic
    rsa = find("rsa").using(dissimilarity="squared_euclidean")
    assert float(rsa(x, y)) == pytest.approx(wanted, abs=1e-6)


def test_a_neuron_that_fires_at_one_stimulus_predicts_nothing(rng):
    """With that stimulus held out it is silent, and must not be read from rounding."""
    x, y = rng.normal(size=(20, 4)), np.zeros((20, 1))
    y[7] = 0.1
    assert abs(float(find("ridge")(x, y + 0.3))) < 0.01


@pytest.mark.parametrize("pca", [2.5, "2", 0, -1, 0.0, 1.0])
def test_cca_of_a_part_of_a_component(pca):
    says = r"HM025 pca is .*; allowed: None, a whole number of components, or a share of the"
    with pytest.raises(HomologError, match=says):
        find("cca").using(pca=pca)


@pytest.mark.parametrize("name", [None, 3, np])
def test_a_measure_is_found_by_its_name_alone(name):
    with pytest.raises(HomologError, match=r"HM025 measure is .*; allowed: a name, one of homolog"):
        find(name)


@pytest.mark.parametrize("unit", [1e-200, 1e160])
def test_size_and_shape_in_any_unit(unit, pair):
    wanted = float(find("size_and_shape")(*pair))
    assert float(find("size_and_shape")(*(unit * one for one in pair))) == pytest.approx(
        wanted * unit, rel=1e-12, abs=0
    )


def test_what_holds_an_array_is_not_one(pair):
    x, y = pair
    for holder, text in (
        (represent(x), r"X \(Representation\) is not an array of responses\. Pass its \.matrix\."),
        (
            xarray.DataArray(x),
            r"X \(DataArray\) is not an array of responses\. Pass its \.values\.",
        ),
    ):
        with pytest.raises(HomologError, match=f"HM017 {text}"):
            find("cka")(holder, y)
        with pytest.raises(HomologError, match=f"HM017 {text}"):
            find("cka").summary(holder)


@pytest.mark.filterwarnings("ignore:torch.quantize_per_tensor")
def test_tensors_that_are_no_arrays(pair):
    torch = pytest.importorskip("torch")
    x = torch.asarray(pair[0])
    for tensor, says in (
        (x.to_sparse(), r"torch.sparse_coo tensor\) .* Pass its \.to_dense\(\)"),
        (x.to("meta"), r"meta tensor\) .* It has no numbers: record responses on a real device"),
        (
            torch.quantize_per_tensor(x.float(), 0.1, 0, torch.qint8),
            r"quantized tensor\) .* Pass its \.dequantize\(\)",
        ),
    ):
        with pytest.raises(HomologError, match=rf"HM017 X \({says}"):
            represent(tensor, name="X")
        with pytest.raises(HomologError, match=rf"HM017 X \({says}"):
            find("cka").summary(tensor)
