"""Other packages, called as their documentation says, in our conventions."""

import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from io import StringIO
from typing import Any

import numpy as np

from benchmarks.peer import Peer
from benchmarks.populations import MIDDLE, SIZES, WIDE, Responses, Size
from benchmarks.regressions import linear_regression, ridge


def _unordered_pairs(n: int) -> float:
    return n * (n + 1) / 2


def _rsatoolbox(dissimilarity: str, comparison: str, undo: Callable[[Any], Any] = lambda x: x):
    """Dissimilarity matrices once for a population; `compare` takes stacks of them."""
    from rsatoolbox.data import Dataset
    from rsatoolbox.rdm import calc_rdm, compare

    def prepare(x: Responses) -> Any:
        return calc_rdm(Dataset(x), method=dissimilarity)

    def score(a: Any, b: Any) -> float:
        return float(undo(compare(a, b, method=comparison))[0, 0])

    def together(populations: Sequence[Responses], used: int) -> Responses:
        stack = calc_rdm([Dataset(x) for x in populations[:used]], method=dissimilarity)
        return undo(compare(stack, stack, method=comparison))

    return prepare, score, together


def _cka() -> list[Peer]:
    import repsim

    prepare, score, together = _rsatoolbox("euclidean", "cosine_cov")

    def stacked(populations: Sequence[Responses], used: int) -> Responses:
        return repsim.cka(list(populations[:used]), "linear", "gretton")

    return [
        Peer("rsatoolbox cosine_cov", score, prepare, together=together),
        Peer(
            "repsim cka",
            lambda a, b: stacked([a, b], 2)[0, 1],
            together=stacked,
            used=2,
            growth=_unordered_pairs,
        ),
    ]


def _unbiased_cka() -> list[Peer]:
    import repsim
    import torch
    from cka import cka_from_features

    torch.set_num_threads(1)

    def torch_stack(populations: Sequence[Responses], used: int) -> Responses:
        stack = torch.from_numpy(np.stack(populations[:used]))
        return cka_from_features(stack, stack).numpy()

    def hsic_ratio(populations: Sequence[Responses], used: int) -> Responses:
        overlaps = repsim.hsic(list(populations[:used]), "linear", "song")
        own = np.sqrt(np.diag(overlaps))
        return overlaps / np.outer(own, own)

    return [
        Peer(
            "pytorch-cka cka_from_features",
            lambda x, y: cka_from_features(torch.from_numpy(x), torch.from_numpy(y)).item(),
            together=torch_stack,
        ),
        Peer(
            "repsim hsic",
            lambda a, b: hsic_ratio([a, b], 2)[0, 1],
            together=hsic_ratio,
            used=3,
            growth=_unordered_pairs,
        ),
        Peer(
            "torch_cka CKA.compare (float32)",
            lambda a, b: _torch_cka([a, b], 2)[0, 1],
            together=_torch_cka,
            used=2,
            growth=lambda n: n + 2 * n**2,
        ),
    ]


