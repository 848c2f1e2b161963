"""Two populations whose rows are the same stimuli, as far as their labels tell."""

from dataclasses import replace

from homolog import errors
from homolog._arrays import check_rows
from homolog.representation._checks import LEAST_STIMULI
from homolog.representation._represent import represent
from homolog.representation._representation import Representation


def together(x: object, y: object) -> tuple[Representation, Representation]:
    """Condition means of two populations whose rows are the same stimuli.

    Parameters
    ----------
    x, y
        The populations, or what `represent` makes populations of. Messages and pictures
        call them X and Y where they have no names.

    Raises
    ------
    HomologError
        What `represent` and `require_same_stimuli` raise.
    """
    one, other = represent(x), represent(y)
    one = one if one.name else replace(one, name="X")
    other = other if other.name else replace(other, name="Y")
    require_same_stimuli(one, other)
    return one.condition_means(), other.condition_means()


def require_same_stimuli(x: Representation, y: Representation) -> None:
    """Raise unless row k of one is the same stimulus as row k of the other.

    Without labels, rows have to be equally many.

    Raises
    ------
    HomologError
        HM001 other stimuli, HM002 another order, HM003 transposed, HM030 hardly a stimulus in
        both, HM036 rows grouped differently.
    """
    if x.stimuli is None or y.stimuli is None:
        check_rows((x.n_stimuli, x.n_neurons), (y.n_stimuli, y.n_neurons), x.called, y.called)
    elif x.stimuli != y.stimuli:
        raise _mismatch(x, y)
    if x.groups and y.groups and x.groups != y.groups:
        raise errors.groups_differ(x.called, y.called)


def _mismatch(x: Representation, y: Representation) -> errors.HomologError:
    """The error that tells how the labels of two populations differ."""
    in_x, in_y = set(x.labels), set(y.labels)
    if in_x == in_y:
        first = next(i for i, (a, b) in enumerate(zip(x.labels, y.labels, strict=True)) if a != b)
        return errors.order_differs(x.called, y.called, x.n_stimuli, first)
    shared = len(in_x & in_y)
    if shared < LEAST_STIMULI:
        examples = x.labels[0], y.labels[0]
        return errors.too_few_shared(x.called, y.called, shared, examples, LEAST_STIMULI)
    only_x = [label for label in x.labels if label not in in_y]
    only_y = [label for label in y.labels if label not in in_x]
    return errors.rows_differ(x.called, x.n_stimuli, y.called, y.n_stimuli, only_x, only_y)
