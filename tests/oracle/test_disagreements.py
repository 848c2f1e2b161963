"""Where a package's number of the same name is another number: what docs/agreement.md says.

Each test shows the package's answer as well as ours, so that a release which changes it
is noticed and the page can follow.
"""

import numpy as np
import pytest
from tests.oracle.peers import PEERS
from tests.oracle.populations import POPULATIONS

from homolog import HomologError, measures

ROTATED = POPULATIONS["rotated 40x8, 40x8"]
COUNTS = POPULATIONS["counts 30x6, 30x4"]


def test_repsim_debiased_cka_of_a_rotation_is_below_1() -> None:
    """In repsim 0.1.5, it divides a debiased numerator by biased norms."""
    repsim = pytest.importorskip("repsim")
    assert repsim.cka(list(ROTATED), "linear", "song")[0, 1] < 0.95
    assert float(measures.find("unbiased_cka")(*ROTATED)) == pytest.approx(1, abs=1e-12)


def test_repsim_cca_of_a_wide_population_with_itself_is_below_1() -> None:
    """In repsim 0.1.5, it counts M directions where centring leaves M - 1; homolog refuses."""
    repsim = pytest.importorskip("repsim")
    x, _ = POPULATIONS["wide 18x21, 18x26"]
    assert repsim.cca([x, x], "pillai")[0, 1] == pytest.approx(17 / 18)
    with pytest.raises(HomologError, match="HM005"):
        measures.find("cca")(x, x)


def test_pytorch_cka_clips_negative_scores_to_0() -> None:
    """pytorch-cka 1.1.3; clipping brings back the bias that debiasing removed."""
    torch = pytest.importorskip("torch")
    cka = pytest.importorskip("cka")
    rng = np.random.default_rng(0)
    theirs, ours = [], []
    for _ in range(200):
        x, y = rng.normal(size=(2, 20, 10))
        theirs.append(float(cka.cka_from_features(torch.from_numpy(x), torch.from_numpy(y))))
        ours.append(float(measures.find("unbiased_cka")(x, y)))
    assert np.maximum(ours, 0) == pytest.approx(np.array(theirs), abs=1e-10)
    assert np.mean(theirs) > 0.02
    assert abs(np.mean(ours)) < 3 * np.std(ours) / np.sqrt(200)


def test_torch_cka_pairs_shuffled_stimuli_at_random() -> None:
    """torch_cka 0.21 zips two loaders, each of which shuffles on its own."""
    torch = pytest.importorskip("torch")
    torch_cka = pytest.importorskip("torch_cka")
    x, _ = POPULATIONS["equal 45x9, 45x9"]
    stimuli = torch.utils.data.TensorDataset(torch.from_numpy(x).float())
    order = torch.Generator().manual_seed(0)
    loader = torch.utils.data.DataLoader(stimuli, len(x), shuffle=True, generator=order)
    same = [torch.nn.Sequential(torch.nn.Identity()) for _ in range(2)]
    compared = torch_cka.CKA(*same, "X", "X again", model1_layers=["0"], model2_layers=["0"])
    compared.compare(loader, loader)
    assert float(compared.export()["CKA"]) < 0.5
    assert float(measures.find("unbiased_cka")(x, x)) == pytest.approx(1)


def test_scikit_learn_weighs_neurons_equally_unless_told() -> None:
    """scikit-learn's default `r2_score` is the mean over neurons; ours weighs by variance."""
    metrics = pytest.importorskip("sklearn.metrics")
    linear_model = pytest.importorskip("sklearn.linear_model")
    x, y = POPULATIONS["more references 60x14, 60x6"]
    x = x * np.linspace(1, 5, 14)
    predicted = linear_model.LinearRegression().fit(y, x).predict(y)
    assert (
        abs(metrics.r2_score(x, predicted) - float(measures.find("linear_regression")(x, y))) > 0.01
    )


def test_rounding_orders_equal_dissimilarities_in_rsatoolbox() -> None:
    """In rsatoolbox 0.3.2, it ranks correlation distances as computed; ours share a rank."""
    pytest.importorskip("rsatoolbox")
    from rsatoolbox.data import Dataset
    from rsatoolbox.rdm import calc_rdm, compare

    rdms = [calc_rdm(Dataset(a), method="correlation") for a in COUNTS]
    as_computed = float(compare(*rdms, method="kendall")[0, 0])
    rounded = next(p for p in PEERS if p.expression == "rsa(correlation, kendall)").score(*COUNTS)
    assert abs(as_computed - rounded) > 1e-6
    ours = measures.find("rsa").using(comparison="kendall")
    assert float(ours(*COUNTS)) == pytest.approx(rounded, abs=1e-12)


@pytest.mark.parametrize(("theirs", "ours"), [("rho-a", "spearman"), ("tau-a", "kendall")])
def test_rank_correlations_differ_where_dissimilarities_are_equal(theirs: str, ours: str) -> None:
    """In rsatoolbox, rho-a and tau-a do not correct for ties; spearman and tau-b do."""
    pytest.importorskip("rsatoolbox")
    from rsatoolbox.data import Dataset
    from rsatoolbox.rdm import calc_rdm, compare

    rdms = [calc_rdm(Dataset(a), method="euclidean") for a in COUNTS]
    measure = measures.find("rsa").using(dissimilarity="squared_euclidean", comparison=ours)
    assert float(measure(*COUNTS)) - float(compare(*rdms, method=theirs)[0, 0]) > 1e-4
