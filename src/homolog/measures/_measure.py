"""The contract of a measure: what it promises, and its two halves.

A measure file holds a function ``summary(x)`` that is computed once for a population,
a function ``score(sx, sy)`` that is computed once for a pair, and the promises in the
decorator. Everything else (tests, command line, documentation, statistics) follows.
"""

import inspect
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import (
    Array,
    Reals,
    Sees,
    check_pair,
    check_responses,
    of_one_kind,
    to_numpy,
)
from homolog.measures._apart import FOLDS, HeldOut
from homolog.measures._folds import check_folds, fold_labels
from homolog.measures._groups import Labels
from homolog.measures._options import changed_options, named_by, options_of, same
from homolog.measures._orders import Orders
from homolog.measures._reordered import along_stimuli as along_stimuli
from homolog.measures._reordered import is_numpy
from homolog.measures._reordered import is_ordered as is_ordered
from homolog.measures._reordered import permuted as permuted

INVARIANCES = frozenset({"shift", "scale", "permutation", "rotation", "neuron_scale", "linear"})
"""What may be done to the neurons of a population without changing a score.

``shift`` adds a constant to each neuron, ``scale`` multiplies all by one positive number,
``permutation`` reorders neurons, ``rotation`` is any orthogonal map, ``neuron_scale``
multiplies each neuron by its own positive number, ``linear`` is any invertible map.
"""

Kind = Literal["correlation", "variance", "distance"]

Gradient = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], NDArray[np.float64]]]
"""From (candidate, stimulus, neuron) responses to values and their gradients."""

Holding = Callable[[NDArray[np.bool_], Any, Any], tuple[Any, Any]]
"""From which stimuli are kept, and two summaries of them, to summaries that choose nothing."""


