"""Options of measures: what they refuse, and what a variant promises instead."""

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.measures import find


def test_forms_of_procrustes_that_do_not_exist() -> None:
    says = r"HM025 form is 'arc'; allowed: angle, chordal, disparity, score\."
    with pytest.raises(HomologError, match=says):
        find("procrustes").using(form="arc")


@pytest.mark.parametrize(
    ("name", "option", "allowed"),
    [
        ("gulp", "penalty", "0, or a number from 1e-06"),
        ("ridge", "penalty", "None, or a number from 0"),
        ("pls", "n_components", "a whole number from 1"),
        ("cca", "pca", "None, a whole number of components, or a share of the variance"),
        ("whitened_procrustes", "alpha", "a number from 0 to below 1"),
    ],
)
def test_true_and_false_are_no_numbers(name: str, option: str, allowed: str) -> None:
    for given in (True, False):
        with pytest.raises(HomologError, match=rf"HM025 {option} is {given}; allowed: {allowed}"):
            find(name).using(**{option: given})


def test_an_option_that_is_told_twice() -> None:
    says = r"HM025 measure is 'neighbour_overlap\(k=5,k=6\)'; allowed: each option once\."
    with pytest.raises(HomologError, match=says):
        find("neighbour_overlap(k=5,k=6)")


@pytest.mark.parametrize(("n_components", "cautioned"), [(15, False), (16, True), (25, True)])
def test_pls_says_where_components_are_many_for_its_stimuli(n_components, cautioned) -> None:
    x, y = np.random.default_rng(0).normal(size=(2, 40, 20))
    pls = find("pls").using(n_components=n_components)
    said = pls.caution(pls.summary(x), pls.summary(y))
    assert (said is not None) == cautioned
    if said:
        used = min(n_components, 20)
        assert said == (
            f"{used} components for 32 training stimuli fit noise: unrelated populations score far"
            " below 0; use fewer, by n_components"
        )


def test_a_variant_says_what_it_is_and_where_its_ends_are() -> None:
    score = find("procrustes").using(form="score")
    assert (score.kind, score.best, score.worst, score.metric) == ("correlation", 1.0, 0.0, False)
    assert score.title.startswith("Procrustes score")
    assert find("procrustes").using(form="chordal").worst == pytest.approx(2**0.5)
    assert not find("size_and_shape").using(squared=True).metric


def test_an_option_that_is_undone_brings_back_title_and_formula() -> None:
    angle = find("procrustes")
    there_and_back = angle.using(form="chordal").using(form="angle")
    assert there_and_back.title == angle.title
    assert there_and_back.gradient is angle.gradient is not None


def test_a_variant_without_a_formula_for_its_gradient_has_none() -> None:
    x = np.random.default_rng(0).normal(size=(12, 4))
    for variant in (
        find("procrustes").using(form="disparity"),
        find("size_and_shape").using(squared=True),
    ):
        assert variant.gradient_at(x) is None


def test_kernels_that_do_not_exist_or_have_no_bandwidth() -> None:
    cka = find("cka")
    for options, says in {
        ("kernel", "gauss"): r"HM025 kernel is 'gauss'; allowed: linear, rbf, laplace\.",
        ("bandwidth", 2.0): r"HM025 kernel is 'linear'; allowed: rbf or laplace where a bandwidth"
        r" is set\.",
        ("relative", False): r"HM025 kernel is 'linear'; allowed: rbf or laplace where",
        ("form", "arc"): r"HM025 form is 'arc'; allowed: cosine, angle, chordal, score\.",
    }.items():
        with pytest.raises(HomologError, match=says):
            cka.using(**dict([options]))
    for bandwidth in (0.0, -1.0, float("inf"), float("nan"), True, "wide"):
        with pytest.raises(HomologError, match=r"HM025 bandwidth is .*; allowed: a number above 0"):
            find("unbiased_cka").using(kernel="rbf", bandwidth=bandwidth)


