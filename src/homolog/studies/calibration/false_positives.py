"""How often a p of 0.05 or less is found where there is nothing to find."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import cast

import numpy as np

from homolog import errors
from homolog._arrays import haar_of_one_size, unit_columns
from homolog.measures import find, names
from homolog.measures._measure import Measure, is_ordered
from homolog.ranking import Difference, exchange_p
from homolog.ranking._difference import with_q
from homolog.ranking._paired import paired
from homolog.statistics import p_value, permutation_null, rotation_null, silent
from homolog.studies._study import Claim, Finding, Options, Part, Row, Sources, Table
from homolog.studies.calibration._batched import left_out_of_each
from homolog.studies.calibration._candidates import Copies, Halves, many, tuned
from homolog.studies.calibration._false_positives_figure import draw
from homolog.studies.calibration._planted import Reals
from homolog.studies.calibration._shares import of_tested, uncertainty, within

LEVEL = 0.05
LOWEST, HIGHEST = 0.04, 0.06
"""What is taken for 5 %."""

DRAWS = 19
"""Random pairings or rotations: the fewest of which 1 in 20 can be the most extreme."""

COMPARED = {
    "unbiased_cka": 0.05,
    "cka": 0.05,
    "procrustes": 0.1,
    "soft_matching_correlation": 4,
    "rsa": 4,
    "ridge": 8,
}
"""Measures by which differences are tested, and how long each takes beside a random pairing."""

SLOW = {"representation_topology_divergence": 20, "versa": 15, "pls": 8, "regularised_cca": 8}
"""Measures that take so much longer than others."""

ROTATED = (
    "soft_matching",
    "soft_matching_correlation",
    "one_to_one_matching",
    "semi_matching_correlation",
)
"""Measures that see single neurons."""

TOO_SLOW = "rsa", 400
"""Twenty times the work of all others together."""

AT_ONCE = 100
"""Studies whose scores are computed side by side."""

UNEQUAL = (12, 30)
"""Neurons of two candidates, where they are not equally many."""


def tasks(quick: bool) -> Mapping[str, Options]:
    """A cell each, those of few stimuli first."""
    n_studies = 40 if quick else 1000
    cells: dict[str, Options] = {}

    def add(test: str, design: str, measure: str, n_stimuli: int) -> None:
        cells[f"{test}-{design}-{measure}-{n_stimuli}".replace(" ", "-")] = {
            "test": test,
            "design": design,
            "measure": measure,
            "n_stimuli": n_stimuli,
            "n_studies": n_studies,
        }

    for measure in ("unbiased_cka",) if quick else COMPARED:
        for n_stimuli in (20,) if quick else (20, 40, 100, 400):
            for design in ("equal", "unequal"):
                if (measure, n_stimuli) != TOO_SLOW:
                    add("difference", design, measure, n_stimuli)
    for n_stimuli in (7, 20):
        add("exchange", "same neurons", "unbiased_cka", n_stimuli)
    for fdr in ("bh", "by"):
        add("families", fdr, "unbiased_cka", 20 if quick else 40)
    for measure in ("cka",) if quick else ("unbiased_cka", "procrustes", "ridge"):
        add("pairing", "few", measure, 6)
        add("pairing", "neglected groups", measure, 24)
    for measure in ROTATED[:1] if quick else ROTATED:
        for design in ("free", "around mean"):
            add("rotation", design, measure, 24)
    for measure in ("cka", "ridge") if quick else names("mean"):
        for design in ("unpaired", "grouped"):
            add("pairing", design, measure, 24)
    for measure in () if quick else names("trial"):
        add("pairing", "unpaired", measure, 24)
    return dict(sorted(cells.items(), key=lambda cell: _cost(cell[1])))


def _cost(options: Options) -> float:
    """Roughly how long a cell takes, so that much is known soon."""
    if options["test"] != "difference":
        slow = 30 if options["measure"] in names("trial") else 1
        return 2.0 * SLOW.get(options["measure"], slow)
    return options["n_stimuli"] / 20 * COMPARED[options["measure"]]


def work(options: Options, rng: np.random.Generator, sources: Sources) -> list[Row]:
    """Draw studies in which there is nothing to find, and count what is found."""
    measure = find(options["measure"])
    found = untested = 0
    try:
        for p in TESTS[options["test"]](measure, options, rng):
            untested += p is None
            found += p is not None and p <= LEVEL + 1e-12
    except errors.HomologError as error:
        return [{**options, "n_found": 0, "n_untested": options["n_studies"], "why": str(error)}]
    return [{**options, "n_found": int(found), "n_untested": int(untested), "why": ""}]


def _differences(
    measure: Measure, options: Options, rng: np.random.Generator
) -> Iterator[float | None]:
    """Two candidates that are equally far on average, by the paired jackknife."""
    n_stimuli, planted = options["n_stimuli"], Halves()
    if options["design"] == "unequal":
        planted = tuned(Halves(UNEQUAL, seed=0), measure, n_stimuli, rng)
    yield from of_differences(planted, measure, n_stimuli, rng.spawn(options["n_studies"]))


def of_differences(
    planted: Halves, measure: Measure, n_stimuli: int, rngs: Sequence[np.random.Generator]
) -> Iterator[float | None]:
    """The p of the first candidate against the second, as `rank` gives it for every study."""
    for start in range(0, len(rngs), AT_ONCE):
        x, candidates = many(planted, n_stimuli, rngs[start : start + AT_ONCE])
        for kept in left_out_of_each(measure, x, candidates, seed=0):
            yield paired(kept, *candidates).p_value()


def _exchanges(
    measure: Measure, options: Options, rng: np.random.Generator
) -> Iterator[float | None]:
    """The same neurons twice in other noise, by exchanged responses."""
    n_stimuli, planted = options["n_stimuli"], Copies(same_neurons=True)
    for one in rng.spawn(options["n_studies"]):
        x, candidates = planted.study(n_stimuli, one)
        first, second = candidates.values()
        group = np.arange(n_stimuli)
        yield exchange_p(
            measure, x, first, second, group, permutations=63, rng=one, progress=silent
        )


def _families(
    measure: Measure, options: Options, rng: np.random.Generator
) -> Iterator[float | None]:
    """The smallest q of all pairs of five copies: whether any difference is found."""
    for start in range(0, options["n_studies"], AT_ONCE):
        rngs = rng.spawn(min(AT_ONCE, options["n_studies"] - start))
        x, candidates = many(Copies(5), options["n_stimuli"], rngs)
        for kept in left_out_of_each(measure, x, candidates, seed=0):
            found = [
                Difference(measure, *ends, 0.0, p=paired(kept, *ends).p_value())
                for ends in combinations(candidates, 2)
            ]
            yield min(one.q for one in with_q(found, options["design"]) if one.q is not None)


def _pairings(
    measure: Measure, options: Options, rng: np.random.Generator
) -> Iterator[float | None]:
    """Populations that have nothing in common, by stimuli paired at random."""
    n_stimuli, design = options["n_stimuli"], options["design"]
    frames = n_stimuli // 3 if "group" in design else None
    groups = np.repeat(np.arange(n_stimuli // 3), 3) if design == "grouped" else None
    if measure.fits and groups is not None:
        measure = measure.using(folds=measure.folds(n_stimuli, groups))
    for one in rng.spawn(options["n_studies"]):
        x, y = _unrelated(n_stimuli, frames, one)
        if measure.sees == "trial":
            x, y = (_repeated(side, one) for side in (x, y))
        if not is_ordered(measure.summary(x)):
            yield None  # it does not see how stimuli are paired, so that `compare` gives no p
            continue
        null = permutation_null(measure, x, y, DRAWS, groups=groups, rng=one)
        yield p_value(measure, float(measure(x, y)), null)


def _unrelated(n_stimuli: int, movies: int | None, rng: np.random.Generator) -> tuple[Reals, ...]:
    """Two populations of 5 and 4 neurons; in movies of three frames that are nearly alike."""
    sides: list[Reals] = []
    for n_neurons in (5, 4):
        responses = rng.normal(size=(n_stimuli, n_neurons))
        if movies is not None:
            responses = 0.3 * responses + np.repeat(rng.normal(size=(movies, n_neurons)), 3, 0)
        sides.append(np.exp(0.5 * responses))
    return tuple(sides)


def _repeated(means: Reals, rng: np.random.Generator) -> Reals:
    """(stimulus, trial, neuron) four trials around each response."""
    return means[:, None] + 0.5 * rng.normal(size=(len(means), 4, means.shape[1]))


def _rotations(
    measure: Measure, options: Options, rng: np.random.Generator
) -> Iterator[float | None]:
    """Neurons of one size in random axes, then of sizes that the measure does not see."""
    around = options["design"] == "around mean"
    for one in rng.spawn(options["n_studies"]):
        latents, gains = one.normal(size=(options["n_stimuli"], 3)), np.exp(one.normal(size=6) / 3)
        x, y = (np.abs(latents @ one.normal(size=(3, 6))) for _ in range(2))
        even: Reals = unit_columns(x)
        x = even @ haar_of_one_size(even, around, one) * gains
        null = rotation_null(measure, x, y, DRAWS, around_mean=around, rng=one)
        yield p_value(measure, float(measure(x, y)), null)


TESTS: Mapping[str, Callable[[Measure, Options, np.random.Generator], Iterator[float | None]]] = {
    "difference": _differences,
    "exchange": _exchanges,
    "families": _families,
    "pairing": _pairings,
    "rotation": _rotations,
}

CLAIMS = {
    "smooth": "differences of two candidates by {CKA, unbiased CKA, Procrustes, RSA}",
    "jumping": "differences by ridge, its penalties held, and by soft matching, from halves",
    "families": "any of 10 differences among five equal candidates",
    "exchange": "differences by exchanged responses of the same neurons",
    "pairing": "similarity by stimuli paired at random, of all measures",
    "few": "the same with 6 stimuli",
    "rotation": "axes that correspond, by random rotations",
}
JUMPING = ("ridge", "soft_matching_correlation")
AT_MOST = ("families",)
"""What is promised not to be found too often, and may be found too rarely."""


def judge(rows: Table) -> Mapping[str, Finding]:
    """Every test by all of its cells."""
    return {claim: _judged(_of(rows, claim), claim) for claim in CLAIMS}


def _of(rows: Table, claim: str) -> Table:
    """The rows that decide a claim."""
    jumps = rows["measure"].isin(JUMPING)
    if claim in ("smooth", "jumping"):
        return rows[(rows["test"] == "difference") & (jumps if claim == "jumping" else ~jumps)]
    if claim in ("pairing", "few"):
        designs = ["few"] if claim == "few" else ["unpaired", "grouped"]
        return rows[(rows["test"] == "pairing") & rows["design"].isin(designs)]
    return rows[rows["test"] == claim]


def _judged(rows: Table, claim: str) -> Finding:
    rows = rows[rows["n_untested"] < rows["n_studies"]]
    cells = {
        f"{one.measure}, {one.design}, {one.n_stimuli} stimuli": of_tested(one)
        for one in rows.itertuples()
    }
    if not cells:
        return Finding("not run", "", "No p.")
    low = 0.0 if claim in AT_MOST else LOWEST
    kept = sum(low <= one.value <= HIGHEST for one in cells.values())
    ends = min(cells, key=lambda at: cells[at].value), max(cells, key=lambda at: cells[at].value)
    least, most = (f"{cells[at]} ({at})" for at in ends)
    return Finding(
        within(cells.values(), low, HIGHEST),
        f"{kept} of {len(cells)} cells from {low:.0%} to {HIGHEST:.0%}; least {least}, most {most}",
        uncertainty(LEVEL, cells.values()),
    )


def tables(rows: Table) -> Mapping[str, list[Row]]:
    """Differences by number of stimuli, pairings by design, and the others one by one."""
    sizes = sorted(rows.loc[rows["test"] == "difference", "n_stimuli"].unique())
    across = rows[(rows["test"] == "pairing") & rows["design"].isin(["unpaired", "grouped"])]
    others = rows[~rows.index.isin(across.index) & (rows["test"] != "difference")]
    return {
        "differences": [
            {
                "measure": cast(str, measure),
                "neurons": "12 and 30" if design == "unequal" else "12 and 12",
                **{f"{n} stimuli": _share(cell[cell["n_stimuli"] == n]) for n in sizes},
            }
            for (design, measure), cell in rows[rows["test"] == "difference"].groupby(
                ["design", "measure"], sort=False
            )
        ],
        "pairings": [
            {
                "measure": cast(str, measure),
                "stimuli on their own": _share(cell[cell["design"] == "unpaired"]),
                "groups of three": _share(cell[cell["design"] == "grouped"]),
            }
            for measure, cell in across.groupby("measure", sort=False)
        ],
        "others": [
            {
                **{name: str(getattr(one, name)) for name in ("test", "design", "measure")},
                "stimuli": int(one.n_stimuli),
                "p ≤ 0.05": _share(others.loc[[one.Index]]),
            }
            for one in others.itertuples()
        ],
    }


def _share(rows: Table) -> str:
    """The share of one cell; nothing where it was not done, or refused."""
    if not len(rows) or not (share := of_tested(rows.iloc[0])).of:
        return ""
    return str(share)


PART = Part(
    name="false-positives",
    title="p of 0.05 where there is nothing to find",
    question=(
        "Candidates that are equally far from a reference by construction, each reading another "
        "half of what it reads; populations with nothing in common, of stimuli on their own and in "
        "groups of three frames; populations in random axes. How often is p 0.05 or less?"
    ),
    claims={
        name: Claim(
            f"Where there is nothing to find, p is at most {LEVEL:g} in "
            + (f"at most {HIGHEST:.0%}" if name in AT_MOST else f"{LOWEST:.0%} to {HIGHEST:.0%}")
            + f" of studies: {what}.",
            "By every cell: agree if all shares lie there, disagree if the 99.9 % interval of one "
            "lies outside.",
            by="this study",
        )
        for name, what in CLAIMS.items()
    },
    tasks=tasks,
    work=work,
    draw=draw,
    picture=(
        "Above, the share of p at most 0.05 against the number of stimuli, a line for each measure "
        "by which two equally distant candidates were told apart; below, the same share for every "
        "measure of populations that have nothing in common."
    ),
    judge=judge,
    tables=tables,
)
