"""Measures that predict, against their definitions and against scikit-learn."""

import warnings
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import kendalltau
from tests.oracle.populations import POPULATIONS, Responses
from tests.oracle.test_ridge import criterion, penalties

from homolog import HomologError, measures
from homolog.measures._held_out import Prediction, judged

linear_model = pytest.importorskip("sklearn.linear_model")
kernel_ridge = pytest.importorskip("sklearn.kernel_ridge")
pls_regression = pytest.importorskip("sklearn.cross_decomposition")
metrics = pytest.importorskip("sklearn.metrics")

on_all = pytest.mark.parametrize("name", POPULATIONS)


def ours(measure: str, x: Responses, y: Responses, **options: object) -> float:
    return float(measures.find(measure).using(**options)(x, y))


def share(x: Responses, y: Responses) -> float:
    """Of the variance of `x`, by least squares from `y`."""
    x, y = x - x.mean(axis=0), y - y.mean(axis=0)
    weights, *_ = np.linalg.lstsq(y, x, rcond=1e-9)
    return float(1 - np.sum((x - y @ weights) ** 2) / np.sum(x**2))


@on_all
def test_linear_regression_in_reverse_and_both_ways(name: str) -> None:
    x, y = POPULATIONS[name]
    reverse, mean = share(y, x), (share(x, y) + share(y, x)) / 2
    assert ours("linear_regression", x, y, predict="candidate") == pytest.approx(reverse, abs=1e-12)
    assert ours("linear_regression", x, y, predict="both") == pytest.approx(mean, abs=1e-12)


@on_all
def test_the_linear_angle_has_the_share_as_its_cosine(name: str) -> None:
    """To 1e-7, for that is what an arccosine next to 1 has left of rounding."""
    x, y = POPULATIONS[name]
    angle = ours("linear_regression", x, y, form="angle")
    assert np.cos(angle) == pytest.approx(share(x, y), abs=1e-12)
    assert angle == pytest.approx(np.arccos(np.clip(share(x, y), -1, 1)), abs=1e-7)


def test_small_linear_angles_keep_their_digits() -> None:
    """Responses of unit variance with 1e-9 of it unexplained are off by the root of 2e-18."""
    q = np.linalg.qr(np.random.default_rng(0).normal(size=(40, 5))).Q
    q = np.linalg.qr(q - q.mean(axis=0)).Q
    x = q[:, :2] + 1e-9 * q[:, 2:4]
    angle = ours("linear_regression", x, q[:, :2], form="angle")
    assert angle == pytest.approx(np.sqrt(2) * 1e-9, rel=1e-6)


@pytest.mark.parametrize(("predict", "rank"), [("candidate", 3), ("both", 4)])
def test_chance_of_linear_regression_is_that_of_the_direction(predict: str, rank: int) -> None:
    """A rank of 3 predicts in reverse, and one of 5 forwards, of 20 dimensions."""
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(21, 3)), rng.normal(size=(21, 5))
    measure = measures.find("linear_regression").using(predict=predict)
    assert measure.chance(measure.summary(x), measure.summary(y)) == pytest.approx(rank / 20)


JUDGES = ("variance", "mean_variance", "correlation", "mean_correlation", "median_correlation")
FEW = ["equal 45x9, 45x9", "more references 60x14, 60x6", "wide 20x32, 20x13"]


def blocks(x: Responses, n_folds: int = 4) -> np.ndarray:
    return np.arange(len(x)) * n_folds // len(x)


def predictions(
    estimator: object, x: Responses, y: Responses, labels: np.ndarray
) -> list[tuple[Responses, Responses, Responses]]:
    """Responses of x to the stimuli of every fold, what was predicted, and the training mean."""
    return [
        (
            x[labels == fold],
            estimator.fit(y[labels != fold], x[labels != fold]).predict(y[labels == fold]),
            x[labels != fold].mean(axis=0),
        )
        for fold in np.unique(labels)
    ]


