"""Regions of score pairs: against exact regions, proved bounds, and the published statement."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import minimize

from homolog import measures
from homolog.audit import Region, region
from homolog.audit._boundary import _shared
from homolog.audit._proved import of_population, of_rank, proved
from homolog.audit._region_found import SIDES
from homolog.errors import HomologError

FEW = {"levels": 7, "steps": 30}


def target(rng, n_rows=40, n_neurons=4):
    return rng.normal(size=(n_rows, n_neurons)) * 2.0 ** (-np.arange(n_neurons) / 2)


def spectra(rows, n_candidate):
    sizes = np.linalg.svd(rows - rows.mean(0), compute_uv=False)
    return of_population(sizes), of_rank(n_candidate)


def all_pairs(found):
    return np.concatenate([found.lowest, found.highest, found.leftmost, found.rightmost])


def test_of_one_neuron_the_region_is_known_exactly(rng):
    r"""With C a row, f^2 = k b for b = \|L\|, which lies between its least at x'Lx = f^2 and 1."""
    n = 5
    found = region("nbs", "cka", rng.normal(size=(30, 1)), shape=(30, n), levels=12)
    share = found.highest[:, 0] ** 2
    even = np.sqrt(share**2 + (1 - share) ** 2 / (n - 1))
    most = np.where(share > 1 / n, share / even, share * np.sqrt(n))
    assert found.highest[:, 1] == pytest.approx(most, abs=1e-3)
    assert found.lowest[:, 1] == pytest.approx(found.lowest[:, 0] ** 2, abs=1e-3)
    assert found.rightmost[:, 0] == pytest.approx(np.sqrt(found.rightmost[:, 1]), abs=1e-3)
    assert len(found.highest) == len(found.rightmost) == 12


@pytest.mark.parametrize(
    "pair", [("cka", "nbs"), ("procrustes", "cka"), ("linear_regression", "nbs")]
)
def test_nothing_found_lies_where_nothing_can(pair, rng):
    rows = target(rng)
    found = region(*pair, rows, **FEW)
    pairs = all_pairs(found)
    low, high = proved(*pair, *spectra(rows, 4), pairs[:, 0])
    assert len(pairs) > 20
    assert (pairs[:, 1] >= low - 1e-9).all()
    assert (pairs[:, 1] <= high + 1e-9).all()


def test_the_boundary_comes_to_the_bound_where_that_is_tight(rng):
    """f^2 = k a b with b flat: one component is aligned and the rest is elsewhere."""
    rows = target(rng)
    sizes = np.linalg.svd(rows - rows.mean(0), compute_uv=False) ** 2
    attainable = sizes[0] / np.sqrt(np.square(sizes).sum() * 4)
    found = region("cka", "nbs", rows, levels=11).lowest
    tight = found[found[:, 0] < attainable]
    low, _ = proved("cka", "nbs", *spectra(rows, 4), tight[:, 0])
    assert len(tight) > 3
    assert tight[:, 1] == pytest.approx(low, abs=0.004)
    beyond = found[found[:, 0] > attainable + 0.3]
    assert (beyond[:, 1] > proved("cka", "nbs", *spectra(rows, 4), beyond[:, 0])[0] + 0.01).all()


def test_variance_explained_comes_down_to_the_square_of_nbs(rng):
    found = region("nbs", "linear_regression", target(rng), **FEW)
    assert found.lowest[:, 1] == pytest.approx(found.lowest[:, 0] ** 2, abs=1e-3)
    low, high = proved("nbs", "linear_regression", of_rank(2), of_rank(3), np.array([0.5]))
    assert (low[0], high[0]) == (0.25, 1)


