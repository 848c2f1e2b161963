"""What the ratios of losses say of the claims of figure 4b."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from homolog.studies._study import Claim, Finding, Row, Table, Verdict
from homolog.studies._words import mean_interval
from homolog.studies.synaptic_balancing._noise import GAUGES

PAPER, POWER, GROUNDED = GAUGES
OF_PAPER = 0.3
"""Penalty of the networks that the paper balances."""

FEWEST = 3
"""Networks without which an interval over networks says nothing."""

SAME = 1e-5
"""Rounding of outputs in single precision, over the largest."""

HALF = 0.5


def judge(rows: Table) -> Mapping[str, Finding]:
    """By intervals over networks of the logarithm of the ratio, at the strongest noise."""
    measured = rows[rows["ratio"].notna()]
    if not len(measured):
        return dict.fromkeys(CLAIMS, _nothing())
    strongest = measured[measured["noise"] == measured["noise"].max()]
    of_paper = measured[measured["penalty"] == OF_PAPER]
    return {
        "same": _same(measured),
        "attenuated": _below_1(strongest, OF_PAPER, PAPER),
        "with noise": _with_noise(of_paper),
        "power": _below_1(strongest, OF_PAPER, POWER),
        "share": _share(strongest[strongest["penalty"] == OF_PAPER]),
        "other penalties": _other_penalties(strongest),
        "grounded": _grounded(strongest),
    }


def logs(rows: Table, gauge: str) -> Table:
    """Logarithms of the ratios in one gauge, by penalty and replica."""
    one = rows[rows["gauge"] == gauge]
    return np.log(one.set_index(["penalty", "replica"])["ratio"].astype(float))


def summary(rows: Table) -> list[Row]:
    """For every penalty, gauge and noise: mean ratio over networks, its error, and the median."""
    lines: list[Row] = []
    for (penalty, gauge, noise), one in rows.groupby(["penalty", "gauge", "noise"], sort=False):
        ratios, n = one["ratio"].astype(float), len(one)
        lines.append(
            {
                "penalty": f"{penalty:g}",
                "gauge": str(gauge),
                "noise": float(noise),
                "noise_in_std": float(one["noise_in_std"].mean()),
                "networks": n,
                "mean": f"{ratios.mean():.3f}",
                "se_over_networks": f"{ratios.std(ddof=1) / np.sqrt(n):.3f}" if n > 1 else None,
                "median": f"{ratios.median():.3f}",
                "median_trial": f"{one['ratio_of_medians'].mean():.3f}",
                "of_average_output": f"{one['ratio_of_average'].mean():.3f}",
                "lowest": f"{ratios.min():.3f}",
                "highest": f"{ratios.max():.3f}",
            }
        )
    return lines


def _same(rows: Table) -> Finding:
    difference = float(rows["output_difference"].max())
    still = rows[rows["noise"] == 0]
    apart = float((still["ratio"] - 1).abs().max())
    agree = difference < SAME and apart < SAME
    return Finding(
        "agree" if agree else "disagree",
        f"outputs differ by {difference:.0e} at most, losses without noise by {apart:.0e}",
        "Single precision.",
    )


def _below_1(rows: Table, penalty: float, gauge: str) -> Finding:
    chosen = rows[rows["penalty"] == penalty]
    found = logs(chosen, gauge)
    if len(found) < FEWEST:
        return _nothing()
    verdict, said = _told(found)
    medians = chosen[chosen["gauge"] == gauge]["ratio_of_medians"]
    return Finding(
        verdict,
        said,
        f"Median over networks {np.exp(found.median()):.3f}; of single trials the median error has "
        f"the ratio {medians.min():.2f} to {medians.max():.2f}.",
    )


def _told(found: Table) -> tuple[Verdict, str]:
    """Verdict and number of a ratio below 1, from logarithms over networks."""
    mean, low, high = mean_interval(found)
    verdict: Verdict = "agree" if high < 0 else "disagree" if low > 0 else "cannot tell"
    ends = f"[{np.exp(low):.3f}, {np.exp(high):.3f}]"
    each = f"{np.exp(found.min()):.2f} to {np.exp(found.max()):.2f}"
    return verdict, f"{np.exp(mean):.3f} {ends} over {len(found)} networks ({each})"


def _with_noise(rows: Table) -> Finding:
    noises = sorted(one for one in rows["noise"].unique() if one > 0)
    if len(noises) < 2:
        return _nothing()
    weak, strong = (logs(rows[rows["noise"] == one], PAPER) for one in (noises[0], noises[-1]))
    if len(strong) < FEWEST:
        return _nothing()
    verdict, said = _told(strong - weak)
    return Finding(
        verdict,
        f"ratio at noise {noises[-1]:g} over that at {noises[0]:g}: {said}",
        f"At noise {noises[0]:g} the ratio is {np.exp(weak.mean()):.3f} on average.",
    )


def _share(rows: Table) -> Finding:
    whole, left = logs(rows, PAPER), logs(rows, POWER)
    if len(whole) < FEWEST:
        return _nothing()
    verdict, _ = _told(left - HALF * whole)
    kept = left.mean() / whole.mean() if whole.mean() else 0.0
    growth = rows[rows["gauge"] == PAPER]["amplification"]
    return Finding(
        verdict,
        f"{kept:.0%} of the effect, as a logarithm, is left at equal power",
        f"In the paper's gauge the activity is {growth.min():.2f} to {growth.max():.2f} times as "
        "large after balancing as before, against the same noise.",
    )


def _other_penalties(rows: Table) -> Finding:
    others = [one for one in rows["penalty"].unique() if one != OF_PAPER]
    found = {penalty: logs(rows[rows["penalty"] == penalty], PAPER) for penalty in others}
    if not found or min(map(len, found.values())) < FEWEST:
        return _nothing()
    told = {penalty: _told(one) for penalty, one in found.items()}
    verdicts = {verdict for verdict, _ in told.values()}
    verdict: Verdict = "cannot tell"
    if verdicts == {"agree"} or "disagree" in verdicts:
        verdict = "disagree" if "disagree" in verdicts else "agree"
    return Finding(
        verdict,
        "; ".join(f"penalty {penalty:g}: {said}" for penalty, (_, said) in told.items()),
        "In the paper's gauge. A lower sensitivity, which is the sum of the costs, is not a lower "
        "error at the output.",
    )


def _grounded(rows: Table) -> Finding:
    found = logs(rows, GROUNDED)
    if len(found) < FEWEST:
        return _nothing()
    verdict, said = _told(found)
    by_penalty = "; ".join(
        f"penalty {penalty:g}: {np.exp(one.mean()):.3f}"
        for penalty, one in found.groupby(level="penalty", sort=False)
    )
    return Finding(verdict, said, f"Means: {by_penalty}. All penalties count together.")


def _nothing() -> Finding:
    return Finding("not run", "", "Too few networks have finished their training.")


_BELOW = (
    "By the interval over networks of the logarithm of the ratio of losses at the strongest noise: "
    "agree if below 0, disagree if above."
)

CLAIMS = {
    "same": Claim(
        "Without noise, balanced networks do what the original ones do.",
        f"Agree if outputs, over the largest, and losses differ by less than {SAME:g} in every "
        "network; else disagree.",
    ),
    "attenuated": Claim(
        f"Under noise, balanced networks (penalty {OF_PAPER:g}) make smaller errors.", _BELOW
    ),
    "with noise": Claim(
        "The more noise, the greater their advantage.",
        "By the interval over networks of the logarithm of the ratio at the strongest noise over "
        "that at the weakest: agree if below 0, disagree if above.",
    ),
    "power": Claim(
        "They also do so when their activity has no more power than before.",
        _BELOW,
        by="this study",
    ),
    "share": Claim(
        "At least half of the advantage is more than louder activity.",
        "By the interval over networks of the log-ratio at equal power minus half of that in the "
        "paper's gauge: agree if below 0, disagree if above.",
        by="this study",
    ),
    "other penalties": Claim(
        "Balancing also helps networks trained with less penalty, or none.",
        f"{_BELOW} Agree if that holds for every other penalty, disagree if the opposite does for "
        "one.",
        by="this study",
    ),
    "grounded": Claim(
        "With costs of activity and readout in the balance, errors at equal power are smaller, "
        "whatever the penalty.",
        _BELOW,
        by="this study",
    ),
}
