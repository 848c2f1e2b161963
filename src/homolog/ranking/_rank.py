"""Which of several candidates is closest to one recording, and by more than chance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from homolog import errors
from homolog.comparison import (
    Chosen,
    Groups,
    call_of,
    digest_of,
    measures_asked,
    population,
    versions,
    whole,
)
from homolog.measures._measure import Measure
from homolog.pairing import folds_of_rows, in_blocks
from homolog.ranking._advice import advice, design_warnings
from homolog.ranking._by_measure import Found, by_measure
from homolog.ranking._design import Pairs, designed, pairs_asked
from homolog.ranking._difference import FalseDiscoveries, with_q
from homolog.ranking._joined import joined
from homolog.ranking._ranking import Ranking
from homolog.representation import NanPolicy
from homolog.scoring import sizes_note, unless_refused
from homolog.statistics import Progress, silent


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
    blocks: int | None = None,
    gap: int = 0,
    progress: Progress = silent,
) -> Ranking:
    """Score several candidates against one recording, and test their differences.

    Both candidates of a pair lose the same stimuli in the jackknife, so that what is easy or
    hard for both of them cancels: in simulations the error of a difference was a quarter to a
    third smaller than the errors of the two scores let one think. Stimuli leave in pairs as
    well, for the jackknife counts twice what two do together.

    Parameters
    ----------
    reference
        The recording: what `homolog.compare` takes. With trials it gives a ceiling.
    candidates
        Name -> population, one or more.
    measures
        Names or `Measure` objects; default as of `homolog.compare`. Of several, a warning
        names those that cannot score these populations.
    pairs
        Which candidates to compare with which, as (first, second) names: layer by layer of
        two networks, say. None: all pairs; fewer pairs leave more power to each.
    exchange
        Whether to test by exchanging the responses of two candidates, stimulus by stimulus,
        instead of by the jackknife. Candidates must be the same neurons, column for column,
        and the null that is tested is that the responses to each stimulus could as well have
        been the other candidate's. For populations of different neurons that is never so.
    permutations
        How many exchanges, for each pair; all there are if they are no more. Where stimuli are
        in groups, also how many random pairings of these chance is the mean of.
    fdr
        How p is adjusted for all differences of the ranking: ``"bh"`` (Benjamini and
        Hochberg), or ``"by"`` (Benjamini and Yekutieli), stricter, under any dependence.
    splits
        Random splits of the reference's trials for the ceiling.
    rng
        Seed, a whole number from 0.
    align, nan, groups, blocks, gap
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

    By measures that count, and by most that fit, p is as a rule too large: see
    `Difference.cautious`.

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
    asked = pairs_asked(pairs, list(named))
    given = population(reference, nan, groups)
    cuts = {
        name: in_blocks(given, replace(one, name=name), blocks, gap, align=align)
        for name, one in named.items()
    }
    cut = next(iter(cuts.values()))
    both = joined(cut.reference, {name: one.candidate for name, one in cuts.items()}, align, listed)
    design = designed(both, asked, exchange, permutations, splits, rng, progress)
    kept = cut.rows_of(both.reference)

    def by(measure: Measure) -> Found:
        measure = folds_of_rows(measure, kept, given.n_stimuli)
        return by_measure(both.held_out(measure, "stimulus" if blocks else groups), design)

    found, refused = unless_refused(listed, by)
    standings = tuple(standing for one in found for standing in one.standings)
    differences = with_q([difference for one in found for difference in one.differences], fdr)
    sizes = sizes_note(both.groups)
    warnings = [*cut.said, *both.warnings, *([sizes] if sizes else []), *design_warnings(both)]
    warnings += [f"{one.measure.label}: {note}" for one in found for note in one.notes]
    warnings += map(str, refused)
    return Ranking(
        reference=both.reference,
        candidates=both.candidates,
        measures=tuple(one for one in listed if one not in [gone.measure for gone in refused]),
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
        call=call_of(
            "rank(reference, candidates",
            listed,
            groups,
            pairs=(pairs, None),
            exchange=(exchange, False),
            permutations=(permutations, 1000),
            fdr=(fdr, "bh"),
            splits=(splits, 10),
            rng=(rng, 0),
            align=(align, False),
            nan=(nan, "stop"),
            blocks=(blocks, None),
            gap=(gap, 0),
        ),
        versions=versions(),
        digests={
            "reference": digest_of(both.reference),
            **{f"candidate {name}": digest_of(one) for name, one in both.candidates.items()},
        },
        refused=refused,
    )


def _refuse(candidates: Any, fdr: Any, splits: Any) -> None:
    if not isinstance(candidates, Mapping) or not candidates:
        allowed = "a mapping of names to populations, at least one"
        raise errors.bad_value("candidates", type(candidates).__name__, allowed)
    if fdr not in ("bh", "by"):
        raise errors.bad_value("fdr", fdr, "'bh', 'by'")
    if whole(splits, "splits") == 0:
        raise errors.bad_value("splits", splits, "a whole number, 1 or more")
