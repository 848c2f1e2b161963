"""The words, numbers and files of the report; the browser tests look at the page itself."""

import base64
import html
import json
import re
from dataclasses import replace
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import plotly.graph_objects
import pytest

import homolog
from homolog import Comparison, Representation, Score, _citations, _pictured, measures, report
from homolog.report import _charts, _methods, _rendering, _static, _table, _words

SCRIPT = "<script>alert('read from a file')</script>"


def _populations(n_stimuli: int = 24, **names: str) -> tuple[Representation, Representation]:
    rng = np.random.default_rng(11)
    latent = rng.normal(size=(n_stimuli, 3))
    trials = [
        latent @ rng.normal(size=(3, n)) + 0.8 * rng.normal(size=(6, n_stimuli, n)) for n in (8, 5)
    ]
    x, y = (
        Representation(
            responses,
            "trial,stimulus,neuron",
            stimuli=tuple(f"{names.get('stimulus', 'image')} {i}" for i in range(n_stimuli)),
            neurons=tuple(f"{names.get('neuron', 'unit')} {i}" for i in range(responses.shape[2])),
            name=names.get(role, role),
            unit=names.get("unit", "spikes/s"),
        )
        for responses, role in zip(trials, ("V1", "V4"), strict=True)
    )
    return x, y


@pytest.fixture(scope="module")
def comparison() -> Comparison:
    return homolog.compare(*_populations(), permutations=99)


@pytest.fixture(scope="module")
def written(comparison: Comparison, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    page = report.write(comparison, folder, command="homolog compare a.npz b.npz -o out")
    assert page == folder / "report.html"
    return folder


def _scored(**scores: dict) -> Comparison:
    """A comparison with invented scores, one for each measure named."""
    x, y = _populations()
    base = homolog.compare(x, y, "cka", permutations=0, intervals=False)
    return replace(
        base, scores=[Score(measures.find(name), **given) for name, given in scores.items()]
    )


# What is said


def test_verdict_when_all_measures_are_above_chance_and_below_the_ceiling() -> None:
    found = _scored(
        cka={"value": 0.5, "chance": 0.1, "p_value": 0.001, "ceiling": 0.9},
        procrustes={"value": 0.9, "chance": 1.3, "p_value": 0.002, "ceiling": 0.3},
    )
    assert _words.verdict(found) == (
        "All 2 measures find the two populations more alike than chance (p ≤ 0.002); the scores "
        "cover from 40\xa0% (procrustes) to 50\xa0% (cka) of the way from chance to the ceiling "
        "that trial noise sets."
    )


def test_verdict_names_the_measures_that_do_not_find_similarity() -> None:
    found = _scored(
        cka={"value": 0.5, "chance": 0.1, "p_value": 0.004},
        nbs={"value": 0.5, "chance": 0.5, "p_value": 0.5},
        ridge={"value": -0.1, "chance": 0.0, "p_value": 0.9},
    )
    assert _words.verdict(found) == (
        "1 of 3 measures finds the two populations more alike than chance (p = 0.004); nbs and "
        "ridge do not; how alike they could be at best is unknown, because no ceiling could be "
        "estimated."
    )


def test_verdict_does_not_take_a_large_p_for_a_difference() -> None:
    said = _words.verdict(_scored(cka={"value": 0.1, "chance": 0.1, "p_value": 0.4}))
    assert said.startswith(
        "By cka the two populations are not found more alike than chance (p ≥ 0.4), which is "
        "not evidence that they differ;"
    )
    both = _scored(cka={"value": 0.1, "p_value": 0.4}, nbs={"value": 0.1, "p_value": 0.06})
    assert _words.verdict(both).startswith("No measure finds the two populations more alike than")


def test_verdict_without_permutations_claims_nothing_about_chance() -> None:
    said = _words.verdict(_scored(cka={"value": 0.99, "chance": 0.1}))
    assert said.startswith("No permutation test was run, so the scores are not judged against")


def test_verdict_says_when_a_permutation_test_was_not_possible() -> None:
    found = replace(_scored(cka={"value": 0.9, "ceiling": 0.95}), permutations=99)
    assert _words.verdict(found) == (
        "No permutation test was possible, so the scores are not judged against chance; how far "
        "they come is unknown, because there is no chance level."
    )


def test_verdict_counts_only_what_was_tested_and_limited() -> None:
    far = {"value": 0.5, "chance": 0.1, "p_value": 0.01, "ceiling": 0.9}
    found = _scored(cka=far, unbiased_cka=far, nbs={"value": 0.7})
    assert _words.verdict(found).startswith("All 2 measures tested find the two populations")
    assert "; where a ceiling beyond chance is known, the scores cover" in _words.verdict(found)
    weak = {"value": 0.1, "p_value": 0.4}
    said = _words.verdict(_scored(cka=weak, unbiased_cka=weak, nbs={"value": 0.7}))
    assert said.startswith("No measure tested finds the two populations more alike than chance")


def test_verdict_says_that_a_ceiling_can_be_passed() -> None:
    said = _words.verdict(
        _scored(cka={"value": 0.9, "chance": 0.1, "p_value": 0.01, "ceiling": 0.8})
    )
    assert "cka covers 114\xa0%" in said
    assert said.endswith("which is an estimate and can be passed.")


@pytest.mark.parametrize(("name", "ceiling"), [("cka", 0.05), ("procrustes", 1.4)])
def test_a_ceiling_no_better_than_chance_is_not_a_ceiling(name: str, ceiling: float) -> None:
    chance = 0.1 if name == "cka" else 1.3
    found = _scored(
        **{name: {"value": chance, "chance": chance, "p_value": 0.3, "ceiling": ceiling}}
    )
    assert _words.share_of_ceiling(found.scores[0]) is None
    assert "too noisy to say more" in _words.verdict(found)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "–"),
        (0.12345, "0.123"),
        (-0.5, "−0.500"),
        (-0.0001, "0.000"),
        (float("inf"), "∞"),
        (float("-inf"), "−∞"),
        (2249.04, "2249"),
    ],
)
def test_numbers_are_written_for_reading(value: float | None, text: str) -> None:
    assert _words.number(value) == text


