"""Responses that climb a score: reached, repeatable, finite, and refused with a reason."""

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from homolog import Representation, audit, measures
from homolog.audit._adam import Adam
from homolog.errors import HomologError

RNG = np.random.default_rng(0)
TARGET = RNG.normal(size=(40, 6)) * np.sqrt(2.0 ** -np.arange(6)) + 5

SMOOTH = [
    name
    for name in measures.names()
    if measures.find(name).smooth and np.isfinite(measures.find(name).best)
]
CAN_BE_STUCK = {"semi_matching_correlation"}
"""Neurons that nobody chooses are not moved."""


@pytest.mark.parametrize("optimiser", ["adam", "lbfgs"])
@pytest.mark.parametrize("name", sorted(set(SMOOTH) - CAN_BE_STUCK))
def test_reaches_the_goal_by_the_measures_own_account(name: str, optimiser: str) -> None:
    found = audit.maximise(TARGET, name, goal=0.95, optimiser=optimiser)  # pyright: ignore[reportArgumentType]
    assert found.reached
    assert found.steps < 300
    value = float(measures.find(name)(TARGET, found.data[-1]))
    assert found.value[-1] == pytest.approx(value, rel=1e-9)
    measure = measures.find(name)
    if measure.higher_is_closer:
        assert found.score[-1] == pytest.approx(value, rel=1e-9)
    elif np.isfinite(measure.worst):
        assert found.score[-1] == pytest.approx(1 - value / measure.worst, rel=1e-9)


def test_keeps_first_points_at_or_above_each_score_and_no_more() -> None:
    everything = audit.maximise(TARGET, "cka", scores=np.arange(0, 1, 0.0001).tolist())
    kept = audit.maximise(TARGET, "cka", scores=(0.5, 0.9))
    assert len(everything.score) > len(kept.score) >= 3
    for wanted in (0.5, 0.9):
        first = np.flatnonzero(everything.score >= wanted)[0]
        assert everything.step[first] in kept.step
        np.testing.assert_array_equal(kept.at(wanted), everything.data[first])
    assert kept.step[0] == 0
    assert kept.step[-1] == kept.steps
    assert kept.at(0.9999) is None


def test_many_are_each_as_alone_to_the_last_bit() -> None:
    for name in ("cka", "procrustes", "soft_matching"):
        together = audit.maximise_many(TARGET, name, seeds=(3, 1, 2))
        for seed, one in zip((3, 1, 2), together, strict=True):
            alone = audit.maximise(TARGET, name, rng=seed)
            assert one.seed == seed
            assert one.steps == alone.steps
            np.testing.assert_array_equal(one.data, alone.data)
            np.testing.assert_array_equal(one.score, alone.score)


def test_a_start_may_have_other_neurons_or_be_the_target_itself() -> None:
    wide = audit.maximise(TARGET, "procrustes", start=RNG.normal(size=(40, 9)))
    assert wide.data.shape[1:] == (40, 9)
    assert wide.reached
    assert wide.seed is None
    for name in sorted(set(SMOOTH)):
        same = audit.maximise(TARGET, name, start=TARGET)
        if measures.find(name).fits:
            continue  # on held-out stimuli not even the same population need score 1
        assert same.steps == 0
        assert same.score[-1] == pytest.approx(1, abs=1e-6)


def test_the_order_of_a_start_in_memory_does_not_matter() -> None:
    start = RNG.normal(size=(40, 6))
    found = audit.maximise(TARGET, "cka", start=start)
    turned = audit.maximise(np.asfortranarray(TARGET), "cka", start=np.asfortranarray(start))
    assert found.steps > 3
    np.testing.assert_allclose(turned.data, found.data, rtol=1e-9)


def test_the_unit_of_the_target_is_kept_and_does_not_matter() -> None:
    small = audit.maximise(TARGET, "size_and_shape")
    large = audit.maximise(1e6 * TARGET, "size_and_shape")
    np.testing.assert_allclose(large.data, 1e6 * small.data, rtol=1e-6)
    np.testing.assert_allclose(large.value, 1e6 * small.value, rtol=1e-6)
    np.testing.assert_allclose(large.score, small.score, rtol=1e-6)


def test_distances_without_end_score_0_where_the_candidate_is_silent() -> None:
    for measure in (
        measures.find("size_and_shape"),
        measures.find("soft_matching").using(normalise=False),
    ):
        found = audit.objective(TARGET, measure)
        silent = 1e-7 * RNG.normal(size=TARGET.shape)
        assert found.score(silent[None])[0] == pytest.approx(0, abs=1e-5)
        assert found.score(TARGET[None])[0] == pytest.approx(1)
        assert found.value(found.of_value(3.0)) == pytest.approx(3.0)


def test_a_population_with_times_and_trials_keeps_its_shape() -> None:
    responses = RNG.normal(size=(4, 10, 3, 5))
    population = Representation(responses, ("trial", "stimulus", "time", "neuron"))
    found = audit.maximise(population, "cka")
    assert found.data.shape[1:] == (10, 3, 5)
    np.testing.assert_allclose(found.target, responses.mean(0))
    bare = audit.maximise(responses.mean(0), "cka")
    np.testing.assert_array_equal(found.data, bare.data)


