"""Matching: which neuron of one population goes with which of another, and the proof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from array_api_compat import device

from homolog import errors
from homolog._arrays import (
    Array,
    namespace,
    of_one_kind,
    to_namespace_of,
    to_numpy,
)
from homolog.matching._partners import (
    Indices,
    Neurons,
    Reals,
    heaviest,
    layers,
    named,
    positions,
    require_partners,
    require_size,
    shares,
)
from homolog.matching._populations import Side, responses, sides

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Indices", "Matching", "Reals"]


@dataclass(frozen=True, eq=False, repr=False)
class Matching:
    """A sparse plan that matches two populations neuron by neuron, with its certificate.

    What its methods say about neurons of the first population, `transposed` says about
    those of the second.

    Attributes
    ----------
    rows, columns
        Neurons of the first and of the second population in each matched pair.
    mass
        Weight of each pair; the weights sum to 1.
    objective
        Mean cost of the matched pairs, sum of ``mass * costs[rows, columns]``.
    bound
        What no plan can cost less than, by the dual prices.
    row_prices, column_prices
        The dual prices: ``row_prices[i] + column_prices[j] <= costs[i, j]`` for every pair.
    complete
        False if a work limit ended the search before the plan was optimal; it is then
        as good as `gap` says.
    """

    rows: Indices
    columns: Indices
    mass: Reals
    objective: float
    bound: float
    row_prices: Reals
    column_prices: Reals
    complete: bool = True

    def __str__(self) -> str:
        """How many neurons with how many, at what cost, and how sure that it is the least."""
        sides = zip((self.rows, self.columns), self.shape, strict=True)
        x, y = (_counted(n, "neuron", len(np.unique(side))) for side, n in sides)
        n_pairs = len(self.mass)
        return (
            f"{x} matched with {y} in {_counted(n_pairs, 'pair', n_pairs)},"
            f" mean cost {self.objective:.4g}, {self._certainty()}"
        )

    def __repr__(self) -> str:
        """The same in one line of code's manner."""
        return f"<Matching: {self}>"

    @property
    def gap(self) -> float:
        """How much cheaper than this plan any other could be at most, in units of cost."""
        return self.objective - self.bound

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of neurons of the two populations."""
        return len(self.row_prices), len(self.column_prices)

    def transposed(self) -> Matching:
        """The same matching with the two populations' roles exchanged."""
        return replace(
            self,
            rows=self.columns,
            columns=self.rows,
            row_prices=self.column_prices,
            column_prices=self.row_prices,
        )

    def matched(self) -> Indices:
        """Neurons of the first population that have a partner, in ascending order.

        All of them in a soft matching. A one-to-one matching leaves neurons of the larger
        population single, a partial one those of both populations that fit worst.
        """
        return np.unique(self.rows)

    def best_partner(self, neurons: Neurons = None) -> Indices:
        """The heaviest partner in the second population of each neuron of the first.

        Parameters
        ----------
        neurons
            Positions of neurons of the first population, or a mask of them; all if None.
            A single position counts as a list of one.

        Returns
        -------
        partners
            One position in the second population for each, so that
            ``y[:, matching.best_partner()]`` stands column for column beside ``x``. Of
            equally heavy partners it is the first. Two neurons may share a partner.

        Raises
        ------
        HomologError
            HM040 if one of `neurons` has no partner. There is no placeholder for it, since
            one would pick some neuron when used as a position: ask for `matched`. HM025 for
            what are no positions.

        Examples
        --------
        >>> import numpy as np
        >>> from homolog.matching import assignment
        >>> matching = assignment(np.array([[0.0, 9.0], [9.0, 9.0], [9.0, 0.0]]))
        >>> paired = matching.matched()
        >>> paired, matching.best_partner(paired)
        (array([0, 2]), array([0, 1]))
        """
        wanted = positions(neurons, self.shape[0])
        require_partners(wanted, self.rows, self.shape[0])
        in_order = heaviest(self.rows, self.columns, self.mass)
        first = np.searchsorted(self.rows[in_order], wanted)
        return self.columns[in_order[first]]

    def carry(self, x: Any, neurons: Neurons = None) -> Array:
        r"""Carry responses of the first population over to neurons of the second.

        .. math:: \hat y_j = \sum_i P_{ij} x_i \, / \, \sum_i P_{ij}

        with P the mass of the pairs: each neuron is given the mean response of its
        partners (the barycentric projection of the plan). ``transposed().carry(y)`` goes
        the other way; there and back is a smoothing, not the identity, where neurons have
        several partners.

        Parameters
        ----------
        x
            Responses of the first population, those it was matched by or to other stimuli: a
            (stimulus, neuron) array of any library, or a `Representation`, whose condition
            means are taken.
        neurons
            Positions of the neurons of the second population to carry to, or a mask; all if
            None.

        Returns
        -------
        carried
            (stimulus, neuron) array in the unit of `x`, of its library. Gradients flow to it.

        Raises
        ------
        HomologError
            HM040 if one of `neurons` has no partner, HM025 unless `x` has as many neurons
            as were matched, and what every measure refuses of its input.

        Notes
        -----
        Partners that respond more strongly weigh more in a mean. If correlation matched
        them, scale the neurons of `x` alike first.
        """
        x = responses(x)
        require_size("x", tuple(x.shape), self.shape[0])
        wanted = positions(neurons, self.shape[1])
        require_partners(wanted, self.columns, self.shape[1])
        xp = namespace(x)
        carried = xp.zeros((x.shape[0], len(wanted)), dtype=x.dtype, device=device(x))
        for pairs, weights in layers(self.columns, self.mass, wanted):
            partners = to_namespace_of(x, self.rows[pairs])
            carried = carried + xp.take(x, partners, axis=1) * to_namespace_of(x, weights)
        return carried

    def correlations(self, x: Any, y: Any) -> Array:
        """Correlation of the tuning curves of each matched pair.

        Parameters
        ----------
        x, y
            Responses of the two populations to the same stimuli, those they were matched by
            or others held out from that: as `match` takes them.

        Returns
        -------
        correlations
            (pair,) array, in the order of `rows` and `columns`; ``sum(mass * correlations)``
            is the mean over the plan. Gradients flow with the plan held fixed.

        Raises
        ------
        HomologError
            HM025 unless there are as many neurons as were matched, HM006 for a constant
            neuron, HM001 for other stimuli, HM002 if their order differs.
        """
        return self._correlations(*sides(x, y))

    def _correlations(self, x: Side, y: Side) -> Array:
        require_size("x", tuple(x.responses.shape), self.shape[0])
        require_size("y", tuple(y.responses.shape), self.shape[1])
        one, other = of_one_kind(x.unit_curves(), y.unit_curves())
        xp = namespace(one)
        a = xp.take(one, to_namespace_of(one, self.rows), axis=1)
        b = xp.take(other, to_namespace_of(other, self.columns), axis=1)
        return xp.sum(a * b, axis=0)

    def table(
        self,
        x: Any = None,
        y: Any = None,
        *,
        x_labels: Sequence[object] | None = None,
        y_labels: Sequence[object] | None = None,
    ) -> pd.DataFrame:
        """The matched pairs, one a row.

        Parameters
        ----------
        x, y
            Responses of both populations, for the correlations; as `match` takes them.
        x_labels, y_labels
            What to call the neurons. If None it is what `x` and `y` call them, or else their
            positions.

        Returns
        -------
        table
            ``x`` and ``y``, the two neurons; ``mass``, the weight of the pair in the plan;
            ``share_of_x`` and ``share_of_y``, how much of what is matched of the neuron
            goes to this partner, 0 to 1; with responses, ``correlation`` of the two tuning
            curves. In the order of the neurons of x, the heaviest partner first.

        Raises
        ------
        HomologError
            HM027 for labels that are not as many as neurons, HM025 if only one of `x` and
            `y` is given, and as `correlations`.
        """
        import pandas as pd

        if (x is None) != (y is None):
            raise errors.bad_value("y" if y is None else "x", None, "responses of both, or neither")
        measured: dict[str, Any] = {}
        if x is not None:
            one, other = sides(x, y)
            measured["correlation"] = to_numpy(self._correlations(one, other))
            x_labels = one.labels if x_labels is None else x_labels
            y_labels = other.labels if y_labels is None else y_labels
        columns: dict[str, Any] = {
            "x": named(self.rows, x_labels, "x", self.shape[0]),
            "y": named(self.columns, y_labels, "y", self.shape[1]),
            "mass": self.mass,
            "share_of_x": shares(self.rows, self.mass),
            "share_of_y": shares(self.columns, self.mass),
            **measured,
        }
        in_order = heaviest(self.rows, self.columns, self.mass)
        return pd.DataFrame(columns).iloc[in_order].reset_index(drop=True)

    def _certainty(self) -> str:
        gap = max(self.gap, 0.0)
        if not self.complete:
            return f"stopped early: at most {gap:.1g} above the optimum"
        return f"proved optimal to within {gap:.1g}" if gap else "proved optimal"


def _counted(n: int, noun: str, of_them: int) -> str:
    part = "" if of_them == n else f"{of_them:,} of "
    return f"{part}{n:,} {noun}{'' if n == 1 else 's'}"
