"""What we set out to reach in learning, and where from."""

from benchmarks.rules.cases import DIGITS

CEILING = 130.0
"""GFLOP/s of large products in single precision on the computer the milliseconds are from."""

STEP_MS = {
    ("CorInfoMax, exact", DIGITS): 5.5,
    ("CorInfoMax, k = 10", DIGITS): 2.8,
}
"""Most that a step may take there."""

TIMES_FASTER = {
    ("CorInfoMax, exact", DIGITS): 13.0,
    ("CorInfoMax, k = 10", DIGITS): 28.0,
}
"""Than the textbook version, in one run."""

SHARE = {("CorInfoMax, exact", DIGITS): 0.8}
"""Of the ceiling of large products."""

PUBLIC_MS = {
    ("EP", DIGITS): 16.0,
    ("CSM", DIGITS): 26.0,
    ("PC", DIGITS): 34.0,
    ("PC", (784, 600, 600, 10)): 83.0,
    ("PC-Nudge", DIGITS): 28.0,
    ("PC-Nudge", (784, 128, 64, 10)): 19.0,
}
"""What a step of public code took there."""

FASTER_THAN_PUBLIC = 5.0


def scaled(milliseconds: float, ceiling: float) -> float:
    """What would take so long on the computer of the goals, on one with another `ceiling`."""
    return milliseconds * CEILING / ceiling
