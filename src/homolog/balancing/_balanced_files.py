"""A balancing in a folder: network, table of neurons, numbers."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from homolog._write import refuse_others, staged
from homolog.balancing._balanced_shown import numbers

if TYPE_CHECKING:
    from homolog.balancing._balanced import Balanced

FILES = ("network.npz", "neurons.csv", "balance.json", "balance.png")
"""What a folder of a balancing holds."""


def write(balanced: Balanced, folder: Path) -> Path:
    """Write everything but the picture, whole or not at all."""
    refuse_others(folder, FILES, "balancing")
    with staged(folder) as temporary:
        write_into(balanced, temporary)
    return folder


def write_into(balanced: Balanced, folder: Path) -> None:
    """Write everything but the picture into a folder that is there."""
    balanced.network.save(folder / "network.npz")
    balanced.neurons().to_csv(folder / "neurons.csv", index=False)
    text = json.dumps(numbers(balanced), indent=2, ensure_ascii=False)
    (folder / "balance.json").write_text(text + "\n", encoding="utf-8")
