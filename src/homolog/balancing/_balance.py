"""Balancing a network: other synapses of the least total cost, the same computation."""

from __future__ import annotations

import sys
from difflib import get_close_matches
from os import PathLike
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from scipy import sparse

from homolog import errors
from homolog.balancing._activity import compared, measured
from homolog.balancing._augmented import SHARES, ground_costs
from homolog.balancing._balanced import Balanced, NeuronCosts
from homolog.balancing._bounds import bounds
from homolog.balancing._equilibrium import Equilibrium, equilibrium
from homolog.balancing._gauges import power_matched, zero_sum
from homolog.balancing.costs import PowerLaw, costs_at, l1, l2, robustness
from homolog.balancing.gradients import in_costs, out_costs
from homolog.balancing.transformation import refuse_inhomogeneous, transform

if TYPE_CHECKING:
    from homolog.balancing._matrix import Matrix
    from homolog.balancing._modules import ModuleBalanced
    from homolog.balancing._solving._methods import Method
    from homolog.networks._run import Run
    from homolog.networks.recurrent import RecurrentNetwork

COSTS = ("robustness", "l1", "l2")
GAUGES = ("zero-sum", "power-matched", "grounded")
NEGLIGIBLE = 0.01
REDUCIBLE = ("error", "components", "ground", "floor")
USUAL_FOR_MODULES = {
    "method": "auto",
    "on_reducible": "error",
    "gauge": "zero-sum",
    "step": 1.0,
    "dt": None,
    "separation": 0.0,
    "ground_shares": SHARES,
}
"""Options that only networks in time have, as they are where nobody gives them."""


def balance(
    network: Any,
    *,
    cost: Literal["robustness", "l1", "l2"] | PowerLaw = "l2",
    inputs: Any = None,
    step: float = 1.0,
    dt: float | None = None,
    method: Method = "auto",
    on_reducible: Literal["error", "components", "ground", "floor"] = "error",
    gauge: Literal["zero-sum", "power-matched", "grounded"] = "zero-sum",
    separation: float = 0.0,
    ground_shares: tuple[float, float] = SHARES,
    tolerance: float = 1e-10,
) -> Balanced | ModuleBalanced:
    r"""Give a network the synapses of the least total cost with which it computes the same.

    The recurrent weights become :math:`J_{ij} e^{h_j - h_i}`, with inputs, biases and readout to
    match, where h is the minimum of :math:`C = \sum_{ij} a_{ij} |J_{ij}|^p e^{p (h_j - h_i)}`.
    There every neuron's incoming synapses cost what its outgoing ones do.

    Parameters
    ----------
    network
        A `homolog.networks.RecurrentNetwork` without replicas; recurrent weights alone, (neuron,
        neuron), dense or sparse; a ``torch.nn.RNN``, or any other PyTorch module, which goes to
        `homolog.balancing.balance_module` with `cost`, `tolerance`, and `inputs` as its example.
    cost
        ``"l2"`` or ``"l1"``, sums of squares or of absolute values; ``"robustness"``, squares
        weighted with the measured mean squared gains of presynaptic neurons, whose sum is the
        sensitivity to noise up to a constant; or any `PowerLaw`.
    inputs
        (trial, time, input) on which gains and activity power are measured, without noise, and
        outputs before and after are compared. Take what the network is used for.
    step, dt
        As of `RecurrentNetwork.run`. By default dt is 0.1, and 1 for an ``nn.RNN``.
    method, tolerance
        As of `equilibrium`.
    on_reducible
        What to do if some neuron cannot be reached back from where its synapses lead, so that no
        least cost is attained: ``"error"`` refuses and tells which; ``"components"`` balances
        each strong component by itself; ``"ground"`` adds costs of input, bias (or, with
        `inputs`, activity) and readout, which tie all neurons together; ``"floor"`` takes gains
        below that of one active moment for that, so that no gain is 0 by chance.
    gauge
        Shifting all of h alike costs nothing. ``"zero-sum"`` is the convention of the paper, in
        each component; ``"power-matched"`` keeps the total power of the activity, and must
        accompany every comparison of noise; ``"grounded"`` takes h as the costs of input and
        readout have it.
    separation
        With ``"components"``: how much h rises from each component to the next; synapses between
        components then cost at most ``exp(-p * separation)`` of what they would.
    ground_shares
        What costs of input and of readout add up to, as shares of C; see `ground_costs`.

    Returns
    -------
    balanced
        The network with the proof; print it.

    Raises
    ------
    HomologError
        HM050 if there is no least cost, HM054 for neurons that are not homogeneous, HM053 for
        what is no network, HM025 for replicas, for inputs that are missing and for options that
        do not go together; and what `equilibrium` and `RecurrentNetwork.run` raise.

    Notes
    -----
    Outputs without noise are the same to rounding; what noise does to them is not. A lower cost
    means a lower sensitivity, not always a lower error at the output: compare both networks at
    the same activity power.

    References
    ----------
    Stock, Harvey, Ocko & Ganguli 2022, https://doi.org/10.1371/journal.pcbi.1010418

    Examples
    --------
    >>> from homolog.balancing import balance
    >>> balanced = balance([[0.0, 2.0], [0.5, 0.0]])
    >>> balanced.recurrent
    array([[0., 1.],
           [1., 0.]])
    >>> balanced.cost_before, round(balanced.cost_after, 12)
    (4.25, 2.0)
    """
    if _is_module(network) and not _is_recurrent_module(network):
        _refuse_for_modules(
            method=method,
            on_reducible=on_reducible,
            gauge=gauge,
            step=step,
            dt=dt,
            separation=separation,
            ground_shares=tuple(ground_shares),
        )
        from homolog.balancing._modules import balance_module

        return balance_module(network, cost=cost, tolerance=tolerance, example=inputs)
    if dt is None:
        dt = 1.0 if _is_module(network) else 0.1
    network = _network(network)
    _refuse(network, cost, on_reducible, gauge)
    run = measured(network, inputs, step, dt)
    law, notes = _law(network, cost, run, on_reducible)
    costs = law.of(network.recurrent)
    total = float(costs.sum())
    ground = None
    if on_reducible == "ground" or gauge == "grounded":
        power = None if run is None else run.activity_power
        ground = ground_costs(
            network, total, power=law.power, shares=ground_shares, activity_power=power
        )
    found = equilibrium(
        costs,
        power=law.power,
        method=method,
        on_reducible="components" if on_reducible == "components" else "error",
        ground=ground,
        separation=separation,
        tolerance=tolerance,
    )
    h = _in_gauge(found, gauge, run, grounded=ground is not None)
    balanced = transform(network, h)
    of_neurons, crossing = _of_synapses(costs, found, h, law.power)
    after = None if run is None else balanced.run(inputs, step=step, dt=dt)
    return Balanced(
        network=balanced,
        before=network,
        h=h,
        equilibrium=found,
        cost=cost if isinstance(cost, str) else f"power law {law.power:g}",
        law=law,
        gauge=gauge,
        bounds=bounds(costs),
        costs=of_neurons,
        crossing_costs=crossing,
        dead=_dead(costs),
        activity=None if run is None or after is None else compared(run, after, h),
        notes=(
            *notes,
            *_of_linear(network),
            *_of_crossing(found, float(crossing[1].sum()), law.power),
            *(_of_ground(ground_shares) if ground else ()),
        ),
    )


