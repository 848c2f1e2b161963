"""The benchmarks of matching: their populations, what they conclude, and how they say it."""

import re
import sys
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("ot")

from benchmarks.matching import goals, page, solvers, timings, tuning
from benchmarks.matching import problems as problems_module
from benchmarks.matching.from_responses import FromResponses
from benchmarks.matching.many import Reused
from benchmarks.matching.peak import Peak, peak
from benchmarks.matching.problems import EVERYDAY, TABLED, Problem, problems
from benchmarks.matching.solvers import LSA, OURS, POT, Solver, check_alike
from benchmarks.matching.streamed import Streamed
from benchmarks.matching.timings import Row, Stopped, growth, solved

from homolog.matching import Matching, transport


def row(problem: Problem, **seconds: float) -> Row:
    names = {"ours": OURS, "pot": POT, "lsa": LSA}
    timings = {names[name]: taken for name, taken in seconds.items()}
    return Row(problem, timings, difference=0.0, gap=2e-16, stopped=())


def squares(time: Callable[[int], float], sizes: tuple[int, ...]) -> list[Row]:
    return [row(Problem("ring", n, n), ours=time(n)) for n in sizes]


@pytest.mark.parametrize("kind", tuning.KINDS)
def test_populations_are_the_same_at_every_call(kind: str) -> None:
    x, y = tuning.responses(kind, 30, 20)
    again, _ = tuning.responses(kind, 30, 20)
    other, _ = tuning.responses(kind, 30, 21)
    assert (x == again).all()
    assert (x != other).any()
    assert (x.shape[1], y.shape[1]) == (30, 20)


@pytest.mark.parametrize("kind", tuning.KINDS)
def test_costs_are_minus_correlations(kind: str) -> None:
    x, y = tuning.responses(kind, 30, 20)
    correlations = np.corrcoef(x, y, rowvar=False)[:30, 30:]
    np.testing.assert_allclose(tuning.costs_of(kind, 30, 20), -correlations, atol=1e-12)


def test_half_of_the_permuted_neurons_have_a_partner() -> None:
    best = -tuning.costs_of("permuted", 40, 30).min(axis=0)
    assert (best > 0.9).sum() == 15


@pytest.mark.parametrize(("n_x", "n_y"), [(30, 30), (20, 30)])
def test_a_rotation_keeps_the_inner_products_of_stimuli(n_x: int, n_y: int) -> None:
    x, y = tuning.responses("rotated", n_x, n_y)
    x = x - x.mean(axis=0)
    np.testing.assert_allclose(x @ x.T, y @ y.T, atol=1e-9)


def test_growth_is_the_exponent_of_a_power_law() -> None:
    rows = squares(lambda n: 1e-9 * n**1.7, (1024, 2048, 8192))
    assert growth(rows, "ring", OURS) == pytest.approx(1.7)


def test_growth_leaves_out_small_unequal_and_other_problems() -> None:
    rows = squares(lambda n: 1e-9 * n**1.7, (1024, 2048, 8192))
    rows += squares(lambda _: 1.0, (512,))
    rows += [row(Problem("places", 4096, 4096), ours=9.0), row(Problem("ring", 4096, 3000), ours=9)]
    assert growth(rows, "ring", OURS) == pytest.approx(1.7)


def test_two_sizes_are_too_few_for_growth() -> None:
    assert growth(squares(float, (1024, 2048, 512)), "ring", OURS) is None


def test_solvers_that_disagree_end_the_run() -> None:
    assert check_alike("this", {OURS: -1.0, POT: -1.0 + 1e-12}, 0.5) == pytest.approx(2e-12)
    with pytest.raises(RuntimeError, match=r"disagree on this, by 4\.0e-09.*POT"):
        check_alike("this", {OURS: -1.0, POT: -1.0 + 2e-9}, 0.5)
    with pytest.raises(RuntimeError, match="disagree"):
        check_alike("this", {OURS: -1.0, POT: float("nan")}, 0.5)


def test_a_line_says_which_goals_were_met() -> None:
    line = page.exact_line(row(Problem("rotated", 2048, 2048), ours=0.05, pot=0.6, lsa=0.1))
    assert line == (
        "| rotated | 2048 × 2048 | 0.05 | 0.6 | 0.1 | 12.0 | 2.0 | 0 | 2e-16"
        " | POT 10: met, scipy 2.5: **MISSED** |"
    )


def test_a_line_says_what_was_not_run_and_what_cannot_be() -> None:
    assert "| 1.23 | not run | not run | – | – |" in page.exact_line(
        row(Problem("rotated", 16384, 16384), ours=1.23)
    )
    assert "| 0.1 | 0.05 | – | 0.50 | – | 0 | 2e-16 |  |" in page.exact_line(
        row(Problem("rotated", 1000, 2000), ours=0.1, pot=0.05)
    )


