"""Every recording can be imitated to 0.99, whatever the measure.

The recordings are not part of the project: these tests need HOMOLOG_DATA.
"""

import os

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


@pytest.mark.parametrize(
    "measure",
    [
        measures.find("ridge"),
        measures.find("rsa").using(dissimilarity="squared_euclidean", comparison="pearson"),
        measures.find("rsa").using(comparison="pearson"),
        measures.find("cca"),
        measures.find("semi_matching_correlation"),
    ],
    ids=lambda measure: measure.label,
)
def test_so_do_the_others_on_a_session_of_v1(measure: Measure) -> None:
    found = audit.maximise(recordings.v1_natural_movies("ay4_u001"), measure, goal=0.9)
    assert found.reached, found
