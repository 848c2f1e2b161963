"""The declarations themselves: complete, and not at odds with each other."""

import numpy as np

from homolog.measures._measure import INVARIANCES, Measure
from homolog.testing._populations import require

_IMPLIED = {
    "linear": {"scale", "permutation", "rotation", "neuron_scale"},
    "rotation": {"permutation"},
    "neuron_scale": {"scale"},
}


def check_contract(m: Measure, rng: np.random.Generator) -> None:
    """What a measure declares is complete and consistent."""
    require(bool(m.name.isidentifier()), f"the name {m.name!r} is not an identifier")
    require(bool(m.title), f"{m.name} has no title: the first line of its docstring")
    require(
        m.kind in ("correlation", "variance", "distance"), f"{m.name} is of unknown kind {m.kind!r}"
    )
    require(
        m.source.startswith("https://"),
        f"{m.name} names no address where it was defined: {m.source!r}",
    )
    require(
        m.citation.startswith("@"), f"{m.name} has no BibTeX entry: its citation must begin with @"
    )
    require(
        m.sees in ("mean", "trial", "time"),
        f"{m.name} sees {m.sees!r}; what a measure can see is mean, trial, time",
    )
    require(
        m.sees == "mean" or not m.smooth,
        f"{m.name} declares gradients, which are checked for measures of mean responses alone",
    )
    _check_ends(m)
    for side in (m.invariant_to, m.candidate_invariant_to):
        _check_invariance_names(m, side)
    if m.symmetric:
        require(
            m.invariant_to == m.candidate_invariant_to,
            f"{m.name} is declared symmetric, but with other invariances for the reference than"
            " for the candidate",
        )


def _check_ends(m: Measure) -> None:
    if m.kind == "distance":
        require(
            m.best == 0 < m.worst,
            f"{m.name} is a distance, so its best must be 0 and its worst above;"
            f" it declares {m.best:g} and {m.worst:g}",
        )
    else:
        require(
            m.worst < m.best,
            f"{m.name} is a similarity, so its best must be above its worst;"
            f" it declares {m.best:g} and {m.worst:g}",
        )
    if m.metric:
        require(
            m.kind == "distance" and m.symmetric,
            f"{m.name} is declared a metric, which only a symmetric distance can be",
        )


def _check_invariance_names(m: Measure, declared: frozenset[str]) -> None:
    unknown = declared - INVARIANCES
    require(not unknown, f"{m.name} declares unknown invariances: {', '.join(sorted(unknown))}")
    for larger, implied in _IMPLIED.items():
        left_out = implied - declared
        require(
            larger not in declared or not left_out,
            f"{m.name} declares {larger}, which includes {', '.join(sorted(left_out))}:"
            " declare that too",
        )
