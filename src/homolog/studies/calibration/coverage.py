"""How often the 95 % intervals of unbiased estimates hold the truth."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, cast

import numpy as np

from homolog import errors
from homolog.measures import find
from homolog.sampling import debiased_cka
from homolog.statistics import jackknife
from homolog.studies._drawing import CANDIDATE, INK, REFERENCE, SOFT, THIRD, dressed
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies.calibration._planted import NOISE, Planted, Reals, Recorded
from homolog.studies.calibration._shares import Share, uncertainty, within

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

LOWEST, HIGHEST = 0.93, 0.97
"""What is taken for 95 %."""

KINDS = {0.0: "unrelated", 0.5: "half alike", 0.95: "nearly alike"}
"""Planted CKA, and how it is called."""

STYLES = {"low": "--", "high": "-"}
COLOURS = {10: THIRD, 50: REFERENCE, 200: CANDIDATE}

Held = tuple[str, float, float, float]
"""Which interval, its ends, and the truth."""

ALL_STIMULI = "same neurons, all stimuli"

INTERVALS = {
    "unbiased_cka": {"stimuli": ALL_STIMULI},
    "debiased_cka": {
        "stimuli": ALL_STIMULI,
        "neurons": "all neurons, same stimuli",
        "both": "all neurons, all stimuli",
    },
}
"""Of every estimate, over what its intervals are, and of what the truth is."""


def tasks(estimate: str, quick: bool) -> Mapping[str, Options]:
    """A cell each: what is planted, how many neurons and how many stimuli; the quickest first."""
    n_studies, n_stimuli = (20, (40,)) if quick else (1000, (40, 100, 400))
    sizes = [(neurons, one) for one in n_stimuli for neurons in ((10, 50) if quick else COLOURS)]
    return {
        f"{name.replace(' ', '-')}-{dimensions}-{neurons}-{stimuli}": {
            "estimate": estimate,
            "cka": cka,
            "dimensions": dimensions,
            "n_neurons": neurons,
            "n_stimuli": stimuli,
            "n_studies": n_studies,
        }
        for neurons, stimuli in sorted(sizes, key=np.prod)
        for cka, name in KINDS.items()
        for dimensions in STYLES
    }


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Draw studies, and count how many of their intervals hold the truth."""
    planted, estimate = Planted(options["cka"], options["dimensions"]), options["estimate"]
    tallies = {over: _Tally() for over in INTERVALS[estimate]}
    for _ in range(options["n_studies"]):
        study = planted.study(options["n_stimuli"], options["n_neurons"], rng)
        for over, *ends in _unless_refused(HELD[estimate], study):
            tallies[over].add(*ends)
    place = {name: options[name] for name in ("cka", "dimensions", "n_neurons", "n_stimuli")}
    return [
        {"over": over, **place, **tally.row(options["n_studies"])}
        for over, tally in tallies.items()
    ]


@dataclass
class _Tally:
    """Intervals of one kind, counted."""

    truths: list[float] = field(default_factory=list[float])
    widths: list[float] = field(default_factory=list[float])
    too_low: int = 0
    too_high: int = 0

    def add(self, low: float, high: float, truth: float) -> None:
        self.truths.append(truth)
        self.widths.append(high - low)
        self.too_low += high < truth
        self.too_high += low > truth

    def row(self, n_studies: int) -> Row:
        n = len(self.truths)
        finite = [width for width in self.widths if np.isfinite(width)]
        return {
            "truth": float(np.mean(self.truths)) if n else None,
            "n_studies": n_studies,
            "n_refused": n_studies - n,
            "n_held": n - self.too_low - self.too_high,
            "n_too_low": self.too_low,
            "n_too_high": self.too_high,
            "n_unbounded": n - len(finite),
            "median_width": float(np.median(finite)) if finite else None,
        }


def _unless_refused(of: Callable[[Recorded], Iterator[Held]], study: Recorded) -> Iterator[Held]:
    """Intervals of a study; none where the estimate is refused."""
    try:
        yield from of(study)
    except errors.HomologError:
        return


