"""Two populations, row for row on the stimuli that both were shown."""

from dataclasses import replace

from homolog import errors
from homolog.representation._axes import left_out
from homolog.representation._checks import LEAST_STIMULI
from homolog.representation._represent import represent
from homolog.representation._representation import Representation


def align(x: object, y: object) -> tuple[Representation, Representation]:
    """Keep the stimuli that both have, by label, in the order of `x`.

    Parameters
    ----------
    x, y
        Populations with stimulus labels, or what `represent` makes such populations of.

    Returns
    -------
    x, y
        The populations with the same labels in the same order. What was left out is
        named in `dropped`.

    Raises
    ------
    HomologError
        HM029 when either has no labels, HM030 when fewer than 3 stimuli are shared.

    Examples
    --------
    >>> import numpy as np
    >>> from homolog.representation import represent
    >>> rates = np.arange(8.0).reshape(4, 2)
    >>> x = represent(rates, stimuli=["a", "b", "c", "d"], name="X")
    >>> y = represent(rates, stimuli=["d", "c", "b", "e"], name="Y")
    >>> x, y = align(x, y)
    >>> y.labels
    ('b', 'c', 'd')
    >>> y.dropped
    ("Y: left out 1 of 4 stimuli not in X ('e')",)
    """
    x, y = _represented(x, "X"), _represented(y, "Y")
    if x.stimuli is None or y.stimuli is None:
        raise errors.labels_absent([one.called for one in (x, y) if one.stimuli is None])
    in_y = set(y.stimuli)
    shared = [label for label in x.stimuli if label in in_y]
    if len(shared) < LEAST_STIMULI:
        raise errors.too_few_shared(
            x.called, y.called, len(shared), (x.stimuli[0], y.stimuli[0]), LEAST_STIMULI
        )
    return _only(x, shared, y.called), _only(y, shared, x.called)


def _represented(given: object, name: str) -> Representation:
    built = represent(given)
    return built if built is given or built.name else replace(built, name=name)


def _only(x: Representation, shared: list[str | int], other: str) -> Representation:
    kept = x.select(stimuli=shared)
    gone = [label for label in x.labels if label not in set(shared)]
    if not gone:
        return kept
    sentence = left_out(x.called, "stimulus", gone, x.n_stimuli, f"not in {other}")
    return replace(kept, dropped=(*kept.dropped, sentence))