@pytest.mark.parametrize("first", ["cka", "nbs", "procrustes", "linear_regression"])
@pytest.mark.parametrize("second", ["cka", "nbs", "procrustes", "linear_regression"])
def test_bounds_hold_for_random_pairs(first, second, rng):
    """Pairs from unrelated to nearly equal, of all ranks, with the spectra known or not."""
    for _ in range(60):
        n_rows, n_x, n_y = rng.integers(4, 9), rng.integers(1, 6), rng.integers(1, 6)
        x = rng.normal(size=(n_rows, n_x)) * 4.0 ** -rng.uniform(0, 2, n_x)
        y = rng.normal(size=(n_rows, n_y)) * 4.0 ** -rng.uniform(0, 2, n_y)
        shared = min(n_x, n_y)
        y[:, :shared] += 10 ** rng.uniform(-1, 3) * x[:, :shared]
        one, other = (_score(name, x, y) for name in (first, second))
        ranks = [of_rank(min(n, n_rows - 1)) for n in (n_x, n_y)]
        own = of_population(np.linalg.svd(x - x.mean(0), compute_uv=False)[: n_rows - 1])
        for known in ((own, ranks[1]), ranks):
            between = proved(first, second, *known, np.array([one]))
            if between is None:
                assert {first, second} in (
                    {"cka", "linear_regression"},
                    {"nbs", "procrustes"},
                    {first},
                )
                return
            assert between[0, 0] - 1e-7 <= other <= between[1, 0] + 1e-7


@pytest.mark.parametrize("rank", [3, 7, 30])
def test_the_bound_of_unknown_spectra_is_that_of_the_worst_and_hardly_wider(rank):
    """Both spectra, one large component and the rest even, by descent instead of on a grid."""

    def flatness(shares):
        norms = np.sqrt(shares**2 + (1 - shares) ** 2 / (rank - 1))
        return -(np.sqrt(shares).sum() ** 2) / norms.prod()

    ends = [(1 / rank, 1)] * 2
    worst = max(-minimize(flatness, start, bounds=ends).fun for start in ([0.3, 0.6], [0.9, 0.9]))
    nbs = 1 - 1e-4
    low, _ = proved("nbs", "cka", of_rank(rank), of_rank(rank), np.array([nbs]))
    assert worst <= (1 - low[0]) / (1 - nbs) <= 1.0015 * worst


def test_the_best_of_a_level_set_out_for_both_levels_beside_it():
    y = np.arange(9.0).reshape(3, 3, 1, 1)
    best = np.array([[0.0, 2.0, 1.0]] * 3)
    outermost = np.array([10.0, 20.0, 30.0]).reshape(3, 1, 1)
    begun = _shared(y, best, outermost)[:, :, 0, 0]
    assert begun.tolist() == [[10, 20, 0], [20, 30, 10], [30, 8, 20]]


def _score(name, x, y):
    value = float(measures.find(name)(x, y))
    return 1 - 2 * value / np.pi if name == "procrustes" else value


def test_a_high_procrustes_score_forces_cka_but_not_conversely(rng):
    """The paper's figure 3d, and the slopes near the perfect corner."""
    found = region("cka", "procrustes", target(rng, 60, 8), levels=11)
    assert found.slack(0.97, 0.9).left < 0.97 - 0.9
    assert found.slack(0.9, 0.9).below > 0.4
    steepest, flattest = found.slopes(0.95)
    assert steepest > 5  # at CKA 0.95 the Procrustes score can be below 0.75
    assert flattest > 1  # at a Procrustes score of 0.95 CKA is above it whatever happens
    assert steepest > flattest


def test_slack_is_the_distance_to_each_side(rng):
    found = region("nbs", "cka", rng.normal(size=(30, 1)), shape=(30, 3), levels=21)
    # f = 0.8: k from 0.64 (b = 1) to 0.64 / sqrt(0.64^2 + 0.36^2 / 2); k = 0.7: f to sqrt(0.7).
    slack = found.slack(0.8, 0.7)
    most = 0.64 / np.sqrt(0.64**2 + 0.36**2 / 2)
    assert slack.below == pytest.approx(0.7 - 0.64, abs=0.005)
    assert slack.above == pytest.approx(most - 0.7, abs=0.005)
    assert slack.right == pytest.approx(np.sqrt(0.7) - 0.8, abs=0.005)
    assert slack.left > 0
    assert found.slack(0.8, 0.3).below < 0


def by_hand(**sides):
    """A region between first**2 and 1 - (1 - first)**2 with some sides exchanged."""
    x = np.linspace(0, 1, 5)
    below, above = np.column_stack([x, x**2]), np.column_stack([x, 1 - (1 - x) ** 2])
    given = {"lowest": below, "highest": above, "leftmost": above, "rightmost": below} | sides
    pair = (measures.find(name) for name in ("cka", "nbs"))
    return Region(*pair, **given, bounds=None, shape=(5, 2), free=False)


