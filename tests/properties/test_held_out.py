"""Measures judged by stimuli held out: chance, truth between two bounds, leaks, refusals."""

import numpy as np
import pytest

import homolog
from homolog.errors import HomologError
from homolog.measures import find, names

HELD_OUT = [name for name in names() if find(name).held_out is not None]
AT_CHANCE = {
    "procrustes": np.pi / 2,
    "permutation_procrustes": np.pi / 2,
    "whitened_procrustes": np.pi / 2,
    "soft_matching": 2**0.5,
}
"""Of unrelated populations; of all others but sizes it is 0."""


def mean_and_error(draws: list[float]) -> tuple[float, float]:
    return float(np.mean(draws)), float(np.std(draws, ddof=1) / np.sqrt(len(draws)))


def test_these_measures_fit():
    assert {
        "aligned_cosine",
        "cca",
        "nbs",
        "one_to_one_matching",
        "partial_soft_matching",
        "permutation_procrustes",
        "procrustes",
        "semi_matching_correlation",
        "size_and_shape",
        "soft_matching",
        "soft_matching_correlation",
        "whitened_procrustes",
    } == set(HELD_OUT)


@pytest.mark.parametrize("name", sorted(set(HELD_OUT) - {"size_and_shape"}))
def test_unrelated_populations_are_at_chance_and_look_alike_without_folds(name, rng):
    held_out, plain, chance = find(name).using(folds=4), find(name), AT_CHANCE.get(name, 0.0)
    pairs = [rng.normal(size=(2, 32, 6)) for _ in range(40)]
    mean, error = mean_and_error([float(held_out(*pair)) for pair in pairs])
    assert abs(mean - chance) < 3.5 * error + 0.01 * chance
    in_sample, error = mean_and_error([float(plain(*pair)) for pair in pairs])
    assert abs(in_sample - chance) > 10 * error


@pytest.mark.parametrize(
    ("name", "truth"),
    [
        ("nbs", 0.8),
        ("procrustes", np.arccos(0.8)),
        ("whitened_procrustes", np.arccos(0.8)),
        ("permutation_procrustes", np.arccos(0.8)),
        ("size_and_shape", np.sqrt(2 * 40 * 6 * 0.2)),
        ("cca", 0.8),
        ("aligned_cosine", 0.8),
        ("one_to_one_matching", 0.8),
        ("soft_matching", np.sqrt(0.4)),
    ],
)
def test_a_planted_truth_lies_between_the_scores_with_and_without_folds(name, truth, rng):
    """Neurons that correlate by 0.8 with their like, and by 0 with all others."""
    held_out, plain = find(name).using(folds=4), find(name)
    below, above = [], []
    for _ in range(30):
        x = rng.normal(size=(40, 6))
        y = 0.8 * x + 0.6 * rng.normal(size=x.shape)
        below.append(float(held_out(x, y)))
        above.append(float(plain(x, y)))
    sign = 1 if plain.higher_is_closer else -1
    slack = 0.04 if name == "aligned_cosine" else 0.0  # of patterns of six neurons, on average
    assert sign * (truth - np.mean(below)) > -slack - 3 * mean_and_error(below)[1]
    assert sign * (np.mean(above) - truth) > -slack - 3 * mean_and_error(above)[1]
    assert sign * (np.mean(above) - np.mean(below)) > 0


@pytest.mark.parametrize("name", HELD_OUT)
def test_folds_are_those_of_the_seed_and_may_be_given(name, rng):
    x, y = rng.normal(size=(2, 40, 6))
    y += x
    held_out = find(name).using(folds=4)
    assert float(held_out(x, y)) != float(held_out.using(rng=1)(x, y))
    given = find(name).using(folds=held_out.using(rng=1).folds(40))
    assert float(given(x, y)) == float(held_out.using(rng=1)(x, y))
    assert given.label == f"{name}(folds=4 given)"
    assert given.title.endswith(", at stimuli held out")


@pytest.mark.parametrize("name", HELD_OUT)
def test_a_fold_with_times_of_one_stimulus_on_both_sides_is_refused(name, rng):
    x = homolog.represent(rng.normal(size=(10, 4, 3)), "stimulus,time,neuron").fold_time()
    quick = {"permutations": 0, "intervals": False}
    with pytest.raises(HomologError, match=r"^HM012 the same stimulus is in train and test"):
        homolog.compare(x, x, find(name).using(folds=4), **quick)
    with pytest.raises(HomologError, match=r"^HM012 folds part a group: rows of "):
        homolog.compare(x, x, find(name).using(folds=np.arange(40) % 4), groups="stimulus", **quick)
    found = homolog.compare(x, x, find(name).using(folds=4), groups="stimulus", **quick)
    folds = np.asarray(found.scores[0].measure.options["folds"]).reshape(10, 4)
    assert (folds == folds[:, :1]).all()


