"""Costs to balance: the kinds of graphs and spreads that make an equilibrium easy or hard."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.csgraph import connected_components

from homolog import tasks
from homolog.balancing import PowerLaw, gains
from homolog.networks import load_recurrent

Costs = Any
"""(neuron, neuron) costs, an array or scipy CSR, [i, j] for the synapse from j to i."""

IN_DEGREE = 50
"""Random synapses onto a neuron of the large networks, besides one along a ring of all."""

N_BLOCKS, WEAK = 8, 1e-12
"""Blocks of a nearly reducible network, and the cost of the only ways back through their chain."""

ODE_S = 10.0
"""CPU seconds after which an integration of the flow is given up."""

LARVA = "larva_winding2023_all.npz"


@dataclass(frozen=True)
class Instance:
    """One network to balance.

    Attributes
    ----------
    name
        What tables call it.
    make
        Its costs, the same at every call.
    goal
        Most CPU seconds that balancing it should take, if we set ourselves any.
    methods
        Ours that are timed on it besides ``"auto"``.
    ode
        CPU seconds after which the integration of the flow is given up; 0 where it is not tried.
    """

    name: str
    make: Callable[[], Costs]
    goal: float | None = None
    methods: tuple[str, ...] = ("osborne", "anderson", "newton-cg", "newton")
    ode: float = ODE_S


def trained_like(n: int = 256) -> NDArray[np.float64]:
    """A stand-in for a trained network: random and low-rank weights, gains of all sizes.

    As in trained networks some gains are nearly zero, of neurons that hardly ever fire.
    """
    rng = _rng("trained", n)
    weights = rng.normal(size=(n, n)) / np.sqrt(n)
    weights += rng.normal(size=(n, 3)) @ rng.normal(size=(3, n)) / n
    gains = rng.beta(0.6, 0.6, size=n)
    gains[:4] = 1e-5
    return gains * weights**2


def gaussian(n: int) -> NDArray[np.float64]:
    """Independent normal weights, squared."""
    return _rng("gaussian", n).normal(size=(n, n)) ** 2


def lognormal(n: int, spread: float) -> NDArray[np.float64]:
    """Weights with normal logarithms of standard deviation `spread`, squared."""
    return np.exp(2 * spread * _rng("lognormal", n).normal(size=(n, n)))


def sparse_lognormal(n: int, spread: float) -> sparse.csr_array:
    """The same, from `IN_DEGREE` random neurons and one along a ring, which joins them all."""
    rows, columns = _random_graph(_rng("graph", n), n, IN_DEGREE)
    return _lognormal_of(_rng("sparse", n), rows, columns, n, spread)


def ring(n: int) -> sparse.csr_array:
    """Neurons on a circle, each with synapses from both neighbours, of lognormal costs."""
    here, next_one = np.arange(n), np.roll(np.arange(n), -1)
    rows, columns = np.r_[here, next_one], np.r_[next_one, here]
    return _lognormal_of(_rng("ring", n), rows, columns, n, 1.0)


def nearly_reducible(n: int, in_degree: int = 20) -> sparse.csr_array:
    """Blocks in a chain that is strong one way and of cost 1e-12 the other.

    Strongly connected, but hardly: at equilibrium each block's scale is a million times the
    next one's, and what is left between them costs a millionth.
    """
    rng = _rng("chain", n)
    size = n // N_BLOCKS
    starts = size * np.arange(N_BLOCKS)
    graphs = [_random_graph(rng, size, in_degree) for _ in starts]
    rows, columns = (
        np.concatenate([start + each[k] for start, each in zip(starts, graphs, strict=True)])
        for k in range(2)
    )
    within = _lognormal_of(rng, rows, columns, n, 1.0)
    last, first = starts[:-1] + size - 1, starts[1:]
    joints = np.r_[np.ones(len(last)), np.full(len(last), WEAK)]
    between = sparse.coo_array((joints, (np.r_[first, last], np.r_[last, first])), shape=(n, n))
    return sparse.csr_array(within + between.tocsr())


def nearly_reducible_dense(n: int = 256) -> NDArray[np.float64]:
    """The same, with all synapses within each block."""
    return nearly_reducible(n, in_degree=8 * n).toarray()


def larva() -> sparse.csr_array:
    """Squared synapse counts within the largest strong component of a fly larva."""
    path = larva_path()
    if path is None:
        raise FileNotFoundError(f"HOMOLOG_DATA names no folder with connectomes/{LARVA}")
    with np.load(path) as stored:
        parts = (stored[name] for name in ("data", "indices", "indptr"))
        counts = sparse.csr_array(tuple(parts), shape=tuple(stored["shape"]))
    labels = connected_components(counts, connection="strong")[1]
    inside = np.flatnonzero(labels == np.bincount(labels).argmax())
    return sparse.csr_array(counts[inside][:, inside].astype(np.float64) ** 2)


def larva_path() -> Path | None:
    """Where the connectome of the fly larva is, if anywhere."""
    path = Path(os.environ.get("HOMOLOG_DATA", "")) / "connectomes" / LARVA
    return path if path.is_file() else None


def instances(network: Path | None = None) -> list[Instance]:
    """Everything that is timed, a saved network among it if one is given."""
    direct, swept = ("newton-cg", "newton"), ("osborne", "anderson", "newton-cg")
    large, chain = partial(sparse_lognormal, 100_000), nearly_reducible
    chosen = [
        Instance("256 neurons, as if trained", trained_like, goal=1e-3),
        Instance("256 neurons, Gaussian", partial(gaussian, 256)),
        Instance("256 neurons, lognormal, σ 2", partial(lognormal, 256, 2.0)),
        Instance("256 neurons, nearly reducible", nearly_reducible_dense, methods=direct),
        Instance("2,000 neurons, Gaussian", partial(gaussian, 2000), methods=swept),
        Instance("2,000 neurons, lognormal, σ 1", partial(lognormal, 2000, 1.0), methods=swept),
        Instance("100,000 neurons, 5.1e6 synapses, σ 1", partial(large, 1.0), 1.5, swept),
        Instance("the same, σ 2", partial(large, 2.0), None, swept, ode=0.0),
        Instance("ring of 10,000", partial(ring, 10_000), 0.1, ("newton",)),
        Instance("10,000 neurons, nearly reducible", partial(chain, 10_000), None, direct),
        Instance("100,000 neurons, nearly reducible", partial(chain, 100_000), 30.0, (), 0.0),
    ]
    if network is not None:
        chosen.insert(0, Instance("a trained network", partial(_saved, network), goal=1e-3))
    if larva_path() is not None:
        chosen.append(Instance("fly larva, 3,236 neurons", larva, 0.06, direct))
    return chosen


def _saved(network: Path) -> Costs:
    """What perturbs a saved network most costs most: its gains on the task it was trained on.

    Trials are of context-dependent integration. Gains below that of one active moment count as
    that, so that no neuron is cut off that was silent by chance.
    """
    trained = load_recurrent(network).replica(0)
    trials = tasks.find("context_integration")().draw(rng=0, n_trials=80)
    run = trained.run(trials.inputs, step=trials.step)
    floor = 1 / (run.states.size / trained.n_neurons)
    return PowerLaw(2.0, np.maximum(gains(trained, run).mean_square, floor)).of(trained.recurrent)


def _random_graph(rng: Generator, n: int, in_degree: int) -> tuple[Any, Any]:
    """Rows and columns of random synapses, and of a ring through all neurons."""
    rows = np.repeat(np.arange(n), in_degree)
    columns = rng.integers(0, n, size=n * in_degree)
    return np.r_[rows, np.arange(n)], np.r_[columns, np.roll(np.arange(n), 1)]


def _lognormal_of(rng: Generator, rows: Any, columns: Any, n: int, spread: float) -> Any:
    costs = np.exp(2 * spread * rng.normal(size=len(rows)))
    return sparse.coo_array((costs, (rows, columns)), shape=(n, n)).tocsr()


def _rng(kind: str, n: int) -> Generator:
    return np.random.default_rng([*kind.encode(), n])
