"""The two halves of a measure: computed apart, reordered, and what chance makes of them."""

import numpy as np

from homolog.errors import HomologError
from homolog.measures._measure import Measure, permuted
from homolog.measures._orders import Orders
from homolog.measures._turns import drawn_turns
from homolog.testing._populations import near, pair, regimes, require, several, shown, value

_SAME = 1e-9
_FITTED_CHANGE = 0.3
_N_PERMUTATIONS = 1000
_MOST_STANDARD_ERRORS = 4


def check_halves(m: Measure, rng: np.random.Generator) -> None:
    """Summary and score compose to the measure, also with the stimuli of one side reordered."""
    for sizes in regimes(m, rng):
        x, y = pair(rng, sizes, m.sees)
        sx, sy = m.summary(x), m.summary(y)
        whole, composed = value(m, x, y), float(m.score(sx, sy))
        require(
            near(whole, composed, 1e-12),
            f"{m.label} is {whole:.12g} when called, but {composed:.12g} from its two summaries",
        )
        order = rng.permutation(sizes[0])
        for side, got, wanted in (
            ("reference", m.score(permuted(sx, order), sy), value(m, x[order], y)),
            ("candidate", m.score(sx, permuted(sy, order)), value(m, x, y[order])),
        ):
            require(
                near(float(got), wanted, _SAME),
                f"{m.label} with the stimuli of the {side} reordered is {wanted:.12g}, but"
                f" {float(got):.12g} with its summary reordered: declare with along_stimuli"
                f" what moves ({shown(sizes)})",
            )


def check_order_of_stimuli(m: Measure, rng: np.random.Generator) -> None:
    """The order in which the stimuli are listed, alike for both, does not matter."""
    if m.options.get("batches"):  # by their order they are dealt out
        return
    for sizes in regimes(m, rng):
        x, y = pair(rng, sizes, m.sees)
        order = rng.permutation(sizes[0])
        before, after = value(m, x, y), value(m, x[order], y[order])
        if m.fits:
            labels = np.arange(sizes[0]) % 3
            before = value(m.using(folds=labels), x, y)
            after = value(m.using(folds=labels[order]), x[order], y[order])
        require(
            near(before, after, _SAME),
            f"{m.label} depends on the order of the stimuli: {before:.12g} became {after:.12g}"
            f" when both populations were reordered alike ({shown(sizes)})",
        )


def check_order_of_repeats(m: Measure, rng: np.random.Generator) -> None:
    """The order in which trials are listed, alike for all stimuli, does not matter."""
    if m.sees != "trial":
        return
    x, y = pair(rng, sees="trial")
    before, after = value(m, x, y), value(m, x[:, rng.permutation(x.shape[1])], y)
    require(
        near(before, after, _SAME),
        f"{m.label} depends on the order of trials: {before:.12g} became {after:.12g} when those"
        " of the reference were reordered, alike for all stimuli",
    )


def check_many_orders(m: Measure, rng: np.random.Generator) -> None:
    """Scores with the stimuli in many orders in one go are those of every order."""
    for sizes in regimes(m, rng):
        x, y = (m.summary(side) for side in pair(rng, sizes, m.sees))
        for orders in _orders(sizes[0], rng):
            in_one_go = m.scores_in_orders(x, y, orders)
            if in_one_go is None:
                continue
            for order, got in zip(orders, in_one_go, strict=True):
                wanted = float(m.score(permuted(x, order), y))
                require(
                    near(float(got), wanted, _SAME),
                    f"{m.label} with the stimuli of the reference in another order is"
                    f" {wanted:.12g}, but {got:.12g} where many orders are scored in one go"
                    f" ({shown(sizes)})",
                )


def _orders(n_stimuli: int, rng: np.random.Generator) -> tuple[Orders, Orders]:
    """Three orders, one by one and as turns."""
    one_by_one = np.stack([rng.permutation(n_stimuli) for _ in range(3)])
    return one_by_one, drawn_turns(np.arange(n_stimuli)[:, None], 3, rng)


def check_chance(m: Measure, rng: np.random.Generator) -> None:
    """A closed form of the chance level is the mean over random pairings of the stimuli."""
    for sizes in regimes(m, rng)[::3]:  # either side larger once: it takes a thousand pairings
        x, y = pair(rng, sizes, m.sees)
        sx, sy = m.summary(x), m.summary(y)
        declared = m.chance(sx, sy)
        if declared is None:
            return
        scores = [
            float(m.score(permuted(sx, rng.permutation(sizes[0])), sy))
            for _ in range(_N_PERMUTATIONS)
        ]
        error = np.std(scores) / np.sqrt(_N_PERMUTATIONS) + 1e-9
        require(
            abs(np.mean(scores) - declared) < _MOST_STANDARD_ERRORS * error,
            f"{m.label} gives {declared:.6g} as its chance level, but the mean over"
            f" {_N_PERMUTATIONS} random pairings is {np.mean(scores):.6g} ± {error:.2g}"
            f" ({shown(sizes)})",
        )


def check_all_pairs(m: Measure, rng: np.random.Generator) -> None:
    """Scores of many populations in one go are those of the pairs, where there are such."""
    populations = [
        several(rng, 24, (4, 5, 6, 5, 4, 6, 5, 4), m.sees),
        several(rng, 10, (6, 5) * 10, m.sees),
        several(rng, 12, (40, 50, 60), m.sees),
        several(rng, 24, (4, 30, 5, 40), m.sees),
    ]
    for group in populations:
        try:
            summaries = [m.summary(population) for population in group]
        except HomologError:
            continue
        together = m.score_all(summaries)
        if together is None:
            continue
        for i, reference in enumerate(summaries):
            for j, candidate in enumerate(summaries):
                pair_score = float(m.score(reference, candidate))
                require(
                    near(float(together[i, j]), pair_score, _SAME),
                    f"{m.label} is {pair_score:.12g}, but {together[i, j]:.12g} where all pairs"
                    f" of {len(group)} populations are scored in one go"
                    f" ({group[i].shape[-1]} and {group[j].shape[-1]} neurons)",
                )
