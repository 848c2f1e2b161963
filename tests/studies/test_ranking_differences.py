"""How often a difference of two equally good candidates is found all the same."""

import numpy as np
import pytest

from homolog.measures import find
from homolog.ranking import exchange_p
from homolog.ranking._paired import paired
from homolog.statistics import silent
from homolog.studies._study import Sources
from homolog.studies.calibration import false_positives
from homolog.studies.calibration._batched import left_out_of_each
from homolog.studies.calibration._candidates import Copies, Halves, many

N_STUDIES = 400


def share(rng, **options):
    (row,) = false_positives.work({"n_studies": N_STUDIES, **options}, rng, Sources())
    assert row["n_untested"] == 0, row["why"]
    return row["n_found"] / N_STUDIES


@pytest.mark.slow
@pytest.mark.parametrize("design", ["equal", "unequal"])
@pytest.mark.parametrize("name", ["unbiased_cka", "cka", "procrustes"])
@pytest.mark.parametrize("n_stimuli", [20, 40, 100])
def test_the_paired_jackknife_finds_a_twentieth_of_differences_that_are_none(
    name, n_stimuli, design, rng, capsys
):
    cell = {"test": "difference", "design": design, "measure": name, "n_stimuli": n_stimuli}
    found = share(rng, **cell)
    with capsys.disabled():
        print(f"\n{name}, {n_stimuli} stimuli, {design}: {found:.1%} of p ≤ 0.05")
    assert 0.02 <= found <= 0.085


@pytest.mark.slow
@pytest.mark.parametrize("design", ["equal", "unequal"])
@pytest.mark.parametrize("name", ["ridge", "soft_matching_correlation"])
@pytest.mark.parametrize("n_stimuli", [20, 40])
def test_so_it_is_with_penalties_held_and_by_halves(name, n_stimuli, design, rng, capsys):
    found = share(rng, test="difference", design=design, measure=name, n_stimuli=n_stimuli)
    with capsys.disabled():
        print(f"\n{name}, {n_stimuli} stimuli, {design}: {found:.1%} of p ≤ 0.05")
    assert 0.02 <= found <= 0.1


@pytest.mark.slow
def test_the_plain_jackknife_has_a_variance_too_large_by_half(rng, capsys):
    x, candidates = many(Halves(), 20, rng.spawn(2000))
    kept = left_out_of_each(find("unbiased_cka"), x, candidates, 0)
    true = np.var([one.values["first"] - one.values["second"] for one in kept])
    plain = np.mean([one.of({"first": 1, "second": -1}).error ** 2 for one in kept]) / true
    ours = np.mean([paired(one, "first", "second").error ** 2 for one in kept]) / true
    with capsys.disabled():
        print(f"\nvariance of the plain jackknife over the true one {plain:.2f}, ours {ours:.2f}")
    assert plain > 1.3
    assert 0.9 < ours < 1.2


@pytest.mark.slow
@pytest.mark.parametrize("fdr", ["bh", "by"])
def test_false_discoveries_among_all_pairs_stay_below_their_share(fdr, rng, capsys):
    found = share(rng, test="families", design=fdr, measure="unbiased_cka", n_stimuli=40)
    with capsys.disabled():
        print(f"\nany of 10 differences found, {fdr}: {found:.1%}")
    assert found <= 0.05 + 3 * np.sqrt(0.05 * 0.95 / N_STUDIES)


@pytest.mark.slow
@pytest.mark.parametrize("n_stimuli", [7, 40])
def test_exchange_is_right_for_the_same_neurons_and_loses_power_for_others(n_stimuli, capsys):
    shares = {}
    for same in (True, False):
        found = 0
        for rng in np.random.default_rng(n_stimuli).spawn(400):
            x, candidates = Copies(same_neurons=same).study(n_stimuli, rng)
            a, b = candidates.values()
            told = {"permutations": 99, "rng": rng, "progress": silent}
            p = exchange_p(find("unbiased_cka"), x, a, b, np.arange(n_stimuli), **told)
            found += p <= 0.05
        shares[same] = found / 400
    with capsys.disabled():
        print(f"\nexchange, {n_stimuli} stimuli: same neurons {shares[True]:.1%}, other neurons")
        print(f"{shares[False]:.1%} of p ≤ 0.05")
    assert 0.02 <= shares[True] <= 0.085
    assert shares[False] < shares[True]