def test_a_strip_is_described_in_words() -> None:
    score = Score(
        measures.find("procrustes"), 0.7, interval=(0.6, 0.8), chance=1.2, ceiling=0.4, p_value=0.01
    )
    assert _words.score_in_words(score) == (
        "procrustes 0.700, 95 percent interval 0.600 to 0.800, chance 1.200, floor 0.400; the "
        "measure runs from 1.571 (least alike) to 0.000 (same)."
    )


def test_methods_state_sizes_statistics_and_citations(comparison: Comparison) -> None:
    said = _methods.paragraph(comparison)
    for part in (
        "the reference (V1, 8 neurons, spikes/s)",
        "the candidate (V4, 5 neurons, spikes/s)",
        "the same 24 stimuli",
        "unbiased_cka (Linear CKA from unbiased estimates; Nguyen et al., 2021; "
        "kernel = linear, form = cosine)",
        "jackknife intervals over stimuli (Efron & Stein, 1981; Busing et al., 1999)",
        "do not account for the bias of procrustes, ridge and soft_matching_correlation",
        "(99 random pairings, seed 0), known exactly for unbiased_cka.",
        "ridge (Share of the reference's variance that ridge regression from the candidate "
        "predicts (R²); Golub et al., 1979; kernel = linear, judge = variance, "
        "predict = reference, folds = 5)",
        "The neurons' mean responses over stimuli matter to no score.",
        "(Phipson & Smyth, 2010) and are not corrected for the 4 measures tested",
        "Spearman–Brown correction (Spearman, 1910; Brown, 1910)",
        "the geometric mean of both reliabilities (1 for a population without repeated trials)",
        "for explained variance, the share of the reference's variance that repeats",
        "as a floor, the mean over populations of the distance between the halves",
    ):
        assert part in said


