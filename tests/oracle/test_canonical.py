"""The family of canonical correlations against definitions by projections and by eigenvalues."""

import numpy as np
import pytest
from scipy.linalg import block_diag, eigh
from scipy.spatial.distance import pdist, squareform
from tests.oracle.populations import POPULATIONS, Responses, shared

from homolog import HomologError, measures

TALL = [name for name in POPULATIONS if not name.startswith("wide")]
on_tall = pytest.mark.parametrize("name", TALL)


def ours(measure: str, x: Responses, y: Responses, **options: object) -> float:
    return float(measures.find(measure).using(**options)(x, y))


def projection(x: Responses) -> Responses:
    """Onto what a population spans."""
    x = x - x.mean(axis=0)
    return x @ np.linalg.pinv(x, rcond=1e-9)


def rank(x: Responses) -> int:
    return round(np.trace(projection(x)))


@on_tall
def test_squared_correlations_are_products_of_projections(name: str) -> None:
    """tr(P_X P_Y) is the sum of their squares: no basis, no singular value."""
    x, y = POPULATIONS[name]
    total = np.sum(projection(x) * projection(y))
    smaller, larger = sorted((rank(x), rank(y)))
    by_smaller, by_larger = (
        ours("cca", x, y, average=average) for average in ("mean_square", "overlap")
    )
    assert by_smaller == pytest.approx(total / smaller, abs=1e-9)
    assert by_larger == pytest.approx(total / larger, abs=1e-9)


@pytest.mark.parametrize("average", ["mean_square", "overlap"])
def test_chance_of_squared_correlations(average: str) -> None:
    """1000 random pairings of 21 stimuli, within 4 standard errors; exactly 5/20 and 3/20."""
    rng = np.random.default_rng(2)
    x, y = shared(rng, 21, 3, 5)
    measure = measures.find("cca").using(average=average)
    chance = measure.chance(measure.summary(x), measure.summary(y))
    assert chance == pytest.approx({"mean_square": 5 / 20, "overlap": 3 / 20}[average])
    drawn = [float(measure(x, y[rng.permutation(21)])) for _ in range(1000)]
    assert abs(chance - np.mean(drawn)) < 4 * np.std(drawn) / np.sqrt(1000)


@pytest.mark.parametrize("name", [name for name in TALL if not name.startswith("rotated")])
def test_projection_weights_come_from_a_generalised_eigenproblem(name: str) -> None:
    """Canonical variates of x as eigenvectors of P_X P_Y P_X, weighed neuron by neuron.

    Where correlations repeat, as after a rotation, the variates are not unique.
    """
    x, y = POPULATIONS[name]
    squares, variates = np.linalg.eigh(projection(x) @ projection(y) @ projection(x))
    first = slice(len(x) - min(rank(x), rank(y)), None)
    squares, variates = squares[first], variates[:, first]
    weights = [sum(abs(h @ neuron) for neuron in (x - x.mean(axis=0)).T) for h in variates.T]
    expected = np.average(np.sqrt(np.clip(squares, 0, None)), weights=weights)
    assert ours("cca", x, y, average="projection_weighted") == pytest.approx(expected, abs=1e-7)


def test_projection_weights_ignore_what_the_reference_hardly_uses() -> None:
    """Two directions, one shared, of which the reference's neurons use the other a times more."""
    q = np.linalg.qr(np.random.default_rng(0).normal(size=(30, 4))).Q
    q = np.linalg.qr(q - q.mean(axis=0)).Q
    reference = np.column_stack([q[:, 0], 9 * q[:, 1]])
    candidate = q[:, [0, 2]]
    assert ours("cca", reference, candidate) == pytest.approx(0.5, abs=1e-12)
    assert ours("cca", reference, candidate, average="projection_weighted") == pytest.approx(
        0.1, abs=1e-12
    )


def test_a_mean_far_from_zero_changes_no_projection_weight() -> None:
    """Where ReSi's and the first implementation's weights change with a neuron's mean."""
    x, y = POPULATIONS["more references 60x14, 60x6"]
    for a, b in ((x, y), (y, x)):
        score = ours("cca", a, b, average="projection_weighted")
        moved = ours("cca", a + 100, b - 30, average="projection_weighted")
        assert moved == pytest.approx(score, abs=1e-10)


