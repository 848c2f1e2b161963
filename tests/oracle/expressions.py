"""Our measures in the conventions of others: what their number is, said with ours.

The keys are what tests and docs/agreement.md show; X is the reference, Y the candidate,
M the number of stimuli, N of neurons, r the rank.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from scipy.spatial.distance import pdist

from homolog import measures
from homolog.measures._dissimilarity import Dissimilarity, dissimilarities
from homolog.measures._held_out import Prediction
from homolog.measures._ridge import predicted
from homolog.measures.rsa import Comparison

Responses = np.ndarray

cka = measures.find("cka")
unbiased_cka = measures.find("unbiased_cka")
distance_correlation = measures.find("distance_correlation")
nbs = measures.find("nbs")
procrustes = measures.find("procrustes")
size_and_shape = measures.find("size_and_shape")
squared_size_and_shape = size_and_shape.using(squared=True)
ensd = measures.find("ensd")
cknna = measures.find("cknna")
aligned_cosine = measures.find("aligned_cosine")
permutation_procrustes = measures.find("permutation_procrustes")
linear_regression = measures.find("linear_regression")
cca = measures.find("cca")
gulp = measures.find("gulp")
whitened_procrustes = measures.find("whitened_procrustes")
ridge = measures.find("ridge")
pls = measures.find("pls")
rsa = measures.find("rsa")
crossnobis = measures.find("crossnobis")
soft_matching = measures.find("soft_matching")
soft_matching_correlation = measures.find("soft_matching_correlation")
one_to_one_matching = measures.find("one_to_one_matching")
semi_matching_correlation = measures.find("semi_matching_correlation")
partial_soft_matching = measures.find("partial_soft_matching")
raw_soft_matching = soft_matching.using(normalise=False)
raw_soft_matching_correlation = soft_matching_correlation.using(normalise=False)


def centre(x: Responses) -> Responses:
    return x - x.mean(axis=0)


def unit_columns(x: Responses) -> Responses:
    return centre(x) / np.linalg.norm(centre(x), axis=0)


def unit_rows(x: Responses) -> Responses:
    """Patterns whose squared Euclidean distance is 1 - Pearson r across neurons."""
    x = x - x.mean(axis=1, keepdims=True)
    return x / np.linalg.norm(x, axis=1, keepdims=True) / np.sqrt(2)


def padded(x: Responses, y: Responses) -> tuple[Responses, Responses]:
    """Both centred, the smaller with silent neurons added."""
    wider = max(x.shape[1], y.shape[1])
    x, y = (np.pad(centre(a), ((0, 0), (0, wider - a.shape[1]))) for a in (x, y))
    return x, y


def whitened(x: Responses) -> Responses:
    u, s, _ = np.linalg.svd(centre(x), full_matrices=False)
    return u[:, s > 1e-9 * s[0]]


def rank(x: Responses) -> int:
    return whitened(x).shape[1]


def evenly_apart(x: Responses) -> Responses:
    """Scaled so that the mean squared distance between stimuli is 1."""
    return x / np.sqrt(np.mean(pdist(x, "sqeuclidean")))


def scaled(x: Responses) -> Responses:
    return x / np.sqrt(x.shape[1])


def participation_ratio(x: Responses) -> float:
    return cka.chance(cka.summary(x), cka.summary(x)) * (len(x) - 1)


def rank_by_chance(x: Responses) -> float:
    summary = linear_regression.summary(x)
    return linear_regression.chance(summary, summary) * (len(x) - 1)


def correlation_over_root_ranks(x: Responses, y: Responses) -> float:
    return float(cca(x, y)) * min(rank(x), rank(y)) / np.sqrt(rank(x) * rank(y))


def five_blocks(x: Responses, y: Responses, penalty: float) -> list[Prediction]:
    """What `ridge` predicts of five blocks of neighbouring stimuli, each from all others."""
    held_out = ridge.using(folds=np.arange(len(x)) * 5 // len(x), penalty=penalty)
    return predicted(held_out.summary(x), held_out.summary(y))


def mean_share(folds: list[Prediction]) -> float:
    """Of variance, fold by fold, where ours sums over folds first."""
    return float(
        np.mean([1 - np.sum((f.actual - f.predicted) ** 2) / np.sum(f.actual**2) for f in folds])
    )


def mean_cosine(folds: list[Prediction]) -> float:
    """A correlation about the training means, where ours is about the fold's own."""
    sizes = [np.linalg.norm(f.actual) * np.linalg.norm(f.predicted) for f in folds]
    products = [np.sum(f.actual * f.predicted) for f in folds]
    return float(np.mean(np.divide(products, sizes)))