def test_a_kernel_in_which_every_stimulus_is_alone() -> None:
    x = np.random.default_rng(0).normal(size=(12, 4))
    says = (
        r"HM031 the rbf kernel is undefined here, not 0: at bandwidth 0\.01 every stimulus of a"
        r" population is like no other\. Use a larger bandwidth\."
    )
    with pytest.raises(HomologError, match=says):
        find("cka").using(kernel="rbf", bandwidth=0.01)(x, x)


def test_a_kernel_in_which_all_stimuli_are_the_same() -> None:
    x = np.random.default_rng(0).normal(size=(12, 4))
    says = (
        r"HM031 the rbf kernel is undefined here, not 0: at bandwidth 1e\+07 every stimulus of a"
        r" population is like every other\. Use a smaller bandwidth\."
    )
    wide = find("cka").using(kernel="rbf", bandwidth=1e7)
    with pytest.raises(HomologError, match=says):
        wide.using(centred=False)(x, x)
    assert float(wide(x, x[:, :2])) == pytest.approx(float(find("cka")(x, x[:, :2])), abs=1e-7)
    with pytest.raises(HomologError, match=r"like every other\. Use a smaller bandwidth\."):
        wide.using(relative=False)(1e-160 * x, x)


def test_a_median_distance_of_nothing() -> None:
    """Most stimuli silent: half of all pairs evoke the same, so their distance has no median."""
    x = np.zeros((20, 3))
    x[:4] = np.random.default_rng(0).normal(size=(4, 3))
    says = (
        r"HM031 a bandwidth in median distances is undefined here, not 0: half of all pairs of"
        r" stimuli evoke equal responses in a population\. Set it in the unit of the responses:"
        r" relative=False\."
    )
    with pytest.raises(HomologError, match=says):
        find("cka").using(kernel="laplace")(x, x)
    absolute = find("cka").using(kernel="laplace", relative=False)
    assert float(absolute(x, x)) == pytest.approx(1)


def test_stimuli_that_are_alike_only_to_themselves_without_diagonal_or_centre() -> None:
    with pytest.raises(HomologError, match="HM031 cka is undefined here, not 0: all pairs"):
        find("cka").using(diagonal=False, centred=False)(np.eye(6), np.eye(6))


def test_a_kernel_too_large_for_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    from homolog._arrays import _checks

    monkeypatch.setattr(_checks, "_ALWAYS_FITS", 0)
    monkeypatch.setattr(_checks, "_free_memory", lambda: 4000)
    x = np.random.default_rng(0).normal(size=(20, 4))
    with pytest.raises(HomologError, match=r"HM009 distances between stimuli .*4 × 20 × 20 pairs"):
        find("cka").using(kernel="rbf")(x, x)


def test_what_kernels_change_in_the_promises_of_cka() -> None:
    cka = find("cka")
    absolute = cka.using(kernel="rbf", relative=False)
    assert "scale" in cka.using(kernel="rbf").invariant_to
    assert "scale" not in absolute.invariant_to
    assert absolute.title == "Centred kernel alignment by a Gaussian kernel of distances"
    assert absolute.using(form="angle").title == f"{absolute.title}, as an angle in radians"
    assert absolute.smooth
    assert not cka.using(kernel="rbf").smooth
    assert not absolute.of_products
    assert cka.of_products
    assert cka.using(centred=False).chance_level is None
    assert cka.using(centred=False).using(centred=True).chance_level is not None
    assert cka.using(diagonal=False).worst == -1
    assert find("unbiased_cka").using(form="angle").worst == pytest.approx(np.pi)


def test_unbiased_distance_correlation_of_what_it_cannot_tell() -> None:
    unbiased = find("distance_correlation").using(unbiased=True)
    with pytest.raises(HomologError, match=r"HM019 distance_correlation: .* has 3 stimuli; at lea"):
        unbiased(np.eye(3), np.eye(3))
    with pytest.raises(HomologError, match=r"HM031 distance_correlation is undefined here, not 0"):
        unbiased(np.eye(6), np.eye(6))
    assert float(find("distance_correlation")(np.eye(6), np.eye(6))) == pytest.approx(1)
    assert unbiased.chance(unbiased.summary(np.eye(5)[:, :2]), None) == 0
    assert find("distance_correlation").chance_level is None


