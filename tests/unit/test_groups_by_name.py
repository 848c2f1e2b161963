"""Groups of stimuli told by name: a dict, or a Series with an index of its own."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

import homolog
from homolog import HomologError, encoding, represent
from homolog.sampling import debiased_cka, extrapolate

LABELS = [f"frame {row}" for row in range(24)]
MOVIES = [f"movie {row // 3}" for row in range(24)]


@pytest.fixture
def populations(rng: np.random.Generator) -> list[homolog.Representation]:
    """Two populations that see movies of three frames."""
    movies = np.repeat(rng.normal(size=(8, 4)), 3, axis=0)
    return [
        represent(movies @ rng.normal(size=(4, 6)) + rng.normal(size=(24, 6)), stimuli=LABELS)
        for _ in "xy"
    ]


def by_name(rng: np.random.Generator) -> list[Any]:
    order = rng.permutation(24)
    shuffled = {LABELS[row]: MOVIES[row] for row in order}
    return [shuffled, pd.Series(shuffled), pd.Series(MOVIES), pd.Series({**shuffled, "more": "m"})]


def answers(x: Any, y: Any, groups: Any) -> list[Any]:
    score = homolog.compare(x, y, "ridge", groups=groups, permutations=19)["ridge"]
    return [
        (score.value, score.interval, score.p_value),
        homolog.rank(x, {"y": y}, "ridge", groups=groups).standings[0].value,
        homolog.matrix({"x": x, "y": y}, "ridge", groups=groups).values.tolist(),
        homolog.ranking.ceilings({"x": x, "y": y}, "ridge", groups=groups).found[0].value,
        encoding.score({"x": x}, y, groups=groups, ceiling=None).correlation.tolist(),
        debiased_cka(x, y, groups=groups).interval(),
        represent(x.matrix, stimuli=LABELS, groups=groups).groups,
    ]


def test_they_are_found_by_the_labels_of_the_stimuli(populations, rng):
    wanted = answers(*populations, MOVIES)
    for groups in by_name(rng):
        assert answers(*populations, groups) == wanted


def test_scores_carried_on_take_them_by_name(rng):
    x, y = (pd.DataFrame(rng.normal(size=(40, 20)), index=range(100, 140)) for _ in "xy")
    groups = {row: row // 4 for row in rng.permutation(np.arange(100, 140)).tolist()}
    wanted = extrapolate("unbiased_cka", x, y, groups=[row // 4 for row in range(100, 140)])
    assert extrapolate("unbiased_cka", x, y, groups=groups).value == wanted.value


@pytest.mark.parametrize(
    ("groups", "why"),
    [
        (dict(zip(LABELS[:-1], MOVIES[:-1], strict=True)), "23 stimuli by name.*'frame 23'"),
        (pd.Series(MOVIES, index=[*LABELS[:-1], "x"]), "24 stimuli by name.*not of 'frame 23'"),
        (pd.Series([*MOVIES, "m"], index=[*LABELS, "frame 0"]), "some of them twice"),
        ({}, "0 stimuli by name"),
    ],
)
def test_a_stimulus_without_a_group_is_named(populations, groups, why):
    for call in (
        lambda: homolog.compare(*populations, "cka", groups=groups, permutations=0),
        lambda: encoding.score({"x": populations[0]}, populations[1], groups=groups, ceiling=None),
        lambda: debiased_cka(*populations, groups=groups),
    ):
        with pytest.raises(HomologError, match=rf"^HM025 groups is .*{why}.*each stimulus named"):
            call()


def test_a_table_is_no_column(populations):
    table = pd.DataFrame({"movie": MOVIES}, index=LABELS)
    with pytest.raises(HomologError, match=r"^HM025 .*one for each, along one axis"):
        homolog.compare(*populations, "cka", groups=table, permutations=0)
    found = homolog.compare(*populations, "cka", groups=table["movie"], permutations=0)
    index = homolog.compare(*populations, "cka", groups=pd.Index(MOVIES), permutations=0)
    assert found["cka"].interval == index["cka"].interval


def test_rows_without_labels_are_known_by_their_places(populations, rng):
    x, y = (one.matrix for one in populations)
    order = rng.permutation(24)
    groups = pd.Series(np.array(MOVIES)[order], index=order)
    found = debiased_cka(x, y, groups=groups), debiased_cka(x, y, groups=MOVIES)
    assert found[0].interval() == found[1].interval()


def test_a_slice_of_a_table_keeps_the_numbers_of_its_rows(rng):
    table = pd.DataFrame(rng.normal(size=(30, 4)))
    assert represent(table).stimuli is None
    assert represent(table[10:20]).labels == tuple(range(10, 20))
    with pytest.raises(HomologError, match=r"^HM030"):
        homolog.compare(table[10:20], table[20:], "cka")
