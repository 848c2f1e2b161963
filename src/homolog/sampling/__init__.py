"""What whole populations would score: from some of their neurons, over some stimuli."""

from homolog.sampling._debiased_cka import DebiasedCKA, debiased_cka

__all__ = ["DebiasedCKA", "debiased_cka"]
