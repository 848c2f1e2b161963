"""Which of several candidates is closest to one recording, and by more than chance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homolog import errors, statistics
from homolog.comparison import (
    Chosen,
    Groups,
    digest_of,
    measures_asked,
    population,
    spelled,
    versions,
    whole,
)
from homolog.measures._measure import Measure
from homolog.pairing import seen
from homolog.ranking._advice import advice, design_warnings
from homolog.ranking._ceiling import Ceiling, within
from homolog.ranking._difference import Difference, FalseDiscoveries, with_q
from homolog.ranking._exchange import LEAST_FOR_EXCHANGE, exchange_p, refuse_unlike
from homolog.ranking._joined import Joined, joined
from homolog.ranking._left_out import LeftOut, Scored, left_out
from homolog.ranking._ranking import Ranking, Standing, Test
from homolog.ranking._session import session_ceiling
from homolog.representation import NanPolicy
from homolog.statistics import Progress, silent

Pairs = Sequence[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class _Design:
    """What all measures have in common."""

    both: Joined
    pairs: Pairs
    block: NDArray[np.int64] | None
    group: NDArray[np.int64]
    exchange: bool
    permutations: int
    splits: int
    seed: int
    progress: Progress

    @property
    def n_independent(self) -> int:
        """How many stimuli, or groups of them, stand alone."""
        return int(self.group.max()) + 1

    @property
    def test(self) -> Test | None:
        """How differences are tested."""
        if self.exchange:
            return "exchange"
        return None if self.block is None else "jackknife"


@dataclass(frozen=True, eq=False)
class _Found:
    """What one measure says."""

    measure: Measure
    standings: list[Standing]
    differences: list[Difference]
    ceiling: Ceiling | None
    notes: list[str]


def rank(
    reference: Any,
    candidates: Mapping[str, Any],
    measures: Chosen | None = None,
    *,
    pairs: Pairs | None = None,
    exchange: bool = False,
    permutations: int = 1000,
    fdr: FalseDiscoveries = "bh",
    splits: int = 10,
    rng: int = 0,
    align: bool = False,
    nan: NanPolicy = "stop",
    groups: Groups = None,
    progress: Progress = silent,
) -> Ranking:
    """Score several candidates against one recording, and test their differences.

    Both candidates of a pair lose the same stimuli in the jackknife, so that what is easy or
    hard for both of them cancels: in simulations the error of a difference was a quarter to a
    third smaller than the errors of the two scores let one think.

    Parameters
    ----------
    reference
        The recording: what `homolog.compare` takes. With trials it gives a ceiling.
    candidates
        Name -> population, one or more.
    measures
        Names or `Measure` objects; default as of `homolog.compare`.
    pairs
        Which candidates to compare with which, as (first, second) names: layer by layer of
        two networks, say. None: all pairs; fewer pairs leave more power to each.
    exchange
        Whether to test by exchanging the responses of two candidates, stimulus by stimulus,
        instead of by the jackknife. Candidates must be the same neurons, column for column,
        and the null that is tested is that the responses to each stimulus could as well have
        been the other candidate's. For populations of different neurons that is never so.
    permutations
        How many exchanges, for each pair; all there are if they are no more.
    fdr
        How p is adjusted for all differences of the ranking: ``"bh"`` (Benjamini and
        Hochberg), or ``"by"`` (Benjamini and Yekutieli), stricter, under any dependence.
    splits
        Random splits of the reference's trials for the ceiling.
    rng
        Seed, a whole number from 0.
    align, nan, groups
        As of `homolog.compare`; with `align` only stimuli that all share are kept.
    progress
        Called with what is being done, steps done and steps in all.

    Returns
    -------
    ranking
        Prints as a table with advice; `Ranking.save` writes it.

    Raises
    ------
    HomologError
        HM023 a pair of unknown candidates, HM025 no candidates or a pair of one, HM078
        exchange of different neurons; and what `homolog.compare` raises, but for HM010: too
        few stimuli leave differences without interval and p, and the advice says so.

    Notes
    -----
    What is tested is whether other stimuli of the same kind would rank the candidates
    otherwise, for this very recording. Other neurons or animals may: record them. Of biased
    measures the difference holds the difference of two biases.

    Examples
    --------
    >>> import numpy as np, homolog
    >>> rng = np.random.default_rng(0)
    >>> brain = rng.normal(size=(60, 20))
    >>> near, far = (brain + noise * rng.normal(size=(60, 20)) for noise in (0.5, 2))
    >>> found = homolog.rank(brain, {"near": near, "far": far}, "unbiased_cka")
    >>> [one.candidate for one in found.of("unbiased_cka")]
    ['near', 'far']
    >>> found.differences[0].found()
    True
    """
    _refuse(candidates, fdr, splits)
    permutations, rng = whole(permutations, "permutations"), whole(rng, "rng")
    listed = measures_asked(measures)
    named = {str(name): population(one, nan) for name, one in candidates.items()}
    asked = _pairs_asked(pairs, list(named))
    both = joined(population(reference, nan, groups), named, align)
    design = _designed(both, asked, exchange, permutations, splits, rng, progress)
    found = [_by_one(both.held_out(measure, groups), design) for measure in listed]
    standings = tuple(standing for one in found for standing in one.standings)
    differences = with_q([difference for one in found for difference in one.differences], fdr)
    warnings = [*both.warnings, *design_warnings(both)]
    warnings += [f"{one.measure.label}: {note}" for one in found for note in one.notes]
    return Ranking(
        reference=both.reference,
        candidates=both.candidates,
        measures=tuple(listed),
        standings=standings,
        differences=differences,
        ceilings=tuple(one.ceiling for one in found if one.ceiling),
        advice=advice(
            both, standings, differences, design.test, design.n_independent, exchange, fdr
        ),
        warnings=tuple(dict.fromkeys(warnings)),
        test=design.test,
        fdr=fdr,
        permutations=permutations,
        seed=rng,
        groups=None if both.groups is None else design.n_independent,
        call=_call(listed, pairs, exchange, permutations, fdr, splits, rng, align, nan, groups),
        versions=versions(),
        digests={
            "reference": digest_of(both.reference),
            **{f"candidate {name}": digest_of(one) for name, one in both.candidates.items()},
        },
    )


def _designed(
    both: Joined,
    pairs: Pairs,
    exchange: bool,
    permutations: int,
    splits: int,
    seed: int,
    progress: Progress,
) -> _Design:
    """Which stimuli stand alone, and which test that allows."""
    if exchange:
        for first, second in pairs:
            refuse_unlike(both.candidates[first], both.candidates[second])
    n_stimuli = both.reference.n_stimuli
    group = np.unique(np.asarray(both.groups or range(n_stimuli)), return_inverse=True)[1]
    n_independent = int(group.max()) + 1
    few = n_independent < statistics.LEAST_STIMULI
    return _Design(
        both=both,
        pairs=pairs,
        block=None if few else statistics.blocks(n_stimuli, both.groups, seed),
        group=group,
        exchange=exchange and n_independent >= LEAST_FOR_EXCHANGE,
        permutations=permutations,
        splits=splits,
        seed=seed,
        progress=progress,
    )


def _refuse(candidates: Any, fdr: Any, splits: Any) -> None:
    if not isinstance(candidates, Mapping) or not candidates:
        allowed = "a mapping of names to populations, at least one"
        raise errors.bad_value("candidates", type(candidates).__name__, allowed)
    if fdr not in ("bh", "by"):
        raise errors.bad_value("fdr", fdr, "'bh', 'by'")
    if whole(splits, "splits") == 0:
        raise errors.bad_value("splits", splits, "a whole number, 1 or more")


def _pairs_asked(pairs: Any, names: list[str]) -> list[tuple[str, str]]:
    """The pairs of names to compare, each once."""
    if pairs is None:
        return list(combinations(names, 2))
    allowed = "pairs of different candidates, each pair once"
    if isinstance(pairs, str) or any(isinstance(one, str) or len(one) != 2 for one in pairs):
        raise errors.bad_value("pairs", pairs, allowed)
    asked = [(str(first), str(second)) for first, second in pairs]
    for name in (one for ends in asked for one in ends):
        if name not in names:
            raise errors.unknown_name("candidate", name, names, "Pairs are of candidates' names.")
    if len({frozenset(ends) for ends in asked if ends[0] != ends[1]}) < len(asked):
        raise errors.bad_value("pairs", asked, allowed)
    return asked


def _by_one(measure: Measure, design: _Design) -> _Found:
    """Scores, differences and ceiling by one measure, and what to know of them."""
    scored = Scored(measure, *design.both.seen_by(measure))
    values = scored.values()
    if design.block is None:
        few = dict.fromkeys(values, "too few stimuli")
        kept = LeftOut(values, {}, few, np.empty(0, dtype=np.int64))
    else:
        what = f"{measure.name}: intervals"
        kept = left_out(values, scored.without, design.block, what, design.progress)
    notes = [f"{name}: {one}" for name, one in scored.cautions.items() if one]
    if design.block is not None:
        notes += [
            f"{name}: no interval: without some stimuli it has no score ({why})"
            for name, why in kept.why_not.items()
        ]
    standings = _standings(measure, scored, kept)
    notes += [
        f"{one.candidate}: no interval: the score is the same without any stimulus"
        for one in standings
        if one.interval is None and one.candidate in kept.without
    ]
    differences = [_difference(measure, design, kept, ends) for ends in design.pairs]
    notes += [
        f"{one.first} and {one.second}: {note}" for one in differences for note in one.warnings
    ]
    ceiling, why = _ceiling(measure, design)
    return _Found(
        measure,
        standings,
        differences,
        ceiling,
        [*notes, *kept.notes, *why],
    )


def _standings(measure: Measure, scored: Scored, kept: LeftOut) -> list[Standing]:
    """The candidates, the closest first."""
    sign = -1 if measure.higher_is_closer else 1
    values = {name: sign * value for name, value in kept.values.items()}
    return [
        Standing(
            measure=measure,
            candidate=name,
            value=kept.values[name],
            rank=1 + sum(other < values[name] for other in values.values()),
            interval=within(measure, kept.of({name: 1}).interval()),
            chance=scored.chances[name],
        )
        for name in sorted(values, key=values.__getitem__)
    ]


def _difference(
    measure: Measure, design: _Design, kept: LeftOut, ends: tuple[str, str]
) -> Difference:
    first, second = ends
    estimate = kept.of({first: 1, second: -1})
    if design.exchange:
        p, note = _exchanged(measure, design, ends)
    else:
        p, note = estimate.p_value(), ""
        if estimate.error == 0 and p is None:
            note = "it is the same whichever stimuli are left out, so it has no error"
    return Difference(
        measure=measure,
        first=first,
        second=second,
        value=estimate.value,
        interval=estimate.interval(),
        p=p,
        warnings=(note,) if note else (),
    )


def _exchanged(
    measure: Measure, design: _Design, ends: tuple[str, str]
) -> tuple[float | None, str]:
    """The p of exchanged responses, or why there is none."""
    reference, candidates = design.both.seen_by(measure)
    first, second = (seen(measure, candidates[name]) for name in ends)
    if first.shape != second.shape:
        return None, "no p: responses to unequal numbers of trials cannot be exchanged"
    try:
        p = exchange_p(
            measure,
            seen(measure, reference),
            first,
            second,
            design.group,
            permutations=design.permutations,
            rng=np.random.default_rng(design.seed),
            progress=design.progress,
        )
    except errors.HomologError as error:
        return None, f"no p: with some responses exchanged there is no score ({error})"
    return p, ""


def _ceiling(measure: Measure, design: _Design) -> tuple[Ceiling | None, tuple[str, ...]]:
    """The reference's ceiling and what to know of it, or why there is none."""
    if not design.both.trials.has_trials:
        return None, ()
    try:
        found = session_ceiling(
            measure,
            design.both.trials,
            design.block,
            splits=design.splits,
            seed=design.seed,
            progress=design.progress,
        )
    except errors.HomologError as error:
        return None, (f"no ceiling: {error}",)
    return found, tuple(f"ceiling: {one}" for one in found.warnings)


def _call(
    measures: Sequence[Measure],
    pairs: Pairs | None,
    exchange: bool,
    permutations: int,
    fdr: str,
    splits: int,
    rng: int,
    align: bool,
    nan: str,
    groups: Groups,
) -> str:
    """The call that computes a ranking again, from variables named as its arguments."""
    arguments = ["reference", "candidates", f"[{', '.join(map(spelled, measures))}]"]
    told = {"pairs": pairs, "exchange": exchange, "permutations": permutations, "fdr": fdr}
    told |= {"splits": splits, "rng": rng, "align": align, "nan": nan}
    usual = {"pairs": None, "exchange": False, "permutations": 1000, "fdr": "bh"}
    usual |= {"splits": 10, "rng": 0, "align": False, "nan": "stop"}
    arguments += [f"{key}={value!r}" for key, value in told.items() if value != usual[key]]
    if groups is not None:
        arguments.append(f"groups={groups!r}" if isinstance(groups, str) else "groups=groups")
    return f"homolog.rank({', '.join(arguments)})"
