"""How long a fresh process takes before it does anything."""

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

COMMANDS = {
    "python -c pass": [sys.executable, "-c", "pass"],
    "import numpy": [sys.executable, "-c", "import numpy"],
    "import homolog": [sys.executable, "-c", "import homolog"],
    "homolog --help": [str(Path(sys.executable).with_name("homolog")), "--help"],
}
N_PROCESSES = 5


def startup_times() -> dict[str, float]:
    """Median CPU seconds, user and system, of five processes each, taking turns."""
    seconds: dict[str, list[float]] = {name: [] for name in COMMANDS}
    for _ in range(1 + N_PROCESSES):
        for name, command in COMMANDS.items():
            before = os.times()
            subprocess.run(command, check=True, capture_output=True)
            after = os.times()
            spent = after.children_user + after.children_system
            seconds[name].append(spent - before.children_user - before.children_system)
    return {name: median(taken[1:]) for name, taken in seconds.items()}
