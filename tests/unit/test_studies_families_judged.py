"""What the study of families concludes, from rows whose truth is planted."""

import numpy as np
import pandas as pd
import pytest

from homolog import HomologError, studies
from homolog.studies.families import (
    _changes,
    _equalised,
    _ranks,
    alike,
    answers,
    changes,
    little,
    ranking,
)
from homolog.studies.families._measures import ASKED, FAMILIES, by_spelling, not_asked


def verdicts(part, rows):
    return {key: one.verdict for key, one in part.judge(rows).items()}


def alike_rows(place, p, **special):
    rows = []
    for kind in alike.KINDS:
        for pair in range(3):
            for one in ASKED:
                at = special.get(one.family.replace(" ", "_"), place)
                known = {"score": at, "chance": 0.0, "p": p, "again": 1.0, "place": at, "why": None}
                rows.append(
                    {"kind": kind, "pair": pair, "family": one.family, "measure": one.spelled}
                    | known
                )
    return pd.DataFrame(rows)


@pytest.mark.parametrize(
    ("place", "p", "special", "expected"),
    [
        (0.9, 0.01, {}, ("agree", "agree", "agree")),
        (0.9, 0.5, {"shape": 0.75}, ("disagree", "cannot tell", "cannot tell")),
        (0.9, 0.01, {"units": 0.4}, ("agree", "disagree", "disagree")),
    ],
)
def test_likeness_is_judged_by_families(place, p, special, expected):
    found = verdicts(alike, alike_rows(place, p, **special))
    assert (found["sessions"], found["halves"], found["same"]) == expected


def test_what_was_not_asked_is_listed_with_its_reason():
    rows = alike_rows(0.5, 0.01)
    rows.loc[rows["measure"] == "cca", ["place", "score", "why"]] = [None, None, "HM005 too many"]
    rows.loc[rows["measure"] == "magnitude_difference", ["chance", "place"]] = None
    told = pd.DataFrame(alike.tables(rows)["not asked"]).set_index("measure")["why"]
    assert set(told["cca"]) == {"HM005 too many"}
    assert told["magnitude_difference"].startswith("pairing stimuli at random changes nothing")
    assert set(not_asked()) <= set(told.index)
    places = pd.DataFrame(alike.tables(rows)["places"]).set_index("measure")
    assert places.loc["ridge", "pairs beyond chance"] == "3 of 3"
    assert np.isnan(places.loc["cca", "other session"])
    one = rows[rows["kind"] == "half of M1"]
    (ax,) = alike.draw(one).axes
    assert ax.get_title(loc="left") == alike.KINDS["half of M1"]
    dots = [line.get_ydata()[0] for line in ax.lines if line.get_marker() == "o"]
    blank = ("cca", "magnitude_difference")
    assert dots == [k for k, asked in enumerate(ASKED) if asked.spelled not in blank]
    assert not ax.texts


def test_a_spelling_of_an_earlier_study_is_told():
    with pytest.raises(HomologError) as caught:
        by_spelling("rsa(dissimilarity=squared_euclidean)")
    assert str(caught.value) == (
        "HM023 no measure of this study 'rsa(dissimilarity=squared_euclidean)'. Closest:"
        " 'rsa(dissimilarity=squared_euclidean, comparison=pearson)'. Rows of an earlier run name"
        " it: run the study in a new folder."
    )


SESSIONS = [*"abcdefghi"]
PLANTED = ("cka", "unbiased_cka", "soft_matching", "soft_matching_correlation", "ridge")


def ranking_rows(rng, *, shared, cured=()):
    """Scores that follow one order by `shared`, and by families otherwise; all one where cured."""
    pairs = [(x, y) for i, x in enumerate(SESSIONS) for y in SESSIONS[i + 1 :]]
    common = rng.normal(size=len(pairs))
    own = {family: rng.normal(size=len(pairs)) for family in FAMILIES}
    rows = []
    for equal in _equalised.EQUALISED:
        for spelled in PLANTED:
            one = by_spelling(spelled)
            weight = 1.0 if equal in cured else shared
            scores = weight * common + (1 - weight) * own[one.family]
            sign = 1 if one.measure.higher_is_closer else -1
            rows += [
                {"x": x, "y": y, "equal": equal, "measure": spelled, "score": sign * score}
                for (x, y), score in zip(pairs, scores, strict=True)
            ]
    amounts = [
        {"x": x, "y": y, "what": "shared drive", "amount": amount}
        for (x, y), amount in zip(pairs, common, strict=True)
    ]
    return pd.DataFrame(
        [{"what": None, "amount": None, **one} for one in rows]
        + [{"equal": None, "measure": None, "score": None, **one} for one in amounts]
    )


