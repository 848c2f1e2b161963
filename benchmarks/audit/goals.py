"""What we set out to reach with audits."""

FASTER = 5.0
"""Times the steps per second of autograd through decompositions, as public code has it."""

ALIKE = 1e-8
"""Most that a gradient may differ from ours, of its largest entry."""