@dataclass(frozen=True, eq=False)
class Measure:
    """How alike two populations are, as a number with declared promises.

    Calling it with a reference ``x`` and a candidate ``y``, two (stimulus, neuron)
    arrays recorded row for row on the same stimuli, returns a 0-d array of their
    namespace. Build one with `measure`; find one with ``homolog.measures.find``.
    One that sees more than means takes (stimulus, trial, neuron) or (stimulus, time, neuron):
    stimuli always come first, neurons last.

    Attributes
    ----------
    name
        Unique identifier, the name of its file.
    title
        What the number means, in one line.
    best, worst
        Ends of its range: the score of a population with itself, and the opposite end. Infinite
        where there is none, or where what a population scores with itself depends on it: if
        symmetric, two populations then score no more than the mean of each with itself.
    highest
        The highest score there is, where `best` does not say it.
    kind
        ``"correlation"`` (1 is same), ``"variance"`` (share explained) or ``"distance"``.
    symmetric, metric
        Whether reference and candidate may be swapped; whether it is a metric.
    invariant_to, candidate_invariant_to
        What leaves the score unchanged when done to the reference, to the candidate.
    biased
        Whether the score at few stimuli is systematically off its value at many.
    smooth
        Whether gradients flow.
    of_products
        Whether stimuli count only through the products X'X, X'Y and Y'Y of centred responses,
        summed over them: then neither their number matters nor a rotation that mixes them alike
        in both populations.
    counts
        Whether it counts (neighbours, pairs of neurons, choices), so that no law carries the
        agreement of halves of the trials to all of them.
    fits
        Whether it fits on some stimuli and scores on others, by the options ``folds`` and ``rng``.
    sees
        What it knows of the response to a stimulus: its ``"mean"``, every ``"trial"``, or its
        course in ``"time"``.
    source, citation
        Where it was defined: an address, and a BibTeX entry.
    options
        The settings of this variant; change them with `using`.
    """

    name: str
    title: str
    best: float
    worst: float
    kind: Kind
    symmetric: bool
    invariant_to: frozenset[str]
    candidate_invariant_to: frozenset[str]
    biased: bool
    smooth: bool
    source: str
    citation: str
    metric: bool = False
    highest: float | None = None
    fits: bool = False
    of_products: bool = False
    counts: bool = False
    sees: Sees = "mean"
    options: Mapping[str, Any] = field(default_factory=dict)
    defaults: Mapping[str, Any] = field(default_factory=dict, repr=False)
    halves: tuple[Callable[..., Any], Callable[..., Any]] = field(kw_only=True, repr=False)
    chance_level: Callable[..., Array] | None = field(default=None, repr=False)
    cautioned: Callable[..., str | None] | None = field(default=None, repr=False)
    together: Callable[..., Array | None] | None = field(default=None, repr=False)
    in_orders: Callable[..., Reals | None] | None = field(default=None, repr=False)
    gradient: Callable[..., Gradient | None] | None = field(default=None, repr=False)
    chosen: Callable[..., Holding] | None = field(default=None, repr=False)
    variant: Callable[..., Mapping[str, Any]] | None = field(default=None, repr=False)
    held_out: HeldOut | None = field(default=None, repr=False)
    declared: Mapping[str, Any] = field(default_factory=dict, repr=False)
    called: str = field(default="", repr=False)

    def __call__(self, x: Array, y: Array) -> Array:
        """Score candidate `y` against reference `x`; a 0-d array of their namespace."""
        x, y = of_one_kind(*check_pair(x, y, sees=self.sees))
        return self.score(self._summarise(x), self._summarise(y))

    def __eq__(self, other: object) -> bool:
        """Whether all is the same, options that are arrays entry for entry."""
        if not isinstance(other, Measure):
            return NotImplemented
        return all(same(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))

    def __hash__(self) -> int:
        """Equal measures have equal labels, so that measures can be keys."""
        return hash(self.label)

    def summary(self, x: Array) -> Any:
        """What this measure needs to know of one population, computed once."""
        return self._summarise(check_responses(x, "X", self.sees))

    def score(self, reference: Any, candidate: Any) -> Array:
        """Score two summaries; the cheap half, once per pair."""
        value = self.halves[1](reference, candidate, **self._options_of(self.halves[1]))
        return np.asarray(value) if isinstance(value, np.generic | float) else value

    def score_all(self, summaries: Sequence[Any]) -> NDArray[np.float64] | None:
        """Scores of every summary (row) against every other (column), in one go.

        None where scoring pair by pair is less work, or this measure knows no other way.
        """
        if self.together is None:
            return None
        values = self.together(summaries, **self._options_of(self.together))
        return None if values is None else to_numpy(values)

    def scores_in_orders(self, reference: Any, candidate: Any, orders: Orders) -> Reals | None:
        """Scores of two summaries with the reference's stimuli in each of many orders.

        None where `permuted` and `score`, order by order, are as fast.
        """
        if self.in_orders is None or not is_numpy(reference):
            return None
        return self.in_orders(reference, candidate, orders, **self._options_of(self.in_orders))

    def gradient_at(self, x: NDArray[np.float64]) -> Gradient | None:
        """What the score does as candidates change, by a formula; None where none is known.

        Parameters
        ----------
        x
            (stimulus, neuron) responses of the reference.

        Returns
        -------
        gradient
            Takes (candidate, stimulus, neuron) responses, gives the values, one for each
            candidate, and their gradients. What is optimal (a rotation, a matching) is held.
        """
        return self.gradient(x, **self._options_of(self.gradient)) if self.gradient else None

    def holding(self, reference: Any, candidate: Any) -> Holding | None:
        """What brings summaries of fewer stimuli to the choices made on all; None without any.

        Parameters
        ----------
        reference, candidate
            Summaries of all stimuli.
        """
        if self.chosen is None:
            return None
        return self.chosen(reference, candidate, **self._options_of(self.chosen))

    def chance(self, reference: Any, candidate: Any) -> float | None:
        """Mean score if stimuli were paired at random; None if no closed form is known."""
        if self.chance_level is None:
            return None
        options = self._options_of(self.chance_level)
        return float(self.chance_level(reference, candidate, **options))

    def caution(self, reference: Any, candidate: Any) -> str | None:
        """What a reader of this very score should know, if anything."""
        if self.cautioned is None:
            return None
        return self.cautioned(reference, candidate, **self._options_of(self.cautioned))

    def using(self, **options: Any) -> "Measure":
        """The variant of this measure with other settings.

        Raises
        ------
        HomologError
            HM023 for an option this measure does not have, HM025 for what is neither True nor
            False where one of them is asked for, and for folds that are no number or labels.
        """
        for option, given in options.items():
            if option not in self.defaults:
                raise errors.unknown_name(
                    f"option of {self.name}", option, list(self.defaults), "See its documentation."
                )
            if isinstance(self.defaults[option], bool) and not isinstance(given, bool | np.bool_):
                raise errors.bad_value(option, given, "True or False")
            if option == "folds" and given is not self.defaults[option]:
                check_folds(given)
        return self._variant(options)

    def folds(self, n_stimuli: int, groups: Labels | None = None) -> NDArray[np.generic]:
        """The fold in which a measure that fits holds each stimulus out.

        Parameters
        ----------
        n_stimuli
            How many stimuli there are.
        groups
            A label for each; stimuli with equal labels are held out together, and a measure
            to which these folds are given chooses by whole folds, as `homolog.compare` has it.
        """
        return fold_labels(n_stimuli, self.options["folds"], self.options["rng"], groups)

    def holding_out(self, n_stimuli: int, groups: Labels) -> "Measure":
        """The same, by the same label, with folds that keep groups together; see `folds`."""
        return self._variant({"folds": self.folds(n_stimuli, groups)}, self.label)

    @cached_property
    def label(self) -> str:
        """The name with every option that differs from its default.

        Of one that has an entry for each stimulus, only that it is given; of folds, how many too.
        That of the measure it was, with folds by `holding_out`.
        """
        changed = changed_options(self.options, self.defaults)
        return self.called or (f"{self.name}({changed})" if changed else self.name)

    @property
    def ends(self) -> tuple[float, float]:
        """The lowest and the highest score there can be."""
        low, high = sorted((self.best, self.worst))
        return low, high if self.highest is None else self.highest

    @property
    def higher_is_closer(self) -> bool:
        """True for similarities, False for distances."""
        return self.kind != "distance"

    def _variant(self, options: Mapping[str, Any], called: str = "") -> "Measure":
        chosen = MappingProxyType({**self.options, **options})
        promised = _frozen_sets(self._promises(chosen))
        changed = replace(self, options=chosen, called=called, **promised)
        object.__setattr__(changed, "__doc__", self.__doc__)
        return changed

    def _promises(self, chosen: Mapping[str, Any]) -> dict[str, Any]:
        """What a variant promises; what only an option undone would change is as declared."""
        promised = {**self.declared} if self.variant or self.held_out else {}
        if self.variant:
            apart = FOLDS if self.held_out else {}
            promised.update(self.variant(**{k: v for k, v in chosen.items() if k not in apart}))
        if self.held_out and chosen["folds"] is None and not same(chosen["rng"], FOLDS["rng"]):
            raise errors.bad_value("rng", chosen["rng"], "0 where no folds are held out")
        if self.held_out and chosen["folds"] is not None:
            promised.update(self.held_out.promised(promised, chosen))
        return promised

    def _summarise(self, x: Array) -> Any:
        return self.halves[0](x, **self._options_of(self.halves[0]))

    def _options_of(self, half: Callable[..., Any]) -> dict[str, Any]:
        return named_by(half, self.options)