def test_orders_are_judged_by_what_was_planted(rng):
    one = verdicts(ranking, ranking_rows(rng, shared=1.0))
    assert (one["depends"], one["kinship"]) == ("disagree", "cannot tell")
    many = ranking_rows(rng, shared=0.0, cured=("gains",))
    found = ranking.judge(many)
    assert found["depends"].verdict == found["kinship"].verdict == "agree"
    assert found["causes"].verdict == "agree"
    assert "gains +" in found["causes"].number
    assert verdicts(ranking, ranking_rows(rng, shared=0.0))["causes"] == "cannot tell"


def test_what_makes_a_disagreement_vanish_is_named(rng):
    rows = ranking_rows(rng, shared=0.0, cured=("spectra",))
    tables = ranking.tables(rows)
    assert {line["smallest gap with equal"] for line in tables["disagreements"]} == {"spectra"}
    assert all(abs(line["gap then"]) < 1e-9 for line in tables["disagreements"])
    assert all(line["rank"] > line["its rank"] for line in tables["disagreements"])
    goes = pd.DataFrame(ranking.tables(ranking_rows(rng, shared=1.0))["goes with"]).set_index(
        "measure"
    )
    np.testing.assert_allclose(goes["shared drive"], 1)
    assert len(ranking.draw(rows).axes) == 4


def test_distances_and_similarities_rank_one_way(rng):
    close = _ranks.closeness(ranking_rows(rng, shared=1.0), "as recorded")
    np.testing.assert_allclose(_ranks.agreement(close), 1)
    value, low, high = _ranks.over_sessions(close, lambda of: of["cka"].mean())
    assert value == pytest.approx(close["cka"].mean())
    assert low < value < high
    assert _ranks.over_sessions(close, lambda of: 0.5) == (0.5, 0.5, 0.5)


def test_intervals_end_where_the_number_does():
    pairs = pd.MultiIndex.from_product([["a", "b"], ["c", "d"]])
    close = pd.DataFrame({"cka": [0.9, -0.9, 0.9, 0.9]}, index=pairs)
    value, low, high = _ranks.over_sessions(close, lambda of: of["cka"].mean())
    assert (value, low, high) == (pytest.approx(0.45), -1, 1)
    assert _ranks.over_sessions(close, lambda of: of["cka"].mean(), most=2)[1:] == (-2, 2)


def little_rows(shift, **special):
    rows = []
    whole = {"unrelated": 0.2, "related": 0.6, "identical": 1.0}
    for spelled in ("unbiased_cka", "cka", "procrustes"):
        far = not by_spelling(spelled).measure.higher_is_closer

        def score(closeness, far=far):
            return 1 - closeness if far else closeness

        for truth, value in whole.items():
            rows.append(
                {"what": "all", "level": 0, "truth": truth, "measure": spelled}
                | {"score": score(value)}
            )
        for what, of in little.LEVELS.items():
            for truth in little.TRUTHS:
                moved = shift if what == "trials" else special.get(spelled, 0.0)
                rows += [
                    {"what": what, "level": level, "truth": truth, "measure": spelled}
                    | {"score": score(whole[truth] + moved * (level == of[0]))}
                    for level in of
                ]
    return pd.DataFrame(rows).assign(x="a", y="b")


def test_moves_are_judged_on_the_scale_from_unrelated_to_identical():
    rows = little_rows(-0.3, cka=0.4)
    moves = little.shifts(rows)
    assert moves.loc[("cka", "stimuli"), "unrelated"] == pytest.approx(0.5)
    assert moves.loc[("procrustes", "trials"), "related"] == pytest.approx(-0.375)
    found = little.judge(rows)
    assert found["stimuli"].verdict == found["noise"].verdict == "agree"
    assert found["neurons"].verdict == "disagree"
    assert "declared unbiased: unbiased_cka +0.00" in found["stimuli"].number
    few = {key: one.number.split(":")[0] for key, one in found.items()}
    least = {"stimuli": "With 20 stimuli", "noise": "With 2 trials", "neurons": "With 5 neurons"}
    assert few == least
    second = [0, *(levels[1] for levels in little.LEVELS.values())]
    quick = little.judge(rows[rows["level"].isin(second)])
    assert quick["stimuli"].number.startswith("With 40 stimuli: ")
    other = verdicts(little, little_rows(0.0, unbiased_cka=0.2, cka=0.2, procrustes=0.2))
    assert other == {"stimuli": "disagree", "noise": "disagree", "neurons": "agree"}
    (table,) = little.tables(rows).values()
    assert {line["measure"] for line in table} == {"unbiased_cka", "cka", "procrustes"}
    assert len(little.draw(rows).axes) == 6


