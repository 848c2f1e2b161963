"""Two populations that do not go together, and scores that would mean nothing."""

from collections.abc import Sequence

from homolog._words import counted
from homolog.errors._base import HomologError, indices, some


def rows_differ(
    x: str, n_x: int, y: str, n_y: int, only_x: Sequence[object] = (), only_y: Sequence[object] = ()
) -> HomologError:
    """HM001: two populations were not recorded on the same stimuli."""
    text = f"{x} has {n_x} stimuli, {y} has {n_y}. Rows must be the same stimuli in the same order."
    for name, only in ((x, only_x), (y, only_y)):
        if only:
            verb = "is" if len(only) == 1 else "are"
            text += f" {counted(len(only), 'id')} {verb} only in {name}: {some(only)}."
    if only_x or only_y:
        shared = n_x - len(only_x)
        text += f" Use homolog.align({x}, {y}) to keep the {shared} shared."
    else:
        text += " Give both their stimulus labels, then homolog.align keeps the shared ones."
        text += ' If stimuli of one were dropped for missing responses, keep all: nan="pairwise".'
    return HomologError("HM001", text)


def order_differs(x: str, y: str, n_stimuli: int, first: int) -> HomologError:
    """HM002: the same stimuli, in another order."""
    return HomologError(
        "HM002",
        f"{x} and {y} share the same {n_stimuli} ids in different orders (first at row {first})."
        f" Use homolog.align({x}, {y}), or align=True in homolog.compare.",
    )


def transposed(
    wrong: str, wrong_shape: tuple[int, ...], other: str, other_shape: tuple[int, ...]
) -> HomologError:
    """HM003: rows of one are as many as columns of the other."""
    a, b = ("×".join(map(str, s)) for s in (wrong_shape, other_shape))
    return HomologError(
        "HM003",
        f"{wrong} looks transposed: {a} against {other} {b}."
        f' If rows are units pass {wrong}.T, or dims="unit,stimulus" in homolog.represent.',
    )


def too_few_shared(
    x: str, y: str, n_shared: int, examples: tuple[object, object], least: int
) -> HomologError:
    """HM030: populations that share hardly a stimulus."""
    return HomologError(
        "HM030",
        f"{x} and {y} share {counted(n_shared, 'stimulus', 'stimuli')}; at least {least} are"
        f" needed. Labels of {x} look like {examples[0]!r}, of {y} like {examples[1]!r}."
        " A stimulus must be called the same in both, letter for letter.",
    )


def labels_absent(names: Sequence[str]) -> HomologError:
    """HM029: populations cannot be aligned without stimulus labels."""
    verb = "has" if len(names) == 1 else "have"
    return HomologError(
        "HM029",
        f"{' and '.join(names)} {verb} no stimulus labels to align by. Give stimuli=… when"
        " representing or loading.",
    )


def groups_differ(x: str, y: str, remedy: str = "Fold the same times in both.") -> HomologError:
    """HM036: rows that are grouped differently in the two populations."""
    return HomologError("HM036", f"{x} and {y} group their rows by different stimuli. {remedy}")


def libraries_differ(x: str, y: str) -> HomologError:
    """HM037: a NumPy array beside a torch one, say."""
    return HomologError(
        "HM037",
        f"X is an array of {x}, Y one of {y}. Pass both as the same kind; a score comes back as"
        " that kind.",
    )


def devices_differ(x: str, y: str) -> HomologError:
    """HM037: one array on a GPU, say, and one beside it."""
    return HomologError("HM037", f"X is on device {x}, Y on {y}. Move one to the other's device.")


def too_many_neurons(measure: str, n_neurons: int, n_stimuli: int) -> HomologError:
    """HM005: a measure that is perfect for any data when neurons outnumber stimuli."""
    return HomologError(
        "HM005",
        f"{measure} can be 1.0 whatever the data when units ({n_neurons}) ≥ stimuli ({n_stimuli})."
        f" Use pca=k far below {n_stimuli // 2}, or unbiased_cka/procrustes.",
    )


def too_many_directions(measure: str, ranks: tuple[int, int], n_train: int) -> HomologError:
    """HM005: training stimuli that cannot tell which directions go together."""
    return HomologError(
        "HM005",
        f"{measure} cannot tell which directions go together: {ranks[0]} + {ranks[1]} of them do"
        f" not fit side by side into {n_train} training stimuli, so some correlate by 1 whatever"
        f" the data. Use pca=k≤{(n_train - 1) // 2}, more folds, or regularised_cca.",
    )


def undefined(measure: str, why: str, remedy: str) -> HomologError:
    """HM031: data for which a measure has no value."""
    return HomologError("HM031", f"{measure} is undefined here, not 0: {why}. {remedy}")


def not_optimal(n_x: int, n_y: int, reached: float, possible: float) -> HomologError:
    """HM038: a matching that the solver could not prove to be the best."""
    return HomologError(
        "HM038",
        f"matching {n_x} with {n_y} neurons stopped at {reached:.12g} though {possible:.12g} has"
        " not been ruled out: the costs may differ too much in scale. Leave normalise=True, or"
        " leave out neurons of extreme size.",
    )


def no_partner(neurons: Sequence[int], n_neurons: int) -> HomologError:
    """HM040: neurons that a matching leaves alone."""
    verb = "has" if len(neurons) == 1 else "have"
    return HomologError(
        "HM040",
        f"{len(neurons)} of {counted(n_neurons, 'neuron')} {verb} no partner"
        f" ({indices(neurons)}). Ask only for those that have one, Matching.matched() of their"
        " side, or match softly: then every neuron has one.",
    )


def too_few_for_interval(n_units: int, least: int, noun: str = "stimuli") -> HomologError:
    """HM010: so few independent stimuli that an interval would be a guess."""
    return HomologError(
        "HM010",
        f"jackknife over {n_units} {noun}: an interval needs at least {least}."
        " Report the estimate without CI (intervals=False), or record more stimuli.",
    )


def leak(group: str) -> HomologError:
    """HM012: rows of one stimulus would stand on both sides of a cross-validation."""
    return HomologError(
        "HM012",
        f"the same stimulus is in train and test (repeat ids). Split by '{group}'"
        f' — pass groups="{group}".',
    )


def folds_part(group: object) -> HomologError:
    """HM012: labels of folds that part a group of rows."""
    return HomologError(
        "HM012",
        f"folds part a group: rows of {group!r} are in train and test. Give a number of folds, so"
        " that they are made of whole groups, or one fold to all rows of a group.",
    )


def nothing_repeats(measure: str, half: float) -> HomologError:
    """HM035: two halves of the trials that do not resemble each other."""
    return HomologError(
        "HM035",
        f"{measure} of two halves of the trials is {half:.3f}: nothing repeats, so no ceiling"
        " can be given. Record more trials, or drop neurons that do not respond.",
    )


def not_exchangeable(first: str, n_first: int, second: str, n_second: int) -> HomologError:
    """HM078: two candidates whose responses cannot change places."""
    why = (
        "their neurons have different labels"
        if n_first == n_second
        else f"they have {n_first} and {n_second} neurons"
    )
    return HomologError(
        "HM078",
        f"responses of {first} and {second} cannot be exchanged: {why}. Exchange needs the same"
        " neurons in both; leave exchange=False, and the paired jackknife tests the difference.",
    )
