"""Measures that see trials or time, from whole populations: refused, scored, judged."""

import numpy as np
import pytest

import homolog
from homolog import statistics
from homolog.errors import HomologError
from homolog.measures import find, names

N_STIMULI, N_TRIALS = 12, 5


@pytest.fixture
def cubes(rng):
    """(stimulus, trial, neuron) responses of two populations that share signals."""
    signal = rng.normal(size=(N_STIMULI, 1, 6))
    x = signal + rng.normal(size=(N_STIMULI, N_TRIALS, 6)) / 2
    y = signal[:, :, :4] + rng.normal(size=(N_STIMULI, N_TRIALS, 4)) / 2
    return x, y


def population(cube, name, **parts):
    stimuli = tuple(f"s{i}" for i in range(len(cube)))
    given = {"stimuli": stimuli, "name": name} | parts
    return homolog.Representation(cube.swapaxes(0, 1), "trial,stimulus,neuron", **given)


@pytest.fixture
def populations(cubes):
    return population(cubes[0], "V1"), population(cubes[1], "MT")


def refused(call):
    with pytest.raises(HomologError) as caught:
        call()
    return str(caught.value)


def test_measures_are_listed_by_what_they_see():
    assert "crossnobis" in names("trial")
    assert "cka" in names("mean")
    assert sorted(names("mean") + names("trial") + names("time")) == list(names())


def test_arrays_without_trials_are_refused(cubes):
    x, y = cubes
    assert refused(lambda: find("crossnobis")(x.mean(axis=1), y)) == (
        "HM082 X: got (12, 6). This measure is about single trials: pass (stimulus, trial, neuron),"
        " at least 2 trials; or let homolog.compare do it, from populations with axes trial,"
        " stimulus, neuron."
    )
    assert refused(lambda: find("crossnobis")(x, y[:, :1])).startswith("HM082 Y: got (12, 1, 4).")


def test_populations_without_trials_are_refused(populations):
    v1, mt = populations
    means = mt.condition_means()
    assert refused(lambda: homolog.compare(v1, means, "crossnobis")) == (
        "HM082 crossnobis is about single trials: it needs the axes trial, stimulus, neuron, and MT"
        " has stimulus, neuron. Those that need neither trials nor times are"
        ' homolog.measures.names("mean").'
    )


def test_missing_trials_are_refused(cubes):
    missing = np.zeros((N_TRIALS, N_STIMULI, 6), dtype=bool)
    missing[-1, :3] = True
    v1, mt = population(cubes[0], "V1", missing=missing), population(cubes[1], "MT")
    assert refused(lambda: homolog.compare(v1, mt, "crossnobis")) == (
        "HM083 crossnobis needs every trial of every stimulus; of V1, 5.0% of single-trial"
        " responses are missing. Keep what is complete: .select(trials=…), or"
        ' .drop_missing("stimuli"), or "neurons"; or leave crossnobis out, others take means.'
    )
    kept = v1.select(trials=range(N_TRIALS - 1))
    assert homolog.compare(kept, mt, "crossnobis", permutations=0).scores[0].value > 0


def test_a_comparison_scores_trials_beside_means(cubes, populations):
    x, y = cubes
    found = homolog.compare(*populations, ["crossnobis", "cka"], permutations=19)
    crossnobis = find("crossnobis")
    score = found["crossnobis"]
    assert score.value == pytest.approx(float(crossnobis(x, y)), abs=1e-12)
    assert found["cka"].value == pytest.approx(float(find("cka")(x.mean(1), y.mean(1))), abs=1e-12)
    assert score.interval == pytest.approx(statistics.jackknife(crossnobis, x, y))
    np.testing.assert_allclose(score.null, statistics.permutation_null(crossnobis, x, y, 19))
    halves = [statistics.reliability(crossnobis, one[:, ::2], one[:, 1::2]) for one in cubes]
    assert score.ceiling == pytest.approx(np.sqrt(np.prod(halves)), abs=1e-12)


