"""The benchmarks of balancing: their networks, what they believe, and what they say."""

import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from benchmarks.balancing import goals, growth, instances, page, peak, picture, solvers, timings
from benchmarks.balancing.growth import Size
from benchmarks.balancing.instances import Instance
from benchmarks.balancing.measuring import Measured
from benchmarks.balancing.peak import Peak
from benchmarks.balancing.solvers import Answer, Found, by_lapack, by_ode, by_ours, judged
from benchmarks.balancing.timings import LAPACK, ODE, OURS, Row, check_alike, solved
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from homolog.networks import RecurrentNetwork

MAKERS: list[Callable[[], Any]] = [
    partial(instances.trained_like, 40),
    partial(instances.gaussian, 30),
    partial(instances.lognormal, 30, 2.0),
    partial(instances.sparse_lognormal, 400, 1.0),
    partial(instances.ring, 50),
    partial(instances.nearly_reducible, 160),
    partial(instances.nearly_reducible_dense, 80),
]


def dense(costs: Any) -> np.ndarray:
    return costs.toarray() if sparse.issparse(costs) else costs


def row(seconds: float, *, goal: float | None = None, **others: tuple[float, Found]) -> Row:
    named = {OURS: (seconds, Found(1.0, 1e-11, "9 + 0")), **others}
    instance = Instance("some", partial(instances.gaussian, 3), goal)
    return Row(
        replace(instance, methods=tuple(name for name in others if name not in (ODE, LAPACK))),
        3, 9, {name: one[0] for name, one in named.items()},
        {name: one[1] for name, one in named.items()}, 1e-12,
    )  # fmt: skip


@pytest.mark.parametrize("make", MAKERS)
def test_networks_are_the_same_at_every_call_and_strongly_connected(make: Any) -> None:
    costs = dense(make())
    assert (costs == dense(make())).all()
    assert (costs >= 0).all()
    assert connected_components(sparse.csr_array(costs), connection="strong")[0] == 1


def test_large_networks_have_the_synapses_that_are_said() -> None:
    costs = instances.sparse_lognormal(2000, 1.0)
    assert timings.count(costs) == pytest.approx(2000 * (instances.IN_DEGREE + 1), rel=0.02)
    logs = np.log(instances.sparse_lognormal(20_000, 2.0).data)
    assert logs.std() == pytest.approx(4, rel=0.01)


def test_blocks_of_a_nearly_reducible_network_hang_together_by_weak_synapses() -> None:
    costs = instances.nearly_reducible(160)
    labels = np.arange(160) // 20
    rows, columns = sparse.coo_array(costs).coords
    between = labels[rows] != labels[columns]
    joints = np.sort(sparse.coo_array(costs).data[between])
    assert joints.tolist() == [instances.WEAK] * 7 + [1.0] * 7
    strong = costs.copy()
    strong.data[strong.data <= instances.WEAK] = 0
    strong.eliminate_zeros()
    assert connected_components(strong, connection="strong")[0] == instances.N_BLOCKS


