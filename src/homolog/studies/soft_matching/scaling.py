"""Exact, approximate and entropic matching: error against time, up to large layers."""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterator, Mapping
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import unit_columns
from homolog.matching import cross_costs, transport
from homolog.studies._drawing import CANDIDATE, FOURTH, REFERENCE, SCORE, THIRD, panels
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table, Verdict

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Reals = NDArray[np.float64]

N_STIMULI = 1000
EPSILONS = (1e-2, 1e-3)
"""Gaps, in units of correlation, at which the approximate matching may stop."""

REGULARISATIONS = (0.1, 0.01, 0.001)
MOST_ITERATIONS = 1000
USEFUL = 1e-3
"""An error of the mean correlation that one would not see in a figure."""

ROUNDING = 1e-9
"""Errors below this are shown as none."""

CUBIC = 3.0
"""Exponent of growth of the textbook's solvers."""

REAL_LAYER = 4096
"""Neurons of a large layer, in the larger of both populations."""

PATIENCE = 600
"""Seconds of CPU time that one would wait for a score."""

SOLVERS = {
    "exact": (SCORE, "o", "exact, with certificate"),
    "approximate": (REFERENCE, "s", "approximate, with certificate"),
    "network simplex": (THIRD, "D", "POT network simplex"),
    "sinkhorn": (CANDIDATE, "v", "Sinkhorn"),
    "sinkhorn_log": (FOURTH, "^", "Sinkhorn, log domain"),
}


def tasks(quick: bool) -> Mapping[str, Options]:
    """Sizes; the peers are left out where they would take minutes."""
    if quick:
        sizes = {64: ["network simplex", "sinkhorn", "sinkhorn_log"], 128: ["network simplex"]}
    else:
        every = ["network simplex", "sinkhorn", "sinkhorn_log"]
        sizes = {512: every, 1024: every[:2], 2048: every[:2], 4096: every[:1], 8192: [], 16384: []}
    return {
        f"{n}x{3 * n // 4}": {"n_x": n, "n_y": 3 * n // 4, "peers": peers}
        for n, peers in sizes.items()
    }


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Match one planted pair by every solver, each timed alone."""
    costs = planted_costs(options["n_x"], options["n_y"], rng)
    exact = transport(costs)  # compiled before anything is timed
    _sinkhorn(costs[:8, :8], method="sinkhorn", reg=1.0) if find_spec("ot") else None
    rows: list[Row] = []
    for solver, setting, solve in _solvers(options["peers"]):
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            start = time.process_time()
            found = solve(costs)
            seconds = time.process_time() - start
        rows.append(
            {
                "n_x": options["n_x"],
                "n_y": options["n_y"],
                "solver": solver,
                "setting": setting,
                "cpu_s": seconds,
                "error": _finite(found["objective"] - exact.objective),
                "certified_gap": found.get("gap"),
                "marginal_error": _finite(found.get("marginal_error")),
                "failed": found.get("failed", False),
                "warnings": "; ".join(sorted({str(one.message).split("\n")[0] for one in warned})),
            }
        )
    return rows


def planted_costs(n_x: int, n_y: int, rng: np.random.Generator) -> Reals:
    """Minus the tuning correlations of two populations that share ten latents through ReLUs."""
    latents = rng.normal(size=(N_STIMULI, 10))
    x, y = (
        np.maximum(latents @ rng.normal(size=(10, n)), 0) + 0.5 * rng.normal(size=(N_STIMULI, n))
        for n in (n_x, n_y)
    )
    return cross_costs(unit_columns(x), unit_columns(y))


def _solvers(
    peers: list[str],
) -> Iterator[tuple[str, float | None, Callable[[Reals], dict[str, Any]]]]:
    yield "exact", None, _certified
    for epsilon in EPSILONS:
        yield "approximate", epsilon, lambda costs, e=epsilon: _certified(costs, approximate=e)
    if find_spec("ot") is None:
        return
    for peer in peers:
        if peer == "network simplex":
            yield peer, None, _network_simplex
            continue
        for one in REGULARISATIONS:
            yield peer, one, lambda costs, p=peer, r=one: _sinkhorn(costs, method=p, reg=r)


def _certified(costs: Reals, **settings: Any) -> dict[str, Any]:
    found = transport(costs, **settings)
    return {"objective": found.objective, "gap": found.gap}


def _network_simplex(costs: Reals) -> dict[str, Any]:
    import ot

    plan: Any = ot.emd([], [], costs, numItermax=1_000_000_000)
    return {"objective": float(np.sum(plan * costs))}


def _sinkhorn(costs: Reals, *, method: str, reg: float) -> dict[str, Any]:
    """The plan's cost without its entropy, and how far its sums are from what they should be."""
    import ot

    plan: Any = ot.sinkhorn([], [], costs, reg, method=method, numItermax=MOST_ITERATIONS)
    n_x, n_y = costs.shape
    lacking = np.abs(plan.sum(1) - 1 / n_x).sum() + np.abs(plan.sum(0) - 1 / n_y).sum()
    # A plan that does not move the mass it should is no matching, however cheap.
    failed = not math.isfinite(lacking) or lacking > USEFUL
    return {
        "objective": float(np.sum(plan * costs)),
        "marginal_error": float(lacking),
        "failed": bool(failed),
    }


def _finite(value: float | None) -> float | None:
    return value if value is not None and math.isfinite(value) else None


def draw(rows: Table) -> Figure:
    """Time against size; and error against time at the largest size that all were given."""
    from matplotlib.ticker import LogLocator

    figure, (left, right) = panels(2, width=11, height=4)
    for solver, chosen in _lines(rows):
        colour, marker, label = SOLVERS[solver]
        setting = chosen["setting"].iloc[0]
        label = label if np.isnan(setting) else f"{label}, {_what(solver)} {setting:g}"
        style = "-" if np.isnan(setting) or setting == chosen["setting"].max() else "--"
        left.plot(
            chosen["n_x"],
            chosen["cpu_s"],
            style,
            marker=marker,
            markersize=4,
            color=colour,
            label=label,
        )
    sizes = sorted(rows["n_x"].unique())
    left.set_xscale("log")
    left.set_yscale("log")
    left.set_xticks(sizes, [f"{n}\n× {3 * n // 4}" for n in sizes])
    left.minorticks_off()
    left.yaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 2.0, 5.0)))
    left.yaxis.set_major_formatter("{x:g}")
    left.set_xlabel("Neurons of both populations")
    left.set_ylabel("CPU time (s)")
    left.set_title("Time against size", fontsize=10, loc="left")
    left.legend(frameon=False, fontsize=7)
    _errors(right, rows[rows["n_x"] == _compared(rows)])
    return figure


