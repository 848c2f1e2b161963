"""The auction: rows bid for the units that columns have to give, until everybody is content.

Every column holds its units as pieces in a list, the cheapest first. At first they are nobody's:

    column j   [ nobody, 3 units, level 0 ]
               row 5 bids level 0.4 for 2 units
               [ nobody, 1 unit, level 0 ] -> [ row 5, 2 units, level 0.4 ]

The price of a column is the level of its cheapest piece. A row with units to place bids for the
column where cost + price is lowest, and offers as much as makes it no better than the
second-best column, plus epsilon:

    cost + price   best |====         level = price + (second - best) + epsilon
                 second |======

so that it takes the cheapest pieces there, and those who held them bid anew. Prices only rise,
each bid by at least epsilon, so the auction ends; and then no unit is more than epsilon dearer
than the best that its row could get at the final prices. The plan therefore costs at most
epsilon per unit more than the optimum (Bertsekas 1988, for transportation problems Bertsekas
and Castanon 1989). A large epsilon is fast and a small one exact: one runs after the other, and
prices are kept.
"""

from typing import NamedTuple

import numpy as np

from homolog._compiled import Flags, Places, Reals, Units, compiled, inlined
from homolog.matching._shortlists import Shortlists, list_row, workspace

NOBODY = -1
END = -1

# Places in `Market.state`.
FREE, FIRST, WAITING, STALLED, LOOKED_AT = range(5)

# How a run of the auction may end.
CONTENT, PAUSED, FULL, STALE = range(4)


class Market(NamedTuple):
    """Who holds which units, and who is still to bid.

    Attributes
    ----------
    holder, units, level, after
        Of every piece: the row that holds it or `NOBODY`, its units, the level it is held
        at, and the next dearer piece of its column or `END`.
    cheapest
        First piece of every column.
    prices
        Level of that piece.
    unplaced
        Units that each row has still to place.
    queue, queued
        Rows waiting to bid, in a ring; whether a row is among them.
    stalled
        Rows whose shortlist ran out, where it cannot be renewed here.
    state
        First unused piece, place and length of the queue, number of stalled rows, entries
        looked at so far.
    """

    holder: Places
    units: Units
    level: Reals
    after: Places
    cheapest: Places
    prices: Reals
    unplaced: Units
    queue: Places
    queued: Flags
    stalled: Places
    state: Units


def market(n_rows: int, n_columns: int) -> Market:
    """A market with room for the pieces that a plan has, and more: it can be enlarged."""
    n_pieces = 4 * (n_rows + n_columns) + 64
    return Market(
        np.empty(n_pieces, np.int32),
        np.empty(n_pieces, np.int64),
        np.empty(n_pieces),
        np.empty(n_pieces, np.int32),
        np.empty(n_columns, np.int32),
        np.zeros(n_columns),
        np.empty(n_rows, np.int64),
        np.empty(n_rows, np.int32),
        np.zeros(n_rows, np.bool_),
        np.empty(n_rows, np.int32),
        np.zeros(5, np.int64),
    )


def enlarged(old: Market) -> Market:
    """The same market with room for twice as many pieces."""
    n = len(old.holder)
    holder, units, level, after = (
        np.concatenate([part, np.empty_like(part)])
        for part in (old.holder, old.units, old.level, old.after)
    )
    after[n:-1] = np.arange(n + 1, 2 * n)
    after[-1] = old.state[FREE]
    old.state[FREE] = n
    return old._replace(holder=holder, units=units, level=level, after=after)


@compiled
def open_market(m: Market, supplies: Units, demands: Units) -> None:
    """Take all units back from everybody at the present prices, and let all rows bid."""
    n_rows, n_columns = len(supplies), len(demands)
    for j in range(n_columns):
        m.holder[j], m.units[j], m.level[j], m.after[j] = NOBODY, demands[j], m.prices[j], END
        m.cheapest[j] = j
    for piece in range(n_columns, len(m.holder)):
        m.after[piece] = piece + 1
    m.after[len(m.holder) - 1] = END
    for i in range(n_rows):
        m.unplaced[i] = supplies[i]
        m.queue[i] = i
        m.queued[i] = True
    m.state[FREE], m.state[FIRST], m.state[WAITING], m.state[STALLED] = n_columns, 0, n_rows, 0


@compiled
def bid_on(
    m: Market, lists: Shortlists, costs: Reals, epsilon: float, most: int, pause: int
) -> int:
    """Let rows bid until all are content, or for a while.

    Parameters
    ----------
    m, lists
        The market, changed in place; its rows' shortlists, renewed where they run out.
    costs
        The whole (row, column) matrix; if it has no rows, a row whose shortlist runs out
        is set aside as stalled.
    epsilon
        By how much each bid outbids, in units of cost.
    most
        Longest shortlist.
    pause
        Return to Python after about so many entries looked at, where Ctrl-C is heard.

    Returns
    -------
    outcome
        `CONTENT`, `PAUSED`, `FULL` (no room for another piece) or `STALE` (nobody left
        but stalled rows). After the latter three, the auction can be continued.
    """
    n_rows, n_columns = len(m.unplaced), len(m.prices)
    held = costs.shape[0] > 0
    sums, places, sample = workspace(n_columns if held else 0)
    pause += m.state[LOOKED_AT]
    while m.state[WAITING] > 0:
        i = _next_in_queue(m, n_rows)
        while m.unplaced[i] > 0:
            if m.state[LOOKED_AT] > pause or m.state[FREE] == END:
                _back_to_front(m, i, n_rows)
                return PAUSED if m.state[FREE] != END else FULL
            best, second, column = _best_two(i, m.prices, lists)
            m.state[LOOKED_AT] += 1 + lists.length[i]
            if best > lists.beyond[i]:
                if not held:
                    m.stalled[m.state[STALLED]] = i
                    m.state[STALLED] += 1
                    m.queued[i] = True  # it will be, see `call_stalled`
                    break
                # A list that has to be renewed was too short: the next is longer.
                keep = min(2 * lists.length[i], most)
                list_row(costs[i], i, m.prices, keep, lists, sums, places, sample)
                m.state[LOOKED_AT] += n_columns
                continue
            _place(m, i, column, m.prices[column] + (second - best) + epsilon, n_rows)
    return STALE if m.state[STALLED] > 0 else CONTENT