def test_levels_may_have_swapped():
    straight = by_hand()
    swapped = by_hand(**{name: getattr(straight, name)[[1, 0, 3, 2, 4]] for name in SIDES})
    assert swapped.slack(0.6, 0.5) == straight.slack(0.6, 0.5)
    assert swapped.slopes(0.6) == straight.slopes(0.6)
    assert straight.slack(0.5, 0.5).below == pytest.approx(0.25)


def test_slack_is_said_in_words():
    found = by_hand()
    assert str(found.slack(0.5, 0.5)) == (
        "At cka 0.500, nbs was found from 0.250 to 0.750; at nbs 0.500, cka from 0.300 to 0.700."
    )
    outside = " The pair itself lies outside of what was found: it was scored against another"
    assert outside in str(found.slack(0.5, 0.2))
    assert outside in str(found.slack(0.2, 0.5))
    assert outside not in str(found.slack(0.5, 0.2496))


def test_ranges_at_scores_that_were_not_searched_are_said_to_be_of_others():
    whole = by_hand()
    inner = {name: getattr(whole, name)[1:4] for name in SIDES}  # levels from 0.25 to 0.75
    found = by_hand(**inner)
    slack = found.slack(0.9, 0.5)
    assert slack.searched == (0.75, 0.5)
    assert slack.below == 0.5 - 0.75**2
    assert str(slack) == (
        "At cka 0.750 (nearest searched to 0.900), nbs was found from 0.562 to 0.938; at nbs 0.500,"
        " cka from 0.300 to 0.700. The pair itself lies outside of what was found: it was scored"
        " against another target or with other numbers of neurons, or more starts and steps would"
        " find it."
    )
    assert "outside" not in str(found.slack(0.9, 0.99))  # nothing was searched there
    itself = found.slack(1.0, 1.0)
    assert str(itself).endswith(" Both at 1: the target itself has this pair.")
    assert "outside" not in str(itself)
    shorter = by_hand(**inner | {"highest": whole.highest[1:3]})
    assert shorter.slack(0.6, 0.5).searched == (0.5, 0.5)  # both sides were attained there


def test_a_score_below_the_least_of_its_measure_is_refused():
    found = by_hand()
    said = "HM025 first_score is -0.1; allowed: a score, 1 for the same and 0 the least there is."
    with pytest.raises(HomologError) as refused:
        found.slack(-0.1, 0.5)
    assert str(refused.value) == said
    with pytest.raises(HomologError, match=r"HM025 second_score is -0\.1"):
        found.slack(0.5, -0.1)
    assert found.slack(0.0, -1e-12).searched[0] == 0
    other = replace(found, first=measures.find("rsa"), second=measures.find("size_and_shape"))
    assert other.slack(-0.9, -5.0).scores == (-0.9, -5.0)
    with pytest.raises(HomologError, match="and -1 the least"):
        other.slack(-1.1, 0.5)
    angles = replace(found, first=measures.find("procrustes"))
    with pytest.raises(HomologError, match="and 0 the least"):
        angles.slack(-0.1, 0.5)


def test_two_measures_that_are_one_have_no_region(rng):
    with pytest.raises(HomologError) as refused:
        region("cka", measures.find("cka"), rng.normal(size=(9, 3)))
    assert str(refused.value) == "HM025 second is 'cka'; allowed: another measure than the first."


@pytest.mark.parametrize("name", SIDES)
@pytest.mark.parametrize("n_levels", [0, 1])
def test_sides_of_which_too_little_was_attained_leave_no_slack(name, n_levels):
    found = by_hand(**{name: np.full((n_levels, 2), 0.5)})
    said = f"HM025 number of levels attained of {name} is {n_levels}; .*more starts or steps"
    with pytest.raises(HomologError, match=said):
        found.slack(0.5, 0.5)
    assert len(str(found).splitlines()) == 1 + len(found.lowest)
    assert ("?" in str(found)) == (name == "highest")


@pytest.mark.parametrize("wrong", [float("nan"), float("inf"), "a", 2, None, True])
def test_what_is_no_score_has_no_slack(wrong):
    found = by_hand()
    with pytest.raises(HomologError, match=r"HM025 first_score is .*a score, 1 for the same"):
        found.slack(wrong, 0.5)
    with pytest.raises(HomologError, match="HM025 second_score is "):
        found.slack(0.5, wrong)
    with pytest.raises(HomologError, match=r"HM025 at is .*a score below 1"):
        found.slopes(wrong)
    with pytest.raises(HomologError, match="HM025 at is 1"):
        found.slopes(1)
    assert found.slack(1 + 1e-15, 1).right == pytest.approx(0)


