"""Responses too large or too small for a measure that keeps their unit."""

from homolog import errors
from homolog._arrays import Array, centre, constant, frobenius, largest, namespace


def require_range(x: Array, measure: str, remedy: str, *, power: int = 2) -> None:
    """Raise HM031 where sums of the responses to this power overflow.

    Parameters
    ----------
    x
        (stimulus, neuron) responses.
    measure
        Who asks, and what the reader can do: both for the message.
    remedy
        What else to use.
    power
        2 for what sums products of differences, 1 for what only takes the mean.
    """
    xp = namespace(x)
    size = float(largest(x))
    # A difference of two responses squared is four times as large; with room for sums of them.
    n_terms = 32 * x.shape[0] * x.shape[1]
    if size > (float(xp.finfo(x.dtype).max) / n_terms) ** (1 / power):
        of = "squares of responses" if power == 2 else "responses"
        raise errors.undefined(
            measure, f"{of} as large as {size:.2g} add up beyond the range of numbers", remedy
        )


def require_squares(x: Array, measure: str, remedy: str) -> None:
    """Raise HM031 where squares of the centred responses underflow; arguments as above."""
    size = float(frobenius(centre(constant(x)))) / x.shape[1] ** 0.5
    if size <= float(namespace(x).finfo(x.dtype).smallest_normal) ** 0.5:
        what = f"squares of responses of size {size:.2g} are below the range of numbers"
        raise errors.undefined(measure, what, remedy)
