"""Figure 3, d: which pairs of CKA and Procrustes scores there are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.studies._drawing import CANDIDATE, REFERENCE, SOFT, panels
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies.differentiable_similarity._planted import halving

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HIGH = 0.9
WIDE = 0.2
"""A range of scores that one would call wide."""

ROUNDING = 1e-6
KINDS = {"fixed": "To one reference", "free": "Between any two"}
LOWER, UPPER = "proved lowest", "proved highest"


def tasks(quick: bool) -> Mapping[str, Options]:
    """To a reference with components of halving variance, and between any two populations."""
    size = {"levels": 5, "starts": 2, "steps": 15} if quick else {"levels": 15, "starts": 4}
    size = {"steps": 40, **size}
    return {
        "fixed": {"kind": "fixed", "n_rows": 40, "n_neurons": 6, **size},
        "free": {"kind": "free", "n_rows": 20, "n_neurons": 10, **size},
    }


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Hold one score and raise or lower the other, from many starts."""
    from homolog.audit import region

    shape = (options["n_rows"], options["n_neurons"])
    target = halving(*shape, rng) if options["kind"] == "fixed" else None
    settings = {name: options[name] for name in ("levels", "starts", "steps")}
    found = region("cka", "procrustes", target, shape=shape, rng=rng, **settings)
    return [
        {
            "kind": options["kind"],
            "side": str(row["side"]),
            "cka": float(row["first"]),
            "procrustes": float(row["second"]),
        }
        for row in found.frame().to_dict("records")
    ]


def draw(rows: Table) -> Figure:
    """What was attained and what is proved, a panel for each kind."""
    figure, axes = panels(len(KINDS), width=10, height=4.6)
    for ax, (kind, title) in zip(axes, KINDS.items(), strict=True):
        one = rows[rows["kind"] == kind]
        for side, places in one.groupby("side"):
            if str(side).startswith("proved"):
                ax.plot(places["cka"], places["procrustes"], "--", color=SOFT, linewidth=1)
            else:
                held = side in ("lowest", "highest")
                colour = REFERENCE if held else CANDIDATE
                shown: dict[str, Any] = {"color": colour, "markersize": 4, "linewidth": 1}
                ax.plot(places["cka"], places["procrustes"], "o-", **shown)
        ax.plot([HIGH, HIGH], [0, 1], color=SOFT, linewidth=0.7)
        ax.plot([0, 1], [HIGH, HIGH], color=SOFT, linewidth=0.7)
        ax.set_xlim(-0.02, 1.02)
        ax.set_ylim(-0.02, 1.02)
        ax.set_aspect("equal")
        ax.set_xlabel("CKA")
        ax.set_title(title, fontsize=10, loc="left")
    axes[0].set_ylabel("Procrustes score")
    axes[0].plot([], [], "o-", color=REFERENCE, label="CKA held")
    axes[0].plot([], [], "o-", color=CANDIDATE, label="Procrustes held")
    axes[0].plot([], [], "--", color=SOFT, label="proved")
    axes[0].legend(frameon=False, fontsize=8, loc="center", bbox_to_anchor=(0.57, 0.45))
    return figure


def cka_at_least(rows: Table, kind: str) -> float:
    """The lowest CKA that was found at a high Procrustes score."""
    left = _side(rows, kind, "leftmost").sort_values("procrustes")
    return float(np.interp(HIGH, left["procrustes"], left["cka"]))


def procrustes_range(rows: Table, kind: str) -> tuple[float, float]:
    """The lowest and highest Procrustes scores that were found at a high CKA."""
    ends = (_side(rows, kind, side).sort_values("cka") for side in ("lowest", "highest"))
    low, high = (float(np.interp(HIGH, one["cka"], one["procrustes"])) for one in ends)
    return low, high


def _side(rows: Table, kind: str, side: str) -> Table:
    return rows[(rows["kind"] == kind) & (rows["side"] == side)]


def outside(rows: Table, kind: str) -> float:
    """By how much a pair that was attained is beyond what is proved of CKA a little off."""
    found = rows[(rows["kind"] == kind) & ~rows["side"].isin((LOWER, UPPER))]
    below, above = (_side(rows, kind, side).sort_values("cka") for side in (LOWER, UPPER))
    after = np.clip(np.searchsorted(below["cka"], found["cka"]), 1, len(below) - 1)
    least, most = (one["procrustes"].to_numpy() for one in (below, above))
    low = np.minimum(least[after - 1], least[after])
    high = np.maximum(most[after - 1], most[after])
    return float(np.maximum(low - found["procrustes"], found["procrustes"] - high).max())


def judge(rows: Table) -> Mapping[str, Finding]:
    """What one high score leaves open of the other."""
    least = {kind: cka_at_least(rows, kind) for kind in KINDS}
    ranges = {kind: procrustes_range(rows, kind) for kind in KINDS}
    wide = all(high - low > WIDE for low, high in ranges.values())
    beyond = {kind: outside(rows, kind) for kind in KINDS}
    return {
        "implies": Finding(
            "agree" if min(least.values()) > HIGH else "disagree",
            "; ".join(f"{KINDS[kind].lower()}: {low:.3f}" for kind, low in least.items()),
            f"The lowest CKA found with a Procrustes score of {HIGH}, which is an NBS of "
            f"{np.cos((1 - HIGH) * np.pi / 2):.3f}.",
        ),
        "converse": Finding(
            "agree" if wide else "disagree",
            "; ".join(
                f"{KINDS[kind].lower()}: {low:.2f} to {high:.2f}"
                for kind, (low, high) in ranges.items()
            ),
            f"The Procrustes scores found with a CKA of {HIGH}. The range is at least so wide: a "
            "search finds what is attained, never what is not.",
        ),
        "bounds": Finding(
            "agree" if max(beyond.values()) < ROUNDING else "disagree",
            "; ".join(
                f"{KINDS[kind].lower()}: "
                + (f"{gap:.0e} beyond" if gap > 0 else f"{-gap:.3f} or more inside")
                for kind, gap in beyond.items()
            ),
            "Bounds between NBS, of which the Procrustes score is the angle, and CKA.",
        ),
    }


PART = Part(
    name="figure-3d",
    title="Figure 3, d: pairs of scores",
    question=(
        "One of two scores is held while the other is made as high or as low as can be, from many "
        "starts: with one reference that stays as it is, whose components halve in variance, and "
        "with both populations free. Which pairs of CKA and Procrustes are there?"
    ),
    claims={
        "implies": Claim(
            f"A Procrustes score of {HIGH} implies a CKA above {HIGH}.",
            f"Agree if no lower CKA is found with a Procrustes score of {HIGH}, neither to one "
            "reference nor between any two; else disagree.",
        ),
        "converse": Claim(
            f"A CKA of {HIGH} leaves a wide range of Procrustes scores.",
            f"Agree if in both cases they range over more than {WIDE}; else disagree.",
        ),
        "bounds": Claim(
            "No pair is found outside of what is proved of NBS and CKA.",
            f"Agree if none is beyond a bound by more than {ROUNDING:g}; else disagree.",
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "The region of pairs of scores, CKA against Procrustes: it is narrow where Procrustes is "
        "high and wide where CKA is high, and lies within dashed bounds."
    ),
    judge=judge,
)
