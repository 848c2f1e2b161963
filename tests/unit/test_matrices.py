"""Several measures of many populations in one call."""

import csv
import re
from itertools import product
from typing import Any

import numpy as np
import pytest

import homolog
from homolog import HomologError, Representation, represent
from homolog.all_pairs import Matrices, _scores
from homolog.comparison import DEFAULT_MEASURES
from homolog.measures import _compared, _ridge, find

LABELS = [f"s{i:02d}" for i in range(24)]


@pytest.fixture
def layers(rng: np.random.Generator) -> dict[str, Representation]:
    """Three populations with four trials of the same stimuli."""
    shared = rng.normal(size=(24, 3))
    return {
        f"layer {n}": represent(
            shared @ rng.normal(size=(3, n)) + rng.normal(size=(4, 24, n)),
            "trial,stimulus,neuron",
            stimuli=LABELS,
        )
        for n in (4, 5, 6)
    }


def test_the_default_set_is_computed_in_one_call(layers: dict[str, Representation]) -> None:
    found = homolog.matrix(layers)
    assert isinstance(found, Matrices)
    assert tuple(one.measure.name for one in found) == DEFAULT_MEASURES
    assert len(found) == 4
    assert found.names == tuple(layers)
    for name in DEFAULT_MEASURES:
        alone = homolog.matrix(layers, name)
        np.testing.assert_allclose(found[name].values, alone.values, rtol=1e-12)
        assert found[name].names == alone.names


def test_pairs_that_share_other_stimuli_are_scored_by_every_measure(
    layers: dict[str, Representation],
) -> None:
    few = layers["layer 5"].select(stimuli=LABELS[:15:-1] + LABELS[:14])
    apart = {**layers, "layer 5": few}
    for names in (["nbs", "ridge", "cka"], ("nbs", "cka")):
        found = homolog.matrix(apart, names, align=True)
        for one in found:
            alone = homolog.matrix(apart, one.measure, align=True)
            np.testing.assert_array_equal(one.values, alone.values)
    x, y = homolog.align(layers["layer 4"], few)
    of_pair = float(find("ridge")(x.condition_means().matrix, y.condition_means().matrix))
    found = homolog.matrix(apart, ["nbs", "ridge"], align=True)
    assert found["ridge"].values[0, 1] == pytest.approx(of_pair, abs=1e-12)


def test_trials_are_averaged_once(
    layers: dict[str, Representation], monkeypatch: pytest.MonkeyPatch
) -> None:
    means, averaged = Representation.condition_means, []

    def counted(population: Representation) -> Representation:
        if population.has_trials:
            averaged.append(population.name)
        return means(population)

    monkeypatch.setattr(Representation, "condition_means", counted)
    apart = {**layers, "layer 5": layers["layer 5"].select(stimuli=LABELS[:20])}
    for populations in (layers, apart):
        homolog.matrix(populations, ["cka", "nbs"], align=True)
        assert averaged == list(layers)
        averaged.clear()