def _lines(rows: Table) -> Iterator[tuple[str, Table]]:
    """One line for each solver; for those with settings, the first that is of any use."""
    shown = {"approximate": EPSILONS[0], "sinkhorn": 0.01, "sinkhorn_log": 0.01}
    for solver, chosen in rows.groupby("solver", sort=False):
        name = str(solver)
        yield name, chosen[chosen["setting"].isna() | (chosen["setting"] == shown.get(name))]


def _what(solver: str) -> str:
    return "gap" if solver == "approximate" else "regularisation"


def _compared(rows: Table) -> int:
    """The largest size that as many solvers as any were given."""
    solvers = rows.groupby("n_x")["solver"].nunique()
    return int(solvers[solvers == solvers.max()].index.max())


def _errors(ax: Axes, rows: Table) -> None:
    from matplotlib.ticker import LogLocator

    nowhere = 1.0  # where a failure without any number is put
    for solver, chosen in rows.groupby("solver", sort=False):
        colour, marker, _ = SOLVERS[str(solver)]
        for _, one in chosen.iterrows():
            lost = np.isnan(one["error"])
            error = nowhere if lost else max(abs(one["error"]), ROUNDING)
            face = "white" if one["failed"] else colour
            ax.plot(one["cpu_s"], error, marker, color=colour, markerfacecolor=face, markersize=8)
            if not np.isnan(one["setting"]) and error > ROUNDING:
                text = f"{one['setting']:g}" + (" failed" if one["failed"] else "")
                ax.annotate(
                    text,
                    (one["cpu_s"], error),
                    xytext=(7, 3),
                    textcoords="offset points",
                    fontsize=7,
                )
    ax.axhline(USEFUL, color="black", linewidth=0.8, linestyle=":")
    ax.set_xscale("log")
    ax.margins(x=0.15)
    ax.set_yscale("log")
    ax.set_ylim(ROUNDING / 5, 20)
    ticks = [10.0**n for n in range(-9, 1, 3)]
    ax.set_yticks(ticks, ["0, but for\nrounding", *(f"{tick:g}" for tick in ticks[1:])])
    ax.minorticks_off()
    ax.xaxis.set_major_locator(LogLocator(base=10, subs=(1.0, 3.0)))
    ax.xaxis.set_major_formatter("{x:g}")
    ax.set_xlabel("CPU time (s)")
    ax.set_ylabel("Error of the mean correlation")
    size = f"{rows['n_x'].iloc[0]} × {rows['n_y'].iloc[0]}"
    ax.set_title(f"Error against time, {size} neurons", fontsize=10, loc="left")


