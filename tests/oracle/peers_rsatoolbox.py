"""rsatoolbox, run beside `rsa`, `crossnobis` and what else equals a comparison of its."""

import numpy as np
from tests.oracle.expressions import Responses, in_trials
from tests.oracle.peer import peer


def _rdms(x: Responses, kind: str):
    """Dissimilarities to 12 decimals, or rounding would decide the order of equal ones."""
    from rsatoolbox.data import Dataset
    from rsatoolbox.rdm import RDMs, calc_rdm
    from scipy.spatial.distance import pdist

    if kind in ("cosine", "euclidean"):
        return RDMs(np.round(pdist(x, kind), 12)[None])
    method = {"squared_euclidean": "euclidean"}.get(kind, kind)
    return RDMs(np.round(calc_rdm(Dataset(x), method=method).dissimilarities, 12))


def _rsatoolbox(x: Responses, y: Responses, kind: str, comparison: str) -> float:
    from rsatoolbox.rdm import compare

    return float(compare(_rdms(x, kind), _rdms(y, kind), method=comparison)[0, 0])


@peer("cka", "rsatoolbox")
def whitened_cosine(x: Responses, y: Responses) -> float:
    """`compare(…, 'cosine_cov')` of squared Euclidean RDMs: whitened cosine."""
    return _rsatoolbox(x, y, "squared_euclidean", "cosine_cov")


@peer("cka of standardised rows", "rsatoolbox")
def whitened_cosine_of_correlations(x: Responses, y: Responses) -> float:
    """`compare(…, 'cosine_cov')` of correlation RDMs."""
    return _rsatoolbox(x, y, "correlation", "cosine_cov")


@peer("nbs", "rsatoolbox", tolerance=1e-6)
def bures(x: Responses, y: Responses) -> float:
    """`compare(…, 'bures')` of squared Euclidean RDMs, through M×M matrix roots."""
    return _rsatoolbox(x, y, "squared_euclidean", "bures")


@peer("size_and_shape(squared=True) of X/√Nx, Y/√Ny", "rsatoolbox", tolerance=1e-6)
def bures_metric(x: Responses, y: Responses) -> float:
    """`compare(…, 'bures_metric')` of squared Euclidean RDMs: a squared distance."""
    return _rsatoolbox(x, y, "squared_euclidean", "bures_metric")


def _enter_rsa(kind: str, ours: str, theirs: str) -> None:
    def score(x: Responses, y: Responses) -> float:
        return _rsatoolbox(x, y, kind, theirs)

    method = "euclidean" if kind == "squared_euclidean" else kind
    own = kind in ("correlation", "squared_euclidean", "poisson")
    source = f"`calc_rdm(…, '{method}')`" if own else f"SciPy's `pdist(…, '{method}')`"
    score.__doc__ = f"`compare(…, '{theirs}')` of {source}."
    peer(f"rsa({kind}, {ours})", "rsatoolbox", counts=kind == "poisson")(score)


_COMPARISONS = {
    "spearman": "spearman",
    "pearson": "corr",
    "cosine": "cosine",
    "kendall": "kendall",
    "rho_a": "rho-a",
    "tau_a": "tau-a",
    "whitened_pearson": "corr_cov",
    "whitened_cosine": "cosine_cov",
}

for _kind in ("correlation", "squared_euclidean", "cosine", "euclidean", "poisson"):
    for _ours, _theirs in _COMPARISONS.items():
        _enter_rsa(_kind, _ours, _theirs)


def _enter_geo_topological(ours: str, theirs: str) -> None:
    def score(x: Responses, y: Responses) -> float:
        from rsatoolbox.rdm import compare
        from rsatoolbox.rdm.transform import geotopological_transform

        cut = [geotopological_transform(_rdms(a, "squared_euclidean"), 0.2, 0.7) for a in (x, y)]
        return float(compare(*cut, method=theirs)[0, 0])

    score.__doc__ = f"`compare(…, '{theirs}')` of `geotopological_transform(…, 0.2, 0.7)`."
    peer(f"rsa(squared_euclidean, {ours}, low=0.2, high=0.7)", "rsatoolbox")(score)


_enter_geo_topological("pearson", "corr")
_enter_geo_topological("whitened_cosine", "cosine_cov")


def _distances_of_trials(x: Responses, method: str, shrunk: bool):
    from rsatoolbox.data import Dataset
    from rsatoolbox.data.noise import prec_from_measurements
    from rsatoolbox.rdm import RDMs, calc_rdm

    n_stimuli, n_trials, n_neurons = in_trials(x).shape
    about = {
        "stimulus": np.repeat(np.arange(n_stimuli), n_trials),
        "trial": np.tile(np.arange(n_trials), n_stimuli),
    }
    rows = Dataset(in_trials(x).reshape(-1, n_neurons), obs_descriptors=about)
    options = {"cv_descriptor": "trial"} if method == "crossnobis" else {}
    if shrunk:
        options["noise"] = prec_from_measurements(rows, "stimulus", method="shrinkage_eye")
    return RDMs(np.round(calc_rdm(rows, method, "stimulus", **options).dissimilarities, 12))


def _enter_crossnobis(ours: str, theirs: str, method: str, shrunk: bool) -> None:
    def score(x: Responses, y: Responses) -> float:
        from rsatoolbox.rdm import compare

        found = (_distances_of_trials(a, method, shrunk) for a in (x, y))
        return float(compare(*found, method=theirs)[0, 0])

    noise = ", precision by `shrinkage_eye`" if shrunk else ""
    score.__doc__ = f"`compare(…, '{theirs}')` of `calc_rdm(…, '{method}')` of four trials{noise}."
    peer(f"crossnobis({ours})", "rsatoolbox", tolerance=1e-8)(score)


for _ours, _theirs in _COMPARISONS.items():
    _enter_crossnobis(f"noise=identity, {_ours}", _theirs, "crossnobis", shrunk=False)
_enter_crossnobis("noise=shrunk, whitened_cosine", "cosine_cov", "crossnobis", shrunk=True)
_enter_crossnobis("cross_validated=False, cosine", "cosine", "mahalanobis", shrunk=True)