def written() -> str:
    """The page of a run in which everything took a round number of seconds."""
    problem = Problem("ring", 8192, 8192)
    rows = squares(lambda n: 1e-6 * n**2, (1024, 2048, 4096))
    stopped = (Stopped(0.01, seconds=20.0, gap=3e-3, error=1e-3),)
    rows.append(
        Row(problem, {OURS: 1e-6 * 8192**2, LSA: 8.0}, difference=0.0, gap=0.0, stopped=stopped)
    )
    return page.page(
        page.Measured(
            rows=rows,
            from_responses=[
                FromResponses(problem, product=1.0, ours=2.0, peer=10.0),
                FromResponses(problem, product=1.0, ours=2.0, peer=None),
            ],
            streamed=[Streamed(problem, seconds=2.5, megabytes=40.0, gap=0.0)],
            warm_starts=[Reused("a neighbour", "8 × 8", cold=3.0, warm=2.0, difference=0.0)],
            shared=Reused("all pairs", "8 each", cold=1.0, warm=4.0, difference=0.0),
            peaks=[Peak(problem, OURS, 1.31), Peak(problem, POT, 5.0)],
            first_calls={"cold": {"import": 5.0}, "cached": {"import": 0.25}},
        )
    )


@pytest.mark.parametrize(
    "line",
    [
        "| ring | 2.00 | 8192 | – | – | at most 1.8: **MISSED** |",
        "| ring | 8192 × 8192 | 0.01 | 20 | 3.4 | 0.003 | 0.001 |",
        "| ring | 8192 × 8192 | 1 | 2 | 10 | 5.0 |",
        "| ring | 8192 × 8192 | 1 | 2 | not run | – |",
        "| a neighbour | 8 × 8 | 3 | 2 | 1.5 | 0 |",
        "| ring | 8192 × 8192 | 2.5 | 40 | 537 | 0 |",
        "| all pairs | 8 each | 1 | 4 | 0.25 | 0 |",
        "| ring | 8192 × 8192 | homolog | 1.31 | at most 1.3: **MISSED** |",
        "| ring | 8192 × 8192 | POT ot.emd | 5.00 |  |",
        "| import | 5 | 0.25 |",
    ],
)
def test_the_page_says(line: str) -> None:
    assert line in written().splitlines()


def test_all_lines_of_a_table_have_as_many_cells() -> None:
    tables = re.findall(r"(?:^\|.*\n)+", written(), flags=re.MULTILINE)
    assert len(tables) == 8
    for table in tables:
        assert len({line.count("|") for line in table.splitlines()}) == 1, table


def test_goals_begin_at_a_size() -> None:
    assert goals.faster(POT, Problem("ring", 1024, 1024)) is None
    assert goals.faster(POT, Problem("permuted", 2048, 1500)) == 8
    assert goals.faster(POT, Problem("ring", 2048, 1500)) == 10
    assert goals.faster(LSA, Problem("low rank", 4096, 4096)) is None


def test_every_kind_is_timed_at_every_size_up_to_the_largest() -> None:
    chosen = problems(2048)
    expected = {Problem(kind, *size) for kind in TABLED for size in EVERYDAY if max(size) <= 2048}
    assert expected < set(chosen)
    assert len(set(chosen)) == len(chosen)
    assert max(max(each.n_x, each.n_y) for each in chosen) == 2048


def test_only_equal_populations_meet_the_assignment_solver() -> None:
    assert Problem("ring", 64, 64).solvers == (OURS, POT, LSA)
    assert Problem("ring", 64, 65).solvers == (OURS, POT)


def test_peers_are_spared_the_largest_problems_but_for_one() -> None:
    assert Problem("rotated", 8192, 8192).solvers == (OURS, POT, LSA)
    assert Problem("rotated", 16384, 16384).solvers == (OURS,)
    assert Problem("independent", 16384, 12000).solvers == (OURS, POT)


def test_all_solvers_agree_on_a_problem() -> None:
    taken = solved(Problem("ring", 60, 60))
    assert set(taken.seconds) == {OURS, POT, LSA}
    assert min(taken.seconds.values()) > 0
    assert abs(taken.gap) < 1e-12


def test_a_gap_wider_than_asked_for_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(problems_module, "LEAST_APPROXIMATED", 0)
    assert [each.share for each in solved(Problem("ring", 60, 50)).stopped] == [1e-2, 1e-3]

    def unproved(costs: np.ndarray, approximate: float = 0.0) -> Matching:
        return replace(transport(costs), bound=-9.0)

    monkeypatch.setattr(timings, "transport", unproved)
    with pytest.raises(RuntimeError, match=r"gap of 0\.01 was asked for"):
        solved(Problem("ring", 60, 50))


@pytest.mark.skipif(sys.platform != "linux", reason="the operating system counts")
def test_the_peak_includes_the_costs_and_what_was_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    def doubled_and_forgotten(costs: np.ndarray) -> None:
        (2 * costs).sum()

    monkeypatch.setitem(solvers.SOLVERS, OURS, Solver(doubled_and_forgotten, lambda *_: 0.0))
    # The system hands out memory in pieces of up to 2 MB, here 0.06 of the costs.
    assert peak(Problem("ring", 2000, 2000), OURS) == pytest.approx(2.0, abs=0.2)
