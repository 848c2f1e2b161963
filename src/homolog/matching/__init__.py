"""Exact optimal matching of the neurons of two populations, with its proof."""

from homolog.matching._matching import Matching
from homolog.matching._responses import cross_costs, match, match_curves
from homolog.matching._transport import assignment, partial, transport

__all__ = ["Matching", "assignment", "cross_costs", "match", "match_curves", "partial", "transport"]
