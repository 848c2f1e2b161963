"""The tables, and what to say about them."""

import os
from collections.abc import Iterable, Sequence
from importlib.metadata import version
from platform import python_version
from time import gmtime, strftime

from benchmarks import goals
from benchmarks.default_set import OneCall
from benchmarks.measuring import OURS, Row
from benchmarks.populations import N_POPULATIONS
from homolog.comparison import DEFAULT_MEASURES

PACKAGES = (
    "homolog",
    "numpy",
    "scipy",
    "scikit-learn",
    "himalaya",
    "rsatoolbox",
    "torch",
    "pytorch_cka",
    "torch-cka",
    "repsim",
    "POT",
)

INTRODUCTION = """\
CPU time of one thread, medians of up to five runs, homolog and its peers taking turns in one
process. The populations share forty latent signals; each neuron has noise of its own. *Cold* is
from raw responses; *cached* is from what can be kept of each population. Numbers after ≈ were
added up from single pairs or scaled from fewer populations. Every peer is called the way its
documentation says, on float64 where it can, with its own call for many populations where it has
one, and its score is checked against ours: the difference is in the last column.
"""

WHY_MISSED = """\
Where ten times faster than the fastest peer is missed, both sides spend their time in one and the
same operation, and little is left around it to save:

- `procrustes`: the product of all neurons with all neurons, then singular values. SciPy makes the
  same product, and singular vectors as well. Where neurons outnumber stimuli, rsatoolbox's `bures`
  works in the space of stimuli, too.
- `soft_matching`, `soft_matching_correlation`, `one_to_one_matching`: the same product, which
  takes most of the time; all are exact. [Matching alone](benchmarks-matching.md), the costs given,
  is 10 to 100 times faster from about 2,000 neurons on.
- `cka`, `unbiased_cka`: one Gram matrix for each population and one product of all of them. We make
  half of each Gram matrix; `cka_from_features` makes all of it, twice.
- `cca`: the product and its singular values are most of a pair, though SciPy also finds both bases
  anew for each.
- `linear_regression`, few neurons: scikit-learn may fit all references to a candidate at once. Our
  own goal in seconds did not count the check of each population's rank.
- `rsa`: ranking two million dissimilarities, once for each population; a pair then takes a
  millisecond. NumPy's sort is several times slower on some processors with AVX-512 than on others.

A verdict within a tenth of its goal may change from run to run.
"""


ONE_CALL = f"""
`homolog.matrix(populations)` scores all pairs of {N_POPULATIONS} populations by the four measures
that are taken where none is asked for. Beside it stands the fastest peer for each measure from the
table above, one after another; where that table has a ≈, so has their sum. A penalty for each
neuron, with which scikit-learn can fit all references at once, makes another score than one for
all. The goal is {goals.FASTER_ONE_CALL:.0f} times faster.
"""


def page(
    rows: Sequence[Row], calls: Sequence[OneCall], startup: dict[str, float], product_s: float
) -> str:
    """Markdown with everything that was measured."""
    slower = product_s / goals.PRODUCT_S
    return "\n".join(
        [
            "# Benchmarks\n",
            INTRODUCTION,
            f"{setting(PACKAGES)} A (512, 2000) @ (2000, 512) product took"
            f" {1e3 * product_s:.1f} ms; the goals in seconds were set where it took"
            f" {1e3 * goals.PRODUCT_S:.0f} ms, and are multiplied by {slower:.2f}.\n",
            "## One pair, milliseconds\n",
            *_one_pair(rows, slower),
            f"\n## All pairs of {N_POPULATIONS} populations, seconds\n",
            f"The goal is {goals.FASTER_ALL_PAIRS:.0f} times faster than the fastest peer.\n",
            *_all_pairs(rows, slower),
            f"\n{WHY_MISSED}",
            *_one_call(rows, calls),
            "## A fresh process\n",
            *_startup(startup),
            "",
        ]
    )


def setting(packages: Sequence[str]) -> str:
    """When and on what the tables were measured, and the versions of these packages."""
    versions = ", ".join(f"{name} {version(name)}" for name in packages)
    date = strftime("%Y-%m-%d", gmtime())
    return f"{date}, {os.cpu_count()} CPUs, Python {python_version()}, {versions}."