def test_free_references_allow_more(rng):
    rows = target(rng, 12, 3)
    free = region("cka", "nbs", shape=(12, 3), levels=4, starts=3, steps=20)
    fixed = region("cka", "nbs", rows, levels=4, starts=3, steps=20)
    assert free.free
    assert not fixed.free
    pairs = all_pairs(free)
    low, high = proved("cka", "nbs", of_rank(3), of_rank(3), pairs[:, 0])
    assert (pairs[:, 1] >= low - 1e-9).all()
    assert (pairs[:, 1] <= high + 1e-9).all()
    for one in fixed.lowest[1:-1]:
        assert np.interp(one[0], *free.lowest.T) < one[1] + 0.01
    for one in fixed.highest[1:-1]:
        assert np.interp(one[0], *free.highest.T) > one[1] - 0.01


def test_the_seed_decides(rng):
    rows = target(rng, 20, 3)
    one, same, other = (region("cka", "nbs", rows, **FEW, rng=seed) for seed in (1, 1, 2))
    assert (one.lowest == same.lowest).all()
    assert (one.lowest != other.lowest).any()
    assert one.lowest[1:-1] == pytest.approx(other.lowest[1:-1], abs=0.02)


def test_any_smooth_measures_make_a_region(rng):
    chosen = measures.find("size_and_shape"), "soft_matching"
    found = region(*chosen, target(rng, 12, 2), levels=3, starts=2, steps=8)
    assert found.bounds is None
    assert found.lowest[:, 0].min() > 0  # of a score without a lower end, levels are from 0
    assert np.isfinite(all_pairs(found)).all()


def test_it_prints_tells_and_becomes_a_table(rng):
    told = []
    rows = target(rng, 20, 3)
    found = region("cka", "nbs", rows, **FEW, progress=lambda *said: told.append(said))
    assert told[-1] == ("region of cka and nbs", 16, 16)
    lines = str(found).splitlines()
    assert lines[0] == "cka  lowest nbs  highest nbs"
    assert len(lines) == 8
    frame = found.frame()
    assert list(frame) == ["side", "first", "second"]
    assert set(frame["side"]) == {
        "lowest",
        "highest",
        "leftmost",
        "rightmost",
        "proved lowest",
        "proved highest",
    }
    assert found.bounds[-1] == pytest.approx([1, found.bounds[-1, 1], 1])
    assert (np.diff(found.bounds[:, 0]) > 0).all()


@pytest.mark.parametrize(
    ("arguments", "options", "said"),
    [
        (("cka", "nbs"), {}, r"HM025 shape is None; allowed: \(rows, neurons\), where no target"),
        (("cka", "linear_regression"), {"shape": (9, 3)}, "HM025 measure is 'linear_regression'"),
        (("cka", "nbs"), {"shape": (9,)}, r"HM025 shape is \(9,\)"),
        (("cka", "nbs"), {"shape": 5}, "HM025 shape is 5"),
        (("cka", "nbs"), {"shape": (9, 3), "rng": "a"}, "HM025 rng is 'a'"),
        (("cka", 5), {"shape": (9, 3)}, "HM025 measure is 5; allowed: a name or a measure"),
        (("cka", "nbs"), {"shape": (9, 3), "levels": 1}, "HM025 levels is 1; allowed: a whole"),
        (("cka", "nbs"), {"shape": (9, 3), "steps": 0}, "HM025 steps is 0"),
        (("cka", "nbss"), {"shape": (9, 3)}, "HM023 no measure 'nbss'"),
        (("cka", "rsa"), {"target": np.eye(5)}, "HM060"),
        (("cka", "nbs"), {"target": np.eye(5), "shape": (4, 2)}, r"HM025 shape is \(4, 2\)"),
    ],
)
def test_what_makes_no_sense_is_refused(arguments, options, said):
    with pytest.raises(HomologError, match=said):
        region(*arguments, **options)


def test_a_score_that_is_the_same_for_all_responses_has_no_region(rng):
    with pytest.raises(HomologError, match=r"HM061 linear_regression: .* 1.000 to 1.000 whatever"):
        region("linear_regression", "nbs", rng.normal(size=(5, 8)), **FEW)