def judge_plainly(folds: list[tuple[Responses, Responses, Responses]], judge: str) -> float:
    """By loops over folds and neurons and NumPy's correlation coefficients."""
    if judge == "variance":
        return float(
            1
            - sum(np.sum((a - f) ** 2) for a, f, _ in folds)
            / sum(np.sum((a - m) ** 2) for a, _, m in folds)
        )
    if judge == "mean_variance":
        missed = sum(np.sum((a - f) ** 2, axis=0) for a, f, _ in folds)
        spread = sum(np.sum((a - m) ** 2, axis=0) for a, _, m in folds)
        return float(np.mean(1 - missed / spread))
    if judge == "correlation":
        each = [((a - a.mean(axis=0)).ravel(), (f - f.mean(axis=0)).ravel()) for a, f, _ in folds]
        return float(np.mean([np.corrcoef(a, f)[0, 1] for a, f in each]))
    by_neuron = [
        np.mean([np.corrcoef(a[:, n], f[:, n])[0, 1] for a, f, _ in folds])
        for n in range(folds[0][0].shape[1])
    ]
    return float(np.mean(by_neuron) if judge == "mean_correlation" else np.median(by_neuron))


@pytest.mark.parametrize("judge", JUDGES)
@pytest.mark.parametrize("name", FEW)
def test_ridge_with_a_penalty_is_scikit_learns(name: str, judge: str) -> None:
    x, y = POPULATIONS[name]
    model = linear_model.Ridge(alpha=3.0, solver="svd")
    expected = judge_plainly(predictions(model, x, y, blocks(x)), judge)
    got = ours("ridge", x, y, folds=blocks(x), penalty=3.0, judge=judge)
    assert got == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize(
    "name", ["equal 45x9, 45x9", "more candidates 60x7, 60x15", "low rank 50x10, 50x11"]
)
def test_ridge_without_a_penalty_is_ordinary_least_squares(name: str) -> None:
    x, y = POPULATIONS[name]
    folds = predictions(linear_model.LinearRegression(), x, y, blocks(x))
    expected = judge_plainly(folds, "variance")
    assert ours("ridge", x, y, folds=blocks(x), penalty=0) == pytest.approx(expected, abs=1e-8)


@pytest.mark.parametrize("judge", ["variance", "median_correlation"])
def test_directions_of_ridge(judge: str) -> None:
    x, y = POPULATIONS["more references 60x14, 60x6"]
    model = linear_model.Ridge(alpha=2.0, solver="svd")
    ways = [judge_plainly(predictions(model, a, b, blocks(a)), judge) for a, b in ((x, y), (y, x))]
    got = [
        ours("ridge", x, y, folds=blocks(x), penalty=2.0, judge=judge, predict=predict)
        for predict in ("reference", "candidate", "both")
    ]
    assert got == pytest.approx([*ways, np.mean(ways)], abs=1e-8)


@pytest.mark.parametrize("name", FEW)
def test_kernel_ridge_is_scikit_learns(name: str) -> None:
    """`KernelRidge` on a Gaussian kernel, centred on the training stimuli and of trace 1."""
    x, y = POPULATIONS[name]
    squared = metrics.pairwise_distances(y, metric="sqeuclidean")
    median = np.median(np.sqrt(squared[np.triu_indices(len(y), 1)]))
    kernel = np.exp(-squared / (2 * median**2))
    centring = np.eye(len(y)) - 1 / len(y)
    kernel /= np.trace(centring @ kernel @ centring)
    folds = []
    for fold in np.unique(blocks(x)):
        train, test = blocks(x) != fold, blocks(x) == fold
        inside, across = kernel[np.ix_(train, train)], kernel[np.ix_(test, train)]
        across = across - across.mean(axis=1, keepdims=True) - inside.mean(axis=0) + inside.mean()
        inside = inside - inside.mean(axis=0) - inside.mean(axis=1, keepdims=True) + inside.mean()
        mean = x[train].mean(axis=0)
        model = kernel_ridge.KernelRidge(alpha=0.02, kernel="precomputed")
        predicted = model.fit(inside, x[train] - mean).predict(across) + mean
        folds.append((x[test], predicted, mean))
    got = ours("ridge", x, y, folds=blocks(x), kernel="rbf", penalty=0.02)
    assert got == pytest.approx(judge_plainly(folds, "variance"), abs=1e-8)


def test_a_kernel_predicts_what_bends() -> None:
    """A tuning curve and its square: a line predicts nothing of it, a kernel nearly all."""
    y = np.random.default_rng(0).uniform(-1, 1, size=(200, 1))
    assert ours("ridge", y**2, y) < 0.1
    assert ours("ridge", y**2, y, kernel="rbf") > 0.99


