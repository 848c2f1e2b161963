"""Scores of responses with one component perturbed: simulation, formulas, and refusals."""

import numpy as np
import pytest

from homolog import errors, measures
from homolog.audit import perturb_components
from homolog.errors import HomologError

ROWS = 40
SPECTRA = {
    "falling": 2.0 ** -np.arange(8),
    "degenerate": np.array([2.0, 2.0, 2.0, 1.0, 1.0]),
    "steep": 10.0 ** -np.arange(8),
    "single": np.array([1.0]),
}
AMOUNTS = {
    "replace": [None, 0.3, -0.6, 1.0, 1 - 1e-9],
    "rescale": [None, 0.2, 1.0, 1 + 1e-9, 3.0],
    "noise": [None, 0.0, 1e-6, 5.0],
}


def planted(sizes, rng, n_rows=ROWS, n_neurons=None):
    """Responses with those singular values, in a random basis of rows and of neurons."""
    centred = rng.normal(size=(n_rows, len(sizes)))
    courses = np.linalg.qr(centred - centred.mean(0))[0]
    axes = np.linalg.qr(rng.normal(size=(n_neurons or len(sizes), len(sizes))))[0]
    return courses, sizes, axes


def responses(courses, sizes, axes):
    return courses * sizes @ axes.T


@pytest.mark.parametrize("spectrum", SPECTRA)
@pytest.mark.parametrize("kind", AMOUNTS)
@pytest.mark.parametrize("n_neurons", [None, 11, 60])
def test_formulas_agree_with_the_measures(kind, spectrum, n_neurons, rng):
    target = responses(*planted(SPECTRA[spectrum], rng, n_neurons=n_neurons))
    for amount in AMOUNTS[kind]:
        found = perturb_components(7.0 + target, kind=kind, amount=amount, rng=3)
        assert set(found.closed_form) == {"cka", "nbs", "procrustes", "linear_regression", "cca"}
        assert found.disagreement < 1e-12, (amount, found)


@pytest.mark.parametrize(
    ("kind", "amount", "cka", "nbs", "r2", "cca"),
    [
        ("replace", 0.4, 1 - 0.84 * 9 / 14, 1 - 0.6 * 3 / 6, 1 - 0.84 * 3 / 6, 1 - 0.6 / 3),
        (
            "rescale",
            0.5,
            (14 - 9 + 9 / 4) / (14 * (14 - 9 + 9 / 16)) ** 0.5,
            (6 - 3 + 1.5) / (6 * (6 - 3 + 3 / 4)) ** 0.5,
            1.0,
            1.0,
        ),
        ("noise", 1.0, (14 / (14 + 27)) ** 0.5, (6 / 9) ** 0.5, 0.75, 1 - (1 - 0.5**0.5) / 3),
    ],
)
def test_the_first_of_three_components_by_hand(kind, amount, cka, nbs, r2, cca, rng):
    """Variances 3, 2, 1: S1 = 6, S2 = 14. Built in neuron space, scored by the measures alone."""
    courses, sizes, axes = planted(np.sqrt([3.0, 2.0, 1.0]), rng, n_neurons=5)
    drawn = rng.normal(size=ROWS)
    free = np.column_stack([np.ones(ROWS) / ROWS**0.5, courses])
    other = drawn - free @ (free.T @ drawn)
    other /= np.linalg.norm(other)
    first = courses[:, 0]
    new = {
        "replace": amount * first + (1 - amount**2) ** 0.5 * other,
        "rescale": amount * first,
        "noise": first + amount * other,
    }[kind]
    target = responses(courses, sizes, axes)
    perturbed = target + np.outer(new - first, axes[:, 0]) * sizes[0]
    found = perturb_components(target, kind=kind, amount=amount, rng=1)
    angle = 1 - 2 / np.pi * np.arccos(nbs)
    expected = {"cka": cka, "nbs": nbs, "procrustes": angle, "linear_regression": r2, "cca": cca}
    for name, score in expected.items():
        value = float(measures.find(name)(target, perturbed))
        value = 1 - 2 * value / np.pi if name == "procrustes" else value
        assert value == pytest.approx(score, abs=1e-12), name
        assert found.closed_form[name][0] == pytest.approx(score, abs=1e-12), name


def test_a_component_that_is_removed_takes_its_variance_from_r2_alone(rng):
    target = responses(*planted(np.array([3.0, 2.0, 1.0]), rng))
    found = perturb_components(target, kind="rescale", amount=0)
    assert found.disagreement < 1e-12
    assert found.closed_form["linear_regression"] == pytest.approx([5 / 14, 10 / 14, 13 / 14])
    assert found.closed_form["cca"] == pytest.approx(1)


def test_a_small_component_weighs_most_for_procrustes_and_least_for_cka(rng):
    """The paper's figure 3c: components of 10 % of the variance, replaced."""
    target = responses(*planted(np.sqrt([0.9, 0.1]), rng))
    last = {name: one[1] for name, one in perturb_components(target).simulated.items()}
    assert last["procrustes"] < 0.75 < 0.85 < last["nbs"] < 0.95 < 0.98 < last["cka"]


def test_other_measures_are_simulated_without_a_formula(rng):
    target = responses(*planted(np.array([3.0, 2.0, 1.0]), rng, n_neurons=4))
    chosen = ["soft_matching", "unbiased_cka", "size_and_shape", measures.find("cca").using(pca=2)]
    found = perturb_components(target, chosen)
    assert list(found.simulated) == [
        "soft_matching",
        "unbiased_cka",
        "size_and_shape",
        "cca(pca=2)",
    ]
    assert not found.closed_form
    assert found.disagreement == 0
    for scores in found.simulated.values():
        assert scores.shape == (3,)
        assert np.isfinite(scores).all()
        assert (scores < 1).any()
    assert found.frame()["closed_form"].isna().all()