def test_digests_are_of_the_trials_where_these_are_scored(populations):
    def digest(of, measures):
        found = homolog.compare(of, populations[1], measures, intervals=False, permutations=0)
        return found.digests["reference"]

    v1 = populations[0]
    assert digest(v1, "cka") == digest(v1.condition_means(), "cka")
    assert digest(v1, ["cka", "crossnobis"]) == digest(v1, "crossnobis") != digest(v1, "cka")


def test_three_trials_give_no_ceiling(populations):
    few = [one.select(trials=range(3)) for one in populations]
    score = homolog.compare(*few, "crossnobis", permutations=0).scores[0]
    assert score.ceiling is None
    why = "no ceiling: V1: crossnobis needs 2 trials in each half, and there are 3 in all"
    assert why in score.warnings


def test_stimuli_are_brought_into_order_with_their_trials(cubes, populations, rng):
    v1, mt = populations
    order = rng.permutation(N_STIMULI)[:-2]
    found = homolog.compare(
        v1, mt.select(stimuli=order), "crossnobis", align=True, permutations=0
    ).scores[0]
    kept = np.sort(order)
    expected = float(find("crossnobis")(cubes[0][kept], cubes[1][kept]))
    assert found.value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("missing", [False, True])
def test_all_pairs(cubes, populations, missing):
    """The same where each pair is brought onto its own stimuli."""
    v1, mt = populations
    if missing:
        mt = mt.select(stimuli=range(N_STIMULI - 1))
    found = homolog.matrix({"V1": v1, "MT": mt}, "crossnobis", align=missing)
    n = N_STIMULI - missing
    expected = float(find("crossnobis")(*(one[:n] for one in cubes)))
    assert found.values[0, 1] == pytest.approx(expected, abs=1e-12)
    assert found.values[1, 1] == pytest.approx(1, abs=1e-12)


# Crossnobis


def test_without_noise_there_is_nothing_to_whiten_by(cubes):
    x, y = cubes
    same = np.repeat(x[:, :1], 4, axis=1)
    for noise in ("shrunk", "diagonal"):
        crossnobis = find("crossnobis").using(noise=noise)
        assert refused(lambda m=crossnobis: m(same, y)) == (
            "HM031 crossnobis is undefined here, not 0: trials of each stimulus are all alike, for"
            ' some neuron or for all. Use noise="identity", or drop neurons without noise.'
        )
    assert float(find("crossnobis").using(noise="identity")(same, y)) > 0


def test_trials_without_a_shared_response_are_refused(cubes):
    x = np.zeros((N_STIMULI, 2, 3))
    x[:, 0] = cubes[0][:, 0, :3]
    crossnobis = find("crossnobis").using(noise="identity")
    assert refused(lambda: crossnobis(x, cubes[1])) == (
        "HM031 crossnobis is undefined here, not 0: no two stimuli are apart in any two trials of a"
        " population. Use rsa of the mean responses, or drop trials without responses."
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"noise": "full"}, "HM025 noise is 'full'; allowed: shrunk, diagonal, identity."),
        (
            {"dissimilarity": "cosine"},
            "HM025 dissimilarity is 'cosine'; allowed: mahalanobis, poisson.",
        ),
    ],
)
def test_options_that_are_not_there(options, says):
    assert refused(lambda: find("crossnobis").using(**options)) == says


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"alpha": 2.1}, "HM025 alpha is 2.1; allowed: a number from 0 (noise alone) to 2 (means"),
        ({"starts": -1}, "HM025 starts is -1; allowed: a whole number, 0 or more."),
        ({"rng": -1}, "HM025 rng is -1; allowed: a whole number, 0 or more."),
    ],
)
def test_options_of_stochastic_shape_that_are_not_there(options, says):
    assert refused(lambda: find("stochastic_shape").using(**options)).startswith(says)