def test_rsa_ranks_the_dissimilarities_of_a_population_once(
    layers: dict[str, Representation], monkeypatch: pytest.MonkeyPatch
) -> None:
    ranking, ranked = _compared.levels, []

    def counted(values: Any) -> Any:
        ranked.append(len(values))
        return ranking(values)

    monkeypatch.setattr(_compared, "levels", counted)
    homolog.matrix(layers, ["rsa", "cka"])
    assert ranked == [24 * 23 // 2] * len(layers)


def test_regressions_are_fitted_once_for_a_candidate_and_not_kept(
    layers: dict[str, Representation], monkeypatch: pytest.MonkeyPatch
) -> None:
    summarise, kept = _scores.summary_of, []
    fit, fits = _ridge.Population._fit, []

    def remembered(*given: Any) -> Any:
        kept.append(summarise(*given))
        return kept[-1]

    def counted(*given: Any) -> Any:
        fits.append(1)
        return fit(*given)

    monkeypatch.setattr(_scores, "summary_of", remembered)
    monkeypatch.setattr(_ridge.Population, "_fit", counted)
    homolog.matrix(layers, "ridge")
    assert len(fits) == 5 * len(layers)
    assert not any("fitted" in vars(summary) for summary in kept)


def test_a_matrix_is_found_by_name_or_label(layers: dict[str, Representation]) -> None:
    found = homolog.matrix(layers, ["cka", find("rsa").using(comparison="pearson")])
    assert found["rsa"] is found["rsa(comparison=pearson)"]
    with pytest.raises(HomologError) as caught:
        found["rza"]
    assert str(caught.value) == (
        "HM023 no matrix 'rza'. Closest: 'cka', 'rsa(comparison=pearson)'. It was not computed."
    )


def test_a_name_that_several_variants_share_says_which(rng: np.random.Generator) -> None:
    x, y = rng.normal(size=(2, 20, 3))
    asked = ["cka(kernel=rbf)", "cka"]
    found = homolog.matrix({"x": x, "y": y}, (name for name in asked))
    scores = homolog.compare(x, y, asked, permutations=0)
    ranked = homolog.rank(x, {"y": y, "x": x}, asked)
    assert found["cka"].measure.label == scores["cka"].measure.label == "cka"
    assert {one.measure.label for one in ranked.of("cka")} == {"cka"}
    two = ["cka(kernel=rbf)", "cka(kernel=laplace)"]
    for kind, look in (
        ("matrix", homolog.matrix({"x": x, "y": y}, two).__getitem__),
        ("score", homolog.compare(x, y, two, permutations=0).__getitem__),
        ("measure", homolog.rank(x, {"y": y, "x": x}, two).of),
    ):
        with pytest.raises(HomologError) as caught:
            look("cka")
        meant = "; ".join(f"'{label}' is {find(label).title}" for label in two)
        assert str(caught.value) == (f"HM075 'cka' names more than one {kind}: {meant}. Say which.")


def test_names_that_are_written_alike_are_refused(rng: np.random.Generator) -> None:
    x, y = rng.normal(size=(2, 20, 3))
    with pytest.raises(HomologError) as caught:
        homolog.matrix({1: x, "1": y}, "cka")  # type: ignore[dict-item]
    assert str(caught.value) == (
        "HM025 names of populations is [1, '1']; allowed: each written once."
    )


def test_scores_in_the_square_of_a_small_unit_are_told_apart(rng: np.random.Generator) -> None:
    x, y, z = 1e-3 * rng.normal(size=(3, 20, 4))
    found = homolog.matrix({"x": x, "y": y}, "kernel_distance")
    ranked = homolog.rank(x, {"y": y, "z": z}, "kernel_distance")
    digits = 2 - int(np.floor(np.log10(found.values[0, 1])))
    assert f"{found.values[0, 1]:.{digits}f}" in str(found)
    best = ranked.standings[0]
    said = re.search(rf"{best.candidate} is closest \((\S+)\)", ranked.advice[0])
    assert said is not None
    assert float(said[1]) == pytest.approx(best.value, rel=0.01)
    assert f"{ranked.differences[0].value:+.{len(said[1]) - 2}f}" in str(ranked)


def test_printed_one_below_the_other_with_every_warning_once(rng: np.random.Generator) -> None:
    found = homolog.matrix(
        {"a": rng.normal(size=(9, 2)), "b": rng.normal(size=(9, 3))}, ["nbs", "cka"]
    )
    lines = str(found).splitlines()
    assert lines[0] == "nbs * (rows: reference, columns: candidate)"
    assert lines[1].split() == ["a", "b"]
    assert lines[2].split() == ["a", "1.000", f"{found['nbs'].values[0, 1]:.3f}"]
    assert lines[4:6] == ["", "cka * (rows: reference, columns: candidate)"]
    assert lines[9].startswith("* biased at few stimuli: unrelated populations score alike, too")
    assert [line for line in lines if line.startswith("!")] == [f"! {found.warnings[0]}"]
    assert "*" not in str(homolog.matrix({"a": rng.normal(size=(9, 2))}, "unbiased_cka"))


def test_the_table_and_the_file_have_a_row_for_each_measure_and_pair(
    layers: dict[str, Representation], tmp_path: Any
) -> None:
    found = homolog.matrix(layers, ["nbs", "cka"])
    table = found.to_dataframe()
    assert list(table.columns) == ["reference", "candidate", "measure", "value", "why"]
    assert len(table) == 2 * 9
    chosen = table.query("measure == 'cka' and reference == 'layer 4' and candidate == 'layer 6'")
    assert chosen["value"].item() == found["cka"].values[0, 2]
    rows = list(csv.DictReader((found.save(tmp_path) / "matrix.csv").open()))
    assert [float(row["value"]) for row in rows] == table["value"].tolist()
    assert [row["measure"] for row in rows] == table["measure"].tolist()
    assert {row["why"] for row in rows} == {""}


def test_populations_without_labels_are_named_together(rng: np.random.Generator) -> None:
    found = homolog.matrix({name: rng.normal(size=(9, 3)) for name in "abc"}, ["nbs"])
    assert found.warnings == (
        "a, b and c have no stimulus labels: row k of one is taken to be the same stimulus"
        " as row k of the other",
    )


@pytest.mark.parametrize("align", [False, True])
def test_what_the_means_miss_is_said_once_a_population(
    layers: dict[str, Representation], rng: np.random.Generator, align: bool
) -> None:
    missing = np.zeros((4, 24, 7), dtype=bool)
    missing[0, :6] = True
    gappy = represent(
        rng.normal(size=(4, 24, 7)), "trial,stimulus,neuron", stimuli=LABELS, missing=missing
    )
    stimuli = LABELS[:20] if align else LABELS
    populations = {**layers, "gappy": gappy, "few": layers["layer 4"].select(stimuli=stimuli)}
    found = homolog.matrix(populations, ["cka", "nbs"], align=align)
    said = [note for note in found.warnings if "missing" in note]
    assert said == ["gappy: 6.2% of single-trial responses are missing from its means"]


def test_progress_of_every_measure(layers: dict[str, Representation]) -> None:
    seen: list[tuple[str, int, int]] = []
    homolog.matrix(layers, ["cka", "nbs", "ridge"], progress=lambda *step: seen.append(step))
    assert seen[0] == ("cka: pairs", 9, 9)
    assert seen[1:7] == [("nbs: pairs", done, 6) for done in range(1, 7)]
    assert seen[7:] == [("ridge: pairs", done, 9) for done in range(1, 10)]


def test_progress_where_every_pair_is_brought_onto_its_stimuli(
    layers: dict[str, Representation],
) -> None:
    seen: list[tuple[str, int, int]] = []
    apart = {**layers, "layer 5": layers["layer 5"].select(stimuli=LABELS[:20])}
    homolog.matrix(apart, ["cka", "nbs"], align=True, progress=lambda *step: seen.append(step))
    assert seen == [("pairs", done, 6) for done in range(1, 7)]


@pytest.mark.parametrize(
    ("measures", "said"),
    [
        ([], "HM025 measures is []; allowed: at least one, each only once."),
        (
            ["cka", "cka"],
            "HM025 measures is ['cka', 'cka']; allowed: at least one, each only once.",
        ),
        (7, "HM025 measures is 7; allowed: names of measures, or Measure objects."),
        (["cka", "procrusts"], "HM023 no measure 'procrusts'. Closest: 'procrustes'"),
    ],
)
def test_refused_measures(layers: dict[str, Representation], measures: Any, said: str) -> None:
    with pytest.raises(HomologError) as caught:
        homolog.matrix(layers, measures)
    assert str(caught.value).startswith(said)


def test_measures_of_means_refuse_courses_in_time_and_leave_the_others(
    rng: np.random.Generator,
) -> None:
    courses = {
        name: represent(rng.normal(size=(8, 12, 3)), "stimulus,time,neuron") for name in ("a", "b")
    }
    both = homolog.matrix(courses, ["dsa", "cka"])
    np.testing.assert_array_equal(both["dsa"].values, homolog.matrix(courses, "dsa").values)
    with pytest.raises(HomologError, match="HM028"):
        _ = both["cka"]


def test_every_matrix_is_drawn_under_the_name_of_its_measure(
    layers: dict[str, Representation], tmp_path: Any
) -> None:
    found = homolog.matrix(layers, ["nbs", "rsa(dissimilarity=cosine)"])
    folder = homolog.report.write_matrices(found, tmp_path)
    names = ("nbs", "rsa-dissimilarity-cosine")
    files = {f"{name}.{form}" for name in names for form in ("svg", "png")}
    assert {file.name for file in folder.iterdir()} == files
    assert "layer 6" in (folder / "nbs.svg").read_text()
    alone = homolog.report.write_matrices(found["nbs"], tmp_path / "alone")
    assert {file.name for file in alone.iterdir()} == {"nbs.svg", "nbs.png"}


def test_groups_of_the_first_population_hold_for_all(layers: dict[str, Representation]) -> None:
    groups = np.repeat(["a", "b", "c", "d", "e", "f"], 4)
    turned = {**layers, "layer 5": layers["layer 5"].select(stimuli=LABELS[::-1])}
    by_row = {name: one.condition_means().matrix for name, one in layers.items()}
    expected = homolog.matrix(by_row, "ridge", groups=groups).values
    np.testing.assert_array_equal(homolog.matrix(layers, "ridge", groups=groups).values, expected)
    found = homolog.matrix(turned, "ridge", groups=groups, align=True).values
    np.testing.assert_allclose(found[0], expected[0], rtol=1e-9)
    x, y = layers["layer 4"], layers["layer 5"]
    pair = homolog.compare(x, y, "ridge", groups=groups, permutations=0, intervals=False)
    assert expected[0, 1] == pytest.approx(pair["ridge"].value, rel=1e-12)
    alone = homolog.matrix(layers, "ridge").values
    assert not np.allclose(expected, alone)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ("movie", "HM025 groups is 'movie'; allowed: \"stimulus\", or a label for each stimulus."),
        (["a"] * 9, "HM027"),
        (
            np.repeat(["a", "b", "c"], 4),
            "HM025 groups is \"without a label for stimulus 's12' of layer 5\"; allowed: labels of"
            " stimuli that layer 4 has, too: leave out the others.",
        ),
    ],
)
def test_groups_that_do_not_fit_a_matrix_are_refused(
    layers: dict[str, Representation], groups: Any, message: str
) -> None:
    first = layers["layer 4"].select(stimuli=LABELS[:12])
    with pytest.raises(HomologError, match="^" + re.escape(message)):
        homolog.matrix({**layers, "layer 4": first}, "ridge", groups=groups, align=True)