@pytest.mark.parametrize("name", HELD_OUT)
def test_a_comparison_gives_interval_chance_and_p(name, rng):
    x = rng.normal(size=(30, 4))
    y = x @ np.linalg.qr(rng.normal(size=(4, 4)))[0] if "match" not in name else x[:, ::-1]
    y = y + 0.3 * rng.normal(size=y.shape)
    score = homolog.compare(x, y, f"{name}(folds=3)", permutations=19).scores[0]
    assert score.interval is not None
    assert score.interval[0] < score.value < score.interval[1]
    if name != "permutation_procrustes":
        assert score.p_value == 0.05


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        (
            "procrustes",
            {"form": "disparity"},
            "HM025 form is 'disparity'; allowed: angle, chordal or score where folds are held out.",
        ),
        (
            "nbs",
            {"squared": True},
            "HM025 squared is True; allowed: False where folds are held out.",
        ),
        (
            "size_and_shape",
            {"alpha": 1},
            "HM025 alpha is 1; allowed: 0.5 where folds are held out.",
        ),
        (
            "cca",
            {"average": "overlap"},
            "HM025 average is 'overlap'; allowed: mean where folds are held out.",
        ),
        (
            "soft_matching",
            {"normalise": False},
            "HM025 normalise is False; allowed: True where folds are held out.",
        ),
    ],
)
def test_options_without_a_meaning_there_are_refused(name, options, says):
    for changes in ({"folds": 3, **options}, {**options, "folds": 3}):
        with pytest.raises(HomologError) as refused:
            find(name).using(**changes)
        assert str(refused.value) == says
    assert find(name).using(folds=3).using(folds=None, **options).fits is False


@pytest.mark.parametrize(
    ("measure", "shape", "says"),
    [
        ("cca(folds=2)", (20, 10), "HM005 cca can be 1.0 whatever the data when units (10) ≥ stim"),
        (
            "cca(folds=2)",
            (20, 5),
            "HM005 cca cannot tell which directions go together: 5 + 5 of them do not fit side by"
            " side into 10 training stimuli, so some correlate by 1 whatever the data. Use pca=k≤4,"
            " more folds, or regularised_cca.",
        ),
        (
            "whitened_procrustes(folds=2)",
            (20, 10),
            "HM031 whitened_procrustes is undefined here, not 0: 10 whitened neurons could span all"
            " that 10 stimuli allow.",
        ),
        (
            "cca(folds=8)",
            (20, 4),
            "HM025 folds is 8; allowed: folds of at least 3 of the 20 stimuli.",
        ),
        (
            "one_to_one_matching(folds=12)",
            (20, 4),
            "HM025 folds is 12; allowed: folds of at least 2 of the 20 stimuli.",
        ),
        ("procrustes(folds=21)", (20, 4), "HM025 folds is 21; allowed: 2 to 20, the independent"),
        ("procrustes(rng=3)", (20, 4), "HM025 rng is 3; allowed: 0 where no folds are held out."),
        ("procrustes(rng=True)", (20, 4), "HM025 rng is True; allowed: 0 where no folds are held"),
        ("procrustes(folds=2, rng=True)", (20, 4), "HM025 rng is True; allowed: a whole number"),
    ],
)
def test_folds_that_cannot_be_are_refused(measure, shape, says, rng):
    x, y = rng.normal(size=(2, *shape))
    with pytest.raises(HomologError) as refused:
        find(measure)(x, y)
    assert str(refused.value).startswith(says)


def test_a_neuron_without_size_on_training_stimuli_cannot_be_scaled(rng):
    x, y = rng.normal(size=(2, 20, 4))
    folds = np.arange(20) < 8
    x[folds, 2] = 0.7
    with pytest.raises(HomologError) as refused:
        find("permutation_procrustes").using(folds=folds, normalise=True)(x, y)
    assert str(refused.value) == (
        "HM031 permutation_procrustes is undefined here, not 0: neuron 2 of a population has no"
        " size over the 8 stimuli that a fold is trained on. Drop such neurons, or use"
        " normalise=False."
    )


def test_directions_that_no_training_stimulus_moves_stay_unaligned(rng):
    """A copy scores below 1 where neurons outnumber the stimuli to train on."""
    x = rng.normal(size=(12, 40))
    assert float(find("nbs")(x, x)) == pytest.approx(1)
    assert 0 < float(find("nbs").using(folds=3)(x, x)) < 0.6


def sparse(n_neurons, rng):
    """Neurons that answer 3 of 60 stimuli each: most pairs of directions have no covariance."""
    return np.stack([rng.permutation(60) < 3 for _ in range(n_neurons)], axis=1).astype(float)


@pytest.mark.parametrize("name", ["cca(folds=5)", "whitened_procrustes(folds=5)"])
@pytest.mark.parametrize("kind", ["as many as fit", "sparse"])
def test_directions_that_could_be_any_others_do_not_count(name, kind, rng):
    """47 directions fit side by side into 48 training stimuli."""
    if kind == "sparse":
        x, y = sparse(8, rng), sparse(7, rng)
    else:
        x, y = rng.normal(size=(60, 24)), rng.normal(size=(60, 23))
    m, turn = find(name), rng.normal(size=(x.shape[1], x.shape[1]))
    once = float(m(x, y))
    for a, b in ((y, x), (x[:, ::-1], y), (x, y[:, ::-1]), (x @ turn, y), (x + 1e-13 * x**2, y)):
        assert float(m(a, b)) == pytest.approx(once, abs=1e-6)


def test_a_population_that_is_still_in_training_is_refused():
    x = np.random.default_rng(0).normal(size=(8, 1))
    still = np.array([[0.0], [2.0], [1.0], [1.0], [1.0], [1.0], [1.0], [1.0]])
    measure = find("whitened_procrustes").using(folds=[0, 0, 1, 1, 1, 1, 1, 1])
    with pytest.raises(HomologError) as refused:
        measure(still, x)
    assert str(refused.value) == (
        "HM031 whitened_procrustes with folds is undefined here, not 0: a population answers all"
        " training stimuli of a fold alike. Give more stimuli, or fewer folds."
    )
