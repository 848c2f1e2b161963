"""Loops and gaps that one graph of stimuli has and another, drawn over it, has not.

At every scale, the distances of a population make a graph: an edge wherever two stimuli are no
further apart than that, a triangle wherever three are. The distances' minimum with another
population's makes one that contains it. What the larger has beyond the smaller (an edge that joins
two parts, a loop that was not there) are relative homology classes of dimension 1 over Z/2; each is
born at some scale and dies at another.

Edges span the relative chains, so classes are sums of edges. An edge appears at its length in the
larger graph, is worth nothing from its length in the smaller one on, and a triangle makes its three
edges sum to nothing. So every edge is worth a sum of few classes, kept as bits, and a relation that
is not yet nothing ends one class. The elder rule of persistence says which; but all classes end,
and their lives together last the scales of all ends less those of all births, whichever is whose.
"""

import numpy as np
from numpy.typing import NDArray

from homolog._arrays import Reals

Bits = NDArray[np.uint64]

_WORD = 64
"""Bits of a number."""


def total_persistence(smaller: Reals, larger: Reals) -> float:
    """Sum of the lengths of all bars of dimension 1 that `larger` has beyond `smaller`.

    Parameters
    ----------
    smaller
        (stimulus, stimulus) distances, symmetric, with a diagonal of zeros.
    larger
        The same of the graph with more edges: nowhere above `smaller`.

    Returns
    -------
    total
        In the unit of the distances.
    """
    i, j = np.triu_indices(len(larger), 1)
    appear, vanish = larger[i, j], smaller[i, j]
    lasting = np.flatnonzero(vanish > appear)
    events = [(time, False, edge) for edge, time in enumerate(appear.tolist())]
    events += [(float(vanish[edge]), True, int(edge)) for edge in lasting]
    classes = _Classes(len(larger))
    for time, gone, edge in sorted(events):
        u, v = int(i[edge]), int(j[edge])
        if gone:
            classes.end(classes.worth[u, v][None].copy(), time)
        else:
            classes.join(u, v, time, lasts=bool(vanish[edge] > time))
    return classes.total


class _Classes:
    """What edges are worth, while scales grow.

    Attributes
    ----------
    joined
        (stimulus, stimulus) which edges have appeared.
    worth
        (stimulus, stimulus, word) the classes that each edge sums, a bit for each.
    alive
        (class,) which bits stand for a class.
    total
        Scales of all ends so far, less those of all births.
    """

    def __init__(self, n_stimuli: int) -> None:
        self.joined = np.zeros((n_stimuli, n_stimuli), dtype=bool)
        self.worth = np.zeros((n_stimuli, n_stimuli, 1), dtype=np.uint64)
        self.alive = np.zeros(_WORD, dtype=bool)
        self.total = 0.0

    def join(self, u: int, v: int, time: float, *, lasts: bool) -> None:
        """Let an edge appear; one that does not last is worth nothing at once."""
        corners = self.joined[u] & self.joined[v]
        relations = self.worth[u, corners] ^ self.worth[v, corners]
        self.joined[u, v] = self.joined[v, u] = True
        if lasts and len(relations):
            first = relations[0].copy()
            self.worth[u, v] = self.worth[v, u] = first
            relations ^= first
        elif lasts:
            self._bear(u, v, time)
        self.end(relations, time)

    def end(self, relations: Bits, time: float) -> None:
        """Make (relation, word) sums of classes nothing: each that is not so yet ends one."""
        while (left := relations.any(axis=1)).any():
            relation = relations[left.argmax()].copy()
            ended = int(np.unpackbits(relation.view(np.uint8), bitorder="little").argmax())
            self.total += time
            self.alive[ended] = False
            for sums in (self.worth, relations):
                sums[_with(sums, ended)] ^= relation

    def _bear(self, u: int, v: int, time: float) -> None:
        """Let an edge that closes no triangle be a class of its own."""
        if self.alive.all():
            self.worth = np.concatenate((self.worth, np.zeros_like(self.worth)), axis=2)
            self.alive = np.concatenate((self.alive, np.zeros_like(self.alive)))
        new = int(self.alive.argmin())
        self.alive[new] = True
        self.total -= time
        word, bit = divmod(new, _WORD)
        self.worth[u, v, word] = self.worth[v, u, word] = np.uint64(1) << np.uint64(bit)


def _with(sums: Bits, one: int) -> NDArray[np.bool_]:
    """Which of the sums hold a class."""
    word, bit = divmod(one, _WORD)
    return (sums[..., word] >> np.uint64(bit) & np.uint64(1)).astype(bool)