def measure(
    *,
    summary: Callable[..., Any],
    best: float,
    worst: float,
    kind: Kind,
    symmetric: bool,
    invariant_to: Iterable[str],
    biased: bool,
    smooth: bool,
    source: str,
    citation: str,
    candidate_invariant_to: Iterable[str] | None = None,
    metric: bool = False,
    highest: float | None = None,
    fits: bool = False,
    of_products: bool = False,
    counts: bool = False,
    sees: Sees = "mean",
    chance: Callable[..., Array] | None = None,
    caution: Callable[..., str | None] | None = None,
    together: Callable[..., Array | None] | None = None,
    in_orders: Callable[..., Reals | None] | None = None,
    gradient: Callable[..., Gradient | None] | None = None,
    holding: Callable[..., Holding] | None = None,
    variant: Callable[..., Mapping[str, Any]] | None = None,
    held_out: HeldOut | None = None,
) -> Callable[[Callable[..., Array]], Measure]:
    """Turn the function that scores two summaries into a `Measure`.

    Options of the measure are the keyword-only arguments of `summary` and of the
    decorated function, and ``folds`` (None) and ``rng`` where there is `held_out`, which says
    what the measure is where folds are given. `variant` receives all other options and
    returns the promises that differ for them; `chance` gives the mean score under random pairing
    of stimuli, and `caution` a sentence of warning about two summaries, or None; `together` scores
    all pairs of many summaries in one go, or returns None where that does not pay; `in_orders`
    is what `Measure.scores_in_orders` calls, and `gradient` and `holding` what
    `Measure.gradient_at` and `Measure.holding` call. Each of these is given the options that
    it names; `variant` may return None for ``chance_level``, ``together``, ``in_orders`` or
    ``gradient`` where a variant has no such formula.
    The other arguments are the attributes of `Measure`.
    """

    def build(score: Callable[..., Array]) -> Measure:
        defaults = {**options_of(summary), **options_of(score)}
        defaults |= FOLDS if held_out else {}
        promises: dict[str, Any] = {
            "title": (inspect.getdoc(score) or score.__name__).splitlines()[0].rstrip("."),
            "best": best,
            "worst": worst,
            "kind": kind,
            "symmetric": symmetric,
            "metric": metric,
            "highest": highest,
            "invariant_to": frozenset(invariant_to),
            "candidate_invariant_to": frozenset(
                invariant_to if candidate_invariant_to is None else candidate_invariant_to
            ),
            "biased": biased,
            "smooth": smooth,
            "fits": fits,
            "of_products": of_products,
            "counts": counts,
        }
        formulas: dict[str, Any] = {
            "chance_level": chance,
            "together": together,
            "in_orders": in_orders,
            "gradient": gradient,
            "chosen": holding,
            "cautioned": caution,
            "halves": (summary, score),
        }
        built = Measure(
            name=score.__name__,
            **promises,
            declared=MappingProxyType({**promises, **formulas}),
            source=source,
            citation=inspect.cleandoc(citation),
            options=MappingProxyType(defaults),
            defaults=MappingProxyType(defaults),
            **formulas,
            variant=variant,
            held_out=held_out,
            sees=sees,
        )
        object.__setattr__(built, "__doc__", score.__doc__)
        return built

    return build


def _frozen_sets(promises: Mapping[str, Any]) -> dict[str, Any]:
    return {k: frozenset(v) if isinstance(v, set) else v for k, v in promises.items()}