def _is_module(network: Any) -> bool:
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(network, torch.nn.Module)


def _is_recurrent_module(network: Any) -> bool:
    return isinstance(network, sys.modules["torch"].nn.RNNBase)


def _network(given: Any) -> RecurrentNetwork:
    from homolog.networks.recurrent import RecurrentNetwork

    if isinstance(given, RecurrentNetwork):
        return given
    if isinstance(given, str | PathLike):
        allowed = (
            "a network or its weights; homolog.networks.load_recurrent(path) reads one that was"
            " saved, homolog.RecurrentNetwork.from_connectome(path) a matrix"
        )
        raise errors.bad_value("network", str(given), allowed)
    return RecurrentNetwork.from_torch(given) if _is_module(given) else RecurrentNetwork(given)


def _refuse(network: RecurrentNetwork, cost: Any, on_reducible: str, gauge: str) -> None:
    """Refuse networks that cannot be balanced, and options that mean nothing together."""
    if network.has_replicas:
        allowed = "one network: balance(network.replica(0)), and so on"
        raise errors.bad_value("number of replicas", network.n_replicas, allowed)
    refuse_inhomogeneous(network.phi)
    for what, got, allowed in (
        ("on_reducible", on_reducible, REDUCIBLE),
        ("gauge", gauge, GAUGES),
    ):
        if got not in allowed:
            raise errors.bad_value(what, got, ", ".join(map(repr, allowed)))
    if gauge == "grounded" and on_reducible == "components":
        allowed = '"error" or "ground"; a ground ties the components together'
        raise errors.bad_value('on_reducible with gauge="grounded"', on_reducible, allowed)
    if on_reducible == "floor" and cost != "robustness":
        allowed = '"error", "components" or "ground"; only measured gains have a floor'
        raise errors.bad_value(f"on_reducible with cost={cost!r}", on_reducible, allowed)


