"""Shortlists: the few columns that a row may want, and a bound on all the others.

A row bids for the column where cost + price is lowest. To look at every column for every bid
would be most of the work, so each row keeps the `keep` cheapest columns and one number:

    row i    ####....  listed: cost known        beyond[i]: no unlisted column
             |<-keep->|                          is cheaper than this

Prices only rise while the auction lasts. A listed column whose price rose is still compared
exactly, and an unlisted one can only have become dearer, so the list decides until its best
entry is above `beyond`. Only then is the whole row read again. And as the list is in order, a
bid need not look further than where the sums were, when listed, above the second best of now.

To find the cheapest, a sample of the row is sorted out first; its smallest entries say about
how small the wanted ones are. One pass then collects all entries up to there, without a branch
that the processor could guess wrong, and it is repeated with a higher cut in the rare case that
it collects too few.
"""

from typing import NamedTuple

import numpy as np

from homolog._compiled import Places, Reals, compiled, inlined

SAMPLE = 128
"""Entries of a row that say how small the wanted ones are."""

LANES = 64
"""Entries of a row that are looked at side by side."""

STRIP = 8
"""Entries that are passed over together if none of them is wanted."""


class Shortlists(NamedTuple):
    """The cheapest columns of every row, the cheapest first when they were listed.

    Attributes
    ----------
    columns, costs, once
        (row, place) arrays: a column, its cost, and the sum of cost and price when it was
        listed. The first ``length[row]`` places count.
    length
        Listed columns of each row.
    beyond
        No unlisted column of the row has a cost + price below this.
    """

    columns: Places
    costs: Reals
    once: Reals
    length: Places
    beyond: Reals


def empty(n_rows: int, most: int) -> Shortlists:
    """Shortlists without entries, with room for `most` columns a row."""
    return Shortlists(
        np.empty((n_rows, most), np.int32),
        np.empty((n_rows, most)),
        np.empty((n_rows, most)),
        np.zeros(n_rows, np.int32),
        np.full(n_rows, -np.inf),
    )


@compiled
def list_rows(
    block: Reals,
    places: Places,
    rows: Places,
    prices: Reals,
    floors: Reals,
    keep: int,
    lists: Shortlists,
) -> None:
    """Renew the shortlists of some rows of the problem, found at `places` of a block.

    A row that has nothing below its floor keeps its list, and the floor is its new bound.
    """
    sums, candidates, sample = workspace(len(prices))
    for k in range(len(rows)):
        row, i = block[places[k]], rows[k]
        if any_below(row, prices, floors[k]):
            list_row(row, i, prices, keep, lists, sums, candidates, sample)
        else:
            lists.beyond[i] = floors[k]


@inlined
def any_below(row: Reals, prices: Reals, floor: float) -> bool:
    """Whether some sum of cost and price is below the floor."""
    n = len(prices)
    whole = n // LANES * LANES
    for start in range(0, whole, LANES):
        some = 0
        for lane in range(LANES):
            some |= row[start + lane] + prices[start + lane] < floor
        if some:
            return True
    some = 0
    for j in range(whole, n):
        some |= row[j] + prices[j] < floor
    return some > 0


@compiled
def list_all(
    block: Reals, first: int, prices: Reals, keep: int, lists: Shortlists
) -> tuple[float, float, bool]:
    """List the cheapest columns of rows from the first on, each looked at while it is at hand.

    Returns
    -------
    lowest, highest, finite
        Smallest and largest cost, and whether all of them are finite.
    """
    sums, candidates, sample = workspace(len(prices))
    lowest, highest = np.full(LANES, np.inf), np.full(LANES, -np.inf)
    odd = np.zeros(LANES)
    for b in range(len(block)):
        _survey(block[b], lowest, highest, odd)
        list_row(block[b], first + b, prices, keep, lists, sums, candidates, sample)
    return lowest.min(), highest.max(), odd.sum() == 0.0