def test_methods_say_nothing_of_what_was_not_done() -> None:
    said = _methods.paragraph(_scored(procrustes={"value": 0.7}))
    assert "jackknife" not in said
    assert "p-values" not in said
    assert said.endswith("No noise ceiling was estimated.")
    keys = [entry.key for entry in _citations.cited_by(_scored(nbs={"value": 0.7}).scores)]
    assert len(keys) == 1


def test_methods_name_options_that_were_changed_and_always_those_of_rsa() -> None:
    chosen = ["rsa", measures.find("cca").using(pca=3), measures.find("ridge").using(folds=4)]
    found = homolog.compare(*_populations(), chosen, permutations=0, intervals=False)
    said = _methods.paragraph(found)
    assert "2008; dissimilarity = correlation, comparison = spearman)" in said
    assert "2017; pca = 3, average = mean)" in said
    assert "1979; folds = 4, kernel = linear, judge = variance, predict = reference)" in said
    assert "mean responses over stimuli matter to rsa only." in said


def test_methods_say_what_was_kept_together() -> None:
    groups = [i // 2 for i in range(24)]
    found = homolog.compare(*_populations(), ["ridge", "cka"], permutations=9, groups=groups)
    said = _methods.paragraph(found)
    assert (
        "Stimuli of a group (12 groups) were kept together in cross-validation folds, intervals "
        "and permutations."
    ) in said
    assert "1979; folds = 5, kernel = linear, judge = variance, predict = reference)" in said
    assert "jackknife intervals over groups of stimuli (Efron" in said
    assert "when groups of stimuli are exchanged whole and at random among those of one size" in (
        said
    )
    assert "known exactly" not in said
    assert "seen by both, in 12 groups" in report._render(found, None)


@pytest.mark.parametrize(("groups", "sets"), [(None, False), (100, False), (101, True)])
def test_stimuli_are_said_to_be_left_out_in_groups_only_above_a_hundred(
    groups: int | None, sets: bool
) -> None:
    found = replace(_scored(cka={"value": 0.5, "interval": (0.4, 0.6)}), groups=groups)
    assert ("left out in 100 groups drawn with seed 0" in _methods.paragraph(found)) is sets


def test_methods_say_which_scores_have_what_others_lack() -> None:
    full = {"value": 0.5, "interval": (0.4, 0.6), "chance": 0.1, "p_value": 0.01, "ceiling": 0.9}
    said = _methods.paragraph(_scored(nbs=full, cka={"value": 0.5}))
    for part in ("95 % intervals of nbs", "Chance of nbs", "p-values of nbs", "ceilings of nbs"):
        assert f"{part} " in said


def test_methods_do_not_call_an_exact_chance_level_drawn() -> None:
    said = _methods.paragraph(_scored(cka={"value": 0.5, "chance": 0.1}))
    assert "a random stimulus of the other, known exactly for cka." in said
    assert "random pairings" not in said


def test_methods_repeat_what_was_left_out() -> None:
    found = replace(_scored(cka={"value": 0.5}), warnings=("V1: left out 1 of 8 neurons", "b"))
    said = _methods.paragraph(found)
    assert "Left out or taken on trust before scoring: V1: left out 1 of 8 neurons; b." in said


# Citations


def test_every_measure_cites_something_that_can_be_read() -> None:
    for name in measures.names():
        entries = _citations.references([measures.find(name).citation])
        assert entries, name
        for entry in entries:
            assert re.fullmatch(r"[^{}\\]+, \d{4}", entry.cited), name
            assert re.fullmatch(r"[^{}\\]+\.", entry.full), name
            assert entry.link.startswith("https://"), name


def test_reference_is_read_from_bibtex() -> None:
    entry = _citations.reference(
        """@article{key2020,
          author = {G{\\"o}del, Kurt and Jos\\'e Luis Borges and van Rossum, Guido},
          title = "The {CKA} of Things -- a Study",
          journal = {Notes}, volume = 7, number = {2}, pages = {1--9},
          year = 2020, doi = {10.1/x_y}
        }"""
    )
    assert entry.key == "key2020"
    assert entry.cited == "Gödel et al., 2020"
    assert entry.full == (
        "Gödel, K., Borges, J. L. & van Rossum, G. (2020). The CKA of Things – a Study. "
        "Notes 7(2), 1–9."
    )
    assert entry.link == "https://doi.org/10.1/x_y"


def test_one_and_two_authors_are_all_named() -> None:
    assert _citations.reference(_citations.JACKKNIFE).cited == "Efron & Stein, 1981"
    assert _citations.reference(_citations.BROWN).cited == "Brown, 1910"


def test_a_link_that_is_no_web_address_is_dropped() -> None:
    entry = "@misc{a, author = {A, B}, title = {C}, year = {2000}, url = {javascript:alert(1)}}"
    assert _citations.reference(entry).link == ""


def test_what_is_not_bibtex_is_refused() -> None:
    with pytest.raises(ValueError, match="not a BibTeX entry: 'Kornblith 2019'"):
        _citations.reference("Kornblith 2019")


def test_a_paper_cited_twice_is_listed_once() -> None:
    twice = _citations.references([_citations.BROWN, _citations.SPEARMAN, _citations.BROWN])
    assert [entry.key for entry in twice] == ["brown1910experimental", "spearman1910correlation"]


# The table and the charts


def test_strip_is_to_scale() -> None:
    null = np.linspace(1.1, 1.3, 1001)
    score = Score(
        measures.find("procrustes"),
        np.pi / 4,
        interval=(np.pi / 8, np.pi / 4),
        chance=1.2,
        ceiling=0.0,
        null=null,
    )
    strip = _table._strip(score)
    assert strip.value == 50
    assert strip.interval == (50, 25)
    assert strip.ceiling == 100
    assert strip.chance == pytest.approx(100 * (1 - 1.2 / (np.pi / 2)), abs=0.01)
    assert strip.null is not None
    left, width = strip.null
    assert left == pytest.approx(100 * (1 - 1.295 / (np.pi / 2)), abs=0.01)
    assert width == pytest.approx(100 * 0.19 / (np.pi / 2), abs=0.01)
    assert (strip.left, strip.right) == ("1.571", "0")


def test_strip_of_a_bare_score_has_only_the_dot_and_marks_the_open_end() -> None:
    strip = _table._strip(Score(measures.find("ridge"), 0.5))
    assert (strip.interval, strip.chance, strip.null, strip.ceiling) == (None, None, None, None)
    assert (strip.left, strip.right) == ("\N{SINGLE LEFT-POINTING ANGLE QUOTATION MARK} −0.1", "1")


def test_the_limit_of_a_distance_is_called_its_floor(comparison: Comparison) -> None:
    names = {row.label: [name for name, _, _ in row.cells] for row in _table.rows(comparison)}
    assert "Floor" in names["procrustes"]
    assert "Ceiling" in names["unbiased_cka"]


def test_only_marks_that_stand_somewhere_are_explained() -> None:
    bare = _scored(cka={"value": 0.5}, nbs={"value": 0.5, "chance": 0.1})
    page = report._render(bare, None)
    legend = re.sub(r"<[^>]*>", " ", page.split('<ul class="legend"')[1].split("</ul>")[0])
    assert legend.split()[-2:] == ["score", "chance"]
    assert 'class="null"' not in page
    assert 'class="interval"' not in page


def test_notes_warn_of_bias_direction_and_asymmetry(comparison: Comparison) -> None:
    notes = {row.label: row.notes for row in _table.rows(comparison)}
    assert notes["unbiased_cka"] == ()
    assert notes["procrustes"] == ("smaller is closer", "biased")
    assert notes["ridge"] == ("biased", "reference from candidate", "held-out stimuli")


def _unpacked(trace: dict) -> np.ndarray:
    z = trace["z"]
    steps = np.frombuffer(base64.b64decode(z["triangle"]), "<u2")
    matrix = np.zeros((z["n"], z["n"]))
    matrix[np.triu_indices(z["n"], 1)] = np.where(steps == 65535, np.nan, steps * z["unit"])
    return matrix + matrix.T


def test_dissimilarities_survive_packing_and_share_their_scale(comparison: Comparison) -> None:
    (one, other), highest = _charts.dissimilarities(comparison)
    expected = _pictured.dissimilarities(comparison.reference)
    np.testing.assert_allclose(_unpacked(one.data[0]), expected, atol=0.5e-4 + 1e-9)
    ends = {(chart.data[0]["zmin"], chart.data[0]["zmax"]) for chart in (one, other)}
    assert ends == {(0, highest)}
    assert highest >= np.nanmax(expected)


def test_many_stimuli_are_thinned_and_the_page_stays_small() -> None:
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(2, 1300, 4))
    many = homolog.compare(x, y, "cka", permutations=0, intervals=False)
    (one, _), _ = _charts.dissimilarities(many)
    assert one.data[0]["z"]["n"] == 434
    assert len(json.dumps(one.data)) < 300_000
    expected = _pictured.dissimilarities(many.reference)[::3, ::3]
    np.testing.assert_allclose(_unpacked(one.data[0]), expected, atol=0.5e-4 + 1e-9)
    assert "One stimulus in 3 is shown." in report._render(many, None)
    assert len(_static._dissimilarities_records(many)) == 434 * 433 // 2


