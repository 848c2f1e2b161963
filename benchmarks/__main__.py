"""Times homolog beside other packages: ``python -m benchmarks``.

Takes about ten minutes. Set the number of threads of every library to one first, as
``make bench`` does.
"""

import argparse
from pathlib import Path

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
    rows = []
    for size in SIZES:
        populations = planted(size)
        for name in given.measure or PEERS:
            if answers(name, size):
                print(f"timing {name}, {size}", flush=True)
                rows += measured(name, size, populations)
    text = page(rows, startup_times(), _product_s())
    print(text)
    if given.write:
        given.write.write_text(text)


def _product_s() -> float:
    x, y = planted(MIDDLE)[:2]
    return timed({"product": lambda _: x.T @ y})["product"].seconds


if __name__ == "__main__":
    main()
