"""What a score loses when one principal component is replaced, rescaled or buried in noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from homolog import errors
from homolog._arrays import Principal, centre, constant_columns, principal
from homolog._nulls import generator_of
from homolog.audit._given import measures_of
from homolog.audit._objective import Objective
from homolog.audit._perturbation_theory import closed_forms
from homolog.audit._targets import Reals, target_of

if TYPE_CHECKING:
    import pandas as pd

    from homolog.measures._measure import Measure

Kind = Literal["replace", "rescale", "noise"]

AMOUNTS: Mapping[str, float] = {"replace": 0.0, "rescale": 0.5, "noise": 1.0}
"""What is done to a component where no amount is given."""

_MOST = 1e6
"""Times as large as it was: beyond, rounding of the component hides the others."""


@dataclass(frozen=True, eq=False)
class Perturbation:
    """Scores of a target against itself with one component perturbed, component by component.

    Attributes
    ----------
    kind, amount
        What was done to each component; see `perturb_components`.
    explained_variance
        (component,) share of the target's variance, falling.
    simulated
        Label of the measure -> (component,) score of the perturbed responses, 1 = same (see
        `Objective`), by the measure itself.
    closed_form
        The same by formula, for the measures and components that have one.
    """

    kind: str
    amount: float
    explained_variance: Reals
    simulated: Mapping[str, Reals]
    closed_form: Mapping[str, Reals]

    @property
    def disagreement(self) -> float:
        """Largest difference of simulation and formula: rounding, about 1e-14."""
        pairs = ((self.simulated[name], found) for name, found in self.closed_form.items())
        return max((float(np.abs(one - other).max()) for one, other in pairs), default=0.0)

    def __str__(self) -> str:
        """Scores of the first ten components, one line each."""
        names = list(self.simulated)
        heads = ["component", "variance", *names]
        widths = [max(9, len(head)) for head in heads]
        shown = min(10, len(self.explained_variance))
        lines = [
            [str(i + 1), *(f"{x:.3f}" for x in (self.explained_variance[i], *self._scores(i)))]
            for i in range(shown)
        ]
        table = ["  ".join(map(str.rjust, line, widths)) for line in (heads, *lines)]
        more = len(self.explained_variance) - shown
        return "\n".join([*table, *([f"and {more} more"] if more else [])])

    def frame(self) -> pd.DataFrame:
        """One row for each measure and component (counted from 1), as a pandas table.

        Measures without a formula have nothing under ``closed_form``.
        """
        import pandas as pd

        parts = [
            pd.DataFrame(
                {
                    "measure": name,
                    "component": np.arange(1, len(found) + 1),
                    "explained_variance": self.explained_variance,
                    "score": found,
                    "closed_form": self.closed_form.get(name),
                }
            )
            for name, found in self.simulated.items()
        ]
        return pd.concat(parts, ignore_index=True)

    def _scores(self, component: int) -> list[float]:
        return [float(found[component]) for found in self.simulated.values()]


def perturb_components(
    target: Any,
    measures: str | Measure | Sequence[str | Measure] = (
        "cka",
        "nbs",
        "procrustes",
        "linear_regression",
        "cca",
    ),
    *,
    kind: Kind = "replace",
    amount: float | None = None,
    rng: int | np.random.Generator = 0,
) -> Perturbation:
    r"""Score a target against itself with one principal component perturbed, each in turn.

    With centred responses :math:`X = \sum_j \sigma_j u_j v_j^\top`, component i becomes

    - ``"replace"``: :math:`u_i \to c\,u_i + \sqrt{1 - c^2}\,w`, another course over the rows;
    - ``"rescale"``: :math:`\sigma_i \to a\,\sigma_i`, weaker or stronger;
    - ``"noise"``: :math:`u_i \to u_i + \tau w`, buried;

    with w a random course of length 1, orthogonal to every :math:`u_j`.

    Parameters
    ----------
    target
        A `Representation`, or an array of (condition, neuron) or (condition, time, neuron).
    measures
        One or more names or measures; any of the registry can be simulated. ``cka``, ``nbs``,
        ``procrustes``, ``linear_regression`` and ``cca`` have closed forms.
    kind
        What is done.
    amount
        c, the cosine that is left, from -1 to 1, by default 0; a, from 0 to 1e6, by default
        0.5; or :math:`\tau`, from 0 to 1e6, by default 1.
    rng
        Seed or generator of the courses w. Closed forms do not depend on them.

    Returns
    -------
    perturbation
        Scores of every component, 1 = same; print it, or `.frame()`.

    Raises
    ------
    HomologError
        HM025 for a kind, an amount or a seed not allowed, HM065 if no course is left that is
        orthogonal to all components, HM023 for an unknown measure, HM006 for a constant neuron
        where the measure looks at each neuron.

    Notes
    -----
    With shares of variance :math:`p_i` and shares of the squared variances :math:`s_i`:
    replaced by an unrelated course (c = 0) a component costs :math:`s_i` of CKA, quadratic in
    its variance, :math:`p_i` of NBS and of R², linear, and 1/rank of CCA, whatever its
    variance; the angle of Procrustes moves like :math:`\sqrt{p_i}`. A formula that needs no
    measure with options holds for the measure as it is, so variants are only simulated.

    References
    ----------
    Cloos et al. 2024, "Differentiable optimization of similarity scores between models and
    brains", figure 3c.

    Examples
    --------
    >>> import numpy as np
    >>> from homolog.audit import perturb_components
    >>> target = np.random.default_rng(0).normal(size=(60, 3)) * [4.0, 2.0, 1.0]
    >>> found = perturb_components(target, ["cka", "procrustes"])
    >>> bool(found.simulated["cka"][1] > 0.95 > 0.7 > found.simulated["procrustes"][1])
    True
    """
    amount = _amount(kind, amount)
    given = target_of(target)
    parts = principal(given.rows)
    courses = _courses(parts, kind, amount, generator_of(rng))
    chosen = measures_of(measures)
    parts = _without_constant(parts, given.rows)
    simulated = {one.label: _simulated(one, parts, courses) for one in chosen}
    formulas = closed_forms(kind, parts.shares, amount)
    known = {name: formulas[name] for name in simulated if name in formulas}
    return Perturbation(kind, amount, parts.shares, simulated, known)


def _amount(kind: str, amount: float | None) -> float:
    """The amount for that kind of perturbation, checked."""
    if kind not in AMOUNTS:
        raise errors.bad_value("kind", kind, ", ".join(map(repr, AMOUNTS)))
    if amount is None:
        return AMOUNTS[kind]
    least, most, allowed = (
        (-1, 1, "from -1 to 1") if kind == "replace" else (0, _MOST, f"from 0 to {_MOST:g}")
    )
    number = isinstance(amount, int | float | np.number) and not isinstance(amount, bool)
    if not number or not least <= amount <= most:
        raise errors.bad_value(f"amount of {kind}", amount, f"a number {allowed}")
    return float(amount)


def _courses(parts: Principal, kind: str, amount: float, rng: np.random.Generator) -> Reals:
    """(row, component) what each perturbed component does over the rows, with its size."""
    if kind == "rescale":
        return parts.courses * (amount * parts.sizes)
    other = _orthogonal(parts.courses, rng)
    if kind == "noise":
        return (parts.courses + amount * other) * parts.sizes
    return (amount * parts.courses + np.sqrt(1 - amount**2) * other) * parts.sizes


def _orthogonal(courses: Reals, rng: np.random.Generator) -> Reals:
    """Random courses of length 1 and mean 0, each orthogonal to all that are given."""
    n_rows, rank = courses.shape
    if rank >= n_rows - 1:
        raise errors.no_direction_left(rank, n_rows)
    drawn = rng.standard_normal((n_rows, rank))
    for _ in range(2):  # once leaves rounding of what was taken away
        drawn = centre(drawn)
        drawn -= courses @ (courses.T @ drawn)
        drawn /= np.linalg.norm(drawn, axis=0)
    return drawn


def _without_constant(parts: Principal, rows: Reals) -> Principal:
    """The components without what rounding gave to neurons that do not vary.

    Measures that look at each neuron would take it for tuning, where they are to refuse.
    """
    return replace(parts, axes=np.where(constant_columns(rows), 0.0, parts.axes))


def _simulated(measure: Measure, parts: Principal, courses: Reals) -> Reals:
    """(component,) scores of the responses with each component's course exchanged.

    Where rotations do not count, the components stand in for the neurons: they are as many as
    the rank, and even components far below the rounding of the neurons keep their digits.
    """
    both = measure.invariant_to & measure.candidate_invariant_to
    axes = np.eye(len(parts.sizes)) if "rotation" in both else parts.axes
    own = parts.courses * parts.sizes
    target = own @ axes
    against = Objective(target, measure)
    perturbed = (
        target + np.outer(new - old, axis)
        for new, old, axis in zip(courses.T, own.T, axes, strict=True)
    )  # one at a time, for all together may not fit in memory
    return np.concatenate([against.score(one[None]) for one in perturbed])
