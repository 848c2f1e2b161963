"""Figure 4a: whether training with a penalty brings networks near balance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.studies._drawing import CANDIDATE, INK, REFERENCE, SCORE, SOFT, panels
from homolog.studies._study import Choices, Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies._words import mean_interval
from homolog.studies.synaptic_balancing import _networks
from homolog.studies.synaptic_balancing._null import against, permuted_norms

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

    from homolog.networks import RecurrentNetwork

COLOURS = {0.3: SCORE, 0.1: CANDIDATE, 0.0: REFERENCE}
DRAWS = 10_000
N_BINS, N_TIMES = 24, 300
SURE = 0.025
CONSERVED = 0.005
"""Share by which something that is conserved may change, in steps that are not infinitely small."""

FEWEST = 3
"""Networks without which nothing is said of all of them."""

COLUMNS = (
    *("penalty", "replica", "kind", "iteration", "neural_gradient", "charge", "rmse", "cost"),
    *("null_mean", "null_std", "z", "p", "bin", "count"),
)


def tasks(quick: bool, *, choices: Choices) -> Mapping[str, Options]:
    """The networks of one penalty each."""
    return {
        f"penalty-{penalty:g}": {
            **_networks.of_penalty(penalty, quick, choices),
            "draws": 500 if quick else DRAWS,
        }
        for penalty in _networks.PENALTIES
    }


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """History of every network that has finished, and its end against the null."""
    found = _networks.finished(options, sources)
    if found is None:
        return [_row(options)]
    rows: list[Row] = []
    for number, network in zip(found.numbers, found.networks.replicas, strict=True):
        history = found.history[found.history["replica"] == number]
        rows += _history(options, number, history.iloc[: options["iterations"]])
        rows += _end(options, number, network, rng)
    return rows


def _history(options: Options, number: int, history: Any) -> list[Row]:
    every = max(1, len(history) // N_TIMES)
    chosen = history[(history["iteration"] - 1) % every == 0]
    names = ("iteration", "neural_gradient", "charge", "rmse", "cost")
    return [
        _row(
            options,
            replica=number,
            kind="history",
            **dict(zip(names, map(_plain, one), strict=True)),
        )
        for one in chosen[list(names)].itertuples(index=False)
    ]


def _plain(value: Any) -> int | float:
    return int(value) if float(value).is_integer() else float(value)


def _end(
    options: Options, number: int, network: RecurrentNetwork, rng: np.random.Generator
) -> list[Row]:
    """The network after its last step: its neural gradients beside those of permuted rows."""
    from homolog.balancing import in_costs, l2, neural_gradients, out_costs

    costs = l2().of(network.recurrent)
    norm = float(np.linalg.norm(neural_gradients(costs)))
    norms = permuted_norms(in_costs(costs), out_costs(costs), options["draws"], rng)
    counts, edges = np.histogram(norms, bins=N_BINS)
    middles = (edges[1:] + edges[:-1]) / 2
    end = {"neural_gradient": norm, "cost": float(costs.sum()), **against(norm, norms)}
    return [
        _row(options, replica=number, kind="end", iteration=options["iterations"], **end),
        *(
            _row(options, replica=number, kind="null", bin=float(x), count=int(n))
            for x, n in zip(middles, counts, strict=True)
        ),
    ]


def _row(options: Options, **values: Any) -> Row:
    return {"penalty": options["penalty"]} | {name: values.get(name) for name in COLUMNS[1:]}


def tables(rows: Table) -> Mapping[str, Sequence[Row]]:
    """Every network before and after, beside the null."""
    lines: list[Row] = []
    for (penalty, number), one in rows[rows["kind"].notna()].groupby(["penalty", "replica"]):
        history = one[one["kind"] == "history"].sort_values("iteration")
        end = one[one["kind"] == "end"].iloc[0]
        lines.append(
            {
                "penalty": f"{penalty:g}",
                "replica": int(number),
                "gradient_before": float(history["neural_gradient"].iloc[0]),
                "gradient_after": float(end["neural_gradient"]),
                "null": float(end["null_mean"]),
                "null_std": f"{end['null_std']:.3f}",
                "z": float(end["z"]),
                "p": f"{end['p']:.2g}",
                "charge_before": float(history["charge"].iloc[0]),
                "charge_after": float(history["charge"].iloc[-1]),
                "cost_before": float(history["cost"].iloc[0]),
                "cost_after": float(end["cost"]),
                "rmse_last_tenth": float(history["rmse"].tail(max(1, len(history) // 10)).mean()),
            }
        )
    return {"networks": lines} if lines else {}


def draw(rows: Table) -> Figure:
    """Neural gradients over training, the null at its end, and what is conserved."""
    figure, (left, middle, right) = panels(3, width=11, height=3.8)
    for penalty, colour in COLOURS.items():
        own = rows[rows["penalty"] == penalty]
        history = own[own["kind"] == "history"]
        for k, (_, one) in enumerate(history.groupby("replica")):
            label = None if k else f"penalty {penalty:g}"
            left.plot(
                one["iteration"], one["neural_gradient"], color=colour, linewidth=0.9, label=label
            )
            if penalty == 0:
                _kept(right, one, first=not k)
        _null(middle, own, colour)
    left.set_xlabel("Iteration of training")
    left.set_ylabel("‖g‖ (sum of squared weights)")
    top = max(left.get_ylim()[1], middle.get_ylim()[1])
    for ax in (left, middle):
        ax.set_ylim(0, top)
    left.set_title("Neural gradients", fontsize=10, loc="left")
    middle.set_xlabel("Share of permutations, highest = 1")
    middle.set_ylabel("‖g‖ at the end (dots) and its null")
    middle.set_title("Rows permuted", fontsize=10, loc="left")
    right.axhline(1, color=SOFT, linewidth=0.8)
    right.set_xlabel("Iteration of training")
    right.set_ylabel("Over its first value")
    right.set_title("Without a penalty", fontsize=10, loc="left")
    for ax, place in ((left, (0.6, 0.56)), (right, (0.02, 0.88))):
        if ax.get_legend_handles_labels()[0]:
            ax.legend(frameon=False, fontsize=8, loc=place)
    return figure


def _null(ax: Axes, rows: Table, colour: str) -> None:
    for _, one in rows[rows["kind"] == "null"].groupby("replica"):
        ax.plot(one["count"] / one["count"].max(), one["bin"], color=colour, linewidth=0.9)
    ends = rows[rows["kind"] == "end"]
    places = (np.arange(len(ends)) + 1) / (len(ends) + 1)
    ax.plot(places, ends["neural_gradient"], "o", color=colour, markersize=5)


def _kept(ax: Axes, one: Table, *, first: bool) -> None:
    for name, colour, line, label in (
        ("neural_gradient", REFERENCE, "-", "‖g‖, recurrent weights alone"),
        ("charge", INK, "--", "‖Q‖, with input, bias and readout"),
    ):
        course = one[name] / one[name].iloc[0]
        ax.plot(
            one["iteration"],
            course,
            line,
            color=colour,
            linewidth=0.9,
            label=label if first else None,
        )


def judge(rows: Table) -> Mapping[str, Finding]:
    """Of networks with a penalty, and of those without."""
    ends = rows[rows["kind"] == "end"]
    return {
        "balanced": _balanced(ends[ends["penalty"] > 0]),
        "chance": _chance(ends[ends["penalty"] == 0]),
        **_conserved(rows[(rows["penalty"] == 0) & (rows["kind"] == "history")]),
    }


def _balanced(ends: Table) -> Finding:
    if not len(ends):
        return _nothing()
    below = ends["p"] < SURE
    verdict = "agree" if below.all() else "disagree" if (ends["p"] > 1 - SURE).any() else None
    return Finding(
        verdict or "cannot tell",
        "; ".join(
            f"penalty {penalty:g}: ‖g‖ {one['neural_gradient'].mean():.3f} for "
            f"{one['null_mean'].mean():.3f}, z {one['z'].max():.1f} to {one['z'].min():.1f}"
            for penalty, one in ends.groupby("penalty", sort=False)
        ),
        f"{int(below.sum())} of {len(ends)} networks are below all but {SURE:.1%} of "
        f"permutations; largest p {ends['p'].max():.2g}.",
    )


def _chance(ends: Table) -> Finding:
    if len(ends) < FEWEST:
        return _nothing()
    mean, low, high = mean_interval(ends["z"])
    verdict = "agree" if low < 0 < high else "disagree" if high < 0 else "cannot tell"
    return Finding(
        verdict,
        f"z {mean:.2f} [{low:.2f}, {high:.2f}] over {len(ends)} networks",
        "z is the distance from the mean of the null, in its deviations.",
    )


def _conserved(history: Table) -> Mapping[str, Finding]:
    if history["replica"].nunique() < FEWEST:
        return {"conserved": _nothing(), "charge": _nothing()}
    ordered = history.sort_values("iteration").groupby("replica")
    names = ["neural_gradient", "charge"]
    change = ordered[names].last() / ordered[names].first() - 1
    n = f"{len(change)} networks"
    found: dict[str, Finding] = {}
    for key, name in (("conserved", "neural_gradient"), ("charge", "charge")):
        mean, low, high = mean_interval(change[name])
        outside = low > CONSERVED or high < -CONSERVED
        within = bool((change[name].abs() < CONSERVED).all())
        found[key] = Finding(
            "agree" if within else "disagree" if outside else "cannot tell",
            f"changed by {mean:+.2%} [{low:+.2%}, {high:+.2%}] over {n}",
            _WHY[key],
        )
    return found


_WHY = {
    "conserved": (
        "What continuous gradient descent conserves is Q = g + input + bias − readout weights, "
        "all squared, and not g."
    ),
    "charge": (
        "It is fixed in infinitely small steps alone; these are finite, and every one has other "
        "trials."
    ),
}


def _nothing() -> Finding:
    return Finding("not run", "", "Too few networks have finished their training.")


_CLAIMS = {
    "balanced": Claim(
        "Training with a penalty on squared weights brings networks near balance: their neural "
        "gradients are far smaller than under a permutation of rows.",
        f"Agree if p < {SURE} in every network with a penalty, disagree if p > {1 - SURE} in one.",
    ),
    "chance": Claim(
        "Without a penalty they are what chance has them be.",
        "By the interval of z over networks: agree if it holds 0, disagree if it is below 0.",
        by="this study",
    ),
    "conserved": Claim(
        "Without a penalty neural gradients are fixed by gradient descent.",
        f"Agree if ‖g‖ changes by less than {CONSERVED:.1%} in every network, disagree if the "
        "interval of its change over networks is further from 0 than that.",
    ),
    "charge": Claim(
        "What is fixed takes in the weights of input, bias and readout.",
        f"Agree if ‖Q‖ changes by less than {CONSERVED:.1%} in every network, disagree if the "
        "interval of its change over networks is further from 0 than that.",
        by="this study",
    ),
}


def part(choices: Choices) -> Part:
    """The part for these choices."""
    return Part(
        name="figure-4a",
        title="Figure 4a: balance in trained networks",
        question=(
            "Networks of 256 neurons learn to integrate the stream that a context asks for, with "
            "penalties of 0.3, 0.1 and 0 on the sum of squared recurrent weights, five networks "
            "each. ‖g‖ is the norm of every neuron's summed squared incoming weights minus its "
            "outgoing ones. The null permutes the rows of the final weights. Settings are those "
            "of the authors' code; those of the text diverge."
        ),
        claims=_CLAIMS,
        tasks=partial(tasks, choices=choices),
        learn=_networks.learn,
        work=work,
        draw=draw,
        picture=(
            "Norm of neural gradients over training, falling with a penalty and flat without; "
            "beside it its distribution under permutation; and what is conserved without."
        ),
        judge=judge,
        missing=_networks.missing,
        kept=False,
        tables=tables,
        stands_in=False,
    )
