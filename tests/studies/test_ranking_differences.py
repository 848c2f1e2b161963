"""How often a difference of two equally good candidates is found all the same."""

import numpy as np
import pytest

from homolog.measures import find
from homolog.ranking import Difference, exchange_p
from homolog.ranking._difference import with_q
from homolog.ranking._left_out import Scored, left_out
from homolog.representation import represent
from homolog.statistics import blocks, silent

N_NEURONS, N_LATENT = 12, 5


def equally_good(rng, n_stimuli, n=2, *, same_neurons=False):
    """A reference, and candidates of one truth: turned latents with noise of one size."""
    latents = rng.normal(size=(n_stimuli, N_LATENT)) * 0.8 ** np.arange(N_LATENT)
    turned = [np.linalg.qr(rng.normal(size=(N_NEURONS, N_LATENT)))[0].T for _ in range(n + 1)]
    noise = rng.normal(size=(n + 1, n_stimuli, N_NEURONS))
    x = 2 * latents @ turned[0] + 0.5 * noise[0]
    return x, [2 * latents @ turned[1 if same_neurons else i] + noise[i] for i in range(1, n + 1)]


def ps_of(measure, x, candidates):
    """The p of every pair of candidates by the paired jackknife."""
    scored = Scored(measure, represent(x), {str(i): represent(y) for i, y in enumerate(candidates)})
    block = blocks(len(x), None, 0)
    kept = left_out(scored.values(), scored.without, block, "", silent)
    pairs = [(a, b) for a in kept.values for b in kept.values if a < b]
    return [kept.of({a: 1, b: -1}).p_value() for a, b in pairs]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["unbiased_cka", "cka", "procrustes"])
@pytest.mark.parametrize(("n_stimuli", "least"), [(8, 0.0), (20, 0.005), (40, 0.01), (100, 0.01)])
def test_the_paired_jackknife_finds_few_differences_that_are_none(name, n_stimuli, least, capsys):
    rngs = np.random.default_rng(n_stimuli).spawn(400)
    found = [ps_of(find(name), *equally_good(rng, n_stimuli))[0] <= 0.05 for rng in rngs]
    with capsys.disabled():
        print(f"\n{name}, {n_stimuli} stimuli: {np.mean(found):.1%} of p ≤ 0.05")
    assert least <= np.mean(found) <= 0.07


@pytest.mark.slow
def test_false_discoveries_among_all_pairs_stay_below_their_share(capsys):
    found = {"bh": 0, "by": 0}
    for rng in np.random.default_rng(0).spawn(300):
        ps = ps_of(find("unbiased_cka"), *equally_good(rng, 40, 5))
        for method in found:
            given = [Difference(find("cka"), "a", "b", 0.1, p=p) for p in ps]
            found[method] += any(one.found() for one in with_q(given, method))
    with capsys.disabled():
        print(f"\nany of 10 differences found, of 300 studies: {found}")
    assert found["by"] <= found["bh"] <= 0.05 * 300 + 3 * np.sqrt(300 * 0.05 * 0.95)


@pytest.mark.slow
@pytest.mark.parametrize("n_stimuli", [7, 40])
def test_exchange_is_right_for_the_same_neurons_and_loses_power_for_others(n_stimuli, capsys):
    shares = {}
    for same in (True, False):
        found = 0
        for rng in np.random.default_rng(n_stimuli).spawn(400):
            x, (a, b) = equally_good(rng, n_stimuli, same_neurons=same)
            told = {"permutations": 99, "rng": rng, "progress": silent}
            p = exchange_p(find("unbiased_cka"), x, a, b, np.arange(n_stimuli), **told)
            found += p <= 0.05
        shares[same] = found / 400
    with capsys.disabled():
        print(f"\nexchange, {n_stimuli} stimuli: same neurons {shares[True]:.1%}, other neurons")
        print(f"{shares[False]:.1%} of p ≤ 0.05")
    assert 0.02 <= shares[True] <= 0.085
    assert shares[False] < shares[True]
