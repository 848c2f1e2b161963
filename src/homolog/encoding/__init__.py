"""How well layers of a network, or any populations, predict single neurons of a recording."""

from homolog.encoding._encoding import Encoding, Summary, Unscored
from homolog.encoding._fold import Fold, folds_of
from homolog.encoding._judging import Ceilings
from homolog.encoding._layers import layers_in, unique_names
from homolog.encoding._maps import Map
from homolog.encoding._one_to_one import OneToOne
from homolog.encoding._pls import PartialLeastSquares
from homolog.encoding._regions import recording_in, regions_in_table
from homolog.encoding._ridge import Ridge
from homolog.encoding._score import MAPS, score

__all__ = [
    "MAPS",
    "Ceilings",
    "Encoding",
    "Fold",
    "Map",
    "OneToOne",
    "PartialLeastSquares",
    "Ridge",
    "Summary",
    "Unscored",
    "folds_of",
    "layers_in",
    "recording_in",
    "regions_in_table",
    "score",
    "unique_names",
]
