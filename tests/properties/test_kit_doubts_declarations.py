"""The kit catches declarations that are not true, and says which."""

import re
from dataclasses import replace
from typing import Any

import pytest

from homolog import testing
from homolog.measures import find
from homolog.measures._measure import Measure

cka = find("cka")
procrustes = find("procrustes")


def with_score(m: Measure, change: Any) -> Measure:
    """The measure with its score put through `change`."""
    summary, score = m.halves
    return replace(m, halves=(summary, lambda x, y: change(score(x, y))))


DECLARED_WRONGLY = {
    "an invariance kept but not declared": (
        replace(
            cka,
            invariant_to=cka.invariant_to - {"shift"},
            candidate_invariant_to=cka.candidate_invariant_to - {"shift"},
        ),
        r"cka does not declare shift of the reference among its invariances, but in 6 tries it"
        r" changed the score by at most \S+: declare it",
    ),
    "an invariance declared but not kept": (
        replace(
            cka,
            invariant_to=cka.invariant_to | {"neuron_scale"},
            candidate_invariant_to=cka.candidate_invariant_to | {"neuron_scale"},
        ),
        r"cka declares that neuron_scale of the reference leaves the score unchanged, but it went"
        r" from 0\.\d+ to 0\.\d+ \(24 stimuli, 7 and 5 neurons\)",
    ),
    "an invariance of the candidate left out": (
        replace(
            find("linear_regression"),
            candidate_invariant_to=frozenset({"shift", "scale", "permutation", "rotation"}),
        ),
        "linear_regression does not declare neuron_scale of the candidate",
    ),
    "an invariance that includes another": (
        replace(
            cka,
            invariant_to=frozenset({"rotation"}),
            candidate_invariant_to=frozenset({"rotation"}),
        ),
        "cka declares rotation, which includes permutation: declare that too",
    ),
    "an unknown invariance": (
        replace(cka, invariant_to=cka.invariant_to | {"translation"}),
        "cka declares unknown invariances: translation",
    ),
    "stimuli that count by themselves": (
        replace(find("rsa"), of_products=True),
        r"rsa declares that stimuli count only through products of centred responses, but where"
        r" more stimuli gave the same products, it went from \S+ to \S+ \(24 stimuli, 7 and 5",
    ),
    "stimuli that do not count by themselves": (
        replace(cka, of_products=False),
        r"cka does not declare of_products, but where more stimuli gave the same products in 3"
        r" tries, it changed by at most \S+: declare it",
    ),
    "symmetry that is not there": (
        replace(
            find("linear_regression"),
            symmetric=True,
            candidate_invariant_to=find("linear_regression").invariant_to,
        ),
        r"linear_regression is declared symmetric, but is 0\.\d+ one way and 0\.\d+ the other",
    ),
    "symmetry not declared": (
        replace(cka, symmetric=False),
        r"cka is declared asymmetric, but swapping changed it by at most \S+: declare it symmetric",
    ),
    "symmetry with two sets of invariances": (
        replace(cka, candidate_invariant_to=frozenset()),
        "cka is declared symmetric, but with other invariances for the reference",
    ),
    "a wrong best": (
        replace(cka, best=2.0),
        "cka of a population with itself is 1, not its declared best, 2",
    ),
    "a best that is beaten": (
        with_score(replace(find("ridge"), best=0.5), lambda s: s / 2 + 0.3),
        r"ridge of a population with itself is 0\.7\d+, not just below its declared best, 0\.5",
    ),
    "a wrong worst": (
        replace(cka, worst=0.9),
        r"cka gave 0\.\d+, outside its declared range from 0\.9 to 1",
    ),
    "ends the wrong way round": (
        replace(cka, best=0.0, worst=1.0),
        "cka is a similarity, so its best must be above its worst; it declares 0 and 1",
    ),
    "a distance whose best is not 0": (
        replace(procrustes, best=-1.0),
        "procrustes is a distance, so its best must be 0 and its worst above; it declares -1 and",
    ),
    "a metric that is a similarity": (
        replace(cka, metric=True),
        "cka is declared a metric, which only a symmetric distance can be",
    ),
    "no source": (replace(cka, source=""), "cka names no address where it was defined"),
    "no citation": (replace(cka, citation="Kornblith 2019"), "its citation must begin with @"),
    "an unknown kind": (replace(cka, kind="score"), "cka is of unknown kind 'score'"),
    "no title": (replace(cka, title=""), "cka has no title"),
    "a name that cannot be a file's": (
        replace(cka, name="linear cka"),
        "the name 'linear cka' is not an identifier",
    ),
    "a chance level that is off": (
        replace(cka, chance_level=lambda x, y: 0.0),
        r"cka gives 0 as its chance level, but the mean over 1000 random pairings is 0\.\d+",
    ),
}


@pytest.mark.parametrize("case", DECLARED_WRONGLY)
def test_a_wrong_declaration_is_caught(case: str) -> None:
    m, sentence = DECLARED_WRONGLY[case]
    with pytest.raises(AssertionError) as broken:
        testing.check_measure(m)
    assert re.search(sentence, str(broken.value))
