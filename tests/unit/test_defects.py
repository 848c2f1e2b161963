"""What other packages were seen to get wrong, and that we do not."""

import re
from pathlib import Path

import numpy as np
import pytest

import homolog
from homolog import HomologError
from homolog.measures import find, names


@pytest.mark.parametrize("measure", ["linear_regression", "procrustes", "nbs", "cka", "cca"])
@pytest.mark.parametrize("padding", ["zeros", "copies"])
def test_padding_or_copying_neurons_invents_no_directions(measure, padding, rng):
    """A candidate of 5 neurons cannot explain more when they are padded to 20 or doubled."""
    x, y = rng.normal(size=(60, 20)), rng.normal(size=(60, 5))
    padded = np.c_[y, np.zeros((60, 15))] if padding == "zeros" else np.c_[y, y, y, y]
    m = find(measure)
    assert float(m(x, padded)) == pytest.approx(float(m(x, y)), abs=1e-12)


def test_regression_from_few_unrelated_neurons_explains_what_chance_explains(rng):
    """R² of 20 neurons from 5 unrelated ones is near 5/59; zero padding made it four times that."""
    scores = [
        float(find("linear_regression")(rng.normal(size=(60, 20)), rng.normal(size=(60, 5))))
        for _ in range(50)
    ]
    assert np.mean(scores) == pytest.approx(5 / 59, abs=0.005)


def test_names_say_what_is_computed():
    """An angle in radians has an angle's range; a distance in the responses' unit grows with it."""
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(40, 9)), rng.normal(size=(40, 9))
    angle, distance = find("procrustes"), find("size_and_shape")
    assert (angle.best, angle.worst) == (0.0, pytest.approx(np.pi / 2))
    assert "radians" in angle.title
    assert 0 < float(angle(x, y)) < np.pi / 2
    assert float(angle(10 * x, 10 * y)) == pytest.approx(float(angle(x, y)))
    assert (distance.best, distance.worst) == (0.0, np.inf)
    assert "unit" in distance.title
    assert float(distance(10 * x, 10 * y)) == pytest.approx(10 * float(distance(x, y)))


def test_no_name_stands_for_two_measures():
    """Every score function is defined once, in the file of its name."""
    folder = Path(homolog.measures.__file__).parent
    defined = [
        (file.stem, found)
        for file in folder.glob("[!_]*.py")
        for found in re.findall(
            r"^@measure\((?:.|\n)*?^def (\w+)\(", file.read_text(), re.MULTILINE
        )
    ]
    assert sorted(defined) == [(name, name) for name in names()]
    assert len({find(name).title for name in names()}) == len(names())


@pytest.mark.parametrize("library", ["numpy", "torch"])
@pytest.mark.parametrize("measure", ["linear_regression", "ridge"])
def test_a_rank_deficient_regression_is_the_same_every_time(measure, library, rng):
    """300 equal calls, one answer; a least-squares routine in use elsewhere gave eleven."""
    asarray = pytest.importorskip(library).asarray
    x, y = rng.normal(size=(30, 4)), rng.normal(size=(30, 3))
    y = np.c_[y, y, y @ rng.normal(size=(3, 2))]
    m = find(measure)
    scores = {float(m(asarray(x), asarray(y))) for _ in range(300)}
    assert len(scores) == 1
    if measure == "linear_regression":
        assert scores.pop() == pytest.approx(float(m(x, y[:, :3])), abs=1e-12)


def test_unbiased_cka_of_a_rotation_is_1():
    """An unbiased numerator over biased norms gave 0.847 here."""
    rng = np.random.default_rng(0)
    x = rng.normal(size=(40, 8))
    rotated = 3 * x @ np.linalg.qr(rng.normal(size=(8, 8))).Q - 2
    assert float(find("unbiased_cka")(x, rotated)) == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("name", names("mean"))
def test_the_caller_s_arrays_are_never_changed(name, rng):
    x, y = rng.normal(size=(20, 6)) + 3, rng.normal(size=(20, 5)) - 1
    copies = x.copy(), y.copy()
    for a, b in ((x, y), (np.asfortranarray(x), y), (x, np.ascontiguousarray(y.T).T)):
        find(name)(a, b)
        assert np.array_equal(a, copies[0])
        assert np.array_equal(b, copies[1])