def test_permutation_procrustes_has_no_disparity_and_scales_no_silent_neuron() -> None:
    with pytest.raises(
        HomologError, match=r"HM025 form is 'disparity'; allowed: angle, chordal, s"
    ):
        find("permutation_procrustes").using(form="disparity")
    x = np.random.default_rng(0).normal(size=(12, 3))
    x[:, 1] = 2.0
    with pytest.raises(HomologError, match="HM006 a population: 1 unit is constant"):
        find("permutation_procrustes").using(normalise=True)(x, x)
    raw = find("permutation_procrustes").using(normalise=True, centred=False)
    assert float(raw(x, x)) == 0  # a constant neuron has a size, about zero
    silent = x * [1, 1, 0]
    with pytest.raises(HomologError, match=r"HM006 a population: 1 unit is constant .*\(2 of 3\)"):
        raw(silent, silent)
    assert float(find("permutation_procrustes")(x, x)) == 0


def test_powers_that_are_none_or_too_high() -> None:
    x = 1e9 * np.random.default_rng(0).normal(size=(12, 3))
    for alpha in (0, -1, float("inf"), float("nan"), True, "half"):
        with pytest.raises(HomologError, match=r"HM025 alpha is .*; allowed: a number above 0\."):
            find("size_and_shape").using(alpha=alpha)
    says = (
        r"HM031 size_and_shape is undefined here, not 0: responses of this size, to the power 40,"
        r" are beyond the range of numbers\. Express them in a larger or smaller unit, or use"
        r" alpha=0\.5\."
    )
    with pytest.raises(HomologError, match=says):
        find("size_and_shape").using(alpha=20.0)(x, x)
    squared = find("size_and_shape").using(alpha=1.0, squared=True)
    assert squared.title.startswith("Alpha-Procrustes")
    assert not squared.smooth


def test_aligned_cosine_of_stimuli_without_any_response() -> None:
    x = np.random.default_rng(0).normal(size=(12, 3))
    silent = x.copy()
    silent[[4, 7]] = 0
    says = (
        r"HM031 aligned_cosine is undefined here, not 0: 2 stimuli evoke no response at all in a"
        r" population \(first at row 4\), so their pattern has no direction\. Drop those stimuli,"
        r" or use procrustes\."
    )
    for pair in ((x, silent), (silent, x)):
        with pytest.raises(HomologError, match=says):
            find("aligned_cosine")(*pair)


def test_cknna_of_neighbours_that_hardly_count() -> None:
    """Few strong stimuli are everybody's neighbours, and few others each other's."""
    rng = np.random.default_rng(72)
    x = np.exp(rng.normal(size=(9, 16)) * np.exp(rng.normal(size=(9, 1))))
    says = (
        r"HM031 cknna is undefined here, not 0: from its 2 nearest neighbours a population's"
        r" overlap with itself comes out as 0 or less\. Use a larger k, or unbiased_cka\."
    )
    with pytest.raises(HomologError, match=says):
        find("cknna").using(k=2)(x, x)
    with pytest.raises(HomologError, match="HM025 k is 8; allowed: a whole number from 1 to 7"):
        find("cknna").using(k=8)(x, x)


def test_a_count_of_dimensions_has_no_best_score() -> None:
    ensd = find("ensd")
    x = np.random.default_rng(0).normal(size=(30, 4))
    assert ensd.best == np.inf
    assert float(ensd(x, x)) == pytest.approx(1 / float(ensd.summary(x).square))


def test_shared_dimensions_may_exceed_the_rank_of_one_but_not_the_participation_ratios(rng):
    """One neuron is the first of two at right angles, of variances 1 and 1/2."""
    ensd = find("ensd")
    y = rng.normal(size=(20, 3))
    y -= y.mean(axis=0)
    y = np.linalg.svd(y, full_matrices=False)[0][:, :2] * [1, np.sqrt(0.5)]
    x = y[:, :1]
    shared = float(ensd(x, y))
    assert shared == pytest.approx(1.2)
    assert shared <= np.sqrt(float(ensd(x, x)) * float(ensd(y, y)))
