"""What a published name is an alias of gives the number that was published under it."""

import os
from typing import Any

import numpy as np
import pytest
from tests.oracle import golden
from tests.oracle.expressions import centre, difference, too_wide

from homolog.measures import find
from homolog.measures._aliases import named

SOURCES = {
    "netrep": "netrep",
    "rsatoolbox": "rsatoolbox",
    "diffscore": "diffscore",
    "resi": "resi",
    "pypi_repsim": "repsim-pypi",
}
FOLDERS = {"platonic": "platonic", "neuroai": "neuroaimetrics", "ensd": "ensd"}

NO_VARIANT = {
    "first dissimilarities(squared_euclidean)",
    "first dissimilarities(correlation)",
    "nbs of standardised rows",
    "size_and_shape(squared=True) of X/√Nx, Y/√Ny",
    "size_and_shape(squared=True) of standardised rows",
    "gulp(penalty=0)²",
    "cca(overlap) of responses and their negatives",
    "mean of cca(projection_weighted) both ways",
    "2/π cka(form=angle)",
    "ridge(penalty=0), mean of 5 blocks",
    "ridge(penalty=100), mean of 5 blocks",
    "ridge(penalty=100), mean of 5 blocks and both ways",
    "ridge(penalty=100), mean cosine of 5 blocks",
    "cka(kernel=rbf, bandwidth=√½, relative=False), mean squared distance 1",
    "10 × neighbour_order(nearest=inner_product, centred=True)",
    "cka × norms of both Gram matrices / (M − 1)²",
    "unbiased_cka × unbiased norms of both Gram matrices",
}
"""What published names mean that no variant of ours is: it must be turned into them first."""


OTHER_FOLDS = {("registry", "neuroai.pairwisematching")}
"""Published from other folds than ours draw, which an alias does not tell."""


def full_name(source: str, key: str) -> str:
    """Of a value in the golden file, as `find` takes it; without the remarks in some."""
    if source == "registry":
        folder, _, name = key.partition(", ")[0].partition(".")
        return f"{FOLDERS[folder]}/{name.removesuffix('(kendall tau-b)')}"
    return f"{SOURCES[source]}/{key}" if source in SOURCES else key


CASES = [
    (source, key)
    for source, keys in golden.USED.items()
    for key in keys
    if source != "reference" and (source, key) not in OTHER_FOLDS and named(full_name(source, key))
]


@pytest.fixture(scope="module")
def file() -> dict[str, Any]:
    if "HOMOLOG_DATA" not in os.environ:
        pytest.skip("HOMOLOG_DATA does not name the folder that holds golden_similarity/")
    return golden.load()


@pytest.mark.parametrize(("source", "key"), CASES, ids=lambda text: text)
def test_an_alias_scores_what_was_published_under_it(
    file: dict[str, Any], source: str, key: str
) -> None:
    measure = find(full_name(source, key))
    prepare = centre if key.endswith("centred inputs") else np.asarray
    tolerance = golden.LOOSER.get((source, key), golden.TOLERANCE)
    compared = [
        difference(value, float(measure(prepare(x), prepare(y))))
        for x, y, value in golden.answers(file, source, key)
        if not too_wide(measure.name, x, y)
    ]
    assert compared
    assert max(compared) <= tolerance


def test_published_names_without_an_alias_are_those_that_no_variant_answers() -> None:
    without = {
        golden.USED[source][key]
        for source in (*SOURCES, "registry")
        for key in golden.USED.get(source, ())
        if not named(full_name(source, key))
    }
    assert without == NO_VARIANT
