"""Static figures by matplotlib: each function takes Axes, draws on them and returns them.

Only artists of the given Axes are touched, so the functions compose into any layout and
leave matplotlib's settings as they were. Blue is the reference and orange the candidate,
a pair that readers with any form of colour blindness can tell apart.
"""

from homolog.figures._audit import (
    component_capture,
    component_perturbation,
    decoding_curves,
    measure_marks,
    needed_scores,
)
from homolog.figures._balance import in_and_out_costs
from homolog.figures._dissimilarities import dissimilarities
from homolog.figures._encoding import encoding_neurons, encoding_scores
from homolog.figures._gauge import gauge_scores, spread_marks
from homolog.figures._looks import CANDIDATE, INK, REFERENCE, SCORE, SOFT
from homolog.figures._matched import matched_curves, matched_tuning
from homolog.figures._matrix import matrix
from homolog.figures._plan import carried, plan
from homolog.figures._ranking import ranking_differences, ranking_marks, ranking_scores
from homolog.figures._scores import scores
from homolog.figures._spectrum import spectrum

__all__ = [
    "CANDIDATE",
    "INK",
    "REFERENCE",
    "SCORE",
    "SOFT",
    "carried",
    "component_capture",
    "component_perturbation",
    "decoding_curves",
    "dissimilarities",
    "encoding_neurons",
    "encoding_scores",
    "gauge_scores",
    "in_and_out_costs",
    "matched_curves",
    "matched_tuning",
    "matrix",
    "measure_marks",
    "needed_scores",
    "plan",
    "ranking_differences",
    "ranking_marks",
    "ranking_scores",
    "scores",
    "spectrum",
    "spread_marks",
]
