"""Published implementations, run here and now on the same populations as our measures.

A peer is a small function that calls a package in its own convention. The first line of
its docstring is the provenance that docs/agreement.md shows.
"""

import warnings
from typing import Any

import numpy as np
from tests.oracle import peers_rsatoolbox  # enters its own
from tests.oracle.expressions import Responses, centre, padded, unit_columns
from tests.oracle.peer import PEERS, Peer, peer

__all__ = ["PEERS", "Peer", "peers_rsatoolbox"]

# --- POT ----------------------------------------------------------------------------------


def _transport(costs: np.ndarray) -> float:
    import ot

    weights = (np.full(n, 1 / n) for n in costs.shape)
    return float(ot.emd2(*weights, costs, numItermax=10_000_000))


@peer("soft_matching²", "POT", module="ot", tolerance=1e-9)
def emd_of_tuning(x: Responses, y: Responses) -> float:
    """`emd2` with uniform weights, squared distances of centred unit tuning curves."""
    import ot

    return _transport(ot.dist(unit_columns(x).T, unit_columns(y).T))


@peer("soft_matching(normalise=False)²", "POT", module="ot", tolerance=1e-9)
def emd_of_raw_tuning(x: Responses, y: Responses) -> float:
    """`emd2` with uniform weights, squared distances of centred tuning curves."""
    import ot

    return _transport(ot.dist(centre(x).T, centre(y).T))


@peer("1 − soft_matching_correlation", "POT", module="ot", tolerance=1e-9)
def emd_of_correlations(x: Responses, y: Responses) -> float:
    """`emd2` with uniform weights, costs 1 − r."""
    return _transport(1 - unit_columns(x).T @ unit_columns(y))


def _partial_transport(x: Responses, y: Responses, fraction: float) -> float:
    from ot.partial import partial_wasserstein

    costs = 1 - unit_columns(x).T @ unit_columns(y)
    weights = (np.full(n, 1 / n) for n in costs.shape)
    plan = partial_wasserstein(*weights, costs, m=fraction, numItermax=10_000_000)
    return float(np.sum(plan * costs) / fraction)


@peer("1 − partial_soft_matching", "POT", module="ot", tolerance=1e-9)
def partial_emd_of_most(x: Responses, y: Responses) -> float:
    """`partial.partial_wasserstein` of mass 0.8, costs 1 − r, over the mass."""
    return _partial_transport(x, y, 0.8)


@peer("1 − partial_soft_matching(fraction=0.35)", "POT", module="ot", tolerance=1e-9)
def partial_emd_of_some(x: Responses, y: Responses) -> float:
    """`partial.partial_wasserstein` of mass 0.35, costs 1 − r, over the mass."""
    return _partial_transport(x, y, 0.35)


# --- SciPy --------------------------------------------------------------------------------


@peer("procrustes(form=disparity)", "scipy")
def disparity(x: Responses, y: Responses) -> float:
    """`spatial.procrustes` disparity, the smaller population zero-padded."""
    from scipy.spatial import procrustes

    return float(procrustes(*padded(x, y))[2])


@peer("nbs", "scipy", tolerance=1e-12)
def orthogonal_procrustes_scale(x: Responses, y: Responses) -> float:
    """`linalg.orthogonal_procrustes` scale over both norms, zero-padded."""
    from scipy.linalg import orthogonal_procrustes

    x, y = padded(x, y)
    return orthogonal_procrustes(x, y)[1] / (np.linalg.norm(x) * np.linalg.norm(y))


@peer("size_and_shape", "scipy")
def orthogonal_procrustes_residual(x: Responses, y: Responses) -> float:
    """Distance left by `linalg.orthogonal_procrustes`, zero-padded."""
    from scipy.linalg import orthogonal_procrustes

    x, y = padded(x, y)
    return float(np.linalg.norm(x @ orthogonal_procrustes(x, y)[0] - y))


@peer("procrustes", "scipy")
def orthogonal_procrustes_angle(x: Responses, y: Responses) -> float:
    """Angle left by `linalg.orthogonal_procrustes` of unit norms, zero-padded."""
    x, y = (a / np.linalg.norm(a) for a in padded(x, y))
    return float(2 * np.arcsin(orthogonal_procrustes_residual(x, y) / 2))


@peer("cca", "scipy")
def principal_angles(x: Responses, y: Responses) -> float:
    """Mean cosine of `linalg.subspace_angles` of the centred responses."""
    from scipy.linalg import subspace_angles

    return float(np.cos(subspace_angles(centre(x), centre(y))).mean())


@peer("one_to_one_matching", "scipy", tolerance=1e-12)
def assigned_correlation(x: Responses, y: Responses) -> float:
    """Mean Pearson r over `optimize.linear_sum_assignment`."""
    from scipy.optimize import linear_sum_assignment

    correlations = np.corrcoef(x.T, y.T)[: x.shape[1], x.shape[1] :]
    return float(correlations[linear_sum_assignment(correlations, maximize=True)].mean())


