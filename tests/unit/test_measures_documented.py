"""What a reader is told of every measure, in the order in which it is shown."""

import inspect
import re

import pytest

from homolog.errors import HomologError
from homolog.measures import _measured, find, names
from homolog.measures._aliases import called, not_built

UNSEEN_BY_OTHERS = {
    "dissimilarity_difference",
    "gulp",
    "partial_soft_matching",
    "uniformity_difference",
    "versa",
}
"""Measures for which nobody's name is known: the paper's own is ours."""


def section(name: str, title: str) -> str:
    """Of the docstring of a measure, by its underlined title; before the first, everything."""
    text = inspect.cleandoc(find(name).__doc__ or "")
    parts = re.split(r"^(\w+)\n-+$", text, flags=re.MULTILINE)
    found = dict(zip(["", *parts[1::2]], parts[::2], strict=True))
    return found.get(title, "").strip()


@pytest.mark.parametrize("name", names())
def test_its_meaning_and_its_formula_come_first(name: str) -> None:
    beginning = section(name, "")
    assert beginning.splitlines()[0].endswith(".")
    assert ".. math::" in beginning


@pytest.mark.parametrize("name", names())
def test_arguments_have_their_shape_and_unit(name: str) -> None:
    told = section(name, "Parameters")
    seen = {"mean": "(stimulus, neuron)", "trial": "(stimulus, trial, neuron)"}
    shape = seen.get(find(name).sees, "(stimulus, time, neuron)")
    assert any(word in told for word in (shape, "(stimulus, class)")), shape
    assert re.search(r"\b(unit|logits|outputs)\b", told)


@pytest.mark.parametrize("name", names())
def test_its_range_and_direction_are_told(name: str) -> None:
    """Both ends that it declares, or that there is none."""
    told = section(name, "Returns")
    assert re.search(r"\b(From|At most|0 or more|1 for|1 when|A number)\b", told)
    if find(name).kind == "distance":
        assert re.search(r"\b(0|equal|same)\b", told)


@pytest.mark.parametrize("name", names())
def test_what_it_refuses_is_told(name: str) -> None:
    assert {"HM001", "HM004"} <= set(re.findall(r"HM\d{3}", section(name, "Raises")))


@pytest.mark.parametrize("name", names())
def test_its_cost_and_where_not_to_trust_it_are_told(name: str) -> None:
    notes = section(name, "Notes")
    assert re.search(r"^Cost: ", notes, re.MULTILINE)
    assert "do not trust it" in " ".join(notes.lower().split())


@pytest.mark.parametrize("name", names())
def test_every_option_is_told(name: str) -> None:
    told = section(name, "Notes")
    untold = [one for one in find(name).defaults if not re.search(rf"(``|using\(){one}\b", told)]
    assert not untold


@pytest.mark.parametrize("name", names())
def test_its_estimator_has_measured_levels_of_chance(name: str) -> None:
    assert len(_measured.chance(name)) >= 4


@pytest.mark.parametrize("name", names())
def test_where_it_comes_from_is_told(name: str) -> None:
    measure = find(name)
    assert measure.source.startswith("https://")
    assert {"author", "title", "year"} <= set(re.findall(r"^\s*(\w+) = ", measure.citation, re.M))


@pytest.mark.parametrize("name", names())
def test_what_others_call_it_and_what_they_answer_is_told(name: str) -> None:
    assert called(name) or _measured.agreement(name) or name in UNSEEN_BY_OTHERS


def test_who_has_no_name_for_it_is_not_said_in_vain() -> None:
    assert {name for name in UNSEEN_BY_OTHERS if not called(name)} == UNSEEN_BY_OTHERS


NO_SUBSTITUTE = r"\b(needs|not responses|no measure of two|do not hold|nothing says|say )"


def test_a_reason_not_to_build_names_what_to_use() -> None:
    """A measure of ours, unless it asks for what no responses hold."""
    for why in not_built():
        ours = [name for name in (*names(), "compare", "matrix") if re.search(rf"\b{name}\b", why)]
        assert ours or re.search(NO_SUBSTITUTE, why), why


@pytest.mark.parametrize("name", sorted(UNSEEN_BY_OTHERS))
def test_those_are_found_by_our_name_alone(name: str) -> None:
    with pytest.raises(HomologError, match="HM023"):
        find(f"{name}_of_somebody")