def test_a_saved_network_is_balanced_with_its_measured_gains(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    weights, bias = 0.3 * rng.normal(size=(5, 5)), np.array([0.0, 0, 0, 0, -1e3])
    network = RecurrentNetwork(weights, rng.normal(size=(5, 6)), bias=bias)
    network.save(tmp_path / "net.npz")
    chosen = instances.instances(tmp_path / "net.npz")[0]
    assert (chosen.name, chosen.goal) == ("a trained network", 1e-3)
    shares = chosen.make() / weights**2
    assert np.allclose(shares, shares[0])  # one gain for each presynaptic neuron
    assert shares[0, 4] == pytest.approx(1 / (80 * 50))  # never active, as if it were once
    assert 0.1 < shares[0, :4].mean() <= 1


def test_the_larva_is_left_out_where_it_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMOLOG_DATA", "/nowhere")
    assert not [one for one in instances.instances() if "larva" in one.name]
    with pytest.raises(FileNotFoundError, match="HOMOLOG_DATA names no folder with connectomes"):
        instances.larva()


def test_the_larva_is_its_largest_strong_component(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    counts = sparse.csr_array(np.array([[0, 2, 0], [3, 0, 0], [0, 1, 0]], dtype=np.float32))
    (tmp_path / "connectomes").mkdir()
    np.savez(
        tmp_path / "connectomes" / instances.LARVA,
        data=counts.data, indices=counts.indices, indptr=counts.indptr, shape=counts.shape,
    )  # fmt: skip
    monkeypatch.setenv("HOMOLOG_DATA", str(tmp_path))
    assert instances.larva().toarray().tolist() == [[0, 4], [9, 0]]
    assert instances.instances()[-1].name.startswith("fly larva")


@pytest.mark.parametrize("make", MAKERS[:5])
def test_every_solver_ends_at_the_same_cost(make: Any) -> None:
    costs = make()
    ours, ode = (judged(costs, one) for one in (by_ours(costs, OURS), by_ode(costs, 10.0)))
    assert ours.balanced
    assert ode.balanced
    assert ours.cost == pytest.approx(ode.cost, rel=1e-8)
    rough = judged(costs, by_lapack(costs))
    assert not rough.balanced
    assert ours.cost < rough.cost < dense(costs).sum() * (1 + 1e-12)


def test_what_a_solver_found_is_added_up_anew() -> None:
    costs = np.array([[1.0, 8.0], [2.0, 0.0]])
    least = judged(costs, Answer(np.array([np.log(2), 0.0]), "5 + 0"))
    assert (least.cost, least.residual, least.said) == (pytest.approx(9), pytest.approx(0), "5 + 0")
    as_given = judged(sparse.csr_array(costs), Answer(np.zeros(2)))
    assert (as_given.cost, as_given.residual) == pytest.approx((11.0, 6 * 2**0.5 / 11))
    assert not as_given.balanced


def test_a_refusal_is_no_answer() -> None:
    refused = by_ours(np.array([[0.0, 1.0], [0.0, 0.0]]), OURS)
    assert (refused.x, refused.said) == (None, "HM050")
    assert not judged(np.eye(2), refused).balanced


def test_an_integration_is_given_up_in_time() -> None:
    costs = instances.nearly_reducible(160)
    stopped = by_ode(costs, 0.01)
    assert "steps of LSODA" in stopped.said
    assert not judged(costs, stopped).balanced


def test_large_networks_are_integrated_without_a_dense_jacobian(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(solvers, "MOST_DENSE", 20)
    assert "steps of RK45" in by_ode(instances.ring(50), 0.01).said


def test_the_least_of_the_turns_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, said = [0.0], iter((0.5, 2.0, 0.2, 3.0))
    monkeypatch.setattr(timings.time, "process_time", lambda: clock[0])

    def run() -> Answer:
        taken = next(said)
        clock[0] += taken
        return Answer(None, str(taken))

    taken = timings.least({"some": run})["some"]
    assert taken.seconds == pytest.approx(0.2)
    assert taken.value.said == "0.5"
    assert list(said) == []  # until all turns together have taken more than three seconds


def test_solvers_that_disagree_end_the_run() -> None:
    ours, rough = Found(2.0, 1e-11), Found(5.0, 1e-3)
    assert check_alike("some", {OURS: ours, LAPACK: rough}) == 0
    with pytest.raises(RuntimeError, match=r"disagree on some, by 5\.0e-05"):
        check_alike("some", {OURS: ours, ODE: Found(2.0001, 1e-11)})
    with pytest.raises(RuntimeError, match="some was not balanced"):
        check_alike("some", {OURS: rough})


def test_a_network_is_solved_in_every_way() -> None:
    found = solved(Instance("ring", partial(instances.ring, 40), ode=5.0))
    methods = {"osborne", "anderson", "newton-cg", "newton"}
    assert set(found.seconds) == {OURS, ODE, LAPACK} | methods
    assert (found.n_neurons, found.n_synapses) == (40, 80)
    assert found.difference <= goals.ALIKE
    assert all(found.found[name].balanced for name in methods | {ODE})
    assert found.faster_than(ODE) == found.seconds[ODE] / found.seconds[OURS]
    assert found.faster_than("nobody") is None


def test_growth_is_the_slope_of_the_logarithms(monkeypatch: pytest.MonkeyPatch) -> None:
    made = [Size(n, 10 * n, 1e-6 * (10 * n) ** 1.2, "") for n in (10, 100, 1000)]
    assert growth.exponent(made) == pytest.approx(1.2)
    assert "1.20, at most 1.35: met." in page.growth_verdict(made)
    slow = [replace(one, seconds=one.n_synapses**1.5) for one in made]
    assert "1.50, at most 1.35: **MISSED**." in page.growth_verdict(slow)
    monkeypatch.setattr(growth, "SIZES", (1000, 2000, 4000))
    measured = growth.sizes(2000)
    assert [one.n_neurons for one in measured] == [1000, 2000]
    assert all(one.seconds > 0 for one in measured)


@pytest.mark.skipif(sys.platform != "linux", reason="memory is read from /proc")
def test_growth_is_drawn_as_it_was_measured(tmp_path: Path) -> None:
    made = [Size(n, 10 * n, 1e-6 * (10 * n) ** 1.2, "") for n in (10, 100, 1000)]
    points, line, goal = picture.growth_figure(made).axes[0].lines
    assert points.get_xdata() == pytest.approx([100, 1000, 10_000])
    assert points.get_ydata() == pytest.approx([one.seconds for one in made])
    assert line.get_ydata() == pytest.approx(points.get_ydata())  # they lie on it
    assert "^1.20" in str(line.get_label())
    rise = np.log(np.asarray(goal.get_ydata()))
    assert np.diff(rise) == pytest.approx(goals.GROWTH * np.log(10))
    assert picture.write_growth(made, tmp_path).read_bytes().startswith(b"\x89PNG")
    assert f"images/{picture.FILE}" in str(picture.write_growth(made, tmp_path))


def test_the_peak_is_that_of_balancing() -> None:
    assert 1 < peak.peak(partial(instances.lognormal, 1000, 1.0)) < 20


def test_verdicts_say_what_was_missed() -> None:
    assert page.goal_of(row(0.5e-3, goal=1e-3)) == "1 ms: met"
    assert page.goal_of(row(2.0, goal=1.5)) == "1.5 s: **MISSED**"
    assert page.goal_of(row(2.0)) == ""
    slower, faster = (9.0, Found(1.0, 1e-12)), (0.5, Found(1.0, 1e-12))
    assert page.best(row(1.0, newton=slower)) == "met"
    assert page.best(row(1.0, newton=faster)) == "**MISSED**"
    assert page.best(row(1.0, newton=(0.5, Found(np.inf, np.inf, "HM052")))) == ""


def test_the_page_says_it_all() -> None:
    rows = (
        row(0.002, goal=1e-3, ODE=(0.5, Found(1.0, 1e-11)), LAPACK=(0.001, Found(1.25, 1e-2))),
        row(3.0, ODE=(20.0, Found(1.3, 2e-4, "7 steps of RK45")), newton=(4.0, Found(1.0, 0.0))),
    )
    sizes = tuple(Size(n, 10 * n, 1e-7 * n, "9 + 1") for n in (100, 1000, 10_000))
    text = page.page(Measured(rows, sizes, (Peak("some", 4.5),), (1.0, 2.0)))
    assert (
        "| some | 9 | 2 ms | 1 ms: **MISSED** | 500 ms | 250 | 1 ms | 0.5 | 25.0% | 1e-12 |" in text
    )
    assert "| some | 9 | 3 s |  | at 2e-04 after 20 s | > 7 | not run |  |  | 1e-12 |" in text
    assert "| some | 3 s (9 + 0) | not run | not run | not run | 4 s () | met |" in text
    assert "| 1,000 | 10,000 | 0.1 ms | 10 | 9 + 1 |" in text
    assert "| some | 4.50 | **MISSED** |" in text
