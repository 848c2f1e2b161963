"""The kit catches measures that compute wrongly, and says which promise that breaks."""

import re
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any

import numpy as np
import pytest

from homolog import testing
from homolog._arrays import carries_gradient, centre, constant, namespace
from homolog.errors import HomologError
from homolog.measures import find
from homolog.measures._measure import Measure, along_stimuli

cka, nbs, procrustes = find("cka"), find("nbs"), find("procrustes")
Array = Any


def with_score(m: Measure, change: Callable[..., Any]) -> Measure:
    """The measure with its score put through `change`."""
    summary, score = m.halves
    return replace(m, halves=(summary, lambda x, y: change(score(x, y))))


def with_summary(change: Callable[[Array], Array]) -> Measure:
    """CKA of responses that were put through `change` first."""
    summary, score = cka.halves
    return replace(cka, chance_level=None, halves=(lambda x: summary(change(x)), score))


def called(call: Callable[[Array, Array], Array]) -> Measure:
    """A measure that answers with `call` and checks nothing first."""

    class Careless(Measure):
        def __call__(self, x: Array, y: Array) -> Array:
            return call(x, y)

    return Careless(**{entry.name: getattr(cka, entry.name) for entry in fields(cka)})


@dataclass(frozen=True)
class _Moving:
    rows: Array = along_stimuli()


@dataclass(frozen=True)
class _Still:
    rows: Array


def centred_late(keep: Callable[[Array], Any]) -> Measure:
    """CKA that does all its work once it scores."""
    summary, score = cka.halves
    late = lambda x, y: score(summary(x.rows), summary(y.rows))  # noqa: E731
    return replace(cka, chance_level=None, halves=(keep, late))


def in_place(x: Array) -> Array:
    x -= x.mean(axis=0)
    return x


def by_library_name(x: Array) -> Array:
    return x.copy() if isinstance(x, np.ndarray) else x.nonsense()


def from_memory_order(x: Array, y: Array) -> Array:
    x, y = (np.asarray(a, dtype=float) for a in (x, y))
    return cka(x.ravel(order="K").reshape(x.shape), y.ravel(order="K").reshape(y.shape))


def whole_numbers_apart(x: Array, y: Array) -> Array:
    return cka(x, y) if x.dtype.kind == "f" else cka(x, np.square(y))


def singles_apart(x: Array, y: Array) -> Array:
    return cka(x, y) if x.dtype == np.float64 else cka(x, np.square(y))


def refusing(x: Array, y: Array) -> Array:
    raise HomologError("HM099", "no")


def breaking(x: Array, y: Array) -> Array:
    raise np.linalg.LinAlgError("SVD did not converge")


def noisy(score: Array) -> Array:
    return score * (1 - 1e-6 * np.random.default_rng().random())


def touching_the_global_state(score: Array) -> Array:
    np.random.random()  # noqa: NPY002 - what the kit must notice
    return score


def angle_by_arccos(x: Any, y: Any) -> Array:
    return np.arccos(np.minimum(nbs.halves[1](x, y), 1.0))


def distance_by_root(x: Any, y: Any) -> Array:
    gap = 1 - nbs.halves[1](x, y)
    return namespace(gap).sqrt(namespace(gap).where(gap > 1e-12, gap, 0 * gap))


def one_sided(x: Any, y: Any) -> Array:
    kept = {"responses": y.responses, "gram": y.gram, "energy": y.energy, "square": y.square}
    fixed = {name: constant(array) for name, array in kept.items() if array is not None}
    return cka.halves[1](x, replace(y, **fixed))


def torn(x: Any, y: Any) -> Array:
    score = cka.halves[1](x, y)
    both = carries_gradient(x.energy) and carries_gradient(y.energy)
    return score if both else 2 * constant(score) - score


def otherwise_in_torch(score: Array) -> Array:
    return score if isinstance(score, np.ndarray | np.generic) else score * 1.001