def _torch_cka(populations: Sequence[Responses], used: int) -> Responses:
    """It compares layers of models, so the populations become layers that look responses up."""
    import torch
    from torch_cka import CKA

    class Recorded(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = torch.nn.ModuleList(
                torch.nn.Embedding.from_pretrained(torch.from_numpy(x).float())
                for x in populations[:used]
            )

        def forward(self, stimuli: torch.Tensor) -> torch.Tensor:
            return [layer(stimuli) for layer in self.layers][-1]

    n_stimuli = len(populations[0])
    stimuli = torch.utils.data.TensorDataset(torch.arange(n_stimuli))
    loader = torch.utils.data.DataLoader(stimuli, batch_size=n_stimuli)
    names = [f"layers.{i}" for i in range(used)]
    with warnings.catch_warnings(), redirect_stderr(StringIO()), torch.no_grad():
        warnings.simplefilter("ignore")  # that both models have one name
        comparison = CKA(Recorded(), Recorded(), model1_layers=names, model2_layers=names)
        comparison.compare(loader, loader)
    return comparison.export()["CKA"].numpy()


def _procrustes() -> list[Peer]:
    from scipy.linalg import orthogonal_procrustes
    from scipy.spatial import procrustes

    def unit(x: Responses) -> Responses:
        x = x - x.mean(axis=0)
        return x / np.linalg.norm(x)

    prepare, score, _ = _rsatoolbox("euclidean", "bures", np.arccos)
    return [
        Peer(
            "scipy.linalg.orthogonal_procrustes",
            lambda a, b: np.arccos(orthogonal_procrustes(a, b)[1]),
            unit,
        ),
        Peer(
            "scipy.spatial.procrustes",
            lambda a, b: np.arccos(np.sqrt(1 - procrustes(a, b)[2])),
        ),
        Peer("rsatoolbox bures", score, prepare),
    ]


def _cca() -> list[Peer]:
    import repsim
    from scipy.linalg import subspace_angles

    def stacked(populations: Sequence[Responses], used: int) -> Responses:
        return repsim.cca(list(populations[:used]), "pillai")

    return [
        Peer(
            "scipy.linalg.subspace_angles",
            lambda a, b: np.cos(subspace_angles(a, b)).mean(),
            lambda x: x - x.mean(axis=0),
            sizes=(SIZES[0], MIDDLE),
        ),
        Peer(
            "repsim cca",
            lambda a, b: stacked([a, b], 2)[0, 1],
            together=stacked,
            used=2,
            growth=_unordered_pairs,
            sizes=(SIZES[0],),
        ),
    ]


def _rsa() -> list[Peer]:
    from scipy.spatial.distance import pdist
    from scipy.stats import spearmanr

    def together(populations: Sequence[Responses], used: int) -> Responses:
        pairs = np.stack([pdist(x, "correlation") for x in populations[:used]])
        return spearmanr(pairs, axis=1).statistic

    prepare, score, stacked = _rsatoolbox("correlation", "spearman")
    return [
        Peer("rsatoolbox spearman", score, prepare, together=stacked, used=4),
        Peer(
            "scipy pdist, spearmanr",
            lambda a, b: spearmanr(a, b).statistic,
            lambda x: pdist(x, "correlation"),
            together=together,
            used=4,
        ),
    ]


def _unit_curves(x: Responses) -> Responses:
    x = x - x.mean(axis=0)
    return x / np.linalg.norm(x, axis=0)


def _soft_matching() -> list[Peer]:
    import ot

    def score(a: Responses, b: Responses) -> float:
        costs = ot.dist(a.T, b.T)
        return np.sqrt(ot.emd2([], [], costs, numItermax=1_000_000_000))

    return [Peer("POT emd2", score, _unit_curves)]


def _soft_matching_correlation() -> list[Peer]:
    import ot
    from scipy.optimize import linear_sum_assignment

    def transported(x: Responses, y: Responses) -> float:
        return 1 - ot.emd2([], [], 1 - _correlations(x, y), numItermax=1_000_000_000)

    def assigned(x: Responses, y: Responses) -> float:
        correlations = _correlations(x, y)
        return correlations[linear_sum_assignment(correlations, maximize=True)].mean()

    return [
        Peer("numpy.corrcoef, POT emd2", transported),
        Peer("numpy.corrcoef, scipy linear_sum_assignment", assigned),
    ]


def _correlations(x: Responses, y: Responses) -> Responses:
    """Of every neuron of one with every neuron of the other."""
    n = x.shape[1]
    return np.corrcoef(x, y, rowvar=False)[:n, n:]


def _one_to_one_matching() -> list[Peer]:
    from scipy.optimize import linear_sum_assignment

    def score(x: Responses, y: Responses) -> float:
        correlations = _correlations(x, y)
        return correlations[linear_sum_assignment(correlations, maximize=True)].mean()

    return [Peer("numpy.corrcoef, scipy linear_sum_assignment", score)]


PEERS: dict[str, Callable[[], list[Peer]]] = {
    "cka": _cka,
    "unbiased_cka": _unbiased_cka,
    "procrustes": _procrustes,
    "linear_regression": linear_regression,
    "ridge": ridge,
    "cca": _cca,
    "rsa": _rsa,
    "soft_matching": _soft_matching,
    "soft_matching_correlation": _soft_matching_correlation,
    "one_to_one_matching": _one_to_one_matching,
}
"""Builds the peers of each measure."""


def peers_of(measure: str, size: Size) -> list[Peer]:
    """The packages that know a measure, where they are timed at this size."""
    return [peer for peer in PEERS[measure]() if size in peer.sizes]


def answers(measure: str, size: Size) -> bool:
    """Whether the measure has a value at this size."""
    return not (measure == "cca" and size == WIDE)
