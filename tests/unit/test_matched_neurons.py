"""What a matching says of single neurons: their partners, a table, responses carried over."""

import re
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from homolog.errors import HomologError
from homolog.matching import Matching, assignment, match, partial, transport
from homolog.representation import Representation, align, represent

SIZES = [(5, 5), (12, 8), (8, 12), (7, 1), (1, 7), (9, 5)]


@pytest.fixture
def planted(rng):
    """Six neurons, their noisy copies in another order and scale, and two that are alone."""
    x = rng.normal(size=(40, 6))
    order = rng.permutation(6)
    copies = 3 * x[:, order] + 5 + 0.1 * rng.normal(size=(40, 6))
    return x, np.c_[copies, rng.normal(size=(40, 2))], order


def dense(matching: Matching) -> np.ndarray:
    plan = np.zeros(matching.shape)
    plan[matching.rows, matching.columns] = matching.mass
    return plan


def by_correlation(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return -np.corrcoef(x.T, y.T)[: x.shape[1], x.shape[1] :]


def test_the_best_partner_is_the_one_a_neuron_was_copied_to(planted):
    x, y, order = planted
    for matching in (match(x, y), assignment(by_correlation(x, y))):
        assert order[matching.best_partner()].tolist() == list(range(6))
    back = assignment(by_correlation(x, y)).transposed()
    assert back.matched().tolist() == list(range(6))
    assert back.best_partner([4, 1]).tolist() == [order[4], order[1]]


@pytest.mark.parametrize("size", SIZES)
def test_the_best_partner_has_the_largest_entry_of_the_plan(size, rng):
    matching = transport(rng.normal(size=size))
    plan = dense(matching)
    assert (plan[np.arange(size[0]), matching.best_partner()] == plan.max(axis=1)).all()
    back = matching.transposed()
    assert (plan[back.best_partner(), np.arange(size[1])] == plan.max(axis=0)).all()


def test_of_equally_heavy_partners_the_first_is_the_best():
    tied = Matching(
        rows=np.array([0, 0, 0]),
        columns=np.array([2, 0, 1]),
        mass=np.array([0.4, 0.2, 0.4]),
        objective=0.0,
        bound=0.0,
        row_prices=np.zeros(1),
        column_prices=np.zeros(3),
    )
    assert tied.best_partner().tolist() == [1]


def test_a_neuron_without_a_partner_is_refused_and_not_marked(planted):
    x, y, _ = planted
    back = assignment(by_correlation(x, y)).transposed()
    says = re.escape(
        "HM040 2 of 8 neurons have no partner (6, 7). Ask only for those that have one,"
        " Matching.matched() of their side, or match softly: then every neuron has one."
    )
    with pytest.raises(HomologError, match=says):
        back.best_partner()
    with pytest.raises(HomologError, match=r"HM040 1 of 8 neurons has no partner \(7\)"):
        back.best_partner([0, 7])
    with pytest.raises(HomologError, match=says):
        back.transposed().carry(x)


def test_a_partial_matching_leaves_those_that_fit_worst_on_both_sides(rng):
    shared = rng.normal(size=(60, 6))
    x = np.c_[rng.normal(size=(60, 2)), shared]
    y = np.c_[shared + 0.1 * rng.normal(size=(60, 6)), rng.normal(size=(60, 2))]
    matching = partial(by_correlation(x, y), 0.75)
    assert matching.matched().tolist() == [2, 3, 4, 5, 6, 7]
    assert matching.best_partner(matching.matched()).tolist() == [0, 1, 2, 3, 4, 5]
    assert matching.transposed().matched().tolist() == [0, 1, 2, 3, 4, 5]
    assert matching.carry(x, [3, 0]) == pytest.approx(x[:, [5, 2]], abs=1e-12)


@pytest.mark.parametrize(
    "neurons", [[8], [-1], [0.5], [True, False], [[1]], [[1], [2, 3]], 8, 0.5, "a", True]
)
def test_what_is_no_position_of_a_neuron_is_refused(neurons, rng):
    says = re.escape(
        f"HM025 neurons is {neurons!r}; allowed: positions from 0 to 7, or a mask of 8 True and"
        " False."
    )
    matching = transport(rng.normal(size=(8, 4)))
    with pytest.raises(HomologError, match=says):
        matching.best_partner(neurons)
    with pytest.raises(HomologError, match=says):
        matching.transposed().carry(rng.normal(size=(5, 4)), neurons)


def test_neurons_may_be_a_mask_or_a_single_position(rng):
    matching = transport(rng.normal(size=(8, 4)))
    partners = matching.best_partner()
    mask = np.arange(8) % 3 == 1
    assert matching.best_partner(mask).tolist() == partners[mask].tolist()
    assert matching.best_partner(mask.tolist()).tolist() == partners[mask].tolist()
    assert matching.best_partner(5).tolist() == [partners[5]]
    assert matching.best_partner(np.int64(5)).tolist() == [partners[5]]
    y = rng.normal(size=(6, 4))
    back = matching.transposed()
    assert back.carry(y, mask).tolist() == back.carry(y)[:, mask].tolist()


def test_asked_for_no_neuron_there_is_none(rng):
    matching = transport(rng.normal(size=(8, 4)))
    assert matching.best_partner([]).shape == (0,)
    assert matching.carry(rng.normal(size=(5, 8)), []).shape == (5, 0)


@pytest.mark.parametrize("size", SIZES)
def test_carrying_is_the_barycentric_projection(size, rng, xp):
    x = rng.normal(size=(6, size[0]))
    matching = transport(rng.normal(size=size))
    carried = matching.carry(xp.asarray(x))
    assert type(carried) is type(xp.asarray(x))
    assert np.asarray(carried) == pytest.approx(size[1] * x @ dense(matching), abs=1e-12)
    y = rng.normal(size=(4, size[1]))
    back = matching.transposed().carry(xp.asarray(y))
    assert np.asarray(back) == pytest.approx(size[0] * y @ dense(matching).T, abs=1e-12)


def test_a_copy_in_another_order_is_carried_over_exactly(rng):
    x, other_stimuli = rng.normal(size=(20, 9)), rng.normal(size=(7, 9))
    order = rng.permutation(9)
    matching = match(x, x[:, order])
    assert matching.carry(other_stimuli).tolist() == other_stimuli[:, order].tolist()
    assert matching.transposed().carry(other_stimuli[:, order]).tolist() == other_stimuli.tolist()


def test_each_of_two_partners_is_given_its_share():
    """Three neurons onto two: the outer ones go whole, the one between in halves."""
    matching = transport(np.array([[0.0, 9.0], [1.0, 1.0], [9.0, 0.0]]))
    x = np.array([[3.0, 30.0, 300.0], [6.0, 0.0, 0.0], [0.0, 0.0, 9.0]])
    assert matching.carry(x) == pytest.approx(np.array([[12.0, 210.0], [4.0, 0.0], [0.0, 6.0]]))


def test_gradients_flow_through_what_is_carried(rng):
    torch = pytest.importorskip("torch")
    matching = transport(rng.normal(size=(6, 4)))
    x = torch.asarray(rng.normal(size=(5, 6)), requires_grad=True)
    matching.carry(x).sum().backward()
    assert x.grad is not None
    expected = np.tile(4 * dense(matching).sum(axis=1), (5, 1))
    assert x.grad.numpy() == pytest.approx(expected, abs=1e-12)


def test_correlations_are_those_of_the_pairs(rng, xp):
    x, y = rng.normal(size=(20, 6)), rng.normal(size=(20, 4))
    matching = match(x, y)
    found = np.asarray(matching.correlations(xp.asarray(x), xp.asarray(y)))
    expected = -by_correlation(x, y)[matching.rows, matching.columns]
    assert found == pytest.approx(expected, abs=1e-12)
    assert matching.mass @ found == pytest.approx(-matching.objective, abs=1e-12)
    held_out = rng.normal(size=(9, 6)), rng.normal(size=(9, 4))
    expected = -by_correlation(*held_out)[matching.rows, matching.columns]
    assert matching.correlations(*held_out) == pytest.approx(expected, abs=1e-12)


def test_responses_of_another_population_are_refused(rng):
    x, y = rng.normal(size=(20, 6)), rng.normal(size=(20, 4))
    matching = match(x, y)
    says = r"HM025 the shape of x is \(20, 4\); allowed: \(stimulus, 6\), as was matched"
    with pytest.raises(HomologError, match=says):
        matching.carry(y)
    with pytest.raises(HomologError, match=says):
        matching.correlations(y, y)
    with pytest.raises(HomologError, match=r"HM025 the shape of y is \(20, 6\)"):
        matching.correlations(x, x)


def test_the_table_has_a_row_for_each_pair_the_heaviest_first(rng):
    x, y = rng.normal(size=(20, 6)), rng.normal(size=(20, 4))
    matching = match(x, y)
    table = matching.table(x, y, x_labels="abcdef", y_labels=["V1 1", "V1 2", 3, (4, 5)])
    assert list(table.columns) == ["x", "y", "mass", "share_of_x", "share_of_y", "correlation"]
    assert len(table) == len(matching.mass)
    assert list(table.x) == sorted(table.x)
    assert table.groupby("x").mass.is_monotonic_decreasing.all()
    assert table.groupby("x").share_of_x.sum().to_numpy() == pytest.approx(np.ones(6))
    assert table.groupby("y", sort=False).share_of_y.sum().to_numpy() == pytest.approx(np.ones(4))
    heaviest = table.groupby("x").first().y.tolist()
    assert heaviest == [["V1 1", "V1 2", 3, (4, 5)][j] for j in matching.best_partner()]
    assert table.mass @ table.correlation == pytest.approx(-matching.objective, abs=1e-12)


def test_the_table_of_a_partial_matching_shares_out_what_is_matched(rng):
    table = partial(rng.normal(size=(6, 9)), 0.4).table()
    assert list(table.columns) == ["x", "y", "mass", "share_of_x", "share_of_y"]
    assert table.groupby("y").share_of_y.sum().to_numpy() == pytest.approx(1)
    assert table.mass.sum() == pytest.approx(1)
    assert table.x.max() < 6


def test_a_table_with_half_of_what_it_needs_is_refused(rng):
    x, y = rng.normal(size=(20, 6)), rng.normal(size=(20, 4))
    matching = match(x, y)
    with pytest.raises(HomologError, match="HM027 y: 3 neuron labels for an axis of length 4"):
        matching.table(y_labels="abc")
    with pytest.raises(HomologError, match="HM025 y is None; allowed: responses of both, or nei"):
        matching.table(x)
    with pytest.raises(HomologError, match="HM025 x is None; allowed: responses of both, or nei"):
        matching.table(y=y)


@pytest.fixture
def labelled(planted):
    """The planted populations with names, labels and two trials of every stimulus."""
    stimuli = [f"image {k}" for k in range(40)]
    x, y = (
        Representation(
            np.stack([responses + 1, responses - 1]),
            "trial,stimulus,neuron",
            stimuli=stimuli,
            neurons=[f"{name} {k}" for k in range(responses.shape[1])],
            name=name,
        )
        for name, responses in (("V1", planted[0]), ("V4", planted[1]))
    )
    return x, y


def test_populations_with_labels_are_matched_as_their_condition_means(planted, labelled):
    x, y, _ = planted
    plain, found = match(x, y), match(*labelled)
    np.testing.assert_allclose(dense(found), dense(plain), rtol=0, atol=1e-12)
    assert match(labelled[0], y).objective == pytest.approx(plain.objective, abs=1e-12)
    assert found.carry(labelled[0]) == pytest.approx(plain.carry(x), abs=1e-12)
    assert found.correlations(*labelled) == pytest.approx(plain.correlations(x, y), abs=1e-12)


def test_the_table_calls_neurons_what_the_populations_call_them(planted, labelled):
    matching = match(*labelled)
    table = matching.table(*labelled)
    assert table.x.tolist() == [f"V1 {i}" for i in matching.table().x]
    assert table.y.tolist() == [f"V4 {j}" for j in matching.table().y]
    told = matching.table(labelled[0], planted[1], x_labels="abcdef")
    assert sorted(set(told.x)) == list("abcdef")
    assert told.y.tolist() == matching.table().y.tolist()
    np.testing.assert_allclose(told.correlation, table.correlation, rtol=0, atol=1e-12)


def test_labels_of_tables_and_of_arrays_with_axes_count_too(planted, labelled):
    means = [one.condition_means() for one in labelled]
    frame = pd.DataFrame(means[0].matrix, means[0].labels, means[0].neuron_labels)
    array = means[1].to_xarray()
    table = match(frame, array).table(frame, array)
    assert table.equals(match(*means).table(*means))
    with pytest.raises(HomologError, match="HM002 X and V4 share the same 40 ids in different or"):
        match(frame[::-1], array)


TAKES_BOTH = {
    "match": lambda matching, x, y: match(x, y),
    "correlations": lambda matching, x, y: matching.correlations(x, y),
    "table": lambda matching, x, y: matching.table(x, y),
}


@pytest.mark.parametrize("use", TAKES_BOTH.values(), ids=TAKES_BOTH)
def test_stimuli_in_another_order_are_refused_and_mended_by_aligning(use, labelled):
    x, y = labelled
    turned = y.select(stimuli=range(39, -1, -1))
    says = re.escape(
        "HM002 V1 and V4 share the same 40 ids in different orders (first at row 0)."
        " Use homolog.align(V1, V4), or align=True in homolog.compare."
    )
    matching = match(x, y)
    with pytest.raises(HomologError, match=says):
        use(matching, x, turned)
    use(matching, *align(x, turned))


@pytest.mark.parametrize("use", TAKES_BOTH.values(), ids=TAKES_BOTH)
def test_other_stimuli_are_refused_and_named(use, labelled):
    x, y = labelled
    says = re.escape(" 1 id is only in V1: 'image 39'. Use homolog.align(V1, V4) to keep the 39")
    with pytest.raises(HomologError, match=f"HM001 V1 has 40 stimuli, V4 has 39.*{says}"):
        use(match(x, y), x, y.select(stimuli=range(39)))


def test_a_neuron_without_tuning_is_named_with_its_population(planted, labelled):
    x, y, _ = planted
    flat = y.copy()
    flat[:, [2, 5]] = 1.0
    for known in (match, match(x, y).correlations):
        with pytest.raises(HomologError, match=r"HM006 Y: 2 units are .* \(2, 5 of 8\)"):
            known(x, flat)
    named = represent(flat, neurons="abcdefgh", stimuli=labelled[0].labels, name="V4")
    with pytest.raises(HomologError, match=r"HM006 V4: 2 units are .* \(c, f of 8\)") as caught:
        match(labelled[0], named)
    assert str(caught.value).endswith(" Drop them with homolog.represent(…).drop_constant().")
    assert match(labelled[0], represent(named).drop_constant()).shape == (6, 6)


def test_what_a_matching_cannot_take_is_mended_as_the_message_says(planted, labelled):
    x, y = labelled
    with pytest.raises(HomologError, match=r"HM007 X: got \(2, 40, 6\)\. Say .* homolog.represent"):
        match(x.responses, planted[1])
    assert match(represent(x.responses, "trial,stimulus,neuron"), planted[1]).shape == (6, 8)
    missing = np.zeros(y.responses.shape, dtype=bool)
    missing[:, 7, 1] = True
    lacking = replace(y, missing=missing)
    with pytest.raises(HomologError, match=r"HM028 V4 has 1 .*condition_means\(\)\.drop_missing"):
        match(x, lacking)
    whole = lacking.condition_means().drop_missing("stimuli")
    assert match(*align(x, whole)).shape == (6, 8)


def _with_gap(gap: float, *, complete: bool) -> Matching:
    pairs = np.arange(2)
    return Matching(
        rows=pairs,
        columns=pairs,
        mass=np.full(2, 0.5),
        objective=-0.25,
        bound=-0.25 - gap,
        row_prices=np.zeros(2),
        column_prices=np.zeros(3),
        complete=complete,
    )


@pytest.mark.parametrize(
    ("gap", "complete", "certainty"),
    [
        (2.0**-52, True, "proved optimal to within 2e-16"),
        (0.0, True, "proved optimal"),
        (-(2.0**-54), True, "proved optimal"),
        (0.0003, False, "stopped early: at most 0.0003 above the optimum"),
    ],
)
def test_a_matching_says_in_a_sentence_what_it_is_and_how_sure(gap, complete, certainty):
    sentence = f"2 neurons matched with 2 of 3 neurons in 2 pairs, mean cost -0.25, {certainty}"
    matching = _with_gap(gap, complete=complete)
    assert str(matching) == sentence
    assert repr(matching) == f"<Matching: {sentence}>"


def test_one_neuron_is_no_plural():
    said = str(transport(np.array([[2.0]])))
    assert said == "1 neuron matched with 1 neuron in 1 pair, mean cost 2, proved optimal"


def test_thousands_are_set_apart():
    many = transport(np.zeros((1500, 1)))
    assert str(many).startswith("1,500 neurons matched with 1 neuron in 1,500 pairs, mean cost 0,")


def test_what_is_carried_stays_on_its_device(rng):
    strict = pytest.importorskip("array_api_strict")
    there = strict.Device("device1")
    x = strict.asarray(rng.normal(size=(9, 6)), device=there)
    assert transport(rng.normal(size=(6, 4))).carry(x).device == there
