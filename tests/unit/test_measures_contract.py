"""How measures are found, varied, named, refused an option, and reordered."""

from dataclasses import dataclass, fields, replace

import numpy as np
import pytest

from homolog import measures
from homolog.errors import HomologError
from homolog.measures import find, names
from homolog.measures._measure import Measure, along_stimuli, measure, permuted
from homolog.measures._spelling import listed

THE_FIRST_FAMILY = {
    "cca",
    "cka",
    "linear_regression",
    "nbs",
    "one_to_one_matching",
    "partial_soft_matching",
    "procrustes",
    "ridge",
    "rsa",
    "semi_matching_correlation",
    "size_and_shape",
    "soft_matching",
    "soft_matching_correlation",
    "unbiased_cka",
}


def test_the_folder_is_the_registry():
    assert set(names()) >= THE_FIRST_FAMILY
    assert list(names()) == sorted(names())
    assert [find(name).name for name in names()] == list(names())


@pytest.mark.parametrize("spelling", ["unbiased_cka", "unbiased-cka", " Unbiased CKA "])
def test_a_measure_is_found_however_it_is_spelt(spelling):
    assert find(spelling) is find("unbiased_cka")


def test_a_measure_that_does_not_exist_names_the_closest():
    with pytest.raises(HomologError) as refused:
        find("soft matching distance")
    assert str(refused.value) == (
        "HM023 no measure 'soft matching distance'. Closest: 'soft_matching',"
        " 'soft_matching_correlation', 'partial_soft_matching'. homolog measures list shows all."
    )


@pytest.mark.parametrize(
    ("written", "name", "options"),
    [
        ("rsa(comparison=pearson)", "rsa", {"comparison": "pearson"}),
        (
            " RSA ( comparison = 'tau_a', dissimilarity=cosine )",
            "rsa",
            {"comparison": "tau_a", "dissimilarity": "cosine"},
        ),
        ("cca(pca=3)", "cca", {"pca": 3}),
        ("soft-matching(normalise=False)", "soft_matching", {"normalise": False}),
        ("ridge(penalty=1e-3)", "ridge", {"penalty": 1e-3}),
        ("cka()", "cka", {}),
    ],
)
def test_a_variant_is_found_as_it_is_written(written, name, options):
    variant = find(name).using(**options)
    assert find(written) == variant
    assert find(variant.label) == variant


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("rsa(pearson)", "HM025 measure is 'rsa(pearson)'; allowed: options as in rsa("),
        (
            "rsa(comparison=pearson",
            "HM025 measure is 'rsa(comparison=pearson'; allowed: both paren",
        ),
        ("rsa(comparison=)", "HM025 measure is 'rsa(comparison=)'; allowed: options as in rsa("),
        ("rsa(comparisons=pearson)", "HM023 no option of rsa 'comparisons'"),
        ("rsaa(comparison=pearson)", "(comparison=pearson)'. Closest: 'rsa'"),
    ],
)
def test_a_variant_that_is_written_wrongly_is_refused(written, says):
    with pytest.raises(HomologError) as refused:
        find(written)
    assert says in str(refused.value)


def test_commas_between_measures_are_not_those_between_options():
    text = "cka, rsa(comparison=pearson, dissimilarity=cosine),,cca(pca=3)"
    assert listed(text) == [
        "cka",
        "rsa(comparison=pearson, dissimilarity=cosine)",
        "cca(pca=3)",
    ]


def test_a_measure_says_what_it_means():
    cka = find("cka")
    assert cka.title == "Linear centred kernel alignment: agreement on which stimuli are alike"
    assert "Biased upwards" in (cka.__doc__ or "")
    assert cka.higher_is_closer
    assert not find("procrustes").higher_is_closer
    assert {m.kind for m in map(find, names())} == {"correlation", "variance", "distance"}


def test_a_variant_is_named_by_what_differs():
    rsa = find("rsa")
    assert rsa.label == "rsa"
    assert rsa.using(comparison="spearman").label == "rsa"
    changed = rsa.using(comparison="cosine", dissimilarity="euclidean")
    assert changed.label == "rsa(dissimilarity=euclidean, comparison=cosine)"
    assert changed.name == "rsa"
    assert changed.__doc__ == rsa.__doc__
    assert rsa.options["comparison"] == "spearman"


def test_options_add_up():
    rsa = find("rsa").using(comparison="pearson").using(dissimilarity="cosine")
    assert rsa.options["comparison"] == "pearson"
    assert rsa.options["dissimilarity"] == "cosine"


def test_measures_can_be_keys():
    scores = {find("rsa"): 1, find("rsa").using(comparison="cosine"): 2, find("cka"): 3}
    assert scores[find("rsa").using(comparison="cosine")] == 2
    assert scores[find("rsa").using(comparison="spearman")] == 1
    assert len(scores) == 3


