"""Options of measures: what they refuse, and what a variant promises instead."""

import numpy as np
import pytest

from homolog.errors import HomologError
from homolog.measures import find


def test_forms_of_procrustes_that_do_not_exist() -> None:
    says = r"HM025 form is 'arc'; allowed: angle, chordal, disparity, score\."
    with pytest.raises(HomologError, match=says):
        find("procrustes").using(form="arc")


def test_a_variant_says_what_it_is_and_where_its_ends_are() -> None:
    score = find("procrustes").using(form="score")
    assert (score.kind, score.best, score.worst, score.metric) == ("correlation", 1.0, 0.0, False)
    assert score.title.startswith("Procrustes score")
    assert find("procrustes").using(form="chordal").worst == pytest.approx(2**0.5)
    assert not find("size_and_shape").using(squared=True).metric


def test_an_option_that_is_undone_brings_back_title_and_formula() -> None:
    angle = find("procrustes")
    there_and_back = angle.using(form="chordal").using(form="angle")
    assert there_and_back.title == angle.title
    assert there_and_back.gradient is angle.gradient is not None


def test_a_variant_without_a_formula_for_its_gradient_has_none() -> None:
    x = np.random.default_rng(0).normal(size=(12, 4))
    for variant in (
        find("procrustes").using(form="disparity"),
        find("size_and_shape").using(squared=True),
    ):
        assert variant.gradient_at(x) is None