@inlined
def _best_two(i: int, prices: Reals, lists: Shortlists) -> tuple[float, float, int]:
    """Cheapest and second-cheapest sum of cost and price of a row, and the cheapest column.

    The second is at most what an unlisted column may offer; without any other, the first.
    """
    best, second, column = np.inf, np.inf, 0
    for place in range(lists.length[i]):
        if lists.once[i, place] >= second:
            break
        j = lists.columns[i, place]
        total = lists.costs[i, place] + prices[j]
        if total < best:
            best, second, column = total, best, j
        elif total < second:
            second = total
    second = min(second, lists.beyond[i])
    return best, (best if second == np.inf else second), column


@inlined
def _place(m: Market, i: int, column: int, level: float, n_rows: int) -> None:
    """Give row i the cheapest pieces of a column that are below its level."""
    taken, level = _own_piece_back(m, i, column, level)
    wanted = m.unplaced[i]
    piece = m.cheapest[column]
    while wanted > 0 and piece != END and m.level[piece] < level:
        part = min(wanted, m.units[piece])
        loser = m.holder[piece]
        if loser != NOBODY:
            m.unplaced[loser] += part
            if not m.queued[loser]:
                _queue(m, loser, n_rows)
        m.units[piece] -= part
        wanted -= part
        taken += part
        if m.units[piece] == 0:
            after = m.after[piece]
            _discard(m, piece)
            piece = after
    m.cheapest[column] = piece
    m.unplaced[i] = wanted
    _insert(m, i, column, taken, level)
    m.prices[column] = m.level[m.cheapest[column]]


@inlined
def _own_piece_back(m: Market, i: int, column: int, level: float) -> tuple[int, float]:
    """Take out what the row holds in the column already, to move up with the new bid."""
    before, piece = END, m.cheapest[column]
    while piece != END and m.holder[piece] != i:
        before, piece = piece, m.after[piece]
    if piece == END:
        return 0, level
    if before == END:
        m.cheapest[column] = m.after[piece]
    else:
        m.after[before] = m.after[piece]
    own = m.units[piece]
    level = max(level, m.level[piece])
    _discard(m, piece)
    return own, level


@inlined
def _insert(m: Market, i: int, column: int, units: int, level: float) -> None:
    """Put a piece into a column's list, before others of the same level."""
    piece = m.state[FREE]
    m.state[FREE] = m.after[piece]
    m.holder[piece], m.units[piece], m.level[piece] = i, units, level
    before, after = END, m.cheapest[column]
    while after != END and m.level[after] < level:
        before, after = after, m.after[after]
    m.after[piece] = after
    if before == END:
        m.cheapest[column] = piece
    else:
        m.after[before] = piece


@inlined
def _discard(m: Market, piece: int) -> None:
    m.after[piece] = m.state[FREE]
    m.state[FREE] = piece


@inlined
def _next_in_queue(m: Market, n_rows: int) -> int:
    i = m.queue[m.state[FIRST]]
    m.state[FIRST] = (m.state[FIRST] + 1) % n_rows
    m.state[WAITING] -= 1
    m.queued[i] = False
    return i


@inlined
def _queue(m: Market, i: int, n_rows: int) -> None:
    m.queue[(m.state[FIRST] + m.state[WAITING]) % n_rows] = i
    m.state[WAITING] += 1
    m.queued[i] = True


@inlined
def _back_to_front(m: Market, i: int, n_rows: int) -> None:
    m.state[FIRST] = (m.state[FIRST] - 1) % n_rows
    m.queue[m.state[FIRST]] = i
    m.state[WAITING] += 1
    m.queued[i] = True


@compiled
def call_stalled(m: Market) -> None:
    """Let the rows bid again whose shortlists have been renewed."""
    for k in range(m.state[STALLED]):
        _queue(m, m.stalled[k], len(m.unplaced))
    m.state[STALLED] = 0


@compiled
def flow(m: Market) -> tuple[Places, Places, Units]:
    """Rows, columns and units of all pieces that somebody holds."""
    n = 0
    for first in m.cheapest:
        piece = first
        while piece != END:
            n += 1 if m.holder[piece] != NOBODY and m.units[piece] > 0 else 0
            piece = m.after[piece]
    rows, columns = np.empty(n, np.int32), np.empty(n, np.int32)
    units = np.empty(n, np.int64)
    n = 0
    for column in range(len(m.cheapest)):
        piece = m.cheapest[column]
        while piece != END:
            if m.holder[piece] != NOBODY and m.units[piece] > 0:
                rows[n], columns[n], units[n] = m.holder[piece], column, m.units[piece]
                n += 1
            piece = m.after[piece]
    return rows, columns, units


@compiled
def nobodys(m: Market) -> Units:
    """Units of every column that nobody holds."""
    units = np.zeros(len(m.cheapest), np.int64)
    for column in range(len(units)):
        piece = m.cheapest[column]
        while piece != END:
            if m.holder[piece] == NOBODY:
                units[column] += m.units[piece]
            piece = m.after[piece]
    return units
