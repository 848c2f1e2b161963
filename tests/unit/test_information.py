"""Correlative information: its three forms, its limits, and what leaves it alone."""

import re
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import homolog
from homolog import HomologError, represent
from homolog.information import Form, correlative_information
from homolog.testing._populations import orthogonal

FORMS: tuple[Form, ...] = ("joint", "left", "right")


def related(seed: int, n_stimuli: int, n_first: int, n_second: int) -> tuple[Any, Any]:
    """Two populations with one signal in common, neither of them centred."""
    rng = np.random.default_rng(seed)
    signal = rng.normal(size=(n_stimuli, 2))
    first = signal @ rng.normal(size=(2, n_first)) + rng.normal(size=(n_stimuli, n_first)) + 0.5
    second = signal @ rng.normal(size=(2, n_second)) + rng.normal(size=(n_stimuli, n_second)) - 1
    return first, second


def by_definition(first: Any, second: Any, epsilon: float) -> float:
    """What one population tells about the other, from eigenvalues of second moments."""

    def log_volume(x: Any) -> float:
        return float(np.sum(np.log(np.linalg.eigvalsh(x.T @ x / len(x)) + epsilon)))

    both = np.hstack([first, second])
    return (log_volume(first) + log_volume(second) - log_volume(both)) / 2


SIZES = st.tuples(st.integers(3, 40), st.integers(1, 9), st.integers(1, 9))
POPULATIONS = st.builds(lambda seed, sizes: related(seed, *sizes), st.integers(0, 10**6), SIZES)
EPSILONS = st.sampled_from((0.01, 0.15, 2.0))


@given(POPULATIONS, EPSILONS, st.booleans())
def test_all_three_forms_are_one_number(pair: tuple[Any, Any], epsilon: float, centred: bool):
    got = [
        float(correlative_information(*pair, epsilon=epsilon, form=form, centred=centred))
        for form in FORMS
    ]
    first, second = (x - x.mean(axis=0) * centred for x in pair)
    assert got == pytest.approx([by_definition(first, second, epsilon)] * 3, rel=1e-10, abs=1e-10)
    assert min(got) > -1e-12


@given(POPULATIONS, EPSILONS, st.integers(0, 1000))
def test_rotations_and_the_order_of_stimuli_change_nothing(
    pair: tuple[Any, Any], epsilon: float, seed: int
):
    (first, second), rng = pair, np.random.default_rng(seed)
    order = rng.permutation(len(first))
    turned = (
        first[order] @ orthogonal(rng, first.shape[1]),
        second[order] @ orthogonal(rng, second.shape[1]),
    )
    for form in FORMS:
        assert correlative_information(*turned, epsilon=epsilon, form=form) == pytest.approx(
            correlative_information(*pair, epsilon=epsilon), rel=1e-10, abs=1e-10
        )


@given(POPULATIONS, EPSILONS)
def test_both_populations_may_change_places(pair: tuple[Any, Any], epsilon: float):
    there = correlative_information(*pair, epsilon=epsilon, form="left")
    back = correlative_information(*pair[::-1], epsilon=epsilon, form="right")
    assert there == back


@pytest.mark.parametrize("form", FORMS)
def test_populations_without_a_correlation_tell_nothing(form: Form, rng: np.random.Generator):
    columns = np.linalg.qr(rng.normal(size=(30, 7))).Q * np.linspace(1, 20, 7)
    got = correlative_information(columns[:, :3], columns[:, 3:], form=form)
    assert got == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("form", FORMS)
def test_grows_with_what_is_shared(form: Form, rng: np.random.Generator):
    first, own = rng.normal(size=(2, 400, 3))
    shares = np.linspace(0, 1, 8)
    got = [
        float(correlative_information(first, np.sqrt(s) * first + np.sqrt(1 - s) * own, form=form))
        for s in shares
    ]
    assert got == sorted(got)
    assert got[0] < 0.05
    assert got[-1] > 2