@pytest.mark.parametrize("share", [0.5, 0.9, 0.99])
@on_tall
def test_components_that_hold_a_share_are_the_fewest(name: str, share: float) -> None:
    """By cumulative shares of eigenvalues of the covariance."""
    kept = []
    for population in POPULATIONS[name]:
        centred = population - population.mean(axis=0)
        variances, axes = np.linalg.eigh(np.cov(centred.T))
        order = np.argsort(variances)[::-1]
        held = np.cumsum(variances[order]) / variances.sum()
        n_components = 1 + int(np.sum(held < share - 1e-12))
        kept.append(centred @ axes[:, order[:n_components]])
    assert ours("cca", *POPULATIONS[name], pca=share) == pytest.approx(ours("cca", *kept), abs=1e-7)


def test_a_share_is_of_the_variance_and_keeps_more_than_one_component() -> None:
    """Nine equal components hold 99 % of these in nine, where ReSi keeps one in any large unit."""
    rng = np.random.default_rng(0)
    q = np.linalg.qr(rng.normal(size=(60, 20))).Q
    q = np.linalg.qr(q - q.mean(axis=0)).Q
    x, y = 1e3 * q[:, :9], 1e3 * np.column_stack([q[:, :6], q[:, 9:12]])
    assert ours("cca", x, y, pca=0.99) == pytest.approx(6 / 9, abs=1e-12)


def test_directions_that_do_not_fit_side_by_side_are_counted() -> None:
    rng = np.random.default_rng(0)
    cca = measures.find("cca")
    x, y, few = (rng.normal(size=(12, n)) for n in (8, 6, 2))
    correlations = np.linalg.svdvals(cca.summary(x).directions.T @ cca.summary(y).directions)
    assert np.sum(correlations > 1 - 1e-9) == 3
    assert cca.caution(cca.summary(x), cca.summary(y)) == (
        "3 of 6 canonical correlations are 1 for any responses, for 8 + 6 directions do not fit"
        " side by side into 12 stimuli"
    )
    assert cca.caution(cca.summary(x), cca.summary(few)) is None


def test_an_average_that_does_not_exist_is_refused() -> None:
    says = "HM025 average is 'median'; allowed: mean, mean_square, overlap, projection_weighted"
    with pytest.raises(HomologError, match=says):
        measures.find("cca").using(average="median")


@pytest.mark.parametrize("penalty", [1e-4, 0.01, 1.0])
@pytest.mark.parametrize("name", POPULATIONS)
def test_gulp_is_a_trace_of_covariances(name: str, penalty: float) -> None:
    """Its authors' formula, with covariances of trace 1; its square, to the rounding of that."""
    x, y = (a - a.mean(axis=0) for a in POPULATIONS[name])
    x, y = (a / np.linalg.norm(a) for a in (x, y))
    of_x, of_y = (np.linalg.inv(a.T @ a + penalty * np.eye(a.shape[1])) for a in (x, y))
    own = [np.trace(inv @ a.T @ a @ inv @ a.T @ a) for inv, a in ((of_x, x), (of_y, y))]
    cross = np.trace(of_x @ x.T @ y @ of_y @ y.T @ x)
    expected = sum(own) - 2 * cross
    assert ours("gulp", x, y, penalty=penalty) ** 2 == pytest.approx(expected, abs=1e-9)


@on_tall
def test_gulp_without_a_penalty_counts_ranks_and_correlations(name: str) -> None:
    x, y = POPULATIONS[name]
    expected = rank(x) + rank(y) - 2 * np.sum(projection(x) * projection(y))
    assert ours("gulp", x, y, penalty=0) ** 2 == pytest.approx(expected, abs=1e-9)


def test_gulp_is_how_far_predictions_lie_apart() -> None:
    """Of 4000 random quantities, within 4 standard errors, by ridge regression of each."""
    rng = np.random.default_rng(3)
    x, y = (a - a.mean(axis=0) for a in shared(rng, 20, 6, 30))
    asked = rng.normal(size=(20, 4000))
    first, second = (
        a @ np.linalg.solve(a.T @ a + 0.05 * np.sum(a**2) * np.eye(a.shape[1]), a.T @ asked)
        for a in (x, y)
    )
    apart = np.sum((first - second) ** 2, axis=0)
    error = apart.std() / np.sqrt(4000)
    assert abs(ours("gulp", x, y, penalty=0.05) ** 2 - apart.mean()) < 4 * error


def test_gulp_of_as_many_neurons_as_stimuli_needs_a_penalty() -> None:
    x, y = POPULATIONS["wide 18x21, 18x26"]
    says = "HM031 gulp is undefined here, not 0: without a penalty, 21 neurons could fit anything"
    with pytest.raises(HomologError, match=says):
        ours("gulp", x, y, penalty=0)
    with pytest.raises(HomologError, match="HM025 penalty is -1; allowed: 0, or a number from 1e"):
        ours("gulp", x, y, penalty=-1)


