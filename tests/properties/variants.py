"""Every measure, and the variants whose promises or code paths differ from its own."""

from homolog.measures import find, names
from homolog.measures._measure import Measure


def _predictions() -> list[Measure]:
    regression, ridge = find("linear_regression").using, find("ridge").using
    return [
        regression(predict="candidate"),
        regression(predict="both"),
        regression(form="angle"),
        ridge(folds=3, penalty=0, judge="mean_correlation"),
        ridge(folds=3, penalty=1, judge="correlation", predict="both"),
        find("pls").using(folds=3, n_components=4, judge="mean_correlation", predict="both"),
        find("versa").using(predict="both"),
        ridge(folds=3, kernel="rbf", judge="median_correlation"),
    ]


def _canonical() -> list[Measure]:
    cca = find("cca").using
    return [
        cca(pca=3),
        cca(pca=0.9),
        cca(average="mean_square"),
        cca(average="overlap"),
        cca(average="projection_weighted"),
        cca(average="projection_weighted", pca=0.95),
        find("gulp").using(penalty=0),
        find("whitened_procrustes").using(alpha=0.5),
        find("whitened_procrustes").using(form="distance"),
    ]


LIKE_SOFT_MATCHING = ("one_to_one_matching", "partial_soft_matching", "semi_matching_correlation")
"""Their folds are those of soft_matching_correlation, and as dear to check."""

FOLDS = {"cca": 4}
"""Of two folds, training stimuli are too few for both populations of the kit."""


def _held_out() -> list[Measure]:
    return [
        *(
            find(name).using(folds=FOLDS.get(name, 2))
            for name in names()
            if find(name).held_out is not None and name not in LIKE_SOFT_MATCHING
        ),
        find("procrustes(folds=4, form=score)"),
        find("size_and_shape(folds=3, squared=True)"),
        find("permutation_procrustes(folds=3, form=size_and_shape, normalise=True)"),
        find("permutation_procrustes(folds=3, form=chordal, normalise=True, centred=False)"),
        find("whitened_procrustes(folds=3, alpha=0.5)"),
        find("whitened_procrustes(folds=3, form=distance)"),
        find("cca(folds=3, pca=0.99)"),
        find("semi_matching_correlation(folds=3, both_ways=True)"),
    ]


def _variants() -> list[Measure]:
    rsa = find("rsa").using
    return [
        *(find("procrustes").using(form=form) for form in ("chordal", "disparity", "score")),
        find("nbs").using(squared=True),
        find("size_and_shape").using(squared=True),
        find("size_and_shape").using(alpha=0.2),
        find("permutation_procrustes").using(form="size_and_shape"),
        find("permutation_procrustes").using(form="size_and_shape", normalise=True),
        find("permutation_procrustes").using(form="score", centred=False, normalise=True),
        find("permutation_procrustes").using(form="size_and_shape", centred=False),
        find("cka").using(form="angle"),
        find("cka").using(diagonal=False),
        find("cka").using(centred=False, form="chordal"),
        find("cka").using(kernel="rbf", form="score"),
        find("cka").using(kernel="laplace", bandwidth=100.0, relative=False),
        find("cka").using(kernel="rbf", centred=False, diagonal=False),
        find("unbiased_cka").using(kernel="rbf", form="angle"),
        find("unbiased_cka").using(batches=2),
        find("cknna").using(k=4, kept="own"),
        find("kernel_distance").using(unbiased=True),
        find("dissimilarity_difference").using(dissimilarity="euclidean"),
        find("dissimilarity_difference").using(dissimilarity="squared_euclidean"),
        find("regularised_cca").using(kernel="rbf", penalty=1.0),
        find("neighbour_return").using(k=2, nearest="euclidean"),
        find("distance_correlation").using(unbiased=True),
        find("uniformity_difference").using(normalise=False),
        find("maximum_match").using(centred=True),
        find("neighbour_overlap").using(k=3, share="neighbourhood", centred=True),
        find("neighbour_overlap").using(k=4, nearest="euclidean"),
        find("neighbour_rank_similarity").using(k=4, times_overlap=True),
        find("neighbour_order").using(k=4, nearest="inner_product", compared="edits"),
        find("second_order_cosine").using(k=4, centred=True),
        find("second_order_cosine").using(compared="distances"),
        find("soft_matching").using(normalise=False),
        find("soft_matching_correlation").using(normalise=False),
        find("semi_matching_correlation").using(both_ways=True),
        find("partial_soft_matching").using(fraction=0.35),
        *_canonical(),
        *_predictions(),
        find("crossnobis").using(noise="diagonal", comparison="spearman"),
        find("crossnobis").using(noise="identity"),
        find("crossnobis").using(noise="identity", comparison="cosine", cross_validated=False),
        find("crossnobis").using(comparison="whitened_pearson"),
        find("stochastic_shape").using(alpha=0.5, starts=1),
        find("energy_shape").using(starts=1),
        find("dsa").using(delays=3, rank=4),
        *_held_out(),
        rsa(dissimilarity="gaussian", comparison="pearson"),
        rsa(dissimilarity="cosine", comparison="whitened_cosine", low=0.2, high=0.8),
        *(
            rsa(dissimilarity=dissimilarity, comparison=comparison)
            for dissimilarity, comparisons in {
                "correlation": ("pearson", "cosine", "kendall", "rho_a"),
                "cosine": ("spearman", "pearson", "whitened_pearson"),
                "squared_euclidean": ("spearman", "cosine", "whitened_cosine"),
                "euclidean": ("spearman", "pearson"),
            }.items()
            for comparison in comparisons
        ),
    ]


MEASURES = [find(name) for name in names()]
VARIANTS = [*MEASURES, *_variants()]
