"""Balancing of PyTorch modules: deep networks, unit by unit and channel by channel."""

from homolog import errors

try:
    from homolog.balancing._modules._balance import balance_module
    from homolog.balancing._modules._result import ModuleBalanced
except ModuleNotFoundError as error:
    if error.name != "torch":
        raise
    raise errors.missing_extra("balancing a module", "torch", "torch") from error

__all__ = ["ModuleBalanced", "balance_module"]