@peer("1 − semi_matching_correlation", "scipy", tolerance=1e-12)
def nearest_by_correlation(x: Responses, y: Responses) -> float:
    """Mean over rows of the least `spatial.distance.cdist`, correlation distance."""
    from scipy.spatial.distance import cdist

    return float(cdist(x.T, y.T, "correlation").min(axis=1).mean())


@peer("soft_matching_correlation", "scipy", tolerance=1e-9)
def linear_programme(x: Responses, y: Responses) -> float:
    """`optimize.linprog` (HiGHS) over all plans with uniform weights."""
    from scipy.optimize import linprog
    from scipy.sparse import eye, kron, vstack

    n_x, n_y = x.shape[1], y.shape[1]
    correlations = unit_columns(x).T @ unit_columns(y)
    rows = kron(eye(n_x), np.ones((1, n_y)))
    columns = kron(np.ones((1, n_x)), eye(n_y))
    mass = np.concatenate([np.full(n_x, 1 / n_x), np.full(n_y, 1 / n_y)])
    found = linprog(-correlations.ravel(), A_eq=vstack([rows, columns]), b_eq=mass)
    return float(-found.fun)


# --- scikit-learn -------------------------------------------------------------------------


@peer("linear_regression", "scikit-learn", module="sklearn")
def least_squares(x: Responses, y: Responses) -> float:
    """`LinearRegression` in sample, `r2_score(multioutput='variance_weighted')`."""
    from sklearn.linear_model import LinearRegression
    from sklearn.metrics import r2_score

    predicted = LinearRegression().fit(y, x).predict(y)
    return float(r2_score(x, predicted, multioutput="variance_weighted"))


@peer("pls(n_components=3), 5 blocks", "scikit-learn", module="sklearn", tolerance=1e-8)
def partial_least_squares(x: Responses, y: Responses) -> float:
    """`PLSRegression(3, scale=False)` run to convergence, on five blocks of stimuli."""
    from sklearn.cross_decomposition import PLSRegression

    return _predicted_of_blocks(PLSRegression(3, scale=False, tol=1e-30, max_iter=3000), x, y)


@peer("ridge(penalty=100), 5 blocks", "scikit-learn", module="sklearn", tolerance=1e-8)
def ridge_of_one_penalty(x: Responses, y: Responses) -> float:
    """`Ridge(100, solver='svd')` on five blocks of stimuli, errors summed over blocks."""
    from sklearn.linear_model import Ridge

    return _predicted_of_blocks(Ridge(100, solver="svd"), x, y)


def _predicted_of_blocks(estimator: Any, x: Responses, y: Responses) -> float:
    block = np.arange(len(x)) * 5 // len(x)
    missed = spread = 0.0
    for one in range(5):
        seen, unseen = block != one, block == one
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # power iterations that rounding keeps moving
            predicted = estimator.fit(y[seen], x[seen]).predict(y[unseen])
        missed += np.sum((x[unseen] - predicted) ** 2)
        spread += np.sum((x[unseen] - x[seen].mean(axis=0)) ** 2)
    return float(1 - missed / spread)


# --- repsim (PyPI) ------------------------------------------------------------------------


def _repsim_hsic_ratio(x: Responses, y: Responses, estimator: str, kernel: str = "linear") -> float:
    import repsim

    shared = repsim.hsic([x, y], kernel, estimator)
    return float(shared[0, 1] / np.sqrt(shared[0, 0] * shared[1, 1]))


@peer("cka", "repsim")
def repsim_cka(x: Responses, y: Responses) -> float:
    """`cka(…, 'linear', 'gretton')`."""
    import repsim

    return float(repsim.cka([x, y], "linear", "gretton")[0, 1])


@peer("unbiased_cka", "repsim")
def repsim_unbiased(x: Responses, y: Responses) -> float:
    """Ratio of `hsic(…, 'linear', 'song')`; its `cka(…, 'song')` is another number."""
    return _repsim_hsic_ratio(x, y, "song")


@peer("cka(diagonal=False)", "repsim")
def repsim_zero_diagonal(x: Responses, y: Responses) -> float:
    """Ratio of `hsic(…, 'linear', 'lange')`."""
    return _repsim_hsic_ratio(x, y, "lange")


@peer("cka(kernel=rbf)", "repsim")
def repsim_rbf(x: Responses, y: Responses) -> float:
    """`cka(…, 'rbf', 'gretton')`, whose bandwidth is the median distance."""
    import repsim

    return float(repsim.cka([x, y], "rbf", "gretton")[0, 1])


