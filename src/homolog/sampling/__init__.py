"""What whole populations would score: from some of their neurons, over some stimuli."""

from homolog.sampling._debiased_cka import DebiasedCKA, debiased_cka
from homolog.sampling._extrapolate import Extrapolation, extrapolate
from homolog.sampling._nbs_by_moments import NBSByMoments, nbs_by_moments

__all__ = [
    "DebiasedCKA",
    "Extrapolation",
    "NBSByMoments",
    "debiased_cka",
    "extrapolate",
    "nbs_by_moments",
]
