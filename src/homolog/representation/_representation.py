"""The responses of one population, checked once; everything below sees plain arrays."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import KW_ONLY, dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog.representation import _axes, _checks
from homolog.representation._axes import Label
from homolog.representation._by_name import groups_in_order
from homolog.representation._checks import Mask, Responses
from homolog.representation._taking import taken, without

if TYPE_CHECKING:
    import xarray


@dataclass(frozen=True, eq=False, repr=False)
class Representation:
    """Responses of one population to stimuli, with named axes and labels.

    Everything is checked when it is built: real numbers, finite or declared
    missing, unique labels, at least 3 stimuli, some variance. The arrays are copies
    and cannot be written to. `represent` takes torch, JAX, xarray and pandas objects.

    Parameters
    ----------
    responses
        Real numbers in any unit. float32 is kept, everything else becomes float64.
        Missing entries are stored as 0.0, so that NaN is never met.
    dims
        A name for each axis, from trial, stimulus, time and neuron ("unit" is
        neuron), as a tuple or as in ``"trial,stimulus,neuron"``. Stimulus and neuron
        are needed. Two axes without names are (stimulus, neuron); more axes without
        names are refused, for axes are never guessed. Stored in the order above,
        whatever the order given.
    stimuli, neurons
        Unique labels, ints or text; None if there are none. Whole floats become ints, and
        ints beside text become text.
    times
        Seconds, one for each position of the time axis.
    missing
        True where nothing was recorded, of the shape of `responses`.
    unit
        Unit of the responses, for example ``"spikes / 200 ms"``.
    name
        What messages and tables call the population.
    groups
        The stimulus that each row belongs to, where rows are times of stimuli
        (`fold_time`), or what else they belong to: rows of one group must not be split between
        training and test. By name, as a dict or a pandas Series, or in the order of the rows.
    dropped
        Sentences that say what was left out on the way here.

    Raises
    ------
    HomologError
        HM004 NaN or inf not declared missing, HM006 no variance, HM007 and HM026 axes,
        HM016 complex, HM017 not numbers, HM018 no neurons, HM019 fewer than 3 stimuli,
        HM020 repeated labels, HM027 too many or too few labels.

    Examples
    --------
    >>> rates = np.array([[1.0, 0.0], [2.0, 1.0], [0.0, 3.0]])
    >>> x = Representation(rates, stimuli=("left", "right", "up"), name="V1")
    >>> x
    <Representation 'V1': stimulus 3 × neuron 2>
    >>> x.select(neurons=[1]).matrix.ravel()
    array([0., 1., 3.])
    """

    responses: Responses
    dims: tuple[str, ...] = ()
    _: KW_ONLY
    stimuli: tuple[Label, ...] | None = None
    neurons: tuple[Label, ...] | None = None
    times: tuple[float, ...] | None = None
    missing: Mask | None = None
    unit: str = ""
    name: str = ""
    groups: tuple[Label, ...] | None = None
    dropped: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check everything and bring it into the form in which it is stored."""
        given = _checks.real(self.responses, self.called)
        dims = _axes.named(self.dims or None, given.shape, self.called)
        _checks.refuse_sizes(given.shape, dims, self.called)
        order = _axes.order(dims)
        dims = tuple(dims[i] for i in order)
        missing = _stored_mask(self.missing, given.shape, order, self.called)
        responses = _checks.floats(given.transpose(order))
        if missing is not None:
            responses[missing] = 0.0
        _checks.refuse_not_finite(responses, dims, self.called, ~np.isfinite(responses))
        size = dict(zip(dims, responses.shape, strict=True))
        _checks.refuse_constant(responses, missing, size["stimulus"], self.called)
        _checks.refuse_dissimilarities(responses, self.called)
        responses.flags.writeable = False
        stimuli = _axes.unique(self.stimuli, size["stimulus"], "stimulus", self.called)
        groups = groups_in_order(self.groups, stimuli or range(size["stimulus"]))
        stored = {
            "responses": responses,
            "dims": dims,
            "missing": missing,
            "stimuli": stimuli,
            "neurons": _axes.unique(self.neurons, size["neuron"], "neuron", self.called),
            "times": _stored_times(self.times, size.get("time", 0), self.called),
            "groups": _axes.sequence(groups, size["stimulus"], "group", self.called),
            "dropped": tuple(self.dropped),
        }
        for field, value in stored.items():
            object.__setattr__(self, field, value)

    def __repr__(self) -> str:
        """One line: name, axes, unit and how much is missing."""
        name = f" {self.name!r}" if self.name else ""
        sizes = zip(self.dims, self.responses.shape, strict=True)
        parts = [" × ".join(f"{dim} {size}" for dim, size in sizes)]
        if self.unit:
            parts.append(self.unit)
        if self.missing is not None:
            parts.append(f"{self.missing.mean():.1%} missing")
        return f"<Representation{name}: {', '.join(parts)}>"

    @property
    def called(self) -> str:
        """The name, or words to stand for it in a message."""
        return self.name or "the population"

    @property
    def n_stimuli(self) -> int:
        """Number of stimuli (of rows, after `fold_time`)."""
        return self.responses.shape[self.dims.index("stimulus")]

    @property
    def n_neurons(self) -> int:
        """Number of neurons."""
        return self.responses.shape[-1]

    @property
    def n_trials(self) -> int:
        """Length of the trial axis; 1 without one."""
        return self.responses.shape[0] if self.has_trials else 1

    @property
    def has_trials(self) -> bool:
        """Whether single trials are kept."""
        return "trial" in self.dims

    @property
    def labels(self) -> tuple[Label, ...]:
        """Labels of the stimuli, or their positions."""
        return tuple(range(self.n_stimuli)) if self.stimuli is None else self.stimuli

    @property
    def neuron_labels(self) -> tuple[Label, ...]:
        """Labels of the neurons, or their positions."""
        return tuple(range(self.n_neurons)) if self.neurons is None else self.neurons

    @property
    def matrix(self) -> NDArray[np.float64]:
        """The (stimulus, neuron) array in float64 that a measure takes.

        Raises
        ------
        HomologError
            HM028 when a trial or time axis, or a missing entry, is left.
        """
        if self.dims != ("stimulus", "neuron"):
            raise errors.not_a_matrix(self.called, self.dims)
        if self.missing is not None:
            raise errors.missing_left(self.called, int(self.missing.sum()))
        return np.asarray(self.responses, dtype=np.float64)

    def condition_means(self) -> Representation:
        """Return the mean over trials, of the trials that are not missing.

        An entry without any trial stays missing. Without a trial axis nothing changes.
        """
        if not self.has_trials:
            return self
        dims = self.dims[1:]
        if self.missing is None:
            return replace(self, responses=self.responses.mean(0, dtype=np.float64), dims=dims)
        n_valid = (~self.missing).sum(0)
        total = self.responses.sum(0, dtype=np.float64)
        means = total / np.maximum(n_valid, 1)
        return replace(self, responses=means, dims=dims, missing=n_valid == 0)

    def halves(
        self,
        split: Literal["odd-even", "random"] = "odd-even",
        rng: int | np.random.Generator = 0,
    ) -> tuple[Representation, Representation]:
        """Return the condition means of two halves of the trials.

        A trial goes to one half with all its neurons, so that noise which neurons
        share within a trial is never shared between the halves.

        Parameters
        ----------
        split
            ``"odd-even"`` takes every other trial, which shares a slow drift evenly
            between the halves if trials are in the order of time; ``"random"`` draws.
        rng
            Seed or generator of the random split.

        Raises
        ------
        HomologError
            HM011 when some neuron has no trial of some stimulus in one of the halves.
        """
        if split not in ("odd-even", "random"):
            raise errors.bad_value("split", split, "'odd-even', 'random'")
        order = np.arange(self.n_trials)
        if split == "random":
            order = np.random.default_rng(rng).permutation(order)
        parts = np.sort(order[::2]), np.sort(order[1::2])
        self._refuse_without_repeats(parts, split)
        first, second = (self.select(trials=part).condition_means() for part in parts)
        return first, second

    def _refuse_without_repeats(self, parts: tuple[NDArray[Any], ...], split: str) -> None:
        if self.n_trials < 2:
            raise errors.no_repeats(self.n_stimuli, self.n_stimuli)
        if self.missing is None:
            return
        dims = self.dims[1:]
        n_valid: NDArray[Any] = (~self.missing).sum(0)
        n_single = int(_checks.along(n_valid < 2, dims, "stimulus").sum())
        if n_single:
            raise errors.no_repeats(n_single, self.n_stimuli)
        in_half = np.array([np.asarray(self.missing[part]).all(0) for part in parts])
        lacking = np.asarray(in_half.any(0))
        n_lacking = int(_checks.along(lacking, dims, "stimulus").sum())
        if n_lacking:
            raise errors.one_sided(n_lacking, self.n_stimuli, split)

    def select(
        self,
        stimuli: Iterable[object] | None = None,
        neurons: Iterable[object] | None = None,
        *,
        trials: Iterable[object] | None = None,
        times: Iterable[object] | None = None,
    ) -> Representation:
        """Keep some stimuli, neurons, trials or times, in the order asked for.

        Parameters
        ----------
        stimuli, neurons
            Labels, positions from 0, or a boolean mask. An int is a position unless the
            labels of the axis are ints themselves; then it is a label. Stimuli without
            labels keep their positions as labels when others go, or their order changes.
        trials, times
            Positions from 0 or a boolean mask: ``np.asarray(x.times) >= 0`` keeps the
            times from 0 s on.

        Raises
        ------
        HomologError
            HM020 when something is asked for twice, HM023 when it is not there, HM026
            for an axis that the population does not have, HM027 for a mask of another
            length; and what building a `Representation` raises.
        """
        wanted = {"trial": trials, "stimulus": stimuli, "time": times, "neuron": neurons}
        along = {"stimulus": self.stimuli, "time": None, "neuron": self.neurons}
        at: dict[str, NDArray[Any]] = {}
        for dim, chosen in wanted.items():
            if chosen is None:
                continue
            if dim not in self.dims:
                raise errors.axis_absent(self.called, dim, self.dims)
            n = self.responses.shape[self.dims.index(dim)]
            at[dim] = _axes.positions(chosen, n, dim, self.called, along.get(dim))
        return taken(self, at)

    def fold_time(self) -> Representation:
        """Return every time of every stimulus as a row of its own.

        Rows of labelled stimuli are labelled ``"stimulus@time"`` with the time in seconds
        (its position if there are no times), and `groups` holds the stimulus of each row:
        rows of one stimulus are not independent. A trial axis is kept.

        Raises
        ------
        HomologError
            HM026 without a time axis.
        """
        if "time" not in self.dims:
            raise errors.axis_absent(self.called, "time", self.dims)
        n_times = self.responses.shape[self.dims.index("time")]
        times = self.times or tuple(range(n_times))
        shape = (*self.responses.shape[:-3], self.n_stimuli * n_times, self.n_neurons)
        return replace(
            self,
            responses=self.responses.reshape(shape),
            dims=tuple(dim for dim in self.dims if dim != "time"),
            stimuli=self.stimuli
            and tuple(f"{one}@{time:.9g}" for one in self.stimuli for time in times),
            times=None,
            missing=None if self.missing is None else self.missing.reshape(shape),
            groups=tuple(one for one in self.groups or self.labels for _ in times),
        )

    def drop_constant(self) -> Representation:
        """Leave out neurons that never change, and say so in `dropped`."""
        silent = _checks.constant_neurons(self.responses, self.missing)
        return without(self, "neuron", silent, "constant on all stimuli")

    def drop_missing(self, axis: Literal["stimuli", "neurons"]) -> Representation:
        """Leave out the stimuli, or the neurons, with any missing entry, and say so.

        With trials a single missing trial counts: take `condition_means` first to leave
        out only what was never recorded.
        """
        if axis not in ("stimuli", "neurons"):
            raise errors.bad_value("axis", axis, "'stimuli', 'neurons'")
        if self.missing is None:
            return self
        dim = "stimulus" if axis == "stimuli" else "neuron"
        lacking = _checks.along(self.missing, self.dims, dim)
        return without(self, dim, lacking, "with missing responses")

    def to_xarray(self) -> xarray.DataArray:
        """Return an `xarray.DataArray` with NaN where a response is missing."""
        import xarray

        values = np.array(self.responses)
        if self.missing is not None:
            values[self.missing] = np.nan
        along = {"stimulus": self.stimuli, "neuron": self.neurons}
        coords: dict[str, Any] = {d: list(c) for d, c in along.items() if c is not None}
        if self.groups is not None:
            coords["group"] = ("stimulus", list(self.groups))
        if self.times is not None:
            coords["time"] = ("time", list(self.times), {"units": "s"})
        attrs = {"units": self.unit} if self.unit else {}
        return xarray.DataArray(values, coords, self.dims, self.name or None, attrs)


def _stored_mask(
    given: object, shape: tuple[int, ...], order: tuple[int, ...], name: str
) -> Mask | None:
    """Return the mask with axes as stored, None if nothing is missing."""
    if given is None:
        return None
    mask = _checks.mask(given, shape, name)
    if not mask.any():
        return None
    stored = np.array(mask.transpose(order), order="C")
    stored.flags.writeable = False
    return stored


def _stored_times(
    given: Iterable[float] | None, n_needed: int, name: str
) -> tuple[float, ...] | None:
    if given is None:
        return None
    try:
        times = tuple(float(time) for time in given)
    except (TypeError, ValueError):
        raise errors.bad_value("times", given, "a number of seconds for each time") from None
    if len(times) != n_needed:
        raise errors.labels_miscounted(name, "time", len(times), n_needed)
    _axes.refuse_repeats(times, "time", name)
    return times
