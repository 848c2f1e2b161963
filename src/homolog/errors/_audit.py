"""Refusals of audits."""

from collections.abc import Sequence

from homolog._words import counted
from homolog.errors._base import HomologError


def not_smooth(measure: str, smooth: Sequence[str]) -> HomologError:
    """HM060: a measure through which no gradient flows."""
    return HomologError(
        "HM060",
        f"{measure} cannot be optimised: no gradient flows through it. Smooth measures:"
        f' {", ".join(smooth)}; rsa with comparison="pearson" or "cosine".',
    )


def cannot_start(what: str, got: str, remedy: str) -> HomologError:
    """HM061: responses from which no optimisation can set out."""
    return HomologError("HM061", f"{what}: {got}. {remedy}")


def everything_captured(rank: int, n_rows: int) -> HomologError:
    """HM064: responses that account for every course over the rows, whatever they are."""
    return HomologError(
        "HM064",
        f"the responses span {rank} dimensions over {n_rows} rows, so that any component of any"
        " target is a weighted sum of their neurons: R² would say nothing. Compare fewer neurons"
        f" (below {n_rows - 1}), such as the leading components of the target, or more rows.",
    )


def no_direction_left(rank: int, n_rows: int) -> HomologError:
    """HM065: a target that leaves no course over the rows unused."""
    return HomologError(
        "HM065",
        f"the target has {rank} components over {n_rows} rows: no course is left that is orthogonal"
        " to all of them, with which one could be replaced or noise added. Take fewer neurons,"
        ' more rows, or kind="rescale".',
    )


def bad_labels(variable: str | None, why: str, remedy: str) -> HomologError:
    """HM062: labels that cannot be decoded; no variable where all are meant."""
    whose = "" if variable is None else f" of '{variable}'"
    return HomologError("HM062", f"labels{whose}: {why}. {remedy}")


def too_few_in_class(
    variable: str, label: object, count: int, folds: int, n_conditions: int
) -> HomologError:
    """HM063: a class that some fold would have to do without."""
    fewer = f"folds={count}" if count > 1 else f"fewer, broader classes{_of_numbers(label)}"
    return HomologError(
        "HM063",
        f"labels of '{variable}': {counted(count, 'condition')} of {n_conditions} labelled"
        f" {label!r}, for {folds} folds each of which tests every class. Use {fewer}; or, from"
        " single trials, make several rows of a condition with homolog.audit.pseudo_trials (trials"
        " are averaged otherwise).",
    )


def _of_numbers(label: object) -> str:
    try:
        float(str(label))
    except ValueError:
        return ""
    return " (numbers are taken as classes: join them in ranges)"


def too_few_trials(name: str, n_lacking: int, n_stimuli: int, blocks: int) -> HomologError:
    """HM063: blocks of trials, some of which are empty."""
    return HomologError(
        "HM063",
        f"{name}: for {n_lacking} of {counted(n_stimuli, 'stimulus', 'stimuli')} some neuron has no"
        f" trial in one of {blocks} blocks. Ask for fewer blocks, or leave out those stimuli or"
        " neurons with homolog.Representation.select.",
    )


def other_audit(folder: object, differing: Sequence[str]) -> HomologError:
    """HM066: a folder with parts of another audit."""
    return HomologError(
        "HM066",
        f"{folder} holds another audit: {'; '.join(differing)}. Give another folder, or the"
        " recording, labels and settings of before to go on with it.",
    )


def labels_unmatched(where: object, why: str, remedy: str) -> HomologError:
    """HM067: labels in a file, or in the names of conditions, that cannot be read as such."""
    return HomologError("HM067", f"{where}: {why}. {remedy}")
