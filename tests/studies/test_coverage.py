"""How often the 95 % interval holds the value at infinitely many stimuli."""

import numpy as np
import pytest

from homolog.measures import find
from homolog.statistics import jackknife
from studies.planted import studies

N_STUDIES = 1000
N_BOOTSTRAP_STUDIES = 200
MEASURES = ("unbiased_cka", "cka", "procrustes")


def coverage_of(interval, n_studies, n_stimuli, related):
    """Share of studies whose interval holds the truth, and whose interval holds the score."""
    held = dict.fromkeys(MEASURES, 0)
    own = dict.fromkeys(MEASURES, 0)
    for x, y, truth in studies(n_studies, n_stimuli, seed=n_stimuli, related=related):
        for name in MEASURES:
            measure = find(name)
            low, high = interval(measure, x, y)
            held[name] += low <= truth[name] <= high
            own[name] += low <= float(measure(x, y)) <= high
    return {name: (held[name] / n_studies, own[name] / n_studies) for name in MEASURES}


def bootstrap(measure, x, y):
    """The usual interval: stimuli drawn with replacement."""
    rng = np.random.default_rng(0)
    rows = rng.integers(len(x), size=(200, len(x)))
    return np.quantile([float(measure(x[row], y[row])) for row in rows], [0.025, 0.975])


@pytest.mark.slow
@pytest.mark.parametrize("related", [True, False], ids=["related", "unrelated"])
@pytest.mark.parametrize("n_stimuli", [40, 200])
def test_interval_covers_the_true_score_of_unbiased_cka(n_stimuli, related, capsys):
    ours = coverage_of(jackknife, N_STUDIES, n_stimuli, related)
    usual = coverage_of(bootstrap, N_BOOTSTRAP_STUDIES, n_stimuli, related)
    with capsys.disabled():
        kind = "related" if related else "unrelated"
        print(f"\n{n_stimuli} stimuli, {kind} populations: share of 95 % intervals that hold")
        print(f"{'':24}{'the true value':>16}{'their own score':>18}")
        for method, found in (("jackknife", ours), ("bootstrap", usual)):
            for name, (held, own) in found.items():
                print(f"{method:<11}{name:<13}{held:>15.1%}{own:>17.1%}")
    assert 0.93 <= ours["unbiased_cka"][0] <= 0.97
    assert all(own == 1 for _, own in ours.values())
