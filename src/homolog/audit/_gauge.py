"""How far scores move between networks that compute the same, before and after balancing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from homolog import errors
from homolog._arrays import constant_columns
from homolog._nulls import generator_of
from homolog.audit._audit_plan import spelled
from homolog.audit._gauge_result import Cost, GaugeAudit
from homolog.audit._given import measures_of
from homolog.audit._objective import Objective
from homolog.audit._targets import Reals
from homolog.balancing import balance, transform
from homolog.balancing._activity import difference
from homolog.measures import find
from homolog.networks import RecurrentNetwork
from homolog.networks._recurrent_parts import FORMS
from homolog.statistics import Progress, silent
from homolog.tasks import Trials

if TYPE_CHECKING:
    from homolog.balancing import Balanced
    from homolog.measures._measure import Measure
    from homolog.networks._run import Run

COSTS = ("l2", "l1", "robustness")


def gauge_audit(
    network: RecurrentNetwork,
    inputs: Any,
    measures: str | Measure | Sequence[str | Measure] | None = None,
    *,
    spread: float | Sequence[float] = (0.5, 1.0),
    n: int = 10,
    moments: int | None = None,
    rng: int | np.random.Generator = 0,
    step: float = 1.0,
    dt: float = 0.1,
    cost: Cost | None = "l2",
    progress: Progress = silent,
) -> GaugeAudit:
    r"""Score a recurrent network against networks that differ from it in nothing that it computes.

    Each neuron's activity is divided by a random factor :math:`e^{h_k}` and its synapses are
    changed to match (`homolog.balancing.transform`), so that the outputs stay what they were.
    Hidden activity is then scored against that of the untouched network. A score below 1 says
    how much of a dissimilarity between two networks may be mere convention. `homolog.balance`
    chooses one network of all these; between balanced networks the score is what
    the balanced network scores against itself.

    Parameters
    ----------
    network
        Of homogeneous neurons, such as relu; without replicas.
    inputs
        (trial, time, input), or `Trials` of a task. Every time of every trial is a row.
    measures
        One or more names or measures. The untouched network is the reference. None: cka,
        unbiased_cka, nbs, procrustes, linear_regression, cca, soft_matching_correlation, and
        rsa of squared distances, for correlation distances are undefined where neurons are silent.
    spread
        Standard deviation of the log-scales h, which are Gaussian with sum 0. At 1 a sixth of
        the neurons are more than 2.7 times as active as they were, a sixth less than 0.37.
    n
        How many rescaled networks for each spread.
    moments
        How many times of trials are scored, drawn at random; None: all. Measures of all pairs
        of moments, such as rsa, are slow on many.
    rng
        Seed or generator of the log-scales, and of the moments.
    step, dt
        As of `RecurrentNetwork.run`; `Trials` have a step of their own.
    cost
        Of synapses, as of `homolog.balance`; None: networks are not balanced.
    progress
        Told of every network.

    Returns
    -------
    found
        Print it, or `.frame()`; ``homolog.report.write_gauge`` makes a page and a figure.

    Raises
    ------
    HomologError
        HM054 for neurons that are not homogeneous, HM050 for a network that cannot be balanced
        (give ``cost=None``), HM070 for a network without input weights, HM025 for replicas and
        settings that make no sense, among them measures without a best score; and what measures
        refuse.

    Notes
    -----
    Measures that are invariant to ``neuron_scale`` of the candidate do not move at all, and
    those invariant to rotations only do. Activity is rates, noiseless, as another brain would
    see them. Networks may compute the same in other ways, too: by other wiring altogether.

    References
    ----------
    Stock, Harvey, Ocko & Ganguli 2022, https://doi.org/10.1371/journal.pcbi.1010418
    """
    spreads = _spreads(spread)
    _refuse(network, n, cost)
    if isinstance(inputs, Trials):
        inputs, step = inputs.inputs, inputs.step
    _refuse_inputs(inputs, network.n_inputs)
    chosen = _usual() if measures is None else _with_an_end(measures_of(measures))
    generator = generator_of(rng)
    shifts = _shifts(spreads, n, network.n_neurons, generator)
    there = network.run(inputs, step=step, dt=dt).states[..., 0].size
    rows = _drawn(moments, there, generator)
    as_they_are = _Gauge(network, inputs, step, dt, rows, None)
    scores, worst = as_they_are.scores(chosen, shifts, progress)
    balanced = balanced_itself = None
    if cost is not None:
        least = replace(as_they_are, cost=cost)
        balanced, other = least.scores(chosen, shifts, progress)
        balanced_itself = least.itself(chosen)
        worst = max(worst, other)
    return GaugeAudit(
        measures=chosen,
        spread=spreads,
        rescaled=scores,
        itself=as_they_are.itself(chosen),
        balanced=balanced,
        balanced_itself=balanced_itself,
        output_difference=worst,
        silent=int((~as_they_are.active).sum()),
        n_neurons=network.n_neurons,
        moments=(len(rows), there),
        cost=cost,
        name=network.name or "the network",
        has_outputs=network.n_outputs > 0,
        call=_call(chosen, spreads, n, moments, rng, cost),
        seed=int(rng) if isinstance(rng, int | np.integer) else None,
        digests={"network": _network_digest(network), "inputs": _digest(inputs)},
    )


@dataclass(frozen=True, eq=False)
class _Gauge:
    """A network and its inputs, and what makes one network of all those that compute the same.

    `rows` are the moments that are scored; `cost` is what balancing makes least, None: networks
    stay as they are.
    """

    network: RecurrentNetwork
    inputs: Any
    step: float
    dt: float
    rows: NDArray[np.int64]
    cost: Cost | None

    @cached_property
    def first(self) -> tuple[Run, Reals]:
        """What the untouched network does, and its log-scales."""
        return self.of(np.zeros(self.network.n_neurons))

    @cached_property
    def active(self) -> NDArray[np.bool_]:
        """(neuron,) which neurons ever change."""
        return ~constant_columns(self._scored(self.first[0]))

    def of(self, shift: Reals) -> tuple[Run, Reals]:
        """What the network rescaled by these log-scales does, and its log-scales in the end."""
        moved = transform(self.network, shift)
        if self.cost is not None:
            found = cast(
                "Balanced",
                balance(moved, cost=self.cost, inputs=self.inputs, step=self.step, dt=self.dt),
            )
            moved, shift = found.network, shift + found.h
        return moved.run(self.inputs, step=self.step, dt=self.dt), shift

    @cached_property
    def own(self) -> Reals:
        """(row, neuron) activity of the untouched network, without silent neurons."""
        return self._scored(self.first[0])[:, self.active]

    def itself(self, chosen: Sequence[Measure]) -> dict[str, float]:
        """Label -> score against itself of the untouched network, or of that balanced."""
        own = self.own[None]
        return {one.label: float(Objective(own[0], one).score(own)[0]) for one in chosen}

    def scores(
        self, chosen: Sequence[Measure], shifts: Reals, progress: Progress
    ) -> tuple[dict[str, Reals], float]:
        """Label -> (spread, draw) scores, and the largest difference of any output."""
        doing = "rescaled networks" if self.cost is None else "balanced networks"
        total = shifts[..., 0].size
        progress(doing, 0, total)
        against = [Objective(self.own, one) for one in chosen]
        found: Reals = np.empty((len(chosen), *shifts.shape[:2]))
        worst = 0.0
        for done, at in enumerate(np.ndindex(shifts.shape[:2]), start=1):
            run, shift = self.of(shifts[at])
            worst = max(worst, difference(self.first[0], run, shift - self.first[1]))
            rows = self._scored(run)[:, self.active]
            found[:, *at] = [one.score(rows[None])[0] for one in against]
            progress(doing, done, total)
        return {one.label: found[i] for i, one in enumerate(chosen)}, worst

    def _scored(self, run: Run) -> Reals:
        """(moment, neuron) rates at the moments that are scored."""
        rates = run.rates.reshape(-1, run.rates.shape[-1])
        return rates[self.rows].astype(np.float64, copy=False)


def _drawn(moments: int | None, there: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """Which moments are scored, in order of time."""
    if moments is None:
        return np.arange(there)
    if isinstance(moments, bool) or not isinstance(moments, int | np.integer) or moments < 3:
        raise errors.bad_value("moments", moments, "a whole number from 3, or None for all")
    return np.sort(rng.choice(there, min(int(moments), there), replace=False))


def _shifts(spreads: Reals, n: int, n_neurons: int, rng: np.random.Generator) -> Reals:
    """(spread, draw, neuron) log-scales that sum to 0, as those of balancing do."""
    drawn = rng.standard_normal((len(spreads), n, n_neurons))
    return spreads[:, None, None] * (drawn - drawn.mean(axis=2, keepdims=True))


def _usual() -> tuple[Measure, ...]:
    """Measures that any activity can be scored by, and soon."""
    names = ("cka", "unbiased_cka", "nbs", "procrustes", "linear_regression", "cca")
    rsa = find("rsa").using(dissimilarity="squared_euclidean")
    return (*measures_of(names), find("soft_matching_correlation"), rsa)


def _with_an_end(chosen: tuple[Measure, ...]) -> tuple[Measure, ...]:
    """These measures, each with a score that stands for the same."""
    for one in chosen:
        if not np.isfinite(one.best):
            raise errors.bad_value("measure", one.label, "one whose best score is known")
    return chosen


def _spreads(given: float | Sequence[float]) -> Reals:
    allowed = "one or more finite numbers above 0"
    try:
        spreads = np.atleast_1d(np.asarray(given, dtype=np.float64))
    except (TypeError, ValueError):
        raise errors.bad_value("spread", given, allowed) from None
    if spreads.ndim != 1 or not spreads.size or not (np.isfinite(spreads) & (spreads > 0)).all():
        raise errors.bad_value("spread", given, allowed)
    return spreads


def _refuse_inputs(inputs: Any, n_inputs: int) -> None:
    shape = tuple(np.shape(inputs))
    if len(shape) == 2:
        raise errors.bad_value(
            "shape of the inputs", shape, "(trial, time, input); inputs[None] is one trial"
        )
    if len(shape) == 3 and shape[2] != n_inputs:
        raise errors.bad_value(
            "number of inputs", shape[2], f"{n_inputs}, as many as the network takes"
        )


def _refuse(network: RecurrentNetwork, n: int, cost: object) -> None:
    if not isinstance(network, RecurrentNetwork):  # pyright: ignore[reportUnnecessaryIsInstance]
        allowed = "a RecurrentNetwork; for one in a file, homolog.networks.load_recurrent(path)"
        raise errors.bad_value("network", type(network).__name__, allowed)
    if network.has_replicas:
        allowed = "one network: gauge_audit(network.replica(0), …), and so on"
        raise errors.bad_value("number of replicas", network.n_replicas, allowed)
    if not network.n_inputs:
        raise errors.nothing_drives(network.name or "the network")
    if isinstance(n, bool) or not isinstance(n, int | np.integer) or n < 1:
        raise errors.bad_value("n", n, "a whole number from 1")
    if cost is not None and cost not in COSTS:
        raise errors.bad_value("cost", cost, f"{', '.join(COSTS)}, or None")


def _network_digest(network: RecurrentNetwork) -> str:
    """Of all arrays, whether synapses are kept dense or sparse, and of the activation."""
    parts = {name: getattr(network, name) for name in FORMS}
    if network.is_sparse:
        weights = parts.pop("recurrent")
        parts |= {name: getattr(weights, name) for name in ("data", "indices", "indptr")}
    given = [part for part in parts.values() if part is not None]
    said = repr((list(parts), network.phi.name, network.phi.slopes, network.reads))
    return _digest(*given, said=said)


def _digest(*arrays: Any, said: str = "") -> str:
    digest = blake2b(said.encode(), digest_size=16)
    for one in map(np.ascontiguousarray, arrays):
        digest.update(repr((one.shape, one.dtype.str)).encode())
        digest.update(one.tobytes())
    return digest.hexdigest()


def _call(
    chosen: Sequence[Measure],
    spreads: Reals,
    n: int,
    moments: int | None,
    rng: object,
    cost: object,
) -> str:
    """The call that computes the audit again, from variables named as its arguments."""
    names = ", ".join(map(spelled, chosen))
    seed = rng if isinstance(rng, int) else "rng"
    return (
        f"homolog.audit.gauge_audit(network, inputs, [{names}], spread={spreads.tolist()}, n={n},"
        f" moments={moments}, rng={seed}, cost={cost!r})"
    )
