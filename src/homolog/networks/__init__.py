"""Networks: frozen containers of weights, whose rules know how they respond and learn."""

from homolog.networks.layered import LayeredNetwork

__all__ = ["LayeredNetwork"]