@pytest.mark.parametrize("penalty", [1e3, 1e14, 1e40])
def test_gulp_of_a_great_penalty_compares_inner_products(penalty: float) -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(40, 8)), rng.normal(size=(40, 6))
    inverses = []
    for one in (x - x.mean(axis=0), y - y.mean(axis=0)):
        gram = one @ one.T / np.sum(one**2)
        inverses.append(np.linalg.solve(np.eye(40) + gram / penalty, gram))
    wanted = np.linalg.norm(inverses[0] - inverses[1])
    assert ours("gulp", x, y, penalty=penalty) * penalty == pytest.approx(wanted, rel=1e-10)
    turned = x @ np.linalg.qr(rng.normal(size=(8, 8)))[0]
    assert ours("gulp", x, turned, penalty=penalty) == 0


def inverse_root(x: Responses) -> Responses:
    """Of the covariance, by its eigenvalues, as far as they count."""
    squares, axes = np.linalg.eigh(x.T @ x)
    counts = squares > 1e-14 * squares[-1]
    return (axes[:, counts] / np.sqrt(squares[counts])) @ axes[:, counts].T


@pytest.mark.parametrize("form", ["angle", "distance"])
@pytest.mark.parametrize("alpha", [0, 0.3, 0.9])
@pytest.mark.parametrize("name", POPULATIONS)
def test_whitened_procrustes_is_procrustes_of_whitened_responses(
    name: str, alpha: float, form: str
) -> None:
    """Z = alpha I + (1 - alpha) (X'X)^(-1/2), then the angle, or the distance at equal norm."""
    if name not in TALL and alpha == 0:
        return
    x, y = (a - a.mean(axis=0) for a in POPULATIONS[name])
    first, second = (
        a @ (alpha * np.eye(a.shape[1]) + (1 - alpha) * inverse_root(a)) for a in (x, y)
    )
    nuclear = np.linalg.norm(first.T @ second, "nuc")
    cosine = nuclear / np.linalg.norm(first) / np.linalg.norm(second)
    got = ours("whitened_procrustes", x, y, alpha=alpha, form=form)
    if form == "angle":
        assert np.cos(got) == pytest.approx(cosine, abs=1e-9)
        return
    sizes = np.linalg.norm(x), np.linalg.norm(y)
    squared = sizes[0] ** 2 + sizes[1] ** 2 - 2 * sizes[0] * sizes[1] * cosine
    assert got**2 == pytest.approx(squared, rel=1e-7, abs=1e-7 * max(sizes) ** 2)


@on_tall
def test_whitened_procrustes_divides_correlations_by_the_root_of_both_ranks(name: str) -> None:
    x, y = POPULATIONS[name]
    cosine = ours("cca", x, y) * min(rank(x), rank(y)) / np.sqrt(rank(x) * rank(y))
    assert np.cos(ours("whitened_procrustes", x, y)) == pytest.approx(cosine, abs=1e-12)


def test_whitened_procrustes_in_a_small_unit_is_the_same() -> None:
    """Where netrep's floor under eigenvalues, 1e-7 whatever the unit, moves the angle by 6 %."""
    x, y = POPULATIONS["equal 45x9, 45x9"]
    angle = ours("whitened_procrustes", x, y)
    assert ours("whitened_procrustes", 1e-5 * x, 1e-5 * y) == pytest.approx(angle, abs=1e-10)


@pytest.mark.parametrize("alpha", [0, 0.5])
def test_silent_neurons_take_no_part_of_a_whitened_size(alpha: float) -> None:
    """Where netrep pads, whitens what it padded, and then divides the size among all."""
    x, y = POPULATIONS["more candidates 60x7, 60x15"]
    distance = ours("whitened_procrustes", x, y, alpha=alpha, form="distance")
    padded = ours(
        "whitened_procrustes", np.pad(x, ((0, 0), (0, 8))), y, alpha=alpha, form="distance"
    )
    assert padded == pytest.approx(distance, rel=1e-9)


def test_whitened_procrustes_refuses_what_it_cannot_tell() -> None:
    x, y = POPULATIONS["wide 18x21, 18x26"]
    says = "HM031 whitened_procrustes is undefined here, not 0: 21 whitened neurons could span all"
    with pytest.raises(HomologError, match=says):
        ours("whitened_procrustes", x, y)
    with pytest.raises(HomologError, match="HM025 alpha is 1; allowed: a number from 0 to below 1"):
        ours("whitened_procrustes", x, y, alpha=1)
    with pytest.raises(HomologError, match="HM025 form is 'score'; allowed: angle, distance"):
        ours("whitened_procrustes", x, y, form="score")


