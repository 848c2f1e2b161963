"""The golden file: which of our measures every published value is, and how closely.

The file holds small populations and what public implementations answered for them, with
12 significant digits. Every value is listed here: under `USED` with the expression of
`expressions.OURS` that must equal it, or under `UNUSED` with the reason.
"""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from tests.oracle.expressions import Responses, rank, whitened

USED: dict[str, dict[str, str]] = {
    "reference": {
        "cka": "cka",
        "cka_debiased_song": "unbiased_cka",
        "cka_zero_diagonal_lange": "cka(diagonal=False)",
        "nbs": "nbs",
        "procrustes_angle": "procrustes",
        "procrustes_size_and_shape": "size_and_shape",
        "procrustes_normalised_chordal": "procrustes(form=chordal)",
        "procrustes_disparity_1_minus_nbs2": "procrustes(form=disparity)",
        "linreg_r2_predict_X_from_Y": "linear_regression",
        "linreg_r2_predict_Y_from_X": "linear_regression of Y from X",
        "cca_mean_rho_min_rank": "cca",
        "cca_mean_rho2_min_rank": "cca(mean_square)",
        "cca_sum_rho_over_sqrt_ranks": "cos whitened_procrustes",
        "cca_sum_rho2": "cca(mean_square) × min r",
        "rank_X": "rank of X",
        "rank_Y": "rank of Y",
        "ensd": "ensd",
        "participation_ratio_X": "participation ratio of X",
        "participation_ratio_Y": "participation ratio of Y",
        "soft_matching_correlation_centred_unit": "soft_matching_correlation",
        "soft_matching_distance_centred_unit": "soft_matching",
        "soft_matching_distance_centred_raw": "soft_matching(normalise=False)",
        "hard_match_mean_corr": "one_to_one_matching",
        "semi_match_max_corr_sym": "semi_matching_correlation(both_ways=True)",
    },
    "netrep": {
        "LinearMetric(alpha=1.0,angular)": "procrustes",
        "LinearMetric(alpha=1.0,euclidean)": "size_and_shape",
        "LinearMetric(alpha=0.5,angular)": "whitened_procrustes(alpha=0.5)",
        "LinearMetric(alpha=0.5,euclidean)": "whitened_procrustes(alpha=0.5, distance)",
        "LinearMetric(alpha=0.0,angular)": "whitened_procrustes",
        "LinearMetric(alpha=0.0,euclidean)": "whitened_procrustes(distance)",
        "PermutationMetric(angular)": "permutation_procrustes",
        "PermutationMetric(euclidean)": "permutation_procrustes(form=size_and_shape)",
        "LinearCKA": "cka(form=angle)",
    },
    "rsatoolbox": {
        "rdm=euclidean first 3 entries of X's vector": "first dissimilarities(squared_euclidean)",
        "rdm=euclidean compare=cosine": "rsa(squared_euclidean, cosine)",
        "rdm=euclidean compare=corr": "rsa(squared_euclidean, pearson)",
        "rdm=euclidean compare=spearman": "rsa(squared_euclidean, spearman)",
        "rdm=euclidean compare=rho-a": "rsa(squared_euclidean, rho_a)",
        "rdm=euclidean compare=kendall": "rsa(squared_euclidean, kendall)",
        "rdm=euclidean compare=tau-a": "rsa(squared_euclidean, tau_a)",
        "rdm=euclidean compare=cosine_cov": "cka",
        "rdm=euclidean compare=corr_cov": "rsa(squared_euclidean, whitened_pearson)",
        "rdm=euclidean compare=bures": "nbs",
        "rdm=euclidean compare=bures_metric": "size_and_shape(squared=True) of X/√Nx, Y/√Ny",
        "rdm=correlation first 3 entries of X's vector": "first dissimilarities(correlation)",
        "rdm=correlation compare=cosine": "rsa(correlation, cosine)",
        "rdm=correlation compare=corr": "rsa(correlation, pearson)",
        "rdm=correlation compare=spearman": "rsa(correlation, spearman)",
        "rdm=correlation compare=rho-a": "rsa(correlation, rho_a)",
        "rdm=correlation compare=kendall": "rsa(correlation, kendall)",
        "rdm=correlation compare=tau-a": "rsa(correlation, tau_a)",
        "rdm=correlation compare=cosine_cov": "rsa(correlation, whitened_cosine)",
        "rdm=correlation compare=corr_cov": "rsa(correlation, whitened_pearson)",
        "rdm=correlation compare=bures": "nbs of standardised rows",
        "rdm=correlation compare=bures_metric": "size_and_shape(squared=True) of standardised rows",
    },
    "diffscore": {
        "cka": "cka",
        "cka-angular-score": "cka(form=score)",
        "cka-hsic_song": "unbiased_cka",
        "nbs": "nbs",
        "nbs-squared": "nbs(squared=True)",
        "nbs-angular": "procrustes",
        "nbs-angular-score": "procrustes(form=score)",
        "procrustes-angular": "procrustes",
        "procrustes-angular-score": "procrustes(form=score)",
        "procrustes-euclidean": "size_and_shape",
        "cca-angular": "whitened_procrustes",
        "linreg": "linear_regression",
        "linreg-r2#no_cv": "linear_regression",
        "linreg-r2#5folds_cv": "ridge(penalty=0), mean of 5 blocks",
        "ridge-lambda100-r2#5folds_cv": "ridge(penalty=100), mean of 5 blocks",
        "ridge-lambda100-pearsonr#5folds_cv": "ridge(penalty=100), mean cosine of 5 blocks",
        "ridge-lambda100-r2-sym#5folds_cv": "ridge(penalty=100), mean of 5 blocks and both ways",
        "ensd": "ensd",
        "rsa-correlation-corr": "cka",
        "rsa-euclidean-cosine": "rsa(squared_euclidean, cosine)",
        "rsa-euclidean-corr": "rsa(squared_euclidean, pearson)",
        "rsa-correlation-cosine": "rsa(correlation, cosine)",
    },
    "resi": {
        "CKA": "cka",
        "AlignedCosineSimilarity": "aligned_cosine",
        "OrthogonalAngularShapeMetricCentered": "procrustes",
        "OrthogonalProcrustesCenteredAndNormalized": "procrustes(form=chordal)",
        "ProcrustesSizeAndShapeDistance": "size_and_shape",
        "PermutationProcrustes": "permutation_procrustes(form=size_and_shape, centred=False)",
        "LinearRegression": "linear_regression",
        "Gulp": "gulp(penalty=0)²",
        "RSA": "rsa(correlation, spearman)",
        "EigenspaceOverlapScore": "cca(overlap) of responses and their negatives",
        "HardCorrelationMatch": "one_to_one_matching",
        "SoftCorrelationMatch": "semi_matching_correlation(both_ways=True)",
        "ConcentricityDifference": "concentricity_difference",
        "MagnitudeDifference": "magnitude_difference",
        "JaccardSimilarity": "neighbour_overlap",
        "RankSimilarity": "neighbour_rank_similarity",
        "SecondOrderCosineSimilarity": "second_order_cosine(compared=distances)",
        "DistanceCorrelation": "distance_correlation",
    },
    "pypi_repsim": {
        "cka(linear,gretton)": "cka",
        "cka(rbf,gretton)": "cka(kernel=rbf)",
        "cka(rbf_mean,gretton)": (
            "cka(kernel=rbf, bandwidth=√½, relative=False), mean squared distance 1"
        ),
        "hsic_ratio(linear,lange)": "cka(diagonal=False)",
        "hsic_ratio(linear,gretton)": "cka",
        "hsic_ratio(linear,song)": "unbiased_cka",
        "hsic(linear,gretton)": "cka × norms of both Gram matrices / (M − 1)²",
        "hsic(linear,song)": "unbiased_cka × unbiased norms of both Gram matrices",
        "cca(pillai)": "cca",
        "cca(yanai)": "cca(mean_square)",
        "pwcca[0,1]": "mean of cca(projection_weighted) both ways",
        "pwcca[1,0]": "mean of cca(projection_weighted) both ways",
    },
    "others": {
        "POT emd2(centred unit, sqeuclidean)": "soft_matching²",
        "POT emd2(centred raw, sqeuclidean)": "soft_matching(normalise=False)²",
        "POT emd2(1 - corr)": "1 − soft_matching_correlation",
        "scipy.spatial.procrustes disparity": "procrustes(form=disparity)",
        "sklearn OLS R2 variance-weighted, X from Y": "linear_regression",
        "dcor.distance_correlation": "distance_correlation",
        "dcor.u_distance_correlation_sqr": "distance_correlation(unbiased=True)",
        "pytorch-cka hsic ratio": "unbiased_cka",
        "torch_cka _HSIC ratio (float32)": "unbiased_cka",
    },
    "registry": {
        "platonic.cka": "cka",
        "platonic.unbiased_cka": "unbiased_cka",
        "platonic.mutual_knn(topk=10), centred inputs": (
            "neighbour_overlap(nearest=inner_product, centred=True, share=neighbourhood)"
        ),
        "platonic.cknna(topk=10), centred inputs": "cknna",
        "platonic.cycle_knn(topk=10), centred inputs": (
            "neighbour_return(k=10, nearest=inner_product, centred=True)"
        ),
        "platonic.lcs_knn(topk=10), centred inputs": (
            "10 × neighbour_order(nearest=inner_product, centred=True)"
        ),
        "platonic.edit_distance_knn(topk=10), centred inputs": (
            "neighbour_order(nearest=inner_product, centred=True, compared=edits)"
        ),
        "neuroai.SoftMatching": "soft_matching_correlation",
        "neuroai.pairwisematching": "semi_matching_correlation of Y from X, 5 shuffled folds",
        "neuroai.RSA(kendall tau-b)": "rsa(correlation, kendall)",
        "ensd.ENSD": "ensd",
        "ensd.computeDist": "2/π cka(form=angle)",
    },
}

