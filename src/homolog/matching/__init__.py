"""Exact optimal matching of the neurons of two populations."""

from homolog.matching._matching import Matching, assignment, cross_costs, match, transport

__all__ = ["Matching", "assignment", "cross_costs", "match", "transport"]
