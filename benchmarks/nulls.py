"""Times a thousand random pairings of two populations beside one score of them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from benchmarks.page import setting
from benchmarks.populations import SIZES, Responses, Size, planted
from benchmarks.timing import timed
from homolog import measures
from homolog.measures._measure import Measure
from homolog.statistics import permutation_null

MEASURES = ("cka", "unbiased_cka", "rsa", "procrustes")
SMALL = Size(100, 100)

N_PAIRINGS = 1000
FEW = 10
"""Pairings that are timed where a thousand would take minutes."""

MOST_SCORES = 20.0
"""The goal: a thousand pairings cost less than so many scores from raw responses."""

INTRODUCTION = f"""\
CPU time of one thread for {N_PAIRINGS:,} random pairings of stimuli (the chance level and p of a
comparison), beside one score of the same two populations from raw responses. The goal is less than
{MOST_SCORES:.0f} scores. *Anew* is what the pairings would take if each were scored from raw
responses, as one does with a function that only takes responses. *Product* is the time of
{N_PAIRINGS:,} products of neurons with neurons alone, less than which no exact pairing can take
that needs one. Numbers after ≈ were scaled from {FEW} pairings.
"""

EXPLANATION = """\
Pairings are turns of the stimuli in circles of random order (see [statistics](statistics.md)). The
scores of `cka`, `unbiased_cka` and `rsa` at all turns are circular correlations of what pairs of
stimuli have in common, one Fourier transform in place of a thousand products, so that pairings cost
less than their products alone would. `procrustes` needs the product of all neurons with all
neurons *and* its singular values anew for every pairing, which are most of a score: a thousand of
them cannot cost less than twenty scores at any size shown.
"""


@dataclass(frozen=True)
class Row:
    """CPU seconds for one measure at one size.

    Attributes
    ----------
    measure, size
        What was timed.
    score
        One score from raw responses.
    pairings
        A thousand random pairings, preparing the two populations included.
    product
        A thousand products of neurons with neurons.
    scaled
        Whether `pairings` was scaled from fewer.
    """

    measure: str
    size: Size
    score: float
    pairings: float
    product: float
    scaled: bool

    @property
    def ratio(self) -> float:
        """Pairings over one score."""
        return self.pairings / self.score


def measured(names: Sequence[str] = MEASURES, sizes: Sequence[Size] = (SMALL, *SIZES)) -> list[Row]:
    """One row for each measure and size."""
    return [_row(measures.find(name), size, *planted(size)[:2]) for size in sizes for name in names]


def _row(measure: Measure, size: Size, x: Responses, y: Responses) -> Row:
    def pairings(n: int) -> Callable[[int], object]:
        return lambda _: permutation_null(measure, x, y, n)

    pairings(1)(0)  # what is compiled once is not timed
    scaled = measure.in_orders is None  # one by one
    n = FEW if scaled else N_PAIRINGS
    taken = timed(
        {
            "score": lambda _: measure(x, y),
            "product": lambda _: x.T @ y,
            "one": pairings(1),
            "more": pairings(1 + n),
        }
    )
    seconds = {name: one.seconds for name, one in taken.items()}
    each = (seconds["more"] - seconds["one"]) / n
    return Row(
        measure=measure.name,
        size=size,
        score=seconds["score"],
        pairings=seconds["one"] + (N_PAIRINGS - 1) * each,
        product=N_PAIRINGS * seconds["product"],
        scaled=scaled,
    )


def page(rows: Sequence[Row]) -> str:
    """Markdown with everything that was measured."""
    return "\n".join(
        [
            f"# Benchmarks: {N_PAIRINGS:,} random pairings\n",
            INTRODUCTION,
            f"{setting(['numpy', 'numba'])}\n",
            *_table(rows),
            "",
            EXPLANATION,
        ]
    )


def _table(rows: Sequence[Row]) -> Iterator[str]:
    columns = ("one score, ms", "pairings, s", "in scores", "anew, s", "product, s", "goal")
    yield f"| measure | stimuli × neurons | {' | '.join(columns)} |"
    yield "|---" * (2 + len(columns)) + "|"
    for row in rows:
        about = "≈ " if row.scaled else ""
        verdict = "met" if row.ratio < MOST_SCORES else "**MISSED**"
        yield (
            f"| {row.measure} | {row.size} | {1e3 * row.score:.3g} | {about}{row.pairings:.3g} |"
            f" {row.ratio:.3g} | {N_PAIRINGS * row.score:.3g} | {row.product:.3g} | {verdict} |"
        )