def _one_pair(rows: Sequence[Row], slower: float) -> Iterable[str]:
    yield "| measure | stimuli × neurons | | cold | cached | goal | times faster | difference |"
    yield "|---|---|---|---|---|---|---|---|"
    for row in rows:
        start = f"| {row.measure} | {row.size} | {row.name} | {_ms(row.cold)} | {_ms(row.cached)} |"
        if row.name == OURS:
            yield f"{start} {_pair_goal(row, slower)} | | |"
        else:
            ours = _ours(rows, row)
            faster = f"{row.cold / ours.cold:.1f} cold, {row.cached / ours.cached:.1f} cached"
            yield f"{start} | {faster} | {row.difference:.0e} |"


def _pair_goal(row: Row, slower: float) -> str:
    wanted = goals.ONE_PAIR_MS.get((row.measure, row.size), (None, None))
    parts = [
        f"{name} {slower * goal:.1f}{_missed(1e3 * got > slower * goal)}"
        for name, goal, got in zip(("cold", "cached"), wanted, (row.cold, row.cached), strict=True)
        if goal is not None
    ]
    return ", ".join(parts)


def _all_pairs(rows: Sequence[Row], slower: float) -> Iterable[str]:
    yield "| measure | stimuli × neurons | | seconds | times faster | goal |"
    yield "|---|---|---|---|---|---|"
    for row in rows:
        seconds = f"{'≈ ' if row.added_up else ''}{row.all_pairs:.2f}"
        start = f"| {row.measure} | {row.size} | {row.name} | {seconds} |"
        if row.name == OURS:
            goal = goals.ALL_PAIRS_S.get((row.measure, row.size))
            said = "" if goal is None else f"{slower * goal:.1f} s"
            missed = goal is not None and row.all_pairs > slower * goal
            yield f"{start} | {said}{_missed(missed)} |"
        else:
            faster = row.all_pairs / _ours(rows, row).all_pairs
            best = row.all_pairs == min(other.all_pairs for other in _rivals(rows, row))
            verdict = _missed(faster < goals.FASTER_ALL_PAIRS) or " met"
            yield f"{start} {faster:.1f} |{verdict if best else ''} |"


def _one_call(rows: Sequence[Row], calls: Sequence[OneCall]) -> Iterable[str]:
    if not calls:
        return
    yield f"## The default set in one call, seconds\n{ONE_CALL}"
    yield "| stimuli × neurons | homolog | the fastest peers | their sum | times faster | goal |"
    yield "|---|---|---|---|---|---|"
    for call in calls:
        peers = [_fastest(rows, measure, call) for measure in DEFAULT_MEASURES]
        total = sum(peer.all_pairs for peer in peers)
        about = "≈ " if any(peer.added_up for peer in peers) else ""
        named = "; ".join(f"{one.measure}: {one.name} {one.all_pairs:.2f}" for one in peers)
        verdict = _missed(total < goals.FASTER_ONE_CALL * call.seconds) or " met"
        yield (
            f"| {call.size} | {call.seconds:.2f} | {named} | {about}{total:.2f} |"
            f" {total / call.seconds:.1f} |{verdict} |"
        )
    yield ""


def _fastest(rows: Sequence[Row], measure: str, call: OneCall) -> Row:
    """The peer that needs least for all pairs."""
    ours = next(
        row for row in rows if (row.measure, row.size, row.name) == (measure, call.size, OURS)
    )
    return min(_rivals(rows, ours), key=lambda row: row.all_pairs)


def _startup(seconds: dict[str, float]) -> Iterable[str]:
    yield "CPU seconds, user and system, of the whole process; median of five.\n"
    yield "| | seconds | goal |"
    yield "|---|---|---|"
    ratio = seconds["import homolog"] / seconds["import numpy"]
    remarks = {
        "import homolog": f"at most {goals.IMPORT_RATIO} × `import numpy`: {ratio:.2f} ×"
        f"{_missed(ratio > goals.IMPORT_RATIO)}",
        "homolog --help": f"less than {goals.HELP_S}"
        f"{_missed(seconds['homolog --help'] >= goals.HELP_S)}",
    }
    for name, taken in seconds.items():
        yield f"| `{name}` | {taken:.3f} | {remarks.get(name, '')} |"


def _ours(rows: Sequence[Row], row: Row) -> Row:
    return next(r for r in rows if (r.measure, r.size, r.name) == (row.measure, row.size, OURS))


def _rivals(rows: Sequence[Row], row: Row) -> list[Row]:
    same = [r for r in rows if (r.measure, r.size) == (row.measure, row.size)]
    return [r for r in same if r.name != OURS]


def _missed(missed: bool) -> str:
    return " **MISSED**" if missed else ""


def _ms(seconds: float) -> str:
    return f"{1e3 * seconds:.3g}" if seconds < 1 else f"{1e3 * seconds:.0f}"
