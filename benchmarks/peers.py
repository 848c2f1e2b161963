"""Other packages, called as their documentation says, in our conventions."""

import warnings
from collections.abc import Callable, Sequence
from contextlib import redirect_stderr
from dataclasses import dataclass
from io import StringIO
from typing import Any

import numpy as np

from benchmarks.populations import MIDDLE, N_POPULATIONS, SIZES, WIDE, Responses, Size
from homolog import measures


@dataclass(frozen=True)
class Peer:
    """A package that knows a measure.

    Attributes
    ----------
    name
        Package and call.
    score
        The score of two prepared populations, reference first.
    prepare
        What it lets one compute once for a population; None for nothing.
    direct
        The score from raw responses, where that is not the two in turn.
    together
        Its own call for all pairs: takes all populations and how many of them to use,
        returns scores. None: pair by pair.
    used
        How many populations `together` is timed with.
    growth
        Work of `together` for so many populations, in any unit, to scale from `used` to
        all of them.
    sizes
        Where it is timed.
    """

    name: str
    score: Callable[[Any, Any], float]
    prepare: Callable[[Responses], Any] | None = None
    direct: Callable[[Responses, Responses], float] | None = None
    together: Callable[[Sequence[Responses], int], Responses] | None = None
    used: int = N_POPULATIONS
    growth: Callable[[int], float] = lambda n: n
    sizes: tuple[Size, ...] = SIZES

    def cold(self, x: Responses, y: Responses) -> float:
        """The score of two populations from raw responses."""
        if self.direct:
            return self.direct(x, y)
        return self.score(*map(self.prepare, (x, y))) if self.prepare else self.score(x, y)


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


def _linear_regression() -> list[Peer]:
    from sklearn.linear_model import LinearRegression
    from sklearn.metrics import r2_score

    def score(x: Responses, y: Responses) -> float:
        predicted = LinearRegression().fit(y, x).predict(y)
        return r2_score(x, predicted, multioutput="variance_weighted")

    def together(populations: Sequence[Responses], used: int) -> Responses:
        references = np.hstack(populations)
        columns = []
        for y in populations[:used]:
            predicted = np.hsplit(LinearRegression().fit(y, references).predict(y), N_POPULATIONS)
            pairs = zip(populations, predicted, strict=True)
            columns.append([r2_score(x, z, multioutput="variance_weighted") for x, z in pairs])
        return np.transpose(columns)

    return [
        Peer("scikit-learn LinearRegression", score),
        # One fit for all references pays while they have few neurons.
        Peer(
            "scikit-learn, all references in one fit",
            score,
            together=together,
            used=1,
            sizes=(SIZES[0],),
        ),
    ]


def _ridge() -> list[Peer]:
    from sklearn.linear_model import RidgeCV

    ours = measures.find("ridge")

    def score(x: Responses, y: Responses) -> float:
        labels = ours.folds(len(x))
        missed = spread = 0.0
        for label in np.unique(labels):
            train, test = labels != label, labels == label
            unit = np.sum((y[train] - y[train].mean(axis=0)) ** 2) / y.shape[1]
            model = RidgeCV(alphas=unit * 10.0 ** np.arange(-4, 4.5, 0.5)).fit(y[train], x[train])
            missed += np.sum((x[test] - model.predict(y[test])) ** 2)
            spread += np.sum((x[test] - x[train].mean(axis=0)) ** 2)
        return 1 - missed / spread

    return [Peer("scikit-learn RidgeCV in five folds", score)]


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


def _one_to_one_matching() -> list[Peer]:
    from scipy.optimize import linear_sum_assignment

    def score(x: Responses, y: Responses) -> float:
        n = x.shape[1]
        correlations = np.corrcoef(x, y, rowvar=False)[:n, n:]
        return correlations[linear_sum_assignment(correlations, maximize=True)].mean()

    return [Peer("numpy.corrcoef, scipy linear_sum_assignment", score)]


PEERS: dict[str, Callable[[], list[Peer]]] = {
    "cka": _cka,
    "unbiased_cka": _unbiased_cka,
    "procrustes": _procrustes,
    "linear_regression": _linear_regression,
    "ridge": _ridge,
    "cca": _cca,
    "rsa": _rsa,
    "soft_matching": _soft_matching,
    "one_to_one_matching": _one_to_one_matching,
}
"""Builds the peers of each measure."""


def peers_of(measure: str, size: Size) -> list[Peer]:
    """The packages that know a measure, where they are timed at this size."""
    return [peer for peer in PEERS[measure]() if size in peer.sizes]


def answers(measure: str, size: Size) -> bool:
    """Whether the measure has a value at this size."""
    return not (measure == "cca" and size == WIDE)
