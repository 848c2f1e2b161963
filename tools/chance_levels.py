"""Write measures/chance.csv: what every measure scores for two unrelated populations.

Usage: python tools/chance_levels.py [--anew]; without, rows that are there are kept.
"""

import csv
import sys
from collections.abc import Iterator
from dataclasses import astuple, fields

import numpy as np

from homolog import measures
from homolog._arrays import Sees
from homolog.errors import HomologError
from homolog.measures._measure import Measure
from homolog.measures._measured import CHANCE, Chance, chances

SIZES = ((40, 20), (100, 20), (400, 20), (40, 100))
N_DRAWS = 50
FEWER = {
    "representation_topology_divergence": 5,
    "stochastic_shape": 5,
    "energy_shape": 10,
    "dsa": 10,
}
"""Of measures that take seconds for one score."""
FOLDS = 5
"""Of measures that may be judged by stimuli held out."""
BETWEEN = {"mean": (), "trial": (4,), "time": (20,)}
"""How many trials or times, where a measure sees these."""


def levels(m: Measure, sizes: tuple[int, int], n_draws: int = 0) -> Chance:
    """Mean and standard deviation over draws, the same draws for every measure."""
    n_draws = n_draws or FEWER.get(m.name, N_DRAWS)
    of = (m.label, *map(str, (*sizes, n_draws)))
    try:
        scores = [float(m(*draw(sizes, seed, m.sees))) for seed in range(n_draws)]
    except HomologError:
        return Chance(*of, "", "")
    mean, deviation = np.mean(scores), np.std(scores, ddof=1)
    return Chance(*of, f"{mean:.4g}", f"{deviation:.2g}")


def draw(sizes: tuple[int, int], seed: int, sees: Sees) -> np.ndarray:
    """Two populations of independent Gaussian responses, in each trial and at each time."""
    n_stimuli, n_neurons = sizes
    shape = (2, n_stimuli, *BETWEEN[sees], n_neurons)
    return np.random.default_rng((seed, *sizes)).normal(size=shape)


def measured() -> Iterator[Measure]:
    """Every measure without options, or with folds where it may, and cosines of dissimilarities."""
    for measure in map(measures.find, measures.names()):
        yield measure
        if measure.held_out is not None:
            yield measure.using(folds=FOLDS)
    for comparison in ("cosine", "whitened_cosine"):
        yield measures.find("rsa").using(comparison=comparison)


def write(kept: list[Chance]) -> None:
    """The table: rows that are kept, and new ones of all other measures."""
    known = {row.measure for row in kept}
    labels = [m.label for m in measured()]
    new = [levels(m, sizes) for m in measured() if m.label not in known for sizes in SIZES]
    found = sorted(
        [row for row in [*kept, *new] if row.measure in labels],
        key=lambda row: labels.index(row.measure),
    )
    with CHANCE.open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(field.name for field in fields(Chance))
        table.writerows(map(astuple, found))


def missing() -> set[str]:
    """Measures without a row."""
    return {m.label for m in measured()} - {row.measure for row in chances()}


if __name__ == "__main__":
    write([] if "--anew" in sys.argv[1:] else list(chances()))