@pytest.mark.parametrize("judge", ["correlation", "mean_correlation"])
def test_unrelated_populations_correlate_zero(judge: str) -> None:
    """On average over 300 pairings of related populations, within 4 standard errors."""
    rng = np.random.default_rng(0)
    measure = measures.find("ridge").using(folds=3, penalty=1.0, judge=judge)
    x, y = POPULATIONS["counts 30x6, 30x4"]
    summary = measure.summary(y)
    scores = [
        float(measure.score(measure.summary(x[rng.permutation(30)]), summary)) for _ in range(300)
    ]
    assert abs(np.mean(scores)) < 4 * np.std(scores) / np.sqrt(300)


def test_neurons_silent_in_a_fold_are_left_out_of_it() -> None:
    """By hand: the second neuron varies in the second fold only, where it is predicted exactly."""
    actual = np.array([[1.0, 5], [2, 5], [3, 5]]), np.array([[1.0, 1], [2, 0], [1, 4]])
    predicted = np.array([[2.0, 7], [4, 1], [6, 2]]), np.array([[1.0, 1], [0, 0], [1, 4]])
    folds = [Prediction(a, f) for a, f in zip(actual, predicted, strict=True)]
    assert float(judged(folds, "mean_correlation")) == pytest.approx((0 + 1) / 2)
    still = [Prediction(actual[0], 0 * predicted[0] + 3)]
    assert float(
        judged(
            [Prediction(a[:, :1], f[:, :1]) for a, f in zip(actual, predicted, strict=True)],
            "median_correlation",
        )
    ) == pytest.approx(0)
    assert float(judged(still, "correlation")) == 0
    with pytest.raises(HomologError) as refused:
        judged(still, "mean_correlation")
    assert str(refused.value) == (
        "HM031 a score of each neuron is undefined here, not 0: 1 of 2 predicted neurons vary over"
        " the stimuli of no fold (first: neuron 1). Drop such neurons, or give folds of more"
        " stimuli."
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"judge": "r2"}, "HM025 judge is 'r2'; allowed: variance, mean_variance, correlation"),
        ({"predict": "x"}, "HM025 predict is 'x'; allowed: reference, candidate, both"),
        ({"penalty": -1}, "HM025 penalty is -1; allowed: None, or a number from 0"),
        ({"kernel": "poly"}, "HM025 kernel is 'poly'; allowed: linear, rbf"),
        ({"kernel": "rbf", "penalty": 0}, "HM025 penalty is 0; allowed: None, or above 0 where a"),
    ],
)
def test_options_of_ridge_that_do_not_exist(options: dict[str, object], says: str) -> None:
    with pytest.raises(HomologError, match=says):
        measures.find("ridge").using(**options)


def test_least_squares_that_fit_anything_are_refused() -> None:
    x, y = POPULATIONS["wide 20x32, 20x13"]
    assert np.isfinite(ours("ridge", x, y, penalty=0))
    with pytest.raises(HomologError) as refused:
        ours("ridge", y, x, penalty=0)
    assert str(refused.value) == (
        "HM031 ridge is undefined here, not 0: without a penalty, 32 neurons could fit anything at"
        " 16 training stimuli. Give a penalty, or None to have one chosen, or fewer neurons."
    )