def test_a_population_of_one_neuron_has_no_matrix_and_says_why() -> None:
    rng = np.random.default_rng(0)
    x = Representation(rng.normal(size=(9, 1)), name="one cell")
    single = homolog.compare(x, rng.normal(size=(9, 3)), "nbs", permutations=0)
    (one, other), _ = _charts.dissimilarities(single)
    assert one.data == []
    assert other.data
    page = report._render(single, None)
    assert "Not drawn: to no two stimuli does one cell respond with patterns" in page


def test_plotly_knows_every_setting_used(comparison: Comparison) -> None:
    heat_maps, _ = _charts.dissimilarities(comparison)
    for chart in [*heat_maps, *_charts.matched_tuning(comparison), _charts.spectrum(comparison)]:
        data = json.loads(json.dumps(chart.data).replace('"@', '"dark').replace("darkr", "r"))
        for trace in data:
            if "z" in trace:
                trace["z"] = [[0.0]]
            for part in ("line", "marker"):
                trace.get(part, {}).pop("color", None)
        plotly.graph_objects.Figure(data, chart.layout)  # raises on an unknown setting


def test_axes_name_few_stimuli_number_short_ones_and_hide_long_ones() -> None:
    few = _charts._stimulus_axis(["face", "house"], -90)
    assert (few["showticklabels"], few["dtick"]) == (True, 1)
    numbered = _charts._stimulus_axis([str(i) for i in range(99)], -90)
    assert numbered["showticklabels"]
    assert "dtick" not in numbered
    assert not _charts._stimulus_axis([f"image_{i:04d}" for i in range(99)], -90)["showticklabels"]


