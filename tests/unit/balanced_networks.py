"""Networks of costs for the tests of balancing, and an equilibrium found in another way."""

from itertools import combinations

import numpy as np


def at(costs, h, power):
    """Costs at log-scales."""
    return costs * np.exp(power * (h[None, :] - h[:, None]))


def gradients(costs):
    return costs.sum(1) - costs.sum(0)


def dense_laplacian(costs):
    both = costs + costs.T
    np.fill_diagonal(both, 0.0)
    return np.diag(both.sum(1)) - both


def newton(costs, power=2.0):
    """Log-scales of the equilibrium by damped Newton steps, with sum 0; strongly connected."""
    n = len(costs)
    h = np.zeros(n)
    for _ in range(200):
        now = at(costs, h, power)
        g, total = gradients(now), now.sum()
        if np.linalg.norm(g) <= 1e-14 * total:
            break
        step = np.linalg.solve(dense_laplacian(now) + total / n**2, g) / power
        size = 1.0
        while at(costs, h + size * step, power).sum() > total * (1 + 1e-15) and size > 1e-12:
            size /= 2
        h = h + size * step
    return h - h.mean()


def random_costs(n, rng, spread=1.0, density=1.0):
    """Strongly connected: a cycle through all neurons, and lognormal costs between some."""
    costs = np.exp(spread * rng.standard_normal((n, n))) * (rng.random((n, n)) < density)
    here = np.arange(n)
    costs[here, (here + 1) % n] += 0.3
    return costs


def balanced_costs(n, rng, spread=0.8, density=0.6, power=2.0):
    costs = random_costs(n, rng, spread, density)
    return at(costs, newton(costs, power), power)


def worst_cut(costs):
    """The largest log-ratio of the dearest synapse into a set of neurons and out of it."""
    n, worst = len(costs), 0.0
    for size in range(1, n):
        for inside in combinations(range(n), size):
            outside = [k for k in range(n) if k not in inside]
            into, out = costs[np.ix_(inside, outside)], costs[np.ix_(outside, inside)]
            if into.max() > 0 or out.max() > 0:
                worst = max(worst, abs(np.log(into.max()) - np.log(out.max())))
    return worst
