"""The settings behind the published rows of the rules that settle, as their authors logged them."""

from typing import Any

import pytest

from homolog import rules

SMALL, LARGE = (784, 500, 10), (3072, 1000, 10)
USUAL = ((0, 0.95), (15, 0.9))

# step, its decay, free and nudged steps, leak, forgetting, forward and feedback rates, schedule
CORINFOMAX: dict[tuple[str, str], tuple[Any, ...]] = {
    ("mnist", "box"): (SMALL, 0.05, 0, 30, 10, 0.5, 0.99999, (1.0, 0.7), (0.15,), USUAL),
    ("fashion_mnist", "box"): (
        *(SMALL, 0.07, 0.01, 30, 10, 0.3, 0.99999, (0.30, 0.22), (0.07,)),
        ((0, 0.95), (20, 0.9), (25, 0.8)),
    ),
    ("cifar10", "box"): (LARGE, 0.05, 0, 30, 10, 0.1, 0.99995, (0.08, 0.04), (0.04,), USUAL),
    ("mnist", "sparse"): (SMALL, 0.05, 0, 20, 4, 0.5, 0.99999, (1.0, 0.7), (0.12,), USUAL),
    ("fashion_mnist", "sparse"): (
        *(SMALL, 0.045, 0.01, 20, 10, 0.2, 0.99999, (0.35, 0.23), (0.06,)),
        ((0, 0.95), (11, 0.9)),
    ),
    ("cifar10", "sparse"): (
        *(LARGE, 0.025, 0.01, 30, 10, 0.1, 0.99999, (0.095, 0.075), (0.05,)),
        USUAL,
    ),
    ("mnist", "box, three layers"): (
        *((784, 500, 500, 10), 0.05, 0, 30, 10, 0.2, 0.99999, (1.1, 0.75, 0.6), (0.17, 0.07)),
        USUAL,
    ),
    ("cifar10", "box, three layers"): (
        *((3072, 1000, 500, 10), 0.05, 0, 30, 10, 0.1, 0.99999),
        *((0.11, 0.06, 0.035), (0.045, 0.015), USUAL),
    ),
}

# sizes, free and nudged steps, rates, rate of lateral synapses, decay, every so many epochs
ENERGIES: dict[tuple[str, str], tuple[Any, ...]] = {
    ("equilibrium_propagation", "mnist"): (SMALL, 20, 4, (0.1, 0.05), None, 1.0, 0.5),
    ("equilibrium_propagation", "fashion_mnist"): (SMALL, 20, 4, (0.05, 0.025), None, 1.0, 0.3),
    ("equilibrium_propagation", "cifar10"): (
        *((3072, 500, 10), 20, 4, (0.07, 0.03), None),
        *(0.75**2, 0.3),
    ),
    ("similarity_matching", "mnist"): (SMALL, 20, 4, (0.4, 0.275), 0.01, 0.75**2, 0.5),
    ("similarity_matching", "fashion_mnist"): (SMALL, 20, 4, (0.1, 0.06), 0.002, 0.75**2, 0.5),
    ("similarity_matching", "cifar10"): (LARGE, 30, 5, (0.059, 0.017), 0.067, 0.75**2, 0.5),
}


def test_every_row_is_checked():
    rows = {(row.dataset, row.variant) for row in rules.presets("corinfomax")}
    assert rows == set(CORINFOMAX)
    names = ("equilibrium_propagation", "similarity_matching")
    rows = {(name, row.dataset) for name in names for row in rules.presets(name)}
    assert rows == set(ENERGIES)


@pytest.mark.parametrize(("dataset", "variant"), CORINFOMAX)
def test_corinfomax_has_the_settings_of_its_row(dataset: str, variant: str):
    (row,) = (
        one
        for one in rules.presets("corinfomax")
        if (one.dataset, one.variant) == (dataset, variant)
    )
    rule: Any = row.rule
    got = (
        *(row.sizes, rule.step_size, rule.step_decay, rule.free_steps, rule.nudged_steps),
        *(rule.leak, rule.forgetting, rule.forward_rates, rule.feedback_rates, rule.rate_decays),
    )
    assert got == CORINFOMAX[dataset, variant]
    assert (rule.epsilon, rule.nudge, rule.nudge_sign) == (0.15, 1.0, "random")
    assert (rule.contrast, rule.lateral_update) == ("free", "first_order")
    assert rule == rules.preset("corinfomax", dataset, variant)


@pytest.mark.parametrize(
    ("dataset", "interneuron_rates"),
    [("mnist", (1e-6, 1e-2)), ("fashion_mnist", (1e-6, 1e-2)), ("cifar10", (1e-5, 1e-2))],
)
def test_sparse_rows_have_the_ball_and_its_slow_interneurons(
    dataset: str, interneuron_rates: tuple[float, ...]
):
    rule: Any = rules.preset("corinfomax", dataset, "sparse")
    assert rule.domain == "nonnegative_l1"
    assert rule.interneuron_rates == interneuron_rates
    assert "not enforced" in next(
        row.note
        for row in rules.presets("corinfomax")
        if (row.dataset, row.variant) == (dataset, "sparse")
    )


@pytest.mark.parametrize(("name", "dataset"), ENERGIES)
def test_energy_rules_have_the_settings_of_their_rows(name: str, dataset: str):
    (row,) = (one for one in rules.presets(name) if one.dataset == dataset)
    rule: Any = row.rule
    got = (
        *(row.sizes, rule.free_steps, rule.nudged_steps, rule.forward_rates),
        getattr(rule, "lateral_rate", None),
        rule.rate_decay ** (30 // rule.decay_every),  # after 30 epochs
        rule.response_step_size or rule.step_size,
    )
    assert got == ENERGIES[name, dataset]
    assert (rule.step_size, rule.nudge, rule.nudge_sign) == (0.5, 1.0, "random")


PUBLISHED = {
    ("corinfomax", "mnist", "box"): (97.62, 0.121),
    ("corinfomax", "mnist", "sparse"): (97.71, 0.096),
    ("corinfomax", "fashion_mnist", "box"): (88.14, 0.277),
    ("corinfomax", "fashion_mnist", "sparse"): (88.09, 0.081),
    ("corinfomax", "cifar10", "box"): (51.86, 0.335),
    ("corinfomax", "cifar10", "sparse"): (51.19, 0.359),
    ("corinfomax", "mnist", "box, three layers"): (None, 0.086),
    ("corinfomax", "cifar10", "box, three layers"): (None, 0.377),
    ("equilibrium_propagation", "mnist", ""): (97.61, 0.081),
    ("equilibrium_propagation", "fashion_mnist", ""): (88.06, 0.704),
    ("equilibrium_propagation", "cifar10", ""): (49.28, 0.499),
    ("similarity_matching", "mnist", ""): (98.08, 0.063),
    ("similarity_matching", "fashion_mnist", ""): (88.73, 0.194),
    ("similarity_matching", "cifar10", ""): (40.79, None),
}


def test_published_accuracies_are_those_of_the_table():
    names = ("corinfomax", "equilibrium_propagation", "similarity_matching")
    got = {
        (name, row.dataset, row.variant): (row.published, row.test_std)
        for name in names
        for row in rules.presets(name)
    }
    assert got == PUBLISHED
