"""A small recording of which it is known what is strong and what is weak, and audits of it."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import numpy as np

from homolog import Representation
from homolog.audit import Audit
from homolog.audit._audit import audit

MEASURES = ("cka", "procrustes")
N = 48


def labels() -> dict[str, list[str]]:
    """Two variables that know nothing of each other: one is strong, one is weak."""
    return {
        "strong": [("left", "right")[i % 2] for i in range(N)],
        "weak": [("go", "stop")[i // 2 % 2] for i in range(N)],
    }


def recording() -> Representation:
    """The strong variable moves a hundred times as much variance as the weak one."""
    told = labels()
    signs = [np.where(np.array(told[name]) == told[name][0], 1.0, -1.0) for name in told]
    rng = np.random.default_rng(3)
    responses = 0.1 * rng.normal(size=(N, 6))
    responses[:, 0] += 10 * signs[0]
    responses[:, 1] += 1.0 * signs[1]
    responses[:, 2] += 3 * rng.normal(size=N)
    stimuli = tuple(
        f"{strong} {weak} {i}"
        for i, (strong, weak) in enumerate(zip(told["strong"], told["weak"], strict=True))
    )
    return Representation(responses, stimuli=stimuli, name="planted", unit="Hz")


def killed(tell: Callable[[float], None]) -> dict[str, Any]:
    """The work of a part whose process is killed: it ends without a word."""
    os._exit(9)


def audited(**changes: Any) -> Audit:
    """An audit of it, as asked for."""
    asked: dict[str, Any] = {"measures": MEASURES, "labels": labels(), "seeds": 2} | changes
    return audit(recording(), **asked)
