"""Whole nervous systems: how near their synapse counts are to balance."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from homolog.studies._drawing import CANDIDATE, REFERENCE, SOFT, panels
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies.synaptic_balancing._null import against, permuted_norms

if TYPE_CHECKING:
    from matplotlib.figure import Figure

POWERS = (1.0, 2.0)
COLOURS = {1.0: REFERENCE, 2.0: CANDIDATE}
DRAWS = 10_000
SURE, SETTLED = 0.025, 0.95
"""One-sided p; and the share of its cost that a network in balance keeps, at least."""

TITLES = {
    "celegans_cook2019_herm_chem_all": "C. elegans, Cook 2019, all cells",
    "celegans_cook2019_herm_chem_neurons": "C. elegans, Cook 2019",
    "celegans_white1986_chem": "C. elegans, White 1986",
    "larva_MB_eichler2017_left": "fly larva, mushroom body left",
    "larva_MB_eichler2017_right": "fly larva, mushroom body right",
    "larva_winding2023_all": "fly larva, Winding 2023",
    "larva_winding2023_brain": "fly larva, brain alone",
}


def tasks(quick: bool) -> Mapping[str, Options]:
    """All connectomes, or in a quick run two that are planted."""
    return {"all": {"planted": quick, "draws": 500 if quick else DRAWS}}


def folder(sources: Sources) -> Path | None:
    """Where connectomes are: ``connectomes/`` in the folder of recordings, or that folder."""
    given = sources.recordings or os.environ.get("HOMOLOG_DATA")
    if not given:
        return None
    inside = Path(given) / "connectomes"
    return inside if inside.is_dir() else Path(given)


def files(sources: Sources) -> list[Path]:
    """The connectomes that are there."""
    there = folder(sources)
    return sorted(there.glob("*.npz")) if there else []


def missing(sources: Sources) -> str | None:
    """What is lacking."""
    if files(sources):
        return None
    return (
        "it needs connectomes, and neither HOMOLOG_DATA nor --recordings names a folder with "
        "connectomes/*.npz"
    )


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Balance of every connectome, for costs that are counts and squared counts."""
    rows: list[Row] = []
    for name, counts in _planted(rng) if options["planted"] else _read(sources):
        rows += [_row(name, counts, power, options["draws"], rng) for power in POWERS]
    return rows


def _read(sources: Sources) -> Iterator[tuple[str, Any]]:
    from homolog.networks import RecurrentNetwork

    for file in files(sources):
        yield TITLES.get(file.stem, file.stem), RecurrentNetwork.from_connectome(file).recurrent


def _planted(rng: np.random.Generator) -> Iterator[tuple[str, Any]]:
    """Two random connectomes: strong neurons are strong both ways, or one way only."""
    from scipy import sparse

    strength = rng.lognormal(size=60)
    for name, other in (("planted, even", strength), ("planted, uneven", rng.permuted(strength))):
        counts = rng.poisson(0.5 * np.outer(strength, other) / strength.mean())
        counts[:, 0] = 0  # a neuron that leads nowhere, as in every connectome
        yield name, sparse.csr_array(counts.astype(float))


def _row(name: str, counts: Any, power: float, draws: int, rng: np.random.Generator) -> Row:
    """The largest strong component by itself, and how much all of it could save."""
    from homolog.balancing import bounds, equilibrium, power_law

    whole = power_law(power, 1.0).of(counts)
    ends = equilibrium(whole, power=power, on_reducible="components")
    sizes = np.bincount(ends.components)
    members = np.flatnonzero(ends.components == sizes.argmax())
    costs = whole[members][:, members]
    found = equilibrium(costs, power=power)
    return {
        "connectome": name,
        "power": power,
        "neurons": int(whole.shape[0]),
        "components": len(sizes),
        "largest": len(members),
        "connections": int(costs.nnz - np.count_nonzero(costs.diagonal())),
        **_against_chance(costs, draws, rng),
        "kept": found.cost_after / found.cost_before,
        "kept_at_least": bounds(costs).reciprocal / found.cost_before,
        "kept_of_all": ends.infimum / ends.cost_before,
        "residual": found.residual,
        "newton_correction": found.newton_correction,
    }


def _against_chance(costs: Any, draws: int, rng: np.random.Generator) -> dict[str, float]:
    """‖g‖/C beside its null."""
    from homolog.balancing import in_costs, neural_gradients, out_costs

    total = float(costs.sum())
    norm = float(np.linalg.norm(neural_gradients(costs))) / total
    norms = permuted_norms(in_costs(costs) / total, out_costs(costs) / total, draws, rng)
    return {"gradient": norm, **against(norm, norms)}


