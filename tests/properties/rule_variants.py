"""Every rule, in every published setting and in those that take another path through its code."""

from dataclasses import replace

from homolog import rules
from homolog.rules._rule import LearningRule


def _published() -> dict[str, LearningRule]:
    return {
        f"{name}, {row.dataset} {row.variant}".strip(): row.rule
        for name in rules.names()
        for row in rules.presets(name)
    }


def _variants() -> dict[str, LearningRule]:
    corinfomax = rules.find("corinfomax")()
    energy = rules.find("equilibrium_propagation")()
    return {
        "corinfomax, opposite": replace(corinfomax, contrast="opposite"),
        "corinfomax, woodbury": replace(corinfomax, lateral_update="woodbury", forgetting=0.99),
        "corinfomax, lateral now and then": replace(corinfomax, lateral_refresh=10),
        "corinfomax, signed box": replace(corinfomax, domain="signed_box"),
        "corinfomax, l1 below simplex": replace(corinfomax, domain=("l1", "simplex")),
        "corinfomax, bounded": replace(corinfomax, domain=("nonnegative_l1", "box")),
        "corinfomax, positive": replace(corinfomax, nudge_sign="positive"),
        "equilibrium_propagation, positive": replace(energy, nudge_sign="positive", nudge=0.3),
    }


DEFAULTS: dict[str, LearningRule] = {name: rules.find(name)() for name in rules.names()}
RULES = {**DEFAULTS, **_published(), **_variants()}
