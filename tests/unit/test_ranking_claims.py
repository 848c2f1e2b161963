"""A ranking claims no test but those that were made, in its advice and on its page."""

import numpy as np
import pytest

from homolog.ranking import rank
from homolog.ranking._left_out import Scored
from homolog.report._rank import page
from unit.ranked import N

JACKKNIFE = "differences were tested by a paired jackknife"
HALVES = "random halves of the stimuli"
HELD = "penalties were held meanwhile"


def test_the_page_says_how_differences_of_each_measure_were_tested(brain, layers):
    said = page(rank(brain, layers, ["cka", "soft_matching_correlation", "ridge"]), None)
    assert f"By soft_matching_correlation they were tested by differences on {HALVES}" in said
    assert f"By ridge {HELD}." in said
    said = page(rank(brain, layers, "cka"), None)
    assert JACKKNIFE in said
    assert HALVES not in said
    assert HELD not in said


@pytest.mark.parametrize("active", [[0], [3, 9, 20]], ids=["one", "three"])
def test_halves_are_not_claimed_where_there_is_no_score_on_them(brain, layers, active):
    """Active at one stimulus there is no test; at three that of a plain jackknife."""
    layers["far"][:, 0] = np.isin(np.arange(N), active)
    found = rank(brain, layers, "soft_matching_correlation", pairs=[("near", "far")])
    (one,) = found.differences
    assert (one.p is None, one.cautious) == (len(active) == 1, len(active) > 1)
    assert HALVES not in " ".join(found.advice)
    assert HALVES not in page(found, None)
    both = rank(brain, layers, "soft_matching_correlation")
    assert HALVES in " ".join(both.advice)
    said = page(both, None)
    assert HALVES in said
    n_tested = sum(one.q is not None for one in both.differences)
    assert f"p was adjusted for {n_tested} difference" in said


def test_a_penalty_that_was_given_is_not_held_and_nothing_scored_twice(brain, layers, monkeypatch):
    monkeypatch.setattr(Scored, "held", None)
    found = rank(brain, layers, "ridge(penalty=1)")
    assert all(one.p is not None and not one.cautious for one in found.differences)
    assert HELD not in page(found, None)


def test_nothing_is_tested_of_one_candidate(brain, layers):
    said = page(rank(brain, {"near": layers["near"]}, ["cka", "soft_matching_correlation"]), None)
    assert "95 % jackknife intervals over stimuli" in said
    assert JACKKNIFE not in said
    assert HALVES not in said


def test_the_closest_of_unrelated_candidates_is_no_better_than_chance(rng):
    noise = [rng.normal(size=(50, n)) for n in (80, 80, 20)]
    found = rank(noise[0], {"many": noise[1], "few": noise[2]}, ["cka", "unbiased_cka"])
    best = found.of("cka")[0]
    assert found.advice[0] == (
        f"By cka many is closest ({best.value:.3f}), closer than few (q ≤ 0.05);"
        f" but its score is no better than chance ({best.chance:.3f})."
    )
    assert found.advice[1].endswith("; but its score is no better than chance (0.000).")
    near = noise[0] + rng.normal(size=(50, 80))
    told = rank(noise[0], {"near": near}, ["cka", "linear_regression"]).advice
    assert told[0].endswith("there is no other candidate to compare it with.")
    assert "no better than chance (1.000)" in told[1]
