"""Balancing of PyTorch modules: deep networks, unit by unit and channel by channel."""

from homolog.balancing._modules._balance import balance_module
from homolog.balancing._modules._result import ModuleBalanced

__all__ = ["ModuleBalanced", "balance_module"]