def _of_unbiased_cka(study: Recorded) -> Iterator[Held]:
    shared, x, y = study.covariances
    truth = float(np.sum(shared**2) / np.sqrt(np.sum(x**2) * np.sum(y**2)))
    low, high = jackknife(find("unbiased_cka"), study.x, study.y)
    yield "stimuli", low, high, truth


def _of_debiased_cka(study: Recorded) -> Iterator[Held]:
    estimate = debiased_cka(study.x, study.y)
    x, y = (study.latents * np.sqrt(one) for one in study.planted.variances)
    truths = {
        "stimuli": _of_these_neurons(study),
        "neurons": float(find("unbiased_cka")(x, y)),
        "both": study.planted.cka,
    }
    for over, truth in truths.items():
        low, high = estimate.interval(over)  # pyright: ignore[reportArgumentType]
        yield over, low, high, truth


def _of_these_neurons(study: Recorded) -> float:
    """Debiased CKA of the recorded neurons over infinitely many stimuli."""
    shared, x, y = study.covariances
    own = [_between_different(one) for one in (x, y)]
    return float(np.mean(shared**2) / np.sqrt(own[0] * own[1]))


def _between_different(covariance: Reals) -> float:
    """Mean squared covariance of different neurons of one population."""
    n = len(covariance)
    return float((np.sum(covariance**2) - np.sum(np.diag(covariance) ** 2)) / (n * (n - 1)))


HELD: Mapping[str, Callable[[Recorded], Iterator[Held]]] = {
    "unbiased_cka": _of_unbiased_cka,
    "debiased_cka": _of_debiased_cka,
}
"""Intervals of one study, and their truth."""


def draw(estimate: str, rows: Table) -> Figure:
    """Coverage against the number of stimuli: a column for each truth, a row for each interval."""
    from matplotlib.figure import Figure

    truths = INTERVALS[estimate]
    figure = Figure(figsize=(10, 2.5 * len(truths) + 0.9), layout="constrained")
    axes = figure.subplots(len(truths), len(KINDS), sharex=True, sharey=True, squeeze=False)
    for line, (over, truth) in zip(axes, truths.items(), strict=True):
        for ax, (cka, kind) in zip(line, KINDS.items(), strict=True):
            _panel(ax, rows[(rows["over"] == over) & (rows["cka"] == cka)])
            ax.set_title(f"Over {over}: {kind}", fontsize=9, loc="left")
        line[0].set_ylabel(f"Truth: {truth}\nheld (%)", fontsize=8)
    for ax in axes[-1]:
        ax.set_xlabel("Stimuli")
    axes[0][0].set_ylim(top=100.5)  # Of all panels, once they hold what sets the other end.
    lines = axes[0][0].get_legend_handles_labels()
    figure.legend(*lines, loc="outside lower center", frameon=False, fontsize=8, ncols=3)
    return figure


def _panel(ax: Axes, rows: Table) -> None:
    dressed(ax)
    ax.axhspan(100 * LOWEST, 100 * HIGHEST, color=SOFT, alpha=0.2, linewidth=0)
    ax.axhline(95, color=INK, linewidth=0.6)
    rows = rows[rows["n_refused"] < rows["n_studies"]]
    kinds = list(rows.groupby(["n_neurons", "dimensions"]))
    for shift, ((neurons, dimensions), one) in zip(_apart(len(kinds)), kinds, strict=True):
        shares = [
            Share(int(at.n_held), int(at.n_studies - at.n_refused)) for at in one.itertuples()
        ]
        held = np.array([at.value for at in shares])
        low, high = np.array([at.interval(0.95) for at in shares]).T
        colour = COLOURS[cast(int, neurons)]
        ax.errorbar(
            one["n_stimuli"] * shift,
            100 * held,
            yerr=100 * np.clip([held - low, high - held], 0, None),
            linestyle=STYLES[cast(str, dimensions)],
            color=colour,
            marker="o",
            markerfacecolor=colour if dimensions == "high" else "white",
            markersize=3.5,
            linewidth=1,
            elinewidth=0.6,
            label=f"{neurons} neurons, {dimensions} dimension",
        )
    ax.set_xscale("log")
    ticks = sorted(rows["n_stimuli"].unique())
    ax.set_xticks(ticks, [f"{n}" for n in ticks])
    ax.minorticks_off()


