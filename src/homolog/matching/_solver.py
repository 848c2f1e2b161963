"""The exact solver: auction, crossover, simplex and pricing, one after the other.

    shortlists -> auction at falling epsilon -> crossover -> simplex on the lists -> pricing
                                                                ^                      |
                                                                '--- bargains found ---'

The auction brings nearly everything near its place; the simplex does the rest exactly, on the
few pairs that matter; pricing looks at all pairs, and ends it with the proof. Usually a matrix
is read once from end to end, and some rows of it again.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from homolog._compiled import Places, Reals, Units, running
from homolog.matching import _auction as auction
from homolog.matching import _crossover as crossover
from homolog.matching import _simplex as simplex
from homolog.matching._pricing import cheapest_listed, on_offer
from homolog.matching._problem import Found
from homolog.matching._shortlists import Shortlists

KEEP = 16
"""Columns on a shortlist to begin with."""

MOST = 128
"""Columns on the longest shortlist."""

COARSE, COARSE_IF_FLAT, FALL = 0.02, 0.1, 5.0
"""First epsilon, the same where all neurons are much alike, and by how much it falls; in units of
the costs' half range."""

FINE = 15.0
"""The last epsilon times the number of columns: the more there are, the closer are the best."""

FLAT = 2e-3
"""Neurons are much alike if a list's best and worst differ by less than this share."""

PAUSE = 20_000_000
"""Entries looked at before Ctrl-C is heard."""

PIVOTS = 5_000
"""Pivots before Ctrl-C is heard."""

Relist = Callable[[Places, Reals, Reals], None]


@dataclass(frozen=True)
class Problem:
    """Costs as the solver sees them: held as a matrix, or computed row by row.

    Attributes
    ----------
    lists
        Shortlists of all rows under `prices`; the solver renews them.
    prices
        Column prices to begin with; the solver's latest afterwards.
    relist
        Renews the shortlists of rows that have anything below their floors:
        ``relist(rows, prices, floors)``.
    costs_of
        The costs of some pairs: ``costs_of(rows, columns)``.
    matrix
        All costs, or a matrix without rows where they are not held.
    lowest, highest
        Range of the costs.
    scale
        What rounding is a share of: the largest cost, or the largest that could be.
    """

    lists: Shortlists
    prices: Reals
    relist: Callable[[Places, Reals, Reals], None]
    costs_of: Callable[[Units, Units], Reals]
    matrix: Reals
    lowest: float
    highest: float
    scale: float

    @property
    def half_range(self) -> float:
        """Unit of epsilon; never so small that a price could not rise by a part of it."""
        return max((self.highest - self.lowest) / 2, 1e4 * float(np.spacing(self.scale)))


@dataclass
class Work:
    """Entries of the matrix looked at, and how many may be."""

    most: float
    done: int = 0

    @property
    def over(self) -> bool:
        """Whether it is time to end with what there is."""
        return self.done > self.most


