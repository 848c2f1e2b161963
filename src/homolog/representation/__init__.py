"""Responses of one population with named axes, labels and an explicit missing mask."""

from homolog.representation._align import align
from homolog.representation._leading import leading
from homolog.representation._represent import NanPolicy, represent
from homolog.representation._representation import Representation, without
from homolog.representation._together import require_same_stimuli, together

__all__ = [
    "NanPolicy",
    "Representation",
    "align",
    "leading",
    "represent",
    "require_same_stimuli",
    "together",
    "without",
]
