"""What whole populations would score: from some of their neurons, over some stimuli."""

from homolog.sampling._debiased_cka import DebiasedCKA, debiased_cka
from homolog.sampling._nbs_by_moments import NBSByMoments, nbs_by_moments

__all__ = ["DebiasedCKA", "NBSByMoments", "debiased_cka", "nbs_by_moments"]