def test_long_labels_are_cut_but_stay_apart() -> None:
    labels = _charts._labels([f"{'folder/' * 20}{i}" for i in range(3)])
    assert len(set(labels)) == 3
    assert max(map(len, labels)) <= 48


# The files


class _Page(HTMLParser):
    """Collects tags and the text of scripts."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.scripts: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag == "script":
            self.scripts.append("")

    def handle_data(self, data: str) -> None:
        if self.scripts and self.cdata_elem == "script":
            self.scripts[-1] += data


def test_the_page_asks_for_nothing_outside_itself(written: Path) -> None:
    page = _Page((written / "report.html").read_text(encoding="utf-8"))
    loading = [
        attrs[name]
        for tag, attrs in page.tags
        for name in ("src", "srcset", "href", "action", "poster", "data")
        if name in attrs and not (tag == "a" and name == "href")
    ]
    assert loading == ["data:,"]


def test_the_policy_allows_exactly_the_two_scripts(written: Path) -> None:
    page = _Page((written / "report.html").read_text(encoding="utf-8"))
    (policy,) = (
        attrs["content"] for _, attrs in page.tags if "Content-Security-Policy" in attrs.values()
    )
    assert policy is not None
    assert policy.startswith("default-src 'none'; script-src 'sha256-")
    charts, *programs = page.scripts
    assert json.loads(charts)
    digests = [base64.b64encode(sha256(p.encode()).digest()).decode() for p in programs]
    assert re.findall(r"'sha256-([^']+)'", policy) == digests
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_labels_from_files_cannot_become_markup(tmp_path: Path) -> None:
    names = dict.fromkeys(("V1", "V4", "stimulus", "neuron", "unit"), SCRIPT)
    hostile = homolog.compare(*_populations(**names), "cka", permutations=9)
    hostile = replace(hostile, warnings=(SCRIPT,))
    page = _Page(report.write(hostile, tmp_path, command=SCRIPT).read_text(encoding="utf-8"))
    assert [tag for tag, _ in page.tags].count("script") == 3
    charts = json.loads(page.scripts[0])
    assert not any("<script" in label for label in charts[0]["data"][0]["x"])
    assert charts[0]["data"][0]["x"][0].startswith("&lt;script&gt;")
    assert all("<script" not in trace["name"] for trace in charts[2]["data"])
    for drawn in (tmp_path / "figures").glob("*.svg"):
        tags = {element.tag for element in ElementTree.parse(drawn).iter()}
        assert not any(tag.endswith("script") for tag in tags)


def test_charts_cannot_close_the_element_that_holds_them() -> None:
    chart = _charts.Chart("a", "b", "c", data=[{"x": ["</script>&"]}], layout={})
    text = _rendering.as_json([chart])
    assert "<" not in text
    assert json.loads(text)[0]["data"] == chart.data


def test_all_warnings_are_listed_and_counted(comparison: Comparison) -> None:
    scores = [
        replace(score, warnings=(f"mind {score.measure.name}",), halved=())
        for score in comparison.scores
    ]
    noted = replace(comparison, scores=scores, warnings=("2 neurons were dropped",))
    text = report._render(noted, None)
    assert '<a href="#warnings">5 to read</a>' in text
    assert "<b>Data.</b> 2 neurons were dropped" in text
    for score in scores:
        assert f"<b>{score.measure.label}.</b> mind {score.measure.name}" in text
    halved = replace(noted, scores=[replace(score, halved=("why",)) for score in scores])
    text = report._render(halved, None)
    assert '<a href="#warnings">6 to read</a>' in text
    assert "<b>Ceilings.</b> the ceilings of " in text


def test_command_seed_versions_and_digests_are_shown(written: Path, comparison: Comparison) -> None:
    text = (written / "report.html").read_text(encoding="utf-8")
    assert "homolog compare a.npz b.npz -o out" in text
    for digest in comparison.digests.values():
        assert digest in text
    assert homolog.__version__ in text


def test_without_a_command_the_call_in_python_is_shown_and_runs() -> None:
    variant = measures.find("cca").using(pca=3)
    found = homolog.compare(*_populations(), ["rsa", variant], permutations=0, intervals=False)
    page = report._render(found, None)
    shown = html.unescape(page.split('id="command">')[1].split("<")[0])
    pair = dict(zip(("reference", "candidate"), _populations(), strict=True))
    again = eval(shown, {"homolog": homolog, **pair})  # noqa: S307 - pasted as a reader would
    assert [score.value for score in again.scores] == [score.value for score in found.scores]
    assert again.call == found.call == shown


def test_the_bib_file_can_be_taken_from_the_page(written: Path, comparison: Comparison) -> None:
    page = _Page((written / "report.html").read_text(encoding="utf-8"))
    (link,) = (attrs["href"] for _, attrs in page.tags if attrs.get("download") == "refs.bib")
    assert link is not None
    content = base64.b64decode(link.removeprefix("data:text/x-bibtex;base64,")).decode()
    assert content == _citations.bibtex(comparison.scores)
    assert content.count("@") == 9


def test_figures_come_as_svg_png_and_csv_and_nothing_is_left_over(written: Path) -> None:
    names = ("dissimilarities", "matched_tuning", "scores", "spectrum")
    expected = sorted(f"{name}.{form}" for name in names for form in ("csv", "png", "svg"))
    assert sorted(path.name for path in (written / "figures").iterdir()) == expected
    assert sorted(path.name for path in written.iterdir()) == ["figures", "report.html"]
    for name in names:
        ElementTree.parse(written / "figures" / f"{name}.svg")
        assert (written / "figures" / f"{name}.png").read_bytes().startswith(b"\x89PNG")


def test_csv_holds_the_numbers_behind_each_figure(written: Path, comparison: Comparison) -> None:
    folder = written / "figures"
    scores = pd.read_csv(folder / "scores.csv")
    assert scores["value"].tolist() == pytest.approx([s.value for s in comparison.scores])
    pairs = pd.read_csv(folder / "dissimilarities.csv")
    distances = _pictured.dissimilarities(comparison.candidate)
    np.testing.assert_allclose(pairs["candidate"], distances[np.triu_indices(24, 1)], rtol=1e-5)
    tuning = pd.read_csv(folder / "matched_tuning.csv")
    assert tuning["match"].value_counts().to_dict() == {"best": 24, "median": 24, "worst": 24}
    best = tuning[tuning["match"] == "best"]
    assert np.corrcoef(best["reference"], best["candidate"])[0, 1] == pytest.approx(
        best["r"].iloc[0], rel=1e-4
    )
    shares = pd.read_csv(folder / "spectrum.csv").groupby("population")["share_of_variance"]
    assert shares.sum().tolist() == pytest.approx([1, 1], rel=1e-4)


def test_writing_again_gives_the_same_bytes(
    written: Path, comparison: Comparison, tmp_path: Path
) -> None:
    report.write(comparison, tmp_path, command="homolog compare a.npz b.npz -o out")
    for one in (path for path in written.rglob("*") if path.is_file()):
        assert one.read_bytes() == (tmp_path / one.relative_to(written)).read_bytes(), one.name


def test_a_missing_extra_is_named_and_nothing_is_written(
    comparison: Comparison, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report, "find_spec", lambda package: None if package == "plotly" else 1)
    with pytest.raises(homolog.HomologError) as caught:
        report.write(comparison, tmp_path / "out")
    assert str(caught.value) == (
        'HM013 the report needs plotly: pip install "homolog[report]". Nothing else was changed.'
    )
    assert not (tmp_path / "out").exists()


def test_courses_are_pictured_by_their_means_over_time() -> None:
    steps = np.random.default_rng(0).normal(size=(2, 9, 8, 4)).cumsum(axis=2)
    x, y = (Representation(one, "stimulus,time,neuron", name="MT") for one in steps)
    found = homolog.compare(x, y, "dsa", permutations=0, intervals=False)
    shown = report._shown(found)
    assert ("Pictures.", "of mean responses over time, where measures saw the course") in shown[
        "warnings"
    ]
    of_means = homolog.compare(*steps.mean(2), "cka", permutations=0, intervals=False)
    for one, side in zip((x, y), (of_means.reference, of_means.candidate), strict=True):
        np.testing.assert_allclose(_pictured.spectrum(one), _pictured.spectrum(side), rtol=1e-12)
    by_means = report._shown(of_means)
    for one, other in zip(shown["dissimilarities"], by_means["dissimilarities"], strict=True):
        assert one.data[0]["z"] == other.data[0]["z"]
    assert not any(what == "Pictures." for what, _ in by_means["warnings"])


def test_courses_of_equal_means_leave_the_pictures_blank(tmp_path: Path) -> None:
    half, noise = np.random.default_rng(0).integers(1, 9, size=(2, 9, 8, 4))
    waves = np.concatenate([half, -half], axis=1)
    found = homolog.compare(
        Representation(waves, "stimulus,time,neuron", name="flat"),
        Representation(noise, "stimulus,time,neuron", name="noise"),
        "dsa",
        permutations=0,
        intervals=False,
    )
    assert _words.matched(found).startswith("No neuron of one population varies over stimuli")
    assert _pictured.participation_ratio(found.reference) == 0
    assert "No neuron of one population" in report.write(found, tmp_path).read_text("utf-8")
    drawn = {path.stem for path in (tmp_path / "figures").glob("*.svg")}
    assert drawn == {"scores", "dissimilarities", "spectrum"}