@pytest.mark.parametrize("told", [{"groups": np.arange(24) // 3}, {"blocks": 4, "gap": 1}])
@pytest.mark.parametrize("bare", ["layer 4", "layer 6"])
def test_groups_of_rows_without_labels_are_refused_beside_two_orders(
    layers: dict[str, Representation], told: dict[str, Any], bare: str
) -> None:
    """Row k of what has no labels is taken to be row k of either order."""
    turned = layers["layer 5"].select(stimuli=LABELS[::-1])
    unlabelled = represent(layers[bare].condition_means().matrix)
    mixed = {**layers, "layer 5": turned, bare: unlabelled}
    with pytest.raises(HomologError) as caught:
        homolog.matrix(mixed, "ridge", align=True, **told)
    assert str(caught.value).startswith("HM036 layer ")
    assert str(caught.value).endswith(
        f" group their rows by different stimuli. Row k of {bare}, which has no stimulus labels,"
        f" is taken to be row k of both: give {bare} its labels, or leave it out."
    )
    homolog.matrix({**layers, bare: unlabelled}, "ridge", **told)


def test_labels_of_folds_are_those_of_the_rows_that_a_pair_keeps(
    layers: dict[str, Representation], rng: np.random.Generator
) -> None:
    order = rng.permutation(24)[:20]
    folds = np.arange(24) % 4
    found = homolog.matrix(
        {**layers, "layer 5": layers["layer 5"].select(stimuli=[LABELS[k] for k in order])},
        find("ridge").using(folds=folds),
        align=True,
    )
    few = layers["layer 5"].select(stimuli=[LABELS[k] for k in order])
    for (i, x), (j, y) in product(enumerate(layers), repeat=2):
        of_x = folds[order] if x == "layer 5" else folds
        one, other = (few if name == "layer 5" else layers[name] for name in (x, y))
        pair = homolog.compare(
            one, other, find("ridge").using(folds=of_x), align=True, permutations=0, intervals=False
        )
        assert found.values[i, j] == pytest.approx(pair["ridge"].value, abs=1e-12)


def test_labels_of_folds_are_not_those_of_a_stimulus_that_a_pair_drops(
    rng: np.random.Generator,
) -> None:
    responses = rng.normal(size=(2, 20, 4))
    responses[:, 3, 2] = np.nan
    gappy = represent(responses, "trial,stimulus,neuron", nan="pairwise")
    other = rng.normal(size=(20, 5))
    asked = find("ridge").using(folds=np.arange(20) % 4)
    found = homolog.matrix({"x": gappy, "y": other}, asked)
    pair = homolog.compare(gappy, other, asked, permutations=0, intervals=False)
    assert found.values[0, 1] == pytest.approx(pair["ridge"].value, abs=1e-12)


def test_a_fold_of_no_row_of_the_first_population_is_not_known(
    layers: dict[str, Representation],
) -> None:
    first = layers["layer 4"].select(stimuli=LABELS[:20])
    with pytest.raises(HomologError) as caught:
        homolog.matrix(
            {**layers, "layer 4": first}, find("ridge").using(folds=np.arange(20) % 4), align=True
        )
    assert str(caught.value) == (
        "HM025 folds is \"without a label for stimulus 's20' of layer 5\"; allowed: labels of"
        " stimuli that layer 4 has, too: leave out the others."
    )


def test_what_is_taken_on_trust_is_said_once_a_pair(rng: np.random.Generator) -> None:
    named: dict[str, Any] = {name: rng.normal(size=(24, 5)) for name in "ab"}
    named["c"] = represent(rng.normal(size=(24, 5)), stimuli=LABELS)
    found = homolog.matrix(named, ["ridge", "cka"])
    assert [note.partition(" no stimulus")[0] for note in found.warnings] == [
        "a and b have",
        "a has",
        "b has",
    ]