def _apart(n: int) -> Reals:
    """Factors by which lines of equal values stand side by side on a logarithmic axis."""
    return np.exp(np.linspace(-0.09, 0.09, n))


def judge(estimate: str, rows: Table) -> Mapping[str, Finding]:
    """Every interval by its worst cell."""
    return {over: _judged(rows[rows["over"] == over]) for over in INTERVALS[estimate]}


def _judged(rows: Table) -> Finding:
    cells = {
        (str(one.dimensions), float(one.cka), int(one.n_neurons), int(one.n_stimuli)): Share(
            int(one.n_held), int(one.n_studies - one.n_refused)
        )
        for one in rows.itertuples()
        if one.n_studies > one.n_refused
    }
    kept = sum(LOWEST <= one.value <= HIGHEST for one in cells.values())
    ends = [min(cells, key=lambda at: cells[at].value), max(cells, key=lambda at: cells[at].value)]
    told = [f"{cells[at]} ({_named(*at)})" for at in ends]
    return Finding(
        within(cells.values(), LOWEST, HIGHEST),
        f"{kept} of {len(cells)} cells from {LOWEST:.0%} to {HIGHEST:.0%}; least {told[0]}, most "
        f"{told[1]}; {int(rows['n_refused'].sum())} of {int(rows['n_studies'].sum())} refused",
        uncertainty(0.95, cells.values()),
    )


def _named(dimensions: str, cka: float, n_neurons: int, n_stimuli: int) -> str:
    kind = KINDS[cka]
    return f"{kind}, {dimensions} dimension, {n_neurons} neurons, {n_stimuli} stimuli"


def tables(estimate: str, rows: Table) -> Mapping[str, list[Row]]:
    """Coverage of every interval, a line for each truth and number of neurons."""
    return {f"over {over}": _tabled(rows[rows["over"] == over]) for over in INTERVALS[estimate]}


def _tabled(rows: Table) -> list[Row]:
    lines: list[Row] = []
    for (cka, dimensions, neurons), one in rows.groupby(["cka", "dimensions", "n_neurons"]):
        held = {
            f"{at.n_stimuli} stimuli": str(Share(int(at.n_held), int(at.n_studies - at.n_refused)))
            for at in one.itertuples()
            if at.n_studies > at.n_refused
        }
        lines.append({"truth": KINDS[cka], "dimension": dimensions, "neurons": neurons, **held})
    return lines


def _part(estimate: str) -> Part:
    return Part(
        name=f"coverage-{estimate.replace('_', '-')}",
        title=f"Intervals of {estimate} hold the truth",
        question=(
            "Neurons of two populations read Gaussian latents with random weights and have noise "
            f"of their own ({NOISE:g} beside a signal of 1), so that the truth of every estimate "
            "is known by a formula. Every study draws stimuli and neurons anew; what is counted is "
            "how many 95 % intervals hold the value of infinitely many stimuli, of infinitely many "
            "neurons, or of both."
        ),
        claims={
            over: Claim(
                f"95 % intervals of {estimate} over {over} hold the truth ({truth}) in "
                f"{LOWEST:.0%} to {HIGHEST:.0%} of studies.",
                "By every cell: agree if all shares lie there, disagree if the 99.9 % interval of "
                "one lies outside.",
                by="this study",
            )
            for over, truth in INTERVALS[estimate].items()
        },
        tasks=partial(tasks, estimate),
        work=work,
        draw=partial(draw, estimate),
        picture=(
            "Share of intervals that hold the truth against the number of stimuli, for each kind "
            "of interval and planted truth, with a band from 93 to 97 %."
        ),
        judge=partial(judge, estimate),
        tables=partial(tables, estimate),
    )


PARTS = tuple(map(_part, INTERVALS))