def test_what_is_beyond_a_panel_is_marked():
    def marks(rows):
        lines = [line for ax in little.draw(rows).axes for line in ax.get_lines()]
        return [line.get_marker() for line in lines if line.get_marker() in ("v", "^")]

    assert marks(little_rows(-0.3)) == []
    assert set(marks(little_rows(-0.9))) == {"v"}
    assert set(marks(little_rows(0.9))) == {"^"}


def changes_rows(**lost):
    return pd.DataFrame(
        {
            "recording": "a",
            "family": one.family,
            "measure": one.spelled,
            "change": what,
            "lost": lost.get(one.family, 0.0) if what != "neurons reordered" else lost["reordered"],
        }
        for one in ASKED
        for what in _changes.CHANGES
    )


def test_changes_divide_families_where_one_is_blind_and_one_is_struck():
    found = changes.judge(changes_rows(units=0.8, reordered=0.0))
    assert found["divided"].verdict == found["reordered"].verdict == "agree"
    assert "rotated: not by regression" in found["divided"].reading
    assert verdicts(changes, changes_rows(units=0.3, reordered=0.2)) == {
        "divided": "disagree",
        "reordered": "disagree",
    }
    (table,) = changes.tables(changes_rows(units=0.8, reordered=0.0)).values()
    assert table[0]["units"] == 0
    assert table[3]["units"] == 0.8
    assert changes.draw(changes_rows(units=0.8, reordered=0.0)).axes


MOVIES = np.repeat(range(6), 10)


def test_frames_change_places_within_their_movie_only(rng):
    order = answers.within(MOVIES, rng)
    assert sorted(order) == list(range(60))
    assert np.array_equal(MOVIES[order], MOVIES)
    assert not np.array_equal(order, np.arange(60))


def test_good_codes_choose_alike_and_only_equal_ones_err_alike(rng, monkeypatch):
    monkeypatch.setattr(answers, "DRAWS", 9)
    frames = rng.normal(size=(60, 12))
    x = frames + np.repeat(rng.normal(size=(6, 12)), 10, axis=0)
    other = rng.normal(size=(60, 12)) + np.repeat(rng.normal(size=(6, 12)), 10, axis=0)
    same, unlike = (answers.agreed(x, y, MOVIES, rng) for y in (x + 0.01 * frames, other))
    assert min(same["choices"], same["errors"]) > 0.9
    assert same["right"] > 0.5 > 1 / 6
    assert unlike["choices"] > 0.3
    assert abs(unlike["errors"] - unlike["by_movie"]) < 0.3
    assert same["by_movie"] < 0.6


def answers_rows(choices, beyond):
    pairs = [(x, y) for i, x in enumerate(SESSIONS) for y in SESSIONS[i + 1 :]]
    return pd.DataFrame(
        {"x": x, "y": y, "cka": 0.01 if i % 3 else 0.4, "right": 0.5}
        | {"choices": choices + 0.01 * (i % 5), "errors": 0.1 + beyond + 0.01 * (i % 5)}
        | {"by_movie": 0.12}
        for i, (x, y) in enumerate(pairs)
    )


@pytest.mark.parametrize(
    ("choices", "beyond", "expected"),
    [(0.1, 0.1, "agree"), (-0.2, -0.2, "disagree"), (-0.02, 0.0, "cannot tell")],
)
def test_answers_are_judged_where_geometry_is_unrelated(choices, beyond, expected):
    rows = answers_rows(choices, beyond)
    assert set(verdicts(answers, rows).values()) == {expected}
    few = answers.judge(rows.assign(cka=0.4))
    assert {one.verdict for one in few.values()} == {"cannot tell"}
    (table,) = answers.tables(rows).values()
    assert [line["pairs"] for line in table] == [24, 12]
    assert len(answers.draw(rows).axes) == 2


def test_every_claim_has_a_finding(rng):
    rows = {
        "alike": alike_rows(0.5, 0.01),
        "ranking": ranking_rows(rng, shared=0.5),
        "answers": answers_rows(0.1, 0.1),
        "little": little_rows(-0.3),
        "changes": changes_rows(reordered=0.0),
    }
    for part in studies.find("families").parts:
        assert set(part.judge(rows[part.name])) == set(part.claims)