@pytest.mark.parametrize(
    ("name", "n_components"),
    [
        ("equal 45x9, 45x9", 1),
        ("equal 45x9, 45x9", 4),
        ("more candidates 60x7, 60x15", 7),
        ("more references 60x14, 60x6", 6),
        ("wide 20x32, 20x13", 3),
        ("wide 18x21, 18x26", 5),
    ],
)
@pytest.mark.parametrize("judge", ["variance", "median_correlation"])
def test_pls_is_scikit_learns(name: str, n_components: int, judge: str) -> None:
    """`PLSRegression(scale=False)`, its power iterations run until nothing changes."""
    x, y = POPULATIONS[name]
    model = pls_regression.PLSRegression(n_components, scale=False, tol=1e-30, max_iter=5000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns where rounding keeps it from standing still
        expected = judge_plainly(predictions(model, x, y, blocks(x)), judge)
    got = ours("pls", x, y, folds=blocks(x), n_components=n_components, judge=judge)
    assert got == pytest.approx(expected, abs=1e-8)


def test_pls_with_all_components_is_least_squares() -> None:
    """25 are asked for where the candidate has 15 neurons, and where 12 stimuli train it."""
    x, y = POPULATIONS["more candidates 60x7, 60x15"]
    assert ours("pls", x, y) == pytest.approx(ours("ridge", x, y, penalty=0), abs=1e-9)
    x, y = POPULATIONS["wide 18x21, 18x26"]
    folds = predictions(linear_model.LinearRegression(), x, y, blocks(x, 3))
    expected = judge_plainly(folds, "variance")
    assert ours("pls", x, y, folds=blocks(x, 3)) == pytest.approx(expected, abs=1e-8)


def test_pls_ends_where_a_candidate_with_copied_neurons_has_no_more() -> None:
    x, y = POPULATIONS["low rank 50x10, 50x11"]
    folds = predictions(linear_model.LinearRegression(), x, y[:, :8], blocks(x))
    assert ours("pls", x, y, folds=blocks(x)) == pytest.approx(
        judge_plainly(folds, "variance"), abs=1e-8
    )


def test_directions_of_pls() -> None:
    x, y = POPULATIONS["more references 60x14, 60x6"]
    forward, reverse = ours("pls", x, y, n_components=2), ours("pls", y, x, n_components=2)
    assert forward != pytest.approx(reverse, abs=0.01)
    assert ours("pls", x, y, n_components=2, predict="candidate") == reverse
    assert ours("pls", x, y, n_components=2, predict="both") == (forward + reverse) / 2


@pytest.mark.parametrize("given", [0, 2.0, None])
def test_components_of_pls_are_counted(given: object) -> None:
    with pytest.raises(HomologError, match=r"HM025 n_components is .*; allowed: a whole number"):
        measures.find("pls").using(n_components=given)


@pytest.mark.parametrize("name", FEW)
def test_one_to_one_mapping_takes_the_neuron_most_alike_elsewhere(name: str) -> None:
    """Neuron by neuron: the partner by correlation on training stimuli, r on the test stimuli."""
    x, y = POPULATIONS[name]
    scores = []
    for fold in range(3):
        train, test = blocks(x, 3) != fold, blocks(x, 3) == fold
        for neuron in x.T:
            alike = [np.corrcoef(neuron[train], other[train])[0, 1] for other in y.T]
            partner = y[test, int(np.argmax(alike))]
            scores.append(np.corrcoef(neuron[test], partner)[0, 1])
    got = ours("semi_matching_correlation", x, y, folds=blocks(x, 3))
    assert got == pytest.approx(np.mean(scores), abs=1e-12)


@pytest.mark.parametrize("name", FEW)
def test_versa_orders_pairs_of_new_stimuli_by_their_predictions(name: str) -> None:
    """scikit-learn's ridge at the penalty of least GCV, as in test_ridge, then tau by pairs."""
    x, y = POPULATIONS[name]
    labels = blocks(x, 3)
    scores = []
    for fold in range(3):
        train, test = labels != fold, labels == fold
        tried = penalties(y[train])
        best = tried[int(np.argmin([criterion(x[train], y[train], each) for each in tried]))]
        model = linear_model.Ridge(alpha=best, solver="svd").fit(y[train], x[train])
        unlike = [
            [1 - np.corrcoef(a, b)[0, 1] for a, b in combinations(patterns, 2)]
            for patterns in (x[test], model.predict(y[test]))
        ]
        scores.append(kendalltau(*unlike).statistic)
    assert ours("versa", x, y, folds=labels) == pytest.approx(np.mean(scores), abs=1e-12)


def test_versa_reads_a_geometry_out_that_rsa_does_not_see() -> None:
    """Twenty neurons of large variance hide four in which the reference lies."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(60, 4))
    y = np.column_stack([x, 10 * rng.normal(size=(60, 20))])
    assert ours("rsa", x, y) < 0.2
    assert ours("versa", x, y) > 0.8


def test_versa_refuses_what_has_no_order() -> None:
    x, y = POPULATIONS["counts 30x6, 30x4"]
    with pytest.raises(HomologError) as refused:
        ours("versa", x, y, folds=15)
    assert str(refused.value) == (
        "HM025 folds is 15; allowed: folds of at least 3 of the 30 stimuli."
    )
    with pytest.raises(HomologError, match=r"HM031 .* evoke the same response in all neurons"):
        ours("versa", x[:, :1], y)
    two = np.column_stack([y[:, 0], y[:, 0] + 1 + x[:, 0]])
    with pytest.raises(HomologError) as refused:
        ours("versa", two, y)
    assert str(refused.value) == (
        "HM031 versa is undefined here, not 0: all pairs of 10 held-out stimuli are equally"
        " dissimilar. Give folds of more stimuli by .using(folds=...)."
    )