UNUSED: dict[str, dict[str, tuple[str, ...]]] = {
    "a debiased numerator over biased norms, which the file says not to use": {
        "pypi_repsim": tuple(
            f"cka({kernel},{estimator})"
            for kernel in ("linear", "rbf", "rbf_mean", "rbf_dualmed")
            for estimator in ("song", "lange")
        ),
    },
    "a bandwidth for every stimulus, which makes a kernel that need not be positive": {
        "pypi_repsim": ("cka(rbf_dualmed,gretton)",),
    },
    "not normalised, so it has no scale of its own": {
        "pypi_repsim": (
            "hsic(linear,lange)",
            "dot_product",
        ),
    },
    "penalised and scored on the stimuli that were fitted, where a larger copy predicts better": {
        "diffscore": ("ridge-lambda1-r2#no_cv", "ridge-lambda100-r2#no_cv"),
        "others": (
            "sklearn Ridge(1) R2 variance-weighted, X from Y",
            "sklearn Ridge(100) R2 variance-weighted, X from Y",
        ),
    },
    "test stimuli scaled by their own statistics, and other penalties to choose from": {
        "registry": ("neuroai.LinearPredictivity(5-fold ridgeCV, mean)",),
    },
    "no number of leading components of each population gives this": {
        "pypi_repsim": ("svcca(yanai)", "svcca(pillai)"),
    },
    "one component, or means that count, which the file says not to use": {
        "resi": ("PWCCA", "SVCCA"),
    },
    "vanishes for want of digits, or counts stimuli as pairs with themselves": {
        "resi": ("UniformityDifference",),
    },
    "the largest singular value of a difference, where a Frobenius norm is meant": {
        "resi": ("RSMNormDifference",),
    },
}

