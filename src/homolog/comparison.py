"""How alike two populations are: scores with intervals, chance levels and ceilings."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import blake2b
from importlib.metadata import version
from os import PathLike
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from homolog import errors, statistics
from homolog.measures import find
from homolog.measures._folds import Together
from homolog.measures._measure import Measure
from homolog.pairing import Pair, folds_of_rows, holding_out, in_blocks, pair
from homolog.representation import NanPolicy, Representation, represent
from homolog.scoring import Refusal, Score, of_name, scored, sizes_note, unless_refused
from homolog.statistics import Progress, silent

if TYPE_CHECKING:
    import pandas as pd

DEFAULT_MEASURES = ("unbiased_cka", "procrustes", "ridge", "soft_matching_correlation")

_version = cache(version)  # reads files, for longer than a score of small populations takes

Chosen = str | Measure | Iterable[str | Measure]
Groups = Literal["stimulus"] | Sequence[str | int] | None


@dataclass(frozen=True, eq=False)
class Comparison:
    """Two populations and how alike they are; prints as a table.

    Attributes
    ----------
    reference, candidate
        Condition means on the shared stimuli, row for row.
    scores
        One for each measure that gave one, in the order asked for.
    warnings
        What was dropped or taken on trust before scoring.
    permutations, seed
        How many random pairings were drawn, and the seed of intervals and permutations.
    groups
        How many groups of stimuli were kept together; None if each stood alone.
    call
        The call in Python that computes this again.
    versions
        Of homolog, Python and the packages the numbers rest on.
    digests
        BLAKE2 digest of the responses and labels that were scored.
    refused
        Measures that could not score these populations, each with its error.
    """

    reference: Representation
    candidate: Representation
    scores: list[Score]
    warnings: tuple[str, ...]
    permutations: int
    seed: int
    groups: int | None
    call: str
    versions: dict[str, str]
    digests: dict[str, str]
    refused: tuple[Refusal, ...] = ()

    def __str__(self) -> str:
        """The scores as a table, with every warning."""
        from homolog._tables import comparison_table

        return comparison_table(self)

    __repr__ = __str__

    def __getitem__(self, name: str) -> Score:
        """The score of the measure with that label, or that name if it is one's alone.

        Raises
        ------
        HomologError
            Its own, of a measure that refused; HM023 or HM075 of a name.
        """
        return of_name(name, self.scores, self.refused, "score")

    def to_dataframe(self) -> pd.DataFrame:
        """One row for each measure, without a value where it refused."""
        import pandas as pd

        from homolog._tables import records

        return pd.DataFrame(records(self))

    def save(self, folder: str | PathLike[str], command: str = "") -> Path:
        """Write the scores and all that is needed to compute them again.

        Parameters
        ----------
        folder
            Made if it is not there. Files of an earlier run are replaced one by one.
        command
            What the user typed, to be kept with the run.

        Returns
        -------
        folder
            Holding ``scores.csv`` (one row a measure), ``run.toml`` (settings, versions,
            seed, digests), ``null.npz`` (scores of random pairings) and ``refs.bib``.
        """
        from homolog._tables import write_comparison

        return write_comparison(self, Path(folder), command)


def compare(
    reference: Any,
    candidate: Any,
    measures: Chosen | None = None,
    *,
    intervals: bool = True,
    permutations: int = 1000,
    rng: int = 0,
    align: bool = False,
    nan: NanPolicy = "stop",
    groups: Groups = None,
    blocks: int | None = None,
    gap: int = 0,
    progress: Progress = silent,
) -> Comparison:
    """Score how alike two populations answer the same stimuli.

    Of several measures, those that cannot score these populations are listed with their errors
    (`Comparison.refused`) beside the scores of the others.

    Parameters
    ----------
    reference, candidate
        `Representation`, array of any library, xarray or pandas object, or the path of a
        file. Two axes are (stimulus, neuron). Trials are averaged, and their two halves
        give the noise ceiling.
    measures
        Names or `Measure` objects. Default: unbiased_cka, procrustes, ridge and
        soft_matching_correlation.
    intervals
        Whether to leave stimuli out for 95 % intervals.
    permutations
        Random pairings of stimuli for chance level and p; 0 for none.
    rng
        Seed of intervals and permutations, a whole number from 0. The same seed gives
        the same numbers. (What a measure draws is its own option: ``rng`` of `ridge`.)
    align
        Whether to keep the shared stimuli, in the reference's order, when labels differ.
    nan
        What to do with NaN, see `represent`.
    groups
        What belongs together in folds, intervals and permutations: a label for each
        stimulus of the reference (the movie of each frame, say), in the order of its rows or, as a
        dict or a Series with an index of its own, by the labels of the stimuli. Times of a stimulus
        (`Representation.fold_time`) are left out and permuted together in any case;
        ``"stimulus"`` says that measures that fit may hold them out together, too.
    blocks
        For rows that are moments in time, in the order of the reference: how many neighbours
        resemble each other, and so belong together in folds, intervals and permutations. None:
        rows are stimuli.
    gap
        How many rows to leave out at the end of each block, where even the neighbours of a block
        resemble its ends.
    progress
        Called with what is being done, steps done and steps in all.

    Returns
    -------
    comparison
        Prints as a table; `Comparison.save` writes it.

    Raises
    ------
    HomologError
        HM001 other stimuli, HM002 another order, HM003 transposed, HM004 NaN, HM010 too few
        stimuli for an interval, HM025 for blocks of rows that are grouped. Where no measure
        gives a score, that of the first: HM005 too many neurons for cca, HM006 constant,
        HM012 rows of one stimulus, group or block in training and test, and others.

    Examples
    --------
    >>> import numpy as np, homolog
    >>> rates = np.random.default_rng(0).normal(size=(50, 8))
    >>> turned = rates @ np.linalg.qr(np.random.default_rng(1).normal(size=(8, 8)))[0]
    >>> result = homolog.compare(rates, turned, "procrustes", permutations=99)
    >>> round(result["procrustes"].value, 6)
    0.0
    """
    permutations, rng = (
        whole(value, what) for value, what in ((permutations, "permutations"), (rng, "rng"))
    )
    listed = measures_asked(measures)
    given = population(reference, nan, groups)
    cut = in_blocks(given, population(candidate, nan), blocks, gap, align=align)
    both = pair(
        cut.reference,
        cut.candidate,
        reorder=align,
        in_time=any(measure.sees == "time" for measure in listed),
    )
    labels = group_labels(both, "stimulus" if blocks else groups)
    own = labels or both.reference.groups or both.candidate.groups
    if intervals:
        statistics.refuse_few(both.reference.n_stimuli, own)

    kept = cut.rows_of(both.reference)

    def score(measure: Measure) -> Score:
        held = holding_out(folds_of_rows(measure, kept, given.n_stimuli), both, labels)
        return scored(held, both, own, intervals, permutations, rng, progress)

    scores, refused = unless_refused(listed, score)
    sizes = sizes_note(own) if permutations else None
    return Comparison(
        reference=both.reference,
        candidate=both.candidate,
        scores=scores,
        warnings=(*cut.said, *([sizes] if sizes else []), *both.warnings),
        permutations=permutations,
        seed=rng,
        groups=None if own is None else len(set(own)),
        call=call_of(
            "compare(reference, candidate",
            listed,
            groups,
            intervals=(intervals, True),
            permutations=(permutations, 1000),
            rng=(rng, 0),
            align=(align, False),
            nan=(nan, "stop"),
            blocks=(blocks, None),
            gap=(gap, 0),
        ),
        versions=versions(),
        digests=_digests(both, [one.measure for one in scores]),
        refused=refused,
    )


def whole(value: Any, what: str) -> int:
    """A whole number from 0; HM025 for anything else."""
    if isinstance(value, int | np.integer) and not isinstance(value, bool) and value >= 0:
        return int(value)
    raise errors.bad_value(what, value, "a whole number, 0 or more")


def measures_asked(chosen: Chosen | None) -> list[Measure]:
    """The measures asked for, each once."""
    if chosen is None:
        chosen = DEFAULT_MEASURES
    if isinstance(chosen, str | Measure):
        chosen = [chosen]
    names = list(chosen) if isinstance(chosen, Iterable) else [chosen]
    if not all(isinstance(name, str | Measure) for name in names):
        raise errors.bad_value("measures", chosen, "names of measures, or Measure objects")
    measures = [one if isinstance(one, Measure) else find(one) for one in names]
    labels = [measure.label for measure in measures]
    if not labels or len(set(labels)) < len(labels):
        raise errors.bad_value("measures", labels, "at least one, each only once")
    return measures


def population(given: Any, nan: NanPolicy, groups: Groups = None) -> Representation:
    """What was given, as a population, with the groups of its stimuli if they are told."""
    if isinstance(given, str | PathLike):
        from homolog.files import load

        given = load(given, nan=nan)
    told: Any = groups if groups is not None and not isinstance(groups, str) else None
    if told is not None and not isinstance(told, Iterable):
        raise errors.bad_value("groups", groups, '"stimulus", or a label for each stimulus')
    if isinstance(given, Representation):
        return given if told is None else replace(given, groups=told)
    return represent(given, nan=nan, groups=told)


def group_labels(both: Pair, groups: Groups) -> tuple[object, ...] | None:
    """What measures that fit hold out together; None if nothing was said of it."""
    if groups is None:
        return None
    if isinstance(groups, str) and groups != "stimulus":
        raise errors.bad_value("groups", groups, '"stimulus", or a label for each stimulus')
    return both.reference.groups or both.candidate.groups or both.reference.labels


def call_of(
    begun: str, measures: Sequence[Measure], groups: Groups, **told: tuple[object, object]
) -> str:
    """The call that computes the same again, from variables named as its arguments.

    Parameters
    ----------
    begun
        As it begins, up to the measures.
    measures, groups
        As they were asked for.
    told
        Every other argument and its default.
    """
    arguments = [begun, f"[{', '.join(map(spelled, measures))}]"]
    arguments += [f"{key}={value!r}" for key, (value, usual) in told.items() if value != usual]
    if groups is not None:
        arguments.append(f"groups={groups!r}" if isinstance(groups, str) else "groups=groups")
    return f"homolog.{', '.join(arguments)})"


def spelled(measure: Measure) -> str:
    """A measure as one writes it: its name, or the variant made of it."""
    changed = [
        f"{key}={_written(value)}"
        for key, value in measure.options.items()
        if value is not measure.defaults[key] and not np.array_equal(value, measure.defaults[key])
    ]
    if not changed:
        return repr(measure.name)
    return f"homolog.measures.find({measure.name!r}).using({', '.join(changed)})"


def _written(value: Any) -> str:
    """An option as one writes it; folds of whole groups by name, for a list would not be those."""
    if isinstance(value, Together):
        return "folds"
    return repr(value.tolist() if isinstance(value, np.ndarray) else value)


def _digests(both: Pair, measures: Sequence[Measure]) -> dict[str, str]:
    """Of single trials where any measure sees them, else of what all measures see."""
    most = max(measures, key=lambda measure: measure.sees == "trial")
    reference, candidate = both.seen_by(most)
    return {"reference": digest_of(reference), "candidate": digest_of(candidate)}


def digest_of(population: Representation) -> str:
    """BLAKE2 digest of responses and labels."""
    digest = blake2b(digest_size=16)
    responses = np.ascontiguousarray(population.responses, dtype=np.float64)
    digest.update(repr((responses.shape, population.stimuli, population.neurons)).encode())
    digest.update(responses.tobytes())
    return digest.hexdigest()


def versions() -> dict[str, str]:
    """Of homolog, Python and the packages that scores rest on."""
    return {"homolog": _version("homolog"), "python": platform.python_version()} | {
        name: _version(name) for name in ("numpy", "scipy", "numba")
    }