def test_where_rotations_count_neurons_are_perturbed_not_components(rng):
    courses, sizes, axes = planted(np.array([3.0, 1.0]), rng, n_neurons=4)
    target = responses(courses, sizes, axes)
    halved = target - 0.5 * responses(courses[:, :1], sizes[:1], axes[:, :1])
    expected = 1 - float(measures.find("soft_matching")(target, halved)) / 2
    found = perturb_components(target, ["soft_matching"], kind="rescale", amount=0.5)
    assert found.simulated["soft_matching"][0] == pytest.approx(expected, abs=1e-12)


def test_the_seed_decides_what_replaces_but_not_the_score(rng):
    target = responses(*planted(np.array([3.0, 1.0]), rng))
    one, same, other = (perturb_components(target, ["cka", "rsa"], rng=seed) for seed in (1, 1, 2))
    assert (one.simulated["rsa"] == same.simulated["rsa"]).all()
    assert (one.simulated["rsa"] != other.simulated["rsa"]).all()
    assert one.simulated["cka"] == pytest.approx(other.simulated["cka"], abs=1e-12)


def test_it_prints_and_becomes_a_table(rng):
    found = perturb_components(responses(*planted(2.0 ** -np.arange(12), rng)), ["cka", "nbs"])
    lines = str(found).splitlines()
    assert lines[0].split() == ["component", "variance", "cka", "nbs"]
    assert lines[1].split() == ["1", "0.750", f"{found.simulated['cka'][0]:.3f}", "0.250"]
    assert lines[-1] == "and 2 more"
    frame = found.frame()
    assert list(frame) == ["measure", "component", "explained_variance", "score", "closed_form"]
    assert len(frame) == 24
    assert frame["component"].tolist()[:2] == [1, 2]
    assert frame["score"].to_numpy() == pytest.approx(frame["closed_form"].to_numpy(), abs=1e-12)


@pytest.mark.parametrize("kind", AMOUNTS)
@pytest.mark.parametrize("measure", ["one_to_one_matching", "soft_matching"])
def test_a_constant_neuron_is_refused_as_by_the_measure_itself(measure, kind, rng):
    target = rng.normal(size=(ROWS, 5))
    target[:, 2] = 0.1  # whose mean is not exact
    for score in (measures.find(measure), lambda x, _: perturb_components(x, [measure], kind=kind)):
        with pytest.raises(HomologError, match="HM006"):
            score(target, target)
    assert perturb_components(target, ["cka"], kind=kind).disagreement < 1e-12


@pytest.mark.parametrize("kind", ["replace", "noise"])
def test_without_a_course_left_it_refuses(kind, rng):
    full = rng.normal(size=(6, 5))
    with pytest.raises(HomologError, match=r"HM065.*5 components over 6 rows.*rescale"):
        perturb_components(full, kind=kind)
    assert perturb_components(full, ["cka"], kind="rescale").disagreement < 1e-12
    one_left = perturb_components(full[:, :4], kind=kind)
    assert one_left.disagreement < 1e-12


@pytest.mark.parametrize(
    ("kind", "amount", "said"),
    [
        ("shuffle", None, r"kind is 'shuffle'; allowed: 'replace', 'rescale', 'noise'"),
        ("replace", 1.1, r"amount of replace is 1.1; allowed: a number from -1 to 1"),
        ("rescale", -1, "amount of rescale is -1; allowed: a number from 0 to 1e[+]06"),
        ("rescale", 1e90, "amount of rescale is 1e[+]90"),
        ("noise", 1e200, "amount of noise is 1e[+]200"),
        ("noise", float("nan"), "amount of noise is nan"),
        ("noise", float("inf"), "amount of noise is inf"),
        ("noise", "much", "amount of noise is 'much'"),
    ],
)
def test_amounts_that_mean_nothing_are_refused(kind, amount, said, rng):
    with pytest.raises(HomologError, match=f"HM025 {said}"):
        perturb_components(rng.normal(size=(20, 3)), kind=kind, amount=amount)


def test_one_measure_needs_no_list(rng):
    target = rng.normal(size=(20, 3))
    for one in ("cka", measures.find("cka")):
        assert list(perturb_components(target, one).simulated) == ["cka"]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rng": "a"}, "HM025 rng is 'a'; allowed: a whole number from 0, or a Generator"),
        ({"rng": -1}, "HM025 rng is -1"),
        ({"measures": 5}, "HM025 measures is 5; allowed: names or measures"),
        ({"measures": [5]}, "HM025 measure is 5; allowed: a name or a measure"),
        ({"measures": "ckaa"}, "HM023 no measure 'ckaa'"),
    ],
)
def test_seeds_and_measures_that_are_none_are_refused(options, said, rng):
    with pytest.raises(HomologError, match=said):
        perturb_components(rng.normal(size=(20, 3)), **options)


@pytest.mark.parametrize("kind", ["rescale", "noise"])
def test_formulas_hold_up_to_the_largest_amount(kind, rng):
    target = responses(*planted(SPECTRA["falling"], rng))
    assert perturb_components(target, kind=kind, amount=1e6).disagreement < 1e-9


def test_its_codes_are_stable():
    assert errors.no_direction_left(5, 6).code == "HM065"