TOLERANCE = 1e-11  # 12 significant digits are stored
LOOSER = {
    ("rsatoolbox", "rdm=euclidean compare=bures"): 1e-6,  # roots of eigenvalues that are rounding
    ("rsatoolbox", "rdm=correlation compare=bures"): 1e-6,
    ("rsatoolbox", "rdm=euclidean compare=bures_metric"): 1e-6,
    ("rsatoolbox", "rdm=correlation compare=bures_metric"): 1e-6,
    ("others", "torch_cka _HSIC ratio (float32)"): 1e-6,
    ("diffscore", "linreg-r2#5folds_cv"): 1e-6,  # single precision
    ("diffscore", "ridge-lambda100-r2#5folds_cv"): 1e-6,
    ("diffscore", "ridge-lambda100-pearsonr#5folds_cv"): 1e-6,
    ("diffscore", "ridge-lambda100-r2-sym#5folds_cv"): 1e-6,
    ("registry", "neuroai.SoftMatching"): 1e-6,  # single precision
    ("registry", "neuroai.pairwisematching"): 1e-7,  # single precision
    ("registry", "platonic.mutual_knn(topk=10), centred inputs"): 1e-7,  # single precision
    ("registry", "platonic.lcs_knn(topk=10), centred inputs"): 1e-7,
    ("registry", "platonic.cycle_knn(topk=10), centred inputs"): 1e-7,
    ("registry", "platonic.cka"): 1e-8,  # adds 1e-6 to the denominator
    ("registry", "platonic.unbiased_cka"): 1e-8,
    ("registry", "platonic.cknna(topk=10), centred inputs"): 1e-8,
}