def gram_norm(x: Responses, *, unbiased: bool = False) -> float:
    """How far the Gram matrix is from twice itself; by M and by neuron in our convention."""
    apart = measures.find("kernel_distance").using(unbiased=unbiased)
    return x.shape[1] * float(apart(x, np.sqrt(2) * x))


def shuffled_blocks(n_stimuli: int) -> np.ndarray:
    """The fold of each stimulus: five blocks of an order that others draw by the seed 42."""
    order = np.arange(n_stimuli)
    np.random.RandomState(42).shuffle(order)
    labels = np.empty(n_stimuli, int)
    for fold, rows in enumerate(np.array_split(order, 5)):
        labels[rows] = fold
    return labels


def in_trials(x: Responses) -> np.ndarray:
    """(stimulus, trial, neuron) responses: four trials with noise that neurons share in part."""
    rng = np.random.default_rng(x.shape)
    n = x.shape[1]
    noise = rng.normal(size=(len(x), 4, n)) @ (np.eye(n) + 0.3 * rng.normal(size=(n, n)))
    return x[:, None, :] + 0.5 * x.std() * noise


def of_trials(x: Responses, y: Responses, **options: object) -> float:
    return crossnobis.using(**options)(in_trials(x), in_trials(y))


def first_dissimilarities(kind: str, x: Responses, _: Responses) -> Responses:
    return dissimilarities(x, dissimilarity=kind)[0, 1:4]


