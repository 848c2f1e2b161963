"""Names that others give to our measures: every row of the table, and how one is found."""

import math
import re

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.measures import find, names
from homolog.measures._aliases import Alias, aliases, canonical, named, not_built

RNG = np.random.default_rng(0)
X, Y = RNG.poisson(2.0, size=(24, 5)) + 0.5 * RNG.random((24, 5)), RNG.random((24, 4))
SEVERAL = [np.stack([one + 0.1 * RNG.random(one.shape) for _ in range(12)], 1) for one in (X, Y)]


def asked(alias: Alias) -> str:
    """The name in full, with numbers where it leaves them open."""
    name = re.sub(r"{(alpha|share)}", "0.25", alias.name)
    return f"{alias.source}/{re.sub(r'{[a-z]+}', '2', name)}"


@pytest.mark.parametrize("measure", sorted({alias.measure for alias in aliases()}))
def test_every_row_is_a_variant_of_ours(measure: str) -> None:
    for alias in (row for row in aliases() if row.measure == measure):
        assert len(named(asked(alias))) == 1, asked(alias)
        found = find(asked(alias))
        assert found.name == measure
        changed = {key for key, value in found.options.items() if value is not found.defaults[key]}
        assert changed == set(alias.options), asked(alias)
        blanks = re.findall(r"{([a-z]+)}", alias.name)
        assert len(blanks) == sum("{" in str(value) for value in alias.options.values())


def test_every_variant_in_the_table_has_a_score() -> None:
    for found in {find(asked(alias)) for alias in aliases()}:
        x, y = (X, Y) if found.sees == "mean" else SEVERAL
        assert math.isfinite(float(found(x, y))), found.label


def test_no_source_has_one_name_for_two_measures() -> None:
    full = [canonical(f"{alias.source}/{alias.name}") for alias in aliases()]
    assert len(full) == len(set(full))


@pytest.mark.parametrize("name", names())
def test_our_own_names_are_ours(name: str) -> None:
    assert find(name).label == name


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("measure/netrep/procrustes-distance=angular", "procrustes"),
        ("measure/*/cka-kernel=linear-hsic=song-score", "unbiased_cka"),
        ("netrep/LinearMetric(alpha=1.0, angular)", "procrustes"),
        ("NetRep / linearmetric(alpha=1,euclidean)".replace(" / ", "/"), "size_and_shape"),
        (" Debiased CKA", "unbiased_cka"),
        ("brain-score/cka", "unbiased_cka"),
        ("measure/resi/soft_correlation_match", "semi_matching_correlation(both_ways=True)"),
        (
            "measure/netrep/shape_metric-alpha=0.5-distance=angular",
            "whitened_procrustes(alpha=0.5)",
        ),
        ("LinearMetric(alpha=1,angular)", "procrustes"),
        ("brain_score/cka_biased", "cka"),
        ("svcca-dim=3-score", "cca(pca=3)"),
        ("kernel CCA", "regularised_cca(kernel=rbf)"),
        ("minibatch CKA(batches=3)", "unbiased_cka(batches=3)"),
        ("platonic/cycle_knn(topk=5)", "neighbour_return(k=5, nearest=inner_product)"),
        ("rsatoolbox/rsa-correlation-corr", "rsa(comparison=pearson)"),
        ("diffscore/rsa-correlation-corr", "cka"),
        ("cka-kernel=linear-hsic=gretton-distance=angular", "cka(form=angle)"),
        (
            "cka-kernel=(rbf-sigma=0.5)-hsic=song-score",
            "unbiased_cka(kernel=rbf, bandwidth=0.5, relative=False)",
        ),
        ("ReSi/SoftCorrelationMatch", "semi_matching_correlation(both_ways=True)"),
    ],
)
def test_what_others_call_it_is_found(name: str, label: str) -> None:
    assert find(name).label == label


def test_a_name_about_which_others_disagree_is_refused() -> None:
    says = re.escape(
        "HM075 'rsa-correlation-corr' names more than one measure: 'diffscore/rsa-correlation-corr'"
        " is cka; 'rsatoolbox/rsa-correlation-corr' is rsa(comparison=pearson). Say which."
    )
    with pytest.raises(HomologError, match=f"^{says}$"):
        find("rsa-correlation-corr")


@pytest.mark.parametrize(
    ("name", "near"),
    [
        ("linear CKAA", "'linear CKA', "),
        ("LinearMetric(alpha=1;angular)", "'LinearMetric(alpha=1,angular)'"),
        ("netrep/cka", "'netrep/LinearCKA', "),
        ("netrep/LinearMetric", "'netrep/LinearMetric(alpha="),
        ("brainscore/plz", "'brain-score/pls', "),
    ],
)
def test_unknown_names_get_the_nearest_those_of_others_included(name: str, near: str) -> None:
    with pytest.raises(HomologError) as refused:
        find(name)
    assert str(refused.value).startswith(f"HM023 no measure '{name}'. Closest: {near}")


def test_a_measure_that_is_not_built_is_refused_with_the_reason() -> None:
    with pytest.raises(HomologError) as refused:
        find("resi/Geometry-Score")
    assert str(refused.value) == (
        "HM023 no measure 'resi/Geometry-Score'. It is not built, for it sees a population through"
        " 64 landmarks drawn at random, and no stimulus beside another; use"
        " representation_topology_divergence."
    )


def test_what_is_not_built_has_no_alias_and_no_file() -> None:
    for other in (other for others in not_built().values() for other in others):
        assert not named(other), other
        assert canonical(other) not in names()
        with pytest.raises(HomologError, match="HM023"):
            find(other.replace("{topk}", "10"))


def test_hyphens_in_the_name_of_a_source_do_not_matter() -> None:
    assert find("brainscore/pls").label == find("brain-score/pls").label