@pytest.mark.parametrize(
    ("name", "change", "back", "what"),
    [
        ("soft_matching", {"normalise": False}, {"normalise": True}, "worst"),
        ("soft_matching", {"normalise": False}, {"normalise": True}, "invariant_to"),
        ("soft_matching_correlation", {"normalise": False}, {"normalise": True}, "best"),
        ("cca", {"pca": 2}, {"pca": None}, "candidate_invariant_to"),
        ("cca", {"pca": 2}, {"pca": None}, "smooth"),
        ("semi_matching_correlation", {"both_ways": True}, {"both_ways": False}, "symmetric"),
        ("rsa", {"comparison": "cosine"}, {"comparison": "spearman"}, "worst"),
        ("procrustes", {"folds": 3}, {"folds": None}, "metric"),
        ("procrustes", {"folds": 3}, {"folds": None}, "halves"),
        ("one_to_one_matching", {"folds": 3}, {"folds": None}, "gradient"),
        ("one_to_one_matching", {"folds": 3}, {"folds": None}, "cautioned"),
    ],
)
def test_a_variant_promises_for_itself_and_an_option_undone_leaves_nothing(
    name, change, back, what
):
    plain = find(name)
    variant = plain.using(**change)
    assert getattr(variant, what) != getattr(plain, what)
    assert variant.using(**back) == plain


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        (
            "disagreement",
            {"kernel": "rbf"},
            "HM023 no option of disagreement 'kernel'. See its documentation.",
        ),
        (
            "ridge",
            {"fold": 3},
            "HM023 no option of ridge 'fold'. Closest: 'folds', 'rng', 'penalty'",
        ),
        ("rsa", {"comparison": "rho"}, "HM025 comparison is 'rho'; allowed: spearman, pearson"),
        (
            "rsa",
            {"dissimilarity": "mahalanobis"},
            "HM025 dissimilarity is 'mahalanobis'; allowed: correlation, cosine, squared_euclidean",
        ),
        (
            "semi_matching_correlation",
            {"both_ways": "yes"},
            "HM025 both_ways is 'yes'; allowed: True or False.",
        ),
        ("soft_matching", {"normalise": 1}, "HM025 normalise is 1; allowed: True or False."),
    ],
)
def test_an_option_that_does_not_exist_is_refused(name, options, says):
    with pytest.raises(HomologError) as refused:
        find(name).using(**options)
    assert str(refused.value).startswith(says)


def test_fold_labels_may_be_given_and_are_kept_whole():
    ridge = find("ridge")
    groups = np.repeat(["a", "b", "c", "d", "e", "f"], 4)
    labels = ridge.using(folds=3).folds(24, groups)
    assert len(np.unique(labels)) == 3
    assert all(len(np.unique(labels[groups == group])) == 1 for group in np.unique(groups))
    assert ridge.using(folds=labels).folds(24).tolist() == labels.tolist()
    assert np.bincount(ridge.using(folds=np.int64(4)).folds(10)).tolist() == [3, 3, 2, 2]
    assert ridge.using(folds=np.int64(4)).label == "ridge(folds=4)"


def test_the_seed_decides_the_folds():
    ridge = find("ridge")
    assert ridge.folds(30).tolist() == ridge.folds(30).tolist()
    assert ridge.folds(30).tolist() != ridge.using(rng=1).folds(30).tolist()
    with pytest.raises(HomologError, match="HM025 rng is True; allowed: a whole number from 0"):
        ridge.using(rng=True).folds(30)


@dataclass(frozen=True)
class _Everything:
    rows: np.ndarray = along_stimuli()
    square: np.ndarray = along_stimuli(2)
    pairs: np.ndarray = along_stimuli("pairs")
    absent: None = along_stimuli()
    total: float = 0.0


def test_permuted_moves_what_belongs_to_stimuli_and_nothing_else(rng):
    def summary(x):
        square = x @ x.T
        return _Everything(x, square, square[np.triu_indices(len(x), 1)], None, x.sum())

    x = rng.normal(size=(9, 4))
    order = rng.permutation(9)
    moved, wanted = permuted(summary(x), order), summary(x[order])
    for name in ("rows", "square", "pairs"):
        assert getattr(moved, name) == pytest.approx(getattr(wanted, name), abs=1e-14)
    assert moved.absent is None
    assert moved.total == summary(x).total


@dataclass(frozen=True)
class _Mean:
    value: np.ndarray