OURS: dict[str, Callable[[Responses, Responses], float | Responses]] = {
    "cka": cka,
    "cka(form=angle)": cka.using(form="angle"),
    "2/π cka(form=angle)": lambda x, y: 2 / np.pi * cka.using(form="angle")(x, y),
    "cka(form=score)": cka.using(form="score"),
    "cka(diagonal=False)": cka.using(diagonal=False),
    "cka(kernel=rbf)": cka.using(kernel="rbf"),
    "cka(kernel=rbf, diagonal=False)": cka.using(kernel="rbf", diagonal=False),
    "cka(kernel=rbf, bandwidth=√½, relative=False), mean squared distance 1": lambda x, y: (
        cka.using(kernel="rbf", bandwidth=0.5**0.5, relative=False)(
            evenly_apart(x), evenly_apart(y)
        )
    ),
    "unbiased_cka(kernel=rbf)": unbiased_cka.using(kernel="rbf"),
    "cka of standardised rows": lambda x, y: cka(unit_rows(x), unit_rows(y)),
    "distance_correlation": distance_correlation,
    "distance_correlation(unbiased=True)": distance_correlation.using(unbiased=True),
    "ensd": ensd,
    "cknna": cknna,
    "participation ratio of X": lambda x, _: participation_ratio(x),
    "participation ratio of Y": lambda _, y: participation_ratio(y),
    "unbiased_cka": unbiased_cka,
    "unbiased_cka(batches=2)": unbiased_cka.using(batches=2),
    "cka × norms of both Gram matrices / (M − 1)²": lambda x, y: (
        cka(x, y) * gram_norm(x) * gram_norm(y) * (len(x) / (len(x) - 1)) ** 2
    ),
    "unbiased_cka × unbiased norms of both Gram matrices": lambda x, y: (
        unbiased_cka(x, y) * gram_norm(x, unbiased=True) * gram_norm(y, unbiased=True)
    ),
    "nbs": nbs,
    "nbs(squared=True)": nbs.using(squared=True),
    "nbs of standardised rows": lambda x, y: nbs(unit_rows(x), unit_rows(y)),
    "procrustes": procrustes,
    "procrustes(form=disparity)": procrustes.using(form="disparity"),
    "procrustes(form=chordal)": procrustes.using(form="chordal"),
    "procrustes(form=score)": procrustes.using(form="score"),
    "aligned_cosine": aligned_cosine,
    "size_and_shape": size_and_shape,
    "size_and_shape(squared=True) of X/√Nx, Y/√Ny": lambda x, y: squared_size_and_shape(
        scaled(x), scaled(y)
    ),
    "size_and_shape(squared=True) of standardised rows": lambda x, y: squared_size_and_shape(
        unit_rows(x), unit_rows(y)
    ),
    "linear_regression": linear_regression,
    "linear_regression of Y from X": lambda x, y: linear_regression(y, x),
    "whitened_procrustes": whitened_procrustes,
    "cos whitened_procrustes": lambda x, y: np.cos(whitened_procrustes(x, y)),
    "whitened_procrustes(distance)": whitened_procrustes.using(form="distance"),
    "whitened_procrustes(alpha=0.5)": whitened_procrustes.using(alpha=0.5),
    "whitened_procrustes(alpha=0.5, distance)": whitened_procrustes.using(
        alpha=0.5, form="distance"
    ),
    "ridge(penalty=100), 5 blocks": lambda x, y: ridge.using(
        folds=np.arange(len(x)) * 5 // len(x), penalty=100
    )(x, y),
    "pls(n_components=3), 5 blocks": lambda x, y: pls.using(
        folds=np.arange(len(x)) * 5 // len(x), n_components=3
    )(x, y),
    "ridge(penalty=0), mean of 5 blocks": lambda x, y: mean_share(five_blocks(x, y, 0)),
    "ridge(penalty=100), mean of 5 blocks": lambda x, y: mean_share(five_blocks(x, y, 100)),
    "ridge(penalty=100), mean of 5 blocks and both ways": lambda x, y: (
        (mean_share(five_blocks(x, y, 100)) + mean_share(five_blocks(y, x, 100))) / 2
    ),
    "ridge(penalty=100), mean cosine of 5 blocks": lambda x, y: mean_cosine(five_blocks(x, y, 100)),
    "gulp(penalty=0)²": lambda x, y: gulp.using(penalty=0)(x, y) ** 2,
    "rank of X": lambda x, _: rank_by_chance(x),
    "rank of Y": lambda _, y: rank_by_chance(y),
    "cca": cca,
    "cca(mean_square)": cca.using(average="mean_square"),
    "cca(mean_square) × min r": lambda x, y: (
        float(cca.using(average="mean_square")(x, y)) * min(rank(x), rank(y))
    ),
    "cca(overlap) of responses and their negatives": lambda x, y: cca.using(average="overlap")(
        np.concatenate([x, -x]), np.concatenate([y, -y])
    ),
    "mean of cca(projection_weighted) both ways": lambda x, y: (
        (
            cca.using(average="projection_weighted")(x, y)
            + cca.using(average="projection_weighted")(y, x)
        )
        / 2
    ),
    "cca × min r / √(rX rY)": correlation_over_root_ranks,
    "arccos(cca × min r / √(rX rY))": lambda x, y: np.arccos(correlation_over_root_ranks(x, y)),
    "soft_matching": soft_matching,
    "soft_matching²": lambda x, y: soft_matching(x, y) ** 2,
    "soft_matching(normalise=False)": raw_soft_matching,
    "soft_matching(normalise=False)²": lambda x, y: raw_soft_matching(x, y) ** 2,
    "soft_matching_correlation": soft_matching_correlation,
    "1 − soft_matching_correlation": lambda x, y: 1 - soft_matching_correlation(x, y),
    "permutation_procrustes": permutation_procrustes,
    "permutation_procrustes(form=size_and_shape)": permutation_procrustes.using(
        form="size_and_shape"
    ),
    "permutation_procrustes(form=size_and_shape, centred=False)": permutation_procrustes.using(
        form="size_and_shape", centred=False
    ),
    "one_to_one_matching": one_to_one_matching,
    "1 − semi_matching_correlation": lambda x, y: 1 - semi_matching_correlation(x, y),
    "semi_matching_correlation(both_ways=True)": semi_matching_correlation.using(both_ways=True),
    "1 − partial_soft_matching": lambda x, y: 1 - partial_soft_matching(x, y),
    "1 − partial_soft_matching(fraction=0.35)": lambda x, y: (
        1 - partial_soft_matching.using(fraction=0.35)(x, y)
    ),
    "concentricity_difference": measures.find("concentricity_difference"),
    "magnitude_difference": measures.find("magnitude_difference"),
    "neighbour_overlap": measures.find("neighbour_overlap"),
    "neighbour_overlap(nearest=inner_product, centred=True, share=neighbourhood)": measures.find(
        "neighbour_overlap"
    ).using(nearest="inner_product", centred=True, share="neighbourhood"),
    "neighbour_return(k=10, nearest=inner_product, centred=True)": measures.find(
        "neighbour_return"
    ).using(k=10, nearest="inner_product", centred=True),
    "semi_matching_correlation of Y from X, 5 shuffled folds": lambda x, y: (
        semi_matching_correlation.using(folds=shuffled_blocks(len(x)))(y, x)
    ),
    "neighbour_rank_similarity": measures.find("neighbour_rank_similarity"),
    "10 × neighbour_order(nearest=inner_product, centred=True)": lambda x, y: (
        10 * measures.find("neighbour_order").using(nearest="inner_product", centred=True)(x, y)
    ),
    "neighbour_order(nearest=inner_product, centred=True, compared=edits)": measures.find(
        "neighbour_order"
    ).using(nearest="inner_product", centred=True, compared="edits"),
    "second_order_cosine(compared=distances)": measures.find("second_order_cosine").using(
        compared="distances"
    ),
    "rsa(squared_euclidean, pearson, low=0.2, high=0.7)": rsa.using(
        dissimilarity="squared_euclidean", comparison="pearson", low=0.2, high=0.7
    ),
    "rsa(squared_euclidean, whitened_cosine, low=0.2, high=0.7)": rsa.using(
        dissimilarity="squared_euclidean", comparison="whitened_cosine", low=0.2, high=0.7
    ),
    "first dissimilarities(squared_euclidean)": partial(first_dissimilarities, "squared_euclidean"),
    "first dissimilarities(correlation)": partial(first_dissimilarities, "correlation"),
} | {
    f"rsa({dissimilarity}, {comparison})": rsa.using(
        dissimilarity=dissimilarity, comparison=comparison
    )
    for dissimilarity in Dissimilarity.__args__
    for comparison in Comparison.__args__
}

OURS |= {
    f"crossnobis(noise={noise}, {comparison})": partial(
        of_trials, noise=noise, comparison=comparison
    )
    for noise in ("identity", "shrunk")
    for comparison in Comparison.__args__
}
OURS["crossnobis(cross_validated=False, cosine)"] = partial(
    of_trials, cross_validated=False, comparison="cosine"
)


def difference(theirs: float | Responses, ours: float | Responses) -> float:
    """How far apart two answers are, relative to theirs where that exceeds 1."""
    theirs, ours = np.asarray(theirs, float), np.asarray(ours, float)
    return float(np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs))))


def too_wide(expression: str, x: Responses, y: Responses) -> bool:
    """Whether ours refuses: canonical correlations need more stimuli than neurons."""
    half_whitened = "alpha=0.5" in expression
    whitens = any(name in expression for name in ("cca", "gulp(penalty=0)", "whitened_procrustes"))
    return whitens and not half_whitened and max(x.shape[1], y.shape[1]) >= len(x)
