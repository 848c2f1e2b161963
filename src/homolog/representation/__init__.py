"""Responses of one population with named axes, labels and an explicit missing mask."""

from homolog.representation._align import align
from homolog.representation._represent import NanPolicy, represent
from homolog.representation._representation import Representation, without

__all__ = ["NanPolicy", "Representation", "align", "represent", "without"]