def test_one_neuron_of_each_by_hand():
    first = np.array([[1.0], [2.0], [3.0], [2.0]])
    second = np.array([[0.0], [1.0], [2.0], [3.0]])
    # Second moments 18/4, 14/4 and, shared, 14/4; epsilon 0.5.
    by_hand = 0.5 * np.log(5.0 * 4.0 / (5.0 * 4.0 - 3.5**2))
    for form in FORMS:
        got = correlative_information(first, second, epsilon=0.5, form=form)
        assert got == pytest.approx(by_hand, rel=1e-14)


def test_means_count_unless_removed(rng: np.random.Generator):
    first, second = rng.normal(size=(2, 2000, 3))
    assert correlative_information(first, second) < 0.02
    assert correlative_information(first + 5, second + 5) > 1
    assert correlative_information(first + 5, second + 5, centred=True) < 0.02


def test_every_library_gives_the_same_in_kind(xp: Any):
    first, second = related(3, 20, 4, 30)
    wanted = by_definition(first, second, 0.15)
    for form in FORMS:
        got = correlative_information(xp.asarray(first), xp.asarray(second), form=form)
        assert type(got) is type(xp.sum(xp.asarray(first)))
        assert float(got) == pytest.approx(wanted, rel=1e-10)


def test_a_gradient_flows():
    import torch

    first, second = (torch.tensor(x) for x in related(4, 12, 3, 20))

    def told(x: Any) -> Any:
        return correlative_information(x, second)

    assert torch.autograd.gradcheck(told, first.requires_grad_())


def test_labels_are_heeded():
    first, second = related(5, 6, 3, 2)
    labels = tuple("abcdef")
    x = represent(first, stimuli=labels, name="hidden")
    told = correlative_information(x, represent(second, stimuli=labels, name="output"))
    assert told == pytest.approx(by_definition(first, second, 0.15))
    with pytest.raises(HomologError, match=r"^HM002 hidden and output share the same 6 ids"):
        correlative_information(x, represent(second, stimuli=labels[::-1], name="output"))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"epsilon": 0}, "HM025 epsilon is 0; allowed: a finite number above 0."),
        ({"epsilon": np.inf}, "HM025 epsilon is inf; allowed: a finite number above 0."),
        ({"epsilon": np.nan}, "HM025 epsilon is nan; allowed: a finite number above 0."),
        ({"epsilon": True}, "HM025 epsilon is True; allowed: a finite number above 0."),
        ({"epsilon": "0.1"}, "HM025 epsilon is '0.1'; allowed: a finite number above 0."),
        ({"form": "both"}, "HM025 form is 'both'; allowed: 'joint', 'left', 'right'."),
        ({"form": ["left"]}, "HM025 form is ['left']; allowed: 'joint', 'left', 'right'."),
        ({"centred": 1}, "HM025 centred is 1; allowed: True, False."),
    ],
)
def test_options_are_checked(options: dict[str, Any], message: str):
    with pytest.raises(HomologError, match=f"^{re.escape(message)}$"):
        correlative_information(*related(6, 9, 2, 2), **options)


@pytest.mark.parametrize("scale", [1e7, 1e200])
def test_noise_that_is_lost_beside_the_responses_is_refused(scale: float):
    first, second = related(7, 9, 2, 2)
    with pytest.raises(HomologError, match=r"^HM025 epsilon is 0\.15; allowed: above .* divide"):
        correlative_information(first, scale * second)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda x: x[:-1], "HM001"),
        (lambda x: x[:, :0], "HM018"),
        (lambda x: x * np.nan, "HM004"),
        (lambda x: 0 * x, "HM006"),
        (lambda x: x[:, 0], "HM007"),
    ],
)
def test_unfit_populations_are_refused(spoil: Any, code: str):
    first, second = related(8, 9, 2, 3)
    for populations in ((spoil(first), second), (first, spoil(second))):
        with pytest.raises(HomologError) as refused:
            correlative_information(*populations)
        assert refused.value.code == code


def test_public_name_stays_a_function():
    assert homolog.correlative_information is correlative_information
    assert homolog.correlative_information is correlative_information  # also once loaded
