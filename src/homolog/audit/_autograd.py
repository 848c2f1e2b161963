"""Gradients of measures without a formula for them, by PyTorch."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from homolog import errors
from homolog.measures._measure import Gradient, Measure

if TYPE_CHECKING:
    from homolog.audit._targets import Reals


def differentiated(measure: Measure, rows: Reals) -> Gradient:
    """Values and gradients of candidates, one after the other.

    Raises
    ------
    HomologError
        HM013 where PyTorch is not installed.
    """
    try:
        import torch
    except ImportError:
        raise errors.missing_extra(f"the gradient of {measure.label}", "torch", "torch") from None
    reference = measure.summary(torch.tensor(rows))

    def one(y: Reals) -> tuple[float, Reals]:
        candidate = torch.tensor(y, requires_grad=True)
        value = measure.score(reference, measure.summary(candidate))
        (gradient,) = torch.autograd.grad(value, candidate)
        return float(value.detach()), gradient.numpy()

    def at(y: Reals) -> tuple[Reals, Reals]:
        values, gradients = zip(*map(one, y), strict=True)
        return np.array(values), np.stack(gradients)

    return at