def room(n_columns: int) -> tuple[int, int]:
    """Length of the shortlists to begin with, and of the longest."""
    return min(KEEP, n_columns), min(max(KEEP, n_columns // 8), MOST, n_columns)


@running()
def solve(
    problem: Problem,
    supplies: Units,
    demands: Units,
    *,
    tolerance: float,
    approximate: float | None,
    warm: bool,
    most_work: float,
) -> Found:
    """The cheapest flow from rows to columns.

    Parameters
    ----------
    problem
        Costs, shortlists and first prices.
    supplies, demands
        Units of every row and column, equal in sum.
    tolerance
        A saving per unit that is not worth a change, in units of cost.
    approximate
        A gap that is small enough, in units of cost; None: as small as can be.
    warm
        Whether the first prices come from a similar problem.
    most_work
        Entries looked at before the search ends with what it has.
    """
    work = Work(most_work)
    market = auction.market(len(supplies), len(demands))
    market.prices[:] = problem.prices
    for epsilon in _epsilons(problem, approximate, warm):
        market = _auctioned(market, problem, supplies, demands, epsilon, work)
    problem.prices[:] = market.prices  # the lists' bounds hold, for prices have only risen
    plan = _without_cycles(problem, *_all_placed(market))
    if work.over or approximate is not None:
        early = _proved(problem, *plan, market.prices, complete=not work.over)
        if work.over or _gap(problem, early, supplies, demands) <= (approximate or 0) - tolerance:
            return early
    tree = _grown(problem, *plan, market.prices)
    _polish(tree, problem, tolerance, work)
    prices = market.prices if work.over else -tree.potential[len(supplies) : -1]
    return _proved(problem, *_edges(tree, len(supplies)), prices, complete=not work.over)


def _epsilons(problem: Problem, approximate: float | None, warm: bool) -> list[float]:
    """Falling epsilons, in units of cost."""
    unit, lists = problem.half_range, problem.lists
    worst = np.minimum(lists.beyond, problem.highest + problem.prices.max())
    flat = np.median(worst - cheapest_listed(lists, problem.prices)) < FLAT * unit
    coarse = COARSE_IF_FLAT if flat else COARSE
    # One more fall has to be worth its while.
    fine = FINE / len(problem.prices)
    fine = max(fine if fine < COARSE / 2 else COARSE, min((approximate or 0) / unit, 1))
    falls = 0 if warm else int(np.ceil(np.log(coarse / fine) / np.log(FALL) - 1e-9))
    return [*(coarse * unit / FALL**k for k in range(falls)), fine * unit]


def _auctioned(
    market: auction.Market,
    problem: Problem,
    supplies: Units,
    demands: Units,
    epsilon: float,
    work: Work,
) -> auction.Market:
    """The market when everybody is content, or when the work is over."""
    auction.open_market(market, supplies, demands)
    _, most = room(len(demands))
    while not work.over:
        pause = int(min(PAUSE, work.most - work.done))
        outcome = auction.bid_on(market, problem.lists, problem.matrix, epsilon, most, pause)
        if outcome == auction.FULL:
            market = auction.enlarged(market)
        if outcome == auction.STALE:
            rows = np.sort(market.stalled[: market.state[auction.STALLED]])
            problem.relist(rows, market.prices, np.full(len(rows), np.inf))
            market.state[auction.LOOKED_AT] += len(rows) * len(demands)
            auction.call_stalled(market)
        work.done = int(market.state[auction.LOOKED_AT])
        if outcome == auction.CONTENT:
            break
    return market


def _all_placed(market: auction.Market) -> tuple[Places, Places, Units]:
    """The market's plan; what an ended search has left unplaced goes wherever there is room."""
    rows, columns, units = auction.flow(market)
    if not market.unplaced.any():
        return rows, columns, units
    free = auction.nobodys(market)
    from_row, to_column = np.flatnonzero(market.unplaced), np.flatnonzero(free)
    supply, demand = market.unplaced[from_row].cumsum(), free[to_column].cumsum()
    ends = np.union1d(supply, demand)
    more = (
        from_row[np.searchsorted(supply, ends)],
        to_column[np.searchsorted(demand, ends)],
        np.diff(ends, prepend=0),
    )
    joined = (np.concatenate(pair) for pair in zip((rows, columns, units), more, strict=True))
    return next(joined).astype(np.int32), next(joined).astype(np.int32), next(joined)


def _without_cycles(
    problem: Problem, rows: Places, columns: Places, units: Units
) -> tuple[Places, Places, Units]:
    """A plan at least as cheap whose pairs make a forest."""
    n_rows, n_columns = len(problem.lists.length), len(problem.prices)
    largest_first = np.argsort(-units, kind="stable")
    rows, columns, units = rows[largest_first], columns[largest_first], units[largest_first]
    end = (columns + n_rows).astype(np.int32)
    crossover.purify(n_rows + n_columns, rows, end, units, problem.costs_of(rows, columns))
    some = units > 0
    return rows[some], columns[some], units[some]


def _grown(
    problem: Problem, rows: Places, columns: Places, units: Units, prices: Reals
) -> crossover.Tree:
    """A tree that carries the plan."""
    n_rows = len(problem.lists.length)
    tree = crossover.seedling(n_rows + len(prices))
    end = (columns + n_rows).astype(np.int32)
    crossover.grow(rows, end, units, problem.costs_of(rows, columns), prices, tree)
    return tree


def _polish(tree: crossover.Tree, problem: Problem, tolerance: float, work: Work) -> None:
    """Improve the tree until there is no bargain among all pairs, or the work is over."""
    n_rows = len(problem.lists.length)
    bargains = True
    while bargains:
        offer = on_offer(problem.lists)
        place, n_pivots = 0, PIVOTS
        while n_pivots == PIVOTS:
            n_pivots, place = simplex.improve(tree, n_rows, *offer, tolerance, place, PIVOTS)
            work.done += n_pivots * int(len(offer[0]) ** 0.5 + 100)
            if work.over:
                return
        simplex.refresh(tree)
        cheapest, n_read = priced(problem, -tree.potential[n_rows:-1])
        work.done += n_read * len(problem.prices)
        bargains = n_read > 0 and bool((cheapest + tree.potential[:n_rows]).min() < -tolerance)


def priced(problem: Problem, prices: Reals) -> tuple[Reals, int]:
    """The smallest cost + price of every row, and how many rows had to be read for it."""
    lists = problem.lists
    lists.beyond[:] -= max(0.0, float((problem.prices - prices).max()))
    problem.prices[:] = prices
    cheapest = cheapest_listed(lists, prices)
    undecided = np.flatnonzero(cheapest > lists.beyond).astype(np.int32)
    if len(undecided):
        problem.relist(undecided, problem.prices, cheapest[undecided])
        cheapest = cheapest_listed(lists, prices)
    return cheapest, len(undecided)


def _edges(tree: crossover.Tree, n_rows: int) -> tuple[Places, Places, Units]:
    """The pairs of a tree that carry units."""
    nodes = np.flatnonzero(tree.flow[:-1] > 0)
    parents = tree.parent[nodes]
    rows = np.where(nodes < n_rows, nodes, parents)
    columns = np.where(nodes < n_rows, parents, nodes) - n_rows
    return rows, columns, tree.flow[nodes]


def _proved(
    problem: Problem,
    rows: Places,
    columns: Places,
    units: Units,
    prices: Reals,
    *,
    complete: bool,
) -> Found:
    cheapest, _ = priced(problem, prices.copy())
    pairs = rows.astype(np.int64), columns.astype(np.int64)
    return Found(*pairs, units, cheapest, -problem.prices, complete)


def _gap(problem: Problem, found: Found, supplies: Units, demands: Units) -> float:
    spent = problem.costs_of(found.rows, found.columns) @ found.units
    bound = found.row_prices @ supplies + found.column_prices @ demands
    return float(spent - bound) / float(supplies.sum())
