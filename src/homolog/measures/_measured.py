"""What was measured about our measures: who else computes them, and what chance gives.

The tables are written by tests/oracle/agreement.py and tools/chance_levels.py.
"""

import csv
from dataclasses import dataclass
from functools import cache
from pathlib import Path

AGREEMENT = Path(__file__).with_name("agreement.csv")
CHANCE = Path(__file__).with_name("chance.csv")


@dataclass(frozen=True)
class Row:
    """How somebody else's number relates to a measure of ours.

    Attributes
    ----------
    implementation, call
        Which package, and what it calls the number.
    answer
        What it answered for the first pair of published populations; empty where it was run
        beside ours instead.
    ours
        What equals it, in terms of our measures, or why nothing does.
    apart
        The largest difference from that; empty where nothing equals it.
    measures
        The measures of ours that this is about, separated by spaces.
    """

    implementation: str
    call: str
    answer: str
    ours: str
    apart: str
    measures: str


@dataclass(frozen=True)
class Chance:
    """Scores of two unrelated populations.

    Attributes
    ----------
    measure
        With the settings of its label.
    n_stimuli, n_neurons
        Size of each population of independent Gaussian responses.
    n_draws
        How many pairs of populations were drawn.
    mean, deviation
        Of the scores of independent draws; empty where the measure refuses that size.
    """

    measure: str
    n_stimuli: str
    n_neurons: str
    n_draws: str
    mean: str
    deviation: str


@cache
def agreements() -> tuple[Row, ...]:
    """All rows of the table of agreement."""
    with AGREEMENT.open(encoding="utf-8", newline="") as file:
        return tuple(Row(**row) for row in csv.DictReader(file))


@cache
def chances() -> tuple[Chance, ...]:
    """All rows of the table of chance levels."""
    with CHANCE.open(encoding="utf-8", newline="") as file:
        return tuple(Chance(**row) for row in csv.DictReader(file))


def agreement(measure: str) -> list[Row]:
    """Who else computes a measure, and who computes something else by that name."""
    return [row for row in agreements() if measure in row.measures.split()]


def chance(measure: str) -> list[Chance]:
    """What a measure and its measured variants score for unrelated populations."""
    return [row for row in chances() if row.measure.partition("(")[0] == measure]
