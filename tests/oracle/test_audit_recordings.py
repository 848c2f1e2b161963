"""Every recording can be imitated to 0.99, by whatever smooth measure leads there.

The recordings are not part of the project: these tests need HOMOLOG_DATA.
"""

import os

import numpy as np
import pytest

from homolog import Representation, audit, measures, recordings
from homolog.measures._measure import Measure

pytestmark = pytest.mark.skipif(
    "HOMOLOG_DATA" not in os.environ, reason="HOMOLOG_DATA names no folder of recordings"
)

BY_FORMULA = [name for name in measures.names() if measures.find(name).gradient is not None]
NOT_HERE = {"cca", "rsa"}
"""CCA refuses as many neurons as rows; rsa ranks unless told otherwise, see below."""


def _recording(name: str) -> Representation:
    if name == "PFC":
        return recordings.pfc_look_nolook()
    if name == "M1":
        return recordings.hatsopoulos_reach()
    return recordings.v1_natural_movies(name)


@pytest.mark.parametrize("name", ["PFC", "M1", *recordings.V1_SESSIONS])
def test_every_measure_with_a_formula_reaches_its_goal(name: str) -> None:
    recording = _recording(name)
    for measure in sorted(set(BY_FORMULA) - NOT_HERE):
        found = audit.maximise(recording, measure)
        assert found.reached, found


STUCK = {"semi_matching_correlation", "jensen_shannon_divergence"}
OTHERS = [
    *(
        measures.find(name)
        for name in measures.names("mean")
        if name not in BY_FORMULA
        and measures.find(name).smooth
        and np.isfinite(measures.find(name).best)
        and name not in STUCK
    ),
    measures.find("rsa(dissimilarity=squared_euclidean, comparison=pearson)"),
    measures.find("rsa(comparison=pearson)"),
    measures.find("cca"),
]


@pytest.mark.parametrize("name", ["M1", "ay4_u001"])
@pytest.mark.parametrize("measure", OTHERS, ids=lambda measure: measure.label)
def test_so_do_the_others(measure: Measure, name: str) -> None:
    found = audit.maximise(_recording(name), measure, optimiser="lbfgs")
    assert found.reached, found


@pytest.mark.parametrize(
    ("measure", "most"), [("semi_matching_correlation", 0.9), ("jensen_shannon_divergence", 0.99)]
)
def test_two_that_can_be_stuck_are_not_on_a_session_of_v1(measure: str, most: float) -> None:
    """On motor cortex they end at 0.83, with neurons that nobody chooses, or certain classes."""
    found = audit.maximise(_recording("ay4_u001"), measure, goal=most, optimiser="lbfgs")
    assert found.reached, found
