"""What we set out to reach with audits."""

FASTER = 5.0
"""Times the steps per second of autograd through decompositions, as public code has it."""

GOAL = 0.99
"""Score to which whole climbs are timed."""

ALIKE = 1e-8
"""Most that a gradient may differ from ours, of its largest entry."""

STEPS_APART = 2
"""Steps of L-BFGS by which climbs of one score may differ: rounding decides where kinks are."""