def test_the_target_drawn_with_the_same_seed_is_not_the_start() -> None:
    target = np.random.default_rng(7).normal(size=(30, 4))
    assert audit.maximise(target, "nbs", rng=7).score[0] < 0.9


def test_adam_is_that_of_torch() -> None:
    torch = pytest.importorskip("torch")
    start, gradients = RNG.normal(size=(1, 4, 3)), RNG.normal(size=(20, 1, 4, 3))
    ours, theirs = start.copy(), torch.tensor(start, requires_grad=True)
    adam, peer = Adam(start.shape, 0.1), torch.optim.Adam([theirs], lr=0.1, maximize=True)
    for gradient in gradients:
        theirs.grad = torch.tensor(gradient)
        peer.step()
        adam.step(ours, gradient.copy())
    np.testing.assert_allclose(ours, theirs.detach().numpy(), rtol=1e-12)


def test_saved_and_read_to_the_last_bit(tmp_path: Path) -> None:
    measure = measures.find("rsa").using(dissimilarity="squared_euclidean", comparison="pearson")
    names = [f"image {i}" for i in range(len(TARGET))]
    found = audit.maximise(
        Representation(TARGET, "stimulus,neuron", stimuli=tuple(names)), measure, goal=0.9
    )
    assert found.conditions == tuple(names)
    found.save(tmp_path / "one.npz")
    back = audit.load_trajectory(tmp_path / "one.npz")
    for name in ("score", "value", "data", "step", "target"):
        np.testing.assert_array_equal(getattr(back, name), getattr(found, name))
    assert back.measure.label == measure.label
    for name in ("goal", "seed", "optimiser", "conditions"):
        assert getattr(back, name) == getattr(found, name)
    replace(found, conditions=(1, 2)).save(tmp_path / "two.npz")
    with pytest.raises(HomologError, match=r"HM021 .* 2 names of 40 conditions"):
        audit.load_trajectory(tmp_path / "two.npz")
    np.savez(tmp_path / "other.npz", a=np.zeros(3))
    with pytest.raises(HomologError, match="HM021"):
        audit.load_trajectory(tmp_path / "other.npz")


def test_units_near_the_ends_of_double_precision() -> None:
    plain = audit.maximise(TARGET, "procrustes")
    for unit in (1e-200, 1e200):
        found = audit.maximise(unit * TARGET, "procrustes")
        np.testing.assert_allclose(found.score, plain.score, atol=1e-9)


def test_says_when_it_fell_short() -> None:
    found = audit.maximise(TARGET, "procrustes", steps=3)
    assert not found.reached
    assert "short of 0.99" in repr(found)
    assert found.steps == 3


def test_progress_counts_to_the_end() -> None:
    told: list[tuple[str, int, int]] = []
    audit.maximise(TARGET, "cka", steps=50, progress=lambda *a: told.append(a))
    assert told[-1] == ("maximise cka", 50, 50)


@pytest.mark.parametrize(
    ("code", "arguments"),
    [
        ("HM060", {"measure": "rsa"}),
        ("HM023", {"measure": "ckaa"}),
        ("HM025", {"measure": measures.find("soft_matching_correlation").using(normalise=False)}),
        ("HM061", {"start": RNG.normal(size=(39, 6))}),
        ("HM006", {"start": np.ones((40, 6))}),
        ("HM025", {"goal": 1.5}),
        ("HM025", {"steps": 0}),
        ("HM025", {"rate": 0.0}),
        ("HM025", {"rng": -1}),
        ("HM025", {"optimiser": "sgd"}),
        ("HM025", {"goal": "x"}),
        ("HM025", {"steps": True}),
        ("HM025", {"rate": None}),
        ("HM025", {"measure": None}),
        ("HM025", {"scores": ["a"]}),
        ("HM025", {"scores": 0.5}),
        ("HM004", {"target": np.where(np.eye(40, 6) > 0, np.nan, TARGET)}),
        ("HM006", {"target": np.ones((40, 6))}),
    ],
)
def test_refusals(code: str, arguments: dict[str, object]) -> None:
    given: dict[str, object] = {"target": TARGET, "measure": "cka", **arguments}
    with pytest.raises(HomologError) as refused:
        audit.maximise(**given)  # pyright: ignore[reportArgumentType]
    assert refused.value.code == code


@pytest.mark.parametrize("seeds", [3, (), (1, True)])
def test_seeds_are_a_sequence_of_whole_numbers(seeds: object) -> None:
    with pytest.raises(HomologError, match=r"HM025 (seeds|rng) is"):
        audit.maximise_many(TARGET, "cka", seeds=seeds)  # pyright: ignore[reportArgumentType]


def test_a_measure_without_a_formula_needs_torch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    bare = replace(measures.find("cka"), gradient=None)
    with pytest.raises(HomologError, match=r"^HM013 the gradient of cka needs torch: pip install"):
        audit.maximise(np.random.default_rng(0).normal(size=(9, 3)), bare)