MISTAKES: dict[str, tuple[Measure, str, str]] = {
    "a square is no metric": (
        with_score(procrustes, lambda d: d * d),
        "check_metric",
        r"procrustes is declared a metric, but the way over a third population is shorter:"
        r" [\d.]+ \+ [\d.]+ < [\d.]+ \(6, 6 and 6 neurons\)",
    ),
    "zero for unequal populations": (
        with_score(procrustes, lambda d: d * (d > 1e-5)),
        "check_metric",
        "populations 1e-06 and 2e-06 apart are at distances 0 and 0",
    ),
    "digits lost near equality": (
        replace(procrustes, halves=(nbs.halves[0], angle_by_arccos)),
        "check_metric",
        r"populations 1e-09 and 2e-09 apart are at distances \S+ and \S+",
    ),
    "writes into the caller's array": (
        with_summary(in_place),
        "check_inputs_untouched",
        "cka changed the C-ordered arrays it was given",
    ),
    "keeps the caller's array": (
        centred_late(_Moving),
        "check_inputs_untouched",
        "cka keeps the caller's array in its summary: writing to the array later changed the score",
    ),
    "reads memory in its own order": (
        called(from_memory_order),
        "check_inputs_untouched",
        r"cka is 0\.\d+, but 0\.\d+ for the same in Fortran-ordered arrays",
    ),
    "does not say what moves": (
        centred_late(lambda x: _Still(centre(x))),
        "check_halves",
        r"cka with the stimuli of the reference reordered is 0\.\d+, but 0\.\d+ with its summary"
        " reordered: declare with along_stimuli what moves",
    ),
    "adds something when called": (
        called(lambda x, y: cka(x, y) + 0.001),
        "check_halves",
        r"cka is 0\.\d+ when called, but 0\.\d+ from its two summaries",
    ),
    "scores many pairs otherwise": (
        replace(cka, together=lambda summaries: np.zeros((len(summaries),) * 2)),
        "check_all_pairs",
        r"cka is 1, but 0 where all pairs of 8 populations are scored in one go \(4 and 4 neurons",
    ),
    "scores many orders otherwise": (
        replace(cka, in_orders=lambda x, y, orders: np.zeros(len(orders))),
        "check_many_orders",
        r"cka with the stimuli of the reference in another order is 0\.\d+, but 0 where many"
        " orders are scored in one go",
    ),
    "leaves out the first stimulus": (
        with_summary(lambda x: x[1:]),
        "check_order_of_stimuli",
        r"cka depends on the order of the stimuli: 0\.\d+ became 0\.\d+ when both",
    ),
    "computes in single precision": (
        with_summary(lambda x: x.astype(np.float32).astype(np.float64)),
        "check_invariances",
        "cka declares that shift of the reference leaves the score unchanged",
    ),
    "takes counts for something else": (
        called(whole_numbers_apart),
        "check_number_types",
        r"cka is 0\.\d+, but 0\.\d+ for the same numbers as int64",
    ),
    "takes single precision for something else": (
        called(singles_apart),
        "check_number_types",
        r"cka is 0\.\d+ in float64 but 0\.\d+ for the same in float32",
    ),
    "is not repeatable": (
        with_score(cka, noisy),
        "check_repeatable",
        "cka gave 11 different scores in 11 calls on the same populations",
    ),
    "draws without a seed": (
        with_score(cka, touching_the_global_state),
        "check_repeatable",
        "cka draws from NumPy's global random state; take an rng option instead",
    ),
    "is not a number": (
        with_score(cka, lambda score: score * np.nan),
        "check_range",
        "cka gave nan, outside its declared range from 0 to 1",
    ),
    "never scores": (
        called(refusing),
        "check_range",
        "cka refused every one of 120 ordinary pairs of populations",
    ),
    "others score better than oneself": (
        with_score(find("soft_matching_correlation").using(normalise=False), lambda s: -s),
        "check_self_score",
        r"above -\d\S+, the mean of their scores with themselves",
    ),
    "a number for NaN": (
        called(lambda x, y: np.asarray(0.5)),
        "check_refusals",
        r"cka gave 0\.5 for a NaN in the reference; it must refuse \(HM004\)",
    ),
    "a library's error": (
        called(breaking),
        "check_refusals",
        "cka fails on a NaN in the reference with LinAlgError .SVD did not converge.",
    ),
    "the wrong code": (
        called(refusing),
        "check_refusals",
        "cka refused a NaN in the reference as HM099, not HM004: HM099 no",
    ),
    "returns a plain number": (
        with_score(cka, float),
        "check_array_kinds",
        "cka of torch arrays is ndarray, not a 0-d torch array",
    ),
    "works for NumPy alone": (
        with_summary(by_library_name),
        "check_array_kinds",
        "cka fails on torch arrays: AttributeError",
    ),
    "is another number in torch": (
        with_score(cka, otherwise_in_torch),
        "check_array_kinds",
        r"cka is 0\.\d+ with NumPy but 0\.\d+ with torch",
    ),
    "a gradient that is not a number": (
        replace(procrustes, halves=(procrustes.halves[0], distance_by_root)),
        "check_gradients",
        r"the gradient of procrustes with respect to the reference by torch, of 24 stimuli, 7 and"
        r" 5 neurons at equality, has \d+ entries that are not finite",
    ),
    "a gradient of something else": (
        with_score(cka, lambda score: 2 * constant(score) - score),
        "check_gradients",
        r"is -?0\.\d+ along a random direction, where central differences give -?0\.\d+",
    ),
    "a formula for another gradient": (
        replace(cka, gradient=nbs.gradient),
        "check_gradients",
        r"the formula of cka gives 0\.\d+ where its score is 0\.\d+",
    ),
    "no gradient": (
        with_score(cka, constant),
        "check_gradients",
        "cka is declared smooth, but no gradient flows in torch",
    ),
    "a gradient for one side only": (
        replace(cka, halves=(cka.halves[0], one_sided)),
        "check_gradients",
        "cka is declared smooth, but no gradient reaches both populations in torch",
    ),
    "another gradient when one side is fixed": (
        replace(cka, halves=(cka.halves[0], torn)),
        "check_gradients",
        "with respect to the reference by torch, .* is another when only that population requires",
    ),
    "another number while differentiated": (
        with_score(cka, lambda s: s * (1.001 if carries_gradient(s) else 1)),
        "check_gradients",
        r"cka is 0\.\d+, but 0\.\d+ while torch differentiates it",
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_caught(mistake: str, rng: np.random.Generator) -> None:
    m, check, sentence = MISTAKES[mistake]
    checks = {check.__name__: check for check in testing.CHECKS}
    with pytest.raises(AssertionError) as broken:
        checks[check](m, rng)
    assert re.search(sentence, str(broken.value))


def test_a_gradient_nobody_can_check_is_announced(
    monkeypatch: pytest.MonkeyPatch, rng: np.random.Generator
) -> None:
    from homolog.testing import _gradients

    monkeypatch.setattr(_gradients, "find_spec", lambda name: None)
    with pytest.warns(UserWarning, match="gradients of cka were not checked: neither torch nor"):
        _gradients.check_gradients(cka, rng)


def test_a_sound_measure_passes_in_silence(recwarn: pytest.WarningsRecorder) -> None:
    testing.check_measure(cka, rng=3)
    assert not recwarn.list
