"""The benchmarks of learning rules: what they count, what they hold against what, what they say."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

import torch
from benchmarks.rules import goals, measuring, memory, page
from benchmarks.rules.alternating import ROUNDS, TURN_S, Taken, alternating
from benchmarks.rules.cases import BATCH, CASES, EXACT, Case, labels, stimuli
from benchmarks.rules.flops import PRODUCTS, flops
from benchmarks.rules.measuring import Measured, Row
from benchmarks.rules.textbook import TEXTBOOK
from torch.utils._python_dispatch import TorchDispatchMode

from homolog import rules

MULTIPLIED = {"mm": (0, 1), "bmm": (0, 1), "addmm": (1, 2), "baddbmm": (1, 2), "baddbmm_": (1, 2)}
"""Which arguments of a call are the two matrices."""


class Counted(TorchDispatchMode):
    """Operations of all matrix products that are made."""

    total = 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        name = func.overloadpacket.__name__
        assert name in MULTIPLIED or "mm" not in name, f"{name} is a product, too"
        if name in MULTIPLIED:
            a, b = (args[place] for place in MULTIPLIED[name])
            self.total += 2 * a.numel() * b.shape[-1]
        return func(*args, **(kwargs or {}))


def small(case: Case, sizes: tuple[int, ...] = (12, 7, 5)) -> Case:
    return replace(case, sizes=sizes)


def row(case: Case = CASES[0], ours: float = 0.005, textbook: float = 0.1) -> Row:
    alone = {"respond": Taken((0.5,)), "square": Taken((2e-9 * 1024**3 / 100,))}
    product = 2e-9 * np.prod(case.product) / 80
    return Row(case, Taken((ours, 2 * ours)), Taken((textbook,)), **alone,
               product=Taken((product,)), double=1e-15, single=1e-7)  # fmt: skip


def verdicts(row: Row, ceiling: float = goals.CEILING) -> list[str]:
    return [" | ".join(cells) for cells in page.goals_of(row, ceiling)]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.title} {case.layers}")
@pytest.mark.parametrize("sizes", [(12, 7, 5), (12, 8, 7, 5)])
def test_flops_are_those_of_the_products_made(case: Case, sizes: tuple[int, ...]) -> None:
    rule = case.rule
    if hasattr(rule, "forward_rates"):
        rule = replace(rule, forward_rates=(0.1,))
    if hasattr(rule, "feedback_rates"):
        rule = replace(rule, feedback_rates=(0.1,))
    case = replace(case, rule=rule, sizes=sizes)
    network, target = case.network(), torch.eye(5)[labels(BATCH, 5)][None]
    with Counted() as counted:
        rule.learn(network, stimuli(BATCH, 12)[None], target)
    assert flops(case) == counted.total


@pytest.mark.parametrize(("refresh", "products"), [(1, 39), (3, 14), (10, 4), (100, 2)])
def test_a_lateral_product_is_counted_where_it_is_refreshed(refresh: int, products: int) -> None:
    lagged = replace(EXACT, lateral_refresh=refresh)
    without = PRODUCTS["corinfomax"](lagged, (3, 0, 0))
    with_hidden = PRODUCTS["corinfomax"](lagged, (0, 1, 0))
    learning = 2
    assert with_hidden - without == products + learning


def test_every_rule_is_timed_and_has_a_textbook_version() -> None:
    timed = {case.rule.name for case in CASES}
    assert timed == set(rules.names()) == set(TEXTBOOK) == set(PRODUCTS)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.title} {case.layers}")
def test_the_textbook_learns_the_same(case: Case) -> None:
    assert measuring.difference(small(case), torch.float64) <= case.alike


def test_another_update_is_not_timed() -> None:
    lagged = replace(CASES[1], rule=replace(EXACT, forgetting=0.9, lateral_refresh=10), alike=1e-10)
    with pytest.raises(RuntimeError, match=r"weights differ by .*e-0., more than 1e-10"):
        measuring._alike(small(lagged), torch.float64)


def test_stimuli_are_sparse_and_the_same_at_every_call() -> None:
    shown = stimuli(50, 200)
    assert torch.equal(shown, stimuli(50, 200))
    assert 0.15 < (shown > 0).float().mean() < 0.25
    assert shown.min() == 0
    assert shown.max() <= 1


def test_runs_take_turns_as_long_as_the_clock_needs() -> None:
    now, seen = 0.0, []

    def run(name: str, seconds: float) -> None:
        nonlocal now
        now += seconds
        seen.append(name)

    runs = {"quick": lambda: run("quick", TURN_S / 4), "slow": lambda: run("slow", TURN_S)}
    taken = alternating(runs, clock=lambda: now)
    assert taken["quick"].least == pytest.approx(TURN_S / 4)
    assert taken["slow"].middle == pytest.approx(TURN_S)
    turns = ["quick"] * 5 + ["slow"] * 2
    assert seen[-ROUNDS * len(turns) :] == turns * ROUNDS


def test_the_least_of_the_turns_counts() -> None:
    taken = Taken((3.0, 1.0, 2.0, 5.0, 4.0))
    assert (taken.least, taken.middle) == (1.0, 3.0)


def test_goals_in_milliseconds_follow_the_ceiling() -> None:
    assert goals.scaled(5.5, ceiling=130) == 5.5
    assert goals.scaled(5.5, ceiling=65) == 11


def test_a_step_is_held_against_its_goals() -> None:
    assert verdicts(row(ours=0.004)) == [
        "at most 5.5 ms | 4.00 ms | met | 5.5 ms: met",
        "13 × the textbook | 25.0 × | met | ",
        "80% of the ceiling | 88%, 143% of its own shape | met | ",
    ]
    assert verdicts(row(ours=0.008), ceiling=65) == [
        "at most 5.5 ms | 8.00 ms | **MISSED** | 11.0 ms: met",
        "13 × the textbook | 12.5 × | **MISSED** | ",
        "80% of the ceiling | 88%, 72% of its own shape | met | ",
    ]
    assert "**MISSED**" in verdicts(row(ours=0.005))[2]


def test_a_step_is_held_against_public_code() -> None:
    csm = next(case for case in CASES if case.title == "CSM")
    assert verdicts(row(csm, ours=0.0065), ceiling=65) == [
        "5 × public code, 26 ms | 4.0 × | **MISSED** | 8.0 ×: met"
    ]
    assert "met | 5.0 ×: met" in verdicts(row(csm, ours=0.0052))[0]


def test_every_goal_belongs_to_a_case() -> None:
    timed = {(case.title, case.sizes) for case in CASES}
    for table in (goals.STEP_MS, goals.TIMES_FASTER, goals.SHARE, goals.PUBLIC_MS):
        assert set(table) <= timed


def test_speeds_follow_from_seconds() -> None:
    assert row(ours=0.01).speed == pytest.approx(flops(CASES[0]) / 1e7)
    assert row().product_speed == pytest.approx(80)
    assert Measured((row(),), (), (0.0, 0.0)).ceiling == pytest.approx(100)


def test_the_page_shows_what_was_measured() -> None:
    grown = (memory.Grown("EP, 4-3-2", 100.0, 101.5),)
    text = page.page(Measured((row(),), grown, (2.5, 3.5)))
    assert "| CorInfoMax, exact | 784-500-10 | 459 | 5.00 | 7.50 | 92 | 92% | 80 |" in text
    assert "| 5.00 | 100 | 20.0 | 1e-15 | 1e-07 |" in text
    assert "| EP, 4-3-2 | 100.0 | 101.5 | +1.5 |" in text
    assert "2.5 wanted a processor before the run, 3.5 after it" in text
    assert "Ceiling: 100 GFLOP/s" in text


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(memory, "EPOCHS", 2)
    monkeypatch.setattr(memory, "N_TRAIN", 40)
    return


@pytest.mark.usefixtures("short")
def test_memory_is_looked_at_after_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    sizes = iter([3_000_000, 5_000_000])

    class Process:
        def memory_info(self) -> Any:
            return type("Memory", (), {"rss": next(sizes)})

    monkeypatch.setattr(memory.psutil, "Process", Process)
    assert memory.grown(small(CASES[2])) == memory.Grown("EP, 12-7-5", 3.0, 5.0)
