"""Devices that PyTorch can compute on here."""

from __future__ import annotations

from typing import Any

import torch

from homolog import errors


def present(device: Any) -> torch.device:
    """The device of that name; HM025 with PyTorch's reason if it is not here."""
    try:
        found = torch.device(device)
        torch.empty(1, device=found)
    except (RuntimeError, AssertionError, TypeError) as error:
        why = str(error).splitlines()[0]
        raise errors.bad_value("device", device, f'"cpu", or one that is here ({why})') from error
    return found
