"""Times homolog beside other packages: ``python -m benchmarks``.

Takes about forty minutes, half of it for the measures. Set the number of threads of every
library to one first, as ``make bench`` does.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.audit.page import page as audit_page
from benchmarks.audit.timings import measured as audit_measured
from benchmarks.balancing.measuring import measured as balancing_measured
from benchmarks.balancing.page import page as balancing_page
from benchmarks.balancing.picture import write_growth
from benchmarks.default_set import is_covered_by, one_call
from benchmarks.encoding.measuring import measured as encoding_measured
from benchmarks.encoding.page import page as encoding_page
from benchmarks.matching.measuring import measured as matching_measured
from benchmarks.matching.page import page as matching_page
from benchmarks.measuring import measured
from benchmarks.nulls import measured as nulls_measured
from benchmarks.nulls import page as nulls_page
from benchmarks.page import page
from benchmarks.peers import PEERS, answers
from benchmarks.populations import MIDDLE, SIZES, planted
from benchmarks.recurrent.measuring import measured as recurrent_measured
from benchmarks.recurrent.page import page as recurrent_page
from benchmarks.rules.measuring import measured as rules_measured
from benchmarks.rules.page import page as rules_page
from benchmarks.startup import startup_times
from benchmarks.timing import timed

PAGES = {
    "measures": "benchmarks.md",
    "nulls": "benchmarks-nulls.md",
    "matching": "benchmarks-matching.md",
    "rules": "benchmarks-rules.md",
    "balancing": "benchmarks-balancing.md",
    "recurrent": "benchmarks-recurrent.md",
    "audit": "benchmarks-audit.md",
    "encoding": "benchmarks-encoding.md",
}
"""The parts of the benchmarks, and the page of each."""


def main() -> None:
    """Print the tables, and write them where asked."""
    given = _parser().parse_args()
    for part in [given.only] if given.only else ["measures"] if given.measure else PAGES:
        if part == "measures":
            text = _measures(given.measure or [*PEERS])
        elif part == "nulls":
            text = nulls_page(nulls_measured())
        elif part == "matching":
            text = matching_page(matching_measured(given.largest))
        elif part == "rules":
            text = rules_page(rules_measured())
        elif part == "recurrent":
            text = recurrent_page(recurrent_measured())
        elif part == "encoding":
            text = encoding_page(encoding_measured())
        elif part == "audit":
            text = audit_page(audit_measured())
        else:
            balancing = balancing_measured(given.network)
            text = balancing_page(balancing)
            if given.write:
                write_growth(balancing.sizes, given.write)
        print(text)
        if given.write:
            (given.write / PAGES[part]).write_text(text)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    one_part = parser.add_mutually_exclusive_group()
    one_part.add_argument("--only", choices=[*PAGES], help="only this part")
    one_part.add_argument(
        "-m", "--measure", action="append", choices=[*PEERS], help="only this measure"
    )
    parser.add_argument(
        "--largest",
        type=int,
        default=32768,
        metavar="NEURONS",
        help="match no larger populations (default: %(default)s)",
    )
    parser.add_argument(
        "--network",
        type=Path,
        metavar="FILE",
        help="also balance this saved RecurrentNetwork, trained on context-dependent integration",
    )
    parser.add_argument(
        "--write",
        type=Path,
        metavar="FOLDER",
        help=f"also write the tables into this folder: {', '.join(PAGES.values())}",
    )
    return parser


def _measures(names: Sequence[str]) -> str:
    rows, products_s, calls = [], [], []
    for size in SIZES:
        populations = planted(size)
        if is_covered_by(names):
            print(f"timing the default set, {size}", flush=True)
            calls.append(one_call(size, populations))
        for name in names:
            if answers(name, size):
                print(f"timing {name}, {size}", flush=True)
                rows += measured(name, size, populations)
                products_s.append(_product_s())
    return page(rows, calls, startup_times(), median(products_s))


def _product_s() -> float:
    """What the goals in seconds are scaled by, taken often, for the weather changes."""
    x, y = np.random.default_rng(0).normal(size=(2, MIDDLE.n_stimuli, MIDDLE.n_neurons))
    return timed({"product": lambda _: x.T @ y})["product"].seconds


if __name__ == "__main__":
    main()