def eigen_directions(
    a: Responses, b: Responses, penalties: tuple[float, float], n: int
) -> tuple[Responses, Responses]:
    """Pairs of directions as eigenvectors of one matrix of both populations."""
    n_a, cross = a.shape[1], a.T @ b
    between = np.zeros((n_a + b.shape[1],) * 2)
    between[:n_a, n_a:], between[n_a:, :n_a] = cross, cross.T
    within = block_diag(
        *(one.T @ one + p * np.eye(one.shape[1]) for one, p in zip((a, b), penalties, strict=True))
    )
    vectors = eigh(between, within)[1][:, ::-1][:, :n]
    return vectors[:n_a], vectors[n_a:]


@pytest.mark.parametrize("name", [name for name in POPULATIONS if not name.startswith("rotated")])
def test_regularised_correlations_are_those_of_held_out_stimuli(name: str) -> None:
    x, y = POPULATIONS[name]
    fold = np.arange(len(x)) % 3
    found = []
    for one in range(3):
        seen, unseen = fold != one, fold == one
        trained = [p[seen] - p[seen].mean(axis=0) for p in (x, y)]
        penalties = tuple(0.3 * np.sum(p**2) / p.shape[1] for p in trained)
        a, b = eigen_directions(*trained, penalties, n=3)
        found += [np.corrcoef(x[unseen] @ a[:, i], y[unseen] @ b[:, i])[0, 1] for i in range(3)]
    got = ours("regularised_cca", x, y, folds=fold, penalty=0.3, n_components=3)
    assert got == pytest.approx(np.mean(found), abs=1e-7)


def test_kernel_correlations_are_those_of_functions_of_the_training_stimuli() -> None:
    """By dual weights of stimuli, of a kernel that is centred over all of them."""
    x, y = (p[:24] for p in POPULATIONS["equal 45x9, 45x9"])
    fold, h = np.arange(24) % 3, np.eye(24) - 1 / 24
    kernels = []
    for p in (x, y):
        apart = squareform(pdist(p))
        kernels.append(h @ np.exp(-(apart**2) / (2 * np.median(pdist(p)) ** 2)) @ h)
    found = []
    for one in range(3):
        seen, unseen = np.flatnonzero(fold != one), np.flatnonzero(fold == one)
        centring = np.eye(len(seen)) - 1 / len(seen)
        roots, helds = [], []
        for k in kernels:
            train = centring @ k[np.ix_(seen, seen)] @ centring
            penalty = 0.1 * np.trace(train) / 24
            values, vectors = np.linalg.eigh(train)
            kept = values > 1e-9 * values[-1]
            # Weights of stimuli whose functions have penalised norm 1.
            dual = vectors[:, kept] / np.sqrt(values[kept] * (values[kept] + penalty))
            roots.append(train @ dual)
            helds.append(
                (k[np.ix_(unseen, seen)] - k[np.ix_(seen, seen)].mean(0)) @ centring @ dual
            )
        left, _, right = np.linalg.svd(roots[0].T @ roots[1])
        a, b = helds[0] @ left[:, :4], helds[1] @ right[:4].T
        found += [np.corrcoef(a[:, i], b[:, i])[0, 1] for i in range(4)]
    got = ours("regularised_cca", x, y, kernel="rbf", folds=fold, n_components=4)
    assert got == pytest.approx(np.mean(found), abs=1e-7)


def test_only_a_kernel_sees_a_curved_relation() -> None:
    """A circle and one of twice the frequency, which no linear map relates."""
    angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 200)
    x, y = (np.column_stack([np.cos(k * angle), np.sin(k * angle)]) for k in (1, 2))
    straight, curved = (
        ours("regularised_cca", x, y, kernel=kernel, n_components=2) for kernel in ("linear", "rbf")
    )
    assert abs(straight) < 0.2
    assert curved > 0.9


def test_folds_of_two_stimuli_have_no_correlation() -> None:
    x, y = POPULATIONS["counts 30x6, 30x4"]
    says = r"^HM025 folds is 15; allowed: folds of at least 3 of the 30 stimuli.$"
    with pytest.raises(HomologError, match=says):
        ours("regularised_cca", x, y, folds=15)
