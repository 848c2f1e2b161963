"""What we set out to reach in balancing; goals in seconds stand beside their instances."""

GROWTH = 1.35
"""Exponent of CPU time over the number of synapses."""

MATRICES = 4.0
"""Most memory at the peak, over that of the costs, which are included."""

ALIKE = 1e-8
"""Largest relative difference of two least costs that count as the same."""
