"""Pricing: is there a bargain among all pairs, and if not, the proof that there is none.

Given prices v of the columns, let u_i be the smallest cost - v_j that row i finds anywhere.
Whatever the plan, each unit of row i costs at least u_i + v_j where it goes, so

    mean of u + mean of v    is below the cost of every plan, and equal to that of the best.

To find u would mean to read the whole matrix again, were it not for the shortlists. Their bound
on unlisted pairs was found under older prices; by no more than the largest fall of any price
since, a pair has become a better bargain:

    row i    listed      |====|            u_i, exact
             unlisted            |~~~~~~~  beyond[i] - largest fall

Where the two do not overlap the list has decided. Only the other rows are read again, and if
there is anything cheaper than the list knew, the list is renewed: its head is the next to be
offered to the tree.
"""

import numpy as np

from homolog._compiled import Places, Reals, compiled
from homolog.matching._shortlists import Shortlists


@compiled
def on_offer(lists: Shortlists) -> tuple[Places, Places, Reals]:
    """All listed pairs: rows, columns, costs."""
    n = lists.length.sum()
    rows, columns, costs = np.empty(n, np.int32), np.empty(n, np.int32), np.empty(n)
    n = 0
    for i in range(len(lists.length)):
        for place in range(lists.length[i]):
            rows[n] = i
            columns[n] = lists.columns[i, place]
            costs[n] = lists.costs[i, place]
            n += 1
    return rows, columns, costs


@compiled
def cheapest_listed(lists: Shortlists, prices: Reals) -> Reals:
    """The smallest sum of cost and price on each row's list."""
    cheapest = np.full(len(lists.length), np.inf)
    for i in range(len(cheapest)):
        for place in range(lists.length[i]):
            total = lists.costs[i, place] + prices[lists.columns[i, place]]
            cheapest[i] = min(cheapest[i], total)
    return cheapest