@compiled
def _survey(row: Reals, lowest: Reals, highest: Reals, odd: Reals) -> None:
    """Extend the range by a row; `odd` stays 0 while all is finite.

    Side by side in lanes, of which a processor does several in one instruction.
    """
    whole = len(row) // LANES * LANES
    for start in range(0, whole, LANES):
        for lane in range(LANES):
            cost = np.float64(row[start + lane])
            lowest[lane] = cost if cost < lowest[lane] else lowest[lane]
            highest[lane] = cost if cost > highest[lane] else highest[lane]
            odd[lane] += cost * 0.0
    for j in range(whole, len(row)):
        cost = np.float64(row[j])
        lowest[0], highest[0] = min(cost, lowest[0]), max(cost, highest[0])
        odd[0] += cost * 0.0


@compiled
def workspace(n: int) -> tuple[Reals, Places, Reals]:
    """Room for `list_row`: candidates, and a sample of a row."""
    return np.empty(n + 1), np.empty(n + 1, np.int32), np.empty(SAMPLE)


@compiled
def list_row(
    row: Reals,
    i: int,
    prices: Reals,
    keep: int,
    lists: Shortlists,
    sums: Reals,
    places: Places,
    sample: Reals,
) -> None:
    """List the `keep` cheapest columns of one row under the present prices."""
    n = len(prices)
    if n <= 8 * keep or n < SAMPLE:
        found = up_to(np.inf, row, prices, sums, places)
    else:
        rank = 3 * keep * SAMPLE // (2 * n) + 2
        cut = _cut(row, prices, rank, i, sample)
        found = up_to(cut, row, prices, sums, places)
        while found <= keep and cut < np.inf:  # a row of NaN never has enough
            rank = 2 * rank + 1
            cut = _cut(row, prices, rank, i, sample) if rank < SAMPLE else np.inf
            found = up_to(cut, row, prices, sums, places)
    lists.beyond[i] = split_smallest(sums, places, found, keep) if found > keep else np.inf
    listed = min(keep, found)
    sort(sums, places, listed)
    for place in range(listed):
        lists.columns[i, place] = places[place]
        lists.costs[i, place] = row[places[place]]
        lists.once[i, place] = sums[place]
    lists.length[i] = listed


@inlined
def _cut(row: Reals, prices: Reals, rank: int, i: int, smallest: Reals) -> float:
    """The sum of cost and price that `rank` of a sample are below, in another sample a row."""
    stride = len(prices) // SAMPLE
    offset = (i * 7919) % stride
    smallest[: rank + 1] = np.inf
    for j in range(offset, offset + SAMPLE * stride, stride):
        total = row[j] + prices[j]
        if total < smallest[rank]:
            at = rank
            while at > 0 and smallest[at - 1] > total:
                smallest[at] = smallest[at - 1]
                at -= 1
            smallest[at] = total
    return smallest[rank]


@inlined
def up_to(cut: float, row: Reals, prices: Reals, sums: Reals, places: Places) -> int:
    """Collect the sums of cost and price that are not above `cut`, and count them."""
    found, n = 0, len(prices)
    for start in range(0, n, STRIP):
        stop = min(start + STRIP, n)
        if stop - start == STRIP:
            some = 0
            for lane in range(STRIP):  # a whole strip in one or two instructions
                some |= row[start + lane] + prices[start + lane] <= cut
            if not some:
                continue
        for j in range(start, stop):
            total = row[j] + prices[j]
            sums[found] = total
            places[found] = j
            found += 1 if total <= cut else 0
    return found


@inlined
def sort(values: Reals, places: Places, n: int) -> None:
    """Put the first n values in rising order, and their places alike. Shell's sort."""
    for step in (57, 23, 10, 4, 1):
        for k in range(step, n):
            value, place, at = values[k], places[k], k
            while at >= step and values[at - step] > value:
                values[at], places[at] = values[at - step], places[at - step]
                at -= step
            values[at], places[at] = value, place


@inlined
def split_smallest(values: Reals, places: Places, n: int, nth: int) -> float:
    """Bring the nth smallest to the front, places alike, and return the next. Quickselect."""
    low, high = 0, n - 1
    while low < high:
        pivot = values[(low + high) >> 1]
        i, j = low, high
        while i <= j:
            while values[i] < pivot:
                i += 1
            while values[j] > pivot:
                j -= 1
            if i <= j:
                values[i], values[j] = values[j], values[i]
                places[i], places[j] = places[j], places[i]
                i += 1
                j -= 1
        if nth <= j:
            high = j
        elif nth >= i:
            low = i
        else:
            break
    return values[nth]
