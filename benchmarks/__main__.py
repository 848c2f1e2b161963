"""Times homolog beside other packages: ``python -m benchmarks``.

Takes about ten minutes. Set the number of threads of every library to one first, as
``make bench`` does.
"""

import argparse
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.measuring import measured
from benchmarks.page import page
from benchmarks.peers import PEERS, answers
from benchmarks.populations import MIDDLE, SIZES, planted
from benchmarks.startup import startup_times
from benchmarks.timing import timed


def main() -> None:
    """Print the tables, and write them where asked."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("-m", "--measure", action="append", choices=[*PEERS], help="only this one")
    parser.add_argument("--write", type=Path, metavar="FILE", help="also write the tables here")
    given = parser.parse_args()
    rows, products_s = [], []
    for size in SIZES:
        populations = planted(size)
        for name in given.measure or PEERS:
            if answers(name, size):
                print(f"timing {name}, {size}", flush=True)
                rows += measured(name, size, populations)
                products_s.append(_product_s())
    text = page(rows, startup_times(), median(products_s))
    print(text)
    if given.write:
        given.write.write_text(text)


def _product_s() -> float:
    """What the goals in seconds are scaled by, taken often, for the weather changes."""
    x, y = np.random.default_rng(0).normal(size=(2, MIDDLE.n_stimuli, MIDDLE.n_neurons))
    return timed({"product": lambda _: x.T @ y})["product"].seconds


if __name__ == "__main__":
    main()