def test_the_same_seed_gives_the_same_draws_and_nobody_else_s(rng):
    x, y = rng.normal(size=(20, 6)), rng.normal(size=(20, 5))

    def null(seed):
        return homolog.compare(x, y, "cka", permutations=50, rng=seed).scores[0].null

    before = np.random.get_state(legacy=False)["state"]  # noqa: NPY002 - watched, not used
    assert np.array_equal(null(1), null(1))
    assert not np.array_equal(null(1), null(2))
    after = np.random.get_state(legacy=False)["state"]  # noqa: NPY002
    assert before["pos"] == after["pos"]
    assert np.array_equal(before["key"], after["key"])


def test_negative_unbiased_scores_are_not_clipped(rng):
    """Clipped at 0 the mean over unrelated populations would be above it."""
    scores = np.array(
        [
            float(find("unbiased_cka")(rng.normal(size=(20, 10)), rng.normal(size=(20, 12))))
            for _ in range(400)
        ]
    )
    standard_error = scores.std() / np.sqrt(len(scores))
    assert np.mean(scores < 0) > 0.4
    assert abs(scores.mean()) < 4 * standard_error
    assert np.maximum(scores, 0).mean() > 4 * standard_error


def test_stimuli_in_another_order_are_refused_not_scored(rng):
    labels = [f"img_{i:02d}" for i in range(12)]
    x = homolog.Representation(rng.normal(size=(12, 4)), stimuli=labels, name="V1")
    order = [0, 1, 2, 4, 3, *range(5, 12)]
    y = homolog.Representation(
        x.responses[order], stimuli=[labels[i] for i in order], name="layer3"
    )
    says = re.escape(
        "HM002 V1 and layer3 share the same 12 ids in different orders (first at row 3)."
        " Use homolog.align(V1, layer3), or align=True in homolog.compare."
    )
    with pytest.raises(HomologError, match=says):
        homolog.compare(x, y, "cka", permutations=0, intervals=False)
    aligned = homolog.compare(x, y, "cka", permutations=0, intervals=False, align=True)
    assert aligned.scores[0].value == pytest.approx(1)


@pytest.mark.parametrize("unit", [1e-6, 1.0, 1e6])
def test_components_are_kept_by_their_share_of_the_population_s_own_variance(unit):
    """A share held against another total kept one component where it took nine."""
    rng = np.random.default_rng(5)
    raw = rng.normal(size=(200, 10))
    courses = np.linalg.qr(raw - raw.mean(axis=0)).Q
    held = np.array([4.0, 2, 1, 1, 0.5, 0.5, 0.4, 0.3, 0.2, 0.1])  # of 10
    x = courses * np.sqrt(held) @ np.linalg.qr(rng.normal(size=(10, 10))).Q
    y = courses[:, :7] @ rng.normal(size=(7, 8)) + 0.1 * rng.normal(size=(200, 8))
    scores = {k: float(find("cca").using(pca=k)(x, y)) for k in range(1, 11)}
    assert len({round(score, 6) for score in scores.values()}) == 10
    for share, n_components in ((0.39, 1), (0.69, 3), (0.89, 6), (0.985, 9), (0.995, 10)):
        summary = find("cca").using(pca=share).summary(unit * x)
        assert summary.directions.shape[1] == n_components


@pytest.mark.parametrize("average", ["mean", "mean_square", "overlap", "projection_weighted"])
def test_mean_responses_do_not_weigh_in_canonical_correlations(average, rng):
    """Weights taken from responses with their means changed with a neuron's mean."""
    x, y = rng.normal(size=(60, 6)), rng.normal(size=(60, 4))
    cca = find("cca").using(average=average)
    moved = float(cca(x + 100 * rng.normal(size=6), y - 100 * rng.normal(size=4)))
    assert moved == pytest.approx(float(cca(x, y)), abs=1e-10)


def test_what_is_squared_is_no_metric():
    """A squared distance was declared a metric elsewhere."""
    assert not find("size_and_shape").using(squared=True).metric
    assert not find("procrustes").using(form="disparity").metric
    raw = np.random.default_rng(1).normal(size=(30, 2))
    courses = np.linalg.qr(raw - raw.mean(axis=0)).Q
    x, between, y = (courses @ [[np.cos(angle)], [np.sin(angle)]] for angle in (0, 0.3, 0.6))
    gulp = find("gulp").using(penalty=0)
    there, on, straight = (float(gulp(*pair)) for pair in ((x, between), (between, y), (x, y)))
    assert straight <= there + on
    assert straight**2 > there**2 + on**2  # so the square is none