def test_negative_counts_are_refused(cubes):
    poisson = find("crossnobis").using(dissimilarity="poisson")
    said = refused(lambda: poisson(cubes[0] - 10, cubes[1]))
    assert said.startswith("HM031 crossnobis is undefined here, not 0: a response is -1")
    assert said.endswith('Use spike counts, not centred, or dissimilarity="mahalanobis".')


def test_more_noise_leaves_distances_where_they_were(rng):
    """Plain distances of noisy trials drift towards being all alike."""
    signal = rng.normal(size=(14, 1, 200)) * np.linspace(0.3, 2, 14)[:, None, None]
    x = np.concatenate([signal + 1e-3 * rng.normal(size=signal.shape) for _ in range(2)], axis=1)
    noisy = signal + 5 * rng.normal(size=(14, 10, 200))
    options = {"noise": "identity", "comparison": "cosine"}
    scores = {
        kind: float(find("crossnobis").using(cross_validated=kind, **options)(x, noisy))
        for kind in (True, False)
    }
    assert scores[True] > scores[False] + 0.02
    assert scores[True] > 0.95


# Time


@pytest.fixture
def courses(rng):
    """Two populations with trials and time, on the same stimuli."""
    dims = "trial,stimulus,time,neuron"
    steps = rng.normal(size=(2, 4, 9, 14, 5)).cumsum(axis=3)
    return [
        homolog.Representation(one, dims, name=name)
        for one, name in zip(steps, ("V1", "MT"), strict=True)
    ]


def test_measures_of_time_are_given_it(courses):
    found = homolog.compare(*courses, "dsa", permutations=9)["dsa"]
    x, y = (one.responses.mean(axis=0) for one in courses)
    dsa = find("dsa")
    assert found.value == pytest.approx(float(dsa(x, y)), abs=1e-9)
    assert found.p_value is None  # for dynamics, stimuli are not paired
    halves = [
        float(dsa(one.responses[::2].mean(axis=0), one.responses[1::2].mean(axis=0)))
        for one in courses
    ]
    assert found.ceiling == pytest.approx(np.mean(halves), abs=1e-9)
    together = homolog.matrix({one.name: one for one in courses}, "dsa")
    assert together.values[0, 1] == pytest.approx(found.value, abs=1e-9)


def test_measures_of_means_refuse_time_beside_those_that_see_it(courses):
    found = homolog.compare(*courses, ["dsa", "cka"], permutations=0, intervals=False)
    alone = homolog.compare(*courses, "dsa", permutations=0, intervals=False)
    assert found["dsa"].value == alone["dsa"].value
    assert refused(lambda: found["cka"]).startswith(
        "HM028 V1 has axes stimulus, time, neuron; a measure needs stimulus, neuron."
    )


def test_without_time_there_are_no_dynamics(populations):
    assert refused(lambda: homolog.compare(*populations, "dsa")) == (
        "HM082 dsa is about responses in time: it needs the axes stimulus, time, neuron, and V1 has"
        " stimulus, neuron. Those that need neither trials nor times are"
        ' homolog.measures.names("mean").'
    )


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"delays": 14}, "HM025 delays is 14; allowed: at most 13, for 14 times."),
        (
            {"delays": 1, "rank": 6},
            "HM025 rank is 6; allowed: at most 5, what the population spans with these delays.",
        ),
        ({"rank": 0}, "HM025 rank is 0; allowed: a whole number, 1 or more."),
    ],
)
def test_dynamics_that_cannot_be_fitted(courses, options, says):
    x = courses[0].responses[0]
    assert refused(lambda: find("dsa").using(**options)(x, x)) == says


@pytest.mark.filterwarnings("error::RuntimeWarning")
@pytest.mark.parametrize("size", [1e-155, 1e155])
def test_stochastic_shape_of_numbers_whose_squares_are_none(size, rng):
    x, y = (2 * rng.normal(size=(8, 1, 3)) + rng.normal(size=(8, 4, 3)) for _ in range(2))
    shape = find("stochastic_shape")
    assert float(shape(size * x, size * y)) == pytest.approx(size * float(shape(x, y)), rel=1e-9)
