"""The inner loops of balancing, compiled. All go row by row and read every cost once.

Sums over dense rows may be added several at a time, which makes them faster. Those over sparse rows
are not: gathering several entries at a time takes longer than one after the other.
"""

from math import sqrt

from homolog._compiled import Places, Reals, compiled, summing

FAR = 1e100
"""No scale moves further in one sweep, lest the next ones leave the range of numbers."""


@summing
def sweep_dense(costs: Reals, scales: Reals, inverse: Reals, outward: Reals) -> tuple[float, float]:
    """Balance every neuron once, each with what the ones before it have become.

    ``outward[k]`` is the sum of column k over the scales of its rows. It is kept up to date as
    scales change, so that a column is never read: a row is enough. Returns the squared length of
    the neural gradient and the total cost on the way.
    """
    squares, total = 0.0, 0.0
    for k in range(len(scales)):
        row = costs[k]
        inward = 0.0
        for j in range(len(scales)):
            inward += row[j] * scales[j]
        in_cost, out_cost = inward * inverse[k], outward[k] * scales[k]
        squares += (in_cost - out_cost) ** 2
        total += in_cost
        if inward > 0.0 and outward[k] > 0.0:
            scales[k] = min(max(sqrt(inward / outward[k]), 1 / FAR), FAR)
            change = 1.0 / scales[k] - inverse[k]
            inverse[k] += change
            for j in range(len(scales)):
                outward[j] += row[j] * change
    return squares, total


@compiled
def sweep_sparse(
    starts: Places,
    places: Places,
    costs: Reals,
    scales: Reals,
    inverse: Reals,
    outward: Reals,
) -> tuple[float, float]:
    """As `sweep_dense`, for the rows of a sparse matrix."""
    squares, total = 0.0, 0.0
    for k in range(len(scales)):
        inward = 0.0
        for entry in range(starts[k], starts[k + 1]):
            inward += costs[entry] * scales[places[entry]]
        in_cost, out_cost = inward * inverse[k], outward[k] * scales[k]
        squares += (in_cost - out_cost) ** 2
        total += in_cost
        if inward > 0.0 and outward[k] > 0.0:
            scales[k] = min(max(sqrt(inward / outward[k]), 1 / FAR), FAR)
            change = 1.0 / scales[k] - inverse[k]
            inverse[k] += change
            for entry in range(starts[k], starts[k + 1]):
                outward[places[entry]] += costs[entry] * change
    return squares, total


@summing
def products_dense(costs: Reals, right: Reals, left: Reals, inward: Reals, outward: Reals) -> None:
    """The matrix times `right`, and `left` times the matrix."""
    outward[:] = 0.0
    for k in range(len(inward)):
        row, weight = costs[k], left[k]
        found = 0.0
        for j in range(len(right)):
            found += row[j] * right[j]
            outward[j] += row[j] * weight
        inward[k] = found


@compiled
def products_sparse(
    starts: Places,
    places: Places,
    costs: Reals,
    right: Reals,
    left: Reals,
    inward: Reals,
    outward: Reals,
) -> None:
    """As `products_dense`, for a sparse matrix."""
    outward[:] = 0.0
    for k in range(len(inward)):
        weight = left[k]
        found = 0.0
        for entry in range(starts[k], starts[k + 1]):
            found += costs[entry] * right[places[entry]]
            outward[places[entry]] += costs[entry] * weight
        inward[k] = found


@summing
def widest_dense(costs: Reals, values: Reals) -> float:
    """The largest difference of `values` between two neurons that a synapse joins."""
    widest = 0.0
    for k in range(len(values)):
        row, here = costs[k], values[k]
        for j in range(len(values)):
            apart = abs(values[j] - here)
            if row[j] > 0.0 and apart > widest:
                widest = apart
    return widest


@compiled
def widest_sparse(starts: Places, places: Places, costs: Reals, values: Reals) -> float:
    """As `widest_dense`, for a sparse matrix."""
    widest = 0.0
    for k in range(len(values)):
        for entry in range(starts[k], starts[k + 1]):
            apart = abs(values[places[entry]] - values[k])
            if costs[entry] > 0.0 and apart > widest:
                widest = apart
    return widest
