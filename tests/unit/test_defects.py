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


@pytest.mark.parametrize("name", names())
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