def judge(rows: Table) -> Mapping[str, Finding]:
    """Growth of the exact solver; whether Sinkhorn is ever the better choice."""
    exact = rows[rows["solver"] == "exact"].set_index("n_x")["cpu_s"]
    biggest = rows[rows["n_x"] == rows["n_x"].max()].iloc[0]
    near = rows[rows["solver"] == "approximate"]
    kept = bool((near["certified_gap"] <= near["setting"]).all())
    findings = {
        "exact": Finding(
            _feasible(exact),
            f"{biggest['n_x']} × {biggest['n_y']} neurons in {biggest['cpu_s']:.2g} s"
            + _growth(exact),
            "The certificate of an exact plan, its gap to what no plan can cost less than, is at "
            f"most {rows[rows['solver'] == 'exact']['certified_gap'].max():.0e}. One kind of "
            "planted costs: others take other times.",
        ),
        "approximate": Finding(
            "agree"
            if kept and (near["error"] <= near["certified_gap"] + 1e-12).all()
            else "disagree",
            f"largest error {near['error'].max():.1e}, largest certified gap "
            f"{near['certified_gap'].max():.1e}, asked {near['setting'].max():g}",
            f"{_faster(rows)} Every answer says how far off it can be.",
        ),
    }
    return findings | _entropic(rows)


def _feasible(exact: Table) -> Verdict:
    """Whether all sizes were waited for, if there was a large one."""
    if exact.max() > PATIENCE:
        return "disagree"
    return "agree" if exact.index.max() >= REAL_LAYER else "cannot tell"


def _growth(exact: Table) -> str:
    """Exponent of time against size, where calls take long enough to be compared."""
    large = exact[exact.index >= REAL_LAYER]
    if len(large) < 3:
        return ""
    growth = float(np.polyfit(np.log(large.index), np.log(large), 1)[0])
    textbook = "less than" if growth < CUBIC else "no less than"
    return f"; CPU time grows as n^{growth:.1f}, {textbook} the n³ log n cited for such solvers"


def _faster(rows: Table) -> str:
    largest = rows[rows["n_x"] == rows["n_x"].max()]
    exact = float(largest[largest["solver"] == "exact"]["cpu_s"].iloc[0])
    near = float(largest[largest["solver"] == "approximate"]["cpu_s"].iloc[0])
    return f"At the largest size {exact / near:.1f} times faster than exact."


def _entropic(rows: Table) -> dict[str, Finding]:
    """What Sinkhorn gave, if POT is there to give it."""
    entropic = rows[rows["solver"].isin(["sinkhorn", "sinkhorn_log"])]
    if entropic.empty:
        why = 'POT is not installed: pip install "homolog[ot]"'
        return {"entropic": Finding("not run", "", why)}
    exact = rows[rows["solver"] == "exact"].set_index("n_x")["cpu_s"]
    times = entropic["cpu_s"] / entropic["n_x"].map(exact)
    useful = ~entropic["failed"] & (entropic["error"].abs() <= USEFUL)
    slower = times.groupby(entropic["setting"]).median()
    worked = entropic[~entropic["failed"]].groupby("setting")["error"].max()
    return {
        "entropic": Finding(
            "agree" if (useful & (times <= 1)).any() else "disagree",
            "; ".join(
                f"regularisation {setting:g}: "
                + (f"error {worked[setting]:.4f}" if setting in worked else "failed")
                + f", {ratio:.1f} times the time of exact"
                for setting, ratio in slower[::-1].items()
            ),
            f"{int(entropic['failed'].sum())} of {len(entropic)} runs failed (not a number, or "
            f"sums off by more than {USEFUL:g} after {MOST_ITERATIONS} iterations); "
            f"{int(useful.sum())} came within {USEFUL:g}. Regularisation in units of correlation.",
        )
    }


PART = Part(
    name="scaling",
    title="Exact, approximate and entropic matching",
    question=(
        "Populations that share ten latents are matched exactly, approximately with a measured "
        "gap, by the network simplex of POT and by its Sinkhorn iterations, plain and in the log "
        "domain. CPU time of one call each, costs given; the error is that of the plan's mean "
        "correlation, without the entropy."
    ),
    claims={
        "exact": Claim(
            "Exact soft matching can be computed at the size of real layers.",
            f"Agree if {REAL_LAYER} neurons and more take less than {PATIENCE} s of CPU time, "
            "disagree if any size takes longer.",
        ),
        "entropic": Claim(
            "Entropic regularisation (Sinkhorn) is a fast substitute of useful accuracy.",
            f"Agree if any run is within {USEFUL:g} of the mean correlation in no more time than "
            "exact matching of the same costs; else disagree.",
            by="this study",
        ),
        "approximate": Claim(
            "An approximate matching whose certificate is measured keeps what it promises.",
            "Agree if every error is below its certified gap, and every gap below the one asked "
            "for; else disagree.",
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "CPU time of each solver against the number of neurons; and error against CPU time at one "
        "size, with runs that failed left open."
    ),
    judge=judge,
    alone=True,
)