def _refuse_for_modules(**options: Any) -> None:
    """Refuse options that deep networks do not have: they are always grounded."""
    for name, got in options.items():
        if got != USUAL_FOR_MODULES[name]:
            allowed = f"{USUAL_FOR_MODULES[name]!r} for a module, which is always grounded"
            raise errors.bad_value(name, got, allowed)


def _law(
    network: RecurrentNetwork, cost: Any, run: Run | None, on_reducible: str
) -> tuple[PowerLaw, tuple[str, ...]]:
    """The cost of synapses, and what to know of it."""
    if isinstance(cost, PowerLaw):
        return cost, ()
    if cost not in COSTS:
        near = get_close_matches(str(cost), COSTS, n=3, cutoff=0.4)
        raise errors.unknown_name("cost", cost, near, f"All: {', '.join(COSTS)}, or a PowerLaw.")
    if cost != "robustness":
        return (l1() if cost == "l1" else l2()), ()
    if run is None:
        raise errors.bad_value(
            "inputs", None, '(trial, time, input), on which to measure gains for cost="robustness"'
        )
    return _robustness(network, run, floor=on_reducible == "floor")


def _robustness(
    network: RecurrentNetwork, run: Run, *, floor: bool
) -> tuple[PowerLaw, tuple[str, ...]]:
    """Squares weighted with measured gains; with a floor, that of one active moment."""
    from homolog.balancing._sensitivity import gains

    found = gains(network, run)
    if not floor:
        return robustness(found), ()
    moments = run.states.shape[0] * run.states.shape[1]
    raised = int((found.mean_square < 1 / moments).sum())
    note = f"mean squared gains of {raised} neurons were raised to 1/{moments}, one active moment"
    return PowerLaw(2.0, np.maximum(found.mean_square, 1 / moments)), (note,)


def _in_gauge(
    found: Equilibrium, gauge: str, run: Run | None, *, grounded: bool
) -> np.ndarray[Any, Any]:
    """The log-scales of that gauge."""
    if gauge == "power-matched":
        if run is None:
            raise errors.bad_value(
                "inputs",
                None,
                '(trial, time, input), on which to measure power for gauge="power-matched"',
            )
        return power_matched(found.h, run.activity_power)
    # Without a ground they sum to 0 already, component by component.
    return zero_sum(found.h) if grounded and gauge == "zero-sum" else found.h


def _of_synapses(
    costs: Matrix, found: Equilibrium, h: Any, power: float
) -> tuple[NeuronCosts, np.ndarray[Any, Any]]:
    """In-costs and out-costs of neurons, and costs of the synapses between components."""
    after = costs_at(costs, h, power)
    sums = (of(one) for one in (costs, after) for of in (in_costs, out_costs))
    rows, columns = found.crossing
    between = np.zeros((2, len(rows)))
    if len(rows):  # scipy gives something else for no entries
        between[:] = [np.asarray(one[rows, columns]).ravel() for one in (costs, after)]
    return NeuronCosts(*sums), between


def _dead(costs: Matrix) -> tuple[int, ...]:
    """Neurons whose synapses onto others cost nothing."""
    if sparse.issparse(costs):
        leading = np.bincount(costs.indices[costs.data > 0], minlength=costs.shape[0])
    else:
        leading = np.count_nonzero(costs, axis=0)
    own = np.asarray(costs.diagonal()) > 0
    return tuple(np.flatnonzero(leading - own == 0).tolist())


def _of_linear(network: RecurrentNetwork) -> tuple[str, ...]:
    if not np.all(np.asarray(network.phi.below) == 1):
        return ()
    return (
        "every neuron is linear: any invertible map of the states computes the same, not only"
        " their rescaling, and may cost less",
    )


def _of_crossing(found: Equilibrium, crossing: float, power: float) -> tuple[str, ...]:
    """That the least cost is not attained, and what separation comes near it."""
    if found.attained:
        return ()
    known = (
        "no rescaling attains the least cost: that of synapses between components falls for ever"
        " as the components separate"
    )
    wanted = NEGLIGIBLE * found.cost_before
    if crossing <= wanted:
        return (known,)
    more = np.log(crossing / wanted) / power
    remedy = f"{more:.2f} more of separation makes it at most {NEGLIGIBLE:.0%} of C before"
    if found.cost_after > found.cost_before:
        times = found.cost_after / found.cost_before
        rose = (
            f"all synapses cost {times:.3g} times as much as before: components are balanced, what"
        )
        return known, f"{rose} joins them is not; {remedy}"
    return (f"{known}. {remedy}",)


def _of_ground(shares: tuple[float, float]) -> tuple[str, ...]:
    return (
        f"costs of input and readout, {shares[0]:g} and {shares[1]:g} of C, took part in the"
        " balance and are not in C",
    )