def padding_invents_directions(x: Responses, y: Responses) -> bool:
    return y.shape[1] < x.shape[1] or rank(y) < y.shape[1]


def padding_takes_size(x: Responses, y: Responses) -> bool:
    """Sizes are restored as if silent neurons, padded or there before, had been whitened too."""
    return x.shape[1] != y.shape[1] or min(rank(x), rank(y)) < x.shape[1]


def singular_predictor(_: Responses, y: Responses) -> bool:
    return rank(y) < y.shape[1]


def near_the_floor(x: Responses, y: Responses) -> bool:
    """An eigenvalue of a covariance that counts for us, but not for netrep."""
    least = [np.linalg.svd(whitened(a).T @ a, compute_uv=False).min() for a in (x, y)]
    return min(least) ** 2 < 1e-6


NOT_ALWAYS: dict[tuple[str, str], Callable[[Responses, Responses], bool]] = {
    ("diffscore", "linreg"): padding_invents_directions,
    ("diffscore", "linreg-r2#no_cv"): singular_predictor,
    ("resi", "LinearRegression"): singular_predictor,
    ("netrep", "LinearMetric(alpha=0.0,angular)"): near_the_floor,
    ("netrep", "LinearMetric(alpha=0.0,euclidean)"): padding_takes_size,
    ("netrep", "LinearMetric(alpha=0.5,euclidean)"): padding_takes_size,
}

# The file's own list of what not to trust, by how each entry begins; all are heeded above.
KNOWN_DEFECTS = (
    "resi:SVCCA",
    "resi:RSMNormDifference",
    "resi:PWCCA",
    "resi:UniformityDifference",
    "pypi_repsim:cka(*,song) and cka(*,lange)",
    "resi:LinearRegression on rank-deficient predictors",
    "diffscore:linreg for Ny<Nx or rank-deficient Y",
    "diffscore:linreg-r2#* on rank-deficient Y",
    "netrep:LinearMetric(alpha<1)",
)


def load() -> dict[str, Any]:
    """The golden file; KeyError unless HOMOLOG_DATA names the folder that holds it."""
    path = Path(os.environ["HOMOLOG_DATA"]) / "golden_similarity" / "golden_similarity.json"
    return json.loads(path.read_text(encoding="utf-8"))


def populations(file: dict[str, Any], pair: str) -> tuple[Responses, Responses]:
    """Reference and candidate of one pair."""
    return np.array(file["pairs"][pair]["X"]), np.array(file["pairs"][pair]["Y"])


def answers(file: dict[str, Any], source: str, key: str) -> list[tuple[Responses, Responses, Any]]:
    """Both populations and the published answer, for every pair where it can be trusted."""
    found = []
    for pair, values in file["values"][source].items():
        x, y = populations(file, pair)
        wrong = NOT_ALWAYS.get((source, key))
        if key in values and not isinstance(values[key], str) and not (wrong and wrong(x, y)):
            found.append((x, y, values[key]))
    return found
