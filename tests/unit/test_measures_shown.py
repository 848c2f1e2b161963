"""How the terminal shows a measure: its range, what is best, and its formula."""

import pytest
from typer.testing import CliRunner

from homolog import measures
from homolog._tables import best_of
from homolog.cli import app


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("neighbour_return", "range: 0 to 1, none is best\n"),
        ("neighbour_return", "i ∈ \u222a_(j∈N_Y(i)) N_X(j)"),
        ("netrep/LinearCKA", "range: 0 to 1.5708, best 0\n"),
        ("energy_shape", "- mean(‖xᵢ^s - xᵢ^t‖)"),
    ],
)
def test_ranges_run_upwards_and_formulas_hold_no_latex(name, told):
    shown = CliRunner().invoke(app, ["measures", "show", name])
    assert told in shown.output


def test_a_variant_says_what_is_told_of_it_and_what_of_the_measure():
    told = "A variant: the text is of cka and its options, the list from 'range' on is of"
    shown = CliRunner().invoke(app, ["measures", "show", "netrep/LinearCKA"]).output
    assert shown.startswith(f"cka(form=angle)\n\n{told} cka(form=angle).\n\nLinear centred")
    assert CliRunner().invoke(app, ["measures", "show", "cka"]).output.startswith("cka\n\nLinear")


@pytest.mark.parametrize(
    ("name", "best"), [("cka", "1"), ("procrustes", "0"), ("neighbour_return", "none")]
)
def test_where_populations_decide_what_is_best_none_is(name, best):
    assert best_of(measures.find(name)) == best