def tables(rows: Table) -> Mapping[str, Sequence[Row]]:
    """A line for each connectome and power."""
    lines: list[Row] = [
        {
            "connectome": one["connectome"],
            "p": f"{one['power']:g}",
            "neurons": int(one["neurons"]),
            "components": int(one["components"]),
            "largest": int(one["largest"]),
            "connections": int(one["connections"]),
            "gradient_over_C": f"{one['gradient']:.4f}",
            "null": f"{one['null_mean']:.4f}",
            "z": f"{one['z']:.1f}",
            "p_value": f"{one['p']:.2g}",
            "cost_kept": f"{one['kept']:.3f}",
            "kept_at_least": f"{one['kept_at_least']:.2f}",
            "kept_of_all": f"{one['kept_of_all']:.3f}",
        }
        for one in rows.to_dict("records")
    ]
    return {"table": lines}


def draw(rows: Table) -> Figure:
    """Neural gradients against their null, and what rescaling leaves of the cost."""
    figure, (left, right) = panels(2, width=10.5, height=0.45 * rows["connectome"].nunique() + 1.4)
    names = list(dict.fromkeys(rows["connectome"]))
    for shift, (power, colour) in zip((-0.15, 0.15), COLOURS.items(), strict=True):
        one = rows[rows["power"] == power].set_index("connectome").loc[names]
        places = np.arange(len(names)) + shift
        label = f"p = {power:g}"
        left.errorbar(
            one["null_mean"],
            places,
            xerr=1.96 * one["null_std"],
            fmt="none",
            ecolor=SOFT,
            elinewidth=4,
            label="rows permuted, 95 %" if power == POWERS[0] else None,
        )
        left.plot(one["gradient"], places, "o", color=colour, markersize=5, label=label)
        right.plot(one["kept"], places, "o", color=colour, markersize=5, label=label)
        right.plot(one["kept_at_least"], places, "|", color=colour, markersize=9)
    for ax in (left, right):
        ax.set_ylim(len(names) - 0.5, -0.5)
        ax.set_yticks(range(len(names)), names if ax is left else [])
        ax.set_xlim(left=0)
        ax.grid(axis="y", visible=False)
        ax.grid(axis="x", color=SOFT, alpha=0.2, linewidth=0.6)
    left.legend(frameon=False, fontsize=8, loc="lower right")
    left.set_xlabel("‖g‖ / C, largest strong component")
    right.set_xlabel("Cost at the equilibrium / now (bars: bound (42))")
    right.set_xlim(0, 1)
    return figure


def judge(rows: Table) -> Mapping[str, Finding]:
    """Whether they are nearer to balance than chance, in balance, and able to be."""
    p = rows["p"]
    near = "agree" if (p < SURE).all() else "disagree" if (p > 1 - SURE).all() else "cannot tell"
    kept = rows["kept"]
    still = "agree" if (kept > SETTLED).all() else "disagree" if (kept < SETTLED).all() else None
    strong = rows["components"] == 1
    whole = "agree" if strong.all() else "disagree" if not strong.any() else "cannot tell"
    n = rows["connectome"].nunique()
    not_near = rows[p >= SURE]
    others = "; ".join(
        f"{one['connectome']}, p = {one['power']:g} (z {one['z']:.1f})"
        for one in not_near.to_dict("records")
    )
    return {
        "near": Finding(
            near,
            f"{len(rows) - len(not_near)} of {len(rows)} costs of {n} connectomes below chance",
            f"z from {rows['z'].min():.1f} to {rows['z'].max():.1f}. Not below chance: "
            f"{others or 'none'}.",
        ),
        "settled": Finding(
            still or "cannot tell",
            f"a rescaling would leave {kept.min():.0%} to {kept.max():.0%} of the cost",
            "Of the largest strong component. Counts of synapses stand for weights, which nobody "
            "has measured, and signs do not matter.",
        ),
        "strong": Finding(
            whole,
            f"{rows['components'].min()} to {rows['components'].max()} strong components",
            "Without strong connectivity no equilibrium exists for the whole; each component "
            "has one.",
        ),
    }


PART = Part(
    name="connectomes",
    title="Connectomes",
    question=(
        "The paper predicts that real networks are generically near balance. The cost of a "
        "synapse is its count (p = 1) or squared count (p = 2). ‖g‖/C of the largest strong "
        f"component is compared with that of {DRAWS:,} permutations of rows, which keep all "
        "in-costs and all out-costs and tear them apart."
    ),
    claims={
        "near": Claim(
            "Networks are generically in the vicinity of balance (here: nearer than chance).",
            f"Agree if p < {SURE} in every connectome for both costs, disagree if p > {1 - SURE} "
            "in all.",
        ),
        "settled": Claim(
            "They are in balance.",
            f"Agree if balancing would leave more than {SETTLED:.0%} of the cost in every "
            "connectome, disagree if less in all.",
            by="this study",
        ),
        "strong": Claim(
            "They are strongly connected, as the theorem of convergence asks.",
            "Agree if every connectome is one strong component, disagree if none is.",
            by="this study",
        ),
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "For each connectome the norm of neural gradients beside its null, most of them below "
        "it; and the cost that balancing would leave, between a fifth and four fifths."
    ),
    judge=judge,
    missing=missing,
    inputs=files,
    tables=tables,
    stands_in=True,
)