@peer("cka(kernel=rbf, diagonal=False)", "repsim")
def repsim_rbf_zero_diagonal(x: Responses, y: Responses) -> float:
    """Ratio of `hsic(…, 'rbf', 'lange')`."""
    return _repsim_hsic_ratio(x, y, "lange", "rbf")


@peer("unbiased_cka(kernel=rbf)", "repsim")
def repsim_rbf_unbiased(x: Responses, y: Responses) -> float:
    """Ratio of `hsic(…, 'rbf', 'song')`."""
    return _repsim_hsic_ratio(x, y, "song", "rbf")


@peer("cca", "repsim")
def repsim_cca(x: Responses, y: Responses) -> float:
    """`cca(…, 'pillai')`, which is the mean correlation."""
    import repsim

    return float(repsim.cca([x, y], "pillai")[0, 1])


@peer("cca(mean_square)", "repsim", tall=True)
def repsim_squared_cca(x: Responses, y: Responses) -> float:
    """`cca(…, 'yanai')`, which is the mean squared correlation."""
    import repsim

    return float(repsim.cca([x, y], "yanai")[0, 1])


@peer("mean of cca(projection_weighted) both ways", "repsim", tall=True)
def repsim_projection_weighted_cca(x: Responses, y: Responses) -> float:
    """`pwcca`, which is the mean of both ways."""
    import repsim

    return float(repsim.pwcca([x, y])[0, 1])


# --- pytorch-cka, torch_cka ---------------------------------------------------------------


@peer("unbiased_cka", "pytorch-cka", module="cka")
def pytorch_cka(x: Responses, y: Responses) -> float:
    """Ratio of `cka.hsic.hsic` on float64 Gram matrices, before it is clamped to 0…1."""
    import torch
    from cka.hsic import hsic

    grams = [torch.from_numpy(centre(a) @ centre(a).T)[None] for a in (x, y)]
    cross, own_x, own_y = hsic(*grams)
    return float(cross / (own_x * own_y).sqrt())


@peer("unbiased_cka", "torch-cka", module="torch_cka", tolerance=1e-6)
def torch_cka(x: Responses, y: Responses) -> float:
    """`CKA(…).compare` of two identity networks, all stimuli in one batch, float32."""
    return _by_loaders(x, y, len(x))


@peer("unbiased_cka(batches=2)", "torch-cka", module="torch_cka", tolerance=1e-6)
def torch_cka_in_batches(x: Responses, y: Responses) -> float:
    """`CKA(…).compare` with the stimuli of our two batches one after the other."""
    dealt = np.random.default_rng(0).permutation(len(x)) % 2
    order = np.argsort(dealt, kind="stable")
    return _by_loaders(x[order], y[order], int(np.sum(dealt == 0)))


def _by_loaders(x: Responses, y: Responses, batch_size: int) -> float:
    import torch
    from torch.utils.data import DataLoader, TensorDataset
    from torch_cka import CKA

    networks = [torch.nn.Sequential(torch.nn.Identity()) for _ in range(2)]
    loaders = [
        DataLoader(TensorDataset(torch.from_numpy(a).float()), batch_size=batch_size)
        for a in (centre(x), centre(y))
    ]
    compared = CKA(*networks, "X", "Y", model1_layers=["0"], model2_layers=["0"])
    compared.compare(*loaders)
    return float(compared.export()["CKA"][0, 0])


# --- dcor ---------------------------------------------------------------------------------


@peer("unbiased_cka", "dcor")
def u_centred_grams(x: Responses, y: Responses) -> float:
    """`u_product` of `u_centered` Gram matrices with a zero diagonal."""
    import dcor

    k, ell = (dcor.u_centered(g - np.diag(np.diag(g))) for g in (x @ x.T, y @ y.T))
    return float(dcor.u_product(k, ell) / np.sqrt(dcor.u_product(k, k) * dcor.u_product(ell, ell)))


@peer("cka", "dcor")
def double_centred_grams(x: Responses, y: Responses) -> float:
    """`mean_product` of `double_centered` Gram matrices."""
    import dcor

    k, ell = (dcor.double_centered(centre(a) @ centre(a).T) for a in (x, y))
    own = dcor.mean_product(k, k) * dcor.mean_product(ell, ell)
    return float(dcor.mean_product(k, ell) / np.sqrt(own))


@peer("distance_correlation", "dcor")
def distance_correlation(x: Responses, y: Responses) -> float:
    """`distance_correlation`: the root of a kernel alignment of distances."""
    import dcor

    return float(dcor.distance_correlation(x, y))


@peer("distance_correlation(unbiased=True)", "dcor")
def unbiased_distance_correlation(x: Responses, y: Responses) -> float:
    """`u_distance_correlation_sqr`, the unbiased squared distance correlation."""
    import dcor

    return float(dcor.u_distance_correlation_sqr(x, y))