def test_a_measure_is_two_functions_and_its_promises(rng):
    @measure(
        summary=lambda x, *, power=1.0: _Mean((x**power).mean()),
        best=0.0,
        worst=float("inf"),
        kind="distance",
        symmetric=True,
        invariant_to={"permutation"},
        candidate_invariant_to=set(),
        biased=False,
        smooth=False,
        source="https://example.org",
        citation="@misc{none}",
    )
    def gap(x, y, *, offset=0.0):
        """Difference of the means.

        No more than that.
        """
        return abs(x.value - y.value) + offset

    x, y = rng.uniform(size=(2, 5, 3))
    assert isinstance(gap, Measure)
    assert gap.title == "Difference of the means"
    assert dict(gap.options) == {"power": 1.0, "offset": 0.0}
    assert gap.invariant_to == {"permutation"}
    assert gap.candidate_invariant_to == set()
    assert float(gap(x, y)) == pytest.approx(abs(x.mean() - y.mean()))
    assert gap(x, y).shape == ()
    changed = gap.using(power=2.0, offset=1.0)
    assert float(changed(x, y)) == pytest.approx(abs((x**2).mean() - (y**2).mean()) + 1)
    assert gap.chance(gap.summary(x), gap.summary(y)) is None
    assert gap.caution(gap.summary(x), gap.summary(y)) is None
    assert gap.score_all([gap.summary(x), gap.summary(y)]) is None


def test_two_libraries_in_one_call_are_refused(rng):
    torch = pytest.importorskip("torch")
    x = rng.normal(size=(6, 3))
    with pytest.raises(
        HomologError, match=r"HM037 X is an array of numpy, Y one of torch\. Pass both as the same"
    ):
        find("cka")(x, torch.asarray(x))


@pytest.mark.parametrize(
    ("name", "n_neurons"), [("cca", 4), ("linear_regression", 4), ("linear_regression", 40)]
)
def test_one_neuron_of_enormous_size_changes_nothing(name, n_neurons, rng):
    x, y = rng.normal(size=(30, 5)), rng.normal(size=(30, n_neurons))
    uneven = y * np.r_[1e12, np.ones(n_neurons - 1)]
    assert float(find(name)(x, uneven)) == pytest.approx(float(find(name)(x, y)), abs=1e-9)


@pytest.mark.parametrize("name", ["cca", "linear_regression"])
def test_nothing_is_read_from_the_rounding_of_a_silent_neuron(name, rng):
    x, y = rng.normal(size=(30, 5)), rng.normal(size=(30, 3)) * [1e12, 1.0, 1e6]
    silent = 0.3 + 1e-17 * rng.integers(0, 9, size=(30, 1))
    score = float(find(name)(x, np.c_[y, silent]))
    assert score == pytest.approx(float(find(name)(x, y)), abs=1e-9)


@pytest.mark.parametrize("dissimilarity", ["correlation", "cosine", "squared_euclidean"])
def test_ties_are_ties_in_single_precision(dissimilarity, rng):
    jnp = pytest.importorskip("jax.numpy")
    x, y = rng.poisson(2.0, size=(2, 60, 8)) + np.eye(60, 8, dtype=int)
    rsa = find("rsa").using(dissimilarity=dissimilarity)
    single = rsa(jnp.asarray(x, dtype=jnp.float32), jnp.asarray(y, dtype=jnp.float32))
    assert single.dtype == jnp.float32
    assert float(single) == pytest.approx(float(rsa(x, y)), abs=5e-6)


def test_arrays_on_two_devices_are_refused(rng):
    xp = pytest.importorskip("array_api_strict")
    x = rng.normal(size=(6, 3))
    here, there = (xp.asarray(x, device=xp.Device(name)) for name in ("CPU_DEVICE", "device1"))
    with pytest.raises(HomologError, match=r"HM037 X is on device .*CPU_DEVICE.*, Y on .*device1"):
        find("cka")(here, there)
    assert find("cka")(there, there).device == xp.Device("device1")


@pytest.mark.parametrize("name", names("mean"))
def test_precisions_may_differ_where_single_is_kept(name, rng, monkeypatch):
    """As on an accelerator, here without one."""
    torch = pytest.importorskip("torch")
    monkeypatch.setattr("homolog._arrays._checks.working_dtype", lambda x: x.dtype)
    x, y = (torch.asarray(rng.normal(size=(16, n))) for n in (4, 3))
    for pair in ((x.float(), y), (x, y.float())):
        score = find(name)(*pair)
        assert score.dtype == torch.float64
        assert float(score) == pytest.approx(float(find(name)(x, y)), abs=1e-4)


def test_every_public_name_of_the_folder_is_documented():
    assert all(m.__doc__ and m.title for m in map(find, names()))
    assert measures.names.__doc__


def test_promises_of_a_measure_cannot_be_changed_behind_its_back():
    cka = find("cka")
    with pytest.raises(AttributeError):
        cka.best = 2.0  # pyright: ignore
    with pytest.raises(TypeError):
        cka.options["x"] = 1  # pyright: ignore
    assert replace(cka, best=2.0).best == 2.0
    assert {entry.name for entry in fields(cka)} >= {"best", "worst", "invariant_to"}
