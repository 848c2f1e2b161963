"""Products of stacks of matrices, by whichever library is the fastest there."""

from __future__ import annotations

from collections.abc import Callable, Generator
from contextlib import contextmanager
from importlib.util import find_spec
from typing import Any

import numpy as np
import torch
from torch import Tensor

from homolog.training._workers import one_thread

Product = Callable[..., object]


def by_numpy(device: torch.device) -> bool:
    """Whether NumPy multiplies: on a CPU, if it can be held to one thread.

    Of few rows and a square matrix, the product in question, the BLAS that NumPy brings is
    faster than that of PyTorch on some processors, by half on AMD's, and hardly slower on others.
    """
    return device.type == "cpu" and find_spec("threadpoolctl") is not None


def product(device: torch.device) -> Product:
    """Return what writes the product of two stacks of matrices into ``out``.

    A replica's matrices are multiplied alone, so that it does not matter who is beside it.
    """
    return np.matmul if by_numpy(device) else torch.bmm


def operand(stack: Tensor) -> Any:
    """A stack of matrices as `product` takes it, of the same memory."""
    return stack.numpy() if by_numpy(stack.device) else stack


@contextmanager
def quiet_thread() -> Generator[None]:
    """Compute on one thread, NumPy as well as PyTorch; what overflows is looked for later."""
    with one_thread(), np.errstate(over="ignore", invalid="ignore"):
        if find_spec("threadpoolctl") is None:
            yield
            return
        from threadpoolctl import threadpool_limits

        with threadpool_limits(1, "blas"):
            yield
