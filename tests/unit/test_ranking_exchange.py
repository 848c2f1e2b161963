"""Differences tested by exchanged responses, against every exchange there is."""

from itertools import product

import numpy as np

import homolog
from homolog.measures import find
from homolog.ranking import exchange_p, rank
from homolog.statistics import silent
from unit.ranked import caught, only


def test_exchange_goes_through_all_patterns_where_these_are_few(rng):
    x, a, b = (rng.normal(size=(6, 4)) for _ in range(3))
    cka = find("unbiased_cka")
    score = lambda one: float(cka(x, one))  # noqa: E731
    observed = abs(score(a) - score(b))
    every = [
        abs(score(np.where(rows, b, a)) - score(np.where(rows, a, b)))
        for rows in (np.array(one)[:, None] for one in product((False, True), repeat=6))
    ]
    expected = np.mean(np.array(every) >= observed - 1e-12)
    told = {"permutations": 31, "rng": np.random.default_rng(0), "progress": silent}
    assert exchange_p(cka, x, a, b, np.arange(6), **told) == expected
    assert exchange_p(cka, x, a, a, np.arange(6), **told) == 1


def test_stimuli_of_a_group_are_exchanged_together(rng):
    x, a, b = (rng.normal(size=(12, 4)) for _ in range(3))
    told = {"permutations": 31, "rng": np.random.default_rng(0), "progress": silent}
    group = np.repeat(np.arange(6), 2)
    p = exchange_p(find("unbiased_cka"), x, a, b, group, **told)
    assert p * 32 == int(p * 32)  # patterns of six groups, not of twelve stimuli
    assert p == exchange_p(find("unbiased_cka"), x, b, a, group, **told)


def test_exchanges_at_random_count_the_responses_as_they_are(tuning, brain, rng):
    same = {"near": tuning, "far": tuning + 3 * rng.normal(size=tuning.shape)}
    found = rank(brain, same, "unbiased_cka", exchange=True, permutations=99)
    assert only(found).p == 1 / 100
    assert found.test == "exchange"
    again = rank(brain, same, "unbiased_cka", exchange=True, permutations=99)
    assert only(again).p == only(found).p
    assert found.advice[1] == (
        "Differences were tested by exchanging the two candidates' responses over 24 stimuli."
        " The null: either response to a stimulus could have been either candidate's."
        " Candidates that respond differently and score alike do not meet it."
    )


def test_responses_of_different_neurons_are_not_exchanged(brain, layers):
    layers["far"] = layers["far"][:, :5]
    assert caught("HM078", lambda: rank(brain, layers, "cka", exchange=True)) == (
        "HM078 responses of near and far cannot be exchanged: they have 8 and 5 neurons. Exchange"
        " needs the same neurons in both; leave exchange=False, and the paired jackknife tests the"
        " difference."
    )
    named = {
        name: homolog.represent(layers["near"], neurons=[f"{name} {i}" for i in range(8)])
        for name in ("before", "after")
    }
    assert "their neurons have different labels" in caught(
        "HM078", lambda: rank(brain, named, "cka", exchange=True)
    )


def test_fewer_than_eight_stimuli_allow_no_claim_unless_neurons_are_the_same(tuning, brain, rng):
    few = brain.select(stimuli=range(7))
    far = tuning[:7] + 2 * rng.normal(size=(7, 6))
    candidates = {"near": tuning[:7], "far": far}
    found = rank(few, candidates, "unbiased_cka")
    assert found.test is None
    assert [(one.interval, one.p, one.q) for one in found.differences] == [(None, None, None)]
    assert all(one.interval is None for one in found.standings)
    assert found.advice[0].endswith("untested against the others.")
    assert found.advice[1] == (
        "No test: HM010, 7 stimuli are too few for a jackknife (8). Report the scores and claim no"
        " difference, or record more stimuli."
    )
    exchanged = rank(few, candidates, "unbiased_cka", exchange=True)
    assert only(exchanged).p * 64 == int(only(exchanged).p * 64)
    same = {name: homolog.represent(one, neurons=range(6)) for name, one in candidates.items()}
    assert (
        rank(few, same, "unbiased_cka")
        .advice[1]
        .endswith("These candidates have the same neurons: exchange=True can test them.")
    )
    five = brain.select(stimuli=range(5))
    fewer = {name: one[:5] for name, one in candidates.items()}
    assert rank(five, fewer, "unbiased_cka", exchange=True).advice[1] == (
        "No test: HM010, 5 stimuli are too few for a jackknife (8) and for exchange (6). Report"
        " the scores and claim no difference, or record more stimuli."
    )
