"""What we set out to reach."""

from benchmarks.populations import MIDDLE, NARROW, WIDE, Size

PRODUCT_S = 0.015
"""CPU time of one (512, 2000) @ (2000, 512) product on the computer the goals were set on.

Goals in seconds are scaled by what the same product takes in the present run.
"""

FASTER_ALL_PAIRS = 10.0
"""All pairs of twenty populations, beside the fastest package that can be installed."""

FASTER_ONE_CALL = 10.0
"""All pairs by all measures of the default set, beside the sum of the fastest packages."""

ONE_PAIR_MS: dict[tuple[str, Size], tuple[float | None, float | None]] = {
    ("cka", NARROW): (3.5, 1.3),
    ("cka", MIDDLE): (39, 17),
    ("cka", WIDE): (121, 3.7),
    ("procrustes", NARROW): (None, 1.9),
    ("procrustes", MIDDLE): (None, 42),
    ("procrustes", WIDE): (150, 27),
    ("linear_regression", NARROW): (None, 1.4),
    ("linear_regression", MIDDLE): (None, 15),
    ("cca", NARROW): (8.8, 2.2),
    ("cca", MIDDLE): (155, 43),
    ("rsa", NARROW): (312, 1.3),
    ("rsa", MIDDLE): (340, 1.8),
}
"""Milliseconds for one pair: from raw responses, and with both summaries at hand."""

ALL_PAIRS_S = {
    ("cka", MIDDLE): 1.9,
    ("linear_regression", MIDDLE): 1.9,
    ("procrustes", MIDDLE): 8.0,
}
"""Seconds for all pairs of twenty populations."""

IMPORT_RATIO = 1.5
"""``import homolog`` beside ``import numpy``, whole process."""

HELP_S = 0.5
"""``homolog --help``, whole process."""