def test_uniformity_does_not_vanish_for_want_of_digits(rng):
    """Exponentials of large distances were all 0, and every difference with them."""
    x, y = rng.normal(size=(40, 8)), rng.normal(size=(40, 8)) + 2
    measure = find("uniformity_difference")
    assert float(measure(1e4 * x, 1e4 * y)) == pytest.approx(float(measure(x, y)), rel=1e-9)
    assert float(measure.using(normalise=False)(1e4 * x, 1e4 * y)) > 1


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("ridge", {"judge": "variance"}),
        ("ridge", {"judge": "mean_correlation"}),
        ("soft_matching_correlation", {}),
        ("procrustes", {}),
        ("cca", {}),
    ],
)
def test_every_fold_counts_not_only_the_last(name, options, rng):
    """Where a loop kept its last fold, another order of folds gives another score."""
    x, y = rng.normal(size=(30, 4)), rng.normal(size=(30, 4))
    x[:, :3] += 2 * y[:, :3]
    folds = np.arange(30) % 3
    scores = [
        float(find(name).using(folds=order[folds], **options)(x, y))
        for order in (np.array([0, 1, 2]), np.array([2, 0, 1]), np.array([1, 2, 0]))
    ]
    assert scores == pytest.approx([scores[0]] * 3, abs=1e-12)


def test_folds_hold_every_stimulus_out_exactly_once():
    """Random subsets that overlap are no cross-validation."""
    for name in ("ridge", "soft_matching_correlation(folds=2)"):
        labels = find(name).folds(31)
        assert labels.shape == (31,)
        counts = np.unique(labels, return_counts=True)[1]
        assert counts.max() - counts.min() <= 1


def test_names_bound_in_a_loop_keep_their_own_settings(rng):
    """Where names closed over a loop's variable, all of them ran what came last."""
    x, y = rng.normal(size=(40, 6)), rng.normal(size=(40, 6))
    x += y
    called = [
        "brain-score/ridge",
        "brain-score/linear_predictivity",
        "ridge-lambda=10-r2-cv=5folds",
        "cka-kernel=linear-hsic=gretton-distance=angular",
        "cka-kernel=linear-hsic=gretton-score",
        "cka-kernel=linear-hsic=lange-score",
        "cka-kernel=linear-hsic=song-score",
        "procrustes-distance=angular",
        "procrustes-distance=euclidean",
        "procrustes-distance=squared_euclidean",
        "brain-score/cka_biased",
    ]
    scores = {name: round(float(find(name)(x, y)), 9) for name in called}
    assert len(set(scores.values())) == len(called) - 1  # the last is the fifth
    assert scores["brain-score/cka_biased"] == scores["cka-kernel=linear-hsic=gretton-score"]
    assert float(find("brain-score/cka")(x, y)) == float(find("unbiased_cka")(x, y))


def test_a_score_above_its_ceiling_is_not_clipped():
    """Noise may carry a score beyond an estimated ceiling; clipped, many would be biased down."""
    cka = find("unbiased_cka")
    assert homolog.statistics.ceiling(cka, 0.81, 0.36) == pytest.approx(0.54)
    assert homolog.statistics.ceiling(cka, 1.2, 1.0) > 1


@pytest.mark.parametrize("alpha", [0.0, 0.25, 0.5])
def test_what_is_minimised_is_what_is_scored(alpha, rng):
    """Where one weight was fitted and another scored, a rotation could undercut the distance."""
    x, y = rng.normal(size=(50, 4)), rng.normal(size=(50, 4))
    x += y
    distance = float(find("whitened_procrustes").using(alpha=alpha)(x, y))

    def whitened(a):
        a = a - a.mean(axis=0)
        squares, axes = np.linalg.eigh(a.T @ a)
        a = a @ (axes * (alpha + (1 - alpha) / np.sqrt(squares))) @ axes.T
        return a / np.linalg.norm(a)

    x, y = whitened(x), whitened(y)
    left, _, right = np.linalg.svd(y.T @ x)
    best = left @ right
    assert np.arccos(np.sum(x * (y @ best))) == pytest.approx(distance, abs=1e-9)
    for size in (0.01, 0.1, 1.0):
        for _ in range(20):
            rotation = np.linalg.qr(best + size * rng.normal(size=(4, 4))).Q
            rotation *= np.sign(np.sum(rotation * best, axis=0))
            assert np.arccos(np.sum(x * (y @ rotation))) >= distance


def test_nobody_differentiates_unasked(rng):
    """Gradients that nobody asked for take memory for every step of every score."""
    torch = pytest.importorskip("torch")
    x, y = (torch.asarray(rng.normal(size=(20, 4))) for _ in range(2))
    for name in ("cka", "unbiased_cka", "procrustes", "ridge", "rsa"):
        assert not find(name)(x, y).requires_grad
