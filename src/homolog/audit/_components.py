"""Which principal components of a target responses have captured, and at which score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import Principal, basis, centre, even_columns, largest, principal
from homolog.audit._crossing import first_reach
from homolog.audit._targets import Reals, Target, target_of
from homolog.audit._trajectory import Trajectory

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, eq=False)
class CapturedComponents:
    r"""How much of each principal component of a target responses account for.

    Attributes
    ----------
    r2
        (component,), or (point, component) along a trajectory: share of the variance of a
        component that a weighted sum of the candidate's neurons accounts for, from 0 to 1.
        Never 0 by chance: unrelated responses of n neurons take about n / (M - 1) of each,
        with M the number of rows.
    explained_variance
        (component,) share of the target's variance, falling; they sum to 1.
    half_capture
        (component,) score at which `r2` first crosses the middle between its start and 1,
        interpolated linearly between points; inf for a component that does not come so far
        before the trajectory ends. None for responses without a trajectory.
    score
        (point,) similarity along the trajectory, 1 = same; None for other responses.
    goal
        The score at which the trajectory was to end; None for other responses.
    """

    r2: Reals
    explained_variance: Reals
    half_capture: Reals | None = None
    score: Reals | None = None
    goal: float | None = None

    @property
    def order(self) -> NDArray[np.intp]:
        """(component,) from the first captured to the last; of one set of responses by `r2`."""
        late = -self.r2 if self.half_capture is None else self.half_capture
        return np.argsort(late, kind="stable")

    def __str__(self) -> str:
        """One line for each of the first ten components."""
        heads = "component  variance  " + ("R²" if self.half_capture is None else "half captured")
        shown = min(10, len(self.explained_variance))
        lines = [heads, *(self._line(component) for component in range(shown))]
        more = len(self.explained_variance) - shown
        return "\n".join([*lines, *([f"and {more} more"] if more else [])])

    def frame(self) -> pd.DataFrame:
        """One row for each component, counted from 1, as a pandas table."""
        import pandas as pd

        n_components = len(self.explained_variance)
        columns: dict[str, Any] = {
            "component": np.arange(1, n_components + 1),
            "explained_variance": self.explained_variance,
        }
        if self.half_capture is None:
            return pd.DataFrame(columns | {"r2": self.r2})
        along = {"r2_start": self.r2[0], "r2_end": self.r2[-1], "half_capture": self.half_capture}
        return pd.DataFrame(columns | along)

    def _line(self, component: int) -> str:
        return (
            f"{component + 1:>9}  {self.explained_variance[component]:>8.3f}  {self._at(component)}"
        )

    def _at(self, component: int) -> str:
        if self.half_capture is None:
            return f"{self.r2[component]:.3f}"
        at = self.half_capture[component]
        return f"at {at:.3f}" if np.isfinite(at) else f"not below {self.goal:g}"


def captured_components(target: Any, data_or_trajectory: Any) -> CapturedComponents:
    r"""Tell which principal components of a target are linearly present in other responses.

    .. math:: R^2_i = \|Q^\top u_i\|^2

    with :math:`u_i` the course of component i over the rows, of length 1, and Q an
    orthonormal basis of what the centred candidate spans, of its true rank: nothing is padded.

    Parameters
    ----------
    target
        A `Representation`, or an array of (condition, neuron) or (condition, time, neuron).
    data_or_trajectory
        Responses with as many rows, or a `Trajectory` of `maximise`.

    Returns
    -------
    captured
        Print it, or make a pandas table of it with `.frame()`.

    Raises
    ------
    HomologError
        HM001 for other numbers of rows, HM025 for a trajectory to another target, HM064 for
        responses that span everything, whose :math:`R^2` is 1 whatever they are; what an array
        can be refused for.

    Notes
    -----
    Components of equal variance are not unique: any rotation of them is as good, so read
    their numbers together. Components are those above 1e-9 of the largest singular value.

    References
    ----------
    Cloos et al. 2024, "Differentiable optimization of similarity scores between models and
    brains", figure 3.

    Examples
    --------
    >>> import numpy as np
    >>> from homolog.audit import captured_components
    >>> target = np.random.default_rng(0).normal(size=(40, 2)) * [3.0, 1.0]
    >>> first = captured_components(target, target[:, :1])
    >>> bool(first.r2[0] > 0.99 > 0.2 > first.r2[1])
    True
    """
    given = target_of(target)
    parts = principal(given.rows)
    if isinstance(data_or_trajectory, Trajectory):
        along = data_or_trajectory
        points = np.asarray(along.data, np.float64).reshape(
            len(along.data), -1, along.data.shape[-1]
        )
        _refuse_other_rows(given.name, given.rows, "the trajectory", points[0])
        _refuse_other_target(given, along)
        r2 = np.stack([_captured(parts, point) for point in points])
        score = np.asarray(along.score, np.float64)
        half = np.array([_half_capture(score, one) for one in r2.T])
        return CapturedComponents(r2, parts.shares, half, score, along.goal)
    data = target_of(data_or_trajectory, "the data")
    _refuse_other_rows(given.name, given.rows, data.name, data.rows)
    return CapturedComponents(_captured(parts, data.rows), parts.shares)


def _refuse_other_rows(name: str, rows: Reals, other: str, others: Reals) -> None:
    if len(rows) != len(others):
        raise errors.rows_differ(name, len(rows), other, len(others))


def _refuse_other_target(given: Target, along: Trajectory) -> None:
    imitated = np.asarray(along.target, np.float64).reshape(len(given.rows), -1)
    same = imitated.shape == given.rows.shape and np.allclose(
        imitated, given.rows, rtol=1e-6, atol=1e-6 * given.unit
    )
    if not same:
        allowed = "what the trajectory imitates, its .target: it was made towards other responses"
        raise errors.bad_value("target", given.name, allowed)


def _captured(parts: Principal, data: Reals) -> Reals:
    """Share of each component within the space of the data."""
    even = centre(even_columns(data))
    spanned = basis(even / largest(even))
    n_rows, rank = spanned.shape
    if rank >= n_rows - 1:
        raise errors.everything_captured(rank, n_rows)
    return np.minimum(np.sum(np.square(spanned.T @ parts.courses), axis=0), 1.0)


def _half_capture(score: Reals, r2: Reals) -> float:
    """The score at which a component first comes to the middle between its start and 1."""
    reached = first_reach(score, r2, (r2[0] + 1) / 2)
    return float("inf") if reached is None else reached
